"""The second algebra engine: rational normal forms over python-flint.

An expression becomes a fraction of multivariate polynomials over the rationals. Its generators are the symbols, and
whatever is algebraically new: roots, pi, exponentials, powers with symbolic exponents, factorials up to integer
shifts, functions of normalised arguments. Known relations (a root squared is its radicand, (-1)^k squared is one)
reduce the numerator. A zero numerator proves the identity; a nonzero one proves nothing, since further relations may
hold.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

import sympy
from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx
from sympy import Basic, Integer, Rational, Symbol

from lemmata.domains import Domains, is_integer
from lemmata.engines.definitions import to_lowest_orders, unfold

NAME = "flint normal form"

LARGEST_POWER = 64
LARGEST_SHIFT = 64

Atom = tuple[str, Basic]
"""A generator before roots are taken: a sort ("base", "exp", "power", "factorial", "function") and what it is of."""


class NoNormalForm(ValueError):
    """The expression has a part that has no place in a rational normal form."""


def proves_zero(expression: Basic, domains: Domains) -> bool:
    """Whether the expression's normal form is zero: a proof for all values at which both sides are defined."""
    try:
        form = to_lowest_orders(unfold(expression))
        return _Normaliser(form, domains).numerator().is_zero()
    except NoNormalForm:
        return False


class _Normaliser:
    """Collects an expression's generators, then evaluates it in their polynomial ring."""

    def __init__(self, expression: Basic, domains: Domains) -> None:
        self.expression = expression
        self.integers = {symbol for symbol, domain in domains.items() if is_integer(domain)}
        self.roots: dict[Atom, int] = {}
        self._collect(expression)
        # Radicals first: the reduction below must meet a composite radicand before the symbols in it.
        self.atoms = sorted(self.roots, key=lambda atom: (self.roots[atom] == 1, sympy.srepr(atom[1]), atom[0]))
        names = tuple(f"g{i}" for i in range(len(self.atoms))) or ("g0",)
        self.ring = fmpq_mpoly_ctx.get(names, Ordering.lex)
        self.generators: dict[Atom, fmpq_mpoly] = dict(zip(self.atoms, self.ring.gens(), strict=False))
        self.one = self.ring.constant(1)

    def numerator(self) -> fmpq_mpoly:
        top, bottom = self._evaluate(self.expression)
        if self._reduce(bottom).is_zero():
            raise NoNormalForm("the denominator vanishes identically")
        return self._reduce(top)

    def _reduce(self, polynomial: fmpq_mpoly) -> fmpq_mpoly:
        relations = list(self._relations())
        before = None
        while polynomial != before:
            before = polynomial
            for relation in relations:
                _, polynomial = divmod(polynomial, relation)
        return polynomial

    def _relations(self) -> Iterable[fmpq_mpoly]:
        for atom in self.atoms:
            sort, what = atom
            generator = self.generators[atom]
            if sort == "base" and self.roots[atom] > 1 and not what.is_Symbol and what != sympy.pi:
                top, bottom = self._evaluate(what)
                yield generator ** self.roots[atom] * bottom - top
            if sort == "power" and what.args[0] == -1 and self._whole(what.args[1]):
                yield generator ** (2 * self.roots[atom]) - self.one

    # What an expression is made of: a list of (atom, rational exponent), times a rational number.

    def _collect(self, e: Basic) -> None:
        if isinstance(e, Rational):
            return
        if isinstance(e, sympy.Add | sympy.Mul) or (isinstance(e, sympy.Pow) and self._plain(e)):
            for argument in e.args:
                self._collect(argument)
            return
        _, factors, polynomial = self._factors(e)
        for atom, exponent in factors:
            self.roots[atom] = math.lcm(self.roots.get(atom, 1), exponent.denominator)
            if atom[0] == "base" and exponent.denominator > 1 and not atom[1].is_Symbol:
                self._collect(atom[1])
        for factor, _ in polynomial:
            self._collect(factor)

    def _evaluate(self, e: Basic) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        if isinstance(e, Rational):
            return self.one * fmpq(int(e.p), int(e.q)), self.one
        if isinstance(e, sympy.Add):
            top, bottom = self.one * 0, self.one
            for argument in e.args:
                t, b = self._evaluate(argument)
                top, bottom = top * b + t * bottom, bottom * b
            return top, bottom
        if isinstance(e, sympy.Mul):
            top, bottom = self.one, self.one
            for argument in e.args:
                t, b = self._evaluate(argument)
                top, bottom = top * t, bottom * b
            return top, bottom
        if isinstance(e, sympy.Pow) and self._plain(e):
            return self._raise(self._evaluate(e.base), int(e.exp))
        number, factors, polynomial = self._factors(e)
        top, bottom = self.one * fmpq(number.numerator, number.denominator), self.one
        for atom, exponent in factors:
            power = int(exponent * self.roots[atom])
            t, b = self._raise((self.generators[atom], self.one), power)
            top, bottom = top * t, bottom * b
        for factor, power in polynomial:
            t, b = self._raise(self._evaluate(factor), power)
            top, bottom = top * t, bottom * b
        return top, bottom

    def _raise(self, fraction: tuple[fmpq_mpoly, fmpq_mpoly], power: int) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        if abs(power) > LARGEST_POWER:
            raise NoNormalForm("an exponent too large to expand")
        top, bottom = fraction
        if power < 0:
            if top.is_zero():
                raise NoNormalForm("division by zero")
            top, bottom, power = bottom, top, -power
        return top**power, bottom**power

    @staticmethod
    def _plain(e: sympy.Pow) -> bool:
        return bool(e.exp.is_Integer)

    def _factors(self, e: Basic) -> tuple[Fraction, list[tuple[Atom, Fraction]], list[tuple[Basic, int]]]:
        """A non-arithmetic node as number * product of atoms to rational powers * product of polynomials to integer powers."""
        one = Fraction(1)
        if isinstance(e, Symbol) or e == sympy.pi:
            return one, [(("base", e), one)], []
        if isinstance(e, sympy.exp) or e == sympy.E:
            exponent = e.args[0] if e.args else Integer(1)
            return one, [(("exp", term), coefficient) for coefficient, term in _terms(exponent)], []
        if isinstance(e, sympy.Pow):
            return self._power(e)
        if isinstance(e, sympy.factorial | sympy.gamma):
            argument = sympy.expand(e.args[0].doit() - (1 if isinstance(e, sympy.gamma) else 0))
            shift = int(sympy.floor(argument.as_coeff_Add()[0]))
            if abs(shift) > LARGEST_SHIFT:
                raise NoNormalForm("a factorial too far from its neighbours")
            base = argument - shift
            if base == 0:
                return Fraction(math.factorial(shift)) if shift >= 0 else self._undefined(e), [], []
            rising = [(base + i, 1) for i in range(1, shift + 1)]
            falling = [(base - i, -1) for i in range(-shift)]
            return one, [(("factorial", base), one)], rising + falling
        if isinstance(e, sympy.erf):
            argument = sympy.expand(e.args[0])
            if argument == 0:
                return Fraction(0), [], []
            odd = argument.could_extract_minus_sign()
            return Fraction(-1 if odd else 1), [(("function", sympy.erf(-argument if odd else argument)), one)], []
        if isinstance(e, sympy.Function) and not isinstance(e, sympy.Piecewise | sympy.Max | sympy.Min):
            return one, [(("function", e.func(*(sympy.expand(a) for a in e.args))), one)], []
        raise NoNormalForm(f"no normal form for {e.func}")

    @staticmethod
    def _undefined(e: Basic) -> Fraction:
        raise NoNormalForm(f"{e} is undefined")

    def _power(self, e: sympy.Pow) -> tuple[Fraction, list[tuple[Atom, Fraction]], list[tuple[Basic, int]]]:
        factors: list[tuple[Atom, Fraction]] = []
        polynomials: list[tuple[Basic, int]] = []
        number = Fraction(1)
        for coefficient, term in _terms(e.exp):
            if term == 1:
                n, f, p = self._constant_power(e.base, coefficient)
                number, factors, polynomials = number * n, factors + f, polynomials + p
            else:
                whole = coefficient.denominator == 1 and self._whole(term)
                for base, times in _distributed(e.base, whole):
                    factors.append((("power", sympy.Tuple(base, term)), coefficient * times))
        return number, factors, polynomials

    def _whole(self, term: Basic) -> bool:
        """Whether a term is a product of positive powers of symbols for integers."""
        powers = (factor.as_base_exp() for factor in sympy.Mul.make_args(term))
        return all(base in self.integers and exponent.is_Integer and exponent > 0 for base, exponent in powers)

    def _constant_power(
        self, base: Basic, exponent: Fraction
    ) -> tuple[Fraction, list[tuple[Atom, Fraction]], list[tuple[Basic, int]]]:
        if exponent.denominator == 1:
            return Fraction(1), [], [(base, int(exponent))]
        if isinstance(base, sympy.Pow) and base.exp.is_Rational and base.base.is_positive:
            return self._constant_power(base.base, exponent * Fraction(int(base.exp.p), int(base.exp.q)))
        if isinstance(base, sympy.Mul) and all(a.is_positive for a in base.args):
            parts = [self._constant_power(a, exponent) for a in base.args]
            number = math.prod((part[0] for part in parts), start=Fraction(1))
            return number, [f for part in parts for f in part[1]], [p for part in parts for p in part[2]]
        if isinstance(base, Rational):
            if base < 0:
                raise NoNormalForm("a root of a negative number")
            primes = sympy.factorint(base.p) | {p: -k for p, k in sympy.factorint(base.q).items()}
            return Fraction(1), [(("base", Integer(p)), k * exponent) for p, k in primes.items() if p != 1], []
        return Fraction(1), [(("base", sympy.expand(base)), exponent)], []


