"""Networks and their draws: the symmetric start is zero exactly, frames are orthonormal."""

from __future__ import annotations

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from empirics.networks import (
    TwoLayer,
    gaussian_neurons,
    half_width,
    orthonormal_frames,
    random_signs,
    symmetric,
    unit_neurons,
)
from lemmata.errors import LemmataError

SEEDS = st.integers(0, 2**32 - 1)


def generator(seed: int = 0) -> numpy.random.Generator:
    return numpy.random.default_rng(seed)


@given(SEEDS, st.integers(1, 12), st.integers(1, 6), st.integers(1, 9))
def test_symmetric_start_is_zero_exactly(seed: int, half: int, d: int, n: int) -> None:
    # Whole numbers: floating-point sums are exact, so that zero means zero and not rounding.
    draw = generator(seed)
    neurons = torch.from_numpy(draw.integers(-9, 10, (half, d)).astype(float))
    x = torch.from_numpy(draw.integers(-9, 10, (n, d)).astype(float))
    assert torch.equal(symmetric(random_signs(draw, half), neurons)(x), torch.zeros(n, dtype=torch.float64))


@given(SEEDS, st.integers(1, 12), st.integers(1, 6))
def test_symmetric_start_pairs_first_with_last(seed: int, half: int, d: int) -> None:
    start = symmetric(random_signs(generator(seed), half), gaussian_neurons(generator(seed), half, d))
    assert torch.equal(start.a, -start.a.flip(0))
    assert torch.equal(start.w, start.w.flip(0))
    assert set(start.a.tolist()) <= {-1.0, 1.0}
    assert not start.b.any()


@given(SEEDS, st.integers(1, 12), st.integers(1, 6))
def test_frames_are_orthonormal(seed: int, m: int, d: int) -> None:
    w = orthonormal_frames(generator(seed), m, d)
    assert w.shape == (m, d)
    for frame in w.split(d):  # type: ignore[no-untyped-call]
        torch.testing.assert_close(frame @ frame.T, torch.eye(len(frame), dtype=w.dtype))


@given(SEEDS, st.integers(1, 5), st.integers(1, 5))
def test_full_frames_take_every_quadratic_form_to_its_trace(seed: int, frames: int, d: int) -> None:
    w = orthonormal_frames(generator(seed), frames * d, d)
    form = torch.from_numpy(generator(seed + 1).standard_normal((d, d)))
    torch.testing.assert_close(((w @ form) * w).sum(), frames * form.trace(), rtol=1e-10, atol=1e-10)


def test_frames_in_one_dimension_take_both_signs() -> None:
    # Without the correction of signs, QR of a 1 x 1 matrix always gives the same one.
    assert set(orthonormal_frames(generator(), 32, 1).flatten().tolist()) == {-1.0, 1.0}


@given(SEEDS, st.integers(1, 12), st.integers(1, 6))
def test_unit_neurons_are_the_gaussian_ones_rescaled(seed: int, m: int, d: int) -> None:
    unit, plain = unit_neurons(generator(seed), m, d), gaussian_neurons(generator(seed), m, d)
    torch.testing.assert_close(unit.square().sum(dim=1), torch.ones(m, dtype=unit.dtype))
    torch.testing.assert_close(unit * plain.norm(dim=1, keepdim=True), plain)


@pytest.mark.parametrize("m", [1, 3, 101])
def test_an_odd_width_is_an_error(m: int) -> None:
    with pytest.raises(LemmataError, match=r"even width|at least 2"):
        half_width(m)


@pytest.mark.parametrize("m", [0, -2])
def test_no_neurons_are_an_error(m: int) -> None:
    with pytest.raises(LemmataError, match="m: expected an integer"):
        half_width(m)
    with pytest.raises(LemmataError, match="m: expected an integer"):
        orthonormal_frames(generator(), m, 3)


def test_shapes_that_do_not_fit_are_an_error() -> None:
    with pytest.raises(LemmataError, match="head: expected a vector of 2 entries"):
        TwoLayer(torch.ones(3), torch.ones(2, 4), torch.ones(2))
    with pytest.raises(LemmataError, match="inputs: expected 4 columns"):
        TwoLayer(torch.ones(2), torch.ones(2, 4), torch.ones(2))(torch.ones(5, 3))
