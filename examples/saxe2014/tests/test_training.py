"""Tests of the project's own code. The claims themselves are tests as well: ``lemmata_claims`` in pyproject.toml adds them."""

import math
from fractions import Fraction

import numpy as np
import pytest

from saxe2014.measurements import CELLS
from saxe2014.training import SINGULAR_VALUES, orthonormal, training_run

STREAMS = ("output basis", "hidden basis", "input basis", "inputs", "first layer", "second layer")


def streams(seed: int) -> dict[str, np.random.Generator]:
    return {name: np.random.default_rng([seed, number]) for number, name in enumerate(STREAMS)}


def steps(cell: dict, seed: int = 0, **change: object) -> float:
    return training_run(streams(seed), **{**cell, **change})["steps"]


def scalar_steps(tau: int, s: int, u_0: str, u_f: str) -> int:
    """Gradient steps of two equal scalar layers."""
    u, number = float(Fraction(u_0)), 0
    while u < float(Fraction(u_f)):
        u *= (1 + (s - u) / tau) ** 2
        number += 1
    return number


def test_columns_are_orthonormal() -> None:
    basis = orthonormal(np.random.default_rng(0), 6, 3)
    assert np.allclose(basis.T @ basis, np.eye(3))


@pytest.mark.parametrize("cell", CELLS)
def test_an_unperturbed_mode_is_a_scalar_recursion(cell: dict) -> None:
    scalar = scalar_steps(**{name: cell[name] for name in ("tau", "s", "u_0", "u_f")})
    assert {steps(cell, seed, epsilon="0") for seed in range(3)} == {scalar}


@pytest.mark.parametrize("cell", CELLS)
def test_the_next_order_of_the_slack_is_that_of_gradient_descent(cell: dict) -> None:
    tau, s, first, last = cell["tau"], cell["s"], float(Fraction(cell["u_0"])), float(Fraction(cell["u_f"]))
    time = tau / (2 * s) * math.log(last * (s - first) / (first * (s - last)))
    next_order = math.log(last / first) / 4 + math.log((s - last) / (s - first)) / 2
    excess = steps(cell, epsilon="0") - time - next_order
    assert -0.05 < excess < 1.05  # rounded up to a step, and the order after the next


def test_unequal_layers_learn_sooner() -> None:
    assert steps(CELLS[0], imbalance=2.0) < steps(CELLS[0]) - 40


def test_cells_lie_in_the_range_of_the_formula() -> None:
    for cell in CELLS:
        assert 0 < Fraction(cell["u_0"]) < Fraction(cell["u_f"]) < cell["s"]
        assert cell["s"] in SINGULAR_VALUES
