"""Exact gradient components against sums over all vectors, exact laws on lattices and closed forms."""

import doctest
import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr
from scipy.stats import norm

from lemmata import LemmataError
from lemmata.objects import DictionaryLaw, Frame
from lemmata.objects.values import Floats
from lemmata.strategies import dictionary_laws
from theory import bit_mixtures, dictionary, dictionary_gradient, fourier_windows
from theory.dictionary_gradient import (
    bias_component,
    enumerated_bias_component,
    enumerated_components,
    gradient_components,
    second_step_start,
    window,
)

HALF = Fraction(1, 2)
LAWS = dictionary_laws(dimension=(1, 9), bits=(1, 9), relevant=(1, 6))
NOISES = st.sampled_from((0.03, 0.1, 0.35, 1.0, 4.0))
COARSER = st.integers(1, 12)
ENUMERATION = 1e-14
"""What the sums over all vectors may be off by themselves, for pre-activations and noise of the sizes drawn."""


@st.composite
def neurons(draw: st.DrawFn, bits: int) -> tuple[Floats, Floats]:
    """Some neurons with weights and biases of all sizes, zeros among them."""
    m = draw(st.integers(1, 3))
    q = draw(st.lists(st.integers(-12, 12), min_size=m * bits, max_size=m * bits))
    b = draw(st.lists(st.integers(-9, 9), min_size=m, max_size=m))
    scale = draw(st.sampled_from((0.25, 0.05, 0.2371)))
    return scale * np.array(q).reshape(m, bits), np.array(b) / 6


