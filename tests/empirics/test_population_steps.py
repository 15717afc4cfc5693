"""The population steps' experiments: their neurons, their components, and the mask."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empirics.population_steps import (
    _orthogonal_blocks,
    first_step,
    masked_second_step,
    parity_law,
    second_step,
    stratified_normals,
)
from lemmata.errors import LemmataError
from lemmata.seeding import Draws

FIRST = {"D": 20, "k": 3, "background": 0.5, "m": 6}
MASKED = {"D": 8, "k": 3, "m": 10, "step": 1.0}


def test_stratified_normals_are_normal_and_spread_evenly() -> None:
    values = np.array([stratified_normals(Draws(str(seed)), "b", 20) for seed in range(300)])
    assert abs(values[:, 0].mean()) < 4 / np.sqrt(300)
    assert abs(values[:, 0].std() - 1) < 0.2
    assert np.all(np.abs(values.mean(axis=1)) < 0.2)
    assert np.all((np.sort(values, axis=1) > 0).sum(axis=1) == 10)


def test_class_weights_are_orthogonal_in_blocks_and_normal_alone() -> None:
    rows = np.array([_orthogonal_blocks(Draws(str(seed)), 6, 3) for seed in range(400)])
    inner = np.einsum("sik,sjk->sij", rows[:, :3], rows[:, :3])
    assert np.allclose(inner - np.einsum("sii->si", inner)[..., None] * np.eye(3), 0, atol=1e-12)
    totals = rows.sum(axis=2)
    assert abs(totals.mean()) < 5 * np.sqrt(3 / totals.size)
    assert totals.var() == pytest.approx(3, rel=0.15)
    assert (rows[:, 0, 0] ** 4).mean() == pytest.approx(3, rel=0.5)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_the_same_cell_gives_the_same_numbers(replicate: int) -> None:
    assert first_step.run(FIRST, replicate, 0) == first_step.run(FIRST, replicate, 0)


def test_the_share_is_that_of_the_sizes() -> None:
    found = first_step.run(FIRST, 0, 0)
    assert found["share"] == pytest.approx(found["background"] / found["relevant"] * np.sqrt(17 / 3))


def test_improvement_is_quadratic_in_a_small_step() -> None:
    cell = {"D": 30, "k": 5, "background": 0.5, "m": 4}
    one, half = (second_step.run({**cell, "kappa": kappa}, 3, 0)["improvement"] for kappa in (0.001, 0.0005))
    assert one == pytest.approx(half, rel=0.02)


@settings(max_examples=10, deadline=None)
@given(st.sampled_from([1, 3, 5]), st.integers(1, 8), st.integers(0, 1000))
def test_nothing_is_masked_at_the_unit_step(k: int, m: int, replicate: int) -> None:
    found = masked_second_step.run({**MASKED, "k": k, "m": m}, replicate, 0)
    assert found["largest"] <= 1
    assert found["masked"] == 0


def test_a_large_step_masks_the_inputs_whose_class_bits_agree_and_turns_the_second_one_around() -> None:
    found = masked_second_step.run({"D": 12, "k": 3, "m": 50, "step": 100.0}, 1, 0)
    assert found["largest"] > 1
    assert found["masked"] == pytest.approx(0.625)
    assert found["first"] > 0.99
    assert found["second"] < -0.99


@pytest.mark.parametrize(
    ("experiment", "design", "words"),
    [
        (first_step, {**FIRST, "m": 7}, "multiple of k"),
        (masked_second_step, {**MASKED, "D": 15}, "at most 14"),
        (first_step, {**FIRST, "k": 21, "m": 21}, "relevant"),
        (second_step, {"D": 10, "k": 3, "background": 1.5, "kappa": 1.0, "m": 2}, "background"),
    ],
)
def test_bad_designs_are_named(experiment: object, design: dict, words: str) -> None:
    with pytest.raises(LemmataError, match=words):
        experiment.run(design, 0, 0)


def test_the_law_takes_floats_for_what_they_are() -> None:
    law = parity_law(5, 3, 0.125, 0.5)
    assert (law.background, law.signal) == (0.125, 0.25)
