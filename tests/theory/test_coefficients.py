import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, Symbol, factorial, symbols

from theory.activations import RELU, STEP, Activation
from theory.coefficients import coefficient, general_coefficient, generating_function

b, k, t = symbols("b k t")
activations = st.sampled_from([RELU, STEP])
biases = st.fractions(min_value=-3, max_value=3, max_denominator=8).map(lambda f: Rational(f.numerator, f.denominator))


def quadrature(activation: Activation, order: int, bias: Rational) -> mpmath.mpf:
    shift = mpmath.mpf(int(bias.p)) / int(bias.q)
    return mpmath.quad(
        lambda z: (
            ((z + shift) if activation == RELU else 1)
            * mpmath.hermite(order, z / mpmath.sqrt(2))
            / mpmath.sqrt(2) ** order
            * mpmath.npdf(z)
        ),
        [-shift, max(-shift + 1, 3), 16],
    )


@settings(max_examples=15, deadline=None)
@given(activations, st.integers(0, 9), biases)
def test_by_quadrature(activation: Activation, order: int, bias: Rational) -> None:
    exact = mpmath.mpf(str(sympy.N(coefficient(activation, order, bias), 25)))
    assert mpmath.almosteq(exact, quadrature(activation, order, bias), rel_eps=1e-9, abs_eps=1e-9)


@pytest.mark.parametrize("activation", [RELU, STEP], ids=str)
def test_the_closed_form_is_the_integral_with_a_symbolic_bias(activation: Activation) -> None:
    for order in range(2 if activation == RELU else 1, 8):
        closed = general_coefficient(activation, k, b).subs(k, order).doit()
        assert sympy.simplify(closed - coefficient(activation, order, b)) == 0


def test_the_derivative_of_the_activation_shifts_the_order() -> None:
    for order in range(5):
        assert sympy.simplify(coefficient(STEP, order, b) - coefficient(RELU, order + 1, b)) == 0


@pytest.mark.parametrize("activation", [RELU, STEP], ids=str)
def test_the_generating_function_generates_them(activation: Activation) -> None:
    series = sympy.series(generating_function(activation, t, Rational(1, 3)), t, 0, 6).removeO()
    for order in range(6):
        assert (
            sympy.simplify(series.coeff(t, order) * factorial(order) - coefficient(activation, order, Rational(1, 3)))
            == 0
        )


def test_negative_orders() -> None:
    with pytest.raises(ValueError, match="start at k = 0"):
        coefficient(RELU, -1)


def test_an_activation_mutates_into_the_other() -> None:
    assert RELU.mutations() == [STEP]
    assert STEP.mutations() == [RELU]
    assert isinstance(RELU, Symbol)
