"""damian2022, the main results by other routes: quadrature, enumeration over a real network, evaluation at sizes."""

import itertools
import math

import numpy as np
import pytest
import scipy
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational, log

from lemmata import Claim
from lemmata.judge import examine
from lemmata.verdicts import Status
from theory.bounds import Bound
from theory.papers.damian2022 import main_results as claims
from theory.papers.damian2022.paper import d, n, p, t, x
from theory.papers.damian2022.setting import N, iota, kappa, m, r, varsigma

DENSITY = scipy.stats.norm.pdf
positive = st.floats(0.01, 100)


# The loss.


@settings(max_examples=40)
@given(st.floats(-5, 5), st.floats(0, 3))
def test_excess_l1_at_numbers(off: float, noise: float) -> None:
    place = {claims.error: off, varsigma: noise}
    average = (abs(off - noise) + abs(off + noise)) / 2
    assert average - noise == pytest.approx(max(abs(off) - noise, 0), abs=1e-12)
    assert float(claims.excess_l1.stated.right.subs(place)) == pytest.approx(average - noise, abs=1e-12)


def zero_predictor(noise: float) -> float:
    """E_{x,y}|y| - noise for f = He_2/sqrt 2, by quadrature over x and the two signs, split at the kinks."""
    kinks = [math.sqrt(1 + s * math.sqrt(2) * noise) for s in (1, -1) if 1 + s * math.sqrt(2) * noise > 0]
    total = 0.0
    for sign in (1, -1):
        edges = sorted({0.0, 12.0, *kinks})
        for low, high in itertools.pairwise(edges):
            total += scipy.integrate.quad(
                lambda z, sign=sign: abs((z * z - 1) / math.sqrt(2) + sign * noise) * DENSITY(z), low, high
            )[0]
    return total - noise


@pytest.mark.parametrize("noise", [0.9, 1.0, 1.7, 4.0])
def test_zero_predictor_by_quadrature(noise: float) -> None:
    (value,) = claims.zero_predictor.stated.properties.values()
    kink = math.sqrt(1 + math.sqrt(2) * noise)
    closed = float(value.subs({claims.c: kink, varsigma: noise}))
    assert closed == pytest.approx(zero_predictor(noise), abs=1e-9)
    if noise == 1.0:
        assert closed == pytest.approx(0.142, abs=5e-4)


def test_theorem_3_affine_by_least_squares() -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    z, u = (grid.ravel() for grid in np.meshgrid(nodes, nodes))
    scale = np.sqrt(np.outer(weights, weights).ravel() / weights.sum() ** 2)
    target = (z**2 - 1) / math.sqrt(2)
    design = np.stack([np.ones_like(z), z, u], axis=1)
    best, risk, *_ = np.linalg.lstsq(design * scale[:, None], target * scale, rcond=None)
    assert np.abs(best).max() < 1e-10
    assert risk[0] == pytest.approx(1)


# Lemma 26.


def residuals_times_noise(inputs: np.ndarray, noise: np.ndarray, network: dict[str, np.ndarray], step: float) -> float:
    """<delta, epsilon>/n after one step of Algorithm 1 with ReLU neurons: W, a, redrawn biases b and the new head."""
    size = len(inputs)
    target = (inputs[:, 0] ** 2 - 1) / math.sqrt(2)
    labels = target + noise
    labels = labels - labels.mean() - inputs @ (labels @ inputs / size)
    active = (inputs @ network["W"].T >= 0).astype(float)
    # f = 0 at the symmetric initialisation; the weight decay cancels the initial weights.
    gradient = -2 * network["a"][:, None] * np.einsum("n,nm,nd->md", labels, active, inputs) / size
    features = np.maximum(inputs @ (-step * gradient).T + network["b"], 0)
    return float((features @ network["head"] - target) @ noise / size)


def enumerated(inputs: np.ndarray, level: float, network: dict[str, np.ndarray], step: float) -> float:
    draws = [level * np.array(draw) for draw in itertools.product((-1, 1), repeat=len(inputs))]
    return float(np.mean([residuals_times_noise(inputs, draw, network, step) for draw in draws]))


