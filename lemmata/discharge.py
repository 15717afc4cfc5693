"""Discharging exact obligations: refute first, then prove, then have the second engine confirm."""

from __future__ import annotations

import math
from dataclasses import dataclass

import sympy
from sympy import Set, Symbol

from lemmata.domains import Point, cases, evaluating, is_infinite, points, words
from lemmata.engines import algebra, balls, boxes, normal, positivity, roots
from lemmata.engines.definitions import settle_conditions
from lemmata.obligations import AtMost, Equal, Exact
from lemmata.verdicts import Grade, Outcome, Result

BALLS = "flint balls"
MOST_CASES = 4096


# A check may yield inside of ``with as_printed():``; the engines need SymPy awake.
@evaluating
def discharge(obligation: Equal | AtMost) -> Outcome:
    """Decide an exact obligation.

    Refuted: a ball at some point excludes it, and the point is the witness. Proved: by both algebra engines (equality);
    by the positivity rule, by counting roots or by bisection of a box (inequality); or case by case over a finite
    domain. Undecided: neither; or a side is not defined at some point of the domain, for what the engines prove holds
    only where both are.
    """
    domains = obligation.domains()
    found = counterexample(obligation)
    if found.witness:
        return _outcome(obligation, domains, Result.REFUTED, Grade.SYMBOLIC, (BALLS,), found.witness)
    if found.ill_formed or found.unknown:
        note = found.ill_formed or "no value could be enclosed at any point tried"
        return _outcome(obligation, domains, Result.UNDECIDED, Grade.STATED, (BALLS,), note)
    prove = _prove_equal if isinstance(obligation, Equal) else _prove_at_most
    engines = prove(obligation, domains)
    if engines:
        # A ball alone is an enclosure; a proof is what two engines find.
        grade = Grade.CERTIFIED if engines in ((BALLS,), (boxes.NAME,)) else Grade.SYMBOLIC
        return _outcome(obligation, domains, Result.PROVED, grade, tuple(dict.fromkeys([*engines, BALLS])))
    if domains and _every_case(obligation, domains):
        return _outcome(obligation, domains, Result.PROVED, Grade.EXHAUSTIVE, (normal.NAME, algebra.NAME))
    note = "no counterexample and no proof found"
    if isinstance(obligation, AtMost):
        note += (
            "; inequalities are proved for polynomials that are affine in bounded symbols, for rational functions of one "
            "symbol, and where they are strict on a bounded box: multiply out, or split"
        )
    return _outcome(obligation, domains, Result.UNDECIDED, Grade.STATED, (BALLS,), note)


@dataclass(frozen=True)
class Search:
    """The end of a search for a counterexample: the witness, if any; else where a side has no value, if anywhere.

    ``unknown`` says that no point could be evaluated, for want of an enclosure.
    """

    witness: str = ""
    ill_formed: str = ""
    unknown: bool = False


@evaluating
def counterexample(obligation: Equal | AtMost) -> Search:
    """Look for a point at which a ball excludes the obligation, and note where it has no value."""
    difference = sympy.Add(obligation.left, sympy.Mul(-1, obligation.right, evaluate=False), evaluate=False)
    ill_formed, evaluated = "", False
    for point in points(obligation.domains()):
        try:
            sign = balls.sign(difference, point)
        except balls.Undefined:
            ill_formed = ill_formed or f"not defined{f' at {_words(point)}' if point else ''}"
            continue
        evaluated |= sign is not None
        if sign == 1 or (sign == -1 and isinstance(obligation, Equal)):
            left, right = (balls.decimal(side, point) for side in (obligation.left, obligation.right))
            against = "and" if isinstance(obligation, Equal) else "is more than"
            differ = " differ" if isinstance(obligation, Equal) else ""
            return Search(f"{f'at {_words(point)}: ' if point else ''}{left} {against} {right}{differ}")
    return Search("", ill_formed, unknown=not evaluated and not ill_formed)


def _words(point: Point) -> str:
    return ", ".join(f"{symbol} = {value}" for symbol, value in point.items())


def _prove_equal(obligation: Exact, domains: dict[Symbol, Set]) -> tuple[str, ...]:
    difference = settle_conditions(obligation.left - obligation.right, domains)
    # An engine alone is not enough: a proof is what both find.
    if normal.proves_zero(difference, domains) and algebra.proves_zero(difference, domains):
        return normal.NAME, algebra.NAME
    return ()


def _prove_at_most(obligation: Exact, domains: dict[Symbol, Set]) -> tuple[str, ...]:
    difference = settle_conditions(obligation.right - obligation.left, domains)
    if positivity.proves_nonnegative(difference, domains):
        return positivity.NAMES
    if roots.proves_nonnegative(difference, domains):
        return roots.NAMES
    if boxes.proves_nonnegative(difference, domains):
        return (boxes.NAME,)
    if not domains:
        return (BALLS,) if balls.sign(difference, {}) == 1 else _prove_equal(obligation, domains)
    return ()


def _every_case(obligation: Equal | AtMost, domains: dict[Symbol, Set]) -> bool:
    if any(is_infinite(domain) for domain in domains.values()):
        return False
    if math.prod(len(domain) for domain in domains.values()) > MOST_CASES:
        return False
    symbols = list(domains)
    choices = [cases(domains[s]) for s in symbols]
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
