"""Votes of parities by another route: generating functions, orthogonality, linear programs over all hypotheses, single labels."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.optimize
import sympy
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import LemmataError
from theory.parities import (
    MOST_BITS,
    EnumeratedLeastMeanError,
    EnumeratedVoteError,
    MeanAbsoluteElementary,
    enumerated_least_mean_error,
    enumerated_vote_error,
    krawtchouk,
    mean_absolute_elementary,
    mean_label,
    symmetric_error,
    vote_error,
)

sizes = st.integers(1, 7).flatmap(lambda bits: st.tuples(st.just(bits), st.integers(1, bits)))


def cube(bits: int) -> np.ndarray:
    return np.array(list(itertools.product((0, 1), repeat=bits)), dtype=np.int64)


@settings(max_examples=40)
@given(st.integers(0, 12), st.data())
def test_krawtchouk_numbers_are_coefficients(bits: int, data: st.DataObject) -> None:
    # e_k is the coefficient of t^k in (1 - t)^s (1 + t)^(D - s).
    negative = data.draw(st.integers(0, bits))
    t = sympy.Symbol("t")
    polynomial = sympy.Poly(sympy.expand((1 - t) ** negative * (1 + t) ** (bits - negative)), t)
    for order in range(bits + 3):
        assert krawtchouk(order, negative, bits) == polynomial.coeff_monomial(t**order)


@given(st.integers(0, 30), st.data())
def test_krawtchouk_numbers_are_orthogonal(bits: int, data: st.DataObject) -> None:
    one, other = (data.draw(st.integers(0, bits)) for _ in range(2))
    product = sum(math.comb(bits, s) * krawtchouk(one, s, bits) * krawtchouk(other, s, bits) for s in range(bits + 1))
    assert product == (2**bits * math.comb(bits, one) if one == other else 0)


@given(sizes)
def test_the_vote_has_its_error_and_none_has_less(case: tuple[int, int]) -> None:
    assert vote_error(*case) == enumerated_vote_error(*case) == enumerated_least_mean_error(*case)


@pytest.mark.parametrize(("bits", "size"), [(2, 1), (3, 1), (3, 2), (4, 2), (5, 3)])
def test_the_vote_solves_the_linear_program_over_all_hypotheses(bits: int, size: int) -> None:
    signs = 2 * cube(bits) - 1
    parities = np.array([signs[:, chosen].prod(axis=1) for chosen in itertools.combinations(range(bits), size)])
    # Largest t with E[h parity] >= t for every set; the last variable is t.
    constraints = np.hstack([-parities / 2**bits, np.ones((len(parities), 1))])
    cost = np.append(np.zeros(2**bits), -1)
    limits = [(-1, 1)] * 2**bits + [(None, None)]
    best = scipy.optimize.linprog(cost, constraints, np.zeros(len(parities)), bounds=limits)
    assert (1 + best.fun) / 2 == pytest.approx(float(vote_error(bits, size)), abs=1e-9)


@given(st.integers(1, 40).flatmap(lambda bits: st.tuples(st.just(bits), st.integers(1, bits))))
def test_size_of_the_mean_absolute_value(case: tuple[int, int]) -> None:
    bits, size = case
    mean, sets = mean_absolute_elementary(size, bits), math.comb(bits, size)
    assert mean >= 1
    assert mean**2 <= sets
    # Times the product of all signs, e_k becomes e_(D - k).
    assert mean == mean_absolute_elementary(bits - size, bits)


def test_by_hand() -> None:
    assert vote_error(1, 1) == 0
    assert vote_error(2, 1) == Fraction(1, 4)
    assert vote_error(3, 1) == Fraction(1, 4)  # the majority of three errs on a sign where it is alone
    assert vote_error(9, 1) == Fraction(93, 256)
    assert mean_absolute_elementary(5, 3) == 0


@settings(max_examples=40)
@given(sizes, st.data())
def test_mean_labels_and_errors_label_by_label(case: tuple[int, int], data: st.DataObject) -> None:
    bits, size = case
    positive = data.draw(st.sets(st.integers(1, size)))
    levels = data.draw(st.lists(st.fractions(-1, 1, max_denominator=8), min_size=bits + 1, max_size=bits + 1))
    inputs = cube(bits)
    ones = inputs.sum(axis=1)
    labels = {
        chosen: [1 if count in positive else -1 for count in inputs[:, chosen].sum(axis=1)]
        for chosen in itertools.combinations(range(bits), size)
    }
    number = data.draw(st.integers(0, bits))
    place = int(np.argmax(ones == number))
    assert mean_label(bits, size, positive, number) == Fraction(sum(y[place] for y in labels.values()), len(labels))
    wrong = {
        sum(((1 - levels[n] * label) / 2 for n, label in zip(ones, y, strict=True)), Fraction(0)) / 2**bits
        for y in labels.values()
    }
    assert wrong == {symmetric_error(levels, size, positive)}


def test_sizes_that_make_no_sense() -> None:
    for call in (
        lambda: krawtchouk(-1, 0, 3),
        lambda: krawtchouk(1, 4, 3),
        lambda: mean_absolute_elementary(-1, 3),
        lambda: vote_error(3, 4),
        lambda: vote_error(3, 0),
        lambda: mean_label(3, 1, {1}, 4),
        lambda: symmetric_error([1], 1, {1}),
        lambda: symmetric_error([], 1, {1}),
        lambda: symmetric_error([0, 2], 1, {1}),
        lambda: symmetric_error([0, float("nan")], 1, {1}),  # type: ignore[list-item]
        lambda: enumerated_vote_error(MOST_BITS + 1, 2),
        lambda: enumerated_least_mean_error(3, 4),
    ):
        with pytest.raises(LemmataError) as raised:
            call()
        assert "\n" not in str(raised.value)


@settings(max_examples=30)
@given(sizes)
def test_numbers_in_formulas(case: tuple[int, int]) -> None:
    bits, size = case
    k, d = sympy.symbols("k D")
    expected = {
        MeanAbsoluteElementary: mean_absolute_elementary(size, bits),
        EnumeratedVoteError: vote_error(bits, size),
        EnumeratedLeastMeanError: vote_error(bits, size),
    }
    for function, value in expected.items():
        named = function(k, d)
        assert named.subs({k: size, d: bits}) == sympy.Rational(value.numerator, value.denominator)
        assert function.enclose(arb(size), arb(bits)).contains(arb(value.numerator) / value.denominator)
        assert sympy.latex(named)


def test_no_number_where_there_is_none() -> None:
    k, d = sympy.symbols("k D")
    assert MeanAbsoluteElementary(k, d).subs({k: sympy.Rational(1, 2), d: 3}).has(MeanAbsoluteElementary)
    assert EnumeratedVoteError(5, 3) is sympy.nan
    assert not MeanAbsoluteElementary.enclose(arb("0.5"), arb(3)).is_finite()
    assert not EnumeratedVoteError.enclose(arb(5), arb(3)).is_finite()
