"""Assertions on estimates: error rates by simulation at inflated levels, outcomes, draws, messages, bad input."""

from __future__ import annotations

import functools
import math
import sys
import unittest
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lemmata.assertions import (
    BoundedMean,
    Median,
    Probability,
    RefutedError,
    RobustMean,
    Seed,
    UndecidedError,
    assert_mean,
    assert_median,
    assert_probability,
    least_discrepancy,
    seeds_needed,
)
from lemmata.errors import LemmataError
from lemmata.experiments import Samples, experiment
from lemmata.functionals import Functional
from lemmata.seeding import Draws

Assertion = Callable[..., Any]
Draw = Callable[[np.random.Generator], float]


def not_more_often_than(rate: float, count: int, trials: int) -> bool:
    """Whether so many of the trials go with a probability of at most ``rate`` (exact test at 1e-6)."""
    return float(stats.binom.sf(count - 1, trials, rate)) > 1e-6


def normal(rng: np.random.Generator) -> float:
    return rng.normal()


def uniform(rng: np.random.Generator) -> float:
    return rng.random()


def coin(rng: np.random.Generator) -> bool:
    return bool(rng.random() < 0.5)


bounded_mean = functools.partial(assert_mean, bounds=(0, 1))
robust_mean = functools.partial(assert_mean, variance=1.0)

CASES = [
    pytest.param(assert_median, normal, 0.0, id="median"),
    pytest.param(assert_median, lambda rng: rng.standard_cauchy(), 0.0, id="median of Cauchy"),
    pytest.param(assert_probability, coin, 0.5, id="probability"),
    pytest.param(bounded_mean, uniform, 0.5, id="bounded mean"),
    pytest.param(robust_mean, normal, 0.0, id="robust mean"),
]


def outcome(assertion: Assertion, draw: Draw, **settings: Any) -> str:
    try:
        assertion(draw, **settings)
    except RefutedError:
        return "refuted"
    except UndecidedError:
        return "undecided"
    return "holds"


# Error rates.


@pytest.mark.parametrize(("assertion", "draw", "number"), CASES)
def test_true_statements_are_refuted_at_most_at_their_rate(assertion: Assertion, draw: Draw, number: float) -> None:
    """The worst case: the number is the region's end."""
    rates = {"refute": 0.3, "confirm": 0.3, "looks": (8, 20)}
    for region in ({"at_least": number}, {"at_most": number}):
        ends = [outcome(assertion, draw, **region, **rates, seed=seed) for seed in range(40)]
        # A one-sided region can be missed on one side only.
        assert not_more_often_than(0.15, ends.count("refuted"), len(ends))


@pytest.mark.parametrize(("assertion", "draw", "number"), CASES)
def test_false_statements_hold_at_most_at_their_rate(assertion: Assertion, draw: Draw, number: float) -> None:
    """The worst case: the number is just outside of the region."""
    rates = {"refute": 0.3, "confirm": 0.3, "looks": (8, 20)}
    for region in ({"at_least": number + 1e-9}, {"at_most": number - 1e-9}):
        ends = [outcome(assertion, draw, **region, **rates, seed=seed) for seed in range(40)]
        assert not_more_often_than(0.15, ends.count("holds"), len(ends))


def test_the_rates_are_spent() -> None:
    """The simulation sees errors: at one look and a continuous law, about as many as the binomial says."""
    rates = {"refute": 0.2, "confirm": 0.2, "looks": (20,)}
    ends = [outcome(assert_median, normal, at_least=0.0, **rates, seed=seed) for seed in range(120)]
    exact = float(stats.binom.cdf(6, 20, 0.5))  # 2 P(Bin(20, 1/2) <= 6) is the largest below .2
    assert 2 * exact <= 0.2
    for end in ("refuted", "holds"):
        assert stats.binomtest(ends.count(end), 120, exact).pvalue > 1e-6


@pytest.mark.parametrize(("assertion", "draw", "number"), CASES)
def test_clear_statements_are_decided_either_way(assertion: Assertion, draw: Draw, number: float) -> None:
    """At the default rates: what is true holds, and each false variant of it is refuted."""
    assert assertion(draw, at_least=number - 0.45).seeds <= 384
    assert assertion(draw, at_most=number + 0.45).seeds <= 384
    for region in ({"at_least": number + 0.45}, {"at_most": number - 0.45}, {"around": number + 0.45, "slack": 0.2}):
        with pytest.raises(RefutedError):
            assertion(draw, **region, looks=(24, 96, 384, 1536))


