"""Correlational queries by another route: quadrature and samples for caps, explicit sets, and sizes of the excluded tolerance."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.integrate
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational

from lemmata.engines import balls
from lemmata.errors import LemmataError
from theory.queries import CorrelationalQueries, cap_probability

fractions = st.integers(1, 99).map(lambda i: Rational(i, 100))


@given(st.integers(2, 60), fractions)
def test_cap_by_quadrature(d: int, s: Rational) -> None:
    # In the angle the density is sin(angle)^(d - 2).
    angle = math.acos(float(s))
    part, whole = (scipy.integrate.quad(lambda a: math.sin(a) ** (d - 2), 0, end)[0] for end in (angle, math.pi / 2))
    exact = float(balls.enclose(cap_probability(d, s), {}))
    assert exact == pytest.approx(part / whole, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("d", [2, 3, 10])
def test_cap_by_samples(d: int) -> None:
    z = np.random.default_rng(d).standard_normal((40_000, d))
    share = np.mean(np.abs(z[:, 0]) / np.linalg.norm(z, axis=1) >= 0.3)
    exact = float(balls.enclose(cap_probability(d, Rational(3, 10)), {}))
    assert abs(share - exact) < 5 * math.sqrt(exact * (1 - exact) / 40_000)


def test_known_sets_of_lines_are_at_least_as_large() -> None:
    # Icosahedron: 6 lines of R^3 at 1/sqrt(5); m lines of the plane at cos(pi/m).
    assert CorrelationalQueries(1, 3, 1).class_size(Rational(447214, 1_000_000)) <= 6
    for m in range(3, 30):
        inner_product = Rational(math.ceil(math.cos(math.pi / m) * 10**6), 10**6)
        assert CorrelationalQueries(1, 2, 1).class_size(inner_product) <= m


@given(st.integers(1, 10**6), st.integers(50, 5000), st.integers(1, 6))
def test_excluded_tolerance(queries: int, dimension: int, degree: int) -> None:
    few = CorrelationalQueries(queries, dimension, degree)
    s = Rational(1, 4)
    excluded = few.excluded(s)
    assert excluded <= 1
    # The lower bound on queries, solved for the tolerance by hand.
    size, correlation = few.class_size(s), float(s) ** degree
    expected = min(1.0, correlation + queries * (1 - correlation) / (2 * (size - 1)))
    assert float(excluded) == pytest.approx(expected, rel=1e-9)


def test_more_queries_help_and_more_dimensions_hinder() -> None:
    def tolerance(queries: int, dimension: int) -> float:
        return float(CorrelationalQueries(queries, dimension, 4).tolerance_squared())

    assert tolerance(100, 500) < tolerance(10_000, 500)
    assert tolerance(100, 1000) < tolerance(100, 500)
    assert tolerance(100, 500) < float(CorrelationalQueries(100, 500, 4).closed_form())


def test_where_it_says_nothing() -> None:
    assert not CorrelationalQueries(1000, 2, 3).says_something()
    assert CorrelationalQueries(1000, 2000, 3).says_something()
    assert CorrelationalQueries(1000, 2000, 3).samples() > 1


def test_sizes_that_make_no_sense() -> None:
    for sizes in [(0, 10, 2), (1, 1, 2), (1, 10, 0)]:
        with pytest.raises(LemmataError):
            CorrelationalQueries(*sizes)
    for inner_product in (Rational(0), Rational(1)):
        with pytest.raises(LemmataError):
            CorrelationalQueries(1, 10, 2).class_size(inner_product)
