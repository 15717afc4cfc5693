"""Hermite coefficients of activations: closed forms against exact integration, quadrature and generating functions."""

import math
from collections.abc import Callable

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Piecewise, Poly, Rational, Symbol, erf, exp, factorial, nan, oo, sqrt, symbols

from theory.activations import RELU, STEP, Activation, Relu
from theory.coefficients import generating_function, integrated_coefficient
from theory.hermite import coefficient, general_coefficient

b, k, t, x = symbols("b k t x")
activations = st.sampled_from([RELU, STEP])
biases = st.fractions(min_value=-3, max_value=3, max_denominator=8).map(lambda f: Rational(f.numerator, f.denominator))

FUNCTIONS: dict[object, Callable[[mpmath.mpf], mpmath.mpf]] = {
    "relu": lambda v: max(v, 0),
    "step": lambda v: 1 if v >= 0 else 0,
    "sign": mpmath.sign,
    "abs": abs,
    "erf": mpmath.erf,
    erf(3 * x): lambda v: mpmath.erf(3 * v),
    erf(x / sqrt(2)): lambda v: mpmath.erf(v / mpmath.sqrt(2)),
    x**5 - 3 * x**2 + 1: lambda v: v**5 - 3 * v**2 + 1,
    Poly(2 * x**3 - x, x): lambda v: 2 * v**3 - v,
    sympy.Integer(7): lambda v: 7,
}


def quadrature(function: Callable[[mpmath.mpf], mpmath.mpf], order: int, bias: Rational) -> mpmath.mpf:
    shift = mpmath.mpf(int(bias.p)) / int(bias.q)
    return mpmath.quad(
        lambda z: (
            function(z + shift) * mpmath.hermite(order, z / mpmath.sqrt(2)) / mpmath.sqrt(2) ** order * mpmath.npdf(z)
        ),
        [-16, -shift, 16],
    )


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(list(FUNCTIONS)), st.integers(0, 9), biases)
def test_by_quadrature(activation: object, order: int, bias: Rational) -> None:
    exact = mpmath.mpf(str(sympy.N(coefficient(activation, order, bias), 25)))
    assert mpmath.almosteq(exact, quadrature(FUNCTIONS[activation], order, bias), rel_eps=1e-8, abs_eps=1e-8)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(list(FUNCTIONS)), st.integers(0, 9), biases)
def test_a_symbolic_order_gives_the_same_at_every_number(activation: object, order: int, bias: Rational) -> None:
    symbolic = coefficient(activation, k, bias)
    assert isinstance(symbolic, Piecewise)
    at_number = symbolic.subs(k, order).doit()
    assert abs(sympy.N(at_number - coefficient(activation, order, bias), 20)) < 1e-15


@pytest.mark.parametrize("name", ["relu", "step", "sign", "abs"])
def test_the_closed_forms_are_the_integrals_with_a_symbolic_bias(name: str) -> None:
    for order in range(6):
        difference = coefficient(name, order, b) - integrated_coefficient(name, order, b)
        assert sympy.simplify(difference) == 0


@pytest.mark.parametrize("name", ["relu", "step", "sign", "abs", "erf"])
def test_each_coefficient_is_the_derivative_of_the_one_before(name: str) -> None:
    for order in range(5):
        assert sympy.simplify(coefficient(name, order, b).diff(b) - coefficient(name, order + 1, b)) == 0


def test_the_general_formula_is_the_one_for_large_orders() -> None:
    for name, least in (("relu", 2), ("abs", 2), ("step", 1), ("sign", 1), ("erf", 1), (x**3, 4)):
        for order in range(least, 7):
            difference = general_coefficient(name, k, b).subs(k, order).doit() - coefficient(name, order, b)
            assert sympy.simplify(difference) == 0


def test_parseval_for_the_error_function() -> None:
    # E erf(Z / sqrt 2)^2 = 1/3: Phi(Z) is uniform.
    total = sum(float(coefficient(erf(x / sqrt(2)), order)) ** 2 / math.factorial(order) for order in range(40))
    assert total == pytest.approx(1 / 3, abs=1e-10)


def test_a_smooth_activation_may_be_given_by_name_or_expression() -> None:
    assert coefficient("erf", 3, b) == coefficient(erf(x), 3, b)
    assert coefficient(Relu(x), 2) == coefficient("relu", 2) == coefficient(RELU, 2) == 1 / sqrt(2 * sympy.pi)
    assert coefficient("relu", 4, 0) == -1 / sqrt(2 * sympy.pi)


@pytest.mark.parametrize("activation", [RELU, STEP], ids=str)
def test_the_generating_function_generates_them(activation: Activation) -> None:
    series = sympy.series(generating_function(activation, t, Rational(1, 3)), t, 0, 4).removeO()
    for order in range(4):
        expected = coefficient(activation, order, Rational(1, 3))
        assert sympy.simplify(series.coeff(t, order) * factorial(order) - expected) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rellu", 2), "did you mean 'relu'"),
        (("tanh(x)", 2), "known are relu, step, sign, abs, erf"),
        ((exp(x), 2), "known are"),
        ((erf(-x), 2), "known are"),
        ((x * b, 2), "one symbol"),
        ((x / 2.0, 2), "exact numbers"),
        (("relu", -1), "start at k = 0"),
        (("relu", Rational(1, 2)), "is an integer"),
        (("relu", 2.0), "is an integer"),
        (("relu", True), "is an integer"),
        (("relu", 2, nan), "exact real number"),
        (("relu", 2, math.nan), "exact real number"),
        (("relu", 2, oo), "exact real number"),
        (("relu", 2, 0.5), "exact real number"),
        (("relu", 2, sympy.I), "exact real number"),
    ],
)
def test_what_has_no_coefficient_is_refused_in_one_line(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message) as refused:
        coefficient(*arguments)
    assert "\n" not in str(refused.value)


def test_negative_orders_are_refused_by_the_integral_too() -> None:
    with pytest.raises(ValueError, match="start at k = 0"):
        integrated_coefficient(RELU, -1)


def test_an_activation_mutates_into_the_other() -> None:
    assert RELU.mutations() == [STEP]
    assert STEP.mutations() == [RELU]
    assert isinstance(RELU, Symbol)