@pytest.mark.parametrize(
    ("assertion", "functional", "draw"),
    [
        (assert_median, Median(), normal),
        (assert_probability, Probability(), coin),
        (bounded_mean, BoundedMean(0, 1), uniform),
        (robust_mean, RobustMean(1.0), normal),
    ],
)
def test_the_rates_are_split_over_the_looks(assertion: Assertion, functional: Functional, draw: Draw) -> None:
    rates = {"refute": 0.03, "confirm": 0.06, "looks": (40, 80, 400)}

    def values(seeds: int) -> np.ndarray:
        streams = Seed().draws("named")
        return np.array([float(draw(streams[f"replicate {replicate}"])) for replicate in range(seeds)])

    found = assertion(
        draw, at_least=0.1 if isinstance(functional, BoundedMean | Probability) else -0.5, name="named", **rates
    )
    assert found.interval == functional.interval(values(found.seeds), 0.06 / 3)
    with pytest.raises(RefutedError) as it:
        assertion(draw, at_least=0.9, name="named", **rates)
    assert it.value.estimate.interval == functional.interval(values(it.value.estimate.seeds), 0.03 / 3)


# Outcomes.


def test_what_holds_returns_what_was_found() -> None:
    found = assert_median(normal, around=0.0, slack=1.0)
    assert found.what == "median of normal"
    assert -1 <= found.interval.low <= found.value <= found.interval.high <= 1
    assert (found.region.low, found.region.high, found.refute, found.confirm) == (-1, 1, 5e-6, 1e-4)
    assert found.seeds in (24, 48, 96, 192)
    assert str(found) == (
        f"median of normal: {found.value:.4g}, in [{found.interval.low:.4g}, {found.interval.high:.4g}] by {found.seeds} seeds"
    )


def test_what_is_refuted_says_so_on_one_line() -> None:
    with pytest.raises(
        RefutedError, match=r"^median of normal: .* by 24 seeds, outside of \[2, inf\) \(.*5e-06\)$"
    ) as it:
        assert_median(normal, at_least=2)
    assert it.value.estimate.interval.high < 2


def test_what_is_undecided_says_how_many_seeds_would_do() -> None:
    with pytest.raises(
        UndecidedError, match=r"^probability of coin: [^\n]*, which leaves \(-inf, 0\.6\] undecided; "
    ) as it:
        assert_probability(coin, at_most=0.6)
    needed = it.value.seeds_needed
    assert needed is not None
    assert needed > 384
    assert f"about {needed} seeds" in str(it.value)
    estimate = it.value.estimate
    assert needed == Probability().seeds_needed(0.6 - estimate.value, 1e-4 / 5, near=estimate.value)
    # and with these, it is decided
    assert assert_probability(coin, at_most=0.6, looks=(24, 48, 96, 192, 384, 2 * needed)).seeds == 2 * needed


def test_on_the_edge_no_seeds_would_do() -> None:
    with pytest.raises(UndecidedError, match="more than a million seeds") as it:
        assert_median([0.0] * 30 + [1.0] * 30, at_least=0.5)
    assert it.value.seeds_needed is None


def test_an_undecided_estimate_outside_of_the_region_plans_its_refutation() -> None:
    values = [-1.0] * 14 + [1.0] * 16
    with pytest.raises(UndecidedError) as it:
        assert_probability(np.array(values) > 0, at_most=0.5)
    assert it.value.seeds_needed == Probability().seeds_needed(16 / 30 - 0.5, 5e-6, near=16 / 30)


def test_both_failures_are_failures_of_a_test_and_differ() -> None:
    assert issubclass(RefutedError, AssertionError)
    assert issubclass(UndecidedError, AssertionError)
    assert not issubclass(UndecidedError, RefutedError)
    assert not issubclass(LemmataError, AssertionError)


def test_seeds_are_drawn_only_until_the_decision() -> None:
    calls = []

    def counted(rng: np.random.Generator) -> float:
        calls.append(1)
        return rng.normal()

    with pytest.raises(RefutedError):
        assert_median(counted, at_least=5)
    assert len(calls) == 24


