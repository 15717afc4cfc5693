r"""Algorithm 1 of Damian, Lee and Soltanolkotabi (COLT 2022), step by step, up to the head.

Preprocessing, then one full-batch gradient step on W from a symmetric initialisation (f = 0, b = 0) with
weight decay :math:`\lambda_1 = 1/\eta_1`, which leaves :math:`w_j^{(1)} = 2 \eta_1 a_j g_n(w_j)`. The head is
in :mod:`empirics.heads`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from empirics.validation import finite_matrix, finite_vector, nonnegative, one_precision
from lemmata.errors import LemmataError

BLOCK = 1_750_000
"""Bytes of a block of activations: small enough for a core's caches, large enough that products run at their full rate."""

TILE = 48
"""Blocks have a multiple of this many rows, the tile that matrix products work in; others are up to a tenth slower."""

LEAST = 7
"""Tiles of a block at least: thinner products run at the memory's pace, not the processor's."""


def row_blocks(width: int, *tables: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Tables of n rows each by blocks of rows, so that (n, width) activations are never held whole.

    The activations of a block take about ``BLOCK`` bytes, or more where that is fewer than ``LEAST`` tiles of rows.
    """
    rows = TILE * max(LEAST, BLOCK // (width * TILE * tables[0].element_size()))
    for start in range(0, tables[0].shape[0], rows):
        yield tuple(table[start : start + rows] for table in tables)


@dataclass(frozen=True)
class LinearPart:
    r"""The empirical :math:`\alpha = \frac1n\sum y_i` and :math:`\beta = \frac1n\sum y_i x_i`, (d,)."""

    alpha: Tensor
    beta: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """alpha + beta . x at (n, d) inputs, (n,)."""
        return self.alpha + x @ self.beta


def linear_part(x: Tensor, y: Tensor) -> LinearPart:
    """Algorithm 1's preprocessing, from (n, d) inputs and (n,) labels; the residual is ``y - part(x)``.

    Raises
    ------
    LemmataError : no data, shapes or precisions that do not fit, NaN or infinity.
    """
    finite_matrix("inputs", x)
    finite_vector("labels", y, x.shape[0])
    one_precision(inputs=x, labels=y)
    return LinearPart(y.mean(), x.T @ y / x.shape[0])


def first_step_gradient(x: Tensor, residual: Tensor, w: Tensor, b: Tensor | None = None) -> Tensor:
    r""":math:`g_n(w_j) = \frac1n \sum_i \hat y_i\, x_i\, 1\{\langle w_j, x_i\rangle + b_j \ge 0\}`.

    Definition 12 (there b = 0). At a network with f = 0 the gradient of
    :math:`\frac1n\sum(f(x_i) - \hat y_i)^2` in :math:`w_j` is :math:`-2 a_j g_n(w_j)`.

    Parameters
    ----------
    x, residual : (n, d) inputs and (n,) preprocessed labels.
    w, b : (m, d) neurons and (m,) biases (0 when omitted).

    Returns
    -------
    (m, d), in the inputs' precision.

    Raises
    ------
    LemmataError : no data, shapes or precisions that do not fit, NaN or infinity.
    """
    finite_matrix("inputs", x)
    finite_vector("residual labels", residual, x.shape[0])
    finite_matrix("neurons", w, columns=x.shape[1])
    if b is not None:
        finite_vector("biases", b, w.shape[0])
        one_precision(neurons=w, biases=b)
    one_precision(inputs=x, residual=residual, neurons=w)
    m, d = w.shape
    # The activations lie neuron by neuron, (m, rows), and the sum direction by direction, (d, m): of the four
    # layouts this is the one in which both products, thin as they are, run near the rate of a square one.
    total = torch.zeros(d, m, dtype=w.dtype)
    # Two buffers for all blocks: fresh memory would cost more than what is computed in it.
    gates, weighted = torch.empty(0, dtype=w.dtype), torch.empty(0, dtype=w.dtype)
    for rows, labels in row_blocks(m, x, residual):
        torch.mul(labels[:, None], rows, out=weighted.resize_(rows.shape))
        active = gates.resize_(m, rows.shape[0])
        if b is None:
            torch.mm(w, rows.T, out=active)
        else:
            torch.addmm(b[:, None], w, rows.T, out=active)
        total.addmm_(weighted.T, active.ge_(0).T)
    return total.T / x.shape[0]


def step_size(gradient: Tensor, pre_activation: float = 0.25) -> float:
    r"""The step size :math:`\eta_1` for which pre-activations have the root mean square ``pre_activation``.

    :math:`\eta_1` is ``pre_activation`` over :math:`2\,\mathrm{rms}_j \|g_n(w_j)\|`, since for a fresh x
    :math:`\langle w_j^{(1)}, x \rangle` has variance :math:`4\eta_1^2\|g_n(w_j)\|^2`. As
    :math:`\|g_n(w)\|` is about :math:`\|H\|_F/\sqrt{2\pi d}`, this is Theorem 1's
    :math:`\eta_1 = \tilde O(\sqrt d)`. The constant serves the proof of Lemma 23, which needs
    :math:`|2\eta_1 \langle g_n(w_j), x_i \rangle| \le 1`, where biases from N(0, 1) put their kinks: with
    1/4, fewer than one in a hundred pre-activations are larger (they are products of two nearly Gaussian
    variables). At d = 10, p = 4, n = 10^4, m = 100 the excess risk is flat around this choice, and 3 times
    larger at root mean square 1.

    Parameters
    ----------
    gradient : (m, d), the vectors :math:`g_n(w_j)`.
    pre_activation : their root mean square at a fresh input, nonnegative.

    Raises
    ------
    LemmataError : NaN or infinity, a negative size, or a gradient that vanishes for every neuron.
    """
    finite_matrix("gradient", gradient)
    nonnegative("pre-activations", pre_activation)
    size = float(gradient.square().sum(dim=1).mean().sqrt())
    if size == 0:
        raise LemmataError(
            "first step: the gradient vanishes for every neuron; check that the labels are not all equal"
        )
    return pre_activation / (2 * size)


def first_step(a: Tensor, gradient: Tensor, eta: float) -> Tensor:
    r"""The neurons after the first step with weight decay :math:`1/\eta_1`: :math:`2\eta_1 a_j g_n(w_j)`.

    Parameters
    ----------
    a, gradient : (m,) head and (m, d) vectors :math:`g_n(w_j)`.
    eta : the step size :math:`\eta_1 \ge 0`.

    Returns
    -------
    (m, d).

    Raises
    ------
    LemmataError : shapes that do not fit, NaN or infinity, a negative step size.
    """
    finite_matrix("gradient", gradient)
    finite_vector("head", a, gradient.shape[0])
    nonnegative("step size", eta)
    return 2 * eta * a[:, None] * gradient
