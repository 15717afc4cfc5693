"""Each of the certificate's bounds by itself: rules that are too coarse, that end too early, and their rounding."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import eval_hermitenorm, ndtr

from lemmata import LemmataError
from theory.fourier_windows import WindowRule


def exact(z: float, noise: float, order: int) -> float:
    """The window's derivative, by Hermite polynomials."""
    if order == 0:
        return float(ndtr(z / noise) - ndtr((z - 1) / noise))
    sides = [
        (-1) ** (order - 1) * eval_hermitenorm(order - 1, x) * math.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
        for x in (z / noise, (z - 1) / noise)
    ]
    return float(sides[0] - sides[1]) / noise**order


def summed(rule: WindowRule, z: float) -> float:
    return float(sum((nodes.kernel * np.exp(1j * nodes.frequencies * z)).sum().real for nodes in rule.blocks()))


@given(
    st.floats(-5, 5),
    st.sampled_from((0.05, 0.3, 2.0)),
    st.integers(0, 8),
    st.floats(0.01, 8).map(lambda x: 2**x),
    st.floats(0.5, 9),
)
def test_the_radius_covers_every_step_and_every_end(
    z: float, noise: float, order: int, coarseness: float, reach: float
) -> None:
    assume(reach**2 >= order)
    step = 0.2 * coarseness / (abs(z) + 1)
    rule = WindowRule(noise, order, step, max(1, math.ceil(reach / noise / step)))
    error = abs(summed(rule, z) - exact(z, noise, order))
    (radius,) = rule.radius(np.array([z]), np.array([z]), 10, np.array([abs(z)]))
    assert error <= radius + 1e-13 * math.factorial(order) / noise**order


@pytest.mark.parametrize("period", [0.11, 0.3, 0.45, 0.9])
def test_images_that_overlap_are_counted_as_often_as_they_do(period: float) -> None:
    rule = WindowRule(0.3, 0, 2 * math.pi / period, 10)
    for z in (0.02, 0.3, 3.0):
        error = abs(summed(rule, z) - exact(z, 0.3, 0))
        (radius,) = rule.radius(np.array([z]), np.array([z]), 10, np.array([z]))
        assert error <= radius <= 1.02 * math.ceil(1 / period)
    assert error > 1.1  # no window is open there, but more than one image is


@pytest.mark.parametrize("order", range(9))
def test_a_fitting_rule_is_accurate_to_rounding(order: int) -> None:
    for z in (-1.3, 0.0, 0.4, 1.0, 7.0):
        rule = WindowRule.fitting(np.array([z]), np.array([z]), 0.2, order, 1)
        scale = math.sqrt(math.factorial(order)) / 0.2**order
        (radius,) = rule.radius(np.array([z]), np.array([z]), 10, np.array([abs(z)]))
        assert abs(summed(rule, z) - exact(z, 0.2, order)) < 1e-14 * scale
        assert radius < 2e-12 * scale


def test_a_rule_that_ends_early_is_wrong_and_its_radius_says_so() -> None:
    rule = WindowRule(0.1, 0, 0.5, 40)  # to s w = 2
    (radius,) = rule.radius(np.array([0.02]), np.array([0.02]), 10, np.array([0.02]))
    error = abs(summed(rule, 0.02) - exact(0.02, 0.1, 0))
    assert 1e-4 < error <= radius < 0.1


@pytest.mark.parametrize(("order", "last"), [(0, 0), (3, 1), (8, 2)])
def test_a_rule_without_a_tail_is_refused(order: int, last: int) -> None:
    with pytest.raises(LemmataError, match=f"last: {last} nodes at step 1 do not reach the integrand's tail"):
        WindowRule(0.1, order, 1.0, last)
