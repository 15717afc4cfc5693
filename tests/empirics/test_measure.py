"""Energy shares and excess risks."""

from __future__ import annotations

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from empirics.data import WeightedSet
from empirics.measure import energy_share, excess_risk
from empirics.networks import orthonormal_frames
from lemmata.errors import LemmataError

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.integers(1, 6), st.integers(1, 6), st.data())
def test_share_does_not_see_rotations_within_the_subspace(seed: int, m: int, d: int, data: st.DataObject) -> None:
    r = data.draw(st.integers(1, d))
    draw = numpy.random.default_rng(seed)
    vectors = torch.from_numpy(draw.standard_normal((m, d)))
    rotated = vectors.clone()
    rotated[:, :r] = vectors[:, :r] @ orthonormal_frames(draw, r, r)
    share = energy_share(vectors, r)
    assert 0 <= share <= 1 + 1e-12
    assert energy_share(rotated, r) == pytest.approx(share, abs=1e-12)
    assert energy_share(-3 * vectors, r) == pytest.approx(share, abs=1e-12)


@given(SEEDS, st.integers(1, 6))
def test_share_of_the_whole_space_is_one(seed: int, d: int) -> None:
    vectors = torch.from_numpy(numpy.random.default_rng(seed).standard_normal((3, d)))
    assert energy_share(vectors, d) == pytest.approx(1)


def test_share_of_a_known_vector() -> None:
    assert energy_share(torch.tensor([[3.0, 4.0]]), 1) == pytest.approx(9 / 25)


@given(SEEDS, st.floats(-5, 5))
def test_a_constant_error_has_its_square_as_risk(seed: int, error: float) -> None:
    values = torch.from_numpy(numpy.random.default_rng(seed).standard_normal(6))
    test = WeightedSet(torch.ones(6, 1, dtype=torch.float64), values, torch.full_like(values, 1 / 6))
    assert excess_risk(values + error, test) == pytest.approx(error**2, abs=1e-12)


def test_more_directions_than_dimensions_is_an_error() -> None:
    with pytest.raises(LemmataError, match="at most d = 2"):
        energy_share(torch.ones(3, 2), 3)


def test_vectors_that_vanish_have_no_share() -> None:
    with pytest.raises(LemmataError, match="all vanish"):
        energy_share(torch.zeros(3, 2), 1)
