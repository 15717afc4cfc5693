"""The rule of corners and coefficients against brute force."""

import itertools

import pytest
import sympy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sympy import Expr, FiniteSet, Integer, Interval, Rational, S, pi, sqrt, symbols

from lemmata import integers
from lemmata.domains import Domains, as_domain
from lemmata.engines.positivity import proves_nonnegative

b, t, x, d, i, k = symbols("b t x d i k")
DOMAINS = {
    b: Interval(-1, 1),
    t: Interval.open(0, 2),
    x: Interval(-3, Rational(1, 2)),
    d: Interval(1, sympy.oo),
    i: integers(1),
    k: integers(2),
}
VALUES = {
    b: [-1, Rational(-9, 10), Rational(-1, 3), 0, Rational(1, 2), 1],
    t: [Rational(1, 100), 1, Rational(199, 100)],
    x: [-3, -1, 0, Rational(1, 2)],
    d: [1, Rational(5, 3), 40],
    i: [1, 2, 5],
    k: [2, 3, 9],
}


def least(form: Expr, domains: Domains = DOMAINS) -> Expr:
    symbols_in = sorted(form.free_symbols, key=str)
    choices = itertools.product(*(VALUES[s] for s in symbols_in))
    return min(form.subs(dict(zip(symbols_in, point, strict=True))) for point in choices)


numbers = st.fractions(min_value=-4, max_value=9, max_denominator=4).map(lambda f: Rational(f.numerator, f.denominator))
POWERS = [2 * i, 2 * i + 1, 2 * i - 2, 2 * i - 1, 2 * i - 3, 4 * i, i, k, 2, 2 * k - 3]
factors = st.sampled_from(
    [Integer(1), b, t, x, d, d**2, i, k, k**2, i * k, b * x, b * t, x**2]
    + [b**power for power in POWERS]
    + [(-1) ** power for power in (2 * k, 2 * k + 1, k)]
)


@settings(max_examples=70, deadline=None)
@given(st.lists(st.tuples(numbers, factors, factors), min_size=1, max_size=4), numbers)
@example([(Integer(-1), b ** (2 * i - 3), Integer(1))], Integer(1))
@example([(Integer(-1), b, b)], Integer(0))
@example([(Integer(1), b ** (2 * i), b)], Integer(0))
@example([(Integer(-1), d, Integer(1))], Integer(1))
def test_what_is_proved_is_true(terms: list[tuple[Rational, Expr, Expr]], constant: Rational) -> None:
    form = sum((c * one * other for c, one, other in terms), constant)
    if proves_nonnegative(form, DOMAINS):
        assert least(form) >= 0, f"{form} >= 0"


@pytest.mark.parametrize(
    "form",
    [
        1 - b,
        1 + b * x / 3,
        2 - t,
        t,
        d - 1,
        d**2 - 2 * d + 1,
        k**2 - 3 * k + 2,
        1 - b ** (2 * i),
        1 + b ** (2 * i + 1),
        4 * k - 4 - (k - 2) * b,
        i - b ** (2 * i - 2),
        k * i - b * i - k + 1,
        (-1) ** (2 * i),
        Integer(0),
        Rational(1, 7),
    ],
    ids=str,
)
def test_proves(form: Expr) -> None:
    assert proves_nonnegative(form, DOMAINS)
    assert least(form) >= 0


@pytest.mark.parametrize(
    "form",
    [
        -b,
        1 - x**2,
        d - 1 - Rational(1, 1000),
        t - 1,
        1 - b ** (2 * i) - b,
        b ** (2 * i + 1),
        b**i,
        b ** (2 * i - 3),
        (-1) ** i,
        (-1) ** (2 * i + 1),
        b ** (2 * i) * b,
        k**2 - 3 * k + Rational(3, 2),
        -Integer(1),
        Integer(-1) * pi,
    ],
    ids=str,
)
def test_does_not_prove_what_is_false(form: Expr) -> None:
    assert not proves_nonnegative(form, DOMAINS)


def test_powers_outside_of_the_unit_interval_have_no_rule() -> None:
    assert not proves_nonnegative(1 - x ** (2 * i), DOMAINS)
    assert not proves_nonnegative(1 - b ** (2 * i), {b: Interval(-1, 2), i: integers(1)})
    assert not proves_nonnegative(1 - b ** (2 * i), {b: Interval(-1, 1), i: S.Reals})
    assert not proves_nonnegative(1 - b ** (2 * i), {b: Interval(-1, 1), i: Interval(0, 3)})


def test_a_power_that_may_be_of_a_negative_order_has_no_rule() -> None:
    # b**(2i) at i = -1 and b = 1/2 is 4.
    assert not proves_nonnegative(1 - b ** (2 * i), {b: Interval(-1, 1), i: integers(-1)})
    assert not proves_nonnegative(1 - b ** (4 - 2 * i), {b: Interval(-1, 1), i: integers(1)})


def test_symbols_on_the_whole_line_or_without_a_domain_prove_nothing() -> None:
    assert not proves_nonnegative(x**2, {x: S.Reals})
    assert not proves_nonnegative(x, {})
    assert not proves_nonnegative(1 - x, {x: Interval(-sympy.oo, 1)})


def test_finite_sets_count_as_the_intervals_between_their_ends() -> None:
    assert proves_nonnegative(x - 1, {x: as_domain(FiniteSet(1, 2, 5))})
    assert not proves_nonnegative(x - 2, {x: as_domain(FiniteSet(1, 2, 5))})


def test_irrational_coefficients_are_not_decided() -> None:
    assert not proves_nonnegative(sqrt(2) * d - 1, DOMAINS)
