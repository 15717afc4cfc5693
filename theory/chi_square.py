"""The chi-square law's two tails, as functions with rigorous values.

With s = d/2 and z = x/2 they are the regularised incomplete gamma functions Q(s, z) and P(s, z). Both are sums of positive
terms: P an infinite one with a geometric remainder, which is short below the mean, and Q a finite one for integer d.
"""

from __future__ import annotations

from flint import arb, ctx
from sympy import Function

from lemmata.engines.balls import NoEnclosure, whole_number


class UpperTail(Function):
    """``UpperTail(d, x)``: P[X >= x] for X ~ chi-square(d), for integers d >= 1."""

    nargs = 2

    @staticmethod
    def enclose(d: arb, x: arb) -> arb:
        """A ball for the value."""
        degrees = _degrees(d)
        if x <= 0:
            return arb(1)
        return 1 - _below(degrees, x) if x < d else _above(degrees, x)


class LowerTail(Function):
    """``LowerTail(d, x)``: P[X <= x] for X ~ chi-square(d), for integers d >= 1."""

    nargs = 2

    @staticmethod
    def enclose(d: arb, x: arb) -> arb:
        """A ball for the value."""
        degrees = _degrees(d)
        if x <= 0:
            return arb(0)
        return _below(degrees, x) if x < d else 1 - _above(degrees, x)


def _degrees(d: arb) -> int:
    degrees = whole_number(d)
    if degrees is None or degrees < 1:
        raise NoEnclosure("degrees of freedom that are no positive integer")
    return degrees


def _below(degrees: int, x: arb) -> arb:
    """P[X <= x] for 0 < x < d: terms fall at least as fast as a geometric series from wherever one looks."""
    s, z = arb(degrees) / 2, x / 2
    term = (s * z.log() - z - (s + 1).lgamma()).exp()
    total, i = term, 1
    while True:
        ratio = z / (s + i)
        term *= ratio
        total += term
        remainder = term * ratio / (1 - ratio)
        if remainder < total.mid() * arb(2) ** -ctx.prec or not total.is_finite():
            return total + remainder.abs_upper() * arb(0.5, 0.5)
        i += 1


def _above(degrees: int, x: arb) -> arb:
    """P[X >= x] for x > 0: e^-z times a partial sum of the exponential series, with half-integer powers for odd d."""
    z = x / 2
    odd = degrees % 2
    shift = arb(odd) / 2
    tail = z.sqrt().erfc() if odd else arb(0)
    term = (shift * z.log() - z - (1 + shift).lgamma()).exp()
    for i in range((degrees - odd) // 2):
        tail += term
        term *= z / (i + 1 + shift)
    return tail
