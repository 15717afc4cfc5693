"""shi2022, Section 3 and the mixture of Section 5.2: by enumeration, quadrature and drawn networks."""

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm
from sympy import Expr, Max, Rational, Symbol

from lemmata.engines.definitions import unfold
from lemmata.errors import LemmataError
from lemmata.judge import examine
from lemmata.objects import DictionaryLaw
from lemmata.verdicts import Status
from theory.balanced_sets import NumberOfBalancedSets, balanced_sets, number_of_balanced_sets
from theory.bit_mixtures import BitMixture
from theory.dictionary import breaches
from theory.papers.shi2022 import first_step, mixture, network, setting
from theory.papers.shi2022.paper import D, gamma, k, p_o, paper
from theory.papers.shi2022.setting import h, r, scale, signal_of, v
from theory.truncated_relu import TruncatedRelu, smoothed, smoothed_slope

SHARES = st.fractions(0, 1, max_denominator=20)
ERRATA = ("variance", "noise-dimension", "gradient-direction", "first-step-direction")
MODULES = {module.__name__ for module in (setting, network, first_step, mixture)}
PROVED = {
    claim.slug: claim
    for claim in paper.claims.values()
    if claim.prose and claim.obligations is not None and claim.obligations.__module__ in MODULES
}


def rational(number: Fraction) -> Rational:
    return Rational(number.numerator, number.denominator)


def cube(bits: int) -> list[tuple[int, ...]]:
    return list(itertools.product((0, 1), repeat=bits))


def exact(formula: Expr, at: dict[Symbol, Expr | int]) -> Expr:
    """The number that a formula as printed comes to."""
    return formula.subs(at).doit()


def signal(law: DictionaryLaw, place: int) -> Fraction:
    """gamma of one bit, by enumeration of all hidden vectors."""
    vectors = [(bits, law.probability(bits)) for bits in cube(law.bits)]

    def label(bits: tuple[int, ...]) -> int:
        return 1 if sum(bits[i] for i in law.relevant) in law.positive else -1

    joint = sum((p * label(bits) * bits[place] for bits, p in vectors), Fraction(0))
    labels = sum((p * label(bits) for bits, p in vectors), Fraction(0))
    return joint - labels * sum((p * bits[place] for bits, p in vectors), Fraction(0))


# Verdicts.


def test_every_claim_ends_as_it_says() -> None:
    for slug, claim in PROVED.items():
        examination = examine(claim, claim.upheld, None)
        assert examination.status is Status.HOLDS, slug
        grade = "exhaustive" if slug == "balanced-sets" else "symbolic"
        assert examination.grade(claim.upheld).value == grade, slug
        printed = examine(claim, claim.stated, None)
        assert (printed.status is Status.FAILS) == (slug in (*ERRATA, "mixture")), slug


# The assumptions.


@settings(max_examples=40)
@given(SHARES, SHARES, SHARES)
def test_signal_of_a_joint_law(s: Fraction, plus: Fraction, minus: Fraction) -> None:
    joint = {(1, 1): s * plus, (1, 0): s * (1 - plus), (-1, 1): (1 - s) * minus, (-1, 0): (1 - s) * (1 - minus)}
    product = sum(p * y * bit for (y, bit), p in joint.items())
    covariance = product - sum(p * y for (y, _), p in joint.items()) * sum(p * bit for (_, bit), p in joint.items())
    assert signal_of(rational(s), rational(plus), rational(minus)) == rational(covariance)
    assert covariance <= Fraction(1, 2)


@pytest.mark.parametrize("ones", [1, 2, 3, 4, 5])
@settings(max_examples=8)
@given(uniform=SHARES)
def test_parity_by_enumeration(ones: int, uniform: Fraction) -> None:
    law = DictionaryLaw.structured(bits=ones + 1, relevant=ones, uniform=uniform)
    balance = exact(setting.parity_balance.stated.formulas()["right"], {k: ones, v: rational(uniform)})
    positive = sum(law.probability(bits) for bits in cube(law.bits) if sum(bits[:ones]) % 2)
    assert balance == rational(positive)
    if ones % 2 and ones >= 3:
        formula = exact(setting.gamma_parity.stated.formulas()["right"], {v: rational(uniform)})
        assert formula == rational(signal(law, 0)) == rational(signal(law, ones - 1))
        assert signal(law, ones) == 0


@pytest.mark.parametrize("half", [1, 2])
@settings(max_examples=8)
@given(uniform=SHARES)
def test_majority_by_enumeration(half: int, uniform: Fraction) -> None:
    ones = 2 * half + 1
    positive = tuple(range(half + 1, ones + 1))
    law = DictionaryLaw.structured(bits=ones, relevant=ones, uniform=uniform, positive=positive)
    formula = exact(setting.gamma_majority.stated.formulas()["right"], {h: half, v: rational(uniform)})
    assert formula == rational(signal(law, 0))
    assert bool(breaches(law)) == (formula <= 0)


