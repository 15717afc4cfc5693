"""Exact complexities against other routes: grids, quadrature, direct optimisation over the head."""

import itertools
import math

import numpy as np
import pytest
import scipy
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational, Symbol

from lemmata import LemmataError
from theory.rademacher import (
    MOST_SAMPLES,
    head_complexity,
    network_complexity,
    neuron_energy,
    neuron_supremum,
    signs,
)

rationals = st.fractions(min_value=-3, max_value=3, max_denominator=5).map(
    lambda f: Rational(f.numerator, f.denominator)
)
sizes = st.integers(0, 8).map(lambda k: Rational(k, 4))


def relu(values: np.ndarray) -> np.ndarray:
    return np.maximum(values, 0)


def test_signs() -> None:
    assert sorted(signs(3)) == sorted(itertools.product((-1, 1), repeat=3))
    for wrong in (0, MOST_SAMPLES + 1):
        with pytest.raises(LemmataError):
            signs(wrong)


@settings(max_examples=25)
@given(st.lists(st.tuples(rationals, rationals), min_size=1, max_size=4), sizes)
def test_head_complexity_is_the_best_head(features: list[tuple[Rational, Rational]], radius: Rational) -> None:
    # The supremum over the disc, on a fine grid of directions.
    angles = np.linspace(0, 2 * math.pi, 20_001)
    heads = float(radius) * np.stack([np.cos(angles), np.sin(angles)])
    values = np.array(features, dtype=float)
    found = np.mean([((np.array(draw) @ values) @ heads).max() for draw in signs(len(features))]) / len(features)
    exact = float(head_complexity(features, radius))
    assert exact == pytest.approx(found, rel=1e-6, abs=1e-9)
    # Jensen's inequality, the step of Lemma 48.
    assert exact <= float(radius) * math.sqrt((values**2).sum()) / len(features) * (1 + 1e-12)


@settings(max_examples=40)
@given(st.lists(rationals, min_size=1, max_size=4), sizes, sizes, st.randoms(use_true_random=False))
def test_neuron_supremum_by_a_grid(points: list[Rational], radius: Rational, bias: Rational, random: object) -> None:
    draw = random.choice(list(signs(len(points))))  # type: ignore[attr-defined]
    exact = float(neuron_supremum(draw, points, radius, bias))
    w, b = np.meshgrid(np.linspace(-1, 1, 241) * float(radius), np.linspace(-1, 1, 241) * float(bias))
    values = sum(s * relu(w * float(x) + b) for s, x in zip(draw, points, strict=True))
    found = float(np.abs(values).max())
    assert found <= exact + 1e-9
    steps = (float(radius) * max(abs(float(x)) for x in points) + float(bias)) / 120
    assert exact <= found + len(points) * steps + 1e-9


@settings(max_examples=25)
@given(st.lists(rationals, min_size=1, max_size=4), st.integers(1, 5), sizes, sizes)
def test_network_complexity_is_at_most_the_corrected_bound_on_the_sample(
    points: list[Rational], width: int, radius: Rational, bias: Rational
) -> None:
    # The corrected Lemma 49, with the sample's own second moment.
    n = len(points)
    exact = float(network_complexity(points, width, Integer(2), radius, bias))
    norm = math.sqrt(sum(float(x) ** 2 for x in points))
    assert exact <= 2 * 2 * math.sqrt(width) / n * (float(radius) * norm + float(bias) * math.sqrt(n)) * (1 + 1e-12)
    # Its first step is an equality: the best head for m copies of the best neuron.
    single = network_complexity(points, 1, Integer(2), radius, bias)
    assert exact == pytest.approx(math.sqrt(width) * float(single))


@pytest.mark.parametrize("length", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("bias", [-1.5, 0.0, 0.7])
def test_neuron_energy_by_quadrature(length: float, bias: float) -> None:
    s, b = Symbol("s", positive=True), Symbol("b")
    exact = float(neuron_energy(s, b).subs({s: sympy.nsimplify(length), b: sympy.nsimplify(bias)}))
    kink = -bias / length
    found = scipy.integrate.quad(
        lambda z: (length * z + bias) ** 2 * math.exp(-z * z / 2) / math.sqrt(2 * math.pi), kink, 12
    )[0]
    assert exact == pytest.approx(found, rel=1e-9)
    assert exact <= length**2 + bias**2
