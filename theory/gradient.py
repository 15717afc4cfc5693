"""The population gradient of the first step, E[f(x) x 1{w.x + b >= 0}], as a series in the derivatives of f.

``Contraction(k, j)`` is C_k(w, ..., w) with j copies of w, where C_k = E[grad^k f] is a symmetric k-tensor. On the
single-index functions f(x) = He_q(u.x) with unit u it is q! <u,w>^j u (x) ... (x) u for k = q and zero else; these
span all f of degree p, since powers of vectors span the symmetric tensors.
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

W = Symbol("w")
"""The weight vector, a unit vector; scalar everywhere except as a factor of a term of the series."""


class Contraction(Function):
    """C_k(w^{(x) j}), a tensor of rank k - j: ``Contraction(k, j)``."""

    nargs = 2

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        k, j = (printer.doprint(a) for a in self.args)
        return rf"C_{{{k}}}\left(w^{{\otimes {j}}}\right)"


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
    weight: Basic
    order: Basic
    copies: Basic
    times_w: bool


@dataclass(frozen=True)
class GradientSeries:
    """A series sum_k (weight) C_order(w^copies) [w], read from a formula."""

    index: Symbol
    start: int
    end: Basic
    terms: tuple[_Term, ...]

    def at_degree(self, q: int, p: int, degree: Symbol, t: Basic, bias: Basic) -> Components:
        """The series on f = He_q(u.x), as a member of the polynomials of degree p, for numbers q <= p; exact.

        Raises
        ------
        IllFormed : a term that is not a vector, or a coefficient of negative order.
        """
        self._require_terms_without(degree)
        end = self.end.subs(degree, p)
        if not end.is_Integer:
            raise IllFormed(f"the sum ends at {self.end}, which is not an integer at {degree} = {p}")
        found = Components(Integer(0), Integer(0))
        for k in range(self.start, int(end) + 1):
            for term in self.terms:
                order, copies = term.order.subs(self.index, k), term.copies.subs(self.index, k)
                found = _add(found, term, order, copies, term.weight.subs(self.index, k), q, t)
        return Components(_numbers(found.along_u, bias), _numbers(found.along_w, bias))

    def at_general_degree(
        self, q: Symbol, least: int, surplus: Basic, degree: Symbol, t: Basic, bias: Basic
    ) -> Components:
        """The same for every q >= least, with p = q + surplus, where least is above all the series' special cases.

        Raises
        ------
        IllFormed : the series does not meet order q at one index that is an integer shift of q.
        """
        self._require_terms_without(degree)
        found = Components(Integer(0), Integer(0))
        end = self.end.subs(degree, q + surplus)
        for term in self.terms:
            shift = sympy.expand(term.order - self.index)
            if not shift.is_Integer:
                raise IllFormed(f"a derivative of order {term.order}, not an integer shift of the index")
            k = q - shift
            if _decide(sympy.expand(k - self.start), q, least) and _decide(sympy.expand(end - k), q, least):
                copies = term.copies.subs(self.index, k)
                found = _add(found, term, q, copies, term.weight.subs(self.index, k), q, t)
        closed = {
            c: general_coefficient(c.args[0], sympy.expand(c.args[1]), bias)
            for part in (found.along_u, found.along_w)
            for c in part.atoms(HermiteCoefficient)
        }
        return Components(found.along_u.xreplace(closed), found.along_w.xreplace(closed))

    def _require_terms_without(self, degree: Symbol) -> None:
        """A polynomial of degree p is one of degree p + 1 too: its gradient's terms cannot depend on p."""
        if any(part.has(degree) for term in self.terms for part in (term.weight, term.order, term.copies)):
            raise IllFormed(f"a term that depends on {degree}")


def gradient_series(series: Basic) -> GradientSeries:
    """Read a sum over k of terms weight * C_i(w^j) * w or weight * C_i(w^j).

    Raises
    ------
    IllFormed : the expression has another shape.
    """
    if not isinstance(series, sympy.Sum) or len(series.limits) != 1:
        raise IllFormed("not a sum")
    index, start, end = series.limits[0]
    if not (start.is_Integer and start >= 0):
        raise IllFormed(f"a sum that starts at {start}")
    return GradientSeries(index, int(start), end, tuple(_terms(series.function)))


def _terms(summand: Basic) -> list[_Term]:
    found = []
    for product in sympy.Add.make_args(sympy.expand(summand)):
        contractions = [f for f in sympy.Mul.make_args(product) if isinstance(f, Contraction)]
        if len(contractions) != 1:
            raise IllFormed(f"{product}: not one contraction a term")
        rest = product / contractions[0]
        times_w = rest.has(W)
        weight = rest / W if times_w else rest
        if weight.has(Contraction, W):
            raise IllFormed(f"{product}: not linear in the contraction and in w")
        order, copies = contractions[0].args
        found.append(_Term(weight, order, copies, times_w))
    return found


def _add(found: Components, term: _Term, order: Basic, copies: Basic, weight: Basic, q: Basic, t: Basic) -> Components:
    if sympy.expand(order - q) != 0:
        return found
    rank = sympy.expand(order - copies)
    value = weight * sympy.factorial(q) * t**copies
    if term.times_w and rank == 0:
        return Components(found.along_u, found.along_w + value)
    if not term.times_w and rank == 1:
        return Components(found.along_u + value, found.along_w)
    raise IllFormed(f"a term of rank {rank}{' times w' if term.times_w else ''}, which is not a vector")


def _numbers(expression: Basic, bias: Basic) -> Basic:
    values = {}
    for c in expression.atoms(HermiteCoefficient):
        if not (c.args[1].is_Integer and c.args[1] >= 0):
            raise IllFormed(f"a Hermite coefficient of order {c.args[1]}")
        values[c] = coefficient(c.args[0], int(c.args[1]), bias)
    return expression.xreplace(values)


def _decide(margin: Basic, q: Symbol, least: int) -> bool:
    """Whether an affine margin is nonnegative for all q >= least (a symbol in it is a positive integer)."""
    at_least = sympy.expand(margin.subs(q, least))
    slope = margin.coeff(q, 1)
    if sympy.expand(margin - slope * q).has(q) or not slope.is_Rational:
        raise IllFormed(f"{margin} is not affine in {q}")
    if slope >= 0 and at_least.is_nonnegative:
        return True
    if slope <= 0 and at_least.is_negative:
        return False
    raise IllFormed(f"cannot tell whether {margin} is nonnegative for all {q} >= {least}")
