"""Scaling fits: exact on power laws, equivariant, guaranteed intervals that cover, and one clear line for bad input."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from empirics.scaling import bootstrap_interval, discrepancy, exponent_interval, fit, local_exponents
from lemmata.decisions import Interval
from lemmata.errors import LemmataError
from theory.bounds import Bound

EXPONENTS = st.floats(-4, 4)
CONSTANTS = st.floats(1e-3, 1e3)
SIZES = st.lists(st.integers(1, 10**6), min_size=2, max_size=8, unique=True).map(sorted)


@given(SIZES, EXPONENTS, CONSTANTS)
def test_power_laws_are_recovered(sizes: list[int], exponent: float, constant: float) -> None:
    values = constant * np.array(sizes, dtype=float) ** exponent
    law = fit(sizes, values)
    assert law.exponent == pytest.approx(exponent, abs=1e-6)
    assert law(sizes) == pytest.approx(values, rel=1e-6)
    # Neighbouring sizes amplify rounding by the inverse of the difference of their logarithms.
    rounding = 1e-13 / np.diff(np.log(sizes))
    assert (np.abs(local_exponents(sizes, values) - exponent) <= rounding + 1e-9).all()


@given(SIZES, st.integers(0, 2**32 - 1), CONSTANTS, CONSTANTS)
def test_scales_change_no_exponent(sizes: list[int], seed: int, of_sizes: float, of_values: float) -> None:
    values = np.exp(np.random.default_rng(seed).standard_normal(len(sizes)))
    scaled = of_sizes * np.array(sizes), of_values * values
    law, other = fit(sizes, values), fit(*scaled)
    assert other.exponent == pytest.approx(law.exponent, rel=1e-6, abs=1e-6)
    assert other(scaled[0]) == pytest.approx(of_values * law(sizes), rel=1e-6)
    assert local_exponents(*scaled) == pytest.approx(local_exponents(sizes, values), rel=1e-6, abs=1e-6)


@given(SIZES, st.integers(0, 2**32 - 1))
def test_the_fit_is_a_mean_of_local_exponents(sizes: list[int], seed: int) -> None:
    values = np.exp(np.random.default_rng(seed).standard_normal(len(sizes)))
    slopes, exponent = local_exponents(sizes, values), fit(sizes, values).exponent
    assert slopes.min() - 1e-9 * abs(slopes.min()) - 1e-9 <= exponent
    assert exponent <= slopes.max() + 1e-9 * abs(slopes.max()) + 1e-9


@given(SIZES, st.integers(0, 2**32 - 1), st.floats(0.01, 0.5))
def test_intervals_hold_the_fit_and_shrink_with_the_level(sizes: list[int], seed: int, level: float) -> None:
    generator = np.random.default_rng(seed)
    samples = [np.exp(generator.standard_normal(25)) for _ in sizes]
    exponent = fit(sizes, [np.median(sample) for sample in samples]).exponent
    wide, narrow = exponent_interval(sizes, samples, level / 10), exponent_interval(sizes, samples, level)
    assert wide.low <= narrow.low <= exponent <= narrow.high <= wide.high


def test_the_guaranteed_interval_covers() -> None:
    # Lognormal values with medians on a known law: at level .2 at most 60 of 300 intervals miss it in the mean, and 90 is
    # more than 4 standard deviations more. The interval is conservative, so that far fewer do.
    sizes, exponent = [10, 20, 40], -1.5
    generator = np.random.default_rng(20221)
    missed = 0
    for _ in range(300):
        samples = [size**exponent * np.exp(generator.standard_normal(30)) for size in sizes]
        missed += discrepancy(exponent_interval(sizes, samples, 0.2), exponent) != 0
    assert missed <= 90


def test_the_bootstrap_is_narrower_and_reproducible() -> None:
    generator = np.random.default_rng(3)
    sizes = [10, 20, 40, 80]
    samples = [size**0.5 * np.exp(0.1 * generator.standard_normal(40)) for size in sizes]
    first, second = (bootstrap_interval(sizes, samples, 0.05, np.random.default_rng(1)) for _ in range(2))
    exact = exponent_interval(sizes, samples, 0.05)
    assert first == second
    assert exact.low < first.low < 0.5 < first.high < exact.high


def test_too_few_seeds_decide_nothing() -> None:
    assert exponent_interval([1, 2], [[1.0, 2.0], [1.0, 2.0]], 0.01) == Interval(-math.inf, math.inf)


def test_discrepancies_have_a_sign() -> None:
    assert discrepancy(Interval(1, 2), 3) == 1
    assert discrepancy(Interval(1, 2), 0.5) == -0.5
    assert discrepancy(Interval(1, 2), 1.5) == 0
    with pytest.raises(LemmataError, match="predicted exponent"):
        discrepancy(Interval(1, 2), math.nan)


@settings(max_examples=25, deadline=None)
@given(st.integers(-4, 0), st.integers(-4, 0), st.integers(1, 50), st.integers(2, 10**6))
def test_local_exponents_are_those_that_a_bound_predicts(first: int, second: int, ratio: int, at: int) -> None:
    # A sum of two monomials with powers in halves, exactly by theory.bounds, and by two neighbouring sizes.
    n, d = sympy.symbols("n d", positive=True)
    bound = Bound.read(n ** sympy.Rational(first, 2) + d * n ** sympy.Rational(second, 2), [n, d])
    predicted = float(bound.local_exponent(n, {n: sympy.Integer(at), d: sympy.Integer(ratio)}))
    sizes = at * np.array([1 - 1e-4, 1 + 1e-4])
    values = sizes ** (first / 2) + ratio * sizes ** (second / 2)
    (measured,) = local_exponents(sizes, values)
    assert measured == pytest.approx(predicted, abs=1e-6)


@pytest.mark.parametrize(
    ("sizes", "values", "message"),
    [
        ([1], [1], "sizes: expected at least two"),
        ([2, 1], [1, 1], "increasing"),
        ([1, 1], [1, 1], "increasing"),
        (["a", "b"], [1, 2], "sizes: expected a list of numbers"),
        ([], [], "sizes: expected a list of numbers"),
        ([[1, 2]], [1, 2], "sizes: expected a list"),
        ([1, 2], [1, 2, 3], "one for each of the 2 sizes"),
        ([0, 1], [1, 1], "sizes: expected positive"),
        ([1, 2], [1, -1], "values: expected positive"),
        ([1, 2], [1, math.nan], "values: expected positive finite"),
        ([1, 2], [1, math.inf], "values: expected positive finite"),
    ],
)
def test_bad_input_is_refused(sizes: list[float], values: list[float], message: str) -> None:
    for function in (fit, local_exponents):
        with pytest.raises(LemmataError, match=message):
            function(sizes, values)


def test_levels_and_resamples_are_checked() -> None:
    samples = [[1.0, 2.0], [1.0, 2.0]]
    with pytest.raises(LemmataError, match="level"):
        exponent_interval([1, 2], samples, 1.5)
    with pytest.raises(LemmataError, match="level"):
        bootstrap_interval([1, 2], samples, 0, np.random.default_rng())
    with pytest.raises(LemmataError, match="resamples"):
        bootstrap_interval([1, 2], samples, 0.1, np.random.default_rng(), 0)


def test_the_documented_fit_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "figures.md").read_text(encoding="utf-8")
    code, printed = re.search(r"```python\n(import numpy.*?)```\n.*?```text\n(.*?)```", page, flags=re.DOTALL).groups()  # type: ignore[union-attr]
    exec(compile(code, "figures.md", "exec"), {})
    assert capsys.readouterr().out == printed
