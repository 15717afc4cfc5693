"""Assertions on random estimates at declared error rates, for any test and without a paper.

```python
from lemmata.assertions import assert_median

def distance(rng):
    return abs(rng.standard_normal(100).mean())

def test_mean_concentrates():
    assert_median(distance, at_most=0.1)
```

The function is called with one NumPy generator a seed, and returns one number. After 24, 48, 96, 192 and 384 seeds the
assertion takes a look: the statement *holds* if a confidence interval lies inside the region, is *refuted* if one lies
outside of it, and waits for more seeds otherwise. A true statement is refuted with probability at most ``refute``, a false one
holds with probability at most ``confirm``, all looks together and whatever the distribution.

A test draws the same values in every run, so that nothing is gained from running it again. `seeds_needed` and
`least_discrepancy` are for planning.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, SupportsFloat, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from lemmata.decisions import CONFIRM, REFUTE, Interval, Plan, Region
from lemmata.errors import LemmataError
from lemmata.experiments import Experiment, Samples
from lemmata.functionals import BoundedMean, Functional, Median, Probability, RobustMean
from lemmata.profiles import JUDGING_ROOT, SCHEDULE
from lemmata.seeding import Draws, digest

__all__ = [
    "BoundedMean",
    "Estimate",
    "Median",
    "Planned",
    "Probability",
    "RefutedError",
    "RobustMean",
    "Seed",
    "UndecidedError",
    "assert_mean",
    "assert_median",
    "assert_probability",
    "least_discrepancy",
    "seeds_needed",
]

__tracebackhide__ = True
"""pytest shows the test and the function that it measures, and none of the frames here."""

T = TypeVar("T")

Source = Samples | Callable[[np.random.Generator], SupportsFloat] | ArrayLike
"""Where independent values come from.

- a function of a NumPy generator that returns one number; it is called once a seed, and takes all its randomness from there;
- a `Samples`: a statistic of an ``@experiment`` at a design, or by ``minus`` a paired difference; drawn as ``lemmata run`` does;
- values that are there already, one a seed, shape (n,): there is one look, at all of them.
"""


@dataclass(frozen=True, slots=True)
class Seed:
    """What all draws of a test derive from.

    Parameters
    ----------
    root : an integer >= 0, the same for the whole suite.
    scope : whose draws they are, as a test's id. Equal names in two scopes have independent streams.

    Examples
    --------
    >>> weights = Seed(1, "test_a").draws()["weights"].standard_normal(3)
    >>> bool((weights == Seed(1, "test_a").draws()["weights"].standard_normal(3)).all())
    True

    Raises
    ------
    LemmataError : the root is not an integer >= 0.
    """

    root: int = JUDGING_ROOT
    scope: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.root, bool) or not isinstance(self.root, int) or self.root < 0:
            raise LemmataError(f"seed {self.root!r:.60}: use an integer >= 0")

    def draws(self, *names: str) -> Draws:
        """Streams by name, of the object that the names single out (by default of the whole scope)."""
        return Draws(digest("lemmata.assertions", self.scope, list(names), self.root))


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the last look of an assertion showed.

    Attributes
    ----------
    what : the estimated number in words, as ``median of distance``.
    value : its estimate.
    interval : the confidence interval that settled it: at the confirmation rate if the statement holds or is
        undecided, at the refutation rate if it is refuted.
    region : where the statement places the number.
    seeds : how many values there were.
    refute, confirm : the error rates of the assertion.
    """

    what: str
    value: float
    interval: Interval
    region: Region
    seeds: int
    refute: float
    confirm: float

    def __str__(self) -> str:
        return f"{self.what}: {self.value:.4g}, in {_shown(self.interval)} by {self.seeds} seeds"


class RefutedError(AssertionError):
    """A statement is refuted. A true one is with probability at most the assertion's ``refute``.

    Attributes
    ----------
    estimate : what refutes it.
    """

    def __init__(self, estimate: Estimate) -> None:
        super().__init__(
            f"{estimate}, outside of {_shown(estimate.region)} (a true statement is refuted with probability at most"
            f" {estimate.refute:g})"
        )
        self.estimate = estimate


class UndecidedError(AssertionError):
    """The seeds of the schedule leave a statement open.

    Attributes
    ----------
    estimate : what the last look showed.
    seeds_needed : how many seeds would about decide if the estimate were exact; None if more than a million.
    """

    def __init__(self, estimate: Estimate, seeds_needed: int | None) -> None:
        needed = "more than a million" if seeds_needed is None else f"about {seeds_needed}"
        super().__init__(
            f"{estimate}, which leaves {_shown(estimate.region)} undecided; {needed} seeds would decide if the estimate"
            f" were exact (false refutation at most {estimate.refute:g}, false confirmation at most {estimate.confirm:g})"
        )
        self.estimate = estimate
        self.seeds_needed = seeds_needed


