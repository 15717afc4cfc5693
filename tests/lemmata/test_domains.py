import subprocess
import sys

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Dummy, FiniteSet, Interval, Range, Rational, S, Symbol, oo, sqrt

from lemmata import LemmataError, integers
from lemmata.domains import (
    as_domain,
    cases,
    is_infinite,
    is_integer,
    points,
    require_consistent,
    with_assumptions,
    words,
)

x, k = Symbol("x"), Symbol("k")

few = settings(max_examples=12, deadline=None)
rationals = st.fractions(min_value=-5, max_value=5, max_denominator=12).map(
    lambda f: Rational(f.numerator, f.denominator)
)


@st.composite
def domains(draw: st.DrawFn) -> sympy.Set:
    kind = draw(st.sampled_from(["range", "naturals", "reals", "interval", "half line", "finite"]))
    if kind == "range":
        least = draw(st.integers(-6, 6))
        return integers(least, draw(st.none() | st.integers(least, least + 30)))
    if kind == "naturals":
        return draw(st.sampled_from([S.Naturals, S.Naturals0]))
    if kind == "reals":
        return S.Reals
    if kind == "finite":
        return FiniteSet(*draw(st.lists(rationals, min_size=1, max_size=5)))
    low = draw(rationals)
    is_open = draw(st.tuples(st.booleans(), st.booleans()))
    if kind == "half line":
        return draw(st.sampled_from([Interval(low, oo, is_open[0], True), Interval(-oo, low, True, is_open[1])]))
    return Interval(low, low + draw(rationals.filter(lambda r: r > 0)), *is_open)


@few
@given(domains())
def test_points_are_in_the_domain_and_the_same_every_time(domain: sympy.Set) -> None:
    domain = as_domain(domain)
    found = points({x: domain})
    assert found
    assert all(domain.contains(point[x]) == sympy.true and isinstance(point[x], Rational) for point in found)
    assert found == points({x: domain})


@few
@given(domains(), domains())
def test_points_cover_all_symbols_together(one: sympy.Set, other: sympy.Set) -> None:
    where = {x: as_domain(one), k: as_domain(other)}
    assert all(where[s].contains(point[s]) == sympy.true for point in points(where) for s in where)


@few
@given(domains())
def test_assumptions_of_the_stand_in_are_true_at_every_point(domain: sympy.Set) -> None:
    domain = as_domain(domain)
    stand_in = with_assumptions({x: domain})[x]
    assert stand_in.is_real
    for point in points({x: domain}):
        for fact in ("integer", "positive", "negative", "nonnegative", "nonpositive", "zero"):
            assumed = getattr(stand_in, f"is_{fact}")
            assert assumed is None or assumed == getattr(point[x], f"is_{fact}"), fact


def test_points_do_not_depend_on_the_process() -> None:
    code = (
        "from sympy import *; from lemmata.domains import *\n"
        "print(points({Symbol('x'): S.Reals, Symbol('k'): integers(1)}))"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(shown) == 1


def test_points_look_far_beyond_the_first_cases() -> None:
    assert any(point[k] > 100 for point in points({k: integers(1)}))


def test_no_symbols_have_one_point() -> None:
    assert points({}) == ({},)


@pytest.mark.parametrize(
    "domain",
    [
        S.EmptySet,
        Range(3, 3),
        integers(3, 2),
        Interval(1, 0),
        Interval.open(1, 1),
        FiniteSet(),
        S.Integers,
        S.Rationals,
        S.Complexes,
        Range(0, 10, 2),
        Interval(0, sqrt(2)),
        FiniteSet(sqrt(2), 1),
        FiniteSet(Symbol("q")),
        sympy.Union(Interval(0, 1), Interval(2, 3)),
        None,
        3,
    ],
    ids=str,
)
def test_other_domains_are_refused(domain: object) -> None:
    with pytest.raises(LemmataError):
        as_domain(domain)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        (S.Naturals, "integers k >= 1"),
        (integers(-2, 5), "integers -2 <= k <= 5"),
        (S.Reals, "real k"),
        (Interval(0, 1), "0 <= k <= 1"),
        (Interval.open(0, oo), "0 < k"),
        (Interval.Lopen(-oo, 2), "k <= 2"),
        (FiniteSet(2, Rational(1, 2)), "k in {1/2, 2}"),
    ],
    ids=str,
)
def test_words(domain: sympy.Set, expected: str) -> None:
    assert words(k, as_domain(domain)) == expected


def test_finite_or_infinite() -> None:
    assert is_infinite(integers(1))
    assert is_infinite(Interval(0, 1))
    assert not is_infinite(integers(1, 7))
    assert cases(integers(1, 3)) == [1, 2, 3]
    assert is_integer(FiniteSet(1, 2))
    assert not is_integer(FiniteSet(1, Rational(1, 2)))
    with pytest.raises(LemmataError):
        cases(integers(1))


@pytest.mark.parametrize(
    ("assumptions", "domain"),
    [
        ({"positive": True}, S.Reals),
        ({"positive": True}, Interval(0, 1)),
        ({"nonnegative": True}, Interval(-1, 1)),
        ({"nonzero": True, "real": True}, Interval(-1, 1)),
        ({"integer": True}, Interval(0, 1)),
        ({"negative": True}, integers(1)),
        ({"even": True}, integers(1)),
        ({"prime": True}, integers(2)),
        ({"imaginary": True}, S.Reals),
    ],
    ids=str,
)
def test_a_symbol_may_not_assume_more_than_its_domain_says(assumptions: dict[str, bool], domain: sympy.Set) -> None:
    with pytest.raises(LemmataError, match="declare it without"):
        require_consistent(Symbol("x", **assumptions), domain)


@few
@given(domains())
def test_a_symbol_may_assume_what_its_domain_says(domain: sympy.Set) -> None:
    domain = as_domain(domain)
    require_consistent(Symbol("x"), domain)
    require_consistent(Symbol("x", real=True), domain)
    require_consistent(with_assumptions({x: domain})[x], domain)


def test_stand_ins_are_fresh() -> None:
    assert isinstance(with_assumptions({x: S.Reals})[x], Dummy)
