"""Tests of the project's own code. The claims themselves are tests as well: ``lemmata_claims`` in pyproject.toml adds them."""

import pytest
from mpmath import exp as mp_exp
from mpmath import mp, quad
from mpmath import sqrt as mp_sqrt
from sympy import Max, Rational, exp, sqrt

from klambauer2017.statements import alpha, lamda, printed_alpha, printed_lambda, real_constant, selu
from lemmata import IllFormed
from theory.activations import Relu


def selu_at(x):
    """The formula at a number; the activation stays unevaluated by itself."""
    return selu(x, alpha, lamda).replace(Relu, lambda argument: Max(0, argument)).expand()


@pytest.mark.parametrize("x", [Rational(1, 3), 2])
def test_selu_is_linear_on_the_right(x):
    assert selu_at(x) == lamda * x


@pytest.mark.parametrize("x", [0, Rational(-1, 3), -2])
def test_selu_is_exponential_elsewhere(x):
    assert selu_at(x) == (lamda * alpha * (exp(x) - 1)).expand()


def test_the_constants_have_the_customary_values():
    assert float(printed_alpha.doit()) == pytest.approx(1.6733, abs=5e-5)
    assert float(printed_lambda.doit()) == pytest.approx(1.0507, abs=5e-5)


def test_a_constant_that_is_not_real_is_refused():
    with pytest.raises(IllFormed):
        real_constant(sqrt(-2))


def test_the_fixed_point_by_quadrature():
    """The two branches as the definition has them, integrated numerically: nothing is shared with the proof but the constants."""
    a, b = (mp.mpf(str(c.doit().evalf(30))) for c in (printed_alpha, printed_lambda))

    def moment(k):
        left = quad(lambda x: (b * a * (mp_exp(x) - 1)) ** k * mp_exp(-(x**2) / 2), [-mp.inf, -1, 0])
        right = quad(lambda x: (b * x) ** k * mp_exp(-(x**2) / 2), [0, 1, mp.inf])
        return (left + right) / mp_sqrt(2 * mp.pi)

    assert abs(moment(1)) < 1e-12
    assert abs(moment(2) - 1) < 1e-12
