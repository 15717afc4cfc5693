# ruff: isort: skip_file
"""The paper's statements, section by section, so that each stands after those that it rests on."""

from theory.papers.damian2022 import expansions
from theory.papers.damian2022 import gradient
from theory.papers.damian2022 import alignment
from theory.papers.damian2022 import features
from theory.papers.damian2022 import experiments
from theory.papers.damian2022.paper import paper

__all__ = ["alignment", "expansions", "experiments", "features", "gradient", "paper"]
