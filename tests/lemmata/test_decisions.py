"""Decisions about medians: error rates by simulation at inflated levels, invariances, planning, edges."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from lemmata import decisions
from lemmata.decisions import (
    Interval,
    Outcome,
    Plan,
    Region,
    decide,
    judge_cells,
    least_seeds,
    median_interval,
    robust_spread,
    seeds_needed,
    suite_rates,
)
from lemmata.errors import LemmataError

Sampler = Callable[[np.random.Generator, tuple[int, ...]], NDArray[np.float64]]

DISTRIBUTIONS: dict[str, tuple[Sampler, float]] = {
    "normal": (lambda draw, shape: draw.normal(size=shape), 0.0),
    "lognormal": (lambda draw, shape: draw.lognormal(size=shape), 1.0),
    "chi-square": (lambda draw, shape: draw.normal(size=shape) ** 2, float(stats.chi2.median(1))),
    "Cauchy": (lambda draw, shape: draw.standard_cauchy(size=shape), 0.0),
    "Poisson": (lambda draw, shape: draw.poisson(2.0, size=shape).astype(float), 2.0),
    "fair coin": (lambda draw, shape: draw.integers(0, 2, size=shape).astype(float), 0.5),
}
CONTINUOUS = ["normal", "lognormal", "chi-square", "Cauchy"]

REALS = st.floats(allow_nan=False)
LEVELS = st.floats(1e-9, 0.9)
PLAN = Plan(cells=2, looks=(6, 12, 24), refute=0.05, confirm=0.2)


def not_more_often_than(rate: float, count: int, trials: int) -> bool:
    """Whether so many of the trials go with a probability of at most ``rate`` (exact test at 1e-6)."""
    return float(stats.binom.sf(count - 1, trials, rate)) > 1e-6


def not_less_often_than(rate: float, count: int, trials: int) -> bool:
    """Whether so many of the trials go with a probability of at least ``rate`` (exact test at 1e-6)."""
    return float(stats.binom.cdf(count, trials, rate)) > 1e-6


# Error rates


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize(("seeds", "level"), [(9, 0.05), (24, 0.1), (50, 0.02)])
def test_interval_misses_the_median_at_most_at_its_level(name: str, seeds: int, level: float) -> None:
    sample, median = DISTRIBUTIONS[name]
    values = sample(np.random.default_rng(1), (2000, seeds))
    intervals = [median_interval(row, level) for row in values]
    missed = sum(not interval.low <= median <= interval.high for interval in intervals)
    assert not_more_often_than(level, missed, len(values))
    if name in CONTINUOUS:
        # and as often as the binomial says: the interval is not wider than it must be
        rank = 1 + int(np.flatnonzero(2 * stats.binom.cdf(np.arange(seeds), seeds, 0.5) <= level)[-1])
        exact = 2 * float(stats.binom.cdf(rank - 1, seeds, 0.5))
        assert not_less_often_than(exact, missed, len(values))


def verdicts_over_looks(values: NDArray[np.float64], regions: list[Region], plan: Plan) -> set[str]:
    """Every verdict reached at some look; ``values`` has shape (cells, seeds)."""
    return {
        judge_cells([decide(v, r, plan, look).outcome for v, r in zip(values, regions, strict=True)], plan)
        for look in plan.looks
    }


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_true_claim_is_refuted_at_most_at_its_rate_over_looks_and_cells(name: str) -> None:
    """The regions are the medians themselves, so that every miss refutes."""
    sample, median = DISTRIBUTIONS[name]
    plan = Plan(cells=3, looks=(10, 20, 40), refute=0.2, confirm=0.2)
    trials = sample(np.random.default_rng(2), (500, 3, 40))
    regions = [Region(median, median)] * 3
    refuted = sum("refuted" in verdicts_over_looks(values, regions, plan) for values in trials)
    assert not_more_often_than(plan.refute, refuted, len(trials))


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize("side", [-1, 1])
def test_false_claim_is_confirmed_at_most_at_its_rate_over_looks_and_cells(name: str, side: int) -> None:
    """The worst case: one cell's region ends just beside its median, the others' regions exclude nothing."""
    sample, median = DISTRIBUTIONS[name]
    plan = Plan(cells=3, looks=(10, 20, 40), refute=0.2, confirm=0.2)
    trials = sample(np.random.default_rng(3), (500, 3, 40))
    edge = math.nextafter(median, side * math.inf)
    beside = Region(-math.inf, edge) if side < 0 else Region(edge, math.inf)
    regions = [beside, Region(-math.inf, math.inf), Region(-math.inf, math.inf)]
    confirmed = sum("proved" in verdicts_over_looks(values, regions, plan) for values in trials)
    assert not_more_often_than(plan.confirm, confirmed, len(trials))


@pytest.mark.parametrize("name", CONTINUOUS)
def test_shifted_median_is_refuted_and_the_true_one_confirmed(name: str) -> None:
    sample, median = DISTRIBUTIONS[name]
    plan = Plan(cells=1, looks=(24, 48, 96, 192, 384))
    values = sample(np.random.default_rng(4), (384,))
    around = Region(median - 0.5, median + 0.5)
    assert decide(values, around, plan, 384).outcome == "inside"
    assert decide(values + 1.5, around, plan, 384).outcome == "disjoint"
    assert decide(values + 0.5, around, plan, 384).outcome == "open"


# Invariances


@given(st.lists(REALS, max_size=40), LEVELS, st.randoms(use_true_random=False))
def test_interval_does_not_depend_on_the_order(values: list[float], level: float, random: Random) -> None:
    shuffled = random.sample(values, len(values))
    assert median_interval(shuffled, level) == median_interval(values, level)


@given(
    st.lists(REALS, max_size=40),
    LEVELS,
    st.sampled_from([math.atan, math.cbrt, math.floor, lambda x: 0.25 * x]),
)
def test_interval_moves_with_monotone_transformations(
    values: list[float], level: float, function: Callable[[float], float]
) -> None:
    def image(x: float) -> float:
        return function(x) if math.isfinite(x) else x

    expected = median_interval(values, level)
    moved = median_interval([image(x) for x in values], level)
    assert moved == Interval(image(expected.low), image(expected.high))


@given(st.lists(REALS, min_size=1, max_size=40), LEVELS, LEVELS)
def test_a_smaller_level_gives_a_wider_interval_around_the_median(
    values: list[float], one: float, other: float
) -> None:
    wide, narrow = (median_interval(values, level) for level in sorted([one, other]))
    ordered = sorted(values)
    assert wide.low <= narrow.low <= ordered[(len(values) - 1) // 2]
    assert ordered[len(values) // 2] <= narrow.high <= wide.high


@given(st.lists(REALS, min_size=24, max_size=24), REALS, REALS, st.sampled_from(PLAN.looks))
def test_decision_mirrors(values: list[float], one: float, other: float, look: int) -> None:
    low, high = sorted([one, other])
    here = decide(values, Region(low, high), PLAN, look)
    there = decide([-x for x in values], Region(-high, -low), PLAN, look)
    assert there.outcome == here.outcome
    assert there.median == -here.median or math.isnan(here.median)
    assert (there.confirm.low, there.confirm.high) == (-here.confirm.high, -here.confirm.low)
    assert (there.refute.low, there.refute.high) == (-here.refute.high, -here.refute.low)


@given(st.lists(REALS, min_size=24, max_size=24), REALS, REALS, st.sampled_from(PLAN.looks))
def test_outcome_is_what_the_intervals_say(values: list[float], one: float, other: float, look: int) -> None:
    region = Region(*sorted([one, other]))
    decision = decide(values, region, PLAN, look)
    assert decision.confirm == median_interval(values[:look], PLAN.confirm_level)
    assert decision.refute == median_interval(values[:look], PLAN.refute_level)
    disjoint = decision.refute.high < region.low or decision.refute.low > region.high
    inside = region.low <= decision.confirm.low and decision.confirm.high <= region.high
    assert not (inside and disjoint)
    assert decision.outcome == ("disjoint" if disjoint else "inside" if inside else "open")
    assert decision.seeds == look


# The exact binomial


@given(st.integers(0, 400), st.floats(1e-12, 0.99) | st.integers(1, 40).map(lambda k: 2.0**-k))
def test_interval_takes_the_largest_rank_allowed_exactly(seeds: int, level: float) -> None:
    low = median_interval(np.arange(1, seeds + 1), level).low
    rank = 0 if low == -math.inf else int(low)

    def tails(below: int) -> Fraction:
        return Fraction(2 * sum(math.comb(seeds, i) for i in range(below)), 2**seeds)

    assert tails(rank) <= Fraction(level) < tails(rank + 1)


@given(LEVELS)
def test_least_seeds_is_the_least_number_with_a_bounded_interval(level: float) -> None:
    least = least_seeds(level)
    assert median_interval(range(least), level) == Interval(0, least - 1)
    assert median_interval(range(least - 1), level) == Interval(-math.inf, math.inf)


def test_least_seeds_at_ties_and_at_the_rates_of_the_house() -> None:
    assert [least_seeds(level) for level in (0.5, 0.25, math.nextafter(0.25, 0), 1e-4, 5e-6)] == [
        2,
        3,
        4,
        15,
        19,
    ]


@given(LEVELS, LEVELS)
def test_least_seeds_is_monotone(one: float, other: float) -> None:
    low, high = sorted([one, other])
    assert least_seeds(low) >= least_seeds(high)


# Planning


def within(discrepancy: float, level: float, seeds: int) -> float:
    """Probability that the interval of normal values is within the discrepancy (ways to fail added)."""
    ranks = np.flatnonzero(2 * stats.binom.cdf(np.arange(seeds), seeds, 0.5) <= level)
    return 1 - 2 * float(stats.binom.sf(ranks[-1], seeds, stats.norm.cdf(-discrepancy))) if len(ranks) else 0.0


@pytest.mark.parametrize(("discrepancy", "level"), [(0.4, 0.1), (0.5, 1e-2), (0.7, 1e-4), (1, 1e-4), (2, 5e-6)])
@pytest.mark.parametrize("probability", [0.5, 0.99])
def test_seeds_needed_is_the_least_that_suffices(discrepancy: float, level: float, probability: float) -> None:
    seeds = seeds_needed(discrepancy, level, probability)
    assert seeds is not None
    assert within(discrepancy, level, seeds) >= probability
    assert all(within(discrepancy, level, fewer) < probability for fewer in range(1, seeds))


def test_seeds_needed_suffice_in_a_simulation() -> None:
    seeds = seeds_needed(0.5, 0.1, 0.9)
    assert seeds is not None
    values = np.random.default_rng(5).normal(3.0, 2.0, (1000, seeds))
    intervals = [median_interval(row, 0.1) for row in values]
    succeeded = sum(interval.low >= 2.0 and interval.high <= 4.0 for interval in intervals)
    assert not_less_often_than(0.9, succeeded, len(values))


@given(st.floats(0.05, 4), st.floats(0.05, 4), LEVELS, LEVELS, st.floats(0.5, 0.999), st.floats(0.5, 0.999))
def test_seeds_needed_is_monotone(d1: float, d2: float, a1: float, a2: float, p1: float, p2: float) -> None:
    harder = seeds_needed(min(d1, d2), min(a1, a2), max(p1, p2))
    easier = seeds_needed(max(d1, d2), max(a1, a2), min(p1, p2))
    assert harder is not None
    assert easier is not None
    assert harder >= easier >= least_seeds(max(a1, a2))


def test_no_spread_needs_the_least_seeds() -> None:
    assert seeds_needed(math.inf, 1e-4) == least_seeds(1e-4)


def test_more_than_a_million_seeds_are_out_of_reach() -> None:
    assert seeds_needed(0.01, 1e-4) == 656967
    assert seeds_needed(0.008, 1e-4) is None
    assert seeds_needed(1e-9, 1e-4) is None


@pytest.mark.parametrize("discrepancy", [0.0, -1.0, math.nan])
def test_seeds_needed_refuses_what_no_number_of_seeds_resolves(discrepancy: float) -> None:
    with pytest.raises(LemmataError, match="discrepancy"):
        seeds_needed(discrepancy, 1e-4)


@given(st.lists(st.integers(-50, 50), min_size=2), st.integers(-9, 9), st.sampled_from([-4.0, 0.0, 0.5, 2.0]))
def test_spread_scales_and_ignores_shifts(values: list[int], shift: int, scale: float) -> None:
    moved = robust_spread([scale * x + shift for x in values])
    assert moved == pytest.approx(abs(scale) * robust_spread(values), rel=1e-12)


def test_spread_is_the_standard_deviation_of_normal_values_and_resists_outliers() -> None:
    values = 5 + 3 * stats.norm.ppf((np.arange(2001) + 0.5) / 2001)
    assert robust_spread(values) == pytest.approx(3, rel=1e-3)
    values[:20] = 1e300
    values[-5:] = math.inf
    assert robust_spread(values) == pytest.approx(3, rel=0.05)
    assert robust_spread([1.0, 1.0, 1.0, 9.0]) == 0
    assert robust_spread([0.0, math.inf, math.inf]) == math.inf
    assert robust_spread([-1e308, -1e308, 1e308, 1e308, 1e308]) == 0
    assert robust_spread([-math.inf, math.inf]) == math.inf
    with pytest.raises(LemmataError, match="at least two"):
        robust_spread([1.0])


def test_a_hundred_measured_claims_keep_the_suite_within_its_sums() -> None:
    false_refutation, false_confirmation = suite_rates(100)
    assert false_refutation == 100 * decisions.REFUTE <= 1e-3
    assert false_confirmation == 100 * decisions.CONFIRM <= 1e-2
    assert suite_rates(0) == (0, 0)
    with pytest.raises(LemmataError, match="-1 claims"):
        suite_rates(-1)


# Plans and their combination


def test_levels_split_refutation_over_cells_and_looks_but_confirmation_over_looks() -> None:
    plan = Plan(cells=4, looks=(24, 48, 96, 192, 384))
    assert plan.refute_level == pytest.approx(5e-6 / 20)
    assert plan.confirm_level == pytest.approx(1e-4 / 5)


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (["inside", "inside"], "proved"),
        (["inside", "open"], "undecided"),
        (["open", "open"], "undecided"),
        (["inside", "disjoint"], "refuted"),
        (["open", "disjoint"], "refuted"),
        (["disjoint"], "refuted"),
        (["inside"], "undecided"),
        ([], "undecided"),
    ],
)
def test_cells_combine(outcomes: list[Outcome], verdict: str) -> None:
    assert judge_cells(outcomes, PLAN) == verdict


def test_more_outcomes_than_cells_are_refused() -> None:
    with pytest.raises(LemmataError, match="3 outcomes for a plan of 2 cells"):
        judge_cells(["inside"] * 3, PLAN)


@pytest.mark.parametrize("seeds", [0, 1, 5, 7, 25, -6])
def test_only_looks_of_the_plan_are_admissible(seeds: int) -> None:
    with pytest.raises(LemmataError, match="not a look of the plan"):
        decide(np.zeros(24), Region(0, 0), PLAN, seeds)


def test_too_few_values_are_refused() -> None:
    with pytest.raises(LemmataError, match="12 seeds needs as many values, there are 11"):
        decide(np.zeros(11), Region(0, 0), PLAN, 12)


def test_values_beyond_the_look_are_not_looked_at() -> None:
    values = [0.0] * 12 + [math.nan] * 12
    assert decide(values, Region(0, 0), PLAN, 12) == decide(values[:12], Region(0, 0), PLAN, 12)


@pytest.mark.parametrize(
    ("cells", "looks", "refute", "confirm"),
    [
        (0, (24,), 1e-6, 1e-4),
        (1, (), 1e-6, 1e-4),
        (1, (0, 24), 1e-6, 1e-4),
        (1, (24, 24), 1e-6, 1e-4),
        (1, (48, 24), 1e-6, 1e-4),
        (1, (24,), 0.0, 1e-4),
        (1, (24,), 1e-6, 1.0),
        (1, (24,), math.nan, 1e-4),
    ],
)
def test_plans_out_of_range_are_refused(cells: int, looks: tuple[int, ...], refute: float, confirm: float) -> None:
    with pytest.raises(LemmataError):
        Plan(cells, looks, refute, confirm)


# Edge cases


@pytest.mark.parametrize("values", [[], [3.0], [3.0] * 14])
def test_few_values_decide_nothing(values: list[float]) -> None:
    assert median_interval(values, 1e-4) == Interval(-math.inf, math.inf)


def test_constants_and_ties() -> None:
    assert median_interval([3.0] * 15, 1e-4) == Interval(3, 3)
    assert median_interval([0.0] * 10 + [1.0] * 10, 0.1) == Interval(0, 1)
    assert median_interval([0.0] * 18 + [1.0] * 2, 0.1) == Interval(0, 0)


def test_infinities_are_values_like_others() -> None:
    values = [math.inf] * 12 + [0.0] * 12
    assert decide(values, Region(5, math.inf), PLAN, 12).outcome == "inside"
    assert decide(values, Region(-math.inf, 5), PLAN, 12).outcome == "disjoint"
    assert decide(values, Region(0, math.inf), PLAN, 24).median == math.inf
    mixed = decide([-math.inf, math.inf] * 12, Region(-math.inf, 0), PLAN, 24)
    assert mixed.outcome == "open"
    assert math.isnan(mixed.median)


def test_median_does_not_overflow() -> None:
    assert decide([1.5e308] * 6, Region(0, 1), PLAN, 6).median == 1.5e308
    assert decide([5e-324] * 6, Region(0, 1), PLAN, 6).median == 5e-324


def test_an_unbounded_interval_is_never_disjoint_and_inside_only_the_whole_line() -> None:
    unbounded = Interval(-math.inf, math.inf)
    for region in (Region(0, 1), Region(0, math.inf), Region(-math.inf, 0)):
        assert not region.misses(unbounded)
        assert not region.contains(unbounded)
    assert Region(-math.inf, math.inf).contains(unbounded)


def test_regions_are_closed() -> None:
    assert Region(0, 1).contains(Interval(0, 1))
    assert not Region(0, 1).misses(Interval(1, 2))
    assert Region(0, 1).misses(Interval(math.nextafter(1, 2), 2))


@pytest.mark.parametrize(("low", "high"), [(1.0, 0.0), (math.nan, 0.0), (0.0, math.nan)])
def test_empty_regions_are_refused(low: float, high: float) -> None:
    with pytest.raises(LemmataError, match="low <= high"):
        Region(low, high)


def test_nan_is_named() -> None:
    with pytest.raises(LemmataError, match="value 2 of 4 is NaN"):
        median_interval([1.0, 2.0, math.nan, math.nan], 0.1)


@pytest.mark.parametrize("values", [3.0, [[1.0, 2.0]]])
def test_values_of_another_shape_are_refused(values: object) -> None:
    with pytest.raises(LemmataError, match="shape"):
        median_interval(values, 0.1)  # type: ignore[arg-type]


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 2.0, math.nan])
def test_levels_out_of_range_are_refused(level: float) -> None:
    with pytest.raises(LemmataError, match="between 0 and 1"):
        median_interval([1.0, 2.0], level)
    with pytest.raises(LemmataError, match="between 0 and 1"):
        least_seeds(level)
    with pytest.raises(LemmataError, match="between 0 and 1"):
        seeds_needed(1.0, level)
    with pytest.raises(LemmataError, match="between 0 and 1"):
        seeds_needed(1.0, 1e-4, level)
