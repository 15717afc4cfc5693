"""Intervals of functionals: coverage by enumerating all samples of finite distributions, and planning by simulation."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from lemmata.decisions import Region, median_interval
from lemmata.errors import LemmataError
from lemmata.functionals import BoundedMean, Functional, Median, Probability, RobustMean

LEVELS = st.floats(0.01, 0.95)
Sampler = Callable[[np.random.Generator, int], NDArray[np.float64]]


@st.composite
def laws(draw: st.DrawFn, atoms: int = 3) -> list[tuple[Fraction, Fraction]]:
    """A distribution with finitely many values in [-2, 2], as (value, probability)."""
    size = draw(st.integers(1, atoms))
    values = draw(st.lists(st.integers(-8, 8), min_size=size, max_size=size, unique=True))
    weights = draw(st.lists(st.integers(1, 12), min_size=size, max_size=size))
    return [(Fraction(v, 4), Fraction(w, sum(weights))) for v, w in zip(values, weights, strict=True)]


def mean_of(law: list[tuple[Fraction, Fraction]]) -> Fraction:
    return sum((value * weight for value, weight in law), Fraction(0))


def variance_of(law: list[tuple[Fraction, Fraction]]) -> Fraction:
    return sum((value**2 * weight for value, weight in law), Fraction(0)) - mean_of(law) ** 2


def samples_of(law: list[tuple[Fraction, Fraction]], size: int) -> Iterator[tuple[NDArray[np.float64], Fraction]]:
    """All samples of a size in order, with their probabilities."""
    for sample in itertools.product(law, repeat=size):
        yield (
            np.array([float(value) for value, _ in sample]),
            math.prod((weight for _, weight in sample), start=Fraction(1)),
        )


def miss(
    functional: Functional, law: list[tuple[Fraction, Fraction]], size: int, level: float, number: float
) -> tuple[float, float]:
    """The exact probabilities that the interval lies above a number, and below it."""
    above = below = Fraction(0)
    for values, weight in samples_of(law, size):
        interval = functional.interval(values, level)
        above += weight * (interval.low > number)
        below += weight * (interval.high < number)
    return float(above), float(below)


def not_less_often_than(rate: float, count: int, trials: int) -> bool:
    return float(stats.binom.cdf(count, trials, rate)) > 1e-6


# Coverage, exactly.


@settings(max_examples=15)
@given(laws(), st.integers(1, 5), LEVELS)
def test_bets_cover_a_bounded_mean(law: list[tuple[Fraction, Fraction]], size: int, level: float) -> None:
    above, below = miss(BoundedMean(-2, 2), law, size, level, float(mean_of(law)))
    assert above <= level / 2
    assert below <= level / 2


@settings(max_examples=15)
@given(laws(), st.integers(1, 5), LEVELS)
def test_the_robust_interval_covers_a_mean(law: list[tuple[Fraction, Fraction]], size: int, level: float) -> None:
    variance = max(float(variance_of(law)), 1e-3)
    above, below = miss(RobustMean(variance), law, size, level, float(mean_of(law)))
    assert above <= level / 2
    assert below <= level / 2


@given(laws(), st.integers(1, 5), LEVELS)
def test_order_statistics_cover_every_median(law: list[tuple[Fraction, Fraction]], size: int, level: float) -> None:
    for value, _ in law:
        if sum(w for v, w in law if v <= value) >= Fraction(1, 2) <= sum(w for v, w in law if v >= value):
            above, below = miss(Median(), law, size, level, float(value))
            assert above <= level / 2
            assert below <= level / 2


@given(st.integers(0, 60).map(lambda k: k / 60), st.integers(1, 80), LEVELS)
def test_the_binomial_covers_a_probability(p: float, size: int, level: float) -> None:
    intervals = [Probability().of_count(count, size, level) for count in range(size + 1)]
    weights = stats.binom.pmf(np.arange(size + 1), size, p)
    assert sum(w for w, i in zip(weights, intervals, strict=True) if i.low > p) <= level / 2 + 1e-12
    assert sum(w for w, i in zip(weights, intervals, strict=True) if i.high < p) <= level / 2 + 1e-12


def test_enumeration_finds_an_interval_that_covers_too_little() -> None:
    """The same check refutes the normal interval, and ours at a level which is not theirs."""
    law = [(Fraction(0), Fraction(19, 20)), (Fraction(1), Fraction(1, 20))]

    class Normal(BoundedMean):
        def interval(self, values: NDArray[np.float64], level: float):  # type: ignore[no-untyped-def]
            half = -stats.norm.ppf(level / 2) * np.std(values) / math.sqrt(len(values))
            return Region(np.mean(values) - half, np.mean(values) + half)

    assert miss(Normal(0, 1), law, 6, 0.1, 0.05)[1] > 0.7
    assert miss(Median(), [(Fraction(0), Fraction(1, 2)), (Fraction(1), Fraction(1, 2))], 5, 0.0625, 0.5)[0] == 1 / 32


@settings(max_examples=25)
@given(laws(), st.integers(1, 4), st.floats(0.05, 0.9))
def test_the_gambler_wins_nothing_at_the_mean(law: list[tuple[Fraction, Fraction]], size: int, level: float) -> None:
    """The capital behind the lower end has mean 1 exactly: this is why the interval covers."""
    from lemmata import functionals

    unit = [((value + 2) / 4, weight) for value, weight in law]
    mean = float(mean_of(unit))
    total = 0.0
    for values, weight in samples_of(unit, size):
        stakes = functionals._bets(values, level)
        if mean > 0:
            stakes = np.minimum(stakes, functionals.LARGEST_BET / mean)
        total += float(weight) * float(np.prod(1 + stakes * (values - mean)))
    assert total == pytest.approx(1, abs=1e-12)


# Intervals.

FUNCTIONALS = [Median(), BoundedMean(-10, 10), RobustMean(4.0)]
VALUES = st.lists(st.floats(-10, 10), min_size=1, max_size=60).map(np.array)


@pytest.mark.parametrize("functional", FUNCTIONALS, ids=lambda f: type(f).__name__)
@settings(max_examples=30)
@given(values=VALUES, level=LEVELS)
def test_intervals_mirror(functional: Functional, values: NDArray[np.float64], level: float) -> None:
    here, there = functional.interval(values, level), functional.interval(-values, level)
    assert there.low == pytest.approx(-here.high, abs=1e-6)
    assert there.high == pytest.approx(-here.low, abs=1e-6)


@pytest.mark.parametrize("functional", [BoundedMean(-10, 10), RobustMean(4.0)], ids=lambda f: type(f).__name__)
@settings(max_examples=30)
@given(values=VALUES, level=LEVELS)
def test_no_interval_is_empty(functional: Functional, values: NDArray[np.float64], level: float) -> None:
    interval = functional.interval(values, level)
    assert interval.low < interval.high


@settings(max_examples=30)
@given(VALUES, LEVELS, st.floats(-5, 5), st.floats(0.1, 10))
def test_the_robust_interval_moves_with_the_values(
    values: NDArray[np.float64], level: float, shift: float, scale: float
) -> None:
    plain, moved = (
        RobustMean(4.0).interval(values, level),
        RobustMean(4 * scale**2).interval(scale * values + shift, level),
    )
    assert moved.low == pytest.approx(scale * plain.low + shift, rel=1e-6, abs=1e-6)
    assert moved.high == pytest.approx(scale * plain.high + shift, rel=1e-6, abs=1e-6)


@settings(max_examples=30)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60).map(np.array), LEVELS)
def test_bets_do_not_depend_on_the_unit(unit: NDArray[np.float64], level: float) -> None:
    plain, scaled = BoundedMean(0, 1).interval(unit, level), BoundedMean(-3, 5).interval(8 * unit - 3, level)
    assert scaled.low == pytest.approx(8 * plain.low - 3, abs=1e-6)
    assert scaled.high == pytest.approx(8 * plain.high - 3, abs=1e-6)


@given(st.integers(0, 50), st.integers(1, 50), LEVELS)
def test_the_binomial_interval_is_scipys(count: int, seeds: int, level: float) -> None:
    if count <= seeds:
        expected = stats.binomtest(count, seeds).proportion_ci(1 - level, method="exact")
        interval = Probability().of_count(count, seeds, level)
        assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_the_robust_interval_has_catonis_length() -> None:
    values = np.random.default_rng(1).normal(size=4000)
    interval = RobustMean(1.0).interval(values, 1e-4)
    assert (interval.high - interval.low) / 2 == pytest.approx(math.sqrt(2 * math.log(2e4) / 4000), rel=0.02)


def test_an_outlier_moves_a_robust_mean_little() -> None:
    values = np.random.default_rng(2).normal(size=400)
    wild = values.copy()
    wild[0] = 1e4  # moves the mean by 25
    assert RobustMean(1.0).estimate(wild) == pytest.approx(RobustMean(1.0).estimate(values), abs=0.5)
    assert abs(RobustMean(1.0).estimate(values) - float(np.mean(values))) < 0.01
    assert RobustMean(1.0).interval(wild, 1e-6).high < 1.5


def test_bets_follow_the_spread() -> None:
    """Values that vary little have an interval far shorter than Hoeffding's."""
    values = np.random.default_rng(3).normal(0.5, 0.02, 384)
    interval = BoundedMean(0, 1).interval(values, 2e-5)
    assert interval.high - interval.low < math.sqrt(math.log(1e5) / (2 * 384)) / 2


