"""Exact statistical decisions about medians, from order statistics and for any distribution.

A measured claim says that in each of its cells the median of a statistic lies in a region. The plan fixes the
cells, the looks (at how many seeds one decides) and the two error rates before there are data:

- *refuted* if in some cell the interval at the refutation level has no point in common with the region;
- *proved* if in every cell the interval at the confirmation level lies inside the region;
- else *undecided*: more seeds, until the looks end.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from lemmata.errors import LemmataError

REFUTE = 5e-6
"""How often, at most, a true measured claim is refuted."""

CONFIRM = 1e-4
"""How often, at most, a false measured claim is confirmed."""

MOST_SEEDS = 1_000_000
"""More seeds than this count as out of reach."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval ``[low, high]`` of the extended real line."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Region:
    """The closed set ``[low, high]`` in which a claim places a median; an end may be infinite.

    Raises
    ------
    LemmataError : an end is NaN, or ``low > high``.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise LemmataError(f"region [{self.low}, {self.high}]: needs low <= high, and neither NaN")

    def contains(self, interval: Interval) -> bool:
        """Whether every point of the interval is in the region."""
        return self.low <= interval.low and interval.high <= self.high

    def misses(self, interval: Interval) -> bool:
        """Whether no point of the interval is in the region."""
        return interval.high < self.low or self.high < interval.low


@dataclass(frozen=True, slots=True)
class Plan:
    """Cells, looks and error rates of one measured claim, fixed before data.

    Parameters
    ----------
    cells : number of cells, at least 1.
    looks : cumulative seeds of all looks of the full schedule, increasing, as ``(24, 48, 96, 192, 384)``. A
        profile that stops early takes a prefix of the looks and keeps the plan: the split of the rates must
        not depend on where one stops.
    refute, confirm : the claim's error rates, in (0, 1).

    Raises
    ------
    LemmataError : anything out of range.
    """

    cells: int
    looks: tuple[int, ...]
    refute: float = REFUTE
    confirm: float = CONFIRM

    def __post_init__(self) -> None:
        if self.cells < 1:
            raise LemmataError(f"plan with {self.cells} cells: needs at least one")
        if not self.looks or self.looks[0] < 1 or any(b <= a for a, b in pairwise(self.looks)):
            raise LemmataError(f"plan with looks {self.looks}: needs increasing positive numbers of seeds")
        _check_rate(self.refute, "refutation rate")
        _check_rate(self.confirm, "confirmation rate")

    @property
    def refute_level(self) -> float:
        """Level of one cell's interval at one look, for refutation.

        A true claim is refuted if any interval, of any cell at any look, misses its median: a union of
        ``cells * looks`` events, so each gets an equal share of the rate.
        """
        return self.refute / (self.cells * len(self.looks))

    @property
    def confirm_level(self) -> float:
        """Level of one cell's interval at one look, for confirmation.

        A false claim has a cell whose median is outside its region. To confirm, *all* cells must come out
        inside, that one among them, and its interval has then missed its median. Whichever cell it is, this
        happens at a given look with at most the level's probability: the intersection of the cells costs
        nothing, only the union over looks is split. (The interval can only miss on the side towards the
        region, so the true rate is at most half of the declared one.)
        """
        return self.confirm / len(self.looks)


Outcome = Literal["inside", "disjoint", "open"]
Verdict = Literal["proved", "refuted", "undecided"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What one look at one cell shows: outcome, sample median, both intervals, number of seeds."""

    outcome: Outcome
    median: float
    confirm: Interval
    refute: Interval
    seeds: int


def median_interval(values: ArrayLike, level: float) -> Interval:
    r"""Two-sided confidence interval for the median from order statistics.

    With :math:`k` the largest rank such that :math:`2 P(\mathrm{Bin}(n, 1/2) < k) \le` ``level``, the
    interval :math:`[X_{(k)}, X_{(n+1-k)}]` misses a median of the distribution with probability at most
    ``level``, whatever the distribution, atoms included: to miss on one side, fewer than :math:`k` of
    :math:`n` values fall on the median's other side, each of which does so with probability at least 1/2.

    Parameters
    ----------
    values : shape (n,), independent draws, in any order; infinities allowed.
    level : in (0, 1).

    Returns
    -------
    The interval; :math:`[-\infty, \infty]` if n is less than ``least_seeds(level)``.

    Raises
    ------
    LemmataError : a value is NaN, or the level is out of range.

    Examples
    --------
    >>> median_interval([3.0, 1.0, 2.0, 5.0, 4.0], 0.1)
    Interval(low=1.0, high=5.0)
    """
    return _interval(_in_order(values), level)


