"""Transfer: the head alone is trained on the new target; paired, reproducible, and with a control that undoes the gap."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from empirics.data import node_test_set
from empirics.networks import gaussian_neurons
from empirics.separation import DOWN_TO_NOTHING
from empirics.transfer import fine_tuning_target, transfer
from lemmata.errors import LemmataError
from lemmata.seeding import Draws, digest

CELL = {"d": 5, "p": 3, "n": 4000, "target_samples": 400, "m": 40, "noise": 1.0}


def test_a_cell_is_the_same_twice() -> None:
    assert transfer.run(CELL, 2, 0) == transfer.run(CELL, 2, 0)


def test_risks_are_those_of_theorem_3() -> None:
    draws, d, n, samples, m = Draws(digest("printed")), 4, 500, 300, 8
    signs, normal = (lambda name, size: draws[name].choice([-1.0, 1.0], size)), numpy.sqrt(6)
    x = draws["pretraining inputs"].standard_normal((n, d))
    z = x[:, 0]
    y = (z**2 - 1) / 2 + (z**3 - 3 * z) / numpy.sqrt(12) + 0.5 * signs("pretraining label noise", n)
    residual = y - y.mean() - x @ (x.T @ y / n)
    a, w = signs("signs", m // 2), gaussian_neurons(draws["neurons"], m // 2, d).numpy()
    a, w = numpy.concatenate([a, -a[::-1]]), numpy.concatenate([w, w[::-1]])
    gradient = (x @ w.T >= 0).T @ (residual[:, None] * x) / n
    learned = a[:, None] * gradient / (4 * numpy.sqrt((gradient**2).sum(axis=1).mean()))
    b = draws["biases"].standard_normal(m)

    target = fine_tuning_target(3)
    x = draws["target inputs"].standard_normal((samples, d))
    y = (x[:, 0] ** 3 - 3 * x[:, 0]) / normal + 0.5 * signs("target label noise", samples)
    sets = [node_test_set(draws[name], target, d) for name in ("validation", "test")]
    found = transfer(draws, d=d, p=3, n=n, target_samples=samples, m=m, noise=0.25)
    for name, neurons in (("pretrained", learned), ("initial", w)):
        phi = numpy.maximum(x @ neurons.T + b, 0)
        risks = []
        for decay in DOWN_TO_NOTHING:
            # Ridge regression as least squares on more rows: normal equations would lose digits for small weight decays.
            rows = numpy.vstack([phi, numpy.sqrt(samples * decay / 2) * numpy.eye(m)])
            head = numpy.linalg.lstsq(rows, numpy.concatenate([y, numpy.zeros(m)]), rcond=None)[0]
            risks.append(
                [
                    s.weights.numpy() @ (numpy.maximum(s.x.numpy() @ neurons.T + b, 0) @ head - s.values.numpy()) ** 2
                    for s in sets
                ]
            )
        assert found[name] == pytest.approx(min(risks)[1], rel=1e-3)


def test_the_zero_predictor_is_within_reach() -> None:
    found = transfer.run({**CELL, "target_samples": 1}, 0, 0)
    assert found["initial"] == pytest.approx(1, abs=0.02)


def test_the_control_changes_the_pretrained_features_and_nothing_else() -> None:
    draws = Draws(digest("paired"))
    clean = transfer(draws, **CELL)
    permuted = transfer(draws, **CELL, pretraining_labels="permuted")
    assert permuted["initial"] == clean["initial"]
    # Pinned draws: without the direction in its features the head is far worse.
    assert permuted["pretrained"] > clean["pretrained"] + 0.2


def test_the_new_target_has_second_moment_1_and_one_coefficient() -> None:
    for p in range(1, 7):
        target = fine_tuning_target(p)
        assert target.second_moment == 1
        assert [k for k, coefficient in enumerate(target.series[0]) if coefficient != 0] == [p]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"m": 41}, "even width"),
        ({"n": 0}, "n: expected an integer"),
        ({"target_samples": 0}, "target_samples: expected an integer"),
        ({"d": 0}, "d: expected an integer"),
        ({"p": 2}, "p: expected an integer"),
        ({"noise": -1.0}, "noise: expected"),
        ({"pretraining_labels": "noisy"}, "pretraining_labels: expected one of clean, permuted"),
    ],
)
def test_designs_out_of_range_are_errors(change: dict[str, Any], message: str) -> None:
    with pytest.raises(LemmataError, match=message):
        transfer.run({**CELL, **change}, 0, 0)
