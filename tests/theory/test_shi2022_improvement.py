"""Second derivations of what Lemma 6's claims find: exact components of two steps, and the network after the first one."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from lemmata.objects import DictionaryLaw
from theory.dictionary_gradient import gradient_components, second_step_start, window


@pytest.mark.parametrize(("background", "kappa"), [(Fraction(1, 2), 0.02), (Fraction(1, 4), 0.2)])
def test_the_improvement_against_exact_components(background: Fraction, kappa: float) -> None:
    bits, k = 200, 5
    law = DictionaryLaw.structured(bits, k, Fraction(1, 2), background)
    q = np.random.default_rng(2).normal(size=bits) / k
    first = gradient_components(law, q, 0.04, 0.1).values
    q1, b1 = second_step_start(law, q, 0.04, 0.1, kappa)
    noise = k**-1.5
    second = gradient_components(law, q1, b1, noise).values
    g, curvature, third = (
        float(window(law, q1, b1, noise, derivative=order, without=range(k)).values) for order in (0, 2, 3)
    )
    p, variance = float(background), float(law.total_variance)
    along = first[:k].mean()
    bracket = curvature + (1 - 2 * p) * kappa * first[k:] / (2 * math.sqrt(variance)) * third
    predicted = k * (kappa * along) ** 2 * p * (1 - p) / variance * bracket / g
    measured = (second[k:] / second[:k].mean()) / (first[k:] / along)
    assert np.median(np.abs(measured / predicted - 1)) < 0.01


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([(1, 3), (3, 8), (5, 20)]), st.fractions(Fraction(1, 20), Fraction(1, 2), max_denominator=20),
    st.floats(0.001, 3), st.floats(-0.2, 0.5), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_the_bound_on_the_second_step_without_an_exponential_term(
    shape: tuple[int, int], background: Fraction, kappa: float, b: float, seed: int
) -> None:
    k, bits = shape
    law = DictionaryLaw.structured(bits, k, Fraction(1, 3), background)
    q = np.random.default_rng(seed).normal(size=bits) / k
    first = gradient_components(law, q, b, 0.5 / k)
    q1, b1 = second_step_start(law, q, b, 0.5 / k, kappa)
    noise = k**-1.5
    second = gradient_components(law, q1, b1, noise)
    sigma_phi = float(background * (1 - background)) / float(law.total_variance)
    factor = kappa**2 * sigma_phi * k / (4 * float(law.total_variance)) * math.sqrt(2 / (math.pi * math.e)) / noise**2
    least = np.abs(second.values) - second.radius
    assert np.all(least[k:] <= factor * (np.abs(first.values) + first.radius)[k:] + 1e-15)


def activation(u: np.ndarray, noise: float) -> np.ndarray:
    def ramp(z: np.ndarray) -> np.ndarray:
        return z * ndtr(z) + np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)

    return noise * (ramp(u / noise) - ramp((u - 1) / noise))


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([(1, 1), (1, 3), (3, 6), (5, 8)]), st.sampled_from([Fraction(1, 2), Fraction(1, 5)]),
    st.floats(0.01, 30), st.integers(1, 6), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_no_answer_after_the_first_step_exceeds_the_bound(
    shape: tuple[int, int], background: Fraction, size: float, m: int, seed: int
) -> None:
    """The network after an explicit step of each of its 2m neurons, on all inputs, by enumeration."""
    k, bits = shape
    random = np.random.default_rng(seed)
    law = DictionaryLaw.structured(bits, k, Fraction(1, 2), background)
    every = (np.arange(2**bits)[:, None] >> np.arange(bits)) & 1
    phi, y = law.inputs_of(every), law.labels_of(every)
    chances = np.array([float(law.probability(row)) for row in every])
    w, b, a = random.normal(size=(m, bits)), random.normal(size=m), random.normal(size=m) * size
    step, noise = random.uniform(0.01, 2), 0.3
    answers = np.zeros(len(phi))
    for weight, bias, output in zip(np.tile(w, (2, 1)), np.tile(b, 2), np.concatenate([a, -a]), strict=True):
        u = phi @ weight + bias
        slope = ndtr((1 - u) / noise) - ndtr(-u / noise)
        new_weight = step * output * ((chances * y * slope) @ phi)
        new_bias = bias + step * output * (chances @ (y * slope))
        new_output = output + step * (chances @ (y * activation(u, noise)))
        answers += new_output * activation(phi @ new_weight + new_bias, noise)
    radius = (phi**2).sum(axis=1).max()
    assert radius >= 1 - 1e-12
    assert np.abs(answers).max() <= step * (2 * radius * (a @ a) + m) + 1e-9


def test_without_the_inputs_that_agree_a_parity_correlates_negatively() -> None:
    """Why the mask turns the second step around: the negative control of the measured claim, enumerated exactly."""
    law = DictionaryLaw.structured(3, 3, Fraction(1, 2))
    correlation = Fraction(0)
    for number in range(1, 7):
        row = [(number >> i) & 1 for i in range(3)]
        label = 1 if sum(row) % 2 else -1
        correlation += law.probability(row) * label * (row[0] - Fraction(1, 2))
    assert correlation == Fraction(-1, 16)
    assert law.signal == Fraction(1, 4)
