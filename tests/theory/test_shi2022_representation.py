"""Lemma 4 of shi2022 by other routes: linear programs with exact certificates, searches over kinks, and drawn laws."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from sympy import Basic, Rational, Symbol

from lemmata.claims import Claim
from lemmata.judge import examine
from lemmata.objects import DictionaryLaw, Frame
from lemmata.verdicts import Status
from theory.counting_network import CountingNetwork, counting_network
from theory.dictionary import breaches
from theory.papers.shi2022 import representation as lemma
from theory.papers.shi2022.paper import k as size

Floats = np.ndarray[Any, np.dtype[np.float64]]


def at(formula: Basic, **values: Any) -> Fraction:
    names = {symbol.name: symbol for symbol in formula.free_symbols if isinstance(symbol, Symbol)}
    found = formula.doit().subs({names[name]: Rational(value) for name, value in values.items() if name in names})
    return Fraction(int(found.p), int(found.q))


def bound(claim: Claim, **values: Any) -> Fraction:
    return at(claim.upheld.formulas()["bound"], **values)


def parity(k: int) -> list[int]:
    return [(-1) ** count for count in range(k + 1)]


def rises(kinks: Sequence[Fraction], counts: int) -> list[list[Fraction]]:
    """max(c - t, 0) by counts and kinks."""
    return [[max(count - kink, Fraction(0)) for kink in kinks] for count in range(counts)]


# The number of neurons: sign changes of the outputs.


@settings(max_examples=60)
@given(st.data(), st.integers(1, 6))
def test_outputs_change_their_sign_less_often_than_there_are_neurons(data: st.DataObject, neurons: int) -> None:
    """The kernel max(c - t, 0) is totally positive, so that parity, with k changes of sign, takes k + 1 neurons."""
    kinks = sorted(
        data.draw(st.lists(st.fractions(-3, 8, max_denominator=8), min_size=neurons, max_size=neurons, unique=True))
    )
    jumps = data.draw(st.lists(st.integers(-9, 9), min_size=neurons, max_size=neurons))
    outputs = [sum((r * j for r, j in zip(row, jumps, strict=True)), Fraction(0)) for row in rises(kinks, 9)]
    signs = [output > 0 for output in outputs if output != 0]
    assert sum(a != b for a, b in itertools.pairwise(signs)) <= neurons - 1


@settings(max_examples=60)
@given(st.data(), st.integers(1, 4))
def test_minors_are_not_negative(data: st.DataObject, order: int) -> None:
    kinks = data.draw(st.lists(st.fractions(-3, 8, max_denominator=8), min_size=order, max_size=order, unique=True))
    rows = data.draw(st.lists(st.integers(0, 8), min_size=order, max_size=order, unique=True))
    matrix = rises(sorted(kinks), 9)
    assert determinant([matrix[row] for row in sorted(rows)]) >= 0


def determinant(matrix: list[list[Fraction]]) -> Fraction:
    if not matrix:
        return Fraction(1)
    minors = ([row[:j] + row[j + 1 :] for row in matrix[1:]] for j in range(len(matrix)))
    return sum(((-1) ** j * matrix[0][j] * determinant(minor) for j, minor in enumerate(minors)), Fraction(0))


def test_where_the_truncation_is_met_fewer_neurons_can_do() -> None:
    """Parity with k = 3 by three neurons, whose arguments go beyond the printed 1."""
    network = CountingNetwork(
        3, Fraction(3, 2), (Fraction(-11), Fraction(-49, 5), Fraction(-4, 3)), (Fraction(-4), Fraction(5), Fraction(-3))
    )
    assert network.output_weights == (-48, 60, -36)
    assert [network(count) for count in range(4)] == parity(3)
    assert len(network.kinks) < at(lemma.lemma_4_fewest_neurons.upheld.formulas()["right"], k=3)
    assert max(network.arguments(3)) > 1


# The sum of the output weights: a linear program, and its dual as a certificate in rationals.


def candidates(k: int, reach: Fraction, offset: Fraction, margin: Fraction) -> list[Fraction]:
    """Kinks every 1/8 from -L to k that keep the margin, with its ends and that of the reach.

    Some solution of least total weight has its kinks at counts and at these ends, as its dual function is linear elsewhere.
    """
    steps = (Fraction(step, 8) for step in range(int(-8 * reach), 8 * k + 1))
    kinks = {*steps, -reach, offset - margin, offset + margin}
    return sorted(kink for kink in kinks if -reach <= kink <= k and abs(kink - offset) >= margin)


def least_total(labels: Sequence[int], kinks: list[Fraction]) -> tuple[float, Floats]:
    """The least sum of |jumps| for given labels, and the dual solution, one number a count."""
    matrix = np.array(rises(kinks, len(labels)), dtype=float)
    solved = linprog(np.ones(2 * len(kinks)), A_eq=np.hstack([matrix, -matrix]), b_eq=labels, method="highs")
    assert solved.status == 0
    return float(solved.fun), np.asarray(solved.eqlin.marginals)


def certified_total(labels: Sequence[int], kinks: list[Fraction], dual: Floats) -> Fraction:
    """What the dual solution, rounded to rationals and scaled to be feasible, shows exactly."""
    rounded = [Fraction(float(value)).limit_denominator(10_000) for value in dual]
    columns = zip(*rises(kinks, len(labels)), strict=True)
    largest: Fraction = max(
        abs(sum((d * r for d, r in zip(rounded, column, strict=True)), Fraction(0))) for column in columns
    )
    pairing: Fraction = sum((d * label for d, label in zip(rounded, labels, strict=True)), Fraction(0))
    return pairing / largest


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_least_total_weight_by_linear_programming(k: int) -> None:
    for offset in (Fraction(0), Fraction(1, 2), Fraction(k)):
        kinks = candidates(k, 2 * k - offset, offset, Fraction(0))
        value, dual = least_total(parity(k), kinks)
        printed = bound(lemma.lemma_4_total_weight, k=k, L=2 * k - offset)
        assert 4 * k * value == pytest.approx(float(printed), abs=1e-7)
        assert 4 * k * certified_total(parity(k), kinks, dual) == printed


def test_no_labels_need_more_in_total_than_parity() -> None:
    k, offset = 3, Fraction(1, 2)
    kinks = candidates(k, 2 * k - offset, offset, Fraction(0))
    totals = [least_total(labels, kinks)[0] for labels in itertools.product((-1, 1), repeat=k + 1)]
    assert 4 * k * max(totals) == pytest.approx(float(bound(lemma.lemma_4_total_weight, k=k, L=2 * k - offset)))


def test_a_margin_around_an_integer_costs_eight_sevenths_in_total() -> None:
    """At the printed margin; the mean over 3(k + 1) neurons stays below what the claim says to suffice."""
    k, offset, margin = 4, Fraction(2), Fraction(1, 8)
    kinks = candidates(k, 2 * k - offset, offset, margin)
    value, dual = least_total(parity(k), kinks)
    extra = 4 * k * 8 * margin / (1 - margin)
    expected = bound(lemma.lemma_4_total_weight, k=k, L=2 * k - offset) + extra
    assert 4 * k * certified_total(parity(k), kinks, dual) == expected
    assert 4 * k * value == pytest.approx(float(expected))
    assert expected / (3 * (k + 1)) <= bound(lemma.lemma_4_least_weights, k=k)


# The largest output weight of k + 1 neurons: all kinks of a grid.


@pytest.mark.parametrize("margin", [Fraction(0), Fraction(1, 8), Fraction(1, 4), Fraction(1, 2)])
def test_largest_output_weight_over_all_kinks_of_a_grid(margin: Fraction) -> None:
    """k = 2, u = 1, parity: the first kink from -3 on, three of them."""
    k, offset = 2, 1
    grid = [Fraction(step, 8) for step in range(-24, 16) if abs(Fraction(step, 8) - offset) >= margin]
    kinks = np.array(list(itertools.combinations(map(float, grid), k + 1)))
    matrices = np.maximum(np.arange(k + 1)[None, :, None] - kinks[:, None, :], 0)
    regular = np.abs(np.linalg.det(matrices)) > 1e-9
    labels = np.broadcast_to(np.array(parity(k), dtype=float)[:, None], (int(regular.sum()), k + 1, 1))
    jumps = np.linalg.solve(matrices[regular], labels)[..., 0]
    least = float(np.abs(jumps).max(axis=1).min())
    assert 4 * k * least == pytest.approx(float(bound(lemma.lemma_4_trade_off, k=k, **{r"\delta": margin})))


def test_trade_off_is_reached_by_the_constructed_network() -> None:
    for k, margin in itertools.product((2, 3, 5), (Fraction(0), Fraction(1, 8), Fraction(1, 3), Fraction(1, 2))):
        network = counting_network(parity(k), k // 2, margin)
        largest = max(map(abs, network.output_weights))
        assert largest == bound(lemma.lemma_4_trade_off, k=k, **{r"\delta": margin})


def test_no_margin_of_one() -> None:
    """Parity at u = 1: with every kink at least 1 away no output weights will do, as the linear program finds."""
    kinks = candidates(3, Fraction(5), Fraction(1), Fraction(1))
    matrix = np.array(rises(kinks, 4), dtype=float)
    solved = linprog(
        np.zeros(len(kinks)), A_eq=matrix, b_eq=parity(3), bounds=[(None, None)] * len(kinks), method="highs"
    )
    assert solved.status == 2  # infeasible
    assert bound(lemma.lemma_4_largest_margin, k=3) < Fraction(1, 4 * 3)


def test_no_constant_below_sixteen_thirds() -> None:
    """Parity with 3(k + 1) neurons: the mean of |a| over k comes as close to 16/3 as one likes."""
    for k in (10, 100, 10_000):
        mean = bound(lemma.lemma_4_total_weight, k=k, L=2 * k) / bound(lemma.lemma_4_neurons, k=k)
        assert (
            Fraction(16, 3) - Fraction(8, k) < mean / k < bound(lemma.lemma_4_least_weights, k=k) / k == Fraction(16, 3)
        )


# Laws.


def law_of(counts: Sequence[Fraction], positive: Sequence[int]) -> DictionaryLaw:
    k = len(counts) - 1
    return DictionaryLaw(Frame(k, k), tuple(range(k)), tuple(positive), tuple(counts))


@settings(max_examples=60)
@given(st.data(), st.integers(1, 6))
def test_offsets_of_balanced_laws(data: st.DataObject, k: int) -> None:
    positive = sorted(data.draw(st.sets(st.integers(0, k), min_size=1, max_size=k)))
    weights = data.draw(st.lists(st.integers(0, 5), min_size=k + 1, max_size=k + 1))
    inside = sum(weights[count] for count in positive)
    outside = sum(weights) - inside
    assume(inside and outside)
    chances = [Fraction(w, 2 * (inside if count in positive else outside)) for count, w in enumerate(weights)]
    mean = sum((count * chance for count, chance in enumerate(chances)), Fraction(0))
    assert min(mean, k - mean) >= bound(lemma.lemma_4_offset)


def test_worst_offsets_belong_to_laws_that_the_paper_allows() -> None:
    """u = 1 (with k = 3, parity), where the least output weights are attained, and u = k - 1/2."""
    half, quarter = Fraction(1, 2), Fraction(1, 4)
    for counts, positive, offset in (
        ([3 * quarter / 2, 3 * quarter / 2, Fraction(1, 8), Fraction(1, 8)], (1, 3), Fraction(1)),
        ([Fraction(0), Fraction(0), half, half], (1, 3), Fraction(5, 2)),
    ):
        law = law_of(counts, positive)
        assert breaches(law) == ()
        assert sum(law.bit_means) == offset


# The statements themselves.


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_printed_bounds_hold_together(k: int) -> None:
    """One network for all of them, for every label function."""
    for labels in itertools.product((-1, 1), repeat=k + 1):
        for offset in (Fraction(0), Fraction(1, 9), Fraction(1, 2), Fraction(15, 16), Fraction(k)):
            network = counting_network(labels, offset, neurons=int(bound(lemma.lemma_4_neurons, k=k)))
            assert max(map(abs, network.output_weights)) <= bound(lemma.lemma_4_output_weights, k=k)
            assert min(map(abs, network.biases)) >= bound(lemma.lemma_4_biases, k=k)
            assert max(map(abs, network.biases)) <= bound(lemma.lemma_4_largest_bias, k=k)
            arguments = [z for count in range(k + 1) for z in network.arguments(count)]
            assert max(map(abs, arguments)) <= bound(lemma.lemma_4_argument, k=k)


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        (lemma.lemma_4_output_weights, 5 * size),
        (lemma.lemma_4_biases, 1 / (4 * size - 1)),
        (lemma.lemma_4_largest_bias, Rational(6, 25)),
        (lemma.lemma_4_argument, Rational(6, 25)),
        (lemma.lemma_4_neurons, size),
    ],
)
def test_bounds_that_are_too_strong_are_refuted(claim: Claim, wrong: Basic) -> None:
    found = examine(claim, claim.upheld.with_formula("bound", wrong), None)  # type: ignore[arg-type]
    assert found.status is Status.FAILS