class Planned(NamedTuple, Generic[T]):
    """A plan's numbers: to confirm what is true, and to refute what is false."""

    confirm: T
    refute: T


def assert_median(
    source: Source,
    *,
    around: float | None = None,
    slack: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    refute: float = REFUTE,
    confirm: float = CONFIRM,
    looks: Sequence[int] | None = None,
    seed: Seed | int | None = None,
    name: str | None = None,
) -> Estimate:
    """Assert that the median of a random variable lies in a region.

    Order statistics decide, exactly for any distribution; infinite values are allowed, as of a run that diverged.

    Parameters
    ----------
    source : where the values come from, see `Source`.
    around, slack : the region ``[around - slack, around + slack]``, slack > 0.
    at_least, at_most : or the region from one to the other, or a half-line if only one is given.
    refute, confirm : the error rates, in (0, 1).
    looks : cumulative seeds at which to look, increasing; by default 24, 48, 96, 192, 384.
    seed : a root seed, or a `Seed`, as of the fixture ``lemmata_seed``; by default that of lemmata's own claims.
    name : what the variable is called; by default by the function. The streams of a function depend on it.

    Returns
    -------
    What was found, if the statement holds.

    Raises
    ------
    RefutedError : the statement is refuted.
    UndecidedError : the seeds ended before it was decided.
    LemmataError : bad input, or seeds that cannot decide whatever the values.

    Examples
    --------
    >>> print(assert_median(lambda rng: rng.exponential(), around=0.7, slack=0.5, name="waiting time"))
    median of waiting time: 0.6172, in [0.258, 1.185] by 96 seeds
    """
    region = _region(around, slack, at_least, at_most)
    return _assert(Median(), source, region, refute, confirm, looks, seed, name)


def assert_probability(
    source: Source,
    *,
    around: float | None = None,
    slack: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    refute: float = REFUTE,
    confirm: float = CONFIRM,
    looks: Sequence[int] | None = None,
    seed: Seed | int | None = None,
    name: str | None = None,
) -> Estimate:
    """Assert that the probability of an event lies in a region. The values are True or False (1 or 0).

    The binomial decides, exactly (Clopper and Pearson). Parameters, result and errors are those of `assert_median`.

    Examples
    --------
    >>> print(assert_probability(lambda rng: rng.random() < 0.9, at_least=0.5, name="success"))
    probability of success: 0.8958, in [0.6085, 0.9941] by 48 seeds
    """
    region = _region(around, slack, at_least, at_most)
    return _assert(Probability(), source, region, refute, confirm, looks, seed, name)


def assert_mean(
    source: Source,
    *,
    bounds: tuple[float, float] | None = None,
    variance: float | None = None,
    around: float | None = None,
    slack: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    refute: float = REFUTE,
    confirm: float = CONFIRM,
    looks: Sequence[int] | None = None,
    seed: Seed | int | None = None,
    name: str | None = None,
) -> Estimate:
    """Assert that the mean of a random variable lies in a region.

    A mean cannot be told from finitely many values of just any distribution: say what is known of it, once and not from these
    values. If all you know is the values, assert the median.

    Parameters
    ----------
    bounds : the least and the greatest possible value; a value outside is an error. Bets decide (`BoundedMean`).
    variance : or a bound on the variance of one value, in its squared unit, from theory. Nothing checks it. Catoni's
        estimator decides (`RobustMean`).

    The other parameters, the result and the errors are those of `assert_median`.

    Examples
    --------
    >>> print(assert_mean(lambda rng: rng.random() ** 2, bounds=(0, 1), around=0.3, slack=0.2, name="square"))
    mean of square: 0.337, in [0.2406, 0.4425] by 192 seeds
    """
    if (bounds is None) == (variance is None):
        raise LemmataError(
            "assert_mean: give either bounds=(low, high) or variance=..., what is known of the values; or assert the median"
        )
    region = _region(around, slack, at_least, at_most)
    functional = RobustMean(_number("variance", variance)) if variance is not None else _bounded(bounds)
    return _assert(functional, source, region, refute, confirm, looks, seed, name)


