"""Gaussian expectations against quadrature split at the kinks; outside of the family they are refused."""

import mpmath
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Abs, Expr, Integer, Max, Piecewise, Rational, Symbol, erf, exp, log, oo, sign, sqrt, symbols

from theory.activations import Relu, Step
from theory.gaussian import CannotIntegrate, density, distribution, expectation

y, z, v = symbols("y z v")
c = Symbol("c")
s = Symbol("s", positive=True)

KINKED = [Step, Relu, sign, Abs]
PYTHON = {"Step": lambda t: mpmath.mpf(t >= 0), "Relu": lambda t: max(t, mpmath.mpf(0))}
kinks = st.fractions(min_value=-2, max_value=2, max_denominator=3).map(lambda f: Rational(f.numerator, f.denominator))
slopes = st.sampled_from([Integer(1), Integer(-1), Rational(2), Rational(-1, 2)])


@st.composite
def factors(draw: st.DrawFn, variable: Symbol) -> tuple[Expr, list[Rational]]:
    slope, kink = draw(slopes), draw(kinks)
    return draw(st.sampled_from(KINKED))(slope * (variable - kink)), [kink]


@st.composite
def members(draw: st.DrawFn, variable: Symbol = z) -> tuple[Expr, list[Rational]]:
    """An expression of the family in one variable, and its kinks."""
    total: Expr = Integer(0)
    found: list[Rational] = []
    for _ in range(draw(st.integers(1, 2))):
        term = Rational(draw(st.integers(-3, 3)), 2) * variable ** draw(st.integers(0, 3))
        if draw(st.booleans()):
            term *= exp(draw(st.sampled_from([1, -1, Rational(1, 2)])) * variable + draw(st.integers(-1, 1)))
        for _ in range(draw(st.integers(0, 3))):
            factor, at = draw(factors(variable))
            term, found = term * factor, found + at
        total += term
    return total, sorted(set(found))


def quadrature(e: Expr, variable: Symbol, at: list[Rational]) -> mpmath.mpf:
    f = sympy.lambdify(variable, e, modules=[PYTHON, "mpmath"])
    edges = [-14, -5, *(mpmath.mpf(int(kink.p)) / int(kink.q) for kink in at), 5, 14]
    return mpmath.quad(lambda t: f(t) * mpmath.npdf(t), sorted(edges))


@settings(max_examples=14, deadline=None)
@given(members())
def test_members_of_the_family_in_one_variable(member: tuple[Expr, list[Rational]]) -> None:
    e, at = member
    exact = mpmath.mpf(str(sympy.N(expectation(e, z), 25)))
    assert mpmath.almosteq(exact, quadrature(e, z, at), rel_eps=1e-9, abs_eps=1e-9)


@settings(max_examples=5, deadline=None)
@given(members(z), members(y), st.sampled_from([Integer(1), Integer(0), Rational(1, 3)]))
def test_two_variables_come_apart_and_do_not_depend_on_the_order(
    one: tuple[Expr, list[Rational]], other: tuple[Expr, list[Rational]], mixed: Rational
) -> None:
    e = one[0] * other[0] + mixed * z * y * Relu(z - 1) * Step(y)
    expected = quadrature(one[0], z, one[1]) * quadrature(other[0], y, other[1])
    expected += mixed * quadrature(z * Relu(z - 1), z, [Integer(1)]) * quadrature(y * Step(y), y, [Integer(0)])
    for order in [(z, y), (y, z)]:
        exact = mpmath.mpf(str(sympy.N(expectation(e, *order), 25)))
        assert mpmath.almosteq(exact, expected, rel_eps=1e-8, abs_eps=1e-8)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.sampled_from([Relu, Step, Abs, sign]))
