r"""Two-layer networks that compute a function of how many of k bits are ones, in exact numbers.

All neurons see the inputs along one direction, in which an input with c ones lies at (c - u)/(4k): u is the expected
number of ones, which the normalisation of the data takes away. A neuron a sigma((c - u)/(4k) + b), with sigma(z) =
min(1, max(z, 0)) and an argument of at most 1, is a max(c - t, 0)/(4k) with a kink at t = u - 4kb. So a network is a piecewise
linear function of the count: the output weights are 4k times the jumps of its slope, and the biases are 1/(4k) times the
distances of the kinks from u. Source: Shi, Wei & Liang 2022, Section 5.1, Lemma 4; the construction is our own.
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Basic

from lemmata.errors import LemmataError
from lemmata.objects.dictionaries import DictionaryLaw
from lemmata.objects.values import Exact, number, numbers, whole
from theory.activations import Relu

SCALE = 4
"""Counts are scaled by 1/(SCALE k), as the printed weights do it."""
MARGIN = Fraction(1, 8)
"""How far kinks keep from u by default: |b| >= 1/(32k)."""
MOST_MARGIN = Fraction(1, 2)
"""Kinks can keep farther from u than this too, but no longer by moving a single one."""


def truncated(z: Basic) -> Basic:
    """min(1, max(z, 0)) as an expression: a difference of two rectifiers."""
    return Relu(z) - Relu(z - 1)


def second_difference(now: Any, before: Any, earlier: Any) -> Any:
    """The jump of slope at the middle one of three neighbouring counts; of numbers as of expressions."""
    return now - 2 * before + earlier


def moved(jump: Any, share: Any) -> tuple[Any, Any]:
    """The jumps that replace one at a count j: one at j + r v h, one at j + r h.

    The piecewise linear function is the same at all other counts and at j.

    Parameters
    ----------
    jump : the jump of slope at j.
    share : v, in [0, 1), how far the kink moves, of the distance h <= 1 to the neighbour that makes up for it.
    """
    kept = jump / (1 - share)
    return kept, -share * kept


@dataclass(frozen=True)
class CountingNetwork:
    """A network of truncated ReLUs along one direction, as a function of the count.

    Parameters
    ----------
    relevant : k >= 1, how many bits are counted.
    offset : u, the expected count.
    kinks : where the neurons' arguments are zero, in counts.
    jumps : of the slope at the kinks, per count.
    """

    relevant: int
    offset: Fraction
    kinks: tuple[Fraction, ...]
    jumps: tuple[Fraction, ...]

    @property
    def biases(self) -> tuple[Fraction, ...]:
        """b, as many as neurons."""
        return tuple((self.offset - kink) / (SCALE * self.relevant) for kink in self.kinks)

    @property
    def output_weights(self) -> tuple[Fraction, ...]:
        """a, as many as neurons."""
        return tuple(SCALE * self.relevant * jump for jump in self.jumps)

    def arguments(self, count: int) -> tuple[Fraction, ...]:
        """What the activation is applied to at a count, as many as neurons."""
        along = (count - self.offset) / (SCALE * self.relevant)
        return tuple(along + bias for bias in self.biases)

    def __call__(self, count: int) -> Fraction:
        """The output at a count from 0 to k."""
        active = (min(Fraction(1), max(z, Fraction(0))) for z in self.arguments(count))
        return sum((a * s for a, s in zip(self.output_weights, active, strict=True)), Fraction(0))

    def spread(self, neurons: int) -> CountingNetwork:
        """The same function by more neurons: the largest output weight is shared out, again and again.

        Raises
        ------
        LemmataError : fewer neurons than there are.
        """
        shares = [1] * len(self.kinks)
        sizes = [(-abs(jump), i) for i, jump in enumerate(self.jumps)]
        heapq.heapify(sizes)
        for _ in range(whole("neurons", neurons, least=len(shares)) - len(shares)):
            largest = sizes[0][1]
            shares[largest] += 1
            heapq.heapreplace(sizes, (-abs(self.jumps[largest]) / shares[largest], largest))
        kinks = (kink for kink, share in zip(self.kinks, shares, strict=True) for _ in range(share))
        jumps = (jump / share for jump, share in zip(self.jumps, shares, strict=True) for _ in range(share))
        return CountingNetwork(self.relevant, self.offset, tuple(kinks), tuple(jumps))


def counting_network(
    values: object, offset: Exact, margin: Exact = MARGIN, first: Exact = 1, neurons: int | None = None
) -> CountingNetwork:
    """A network that has given values at the counts 0, ..., k, with every kink at least ``margin`` away from u.

    Its k + 1 kinks are at -first, 0, 1, ..., k - 1; of these the one that is too close to u, if any, is moved, and its
    neighbour on that side makes up for it.

    Parameters
    ----------
    values : k + 1 numbers, as the labels of the counts; k >= 1.
    offset : u, in [0, k].
    margin : at most 1/2; |b| is then at least margin/(4k).
    first : the distance of the first kink from 0, at most 1 and more than ``margin``.
    neurons : how many, at least k + 1; the largest weights are shared out to make it so many. By default k + 1.

    Raises
    ------
    LemmataError : fewer than two values, or a number outside of its range.

    Examples
    --------
    >>> network = counting_network([-1, 1, -1, 1], offset=1)
    >>> [int(network(count)) for count in range(4)]
    [-1, 1, -1, 1]
    >>> [str(kink) for kink in network.kinks], max(map(abs, network.output_weights))
    (['-1', '0', '7/8', '2'], Fraction(384, 7))
    """
    wanted = [Fraction(value) for value in numbers("values", values)]
    k = len(wanted) - 1
    if k < 1:
        raise LemmataError(f"values: expected two or more, for the counts 0, ..., k with k >= 1, got {len(wanted)}")
    u, away, start = (Fraction(number(*item)) for item in (("offset", offset), ("margin", margin), ("first", first)))
    if not 0 <= u <= k:
        raise LemmataError(f"offset: expected the mean of a count, from 0 to {k}, got {u}")
    if not 0 <= away <= MOST_MARGIN:
        raise LemmataError(f"margin: expected a number from 0 to {MOST_MARGIN}, got {away}")
    if not away < start <= 1:
        raise LemmataError(f"first: expected a number above the margin, {away}, and at most 1, got {start}")
    kinks = [-start, *map(Fraction, range(k))]
    slopes = [
        Fraction(0),
        wanted[0] / start,
        *(after - before for before, after in itertools.pairwise(wanted)),
    ]
    jumps = [after - before for before, after in itertools.pairwise(slopes)]
    nearest = round(u)
    if abs(u - nearest) < away and nearest < k:
        # The shorter way: kink number nearest + 1 goes to the side of the count on which u is not.
        side = -1 if u >= nearest else 1
        here, neighbour = nearest + 1, nearest + 1 + side
        gap = start if neighbour == 0 else Fraction(1)
        shift = away - abs(u - nearest)
        kinks[here] += side * shift
        jumps[here], given = moved(jumps[here], shift / gap)
        if neighbour <= k:  # a kink at k or beyond is not seen by any count
            jumps[neighbour] += given
    network = CountingNetwork(k, u, tuple(kinks), tuple(jumps))
    return network if neurons is None else network.spread(neurons)


def representing(law: DictionaryLaw, margin: Exact = MARGIN, neurons: int | None = None) -> CountingNetwork:
    """The network of Lemma 4 for a law: its output is the label, whatever the law's probabilities are.

    Raises
    ------
    LemmataError : as ``counting_network`` does.
    """
    k = len(law.relevant)
    labels = [1 if count in law.positive else -1 for count in range(k + 1)]
    offset = sum((law.bit_means[i] for i in law.relevant), Fraction(0))
    return counting_network(labels, offset, margin, neurons=neurons)
