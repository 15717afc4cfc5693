"""Known values over correlated variables, degenerate laws, and what is refused."""

import pytest
import sympy
from sympy import Abs, Expr, I, Integer, Matrix, Rational, Symbol, asin, erf, exp, nan, oo, pi, sign, sqrt, symbols

from theory.activations import Relu, Step
from theory.gaussian import CannotIntegrate, density, distribution, expectation

x, y, z, w = symbols("x y z w")
a, b, c, r = symbols("a b c r")
CORRELATED = Matrix([[1, r], [r, 1]])
THREE = Matrix([[1, a, b], [a, 1, c], [b, c, 1]])


def test_kernels_in_closed_form() -> None:
    def kernel(e: Expr) -> Expr:
        return expectation(e, x, y, covariance=CORRELATED)

    root = sqrt(1 - r**2)
    assert kernel(Step(x) * Step(y)) == Rational(1, 4) + asin(r) / (2 * pi)
    assert kernel(sign(x) * sign(y)) == 2 * asin(r) / pi
    assert kernel(Abs(x) * Abs(y)) == sympy.expand(2 * (root + r * asin(r)) / pi)
    assert kernel(Relu(x) * Relu(y)) == sympy.expand(root / (2 * pi) + r * (asin(r) + pi / 2) / (2 * pi))
    assert kernel(erf(x) * erf(y)) == 2 * asin(2 * r / 3) / pi
    assert kernel(distribution(x) * distribution(y)) == Rational(1, 4) + asin(r / 2) / (2 * pi)


def test_orthants_and_three_relus() -> None:
    found = expectation(Step(x) * Step(y) * Step(z), x, y, z, covariance=THREE)
    assert found == sympy.expand(Rational(1, 8) + (asin(a) + asin(b) + asin(c)) / (4 * pi))
    assert expectation(sign(x) * sign(y) * sign(z), x, y, z, covariance=THREE) == 0
    independent = expectation(Relu(x) * Relu(y) * Relu(z), x, y, z, covariance=THREE).subs({a: 0, b: 0, c: 0})
    assert independent == expectation(Relu(x), x) ** 3


def test_probits() -> None:
    assert sympy.simplify(expectation(distribution(a * z + b), z) - distribution(b / sqrt(1 + a**2))) == 0
    slope = a * exp(-(b**2) / (2 * (1 + a**2))) / sqrt(2 * pi * (1 + a**2))
    assert sympy.simplify(expectation(z * distribution(a * z + b), z) - slope) == 0


def test_a_gate_with_a_bias_and_a_correlated_polynomial() -> None:
    assert expectation(y * Step(x + b), x, y, covariance=CORRELATED) == r * density(b)
    found = expectation((y**2 - 1) * Step(x + b), x, y, covariance=CORRELATED)
    assert sympy.expand(found + b * r**2 * density(b)) == 0


@pytest.mark.parametrize(
    ("e", "rho", "expected"),
    [
        (Relu(x) * Relu(y), 1, Rational(1, 2)),
        (Relu(x) * Relu(y), -1, 0),
        (Step(x) * Step(y), 1, Rational(1, 2)),
        (sign(x) * sign(y), -1, -1),
        (Step(x - y), 1, 1),
        (sign(x - y) + Relu(x + y), -1, 0),
        (Step(x) * Step(y - 1), 1, distribution(-1)),
        (exp(x - y) * Relu(x), 1, 1 / sqrt(2 * pi)),
        (erf(x - y), 1, 0),
    ],
    ids=str,
)
def test_perfect_correlation(e: Expr, rho: int, expected: Expr) -> None:
    assert sympy.expand(expectation(e, x, y, covariance=Matrix([[1, rho], [rho, 1]])) - expected) == 0


def test_what_does_not_vary() -> None:
    assert expectation(Relu(x), x, covariance=Matrix([[0]])) == 0
    assert expectation(Step(x), x, covariance=Matrix([[0]])) == 1
    assert expectation(x**3 * Step(x - 1), x, covariance=Matrix([[0]]), mean=[2]) == 8
    assert expectation(Relu(0 * x + 2) * Step(Rational(-1)), x) == 0
    assert expectation(Step(x) * Step(x) * Step(2 * x) * Step(-x), x) == 0
    assert expectation(Step(c), x) == Step(c)
    p = Symbol("p", positive=True)
    assert expectation(Relu(Relu(x) - x + p) - Relu(Relu(-x) + p), x) == 0