def _terms(exponent: Basic) -> list[tuple[Fraction, Basic]]:
    """An exponent as a sum of rational coefficients times terms; the term of a constant is 1."""
    terms = sympy.Add.make_args(sympy.expand(exponent))
    pairs = (term.as_coeff_Mul(rational=True) for term in terms)
    return [(Fraction(int(c.p), int(c.q)), term) for c, term in pairs if c != 0]


def _distributed(base: Basic, whole: bool) -> list[tuple[Basic, int]]:
    """Factors, with multiplicity, over which a power may be distributed: positive ones, or any if the exponent is whole."""
    factors = sympy.Mul.make_args(base)
    if not whole and not all(factor.is_positive for factor in factors):
        return [(sympy.expand(base), 1)]
    flat: list[tuple[Basic, int]] = []
    for factor in factors:
        if isinstance(factor, Rational):
            if factor < 0:
                flat.append((Integer(-1), 1))
            flat += [(Integer(prime), times) for prime, times in sympy.factorint(abs(factor.p)).items() if prime != 1]
            flat += [(Integer(prime), -times) for prime, times in sympy.factorint(factor.q).items()]
        elif isinstance(factor, sympy.Pow) and factor.exp.is_Integer and (whole or factor.base.is_positive):
            flat += [(inner, times * int(factor.exp)) for inner, times in _distributed(factor.base, whole)]
        else:
            flat.append((sympy.expand(factor), 1))
    return flat
