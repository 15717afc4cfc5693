"""Drawn members of the family, in one to three correlated variables, against quadrature split at the kinks; and laws of E."""

import sympy
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from split_quadrature import quadrature
from sympy import Abs, Expr, Integer, Matrix, Rational, Symbol, erf, exp, sign, symbols

from theory.activations import Relu, Step
from theory.gaussian import CannotIntegrate, expectation

VARIABLES = x, y, z = symbols("x y z")
KINKED = [Step, Relu, sign, Abs]
small = st.integers(-2, 2)
halves = st.integers(-3, 3).map(lambda i: Rational(i, 2))


@st.composite
def forms(draw: st.DrawFn, variables: tuple[Symbol, ...], bias: bool) -> Expr:
    """An affine form with small slopes, so that parallel and coplanar ones are common."""
    form = sum((draw(small) * v for v in variables), Integer(0))
    return form + draw(halves) if bias else form


@st.composite
def monomials(draw: st.DrawFn, variables: tuple[Symbol, ...], degree: int) -> Expr:
    term = Integer(draw(st.integers(1, 3)))
    for v in variables:
        term *= v ** draw(st.integers(0, degree))
    return term


@st.composite
def members(draw: st.DrawFn, variables: tuple[Symbol, ...], kinks: int, bias: bool = False) -> Expr:
    """One or two products of a monomial, perhaps an exponential, kinks, and perhaps an error function."""
    total: Expr = Integer(0)
    for _ in range(draw(st.integers(1, 2))):
        term = draw(monomials(variables, 4 - len(variables)))
        for _ in range(draw(st.integers(0, kinks))):
            term *= draw(st.sampled_from(KINKED))(draw(forms(variables, bias)))
        smooth = draw(st.integers(0, 5))
        if smooth == 0:
            term *= exp(draw(forms(variables, True)) / 2)
        elif smooth == 1:
            term *= erf(draw(forms(variables, bias)))
        total += term
    return total


roots = st.sampled_from(
    [
        [[1, 0], [0, 1]],
        [[1, 0], [Rational(3, 5), Rational(4, 5)]],
        [[1, 0], [Rational(-12, 13), Rational(5, 13)]],
        [[2, 0], [1, 1]],
        [[1, 0], [1, 0]],
        [[1, 0], [-1, 0]],
        [[1, 0], [0, 0]],
    ]
)


def answered(e: Expr, *variables: Symbol, covariance: Matrix | None = None) -> Expr:
    """The expectation; what has no closed form is not looked at."""
    try:
        return expectation(e, *variables, covariance=covariance)
    except CannotIntegrate as refusal:
        if "closed form" not in str(refusal) and "depend on each other" not in str(refusal):
            raise
        return reject()


def agree(exact: Expr, value: float, error: float) -> bool:
    return bool(abs(sympy.N(exact, 25) - value) <= error + 1e-15)


@settings(max_examples=25, deadline=None)
@given(members((x,), 4, bias=True))
def test_one_variable_any_number_of_kinks(e: Expr) -> None:
    assert agree(expectation(e, x) if not e.has(erf) else answered(e, x), *quadrature(e, (x,)))


@settings(max_examples=25, deadline=None)
@given(members((x, y), 3), roots)
def test_two_correlated_variables(e: Expr, root: list[list[Rational]]) -> None:
    matrix = Matrix(root)
    # sign(0) and Step(0) on a degenerate form: the quadrature's rounding cannot tell its zeros
    assume(all((matrix.T * Matrix([a.args[0].coeff(v) for v in (x, y)])).norm() != 0 for a in e.atoms(*KINKED)))
    exact = answered(e, x, y, covariance=matrix * matrix.T)
    pulled = dict(zip((x, y), matrix * Matrix([x, y]), strict=True))
    assert agree(exact, *quadrature(e.subs(pulled, simultaneous=True), (x, y)))


@settings(max_examples=15, deadline=None)
@given(members((x, y), 2, bias=True))
def test_two_variables_with_biases(e: Expr) -> None:
    assert agree(answered(e, x, y), *quadrature(e, (x, y)))


@settings(max_examples=2, deadline=None)
@given(members((x, y, z), 3))
def test_three_variables(e: Expr) -> None:
    assert agree(answered(e, x, y, z), *quadrature(e, (x, y, z)))


def equal(one: Expr, other: Expr) -> bool:
    return bool(abs(sympy.N(one - other, 40, chop=True)) < 1e-30)


