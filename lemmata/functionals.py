r"""Confidence intervals for numbers that describe a distribution, none of them asymptotic, and how many seeds they need.

| functional | assumes | interval |
|---|---|---|
| `Median` | nothing | order statistics |
| `Probability` | values 0 and 1 | Clopper and Pearson's, from the binomial |
| `BoundedMean` | values in a known interval | betting (Waudby-Smith and Ramdas, JRSS B 86, 2024) |
| `RobustMean` | a known bound on the variance | Catoni's M-estimator (Ann. Inst. H. Poincaré 48, 2012), inverted |

Each interval misses what it estimates with probability at most its level, at every number of seeds and for every
distribution that the assumption allows; half of the level is spent on each side.
"""

from __future__ import annotations

import math
import statistics
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from lemmata import decisions
from lemmata.decisions import MOST_SEEDS, Interval, Region, least_seeds, median_interval, robust_spread
from lemmata.errors import LemmataError

Values = NDArray[np.float64]
"""Shape (n,), independent draws of one variable, in the seeds' order."""

LARGEST_BET = 0.75
"""The share of the capital that a bet on a bounded mean risks, at most."""

CONFIRMING_HALVINGS = 20
"""Of the range of a bounded mean, in the search for values that confirm a region."""

ESTIMATE_LEVEL = 0.05
"""The level for whose interval a robust mean's estimate cuts off the tails."""