def test_in_unittest() -> None:
    class Case(unittest.TestCase):
        def test_false(self) -> None:
            assert_median(normal, at_least=2)

    result = unittest.TestResult()
    Case("test_false").run(result)
    assert len(result.failures) == 1
    assert not result.errors


def test_infinite_values_count_for_a_median() -> None:
    def sometimes_diverges(rng: np.random.Generator) -> float:
        value = rng.normal()
        return math.inf if value > 1 else value

    assert assert_median(sometimes_diverges, at_most=2).value < 2
    with pytest.raises(UndecidedError, match=r"median of values: nan, in \(-inf, inf\) by 40 seeds"):
        assert_median([-math.inf] * 20 + [math.inf] * 20, at_least=0)


# Sources.


@experiment
def two_means(draws: Draws, n: int, shift: float = 0.0) -> dict[str, float]:
    z = draws["z"].standard_normal(n)
    return {"mean": float(z.mean()) + shift, "again": float(z.mean()), "median": float(np.median(z))}


def test_samples_are_measured_as_claims_measure_them() -> None:
    found = assert_median(Samples(two_means, "mean", {"n": 100}), around=0, slack=0.2)
    values = [two_means.run({"n": 100}, replicate, 1)["mean"] for replicate in range(found.seeds)]
    assert found.value == np.median(values)
    other = assert_median(Samples(two_means, "mean", {"n": 100}), around=0, slack=0.2, seed=Seed(7, "anything"))
    assert other.value == np.median([two_means.run({"n": 100}, r, 7)["mean"] for r in range(other.seeds)])


def test_a_paired_difference_has_no_spread_to_speak_of() -> None:
    shifted = Samples(two_means, "mean", {"n": 10, "shift": 0.25}, minus="again")
    found = assert_median(shifted, around=0.25, slack=1e-12)
    assert (found.seeds, found.what) == (24, "median of mean - again")
    with pytest.raises(RefutedError):
        assert_median(shifted, around=0.26, slack=1e-3)


def test_values_that_are_there_already_have_one_look() -> None:
    values = np.random.default_rng(1).normal(size=200)
    found = assert_median(values, around=0, slack=1)
    assert (found.seeds, found.value, found.what) == (200, np.median(values), "median of values")
    # One look has the whole rate to itself: 19 values can refute, where five looks need more.
    with pytest.raises(RefutedError):
        assert_median([0.0] * 19, at_least=1)
    with pytest.raises(LemmataError, match="no 18 values can refute it"):
        assert_median([0.0] * 18, at_least=1)
    assert assert_probability([True] * 60, at_least=0.5, name="success").what == "probability of success"


# Draws.


def values_of(draw: Draw, **settings: Any) -> list[float]:
    """The values that an assertion on a function draws."""
    seen: list[float] = []

    def recorded(rng: np.random.Generator) -> float:
        seen.append(draw(rng))
        return seen[-1]

    settings.setdefault("name", "draw")
    assert outcome(assert_median, recorded, at_least=-100, **settings) == "holds"
    return seen


@settings(max_examples=20)
@given(st.integers(0, 5), st.integers(0, 5), st.sampled_from("ab"), st.sampled_from("ab"), st.sampled_from("ab"))
def test_draws_are_those_of_root_scope_and_name(one: int, other: int, scope: str, name: str, second: str) -> None:
    first = values_of(uniform, seed=Seed(one, scope), name=name)
    again = values_of(uniform, seed=Seed(other, "a"), name=second)
    assert len(set(first)) == len(first)
    assert (first == again) == ((one, scope, name) == (other, "a", second))
    assert first == again or not set(first) & set(again)


def test_an_integer_is_a_root_and_the_default_is_that_of_claims() -> None:
    assert values_of(uniform) == values_of(uniform, seed=1) == values_of(uniform, seed=Seed(1))
    assert values_of(uniform, seed=np.int64(2)) == values_of(uniform, seed=2) != values_of(uniform)


def test_draws_are_the_same_on_every_machine() -> None:
    assert [round(value, 6) for value in values_of(uniform)[:3]] == [0.922874, 0.274442, 0.808489]


def test_a_longer_schedule_draws_the_same_seeds_first() -> None:
    short, long = (values_of(uniform, looks=looks) for looks in ((30,), (40, 50)))
    assert long[:30] == short


