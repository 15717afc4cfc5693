"""The population steps' experiments: their neurons, their components, and the mask."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from empirics.population_steps import (
    _orthogonal_blocks,
    first_step,
    masked_second_step,
    parity_law,
    second_step,
    stratified_normals,
)
from lemmata.errors import LemmataError
from lemmata.objects import DictionaryLaw
from lemmata.seeding import Draws
from theory.dictionary_gradient import gradient_components, second_step_start

FIRST = {"D": 20, "k": 3, "background": 0.5, "m": 6}
SECOND = {"D": 10, "k": 3, "background": 0.5, "kappa": 1.0, "m": 2}
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


def test_the_first_step_measures_the_components_of_its_neurons() -> None:
    draws = Draws("first")
    found = first_step.__wrapped__(draws, **FIRST)
    law = DictionaryLaw.structured(20, 3, Fraction(1, 2))
    q = draws["weights"].standard_normal((6, 20)) / 3
    q[:, :3] = _orthogonal_blocks(draws, 6, 3) / 3
    exact = gradient_components(law, q, stratified_normals(draws, "biases", 6) / 9, 1 / 6).values
    assert found["relevant"] == pytest.approx(math.sqrt(np.mean(exact[:, :3] ** 2)))
    assert found["background"] == pytest.approx(math.sqrt(np.mean(exact[:, 3:] ** 2)))


@pytest.mark.parametrize("step", [1.0, 100.0])
def test_the_masked_step_against_one_neuron_at_a_time(step: float) -> None:
    """Each of the 2m neurons by itself, its first step by the formulas of the exact components."""
    draws, k, bits, m = Draws("masked"), 3, 6, 4
    found = masked_second_step.__wrapped__(draws, D=bits, k=k, m=m, step=step)
    law = DictionaryLaw.structured(bits, k, Fraction(1, 2))
    every = np.array(list(itertools.product((0, 1), repeat=bits)))
    phi, y = law.inputs_of(every), law.labels_of(every)
    chances = np.array([float(law.probability(row)) for row in every])
    a = draws["outputs"].standard_normal(m) * (bits / 4) / 0.25 / k**2
    w, b = draws["weights"].standard_normal((m, bits)) / k, draws["biases"].standard_normal(m) / k**2
    eta = step / (m + 2 * (a**2).sum())
    moved, answers = [], np.zeros(len(phi))
    for weight, bias, output in [*zip(w, b, a, strict=True), *zip(w, b, -a, strict=True)]:
        start = second_step_start(law, weight, bias, 0.5 / k, eta * output)
        active = smoothed_relu(phi @ weight + bias, 0.5 / k)
        head = output + eta * float(chances @ (y * active))
        moved.append(phi @ start[0].ravel() + float(start[1].item()))
        answers += head * smoothed_relu(moved[-1], k**-1.5)
    kept = chances * y * (y * answers <= 1)
    second = [phi.T @ (kept * (ndtr((1 - u) * k**1.5) - ndtr(-u * k**1.5))) for u in moved]
    cosines = [t[:k].sum() / math.sqrt(k) / np.linalg.norm(t) for t in second]
    assert found["largest"] == pytest.approx(np.abs(answers).max(), rel=1e-9)
    assert found["masked"] == pytest.approx(chances[y * answers > 1].sum())
    assert found["second"] == pytest.approx(np.mean(cosines))


def smoothed_relu(u: np.ndarray, noise: float) -> np.ndarray:
    """E min(1, max(0, u + xi)), as the integral of Pr[u + xi > t] over t in [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    return ndtr((u[:, None] - (nodes + 1) / 2) / noise) @ weights / 2


@pytest.mark.parametrize(
    ("experiment", "design", "words"),
    [
        (first_step, {**FIRST, "m": 7}, "multiple of k"),
        (masked_second_step, {**MASKED, "D": 15}, "at most 14"),
        (first_step, {**FIRST, "m": 0}, "m: expected"),
        (first_step, {**FIRST, "k": 21, "m": 21}, "at most D = 20"),
        (first_step, {**FIRST, "k": 4, "m": 8}, "odd"),
        (first_step, {**FIRST, "noise": 0.0}, "noise"),
        (second_step, {**SECOND, "background": 1.5}, "p_o"),
        (second_step, {**SECOND, "kappa": 0.0}, "kappa"),
        (second_step, {**SECOND, "m": 0}, "m: expected"),
        (masked_second_step, {**MASKED, "m": 0}, "m: expected"),
        (masked_second_step, {**MASKED, "step": 0.0}, "step"),
        (masked_second_step, {**MASKED, "noise": 0.0}, "noise"),
        (masked_second_step, {**MASKED, "uniform": 1.0}, "A1"),
    ],
)
def test_bad_designs_are_named(experiment: object, design: dict, words: str) -> None:
    with pytest.raises(LemmataError, match=words):
        experiment.run(design, 0, 0)


def test_the_law_takes_floats_for_what_they_are() -> None:
    law = parity_law(5, 3, 0.125, 0.5)
    assert (law.background, law.signal) == (0.125, 0.25)
