"""The paper with its measured checks attached."""

from empirics.papers.damian2022 import alignment, experiments, features, gradient
from theory.papers.damian2022.contents import paper

__all__ = ["alignment", "experiments", "features", "gradient", "paper"]
