"""The population gradient of the first step, E[f(x) x 1{w.x + b >= 0}], as a series in the derivatives of f.

``Contraction(k, j)`` is C_k(w, ..., w) with j copies of w, where C_k = E[grad^k f] is a symmetric k-tensor. On the
single-index functions f(x) = He_q(u.x) with unit u it is q! <u,w>^j u (x) ... (x) u for k = q and zero else; these
span all f of degree p, since powers of vectors span the symmetric tensors. ``ResidualContraction`` is the same of
f - alpha - beta.x, and ``Subtracted(0, 0)``, ``Subtracted(1, 0)`` are alpha and beta, the tensors of alpha + beta.x.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import sympy
from sympy import Basic, Function, Integer, Symbol

from lemmata import IllFormed
from theory.activations import RELU, Step
from theory.coefficients import HermiteCoefficient, coefficient, general_coefficient
from theory.gaussian import expectation
from theory.hermite import He
from theory.hermite_series import linear_in

W = Symbol("w")
"""The weight vector, a unit vector; scalar everywhere except as a factor of a term of the series."""


def _of_copies(tensor: str, copies: str) -> str:
    """LaTeX of a tensor on some copies of w."""
    if copies == "0":
        return tensor
    return rf"{tensor} w" if copies == "1" else rf"{tensor}\left(w^{{\otimes {copies}}}\right)"


class Contraction(Function):
    """C_k(w^{(x) j}), a tensor of rank k - j: ``Contraction(k, j)``."""

    nargs = 2

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        k, j = (printer.doprint(a) for a in self.args)
        return _of_copies(rf"C_{{{k}}}", j)


class ResidualContraction(Function):
    """E[grad^k (f - alpha - beta.x)](w^{(x) j}), a tensor of rank k - j: ``ResidualContraction(k, j)``."""

    nargs = 2

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        k, j = (printer.doprint(a) for a in self.args)
        return _of_copies(rf"\mathbb{{E}}[\nabla^{{{k}}} \hat f]", j)


class Subtracted(Function):
    """What preprocessing subtracts: alpha = ``Subtracted(0, 0)``, beta = ``Subtracted(1, 0)``, beta.w = ``Subtracted(1, 1)``."""

    nargs = 2

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        k, j = (printer.doprint(a) for a in self.args)
        return _of_copies({"0": r"\alpha", "1": r"\beta"}.get(k, rf"\hat C_{{{k}}}"), j)


TENSORS = (Contraction, ResidualContraction, Subtracted)


@dataclass(frozen=True)
class Components:
    """A vector in the plane of u and w: ``along_u * u + along_w * w``."""

    along_u: Basic
    along_w: Basic

    def on_w(self, t: Basic) -> Basic:
        """The component along the unit vector w, where t = <u,w>."""
        return self.along_u * t + self.along_w


@cache
def direct(q: int, t: Symbol, bias: Basic) -> tuple[Basic, Basic]:
    """E[He_q(u.x) x 1{w.x + b >= 0}] by exact integration over the plane of u and w, for a number q.

    Returns the component along w, and the component along the unit vector perpendicular to w in that plane divided by
    <u, that vector> = sqrt(1 - t^2): a polynomial in t, phi(b), Phi(b).
    """
    along, across = sympy.symbols("z_1 z_2")
    sine = Symbol("s", positive=True)
    f = He(Integer(q), t * along + sine * across).doit()
    gate = Step(along + bias)
    on_w = expectation(sympy.expand(f * along) * gate, along, across)
    on_normal = expectation(sympy.expand(f * across) * gate, along, across)
    square = {sine: sympy.sqrt(1 - t**2)}
    return sympy.expand(sympy.expand(on_w).subs(square)), sympy.expand(sympy.expand(on_normal / sine).subs(square))


def direct_in_general(q: Symbol, t: Symbol, bias: Basic) -> tuple[Basic, Basic]:
    """The same for every q >= 2, from E[h(w.x) He_q(u.x)] = t^q E[h(Z) He_q(Z)] and He_q' = q He_{q-1}.

    Along w, h(z) = z 1{z + b >= 0} = ReLU(z + b) - b 1{z + b >= 0}; across, h(z) = 1{z + b >= 0} against q He_{q-1}.
    """
    c = general_coefficient(RELU, q, bias)
    c_next = general_coefficient(RELU, q + 1, bias)
    return t**q * (c - bias * c_next), q * t ** (q - 1) * c


@dataclass(frozen=True)
class _Term:
    """weight * tensor_order(w^copies), times w or not."""

    tensor: type[Function]
    weight: Basic
    order: Basic
    copies: Basic
    times_w: bool

    def at(self, index: Symbol, k: Basic) -> _Term:
        order, copies = (sympy.expand(part.subs(index, k)) for part in (self.order, self.copies))
        return _Term(self.tensor, self.weight.subs(index, k), order, copies, self.times_w)


@dataclass(frozen=True)
class _Sum:
    """A sum of terms over ``index`` from ``start`` to ``end``; a term's order is affine in the index."""

    index: Symbol
    start: int
    end: Basic
    terms: tuple[_Term, ...]


