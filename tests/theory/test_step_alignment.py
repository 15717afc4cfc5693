"""Signal and noise of a gradient step, against enumeration and quadrature."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr
from sympy import Float, Integer, Rational

from lemmata.objects import DictionaryLaw
from theory.papers.shi2022.finite_samples import first_gate
from theory.step_alignment import GateLaw, aligned_share


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from([3, 5]),
    st.integers(0, 2),
    st.fractions(Fraction(1, 9), Fraction(1, 2), max_denominator=9),
    st.fractions(Fraction(1, 9), Fraction(1, 2), max_denominator=9),
    st.integers(1, 50),
)
def test_the_share_of_an_open_gate_by_enumeration(
    k: int, background: int, gamma: Fraction, p_o: Fraction, n: int
) -> None:
    law = DictionaryLaw.structured(k + background, k, uniform=1 - 2 * gamma, background=p_o)
    # E of squared means, along the class and everywhere, in units of 1/sigma~^2: no formula of the module is used.
    vectors = list(itertools.product((0, 1), repeat=law.bits))
    means = law.bit_means

    def energy(directions: list[list[Fraction]]) -> Fraction:
        total = Fraction(0)
        for direction in directions:
            first = second = Fraction(0)
            for bits in vectors:
                label = 1 if sum(bits[:k]) % 2 else -1
                value = label * sum(
                    (c * (bit - mean) for c, bit, mean in zip(direction, bits, means, strict=True)), Fraction(0)
                )
                first += law.probability(bits) * value
                second += law.probability(bits) * value**2
            total += first**2 + (second - first**2) / n
        return total

    axes = [[Fraction(i == j) for i in range(law.bits)] for j in range(law.bits)]
    along = energy([[Fraction(i < k) for i in range(law.bits)]]) / k
    numbers = [Rational(value) for value in (law.bits, k, gamma, p_o, n)]
    assert aligned_share(*numbers, Integer(1)) == Rational(along / energy(axes))


@settings(max_examples=20, deadline=None)
@given(*[st.floats(0.05, 2.0)] * 3)
def test_gate_moments_by_quadrature(bias: float, inputs: float, noise: float) -> None:
    law = GateLaw(Float(bias**2), Float(inputs**2), Float(noise**2))
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    weights = weights / weights.sum()
    z = bias * nodes[:, None] + inputs * nodes[None, :]
    gates = ndtr(z / noise)
    # Gates that noise hardly smooths are steps, on which these nodes are no better than this.
    tolerance = 1e-9 if noise > 0.7 * max(bias, inputs) else 2e-2
    assert float(law.energy) == pytest.approx(weights @ gates**2 @ weights, abs=tolerance)
    assert float(law.signal) == pytest.approx(weights @ (gates @ weights) ** 2, abs=tolerance)


def test_the_ratio_of_the_first_step_falls_short_of_that_of_hard_gates() -> None:
    ratios = [float(first_gate(Integer(k)).ratio) for k in (3, 5, 9, 101)]
    assert ratios == sorted(ratios)
    assert ratios[1] == pytest.approx(1.566, abs=1e-3)
    assert ratios[-1] < 2