def test_kinks_whose_order_assumptions_decide() -> None:
    p, q = symbols("p q", positive=True)
    assert expectation(Step(z) * Step(z + p), z) == Rational(1, 2)
    assert expectation(Step(z + p) * Step(-z - p - q), z) == 0
    assert expectation(Step(z - sqrt(2)) * Step(z - Rational(7, 5)), z) == sympy.expand(distribution(-sqrt(2)))


def test_biased_gates_that_leave_only_boundary_terms() -> None:
    with pytest.raises(CannotIntegrate, match="no closed form"):
        expectation(Step(x + b) * Step(y + c), x, y, covariance=CORRELATED)
    found = expectation((x * y - r) * Step(x + b) * Step(y), x, y, covariance=CORRELATED)
    at = {r: Integer(0), b: Rational(1, 2)}
    assert sympy.N(found.subs(at) - density(b).subs(at) * density(0), 30, chop=True) == 0


@pytest.mark.parametrize(
    ("e", "message"),
    [
        (nan * x, "exact finite real"),
        (oo * x, "exact finite real"),
        (Step(x) + oo, "exact finite real"),
        (I * x, "exact finite real"),
        (exp(I * x), "exact finite real"),
        (sympy.Float("0.5") * x, "exact finite real"),
        (Symbol("u", imaginary=True) * x, "not real"),
        (Symbol("u", real=False) * Step(x), "not real"),
        (Symbol("u", infinite=True) * x, "infinite"),
        (Relu(x * y), "not affine in x, y"),
        (Step(x**2 - 1), "not affine"),
        (exp(x**2 / 4), "not affine"),
        (erf(x * y), "not affine"),
        (exp(erf(x)), "of an error function"),
        (Relu(c * x), "not known to be positive"),
        (Step(c * x + y * b), "not known to be positive"),
        (Relu(x) * Relu(x - c), "order of two kinks"),
        (x**65, "more than 64"),
        (x**40 * Relu(x) ** 30, "degree"),
        ((x + a + b + c + r) ** 40 * (y + a) ** 20, "more than"),
        (erf(x) ** 6, "depend on each other"),
        (Step(x) * Step(x + y) * Step(x - 2 * y + 1), "no closed form"),
        (sympy.sin(x), "not piecewise constant"),
        (1 / x, "not piecewise constant"),
        (1 / (Step(x) + Step(-x) - 1), "not a finite real number"),
        (sqrt(sign(x)), "not a finite real number"),
        (sympy.Max(0, x), "neither a polynomial"),
        (sympy.Derivative(sympy.Function("f")(x), x), "neither a polynomial"),
    ],
    ids=str,
)
def test_refusals_say_why(e: Expr, message: str) -> None:
    with pytest.raises(CannotIntegrate, match=message):
        expectation(e, x, y)


@pytest.mark.parametrize(
    ("covariance", "message"),
    [
        (Matrix([[1, 2], [2, 1]]), "not positive semidefinite"),
        (Matrix([[-1, 0], [0, 1]]), "not positive semidefinite"),
        (Matrix([[1, sqrt(2)], [sqrt(2), 1]]), "not positive semidefinite"),
        (Matrix([[1, a], [b, 1]]), "symmetric"),
        (Matrix([[1]]), "symmetric"),
        (Matrix([[1, x], [x, 1]]), "depends on a variable"),
        (Matrix([[1, I], [I, 1]]), "exact finite real"),
        (Matrix([[1, 0.5], [0.5, 1]]), "exact finite real"),
    ],
    ids=str,
)
def test_covariances_that_are_none(covariance: Matrix, message: str) -> None:
    with pytest.raises(CannotIntegrate, match=message):
        expectation(x * y, x, y, covariance=covariance)


def test_variables_that_are_none() -> None:
    with pytest.raises(CannotIntegrate, match="twice"):
        expectation(x, x, x)
    with pytest.raises(CannotIntegrate, match="not a symbol"):
        expectation(x, x + 1)
    with pytest.raises(CannotIntegrate, match="2 means"):
        expectation(x, x, mean=[0, 1])
    with pytest.raises(CannotIntegrate, match="at most"):
        expectation(x, *symbols("x:13"))
    with pytest.raises(CannotIntegrate, match="not an expression"):
        expectation(x > 0, x)
