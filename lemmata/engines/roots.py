"""Proofs that a rational function of one variable is nonnegative on an interval, by counting its real roots exactly.

Where a function keeps its sign, its value at one point decides. It can change sign only at a root of odd multiplicity of
its numerator or denominator; SymPy counts these by Sturm sequences, python-flint isolates them in balls.
"""

from __future__ import annotations

from typing import Any

import sympy
from flint import acb, arb, fmpq, fmpq_poly
from sympy import Basic, Rational, Set

from lemmata.domains import Domains
from lemmata.engines.definitions import unfold

NAMES = ("Sturm sequences in sympy", "root isolation in flint")
MOST_DEGREE = 60


def proves_nonnegative(expression: Basic, domains: Domains) -> bool:
    """Whether the rule shows ``expression >= 0`` on the domain of its only symbol, wherever it is defined.

    A range of integers is taken for the interval that it spans.
    """
    form = sympy.together(unfold(expression).doit())
    symbols = form.free_symbols
    if len(symbols) != 1 or not form.is_rational_function(*symbols):
        return False
    (symbol,) = symbols
    top, bottom = (sympy.Poly(part, symbol) for part in sympy.fraction(form))
    product = top * bottom
    if product.is_zero or not all(c.is_Rational for c in product.coeffs()) or product.degree() > MOST_DEGREE:
        return False
    crossing = _crossing_factor(product)
    inside = _inside(domains[symbol], crossing)
    if inside is None or product.eval(inside) < 0:
        return False
    return _none_by_sympy(crossing, domains[symbol]) and _none_by_flint(crossing, domains[symbol])


def _crossing_factor(polynomial: sympy.Poly) -> sympy.Poly:
    """The product of the factors at whose roots the sign changes, each once."""
    one = sympy.Poly(1, *polynomial.gens)
    _, factors = sympy.sqf_list(polynomial)
    return sympy.prod([factor for factor, times in factors if times % 2], start=one)


def _ends(domain: Set) -> tuple[Basic, Basic]:
    return domain.inf, domain.sup


def _inside(domain: Set, crossing: sympy.Poly) -> Rational | None:
    """A point of the interior that is no root."""
    low, high = _ends(domain)
    if low == high:
        return None
    for step in range(1, crossing.degree() + 3):
        if low.is_finite and high.is_finite:
            point = low + (high - low) * Rational(step, crossing.degree() + 3)
        else:
            point = low + step if low.is_finite else high - step if high.is_finite else Rational(step)
        if crossing.eval(point) != 0:
            return Rational(point)
    return None


def _none_by_sympy(crossing: sympy.Poly, domain: Set) -> bool:
    low, high = _ends(domain)
    ends = sum(1 for end in {low, high} if end.is_finite and crossing.eval(end) == 0)
    return bool(crossing.count_roots(None if low == -sympy.oo else low, None if high == sympy.oo else high) == ends)


def _none_by_flint(crossing: sympy.Poly, domain: Set) -> bool:
    if crossing.degree() == 0:
        return True
    coefficients = [fmpq(int(c.p), int(c.q)) for c in reversed(crossing.all_coeffs())]
    polynomial = fmpq_poly(coefficients)
    low, high = _ends(domain)
    for end in {low, high}:
        if end.is_finite and polynomial(fmpq(int(end.p), int(end.q))) == 0:
            polynomial, _ = divmod(polynomial, fmpq_poly([-fmpq(int(end.p), int(end.q)), 1]))
    # Roots come as balls, the real ones with an imaginary part of exactly zero.
    found: Any = polynomial.numer().complex_roots()
    roots = [acb(root) for root, _ in found]
    return all(_outside(root.real, low, high) for root in roots if root.imag == 0)


def _outside(root: arb, low: Basic, high: Basic) -> bool:
    """Whether an isolating ball lies outside of the interval altogether."""
    below = low.is_finite and root < arb(fmpq(int(low.p), int(low.q)))
    above = high.is_finite and root > arb(fmpq(int(high.p), int(high.q)))
    return bool(below or above)