def seeds_needed(
    functional: Functional,
    discrepancy: float,
    *,
    near: float | None = None,
    sd: float | None = None,
    refute: float = REFUTE,
    confirm: float = CONFIRM,
    looks: Sequence[int] = SCHEDULE,
    probability: float = 0.99,
) -> Planned[int | None]:
    """How many seeds tell a discrepancy, for planning; decisions do not rely on it.

    Parameters
    ----------
    functional : ``Median()``, ``Probability()``, ``BoundedMean(low, high)`` or ``RobustMean(variance)``.
    discrepancy : how far inside of its region the number lies if the statement is true, how far outside if it is
        false; in the values' units, > 0.
    near, sd : what the number will be, and the standard deviation of one value. A median needs ``sd``, a probability ``near``,
        a bounded mean ``near`` (and ``sd``, unless as large as possible), a robust mean neither.
    refute, confirm, looks : of the assertion; the rates are split over the looks.
    probability : of a decision by then, in (0, 1).

    Returns
    -------
    The seeds to confirm and those to refute; None for more than a million.

    Raises
    ------
    LemmataError : something is missing or out of range.

    Examples
    --------
    >>> seeds_needed(Median(), 0.1, sd=0.1)
    Planned(confirm=86, refute=102)
    """
    plan = _plan(looks, refute, confirm)
    return Planned(
        *(
            functional.seeds_needed(discrepancy, level, probability, near, sd)
            for level in (plan.confirm_level, plan.refute_level)
        )
    )


def least_discrepancy(
    functional: Functional,
    seeds: int,
    *,
    near: float | None = None,
    sd: float | None = None,
    refute: float = REFUTE,
    confirm: float = CONFIRM,
    looks: Sequence[int] = SCHEDULE,
    probability: float = 0.99,
) -> Planned[float]:
    """The least discrepancy that so many seeds tell: the inverse of `seeds_needed`, with its parameters.

    Returns
    -------
    The discrepancies to confirm and to refute, in the values' units; infinite where so few seeds tell none.

    Examples
    --------
    >>> [round(discrepancy, 3) for discrepancy in least_discrepancy(Median(), 384, sd=0.1)]
    [0.045, 0.049]
    """
    plan = _plan(looks, refute, confirm)
    return Planned(
        *(
            functional.least_discrepancy(seeds, level, probability, near, sd)
            for level in (plan.confirm_level, plan.refute_level)
        )
    )


def _assert(
    functional: Functional,
    source: Source,
    region: Region,
    refute: float,
    confirm: float,
    looks: Sequence[int] | None,
    seed: Seed | int | None,
    name: str | None,
) -> Estimate:
    if not isinstance(source, Samples) and not callable(source):
        given = _given(source, looks, seed)
        values, plan, label = iter(given), _plan((len(given),), refute, confirm), name or "values"
    else:
        plan = _plan(SCHEDULE if looks is None else looks, refute, confirm)
        values, label = _drawn(source, seed if isinstance(seed, Seed) else Seed(_root(seed)), name)
    _require_possible(functional, region, plan)

    what = f"{functional.name} of {label}"
    seen: list[float] = []
    for look in plan.looks:
        while len(seen) < look:
            value = next(values)
            fault = functional.check(value)
            if fault:
                raise LemmataError(f"{what}: value {len(seen)} {fault}")
            seen.append(value)
        array = np.array(seen)
        against = functional.interval(array, plan.refute_level)
        if region.misses(against):
            raise RefutedError(Estimate(what, functional.estimate(array), against, region, look, refute, confirm))
        interval = functional.interval(array, plan.confirm_level)
        estimate = Estimate(what, functional.estimate(array), interval, region, look, refute, confirm)
        if region.contains(interval):
            return estimate
    raise UndecidedError(estimate, _needed(functional, array, estimate, plan))


def _needed(functional: Functional, values: np.ndarray, estimate: Estimate, plan: Plan) -> int | None:
    """Seeds that decide if the number is where the estimate is."""
    inside = estimate.region.low <= estimate.value <= estimate.region.high
    gap = min(abs(estimate.value - estimate.region.low), abs(estimate.value - estimate.region.high))
    spread = functional.spread(values)
    if not 0 < gap < math.inf or spread == math.inf:
        return None
    level = plan.confirm_level if inside else plan.refute_level
    return functional.seeds_needed(gap, level, near=estimate.value, sd=spread)


def _given(source: ArrayLike, looks: Sequence[int] | None, seed: Seed | int | None) -> np.ndarray:
    if looks is not None or seed is not None:
        raise LemmataError("values that are there already have one look and no seed: leave out looks= and seed=")
    try:
        values = np.asarray(source, dtype=np.float64)
    except (TypeError, ValueError):
        raise LemmataError(
            f"{source!r:.60}: give a function of a NumPy generator, Samples(...), or an array of numbers"
        ) from None
    if values.ndim != 1:
        raise LemmataError(f"values of shape {values.shape}: needs one value a seed, shape (n,)")
    if not len(values):
        raise LemmataError("no values: needs one a seed, shape (n,)")
    return values


