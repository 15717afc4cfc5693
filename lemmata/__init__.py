"""lemmata: statements of deep-learning theory as machine-checked claims.

This page is what a claim author needs: a paper and its claims, typed statements, obligations, domains and experiments.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lemmata.claims import Claim, Paper
    from lemmata.domains import integers
    from lemmata.errors import LemmataError
    from lemmata.experiments import Samples, SweepCell, experiment
    from lemmata.obligations import AtMost, Equal, Given, IllFormed, MedianAtLeast, MedianAtMost, MedianWithin
    from lemmata.session import load
    from lemmata.statements import (
        Construction,
        Definition,
        Edit,
        Identity,
        Lower,
        Rate,
        Separation,
        Tight,
        Upper,
        Whp,
        as_printed,
    )

__all__ = [
    "AtMost",
    "Claim",
    "Construction",
    "Definition",
    "Edit",
    "Equal",
    "Given",
    "Identity",
    "IllFormed",
    "LemmataError",
    "Lower",
    "MedianAtLeast",
    "MedianAtMost",
    "MedianWithin",
    "Paper",
    "Rate",
    "Samples",
    "Separation",
    "SweepCell",
    "Tight",
    "Upper",
    "Whp",
    "as_printed",
    "experiment",
    "integers",
    "load",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """A public name, imported at its first use: SymPy is slow to import, and much of lemmata does without."""
    if name == "load":
        # By a computed name: this module is in the import closure of every check, and no verdict rests on sessions.
        return globals().setdefault(name, importlib.import_module(f"{__name__}.session").load)
    if name in __all__:
        from lemmata import claims, domains, errors, experiments, obligations, statements

        for module in (claims, domains, errors, experiments, obligations, statements):
            if name in vars(module):
                return globals().setdefault(name, vars(module)[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """What ``help`` and completion show."""
    return sorted([*__all__, *(name for name in globals() if name.startswith("__"))])