@dataclass(frozen=True)
class GradientSeries:
    """A series of terms weight * C_order(w^copies) [w], single ones and sums of them, read from a formula."""

    low: tuple[_Term, ...]
    sums: tuple[_Sum, ...]

    def at_degree(
        self, q: int, p: int, degree: Symbol, t: Basic, bias: Basic, tensor: type[Function] = Contraction
    ) -> Components:
        """The series where ``tensor`` is that of He_q(u.x), as a member of the polynomials of degree p, and all
        others vanish; for numbers q <= p, exact.

        Raises
        ------
        IllFormed : a term that is not a vector, or a coefficient of negative order.
        """
        self._require_terms_without(degree)
        found = Components(Integer(0), Integer(0))
        for term in self.low:
            found = _add(found, term, tensor, Integer(q), t)
        for each in self.sums:
            end = each.end.subs(degree, p)
            if not (end.is_Integer or end == sympy.oo):
                raise IllFormed(f"a sum that ends at {each.end}, which is not an integer at {degree} = {p}")
            for term in each.terms:
                k = _index(term.order, each.index, Integer(q))
                if k.is_Integer and each.start <= k <= end:
                    found = _add(found, term.at(each.index, k), tensor, Integer(q), t)
        return Components(_numbers(found.along_u, bias), _numbers(found.along_w, bias))

    def at_general_degree(
        self, q: Basic, least: int, surplus: Basic, degree: Symbol, t: Basic, bias: Basic
    ) -> Components:
        """The same of ``Contraction`` or ``ResidualContraction`` for every q, with p = q + surplus.

        Parameters
        ----------
        q : a symbol, or an expression with integer coefficients affine in one, as 2m + 1. The symbol is at least
            ``least``, where q is above all the series' special cases.

        Raises
        ------
        IllFormed : it cannot be told for all q at once whether the series has a term of order q.
        """
        self._require_terms_without(degree)
        (symbol,) = q.free_symbols
        found = Components(Integer(0), Integer(0))
        for term in self.low:
            if not (term.order - q.subs(symbol, least)).is_negative:
                raise IllFormed(f"a term of order {term.order}, which is not below {q}")
        for each in self.sums:
            end = each.end.subs(degree, q + surplus)
            for term in each.terms:
                k = _index(term.order, each.index, q)
                constant, slope = k.subs(symbol, 0), k.coeff(symbol, 1)
                if not slope.is_Integer:
                    raise IllFormed(f"orders {term.order} that meet {q} for some {symbol} only")
                if not constant.is_Integer or not _decide(k - each.start, symbol, least):
                    continue
                if end == sympy.oo or _decide(sympy.expand(end - k), symbol, least):
                    found = _add(found, term.at(each.index, k), term.tensor, q, t)
        return Components(_closed(found.along_u, bias), _closed(found.along_w, bias))

    def last_orders(self) -> list[Basic]:
        """The order of the derivative with which each sum's terms end."""
        return [term.order.subs(each.index, each.end) for each in self.sums for term in each.terms]

    def _require_terms_without(self, degree: Symbol) -> None:
        """A polynomial of degree p is one of degree p + 1 too: its gradient's terms cannot depend on p."""
        every = [*self.low, *(term for each in self.sums for term in each.terms)]
        if any(part.has(degree) for term in every for part in (term.weight, term.order, term.copies)):
            raise IllFormed(f"a term that depends on {degree}")


