"""Proofs that an expression is nonnegative for all values of its symbols, by corners and coefficients.

The rule covers expressions that are polynomial in symbols on half-lines, affine in each symbol on a bounded interval,
and contain powers of a symbol of [-1, 1] with a symbolic exponent of known parity. Such a power is generalised to a
free number of [0, 1] (even exponent) or to the symbol times one (odd). An expression affine in each of several
bounded symbols is least at a corner of their box; at each corner a polynomial whose coefficients around the
half-lines' ends are all nonnegative is nonnegative. Each step is exact, and the polynomials are moved to the corners
by SymPy and by python-flint.
"""

from __future__ import annotations

import itertools

import sympy
from flint import Ordering, fmpq, fmpq_mpoly_ctx
from sympy import Basic, Dummy, Interval, Range, Set, Symbol

from lemmata.domains import Domains
from lemmata.engines.definitions import unfold

NAMES = ("corners and coefficients in sympy", "corners and coefficients in flint")


def proves_nonnegative(expression: Basic, domains: Domains) -> bool:
    """Whether the rule shows ``expression >= 0`` for all values of the free symbols in their domains."""
    generalised = _without_symbolic_powers(sympy.expand(unfold(expression).doit()), dict(domains))
    if generalised is None:
        return False
    form, bounds = generalised
    bounded = [s for s, domain in bounds.items() if domain.inf.is_finite and domain.sup.is_finite and form.has(s)]
    rest = [s for s in bounds if s not in bounded and form.has(s)]
    if form.free_symbols - set(bounds) or not form.is_polynomial(*bounded, *rest):
        return False
    if not all(bounds[s].inf.is_finite for s in rest) or any(sympy.degree(form, s) > 1 for s in bounded):
        return False
    if not all(c.is_Rational for c in sympy.Poly(form, *bounded, *rest, sympy.Dummy()).coeffs()):
        return False
    shifts = {s: s + bounds[s].inf for s in rest}
    corners = itertools.product(*((bounds[s].inf, bounds[s].sup) for s in bounded))
    return all(
        _nonnegative_by_sympy(form, dict(zip(bounded, corner, strict=True)) | shifts)
        and _nonnegative_by_flint(form, dict(zip(bounded, corner, strict=True)), {s: bounds[s].inf for s in rest})
        for corner in corners
    )


def _nonnegative_by_sympy(form: Basic, place: dict[Symbol, Basic]) -> bool:
    """Whether no coefficient is negative at a corner, around the ends of the half-lines."""
    shifted = sympy.Poly(form.subs(place, simultaneous=True), *place, sympy.Dummy())
    return all(c >= 0 for c in shifted.coeffs())


def _nonnegative_by_flint(form: Basic, corner: dict[Symbol, Basic], ends: dict[Symbol, Basic]) -> bool:
    """The same, by the second engine."""
    symbols = [*corner, *ends, sympy.Dummy()]
    ring = fmpq_mpoly_ctx.get(tuple(f"g{i}" for i in range(len(symbols))), Ordering.lex)
    terms = sympy.Poly(form, *symbols).terms()
    polynomial = ring.from_dict({powers: fmpq(int(c.p), int(c.q)) for powers, c in terms})
    values = [ring.constant(fmpq(int(v.p), int(v.q))) for v in corner.values()]
    around = [ring.gens()[len(corner) + i] + fmpq(int(e.p), int(e.q)) for i, e in enumerate(ends.values())]
    moved = polynomial.compose(*values, *around, ring.gens()[-1])
    return all(c >= 0 for c in moved.coeffs())


def _without_symbolic_powers(form: Basic, bounds: dict[Symbol, Set]) -> tuple[Basic, dict[Symbol, Set]] | None:
    """Powers with symbolic exponents replaced by what is known of their range; None where nothing is known."""
    for power in sorted((p for p in form.atoms(sympy.Pow) if p.exp.free_symbols), key=sympy.default_sort_key):
        parity = _parity(power.exp, bounds)
        if parity is None:
            return None
        if power.base == -1:
            form = form.subs(power, (-1) ** parity)
            continue
        domain = bounds.get(power.base)
        if domain is None or not domain.is_subset(Interval(-1, 1)):
            return None
        even = Dummy(f"{power.base}_even")
        bounds[even] = Interval(0, 1)
        # base**(e + c) with rational c comes apart under expand; the whole exponent is what has a parity.
        form = form.subs(power, even * power.base**parity)
    return sympy.expand(form), bounds


def _parity(exponent: Basic, bounds: dict[Symbol, Set]) -> int | None:
    """0 or 1 when an exponent is a nonnegative integer of that parity on the domain, else None."""
    exponent = sympy.expand(exponent)
    symbols = sorted(exponent.free_symbols, key=str)
    if not all(isinstance(bounds.get(s), Range) and bounds[s].inf.is_finite for s in symbols):
        return None
    polynomial = sympy.Poly(exponent, *symbols)
    least = exponent.subs({s: bounds[s].inf for s in symbols})
    if polynomial.total_degree() > 1 or any(c < 0 for s in symbols for c in [polynomial.coeff_monomial(s)]):
        return None
    if any(polynomial.coeff_monomial(s) % 2 != 0 for s in symbols) or not least.is_Integer or least < 0:
        return None
    return int(least % 2)
