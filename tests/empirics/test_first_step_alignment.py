"""The alignment experiment: pure, reproducible, and blind to labels that say nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy
import pytest

from empirics.alignment import first_step_alignment
from empirics.networks import orthonormal_frames
from lemmata.errors import LemmataError
from lemmata.seeding import Draws, digest

CELL = {"d": 12, "n": 600, "r": 2, "noise": 1.0, "m": 24}
IN_ANOTHER_PROCESS = """
import json, sys
from empirics.alignment import first_step_alignment
print(json.dumps(first_step_alignment.run(json.loads(sys.argv[1]), 3, 0)))
"""


def test_a_cell_is_the_same_twice_and_in_another_process() -> None:
    here = first_step_alignment.run(CELL, 3, 0)
    assert first_step_alignment.run(CELL, 3, 0) == here
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, json.dumps(CELL)]
    there = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    # The draws are the same bits; sums may differ by rounding where threads differ.
    assert json.loads(there)["share"] == pytest.approx(here["share"], rel=1e-10)


def test_share_is_the_printed_formulas() -> None:
    draws, d, n, r, m = Draws(digest("printed")), 5, 40, 2, 7
    x = draws["inputs"].standard_normal((n, d))
    y = (x[:, 0] ** 2 + x[:, 1] ** 2 - 2) / 2 + 0.5 * draws["label noise"].choice([-1.0, 1.0], n)
    alpha, beta = sum(y) / n, sum(y[i] * x[i] for i in range(n)) / n
    signal = total = 0.0
    for w in orthonormal_frames(draws["neurons"], m, d).numpy():
        active = [i for i in range(n) if w @ x[i] >= 0]
        g = sum(((y[i] - alpha - beta @ x[i]) * x[i] for i in active), numpy.zeros(d)) / n
        signal, total = signal + float(g[:r] @ g[:r]), total + float(g @ g)
    found = first_step_alignment(draws, d=d, n=n, r=r, noise=0.25, m=m)
    assert found["share"] == pytest.approx(signal / total, rel=1e-10)


def test_replicates_and_roots_differ() -> None:
    shares = {first_step_alignment.run(CELL, *cell)["share"] for cell in ((0, 0), (1, 0), (0, 1))}
    assert len(shares) == 3


def test_permuted_labels_carry_no_direction() -> None:
    # Deterministic draws of a pinned key, not a statistical assertion: the control is near r/d = 1/6.
    clean = first_step_alignment.run(CELL, 0, 0)["share"]
    permuted = first_step_alignment.run({**CELL, "labels": "permuted"}, 0, 0)["share"]
    assert permuted < 0.3 < 0.5 < clean


def test_every_direction_is_informative_when_r_is_d() -> None:
    assert first_step_alignment.run({**CELL, "r": 12}, 0, 0)["share"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"r": 13}, "d: the target has r = 13 directions; give a dimension of at least 13, not 12"),
        ({"r": 0}, "r: expected an integer"),
        ({"n": 0}, "n: expected an integer"),
        ({"d": 0}, "d: expected an integer"),
        ({"m": 0}, "m: expected an integer"),
        ({"noise": -0.5}, "noise: expected"),
        ({"labels": "shuffled"}, "labels: expected one of clean, permuted"),
    ],
)
def test_designs_out_of_range_are_errors(change: dict[str, Any], message: str) -> None:
    with pytest.raises(LemmataError, match=message):
        first_step_alignment.run({**CELL, **change}, 0, 0)
