"""Algorithm 1's first step: the closed formula against autograd, and its invariances."""

from __future__ import annotations

import math

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from empirics import training
from empirics.networks import orthonormal_frames, random_signs, symmetric, unit_neurons
from empirics.training import first_step, first_step_gradient, linear_part, step_size
from lemmata.errors import LemmataError

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 7)


def problem(seed: int, n: int, d: int, m: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Inputs, labels, neurons and biases of wildly different sizes."""
    draw = numpy.random.default_rng(seed)
    x = draw.standard_normal((n, d)) * 10 ** draw.uniform(-2, 2, (n, 1))
    y = draw.standard_normal(n) * 10 ** draw.uniform(-2, 2, n)
    arrays = (x, y, draw.standard_normal((m, d)), draw.standard_normal(m))
    return tuple(torch.from_numpy(array) for array in arrays)  # type: ignore[return-value]


def rounding(x: Tensor, y: Tensor) -> float:
    """What rounding may change in an average of y_i x_i."""
    return 1e-13 * (1 + float(y.abs().max() * x.abs().max()))


@given(SEEDS, st.integers(1, 40), SIZES, SIZES)
def test_formula_is_autograds_gradient_at_the_symmetric_start(seed: int, n: int, d: int, half: int) -> None:
    x, y, neurons, _ = problem(seed, n, d, half)
    start = symmetric(random_signs(numpy.random.default_rng(seed), half), neurons)
    w = start.w.clone().requires_grad_()
    # The start's value is 0 exactly; the rounding of its sum is no part of the comparison.
    value = torch.relu(x @ w.T + start.b) @ start.a
    loss = (value - value.detach() - y).square().mean()
    (gradient,) = torch.autograd.grad(loss, w)
    formula = -2 * start.a[:, None] * first_step_gradient(x, y, start.w, start.b)
    torch.testing.assert_close(formula, gradient, rtol=1e-12, atol=rounding(x, y))


@given(SEEDS, st.integers(1, 40), SIZES, SIZES)
def test_formula_with_biases_is_autograds(seed: int, n: int, d: int, m: int) -> None:
    x, y, neurons, b = problem(seed, n, d, m)
    w = neurons.clone().requires_grad_()
    (gradient,) = torch.autograd.grad((y[:, None] * torch.relu(x @ w.T + b)).mean(dim=0).sum(), w)
    torch.testing.assert_close(first_step_gradient(x, y, neurons, b), gradient, rtol=1e-12, atol=rounding(x, y))


@given(SEEDS, st.integers(1, 40), SIZES, SIZES, st.integers(1, 50))
def test_blocks_of_rows_do_not_matter(seed: int, n: int, d: int, m: int, rows: int) -> None:
    x, y, w, b = problem(seed, n, d, m)
    whole = first_step_gradient(x, y, w, b)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "TILE", rows)
        patch.setattr(training, "BLOCK", 1)
        patch.setattr(training, "LEAST", 1)
        torch.testing.assert_close(first_step_gradient(x, y, w, b), whole, rtol=1e-12, atol=rounding(x, y))


@given(SEEDS, st.integers(1, 40), SIZES, SIZES)
def test_order_of_the_samples_does_not_matter(seed: int, n: int, d: int, m: int) -> None:
    x, y, w, b = problem(seed, n, d, m)
    order = torch.from_numpy(numpy.random.default_rng(seed).permutation(n))
    torch.testing.assert_close(
        first_step_gradient(x[order], y[order], w, b),
        first_step_gradient(x, y, w, b),
        rtol=1e-12,
        atol=rounding(x, y),
    )


@given(SEEDS, st.integers(1, 40), SIZES, SIZES)
def test_rotations_commute_with_the_step(seed: int, n: int, d: int, m: int) -> None:
    x, y, w, _ = problem(seed, n, d, m)
    rotation = orthonormal_frames(numpy.random.default_rng(seed + 1), d, d)
    # A pre-activation within rounding of 0 may change its sign; bias the neurons away from their kinks.
    b = torch.full((m,), 0.1 + float((x @ w.T).abs().max()), dtype=w.dtype)
    for biases in (b, -b):
        torch.testing.assert_close(
            first_step_gradient(x @ rotation, y, w @ rotation, biases),
            first_step_gradient(x, y, w, biases) @ rotation,
            rtol=1e-9,
            atol=100 * rounding(x, y),
        )


@given(SEEDS, st.integers(1, 40), SIZES, SIZES, st.sampled_from([0.25, 2.0, 1024.0]))
def test_lengths_of_neurons_without_biases_do_not_matter(seed: int, n: int, d: int, m: int, length: float) -> None:
    x, y, w, _ = problem(seed, n, d, m)
    assert torch.equal(first_step_gradient(x, y, length * w), first_step_gradient(x, y, w))


@given(SEEDS, st.integers(1, 40), SIZES)
def test_opposite_neurons_share_the_linear_part(seed: int, n: int, d: int) -> None:
    x, y, w, _ = problem(seed, n, d, 1)
    both = first_step_gradient(x, y, w) + first_step_gradient(x, y, -w)
    torch.testing.assert_close(both[0], linear_part(x, y).beta, rtol=1e-12, atol=rounding(x, y))


def test_a_pre_activation_at_the_kink_counts_as_active() -> None:
    x, y, w = torch.tensor([[1.0, 0.0]]), torch.tensor([2.0]), torch.tensor([[0.0, 1.0]])
    assert first_step_gradient(x, y, w).tolist() == [[2.0, 0.0]]


def test_single_precision_stays_single_and_close() -> None:
    x, y, w, b = problem(3, 200, 5, 4)
    single = first_step_gradient(x.float(), y.float(), w.float(), b.float())
    assert single.dtype == torch.float32
    torch.testing.assert_close(single.double(), first_step_gradient(x, y, w, b), rtol=1e-3, atol=1e-2)


@given(SEEDS, st.integers(1, 40), SIZES)
def test_preprocessing_subtracts_the_printed_moments(seed: int, n: int, d: int) -> None:
    x, y, _, _ = problem(seed, n, d, 1)
    part = linear_part(x, y)
    beta = sum(label * row for label, row in zip(y, x, strict=True)) / n
    torch.testing.assert_close(part.alpha, y.sum() / n, rtol=1e-12, atol=rounding(x, y))
    torch.testing.assert_close(part.beta, beta, rtol=1e-12, atol=rounding(x, y))
    torch.testing.assert_close(part(x)[0], part.alpha + part.beta @ x[0], rtol=1e-9, atol=1e-9)


@given(SEEDS, SIZES, SIZES)
def test_step_size_brings_pre_activations_to_a_quarter(seed: int, d: int, m: int) -> None:
    _, _, gradient, signs = problem(seed, 1, d, m)
    moved = first_step(signs.sign(), gradient, step_size(gradient))
    assert float(moved.square().sum(dim=1).mean()) == pytest.approx(1 / 16, rel=1e-12)


@given(SEEDS, SIZES, SIZES, st.just(0.0) | st.floats(1e-6, 100))
def test_first_step_is_gradient_descent_with_weight_decay(seed: int, d: int, m: int, eta: float) -> None:
    x, y, _, _ = problem(seed, 9, d, m)
    w = unit_neurons(numpy.random.default_rng(seed), m, d)
    a = random_signs(numpy.random.default_rng(seed), m)
    gradient = first_step_gradient(x, y, w)
    if eta > 0:
        printed = w - eta * (-2 * a[:, None] * gradient + w / eta)
        size = eta * float(gradient.abs().max())
        torch.testing.assert_close(first_step(a, gradient, eta), printed, rtol=1e-9, atol=1e-14 * (1 + size))
    else:
        assert not first_step(a, gradient, eta).any()


def test_labels_that_all_vanish_leave_no_step() -> None:
    with pytest.raises(LemmataError, match="gradient vanishes"):
        step_size(torch.zeros(3, 2))


def test_no_data_is_an_error() -> None:
    with pytest.raises(LemmataError, match="at least one row"):
        linear_part(torch.ones(0, 2), torch.ones(0))
    with pytest.raises(LemmataError, match="at least one row"):
        first_step_gradient(torch.ones(0, 2), torch.ones(0), torch.ones(1, 2))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_labels_that_are_not_finite_are_an_error(bad: float) -> None:
    with pytest.raises(LemmataError, match="labels: contains NaN or infinity"):
        linear_part(torch.ones(2, 2), torch.tensor([1.0, bad]))


def test_whole_number_types_are_an_error() -> None:
    with pytest.raises(LemmataError, match="floating-point"):
        linear_part(torch.ones(2, 2, dtype=torch.int64), torch.ones(2))


def test_shapes_that_do_not_fit_are_an_error() -> None:
    with pytest.raises(LemmataError, match="labels: expected a vector of 2 entries"):
        linear_part(torch.ones(2, 2), torch.ones(3))
    with pytest.raises(LemmataError, match="neurons: expected 2 columns"):
        first_step_gradient(torch.ones(2, 2), torch.ones(2), torch.ones(1, 3))


def test_a_negative_step_size_is_an_error() -> None:
    with pytest.raises(LemmataError, match="step size"):
        first_step(torch.ones(1), torch.ones(1, 1), -1.0)


def test_two_precisions_are_an_error() -> None:
    with pytest.raises(LemmataError, match="inputs float64, labels float32"):
        linear_part(torch.ones(2, 2, dtype=torch.float64), torch.ones(2))
    with pytest.raises(LemmataError, match="neurons float32"):
        first_step_gradient(torch.ones(2, 2).double(), torch.ones(2).double(), torch.ones(1, 2))
