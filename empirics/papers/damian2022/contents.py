"""The paper with its measured checks attached."""

from empirics.papers.damian2022 import alignment, experiments
from theory.papers.damian2022.paper import paper

__all__ = ["alignment", "experiments", "paper"]
