r"""The head: ridge regression on fixed ReLU features, its weight decay chosen on validation data.

Algorithm 1's remaining steps are gradient descent on :math:`\frac1n\|\Phi a - y\|^2` with weight decay
:math:`\lambda`. Their limit, for a small enough step, solves
:math:`(\Phi^T\Phi/n + \frac\lambda2 I) a = \Phi^T y/n`; it is computed directly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from empirics.data import WeightedSet
from empirics.training import LinearPart, row_blocks
from empirics.validation import finite_matrix, finite_vector, nonnegative
from lemmata.errors import LemmataError

WEIGHT_DECAYS = tuple(10.0 ** (exponent / 2) for exponent in range(-20, 5))
"""The grid that validation chooses from: 1e-10 to 1e2, two values a decade; features are of order 1."""


@dataclass(frozen=True)
class Features:
    r"""Fixed features :math:`\sigma(\langle w_j, x \rangle + b_j)`; w (m, d), b (m,)."""

    w: Tensor
    b: Tensor

    def __post_init__(self) -> None:
        finite_matrix("feature weights", self.w)
        finite_vector("feature biases", self.b, self.w.shape[0])

    def __call__(self, x: Tensor) -> Tensor:
        """(n, d) inputs to (n, m) features."""
        return torch.relu(torch.addmm(self.b, x, self.w.T))


@dataclass(frozen=True)
class RidgeHead:
    """A chosen head: a (m,), the weight decay it was trained with, and its risk on the validation set."""

    a: Tensor
    weight_decay: float
    validation_risk: float


def moments(features: Features, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    r""":math:`\Phi^T\Phi/n` (m, m) and :math:`\Phi^T y/n` (m,), accumulated over blocks of rows.

    Raises
    ------
    LemmataError : no data, shapes that do not fit, NaN or infinity.
    """
    finite_matrix("inputs", x, columns=features.w.shape[1])
    finite_vector("labels", y, x.shape[0])
    width = features.w.shape[0]
    gram = torch.zeros(width, width, dtype=x.dtype)
    cross = torch.zeros(width, dtype=x.dtype)
    for rows, labels in row_blocks(x, y):
        phi = features(rows)
        gram.addmm_(phi.T, phi)
        cross += phi.T @ labels
    return gram / x.shape[0], cross / x.shape[0]


def ridge_path(gram: Tensor, cross: Tensor, weight_decays: Sequence[float] = WEIGHT_DECAYS) -> Tensor:
    r"""The ridge solutions for every weight decay, one a column, from one eigen-decomposition.

    Parameters
    ----------
    gram, cross : :math:`\Phi^T\Phi/n` (m, m) and :math:`\Phi^T y/n` (m,).

    Raises
    ------
    LemmataError : an empty grid, or a weight decay that is not positive.
    """
    if not weight_decays:
        raise LemmataError("weight decays: give at least one value")
    for value in weight_decays:
        nonnegative("weight decay", value)
        if value == 0:
            raise LemmataError("weight decay: expected a positive number; 0 has no unique head when n < m")
    eigenvalues, vectors = torch.linalg.eigh(gram)
    # The Gram matrix is positive semi-definite; what rounding left below zero is zero.
    shifted = eigenvalues.clamp(min=0)[:, None] + torch.tensor(weight_decays, dtype=gram.dtype) / 2
    path: Tensor = vectors @ ((vectors.T @ cross)[:, None] / shifted)
    return path


def ridge_head(
    features: Features,
    x: Tensor,
    y: Tensor,
    linear: LinearPart,
    validation: WeightedSet,
    weight_decays: Sequence[float] = WEIGHT_DECAYS,
) -> RidgeHead:
    """Train the head on the residual labels for every weight decay, and keep the best on the validation set.

    Parameters
    ----------
    x, y : (n, d) inputs and (n,) labels, before preprocessing.
    linear : the preprocessing; the prediction is ``linear(x) + features(x) @ a``.
    validation : noiseless values, so that its risk is the excess risk (label noise would add a constant).

    Raises
    ------
    LemmataError : no data, shapes that do not fit, NaN or infinity, an empty grid or one with values <= 0.
    """
    path = ridge_path(*moments(features, x, y - linear(x)), weight_decays)
    errors = features(validation.x) @ path - (validation.values - linear(validation.x))[:, None]
    risks = validation.weights @ errors.square()
    best = int(risks.argmin())
    return RidgeHead(path[:, best], weight_decays[best], float(risks[best]))
