"""The population gradient as an object: against quadrature, its own parts, and what it refuses."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, Integer, Rational, Symbol

from lemmata.errors import LemmataError
from theory.population import PopulationGradient, hermite_target
from theory.tensors import SymmetricTensor

X, Y = sympy.symbols("x y")
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(12)
LEGENDRE, MASSES = np.polynomial.legendre.leggauss(120)
SMALL = st.integers(-3, 3)


def numbers(vector: tuple[Expr, ...]) -> np.ndarray:
    return np.array([float(component) for component in vector])


def by_quadrature(f: Expr, w: list[float], bias: float) -> np.ndarray:
    """E[f(x) x 1{w.x + b >= 0}] in R^3: Gauss-Legendre beyond the kink along w, Gauss-Hermite across; no series."""
    unit = np.array(w) / np.linalg.norm(w)
    frame = np.linalg.qr(np.column_stack([unit, np.eye(3)[:, np.argsort(np.abs(unit))[:2]]]))[0]
    frame[:, 0] = unit
    low, high = -bias, 13.0
    along = low + (high - low) * (LEGENDRE + 1) / 2
    mass = MASSES * (high - low) / 2 * np.exp(-(along**2) / 2) / math.sqrt(2 * math.pi)
    grids = np.meshgrid(along, NODES, NODES, indexing="ij")
    weights = np.einsum("i,j,k->ijk", mass, WEIGHTS, WEIGHTS) / (2 * math.pi)
    points = np.stack(grids, axis=-1) @ frame.T
    values = sympy.lambdify((X, Y), f, "numpy")(points[..., 0], points[..., 1]) * weights
    return np.asarray(np.einsum("ijk,ijkc->c", values, points))


@settings(deadline=None, max_examples=8)
@given(
    st.lists(SMALL, min_size=7, max_size=7),
    st.lists(SMALL, min_size=3, max_size=3).filter(any),
    st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(-3, 2)]),
)
def test_the_series_is_the_integral(weights: list[int], w: list[int], bias: Fraction) -> None:
    monomials = [Integer(1), X, X * Y, Y**2, X**3, X**2 * Y, X * Y**3]
    f = sum(c * monomial for c, monomial in zip(weights, monomials, strict=True)) + X * Y * 0
    gradient = PopulationGradient.of_polynomial(f, [X, Y], bias, preprocessed=False)
    expected = by_quadrature(f + 0 * X, [float(v) for v in w], float(bias))
    assert numbers(gradient.at(w)) == pytest.approx(expected, abs=1e-9)


@settings(deadline=None, max_examples=10)
@given(st.lists(SMALL, min_size=5, max_size=5), st.lists(SMALL, min_size=3, max_size=3).filter(any), st.integers(0, 5))
def test_the_truncation_bound_covers_what_is_left_out(weights: list[int], w: list[int], terms: int) -> None:
    f = weights[0] * X + weights[1] * X * Y + weights[2] * Y**3 + weights[3] * X**2 * Y**2 + weights[4] * X**4
    gradient = PopulationGradient.of_polynomial(f, [X, Y], Rational(1, 3))
    left_out = numbers(gradient.at(w)) - numbers(gradient.truncated(w, terms))
    share = Fraction(w[0] ** 2 + w[1] ** 2, sum(v * v for v in w))
    bound = float(gradient.truncation_bound(terms, share))
    assert np.linalg.norm(left_out) <= bound * (1 + 1e-12) + 1e-15
    assert bound <= float(gradient.truncation_bound(terms)) * (1 + 1e-12)


def test_the_bound_is_attained_by_one_term_along_the_relevant_direction() -> None:
    # f = u.x without a bias: g = u/2, whatever w is.
    gradient = PopulationGradient(hermite_target({1: 1}), preprocessed=False)
    assert gradient.truncation_bound(0) == Rational(1, 2)
    assert gradient.at([1, 2, 2]) == (Rational(1, 2), 0, 0)


@settings(deadline=None, max_examples=10)
@given(st.lists(SMALL, min_size=3, max_size=3), st.lists(SMALL, min_size=4, max_size=4).filter(any))
def test_the_remainder_of_a_quadratic_target(hessian: list[int], w: list[int]) -> None:
    a, b, c = hessian
    f = (a * X**2 + 2 * b * X * Y + c * Y**2) / 2 + 5 * X - 7
    gradient = PopulationGradient.of_polynomial(f, [X, Y])
    square = sum(v * v for v in w)
    form = Rational(a * w[0] ** 2 + 2 * b * w[0] * w[1] + c * w[1] ** 2, square)
    for found, v in zip(gradient.remainder(w), w, strict=True):
        assert sympy.simplify(found + form * v / sympy.sqrt(square) / (2 * sympy.sqrt(2 * sympy.pi))) == 0


def test_the_remainder_with_a_bias_by_quadrature() -> None:
    # The leading term has the factor phi(b).
    gradient = PopulationGradient.of_polynomial(X * Y, [X, Y], 1)
    expected = by_quadrature(X * Y, [0.6, 0.8, 0.0], 1.0)
    leading = math.exp(-0.5) / math.sqrt(2 * math.pi) * np.array([0.8, 0.6, 0.0])
    assert numbers(gradient.remainder([3, 4, 0])) == pytest.approx(expected - leading, abs=1e-10)


@pytest.mark.parametrize("order", [3, 5, 7])
def test_odd_orders_are_not_seen_without_a_bias(order: int) -> None:
    assert PopulationGradient(hermite_target({order: 1})).at([1, 2]) == (0, 0)
    assert any(PopulationGradient(hermite_target({order: 1}), Rational(1, 2)).at([1, 2]))


def test_preprocessing_takes_the_first_two_orders_away() -> None:
    f = 3 + 2 * X - Y + X * Y
    raw, clean = (PopulationGradient.of_polynomial(f, [X, Y], preprocessed=p) for p in (False, True))
    assert clean.at([1, 2, 0]) == PopulationGradient.of_polynomial(X * Y, [X, Y], preprocessed=False).at([1, 2, 0])
    assert raw.at([1, 2, 0]) != clean.at([1, 2, 0])


@settings(deadline=None, max_examples=10)
@given(st.floats(-3, 3), st.floats(0.1, 3))
def test_balls_contain_the_value_at_the_given_floats(a: float, b: float) -> None:
    gradient = PopulationGradient(hermite_target({2: Rational(1, 2), 4: Rational(1, 24)}))
    for ball, exact in zip(gradient.enclosed([a, b]), gradient.at([a, b]), strict=True):
        assert ball.rad() < 1e-25
        assert float(ball.mid()) == pytest.approx(float(sympy.N(exact, 30)), abs=1e-14)


def test_lengths_do_not_matter() -> None:
    gradient = PopulationGradient.of_polynomial(X**4 + X * Y, [X, Y], Rational(1, 5))
    scaled = (sympy.simplify(a - b) for a, b in zip(gradient.at([1, -2, 3]), gradient.at([7, -14, 21]), strict=True))
    assert set(scaled) == {0}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda g: g.at([0, 0, 0]), "no direction"),
        (lambda g: g.at([1]), "at least 2"),
        (lambda g: g.at([1, math.nan]), "finite"),
        (lambda g: g.at([1, math.inf]), "finite"),
        (lambda g: g.at([1, "2"]), "expected exact numbers"),
        (lambda g: g.term(-1, [1, 2]), "at least 0"),
        (lambda g: g.truncation_bound(-1), "at least 0"),
        (lambda g: g.truncation_bound(1, 2), "from 0 to 1"),
        (lambda _: PopulationGradient(()), "C_0"),
        (lambda _: PopulationGradient((SymmetricTensor(1, 1, {}),)), "place 0"),
        (lambda _: PopulationGradient(hermite_target({2: 1}), math.nan), "finite"),
        (lambda _: PopulationGradient.of_polynomial(sympy.sin(X), [X]), "polynomial"),
        (lambda _: PopulationGradient.of_polynomial(0.5 * X**2, [X]), "polynomial"),
        (lambda _: PopulationGradient.of_polynomial(X * Symbol("c"), [X]), "polynomial"),
        (lambda _: PopulationGradient.of_polynomial(X, []), "at least one"),
        (lambda _: hermite_target({-1: 1}), "from 0 on"),
        (lambda _: hermite_target({}), "at least one"),
    ],
)
def test_what_is_refused(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(LemmataError, match=message):
        call(PopulationGradient.of_polynomial(X * Y, [X, Y]))
