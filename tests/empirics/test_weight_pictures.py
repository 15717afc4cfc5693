"""Directions of weights: their dissimilarities, their map, and when they form two clusters."""

from __future__ import annotations

import math

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from empirics.weight_pictures import (
    NEAR,
    cosine_dissimilarities,
    cosines,
    directions,
    distances_panel,
    map_of,
    panel,
    positions,
    two_cluster_silhouette,
)
from lemmata import figures
from lemmata.errors import LemmataError


def normal(seed: int, m: int, d: int) -> Tensor:
    return torch.from_numpy(numpy.random.default_rng(seed).standard_normal((m, d)))


def bundles(seed: int, spread: float, d: int = 20, sizes: tuple[int, int] = (12, 9)) -> Tensor:
    """Neurons around a direction and around its opposite, of all lengths."""
    axis = normal(seed + 1000, 1, d)
    signs = torch.cat([torch.ones(sizes[0], 1), -torch.ones(sizes[1], 1)]).double()
    lengths = torch.linspace(0.001, 1000, sum(sizes), dtype=torch.float64)[:, None]
    return lengths * (signs * axis + spread * normal(seed, sum(sizes), d))


@given(seed=st.integers(0, 10**6), m=st.integers(1, 12), d=st.integers(1, 9))
def test_dissimilarities_are_one_minus_the_cosine_whatever_the_scale(seed: int, m: int, d: int) -> None:
    weights = normal(seed, m, d)
    found = cosine_dissimilarities(weights)
    for i in range(m):
        for j in range(m):
            cosine = float(weights[i] @ weights[j]) / float(weights[i].norm() * weights[j].norm())
            assert float(found[i, j]) == pytest.approx(1 - cosine, abs=1e-12)
    assert bool((found >= 0).all())
    assert torch.equal(found, found.T)
    scales = torch.linspace(1e-6, 1e6, m, dtype=torch.float64)[:, None]
    assert float((cosine_dissimilarities(scales * weights) - found).abs().max()) < 1e-12


def test_the_same_direction_is_near_and_the_opposite_far() -> None:
    weights = torch.tensor([[1.0, 2.0], [3.0, 6.0], [-0.5, -1.0]], dtype=torch.float64)
    expected = torch.tensor([[0.0, 0.0, 2.0], [0.0, 0.0, 2.0], [2.0, 2.0, 0.0]], dtype=torch.float64)
    assert torch.allclose(cosine_dissimilarities(weights), expected, atol=1e-12)


@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e170, 1e300])
def test_directions_survive_scales_whose_squares_do_not(scale: float) -> None:
    weights = normal(0, 4, 5)
    assert float((directions(scale * weights) - directions(weights)).abs().max()) < 1e-12


def test_cosines_with_a_direction_do_not_depend_on_its_length() -> None:
    weights, direction = normal(0, 7, 5), normal(1, 1, 5)[0]
    expected = [float(w @ direction) / float(w.norm() * direction.norm()) for w in weights]
    assert cosines(weights, 1e5 * direction).tolist() == pytest.approx(expected)


def test_the_map_keeps_distances_that_a_line_can_have() -> None:
    weights = bundles(0, spread=0)
    places = positions(weights)
    gaps = torch.cdist(places, places)
    assert float((gaps - cosine_dissimilarities(weights)).abs().max()) < 1e-3


def test_the_map_is_the_same_twice_and_has_its_centre_at_zero() -> None:
    weights = normal(3, 15, 8)
    places = positions(weights)
    assert places.shape == (15, 2)
    assert torch.equal(places, positions(weights))
    assert float(places.mean(dim=0).abs().max()) < 1e-9


@given(seed=st.integers(0, 10**6))
def test_two_tight_bundles_are_two_clusters(seed: int) -> None:
    assert two_cluster_silhouette(bundles(seed, spread=0.01)) > 0.99


@given(seed=st.integers(0, 10**6))
def test_random_directions_are_no_clusters(seed: int) -> None:
    assert -0.1 < two_cluster_silhouette(normal(seed, 60, 64)) < 0.2


@given(seed=st.integers(0, 10**6), spread=st.floats(0.1, 3))
def test_the_silhouette_does_not_see_rotations_and_scales(seed: int, spread: float) -> None:
    weights = bundles(seed, spread)
    rotation = torch.linalg.qr(normal(seed + 1, 20, 20)).Q
    assert two_cluster_silhouette(3 * weights @ rotation) == pytest.approx(two_cluster_silhouette(weights), abs=1e-9)