class Functional(ABC):
    """A number that describes a distribution, with an interval for it and the planning that goes with the interval.

    In planning, ``near`` is about where the number is and ``sd`` the standard deviation of one value, both in the values'
    units. A functional asks for those that it needs.
    """

    name: str
    """What the number is called in a sentence."""

    @abstractmethod
    def check(self, value: float) -> str:
        """What is wrong with one value, or the empty string."""

    @abstractmethod
    def estimate(self, values: Values) -> float:
        """The number's estimate, n >= 1."""

    @abstractmethod
    def interval(self, values: Values, level: float) -> Interval:
        """The interval that misses the number with probability at most ``level``, n >= 1."""

    @abstractmethod
    def can_refute(self, region: Region, seeds: int, level: float) -> bool:
        """Whether so many of the clearest values have an interval outside of the region."""

    @abstractmethod
    def can_confirm(self, region: Region, seeds: int, level: float) -> bool:
        """Whether so many of the clearest values have an interval inside of the region."""

    @abstractmethod
    def spread(self, values: Values) -> float | None:
        """The standard deviation for planning, as the values show it; None if the functional knows what it needs."""

    @abstractmethod
    def size(self, sd: float | None) -> float:
        """What discrepancies are of the order of, in the values' units, > 0: a search for the least one starts there.

        Raises
        ------
        LemmataError : ``sd`` is missing or impossible, where it is needed.
        """

    @abstractmethod
    def tells(
        self, discrepancy: float, seeds: int, level: float, probability: float, near: float | None, sd: float | None
    ) -> bool:
        """Whether the interval of so many seeds lies within a discrepancy of the number, with this probability.

        Raises
        ------
        LemmataError : ``near`` or ``sd`` is missing or impossible.
        """

    def seeds_needed(
        self,
        discrepancy: float,
        level: float,
        probability: float = 0.99,
        near: float | None = None,
        sd: float | None = None,
    ) -> int | None:
        """Seeds at which the interval lies within a discrepancy of the number; None if more than a million.

        Parameters
        ----------
        discrepancy : in the values' units, > 0.
        level : the interval's, in (0, 1).
        probability : in (0, 1), that the interval lies within.
        near, sd : see the class.

        Raises
        ------
        LemmataError : a parameter is missing or out of range.
        """
        check_planning(discrepancy, level, probability)

        def enough(seeds: int) -> bool:
            return self.tells(discrepancy, seeds, level, probability, near, sd)

        most = 1
        while not enough(most):
            if most == MOST_SEEDS:
                return None
            most = min(2 * most, MOST_SEEDS)
        return _least(enough, most // 2, most)

    def least_discrepancy(
        self,
        seeds: int,
        level: float,
        probability: float = 0.99,
        near: float | None = None,
        sd: float | None = None,
    ) -> float:
        """The least discrepancy that so many seeds tell, in the values' units; infinite if they tell none.

        Parameters
        ----------
        seeds : at least 1.
        level, probability, near, sd : as for `seeds_needed`.

        Raises
        ------
        LemmataError : a parameter is missing or out of range.
        """
        if seeds < 1:
            raise LemmataError(f"{seeds} seeds: plan for at least 1")
        start = most = self.size(sd)
        check_planning(most, level, probability)
        while not self.tells(most, seeds, level, probability, near, sd):
            most *= 2
            if most > 2.0**60 * start:
                return math.inf
        least = 0.0
        while most - least > 1e-6 * most and most > 2.0**-60 * start:
            middle = (least + most) / 2
            if self.tells(middle, seeds, level, probability, near, sd):
                most = middle
            else:
                least = middle
        return most


@dataclass(frozen=True)
class Median(Functional):
    """The median, of any distribution. Planning takes the values for normal, and needs ``sd``."""

    name = "median"

    def check(self, value: float) -> str:
        """A diverged run may count as infinite, but not as NaN."""
        return "is NaN" if math.isnan(value) else ""

    def estimate(self, values: Values) -> float:
        return float(statistics.median(values.tolist()))  # NumPy's warns of infinities

    def interval(self, values: Values, level: float) -> Interval:
        return median_interval(values, level)

    def can_refute(self, region: Region, seeds: int, level: float) -> bool:
        return seeds >= least_seeds(level)

    def can_confirm(self, region: Region, seeds: int, level: float) -> bool:
        return seeds >= least_seeds(level)

    def spread(self, values: Values) -> float | None:
        return robust_spread(values)

    def size(self, sd: float | None) -> float:
        return _known(sd) or 1.0

    def seeds_needed(
        self,
        discrepancy: float,
        level: float,
        probability: float = 0.99,
        near: float | None = None,
        sd: float | None = None,
    ) -> int | None:
        check_planning(discrepancy, level, probability)
        return decisions.seeds_needed(_in_sd(discrepancy, sd), level, probability)

    def tells(
        self, discrepancy: float, seeds: int, level: float, probability: float, near: float | None, sd: float | None
    ) -> bool:
        beyond = float(special.ndtr(-_in_sd(discrepancy, sd)))
        rank = median_interval(range(1, seeds + 1), level).low  # the values are their own ranks
        return rank > 0 and 2 * float(special.betainc(rank, seeds - rank + 1, beyond)) <= 1 - probability


@dataclass(frozen=True)
class Probability(Functional):
    """The probability of 1, of values that are 0 or 1. Planning is exact, and needs ``near``."""

    name = "probability"

    def check(self, value: float) -> str:
        return "" if value in (0, 1) else f"is {value:.4g}, but an event gives True or False (1 or 0)"

    def estimate(self, values: Values) -> float:
        return float(np.mean(values))

    def interval(self, values: Values, level: float) -> Interval:
        return self.of_count(int(np.sum(values)), len(values), level)

    def of_count(self, count: int, seeds: int, level: float) -> Interval:
        """The interval after ``count`` ones among ``seeds`` values."""
        return Interval(_lower_probability(count, seeds, level), 1 - _lower_probability(seeds - count, seeds, level))

    def can_refute(self, region: Region, seeds: int, level: float) -> bool:
        return any(region.misses(self.of_count(count, seeds, level)) for count in (0, seeds))

    def can_confirm(self, region: Region, seeds: int, level: float) -> bool:
        # Both ends increase with the count: the least that starts inside is the one that ends there if any does.
        least = _least(lambda count: self.of_count(count, seeds, level).low >= region.low, -1, seeds + 1)
        return least <= seeds and region.contains(self.of_count(least, seeds, level))

    def spread(self, values: Values) -> float | None:
        return None

    def size(self, sd: float | None) -> float:
        return 1.0

    def tells(
        self, discrepancy: float, seeds: int, level: float, probability: float, near: float | None, sd: float | None
    ) -> bool:
        if near is None or not 0 <= near <= 1:
            raise LemmataError(f"near = {near}: plan a probability near a number in [0, 1]")
        low = _least_count(near - discrepancy, seeds, level)
        high = seeds - _least_count(1 - near - discrepancy, seeds, level)
        within = _at_least(low, seeds, near) - _at_least(high + 1, seeds, near)
        return low <= high and within >= probability


@dataclass(frozen=True)
class BoundedMean(Functional):
    r"""The mean of values in ``[low, high]``.

    A gambler bets on each value to be larger than m, at fair odds if m is the mean, and knows the values before. The capital
    :math:`\prod_t (1 + \lambda_t (X_t - m))` has then mean 1, and exceeds 2/level with probability at most level/2:
    those m at which it does are too small; likewise on the other side. The bets follow the spread seen so far, so that
    values which vary little have a short interval. The order of the values matters.

    Planning needs ``near``, and ``sd`` unless it is to be the largest possible. It is an approximation of second order, and
    falls short for rare events: `Probability` is exact for those.

    Raises
    ------
    LemmataError : not ``low < high``, or an end is not finite.
    """

    low: float
    high: float
    name = "mean"

    def __post_init__(self) -> None:
        if not (math.isfinite(self.high - self.low) and self.low < self.high):
            raise LemmataError(f"bounds ({self.low}, {self.high}): needs two finite numbers, the lower one first")

    def check(self, value: float) -> str:
        return (
            ""
            if self.low <= value <= self.high
            else f"is {value:.6g}, outside of the bounds [{self.low:.6g}, {self.high:.6g}]"
        )

    def estimate(self, values: Values) -> float:
        return float(np.clip(np.mean(values), self.low, self.high))  # rounding may lead out

    def interval(self, values: Values, level: float) -> Interval:
        unit = np.clip((values - self.low) / (self.high - self.low), 0, 1)
        bets = _bets(unit, level)
        from_low, from_high = _lower_bounded(unit, bets, level), _lower_bounded(1 - unit, bets, level)
        return Interval(self.low + (self.high - self.low) * from_low, self.high - (self.high - self.low) * from_high)

    def can_refute(self, region: Region, seeds: int, level: float) -> bool:
        return any(region.misses(self.interval(np.full(seeds, end), level)) for end in (self.low, self.high))

    def can_confirm(self, region: Region, seeds: int, level: float) -> bool:
        def of(value: float) -> Interval:
            return self.interval(np.full(seeds, value), level)

        if any(region.contains(of(value)) for value in (self.low, _middle(region, self.low, self.high), self.high)):
            return True
        # An interval is longer towards the farther bound: the least value whose interval starts inside has the best chance.
        outside, inside = self.low, self.high
        for _ in range(CONFIRMING_HALVINGS):
            value = outside / 2 + inside / 2
            if of(value).low < region.low:
                outside = value
            else:
                inside = value
        return region.contains(of(inside))

    def spread(self, values: Values) -> float | None:
        mean = self.estimate(values)
        largest = math.sqrt(mean - self.low) * math.sqrt(self.high - mean)
        return min(float(np.std(values)), largest)  # rounding may lead out

    def size(self, sd: float | None) -> float:
        return self.high - self.low

    def tells(
        self, discrepancy: float, seeds: int, level: float, probability: float, near: float | None, sd: float | None
    ) -> bool:
        if near is None or not self.low <= near <= self.high:
            raise LemmataError(f"near = {near}: plan a mean near a number in [{self.low:.6g}, {self.high:.6g}]")
        unit = (near - self.low) / (self.high - self.low)
        largest = math.sqrt(unit * (1 - unit))
        deviation = largest if sd is None else sd / (self.high - self.low)
        if not 0 <= deviation <= largest + 1e-9:
            most = largest * (self.high - self.low)
            raise LemmataError(f"sd = {sd}: values in these bounds with mean {near:.6g} have one in [0, {most:.6g}]")
        far = discrepancy / (self.high - self.low)
        return all(
            _bets_win(mean, min(deviation, largest), far, seeds, level, probability) for mean in (unit, 1 - unit)
        )


@dataclass(frozen=True)
class RobustMean(Functional):
    r"""The mean of values whose variance is at most ``variance``, by theory; tails do not matter.

    With :math:`\psi(x) = \operatorname{sign}(x) \log(1 + |x| + x^2/2)` one has
    :math:`E e^{\psi(\lambda (X - \mu))} \le 1 + \lambda^2 v/2`, so that
    :math:`\sum_i \psi(\lambda (X_i - \mu))` exceeds :math:`n \lambda^2 v/2 + \log(2/\text{level})` with probability at
    most level/2: those m at which it does are too small. The interval is about
    :math:`\pm\sqrt{2 v \log(2/\text{level})/n}`.

    Planning is for every distribution with the standard deviation ``sd``, by default the largest allowed.

    Raises
    ------
    LemmataError : the variance is not a positive finite number.
    """

    variance: float
    name = "mean"

    def __post_init__(self) -> None:
        if not 0 < self.variance < math.inf:
            raise LemmataError(f"variance {self.variance}: needs a positive finite bound on the variance of one value")

    def check(self, value: float) -> str:
        return "" if math.isfinite(value) else f"is {value}, which has no finite variance"

    def estimate(self, values: Values) -> float:
        """Catoni's estimator: the m at which the sum is 0."""
        scale = self._scale(len(values), ESTIMATE_LEVEL)

        def too_small(mean: float) -> bool:
            return float(np.sum(_influence(scale, values, mean))) >= 0

        return _edge(too_small, float(np.min(values)), float(np.max(values)))

    def interval(self, values: Values, level: float) -> Interval:
        return Interval(self._lower(values, level), -self._lower(-values, level))

    def _scale(self, seeds: int, level: float) -> float:
        return math.sqrt(2 * math.log(2 / level) / seeds) / math.sqrt(self.variance)

    def _lower(self, values: Values, level: float) -> float:
        scale, threshold = self._scale(len(values), level), 2 * math.log(2 / level)
        growth = threshold / len(values)
        if growth > 700:  # beyond the exponential's range
            return -math.inf
        # Where even the smallest value contributes its share of the threshold.
        far = (math.sqrt(1 + 2 * math.expm1(growth)) - 1) / scale

        def too_small(mean: float) -> bool:
            return float(np.sum(_influence(scale, values, mean))) >= threshold

        return _edge(too_small, float(np.min(values)) - far, float(np.max(values)))

    def can_refute(self, region: Region, seeds: int, level: float) -> bool:
        return math.isfinite(self._lower(np.zeros(seeds), level))

    def can_confirm(self, region: Region, seeds: int, level: float) -> bool:
        return -2 * self._lower(np.zeros(seeds), level) <= region.high - region.low

    def spread(self, values: Values) -> float | None:
        return None

    def size(self, sd: float | None) -> float:
        return math.sqrt(self.variance)

    def tells(
        self, discrepancy: float, seeds: int, level: float, probability: float, near: float | None, sd: float | None
    ) -> bool:
        if sd is not None and not 0 <= sd <= math.sqrt(self.variance) * (1 + 1e-9):
            raise LemmataError(f"sd = {sd}: the variance is at most {self.variance:.4g}")
        deviation = math.sqrt(self.variance) if sd is None else sd
        scale = self._scale(seeds, level)
        far = min(scale * discrepancy, 1.0)  # the bound below is best at 1, and holds beyond for what it gives there
        moment = math.log1p(-far + ((scale * deviation) ** 2 + far**2) / 2)
        return math.log(2) + 2 * math.log(2 / level) + seeds * moment <= math.log1p(-probability)


def check_planning(discrepancy: float, level: float, probability: float) -> None:
    """Check what every plan takes.

    Raises
    ------
    LemmataError : a discrepancy that is not positive and finite, a level or probability outside of (0, 1).
    """
    if not 0 < discrepancy < math.inf:
        raise LemmataError(f"discrepancy {discrepancy}: needs a positive finite number")
    for name, number in (("level", level), ("probability", probability)):
        if not 0 < number < 1:
            raise LemmataError(f"{name} {number}: needs a number between 0 and 1")


def _least(holds: Callable[[int], bool], last_without: int, first_with: int) -> int:
    """The least integer at which a monotone condition holds; of another, one at which it does and starts to."""
    while first_with - last_without > 1:
        middle = (last_without + first_with) // 2
        if holds(middle):
            first_with = middle
        else:
            last_without = middle
    return first_with


def _edge(rejected: Callable[[float], bool], low: float, high: float) -> float:
    """Where a set that is rejected below and kept above starts, as the largest float found rejected (or ``low``)."""
    while low < (middle := low / 2 + high / 2) < high:
        if rejected(middle):
            low = middle
        else:
            high = middle
    return low


def _middle(region: Region, low: float, high: float) -> float:
    """The middle of a region within a range; of a region outside of it, the nearest end."""
    return min(max((max(region.low, low) + min(region.high, high)) / 2, low), high)


def _known(sd: float | None) -> float:
    if sd is None or not 0 <= sd < math.inf:
        raise LemmataError(f"sd = {sd}: plan a median with the standard deviation of one value, a number >= 0")
    return sd


def _in_sd(discrepancy: float, sd: float | None) -> float:
    known = _known(sd)
    return discrepancy / known if known else math.inf


def _lower_probability(count: int, seeds: int, level: float) -> float:
    """The p at which so many ones or more have the probability level/2."""
    return float(special.betaincinv(count, seeds - count + 1, level / 2)) if count else 0.0


def _at_least(count: int, seeds: int, probability: float) -> float:
    """P(Bin(seeds, probability) >= count)."""
    if count <= 0:
        return 1.0
    return float(special.betainc(count, seeds - count + 1, probability)) if count <= seeds else 0.0


def _least_count(bound: float, seeds: int, level: float) -> int:
    """The least number of ones at which the interval starts at or above a bound; ``seeds + 1`` if there is none."""
    if bound <= 0:
        return 0
    return _least(lambda count: _at_least(count, seeds, min(bound, 1.0)) <= level / 2, 0, seeds + 1)


def _bets(unit: Values, level: float) -> Values:
    """The stakes on each value in [0, 1], from the values before it; the same for up and down."""
    seen = np.arange(2, len(unit) + 2)
    means = (0.5 + np.cumsum(unit)) / seen
    variances = (0.25 + np.cumsum((unit - means) ** 2)) / seen
    before = np.concatenate([[0.25], variances[:-1]])
    return np.asarray(np.sqrt(2 * math.log(2 / level) / (len(unit) * before)))


def _lower_bounded(unit: Values, bets: Values, level: float) -> float:
    """The m in [0, 1] below which the bets on larger values win 2/level. Each factor is decreasing in m."""

    def log_capital(mean: float) -> float:
        stakes = np.minimum(bets, LARGEST_BET / mean) if mean else bets
        return float(np.sum(np.log1p(stakes * (unit - mean))))

    threshold = math.log(2 / level)
    return _edge(lambda mean: log_capital(mean) >= threshold, 0.0, 1.0) if log_capital(0.0) >= threshold else 0.0


def _bets_win(mean: float, deviation: float, far: float, seeds: int, level: float, probability: float) -> bool:
    """Whether bets against ``mean - far`` win, by the mean and the variance of the logarithm of their capital."""
    bound = mean - far
    if bound <= 0:
        return True
    # The seeds are gone through in steps that grow with how many there were before, as the stakes change ever less.
    steps = np.unique(np.geomspace(1, seeds + 1, 300).astype(int)) - 1
    before, count = steps[:-1], np.diff(steps)
    variances = (0.25 + (0.5 - mean) ** 2 + before * deviation**2) / (before + 1)
    stakes = np.minimum(np.sqrt(2 * math.log(2 / level) / (seeds * variances)), LARGEST_BET / bound)
    gain = 1 + stakes * far
    relative = (stakes * deviation / gain) ** 2
    drift, noise = float(np.sum(count * (np.log(gain) - relative / 2))), math.sqrt(float(np.sum(count * relative)))
    return drift - float(special.ndtri((1 + probability) / 2)) * noise >= math.log(2 / level)


def _influence(scale: float, values: Values, mean: float) -> Values:
    """What each value adds to Catoni's sum."""
    with np.errstate(over="ignore"):
        scaled = scale * (values - mean)
    # Beyond this the square overflows. An influence that grows no more stays below the bound that the method rests on.
    magnitude = np.minimum(np.abs(scaled), 1e150)
    return np.asarray(np.sign(scaled) * np.log1p(magnitude + magnitude**2 / 2))
