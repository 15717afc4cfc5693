"""Second derivations of what Lemma 5's claims find: enumeration, quadrature, and exact components of the gradient."""

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Float

from lemmata.engines.balls import Undefined
from lemmata.engines.definitions import unfold
from lemmata.objects import DictionaryLaw
from theory.background_window import (
    component,
    half_window,
    mean_square_curvature,
    mean_square_window,
)
from theory.dictionary_gradient import enumerated_components, gradient_components
from theory.dictionary_gradient import window as averaged_window
from theory.dictionary_transform import (
    BackgroundFactor,
    BackgroundProduct,
    BackgroundSlope,
    ClassExponent,
    ClassSum,
    SinhProduct,
    bit_by_bit,
)
from theory.papers.shi2022 import gradient_transforms
from theory.truncated_relu import smoothed_slope

V, P = 0.4, 0.25
"""The share of fair class bits and the probability of a background bit of the examples."""


def moments(law: DictionaryLaw, q: np.ndarray) -> np.ndarray:
    """E[y phi_j exp(<q, phi>)] by enumeration, (D,)."""
    bits = np.array(list(itertools.product((0, 1), repeat=law.bits)))
    phi, y = law.inputs_of(bits), law.labels_of(bits)
    chances = np.array([float(law.probability(row)) for row in bits])
    return (chances * y * np.exp(phi @ q)) @ phi


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([(1, 1), (1, 4), (3, 3), (3, 6), (5, 7)]), st.integers(0, 2**32 - 1))
def test_the_transforms_against_enumeration(shape: tuple[int, int], seed: int) -> None:
    relevant, bits = shape
    law = DictionaryLaw.structured(bits, relevant, Fraction(2, 5), Fraction(1, 4))
    q = np.random.default_rng(seed).normal(size=bits)
    scale = math.sqrt(law.total_variance)
    c, t = q[:relevant] / (2 * scale), q[relevant:] / scale
    psi = (1 - P) * np.exp(-P * t) + P * np.exp((1 - P) * t)
    chi = P * (1 - P) * (np.exp((1 - P) * t) - np.exp(-P * t))
    half = {gradient_transforms.half: (relevant - 1) // 2, gradient_transforms.uniform: sympy.Rational(2, 5)}

    def value(transform: sympy.Basic, first: float, others: np.ndarray, count: int, factors: np.ndarray) -> float:
        """The stated formula at the exponents of a neuron, which replace the example values of the names."""
        written = bit_by_bit(sympy.sympify(transform).doit().subs(half).subs(gradient_transforms.others, count))
        written = written.subs({ClassSum(0): 0, SinhProduct(0): 1, BackgroundProduct(0): 1})
        written = written.subs({ClassExponent(i + 1): float(x) for i, x in enumerate(others)})
        written = written.subs({ClassExponent(0): first, BackgroundSlope(0): first})
        return float(written.subs({BackgroundFactor(i + 1): float(x) for i, x in enumerate(factors)}))

    found = [
        value(gradient_transforms.class_transform, c[j], np.delete(c, j), bits - relevant, psi) / (2 * scale)
        for j in range(relevant)
    ]
    found += [
        value(gradient_transforms.background_transform, chi[j], c, bits - relevant - 1, np.delete(psi, j)) / scale
        for j in range(bits - relevant)
    ]
    assert found == pytest.approx(moments(law, q), rel=1e-10, abs=1e-13)


def test_sums_and_products_are_written_out_bit_by_bit() -> None:
    n = sympy.Symbol("n")
    assert bit_by_bit(ClassSum(n + 2)) == ClassSum(n) + ClassExponent(n + 1) + ClassExponent(n + 2)
    assert bit_by_bit(SinhProduct(n)) == SinhProduct(n)
    for function, more in ((ClassSum, 3), (SinhProduct, 14), (BackgroundProduct, 20)):
        written = bit_by_bit(function(n + more)).subs(n, 0)
        exact = function.enclose(arb(more))
        parts = {part: Float(float(part.func.enclose(arb(int(part.args[0]))))) for part in written.atoms(sympy.Function)
                 if isinstance(part, ClassExponent | BackgroundFactor)}  # fmt: skip
        assert float(written.subs(parts)) == pytest.approx(float(exact))


@pytest.mark.parametrize("function", [ClassSum, SinhProduct, BackgroundProduct])
def test_a_negative_number_of_bits_is_undefined(function: type) -> None:
    with pytest.raises(Undefined):
        function.enclose(arb(-1))
    with pytest.raises(Undefined):
        function.enclose(arb(1) / 2)


neurons = st.tuples(
    st.sampled_from([(1, 2), (2, 5), (3, 8), (5, 9)]),
    st.fractions(Fraction(1, 10), Fraction(1, 2), max_denominator=20),
    st.floats(-0.3, 0.6),
    st.floats(0.05, 0.6),
    st.integers(0, 2**32 - 1),
)


def balanced(relevant: int, bits: int, background: Fraction, random: np.random.Generator) -> DictionaryLaw:
    """A law with (A0) that is not symmetric: random counts of class bits, half of the probability on each label."""
    counts = [Fraction(int(c), 1) for c in random.integers(1, 20, size=relevant + 1)]
    odd = sum(counts[1::2])
    even = sum(counts[::2])
    counts = [count / (2 * (odd if j % 2 else even)) for j, count in enumerate(counts)]
    return DictionaryLaw(
        DictionaryLaw.structured(bits, relevant, 1).dictionary, tuple(range(relevant)), tuple(range(1, relevant + 1, 2)),
        tuple(counts), background,
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(neurons)
def test_both_bounds_hold_under_laws_without_symmetry(neuron: tuple) -> None:
    (relevant, bits), background, b, noise, seed = neuron
    random = np.random.default_rng(seed)
    law = balanced(relevant, bits, background, random)
    q = random.normal(size=bits) * random.choice([0.1, 1.0])
    scale = math.sqrt(law.total_variance)
    components = enumerated_components(law, q, b, noise)
    beta = float(averaged_window(law, q, b, noise, without=range(relevant)).values)

    every = np.array(list(itertools.product((0, 1), repeat=bits)))
    chances = np.array([float(law.probability(row)) for row in every])
    seen = law.inputs_of(every)[:, :relevant] @ q[:relevant]
    spread, size = math.sqrt(chances @ seen**2), chances @ np.abs(seen)
    sigma_phi = float(background * (1 - background)) / scale**2
    means = chances @ (law.labels_of(every)[:, None] * every[:, :relevant])
    error = spread / (2 * math.sqrt(2 * math.pi) * noise) / scale
    assert np.all(np.abs(components[:relevant] - beta * means / scale) <= error + 1e-12)
    bound = sigma_phi * np.abs(q[relevant:]) * size * math.sqrt(2 / (math.pi * math.e)) / noise**2
    assert np.all(np.abs(components[relevant:]) <= bound + 1e-12)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([3, 5, 7]), st.sampled_from([0.0, 0.5, 1.0]), st.floats(-1, 1), st.integers(0, 2**32 - 1))
def test_components_are_even_about_one_half(relevant: int, v: float, b: float, seed: int) -> None:
    law = DictionaryLaw.structured(40, relevant, Fraction(v))
    q = np.random.default_rng(seed).normal(size=40) / relevant
    here, there = (gradient_components(law, q, at, 0.1) for at in (b, 1 - b))
    assert np.all(np.abs(here.values - there.values) <= here.radius + there.radius + 1e-14)


def test_components_are_not_odd_in_the_bias() -> None:
    law = DictionaryLaw.structured(8, 3, Fraction(1, 2))
    q = np.random.default_rng(0).normal(size=8)
    here, there = (gradient_components(law, q, at, 0.3) for at in (0.2, -0.2))
    assert np.abs(here.values + there.values)[3:].max() > 100 * (here.radius + there.radius).max()


@pytest.mark.parametrize("background", [Fraction(1, 2), Fraction(1, 8)])
def test_the_expansions_against_exact_components(background: Fraction) -> None:
    bits, relevant, noise, b = 400, 5, 0.1, 0.06
    law = DictionaryLaw.structured(bits, relevant, Fraction(1, 2), background)
    q = np.random.default_rng(1).normal(size=bits) / relevant
    exact = gradient_components(law, q, b, noise).values
    scale, p = math.sqrt(law.total_variance), float(background)
    g, second, third = (
        float(averaged_window(law, q, b, noise, derivative=order, without=range(relevant)).values)
        for order in (0, 2, 3)
    )
    total = q[:relevant].sum()
    along = 0.25 / scale * (g + total**2 * second / (8 * scale**2))
    assert exact[:relevant] == pytest.approx(along, rel=1e-4)
    weights = q[relevant:]
    bracket = weights * second + (1 - 2 * p) * weights**2 / (2 * scale) * third
    leading = 0.25 * total * p * (1 - p) / scale**3 * bracket
    assert np.linalg.norm(exact[relevant:] - leading) < 0.03 * np.linalg.norm(leading)


@settings(max_examples=30, deadline=None)
@given(st.floats(-0.45, 0.45), st.floats(0.03, 0.5), st.integers(0, 2**32 - 1))
def test_the_bound_on_beta(b: float, noise: float, seed: int) -> None:
    law = DictionaryLaw.structured(12, 3, Fraction(1, 2))
    q = np.random.default_rng(seed).normal(size=12) / 3
    beta = averaged_window(law, q, b, noise, without=range(3))
    variance = (q[3:] ** 2).sum() / 4 / float(law.total_variance) + noise**2
    least = 0.5 - abs(b) / (math.sqrt(2 * math.pi) * noise) - variance / (2 * (1 - abs(b)) ** 2)
    assert beta.values + beta.radius >= least


def test_mean_squares_against_quadrature() -> None:
    at, tau = 0.04, 0.21
    place = sympy.Symbol("x")
    for order, found in ((0, mean_square_window), (2, mean_square_curvature)):
        window = sympy.lambdify(place, half_window(place, Float(tau), order), "mpmath")
        direct = mpmath.quad(lambda x, f=window: f(x) ** 2 * mpmath.npdf(x, 0, at), [-0.5, 0, 0.5])
        assert float(found(Float(at), Float(tau))) == pytest.approx(float(direct), rel=1e-8)


@pytest.mark.parametrize("relevant", [1, 3])
def test_components_of_a_few_bits_against_enumeration(relevant: int) -> None:
    law = DictionaryLaw.structured(3, relevant, Fraction(2, 5), Fraction(1, 4))
    rows = np.array(list(itertools.product((0, 1), repeat=3)))
    atoms = [
        (dict(enumerate(map(Float, phi))), int(y), Float(float(law.probability(row))))
        for row, phi, y in zip(rows, law.inputs_of(rows), law.labels_of(rows), strict=True)
    ]
    q = np.array([0.4, -0.7, 1.1])
    found = [component(atoms, j, dict(enumerate(map(Float, q))), Float(0.2), Float(0.3)) for j in range(3)]
    assert [float(value) for value in found] == pytest.approx(
        enumerated_components(law, q, 0.2, 0.3).ravel(), abs=1e-14
    )


def window_value(b: float, noise: float) -> float:
    return float(unfold(smoothed_slope(Float(b), Float(noise))))


def test_the_window_against_monte_carlo() -> None:
    noise = np.random.default_rng(0).normal(size=400_000) * 0.3
    share = np.mean((noise + 0.2 > 0) & (noise + 0.2 < 1))
    assert abs(share - window_value(0.2, 0.3)) < 5 * 0.5 / math.sqrt(400_000)


def test_the_weights_are_on_the_class_alone() -> None:
    law = DictionaryLaw.structured(30, 3, Fraction(1, 2))
    components = gradient_components(law, np.zeros(30), 0.1, 0.2)
    inside = 0.25 / math.sqrt(law.total_variance) * window_value(0.1, 0.2)
    assert components.values[:3] == pytest.approx(inside, rel=1e-12)
    assert np.all(np.abs(components.values[3:]) <= components.radius[3:] + 1e-15)
