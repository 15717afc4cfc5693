"""What experiments measure."""

from __future__ import annotations

from torch import Tensor

from empirics.data import WeightedSet
from empirics.validation import count, finite_matrix, finite_vector
from lemmata.errors import LemmataError


def energy_share(vectors: Tensor, r: int) -> float:
    r""":math:`\sum_j \|\Pi^* g_j\|^2 / \sum_j \|g_j\|^2`: the vectors' share in the first r axes.

    Parameters
    ----------
    vectors : (m, d).
    r : the dimension of S*, 1 <= r <= d.

    Returns
    -------
    A number in [0, 1].

    Raises
    ------
    LemmataError : r > d, NaN or infinity, or vectors that all vanish.
    """
    finite_matrix("vectors", vectors)
    count("r", r)
    if r > vectors.shape[1]:
        raise LemmataError(f"r: expected at most d = {vectors.shape[1]} directions, got {r}")
    energies = vectors.square().sum(dim=0)
    total = float(energies.sum())
    if total == 0:
        raise LemmataError("vectors: all vanish, so no share of their energy is defined")
    return float(energies[:r].sum()) / total


def excess_risk(predictions: Tensor, test: WeightedSet) -> float:
    r""":math:`E(\hat f(x) - f^*(x))^2` over a weighted test set, from (n,) predictions at its points."""
    finite_vector("predictions", predictions, test.x.shape[0])
    return float(test.weights @ (predictions - test.values).square())
