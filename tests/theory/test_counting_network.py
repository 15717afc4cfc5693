"""Networks of the count: exact at every count, for every function of it and every offset, within the bounds that they promise."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata import LemmataError
from lemmata.objects import DictionaryLaw
from lemmata.strategies import dictionary_laws, seeds
from theory.counting_network import SCALE, CountingNetwork, counting_network, representing

PRINTED_MARGIN = Fraction(1, 8)
"""1/(32k) times 4k."""


def offsets(k: int) -> Iterator[Fraction]:
    """Offsets at and around everything that the construction distinguishes: all of it is monotone in between."""
    for count, step in itertools.product(range(k + 1), (-2, -1, 0, 1, 2, 8)):
        u = count + Fraction(step, 16)
        if 0 <= u <= k:
            yield u


def units(k: int) -> list[list[int]]:
    return [[int(i == count) for i in range(k + 1)] for count in range(k + 1)]


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[Fraction], Fraction, CountingNetwork]:
    """The values asked for, the margin, and the network."""
    k = draw(st.integers(1, 9))
    values = draw(st.lists(st.fractions(-1, 1, max_denominator=9), min_size=k + 1, max_size=k + 1))
    offset = draw(st.fractions(0, k, max_denominator=64))
    margin = draw(st.fractions(0, Fraction(1, 2), max_denominator=32))
    first = draw(st.fractions(margin, 1, max_denominator=64).filter(lambda first: first > margin))
    more = draw(st.integers(0, 2 * k + 2))
    return values, margin, counting_network(values, offset, margin, first, neurons=k + 1 + more)


@settings(max_examples=60)
@given(networks())
def test_exact_at_every_count_and_away_from_the_offset(
    drawn: tuple[list[Fraction], Fraction, CountingNetwork],
) -> None:
    values, margin, network = drawn
    assert [network(count) for count in range(len(values))] == values
    assert min(abs(bias) for bias in network.biases) >= margin / (SCALE * network.relevant)
    assert max(max(network.arguments(count)) for count in range(len(values))) <= 1


@pytest.mark.parametrize("k", range(1, 10))
def test_every_label_function_and_every_offset(k: int) -> None:
    """Kinks do not depend on the labels, so outputs and jumps are linear in them: one label at a time is enough for all P."""
    for u in offsets(k):
        parts = [counting_network(unit, u) for unit in units(k)]
        arguments = [parts[0].arguments(count) for count in range(k + 1)]
        assert all(part.biases == parts[0].biases for part in parts)
        assert all(abs(z) <= Fraction(k + 1, 4 * k) <= 1 for at_count in arguments for z in at_count)
        for part, unit in zip(parts, units(k), strict=True):
            # Arguments up to 1 are not truncated; most of a unit's jumps are zero.
            used = [(i, weight) for i, weight in enumerate(part.output_weights) if weight]
            outputs = [sum((weight * max(z[i], Fraction(0)) for i, weight in used), Fraction(0)) for z in arguments]
            assert outputs == unit
        worst = [sum(abs(part.output_weights[i]) for part in parts) for i in range(k + 1)]
        assert max(worst) <= Fraction(128 * k, 7) <= 32 * k
        assert all(Fraction(1, 32 * k) <= abs(bias) <= Fraction(1, 2) for bias in parts[0].biases)


@pytest.mark.parametrize("k", range(1, 5))
def test_all_labels_one_by_one_with_the_printed_number_of_neurons(k: int) -> None:
    for labels, u in itertools.product(itertools.product((-1, 1), repeat=k + 1), offsets(k)):
        few = counting_network(labels, u)
        assert tuple(few(count) for count in range(k + 1)) == labels
        network = few.spread(3 * (k + 1))
        assert len(network.kinks) == 3 * (k + 1)
        assert max(map(abs, network.output_weights)) <= Fraction(16 * k, 3)
        assert min(map(abs, network.biases)) >= Fraction(1, 32 * k)


@pytest.mark.parametrize("k", range(1, 8))
def test_a_first_kink_close_to_zero_keeps_biases_and_arguments_below_a_third(k: int) -> None:
    for u in offsets(k):
        parts = [counting_network(unit, u, first=Fraction(1, 3)) for unit in units(k)]
        assert max(sum(abs(part.output_weights[i]) for part in parts) for i in range(k + 1)) <= 32 * k
        assert max(map(abs, parts[0].biases)) <= Fraction(1, 3)
        assert max(abs(z) for c in range(k + 1) for z in parts[0].arguments(c)) <= Fraction(1, 3)


@pytest.mark.parametrize("k", [2, 3, 6])
def test_the_widest_margin_has_the_printed_output_weights(k: int) -> None:
    half = Fraction(1, 2)
    worst: list[Fraction] = []
    for u in offsets(k):
        parts = [counting_network(unit, u, margin=half) for unit in units(k)]
        assert min(abs(bias) for bias in parts[0].biases) >= Fraction(1, 8 * k)
        worst += [sum((abs(part.output_weights[i]) for part in parts), Fraction(0)) for i in range(k + 1)]
    assert max(worst) == 32 * k


@given(dictionary_laws(dimension=(1, 12), bits=(1, 12), relevant=(1, 7)), seeds())
def test_represents_the_labels_of_laws_through_their_inputs(law: DictionaryLaw, seed: int) -> None:
    """The whole network in floating point: the printed weights, normalised inputs, the truncated ReLU."""
    k = len(law.relevant)
    network = representing(law, neurons=3 * (k + 1))
    inputs, labels = law.sample(np.random.default_rng(seed), 50)
    indicator = np.zeros((1, law.bits))
    indicator[0, list(law.relevant)] = 1
    weights = math.sqrt(law.total_variance) / (4 * k) * law.dictionary.embed(indicator)[0]
    active = np.clip((inputs @ weights)[:, None] + np.array(network.biases, dtype=float), 0, 1)
    outputs = active @ np.array(network.output_weights, dtype=float)
    np.testing.assert_allclose(outputs, labels, atol=1e-9)


def test_assumptions_of_the_paper_are_not_needed() -> None:
    """Labels that are all alike, and an expected count at the ends of its range."""
    for k, u in itertools.product((1, 4), (0, 1)):
        network = counting_network([1] * (k + 1), u * k)
        assert all(network(count) == 1 for count in range(k + 1))


@pytest.mark.parametrize("u", [Fraction(15, 16), Fraction(1), Fraction(17, 16)])
def test_a_kink_is_moved_no_farther_than_the_margin_asks(u: Fraction) -> None:
    kinks = counting_network([-1, 1, -1, 1], u).kinks
    assert min(abs(kink - u) for kink in kinks) == PRINTED_MARGIN
    assert abs(kinks[2] - 1) == PRINTED_MARGIN - abs(u - 1)


def test_sharing_out_takes_the_largest_first() -> None:
    network = counting_network([1, -1], offset=Fraction(1, 2))
    assert list(network.jumps) == [1, -3]
    assert list(network.spread(4).jumps) == [1, -1, -1, -1]
    assert network.spread(2) == network


@pytest.mark.parametrize(
    ("values", "offset", "more", "message"),
    [
        ([1], 0, {}, "values: expected two or more, for the counts 0, ..., k with k >= 1, got 1"),
        ([1, math.nan], 0, {}, r"values\[1\]: expected a finite number"),
        ([1, -1], 2, {}, "offset: expected the mean of a count, from 0 to 1, got 2"),
        ([1, -1], Fraction(-1, 2), {}, "offset: expected the mean of a count, from 0 to 1, got -1/2"),
        ([1, -1], 0, {"margin": Fraction(3, 4)}, "margin: expected a number from 0 to 1/2, got 3/4"),
        (
            [1, -1],
            0,
            {"first": Fraction(1, 8)},
            "first: expected a number above the margin, 1/8, and at most 1, got 1/8",
        ),
        ([1, -1], 0, {"neurons": 1}, "neurons: expected an integer that is at least 2, got 1"),
    ],
)
def test_bad_input_is_named_in_one_line(
    values: list[float], offset: Fraction, more: dict[str, object], message: str
) -> None:
    with pytest.raises(LemmataError, match=message) as raised:
        counting_network(values, offset, **more)  # type: ignore[arg-type]
    assert "\n" not in str(raised.value)