def test_three_variables_and_mixed_polynomials(i: int, j: int, k: int, kinked: type[sympy.Function]) -> None:
    e = (z + 2 * y) ** i * (y - v) ** j * v**k * kinked(z)
    moments = sympy.Poly(sympy.expand((z + 2 * y) ** i * (y - v) ** j * v**k), z, y, v)
    expected = mpmath.mpf(0)
    for (a, b, d), weight in moments.terms():
        even = [sympy.factorial2(n - 1) if n % 2 == 0 else 0 for n in (b, d)]
        expected += int(weight) * int(even[0]) * int(even[1]) * quadrature(z**a * kinked(z), z, [Integer(0)])
    exact = mpmath.mpf(str(sympy.N(expectation(e, y, z, v), 25)))
    assert mpmath.almosteq(exact, expected, rel_eps=1e-8, abs_eps=1e-8)


@settings(max_examples=14, deadline=None)
@given(
    st.sampled_from(KINKED),
    st.integers(0, 3),
    kinks,
    slopes,
    st.sampled_from([Rational(1, 2), Integer(2), Rational(5, 3)]),
)
def test_parameters(kinked: type[sympy.Function], power: int, at_c: Rational, slope: Rational, at_s: Rational) -> None:
    e = z**power * kinked(slope * s * z + c) * exp(z * c)
    exact = expectation(e, z).subs({c: at_c, s: at_s})
    kink = -at_c / (slope * at_s)
    assert mpmath.almosteq(
        mpmath.mpf(str(sympy.N(exact, 25))),
        quadrature(e.subs({c: at_c, s: at_s}), z, [kink]),
        rel_eps=1e-8,
        abs_eps=1e-8,
    )


def test_known_values() -> None:
    assert expectation(Relu(z), z) == 1 / sqrt(2 * sympy.pi)
    assert expectation(Step(z + c), z) - distribution(c) == 0
    assert expectation(z**8, z) == 105
    assert expectation(exp(c * z), z) == exp(c**2 / 2)
    assert expectation(Relu(z) * Relu(-z), z) == 0
    assert expectation(Integer(3), z) == 3
    assert expectation(3, z) == 3
    assert expectation(exp(Relu(z)), z) == sympy.expand(
        Rational(1, 2) + exp(Rational(1, 2)) * (1 + erf(1 / sqrt(2))) / 2
    )
    assert sympy.simplify(sympy.integrate(density(z), (z, -oo, c)) - distribution(c)) == 0


@pytest.mark.parametrize(
    "e",
    [
        Relu(z * y),
        Abs(z * y) + y,
        Relu(z**2 - 1),
        Relu(c * z),
        Step(z / c),
        exp(z**2 / 4),
        exp(z * y),
        exp(-(Relu(z) ** 2)),
        exp(exp(z)),
        sqrt(Abs(z)),
        Abs(z) ** Rational(3, 2),
        Relu(z) ** c,
        z**c,
        1 / z,
        1 / Step(z),
        1 / Relu(z),
        Step(z) / (Step(z) - 1),
        log(Step(z)),
        log(z),
        sympy.sin(z),
        density(z),
        Max(0, z),
        Piecewise((z, z > 0), (0, True)),
        Relu(z - c) * Relu(z),
        sympy.Function("f")(z),
        sympy.DiracDelta(z),
        sympy.Heaviside(z),
        2**z,
    ],
    ids=str,
)
def test_what_is_outside_of_the_family_is_refused(e: Expr) -> None:
    with pytest.raises(CannotIntegrate):
        expectation(e, z, y)


@pytest.mark.parametrize("assumption", ["positive", "integer", "nonnegative", "negative", "zero", "imaginary"])
def test_a_normal_variable_has_no_sign(assumption: str) -> None:
    variable = Symbol("z", **{assumption: True})
    with pytest.raises(CannotIntegrate, match="more than real"):
        expectation(Abs(variable), variable)


def test_a_real_variable_is_allowed() -> None:
    real = Symbol("z", real=True)
    assert expectation(sqrt(real**2), real) == sqrt(2 / sympy.pi)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 5), kinks)
def test_hermite_stein(order: int, at: Rational) -> None:
    # E[Z f(Z)] = E[f'(Z)] for f = Z^n ReLU(Z - c)
    assume(order > 0)
    f = z**order * Relu(z - at)
    derivative = order * z ** (order - 1) * Relu(z - at) + z**order * Step(z - at)
    assert sympy.simplify(expectation(z * f, z) - expectation(derivative, z)) == 0