def test_a_few_values_at_a_small_level_leave_everything_open() -> None:
    assert median_interval([1.0] * 10, 1e-6).high == math.inf
    assert RobustMean(1.0).interval(np.zeros(1), 1e-300).high == math.inf
    interval = BoundedMean(0, 1).interval(np.full(3, 0.5), 1e-6)
    assert (interval.low, interval.high) == (0, 1)


@pytest.mark.parametrize("value", [0.1, 1 / 3, 0.7])
def test_an_estimate_of_equal_values_is_within_the_bounds(value: float) -> None:
    """The mean of 10 values 0.1 is larger than 0.1, after rounding."""
    for functional in (BoundedMean(value, 1), BoundedMean(0, value)):
        values = np.full(10, value)
        estimate = functional.estimate(values)
        assert functional.low <= estimate <= functional.high
        assert functional.seeds_needed(0.1, 1e-4, near=estimate, sd=functional.spread(values)) is not None


# What can be decided.


@given(st.integers(1, 60), st.floats(1e-6, 0.5), st.floats(0, 1), st.floats(0, 1))
def test_what_no_count_shows_cannot_be_shown(seeds: int, level: float, one: float, other: float) -> None:
    region = Region(*sorted([one, other]))
    intervals = [Probability().of_count(count, seeds, level) for count in range(seeds + 1)]
    assert Probability().can_refute(region, seeds, level) == any(region.misses(i) for i in intervals)
    assert Probability().can_confirm(region, seeds, level) == any(region.contains(i) for i in intervals)


