r"""Kernels of two-layer ReLU networks in closed form: averages over a neuron, and over an input.

For :math:`w \sim N(0, I_d)` and inputs x, x' at an angle :math:`\theta`, with cosine :math:`\rho`,

.. math::
   E[1_{w \cdot x \ge 0}\,1_{w \cdot x' \ge 0}] = \frac{\pi - \theta}{2\pi} = \frac14 + \frac{\arcsin \rho}{2\pi},
   \qquad
   E[\sigma(w \cdot x)\,\sigma(w \cdot x')]
   = \|x\| \|x'\|\,\frac{\sin\theta + (\pi - \theta)\cos\theta}{2\pi}

(Cho & Saul 2009, orders 0 and 1). Other laws of w reduce to this one. Uniform on the sphere: the first is the same,
the second is divided by d, since :math:`E\|w\|^2 = d` and it is homogeneous. A bias :math:`b \sim N(0, s^2)` is a
weight more: append s to every input (:func:`with_bias`).

Exact forms are SymPy expressions, which Arb's balls enclose; the matrices are floats.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, owens_t
from sympy import Basic, Expr, Matrix, Rational, asin, pi, sqrt

from lemmata.errors import LemmataError

Floats = NDArray[np.float64]

NEARLY_PARALLEL = 1e-3
"""Where a cosine is so close to 1 or -1, its arc cosine loses digits: the angle is taken from the difference."""
NEXT_TO_NOTHING = 1e-100
"""Biases below it count as zero."""


# Exact forms.


def step_kernel(rho: Basic) -> Expr:
    r"""E[1{w.x >= 0} 1{w.x' >= 0}] for inputs with cosine rho, exact.

    >>> step_kernel(Rational(1, 2))
    1/3
    """
    return Rational(1, 4) + asin(rho) / (2 * pi)


def relu_kernel(rho: Basic) -> Expr:
    r"""E[ReLU(w.x) ReLU(w.x')] for unit inputs with cosine rho and :math:`w \sim N(0, I)`, exact.

    >>> relu_kernel(Rational(1))
    1/2
    """
    return (sqrt(1 - rho**2) + rho * (pi / 2 + asin(rho))) / (2 * pi)


def cosine(x: Matrix, y: Matrix) -> Expr:
    """The cosine of the angle between two vectors, exact.

    Raises
    ------
    LemmataError : one of them vanishes.
    """
    lengths = x.dot(x) * y.dot(y)
    if lengths == 0:
        raise LemmataError("the zero vector has no angle")
    return x.dot(y) / sqrt(lengths)


# Matrices in floats.


def with_bias(x: Floats, deviation: float) -> Floats:
    """Inputs (n, d) with one more coordinate, the bias's standard deviation over that of a weight: (n, d + 1)."""
    return np.column_stack([x, np.full(len(x), deviation)])


def angles(x: Floats, y: Floats) -> Floats:
    r"""Angles in [0, pi] between the rows of x, (n, d), and of y, (N, d): (n, N).

    The absolute error is below :math:`100 d` units of rounding, :math:`2 \cdot 10^{-14} d`, also for parallel rows.

    Raises
    ------
    LemmataError : a row of zeros, or one that is not finite.
    """
    u, v = (_directions(rows) for rows in (x, y))
    cosines = np.clip(u @ v.T, -1.0, 1.0)
    found: Floats = np.arccos(cosines)
    i, j = np.nonzero(np.abs(cosines) > 1 - NEARLY_PARALLEL)
    # Kahan's formula: half the angle has the tangent |u - v| / |u + v|.
    found[i, j] = 2 * np.arctan2(np.linalg.norm(u[i] - v[j], axis=1), np.linalg.norm(u[i] + v[j], axis=1))
    return found


def step_kernel_matrix(x: Floats, y: Floats) -> Floats:
    """E[1{w.x >= 0} 1{w.y >= 0}] for rows of x and y, w with a uniform direction: (n, N). Errors as for angles."""
    return np.asarray((np.pi - angles(x, y)) / (2 * np.pi))


def relu_kernel_matrix(x: Floats, y: Floats) -> Floats:
    r"""E[ReLU(w.x) ReLU(w.y)] for rows of x and y, :math:`w \sim N(0, I)`: (n, N).

    Accurate to :func:`angles`' error times the product of the lengths. Errors raised as for angles.
    """
    theta = angles(x, y)
    lengths = np.outer(np.linalg.norm(x, axis=1), np.linalg.norm(y, axis=1))
    return np.asarray(lengths * (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / (2 * np.pi))


def tangent_kernel_matrix(x: Floats, y: Floats) -> Floats:
    r"""The tangent kernel of all parameters at the paper's initialisation, for each neuron on average: (n, N).

    For :math:`\sum_j a_j \sigma(w_j \cdot x + b_j)` with :math:`a_j = \pm 1`, :math:`w_j \sim N(0, I_d/d)`, b = 0,
    the derivatives in a, W and b contribute :math:`E[\sigma\sigma]`, :math:`x \cdot x'\,E[\sigma'\sigma']` and
    :math:`E[\sigma'\sigma']`. Pairing neurons changes no average. Errors as for angles.
    """
    return np.asarray(relu_kernel_matrix(x, y) / x.shape[1] + (x @ y.T + 1) * step_kernel_matrix(x, y))


# Averages over an input, for neurons with biases.


def biased_relu_moment(rho: Floats, a: Floats, b: Floats) -> Floats:
    r"""E[ReLU(X + a) ReLU(Y + b)] for standard normal X, Y of correlation rho, elementwise.

    With :math:`s^2 = 1 - \rho^2` and the joint distribution function :math:`\Phi_2`, two integrations by parts leave

    .. math:: (\rho + ab)\,\Phi_2(a, b; \rho) + a\,\varphi(b)\,\Phi\big(\tfrac{a - \rho b}{s}\big)
       + b\,\varphi(a)\,\Phi\big(\tfrac{b - \rho a}{s}\big)
       + \tfrac{s}{2\pi} \exp\big(-\tfrac{a^2 - 2\rho ab + b^2}{2 s^2}\big).

    The absolute error is below :math:`10^{-14} (1 + |a|)(1 + |b|)` for :math:`|\rho| \le 1 - 10^{-6}`; use
    :func:`relu_second_moment` for :math:`\rho = 1, a = b`.

    Raises
    ------
    LemmataError : a correlation outside (-1, 1).
    """
    if not np.all(np.abs(rho) < 1):
        raise LemmataError("correlations: expected numbers between -1 and 1, both excluded")
    s = np.sqrt((1 - rho) * (1 + rho))
    a_given_b, b_given_a = (a - rho * b) / s, (b - rho * a) / s
    joint = _joint_distribution(rho, a, b)
    exponent = -(b_given_a**2 + a**2) / 2
    return np.asarray(
        (rho + a * b) * joint
        + a * _density(b) * ndtr(a_given_b)
        + b * _density(a) * ndtr(b_given_a)
        + s / (2 * np.pi) * np.exp(exponent)
    )


def relu_second_moment(b: Floats) -> Floats:
    r"""E[ReLU(Z + b)^2] = (1 + b^2) Phi(b) + b phi(b) for a standard normal Z, elementwise."""
    return np.asarray((1 + b**2) * ndtr(b) + b * _density(b))


def _joint_distribution(rho: Floats, a: Floats, b: Floats) -> Floats:
    """P[X <= a, Y <= b] at correlation rho, by Owen's T function (Owen 1956)."""
    s = np.sqrt((1 - rho) * (1 + rho))
    # What is next to nothing becomes a positive zero, so that no product underflows and an infinite slope has the
    # sign of its numerator.
    a, b = (np.where(np.abs(h) < NEXT_TO_NOTHING, 0.0, h) for h in (a, b))
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = (b - rho * a) / (s * a), (a - rho * b) / (s * b)
    signs = np.sign(a) * np.sign(b)
    at_origin = (a == 0) & (b == 0)
    total = (ndtr(a) + ndtr(b)) / 2 - np.where((signs < 0) | ((signs == 0) & (a + b < 0)), 0.5, 0.0)
    for height, slope in zip((a, b), slopes, strict=True):
        total = total - owens_t(height, np.where(at_origin, np.sqrt((1 - rho) / (1 + rho)), slope))
    return np.asarray(total)


def _density(x: Floats) -> Floats:
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))


def _directions(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not (np.all(np.isfinite(lengths)) and np.all(lengths > 0)):
        raise LemmataError("inputs: expected finite rows, none of them zero")
    return np.asarray(rows / lengths)
