"""The smoothed truncated ReLU against quadrature, its closed form in theory, and autograd; the initialisation."""

from __future__ import annotations

import math

import numpy
import pytest
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from empirics.truncated import (
    TruncatedNetwork,
    antithetic,
    initial_network,
    truncated_gate,
    truncated_relu,
    truncated_relu_and_gate,
)
from lemmata.errors import LemmataError
from lemmata.seeding import Draws, digest
from theory.truncated_relu import smoothed, smoothed_slope

SEEDS = st.integers(0, 2**32 - 1)
POINTS = st.floats(-3, 4)
NOISES = st.floats(0.02, 3)


def one(z: float) -> torch.Tensor:
    return torch.tensor([z], dtype=torch.float64)


@settings(max_examples=30)
@given(POINTS, NOISES)
def test_smoothing_is_the_mean_over_the_noise(z: float, noise: float) -> None:
    # Between the kinks the integrand is linear times a density; from 1 on it is the density's tail.
    ramp, _ = quad(lambda u: u * norm.pdf(u, z, noise), 0, 1, points=[min(max(z, 0), 1)], epsabs=1e-12, limit=200)
    assert float(truncated_relu(one(z), noise)) == pytest.approx(ramp + norm.sf(1, z, noise), abs=1e-9)
    gate = norm.cdf(1, z, noise) - norm.cdf(0, z, noise)
    assert float(truncated_gate(one(z), noise)) == pytest.approx(gate, abs=1e-12)


@settings(max_examples=20)
@given(st.fractions(-3, 4, max_denominator=8), st.fractions("1/16", 2, max_denominator=16))
def test_closed_forms_are_those_of_theory(z: sympy.Rational, noise: sympy.Rational) -> None:
    at, level = sympy.Rational(str(z)), sympy.Rational(str(noise))
    for closed, ours in ((smoothed, truncated_relu), (smoothed_slope, truncated_gate)):
        expected = closed(at, level).doit().rewrite(sympy.erf)
        assert float(ours(one(float(z)), float(noise))) == pytest.approx(_number(expected), abs=1e-12)


def _number(expression: sympy.Expr) -> float:
    """Theory's normal law, evaluated by SciPy."""
    from theory.normal_law import Density, Distribution

    table = {"Density": norm.pdf, "Distribution": norm.cdf}
    while expression.has(Density, Distribution):
        call = next(iter(expression.atoms(Density, Distribution)))
        expression = expression.subs(call, sympy.Float(table[type(call).__name__](float(call.args[0])), 17))
    return float(expression)


@settings(max_examples=40)
@given(SEEDS, NOISES)
def test_the_gate_is_the_derivative(seed: int, noise: float) -> None:
    z = torch.from_numpy(numpy.random.default_rng(seed).normal(0.5, 2, 20)).requires_grad_()
    value, gate = truncated_relu_and_gate(z, noise)
    (slope,) = torch.autograd.grad(value.sum(), z)
    torch.testing.assert_close(gate, slope, rtol=0, atol=1e-11)


@settings(max_examples=40)
@given(SEEDS)
def test_little_noise_is_nearly_none(seed: int) -> None:
    z = torch.from_numpy(numpy.random.default_rng(seed).normal(0.5, 2, 20))
    torch.testing.assert_close(truncated_relu(z, 1e-9), truncated_relu(z, 0), rtol=0, atol=1e-9)
    assert torch.equal(truncated_relu(z, 0), z.clamp(0, 1))
    assert torch.equal(truncated_gate(z, 0), ((z > 0) & (z < 1)).double())


@pytest.mark.parametrize("noise", [2.2e-313, 1e-300])
def test_noise_next_to_nothing_is_none(noise: float) -> None:
    z = torch.tensor([-1.0, 0.0, 0.25, 1.0, 2.0], dtype=torch.float64)
    torch.testing.assert_close(truncated_relu(z, noise), z.clamp(0, 1), rtol=0, atol=noise)
    assert truncated_gate(z, noise).tolist() == [0, 0.5, 1, 0.5, 0]


@settings(max_examples=40)
@given(SEEDS, NOISES)
def test_the_activation_is_symmetric_about_one_half(seed: int, noise: float) -> None:
    z = torch.from_numpy(numpy.random.default_rng(seed).normal(0.5, 2, 20))
    torch.testing.assert_close(truncated_relu(1 - z, noise), 1 - truncated_relu(z, noise), rtol=0, atol=1e-12)
    torch.testing.assert_close(truncated_gate(1 - z, noise), truncated_gate(z, noise), rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", [1e3, 1e8, 1e300])
def test_nothing_cancels_far_out(size: float) -> None:
    assert float(truncated_relu(one(size), 0.5)) == 1
    assert float(truncated_relu(one(-size), 0.5)) == 0
    assert float(truncated_gate(one(size), 0.5)) == float(truncated_gate(one(-size), 0.5)) == 0


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 8), st.integers(1, 6), st.floats(0, 2))
def test_an_antithetic_network_is_zero_at_every_input(seed: int, m: int, d: int, noise: float) -> None:
    draw = numpy.random.default_rng(seed)
    a, w, b = (torch.from_numpy(draw.standard_normal(shape)) for shape in ((m,), (m, d), (m,)))
    network = antithetic(a, w, b)
    value = network(torch.from_numpy(draw.standard_normal((9, d))), noise)
    assert float(value.abs().max()) <= 1e-14 * (1 + float(a.abs().sum()))


def test_initial_scales_are_the_papers() -> None:
    network = initial_network(Draws(digest("scales")), m=400, d=60, k=5, head_scale=3.0)
    assert network.w.shape == (800, 60)
    assert float(network.w.std()) == pytest.approx(1 / 5, rel=0.03)
    assert float(network.b.std()) == pytest.approx(1 / 25, rel=0.15)
    assert float(network.a.std()) == pytest.approx(3, rel=0.15)
    assert torch.equal(network.a[400:], -network.a[:400])


def test_bad_arguments_are_named() -> None:
    draws = Draws(digest("bad"))
    with pytest.raises(LemmataError, match="noise: expected a finite number"):
        truncated_relu(one(0), -1)
    with pytest.raises(LemmataError, match="noise: expected a finite number"):
        truncated_gate(one(0), math.nan)
    with pytest.raises(LemmataError, match="head: expected a vector of 2"):
        TruncatedNetwork(torch.ones(3), torch.ones(2, 1), torch.ones(2))
    with pytest.raises(LemmataError, match="k: expected an integer"):
        initial_network(draws, m=1, d=1, k=0, head_scale=1.0)
    with pytest.raises(LemmataError, match="no gradient reaches the neurons"):
        initial_network(draws, m=1, d=1, k=1, head_scale=0.0)
