"""Sums of tensor terms as they stand in formulas: C_k = E[grad^k f] against Hermite tensors, and norms of tensors.

``C_k`` is the average k-th derivative of a polynomial f of x ~ N(0, I_d), a symmetric k-tensor. On f(x) = He_q(u.x) with
unit u it is q! u (x) ... (x) u for k = q and zero else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import sympy
from sympy import Basic, Function, Symbol

from lemmata import IllFormed
from theory.hermite_series import linear_in


class HermitePairing(Function):
    """C_i contracted with the Hermite tensor He_j(x), of rank i - j: ``HermitePairing(i, j)``."""

    nargs = 2

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        i, j = (printer.doprint(a) for a in self.args)
        if i == j:
            return rf"\left\langle C_{{{i}}}, He_{{{j}}}(x)\right\rangle"
        return rf"C_{{{i}}}\left(He_{{{j}}}(x)\right)"


class DerivativeNorm(Function):
    """The squared Frobenius norm of C_k: ``DerivativeNorm(k)``."""

    nargs = 1

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\|C_{{{printer.doprint(self.args[0])}}}\|_F^2"


class TraceNorm(Function):
    """The squared Frobenius norm of T(I^{(x) l}), of which l pairs of slots are contracted: ``TraceNorm(l)``."""

    nargs = 1

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\|T(I^{{\otimes {printer.doprint(self.args[0])}}})\|_F^2"


class DerivativeTrace(Function):
    """C_i(I^{(x) l}), of rank i - 2l: ``DerivativeTrace(i, l)``."""

    nargs = 2

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        i, pairs = (printer.doprint(a) for a in self.args)
        return rf"C_{{{i}}}(I^{{\otimes {pairs}}})"


class PowerPairing(Function):
    """A symmetric 2k-tensor contracted with w^{(x) 2k}: ``PowerPairing(k)``."""

    nargs = 1

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\tilde T_k(w^{{\otimes 2 {printer.doprint(self.args[0])}}})"


class Mean(Function):
    """The expectation over w ~ N(0, I_d) of what stands inside."""

    nargs = 1

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\mathbb{{E}}_w\left[{printer.doprint(self.args[0])}\right]"


@dataclass(frozen=True)
class TensorSeries:
    """A sum over ``index`` from ``low`` to ``high`` of ``weight`` times one named tensor."""

    index: Symbol
    low: Basic
    high: Basic
    weight: Basic
    arguments: tuple[Basic, ...]

    def order(self, index: Basic) -> Basic:
        """The named tensor's first argument at a value of the index."""
        return sympy.expand(self.arguments[0].subs(self.index, index))

    def at_order(self, order: Basic) -> tuple[Basic, ...]:
        """The weight, and the named tensor's further arguments, where its first argument is ``order``.

        Raises
        ------
        IllFormed : the first argument is not the index plus an integer, so that an order may be missed or met twice.
        """
        shift = sympy.expand(self.arguments[0] - self.index)
        if not shift.is_Integer:
            raise IllFormed(f"the order {self.arguments[0]} is not a shift of the index {self.index}")
        met = {self.index: order - shift}
        return (self.weight.subs(met), *(sympy.expand(argument.subs(met)) for argument in self.arguments[1:]))


def value_at(formula: Basic, values: Mapping[Symbol, Basic | int]) -> Basic:
    """A formula with values for some of its symbols, put in at once and evaluated.

    Raises
    ------
    IllFormed : a part of it is undefined there, as the double factorial of -2.
    """
    return _value_at(formula, tuple(values.items()))


@cache
def _value_at(formula: Basic, values: tuple[tuple[Symbol, Basic | int], ...]) -> Basic:
    try:
        return formula.subs(values, simultaneous=True).doit()
    except ValueError as error:
        raise IllFormed(f"{formula} has no value at {dict(values)}") from error


def single(expression: Basic, kind: type[Basic]) -> tuple[Basic, Basic]:
    """A constant factor times one node of a kind, as (factor, node).

    Raises
    ------
    IllFormed : the expression has another shape.
    """
    parts = list(linear_in(expression, kind))
    if len(parts) == 1:
        ((factor, node),) = parts
        if node is not None and not factor.has(kind):
            return factor, node
    raise IllFormed(f"not a constant times one {kind.__name__}")


def tensor_series(series: Basic, named: type[Function]) -> TensorSeries:
    """Read a sum over one index of a weight times one named tensor; constant factors may stand before the sum.

    Raises
    ------
    IllFormed : the expression has another shape.
    """
    factor, total = single(series, sympy.Sum)
    if len(total.limits) != 1:
        raise IllFormed("a sum over more than one index")
    index, low, high = total.limits[0]
    weight, tensor = single(total.function, named)
    if factor.has(named):
        raise IllFormed(f"not linear in {named.__name__}")
    return TensorSeries(index, low, high, factor * weight, tensor.args)
