"""The normal form engine, and SymPy's beside it: what either proves is true wherever both sides are real."""

import cmath

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    E,
    Expr,
    Integer,
    Interval,
    Pow,
    Rational,
    S,
    Symbol,
    erf,
    exp,
    factorial,
    gamma,
    log,
    pi,
    sqrt,
    symbols,
)

from lemmata import as_printed, integers
from lemmata.engines import algebra, normal

x, y, k, m = symbols("x y k m")
DOMAINS = {x: S.Reals, y: Interval(-2, 3), k: integers(0), m: integers(1)}
POINTS = [
    {x: Rational(-17, 3), y: Rational(-4, 5), k: Integer(6), m: Integer(1)},
    {x: Rational(5, 4), y: Rational(-3, 2), k: Integer(3), m: Integer(2)},
    {x: Rational(-1, 2), y: Rational(2, 3), k: Integer(1), m: Integer(4)},
    {x: Rational(7, 3), y: Rational(5, 2), k: Integer(0), m: Integer(3)},
]

TRUE = {
    "rational functions": (1 / (x + 1) - 1 / (x + 2), 1 / ((x + 1) * (x + 2))),
    "roots of products of primes": (sqrt(6) * sqrt(10), 2 * sqrt(15)),
    "root of a polynomial": (1 / (sqrt(x**2 + 1) - x), sqrt(x**2 + 1) + x),
    "pi under a root": (1 / sqrt(2 * pi), sqrt(2) * sqrt(pi) / (2 * pi)),
    "nested roots": (sqrt(1 + sqrt(2)) ** 2 - 1, sqrt(2)),
    "exponentials": (exp(x + y) * exp(-y), exp(x)),
    "e": (exp(x + 1), E * exp(x)),
    "exponent in halves": (exp(x / 2) ** 2, exp(x)),
    "factorial shift": (factorial(k + 3), (k + 3) * (k + 2) * (k + 1) * factorial(k)),
    "gamma and factorial": (gamma(k + 2), (k + 1) * factorial(k)),
    "half-integer gamma": (gamma(k + Rational(3, 2)), (k + Rational(1, 2)) * gamma(k + Rational(1, 2))),
    "sign squared": ((-1) ** (2 * k + 1), Integer(-1)),
    "sign of a sum": ((-1) ** (k + m) * (-1) ** (k - m), Integer(1)),
    "power of a product": ((-x * y) ** k, (-1) ** k * x**k * y**k),
    "power of a quotient": ((x / 2) ** m * 2**m, x**m),
    "power of a power": ((x**2) ** k, x ** (2 * k)),
    "erf is odd": (erf(x - y) + erf(y - x), Integer(0)),
    "root of four to the k": (Integer(4) ** k, 2 ** (2 * k)),
}

FALSE = {
    "root of a square": (sqrt(x**2), x),
    "square root of a product": (sqrt(x * y), sqrt(x) * sqrt(y)),
    "fractional power of a product": ((x * y) ** Rational(2, 3), x ** Rational(2, 3) * y ** Rational(2, 3)),
    "one over an integer is no integer": ((-1) ** (2 / k), Integer(1)),
    "a root is no integer": ((-1) ** (2 * sqrt(k)), Integer(1)),
    "twice a real is no even number": ((-1) ** (2 * x), Integer(1)),
    "half an integer is no integer": ((-1) ** (k / 2), (-1) ** (k / 2 + k)),
    "product to the power of a root": ((x * y) ** sqrt(k), x ** sqrt(k) * y ** sqrt(k)),
    "product to the power of an inverse": ((x * y) ** (1 / m), x ** (1 / m) * y ** (1 / m)),
    "square to a real power": ((x**2) ** y, x ** (2 * y)),
    "absolute value": (Abs(x), x),
    "logarithm of a product": (log(x * y), log(x) + log(y)),
    "sign": ((-1) ** k, Integer(1)),
    "square of the index": ((-1) ** (k**2 + k + 1), Integer(1)),
    "erf is not even": (erf(x - y), erf(y - x)),
    "factorial off by one": (factorial(k + 1), k * factorial(k)),
    "factorial of twice": (factorial(2 * k), 2 * factorial(k)),
}


def proves(engine: object, one: Expr, other: Expr) -> bool:
    return engine.proves_zero(one - other, DOMAINS)


@pytest.mark.parametrize("name", TRUE)
def test_normal_form_proves(name: str) -> None:
    assert proves(normal, *TRUE[name])