def test_the_silhouette_of_a_small_case_by_hand() -> None:
    # Angles 0, 60, 180 degrees and 180 again: a is 1/2 in the first half, 0 in the second.
    angles = torch.tensor([0.0, math.pi / 3, math.pi, math.pi], dtype=torch.float64)
    weights = torch.stack([angles.cos(), angles.sin()], dim=1)
    expected = (1 - 0.5 / 2 + 1 - 0.5 / 1.5 + 1 + 1) / 4
    assert two_cluster_silhouette(weights) == pytest.approx(expected)


@pytest.mark.parametrize("sizes", [(10, 0), (10, 1), (1, 10)])
def test_a_single_bundle_is_not_two_clusters(sizes: tuple[int, int]) -> None:
    assert two_cluster_silhouette(bundles(0, spread=0.01, sizes=sizes)) == 0


def test_a_map_holds_the_neurons_and_both_ends_of_the_direction() -> None:
    weights = bundles(5, spread=0.02)
    direction = weights[0]
    numbers = map_of(weights, direction)
    assert len(numbers) == 3 * weights.shape[0] + 4
    assert [numbers[f"cosine_{i}"] for i in range(21)] == pytest.approx(cosines(weights, direction).tolist())
    here = numpy.array([numbers["x_0"], numbers["y_0"]])
    assert numpy.linalg.norm(here - [numbers["x_plus"], numbers["y_plus"]]) < 0.05
    assert numpy.linalg.norm(here - [numbers["x_minus"], numbers["y_minus"]]) > 1.9


def test_neurons_share_the_colour_of_the_end_that_they_are_near() -> None:
    weights = torch.cat([bundles(5, spread=0.02), normal(0, 6, 20)])
    numbers = map_of(weights, weights[0])
    record = panel("A map", numbers, "v")
    by_label = {series["label"]: series for series in record["points"]}
    assert {label: len(series["x"]) for label, series in by_label.items()} == {
        "other neurons": 6,
        "near $v$": 12,
        "near $-v$": 9,
        "$v$": 1,
        "$-v$": 1,
    }
    for end in ("$v$", "$-v$"):
        assert by_label[end]["colour"] == by_label[f"near {end}"]["colour"]
        assert by_label[end]["style"] == "stars"
    assert by_label["$v$"]["colour"] != by_label["$-v$"]["colour"]
    assert figures.draw(record).axes[0].get_title(loc="left") == "A map"


def test_groups_without_neurons_are_not_drawn() -> None:
    weights = normal(0, 6, 200)
    assert float(cosines(weights, torch.ones(200, dtype=torch.float64)).abs().max()) < NEAR
    record = panel("A map", map_of(weights, torch.ones(200, dtype=torch.float64)), "v")
    assert [series["label"] for series in record["points"]] == ["other neurons", "$v$", "$-v$"]


def test_distances_are_drawn_in_ascending_order_and_above_zero() -> None:
    weights = bundles(5, spread=0.1)
    maps = {"some": map_of(weights, weights[0]), "others": map_of(bundles(6, spread=0), weights[0])}
    record = distances_panel("Distances", maps, "v")
    some = record["curves"][1]
    assert some["y"] == sorted(some["y"])
    assert some["y"][0] > 0  # the first neuron is the direction itself
    assert some["x"][-1] == 1
    figures.draw(record)


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        (torch.zeros(3, 2, dtype=torch.float64), "has no direction"),
        (torch.tensor([[1.0, math.nan]], dtype=torch.float64), "NaN"),
        (torch.ones(3, dtype=torch.float64), "expected a matrix"),
    ],
)
def test_weights_without_directions_are_refused(weights: Tensor, told: str) -> None:
    with pytest.raises(LemmataError, match=told):
        directions(weights)


def test_a_map_of_two_neurons_is_refused() -> None:
    with pytest.raises(LemmataError, match="at least three neurons"):
        positions(normal(0, 2, 3))


def test_a_direction_of_another_dimension_is_refused() -> None:
    with pytest.raises(LemmataError, match="direction: expected a vector of 3 entries"):
        cosines(normal(0, 2, 3), torch.ones(4, dtype=torch.float64))
