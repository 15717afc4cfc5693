"""The alignment law, measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from sympy import Expr, Float, Integer, Symbol

from empirics.alignment import first_step_alignment
from empirics.sweeps import Results, grid, mean_series
from empirics.targets import quadratic
from lemmata import MedianWithin, Samples, SweepCell, Tight
from lemmata.obligations import Obligation
from theory.alignment import next_order
from theory.papers.damian2022.alignment import alignment_law, hessian_norm, noise_to_signal, second_moment
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


@cache
def law_values(dimension: int, samples: int, r: int, noise: int) -> Mapping[Symbol, Expr]:
    """What the laws' symbols are for the quadratic target of r directions and label noise of this variance."""
    target = quadratic(r)
    return {
        d: Integer(dimension),
        n: Integer(samples),
        second_moment: target.second_moment + noise,
        hessian_norm: target.hessian_norm,
    }


@cache
def _next_order(dimension: int, samples: int, r: int, noise: int) -> Expr:
    """What the next order adds to the law; no formula of the statement enters it, so that mutants share it."""
    return next_order(r, noise_to_signal.subs(law_values(dimension, samples, r, noise)), noise) / dimension


@alignment_law.check(control={"labels": "permuted"}, slow=True)
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
        design = cell["d"], cell["n"], cell["r"], cell["noise"]
        values = law_values(*design)
        yield MedianWithin(
            Samples(first_step_alignment, "share", {**cell, "m": NEURONS}),
            around=stated.formula.subs(values) + _next_order(*design),
            slack=stated.slack.subs(values),
            by="share of the gradient's energy in the principal subspace",
        )


SWEEPS: dict[str, tuple[int, Sequence[int], int]] = {
    "smoke": (32, (3, 12), 3),
    "ci": (64, (2, 3, 6, 12, 24, 48), 10),
    "paper": (128, (2, 3, 6, 12, 24, 48), 10),
}
"""The figure by profile: the dimension, the values of 4n/d^2, and the seeds; one direction, noise of variance 1."""


@alignment_law.sweep
def alignment_law_sweep(profile: str) -> list[SweepCell]:
    """A row of sample sizes around d^2."""
    dimension, quarters, seeds = SWEEPS[profile]
    sizes = [quarter * dimension**2 // 4 for quarter in quarters]
    return [
        SweepCell(first_step_alignment, design, seeds) for design in grid(d=dimension, n=sizes, r=1, noise=1, m=NEURONS)
    ]


@alignment_law.draw
def alignment_law_figure(stated: Tight, cells: list[dict[str, Any]], sweep: Results) -> dict[str, Any]:
    """The predicted share against the noise-to-signal ratio, and what was measured."""
    ratios = np.logspace(-1.2, 0.6, 60)
    law = 1 / (1 + ratios)
    design = sweep[0]["design"]
    next_orders = [float(next_order(design["r"], Float(rho), design["noise"])) / design["d"] for rho in ratios]
    points = sorted(((_noise_to_signal(cell["design"]), cell) for cell in cells), key=lambda point: point[0])
    seen = mean_series(sweep, "share", "mean and standard deviation over seeds", _noise_to_signal, joined=False)
    return {
        "title": "Share of the first gradient in the principal subspace",
        "x_label": r"$\rho = (\pi/2)\, d^2\, E y^2 / (n \|H\|_F^2)$",
        "y_label": "share of the energy",
        "x_scale": "log",
        "y_scale": "linear",
        "curves": [
            {"label": r"predicted, $1/(1+\rho)$", "x": ratios.tolist(), "y": law.tolist()},
            {
                "label": f"with the next order, d = {design['d']}, r = {design['r']}",
                "x": ratios.tolist(),
                "y": (law + next_orders).tolist(),
            },
        ],
        "points": [
            {
                "label": "the claim's medians, with confirmation intervals",
                "x": [rho for rho, _ in points],
                "y": [cell["median"] for _, cell in points],
                "low": [cell["confirm_interval"][0] for _, cell in points],
                "high": [cell["confirm_interval"][1] for _, cell in points],
            },
            seen,
        ],
    }


def _noise_to_signal(design: Mapping[str, Any]) -> float:
    values = law_values(design["d"], design["n"], design["r"], design["noise"])
    share = float(alignment_law.upheld.formulas()["formula"].subs(values))
    return 1 / share - 1
