"""lemmata: statements of deep-learning theory as machine-checked claims.

This page is what a claim author needs: a paper and its claims, typed statements, obligations, domains and experiments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lemmata.claims import Claim, Paper
    from lemmata.domains import integers
    from lemmata.errors import LemmataError
    from lemmata.experiments import Samples, experiment
    from lemmata.obligations import AtMost, Equal, Given, IllFormed, MedianAtLeast, MedianWithin
    from lemmata.statements import Construction, Edit, Identity, Lower, Separation, Tight, Upper, as_printed

__all__ = [
    "AtMost",
    "Claim",
    "Construction",
    "Edit",
    "Equal",
    "Given",
    "Identity",
    "IllFormed",
    "LemmataError",
    "Lower",
    "MedianAtLeast",
    "MedianWithin",
    "Paper",
    "Samples",
    "Separation",
    "Tight",
    "Upper",
    "as_printed",
    "experiment",
    "integers",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """A public name, imported at its first use: SymPy is slow to import, and much of lemmata does without."""
    if name in __all__:
        from lemmata import claims, domains, errors, experiments, obligations, statements

        for module in (claims, domains, errors, experiments, obligations, statements):
            if name in vars(module):
                return globals().setdefault(name, vars(module)[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
