"""The hinge loss's gradient against autograd, mask included; the step that erases the old weights; equivariance."""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from empirics import training
from empirics.dictionary_data import coordinates, inputs
from empirics.hinge import aggressive_step, hinge_gradient, hinge_loss, moved, step_to
from empirics.truncated import TruncatedNetwork, antithetic, truncated_relu
from lemmata.errors import LemmataError
from lemmata.objects.dictionaries import DictionaryLaw
from lemmata.objects.frames import Frame

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 6)
NOISES = st.sampled_from([0.05, 0.5, 2.0])


def problem(seed: int, n: int, d: int, width: int) -> tuple[TruncatedNetwork, torch.Tensor, torch.Tensor]:
    """A network whose values are around 1, so that the hinge's mask takes both values, and labelled inputs."""
    draw = numpy.random.default_rng(seed)
    a, w, b = (torch.from_numpy(draw.standard_normal(shape)) for shape in ((width,), (width, d), (width,)))
    x = torch.from_numpy(draw.standard_normal((n, d)))
    y = torch.from_numpy(draw.choice([-1.0, 1.0], n))
    return TruncatedNetwork(2 * a, w, b), x, y


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 30), SIZES, SIZES, NOISES)
def test_the_gradient_is_autograds(seed: int, n: int, d: int, width: int, noise: float) -> None:
    network, x, y = problem(seed, n, d, width)
    leaves = a, w, b = [value.clone().requires_grad_() for value in (network.a, network.w, network.b)]
    loss = (1 - y * (truncated_relu(x @ w.T + b, noise) @ a)).clamp(min=0).mean()
    torch.testing.assert_close(hinge_loss(network, x, y, noise), loss.detach())
    gradient = hinge_gradient(network, x, y, noise)
    expected = torch.autograd.grad(loss, leaves)
    for ours, theirs in zip((gradient.a, gradient.w, gradient.b), expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)
    assert gradient.active == pytest.approx(float((y * network(x, noise) <= 1).double().mean()))


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 30), SIZES, SIZES, NOISES, st.floats(0, 10))
def test_the_step_is_gradient_descent_with_the_printed_decay(
    seed: int, n: int, d: int, width: int, noise: float, eta: float
) -> None:
    network, x, y = problem(seed, n, d, width)
    gradient = hinge_gradient(network, x, y, noise)
    after = aggressive_step(network, x, y, noise, eta)
    # The regulariser is lambda |w|^2 with lambda = 1/(2 eta): eta times its gradient is w.
    torch.testing.assert_close(after.w, network.w - eta * gradient.w - network.w, rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(after.b, network.b - eta * gradient.b)
    torch.testing.assert_close(after.a, network.a - eta * gradient.a)


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 30), SIZES, SIZES, NOISES)
def test_from_an_antithetic_start_every_sample_counts(seed: int, n: int, d: int, m: int, noise: float) -> None:
    network, x, y = problem(seed, n, d, m)
    start = antithetic(network.a, network.w, network.b)
    gradient = hinge_gradient(start, x, y, noise)
    assert gradient.active == 1
    torch.testing.assert_close(gradient.w[m:], -gradient.w[:m], rtol=0, atol=1e-12)


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 30), SIZES, SIZES)
def test_blocks_of_rows_do_not_matter(seed: int, n: int, d: int, width: int) -> None:
    network, x, y = problem(seed, n, d, width)
    whole = hinge_gradient(network, x, y, 0.5)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("TILE", "BLOCK", "LEAST"):
            patch.setattr(training, name, 1)
        parts = hinge_gradient(network, x, y, 0.5)
    for one, other in ((whole.a, parts.a), (whole.w, parts.w), (whole.b, parts.b)):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-13)


@given(SEEDS, st.floats(0.01, 3))
def test_the_step_reaches_the_spread_that_was_asked_for(seed: int, spread: float) -> None:
    network, x, y = problem(seed, 30, 4, 5)
    gradient = hinge_gradient(network, x, y, 0.5)
    if bool(gradient.w.any()):
        after = moved(network, gradient, step_to(gradient, x, spread))
        assert float((x @ after.w.T).square().mean().sqrt()) == pytest.approx(spread)


@settings(max_examples=25)
@given(SEEDS, st.integers(0, 20))
def test_the_dictionary_is_irrelevant(seed: int, extra: int) -> None:
    # Training in d dimensions from w is training in the dictionary's coordinates from q = M^T w: two whole steps.
    law = DictionaryLaw.structured(7, 3, Fraction(1, 2), dictionary=Frame(7 + extra, 7, seed=3))
    draw = numpy.random.default_rng(seed)
    w = torch.from_numpy(draw.standard_normal((4, 7 + extra)) / 3)
    a, b = torch.from_numpy(draw.standard_normal(4)), torch.from_numpy(draw.standard_normal(4) / 9)
    frame = torch.from_numpy(law.dictionary.array.copy())
    full, short = antithetic(a, w, b), antithetic(a, w @ frame, b)
    for step in range(2):
        stream = seed + step
        x, y = inputs(numpy.random.default_rng(stream), law, 40)
        phi, labels = coordinates(numpy.random.default_rng(stream), law, 40)
        assert torch.equal(y, labels)
        full, short = aggressive_step(full, x, y, 0.2, 0.3), aggressive_step(short, phi, labels, 0.2, 0.3)
        torch.testing.assert_close(full.w @ frame, short.w, rtol=1e-9, atol=1e-12)
        torch.testing.assert_close(full.w, short.w @ frame.T, rtol=1e-9, atol=1e-12)
        torch.testing.assert_close(full.b, short.b, rtol=1e-9, atol=1e-12)


@settings(max_examples=20)
@given(SEEDS)
def test_coordinates_are_normalised(seed: int) -> None:
    law = DictionaryLaw.structured(6, 3, 1)
    phi, labels = coordinates(numpy.random.default_rng(seed), law, 4000)
    assert float(phi.square().sum(dim=1).mean()) == pytest.approx(1, abs=1e-9)  # bits of mean 1/2: exactly
    assert float(phi.mean(dim=0).abs().max()) < 0.05
    assert set(labels.tolist()) == {-1, 1}


def test_five_hundred_dimensions() -> None:
    law = DictionaryLaw.structured(100, 5, 1, dictionary=Frame(500, 100, seed=1))
    x, _ = inputs(numpy.random.default_rng(0), law, 20)
    assert x.shape == (20, 500)


def test_bad_arguments_are_named() -> None:
    network, x, y = problem(0, 5, 2, 3)
    with pytest.raises(LemmataError, match="labels: expected -1 and 1 only"):
        hinge_gradient(network, x, 2 * y, 0.5)
    with pytest.raises(LemmataError, match="inputs: expected 2 columns"):
        hinge_loss(network, x[:, :1], y, 0.5)
    with pytest.raises(LemmataError, match="noise"):
        hinge_gradient(network, x, y, -0.5)
    with pytest.raises(LemmataError, match="step size"):
        aggressive_step(network, x, y, 0.5, -1.0)
    still = hinge_gradient(TruncatedNetwork(torch.zeros(3).double(), network.w, network.b), x, y, 0.5)
    with pytest.raises(LemmataError, match="gradient vanishes for every neuron"):
        step_to(still, x, 1.0)
    with pytest.raises(LemmataError, match="n: expected an integer"):
        coordinates(numpy.random.default_rng(0), DictionaryLaw.structured(3, 3, 1), 0)