@settings(max_examples=15, deadline=None)
@given(members((x, y), 2), members((x, y), 2), roots, halves, halves)
def test_linearity(e: Expr, f: Expr, root: list[list[Rational]], a: Rational, b: Rational) -> None:
    covariance = Matrix(root) * Matrix(root).T
    apart = [answered(g, x, y, covariance=covariance) for g in (e, f)]
    assert equal(expectation(a * e + b * f, x, y, covariance=covariance), a * apart[0] + b * apart[1])


@settings(max_examples=15, deadline=None)
@given(members((x, y), 2), roots)
def test_symmetry(e: Expr, root: list[list[Rational]]) -> None:
    covariance = Matrix(root) * Matrix(root).T
    one = answered(e, x, y, covariance=covariance)
    assert equal(one, expectation(e.subs({x: -x, y: -y}, simultaneous=True), x, y, covariance=covariance))


@settings(max_examples=15, deadline=None)
@given(members((x, y), 2), st.sampled_from([2, -3, Rational(1, 2), sympy.sqrt(2)]), roots)
def test_scaling(e: Expr, factor: Expr, root: list[list[Rational]]) -> None:
    covariance = Matrix(root) * Matrix(root).T
    one = answered(e.subs({x: factor * x, y: factor * y}, simultaneous=True), x, y, covariance=covariance)
    assert equal(one, expectation(e, x, y, covariance=factor**2 * covariance))


@settings(max_examples=15, deadline=None)
@given(members((x,), 2, bias=True), halves, halves)
def test_a_mean_is_a_shift(e: Expr, mean: Rational, deviation: Rational) -> None:
    one = answered(e, x) if mean == 0 and deviation == 1 else answered(e.subs(x, deviation * x + mean), x)
    assert equal(one, expectation(e, x, covariance=Matrix([[deviation**2]]), mean=[mean]))


@settings(max_examples=15, deadline=None)
@given(monomials((x, y), 2), forms((x, y), False), forms((x, y), False), forms((x, y), True), roots)
def test_stein(monomial: Expr, one: Expr, other: Expr, rate: Expr, root: list[list[Rational]]) -> None:
    # E[X f] = C_xx E[f_x] + C_xy E[f_y] for f that are continuous
    def derivative(v: Symbol) -> Expr:
        smooth, first, second = monomial * exp(rate / 2), Relu(one), Abs(other)
        return (
            smooth.diff(v) * first * second
            + smooth * one.diff(v) * Step(one) * second
            + smooth * first * other.diff(v) * sign(other)
        )

    covariance = Matrix(root) * Matrix(root).T
    left = answered(x * monomial * exp(rate / 2) * Relu(one) * Abs(other), x, y, covariance=covariance)
    right = [expectation(derivative(v), x, y, covariance=covariance) for v in (x, y)]
    assert equal(left, covariance[0, 0] * right[0] + covariance[0, 1] * right[1])


r = Symbol("r")
s = Symbol("s", positive=True)
b, c = symbols("b c")
parametric = st.sampled_from([x, y, r * x + sympy.sqrt(1 - r**2) * y, s * x - y, x + s * y, -s * x])


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(KINKED), parametric), min_size=1, max_size=2),
    monomials((x, y), 2),
    st.sampled_from([Integer(1), exp(b * x + c), erf(b * x + c * y), x + b]),
    st.booleans(),
)
def test_parameters_may_be_put_in_before_or_after(
    kinks: list[tuple[type[sympy.Function], Expr]], monomial: Expr, factor: Expr, correlated: bool
) -> None:
    assume(not (correlated and any(form.has(r) for _, form in kinks)))
    e = monomial * factor
    for kinked, form in kinks:
        e *= kinked(form)
    covariance = Matrix([[1, r], [r, 1]]) if correlated else sympy.eye(2)
    general = answered(e, x, y, covariance=covariance)
    for values in (
        {r: Rational(3, 5), s: Rational(2, 3), b: Rational(-1, 2), c: Rational(3, 4)},
        {r: Rational(-4, 5), s: Integer(2), b: Integer(1), c: Integer(0)},
        {r: Integer(1), s: Integer(1), b: Integer(0), c: Integer(-1)},
        {r: Integer(-1), s: Integer(2), b: Integer(1), c: Integer(1)},
    ):
        at = general.subs(values)
        if not at.has(sympy.nan, sympy.zoo):
            assert equal(at, answered(e.subs(values), x, y, covariance=covariance.subs(values)))