@pytest.mark.parametrize(("first", "second"), [(0.5, 0.5), (0.8, 0.3), (1.5, 0.2)])
def test_lemma_26_on_a_network(first: float, second: float) -> None:
    network = {
        "W": np.array([[1.0], [1.0]]), "a": np.array([1.0, -1.0]),
        "b": np.array([50.0, 40.0]), "head": np.array([0.7, -0.2]),
    }  # fmt: skip
    found = enumerated(np.array([[first], [-second]]), 0.6, network, 0.25)
    values = {claims.step_size: 0.25, claims.head_overlap: 0.9, varsigma: 0.6, x: first, t: second}
    assert found == pytest.approx(float(claims.lemma_26.upheld.right.subs(values)), rel=1e-9)
    assert abs(found) > 1e-4


@pytest.mark.parametrize("seed", range(4))
def test_lemma_26_on_a_generic_network(seed: int) -> None:
    generator = np.random.default_rng(seed)
    weights, signs = generator.standard_normal((3, 3)), np.array([1.0, 1.0, -1.0])
    network = {
        "W": np.concatenate([weights, weights[::-1]]), "a": np.concatenate([signs, -signs[::-1]]),
        "b": generator.standard_normal(6), "head": generator.standard_normal(6),
    }  # fmt: skip
    inputs = generator.standard_normal((6, 3))
    assert abs(enumerated(inputs, 1.0, network, 1.0)) > 1e-3
    # Without noise in the first step the mean over the noise would vanish.
    network["a"] = np.zeros(6)
    assert abs(enumerated(inputs, 1.0, network, 1.0)) < 1e-12


@settings(max_examples=40)
@given(positive, positive, positive)
def test_roots_of_losses(noise: float, left_over: float, deviation: float) -> None:
    values = {varsigma: noise, claims.approximation: left_over, claims.noise_rate: deviation}
    stated = claims.theorem_1_loss.stated
    assert float(stated.quantity.subs(values)) <= float(stated.bound.subs(values)) * (1 + 1e-12)
    sharper = math.sqrt(noise**2 + left_over + 2 * noise * deviation)
    assert sharper <= (noise + math.sqrt(left_over) + deviation) * (1 + 1e-12)


def test_a_negative_bound_is_refuted_although_its_square_is_large() -> None:
    stated = claims.theorem_1_loss.stated
    negative = stated.with_formula("bound", -stated.formulas()["bound"] - 1)
    assert examine(claims.theorem_1_loss, negative, None).status is Status.FAILS


# The bounds, evaluated.

sizes = st.fixed_dictionaries(
    {
        n: st.integers(1, 10**8), m: st.integers(1, 10**6), N: st.integers(1, 10**8), d: st.integers(1, 10**4),
        r: st.integers(1, 20), kappa: st.fractions(min_value=Rational(3, 4), max_value=20), p: st.integers(1, 5),
    }
)  # fmt: skip


def excess(claim: Claim, at: dict[sympy.Symbol, int], upheld: bool = True) -> float:
    statement = claim.upheld if upheld else claim.stated
    return float(statement.formulas()[f"parts.{claims.EXCESS}"].subs({s: Rational(value) for s, value in at.items()}))


@settings(max_examples=12)
@given(sizes)
def test_theorem_1_is_what_its_proof_adds_up(at: dict[sympy.Symbol, int]) -> None:
    head = math.sqrt(at[r] ** at[p] * float(at[kappa]) ** (2 * at[p]) / at[m])
    deviation = 2 * head * math.sqrt(at[m] / at[n]) * (math.sqrt(at[d]) + 1)
    added = head + at[n] ** -0.25 + deviation
    assert 1 - 1e-12 <= added / excess(claims.theorem_1, at) <= 4 + 1e-12
    assert excess(claims.theorem_1_sharper, at) <= excess(claims.theorem_1, at)


@settings(max_examples=12)
@given(sizes)
def test_theorem_3_is_what_its_proof_adds_up(at: dict[sympy.Symbol, int]) -> None:
    power = at[r] ** at[p] * float(at[kappa]) ** (2 * at[p])
    added = math.sqrt(power / at[m]) + at[N] ** -0.25 + math.sqrt(power / at[m] * 2 * at[m] / at[N])
    assert 0.5 <= added / excess(claims.theorem_3, at) <= 3
    assert excess(claims.appendix_b, at) == pytest.approx(excess(claims.theorem_3, at))


