"""Domains of free symbols: SymPy sets, put into words, sampled for counterexamples, and given to provers as assumptions."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping

import sympy
from sympy import Dummy, FiniteSet, Interval, Range, Rational, S, Set, Symbol

from lemmata.errors import LemmataError

Domains = Mapping[Symbol, Set]
Point = dict[Symbol, Rational]

SMALL_CASES = 9
LARGE_CASES = 4
LARGEST = 3000
REPEATS = 5
"""Integer counterexamples are looked for among the first cases, then among a few drawn log-uniformly up to this size."""


def integers(least: int, most: int | None = None) -> Set:
    """The integers from ``least`` up to ``most`` (inclusive), or without end."""
    return Range(least, sympy.oo if most is None else most + 1)


def as_domain(domain: object) -> Set:
    """Check that a domain is one of the supported sets and return it in normal form.

    Supported: ``S.Naturals``, ``S.Naturals0``, ``integers(a, b)``, ``S.Reals``, intervals with rational ends, finite sets.

    Raises
    ------
    LemmataError : any other set.
    """
    if domain == S.Naturals:
        return integers(1)
    if domain == S.Naturals0:
        return integers(0)
    if domain == S.Reals:
        return S.Reals
    if isinstance(domain, Range) and domain.start.is_Integer and domain.step == 1:
        return domain
    if isinstance(domain, Interval | FiniteSet):
        return domain
    raise LemmataError(
        f"domain {domain}: use S.Naturals, S.Naturals0, integers(least, most), S.Reals, Interval or FiniteSet"
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
    if domain.inf.is_positive:
        return known | {"positive": True}
    if domain.inf.is_nonnegative:
        return known | {"nonnegative": True}
    return known


def points(domains: Domains, seed: str, limit: int = 160) -> Iterator[Point]:
    """Points at which a universal statement is tried, small integer cases first, reals at random rationals.

    Deterministic in ``seed``. At most ``limit`` points; a finite domain of integers is covered when it is small.
    """
    draw = random.Random(seed)
    whole = [s for s, domain in domains.items() if is_integer(domain)]
    others = [s for s in domains if s not in whole]
    produced = 0
    for values in itertools.chain(_small(domains, whole), _large(domains, whole, draw)):
        for repeat in range(REPEATS if others else 1):
            if produced >= limit:
                return
            point = dict(zip(whole, values, strict=True))
            for symbol in others:
                point[symbol] = _real(domains[symbol], draw, repeat)
            yield point
            produced += 1


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
        yield tuple(
            domains[s].inf + size if s in unbounded else draw.choice(cases(domains[s])) for s in whole
        )


def _real(domain: Set, draw: random.Random, repeat: int) -> Rational:
    """A rational of the domain: a simple one first, then the ends of a closed interval now and then, then random ones."""
    if isinstance(domain, FiniteSet):
        return Rational(draw.choice(sorted(domain)))
    low = domain.start if domain.start.is_finite else None
    high = domain.end if domain.end.is_finite else None
    ends = [e for e, is_open in ((low, domain.left_open), (high, domain.right_open)) if e is not None and not is_open]
    if repeat and ends and draw.random() < 0.3:
        return Rational(draw.choice(ends))
    denominator = 3 if repeat == 0 else draw.randint(5, 40)
    if low is None and high is None:
        return Rational(draw.randint(-3 * denominator, 3 * denominator) or 1, denominator)
    if low is not None and high is not None:
        return Rational(low + (high - low) * Rational(draw.randint(1, denominator - 1), denominator))
    step = Rational(draw.randint(1, 4 * denominator), denominator)
    return Rational(low + step if low is not None else high - step)
