"""shi2022, Theorem 1: its hypotheses by brute force, the hinge loss at drawn margins, the classifier's steps added up."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational

from lemmata.judge import examine
from lemmata.verdicts import Status
from theory.papers.shi2022.guarantee import (
    ERROR_OF_WIDTH,
    GRADIENT_TERM,
    classifier_stage_budget,
    classifier_stage_length,
    error_below_hinge_loss,
    product,
    theorem_1,
    theorem_1_least_size,
    theorem_1_regime,
)
from theory.papers.shi2022.network import m
from theory.papers.shi2022.paper import k


def test_verdicts() -> None:
    for claim, grade in (
        (error_below_hinge_loss, "symbolic"),
        (theorem_1_regime, "symbolic"),
        (theorem_1_least_size, "certified"),
        (classifier_stage_length, "symbolic"),
        (classifier_stage_budget, "symbolic"),
    ):
        examination = examine(claim, claim.stated, None)
        assert examination.status is Status.HOLDS, claim.slug
        assert examination.grade(claim.stated).value == grade, claim.slug
    assert theorem_1.obligations is None
    assert "open" in theorem_1.listed


@given(st.fractions(-3, 3), st.sampled_from([-1, 1]))
def test_error_and_hinge_loss_at_drawn_outputs(output: object, label: int) -> None:
    value = Rational(str(output))
    wrong = int(np.sign(float(value)) != label)
    stated = error_below_hinge_loss.stated.formulas()
    at = {product: label * value}
    assert stated["quantity"].subs(at) == wrong
    assert wrong <= stated["bound"].subs(at)


def test_least_size_by_trying_every_number_of_patterns() -> None:
    sizes = np.arange(1, 40_000, dtype=float)
    # D = 2 k^2, m = max(k^12, D), gamma = 1/2 and delta, epsilon = 1.
    logarithm = np.log(2 * 2 * sizes**2) + np.maximum(12 * np.log(sizes), np.log(2 * sizes**2))
    enough = sizes >= logarithm**2
    least, *found = theorem_1_least_size.stated.formulas().values()
    assert int(sizes[enough][0]) == least
    assert enough[int(least) - 1 :].all()
    width, bits = (int(value.doit()) for value in found)
    assert width == int(least) ** 12
    assert 3.0e51 < width < 3.1e51
    assert 7.6e8 < bits < 7.7e8
    # What the prose says of the constant before the squared logarithm.
    assert (sizes >= logarithm**2 / 200).all()


@pytest.mark.parametrize("patterns", [3, 5, 9])
@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
def test_error_of_the_least_width(patterns: int, share: float) -> None:
    width = patterns**12 / share**1.5
    formula = theorem_1_regime.stated.formulas()[f"properties.{ERROR_OF_WIDTH}"]
    assert float(formula.subs({k: patterns, m: width})) == pytest.approx(share)


@pytest.mark.parametrize("patterns", [1, 3, 5])
@pytest.mark.parametrize("side", [1, 2, 5, 9])
def test_classifier_steps_added_up(patterns: int, side: int) -> None:
    width, steps = side**3, side**4
    rate = patterns**2 / (steps * side)
    moved = math.fsum(rate for step in range(1, steps + 1) if step > 2)
    at = {k: patterns, m: width}
    assert moved <= float(classifier_stage_length.stated.formulas()["bound"].subs(at)) + 1e-12
    if steps >= 2:
        assert moved == pytest.approx(float(classifier_stage_length.stated.formulas()["quantity"].subs(at)))


@pytest.mark.parametrize("width", [64, 1000])
def test_online_descent_on_one_loss_meets_the_budget(width: int) -> None:
    """Average loss of plain gradient descent on linear losses against a comparator, with the printed numbers."""
    patterns = 3
    steps = round(width ** (4 / 3))
    rate = patterns**2 / (steps * width ** (1 / 3))
    generator = np.random.default_rng(width)
    comparator = generator.standard_normal(2 * width)
    allowed = 2 * patterns**10 / width
    comparator *= math.sqrt(allowed) / np.linalg.norm(comparator)
    head, regret = np.zeros(2 * width), 0.0
    for _ in range(steps):
        gradient = generator.uniform(-1, 1, 2 * width)
        regret += gradient @ (head - comparator) / steps
        head -= rate * gradient
    at = {k: patterns, m: width}
    term = classifier_stage_budget.stated.formulas()[f"properties.{GRADIENT_TERM}"]
    error = float(theorem_1_regime.stated.formulas()[f"properties.{ERROR_OF_WIDTH}"].subs(at))
    assert regret <= error + float(term.subs(at))
