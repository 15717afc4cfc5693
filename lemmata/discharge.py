"""Discharging exact obligations: refute first, then prove, then have the second engine confirm."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import sympy
from sympy import Basic, Set, Symbol

from lemmata.domains import Point, cases, evaluating, is_infinite, points, words
from lemmata.engines import algebra, balls, boxes, normal, positivity, roots
from lemmata.engines.definitions import settle_conditions
from lemmata.obligations import AtMost, Equal, Exact
from lemmata.verdicts import Grade, Outcome, Result, weakest

BALLS = "flint balls"
MOST_CASES = 4096
MOST_REMEMBERED = 4096


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
    if obligation.steps:
        return _by_steps(obligation, domains)
    engines = _proof(isinstance(obligation, Equal), obligation.left, obligation.right, tuple(domains.items()))
    if engines:
        # A ball alone is an enclosure; a proof is what two engines find.
        grade = Grade.CERTIFIED if engines in ((BALLS,), (boxes.NAME,)) else Grade.SYMBOLIC
        return _outcome(obligation, domains, Result.PROVED, grade, tuple(dict.fromkeys([*engines, BALLS])))
    if domains and _every_case(obligation, domains):
        return _outcome(obligation, domains, Result.PROVED, Grade.EXHAUSTIVE, (normal.NAME, algebra.NAME))
    note = "no counterexample and no proof found; "
    if isinstance(obligation, AtMost):
        note += (
            "inequalities are proved for polynomials that are affine in bounded symbols, for rational functions of one "
            "symbol, and where they are strict on a bounded box: multiply out, or split"
        )
    else:
        note += (
            "equalities are proved where both algebra engines bring rational functions, roots, exponentials, error functions, "
            "factorials and powers to nothing: multiply out, split, or give steps"
        )
    return _outcome(obligation, domains, Result.UNDECIDED, Grade.STATED, (BALLS,), note)


def _by_steps(obligation: Equal | AtMost, domains: dict[Symbol, Set]) -> Outcome:
    """The obligation as its steps leave it: proved when all of them are, open otherwise."""
    outcomes = [discharge(step) for step in obligation.steps if isinstance(step, Equal | AtMost)]
    engines = tuple(dict.fromkeys(engine for outcome in outcomes for engine in outcome.engines))
    missing = [outcome for outcome in outcomes if outcome.result is not Result.PROVED]
    if missing or not outcomes:
        note = f"a step is not shown: {missing[0].label or missing[0].latex}" if missing else "no step can be checked"
        return _outcome(obligation, domains, Result.UNDECIDED, Grade.STATED, (BALLS,), note)
    grade = weakest(outcome.grade for outcome in outcomes)
    return _outcome(obligation, domains, Result.PROVED, grade, engines)


def step_outcomes(obligation: Exact) -> list[Outcome]:
    """The outcomes of an obligation's steps, one that is refuted as one that leaves the obligation open."""
    outcomes = [discharge(step) for step in obligation.steps if isinstance(step, Equal | AtMost)]
    return [
        replace(outcome, result=Result.UNDECIDED, grade=Grade.STATED) if outcome.result is Result.REFUTED else outcome
        for outcome in outcomes
    ]


@dataclass(frozen=True)
class Search:
    """The end of a search for a counterexample: the witness, if any; else where a side has no value, if anywhere.

    ``unknown`` says that no point could be evaluated, for want of an enclosure.
    """

    witness: str = ""
    ill_formed: str = ""
    unknown: bool = False


def counterexample(obligation: Equal | AtMost) -> Search:
    """Look for a point at which a ball excludes the obligation, and note where it has no value."""
    return _search(
        isinstance(obligation, Equal), obligation.left, obligation.right, tuple(obligation.domains().items())
    )


# Most obligations of a check do not read the formula that a mutant changes: what was found once is found again.
@lru_cache(maxsize=MOST_REMEMBERED)
@evaluating
def _search(equal: bool, left: Basic, right: Basic, domains: tuple[tuple[Symbol, Set], ...]) -> Search:
    difference = sympy.Add(left, sympy.Mul(-1, right, evaluate=False), evaluate=False)
    ill_formed, evaluated = "", False
    for point in points(dict(domains)):
        try:
            sign = balls.sign(difference, point)
        except balls.Undefined:
            ill_formed = ill_formed or f"not defined{f' at {_words(point)}' if point else ''}"
            continue
        evaluated |= sign is not None
        if sign == 1 or (sign == -1 and equal):
            values = [balls.decimal(side, point) for side in (left, right)]
            against = "and" if equal else "is more than"
            differ = " differ" if equal else ""
            return Search(f"{f'at {_words(point)}: ' if point else ''}{values[0]} {against} {values[1]}{differ}")
    return Search("", ill_formed, unknown=not evaluated and not ill_formed)


def _words(point: Point) -> str:
    return ", ".join(f"{symbol} = {value}" for symbol, value in point.items())


@lru_cache(maxsize=MOST_REMEMBERED)
@evaluating
def _proof(equal: bool, left: Basic, right: Basic, domains: tuple[tuple[Symbol, Set], ...]) -> tuple[str, ...]:
    """The engines that prove the obligation, or none."""
    return (_prove_equal if equal else _prove_at_most)(left, right, dict(domains))


def _prove_equal(left: Basic, right: Basic, domains: dict[Symbol, Set]) -> tuple[str, ...]:
    difference = settle_conditions(left - right, domains)
    # An engine alone is not enough: a proof is what both find.
    if normal.proves_zero(difference, domains) and algebra.proves_zero(difference, domains):
        return normal.NAME, algebra.NAME
    return ()


def _prove_at_most(left: Basic, right: Basic, domains: dict[Symbol, Set]) -> tuple[str, ...]:
    difference = settle_conditions(right - left, domains)
    if positivity.proves_nonnegative(difference, domains):
        return positivity.NAMES
    if roots.proves_nonnegative(difference, domains):
        return roots.NAMES
    if boxes.proves_nonnegative(difference, domains):
        return (boxes.NAME,)
    if not domains:
        return (BALLS,) if balls.sign(difference, {}) == 1 else _prove_equal(left, right, domains)
    return ()


def _every_case(obligation: Equal | AtMost, domains: dict[Symbol, Set]) -> bool:
    if any(is_infinite(domain) for domain in domains.values()):
        return False
    if math.prod(len(domain) for domain in domains.values()) > MOST_CASES:
        return False
    symbols = list(domains)
    choices = [cases(domains[s]) for s in symbols]
    return all(
        _proof(isinstance(obligation, Equal), obligation.left.subs(case), obligation.right.subs(case), ())
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
