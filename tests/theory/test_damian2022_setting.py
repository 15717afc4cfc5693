"""damian2022, Section 2: the pairing of the neurons, counted; the condition number and the dimension, by other routes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr

from lemmata.judge import examine
from lemmata.verdicts import Status
from theory.papers.damian2022.paper import j
from theory.papers.damian2022.setting import (
    condition_number,
    m,
    pairing,
    polynomial_dimension,
    printed_partner,
    symmetric_init,
)


def initialised(width: int, partner: Expr, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Signs and weights of a network in three dimensions, drawn, then paired as a formula says."""
    signs, weights = generator.choice([-1.0, 1.0], width), generator.standard_normal((width, 3))
    for neuron in range(1, width // 2 + 1):
        other = int(partner.subs({m: width, j: neuron}))
        signs[other - 1], weights[other - 1] = -signs[neuron - 1], weights[neuron - 1]
    return signs, weights


@pytest.mark.parametrize("width", range(2, 21, 2))
def test_pairing_by_drawing_networks(width: int) -> None:
    generator = np.random.default_rng(width)
    inputs = generator.standard_normal((50, 3))
    (corrected,) = pairing.upheld.parts.values()
    outputs = {}
    for name, partner in (("printed", printed_partner), ("corrected", corrected)):
        signs, weights = initialised(width, partner, generator)
        outputs[name] = np.abs(np.maximum(inputs @ weights.T, 0) @ signs).max()
    assert outputs["corrected"] < 1e-12
    assert outputs["printed"] > 1e-3


@pytest.mark.parametrize("width", range(2, 21, 2))
def test_pairing_by_counting(width: int) -> None:
    (corrected,) = pairing.upheld.parts.values()
    half = range(1, width // 2 + 1)
    assert {int(corrected.subs({m: width, j: i})) for i in half} == set(range(width // 2 + 1, width + 1))
    printed = {int(printed_partner.subs({m: width, j: i})) for i in half}
    assert width // 2 in printed
    assert width not in printed


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_condition_number_of_random_hessians(rank: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    frame = np.linalg.qr(generator.standard_normal((8, rank)))[0]
    eigenvalues = generator.standard_normal(rank)
    eigenvalues *= math.sqrt(2) * generator.uniform(0.1, 1) / np.linalg.norm(eigenvalues)
    hessian = frame @ np.diag(eigenvalues) @ frame.T
    kappa = np.linalg.norm(np.linalg.pinv(hessian, rcond=1e-9), 2) / math.sqrt(rank)
    assert kappa >= float(condition_number.stated.bound) * (1 - 1e-9)


@pytest.mark.parametrize("rank", [1, 2, 5])
def test_condition_number_is_attained(rank: int) -> None:
    hessian = 2 / math.sqrt(2 * rank) * np.eye(rank)
    assert (hessian**2).sum() == pytest.approx(2)
    kappa = np.linalg.norm(np.linalg.pinv(hessian), 2) / math.sqrt(rank)
    assert kappa == pytest.approx(float(condition_number.stated.bound))


@pytest.mark.parametrize("variables", range(1, 6))
@pytest.mark.parametrize("degree", range(6))
def test_polynomial_dimension_by_counting_monomials(variables: int, degree: int) -> None:
    counts = [1] + [0] * degree  # the monomials of each degree, a variable at a time
    for _ in range(variables):
        counts = [sum(counts[: total + 1]) for total in range(degree + 1)]
    d, p = sorted(polynomial_dimension.stated.domains, key=str)
    assert sum(counts) == int(polynomial_dimension.stated.quantity.subs({d: variables, p: degree}))
    power = variables**degree
    assert power / math.factorial(degree) <= sum(counts) <= (degree + 1) * power


def test_verdicts() -> None:
    assert examine(pairing, pairing.stated, None).status is Status.FAILS
    for claim in (pairing, symmetric_init, condition_number, polynomial_dimension):
        examination = examine(claim, claim.upheld, None)
        assert examination.status is Status.HOLDS
        assert examination.grade(claim.upheld).value == "symbolic"
