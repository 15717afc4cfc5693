import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, Integer, Interval, Rational, S, exp, symbols

from lemmata import IllFormed
from theory.uniform import MonomialDerivative, Within, relu_average, relu_integral, support

a, b, x, k = symbols("a b x k")
INSIDE = Interval(-1, 1)
weights = st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2), st.integers(0, 5)), min_size=1, max_size=4).map(
    lambda terms: sum((Rational(c, 2) * a**i * b**e for c, i, e in terms), Integer(0))
)


def by_quadrature(weight: Expr, at: Rational) -> mpmath.mpf:
    value = mpmath.mpf(int(at.p)) / int(at.q)
    total = mpmath.mpf(0)
    for side in (1, -1):
        f = sympy.lambdify(b, weight.subs(a, side), "mpmath")
        kink = min(max(-side * value, mpmath.mpf(-1)), mpmath.mpf(1))
        total += mpmath.quad(lambda t, side=side, f=f: f(t) * max(side * value + t, 0), [-1, kink, 1]) / 4
    return total


@settings(max_examples=25, deadline=None)
@given(weights, st.fractions(min_value=-3, max_value=3, max_denominator=7))
def test_by_quadrature_inside_and_outside_of_the_unit_interval(weight: Expr, point: object) -> None:
    at = Rational(point.numerator, point.denominator)
    everywhere = relu_average(weight, a, b, x, S.Reals)
    expected = by_quadrature(weight, at)
    assert mpmath.almosteq(mpmath.mpf(str(sympy.N(everywhere.subs(x, at), 20))), expected, abs_eps=1e-12)
    if abs(at) <= 1:
        inside = relu_average(weight, a, b, x, INSIDE)
        assert inside.subs(x, at) == everywhere.subs(x, at)


@pytest.mark.parametrize("at", [-1, 0, 1])
def test_kinks_at_the_ends(at: int) -> None:
    weight = 3 * b**2 - a
    assert relu_average(weight, a, b, x, INSIDE).subs(x, at) == relu_average(weight, a, b, x, S.Reals).subs(x, at)


@pytest.mark.parametrize("number", range(6))
def test_symbolic_exponents(number: int) -> None:
    general = relu_average(b ** (2 * k + 1) - a * b**k, a, b, x, INSIDE).subs(k, number)
    assert sympy.expand(general - relu_average(b ** (2 * number + 1) - a * b**number, a, b, x, INSIDE)) == 0


@pytest.mark.parametrize("weight", [1 / b, b**-3, exp(b), sympy.Abs(b), b**b, sympy.sqrt(1 + b), 1 / (1 + b)], ids=str)
def test_other_weights_are_refused(weight: Expr) -> None:
    with pytest.raises(IllFormed):
        relu_average(weight, a, b, x, INSIDE)


def test_fractional_powers_of_a_negative_bias_are_refused() -> None:
    with pytest.raises(IllFormed):
        relu_average(sympy.sqrt(b), a, b, x, INSIDE)


@given(st.integers(0, 5), st.integers(0, 8), st.fractions(min_value=-2, max_value=2, max_denominator=5))
def test_derivatives_of_monomials(order: int, power: int, at: object) -> None:
    point = Rational(at.numerator, at.denominator)
    if point == 0 and power < order:
        return
    expected = sympy.diff(x**power, x, order).subs(x, point)
    assert MonomialDerivative(order, point, power).definition() == expected


@pytest.mark.parametrize("order", [-1, Rational(1, 2), k])
def test_orders_of_derivatives(order: object) -> None:
    with pytest.raises(IllFormed):
        MonomialDerivative(order, x, k).definition()


@pytest.mark.parametrize("reach", [Rational(1, 2), Rational(2)])
@pytest.mark.parametrize("at", [Rational(-3, 2), Rational(1, 3), Rational(3)])
def test_other_ranges_of_the_bias(reach: Rational, at: Rational) -> None:
    weight = 1 + 2 * b**2 - a * b
    found = relu_integral(weight, a, b, x, S.Reals, reach).subs(x, at)
    pieces = [
        sympy.integrate(
            sympy.expand(weight.subs(a, s) * (s * at + b)), (b, sympy.Min(sympy.Max(-s * at, -reach), reach), reach)
        )
        for s in (1, -1)
    ]
    assert sympy.simplify(found - sum(pieces) / 2) == 0


def test_the_support_of_a_weight_is_read() -> None:
    weight = 3 * x * Within(2 * b, Rational(1, 2))
    assert support(weight) == (2 * b, Rational(1, 2), 3 * x)


@pytest.mark.parametrize(
    "weight", [3 * x, Within(b, 1) * Within(x, 1), Within(b, 1) + 1, Within(b, 0), Within(b, k)], ids=str
)
def test_other_supports_are_refused(weight: Expr) -> None:
    with pytest.raises(IllFormed):
        support(weight)


@pytest.mark.parametrize(("at", "value"), [(-2, 0), (-1, 1), (Rational(1, 3), 1), (1, 1), (Rational(3, 2), 0)])
def test_the_indicator_of_a_range(at: object, value: int) -> None:
    assert Within(b, 1).definition().subs(b, at) == value
