"""Domains of free symbols: SymPy sets, put into words, sampled for counterexamples, and given to provers as assumptions."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from functools import cache, wraps
from typing import ParamSpec, TypeVar

import sympy
from sympy import Dummy, FiniteSet, Interval, Range, Rational, S, Set, Symbol

from lemmata.errors import LemmataError
from lemmata.seeding import digest

Domains = Mapping[Symbol, Set]
Point = dict[Symbol, Rational]
P = ParamSpec("P")
R = TypeVar("R")

SMALL_CASES = 9
LARGE_CASES = 4
LARGEST = 3000
"""Integer counterexamples are looked for among the first cases, then among a few drawn log-uniformly up to this size."""
SIMPLEST = (Rational(0), Rational(1), Rational(-1), Rational(1, 2), Rational(2))
SIMPLE_REALS = 6
MOST_CORNERS = 8
RANDOM_REALS = 3
MOST_POINTS = 200
MOST_LARGE_POINTS = 50
"""Real ones are looked for among simple fractions and the corners of boxes, then among a few random fractions."""


def evaluating(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function that needs SymPy awake, though it may be called inside of ``with as_printed():``."""

    @wraps(function)
    def awake(*args: P.args, **kwargs: P.kwargs) -> R:
        with sympy.evaluate(True):
            return function(*args, **kwargs)

    return awake


@evaluating
def integers(least: int, most: int | None = None) -> Set:
    """The integers from ``least`` up to ``most`` (inclusive), or without end."""
    return Range(least, sympy.oo if most is None else most + 1)


@evaluating
def as_domain(domain: object) -> Set:
    """Check that a domain is one of the supported sets and return it in normal form.

    Supported: ``S.Naturals``, ``S.Naturals0``, ``integers(a, b)``, ``S.Reals``, intervals with rational ends, finite
    sets of rationals.

    Raises
    ------
    LemmataError : any other set; the empty set, on which everything holds.
    """
    if domain == S.Naturals:
        return integers(1)
    if domain == S.Naturals0:
        return integers(0)
    if domain == S.Reals:
        return S.Reals
    if domain == S.EmptySet or (isinstance(domain, Range) and domain.size == 0):
        raise LemmataError("an empty domain: everything holds on it")
    if isinstance(domain, Range) and domain.start.is_Integer and domain.step == 1:
        return domain
    if isinstance(domain, Interval) and all(end.is_Rational or end.is_infinite for end in (domain.start, domain.end)):
        return domain
    if isinstance(domain, FiniteSet) and all(element.is_Rational for element in domain):
        return domain
    raise LemmataError(
        f"domain {domain}: use S.Naturals, S.Naturals0, integers(least, most), S.Reals, an Interval with rational ends or a "
        "FiniteSet of rationals"
    )


def is_integer(domain: Set) -> bool:
    """Whether the domain is a set of integers."""
    return isinstance(domain, Range) or (isinstance(domain, FiniteSet) and all(e.is_Integer for e in domain))


def is_infinite(domain: Set) -> bool:
    """Whether no finite list of cases can cover the domain."""
    return not isinstance(domain, FiniteSet) and not (isinstance(domain, Range) and domain.size.is_finite)


def cases(domain: Set) -> list[Rational]:
    """Every element of a finite domain."""
    if is_infinite(domain):
        raise LemmataError(f"domain {domain}: not finite")
    return sorted(domain)


def words(symbol: Symbol, domain: Set) -> str:
    """The domain in words, as ``integers k >= 1``."""
    name = symbol.name
    if isinstance(domain, Range):
        if domain.size == sympy.oo:
            return f"integers {name} >= {domain.start}"
        return f"integers {domain.start} <= {name} <= {domain.stop - 1}"
    if isinstance(domain, FiniteSet):
        return f"{name} in {{{', '.join(str(e) for e in sorted(domain))}}}"
    if domain == S.Reals:
        return f"real {name}"
    low = "" if domain.start == -sympy.oo else f"{domain.start} {'<' if domain.left_open else '<='} "
    high = "" if domain.end == sympy.oo else f" {'<' if domain.right_open else '<='} {domain.end}"
    return f"{low}{name}{high}"


def with_assumptions(domains: Domains) -> dict[Symbol, Dummy]:
    """A stand-in for each symbol that carries what its domain says, for SymPy's provers."""
    return {symbol: Dummy(symbol.name, **_assumptions(domain)) for symbol, domain in domains.items()}


def _assumptions(domain: Set) -> dict[str, bool]:
    known = {"integer": True} if is_integer(domain) else {"real": True}
    if domain.contains(0) == sympy.false:
        known["nonzero"] = True
    if domain.inf.is_nonnegative:
        known["nonnegative"] = True
    if domain.sup.is_nonpositive:
        known["nonpositive"] = True
    return known


