"""Decisions about real parameters (is it zero, what is its sign), and arithmetic that stops before it grows too large."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import TypeVar

import sympy
from sympy import Basic, Dummy, Integer, Rational, Symbol

from lemmata.engines import balls
from lemmata.obligations import OutOfReach

K = TypeVar("K", bound=Hashable)
MOST_TERMS = 3000
"""Terms that a coefficient may have when it is multiplied out."""
MOST_WORK = 100_000
SYMBOLIC = 8
"""Products of terms that one expectation may take in all, and how many of them one with symbols counts for: some seconds."""
MOST_OPERATIONS = 200
"""Operations beyond which SymPy is not asked for a sign: it may not answer in reasonable time."""
MOST_DIVIDED = 100
"""Terms of a sum that division is tried on: it only makes results shorter."""
PLACES = 4
"""Places at which an expression is evaluated to show that it is not zero everywhere."""


class CannotIntegrate(OutOfReach):
    """The expectation is outside the family that is known in closed form.

    A check that integrates what a statement prints leaves a mutant outside of it undecided.
    """


class Effort:
    """Arithmetic with sums of parameters, and what one expectation has left to spend on it, so that it ends."""

    def __init__(self) -> None:
        self.left = MOST_WORK

    def spend(self, amount: int = 1) -> None:
        """Take some of it.

        Raises
        ------
        CannotIntegrate : nothing is left.
        """
        self.left -= amount
        if self.left < 0:
            raise CannotIntegrate(f"the expression is too large: more than {MOST_WORK} products of terms")

    def product(self, a: Basic, b: Basic) -> Basic:
        """The product of two sums that are multiplied out, multiplied out.

        Raises
        ------
        CannotIntegrate : nothing is left.
        """
        if (a.is_Rational and b.is_Rational) or a == 1 or b == 1:
            return a * b
        self.spend(SYMBOLIC * size(a) * size(b))
        return sympy.Add(*(_multiplied_out(s * t) for s in sympy.Add.make_args(a) for t in sympy.Add.make_args(b)))


def collected(terms: Mapping[K, list[Basic]]) -> dict[K, Basic]:
    """The sums of some terms by their keys, without those that vanish; adding up one by one would take quadratic time."""
    sums = {key: parts[0] if len(parts) == 1 else sympy.Add(*parts) for key, parts in terms.items()}
    return {key: value for key, value in sums.items() if value != 0}


def expanded(e: Basic) -> Basic:
    """A parameter, multiplied out.

    Raises
    ------
    CannotIntegrate : it has too many terms.
    """
    if e.is_Rational or e.is_Symbol:
        return e
    if _terms(e) > MOST_TERMS:
        raise CannotIntegrate(f"a coefficient with more than {MOST_TERMS} terms")
    return sympy.expand(e, power_exp=False)


def divided(a: Basic, b: Basic) -> Basic | None:
    """a / b, multiplied out, if that is a polynomial in what they are made of; None if not, or if they are too large to try."""
    if a == 0 or size(a) > MOST_DIVIDED or size(b) > MOST_DIVIDED:
        return None
    try:
        whole, rest = sympy.div(a, b)
    except sympy.PolynomialError:
        return None
    return sympy.expand(whole) if rest == 0 else None


def size(e: Basic) -> int:
    """The number of terms of a sum."""
    return len(e.args) if e.is_Add else 1


def _multiplied_out(term: Basic) -> Basic:
    """A product of two terms; roots of the same sum may have met in it."""
    for factor in sympy.Mul.make_args(term):
        if factor.is_Add or (factor.is_Pow and factor.base.is_Add and factor.exp.is_Rational and factor.exp >= 1):
            return sympy.expand(term, power_exp=False)
    return term


def _terms(e: Basic) -> int:
    """How many terms an expression can have when it is multiplied out; not exact above the limit."""
    if e.is_Add:
        return sum(_terms(a) for a in e.args)
    if e.is_Mul:
        count = 1
        for a in e.args:
            count = min(count * _terms(a), MOST_TERMS + 1)
        return count
    if e.is_Pow and e.exp.is_Rational and abs(e.exp) >= 1:
        base, power = _terms(e.base), int(abs(e.exp))
        if base == 1:
            return 1
        return int(sympy.binomial(base + power - 1, power)) if power <= MOST_TERMS else MOST_TERMS + 1
    return 1


def is_zero(e: Basic) -> bool:
    """Whether a parameter is zero for all values of its symbols (taken to be real).

    Raises
    ------
    CannotIntegrate : it vanishes wherever it was tried, and algebra does not show that it always does.
    """
    if e.is_Rational:
        return bool(e == 0)
    return _is_zero(e)


@lru_cache(maxsize=4096)
def _is_zero(e: Basic) -> bool:
    for place in range(PLACES):
        try:
            if balls.sign(e, {s: _value(s, i, place) for i, s in enumerate(_symbols(e))}) in (1, -1):
                return False
        except balls.NoEnclosure:
            continue
    if e.count_ops() <= MOST_OPERATIONS and sympy.radsimp(sympy.sqrtdenest(e)).expand() == 0:
        return True
    raise CannotIntegrate(f"cannot tell whether {e} vanishes")


def _symbols(e: Basic) -> list[Symbol]:
    return sorted(e.free_symbols, key=str)


def _value(symbol: Symbol, index: int, place: int) -> Rational:
    """Some value that the symbol's assumptions grant, small where they allow it: correlations are."""
    if symbol.is_integer:
        value: Rational = Integer(2 * (place + index) + 3)
    else:
        value = Rational(2 * place + 1, 7 * place + 3 * index + 11)
    return -value if symbol.is_negative else value


def sign_of(e: Basic) -> int | None:
    """The sign of a parameter where it is the same for all values of its symbols (taken to be real), else None."""
    if e.is_Rational:
        return int(e.p > 0) - int(e.p < 0)
    return _sign_of(e)


@lru_cache(maxsize=4096)
def _sign_of(e: Basic) -> int | None:
    if not e.free_symbols:
        try:
            found = balls.sign(e, {})
        except balls.NoEnclosure:
            return None
        return found if found else (0 if is_zero(e) else None)
    real = e.xreplace({s: Dummy(s.name, real=True) for s in e.free_symbols if s.is_real is None})
    if real == 0:
        return 0
    if real.count_ops() > MOST_OPERATIONS:
        return None
    if real.is_positive:
        return 1
    return -1 if real.is_negative else None