def test_functions_are_told_apart_by_their_names() -> None:
    def first(rng: np.random.Generator) -> float:
        return rng.normal()

    def second(rng: np.random.Generator) -> float:
        return rng.normal()

    one, two = assert_median(first, at_least=-5), assert_median(second, at_least=-5)
    assert one.value != two.value
    assert one.what == "median of first"
    assert assert_median(functools.partial(first), at_least=-5).value == one.value

    class Drawing:
        def __call__(self, rng: np.random.Generator) -> float:
            return rng.normal()

    assert assert_median(Drawing(), at_least=-5).what == "median of Drawing"


def test_drawing_through_spawned_generators_is_drawing() -> None:
    def spawned(rng: np.random.Generator) -> float:
        weights, data = rng.spawn(2)
        return weights.normal() * data.normal()

    assert assert_median(spawned, around=0, slack=5).seeds == 24


@pytest.mark.parametrize("root", [-1, 1.5, "1", True, None])
def test_a_root_is_a_whole_number(root: Any) -> None:
    with pytest.raises(LemmataError, match=r"^seed .*: use an integer >= 0"):
        Seed(root)
    if root is not None:
        with pytest.raises(LemmataError, match=r"^seed .*: use an integer >= 0"):
            assert_median(normal, at_least=0, seed=root)


# Planning.


def test_planning_has_the_levels_of_the_assertion() -> None:
    assert seeds_needed(Median(), 0.1, sd=0.1) == (86, 102)
    assert seeds_needed(Median(), 0.1, sd=0.1, looks=(24,)) == (
        Median().seeds_needed(0.1, 1e-4, sd=0.1),
        Median().seeds_needed(0.1, 5e-6, sd=0.1),
    )
    confirm, refute = seeds_needed(BoundedMean(0, 1), 0.1, near=0.9, sd=0.05)
    assert confirm is not None
    assert refute is not None
    assert confirm < refute < 384
    assert least_discrepancy(BoundedMean(0, 1), confirm, near=0.9, sd=0.05).confirm == pytest.approx(0.1, rel=0.02)
    assert least_discrepancy(Median(), 10, sd=1.0) == (math.inf, math.inf)


def test_a_planned_budget_decides() -> None:
    confirm, refute = seeds_needed(RobustMean(1.0), 0.5, looks=(1,))
    assert confirm is not None
    assert refute is not None
    assert robust_mean(normal, at_least=-0.5, looks=(confirm,)).seeds == confirm
    with pytest.raises(RefutedError):
        robust_mean(normal, at_least=0.5, looks=(refute,))


# Bad input.


