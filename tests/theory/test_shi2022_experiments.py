"""Section 6: the majority rule's accuracy by counting bit vectors, and as the best threshold rule."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational

from lemmata.objects.dictionaries import DictionaryLaw
from theory.papers.shi2022.experiments import majority_of_five, majority_of_three, majority_rule, r, v

SHARES = st.fractions(0, 1, max_denominator=12)


def accuracy(half: int, share: Fraction) -> Fraction:
    formula = majority_rule.upheld.formulas()["right"].subs({r: half, v: Rational(str(share))})
    return Fraction(str(formula))


@settings(max_examples=25)
@given(st.integers(0, 3), SHARES)
def test_every_vector_of_bits_is_counted(half: int, share: Fraction) -> None:
    k = 2 * half + 1
    law = DictionaryLaw.structured(k, k, share)
    right = sum(
        law.probability(bits)
        for bits in itertools.product((0, 1), repeat=k)
        if (2 * sum(bits) > k) == bool(sum(bits) % 2)
    )
    assert accuracy(half, share) == right


@settings(max_examples=25)
@given(SHARES)
def test_the_cases_of_five_and_three_patterns(share: Fraction) -> None:
    at = Rational(str(share))
    assert Fraction(str(majority_of_five.subs(v, at))) == accuracy(2, share)
    assert Fraction(str(majority_of_three.subs(v, at))) == accuracy(1, share)


def test_no_threshold_of_five_patterns_beats_the_majority() -> None:
    law = DictionaryLaw.structured(5, 5, Fraction(1, 2))
    rules = [
        sum(
            (Fraction(p) for ones, p in enumerate(law.counts) if ((ones >= least) == (ones % 2 == 1)) == upwards),
            Fraction(0),
        )
        for least in range(7)
        for upwards in (True, False)
    ]
    assert max(rules) == accuracy(2, Fraction(1, 2)) == Fraction(27, 32)


@pytest.mark.parametrize("share", [Fraction(0), Fraction(1, 3), Fraction(1)])
def test_five_patterns_never_give_fifty_two_percent(share: Fraction) -> None:
    assert accuracy(2, share) >= Fraction(11, 16)
    assert accuracy(1, Fraction(16, 25)) == Fraction(13, 25)


def test_no_other_threshold_of_five_patterns_does_better_than_the_majority() -> None:
    law = DictionaryLaw.structured(bits=5, relevant=5, uniform=Fraction(1, 2))
    right = [
        sum(Fraction(p) for ones, p in enumerate(law.counts) if (ones >= least) == (ones in law.positive))
        for least in range(7)
    ]
    assert max(right) == right[3] == Fraction(27, 32)
    assert min(right) > Fraction(5, 32)  # nor does one the other way round