@settings(max_examples=30)
@given(st.integers(20, 120), st.floats(1e-6, 0.1), st.floats(0, 1))
def test_what_equal_values_show_of_a_bounded_mean_can_be_shown(seeds: int, level: float, value: float) -> None:
    """The interval of values off the middle is not symmetric: the middle of a region need not be what confirms it."""
    interval = BoundedMean(0, 1).interval(np.full(seeds, value), level)
    assert BoundedMean(0, 1).can_confirm(Region(interval.low - 1e-4, interval.high + 1e-4), seeds, level)


@given(VALUES, st.floats(1e-6, 0.5), st.floats(-10, 10), st.floats(0.01, 10))
def test_what_some_values_show_can_be_shown(
    values: NDArray[np.float64], level: float, center: float, slack: float
) -> None:
    region = Region(center - slack, center + slack)
    for functional in FUNCTIONALS:
        interval = functional.interval(values, level)
        if region.misses(interval):
            assert functional.can_refute(region, len(values), level)
        if region.contains(interval) and region.high < 10 and region.low > -10:
            wider = Region(region.low - 1e-6, region.high + 1e-6)
            assert functional.can_confirm(wider, len(values), level)


# Planning.

BETA = math.sqrt(0.25 / 11)
PLANS: list[tuple[Functional, Sampler, float, float | None]] = [
    (Median(), lambda rng, n: rng.normal(size=n), 0.0, 1.0),
    (Probability(), lambda rng, n: (rng.random(n) < 0.3).astype(float), 0.3, None),
    (Probability(), lambda rng, n: (rng.random(n) < 0.01).astype(float), 0.01, None),
    (BoundedMean(0, 1), lambda rng, n: rng.beta(5, 5, n), 0.5, BETA),
    (BoundedMean(0, 1), lambda rng, n: (rng.random(n) < 0.4).astype(float), 0.4, None),
    (BoundedMean(0, 1), lambda rng, n: np.full(n, 0.7), 0.7, 0.0),
    (RobustMean(1.0), lambda rng, n: rng.normal(size=n), 0.0, None),
    (RobustMean(1.0), lambda rng, n: rng.standard_t(3, n) / math.sqrt(3), 0.0, None),
    (RobustMean(1.0), lambda rng, n: rng.normal(0, 0.1, n), 0.0, 0.1),
]