@pytest.mark.parametrize("name", FALSE)
@pytest.mark.parametrize("engine", [normal, algebra], ids=["normal", "sympy"])
def test_no_engine_proves_what_is_false(engine: object, name: str) -> None:
    assert not proves(engine, *FALSE[name])


def test_half_powers_of_minus_one_are_fourth_roots_of_one() -> None:
    with as_printed():
        square = ((-1) ** (k / 2)) ** 2
    assert not proves(normal, square, Integer(1))
    assert proves(normal, square, (-1) ** k)


def test_a_symbol_with_a_sign_of_its_own_does_not_lend_it_to_its_square_root() -> None:
    real = Symbol("x", real=True, nonzero=True)
    with as_printed():
        power = Pow(Pow(real, 2), y)
    assert not normal.proves_zero(power - real ** (2 * y), {real: S.Reals, y: S.Reals})


@pytest.mark.parametrize(
    "expression",
    [
        S.ComplexInfinity,
        S.NaN,
        S.Infinity,
        sympy.I - sympy.I * x,
        sqrt(Integer(-1)) * 0 + sqrt(Integer(-2)),
        sympy.Sum(x, (x, 1, k)),
        sympy.Piecewise((0, x < 1), (1, True)),
        sympy.Max(x, 0) - x,
        sympy.Float(0.5) - Rational(1, 2) + x,
    ],
    ids=str,
)
def test_what_has_no_normal_form_is_not_proved(expression: Expr) -> None:
    assert not normal.proves_zero(expression, DOMAINS)


def test_nothing_follows_from_a_denominator_that_vanishes() -> None:
    with as_printed():
        hidden = (x - x) / (sqrt(2) * sqrt(3) - sqrt(6))
        plain = (x - x) / (y - y)
    assert not normal.proves_zero(hidden, DOMAINS)
    assert not normal.proves_zero(plain, DOMAINS)


def test_factorials_at_negative_integers_prove_nothing() -> None:
    with as_printed():
        undefined = factorial(Integer(-2)) * 0
    assert not normal.proves_zero(undefined, {})


leaves = st.sampled_from([x, y, k, m, -x, x * y, pi, k + 1, Integer(2), Integer(-1), Rational(-1, 3), -2 * x])
exponents = st.sampled_from(
    [
        2,
        -1,
        Rational(1, 2),
        Rational(1, 3),
        Rational(-3, 2),
        k,
        2 * k,
        k + 1,
        k * m,
        k / 2,
        x,
        2 * x,
        1 / m,
        sqrt(k),
    ]
)
functions = st.sampled_from([exp, erf, Abs, log, factorial, gamma])
signs = st.sampled_from([k, 2 * k, k + m, 2 * x, k / 2, k * m, k**2, 1 / m])
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda a, b: a + b, inner, inner),
        st.builds(lambda a, b: a * b, inner, inner),
        st.builds(lambda a, b: a**b, inner, exponents),
        st.builds(lambda f, a: f(a), functions, inner),
        st.builds(lambda a, b: (-1) ** a * b, signs, inner),
    ),
    max_leaves=4,
)
careless = st.sampled_from(
    [
        lambda e: sympy.expand_power_base(e, force=True),
        lambda e: sympy.powdenest(e, force=True),
        lambda e: sympy.powdenest(sympy.expand_power_base(e, force=True), force=True),
        lambda e: sympy.expand(e, force=True),
        lambda e: sympy.logcombine(e, force=True),
        lambda e: e.replace(Abs, lambda a: a),
        lambda e: e.subs((-1) ** k, 1),
        sympy.expand,
        sympy.expand_func,
        sympy.together,
    ]
)


def real_value(e: Expr, point: dict[Symbol, Rational]) -> complex | None:
    try:
        value = complex(sympy.N(e.subs(point), 30))
    except (TypeError, ValueError, OverflowError):
        return None
    return value if cmath.isfinite(value) and abs(value.imag) < 1e-12 * (1 + abs(value)) else None


@settings(max_examples=120, deadline=None)
@given(expressions, careless)
def test_what_is_proved_is_true_where_both_sides_are_real(one: Expr, rewrite: object) -> None:
    # Rewritings that forget about signs and branches make identities of which many are false.
    try:
        other = rewrite(one)
    except (ValueError, TypeError, OverflowError):
        return
    if one.has(S.ComplexInfinity, S.NaN, S.Infinity) or one == other:
        return
    if not proves(normal, one, other):
        return
    for point in POINTS:
        left, right = real_value(one, point), real_value(other, point)
        if left is not None and right is not None:
            assert abs(left - right) <= 1e-9 * (1 + abs(left)), f"{one} = {other} is false at {point}"
