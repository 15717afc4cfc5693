r"""The head: ridge regression on fixed features, its weight decay chosen on validation data.

Algorithm 1's remaining steps are gradient descent on :math:`\frac1n\|\Phi a - y\|^2` with weight decay
:math:`\lambda`. Their limit, for a small enough step, solves
:math:`(\Phi^T\Phi/n + \frac\lambda2 I) a = \Phi^T y/n`; it is computed directly. Where there are fewer samples than
features the same head is :math:`a = \Phi^T c` with :math:`(\Phi\Phi^T/n + \frac\lambda2 I) c = y/n`, a smaller system.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from empirics.data import WeightedSet
from empirics.training import LinearPart, row_blocks
from empirics.validation import finite_matrix, finite_vector, nonnegative, one_precision
from lemmata.errors import LemmataError

WEIGHT_DECAYS = tuple(10.0 ** (exponent / 2) for exponent in range(-20, 5))
"""The grid that validation chooses from: 1e-10 to 1e2, two values a decade; features are of order 1."""


class FeatureMap(Protocol):
    r"""A fixed map :math:`\Phi` from inputs to features; :class:`Features` and the tangent features are two."""

    @property
    def inputs(self) -> int:
        """d, the dimension of the inputs."""

    @property
    def width(self) -> int:
        """P, the number of features."""

    def __call__(self, x: Tensor) -> Tensor:
        """(n, d) inputs to (n, P) features."""

    def inner_products(self, x: Tensor) -> Tensor:
        r""":math:`\Phi(x)\Phi(x)^T`, (n, n), from (n, d) inputs."""


@dataclass(frozen=True)
class Features:
    r"""Fixed features :math:`\sigma(\langle w_j, x \rangle + b_j)`; w (m, d), b (m,)."""

    w: Tensor
    b: Tensor

    def __post_init__(self) -> None:
        finite_matrix("feature weights", self.w)
        finite_vector("feature biases", self.b, self.w.shape[0])

    @property
    def inputs(self) -> int:
        """d, the dimension of the inputs."""
        return self.w.shape[1]

    @property
    def width(self) -> int:
        """m, the number of features."""
        return self.w.shape[0]

    def __call__(self, x: Tensor) -> Tensor:
        """(n, d) inputs to (n, m) features."""
        return torch.addmm(self.b, x, self.w.T).relu_()

    def inner_products(self, x: Tensor) -> Tensor:
        r""":math:`\Phi(x)\Phi(x)^T`, (n, n), from (n, d) inputs; it holds the (n, m) features."""
        phi = self(x)
        return phi @ phi.T


@dataclass(frozen=True)
class RidgeHead:
    """A chosen head: a (P,), the weight decay it was trained with, and its risk on the validation set."""

    a: Tensor
    weight_decay: float
    validation_risk: float


def predictions(features: FeatureMap, x: Tensor, heads: Tensor) -> Tensor:
    r""":math:`\Phi(x)\,a` at (n, d) inputs by blocks of rows, for a head (P,) or for several, (P, k)."""
    return torch.cat([features(rows) @ heads for (rows,) in row_blocks(features.width, x)])


STRIP = 256
"""Rows of the Gram matrix that are computed together."""


def moments(features: FeatureMap, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    r""":math:`\Phi^T\Phi/n` (P, P) and :math:`\Phi^T y/n` (P,), accumulated over blocks of rows.

    Raises
    ------
    LemmataError : no data, shapes that do not fit, NaN or infinity.
    """
    finite_matrix("inputs", x, columns=features.inputs)
    finite_vector("labels", y, x.shape[0])
    one_precision(inputs=x, labels=y)
    gram = torch.zeros(features.width, features.width, dtype=x.dtype)
    cross = torch.zeros(features.width, dtype=x.dtype)
    for rows, labels in row_blocks(features.width, x, y):
        phi = features(rows)
        for start in range(0, features.width, STRIP):
            # The matrix is symmetric: of each strip of rows only what is on and right of the diagonal is computed.
            gram[start : start + STRIP, start:].addmm_(phi[:, start : start + STRIP].T, phi[:, start:])
        cross.addmv_(phi.T, labels)
    gram = gram.triu_() + gram.triu(1).T
    return gram.div_(x.shape[0]), cross.div_(x.shape[0])


def ridge_path(gram: Tensor, cross: Tensor, weight_decays: Sequence[float] = WEIGHT_DECAYS) -> Tensor:
    r"""The ridge solutions for every weight decay, one a column, from one eigen-decomposition.

    It is computed in double precision, whatever the precision of the arguments, which the result has.

    Parameters
    ----------
    gram, cross : :math:`\Phi^T\Phi/n` (P, P) and :math:`\Phi^T y/n` (P,); or :math:`\Phi\Phi^T/n` and :math:`y/n`,
        for the coefficients of the dual.

    Raises
    ------
    LemmataError : an empty grid, a weight decay that is not positive, shapes that do not fit, a matrix that is not
        symmetric, NaN or infinity.
    """
    _positive(weight_decays)
    finite_matrix("Gram matrix", gram, columns=gram.shape[0])
    finite_vector("cross moments", cross, gram.shape[0])
    scale = float(gram.abs().max())
    if float((gram - gram.T).abs().max()) > 1e3 * torch.finfo(gram.dtype).eps * scale:
        raise LemmataError("Gram matrix: expected a symmetric matrix; pass the features' moments")
    eigenvalues, vectors = torch.linalg.eigh(gram.double())
    # The Gram matrix is positive semi-definite; what rounding left below zero is zero.
    shifted = eigenvalues.clamp(min=0)[:, None] + torch.tensor(weight_decays, dtype=torch.float64) / 2
    path: Tensor = vectors @ ((vectors.T @ cross.double())[:, None] / shifted)
    return path.to(gram.dtype)


def resolved(gram: Tensor, weight_decays: Sequence[float] = WEIGHT_DECAYS) -> tuple[float, ...]:
    """The weight decays that are not below the rounding of the Gram matrix in its own precision.

    A smaller one regularises less than rounding does: the head's noise would differ from machine to machine. The
    level is the unit roundoff times the trace, which is at least the largest eigenvalue.

    Raises
    ------
    LemmataError : an empty grid, a weight decay that is not positive, or none that is large enough.
    """
    _positive(weight_decays)
    level = torch.finfo(gram.dtype).eps * float(gram.trace())
    kept = tuple(value for value in weight_decays if value / 2 >= level)
    if not kept:
        raise LemmataError(
            f"weight decays: {max(weight_decays)} is below the rounding of the features ({2 * level:.1e}); "
            "scale the features to order 1, or give larger values"
        )
    return kept


def ridge_head(
    features: FeatureMap,
    x: Tensor,
    y: Tensor,
    linear: LinearPart,
    validation: WeightedSet,
    weight_decays: Sequence[float] = WEIGHT_DECAYS,
) -> RidgeHead:
    """Train the head on the residual labels for every weight decay, and keep the best on the validation set.

    The system that is solved has as many unknowns as there are features or samples, whichever are fewer.

    Parameters
    ----------
    x, y : (n, d) inputs and (n,) labels, before preprocessing.
    linear : the preprocessing; the prediction is ``linear(x) + features(x) @ a``.
    validation : noiseless values, so that its risk is the excess risk (label noise would add a constant).
    weight_decays : the grid; those :func:`resolved` are tried.

    Raises
    ------
    LemmataError : no data, shapes that do not fit, NaN or infinity, an empty grid or one with values <= 0.
    """
    finite_matrix("inputs", x, columns=features.inputs)
    finite_vector("labels", y, x.shape[0])
    finite_matrix("test points", validation.x, columns=features.inputs)
    n = x.shape[0]
    residual = y - linear(x)
    if n < features.width:
        gram = features.inner_products(x) / n
        grid = resolved(gram, weight_decays)
        path = _combined(features, x, ridge_path(gram, residual / n, grid))
    else:
        gram, cross = moments(features, x, residual)
        grid = resolved(gram, weight_decays)
        path = ridge_path(gram, cross, grid)
    best, risk = _best(predictions(features, validation.x, path), linear, validation)
    return RidgeHead(path[:, best], grid[best], risk)


Kernel = Callable[[Tensor, Tensor], Tensor]
"""(n, d) and (k, d) inputs to the (n, k) values of a positive semi-definite kernel."""


@dataclass(frozen=True)
class KernelHead:
    r"""A chosen head of a kernel that has no finite map: :math:`x \mapsto \sum_i c_i k(x, x_i)`, c (n,), inputs (n, d)."""

    kernel: Kernel
    inputs: Tensor
    c: Tensor
    weight_decay: float
    validation_risk: float

    def __call__(self, x: Tensor) -> Tensor:
        """Values at (k, d) inputs, (k,), without the linear part."""
        return _kernel_values(self.kernel, x, self.inputs, self.c)


def kernel_head(
    kernel: Kernel,
    x: Tensor,
    y: Tensor,
    linear: LinearPart,
    validation: WeightedSet,
    weight_decays: Sequence[float] = WEIGHT_DECAYS,
) -> KernelHead:
    """Kernel ridge regression on the residual labels, the weight decay chosen as in :func:`ridge_head`.

    It holds (n, n) kernel values and decomposes them: n up to some thousands.
    Parameters and errors are those of :func:`ridge_head`.
    """
    finite_matrix("inputs", x)
    finite_vector("labels", y, x.shape[0])
    finite_matrix("test points", validation.x, columns=x.shape[1])
    gram = kernel(x, x) / x.shape[0]
    grid = resolved(gram, weight_decays)
    path = ridge_path(gram, (y - linear(x)) / x.shape[0], grid)
    best, risk = _best(_kernel_values(kernel, validation.x, x, path), linear, validation)
    return KernelHead(kernel, x, path[:, best], grid[best], risk)


def _kernel_values(kernel: Kernel, x: Tensor, inputs: Tensor, coefficients: Tensor) -> Tensor:
    return torch.cat([kernel(rows, inputs) @ coefficients for (rows,) in row_blocks(inputs.shape[0], x)])


def _best(values: Tensor, linear: LinearPart, validation: WeightedSet) -> tuple[int, float]:
    """Which column of (n, k) predictions of the residual has the smallest risk on the validation set, and that risk."""
    errors = values - (validation.values - linear(validation.x))[:, None]
    risks = validation.weights @ errors.square()
    best = int(risks.argmin())
    return best, float(risks[best])


def _combined(features: FeatureMap, x: Tensor, coefficients: Tensor) -> Tensor:
    r""":math:`\Phi(x)^T c` by blocks of rows: the heads (P, k) of the dual's (n, k) coefficients."""
    heads = torch.zeros(features.width, coefficients.shape[1], dtype=x.dtype)
    for rows, part in row_blocks(features.width, x, coefficients):
        heads.addmm_(features(rows).T, part)
    return heads


def _positive(weight_decays: Sequence[float]) -> None:
    if not weight_decays:
        raise LemmataError("weight decays: give at least one value")
    for value in weight_decays:
        nonnegative("weight decay", value)
        if value == 0:
            raise LemmataError("weight decay: expected a positive number; 0 has no unique head when n < m")
