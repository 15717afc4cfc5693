"""Second derivations of what Appendix A.2's claims find, by quadrature, enumeration and exact moments."""

import itertools
import math

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, symbols

from theory.kernels import step_kernel_matrix
from theory.papers.damian2022.expressivity import SMALL_DATA, SMALL_LABELS, lemma_21_main_term
from theory.papers.damian2022.features import corollary_18, monomial_weights
from theory.papers.damian2022.paper import a, b, d, k, p
from theory.papers.damian2022.representation import deviation, largest_square, mean_of_square
from theory.papers.damian2022.setting import iota, kappa, m, r

x = symbols("x")


def uniform_weight(power: int) -> sympy.Expr:
    constant, linear, general = (weight for _, _, weight in monomial_weights(k))
    return [constant, linear][power] if power < 2 else general.subs(k, power)


def average_over_normal_biases(power: int, at: float, density: object) -> float:
    """E_{a,b}[v_k(a,b) ReLU(ax + b)], b standard normal, with ``density`` in the denominator of v_k; by quadrature."""
    weight = sympy.lambdify((a, b), uniform_weight(power), "mpmath")
    total = mpmath.mpf(0)
    for side in (1, -1):
        kink = min(max(-side * at, -1), 1)

        def integrand(bias: mpmath.mpf, side: int = side) -> mpmath.mpf:
            relu = max(side * at + bias, 0)
            return weight(side, bias) / (2 * density(bias)) * relu * mpmath.npdf(bias) / 2

        total += mpmath.quad(integrand, sorted({-1, kink, 1}))
    return float(total)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 7), st.floats(-1, 1))
def test_corollary_18_with_the_density_of_the_bias(power: int, at: float) -> None:
    found = average_over_normal_biases(power, at, mpmath.npdf)
    assert found == pytest.approx(at**power, abs=1e-10)


def test_corollary_18_as_printed_with_the_density_at_x() -> None:
    found = average_over_normal_biases(2, 0.5, lambda bias: mpmath.npdf(0.5))
    assert abs(found - 0.25) > 0.02


@pytest.mark.parametrize("power", range(2, 7))
def test_corollary_18_the_supremum(power: int) -> None:
    ratio = float(list(corollary_18.upheld.properties.values())[1].doit())
    weight = sympy.lambdify((a, b), uniform_weight(power), "numpy")
    grid = np.linspace(-1, 1, 2001)
    uniform = max(np.abs(weight(side, grid)).max() for side in (-1, 1))
    normal = max(np.abs(weight(side, grid) * np.sqrt(2 * np.pi) * np.exp(grid**2 / 2) / 2).max() for side in (-1, 1))
    assert normal == pytest.approx(ratio * uniform, rel=1e-12)