@pytest.mark.parametrize(("functional", "sample", "near", "sd"), PLANS)
@pytest.mark.parametrize(("discrepancy", "level"), [(0.1, 0.05), (0.3, 1e-3)])
def test_planned_seeds_suffice_and_a_quarter_does_not(
    functional: Functional, sample: Sampler, near: float, sd: float | None, discrepancy: float, level: float
) -> None:
    seeds = functional.seeds_needed(discrepancy, level, 0.95, near, sd)
    assert seeds is not None
    rng = np.random.default_rng(5)

    def succeeded(size: int, trials: int) -> int:
        intervals = [functional.interval(sample(rng, size), level) for _ in range(trials)]
        return sum(near - discrepancy <= i.low and i.high <= near + discrepancy for i in intervals)

    assert not_less_often_than(0.93, succeeded(seeds, 60), 60)
    assert succeeded(seeds // 4, 20) < 15


@pytest.mark.parametrize(("functional", "near", "sd"), [(f, near, sd) for f, _, near, sd in PLANS])
@given(st.floats(0.02, 0.5), st.floats(1e-6, 0.1), st.floats(0.5, 0.99))
@settings(max_examples=10)
def test_the_least_discrepancy_is_told_by_its_seeds(
    functional: Functional, near: float, sd: float | None, discrepancy: float, level: float, probability: float
) -> None:
    seeds = functional.seeds_needed(discrepancy, level, probability, near, sd)
    assert seeds is not None
    assert functional.tells(discrepancy, seeds, level, probability, near, sd)
    least = functional.least_discrepancy(seeds, level, probability, near, sd)
    assert least <= discrepancy * (1 + 1e-5)
    assert functional.tells(least, seeds, level, probability, near, sd)


@pytest.mark.parametrize("unit", [1e-30, 1e30])
@pytest.mark.parametrize(
    ("in_unit", "near", "sd"),
    [
        (lambda unit: Median(), None, 1.0),
        (lambda unit: BoundedMean(-unit, unit), 0.0, None),
        (lambda unit: BoundedMean(-unit, unit), 0.0, 1e-30),
        (lambda unit: RobustMean(unit**2), None, None),
        (lambda unit: RobustMean(unit**2), None, 1e-30),
    ],
)
def test_the_least_discrepancy_scales_with_the_unit(
    in_unit: Callable[[float], Functional], near: float | None, sd: float | None, unit: float
) -> None:
    least, scaled = (
        in_unit(u).least_discrepancy(384, 1e-4, near=near, sd=None if sd is None else sd * u) for u in (1.0, unit)
    )
    assert 0 < least < 1
    assert scaled == pytest.approx(unit * least, rel=1e-5)


def test_huge_values_leave_a_robust_mean_without_a_warning() -> None:
    """Squares of these overflow; pytest turns NumPy's warning into a failure."""
    for huge in (1e200, 1e308):
        values = np.array([huge, -huge, 0.0] * 10)
        interval = RobustMean(1.0).interval(values, 1e-4)
        assert interval.low < 0 < interval.high
        assert abs(RobustMean(1.0).estimate(values)) < 1e-9


@pytest.mark.parametrize("variance", [5e-324, 1e308])
def test_any_bound_on_the_variance_scales_the_robust_interval(variance: float) -> None:
    interval = RobustMean(variance).interval(np.full(30, 2.0), 1e-4)
    assert interval.low <= 2 <= interval.high < math.inf


def test_the_spread_of_bounded_values_is_possible_whatever_the_offset() -> None:
    values = 1e10 + (np.arange(200) == 0)
    functional = BoundedMean(1e10, 1e10 + 1)
    assert functional.seeds_needed(0.1, 1e-4, near=functional.estimate(values), sd=functional.spread(values))


def test_seeds_needed_of_the_median_are_those_of_decisions() -> None:
    assert Median().seeds_needed(0.5, 1e-4, near=7.0, sd=0.5) == 74
    assert Median().seeds_needed(0.5, 1e-4, sd=0.0) == 15
    assert Median().least_discrepancy(14, 1e-4, sd=1.0) == math.inf
    assert Median().least_discrepancy(15, 1e-4, sd=0.0) < 1e-12


def test_out_of_reach() -> None:
    assert Probability().seeds_needed(1e-6, 1e-4, near=0.5) is None
    assert RobustMean(1.0).seeds_needed(1e-6, 1e-4) is None
    assert BoundedMean(0, 1).seeds_needed(1e-6, 1e-4, near=0.5) is None


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (lambda: Median().seeds_needed(0.1, 1e-4), "sd = None: plan a median with"),
        (lambda: Median().seeds_needed(0.1, 1e-4, sd=-1.0), r"sd = -1\.0: plan a median"),
        (lambda: Median().seeds_needed(0.0, 1e-4, sd=1.0), r"discrepancy 0\.0: needs a positive"),
        (lambda: Median().seeds_needed(0.1, 1.0, sd=1.0), r"level 1\.0: needs a number between"),
        (lambda: Median().least_discrepancy(0, 0.1, sd=1.0), "0 seeds: plan for at least 1"),
        (lambda: Median().least_discrepancy(9, 0.1, sd=-1.0), r"sd = -1\.0: plan a median"),
        (lambda: Probability().seeds_needed(0.1, 1e-4), "near = None: plan a probability near"),
        (lambda: Probability().seeds_needed(0.1, 1e-4, 2.0, 0.5), r"probability 2\.0: needs a number between"),
        (lambda: Probability().seeds_needed(0.1, 1e-4, near=1.5), r"near = 1\.5: plan a probability"),
        (lambda: BoundedMean(0, 1).seeds_needed(0.1, 1e-4), "near = None: plan a mean near"),
        (lambda: BoundedMean(0, 2).seeds_needed(0.1, 1e-4, near=0.5, sd=1.0), r"sd = 1\.0: .* in \[0, 0\.866025\]"),
        (lambda: BoundedMean(1, 0), r"bounds \(1, 0\): needs two finite numbers"),
        (lambda: BoundedMean(0, math.inf), r"bounds \(0, inf\): needs two finite numbers"),
        (lambda: RobustMean(0.0), r"variance 0\.0: needs a positive"),
        (lambda: RobustMean(1.0).seeds_needed(0.1, 1e-4, sd=2.0), r"sd = 2\.0: the variance is at most 1"),
    ],
)
def test_bad_plans_are_one_clear_line(plan: Callable[[], object], message: str) -> None:
    with pytest.raises(LemmataError, match=f"^{message}[^\n]*$"):
        plan()
