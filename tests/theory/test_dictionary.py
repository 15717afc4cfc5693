"""Which assumption a law breaks, and by how much, against sums over all vectors of hidden bits."""

import itertools
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemmata import LemmataError
from lemmata.objects import DictionaryLaw
from lemmata.strategies import dictionary_laws
from theory.dictionary import (
    BitMixture,
    Breach,
    background_probability,
    breaches,
    breaches_without_structure,
    class_size,
    odd,
    positive_counts,
    require_no_structure,
    require_structure,
)

Law = DictionaryLaw | BitMixture
HALF = Fraction(1, 2)
CHANCES = st.sampled_from((Fraction(0), Fraction(1, 4), Fraction(1, 3), HALF, Fraction(1)))


@st.composite
def mixtures(draw: st.DrawFn) -> BitMixture:
    bits, components = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    parts = draw(st.lists(st.integers(1, 4), min_size=components, max_size=components))
    weights = tuple(Fraction(part, sum(parts)) for part in parts)
    rows = tuple(tuple(draw(CHANCES) for _ in range(bits)) for _ in range(components))
    relevant = draw(st.sets(st.integers(0, bits - 1), min_size=1))
    positive = draw(st.sets(st.integers(0, len(relevant))))
    return BitMixture(weights, rows, tuple(relevant), tuple(positive))


def vectors(bits: int) -> list[tuple[int, ...]]:
    return list(itertools.product((0, 1), repeat=bits))


@lru_cache
def table(law: Law) -> list[tuple[tuple[int, ...], Fraction]]:
    return [(vector, chance) for vector in vectors(law.bits) if (chance := law.probability(vector))]


def mean(law: Law, function: Callable[[tuple[int, ...]], int]) -> Fraction:
    return sum((chance * value for vector, chance in table(law) if (value := function(vector))), Fraction(0))


def label(law: Law, vector: tuple[int, ...]) -> int:
    return 1 if sum(vector[i] for i in law.relevant) in law.positive else -1


def is_independent(law: Law, place: int, others: tuple[int, ...]) -> bool:
    """By the definition, over all values of the others."""
    alone: defaultdict[tuple[int, ...], Fraction] = defaultdict(Fraction)
    both: defaultdict[tuple[int, ...], Fraction] = defaultdict(Fraction)
    for vector, chance in table(law):
        values = tuple(vector[i] for i in others)
        alone[values] += chance
        both[values] += chance * vector[place]
    one = sum(both.values())
    return all(both[values] == one * chance for values, chance in alone.items())


@given(mixtures())
def test_a_mixtures_numbers_are_those_of_its_vectors(law: BitMixture) -> None:
    assert sum(law.probability(v) for v in vectors(law.bits)) == 1
    assert law.bit_means == tuple(mean(law, lambda v, i=i: v[i]) for i in range(law.bits))
    assert law.label_probability == mean(law, lambda v: label(law, v) == 1)
    average = 2 * law.label_probability - 1
    joint = [mean(law, lambda v, i=i: label(law, v) * v[i]) for i in law.relevant]
    assert law.signals == tuple(j - average * law.bit_means[i] for j, i in zip(joint, law.relevant, strict=True))
    assert law.total_variance == sum(m * (1 - m) for m in law.bit_means)
    if law.bits > 1:
        both = mean(law, lambda v: v[0] * v[1])
        assert law.covariance(0, 1) == both - law.bit_means[0] * law.bit_means[1]


@given(mixtures(), st.data())
def test_dependence_is_none_exactly_for_independent_bits(law: BitMixture, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, law.bits - 1))
    others = tuple(other for other in range(law.bits) if other != place)
    amount, partners = law.dependence(place, others)
    assert (amount == 0) == is_independent(law, place, others)
    product = mean(law, lambda v: all(v[i] for i in partners))
    both = mean(law, lambda v: v[place] * all(v[i] for i in partners))
    assert amount == abs(both - law.bit_means[place] * product)


def test_pairwise_independence_is_not_taken_for_independence() -> None:
    """Three bits with an even number of ones: each pair is independent."""
    even = tuple(vector for vector in vectors(3) if sum(vector) % 2 == 0)
    law = BitMixture((Fraction(1, 4),) * 4, even, relevant=(0,), positive=(1,))
    assert all(law.covariance(i, j) == 0 for i, j in itertools.permutations(range(3), 2))
    assert law.dependence(2, (0, 1)) == (Fraction(1, 8), (0, 1))
    assert [str(breach) for breach in breaches(law)] == [
        "(A2) breaks by 1/8: bit 1 has a covariance of size 1/8 with the product of bits 0, 2",
        "(A2) breaks by 1/8: bit 2 has a covariance of size 1/8 with the product of bits 0, 1",
    ]
    assert [breach.by for breach in breaches_without_structure(law)] == [Fraction(1, 8)]