def test_examples_under_the_uniform_law() -> None:
    parity = DictionaryLaw.structured(bits=5, relevant=3, uniform=1)
    majority = DictionaryLaw.structured(bits=5, relevant=3, uniform=1, positive=(2, 3))
    assert {breach.assumption for breach in breaches(parity)} == {"A1"}
    assert not breaches(majority)


@pytest.mark.parametrize("size", range(1, 14))
def test_balanced_sets_one_by_one(size: int) -> None:
    found = list(balanced_sets(size))
    assert len(found) == number_of_balanced_sets(size) == NumberOfBalancedSets(size)
    for positive in found:
        law = DictionaryLaw.structured(bits=size, relevant=size, uniform=1, positive=positive)
        assert law.label_probability == Fraction(1, 2)
    if size % 2 and size <= 11:
        assert all(len({j, size - j} & set(positive)) == 1 for positive in found for j in range(size))
    assert (size % 2 == 1 and len(found) == 2 ** ((size - 1) // 2)) == (size % 2 == 1 and size != 13)


def test_balanced_sets_at_thirteen() -> None:
    assert number_of_balanced_sets(13) == 72


@pytest.mark.parametrize("size", [0, -3, 2.5, True, float("nan")])
def test_balanced_sets_of_no_bits(size: Any) -> None:
    for count in (number_of_balanced_sets, lambda k: list(balanced_sets(k))):
        with pytest.raises(LemmataError, match="k: expected an integer"):
            count(size)


# The normalisation.


@settings(max_examples=15)
@given(SHARES.filter(bool))
def test_variance_by_enumeration(background: Fraction) -> None:
    law = DictionaryLaw.structured(
        bits=5, relevant=3, uniform=Fraction(1, 2), background=min(background, 1 - background)
    )
    squares = {
        bits: sum((bit - mean) ** 2 for bit, mean in zip(bits, law.bit_means, strict=True)) for bits in cube(law.bits)
    }
    mean = sum(law.probability(bits) * square for bits, square in squares.items())
    assert mean == law.total_variance
    formula = setting.normalisation.stated.formulas()[r"parts.\tilde\sigma^2"]
    assert exact(formula, {D: 5, k: 3, p_o: rational(Fraction(law.background))}) == rational(mean)
    # Without the expectation it varies from input to input, unless all bits are fair.
    assert (len(set(squares.values())) == 1) == (law.background == Fraction(1, 2))


def test_the_counterexample_to_the_printed_variance_is_a_law() -> None:
    """Not a bit of mean one that is zero, which never happens."""
    witness = examine(setting.variance, setting.variance.stated, None).witness
    assert "a bit of mean 1/4" in str(witness)


# The mixture.


@pytest.mark.parametrize("p", [Fraction(13, 50), Fraction(2, 5), Fraction(1, 2)])
def test_a_law_that_contains_the_printed_component(p: Fraction) -> None:
    """Above 2^(-r/(r - 1)), here 1/4: the law of the largest signal has (A2), and p of the uniform law of five bits."""
    weight = p / (2 * p) ** 2
    law = DictionaryLaw.structured(bits=5, relevant=3, uniform=weight, background=p)
    assert not breaches(law)
    assert min(law.probability(bits) for bits in cube(5)) == p / 2**5
    assert 2 * law.signal == 1 - weight


@settings(max_examples=30)
@given(st.integers(1, 7), st.fractions(Fraction(1, 40), Fraction(1, 2), max_denominator=40))
def test_rest_of_the_mixture_by_enumeration(background: int, p: Fraction) -> None:
    """Whether (A2) less the printed component is a measure, looked at vector by vector."""
    rest = [p ** sum(bits) * (1 - p) ** (background - sum(bits)) - p / 2**background for bits in cube(background)]
    stated = mixture.mixture.stated.formulas()
    at = {p_o: rational(p), r: background}
    assert (min(rest) >= 0) == bool(exact(stated["quantity"], at) >= exact(stated["bound"], at))
    largest = min(2**background * (mass + p / 2**background) for mass in rest)
    assert exact(mixture.mixture_largest_weight.stated.formulas()["right"], at) == rational(largest)


@settings(max_examples=15)
@given(st.fractions(Fraction(1, 40), Fraction(1, 2), max_denominator=40))
def test_mixture_with_independent_background(p: Fraction) -> None:
    """The printed mixture as a law of five bits: what it breaks, and by how much."""
    half, other = Fraction(1, 2), p / (2 * (1 - p))
    ends = (1 - p) / 2
    law = BitMixture(
        weights=(p, ends, ends),
        probabilities=((half,) * 5, (Fraction(0),) * 3 + (other,) * 2, (Fraction(1),) * 3 + (other,) * 2),
        relevant=(0, 1, 2),
        positive=(1, 3),
    )
    assert law.label_probability == half
    assert law.signals[0] == (1 - p) / 2
    covariance = exact(mixture.mixture_covariance.stated.formulas()["right"], {p_o: rational(p)})
    assert rational(law.covariance(3, 4)) == covariance
    assert {breach.assumption for breach in breaches(law)} == (set() if p == half else {"A2"})
    assert rational((1 - p) / 2) == exact(mixture.mixture_signal.stated.formulas()["bound"], {p_o: rational(p)})


@settings(max_examples=15)
@given(st.fractions(Fraction(1, 40), Fraction(1, 2), max_denominator=40))
def test_mixture_of_class_bits_alone(p: Fraction) -> None:
    half, ends = Fraction(1, 2), (1 - p) / 2
    mixed = BitMixture(
        weights=(p, ends, ends),
        probabilities=((half,) * 3 + (p,) * 2, (Fraction(0),) * 3 + (p,) * 2, (Fraction(1),) * 3 + (p,) * 2),
        relevant=(0, 1, 2),
        positive=(1, 3),
    )
    assert not breaches(mixed)
    structured = DictionaryLaw.structured(bits=5, relevant=3, uniform=p, background=p)
    assert all(mixed.probability(bits) == structured.probability(bits) for bits in cube(5))


def test_the_mixture_under_the_hypotheses_of_theorem_2() -> None:
    """k >= 5 and D >= 16 k: the least p_o at which the printed weight is possible."""
    least = 2 ** -(75 / 74)
    assert 0.495 < least < 0.496
    for p, possible in ((0.495, False), (0.496, True)):
        assert ((2 * p) ** 75 >= p) == possible


# The network and its gradient.


@pytest.mark.parametrize("noise", [0.05, 0.4, 2.0])
@pytest.mark.parametrize("place", [-0.7, 0.0, 0.3, 1.0, 1.6])
def test_smoothed_activation_by_quadrature(noise: float, place: float) -> None:
    at = {Symbol("z"): Rational(str(place)), Symbol("s"): Rational(str(noise))}
    value, slope = (
        float(unfold(form(Symbol("z"), Symbol("s"))).subs(at).evalf(20)) for form in (smoothed, smoothed_slope)
    )

    def integrand(u: float) -> float:
        return min(1.0, max(place + noise * u, 0.0)) * float(norm.pdf(u))

    kinks = [-place / noise, (1 - place) / noise]
    ends = [-12.0, *(kink for kink in kinks if abs(kink) < 12), 12.0]
    integral = sum(quad(integrand, low, high, epsabs=1e-13)[0] for low, high in itertools.pairwise(ends))
    assert value == pytest.approx(integral, abs=1e-11)
    assert slope == pytest.approx(norm.cdf(kinks[1]) - norm.cdf(kinks[0]), abs=1e-12)


@pytest.mark.parametrize("place", [-2, 0, Rational(1, 3), 1, 5])
def test_truncated_relu_is_a_difference_of_relus(place: Rational) -> None:
    z, at = Symbol("z"), Rational(place)
    exact_value = Rational(min(1, max(at, 0)))
    assert TruncatedRelu.enclose(arb(fmpq(int(at.p), int(at.q)))).contains(fmpq(int(exact_value.p), int(exact_value.q)))
    assert TruncatedRelu(z).in_relus().rewrite(Max).subs(z, at) == exact_value


def test_noise_of_dimension_m_does_not_reach_all_neurons() -> None:
    generator, width = np.random.default_rng(0), 3
    weights, inputs = generator.standard_normal((2 * width, 4)), generator.standard_normal(4)
    with pytest.raises(ValueError, match="broadcast"):
        weights @ inputs + generator.standard_normal(width)
    needed = int(network.noise_dimension.upheld.formulas()["right"].subs(Symbol("m"), width))
    assert (weights @ inputs + generator.standard_normal(needed)).shape == (2 * width,)


def test_drawn_noise_does_not_cancel() -> None:
    """Why the expectation stands inside of the network: pairs with noise of their own leave something."""
    generator = np.random.default_rng(0)
    z, heads = generator.standard_normal(50), generator.standard_normal(50)
    first, second = (np.clip(z + 0.3 * generator.standard_normal(50), 0, 1) for _ in range(2))
    assert abs(heads @ first - heads @ second) > 1e-3


@pytest.mark.parametrize("uniform", [Fraction(0), Fraction(1, 3)])
def test_mean_of_label_times_input_by_enumeration(uniform: Fraction) -> None:
    law = DictionaryLaw.structured(bits=6, relevant=3, uniform=uniform, background=Fraction(1, 4))
    bits = np.array(cube(6))
    chances = np.array([float(law.probability(row)) for row in cube(6)])
    mean = (chances * law.labels_of(bits)) @ law.inputs_of(bits)
    corrected = first_step.gradient_direction.upheld.formulas()["right"]
    coefficient = float(corrected.subs({gamma: rational(law.signal), scale: math.sqrt(law.total_variance)}))
    assert mean == pytest.approx([coefficient] * 3 + [0.0] * 3, abs=1e-12)
    assert abs(coefficient - 1) > 0.5
