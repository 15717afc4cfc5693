r"""Damian, Lee & Soltanolkotabi (COLT 2022): the measured checks of ``theory.papers.damian2022``, and their figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Integer, Rational, pi

from empirics.alignment import first_step_alignment
from empirics.separation import sample_complexity
from empirics.targets import quadratic
from lemmata import AtLeast, AtMost, Samples, Separation, Tight, Within
from lemmata.obligations import Obligation
from theory.alignment import next_order
from theory.papers.damian2022 import alignment_law, d, figure_1, hessian_norm, n, second_moment

CELLS = [
    {"d": 64, "n": 4096, "r": 1, "noise": 1},
    {"d": 64, "n": 16384, "r": 4, "noise": 0},
    {"d": 64, "n": 32768, "r": 1, "noise": 1},
    {"d": 128, "n": 32768, "r": 2, "noise": 1},
]
"""Dimension, samples, relevant directions, variance of the label noise."""


@alignment_law.check(control={"labels": "permuted"})
def alignment_law_measured(stated: Tight) -> Iterator[Obligation]:
    r"""After one step a neuron holds signal, close to $Hw/\sqrt{2\pi}$, and noise from $n$ samples.
    """
    for cell in CELLS:
        target = quadratic(cell["r"])
        y2 = target.second_moment + cell["noise"]
        rho = pi / 2 * cell["d"] ** 2 * y2 / (cell["n"] * target.hessian_norm**2)
        correction = next_order(cell["r"], rho, cell["noise"])
        by = "the next order is within half of the slack"
        yield AtMost(correction, Integer(1), by=by)
        yield AtMost(-correction, Integer(1), by=by)
        values = {d: cell["d"], n: cell["n"], second_moment: y2, hessian_norm: target.hessian_norm}
        yield Within(
            Samples(first_step_alignment, "share", {**cell, "m": 128}),
            around=stated.formula.subs(values),
            slack=stated.slack.subs(values),
            by="share of the gradient's energy in the principal subspace",
        )


@figure_1.check(control={"first_step_labels": "permuted"})
def figure_1_measured(stated: Separation) -> Iterator[Obligation]:
    r"""Figure 1.
    """
    risks = Samples(sample_complexity, stated.worse, dict(stated.regime), minus=stated.better)
    yield AtLeast(risks, stated.gap, by="gap of the excess risks on the same data")
