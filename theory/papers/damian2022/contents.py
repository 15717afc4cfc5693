# ruff: isort: skip_file
"""The paper's statements, section by section, so that each stands after those that it rests on."""

from theory.papers.damian2022 import setting
from theory.papers.damian2022 import expansions
from theory.papers.damian2022 import tensors
from theory.papers.damian2022 import gradient
from theory.papers.damian2022 import first_step
from theory.papers.damian2022 import remainder
from theory.papers.damian2022 import alignment
from theory.papers.damian2022 import concentration
from theory.papers.damian2022 import features
from theory.papers.damian2022 import expressivity
from theory.papers.damian2022 import representation
from theory.papers.damian2022 import queries
from theory.papers.damian2022 import rademacher
from theory.papers.damian2022 import main_results
from theory.papers.damian2022 import experiments
from theory.papers.damian2022.paper import paper

__all__ = [
    "alignment",
    "concentration",
    "expansions",
    "experiments",
    "expressivity",
    "features",
    "first_step",
    "gradient",
    "main_results",
    "paper",
    "queries",
    "rademacher",
    "remainder",
    "representation",
    "setting",
    "tensors",
]
