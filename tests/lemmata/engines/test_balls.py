"""Balls contain the value, and what is not defined has none."""

import mpmath
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    Expr,
    Function,
    Integer,
    KroneckerDelta,
    Max,
    Min,
    Piecewise,
    Rational,
    S,
    Sum,
    erf,
    exp,
    factorial,
    gamma,
    log,
    pi,
    sqrt,
    symbols,
)

from lemmata import as_printed
from lemmata.engines.balls import NoEnclosure, Undefined, decimal, enclose, sign
from theory.activations import Relu, Step
from theory.hermite import He

x, y, k, j = symbols("x y k j")

rationals = st.fractions(min_value=-4, max_value=4, max_denominator=9).map(
    lambda f: Rational(f.numerator, f.denominator)
)
leaves = st.sampled_from([x, y, k, pi, Integer(2), Rational(-2, 3), sqrt(2)])
unary = st.sampled_from(
    [
        exp,
        sympy.sin,
        sympy.cos,
        erf,
        sympy.erfc,
        Abs,
        sympy.sign,
        lambda e: sqrt(Abs(e)),
        lambda e: log(2 + Abs(e)),
    ]
)
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda a, b: a + b, inner, inner),
        st.builds(lambda a, b: a * b, inner, inner),
        st.builds(lambda a, b: Max(a, b), inner, inner),
        st.builds(lambda a, b: Min(a, b), inner, inner),
        st.builds(lambda a, n: a**n, inner, st.sampled_from([2, 3, -1, Rational(1, 2), Rational(1, 3), k])),
        st.builds(lambda f, a: f(a), unary, inner),
        st.builds(lambda a: Piecewise((a, x < Rational(1, 3)), (a**2, x <= 1), (-a, True)), inner),
        st.builds(lambda a: Sum(a / j**2, (j, 1, k)), inner),
        st.builds(lambda a: a / factorial(k), inner),
        st.builds(lambda a: KroneckerDelta(k, 2) + a, inner),
    ),
    max_leaves=5,
)


@settings(max_examples=50, deadline=None)
@given(expressions, rationals, rationals, st.integers(0, 6))
def test_the_ball_contains_the_value_at_fifty_digits(e: Expr, at_x: Rational, at_y: Rational, at_k: int) -> None:
    point = {x: at_x, y: at_y, k: Integer(at_k)}
    try:
        ball = enclose(e, point, 200)
    except NoEnclosure:
        assume(False)
    with sympy.evaluate(True):
        value = sympy.N(e.subs(point).doit(), 50)
    assume(value.is_Float or value.is_Rational)
    assume(abs(value) < 10**40)
    with mpmath.workdps(60):
        distance = abs(mpmath.mpf(ball.mid().str(60, radius=False)) - mpmath.mpf(str(value)))
        radius = mpmath.mpf(ball.rad().str(20, radius=False))
        assert distance <= radius + mpmath.mpf(10) ** -45 * (1 + abs(mpmath.mpf(str(value))))


@settings(max_examples=50, deadline=None)
@given(rationals, rationals)
def test_the_sign_of_a_difference_is_that_of_the_numbers(a: Rational, b: Rational) -> None:
    assert sign(x - y, {x: a, y: b}) == bool(a > b) - bool(a < b)


def test_a_zero_that_is_not_exact_is_no_refutation() -> None:
    with as_printed():
        zero = sqrt(2) * sqrt(3) - sqrt(6)
    assert sign(zero, {}) == 0


def test_a_wide_ball_decides_nothing() -> None:
    class Wide(Function):
        nargs = 1

        @staticmethod
        def enclose(a: object) -> object:
            from flint import arb

            return arb(0, 1)

    assert sign(Wide(x) + Rational(1, 2), {x: Integer(0)}) is None
    assert sign(Wide(x) + 2, {x: Integer(0)}) == 1


def test_more_bits_are_tried_before_giving_up() -> None:
    # At 128 bits the ball of this number contains zero.
    tiny = sqrt(2) - Rational(int(sympy.floor(sqrt(2) * 10**60)), 10**60)
    assert sign(tiny, {}) == 0
    assert sign(1 / tiny, {}) == 1
    assert sign(Step(tiny), {}) == 1
    assert sign(sqrt(tiny) * 10**40, {}) == 1


