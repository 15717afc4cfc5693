"""Convex programs and their brackets: against known optima, linear programs, and certificates made bad on purpose."""

from __future__ import annotations

import itertools
import math
import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from lemmata import LemmataError
from lemmata.objects import DictionaryLaw
from theory.worst_class import (
    UNIT,
    Features,
    bracket,
    counts,
    inputs,
    monomials,
    random_cosines,
    random_truncated,
    signs,
    worst_loss,
)

HALF = Fraction(1, 2)
seeds = st.integers(0, 2**32 - 1)
chances = st.sampled_from([Fraction(1, 2), Fraction(1, 4), Fraction(1, 10), Fraction(1, 3)])


def hinge(features: Features, law: DictionaryLaw, weights: np.ndarray) -> float:
    """The loss by the definition, in floats."""
    vectors = inputs(features.bits)
    predictions = features.values / UNIT @ weights
    losses = np.maximum(0, 1 - law.labels_of(vectors) * predictions)
    return float(sum(float(law.probability(v.tolist())) * loss for v, loss in zip(vectors, losses, strict=True)))


# The bracket.


@pytest.mark.parametrize("background", [Fraction(1, 2), Fraction(1, 5)])
@pytest.mark.parametrize("uniform", [Fraction(1, 2), Fraction(1, 10)])
def test_one_class_relevant_bit_is_the_best_of_the_signs(uniform: Fraction, background: Fraction) -> None:
    found = worst_loss(signs(6), 3, uniform, background, 1)
    assert found.lower <= uniform <= found.upper
    assert found.width < Fraction(1, 10**7)


@pytest.mark.parametrize("relevant", [1, 3, 5])
@pytest.mark.parametrize("norm", [Fraction(1, 4), Fraction(1, 2), Fraction(3, 2)])
def test_parities_have_the_loss_that_their_norm_leaves(relevant: int, norm: Fraction) -> None:
    found = worst_loss(monomials(5, [relevant]), relevant, Fraction(1), HALF, norm**2)
    exact = max(1 - norm, Fraction(0))
    assert found.lower <= exact <= found.upper
    assert found.width < Fraction(1, 10**7)


def test_features_of_low_degree_leave_the_whole_part_without_structure() -> None:
    found = worst_loss(monomials(5, [0, 1, 2]), 3, Fraction(1, 3), HALF, 100)
    assert found.lower <= Fraction(1, 3) <= found.upper
    assert found.width < Fraction(1, 10**6)


@settings(max_examples=10, deadline=None)
@given(seeds, chances, chances, st.sampled_from([1, 3]))
def test_where_the_norm_does_not_bind_a_linear_program_agrees(
    seed: int, uniform: Fraction, background: Fraction, relevant: int
) -> None:
    features = random_cosines(4, 3, seed)
    found = worst_loss(features, relevant, uniform, background, 10**8)
    law = DictionaryLaw.structured(4, relevant, uniform, background)
    least = []
    for chosen in itertools.combinations(range(4), relevant):
        moved = replace(law, relevant=chosen)
        vectors = inputs(4)
        weights = np.array([float(moved.probability(v.tolist())) for v in vectors])
        signed = moved.labels_of(vectors)[:, None] * features.values / UNIT
        program = linprog(
            np.concatenate([np.zeros(3), weights]),
            A_ub=np.hstack([-signed, -np.eye(16)]),
            b_ub=-np.ones(16),
            bounds=[(None, None)] * 3 + [(0, None)] * 16,
        )
        least.append(program.fun)
    assert found.lower - Fraction(1, 10**6) <= max(least) <= found.upper + Fraction(1, 10**6)
    # The worst set from below too, not just any.
    assert found.width < Fraction(1, 10**4)


@settings(max_examples=50, deadline=None)
@given(seeds, chances, chances, st.sampled_from([Fraction(1, 4), Fraction(1), Fraction(4)]))
def test_both_ends_are_true_of_any_solution_however_bad(
    seed: int, uniform: Fraction, background: Fraction, norm_squared: Fraction
) -> None:
    draw = np.random.default_rng(seed)
    features = random_truncated(5, 4, seed)
    law = DictionaryLaw.structured(5, 3, uniform, background)
    weights = draw.standard_normal(4) * 10 ** draw.uniform(-3, 3)
    found = bracket(features, law, norm_squared, draw.uniform(-0.5, 1.5, 32), weights)
    assert 0 <= found.lower <= found.upper <= 1
    inside = weights * min(1, math.sqrt(norm_squared) / np.linalg.norm(weights)) * (1 - 1e-9)
    loss = hinge(features, law, inside)
    assert found.upper == pytest.approx(min(loss, 1), abs=1e-6)
    assert float(found.lower) <= loss + 1e-12


