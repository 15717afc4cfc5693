r"""Scaling fits: exponents of measured power laws, their intervals, and how they compare with a predicted exponent.

A quantity measured at sizes :math:`s_1 < s_2 < \dots` follows the power law :math:`C s^e` where its logarithm is a line in
:math:`\log s`. The values of each size are those of independent seeds; what is fitted is their median.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from empirics.validation import count
from lemmata.decisions import Interval, median_interval
from lemmata.errors import LemmataError

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class PowerLaw:
    r"""The law :math:`C s^e`, C > 0."""

    constant: float
    exponent: float

    def __call__(self, sizes: ArrayLike) -> Vector:
        """Its values at positive sizes, of the same shape."""
        values: Vector = self.constant * np.asarray(sizes, dtype=float) ** self.exponent
        return values


def local_exponents(sizes: ArrayLike, values: ArrayLike) -> Vector:
    r"""The slopes :math:`\log(v_{i+1}/v_i) / \log(s_{i+1}/s_i)` between neighbouring sizes.

    A power law gives equal slopes; where they drift, the sizes are not yet (or no longer) in its range.

    Parameters
    ----------
    sizes, values : (k,) increasing positive sizes, and a positive value at each; k >= 2.

    Returns
    -------
    (k - 1,).

    Raises
    ------
    LemmataError : fewer than two sizes, sizes that do not increase, shapes that do not fit, numbers that are not
        positive and finite.
    """
    x, y = _logarithms(sizes, values)
    slopes: Vector = np.diff(y) / np.diff(x)
    return slopes


def fit(sizes: ArrayLike, values: ArrayLike) -> PowerLaw:
    """The power law by least squares in log-log coordinates, all sizes with equal weight.

    Parameters and errors are those of :func:`local_exponents`.

    >>> law = fit([1, 2, 4], [3, 12, 48])
    >>> round(law.constant, 9), round(law.exponent, 9)
    (3.0, 2.0)
    """
    x, y = _logarithms(sizes, values)
    exponent = float(_slope_weights(x) @ y)
    return PowerLaw(float(np.exp(y.mean() - exponent * x.mean())), exponent)


def exponent_interval(sizes: ArrayLike, samples: Sequence[ArrayLike], level: float) -> Interval:
    r"""An interval that misses the exponent fitted to the true medians with probability at most ``level``.

    Nothing is assumed of the distributions. The fitted exponent is :math:`\sum_i c_i \log m_i` with weights that depend on
    the sizes only; each median :math:`m_i` has an order-statistics interval at level ``level / k``, and the exponent's
    extremes over these are attained at their ends. Seeds of different sizes need not be independent.

    Parameters
    ----------
    sizes, samples : (k,) increasing positive sizes, and for each the positive values of its seeds.
    level : error rate in (0, 1).

    Returns
    -------
    The interval; unbounded where a size has too few seeds for its share of the level.

    Raises
    ------
    LemmataError : as :func:`local_exponents`; a level outside of (0, 1).
    """
    _check_level(level)
    x, _ = _logarithms(sizes, [np.median(_positive("values", sample)) for sample in samples])
    weights = _slope_weights(x)
    ends = []
    for sample in samples:
        # The interval of the logarithms, which are as well ordered as the values.
        interval = median_interval(np.log(_positive("values", sample)), level / len(samples))
        ends.append((interval.low, interval.high))
    low = sum(c * (end[0] if c > 0 else end[1]) for c, end in zip(weights, ends, strict=True) if c != 0)
    high = sum(c * (end[1] if c > 0 else end[0]) for c, end in zip(weights, ends, strict=True) if c != 0)
    return Interval(float(low), float(high))


def bootstrap_interval(
    sizes: ArrayLike, samples: Sequence[ArrayLike], level: float, generator: Generator, resamples: int = 2000
) -> Interval:
    """The percentile bootstrap's interval of the fitted exponent, for plots: narrower, and right only as seeds grow.

    The seeds of each size are resampled independently. No verdict rests on it; for one that may, see
    :func:`exponent_interval`.

    Raises
    ------
    LemmataError : as :func:`exponent_interval`; fewer than one resample.
    """
    count("resamples", resamples)
    _check_level(level)
    x, _ = _logarithms(sizes, [np.median(_positive("values", sample)) for sample in samples])
    medians = np.empty((resamples, len(samples)))
    for column, sample in enumerate(samples):
        values = _positive("values", sample)
        medians[:, column] = np.median(values[generator.integers(len(values), size=(resamples, len(values)))], axis=1)
    exponents = np.log(medians) @ _slope_weights(x)
    low, high = np.quantile(exponents, [level / 2, 1 - level / 2])
    return Interval(float(low), float(high))


def discrepancy(interval: Interval, predicted: float) -> float:
    """How far a predicted exponent is outside of an interval: 0 within, negative below, positive above.

    Predictions come from ``theory.bounds``: ``Bound.exponent`` in a regime, ``Bound.local_exponent`` at finite sizes.

    >>> discrepancy(Interval(-1.1, -0.9), -1.0)
    0.0
    """
    if not np.isfinite(predicted):
        raise LemmataError(f"predicted exponent: expected a finite number, got {predicted}")
    return float(min(0.0, predicted - interval.low) + max(0.0, predicted - interval.high))


def _slope_weights(x: Vector) -> Vector:
    """Least squares is linear in the values: the slope is their sum with these weights."""
    centred = x - x.mean()
    weights: Vector = centred / (centred @ centred)
    return weights


def _logarithms(sizes: ArrayLike, values: ArrayLike) -> tuple[Vector, Vector]:
    s, v = _positive("sizes", sizes), _positive("values", values)
    if len(s) < 2 or (np.diff(s) <= 0).any():
        raise LemmataError(f"sizes: expected at least two, increasing, got {s.tolist()}")
    if s.shape != v.shape:
        raise LemmataError(f"values: expected one for each of the {len(s)} sizes, got {v.size}")
    return np.log(s), np.log(v)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise LemmataError(f"level: expected a number between 0 and 1, got {level}")


def _positive(name: str, numbers: ArrayLike) -> Vector:
    try:
        array: Vector = np.asarray(numbers, dtype=float)
    except (TypeError, ValueError):
        raise LemmataError(f"{name}: expected a list of numbers, got {numbers!r}") from None
    if array.ndim != 1 or array.size == 0:
        raise LemmataError(f"{name}: expected a list of numbers, got shape {array.shape}")
    if not (np.isfinite(array) & (array > 0)).all():
        raise LemmataError(f"{name}: expected positive finite numbers")
    return array