@cache
def require_consistent(symbol: Symbol, domain: Set) -> None:
    """Check that a symbol's own assumptions are no more than what its domain says.

    SymPy uses them as soon as a formula is typed: with ``x = Symbol("x", positive=True)``, ``sqrt(x**2)`` is x, also "for
    all real x".

    Raises
    ------
    LemmataError : the symbol assumes what is not true all over the domain.
    """
    true = Dummy(**_assumptions(domain)).assumptions0
    assumed = {name: value for name, value in symbol.assumptions0.items() if "extended" not in name}
    wrong = [f"{name}={value}" for name, value in assumed.items() if value != true.get(name)]
    if wrong:
        raise LemmataError(
            f"the symbol {symbol} carries {', '.join(wrong)}, which its domain ({words(symbol, domain)}) does not grant; "
            "declare it without, or narrow the domain"
        )


def points(domains: Domains) -> tuple[Point, ...]:
    """Points at which a universal statement is tried: small integers and simple rationals first, then random ones.

    The same domains give the same points, in every process.
    """
    return _points(tuple(domains.items()))


@cache
@evaluating
def _points(domains: tuple[tuple[Symbol, Set], ...]) -> tuple[Point, ...]:
    draw = random.Random(digest({symbol.name: str(domain) for symbol, domain in domains}))
    where = dict(domains)
    whole = [s for s, domain in domains if is_integer(domain)]
    others = [s for s in where if s not in whole]
    simple = _simple_combinations(where, others)

    def around(cases: Iterator[tuple[Rational, ...]]) -> Iterator[Point]:
        for values in cases:
            case = dict(zip(whole, values, strict=True))
            yield from (case | combination for combination in simple)
            for _ in range(RANDOM_REALS if others else 0):
                yield case | {symbol: _random_real(where[symbol], draw) for symbol in others}

    # However many small cases there are, large ones have their share.
    large = list(around(_large(where, whole, draw)))
    kept = large[:: max(1, -(-len(large) // MOST_LARGE_POINTS))]
    return (*itertools.islice(around(_small(where, whole)), MOST_POINTS - len(kept)), *kept)


def _simple_combinations(domains: Domains, symbols: list[Symbol]) -> list[Point]:
    """The few simplest values of the real symbols together, simplest first: 0, 1, -1, 1/2, ...; then corners of their box."""
    choices, ends = [], []
    for symbol in symbols:
        domain = domains[symbol]
        finite = [end for end in (domain.inf, domain.sup) if end.is_Rational]
        values = [v for v in dict.fromkeys([*SIMPLEST, *finite]) if domain.contains(v) == sympy.true]
        choices.append(list(enumerate(values)))
        ends.append([v for v in values if v in finite] or values[:1])
    ranked = sorted(itertools.product(*choices), key=lambda pairs: sum(rank for rank, _ in pairs))
    simple = [tuple(value for _, value in pairs) for pairs in ranked[:SIMPLE_REALS]]
    corners = itertools.islice(itertools.product(*ends), MOST_CORNERS)
    return [dict(zip(symbols, values, strict=True)) for values in dict.fromkeys([*simple, *corners])]


def _small(domains: Domains, whole: list[Symbol]) -> Iterator[tuple[Rational, ...]]:
    per_symbol = SMALL_CASES if len(whole) <= 2 else 4
    choices = [list(itertools.islice(iter(domains[s]), per_symbol)) for s in whole]
    yield from sorted(itertools.product(*choices), key=lambda values: (sum(map(abs, values)), values))


def _large(domains: Domains, whole: list[Symbol], draw: random.Random) -> Iterator[tuple[Rational, ...]]:
    unbounded = [s for s in whole if is_infinite(domains[s])]
    if not unbounded:
        return
    for _ in range(LARGE_CASES):
        size = round(SMALL_CASES * (LARGEST / SMALL_CASES) ** draw.random())
        yield tuple(domains[s].inf + size if s in unbounded else draw.choice(cases(domains[s])) for s in whole)


def _random_real(domain: Set, draw: random.Random) -> Rational:
    if isinstance(domain, FiniteSet):
        return Rational(draw.choice(sorted(domain)))
    low = domain.start if domain.start.is_finite else None
    high = domain.end if domain.end.is_finite else None
    denominator = draw.randint(3, 40)
    if low is None and high is None:
        return Rational(draw.randint(-3 * denominator, 3 * denominator) or 1, denominator)
    if low is not None and high is not None:
        return Rational(low + (high - low) * Rational(draw.randint(1, denominator - 1), denominator))
    step = Rational(draw.randint(1, 4 * denominator), denominator)
    return Rational(low + step if low is not None else high - step)
