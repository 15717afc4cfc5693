"""How well the weights are aligned after each step on samples, measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from sympy import Basic, Expr, Integer, Rational, Symbol

from empirics.sample_alignment import aligned_energy
from empirics.sweeps import Results, grid, mean_series
from lemmata import MedianWithin, Samples, SweepCell, Tight
from lemmata.obligations import Obligation
from theory.papers.shi2022.finite_samples import first_alignment, first_gate, n, ratio, second_alignment
from theory.papers.shi2022.paper import D, gamma, k, p_o
from theory.step_alignment import aligned_share

CELLS: list[dict[str, Any]] = [
    {"D": 200, "k": 5, "v": 0.5, "p_o": 0.5, "n": 400},
    {"D": 100, "k": 9, "v": 0.5, "p_o": 0.25, "n": 300},
    {"D": 100, "k": 5, "v": 0.75, "p_o": 0.5, "n": 1000},
    {"D": 150, "k": 7, "v": 0.25, "p_o": 0.5, "n": 100},
    {"D": 200, "k": 5, "v": 0.5, "p_o": 0.25, "n": 200},
]
"""Bits, class-relevant bits, structure, background and samples of a step; v and p_o are exact in binary."""

DRAWN = {"m": 8, "repeats": 8}
"""Half the width, which matters little, since all neurons see the same data; repetitions, which do."""


def law_values(design: Mapping[str, Any]) -> dict[Symbol, Basic]:
    """What the laws' symbols are in a cell."""
    relevant = Integer(design["k"])
    return {
        D: Integer(design["D"]),
        k: relevant,
        gamma: (1 - Rational(design["v"])) / 2,
        p_o: Rational(design["p_o"]),
        n: Integer(design["n"]),
        ratio: first_gate(relevant).ratio,
    }


FAR = 10**6
"""So many times a cell's bits and samples, at the same n/D, what the law leaves out is smaller by as much."""


def _next_order(values: Mapping[Symbol, Basic], gate: Basic) -> Expr:
    """By how much the exact share for a gate that is independent of the input differs from its limit.

    Were the limit taken from the law, it would cancel against the statement, and the data could not contradict it.
    """
    here, far = (
        aligned_share(times * values[D], values[k], values[gamma], values[p_o], times * values[n], gate)
        for times in (1, FAR)
    )
    return here - far


def _within(stated: Tight, statistic: str, by: str) -> Iterator[Obligation]:
    for cell in CELLS:
        values = law_values(cell)
        gate = values[ratio] if statistic == "after_1" else Integer(1)
        yield MedianWithin(
            Samples(aligned_energy, statistic, {**cell, **DRAWN}),
            around=stated.formula.subs(values) + _next_order(values, gate),
            slack=stated.slack.subs(values),
            by=by,
        )


@first_alignment.check(control={"labels": "permuted"}, slow=True)
def first_alignment_measured(stated: Tight) -> Iterator[Obligation]:
    r"""One step on $n$ samples leaves $\hat T = \frac1n\sum_s y_s\,\phi_s\,G(z_s)$, up to the factor $\eta a_i$.

    Its mean has the energy $k\,\beta^2\gamma^2/\tilde\sigma^2$ along $u = k^{-1/2}\sum_A M_j$ and next to none elsewhere. The
    noise has the covariance $E[G^2]\,E[\phi\phi^\top]/n$: along $u$ the bits of the class are correlated, so that their sum
    has the variance $\frac k4(1 + 2\gamma(k - 1))$; all directions together have $\tilde\sigma^2 = \frac k4 + (D - k)p_o(1 -
    p_o)$. What samples cost is therefore decided by $r_1 = E[G^2]/\beta^2$, which ``gate-noise`` has: where $D$ is large, half
    of the energy is noise at $n = r_1 D\,p_o(1 - p_o)/(k\gamma^2)$.

    The labels are parities, the class bits uniform with probability $1 - 2\gamma$ and else all equal. As a negative control the
    labels are permuted.
    """
    yield from _within(stated, "after_1", "share of the weights' energy along u after the first step")


@second_alignment.check(control={"labels": "permuted"}, slow=True)
def second_alignment_measured(stated: Tight) -> Iterator[Obligation]:
    r"""The second step, on $n$ fresh samples, has the law of the first with $r_2 = 1$.

    After a small first step the noise $k^{-3/2}$ in the activation is far larger than $\langle w_i, x\rangle$: a gate is open
    by its bias alone, to the same degree for every sample, and $E[G^2] = \beta^2$. On samples this is what the second step
    gains where the background is not rare: the factor $r_1$ in the noise's energy. The components of the population's gradient
    along the background, which Lemma 6 is about, are far smaller than the sampling noise in either step.
    """
    yield from _within(stated, "after_2", "share of the weights' energy along u after the second step")


SWEEPS: dict[str, tuple[int, tuple[int, ...], int]] = {
    "smoke": (50, (50, 400), 3),
    "ci": (100, (50, 100, 200, 400, 800, 1600), 10),
    "paper": (100, (25, 50, 100, 200, 400, 800, 1600, 3200, 6400), 24),
}
"""The figure by profile: D, the numbers of samples, and the seeds; k = 5, gamma = 1/4, p_o = 1/2."""


@second_alignment.sweep
def alignment_sweep(profile: str) -> list[SweepCell]:
    """A row of sample sizes."""
    bits, sizes, seeds = SWEEPS[profile]
    designs = grid(D=bits, k=5, v=0.5, p_o=0.5, n=list(sizes), m=8, repeats=1)
    return [SweepCell(aligned_energy, design, seeds) for design in designs]


@second_alignment.draw
def alignment_figure(stated: Tight, cells: list[dict[str, Any]], sweep: Results) -> dict[str, Any]:
    """The predicted shares after either step against the number of samples, and what was measured."""
    design = sweep[0]["design"]
    sizes = np.geomspace(min(cell["design"]["n"] for cell in sweep), max(cell["design"]["n"] for cell in sweep), 40)
    curves, points = [], []
    for statistic, formula, label in (
        ("after_1", first_alignment.upheld.formulas()["formula"], "after one step"),
        ("after_2", stated.formula, "after two steps"),
    ):
        values = []
        for size in sizes:
            at = law_values({**design, "n": round(size)})
            gate = at[ratio] if statistic == "after_1" else Integer(1)
            values.append(float(formula.subs(at) + _next_order(at, gate)))
        curves.append({"label": f"predicted, {label}", "x": sizes.round().tolist(), "y": values})
        seen = f"measured, {label}"
        points.append(mean_series(sweep, statistic, seen, lambda design: design["n"], joined=False))
    return {
        "title": f"Weights' energy along the class patterns, D = {design['D']}, k = {design['k']}",
        "x_label": "samples of a step",
        "y_label": "share of the energy (mean and deviation over seeds)",
        "x_scale": "log",
        "y_scale": "linear",
        "curves": curves,
        "points": points,
    }
