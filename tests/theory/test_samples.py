"""Moments of averages, by enumeration of signs; moments of an overlap, by the beta law and by recurrence."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
import scipy.special
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational, symbols

from theory.samples import by_moments, of_averages, overlap_moment

d = symbols("d")


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 4), st.lists(st.integers(-3, 3), min_size=4, max_size=4))
def test_a_product_of_averages_by_enumeration(n: int, values: list[int]) -> None:
    # A sample is one of two equally likely pairs (A, B).
    pairs = [(values[0], values[1]), (values[2], values[3])]
    total = Fraction(0)
    for drawn in itertools.product(pairs, repeat=n):
        total += Fraction(sum(a for a, _ in drawn) * sum(b for _, b in drawn), n * n * 2**n)
    same = Rational(sum(a * b for a, b in pairs), 2)
    different = Rational(sum(a for a, _ in pairs), 2) * Rational(sum(b for _, b in pairs), 2)
    assert of_averages(same, different, Integer(n)) == Rational(total.numerator, total.denominator)


def test_a_polynomial_by_its_moments() -> None:
    x, y, c = symbols("x y c")
    # A sign, and a standard normal variable.
    moments = {x: [1, 0, 1], y: [1, 0, 1, 0, 3]}
    assert by_moments((x + c * y**2) ** 2, moments) == 1 + 3 * c**2
    assert by_moments(Integer(5), moments) == 5
    with pytest.raises(ValueError, match="order 3"):
        by_moments(x**3, moments)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 5), st.integers(2, 40))
def test_overlaps_have_the_moments_of_the_beta_law(k: int, dimension: int) -> None:
    rest = (dimension - 1) / 2
    moment = math.exp(scipy.special.betaln(0.5 + k, rest) - scipy.special.betaln(0.5, rest))
    assert float(overlap_moment(k, Integer(dimension))) == pytest.approx(moment, rel=1e-10)


def test_coordinates_add_up() -> None:
    # E (w_1^2 + ... + w_d^2) = 1; in one dimension the overlap is a sign.
    assert sympy.simplify(d * overlap_moment(1, d)) == 1
    assert all(overlap_moment(k, Integer(1)) == 1 for k in range(5))
    with pytest.raises(ValueError, match="order -2"):
        overlap_moment(-1, d)
