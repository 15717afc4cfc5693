import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial.hermite_e import hermeval

from lemmata.errors import LemmataError
from theory.kernels import relu_second_moment
from theory.random_features import activation_coefficient, gram_matrix, risk_floor

EQUATION_2 = [0.0, 0.0, 0.5, 0.0, 1 / math.sqrt(48)]


def features(seed: int, m: int, d: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    neurons = generator.standard_normal((m, d))
    return neurons / np.linalg.norm(neurons, axis=1, keepdims=True), generator.standard_normal(m), np.eye(d)[0]


@settings(max_examples=5)
@given(st.integers(0, 10**6), st.integers(2, 12), st.integers(2, 8))
def test_gram_matrix_by_mehlers_series_with_its_remainder(seed: int, m: int, d: int) -> None:
    """K_ij = sum_k c_k(b_i) c_k(b_j) rho^k / k!; Parseval's identity bounds what is left of it."""
    neurons, biases, _ = features(seed, m, d)
    terms = [activation_coefficient(k)(biases) / math.sqrt(math.factorial(k)) for k in range(60)]
    correlations = neurons @ neurons.T
    series = sum(np.outer(term, term) * correlations**k for k, term in enumerate(terms))
    left = np.maximum(relu_second_moment(biases) - sum(term**2 for term in terms), 0)
    remainder = np.abs(correlations) ** 60 * np.sqrt(np.outer(left, left))
    assert np.all(np.abs(gram_matrix(neurons, biases) - series) <= remainder + 1e-12)


def test_floor_by_least_squares_on_a_sample() -> None:
    """The fit on N points is better than the floor by a share of about m/N, and its own risk is worse by as much."""
    neurons, biases, direction = features(3, 20, 4)
    generator = np.random.default_rng(11)
    x = generator.standard_normal((200_000, 4))
    values = hermeval(x @ direction, EQUATION_2)
    activations = np.maximum(x @ neurons.T + biases, 0)
    half = len(x) // 2
    head = np.linalg.lstsq(activations[:half], values[:half], rcond=None)[0]
    losses = (values[half:] - activations[half:] @ head) ** 2
    floor = risk_floor(neurons, biases, direction, EQUATION_2)
    assert abs(losses.mean() - floor.risk) < 5 * losses.std() / math.sqrt(half)


@given(st.integers(0, 10**6), st.integers(1, 30))
def test_floor_falls_with_the_width_and_stays_between_zero_and_the_second_moment(seed: int, m: int) -> None:
    neurons, biases, direction = features(seed, 2 * m, 6)
    narrow = risk_floor(neurons[:m], biases[:m], direction, EQUATION_2)
    wide = risk_floor(neurons, biases, direction, EQUATION_2)
    error = narrow.error + wide.error
    assert -error <= wide.risk <= narrow.risk + error
    assert narrow.risk <= 1 + error


@given(st.integers(0, 10**6))
def test_floor_does_not_depend_on_the_frame(seed: int) -> None:
    neurons, biases, direction = features(seed, 15, 5)
    rotation = np.linalg.qr(np.random.default_rng(seed).standard_normal((5, 5)))[0]
    one = risk_floor(neurons, biases, direction, EQUATION_2)
    other = risk_floor(neurons @ rotation, biases, direction @ rotation, EQUATION_2)
    assert abs(one.risk - other.risk) <= 1e-8 + one.error + other.error


def test_a_feature_along_the_direction_reaches_its_own_share() -> None:
    """One feature: 1 - v^2/K, with v = c_2(b)/2 for f = He_2/2 + ... in the direction u itself."""
    bias = np.array([0.4])
    found = risk_floor(np.eye(3)[:1], bias, np.eye(3)[0], [0.0, 0.0, 1 / math.sqrt(2)])
    density = math.exp(-0.08) / math.sqrt(2 * math.pi)
    assert found.risk == pytest.approx(1 - density**2 / 2 / relu_second_moment(bias)[0], abs=1e-14)


def test_the_papers_widths() -> None:
    """At d = 10 and p = 4: above 1/2 at width 100 and below it at width 1000."""
    risks = {m: risk_floor(*features(1, m, 10), EQUATION_2) for m in (100, 1000)}
    assert risks[100].risk > 0.6
    assert risks[1000].risk < 0.4
    assert all(floor.error < 1e-6 for floor in risks.values())


def test_what_cannot_be_used_is_refused() -> None:
    neurons, biases, direction = features(0, 4, 3)
    with pytest.raises(LemmataError, match="expected"):
        risk_floor(neurons, biases[:3], direction, EQUATION_2)
    with pytest.raises(LemmataError, match="length 1"):
        risk_floor(2 * neurons, biases, direction, EQUATION_2)
    twice = np.vstack([neurons, neurons[:1] * (1 - 1e-16)])
    with pytest.raises(LemmataError):
        risk_floor(twice, np.append(biases, biases[0]), direction, EQUATION_2)
