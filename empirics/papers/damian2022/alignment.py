"""The alignment law, measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sympy import Expr, Integer, pi

from empirics.alignment import first_step_alignment
from empirics.targets import quadratic
from lemmata import MedianWithin, Samples, Tight
from lemmata.obligations import Obligation
from theory.alignment import next_order
from theory.papers.damian2022.alignment import alignment_law, hessian_norm, second_moment
from theory.papers.damian2022.paper import d, n

CELLS: list[dict[str, int]] = [
    {"d": 64, "n": 4096, "r": 1, "noise": 1},
    {"d": 64, "n": 16384, "r": 2, "noise": 0},
    {"d": 64, "n": 16384, "r": 1, "noise": 1},
    {"d": 128, "n": 32768, "r": 2, "noise": 1},
]
"""Dimension, samples, relevant directions, variance of the label noise. Several cells, since one cannot tell n from d."""

NEURONS = 128
"""Directions a seed, in orthonormal frames; more of them gain little, since they share the data."""


def _values(cell: dict[str, Any]) -> dict[Any, Expr]:
    target = quadratic(cell["r"])
    return {
        d: Integer(cell["d"]),
        n: Integer(cell["n"]),
        second_moment: target.second_moment + cell["noise"],
        hessian_norm: target.hessian_norm,
    }


@alignment_law.check(control={"labels": "permuted"})
def alignment_law_measured(stated: Tight) -> Iterator[Obligation]:
    r"""After one step a neuron holds signal, close to $Hw/\sqrt{2\pi}$, and noise from $n$ samples.

    Preprocessing takes the label's mean and linear part away, and with them the half of the gate $1\{w\cdot x\ge 0\}$
    that does not depend on $w$. Since $(1\{\cdot\} - 1/2)^2 = 1/4$, the noise that is left has covariance $E[y^2 x
    x^T]/(4n)$, whatever $w$ is. Its energy is $d\,E y^2/(4n)$, that of the signal $\|H\|_F^2/(2\pi d)$: the share of
    the signal collapses to a function of $n/d^2$ with a known constant.

    The target is $f = (2r)^{-1/2}\sum_{i\le r} He_2(\langle u_i, x\rangle)$, light-tailed with $E f^2 = 1$; the sums
    are over directions $w$ in orthonormal frames, and the median is over data and directions. The next order, $c_1/d$,
    is known (``theory.alignment`` derives it) and added to the prediction. As a negative control the labels are
    permuted, and the share falls to $r/d$.
    """
    for cell in CELLS:
        values = _values(cell)
        rho = pi / 2 * values[d] ** 2 * values[second_moment] / (values[n] * values[hessian_norm] ** 2)
        yield MedianWithin(
            Samples(first_step_alignment, "share", {**cell, "m": NEURONS}),
            around=stated.formula.subs(values) + next_order(cell["r"], rho, cell["noise"]) / cell["d"],
            slack=stated.slack.subs(values),
            by="share of the gradient's energy in the principal subspace",
        )


@alignment_law.draw
def alignment_law_figure(stated: Tight, cells: list[dict[str, Any]]) -> dict[str, Any]:
    """The predicted share against the noise-to-signal ratio, and the measured medians."""
    ratios = np.logspace(-1.3, 0.5, 60)
    points = sorted(((_noise_to_signal(cell["design"]), cell) for cell in cells), key=lambda point: point[0])
    return {
        "title": "Share of the first gradient in the principal subspace",
        "x_label": r"$\rho = (\pi/2)\, d^2\, E y^2 / (n \|H\|_F^2)$",
        "y_label": "share of the energy",
        "x_scale": "log",
        "y_scale": "linear",
        "curves": [{"label": r"predicted, $1/(1+\rho)$", "x": ratios.tolist(), "y": (1 / (1 + ratios)).tolist()}],
        "points": [
            {
                "label": "measured median, with its confirmation interval",
                "x": [rho for rho, _ in points],
                "y": [cell["median"] for _, cell in points],
                "low": [cell["confirm_interval"][0] for _, cell in points],
                "high": [cell["confirm_interval"][1] for _, cell in points],
            }
        ],
    }


def _noise_to_signal(design: dict[str, Any]) -> float:
    share = float(alignment_law.upheld.formulas()["formula"].subs(_values(design)))
    return 1 / share - 1
