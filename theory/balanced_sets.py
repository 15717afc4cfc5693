"""Labels that depend on the number of ones among k bits: for which of them both classes are equally likely."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator

from flint import arb
from sympy import Basic, Function, Integer

from lemmata.engines.balls import NoEnclosure, whole_number
from lemmata.objects.values import whole


def balanced_sets(k: int) -> Iterator[tuple[int, ...]]:
    r"""The sets P of numbers from 1 to k with :math:`\Pr[\sum_i \tilde\phi_i \in P] = 1/2` for k independent fair bits.

    Zero is in none of them: P is a subset of [k] in Shi, Wei & Liang 2022, Section 3. They come by size.

    Parameters
    ----------
    k : at least 1; all :math:`2^k` sets are looked at.

    Raises
    ------
    LemmataError : k is no positive integer.

    Examples
    --------
    >>> list(balanced_sets(3))
    [(1, 3), (2, 3)]
    """
    numbers = range(1, whole("k", k) + 1)
    for size in numbers:
        for chosen in itertools.combinations(numbers, size):
            if 2 * sum(math.comb(k, j) for j in chosen) == 2**k:
                yield chosen


def number_of_balanced_sets(k: int) -> int:
    """How many sets ``balanced_sets`` gives, counted by the sums of binomial coefficients instead of one by one.

    Raises
    ------
    LemmataError : k is no positive integer.

    Examples
    --------
    >>> [number_of_balanced_sets(k) for k in (1, 2, 3, 4, 5)]
    [1, 1, 2, 1, 4]
    """
    ways = Counter({0: 1})
    for j in range(1, whole("k", k) + 1):
        ways.update({total + math.comb(k, j): times for total, times in list(ways.items())})
    return ways[2 ** (k - 1)]


class NumberOfBalancedSets(Function):
    """``number_of_balanced_sets`` inside of a formula: a number as soon as k is one."""

    nargs = 1

    @classmethod
    def eval(cls, k: Basic) -> Integer | None:
        """The number, for a positive integer k."""
        return Integer(number_of_balanced_sets(int(k))) if k.is_Integer and k.is_positive else None

    @staticmethod
    def enclose(k: arb) -> arb:
        """The number as a ball."""
        whole = whole_number(k)
        if whole is None or whole < 1:
            raise NoEnclosure("a number of bits that is no positive integer")
        return arb(number_of_balanced_sets(whole))
