r"""Correlational statistical queries: what they cannot learn, with explicit constants.

A learner asks for E[y h(x)] with queries h of norm at most one and gets answers that are right up to a tolerance tau. A
class of N functions of norm one with correlations of at most epsilon takes at least 2 (N - 1) (tau^2 - epsilon) / (1 -
epsilon) queries (claim ``lemma-5-sharp`` of damian2022). The class here is He_p(v.x)/sqrt(p!) for directions v with
pairwise inner products of at most s, so that epsilon = s^p; of these there are at least one over the probability of a
spherical cap.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy
from flint import arb, fmpq
from sympy import Basic, Expr, Integer, Rational

from lemmata.engines import balls
from lemmata.errors import LemmataError

GRID = 100
"""Into how many parts the interval of inner products is divided to look for the best class."""


def cap_probability(d: Basic | int, inner_product: Basic) -> Expr:
    """P[|v.w| >= s] for independent uniform unit vectors of R^d: I_{1 - s^2}((d - 1)/2, 1/2).

    Parameters
    ----------
    d : the dimension, an integer from 2 on or a symbol for one.
    inner_product : s, in [0, 1].
    """
    return sympy.betainc_regularized((Integer(1) * d - 1) / 2, Rational(1, 2), 0, 1 - inner_product**2)


@dataclass(frozen=True)
class CorrelationalQueries:
    """Learning He_p of an unknown direction with a number of correlational queries.

    ``queries`` and ``degree`` are integers from 1 on, ``dimension`` one from 2 on.

    Raises
    ------
    LemmataError : smaller values.

    Examples
    --------
    >>> few = CorrelationalQueries(queries=100, dimension=1000, degree=4)
    >>> few.says_something(), CorrelationalQueries(1000, 2, 3).says_something()
    (True, False)
    """

    queries: int
    dimension: int
    degree: int

    def __post_init__(self) -> None:
        if self.queries < 1 or self.degree < 1 or self.dimension < 2:
            raise LemmataError(f"{self}: at least one query, degree 1 and dimension 2")

    def class_size(self, inner_product: Rational) -> int:
        """How many directions with pairwise inner products of at most ``inner_product`` there are at least.

        The covering argument's number, or the dimension where that is more.

        Raises
        ------
        LemmataError : an inner product outside of (0, 1).
        """
        if not 0 < inner_product < 1:
            raise LemmataError(f"inner product {inner_product}: between 0 and 1")
        least = (1 / balls.enclose(cap_probability(self.dimension, inner_product), {})).lower()
        # Where the ball does not fix an integer, the dimension alone is still right.
        return max(self.dimension, int(least.ceil().unique_fmpz() or 0))

    def excluded(self, inner_product: Rational) -> arb:
        """A ball for the squared tolerance from which on the class with this inner product cannot be learned.

        Learned is what is output within the class at a loss of at most one; where the class has pairs of smaller distance than
        that, the bound says nothing and is 1, as every tolerance of 1 or more leaves the learner without information.
        """
        correlation = inner_product**self.degree
        if correlation >= Rational(1, 2):
            return arb(1)
        share = arb(self.queries) / (2 * (self.class_size(inner_product) - 1))
        known = arb(fmpq(int(correlation.p), int(correlation.q)))
        return arb.min(known + share * (1 - known), arb(1))

    def tolerance_squared(self) -> arb:
        """A ball for the least squared tolerance that a class on a grid of inner products excludes."""
        return _least(self.excluded(Rational(i, GRID)) for i in range(1, GRID))

    def says_something(self) -> bool:
        """Whether the excluded tolerance is below 1, from which on answers of zero are always admissible."""
        return bool(self.tolerance_squared() < 1)

    def closed_form(self) -> Expr:
        """2 ((p + 4) log(q d) / d)^(p/2), the explicit form of Theorem 2 of damian2022."""
        p, d = Integer(self.degree), Integer(self.dimension)
        return 2 * ((p + 4) * sympy.log(self.queries * d) / d) ** (p / 2)

    def samples(self) -> arb:
        """The samples 1/tau^2 at which the error of a mean is the excluded tolerance: a heuristic, as errors are random."""
        return 1 / self.tolerance_squared()


def _least(values: Iterable[arb]) -> arb:
    least = arb(1)
    for value in values:
        least = arb.min(least, value)
    return least