@settings(max_examples=25, deadline=None)
@given(seeds, st.integers(1, 4))
def test_the_upper_end_is_the_exact_loss_of_admissible_weights(seed: int, number: int) -> None:
    draw = np.random.default_rng(seed)
    features, law = random_cosines(3, number, seed), DictionaryLaw.structured(3, 3, HALF)
    weights = draw.integers(-3, 4, number) / 4
    norm_squared = Fraction(int(16 * weights @ weights) + 1, 16)
    upper = bracket(features, law, norm_squared, np.ones(8), weights).upper
    assert upper == pytest.approx(min(hinge(features, law, weights), 1), abs=1e-12)


# The features.


@given(st.integers(1, 6), st.integers(1, 5), seeds)
def test_features_are_bounded_and_one_row_an_input(bits: int, number: int, seed: int) -> None:
    for features in (random_cosines(bits, number, seed), random_truncated(bits, number, seed)):
        assert features.bits == bits
        assert features.number == number
        assert np.abs(features.values).max() <= UNIT
    assert signs(bits).number == bits
    assert counts(bits, 1).values.sum() == UNIT * (1 + bits)


@given(st.integers(2, 6), st.data())
def test_symmetric_features_are_permuted_by_permutations(bits: int, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(bits)))
    place = 2 ** np.arange(bits)[::-1]
    moved = inputs(bits)[:, order] @ place
    for features in (signs(bits), counts(bits, bits), monomials(bits, [0, 2])):
        assert features.symmetric
        columns = sorted(map(tuple, features.values[moved].T.tolist()))
        assert columns == sorted(map(tuple, features.values.T.tolist()))


def test_parities_are_products_of_signs() -> None:
    z = signs(4).values / UNIT
    assert (monomials(4, [4]).values[:, 0] == UNIT * z.prod(axis=1)).all()
    assert monomials(4, [0]).values.tolist() == [[UNIT]] * 16


# Bad input.


def test_bad_input_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def message(*arguments: object) -> str:
        with pytest.raises(LemmataError) as error:
            worst_loss(*arguments)  # type: ignore[arg-type]
        assert "\n" not in str(error.value)
        return str(error.value)

    assert "relevant" in message(signs(3), 4, HALF, HALF, 1)
    assert "uniform" in message(signs(3), 3, 2, HALF, 1) or "uniform" in message(signs(3), 3, Fraction(3, 2), HALF, 1)
    assert "norm_squared" in message(signs(3), 3, HALF, HALF, 0)
    assert "norm_squared" in message(signs(3), 3, HALF, HALF, 0.5)
    with pytest.raises(LemmataError, match="bits"):
        inputs(40)
    with pytest.raises(LemmataError, match="2\\^D rows"):
        Features(np.zeros((3, 1), dtype=np.int64))
    with pytest.raises(LemmataError, match="in \\[-1, 1\\]"):
        Features(np.full((4, 1), 2 * UNIT))
    with pytest.raises(LemmataError, match="expected integers"):
        Features(np.full((4, 1), math.nan))
    with pytest.raises(LemmataError, match="at least one"):
        Features(np.zeros((4, 0), dtype=np.int64))
    monkeypatch.setitem(sys.modules, "cvxpy", None)
    assert "pip install" in message(signs(3), 3, HALF, HALF, 1)


def test_a_solution_that_is_none_is_no_certificate() -> None:
    law, alpha, weights = DictionaryLaw.structured(3, 3, HALF), np.ones(8), np.zeros(3)
    with pytest.raises(LemmataError, match="law: expected one of 4 bits"):
        bracket(signs(4), law, 1, alpha, weights)
    with pytest.raises(LemmataError, match="norm_squared"):
        bracket(signs(3), law, -1, alpha, weights)
    with pytest.raises(LemmataError, match="alpha: expected 8 finite numbers"):
        bracket(signs(3), law, 1, np.ones(1), weights)
    with pytest.raises(LemmataError, match="weights: expected 3 finite numbers"):
        bracket(signs(3), law, 1, alpha, np.full(3, math.nan))
