"""Readers of series in Hermite polynomials, as they stand in formulas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy
from sympy import Basic, Integer, Symbol
from sympy.utilities.iterables import sift

from lemmata import IllFormed
from theory.hermite import He


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
    for factor, series_part in linear_in(series, sympy.Sum):
        if series_part is not None:
            tails += _tails(series_part, factor, x)
            continue
        for order, weight in _polynomial_weights(factor, x).items():
            low[order] = low.get(order, Integer(0)) + weight
    return HermiteSeries(low, tuple(tails))


def linear_in(expression: Basic, kind: type[Basic]) -> Iterator[tuple[Basic, Basic | None]]:
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
            yield from linear_in(term, kind)
    elif isinstance(expression, sympy.Mul):
        (inner, *others), rest = sift(expression.args, lambda factor: factor.has(kind), binary=True)
        if others:
            raise IllFormed(f"a product with more than one {kind.__name__}")
        for factor, node in linear_in(inner, kind):
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
    for weight, name in linear_in(series.function, He):
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
