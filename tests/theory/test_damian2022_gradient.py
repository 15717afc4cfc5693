"""The claims about the first step by other routes: quadrature, enumeration of samples, Monte Carlo with error bars."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
import sympy
from numpy.typing import NDArray
from sympy import Integer, Rational, pi, sqrt, symbols

from lemmata.judge import examine
from lemmata.verdicts import Status
from theory.activations import Step
from theory.gaussian import expectation
from theory.papers.damian2022 import alignment, first_step, remainder
from theory.papers.damian2022.paper import d, n, paper, q, t

PHI_0 = 1 / math.sqrt(2 * math.pi)
EXACT = [
    "first-gradient", "equation-1-second-line", "lemma-13-parts", "lemma-13-series", "lemma-13-even", "lemma-10-mean",
    "lemma-10-linear-part", "definition-12", "lemma-16-split", "lemma-16-independence", "quadratic-remainder", "odd-orders",
    "higher-orders", "lemma-4-preprocessed", "corollary-15-signal", "equation-2-remainder-odd",
    "equation-2-remainder-even", "noise-covariance", "alignment-constants", "arcsine-kernel", "alignment-cosine-mean",
    "corollary-14-noise",
]  # fmt: skip
MISPRINTED = [
    "equation-1-second-line", "lemma-13-parts", "lemma-10-mean", "definition-12", "lemma-16-split",
    "lemma-16-independence",
]  # fmt: skip


@pytest.mark.parametrize("slug", EXACT)
def test_what_is_upheld_is_shown(slug: str) -> None:
    claim = paper.claims[slug]
    examination = examine(claim, claim.upheld, None)
    assert examination.status is Status.HOLDS
    assert examination.grade(claim.upheld).value == "symbolic"


@pytest.mark.parametrize("slug", [*MISPRINTED, "lemma-4"])
def test_what_is_printed_fails(slug: str) -> None:
    claim = paper.claims[slug]
    assert examine(claim, claim.stated, None).status is Status.FAILS
    for edit in claim.correction:
        assert examine(claim, claim.without(edit), None).status is Status.FAILS


# Eq. (1) and Lemma 13.


def gated(f: Callable[[float], float], bias: float = 0.0) -> float:
    """E[f(Z) Z 1{Z + b >= 0}]: one dimension, w = u = 1."""

    def integrand(z: float) -> float:
        return f(z) * z * math.exp(-z * z / 2) * PHI_0

    return float(scipy.integrate.quad(integrand, -bias, 14, epsabs=1e-12)[0])


def test_eq_1_second_line_and_lemma_4_miss_the_linear_part() -> None:
    # f = u.x has H = 0 and a gradient of length 1/2.
    assert gated(lambda z: z) == pytest.approx(0.5)


def test_eq_1_second_line_has_no_bias() -> None:
    # f = He_2: c_2 C_2(w) + c_4 C_2(w, w) w / 2 at a bias; the line has 2 phi(0) for the first.
    bias = 0.7
    phi = math.exp(-(bias**2) / 2) * PHI_0
    assert gated(lambda z: z * z - 1, bias) == pytest.approx(phi * 2 + (bias**2 - 1) * phi)


def test_lemma_13_takes_the_residual_in_both_terms() -> None:
    # f* = 1 and alpha = 1: the residual is zero, while w E[f* delta] is phi(0).
    assert gated(lambda z: 1.0 - 1.0) == 0
    assert gated(lambda z: 1.0) == pytest.approx(PHI_0)


# Samples, by enumeration: averages over n normal samples as polynomials of n variables, in one dimension.


def sampled(size: int) -> tuple[list[sympy.Symbol], list[sympy.Expr], sympy.Expr, sympy.Expr]:
    """The samples, the labels He_2(x)/sqrt(2), and alpha and beta."""
    x = list(symbols(f"x_1:{size + 1}"))
    y = [(v**2 - 1) / sqrt(2) for v in x]
    return x, y, sum(y) / Integer(size), sum(v * label for v, label in zip(x, y, strict=True)) / Integer(size)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_definition_12_by_enumeration(size: int) -> None:
    x, y, alpha, beta = sampled(size)
    # All samples are alike: the mean of the first summand is that of g_n.
    summand = sympy.expand((y[0] - alpha - beta * x[0]) * x[0])
    mean = expectation(summand * Step(x[0]), *x)
    one = expectation(sympy.expand(y[0] * x[0]) * Step(x[0]), x[0])
    assert sympy.simplify(mean - (1 - Rational(7, size)) * one) == 0
    assert gated(lambda z: (z * z - 1) / math.sqrt(2)) == pytest.approx(float(one))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_lemma_16_by_enumeration(size: int) -> None:
    x, _, alpha, beta = sampled(size)
    # g = E[f x 1{x >= 0}] - alpha phi(0) - beta/2 for w = 1; tr H = sqrt(2).
    product = expectation(sympy.expand(-(alpha / sqrt(2 * pi) + beta / 2) * x[0]), *x)
    claim = paper.claims["lemma-16-independence"].upheld.formulas()["right"]
    values = {n: size, d: 1, first_step.mean: 0, first_step.linear_overlap: 0, first_step.trace: sqrt(2)}
    assert sympy.simplify(product - claim.subs(values)) == 0
    assert product != 0


@pytest.mark.parametrize("size", [1, 2, 3])
def test_lemma_10_by_enumeration(size: int) -> None:
    x, _, alpha, beta = sampled(size)
    noise = Rational(3, 2)
    mean = paper.claims["lemma-10-mean"].upheld.formulas()["right"]
    linear = paper.claims["lemma-10-linear-part"].upheld.formulas()["right"]
    # Noise of variance 3/2 adds its own average and its own linear part.
    assert expectation(sympy.expand(alpha**2), *x) + noise / size == mean.subs(
        {n: size, first_step.mean: 0, first_step.noise: sqrt(noise)}
    )
    assert expectation(sympy.expand(beta**2), *x) + noise / size == linear.subs(
        {n: size, d: 1, q: 2, first_step.noise: sqrt(noise)}
    )


def test_lemma_16_split_on_random_data() -> None:
    rng = np.random.default_rng(7)
    size, j = 6, 2
    x, labels, w, g = rng.normal(size=(size, 3)), rng.normal(size=size), rng.normal(size=3), rng.normal(size=3)
    summands = labels[:, None] * x * (x @ w >= 0)[:, None]
    deviation = (g - summands.mean(axis=0)) @ x[j]
    others = sum((summands[i] - g) @ x[j] for i in range(size) if i != j)
    own = summands[j] @ x[j]
    assert deviation == pytest.approx(-(others + own - g @ x[j]) / size)
    assert deviation != pytest.approx(-(others + own - float(g.sum())) / size, rel=1e-3)
    assert deviation != pytest.approx((others + own - g @ x[j]) / size, rel=1e-3)


def test_first_gradient_by_finite_differences() -> None:
    rng = np.random.default_rng(11)
    w, x, y, a, bias = rng.normal(size=3), rng.normal(size=3), 1.3, -1.0, 0.4

    def loss(moved: NDArray[np.float64]) -> float:
        # The partner neuron has the same weights and the opposite sign.
        output = a * max(moved @ x + bias, 0) - a * max(w @ x + bias, 0)
        return float((output - y) ** 2)

    for sign in (1, -1):
        w = w * sign
        step = 1e-6
        found = [(loss(w + step * e) - loss(w - step * e)) / (2 * step) for e in np.eye(3)]
        assert found == pytest.approx(-2 * a * y * x * (w @ x + bias >= 0), abs=1e-7)


# The remainder: t^2 = <u,w>^2 has the beta law with parameters 1/2 and (d - 1)/2.


def over_the_sphere(h: Callable[[float], float], dimension: int) -> float:
    law = scipy.stats.beta(0.5, (dimension - 1) / 2)
    return float(law.expect(lambda s: h(math.sqrt(s)), epsabs=1e-13, epsrel=1e-10))


def he(order: int, z: float) -> float:
    return float(scipy.special.eval_hermitenorm(order, z))


def gradient_squared(weights: dict[int, float], without_leading: bool) -> Callable[[float], float]:
    """||E[f x 1{w.x >= 0}] - (Hw/sqrt(2 pi))||^2 at an overlap, with the ReLU's coefficients by quadrature."""
    coefficients = {
        order + shift: scipy.integrate.quad(lambda z, k=order + shift: max(z, 0) * he(k, z) * math.exp(-z * z / 2), 0, 14)[0]
        * PHI_0
        for order in weights
        for shift in (0, 2)
    }  # fmt: skip

    def squared(overlap: float) -> float:
        along_u = sum(c * k * coefficients[k] * overlap ** (k - 1) for k, c in weights.items())
        along_w = sum(c * coefficients[k + 2] * overlap**k for k, c in weights.items())
        if without_leading:
            along_u -= 2 * weights.get(2, 0.0) * PHI_0 * overlap
        return float(along_u**2 + along_w**2 + 2 * along_u * along_w * overlap)

    return squared