def _drawn(
    source: Samples | Callable[[np.random.Generator], SupportsFloat], seed: Seed, name: str | None
) -> tuple[Iterator[float], str]:
    """The values by seed, without end, and what they are called."""
    if isinstance(source, Samples):
        return _measured(source, seed.root), name or source.name
    if isinstance(source, Experiment):
        raise LemmataError(f'{source.name} is an experiment: give Samples({source.function}, "statistic", design)')
    plain = source
    while isinstance(plain, functools.partial):
        plain = plain.func
    function = getattr(plain, "__qualname__", type(plain).__qualname__)
    draws = seed.draws(name or f"{getattr(plain, '__module__', '')}:{function}")
    label = name or function.rpartition("<locals>.")[2]
    return _called(source, draws, label, seed), label


def _measured(samples: Samples, root: int) -> Iterator[float]:
    replicate = 0
    while True:
        yield samples.value(samples.experiment.run(samples.design, replicate, root))
        replicate += 1


def _called(
    function: Callable[[np.random.Generator], SupportsFloat], draws: Draws, label: str, seed: Seed
) -> Iterator[float]:
    replicate = 0
    while True:
        rng = draws[f"replicate {replicate}"]
        before = rng.bit_generator.state
        try:
            returned = function(rng)
        except Exception as error:
            error.add_note(f"in {label}, replicate {replicate} of root seed {seed.root}")
            raise
        if rng.bit_generator.state == before and not _has_spawned(rng):
            raise LemmataError(
                f"{label}: never draws from its generator, so that its seeds are not lemmata's; take all randomness there"
            )
        try:
            value = float(returned)
        except (TypeError, ValueError):
            raise LemmataError(f"{label}: returns {returned!r:.60}; return one number") from None
        yield value
        replicate += 1


def _has_spawned(rng: np.random.Generator) -> bool:
    sequence = rng.bit_generator.seed_seq
    return isinstance(sequence, np.random.SeedSequence) and sequence.n_children_spawned > 0


def _root(seed: int | None) -> int:
    if seed is None:
        return JUDGING_ROOT
    try:
        return seed if isinstance(seed, bool) else operator.index(seed)
    except TypeError:
        raise LemmataError(f"seed {seed!r:.60}: use an integer >= 0, or the fixture lemmata_seed") from None


def _plan(looks: Sequence[int], refute: float, confirm: float) -> Plan:
    try:
        whole = tuple(operator.index(look) for look in looks)
    except TypeError:
        raise LemmataError(f"looks = {looks!r:.60}: needs numbers of seeds, as (24, 48, 96)") from None
    return Plan(1, whole, _number("refute", refute), _number("confirm", confirm))


def _bounded(bounds: object) -> BoundedMean:
    if not isinstance(bounds, Sequence) or len(bounds) != 2:
        raise LemmataError(f"bounds = {bounds!r:.60}: needs the least and the greatest possible value, (low, high)")
    return BoundedMean(_number("bounds", bounds[0]), _number("bounds", bounds[1]))


def _region(around: float | None, slack: float | None, at_least: float | None, at_most: float | None) -> Region:
    bounds = {"around": around, "slack": slack, "at_least": at_least, "at_most": at_most}
    given = {name: _number(name, value) for name, value in bounds.items() if value is not None}
    if given.keys() == {"around", "slack"}:
        if given["slack"] <= 0:
            raise LemmataError(f"slack = {slack}: needs a positive number, in the values' units")
        return Region(given["around"] - given["slack"], given["around"] + given["slack"])
    if given and given.keys() <= {"at_least", "at_most"}:
        low, high = given.get("at_least", -math.inf), given.get("at_most", math.inf)
        if low >= high:
            raise LemmataError(f"at_least = {at_least}, at_most = {at_most}: no interval; needs at_least < at_most")
        return Region(low, high)
    shown = ", ".join(given) or "nothing"
    raise LemmataError(f"region by {shown}: give around= and slack=, or at_least= or at_most= or both")


def _number(name: str, value: SupportsFloat) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise LemmataError(f"{name} = {value!r:.60}: needs a number") from None
    if not math.isfinite(number):
        raise LemmataError(f"{name} = {number}: needs a finite number")
    return number


def _require_possible(functional: Functional, region: Region, plan: Plan) -> None:
    """An assertion that could not fail, or could not hold, whatever the values, is no test."""
    seeds = plan.looks[-1]
    ends: dict[str, tuple[Callable[[Region, int, float], bool], float, float]] = {
        "refute": (functional.can_refute, plan.refute_level, plan.refute),
        "confirm": (functional.can_confirm, plan.confirm_level, plan.confirm),
    }
    for end, (possible, level, rate) in ends.items():
        if not possible(region, seeds, level):
            raise LemmataError(
                f"{functional.name} in {_shown(region)}: no {seeds} values can {end} it at the rate {rate:g}; use more"
                " seeds, another region, or a larger rate"
            )


def _shown(interval: Interval | Region) -> str:
    low = f"[{interval.low:.4g}" if interval.low > -math.inf else "(-inf"
    return f"{low}, {interval.high:.4g}]" if interval.high < math.inf else f"{low}, inf)"