@pytest.mark.parametrize("module", [bit_mixtures, dictionary, dictionary_gradient, fourier_windows])
def test_the_examples_are_right(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


def test_the_documentation_is_right() -> None:
    assert (
        doctest.testfile(str(Path(__file__).parents[2] / "docs" / "dictionary.md"), module_relative=False).failed == 0
    )


@settings(max_examples=100)
@given(LAWS, NOISES, st.data())
def test_components_are_those_of_enumeration(law: DictionaryLaw, noise: float, data: st.DataObject) -> None:
    q, b = data.draw(neurons(law.bits))
    found, bias = gradient_components(law, q, b, noise), bias_component(law, q, b, noise)
    assert found.values.shape == found.radius.shape == q.shape
    assert bias.values.shape == bias.radius.shape == b.shape
    assert np.abs(found.values - enumerated_components(law, q, b, noise)).max() < 1e-12
    assert np.abs(bias.values - enumerated_bias_component(law, q, b, noise)).max() < 1e-12
    assert max(found.radius.max(), bias.radius.max()) < 1e-12


@settings(max_examples=100)
@given(LAWS, NOISES, COARSER, st.data())
def test_the_certificate_stays_true_when_the_quadrature_is_coarse(
    law: DictionaryLaw, noise: float, coarser: int, data: st.DataObject
) -> None:
    q, b = data.draw(neurons(law.bits))
    found = gradient_components(law, q, b, noise, coarser=coarser)
    truth = enumerated_components(law, q, b, noise)
    assert (np.abs(found.values - truth) <= found.radius + ENUMERATION).all()
    assert ((found.lower - ENUMERATION <= truth) & (truth <= found.upper + ENUMERATION)).all()
    bias = bias_component(law, q, b, noise, coarser=coarser)
    truth = enumerated_bias_component(law, q, b, noise)
    assert (np.abs(bias.values - truth) <= bias.radius + ENUMERATION).all()


def test_a_coarse_quadrature_is_wrong_and_its_certificate_says_so() -> None:
    law = DictionaryLaw.structured(8, 3, HALF)
    q = np.linspace(-1, 2, 8)
    truth = enumerated_components(law, q, 0.1, 0.1)
    found = [gradient_components(law, q, 0.1, 0.1, coarser=coarser) for coarser in (1, 2, 4, 8)]
    errors = [np.abs(each.values - truth).max() for each in found]
    radii = [each.radius.max() for each in found]
    assert errors[0] < 1e-15
    assert min(errors[1:]) > 1e-2
    assert radii[0] < 1e-13
    assert radii == sorted(radii)
    assert all(error <= radius for error, radius in zip(errors, radii, strict=True))


def test_a_certificate_is_not_trivial_between_fine_and_coarse() -> None:
    """The window's images come nearer by degrees where the noise is wide."""
    law = DictionaryLaw.structured(2, 1, 1)
    radii = [gradient_components(law, [0.2, 0.2], 0.3, 3.0, coarser=coarser).radius.max() for coarser in range(1, 5)]
    assert radii[0] < 1e-14 < 1e-6 < radii[1] < radii[2] < radii[3]
    assert radii[1] < 1e-3


def in_ball_arithmetic(law: DictionaryLaw, q: Floats, b: float, noise: float) -> list[flint.arb]:
    """T_j by a sum over all vectors in 128 bits, with an error bound of its own."""
    scale = flint.arb(rational(law.total_variance)).sqrt()
    root = flint.arb(2).sqrt() * noise
    totals = [flint.arb(0)] * law.bits
    for vector in itertools.product((0, 1), repeat=law.bits):
        phi = [flint.arb(rational(bit - mean)) / scale for bit, mean in zip(vector, law.bit_means, strict=True)]
        z = sum((flint.arb(w) * each for w, each in zip(q.tolist(), phi, strict=True)), flint.arb(b))
        opened = ((z / root).erf() - ((z - 1) / root).erf()) / 2
        label = 1 if sum(vector[i] for i in law.relevant) in law.positive else -1
        weight = flint.arb(rational(label * law.probability(vector))) * opened
        totals = [total + weight * each for total, each in zip(totals, phi, strict=True)]
    return totals


def rational(value: Fraction) -> flint.fmpq:
    return flint.fmpq(value.numerator, value.denominator)


@pytest.mark.parametrize("noise", [0.01, 0.2, 5.0])
@pytest.mark.parametrize("p", [HALF, Fraction(1, 3)])
def test_the_certificate_holds_without_any_allowance(noise: float, p: Fraction) -> None:
    law = DictionaryLaw.structured(8, 3, HALF, p, (1, 2))
    rng = np.random.default_rng(7)
    with flint.ctx.workprec(128):
        for size in (0.1, 1.0, 10.0):
            q, b = size * rng.normal(size=8), float(rng.normal())
            truth = in_ball_arithmetic(law, q, b, noise)
            for coarser in (1, 2, 3):
                found = gradient_components(law, q, b, noise, coarser=coarser)
                for value, radius, exact in zip(found.values.tolist(), found.radius.tolist(), truth, strict=True):
                    assert abs(exact - value) < radius
                assert coarser > 1 or found.radius.max() < 1e-12 * max(1, size / noise / 100)


def test_phases_of_large_pre_activations_round_and_the_certificate_says_so() -> None:
    law = DictionaryLaw(Frame(1, 1), (0,), (1,), (Fraction(1, 3), Fraction(2, 3)))
    q = np.array([3000.0])
    b = 0.1 - 1000 / math.sqrt(law.total_variance)  # the window is open if the bit is there
    found = gradient_components(law, q, b, 1.0)
    with flint.ctx.workprec(128):
        (exact,) = in_ball_arithmetic(law, q, b, 1.0)
        error = float(abs(exact - float(found.values[0])))
    assert 3e-14 < error < found.radius[0] < 1e-11


@pytest.mark.parametrize(
    "law",
    [
        DictionaryLaw.structured(18, 5, HALF, Fraction(1, 4)),
        DictionaryLaw.structured(18, 17, Fraction(1, 3)),
        DictionaryLaw.structured(18, 18, 1, positive=(3, 4, 11)),
        DictionaryLaw.structured(18, 1, 0, Fraction(1, 10)),
        DictionaryLaw.structured(16, 4, HALF, Fraction(0), positive=(0, 2)),
        DictionaryLaw.structured(12, 5, HALF, Fraction(1, 10**12)),
        DictionaryLaw(
            Frame(14, 12, 0), (3, 7, 11), (1, 3), (Fraction(1, 7), Fraction(2, 7), Fraction(3, 7), Fraction(1, 7)), HALF
        ),
    ],
    ids=repr,
)
def test_components_of_larger_laws_are_those_of_enumeration(law: DictionaryLaw) -> None:
    rng = np.random.default_rng(1)
    q, b = rng.normal(size=(2, law.bits)) / len(law.relevant) ** 0.5, rng.normal(size=2)
    found = gradient_components(law, q, b, 0.05)
    assert np.abs(found.values - enumerated_components(law, q, b, 0.05)).max() < 1e-13
    assert found.radius.max() < 5e-13
    assert np.abs(bias_component(law, q, b, 0.05).values - enumerated_bias_component(law, q, b, 0.05)).max() < 1e-13


def test_a_class_that_is_almost_always_complete_loses_no_accuracy() -> None:
    """The mean of a class-relevant bit is so near 1 that 1 minus its float is 0."""
    rare = Fraction(1, 10**20)
    law = DictionaryLaw(Frame(4, 4), (0, 1), (2,), (rare, 0, 1 - rare))
    found = gradient_components(law, [0.5, 0.5, 1.0, -1.0], 0.2, 0.1)
    open_ = window(law, [0.5, 0.5, 1.0, -1.0], 0.2, 0.1, without=())
    # E[y phi] and E[phi] differ by the rare vector alone.
    assert np.abs(found.values[:2]).max() <= 1e-19
    assert found.radius[0] < 1e-30
    assert found.radius[2] > 0
    assert abs(open_.values - bias_component(law, [0.5, 0.5, 1.0, -1.0], 0.2, 0.1).values) < 1e-15


@pytest.mark.parametrize("digits", [250, 310, 324, 400])
def test_bits_too_rare_for_floats_are_within_their_radius(digits: int) -> None:
    law = DictionaryLaw.structured(2, 1, HALF, Fraction(7, 5 * 10**digits))
    q = np.array([0.3, 0.4])
    found = gradient_components(law, q, 0.2, 0.1)
    with flint.ctx.workprec(3000):
        exact = in_ball_arithmetic(law, q, 0.2, 0.1)[1]
        assert not exact.contains(0)
        assert abs(exact - float(found.values[1])) < float(found.radius[1])


def test_constant_bits_have_no_components() -> None:
    law = DictionaryLaw.structured(6, 3, HALF, Fraction(0))
    found = gradient_components(law, np.ones(6), 0.3, 0.2)
    assert not found.values[3:].any()
    assert found.radius[3:].max() < 1e-200


def on_a_lattice(law: DictionaryLaw, steps: list[int], unit: float, b: float, noise: float, j: int) -> float:
    """T_j for weights that are multiples of a unit, from the exact law of their sum: subsets are counted, bits convolved."""
    k, means, sigma = len(law.relevant), [float(mean) for mean in law.bit_means], math.sqrt(law.total_variance)
    reach = sum(abs(step) for step in steps)
    subsets = np.zeros((k + 1, 2 * reach + 1))
    subsets[0, reach] = 1
    for i in law.relevant:
        if i != j:
            subsets[1:] += np.roll(subsets[:-1], steps[i], axis=1)
    background = np.zeros(2 * reach + 1)
    background[reach] = 1
    p = float(law.background)
    for i in range(law.bits):
        if i not in law.relevant and i != j:
            background = (1 - p) * background + p * np.roll(background, steps[i])
    signed = [
        (1 if ones in law.positive else -1) * float(Fraction(chance) / math.comb(k, ones))
        for ones, chance in enumerate(law.counts)
    ]
    centre = math.fsum(step * mean for step, mean in zip(steps, means, strict=True))
    sums = np.arange(-2 * reach, 2 * reach + 1)
    total = 0.0
    for bit in (0, 1):
        z = unit / sigma * (sums + bit * steps[j] - centre) + b
        opened = ndtr(z / noise) - ndtr((z - 1) / noise)
        if j in law.relevant:  # with the bit there are one more
            chances = np.convolve((np.array([*signed[bit:], 0][: k + 1]) @ subsets), background)
        else:
            chances = (p if bit else 1 - p) * np.convolve(np.array(signed) @ subsets, background)
        total += (bit - means[j]) / sigma * (chances @ opened)
    return total


@pytest.mark.parametrize(
    ("bits", "relevant", "law"),
    [
        (1000, 25, DictionaryLaw.structured(1000, 25, HALF)),
        (1000, 25, DictionaryLaw.structured(1000, 25, Fraction(1, 10), Fraction(1, 40), tuple(range(13, 26)))),
        (1000, 25, DictionaryLaw.structured(1000, 25, 1, Fraction(1, 3), (2, 3, 11, 12, 20))),
        (100, 5, DictionaryLaw.structured(100, 5, HALF)),
    ],
)
def test_a_thousand_bits_lose_no_accuracy(bits: int, relevant: int, law: DictionaryLaw) -> None:
    rng = np.random.default_rng(2)
    steps, unit = [int(step) for step in rng.integers(-3, 4, bits)], 0.5 / relevant
    found = gradient_components(law, unit * np.array(steps), 0.013, 0.5 / relevant)
    assert found.radius.max() < 1e-12
    for j in (0, relevant - 1, relevant, bits - 1):
        assert abs(found.values[j] - on_a_lattice(law, steps, unit, 0.013, 0.5 / relevant, j)) < 1e-14


def test_the_lattice_agrees_with_enumeration() -> None:
    """The method of the test above, where a third one reaches."""
    law = DictionaryLaw.structured(9, 4, HALF, Fraction(1, 4), (1, 2))
    steps = [1, -2, 0, 3, 1, 1, -1, 2, 0]
    truth = enumerated_components(law, 0.3 * np.array(steps), 0.2, 0.1)
    assert np.abs(truth - [on_a_lattice(law, steps, 0.3, 0.2, 0.1, j) for j in range(9)]).max() < 1e-15


def parity_by_its_closed_form(bits: int, k: int, v: float, p: float, q: Floats, b: float, s: float) -> Floats:
    """T_j of the structured parity, its Fourier integrand written out for this family, summed at a fixed fine step."""
    sigma = math.sqrt(k / 4 + (bits - k) * p * (1 - p))
    w = 0.02 * np.arange(-int(600 / s), int(600 / s) + 1)
    kernel = np.sinc(w / (2 * math.pi)) * np.exp(-0.5j * w) * np.exp(1j * w * b - (s * w) ** 2 / 2)
    t = w * q[:, None] / sigma
    psi = (1 - p) * np.exp(-1j * p * t[k:]) + p * np.exp(1j * (1 - p) * t[k:])
    total = np.zeros(bits)
    for j in range(bits):
        if j < k:
            others = np.delete(t[:k], j, axis=0) / 2
            parity = v * np.cos(t[j] / 2) * (1j * np.sin(others)).prod(axis=0)
            n = (parity + (1 - v) * np.cos(t[:k].sum(axis=0) / 2)) / (2 * sigma) * psi.prod(axis=0)
        else:
            both = v * (1j * np.sin(t[:k] / 2)).prod(axis=0) + (1 - v) * 1j * np.sin(t[:k].sum(axis=0) / 2)
            centred = p * (1 - p) / sigma * (np.exp(1j * (1 - p) * t[j]) - np.exp(-1j * p * t[j]))
            n = both * centred * np.delete(psi, j - k, axis=0).prod(axis=0)
        total[j] = (kernel * n).sum().real * 0.02 / (2 * math.pi)
    return total


@pytest.mark.parametrize(
    ("bits", "k", "v", "p"), [(20, 5, 0.5, 0.5), (20, 5, 0.0, 0.25), (30, 7, 1.0, 0.125), (9, 9, 0.25, 0.5)]
)
def test_components_of_a_parity_are_its_closed_form(bits: int, k: int, v: float, p: float) -> None:
    q = np.random.default_rng(3).normal(size=bits) / k
    law = DictionaryLaw.structured(bits, k, v, p)
    expected = parity_by_its_closed_form(bits, k, v, p, q, 0.1, 0.2)
    assert np.abs(gradient_components(law, q, 0.1, 0.2).values - expected).max() < 3e-15


@settings(max_examples=40)
@given(LAWS, NOISES, st.integers(-8, 8))
def test_a_neuron_without_weights_sees_the_signal_alone(law: DictionaryLaw, noise: float, eighths: int) -> None:
    """Lemma 5's approximation is exact there: T_j is gamma/sigma times the window, and 0 for background bits."""
    b = eighths / 8
    opened = float(ndtr(b / noise) - ndtr((b - 1) / noise))
    sigma = math.sqrt(law.total_variance)
    found = gradient_components(law, np.zeros(law.bits), b, noise)
    assert abs(window(law, np.zeros(law.bits), b, noise).values - opened) < 1e-13
    bias = bias_component(law, np.zeros(law.bits), b, noise).values
    assert abs(bias - float(2 * law.label_probability - 1) * opened) < 1e-13
    for j in range(law.bits):
        signal = float(law.signal) / sigma if j in law.relevant else 0.0
        assert abs(found.values[j] - signal * opened) < 1e-13


@settings(max_examples=40)
@given(LAWS, NOISES, st.data())
def test_components_do_not_depend_on_the_order_of_the_bits(
    law: DictionaryLaw, noise: float, data: st.DataObject
) -> None:
    q, b = data.draw(neurons(law.bits))
    order = data.draw(st.permutations(range(law.bits)))
    moved = DictionaryLaw(
        law.dictionary, tuple(order.index(i) for i in law.relevant), law.positive, law.counts, law.background
    )
    expected = gradient_components(law, q, b, noise).values[:, order]
    assert np.abs(gradient_components(moved, q[:, order], b, noise).values - expected).max() < 1e-13


@settings(max_examples=50)
@given(LAWS, NOISES, st.integers(0, 3), COARSER, st.data())
def test_the_window_and_its_derivatives_are_those_of_enumeration(
    law: DictionaryLaw, noise: float, derivative: int, coarser: int, data: st.DataObject
) -> None:
    q, b = data.draw(neurons(law.bits))
    without = data.draw(st.none() | st.sets(st.integers(0, law.bits - 1)))
    vectors = (np.arange(2**law.bits)[:, None] >> np.arange(law.bits)) & 1
    chance = np.array([float(law.probability(vector)) for vector in vectors])
    kept = np.delete(np.arange(law.bits), list(law.relevant if without is None else without))
    phi = (vectors - np.array([float(mean) for mean in law.bit_means])) / math.sqrt(law.total_variance)
    z = (phi[:, kept] @ q[:, kept].T + b).T
    hermite: Callable[[Floats], Floats] = [
        lambda x: -ndtr(-x),
        norm.pdf,
        lambda x: -x * norm.pdf(x),
        lambda x: (x**2 - 1) * norm.pdf(x),
    ][derivative]
    truth = (hermite(z / noise) - hermite((z - 1) / noise)) @ chance / noise**derivative
    found = window(law, q, b, noise, derivative, without, coarser=coarser)
    assert found.values.shape == b.shape
    assert (np.abs(found.values - truth) <= found.radius + 1e-14 / noise**derivative).all()
    fine = window(law, q, b, noise, derivative, without)
    assert np.abs(fine.values - truth).max() < 1e-12 / noise**derivative
    assert fine.radius.max() < 1e-11 / noise**derivative


def test_derivatives_of_the_window_are_those_of_differences() -> None:
    law, h = DictionaryLaw.structured(40, 5, HALF), 1e-3
    q = np.random.default_rng(4).normal(size=40) / 5
    for n in range(1, 9):
        sides = [window(law, q, 0.1 + sign * h, 0.3, n - 1).values for sign in (1, -1)]
        difference = (sides[0] - sides[1]) / (2 * h)
        third = abs(window(law, q, 0.1, 0.3, min(n + 2, 8)).values) if n <= 6 else 0.3 ** -(n + 2) * 1e3
        assert abs(window(law, q, 0.1, 0.3, n).values - difference) < h**2 * (third + 1) + 1e-9 / 0.3**n


def test_the_second_step_starts_at_the_first_ones_gradient() -> None:
    law = DictionaryLaw.structured(10, 3, HALF, positive=(2, 3))
    rng = np.random.default_rng(5)
    q, b, kappa = rng.normal(size=(4, 10)), rng.normal(size=4), rng.normal(size=4)
    q1, b1 = second_step_start(law, q, b, 0.2, kappa)
    assert np.abs(q1 - kappa[:, None] * enumerated_components(law, q, b, 0.2)).max() < 1e-14
    assert np.abs(b1 - b - kappa * enumerated_bias_component(law, q, b, 0.2)).max() < 1e-14
    one, bias = second_step_start(law, q[0], float(b[0]), 0.2, float(kappa[0]))
    assert one.shape == (10,)
    assert np.abs(one - q1[0]).max() < 1e-15
    assert abs(bias - b1[0]) < 1e-15
    same, _ = second_step_start(law, q, b, 0.2, 0.5)
    assert np.abs(same - 0.5 * gradient_components(law, q, b, 0.2).values).max() < 1e-15


def test_the_gradient_is_that_of_the_loss() -> None:
    """Central differences of E[y sigma~(<q, phi> + b)], sigma~ the truncated ReLU averaged over the noise."""
    law, noise, h = DictionaryLaw.structured(6, 3, HALF, Fraction(1, 4)), 0.3, 1e-4
    vectors = (np.arange(64)[:, None] >> np.arange(6)) & 1
    chance = np.array([float(law.probability(vector)) for vector in vectors]) * law.labels_of(vectors)
    phi = (vectors - np.array([float(mean) for mean in law.bit_means])) / math.sqrt(law.total_variance)

    def output(q: Floats, b: float) -> float:
        z = phi @ q + b
        relu = [x * ndtr(x / noise) + noise * norm.pdf(x / noise) for x in (z, z - 1)]
        return float(chance @ (relu[0] - relu[1]))

    q, b = np.linspace(-1, 1.5, 6), 0.2
    slopes = [(output(q + h * e, b) - output(q - h * e, b)) / (2 * h) for e in np.eye(6)]
    assert np.abs(gradient_components(law, q, b, noise).values - slopes).max() < 1e-7
    slope = (output(q, b + h) - output(q, b - h)) / (2 * h)
    assert abs(bias_component(law, q, b, noise).values - slope) < 1e-7


def test_many_neurons_are_those_of_one_each() -> None:
    law = DictionaryLaw.structured(60, 9, HALF, Fraction(1, 4))
    rng = np.random.default_rng(6)
    q, b = rng.normal(size=(70, 60)) / 9, rng.normal(size=70) / 9
    together, bias = gradient_components(law, q, b, 0.05), bias_component(law, q, b, 0.05)
    for i in (0, 31, 69):
        alone = gradient_components(law, q[i], b[i], 0.05)
        assert np.abs(together.values[i] - alone.values).max() <= 1e-15
        assert abs(bias.values[i] - bias_component(law, q[i], b[i], 0.05).values) <= 1e-15


def test_one_weight_vector_goes_with_many_biases() -> None:
    law = DictionaryLaw.structured(5, 3, HALF)
    grid = np.linspace(-1, 1, 7)
    along = window(law, np.ones(5), grid, 0.2)
    assert along.values.shape == along.radius.shape == (7,)
    assert abs(along.values[2] - window(law, np.ones(5), grid[2], 0.2).values) < 1e-14
    assert gradient_components(law, np.ones(5), grid, 0.2).values.shape == (7, 5)
    assert gradient_components(law, np.ones((2, 5)), 0.1, 0.2).values.shape == (2, 5)


def test_no_neurons_have_no_components() -> None:
    law = DictionaryLaw.structured(5, 3, HALF)
    assert gradient_components(law, np.empty((0, 5)), np.empty(0), 0.1).values.shape == (0, 5)


LAW = DictionaryLaw.structured(5, 3, HALF)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gradient_components(LAW, np.ones(5), 0, 0), "noise: expected a positive number, got 0"),
        (lambda: gradient_components(LAW, np.ones(5), 0, float("nan")), "noise: expected a finite number"),
        (lambda: gradient_components(LAW, np.ones(5), 0, 1e-9), "noise: 1e-09 is too small for pre-activations up to"),
        (lambda: gradient_components(LAW, np.full(5, 1e308), 0, 0.1), "noise: 0.1 is too small for pre-activations"),
        (lambda: gradient_components(LAW, np.ones(4), 0, 0.1), r"q: expected an array of shape \(5,\), got \(4,\)"),
        (lambda: gradient_components(LAW, np.ones((2, 4)), 0, 0.1), r"q: expected an array of shape \(n, 5\)"),
        (lambda: gradient_components(LAW, [1, 2, 3, 4, np.nan], 0, 0.1), "q: expected finite numbers"),
        (lambda: gradient_components(LAW, [[1], [2, 3]], 0, 0.1), "q: expected an array of real numbers"),
        (lambda: gradient_components(LAW, "abcde", 0, 0.1), "q: expected an array of"),
        (lambda: gradient_components(LAW, np.ones((2, 5)), np.ones(3), 0.1), r"b: expected an array of shape \(2,\)"),
        (lambda: gradient_components(LAW, np.ones(5), np.inf, 0.1), "b: expected finite numbers"),
        (lambda: gradient_components(LAW, np.ones(5), 0, 0.1, coarser=0), "coarser: expected an integer"),
        (
            lambda: gradient_components(
                DictionaryLaw(Frame(1, 1), (0,), (1,), (1 - Fraction(1, 10**130), Fraction(1, 10**130))), [1], 0, 0.1
            ),
            "law: the bits hardly vary, their total variance is below 2",
        ),
        (lambda: gradient_components(None, np.ones(5), 0, 0.1), "law: expected a DictionaryLaw, got None"),  # type: ignore[arg-type]
        (lambda: window(LAW, np.ones(5), 0, 0.1, 9), "derivative: expected an integer from 0 to 8, got 9"),
        (lambda: window(LAW, np.ones(5), 0, 0.1, without=(5,)), "without: expected an integer from 0 to 4, got 5"),
        (
            lambda: second_step_start(LAW, np.ones((2, 5)), 0, 0.1, np.ones(3)),
            r"kappa: expected an array of shape \(2,\)",
        ),
        (
            lambda: enumerated_components(DictionaryLaw.structured(19, 3, HALF), np.ones(19), 0, 0.1),
            "law: sums over all vectors take at most 18 bits, got 19",
        ),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(LemmataError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
