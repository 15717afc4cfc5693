"""Algorithm 1 and random features: paired, reproducible, and with a control that undoes the gap."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import torch

from empirics.data import node_test_set
from empirics.heads import WEIGHT_DECAYS
from empirics.networks import gaussian_neurons
from empirics.separation import DOWN_TO_NOTHING, sample_complexity
from empirics.targets import equation_2
from lemmata.errors import LemmataError
from lemmata.seeding import Draws, digest

CELL = {"d": 6, "p": 3, "n": 1500, "m": 40, "noise": 1.0}


def test_a_cell_is_the_same_twice() -> None:
    assert sample_complexity.run(CELL, 2, 0) == sample_complexity.run(CELL, 2, 0)


def test_risk_is_that_of_the_printed_algorithm() -> None:
    draws, d, n, m = Draws(digest("printed")), 4, 200, 8
    target = equation_2(3)
    validation, test = (node_test_set(draws[name], target, d) for name in ("validation", "test"))
    x = draws["inputs"].standard_normal((n, d))
    z = x[:, 0]
    y = (z**2 - 1) / 2 + (z**3 - 3 * z) / numpy.sqrt(12) + draws["label noise"].choice([-1.0, 1.0], n)
    alpha, beta = y.mean(), x.T @ y / n
    residual = y - alpha - x @ beta

    a = draws["signs"].choice([-1.0, 1.0], m // 2)
    w = gaussian_neurons(draws["neurons"], m // 2, d).numpy()
    a, w = numpy.concatenate([a, -a[::-1]]), numpy.concatenate([w, w[::-1]])
    slope = -2 * a[:, None] * ((x @ w.T >= 0).T @ (residual[:, None] * x)) / n
    eta = 1 / (4 * numpy.sqrt((slope**2).sum(axis=1).mean()))
    w = w - eta * (slope + w / eta)
    b = draws["biases"].standard_normal(m)

    def features(points: numpy.ndarray) -> numpy.ndarray:
        values: numpy.ndarray = numpy.maximum(points @ w.T + b, 0)
        return values

    phi, risks = features(x), []
    for decay in WEIGHT_DECAYS[6:]:  # below, solving directly loses its digits, and the risk is flat
        head = numpy.linalg.solve(phi.T @ phi / n + decay / 2 * numpy.eye(m), phi.T @ residual / n)
        errors = [
            features(s.x.numpy()) @ head + alpha + s.x.numpy() @ beta - s.values.numpy() for s in (validation, test)
        ]
        risks.append([s.weights.numpy() @ e**2 for s, e in zip((validation, test), errors, strict=True)])
    expected = min(risks)[1]
    found = sample_complexity(draws, d=d, p=3, n=n, m=m, noise=1)
    assert found["algorithm_1"] == pytest.approx(expected, rel=1e-4)


def test_risks_are_positive() -> None:
    found = sample_complexity.run(CELL, 0, 0)
    assert min(found["algorithm_1"], found["random_features"]) > 0


def test_the_control_changes_algorithm_1_and_nothing_else() -> None:
    draws = Draws(digest("paired"))
    clean = sample_complexity(draws, **CELL)
    permuted = sample_complexity(draws, **CELL, first_step_labels="permuted")
    assert permuted["random_features"] == clean["random_features"]
    # Pinned draws: without the direction in its features Algorithm 1 is far worse.
    assert permuted["algorithm_1"] > clean["algorithm_1"] + 0.2


def test_the_tangent_kernel_joins_the_same_comparison() -> None:
    draws = Draws(digest("tangent"))
    two, three = sample_complexity(draws, **CELL), sample_complexity(draws, **CELL, tangent_kernel=True)
    tangent = three.pop("tangent_kernel")
    assert three == two
    # Pinned draws: better than the zero predictor, worse than learned features.
    assert two["algorithm_1"] < tangent < 1


def test_the_tangent_kernels_risk_is_that_of_the_linearised_network() -> None:
    draws, d, n, m = Draws(digest("linearised")), 3, 60, 6
    target = equation_2(3)
    x, sets = (
        draws["inputs"].standard_normal((n, d)),
        [node_test_set(draws[s], target, d) for s in ("validation", "test")],
    )
    y = target(torch.from_numpy(x)).numpy() + draws["label noise"].choice([-1.0, 1.0], n)
    w = gaussian_neurons(draws["neurons"], m // 2, d).numpy()
    a, w = draws["signs"].choice([-1.0, 1.0], m // 2), numpy.concatenate([w, w[::-1]])
    a = numpy.concatenate([a, -a[::-1]])

    def gradients(points: numpy.ndarray) -> numpy.ndarray:
        """In a, W and b at b = 0, over the square root of m, which only changes the unit of the weight decay."""
        active = (points @ w.T >= 0) * a
        in_w = (active[:, :, None] * points[:, None, :]).reshape(len(points), -1)
        return numpy.hstack([numpy.maximum(points @ w.T, 0), in_w, active]) / numpy.sqrt(m)

    phi, risks = gradients(x), []
    for decay in DOWN_TO_NOTHING[10:]:
        head = phi.T @ numpy.linalg.solve(phi @ phi.T / n + decay / 2 * numpy.eye(n), y / n)
        risks.append([s.weights.numpy() @ (gradients(s.x.numpy()) @ head - s.values.numpy()) ** 2 for s in sets])
    found = sample_complexity(draws, d=d, p=3, n=n, m=m, noise=1, preprocessing="none", tangent_kernel=True)
    assert found["tangent_kernel"] == pytest.approx(min(risks)[1], rel=1e-4)


def test_without_preprocessing_the_zero_predictor_is_within_reach() -> None:
    one = {**CELL, "n": 1}
    assert sample_complexity.run({**one, "preprocessing": "none"}, 0, 0)["algorithm_1"] == pytest.approx(1, abs=0.02)
    # Pinned draws: with a single sample, alpha + beta.x alone costs far more.
    assert sample_complexity.run(one, 0, 0)["algorithm_1"] > 1.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"m": 41}, "even width"),
        ({"m": 0}, "m: expected an integer"),
        ({"n": 0}, "n: expected an integer"),
        ({"d": 0}, "d: expected an integer"),
        ({"p": 2}, "p: expected an integer"),
        ({"noise": -1.0}, "noise: expected"),
        ({"preprocessing": "quadratic"}, "preprocessing: expected one of linear, none"),
        ({"first_step_labels": "noisy"}, "first_step_labels: expected one of clean, permuted"),
    ],
)
def test_designs_out_of_range_are_errors(change: dict[str, Any], message: str) -> None:
    with pytest.raises(LemmataError, match=message):
        sample_complexity.run({**CELL, **change}, 0, 0)
