r"""The least population risk of ReLU features that stay at their draw, for targets of one direction.

For features :math:`\sigma(\langle w_i, x\rangle + b_i)` with unit w_i, :math:`x \sim N(0, I_d)` and
:math:`f = \sum_k f_k He_k(\langle u, x\rangle)`, the least risk over all heads :math:`a \in \mathbb R^m` is

.. math:: \min_a E\big(f(x) - \textstyle\sum_i a_i \sigma(\langle w_i, x\rangle + b_i)\big)^2 = E f^2 - v^T K^{-1} v,

with :math:`K_{ij} = E[\sigma(X_i + b_i)\,\sigma(X_j + b_j)]` at correlation :math:`\langle w_i, w_j\rangle`, and
:math:`v_i = \sum_k f_k\,\langle u, w_i\rangle^k\,c_k(b_i)`, where :math:`c_k(b) = E[\sigma(Z + b) He_k(Z)]`. No number of
samples brings a head below it: it is what the width costs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import sympy
from scipy.linalg import LinAlgError, cho_solve, cholesky, solve_triangular

from lemmata.errors import LemmataError
from theory.activations import RELU
from theory.hermite import coefficient
from theory.kernels import Floats, biased_relu_moment, relu_second_moment

ENTRY_ERROR = 1e-14
"""Bounds the rounding of an entry of K, relative to :math:`(1 + |b_i|)(1 + |b_j|)`."""


class Floor(NamedTuple):
    """A least risk, and an estimate of its absolute error."""

    risk: float
    error: float


def risk_floor(neurons: Floats, biases: Floats, direction: Floats, series: Sequence[float]) -> Floor:
    r"""The least population risk of given features, :math:`E f^2 - v^T K^{-1} v`.

    Its error is estimated from two parts: :math:`r^T K^{-1} r` for the residual :math:`r = v - K a` of the computed head a,
    which is by how much a misses the minimum; and :math:`\|a\|^2` in the norm that weighs the rounding of K.

    Parameters
    ----------
    neurons : (m, d), unit rows, no two of them parallel.
    biases : (m,).
    direction : (d,), the unit vector u.
    series : the target's Hermite coefficients :math:`f_0, f_1, \dots`.

    Raises
    ------
    LemmataError : shapes that do not fit, rows that are not unit vectors, features that are dependent to working
        precision.
    """
    _check(neurons, biases, direction)
    gram = gram_matrix(neurons, biases)
    overlaps = neurons @ direction
    correlations = sum(
        (weight * overlaps**k * activation_coefficient(k)(biases) for k, weight in enumerate(series) if weight),
        np.zeros(len(biases)),
    )
    try:
        factor = cholesky(gram, lower=True)
    except LinAlgError as error:
        raise LemmataError("features: linearly dependent to working precision; leave some out") from error
    head = cho_solve((factor, True), correlations)
    missed = solve_triangular(factor, correlations - gram @ head, lower=True)
    second_moment = sum(math.factorial(k) * weight**2 for k, weight in enumerate(series))
    rounding = ENTRY_ERROR * float(np.abs(head) @ (1 + np.abs(biases))) ** 2
    return Floor(float(second_moment - correlations @ head), float(missed @ missed) + rounding)


def gram_matrix(neurons: Floats, biases: Floats) -> Floats:
    r"""K: second moments of the features over :math:`x \sim N(0, I_d)`, (m, m).

    Parameters
    ----------
    neurons, biases : as for :func:`risk_floor`.
    """
    m = len(biases)
    i, j = np.triu_indices(m, 1)
    gram = np.diag(relu_second_moment(biases))
    gram[i, j] = gram[j, i] = biased_relu_moment((neurons @ neurons.T)[i, j], biases[i], biases[j])
    return gram


@cache
def activation_coefficient(k: int) -> Callable[[Floats], Floats]:
    """The function c_k of a bias, elementwise in floats, from its exact form.

    Raises
    ------
    ValueError : k is negative.
    """
    b = sympy.Symbol("b", real=True)
    exact = sympy.factor(coefficient(RELU, k, b))
    function: Callable[[Floats], Floats] = sympy.lambdify(b, exact, "scipy")
    return function


def _check(neurons: Floats, biases: Floats, direction: Floats) -> None:
    if neurons.ndim != 2 or biases.shape != neurons.shape[:1] or direction.shape != neurons.shape[1:]:
        raise LemmataError(
            f"features: expected (m, d) neurons, (m,) biases and a (d,) direction, got {neurons.shape}, {biases.shape} "
            f"and {direction.shape}"
        )
    lengths = np.linalg.norm(np.vstack([neurons, direction]), axis=1)
    if not np.allclose(lengths, 1, rtol=0, atol=1e-12):
        raise LemmataError("features: expected neurons and a direction of length 1")
