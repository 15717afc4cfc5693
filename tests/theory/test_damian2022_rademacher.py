"""damian2022, Lemmas 48 and 49: the population complexities by simulation, and the printed bound where it fails."""

import math

import numpy as np
import pytest
from sympy import Integer, Rational, sqrt

from lemmata.judge import examine
from lemmata.verdicts import Status
from theory.papers.damian2022.paper import d, n
from theory.papers.damian2022.rademacher import (
    bias_energy,
    head_norm,
    largest_bias,
    lemma_48,
    lemma_49,
    weight_energy,
    weight_norm,
)
from theory.papers.damian2022.setting import m
from theory.rademacher import network_complexity, signs


def simulated(draws: np.ndarray) -> tuple[float, float]:
    """A mean and five standard errors."""
    return float(draws.mean()), 5 * float(draws.std(ddof=1)) / math.sqrt(len(draws))


@pytest.mark.parametrize(("size", "dimension", "width"), [(1, 2, 3), (4, 3, 2), (16, 2, 5)])
def test_lemma_48_by_simulation(size: int, dimension: int, width: int) -> None:
    generator = np.random.default_rng(48)
    weights, biases = generator.standard_normal((width, dimension)), generator.standard_normal(width)
    inputs = generator.standard_normal((4000, size, dimension))
    features = np.maximum(inputs @ weights.T + biases, 0)
    draws = generator.choice([-1, 1], (4000, size))
    mean, error = simulated(np.linalg.norm(np.einsum("rn,rnm->rm", draws, features), axis=1) / size)
    values = {head_norm: 1, n: size, weight_energy: (weights**2).sum(), bias_energy: (biases**2).sum()}
    assert mean - error <= float(lemma_48.stated.bound.subs(values))


def at(bound: object, **values: object) -> float:
    names = {"n": n, "m": m, "d": d, "head": head_norm, "weight": weight_norm, "bias": largest_bias}
    return float(bound.subs({names[name]: value for name, value in values.items()}))  # type: ignore[attr-defined]


@pytest.mark.parametrize("weight", [Rational(0), Rational(1, 10), Rational(1, 4)])
def test_lemma_49_as_printed_fails_on_average_over_the_inputs(weight: Rational) -> None:
    # n = m = d = 1: the supremum is B_a (beta + B_w |x|), of mean beta + B_w sqrt(2/pi) for B_a = 1.
    generator = np.random.default_rng(49)
    points = [Rational(round(1000 * float(x)), 1000) for x in generator.standard_normal(400)]
    values = np.array([float(network_complexity([x], 1, Integer(1), weight, Integer(1))) for x in points])
    mean, error = simulated(values)
    assert mean == pytest.approx(1 + float(weight) * math.sqrt(2 / math.pi), abs=error + 1e-12)
    sizes = {"n": 1, "m": 1, "d": 1, "head": 1, "weight": weight, "bias": 1}
    assert mean - error > at(lemma_49.stated.bound, **sizes)
    assert mean + error < at(lemma_49.upheld.bound, **sizes)


@pytest.mark.parametrize("bias", [0.5, 1.0, 3.0])
def test_lemma_49_the_symmetrisation_needs_biases_that_may_vanish(bias: float) -> None:
    # E sup|Z| <= 2 E sup Z for n = 1, x = 1, |w| <= 1/4: not for the bias b alone, but for all biases up to b.
    neurons = np.maximum(np.linspace(-0.25, 0.25, 101) + bias, 0)
    fixed = np.array([sign * neurons for (sign,) in signs(1)])
    free = np.concatenate([fixed, np.zeros((2, 1))], axis=1)
    assert np.abs(fixed).max(axis=1).mean() > 2 * fixed.max(axis=1).mean()
    assert np.abs(free).max(axis=1).mean() <= 2 * free.max(axis=1).mean()


@pytest.mark.parametrize(("size", "width"), [(2, 1), (3, 4), (4, 2)])
def test_lemma_49_as_corrected_holds_in_one_dimension(size: int, width: int) -> None:
    generator = np.random.default_rng(size)
    found = []
    for _ in range(12):
        points = [Rational(round(100 * float(x)), 100) for x in generator.standard_normal(size)]
        found.append(float(network_complexity(points, width, Integer(1), Rational(1, 2), Integer(1))))
    mean, error = simulated(np.array(found))
    sizes = {"n": size, "m": width, "d": 1, "head": 1, "weight": Rational(1, 2), "bias": 1}
    assert mean - error <= at(lemma_49.upheld.bound, **sizes)


@pytest.mark.parametrize("factor", [Rational(9, 10), Rational(1, 3)])
def test_only_an_exact_value_refutes_lemma_49_not_a_step_that_fails(factor: Rational) -> None:
    lowered = lemma_49.upheld.with_formula("bound", factor * lemma_49.upheld.bound)
    expected = Status.UNDECIDED if factor > Rational(1, 2) else Status.FAILS
    assert examine(lemma_49, lowered, None).status is expected


def test_the_correction_is_the_sum_of_two_norms() -> None:
    difference = lemma_49.upheld.bound - 2 * head_norm * sqrt(m / n) * (weight_norm * sqrt(d) + largest_bias)
    for values in ({n: 4, m: 9, d: 16}, {n: 3, m: 2, d: 5}):
        assert difference.subs({**values, head_norm: 2, weight_norm: 3, largest_bias: 7}).simplify() == 0


def test_verdicts() -> None:
    assert examine(lemma_48, lemma_48.stated, None).status is Status.HOLDS
    assert examine(lemma_49, lemma_49.stated, None).status is Status.FAILS
    assert examine(lemma_49, lemma_49.upheld, None).status is Status.HOLDS
