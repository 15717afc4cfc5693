"""Hermite sums with symbolic orders, against polynomials and Gaussian moments; the exact claims of Section 6, derived again."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational, factorial, sqrt, symbols

from lemmata import IllFormed
from theory import hermite
from theory.hermite import He
from theory.papers.damian2022 import experiments
from theory.single_index import HermiteSum, hermite_sum

p, x = symbols("p x")
TARGET = He(2, x) / 2 + He(p, x) / sqrt(2 * factorial(p))


def gaussian_mean(coefficients: list[Fraction]) -> Fraction:
    """E of a polynomial, coefficients ascending, in a standard normal variable, from its moments (k - 1)!!."""
    return sum((c * int(sympy.factorial2(k - 1)) for k, c in enumerate(coefficients) if k % 2 == 0), start=Fraction(0))


def polynomial(sum_: HermiteSum) -> list[Fraction]:
    total = [Fraction(0)] * 9
    for order, weight in sum_.weights.items():
        for power, c in enumerate(hermite.polynomial(int(order))):
            total[power] += c * Fraction(int(weight.p), int(weight.q))
    return total


def product(left: list[Fraction], right: list[Fraction]) -> list[Fraction]:
    total = [Fraction(0)] * (len(left) + len(right))
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            if a and b:
                total[i + j] += a * b
    return total


WEIGHTS = st.dictionaries(st.integers(0, 7), st.fractions(-3, 3, max_denominator=6), max_size=4)


@settings(max_examples=25, deadline=None)
@given(WEIGHTS)
def test_numbers_read_off_are_those_of_gaussian_moments(weights: dict[int, Fraction]) -> None:
    expression = sum((Rational(w.numerator, w.denominator) * He(k, x) for k, w in weights.items()), Integer(0))
    found = hermite_sum(expression, x, p)
    g = polynomial(found)
    second_derivative = [Fraction(k * (k - 1)) * c for k, c in enumerate(g)][2:]
    assert found.second_moment.doit() == gaussian_mean(product(g, g))
    assert found.average_second_derivative == gaussian_mean(second_derivative)
    assert polynomial(found.times_variable()) == [Fraction(0), *g[:-1]]
    beyond = [k for k, w in weights.items() if k > 2 and w]
    high = polynomial(HermiteSum({Integer(k): found.weight(k) for k in beyond}, p))
    assert found.energy_beyond(2).doit() == gaussian_mean(product(high, high))


@settings(max_examples=25, deadline=None)
@given(WEIGHTS, st.integers(0, 3), st.integers(0, 9))
def test_a_symbolic_order_means_what_it_says_at_each_value(
    weights: dict[int, Fraction], slope: int, value: int
) -> None:
    fixed = sum((Rational(w.numerator, w.denominator) * He(k, x) for k, w in weights.items()), Integer(0))
    found = hermite_sum(fixed + He(slope * p + 1, x) / 3, x, p)
    there = hermite_sum(fixed + He(slope * value + 1, x) / 3, x, p)
    assert {k: w for k, w in found.at(value).weights.items() if w} == {k: w for k, w in there.weights.items() if w}
    if value >= found.generic_from(2):
        assert found.second_moment.subs(p, value).doit() == there.second_moment.doit()
        assert found.energy_beyond(2).subs(p, value).doit() == there.energy_beyond(2).doit()


def test_the_first_generic_degree_of_equation_2_is_3() -> None:
    assert hermite_sum(TARGET, x, p).generic_from(2) == 3


@pytest.mark.parametrize(
    "expression",
    [
        He(2, x) * He(3, x),
        x * He(2, x),
        He(2, x) ** 2,
        He(2, p),
        He(-1, x),
        He(p**2, x),
        He(-p, x),
        x,
        sqrt(-1) * He(1, x),
    ],
)
def test_other_shapes_are_ill_formed(expression: sympy.Expr) -> None:
    with pytest.raises(IllFormed):
        hermite_sum(expression, x, p)


def test_an_order_that_turns_negative_is_ill_formed() -> None:
    with pytest.raises(IllFormed, match="of order -1 at p = 1"):
        hermite_sum(He(p - 2, x), x, p).at(1)


def test_equation_2_by_quadrature() -> None:
    # An independent route: Gauss-Hermite quadrature is exact for these polynomials, up to rounding.
    nodes, masses = np.polynomial.hermite_e.hermegauss(40)
    masses = masses / masses.sum()
    for degree in (3, 4, 5, 8):
        scale = float(sympy.factorial(degree) * 2) ** 0.5
        coefficients = np.zeros(degree + 1)
        coefficients[[2, degree]] = 0.5, 1 / scale
        g = np.polynomial.hermite_e.HermiteE(coefficients)
        assert masses @ g(nodes) ** 2 == pytest.approx(1, rel=1e-9)
        assert masses @ g.deriv(2)(nodes) == pytest.approx(1, rel=1e-9)
        assert masses @ (g(nodes) - (nodes**2 - 1) / 2) ** 2 == pytest.approx(0.5, rel=1e-9)
    assert masses @ (nodes**2 - 1) ** 2 == pytest.approx(2)  # Eq. (2) at p = 2


def test_the_linear_parts_mean_risk_by_simulation() -> None:
    # An independent route: alpha and beta of 20 000 data sets; the mean risk within 5 standard errors.
    generator, d, n, noise = np.random.default_rng(20_221), 3, 20, 0.5
    inputs = generator.standard_normal((20_000, n, d))
    z = inputs[:, :, 0]
    values = (z**2 - 1) / 2 + (z**4 - 6 * z**2 + 3) / (4 * np.sqrt(3))
    labels = values + np.sqrt(noise) * generator.choice([-1, 1], size=values.shape)
    alpha, beta = labels.mean(axis=1), np.einsum("sn,snd->sd", labels, inputs) / n
    risks = 1 + alpha**2 + (beta**2).sum(axis=1)
    stated = experiments.preprocessing_cost.stated.formulas()["right"]
    predicted = float(stated.subs({experiments.d: d, experiments.n: n, experiments.varsigma: sqrt(Rational(1, 2))}))
    assert abs(risks.mean() - predicted) < 5 * risks.std() / np.sqrt(len(risks))
