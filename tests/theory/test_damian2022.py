"""The exact claims of damian2022 by another route: quadrature, and polynomials of two variables."""

import contextlib
import itertools
import math
from functools import cache

import numpy as np
import pytest
import scipy.integrate
import sympy
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import eval_hermitenorm
from sympy import Expr, Integer, Rational, Sum, factorial, oo, pi, sqrt

from lemmata import Identity, LemmataError, as_printed
from lemmata.judge import examine
from lemmata.verdicts import Status
from theory.hermite import He
from theory.papers.damian2022.contents import paper
from theory.papers.damian2022.expansions import relu_series
from theory.papers.damian2022.paper import k, p, x

NODES, WEIGHTS = hermegauss(24)
WEIGHTS = WEIGHTS / math.sqrt(2 * math.pi)


def phi(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


@cache
def coefficient(order: int, bias: float, derivative: bool) -> float:
    """c_k of ReLU(z + b), or of its derivative, by quadrature from the kink on."""

    def integrand(z: float) -> float:
        return (1.0 if derivative else z + bias) * eval_hermitenorm(order, z) * phi(z)

    return scipy.integrate.quad(integrand, -bias, 14, epsabs=1e-11, epsrel=1e-10, limit=200)[0]


# A.1.1


def test_relu_hermite_weights_by_quadrature() -> None:
    for order in range(13):
        half = order // 2
        if order < 2:
            printed = [1 / math.sqrt(2 * math.pi), 0.5][order]
        elif order % 2:
            printed = 0.0
        else:
            printed = (-1) ** (half - 1) / (math.factorial(half) * 2**half * (2 * half - 1)) / math.sqrt(2 * math.pi)
        assert printed == pytest.approx(coefficient(order, 0.0, False) / math.factorial(order), abs=1e-10)


def test_relu_hermite_converges_in_mean_square() -> None:
    # Parseval: sum of k! w_k^2 = E[ReLU^2] = 1/2; the tail falls as K^(-3/2).
    def remainder(last: int) -> float:
        total = 1 / (2 * math.pi) + 0.25
        for half in range(1, last):
            log = math.lgamma(2 * half + 1) - 2 * (math.lgamma(half + 1) + half * math.log(2) + math.log(2 * half - 1))
            total += math.exp(log) / (2 * math.pi)
        return 0.5 - total

    assert 0 < remainder(4000) < 1e-5
    assert remainder(1000) / remainder(4000) == pytest.approx(8, rel=1e-2)


SUMMAND = (-1) ** (k - 1) / (factorial(k) * 2**k * (2 * k - 1)) * He(2 * k, x)
EXTRA = {
    "one more even term": He(8, x),
    "one more odd term": He(7, x) / 1000,
    "the sum doubled from order 8 on": Sum(SUMMAND, (k, 4, oo)) / sqrt(2 * pi),
    "an odd sum": Sum((-1) ** k / (factorial(k) * 2**k * (2 * k + 1)) * He(2 * k + 1, x), (k, 6, oo)),
    "a sum that starts late": Sum(He(2 * k, x) / factorial(2 * k), (k, 9, oo)),
}


@pytest.mark.parametrize("name", EXTRA)
def test_relu_hermite_sees_what_is_added(name: str) -> None:
    claim = paper.claims["relu-hermite"]
    with as_printed():
        wrong = Identity(claim.stated.left, relu_series + EXTRA[name], claim.stated.domains)
    assert examine(claim, wrong, None).status is not Status.HOLDS


def test_relu_hermite_does_not_mind_another_print() -> None:
    claim = paper.claims["relu-hermite"]
    with as_printed():
        summand = (-1) ** (k - 1) / (factorial(k) * 2**k * (2 * k - 1)) * He(2 * k, x)
        common = x / 2 + (1 + He(2, x) / 2 + Sum(summand, (k, 2, oo))) / sqrt(2 * pi)
    assert examine(claim, Identity(claim.stated.left, common, claim.stated.domains), None).status is Status.HOLDS


# Section 5.1, Eq. (1), for polynomials of two variables that are no single-index functions.

X1, X2 = sympy.symbols("x_1 x_2")


def average(f: Expr) -> float:
    """E f(x) over the plane, exact for polynomials."""
    values = sympy.lambdify((X1, X2), f, "numpy")
    grid = np.array([[values(a, b) for b in NODES] for a in NODES], dtype=float)
    return float(WEIGHTS @ grid @ WEIGHTS)


def gradient(f: Expr, w: tuple[float, float], bias: float) -> np.ndarray:
    """E[f(x) x 1{w.x + b >= 0}]: adaptive along w, Gauss-Hermite across."""
    f_at = sympy.lambdify((X1, X2), f, "numpy")

    def integrand(z: float, i: int) -> float:
        points = [(w[0] * z - w[1] * n, w[1] * z + w[0] * n) for n in NODES]
        return phi(z) * sum(weight * f_at(*point) * point[i] for weight, point in zip(WEIGHTS, points, strict=True))

    return np.array([scipy.integrate.quad(integrand, -bias, 14, args=(i,), epsabs=1e-11)[0] for i in range(2)])


def series(f: Expr, w: tuple[float, float], bias: float, last: int, derivative: bool) -> np.ndarray:
    """sum_{k<=last} (c_{k+1} C_{k+1}(w^k) + c_{k+2} w C_k(w^k)) / k!, straight from the definition of C_k."""

    def along(g: Expr, times: int) -> Expr:
        for _ in range(times):
            g = sympy.expand(
                Rational(w[0]).limit_denominator(1000) * g.diff(X1)
                + Rational(w[1]).limit_denominator(1000) * g.diff(X2)
            )
        return g

    total = np.zeros(2)
    for index in range(last + 1):
        c_next, c_after = (coefficient(index + shift, bias, derivative) for shift in (1, 2))
        first = np.array([average(along(f, index).diff(variable)) for variable in (X1, X2)])
        total += (c_next * first + c_after * np.array(w) * average(along(f, index))) / math.factorial(index)
    return total


CASES = [
    (X1**2 - 1 + X1 * X2, 2, 0.0),
    (X1**2 * X2 - X2 + 3 * X1 * X2, 3, 0.0),
    (X1**2 - X2**2 + X1 + 2, 2, 0.75),
    (X2**3 + X1**2 * X2 - X1 + Rational(1, 2), 3, -0.4),
    (X1**3 * X2 - 2 * X2**2, 4, 0.3),
]
DIRECTION = (0.6, -0.8)


@pytest.mark.parametrize(("f", "degree", "bias"), CASES, ids=str)
def test_equation_1_as_corrected_holds_and_as_printed_does_not(f: Expr, degree: int, bias: float) -> None:
    exact = gradient(f, DIRECTION, bias)
    apart = {
        (last, derivative): float(np.abs(series(f, DIRECTION, bias, last, derivative) - exact).max())
        for last, derivative in itertools.product((degree - 1, degree, degree + 2), (False, True))
    }
    assert apart[degree, False] < 1e-9
    assert apart[degree + 2, False] < 1e-9
    assert apart[degree - 1, True] > 1e-3, "as printed"
    assert apart[degree, True] > 1e-3, "with the activation's derivative"


def contrived(name: str) -> Sum:
    """Series that are wrong for some degrees only."""
    true = paper.claims["equation-1"].upheld.right
    with as_printed():
        few = sympy.Piecewise((2, sympy.And(k <= 1, p >= 5)), (1, True))
        return {
            "a weight wrong at low orders from degree 5 on": Sum(few * true.function, (k, 0, p)),
            "a weight wrong from degree 5 on": Sum(sympy.Piecewise((2, p >= 5), (1, True)) * true.function, (k, 0, p)),
            "an end wrong from degree 5 on": Sum(true.function, (k, 0, sympy.Piecewise((p, p < 5), (p - 1, True)))),
            "an end wrong from degree 1000 on": Sum(true.function, (k, 0, sympy.Min(p, 1000))),
            "an end beyond the degree": Sum(true.function, (k, 0, 2 * p)),
        }[name]


@pytest.mark.parametrize(
    ("name", "true"),
    [
        ("a weight wrong at low orders from degree 5 on", False),
        ("a weight wrong from degree 5 on", False),
        ("an end wrong from degree 5 on", False),
        ("an end wrong from degree 1000 on", False),
        ("an end beyond the degree", True),
    ],
)
def test_equation_1_sees_what_is_wrong_for_some_degrees_only(name: str, true: bool) -> None:
    claim = paper.claims["equation-1"]
    status = None
    with contextlib.suppress(LemmataError):
        status = examine(claim, claim.upheld.with_formula("right", contrived(name)), None).status
    assert (status is Status.HOLDS) == true


def test_equation_1_the_last_term_is_needed_at_even_degree_without_a_bias() -> None:
    # c_{p+2}(ReLU) = (-1)^p He_p(0) phi(0) vanishes for b = 0 at odd p.
    for f, degree, bias in CASES:
        missing = float(np.abs(series(f, DIRECTION, bias, degree - 1, False) - gradient(f, DIRECTION, bias)).max())
        assert (missing < 1e-9) == (degree == 3 and bias == 0.0)


def test_equation_1_simplest_counterexample() -> None:
    # f = He_2(u.x), w = u: E[(Z^2 - 1) Z 1{Z >= 0}] = phi(0), the sum to p - 1 is 2 phi(0), or 0 with sigma'.
    f = X1**2 - 1
    assert gradient(f, (1.0, 0.0), 0.0)[0] == pytest.approx(phi(0))
    assert series(f, (1.0, 0.0), 0.0, 1, False)[0] == pytest.approx(2 * phi(0))
    assert series(f, (1.0, 0.0), 0.0, 1, True)[0] == pytest.approx(0, abs=1e-12)


def test_equation_1_second_line_has_the_activations_coefficients() -> None:
    # Its leading term H w / sqrt(2 pi) is c_2 C_2(w): sigma has c_2 = phi(0), sigma' has c_2 = 0.
    assert coefficient(2, 0.0, False) == pytest.approx(1 / math.sqrt(2 * math.pi))
    assert coefficient(2, 0.0, True) == pytest.approx(0, abs=1e-12)


# Lemma 17.


def weight(power: int, a: int, b: np.ndarray | float) -> np.ndarray | float:
    """v_k(a, b) as the paper prints it, with f(x) = x^k."""
    if power == 0:
        return 6 * b
    if power == 1:
        return 2.0 * a + 0 * b
    second = power * (power - 1) * b ** (power - 2)
    return 2 * (1 - a) * second - (power - 1) * 6 * b + power * 2.0 * a


@pytest.mark.parametrize("power", range(8))
@pytest.mark.parametrize("at", [-1.0, -0.7, 0.0, 0.3, 1.0])
def test_lemma_17_reproduces_monomials(power: int, at: float) -> None:
    total = 0.0
    for a in (-1, 1):
        total += scipy.integrate.quad(
            lambda b, a=a: weight(power, a, b) * max(a * at + b, 0) / 4, -1, 1, points=[-a * at]
        )[0]
    assert total == pytest.approx(at**power, abs=1e-10)


@pytest.mark.parametrize("power", range(12))
def test_lemma_17_suprema_on_a_grid(power: int) -> None:
    grid = np.linspace(-1, 1, 4001)
    found = max(float(np.abs(weight(power, a, grid)).max()) for a in (-1, 1))
    growing = 4 * power**2 - 6 if power % 2 == 0 else 4 * power**2 - 8 * power + 6
    expected = {0: 6, 1: 2}.get(power, growing)
    assert found == pytest.approx(expected, rel=1e-12)


def test_lemma_17_does_not_hold_outside_of_the_unit_interval() -> None:
    total = 0.0
    for a in (-1, 1):
        total += scipy.integrate.quad(lambda b, a=a: weight(2, a, b) * max(2 * a + b, 0) / 4, -1, 1)[0]
    assert total != pytest.approx(4, abs=0.1)


# The verdicts.


@pytest.mark.parametrize("slug", ["relu-hermite", "equation-1", "lemma-17"])
def test_the_upheld_statement_is_shown_for_all_parameters(slug: str) -> None:
    claim = paper.claims[slug]
    examination = examine(claim, claim.upheld, None)
    assert examination.status is Status.HOLDS
    assert examination.grade(claim.upheld).value == "symbolic"


def test_equation_1_as_printed_fails() -> None:
    claim = paper.claims["equation-1"]
    assert examine(claim, claim.stated, None).status is Status.FAILS
    assert all(examine(claim, claim.without(edit), None).status is Status.FAILS for edit in claim.correction)


@pytest.mark.parametrize(
    ("old", "new"), [(1, Rational(999, 1000)), (2, Rational(2001, 1000)), (6, Rational(6001, 1000))]
)
def test_lemma_17_sees_small_changes(old: int, new: Rational) -> None:
    claim = paper.claims["lemma-17"]
    for name, formula in claim.stated.formulas().items():
        if formula.has(Integer(old)):
            changed = claim.stated.with_formula(name, formula.xreplace({Integer(old): new}))
            with contextlib.suppress(LemmataError):  # a derivative of fractional order cannot be read
                assert examine(claim, changed, None).status is not Status.HOLDS