@pytest.mark.parametrize("dimension", [3, 10, 41])
def test_remainders_over_the_sphere(dimension: int) -> None:
    leading = 3 / (8 * math.pi * dimension * (dimension + 2))
    for p in range(3, 9):
        target = {2: 0.5, p: 1 / math.sqrt(2 * math.factorial(p))}
        found = over_the_sphere(gradient_squared(target, True), dimension)
        if p % 2:
            assert found == pytest.approx(leading, rel=1e-7)
        else:
            bound = float(remainder.even_surplus.subs(d, dimension))
            assert abs(found - leading) <= bound * (1 + 1e-7)


@pytest.mark.parametrize("dimension", [2, 7, 100])
def test_higher_orders_over_the_sphere(dimension: int) -> None:
    bound = float(paper.claims["higher-orders"].stated.formulas()["bound"].subs(d, dimension))
    sizes = {
        q: over_the_sphere(gradient_squared({q: 1 / math.sqrt(math.factorial(q))}, False), dimension)
        for q in range(3, 11)
    }
    assert all(size <= bound * (1 + 1e-9) for size in sizes.values())
    assert all(sizes[q] < 1e-12 for q in (3, 5, 7, 9))
    # The bound is approached at q = 4 as d grows.
    assert max(sizes, key=sizes.__getitem__) == 4
    assert dimension < 100 or sizes[4] > 0.9 * bound


