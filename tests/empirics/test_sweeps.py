"""Grids of cells, and the series that figures draw of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empirics.sweeps import grid, mean_series, powers, reference_line
from lemmata.errors import LemmataError


@given(st.dictionaries(st.text("abcdef", min_size=1), st.lists(st.integers(), min_size=1, max_size=4), max_size=3))
def test_a_grid_has_every_combination_once_in_order(axes: dict[str, list[int]]) -> None:
    designs = list(grid(**axes))
    assert len(designs) == math.prod(len(axis) for axis in axes.values())
    places = [tuple(axes[name].index(design[name]) for name in axes) for design in designs]
    distinct = all(len(set(axis)) == len(axis) for axis in axes.values())
    if distinct:
        assert places == sorted(set(places))


def test_an_axis_may_be_one_value_of_any_type() -> None:
    assert list(grid(n=[1, 2], labels="clean", exact=True)) == [
        {"n": 1, "labels": "clean", "exact": True},
        {"n": 2, "labels": "clean", "exact": True},
    ]


def test_an_empty_axis_is_refused() -> None:
    with pytest.raises(LemmataError, match="the axis n has no values"):
        list(grid(n=[]))


@given(st.integers(2, 50), st.lists(st.floats(0, 4), max_size=5))
def test_powers_are_read_back_by_their_logarithm(base: int, exponents: list[float]) -> None:
    for exponent, power in zip(exponents, powers(base, exponents), strict=True):
        assert abs(power - base**exponent) <= 0.5


@pytest.mark.parametrize(("base", "exponents"), [(1, [1]), (0, [1]), (10, [-1])])
def test_powers_out_of_range_are_refused(base: int, exponents: list[float]) -> None:
    with pytest.raises(LemmataError, match="powers: expected"):
        powers(base, exponents)


def log_10(design: Mapping[str, Any]) -> float:
    return math.log10(design["n"])


def _cell(n: int, values: list[float]) -> dict[str, Any]:
    return {"experiment": "e", "design": {"n": n}, "replicates": [{"risk": value} for value in values]}


@given(st.permutations([1, 10, 100, 1000]), st.integers(0, 2**32 - 1))
def test_a_series_is_mean_and_standard_deviation_in_ascending_order(sizes: list[int], seed: int) -> None:
    generator = np.random.default_rng(seed)
    values = {n: generator.standard_normal(7).tolist() for n in sizes}
    series = mean_series([_cell(n, values[n]) for n in sizes], "risk", "a label", log_10)
    assert series["x"] == pytest.approx([0, 1, 2, 3])
    assert series["label"] == "a label"
    for place, n in enumerate(sorted(sizes)):
        mean = sum(values[n]) / 7
        deviation = math.sqrt(sum((value - mean) ** 2 for value in values[n]) / 6)
        assert series["y"][place] == pytest.approx(mean)
        assert series["high"][place] - mean == pytest.approx(deviation)
        assert mean - series["low"][place] == pytest.approx(deviation)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([], "cells at different places"),
        ([_cell(1, [1, 2]), _cell(1, [1, 2])], "cells at different places"),
        ([_cell(1, [1])], "two seeds"),
        ([{**_cell(1, [1, 2]), "replicates": [{"loss": 1.0}, {"loss": 2.0}]}], "no statistic 'risk'; there are loss"),
    ],
)
def test_what_cannot_be_drawn_is_refused(cells: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(LemmataError, match=message):
        mean_series(cells, "risk", "a label", log_10)


def test_a_reference_line_is_level() -> None:
    line = reference_line("one", 1.0, 0.0, 4.0)
    assert line["y"] == [1.0, 1.0]
    assert line["x"] == [0.0, 4.0]
