r"""Rademacher complexities of two-layer ReLU networks on a fixed sample, exactly, by enumerating the signs.

The convention is that of the paper which uses them: :math:`R_n(F) = E_{x,\sigma} \sup_{f \in F} \frac1n \sum_i \sigma_i
f(x_i)` with independent signs :math:`\sigma_i = \pm1`. On a fixed sample the outer expectation is left out; then a finite
number of signs and a finite number of corners give the value exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import sympy
from sympy import Basic, Expr, Integer, Rational, Symbol, sqrt

from lemmata.errors import LemmataError
from theory.activations import Relu
from theory.gaussian import expectation

MOST_SAMPLES = 12
"""Beyond this many samples the 2^n signs are not enumerated."""


def signs(n: int) -> Iterator[tuple[int, ...]]:
    """The 2^n vectors of signs of length n, each as likely as any other.

    Raises
    ------
    LemmataError : n is not between 1 and ``MOST_SAMPLES``.
    """
    if not 1 <= n <= MOST_SAMPLES:
        raise LemmataError(f"signs of {n} samples: enumerate between 1 and {MOST_SAMPLES}")
    return itertools.product((1, -1), repeat=n)


def head_complexity(features: Sequence[Sequence[Basic]], radius: Basic) -> Expr:
    r"""The complexity of :math:`\{x \mapsto \langle a, h(x)\rangle : \|a\|_2 \le B\}` on a fixed sample, exact.

    It is :math:`\frac Bn E_\sigma \|\sum_i \sigma_i h(x_i)\|_2`, the supremum over a ball being a norm.

    Parameters
    ----------
    features : the vectors h(x_1), ..., h(x_n), n rows of equal length; numbers or symbols.
    radius : B, nonnegative.

    Raises
    ------
    LemmataError : no samples, or too many to enumerate.

    Examples
    --------
    >>> head_complexity([[3], [4]], Integer(1))
    2
    """
    n = len(features)
    total: Expr = Integer(0)
    for draw in signs(n):
        signed = [[sign * value for value in row] for sign, row in zip(draw, features, strict=True)]
        summed = [sum(column, Integer(0)) for column in zip(*signed, strict=True)]
        total += sqrt(sum((value**2 for value in summed), Integer(0)))
    return radius * total / (n * 2**n)


def neuron_supremum(weights: Sequence[int], points: Sequence[Rational], radius: Rational, bias: Rational) -> Rational:
    r"""The largest :math:`|\sum_i c_i\,\mathrm{ReLU}(w x_i + b)|` over :math:`|w| \le B_w` and :math:`|b| \le \beta`, exact.

    On each cell of the lines :math:`w x_i + b = 0` the sum is affine in (w, b); so its extremes are at corners of cells.

    Parameters
    ----------
    weights : c_1, ..., c_n.
    points : x_1, ..., x_n, the one-dimensional sample.
    radius, bias : B_w and beta, nonnegative.
    """
    corners = set(itertools.product((-radius, radius), (-bias, bias))) | {(Integer(0), Integer(0))}
    for x in points:
        corners |= {(w, -w * x) for w in (-radius, radius) if abs(w * x) <= bias}
        corners |= {(-b / x, b) for b in (-bias, bias) if x != 0 and abs(b) <= radius * abs(x)}
    return max(
        abs(sum((c * max(w * x + b, Integer(0)) for c, x in zip(weights, points, strict=True)), Integer(0)))
        for w, b in corners
    )


def network_complexity(points: Sequence[Rational], width: int, head: Expr, radius: Rational, bias: Rational) -> Expr:
    r"""The complexity of :math:`\{x \mapsto \sum_j a_j \mathrm{ReLU}(w_j x + b_j)\}` on a one-dimensional sample, exact.

    The class has :math:`\|a\|_2 \le B_a`, :math:`|w_j| \le B_w`, :math:`|b_j| \le \beta`. The m neurons may all be the best
    one; so it is :math:`\frac{B_a \sqrt m}{n} E_\sigma \sup_{w,b} |\sum_i \sigma_i \mathrm{ReLU}(w x_i + b)|`.

    Parameters
    ----------
    points : x_1, ..., x_n, rational.
    width : m, at least 1.
    head, radius, bias : B_a, B_w and beta, nonnegative.

    Raises
    ------
    LemmataError : no samples, or too many to enumerate.
    """
    n = len(points)
    total = sum((neuron_supremum(draw, points, radius, bias) for draw in signs(n)), Integer(0))
    return head * sqrt(Integer(width)) * total / (n * 2**n)


def neuron_energy(length: Symbol, bias: Basic) -> Expr:
    r""":math:`E\,\mathrm{ReLU}(w \cdot x + b)^2` for :math:`x \sim N(0, I_d)` and :math:`\|w\| = s > 0`, exact.

    It is :math:`(s^2 + b^2)\,\Phi(b/s) + s\,b\,\varphi(b/s)`, at most :math:`s^2 + b^2`.

    Parameters
    ----------
    length : s, a positive number or a symbol that assumes it.
    bias : b.
    """
    z = sympy.Dummy("z", real=True)
    return expectation(Relu(length * z + bias) ** 2, z)