def test_quadratic_remainder_by_sampling_directions() -> None:
    rng = np.random.default_rng(3)
    size, eigenvalues = 6, np.array([1.0, -0.5, 2.0, 0.0, 0.0, 0.0])
    w = rng.normal(size=(200_000, size))
    w /= np.linalg.norm(w, axis=1)[:, None]
    lengths = np.abs((w**2) @ eigenvalues) * PHI_0 / 2
    trace, squares = eigenvalues.sum(), (eigenvalues**2).sum()
    expected = (2 * squares + trace**2) / (8 * math.pi * size * (size + 2))
    error = (lengths**2).std() / math.sqrt(len(w))
    assert abs((lengths**2).mean() - expected) < 5 * error
    assert abs(lengths.mean() - trace * PHI_0 / (2 * size)) > 5 * lengths.std() / math.sqrt(len(w))  # H is indefinite
    positive = (w**2) @ np.abs(eigenvalues) * PHI_0 / 2
    first = np.abs(eigenvalues).sum() * PHI_0 / (2 * size)
    assert abs(positive.mean() - first) < 5 * positive.std() / math.sqrt(len(w))


# The noise.


def test_noise_covariance_by_simulation() -> None:
    rng = np.random.default_rng(5)
    size, samples, replicates, error = 6, 1500, 1500, 0.8
    w = np.zeros(size)
    w[0], w[1] = 0.6, 0.8
    found = np.empty((replicates, size))
    for i in range(replicates):
        x = rng.normal(size=(samples, size))
        y = (x[:, 0] ** 2 - 1) / math.sqrt(2) + error * rng.choice([-1.0, 1.0], samples)
        residual = y - y.mean() - x @ (x.T @ y / samples)
        found[i] = (residual * (x @ w >= 0)) @ x / samples
    squares = ((found - found.mean(axis=0)) ** 2).sum(axis=1) * samples
    across = found[:, -1] ** 2 * samples
    at = {d: size, t: Rational(3, 5), first_step.noise: Rational(4, 5)}
    _, trace, value = (formula.subs(at) for formula in paper.claims["noise-covariance"].stated.formulas().values())
    # What is left out is of relative order d/n, here below .01.
    for values, expected in [(squares, float(trace)), (across, float(value))]:
        assert abs(values.mean() - expected) < 4 * values.std() / math.sqrt(replicates) + 0.01 * expected


