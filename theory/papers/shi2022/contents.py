# ruff: isort: skip_file
"""The paper's statements, section by section, so that each stands after those that it rests on."""

from theory.papers.shi2022 import setting
from theory.papers.shi2022 import network
from theory.papers.shi2022 import first_step
from theory.papers.shi2022 import representation
from theory.papers.shi2022 import gradient_transforms
from theory.papers.shi2022 import emergence
from theory.papers.shi2022 import component_sizes
from theory.papers.shi2022 import improvement
from theory.papers.shi2022 import finite_samples
from theory.papers.shi2022 import guarantee
from theory.papers.shi2022 import mixture
from theory.papers.shi2022 import fixed_features
from theory.papers.shi2022 import queries
from theory.papers.shi2022 import experiments
from theory.papers.shi2022 import pictures
from theory.papers.shi2022.paper import paper

__all__ = [
    "component_sizes",
    "emergence",
    "experiments",
    "finite_samples",
    "first_step",
    "fixed_features",
    "gradient_transforms",
    "guarantee",
    "improvement",
    "mixture",
    "network",
    "paper",
    "pictures",
    "queries",
    "representation",
    "setting",
]