def constant(rng: np.random.Generator) -> float:
    return 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: assert_median(normal), "region by nothing: give around= and slack="),
        (lambda: assert_median(normal, around=0), "region by around: give around= and slack="),
        (lambda: assert_median(normal, around=0, slack=1, at_least=0), "region by around, slack, at_least: give"),
        (lambda: assert_median(normal, around=0, slack=0), "slack = 0: needs a positive number"),
        (lambda: assert_median(normal, around=0, slack=-1), "slack = -1: needs a positive number"),
        (lambda: assert_median(normal, around=math.nan, slack=1), "around = nan: needs a finite number"),
        (lambda: assert_median(normal, at_least="x"), "at_least = 'x': needs a number"),
        (lambda: assert_median(normal, at_least=2, at_most=1), "at_least = 2, at_most = 1: no interval"),
        (lambda: assert_median(normal, at_least=1, at_most=1), "at_least = 1, at_most = 1: no interval"),
        (lambda: assert_median(normal, at_least=0, refute=0), r"refutation rate 0\.0: needs a number between"),
        (lambda: assert_median(normal, at_least=0, confirm=1.5), r"confirmation rate 1\.5: needs a number between"),
        (lambda: assert_median(normal, at_least=0, looks=100), "looks = 100: needs numbers of seeds"),
        (lambda: assert_median(normal, at_least=0, looks=(48, 24)), r"plan with looks \(48, 24\): needs increasing"),
        (lambda: assert_median(normal, at_least=0, looks=()), r"plan with looks \(\): needs increasing"),
        (
            lambda: assert_median(normal, at_least=0, looks=(18,)),
            "no 18 values can refute it at the rate 5e-06; use more",
        ),
        (lambda: assert_median([1.0, 2.0], at_least=0), r"median in \[0, inf\): no 2 values can refute it"),
        (lambda: assert_median([], at_least=0), r"no values: needs one a seed"),
        (lambda: assert_median(np.zeros((30, 2)), at_least=0), r"values of shape \(30, 2\): needs one value a seed"),
        (lambda: assert_median(3.0, at_least=0), r"values of shape \(\): needs one value a seed"),
        (lambda: assert_median("abc", at_least=0), "'abc': give a function of a NumPy generator"),
        (lambda: assert_median([0.0] * 30 + [math.nan], at_least=0), "median of values: value 30 is NaN"),
        (lambda: assert_median([0.0] * 30, at_least=0, seed=2), "values that are there already have one look"),
        (lambda: assert_median([0.0] * 30, at_least=0, looks=(30,)), "values that are there already have one look"),
        (lambda: assert_median(two_means, at_least=0), r"\S+:two_means is an experiment: give Samples\(two_means, "),
        (lambda: assert_median(Samples(two_means, "mode", {"n": 2}), at_least=0), r"\S+: no statistic 'mode'"),
        (lambda: assert_median(constant, at_least=0), "constant: never draws from its generator"),
        (
            lambda: assert_median(lambda rng: [rng.normal()] * 2, at_least=0),
            r"<lambda>: returns \[.*\]; return one number",
        ),
        (lambda: assert_median(lambda rng: rng.normal() * math.nan, at_least=0), "median of <lambda>: value 0 is NaN"),
        (lambda: assert_probability(normal, at_least=0.5), "probability of normal: value 0 is .*, but an event gives"),
        (lambda: assert_probability(coin, at_most=1), r"probability in \(-inf, 1\]: no 384 values can refute it"),
        (
            lambda: assert_probability(coin, at_least=0.99),
            r"probability in \[0\.99, inf\): no 384 values can confirm it",
        ),
        (lambda: assert_probability(coin, at_least=1.5), r"probability in \[1\.5, inf\): no 384 values can confirm it"),
        (lambda: assert_mean(uniform, at_least=0), r"assert_mean: give either bounds=\(low, high\) or variance="),
        (lambda: bounded_mean(uniform, at_least=0, variance=1), r"assert_mean: give either bounds"),
        (lambda: assert_mean(uniform, at_least=0.5, bounds=1), r"bounds = 1: needs the least and the greatest"),
        (lambda: assert_mean(uniform, at_least=0.5, bounds=(1, 0)), r"bounds \(1\.0, 0\.0\): needs two finite numbers"),
        (lambda: bounded_mean(uniform, at_least=-1), r"mean in \[-1, inf\): no 384 values can refute it"),
        (lambda: bounded_mean(normal, at_least=0.5), r"mean of normal: value \d is .*, outside of the bounds \[0, 1\]"),
        (lambda: assert_mean(normal, at_least=0.5, variance=-1), r"variance -1\.0: needs a positive"),
        (lambda: robust_mean(lambda rng: rng.normal() * math.inf, at_least=0), "value 0 is -?inf, which has no finite"),
    ],
)
def test_bad_input_is_one_clear_line(call: Callable[[], object], message: str) -> None:
    with pytest.raises(LemmataError, match=rf"^(.*: )?{message}[^\n]*$"):
        call()


def test_what_cannot_be_decided_is_said_before_anything_is_drawn() -> None:
    def expensive(rng: np.random.Generator) -> float:
        raise AssertionError("drawn")

    with pytest.raises(LemmataError, match="no 384 values can confirm it"):
        bounded_mean(expensive, around=0.5, slack=0.001)


def test_an_error_of_the_function_is_its_own_with_the_replicate() -> None:
    def breaks(rng: np.random.Generator) -> float:
        if rng.random() < 0.2:
            raise ZeroDivisionError("step")
        return 0.0

    with pytest.raises(ZeroDivisionError, match=r"^step\nin breaks, replicate \d+ of root seed 3$"):
        assert_median(breaks, at_least=0.5, seed=3)


def test_the_module_is_light() -> None:
    import subprocess

    code = (
        "import sys, lemmata.assertions; print(*{'sympy', 'torch', 'pytest', 'hypothesis', 'flint'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
