"""Section 5.2 and Appendix D of damian2022 by another route: learners and adversaries played out on explicit classes.

Functions are unit vectors, D-inner products are inner products; a query is a vector.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Basic, Rational, Symbol

from lemmata.claims import Claim
from lemmata.judge import examine
from lemmata.verdicts import Status
from theory.papers.damian2022 import queries
from theory.papers.damian2022.paper import d, k, p, q

seeds = st.integers(0, 2**32 - 1)


def status(claim: Claim, statement: Any) -> Status:
    return examine(claim, statement, None).status  # type: ignore[arg-type]


def at(formula: Basic, values: dict[Symbol, Any]) -> float:
    return float(formula.doit().subs(values).evalf())


def unit(rows: np.ndarray) -> np.ndarray:
    scaled: np.ndarray = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    return scaled


def coherence(functions: np.ndarray) -> float:
    gram = np.abs(functions @ functions.T)
    return float(np.max(gram - np.diag(np.diag(gram))))


def equal_correlations(count: int, correlation: float) -> np.ndarray:
    gram = (1 - correlation) * np.eye(count) + correlation
    return np.linalg.cholesky(gram)


def best_window(values: np.ndarray, tolerance: float) -> np.ndarray:
    """Which of the values the adversary keeps: most of them within a window of width 2 tau."""
    windows = [(values >= low) & (values <= low + 2 * tolerance) for low in values]
    return max(windows, key=np.sum)


# Lemma 5.


@given(seeds, st.integers(2, 12), st.floats(0.3, 0.99))
def test_correlated_functions_are_few(seed: int, count: int, tolerance: float) -> None:
    draw = np.random.default_rng(seed)
    functions = unit(draw.standard_normal((count, 40)))
    correlation = coherence(functions)
    assume(tolerance**2 > correlation + 1e-6)
    chosen = functions[: draw.integers(1, count + 1)]
    query = unit(np.sum(chosen, axis=0))
    found = np.sum(np.abs(functions @ query) >= tolerance)
    bound = at(queries.most_eliminated, {queries.tolerance: tolerance, queries.correlation: correlation})
    assert found <= bound * (1 + 1e-9)


@given(st.integers(1, 30), st.floats(0, 0.9))
def test_equal_correlations_attain_the_count(count: int, correlation: float) -> None:
    functions = equal_correlations(count, correlation)
    query = unit(np.sum(functions, axis=0))
    tolerance = float(np.min(functions @ query))
    bound = at(queries.most_eliminated, {queries.tolerance: tolerance, queries.correlation: correlation})
    assert bound == pytest.approx(count, rel=1e-6)


@given(seeds, st.integers(2, 30), st.floats(0.05, 0.9), st.booleans())
def test_a_window_loses_fewer_functions_than_the_sharp_count(
    seed: int, count: int, tolerance: float, flat: bool
) -> None:
    draw = np.random.default_rng(seed)
    functions = np.eye(count) if flat else unit(draw.standard_normal((count, 400)))
    correlation = 0.0 if flat else coherence(functions)
    assume(tolerance**2 > correlation + 1e-6)
    weights = draw.choice([-1.0, 0.0, 1.0], size=count) + 1e-3 * draw.standard_normal(count)
    query = unit(weights @ functions)
    lost = count - np.sum(best_window(functions @ query, tolerance))
    assert lost < (1 - correlation) / (2 * (tolerance**2 - correlation)) or lost == 0


@given(seeds, st.integers(2, 40), st.floats(0.1, 0.6))
def test_the_adversary_keeps_two_functions(seed: int, count: int, tolerance: float) -> None:
    needed = at(
        queries.sharp_queries,
        {queries.size: count, queries.tolerance: tolerance, queries.query_norm: 1, queries.correlation: 0},
    )
    draw = np.random.default_rng(seed)
    remaining = np.eye(count)
    for _ in range(math.ceil(needed) - 1):
        # A good query: as many of the remaining as possible just outside of a window, on both sides.
        pairs = max(1, min(len(remaining) // 2, int(1 / (2 * tolerance**2 * 1.0001))))
        signs = np.zeros(len(remaining))
        chosen = draw.permutation(len(remaining))[: 2 * pairs]
        signs[chosen] = np.resize([1.0, -1.0], len(chosen))
        remaining = remaining[best_window(remaining @ unit(signs @ remaining), tolerance)]
    assert len(remaining) >= 2


def test_one_query_of_large_norm_tells_orthonormal_functions_apart() -> None:
    tolerance, count = Fraction(7, 10), 5
    correlations = [Fraction(21, 10) * tolerance * i for i in range(count)]
    for truth in range(count):
        for error in (-tolerance, Fraction(0), tolerance):
            answer = correlations[truth] + error
            assert [i for i, c in enumerate(correlations) if abs(c - answer) <= tolerance] == [truth]
    printed = at(queries.printed_queries, {queries.size: count, queries.tolerance: 0.7, queries.correlation: 0})
    assert printed > 1


@given(st.integers(2, 20), st.floats(0, 0.9))
def test_equal_correlations_leave_the_loss_of_the_lemma(count: int, correlation: float) -> None:
    functions = equal_correlations(count, correlation)
    losses = np.sum((functions[:1] - functions[1:]) ** 2, axis=1)
    assert losses == pytest.approx(2 - 2 * correlation)


def test_a_neurons_gradient_is_a_query_of_norm_sqrt_two() -> None:
    z = np.random.default_rng(1).standard_normal((400_000, 2))
    values = (2 * z[:, 0] * (z @ [0.6, 0.8] >= 0)) ** 2
    assert abs(values.mean() - 2) < 5 * values.std() / math.sqrt(len(values))


def test_each_hypothesis_of_lemma_5_is_needed_and_the_bound_is_read() -> None:
    claim = queries.lemma_5
    assert status(claim, claim.stated) is Status.FAILS
    assert status(claim, claim.upheld) is Status.HOLDS
    for edit in claim.correction:
        assert status(claim, claim.without(edit)) is Status.FAILS
    sharper = queries.lemma_5_sharp.stated.with_formula("bound", queries.sharp_queries * Rational(101, 100))
    assert status(queries.lemma_5_sharp, sharper) is Status.FAILS


# Lemma 6.


@given(st.integers(2, 200), st.floats(0, 1))
def test_the_cap_bound_is_at_most_the_subgaussian_one(dimension: int, inner_product: float) -> None:
    bound = (1 - inner_product**2) ** ((dimension - 1) / 2)
    assert bound <= math.exp(0.5 - dimension * inner_product**2 / 2) * (1 + 1e-12)


@settings(max_examples=50)
@given(st.integers(1, 60), st.floats(0.01, 0.999))
def test_half_an_exponential_is_less_than_the_covering_bound(dimension: int, inner_product: float) -> None:
    values = {d: dimension, queries.correlation: Rational(inner_product).limit_denominator(10**6)}
    exponential = at(queries.lemma_6.upheld.formulas()["bound"].subs(queries.constant, Rational(1, 2)), values)
    assert exponential <= at(queries.packing, values) * (1 + 1e-9)


def test_maximal_sets_are_as_large_as_the_covering_bound() -> None:
    draw = np.random.default_rng(7)
    for dimension, inner_product in [(3, 0.5), (4, 0.6), (6, 0.5)]:
        kept = np.zeros((0, dimension))
        for vector in unit(draw.standard_normal((4000, dimension))):
            if not len(kept) or np.max(np.abs(kept @ vector)) <= inner_product:
                kept = np.vstack([kept, vector])
        values = {d: dimension, queries.correlation: Rational(str(inner_product))}
        assert len(kept) >= at(queries.packing, values)


def test_on_a_line_there_are_two_unit_vectors() -> None:
    # For any c the printed size passes 2 at some epsilon, the corrected one with c = 1/2 never.
    for c in (Rational(1, 1000), Rational(1, 2), Rational(5)):
        large = {d: 1, queries.constant: c, queries.correlation: 2 / c + 2}
        assert at(queries.printed_packing, large) > 2
    corrected = queries.lemma_6.upheld.formulas()["bound"]
    assert at(corrected, {d: 1, queries.constant: Rational(1, 2), queries.correlation: 100}) <= 1
    assert math.sqrt(math.log(2)) < 1  # the inner product of the two that the text allows


# Theorem 2.


@pytest.mark.parametrize(("order", "other"), [(2, 2), (3, 2), (4, 5)])
def test_norm_of_the_class_by_quadrature(order: int, other: int) -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    values = np.polynomial.hermite_e.hermeval(nodes, [0] * order + [1]) / math.sqrt(math.factorial(other))
    squared = np.sum(weights * values**2) / np.sum(weights)
    assert squared == pytest.approx(math.factorial(order) / math.factorial(other))
    assert (order == other) == (abs(squared - 1) < 1e-9)


@given(st.integers(1, 10**6), st.integers(2, 10**5), st.integers(1, 8), st.floats(0.5, 3))
def test_the_choice_of_epsilon(number: int, dimension: int, degree: int, c: float) -> None:
    squared = math.log(4 * number * (c * dimension) ** (degree / 2)) / (c * dimension)
    left = squared ** (degree / 2) + 4 * number * math.exp(-c * squared * dimension)
    values = {q: number, d: dimension, k: degree, queries.constant: c}
    assert at(queries.largest_tolerance, values) == pytest.approx(left, rel=1e-9)


@settings(max_examples=40)
@given(st.integers(1, 10**9), st.integers(2, 10**6), st.integers(1, 12))
def test_the_explicit_form_and_the_printed_one(number: int, dimension: int, degree: int) -> None:
    values = {q: number, d: dimension, p: degree}
    proved, upheld = at(queries.with_constant, values), at(queries.theorem_2.upheld.formulas()["bound"], values)
    assert proved <= upheld
    # What the printed form leaves out, for every size tried.
    assert proved > at(queries.printed_tolerance, values)


def test_the_ratio_tends_to_the_stated_factor() -> None:
    growth, degree, c = 0.5, 3, 0.5
    log_d = 1e7
    logarithm = math.log(4) + degree / 2 * math.log(c) + (growth + degree / 2) * log_d
    ratio = (1 + logarithm ** (degree / 2)) / (c * (1 + growth) * log_d) ** (degree / 2)
    values = {queries.growth: growth, p: degree, queries.constant: c}
    assert at(queries.excess_factor, values) == pytest.approx(ratio, rel=1e-5)


def test_degree_zero_and_a_learner_that_may_output_anything() -> None:
    # He_0 is 1 for every direction: a class of one function. {1, -1} needs tau < 1: one query, and answers of 0 beyond.
    assert {float(np.polynomial.hermite_e.hermeval(z, [1])) for z in (-1.0, 0.3)} == {1.0}
    nodes, weights = np.polynomial.hermite_e.hermegauss(30)
    values = np.polynomial.hermite_e.hermeval(nodes, [0, 0, 0, 1]) / math.sqrt(6)
    assert np.sum(weights * (values - 0) ** 2) / np.sum(weights) == pytest.approx(1)
