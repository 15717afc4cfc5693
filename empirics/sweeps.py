"""Sweeps: grids of cells over an experiment, and what a figure draws of their results.

A sweep is a list of :class:`lemmata.SweepCell`, each an experiment at one design with its number of seeds. It is attached
to a claim by ``@claim.sweep`` and computed through the same store as the claim's own cells: each finished cell is stored
at once, a killed run resumes, and cells that a claim has measured are not computed again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lemmata.errors import LemmataError

Results = Sequence[Mapping[str, Any]]
"""What a sweep's cells gave: for each its ``design``, and its ``replicates``, one mapping of statistics a seed."""


def grid(**axes: Any) -> Iterator[dict[str, Any]]:
    """The designs of a grid, in the order of nested loops; an axis is a list or tuple of values, or one value.

    >>> list(grid(d=10, n=[100, 1000]))
    [{'d': 10, 'n': 100}, {'d': 10, 'n': 1000}]

    Raises
    ------
    LemmataError : an axis without values.
    """
    values = [axis if isinstance(axis, list | tuple) else [axis] for axis in axes.values()]
    for name, axis in zip(axes, values, strict=True):
        if not axis:
            raise LemmataError(f"grid: the axis {name} has no values")
    for choice in itertools.product(*values):
        yield dict(zip(axes, choice, strict=True))


def powers(base: int, exponents: Sequence[float]) -> list[int]:
    """The numbers ``base**e``, rounded to integers.

    >>> powers(10, [1, 1.5, 2])
    [10, 32, 100]

    Raises
    ------
    LemmataError : a base below 2, or a negative exponent.
    """
    if base < 2 or any(exponent < 0 for exponent in exponents):
        raise LemmataError(
            f"powers: expected a base of at least 2 and exponents of at least 0, got {base}, {exponents}"
        )
    return [round(base**exponent) for exponent in exponents]


def mean_series(
    results: Results, statistic: str, label: str, place: Callable[[Mapping[str, Any]], float], joined: bool = True
) -> dict[str, Any]:
    """A statistic's mean, with one standard deviation over seeds to either side, as a series of a figure.

    Parameters
    ----------
    results : the cells of one curve.
    place : where a cell stands on the horizontal axis, from its design.
    joined : whether lines join the points; where a prediction is drawn they would hide it.

    Returns
    -------
    An entry of a figure's ``points``, in ascending order.

    Raises
    ------
    LemmataError : no cells, two at one place, a cell with fewer than two seeds or without this statistic.
    """
    rows = []
    for cell in results:
        values = _values(cell, statistic)
        rows.append((place(cell["design"]), float(np.mean(values)), float(np.std(values, ddof=1))))
    rows.sort()
    if len({x for x, _, _ in rows}) != len(rows) or not rows:
        raise LemmataError(f"sweep: the curve '{label}' needs cells at different places, at least one")
    return {
        "label": label,
        **({"style": "line"} if joined else {}),
        "x": [x for x, _, _ in rows],
        "y": [mean for _, mean, _ in rows],
        "low": [mean - deviation for _, mean, deviation in rows],
        "high": [mean + deviation for _, mean, deviation in rows],
    }


def reference_line(label: str, height: float, low: float, high: float) -> dict[str, Any]:
    """A horizontal line of a figure, from ``low`` to ``high``, as an entry of its ``curves``."""
    return {"label": label, "style": "reference", "x": [low, high], "y": [height, height]}


def _values(cell: Mapping[str, Any], statistic: str) -> list[float]:
    replicates = cell["replicates"]
    if len(replicates) < 2:
        raise LemmataError(f"sweep: a standard deviation needs two seeds; the cell at {dict(cell['design'])} has fewer")
    if any(statistic not in replicate for replicate in replicates):
        raise LemmataError(f"sweep: no statistic {statistic!r}; there are {', '.join(replicates[0])}")
    return [replicate[statistic] for replicate in replicates]