@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize("noise", [0.0, 1.5])
def test_lemma_20_preprocessing_leaves_a_root_of_n(order: int, noise: float) -> None:
    """E<u, beta>^2/4 over all labels of n samples, by Gauss-Hermite nodes in each <u, x_i>: in n as 1/n, not as 1/n^2."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(order + 2)
    weights = weights / weights.sum()
    values = np.polynomial.hermite_e.hermeval(nodes, [0] * order + [1]) / math.sqrt(math.factorial(order))
    # One sample's part of n <u, beta>, with its probability.
    parts = [
        (y * node, w / 2)
        for node, value, w in zip(nodes, values, weights, strict=True)
        for y in (value - noise, value + noise)
    ]
    for n in (1, 2, 3):
        found = sum(
            math.prod(w for _, w in drawn) * (sum(part for part, _ in drawn) / n) ** 2 / 4
            for drawn in itertools.product(parts, repeat=n)
        )
        assert found == pytest.approx((2 * order + 1 + noise**2) / (4 * n), rel=1e-9)


def test_lemma_23_beyond_the_range_that_corollary_18_allows() -> None:
    """At the pre-activation 6/5, which |g(w).x| <= 1 lets pass for eta_1 = 3/5: 7/5 and 36/25."""
    assert average_over_normal_biases(2, 1.2, mpmath.npdf) == pytest.approx(7 / 5, abs=1e-10)


def test_corollary_22_on_small_data_over_all_directions() -> None:
    """z_T itself, averaged over the directions of the plane, is larger than 1/M_PP, and z_T reproduces x_1."""
    inputs, labels = np.array(SMALL_DATA, dtype=float), np.array(SMALL_LABELS, dtype=float).ravel()
    prepared = labels - labels.mean() - inputs @ (inputs.T @ labels / 4)
    # Gates switch at multiples of 45 degrees only.
    turns = 2 * np.pi * (np.arange(8) + 0.5) / 8
    neurons = np.column_stack([np.cos(turns), np.sin(turns)])
    features = ((neurons @ inputs.T >= 0) * prepared) @ inputs / 4
    moments = features.T @ features / 8
    dual = features @ np.linalg.inv(moments)[:, 0]
    assert np.mean(dual[:, None] * features, axis=0) == pytest.approx([1, 0], abs=1e-12)
    assert np.mean(dual**2) * moments[0, 0] == pytest.approx(645656 / 192727, rel=1e-12)


def test_corollary_22_where_the_moments_are_singular() -> None:
    """g = +-(1, 1): its projection on the first axis has second moment 1, but x_1 is not represented."""
    features = np.array([[1.0, 1.0], [-1.0, -1.0]])
    dual = features @ np.linalg.pinv(features.T @ features / 2)[:, 0]
    assert np.mean(dual[:, None] * features, axis=0) == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize(("dimension", "samples"), [(10, 400), (20, 1600)])
def test_corollary_22_on_normal_data_the_inverse_exceeds_by_a_moderate_factor(dimension: int, samples: int) -> None:
    generator = np.random.default_rng(5)
    inputs = generator.standard_normal((samples, dimension))
    labels = (inputs[:, 0] ** 2 - 1) / math.sqrt(2)
    prepared = inputs * (labels - labels.mean() - inputs @ (inputs.T @ labels / samples))[:, None]
    moments = prepared.T @ step_kernel_matrix(inputs, inputs) @ prepared / samples**2
    assert 1.2 < np.linalg.inv(moments)[0, 0] * moments[0, 0] < 12


def sphere_moment(powers: tuple[int, ...], dimension: int) -> Rational:
    """E of a monomial of a uniform unit vector."""
    if any(power % 2 for power in powers):
        return Rational(0)
    top = sympy.prod(sympy.factorial2(power - 1) for power in powers if power)
    return Rational(top, sympy.prod(dimension + 2 * i for i in range(sum(powers) // 2)))


@pytest.mark.parametrize(
    ("power", "span", "dimension"), [(1, 2, 4), (2, 2, 2), (2, 3, 5), (3, 2, 6), (3, 3, 4), (4, 2, 7)]
)
def test_lemma_21_main_term_by_eigenvalues(power: int, span: int, dimension: int) -> None:
    """The matrix of E w^(2k) on an orthonormal basis of the symmetric tensors of the first ``span`` axes."""
    slots = [key for key in itertools.product(range(power + 1), repeat=span) if sum(key) == power]
    sizes = [math.sqrt(math.factorial(power) / math.prod(math.factorial(e) for e in key)) for key in slots]
    matrix = np.array(
        [
            [
                float(sphere_moment(tuple(map(sum, zip(u, v, strict=True))), dimension)) * s * t
                for v, t in zip(slots, sizes, strict=True)
            ]
            for u, s in zip(slots, sizes, strict=True)
        ]
    )
    (eigenvalue,) = lemma_21_main_term.upheld.bound.free_symbols - {k, d}
    expected = float(lemma_21_main_term.upheld.bound.subs({k: power, d: dimension, eigenvalue: 1}))
    assert np.linalg.eigvalsh(matrix)[0] == pytest.approx(expected, rel=1e-10)


def test_lemma_25_variance_of_squared_weights_scales_as_the_fourth_power() -> None:
    """z_i = (h^2 + h'^2)/m^2 with h of a law that does not depend on m: its variance is m^-4 times a constant."""
    values = np.random.default_rng(2).standard_normal((2, 1000)) ** 3
    variances = {width: np.var((values**2).sum(axis=0) / width**2) for width in (10, 1000)}
    slope = math.log(variances[1000] / variances[10]) / math.log(100)
    assert slope == pytest.approx(-4, abs=1e-9)
    assert slope != pytest.approx(-3, abs=0.5)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_lemma_25_the_inequality_of_bhatia_and_davis(values: list[float]) -> None:
    assert np.var(values) <= max(values) * np.mean(values) + 1e-12


def test_lemma_25_as_printed_the_second_term_is_too_small() -> None:
    """At a large width the printed deviation is below the bound on a single z_i times anything: compare the powers."""
    sizes = {m: 1, r: 1, kappa: 10, iota: 10, p: 1}
    printed = deviation.args[1].subs(sizes)
    assert largest_square.subs(sizes) / printed == 10**7
    assert mean_of_square.subs(sizes) < largest_square.subs(sizes)
