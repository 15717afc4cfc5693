"""Discharging exact obligations: refute first, then prove, then have the second engine confirm."""

from __future__ import annotations

from dataclasses import dataclass

import sympy
from sympy import Set, Symbol

from lemmata.domains import cases, is_infinite, points, words
from lemmata.engines import algebra, balls, normal, positivity
from lemmata.obligations import AtMost, Equal, Exact
from lemmata.verdicts import Grade, Outcome, Result

BALLS = "flint balls"
MOST_CASES = 4096


def discharge(obligation: Equal | AtMost) -> Outcome:
    """Decide an exact obligation.

    Refuted: a ball at some point excludes it, and the point is the witness. Proved: by both algebra engines (equality),
    by the positivity rule (inequality), or case by case over a finite domain. Undecided: neither.
    """
    domains = obligation.domains()
    found = counterexample(obligation)
    if found.witness:
        return _outcome(obligation, domains, Result.REFUTED, Grade.SYMBOLIC, (BALLS,), found.witness)
    tried = (BALLS,) if found.evaluated else ()
    prove = _prove_equal if isinstance(obligation, Equal) else _prove_at_most
    engines = prove(obligation, domains)
    if engines:
        return _outcome(
            obligation, domains, Result.PROVED, Grade.SYMBOLIC, tuple(dict.fromkeys([*engines, *tried]))
        )
    if domains and _every_case(obligation, domains):
        return _outcome(obligation, domains, Result.PROVED, Grade.EXHAUSTIVE, (normal.NAME, algebra.NAME))
    note = "no counterexample and no proof found" if tried else "not defined at any point tried"
    return _outcome(obligation, domains, Result.UNDECIDED, Grade.STATED, tried, note)


@dataclass(frozen=True)
class Search:
    """The end of a search for a counterexample: the witness, if any; and whether any point could be evaluated at all."""

    witness: str
    evaluated: bool


def counterexample(obligation: Equal | AtMost) -> Search:
    """Look for a point at which a ball excludes the obligation."""
    difference = sympy.Add(obligation.left, sympy.Mul(-1, obligation.right, evaluate=False), evaluate=False)
    evaluated = False
    for point in points(obligation.domains()):
        sign = balls.sign(difference, point)
        evaluated |= sign is not None
        if sign == 1 or (sign == -1 and isinstance(obligation, Equal)):
            left, right = (balls.decimal(side, point) for side in (obligation.left, obligation.right))
            place = ", ".join(f"{symbol} = {value}" for symbol, value in point.items())
            against = "=" if isinstance(obligation, Equal) else "<="
            return Search(f"{'at ' + place + ': ' if place else ''}{left} {against} {right} is false", True)
    return Search("", evaluated)


def _prove_equal(obligation: Exact, domains: dict[Symbol, Set]) -> tuple[str, ...]:
    difference = obligation.left - obligation.right
    # An engine alone is not enough: a proof is what both find.
    if normal.proves_zero(difference, domains) and algebra.proves_zero(difference, domains):
        return normal.NAME, algebra.NAME
    return ()


def _prove_at_most(obligation: Exact, domains: dict[Symbol, Set]) -> tuple[str, ...]:
    difference = obligation.right - obligation.left
    if not domains:
        return (BALLS,) if balls.sign(difference, {}) == 1 or _prove_equal(obligation, domains) else ()
    return (positivity.NAME,) if positivity.proves_nonnegative(difference, domains) else ()


def _every_case(obligation: Equal | AtMost, domains: dict[Symbol, Set]) -> bool:
    if any(is_infinite(domain) for domain in domains.values()):
        return False
    symbols = list(domains)
    choices = [cases(domains[s]) for s in symbols]
    if sympy.prod(len(c) for c in choices) > MOST_CASES:
        return False
    prove = _prove_equal if isinstance(obligation, Equal) else _prove_at_most
    return all(
        prove(type(obligation)(obligation.left.subs(case), obligation.right.subs(case)), {})
        for case in (dict(zip(symbols, values, strict=True)) for values in sympy.utilities.iterables.cartes(*choices))
    )


def _outcome(
    obligation: Exact,
    domains: dict[Symbol, Set],
    result: Result,
    grade: Grade,
    engines: tuple[str, ...],
    witness: str = "",
) -> Outcome:
    return Outcome(
        label=obligation.by,
        obligation="equal" if isinstance(obligation, Equal) else "at most",
        latex=obligation.latex(),
        result=result,
        grade=grade,
        for_all={symbol.name: words(symbol, domain) for symbol, domain in domains.items()},
        engines=engines,
        witness=witness,
        universal=result is Result.PROVED and any(is_infinite(domain) for domain in domains.values()),
    )