def gradient_series(series: Basic) -> GradientSeries:
    """Read terms weight * C_i(w^j) * w or weight * C_i(w^j), and sums of such terms over an index.

    A sum may stand inside of a product with constants and w.

    Raises
    ------
    IllFormed : the expression has another shape.
    """
    low: list[_Term] = []
    sums: list[_Sum] = []
    for factor, inner in linear_in(series, sympy.Sum):
        if inner is None:
            low += _terms(factor)
        elif len(inner.limits) != 1:
            raise IllFormed("a sum over more than one index")
        else:
            index, start, end = inner.limits[0]
            if not (start.is_Integer and start >= 0):
                raise IllFormed(f"a sum that starts at {start}")
            if factor.has(index):
                raise IllFormed(f"an index {index} outside of its sum")
            sums.append(_Sum(index, int(start), end, tuple(_terms(factor * inner.function))))
    for term in low:
        if not (term.order.is_Integer and term.copies.is_Integer):
            raise IllFormed(f"a tensor of order {term.order}")
    subtracted = [term for term in low if term.tensor is Subtracted]
    if any(term.order not in (0, 1) for term in subtracted) or any(
        term.tensor is Subtracted for each in sums for term in each.terms
    ):
        raise IllFormed("alpha and beta have orders 0 and 1")
    return GradientSeries(tuple(low), tuple(sums))


def _terms(summand: Basic) -> list[_Term]:
    found = []
    for product in sympy.Add.make_args(sympy.expand(summand)):
        if product == 0:
            continue
        tensors = [f for f in sympy.Mul.make_args(product) if isinstance(f, TENSORS)]
        if len(tensors) != 1:
            raise IllFormed(f"{product}: not one tensor a term")
        rest = product / tensors[0]
        times_w = rest.has(W)
        weight = rest / W if times_w else rest
        if weight.has(sympy.I):
            raise IllFormed(f"{product}: not real")
        if weight.has(*TENSORS, W):
            raise IllFormed(f"{product}: not linear in the tensor and in w")
        order, copies = tensors[0].args
        found.append(_Term(tensors[0].func, weight, order, copies, times_w))
    return found


def _index(order: Basic, index: Symbol, q: Basic) -> Basic:
    """The index at which an order, affine and increasing in it with integer coefficients, is q."""
    slope, constant = order.coeff(index, 1), order.subs(index, 0)
    if not (slope.is_Integer and slope > 0 and constant.is_Integer) or sympy.expand(order - slope * index) != constant:
        raise IllFormed(f"a tensor of order {order}, which is not affine and increasing in {index}")
    return sympy.expand((q - constant) / slope)


def _add(found: Components, term: _Term, tensor: type[Function], q: Basic, t: Basic) -> Components:
    """The value of a term where ``tensor`` is that of He_q(u.x): nothing if the term is of another tensor or order."""
    rank = sympy.expand(term.order - term.copies)
    if rank != (0 if term.times_w else 1):
        raise IllFormed(f"a term of rank {rank}{' times w' if term.times_w else ''}, which is not a vector")
    if term.tensor is not tensor or sympy.expand(term.order - q) != 0:
        return found
    value = term.weight * sympy.factorial(q) * t**term.copies
    if term.times_w:
        return Components(found.along_u, found.along_w + value)
    return Components(found.along_u + value, found.along_w)


def _numbers(expression: Basic, bias: Basic) -> Basic:
    values = {}
    for c in expression.atoms(HermiteCoefficient):
        if not (c.args[1].is_Integer and c.args[1] >= 0):
            raise IllFormed(f"a Hermite coefficient of order {c.args[1]}")
        values[c] = coefficient(c.args[0], int(c.args[1]), bias)
    return expression.xreplace(values)


def _closed(expression: Basic, bias: Basic) -> Basic:
    atoms = expression.atoms(HermiteCoefficient)
    return expression.xreplace({c: general_coefficient(c.args[0], sympy.expand(c.args[1]), bias) for c in atoms})


def _decide(margin: Basic, symbol: Symbol, least: int) -> bool:
    """Whether an affine margin is nonnegative for all symbol >= least (another symbol in it is a positive integer)."""
    at_least = sympy.expand(margin.subs(symbol, least))
    slope = margin.coeff(symbol, 1)
    if sympy.expand(margin - slope * symbol).has(symbol) or not slope.is_Rational:
        raise IllFormed(f"{margin} is not affine in {symbol}")
    if slope >= 0 and at_least.is_nonnegative:
        return True
    if slope <= 0 and at_least.is_negative:
        return False
    raise IllFormed(f"cannot tell whether {margin} is nonnegative for all {symbol} >= {least}")
