"""Hermite polynomials He_k (probabilists'), Hermite coefficients of activations, and readers of Hermite series.

E[He_j(Z) He_k(Z)] = k! delta_jk for a standard normal Z; He_{k+1}(x) = x He_k(x) - k He_{k-1}(x).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import sympy
from flint import arb
from sympy import Basic, Function, Integer, Symbol
from sympy.core.function import ArgumentIndexError
from sympy.utilities.iterables import sift

from lemmata import IllFormed
from lemmata.engines.balls import NoEnclosure, whole_number


class He(Function):
    """The probabilists' Hermite polynomial He_k(x), left as a name; ``doit`` expands it where k is a number.

    Parameters
    ----------
    k : nonnegative integer, or a symbol for one.
    x : any expression.
    """

    nargs = 2

    def doit(self, **hints: object) -> Basic:
        k, x = self.args
        if k.is_Integer and k >= 0:
            return sum((c * x**i for i, c in enumerate(polynomial(int(k)))), Integer(0))
        return self

    def fdiff(self, argindex: int = 2) -> Basic:
        """He_k' = k He_{k-1}.

        Raises
        ------
        ArgumentIndexError : the derivative in the order k is asked for.
        """
        if argindex != 2:
            raise ArgumentIndexError(self, argindex)
        k, x = self.args
        return k * He(k - 1, x)

    def step_down(self) -> Basic:
        """The three-term recurrence: an equal expression in the next two lower orders."""
        k, x = self.args
        return x * He(k - 1, x) - (k - 1) * He(k - 2, x)

    @staticmethod
    def enclose(k: arb, x: arb) -> arb:
        """A ball for He_k(x) at a whole number k >= 0 (by the recurrence)."""
        order = whole_number(k)
        if order is None or order < 0:
            raise NoEnclosure("the order of a Hermite polynomial is a nonnegative integer")
        before, value = arb(0), arb(1)
        for i in range(order):
            before, value = value, x * value - i * before
        return value

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        k, x = (printer.doprint(a) for a in self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"He_{{{k}}}{power}\left({x}\right)"


@cache
def polynomial(k: int) -> tuple[int, ...]:
    """The integer coefficients of He_k, ascending: ``polynomial(3) == (0, -3, 0, 1)``.

    Raises
    ------
    ValueError : k is negative.
    """
    if k < 0:
        raise ValueError(f"He_k needs k >= 0, not {k}")
    before: tuple[int, ...] = ()
    value: tuple[int, ...] = (1,)
    for i in range(k):
        shifted = (0, *value)
        lower = [i * c for c in before] + [0] * (len(shifted) - len(before))
        before, value = value, tuple(s - c for s, c in zip(shifted, lower, strict=True))
    return value


@dataclass(frozen=True)
class Tail:
    """A sum over ``index`` from ``start`` on of ``weight`` times the Hermite polynomial of order ``order``."""

    order: Basic
    weight: Basic
    start: int
    index: Symbol

    def at(self, order: int) -> Basic:
        """The weight that the sum gives to one order (zero if the order does not occur)."""
        steps = sympy.solve(sympy.Eq(self.order, order), self.index)
        if steps and steps[0].is_Integer and steps[0] >= self.start:
            return self.weight.subs(self.index, steps[0])
        return Integer(0)


@dataclass(frozen=True)
class HermiteSeries:
    """A series in Hermite polynomials of one variable: finitely many low terms, and sums with a symbolic order."""

    low: dict[int, Basic]
    tails: tuple[Tail, ...]

    @property
    def steady(self) -> int:
        """An order from which on all low terms have ended and all sums have begun."""
        begun = [int(tail.order.subs(tail.index, tail.start)) for tail in self.tails]
        return max([order + 1 for order in self.low] + begun, default=0)

    def weight(self, order: int) -> Basic:
        """The total weight of He_order, exact."""
        return self.low.get(order, Integer(0)) + sum((tail.at(order) for tail in self.tails), Integer(0))


def hermite_series(series: Basic, x: Symbol) -> HermiteSeries:
    """Read a series in Hermite polynomials of ``x``: polynomials, and sums to infinity of weights times Hermite
    polynomials.

    The sums may stand inside of products with constants. An order must be affine in the sum's index, increasing.

    Raises
    ------
    IllFormed : the expression has another shape.
    """
    low: dict[int, Basic] = {}
    tails: list[Tail] = []
    for factor, series_part in _linear(series, sympy.Sum):
        if series_part is not None:
            tails += _tails(series_part, factor, x)
            continue
        for order, weight in _polynomial_weights(factor, x).items():
            low[order] = low.get(order, Integer(0)) + weight
    return HermiteSeries(low, tuple(tails))


def _linear(expression: Basic, kind: type[Basic]) -> Iterator[tuple[Basic, Basic | None]]:
    """An expression as a sum of factors times nodes of a kind; a term without such a node is a factor alone.

    Raises
    ------
    IllFormed : the expression is not linear in them.
    """
    if not expression.has(kind):
        yield expression, None
    elif isinstance(expression, kind):
        yield Integer(1), expression
    elif isinstance(expression, sympy.Add):
        for term in expression.args:
            yield from _linear(term, kind)
    elif isinstance(expression, sympy.Mul):
        (inner, *others), rest = sift(expression.args, lambda factor: factor.has(kind), binary=True)
        if others:
            raise IllFormed(f"a product with more than one {kind.__name__}")
        for factor, node in _linear(inner, kind):
            yield sympy.Mul(*rest, factor), node
    else:
        raise IllFormed(f"{kind.__name__} inside of {expression.func.__name__}")


def _polynomial_weights(term: Basic, x: Symbol) -> dict[int, Basic]:
    plain = sympy.expand(term.doit())
    if not plain.is_polynomial(x):
        raise IllFormed(f"{term} is not a polynomial in {x}")
    weights: dict[int, Basic] = {}
    remainder = sympy.Poly(plain, x)
    while not remainder.is_zero:
        order = remainder.degree()
        weights[order] = remainder.LC()
        remainder = remainder - sympy.Poly(He(order, x).doit() * remainder.LC(), x)
    return weights


def _tails(series: sympy.Sum, factor: Basic, x: Symbol) -> Iterator[Tail]:
    if len(series.limits) != 1:
        raise IllFormed("a sum over more than one index")
    index, start, end = series.limits[0]
    if end != sympy.oo or not start.is_Integer:
        raise IllFormed("a sum that does not run from an integer to infinity")
    for weight, name in _linear(series.function, He):
        if name is None or name.args[1] != x:
            raise IllFormed("a part of a summand that is not a weight times a Hermite polynomial of the variable")
        order = sympy.expand(name.args[0])
        slope, first = sympy.diff(order, index), order.subs(index, start)
        if not (slope.is_Integer and slope > 0 and first.is_Integer and first >= 0):
            raise IllFormed(
                f"an order {order} that is not affine and increasing in {index} from a nonnegative integer on"
            )
        if weight.has(x) or factor.has(x):
            raise IllFormed("a weight that depends on the variable")
        yield Tail(order, factor * weight, int(start), index)