def test_alignment_constants_by_quadrature() -> None:
    def over_biases(h: Callable[[float], float]) -> float:
        return float(scipy.integrate.quad(lambda z: h(z) * math.exp(-z * z / 2) * PHI_0, -12, 12)[0])

    signal = over_biases(lambda z: math.exp(-z * z) / (2 * math.pi))
    centred = over_biases(lambda z: scipy.special.ndtr(z) * scipy.special.ndtr(-z))
    plain = over_biases(scipy.special.ndtr)
    constants = [float(value) for value in paper.claims["alignment-constants"].stated.formulas().values()]
    assert constants == pytest.approx([0.25 / PHI_0**2, 0.5 / PHI_0**2, centred / signal, plain / signal])


@pytest.mark.parametrize("angle", [-0.95, -0.3, 0.0, 0.5, 0.99])
def test_arcsine_kernel_by_the_bivariate_distribution(angle: float) -> None:
    formula = paper.claims["arcsine-kernel"].stated.formulas()["right"]
    law = scipy.stats.multivariate_normal([0, 0], [[1, angle], [angle, 1]])
    assert float(formula.subs(alignment.cosine, angle)) == pytest.approx(law.cdf([0, 0]), abs=1e-6)


@pytest.mark.parametrize("ratio", [0.01, 0.5, 1.0, 7.0, 60.0])
def test_mean_cosine_by_quadrature(ratio: float) -> None:
    formula = paper.claims["alignment-cosine-mean"].stated.formulas()["right"]

    def integrand(z: float) -> float:
        return z * z / (z * z + ratio) * math.exp(-z * z / 2) * 2 * PHI_0

    expected = scipy.integrate.quad(integrand, 0, 14, epsabs=1e-12)[0]
    assert float(formula.subs(alignment.ratio, Rational(ratio)).evalf(30)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("t", [-1.0, -0.4, 0.0, 0.3, 0.9, 1.0])
def test_the_remainder_of_a_target_with_a_linear_part_is_of_order_one(t: float) -> None:
    # In polar coordinates of the plane of u and w the gate is a half-circle, and the radial moments are exact.
    nodes, weights = np.polynomial.legendre.leggauss(60)
    angle = math.acos(t) + nodes * math.pi / 2  # u is at angle 0
    weight = weights * math.pi / 2 / (2 * math.pi)
    second, fourth_half = 2.0, math.sqrt(2) * math.gamma(2.5) * 2  # E R^2 and E R^3
    radial = {1: math.sqrt(math.pi / 2), 2: second, 3: fourth_half}
    cosine, directions = np.cos(angle), np.stack([np.cos(angle), np.sin(angle)])
    linear = (weight * radial[2] * cosine / math.sqrt(2) * directions).sum(axis=1)
    quadratic = (weight * (radial[3] * cosine**2 - radial[1]) / 2 * directions).sum(axis=1)
    leading = np.array([t, 0.0]) / math.sqrt(2 * math.pi)
    squared = ((linear + quadratic - leading) ** 2).sum()
    assert squared == pytest.approx(1 / 8 - t**3 / (4 * math.sqrt(math.pi)) + t**4 / (8 * math.pi), abs=1e-12)