def decide(values: ArrayLike, region: Region, plan: Plan, seeds_used: int) -> Decision:
    """Decide one cell at one look.

    Parameters
    ----------
    values : shape (n,), the statistic by seed in the seeds' order, n >= seeds_used; values beyond are not
        looked at.
    region : where the claim places the median.
    plan : the claim's plan.
    seeds_used : one of the plan's looks.

    Raises
    ------
    LemmataError : ``seeds_used`` is not a look, there are fewer values, or one is NaN.
    """
    if seeds_used not in plan.looks:
        raise LemmataError(f"{seeds_used} seeds are not a look of the plan; decide at one of {plan.looks}")
    ordered = _in_order(values, seeds_used)
    if len(ordered) < seeds_used:
        raise LemmataError(f"a look at {seeds_used} seeds needs as many values, there are {len(ordered)}")
    confirm = _interval(ordered, plan.confirm_level)
    refute = _interval(ordered, plan.refute_level)
    outcome: Outcome = "open"
    if region.misses(refute):
        outcome = "disjoint"
    elif region.contains(confirm):
        outcome = "inside"
    return Decision(outcome, _middle(ordered), confirm, refute, seeds_used)


def judge_cells(outcomes: Iterable[Outcome], plan: Plan) -> Verdict:
    """Combine the cells' outcomes. A cell that is not among them, as it was not measured yet, counts as open.

    Raises
    ------
    LemmataError : more outcomes than the plan has cells.
    """
    known = list(outcomes)
    if len(known) > plan.cells:
        raise LemmataError(f"{len(known)} outcomes for a plan of {plan.cells} cells; plan for all cells")
    if "disjoint" in known:
        return "refuted"
    return "proved" if known.count("inside") == plan.cells else "undecided"


def least_seeds(level: float) -> int:
    r"""The least n at which an interval at this level is bounded: :math:`2^{1-n} \le` ``level``.

    Examples
    --------
    >>> least_seeds(5e-6)
    19
    """
    _check_rate(level, "level")
    # level = m 2^e with 1/2 <= m < 1, so 2^(1-n) <= level exactly when 1 - n <= e - 1.
    return 2 - math.frexp(level)[1]


@lru_cache(maxsize=1024)
def seeds_needed(discrepancy_in_sd: float, level: float, probability: float = 0.99) -> int | None:
    """The least number of seeds for an interval that lies within a discrepancy of the median.

    For planning, under a normal model; decisions do not rely on it. The binomial probabilities are exact; the
    two ways to fail (one for each end of the interval) are added.

    Parameters
    ----------
    discrepancy_in_sd : distance from the median, in standard deviations of one value, > 0 (infinite: no spread).
    level : the interval's, in (0, 1), as ``plan.confirm_level``.
    probability : in (0, 1), that the interval lies within.

    Returns
    -------
    The number, or None if it is more than a million.

    Raises
    ------
    LemmataError : a parameter is out of range.

    Examples
    --------
    >>> [seeds_needed(discrepancy, 1e-4) for discrepancy in (0.5, 0.7, 1.0, 2.0)]
    [276, 146, 74, 26]
    """
    if not discrepancy_in_sd > 0:
        raise LemmataError(f"discrepancy of {discrepancy_in_sd} standard deviations: needs a positive number")
    _check_rate(level, "level")
    _check_rate(probability, "probability")
    beyond = float(special.ndtr(-discrepancy_in_sd))

    def may_do(seeds: int, rank: int) -> bool:
        """Whether, with enough probability, fewer than ``rank`` values lie too far out on either side."""
        return 2 * float(special.betainc(rank, seeds - rank + 1, beyond)) <= 1 - probability

    def least(first: int, last: int) -> int | None:
        # Success is not monotone in n, as ranks are integers. But it is decreasing in n at a fixed rank and
        # increasing in the rank, so that a whole range can be ruled out by its least n and its greatest rank.
        if not may_do(first, _rank(last, level)):
            return None
        if first == last:
            return first
        middle = (first + last) // 2
        return least(first, middle) or least(middle + 1, last)

    first = least_seeds(level)
    while first <= MOST_SEEDS:
        found = least(first, min(2 * first, MOST_SEEDS))
        if found:
            return found
        first = 2 * first + 1
    return None


