r"""The head: the minimiser of the hinge loss over fixed features, through their inner products.

The paper's last stage is gradient descent on the hinge loss with weight decay, at step sizes for which the features
barely move (Section 5.1). On fixed features that is a convex problem,

.. math:: \min_{u, c}\ \frac1n\sum_i \max(1 - y_i(\langle u, \Phi(x_i)\rangle + c), 0) + \lambda\|u\|^2,

and scikit-learn's support vector machine solves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from empirics.truncated_kernels import InnerProducts
from empirics.validation import finite_matrix, finite_vector
from lemmata.errors import LemmataError

WEIGHT_DECAYS = (3e-3, 1e-5)
"""What validation chooses from, for features of mean square 1: fixed features do best with the first in pilots, learned ones
with the second."""

TOLERANCE = 1e-2
"""How far margins may be from the optimality conditions. The objective is then right to about 3e-4; at a tenth of it, heads on
features without signal take a hundred times as many iterations."""


@dataclass(frozen=True)
class MarginHead:
    """A trained head, the weight decay that it was trained with, and its accuracy on the validation set."""

    products: InnerProducts
    inputs: Tensor
    coefficients: Tensor
    offset: float
    weight_decay: float
    validation_accuracy: float

    def __call__(self, x: Tensor) -> Tensor:
        """Values at (n, d) inputs, (n,)."""
        return self.products(x, self.inputs) @ self.coefficients + self.offset

    def accuracy(self, x: Tensor, y: Tensor) -> float:
        """The share of (n, d) inputs whose value has the sign of the (n,) labels; a value of 0 is counted as wrong."""
        return _accuracy(self(x), y)


def margin_head(
    products: InnerProducts,
    data: tuple[Tensor, Tensor],
    validation: tuple[Tensor, Tensor],
    weight_decays: Sequence[float] = WEIGHT_DECAYS,
    unit: float | None = None,
) -> MarginHead:
    r"""Train the head for every weight decay, and keep the most accurate on the validation set, the first among equals.

    Parameters
    ----------
    products : the inner products of the features.
    data, validation : (n, d) inputs with (n,) labels, each -1 or 1.
    weight_decays : values of :math:`\lambda > 0`.
    unit : the unit of :math:`\lambda`, positive; the features' :func:`mean_square` on the data if left out. Where all features
        vanish the head is a constant.

    Raises
    ------
    LemmataError : scikit-learn is not there; no data, shapes that do not fit, labels of one kind or of other values, an
        empty grid or one with values <= 0, a unit <= 0.
    """
    x, y = data
    finite_matrix("inputs", x)
    finite_vector("labels", y, x.shape[0])
    if set(y.tolist()) != {-1, 1}:
        raise LemmataError("labels: expected both -1 and 1, and nothing else")
    if not weight_decays or min(weight_decays) <= 0:
        raise LemmataError(f"weight decays: expected positive numbers, got {tuple(weight_decays)}")
    gram = products(x, x)
    if unit is None:
        unit = float(gram.trace()) / x.shape[0] or 1.0
    if unit <= 0:
        raise LemmataError(f"unit: expected a positive number, got {unit}")
    across = products(validation[0], x)
    heads = []
    for weight_decay in weight_decays:
        coefficients, offset = _support_vectors(gram / unit, y, 1 / (2 * x.shape[0] * weight_decay))
        coefficients /= unit
        reached = _accuracy(across @ coefficients + offset, validation[1])
        heads.append(MarginHead(products, x, coefficients, offset, weight_decay, reached))
    return max(heads, key=lambda head: head.validation_accuracy)


def mean_square(products: InnerProducts, x: Tensor) -> float:
    r"""The mean of :math:`\|\Phi(x_i)\|^2` over (n, d) inputs."""
    return float(products(x, x).trace()) / x.shape[0]


def _support_vectors(gram: Tensor, y: Tensor, cost: float) -> tuple[Tensor, float]:
    """The dual solution, (n,), and the offset, for (n, n) inner products and labels."""
    try:
        from sklearn.svm import SVC
    except ModuleNotFoundError:
        raise LemmataError("the head is trained by scikit-learn: pip install 'lemmata[papers]'") from None
    machine = SVC(kernel="precomputed", C=cost, tol=TOLERANCE, cache_size=500).fit(gram.numpy(), y.numpy())
    coefficients = torch.zeros_like(y)
    coefficients[torch.from_numpy(machine.support_).long()] = torch.from_numpy(machine.dual_coef_[0]).to(y.dtype)
    return coefficients, float(machine.intercept_[0])


def _accuracy(values: Tensor, y: Tensor) -> float:
    return float((values * y > 0).double().mean())
