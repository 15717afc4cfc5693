"""Appendix C of damian2022 by another route: scipy's distributions, and samples with their standard errors."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from lemmata.judge import examine
from lemmata.verdicts import Status
from theory.papers.damian2022.concentration import lemma_27_upper, lemma_32_truncation, norms_bound
from theory.papers.damian2022.paper import d, n

dimensions = st.integers(1, 10_000)


@given(dimensions, st.floats(0, 300))
def test_chi_square_tails(dimension: int, t: float) -> None:
    law = scipy.stats.chi2(dimension)
    root = math.sqrt(dimension * t)
    assert law.sf(dimension + 2 * root + 2 * t) <= math.exp(-t) * (1 + 1e-9)
    assert law.cdf(dimension - 2 * root) <= math.exp(-t) * (1 + 1e-9)


@given(dimensions, st.integers(1, 10**6))
def test_norms_of_the_data(dimension: int, points: int) -> None:
    law = scipy.stats.chi2(dimension)
    outside = law.cdf(dimension / 2) + law.sf(2 * dimension)
    assert -math.expm1(points * math.log1p(-outside)) <= float(norms_bound.subs({d: dimension, n: points})) * (1 + 1e-9)


def test_a_smaller_threshold_is_refuted_by_the_exact_tail() -> None:
    stated = lemma_27_upper.stated
    smaller = stated.with_formula("threshold", stated.threshold * 3 / 4)
    assert examine(lemma_27_upper, smaller, None).status is Status.FAILS  # type: ignore[arg-type]


def test_the_truncated_mean_is_of_the_corrected_order_and_not_of_the_printed() -> None:
    # f = He_1 in d = 1, truncated where 2 exp(-2 iota) is its tail, at iota = log(2n).
    sizes = np.array([10, 100, 1000])
    lost = []
    for size in sizes:
        radius = scipy.stats.norm.isf(math.exp(-2 * math.log(2 * size)))
        lost.append(2 * (radius * scipy.stats.norm.pdf(radius) + scipy.stats.norm.sf(radius)))
    assert np.all(np.array(lost) <= 2 / np.sqrt(sizes))
    printed = 2 * math.sqrt(2) * np.exp(np.log(2 * sizes) / 2)
    assert np.all(printed > np.sqrt(sizes))
    assert examine(lemma_32_truncation, lemma_32_truncation.stated, None).status is Status.FAILS  # type: ignore[arg-type]


@pytest.mark.parametrize("angle", [0.0, 0.7, math.pi / 2, 3.0])
def test_second_moment_behind_a_gate(angle: float) -> None:
    z = np.random.default_rng(0).standard_normal((200_000, 2))
    along = z[:, 0]
    gate = z @ [math.cos(angle), math.sin(angle)] >= 0
    values = np.where(gate, along**2, 0.0)
    assert abs(values.mean() - 0.5) < 5 * values.std() / math.sqrt(len(values))