def robust_spread(values: ArrayLike) -> float:
    """Standard deviation as the middle half of the values tells it, from the median absolute deviation.

    It is what matters to an interval for the median, exact for a normal distribution and untouched by heavy
    tails. Infinite if most values are.

    Parameters
    ----------
    values : shape (n,), n >= 2.

    Raises
    ------
    LemmataError : fewer than two values, or one is NaN.
    """
    ordered = _in_order(values)
    if len(ordered) < 2:
        raise LemmataError(f"spread of {len(ordered)} values: needs at least two")
    center = _middle(ordered)
    if not math.isfinite(center):
        return math.inf
    with np.errstate(over="ignore"):  # a deviation beyond the largest float is as good as infinite
        deviations = np.abs(ordered - center)
    return _middle(np.sort(deviations)) / float(special.ndtri(0.75))


def suite_rates(claims: int) -> tuple[float, float]:
    """The sums over a suite of so many measured claims: false refutation and false confirmation, a run.

    Raises
    ------
    LemmataError : a negative number of claims.
    """
    if claims < 0:
        raise LemmataError(f"a suite of {claims} claims: needs a number >= 0")
    return claims * REFUTE, claims * CONFIRM


def _check_rate(rate: float, name: str) -> None:
    if not 0 < rate < 1:
        raise LemmataError(f"{name} {rate}: needs a number between 0 and 1")


def _in_order(values: ArrayLike, count: int | None = None) -> NDArray[np.float64]:
    """The first ``count`` values (all by default), sorted, with the checks that every function here makes."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise LemmataError(f"values of shape {array.shape}: needs one value a seed, shape (n,)")
    array = array[:count]
    unknown = np.flatnonzero(np.isnan(array))
    if len(unknown):
        raise LemmataError(f"value {unknown[0]} of {len(array)} is NaN; the experiment must return a number")
    return np.sort(array)


def _interval(ordered: NDArray[np.float64], level: float) -> Interval:
    rank = _rank(len(ordered), level)
    return Interval(float(ordered[rank - 1]), float(ordered[-rank])) if rank else Interval(-math.inf, math.inf)


def _middle(ordered: NDArray[np.float64]) -> float:
    """The median of n >= 1 ordered values; NaN if it is halfway between -inf and inf."""
    low, high = float(ordered[(len(ordered) - 1) // 2]), float(ordered[len(ordered) // 2])
    return (low + high) / 2 if math.isfinite(low + high) else low / 2 + high / 2


@lru_cache(maxsize=65536)
def _rank(seeds: int, level: float) -> int:
    """The largest k with 2 P(Bin(seeds, 1/2) < k) <= level; 0 if there is none."""
    _check_rate(level, "level")
    least, beyond = 0, seeds // 2 + 1  # P(Bin < beyond) >= 1/2
    while beyond - least > 1:
        middle = (least + beyond) // 2
        if _tails_within(middle, seeds, level):
            least = middle
        else:
            beyond = middle
    return least


def _tails_within(rank: int, seeds: int, level: float) -> bool:
    """Whether 2 P(Bin(seeds, 1/2) < rank) <= level, exactly, for rank >= 1.

    Floating point settles all but ties, as its relative error is far less than 1e-9; integers settle those.
    """
    tails = 2 * float(special.betainc(seeds - rank + 1, rank, 0.5))
    if abs(tails - level) > 1e-9 * level:
        return tails < level
    return Fraction(2 * sum(math.comb(seeds, below) for below in range(rank)), 2**seeds) <= Fraction(level)
