"""Inputs, label noise and exact-node test sets."""

from __future__ import annotations

import math

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from empirics.data import WeightedSet, gaussian_inputs, held_out, node_test_set, noisy_labels
from empirics.measure import excess_risk
from empirics.targets import equation_2, quadratic, single_index
from lemmata.errors import LemmataError

SEEDS = st.integers(0, 2**32 - 1)


def generator(seed: int = 0) -> numpy.random.Generator:
    return numpy.random.default_rng(seed)


@given(SEEDS, st.integers(1, 20), st.integers(1, 6))
def test_inputs_are_the_generators_normals(seed: int, n: int, d: int) -> None:
    x = gaussian_inputs(generator(seed), n, d)
    assert torch.equal(x, torch.from_numpy(generator(seed).standard_normal((n, d))))


@given(SEEDS, st.integers(1, 20), st.sampled_from([0, 0.25, 1, 4.0]))
def test_noise_has_exactly_its_size(seed: int, n: int, noise: float) -> None:
    x = gaussian_inputs(generator(seed), n, 3)
    clean = quadratic(2)(x)
    labels = noisy_labels(generator(seed + 1), quadratic(2), x, noise)
    shift = (labels - clean).abs()
    torch.testing.assert_close(shift, torch.full_like(shift, math.sqrt(noise)), rtol=0, atol=1e-12)


def test_noise_takes_both_signs() -> None:
    x = torch.zeros(64, 1, dtype=torch.float64)
    assert set(noisy_labels(generator(), single_index([0]), x, 1).tolist()) == {-1.0, 1.0}


@given(SEEDS, st.integers(1, 12), st.integers(1, 5), st.integers(1, 5))
def test_nodes_integrate_low_degrees_exactly(seed: int, nodes: int, per_node: int, d: int) -> None:
    test = node_test_set(generator(seed), single_index([0]), d, nodes, per_node)
    for degree in range(2 * nodes):
        exact = 0.0 if degree % 2 else float(math.prod(range(degree - 1, 0, -2)))
        scale = float(test.weights @ test.x[:, 0].abs() ** degree)
        assert float(test.weights @ test.x[:, 0] ** degree) == pytest.approx(exact, abs=1e-10 * (1 + scale))


def test_the_zero_predictors_risk_is_the_second_moment() -> None:
    test = node_test_set(generator(), equation_2(4), d=10)
    assert excess_risk(torch.zeros_like(test.values), test) == pytest.approx(1, abs=1e-10)


@given(SEEDS)
def test_perpendicular_parts_are_drawn_afresh_at_every_point(seed: int) -> None:
    test = node_test_set(generator(seed), equation_2(3), d=3, nodes=4, per_node=5)
    assert torch.unique(test.x[:, 0]).numel() == 4
    assert torch.unique(test.x[:, 1]).numel() == 20


def test_one_dimension_has_no_perpendicular_part() -> None:
    assert node_test_set(generator(), equation_2(3), d=1, nodes=4, per_node=1).x.shape == (4, 1)


def test_exact_nodes_need_one_direction() -> None:
    with pytest.raises(LemmataError, match="one direction"):
        node_test_set(generator(), quadratic(2), d=4)


@pytest.mark.parametrize(("n", "d"), [(0, 3), (-1, 3), (3, 0), (True, 3)])
def test_no_data_is_an_error(n: int, d: int) -> None:
    with pytest.raises(LemmataError, match="expected an integer that is at least 1"):
        gaussian_inputs(generator(), n, d)


@pytest.mark.parametrize("noise", [-1.0, math.nan, math.inf])
def test_a_variance_below_zero_is_an_error(noise: float) -> None:
    with pytest.raises(LemmataError, match="noise: expected a finite number"):
        noisy_labels(generator(), quadratic(1), torch.ones(2, 2), noise)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_inputs_that_are_not_finite_are_an_error(bad: float) -> None:
    with pytest.raises(LemmataError, match="inputs: contains NaN or infinity"):
        noisy_labels(generator(), quadratic(1), torch.tensor([[1.0], [bad]]), 1)


def test_negative_weights_are_an_error() -> None:
    with pytest.raises(LemmataError, match="nonnegative"):
        WeightedSet(torch.ones(2, 1), torch.ones(2), torch.tensor([1.5, -0.5]))


def test_normal_noise_has_the_variance_asked_for() -> None:
    x = torch.zeros(20_000, 1, dtype=torch.float64)
    noise = noisy_labels(generator(), single_index([0]), x, 4, law="normal")
    # The variance's relative standard error is sqrt(2/n) = .01.
    assert float(noise.square().mean()) == pytest.approx(4, rel=0.05)
    assert torch.unique(noise).numel() == 20_000


def test_an_unknown_law_of_noise_is_an_error() -> None:
    with pytest.raises(LemmataError, match=r"^law: expected one of signs, normal, got 'gauss'"):
        noisy_labels(generator(), single_index([0]), torch.zeros(2, 1), 1, law="gauss")


def test_held_out_points_suit_the_target() -> None:
    assert held_out(generator(), quadratic(1), 3).x[:, 0].unique().numel() == 40
    several = held_out(generator(), quadratic(2), 3)
    assert float(several.weights.sum()) == pytest.approx(1)
    assert float(several.weights @ several.values.square()) == pytest.approx(1, abs=0.1)


def test_fewer_dimensions_than_directions_is_an_error() -> None:
    with pytest.raises(LemmataError, match=r"^d: the target has r = 3 directions"):
        held_out(generator(), quadratic(3), 2)