@given(st.fractions(Fraction(1, 100), Fraction(1, 2)), st.integers(3, 7))
def test_a_mixture_with_a_uniform_component_has_the_covariance_that_is_known(p_o: Fraction, bits: int) -> None:
    """With weight p_o uniform, else independent bits that make the mean p_o: p_o (1 - p_o)(1/2 - r)^2 is 0 at p_o = 1/2 only."""
    rest = (p_o - p_o / 2) / (1 - p_o)
    law = BitMixture((p_o, 1 - p_o), ((HALF,) * bits, (HALF, *(rest,) * (bits - 1))), relevant=(0,), positive=(1,))
    expected = p_o * (1 - p_o) * (HALF - rest) ** 2
    found = breaches(law)
    assert {breach.by for breach in found if breach.assumption == "A2"} == ({expected} if expected else set())
    assert (p_o == HALF) == (not found)


@given(dictionary_laws(dimension=(1, 5), bits=(1, 5), relevant=(1, 4)))
def test_a_laws_breaches_are_those_of_its_vectors(law: DictionaryLaw) -> None:
    found = {breach.assumption: breach.by for breach in breaches(law)}
    balance = mean(law, lambda v: label(law, v) == 1)
    assert found.get("A0", 0) == abs(balance - HALF)
    gamma = mean(law, lambda v: label(law, v) * v[law.relevant[0]]) - (2 * balance - 1) * law.bit_means[law.relevant[0]]
    assert ("A1" in found) == (gamma <= 0)
    assert found.get("A1", -gamma) == -gamma
    excess = law.background - HALF if len(law.relevant) < law.bits else Fraction(0)
    assert found.get("A2", 0) == max(excess, 0)
    assert law.bits == len(law.relevant) or all(
        is_independent(law, i, tuple(j for j in range(law.bits) if j != i))
        for i in range(law.bits)
        if i not in law.relevant
    )


@given(dictionary_laws(dimension=(1, 5), bits=(1, 5), relevant=(1, 4)))
def test_a_law_without_structure_is_the_uniform_one(law: DictionaryLaw) -> None:
    uniform = all(law.probability(v) == Fraction(1, 2**law.bits) for v in vectors(law.bits))
    assert uniform == ("A1'" not in {breach.assumption for breach in breaches_without_structure(law)})


def test_the_structured_family_satisfies_the_assumptions_and_the_uniform_law_is_without_structure() -> None:
    require_structure(DictionaryLaw.structured(100, 5, HALF, Fraction(1, 20)))
    uniform = DictionaryLaw.structured(7, 5, 1)
    require_no_structure(uniform)
    # A parity of independent bits is uncorrelated with each of them.
    assert [str(breach) for breach in breaches(uniform)] == [
        f"(A1) breaks by 0: bit {i} has gamma = 0, which is not positive" for i in range(5)
    ]


def test_independent_class_bits_with_another_probability_break_by_it_alone() -> None:
    law = DictionaryLaw.structured(3, 2, 1)
    law = DictionaryLaw(law.dictionary, (0, 1), (1,), (Fraction(9, 16), Fraction(6, 16), Fraction(1, 16)))
    found = breaches_without_structure(law)
    assert found == (
        Breach("A0", Fraction(1, 8), "Pr[y = 1] = 3/8, not 1/2"),
        Breach("A1'", Fraction(1, 4), "bit 0 is one with probability 1/4, not 1/2"),
    )


