"""The paper with its measured checks attached."""

from empirics.papers.shi2022 import emergence, experiments, finite_samples, improvement, pictures
from theory.papers.shi2022.contents import paper

__all__ = ["emergence", "experiments", "finite_samples", "improvement", "paper", "pictures"]