def test_appendix_b_as_printed_does_not_fall_with_the_second_sample() -> None:
    at = {n: 100, m: 10**6, d: 10, r: 1, kappa: 1, p: 4}
    few, many = ({**at, N: value} for value in (10, 10**8))
    assert excess(claims.appendix_b, few, upheld=False) == excess(claims.appendix_b, many, upheld=False)
    assert excess(claims.theorem_3, many) < excess(claims.theorem_3, few) / 5


@pytest.mark.parametrize("at", [{d: 10, r: 1, kappa: 1, p: 4}, {d: 20, r: 2, kappa: Rational(3, 2), p: 2}])
def test_theorem_1_the_last_term_takes_over_at_the_stated_size(at: dict[sympy.Symbol, int]) -> None:
    takes_over = float(claims.theorem_1_regimes.stated.right.subs(at))
    power = float((d * r**p * kappa ** (2 * p)).subs(at))
    for factor in (0.5, 2):
        size = factor * takes_over
        assert (size**-0.25 > math.sqrt(power / size)) == (factor > 1)


def test_the_last_term_dominates_wherever_theorem_1_applies_for_one_direction() -> None:
    bound = Bound.read(claims.theorem_1.stated.parts[claims.EXCESS].subs({r: 1, kappa: 1}), [n, m, d])
    wide = {d: Integer(1), m: Integer(4)}
    assert bound.exponent(n, {**wide, n: Rational(21, 10)}) == Rational(-1, 4)
    assert bound.exponent(n, {**wide, n: Rational(19, 10)}) == Rational(-1, 2)


def test_sample_complexity_as_printed_leaves_the_bound_large() -> None:
    at = {d: 10**4, r: 2, kappa: 10, p: 3}
    for statement, large in ((claims.sample_complexity.stated, True), (claims.sample_complexity.upheld, False)):
        samples = float(statement.right.subs(at))
        power = float((d * r**p * kappa ** (2 * p)).subs(at))
        assert (math.sqrt(power / samples) > 1) == large


def test_theorem_1_vacuous_by_the_logarithm() -> None:
    # 25 log(iota) - 4 log(2) - iota is concave: its least value is at an end.
    domain = claims.theorem_1_vacuous.stated.domains[iota]
    margin = 25 * log(iota) - 4 * log(2) - iota
    assert sympy.diff(margin, iota, 2) == -25 / iota**2
    assert min(float(margin.subs(iota, end)) for end in (domain.start, domain.end)) > 0
    assert float(margin.subs(iota, 117)) < 0
    assert math.exp(116) > 1e50


@pytest.mark.parametrize(("samples", "width"), [(10**5, 100), (10**4, 1000)])
def test_theorem_1_at_the_sizes_of_figure_1(samples: int, width: int) -> None:
    logs = math.log(samples * width * 10)
    assert math.sqrt(logs ** (6 * 4 + 1) / width) > 1e10
    assert samples < 10**2 * logs**5, "its hypothesis on n"


# The verdicts.

SYMBOLIC = [
    "excess-l1", "excess-l1-recovery", "zero-predictor", "theorem-1-loss", "theorem-1", "theorem-1-regimes",
    "sample-complexity", "lemma-26", "lemma-26-noise", "theorem-1-sharper", "theorem-3-class", "theorem-3-affine",
    "theorem-3", "appendix-b",
]  # fmt: skip
FAIL = {"sample-complexity", "lemma-26", "theorem-3-class", "appendix-b"}


@pytest.mark.parametrize("slug", SYMBOLIC)
def test_verdicts(slug: str) -> None:
    claim = claims.paper.claims[slug]
    examination = examine(claim, claim.upheld, None)
    assert examination.status is Status.HOLDS
    assert examination.grade(claim.upheld).value == "symbolic"
    if slug in FAIL:
        assert examine(claim, claim.stated, None).status is Status.FAILS
        assert all(examine(claim, claim.without(edit), None).status is Status.FAILS for edit in claim.correction)