@pytest.mark.parametrize(
    ("e", "at"),
    [
        (1 / x, 0),
        (x**-3, 0),
        (log(x), 0),
        (log(x), -1),
        (sqrt(x), -1),
        (x ** Rational(-1, 2), 0),
        (factorial(x), -1),
        (gamma(x), 0),
        (gamma(x), -3),
        (1 / gamma(x), -1),
        (sympy.asin(x), 2),
        (0 * Integer(1) + x / (x - 1), 1),
        (exp(1 / x), 0),
        (exp(-1 / Abs(x)), 0),
        (He(1, 1 / x), 0),
        (Max(1, 1 / x), 0),
    ],
    ids=str,
)
def test_undefined(e: Expr, at: int) -> None:
    with pytest.raises(Undefined):
        enclose(e, {x: Integer(at)})
    with pytest.raises(Undefined):
        sign(e, {x: Integer(at)})


def test_an_exponential_of_minus_infinity_is_not_zero() -> None:
    with as_printed():
        e = exp(log(x))
    with pytest.raises(Undefined):
        enclose(e, {x: Integer(0)})


@pytest.mark.parametrize(
    "e",
    [
        Sum(1 / j**2, (j, 1, sympy.oo)),
        Sum(j, (j, 1, pi)),
        Sum(x * y, (x, 1, 2), (y, 1, 2)),
        Sum(j, (j, 1, 10**6)),
        Function("f")(x),
        sympy.I * x,
        S.Infinity,
        S.NaN,
        sympy.Integral(x, (x, 0, 1)),
        y,
        He(Rational(1, 2), x),
        He(-1, x),
    ],
    ids=str,
)
def test_no_rule(e: Expr) -> None:
    with pytest.raises(NoEnclosure):
        enclose(e, {x: Integer(1)})
    assert sign(e, {x: Integer(1)}) is None


def test_branches_at_their_ends() -> None:
    e = Piecewise((1, x < 1), (2, x <= 2), (3, True))
    assert [int(enclose(e, {x: Integer(v)}).unique_fmpz()) for v in (0, 1, 2, 3)] == [1, 2, 2, 3]
    with pytest.raises(NoEnclosure):
        enclose(Piecewise((1, x < 1)), {x: Integer(2)})
    # A branch that is not taken need not be defined.
    assert sign(Piecewise((1, x <= 0), (1 / x, True)), {x: Integer(0)}) == 1


def test_kinks() -> None:
    assert sign(Step(x), {x: Integer(0)}) == 1
    assert sign(Step(-x), {x: Integer(1)}) == 0
    assert sign(Relu(x), {x: Integer(-1)}) == 0
    assert sign(sympy.sign(x) + 1, {x: Integer(-1)}) == 0
    with as_printed():
        zero = sqrt(2) * sqrt(3) - sqrt(6)
    assert sign(Step(zero), {}) is None
    assert sign(Relu(zero), {}) == 0


def test_equality_of_indices() -> None:
    with as_printed():
        two = sqrt(2) * sqrt(2)
        delta = KroneckerDelta(two, 2)
    assert sign(KroneckerDelta(k, 2), {k: Integer(2)}) == 1
    assert sign(KroneckerDelta(k, 2), {k: Integer(3)}) == 0
    assert sign(delta, {}) is None


def test_empty_and_finite_sums() -> None:
    assert sign(Sum(j, (j, 1, k)), {k: Integer(0)}) == 0
    assert sign(Sum(j, (j, 1, k)) - k * (k + 1) / 2, {k: Integer(300)}) == 0
    assert sign(Sum(j, (j, -k, k)) + 1, {k: Integer(3)}) == 1


def test_zero_to_the_zero_is_one() -> None:
    assert sign(x**k - 1, {x: Integer(0), k: Integer(0)}) == 0
    assert sign(x**k, {x: Integer(0), k: Integer(2)}) == 0


def test_decimal_shows_exact_numbers_and_correct_digits() -> None:
    assert decimal(x / 3, {x: Integer(2)}) == "2/3"
    assert decimal(sqrt(x), {x: Integer(2)}) == "1.4142136"
    assert decimal(1 / x, {x: Integer(0)}) == "zoo"