@pytest.mark.parametrize(
    ("law", "message"),
    [
        (
            DictionaryLaw.structured(5, 3, 0, Fraction(3, 4)),
            r"law: \(A2\) breaks by 1/4: background bits are one with probability 3/4, more than 1/2; take independent",
        ),
        (
            DictionaryLaw.structured(5, 4, HALF),
            r"law: \(A0\) breaks by 1/4: Pr\[y = 1\] = 1/4, not 1/2 \(4 more\); choose P",
        ),
        (
            DictionaryLaw.structured(5, 3, 0, positive=(0, 1)),
            r"law: \(A1\) breaks by 1/2: bit 0 has gamma = -1/2, which is not positive \(2 more\); choose P",
        ),
        (
            BitMixture((1,), ((HALF, HALF, 0),), (0, 1), (1,)),
            r"law: \(A1\) breaks by 0: bit 0 has gamma = 0, which is not positive \(1 more\); choose P",
        ),
        (
            BitMixture((1,), ((HALF, Fraction(1, 4), HALF),), (0,), (1,)),
            r"law: \(A2\) breaks by 1/4: background bits are one with different probabilities, from 1/4 to 1/2; take",
        ),
        (
            BitMixture((1,), ((HALF, Fraction(1, 4), HALF),), (0, 1), (1, 2)),
            r"law: \(A1\) breaks by 3/16: gamma is not the same for all of A, from 3/16 to 3/8 \(1 more\); choose P",
        ),
        ("parity", "law: expected a DictionaryLaw or a BitMixture, got 'parity'"),
    ],
)
def test_a_law_that_breaks_an_assumption_is_named_in_one_line(law: BitMixture, message: str) -> None:
    with pytest.raises(LemmataError, match=message) as caught:
        require_structure(law)
    assert "\n" not in str(caught.value)


def test_a_law_with_structure_is_refused_where_none_is_wanted() -> None:
    with pytest.raises(LemmataError, match=r"law: \(A1'\) breaks by 3/4: the class-relevant bits .* uniform=1"):
        require_no_structure(DictionaryLaw.structured(5, 3, 0))
    with pytest.raises(LemmataError, match=r"law: \(A1'\) breaks by 1/4: bit 0 is one with probability 3/4"):
        require_no_structure(BitMixture((1,), ((Fraction(3, 4), HALF),), (1,), (1,)))


def test_validators_return_what_they_accept() -> None:
    assert (odd(5), class_size(5, 5), background_probability(HALF), positive_counts([3, 0], 3)) == (5, 5, HALF, (0, 3))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: odd(4), "k: expected an odd number of class-relevant bits, got 4; for even k take 5"),
        (lambda: odd(0), "k: expected an integer that is at least 1, got 0"),
        (lambda: class_size(7, 5), "k: expected at most D = 5 class-relevant bits, got 7"),
        (lambda: background_probability(0), r"p_o: expected a probability in \(0, 1/2\], got 0"),
        (lambda: background_probability(Fraction(3, 5)), r"p_o: expected a probability in \(0, 1/2\], got 3/5"),
        (lambda: background_probability(float("nan")), "p_o: expected a finite number"),
        (lambda: positive_counts([4], 3), r"P\[0\]: expected an integer from 0 to 3, got 4"),
        (lambda: positive_counts([1, 1], 3), r"P: expected different numbers, got \(1, 1\)"),
        (lambda: positive_counts([], 3), "P: expected some but not all of the numbers from 0 to 3"),
        (lambda: positive_counts([0, 1], 1), "P: expected some but not all of the numbers from 0 to 1"),
        (lambda: BitMixture((), (), (0,), (1,)), "weights: the sum is 0, not 1"),
        (lambda: BitMixture((1,), ((HALF,),), (1,), (1,)), r"relevant\[0\]: expected an integer from 0 to 0, got 1"),
        (lambda: BitMixture((1,), ((HALF,),), (), (1,)), "relevant: expected at least one position"),
        (lambda: BitMixture((1,), ((HALF, HALF),), (0, 0), (1,)), "relevant: expected different numbers"),
        (lambda: BitMixture((1,), ((HALF,),), (0,), (2,)), r"positive\[0\]: expected an integer from 0 to 1, got 2"),
        (lambda: BitMixture((1,), ((2,),), (0,), (1,)), r"probabilities\[0\]\[0\]: expected a probability"),
        (
            lambda: BitMixture((HALF, HALF), ((1, 1), (1,)), (0,), (1,)),
            r"probabilities\[1\]: expected 2 of them, got 1",
        ),
        (
            lambda: BitMixture((1,), ((1, 1),), (0,), (1,)).covariance(0, 0),
            "second: expected another bit than the first",
        ),
    ],
)
def test_bad_input_is_named(call: object, message: str) -> None:
    with pytest.raises(LemmataError, match=message):
        call()  # type: ignore[operator]


@given(mixtures())
def test_a_mixture_shows_as_an_expression_for_it(law: BitMixture) -> None:
    assert eval(repr(law), {"BitMixture": BitMixture, "Fraction": Fraction}) == law
