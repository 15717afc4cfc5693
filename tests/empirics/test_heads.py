"""The ridge head against least squares, normal equations and the printed gradient descent."""

from __future__ import annotations

import math

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from empirics import training
from empirics.data import WeightedSet, gaussian_inputs, node_test_set, noisy_labels
from empirics.heads import Features, moments, predictions, resolved, ridge_head, ridge_path
from empirics.kernels import random_features
from empirics.targets import equation_2
from empirics.training import linear_part
from lemmata.errors import LemmataError

SEEDS = st.integers(0, 2**32 - 1)


def problem(seed: int, n: int, d: int, m: int) -> tuple[Features, Tensor, Tensor]:
    draw = numpy.random.default_rng(seed)
    features = random_features(draw, draw, m, d)
    return features, gaussian_inputs(draw, n, d), torch.from_numpy(draw.standard_normal(n))


@given(SEEDS, st.integers(1, 30), st.integers(1, 4), st.integers(1, 12), st.floats(1e-3, 1e2))
def test_path_is_the_augmented_least_squares(seed: int, n: int, d: int, m: int, decay: float) -> None:
    features, x, y = problem(seed, n, d, m)
    path = ridge_path(*moments(features, x, y), [1.0, decay])
    rows = torch.cat([features(x) / math.sqrt(n), math.sqrt(decay / 2) * torch.eye(m, dtype=x.dtype)])
    wanted = torch.cat([y / math.sqrt(n), torch.zeros(m, dtype=x.dtype)])
    expected = torch.linalg.lstsq(rows, wanted[:, None], driver="gelsd").solution[:, 0]
    torch.testing.assert_close(path[:, 1], expected, rtol=1e-6, atol=1e-8)


@given(SEEDS, st.integers(1, 30), st.integers(1, 12), st.floats(1e-6, 1e2))
def test_path_solves_the_normal_equations(seed: int, n: int, m: int, decay: float) -> None:
    gram, cross = moments(*problem(seed, n, 3, m))
    a = ridge_path(gram, cross, [decay])[:, 0]
    residual = gram @ a + decay / 2 * a - cross
    assert float(residual.abs().max()) <= 1e-10 * (1 + float(a.abs().max()) * float(gram.trace()))


def test_path_is_the_limit_of_the_printed_descent() -> None:
    features, x, y = problem(5, 40, 2, 4)
    phi, decay, a = features(x), 0.5, torch.zeros(4, dtype=x.dtype)
    for _ in range(3000):
        a = a - 0.2 * (2 * phi.T @ (phi @ a - y) / 40 + decay * a)
    torch.testing.assert_close(a, ridge_path(*moments(features, x, y), [decay])[:, 0])


@given(SEEDS, st.integers(1, 30), st.integers(1, 40))
def test_moments_do_not_depend_on_blocks(seed: int, n: int, rows: int) -> None:
    features, x, y = problem(seed, n, 3, 5)
    whole = moments(features, x, y)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "TILE", rows)
        patch.setattr(training, "BLOCK", 1)
        patch.setattr(training, "LEAST", 1)
        for blocked, expected in zip(moments(features, x, y), whole, strict=True):
            torch.testing.assert_close(blocked, expected, rtol=1e-12, atol=1e-13)


@settings(max_examples=30)
@given(SEEDS, st.lists(st.floats(1e-6, 1e2), min_size=1, max_size=6))
def test_the_chosen_weight_decay_is_the_best_on_validation(seed: int, grid: list[float]) -> None:
    features, x, _ = problem(seed, 60, 3, 8)
    target = equation_2(3)
    y = noisy_labels(numpy.random.default_rng(seed), target, x, 1)
    validation = node_test_set(numpy.random.default_rng(seed), target, 3, nodes=8, per_node=4)
    linear = linear_part(x, y)
    chosen = ridge_head(features, x, y, linear, validation, grid)
    assert chosen.weight_decay in grid
    for value in grid:
        alone = ridge_head(features, x, y, linear, validation, [value])
        assert chosen.validation_risk <= alone.validation_risk * (1 + 1e-9)


def test_the_heads_risk_is_that_of_its_prediction() -> None:
    features, x, y = problem(1, 50, 2, 6)
    linear = linear_part(x, y)
    validation = WeightedSet(x, y, torch.full_like(y, 1 / 50))
    head = ridge_head(features, x, y, linear, validation)
    prediction = linear(x) + features(x) @ head.a
    assert float((prediction - y).square().mean()) == pytest.approx(head.validation_risk)


def test_a_target_within_the_features_is_found() -> None:
    features, x, _ = problem(2, 400, 3, 5)
    truth = torch.tensor([1.0, -2.0, 0.5, 3.0, -1.0], dtype=x.dtype)
    found = ridge_path(*moments(features, x, features(x) @ truth), [1e-10])[:, 0]
    torch.testing.assert_close(found, truth, rtol=1e-6, atol=1e-6)


def test_fewer_samples_than_features_is_no_obstacle() -> None:
    gram, cross = moments(*problem(0, 2, 3, 20))
    assert bool(torch.isfinite(ridge_path(gram, cross, [1e-8])).all())


def test_an_empty_grid_is_an_error() -> None:
    with pytest.raises(LemmataError, match="at least one"):
        ridge_path(torch.eye(2), torch.ones(2), [])


@pytest.mark.parametrize("decay", [0.0, -1.0, math.nan])
def test_a_weight_decay_that_is_not_positive_is_an_error(decay: float) -> None:
    with pytest.raises(LemmataError, match="weight decay"):
        ridge_path(torch.eye(2), torch.ones(2), [decay])


def test_inputs_of_another_dimension_are_an_error() -> None:
    features, _, y = problem(0, 4, 3, 2)
    with pytest.raises(LemmataError, match="inputs: expected 3 columns"):
        moments(features, torch.ones(4, 2, dtype=torch.float64), y)


def test_weight_decays_below_rounding_are_not_tried() -> None:
    gram = torch.eye(4, dtype=torch.float64)
    assert resolved(gram, [1e-16, 1e-3, 1.0]) == (1e-3, 1.0)
    with pytest.raises(LemmataError, match="below the rounding of the features"):
        resolved(1e12 * gram, [1e-10])


def test_a_gram_matrix_that_is_not_symmetric_is_an_error() -> None:
    with pytest.raises(LemmataError, match="symmetric"):
        ridge_path(torch.tensor([[1.0, 0.5], [0.0, 1.0]]), torch.ones(2))


def test_a_gram_matrix_that_is_not_finite_is_an_error() -> None:
    with pytest.raises(LemmataError, match="Gram matrix: contains NaN"):
        ridge_path(torch.tensor([[math.nan]]), torch.ones(1))


def test_a_validation_set_of_another_dimension_is_an_error() -> None:
    features, x, y = problem(0, 4, 3, 2)
    bad = WeightedSet(x[:, :2], y, torch.full_like(y, 1 / 4))
    with pytest.raises(LemmataError, match="test points: expected 3 columns, got 2"):
        ridge_head(features, x, y, linear_part(x, y), bad)


def test_predictions_do_not_depend_on_blocks() -> None:
    features, x, _ = problem(0, 100, 3, 7)
    whole = predictions(features, x, torch.ones(7, 2, dtype=x.dtype))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "TILE", 9)
        patch.setattr(training, "BLOCK", 1)
        patch.setattr(training, "LEAST", 1)
        torch.testing.assert_close(predictions(features, x, torch.ones(7, 2, dtype=x.dtype)), whole)
