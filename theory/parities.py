r"""Labels that depend on how many of k unknown bits are ones, of D fair bits: what one hypothesis achieves on all of them.

Bits are seen as signs z_l = 2 phi_l - 1, and the parity on a set A is the product of its signs. The elementary symmetric
polynomial e_k(z) is the sum of the parities on all sets of size k; where s signs are negative it is the Krawtchouk number
K_k(s; D). The vote of all parities is the hypothesis sign e_k, with zero where e_k vanishes: there it tosses a coin. A
hypothesis here is what it predicts on average at an input, a number in [-1, 1].
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Sequence
from fractions import Fraction
from functools import cache

import numpy as np
import sympy
from flint import arb, fmpq
from sympy import Basic, Function, Rational

from lemmata.engines import balls
from lemmata.errors import LemmataError
from lemmata.objects.values import Integers

MOST_BITS = 12
"""Up to how many bits hypotheses and labels are enumerated."""


def krawtchouk(order: int, negative: int, bits: int) -> int:
    """K_k(s; D): the elementary symmetric polynomial of order k at D signs of which s are negative; zero for k > D.

    Parameters
    ----------
    order : k >= 0.
    negative : s, from 0 to D.
    bits : D >= 0.

    Raises
    ------
    LemmataError : other numbers.

    Examples
    --------
    >>> [krawtchouk(2, s, 3) for s in range(4)]
    [3, -1, -1, 3]
    """
    if order < 0 or not 0 <= negative <= bits:
        raise LemmataError(f"K_{order}({negative}; {bits}): needs an order of at least 0, and 0 <= s <= D")
    return sum(
        (-1) ** j * math.comb(negative, j) * math.comb(bits - negative, order - j)
        for j in range(max(0, order - bits + negative), min(order, negative) + 1)
    )


@cache
def mean_absolute_elementary(order: int, bits: int) -> Fraction:
    """E|e_k(z)| for D fair signs, exact.

    Raises
    ------
    LemmataError : an order or a number of bits below zero.

    Examples
    --------
    >>> mean_absolute_elementary(1, 3), mean_absolute_elementary(3, 3)
    (Fraction(3, 2), Fraction(1, 1))
    """
    if order < 0 or bits < 0:
        raise LemmataError(f"e_{order} of {bits} signs: both numbers are to be at least 0")
    total = sum(math.comb(bits, s) * abs(krawtchouk(order, s, bits)) for s in range(bits + 1))
    return Fraction(total, 2**bits)


def vote_error(bits: int, size: int) -> Fraction:
    """The error of the vote on the parity on any set of k of D bits: 1/2 - E|e_k| / (2 C(D, k)), exact.

    No hypothesis has less on all of them: its correlations with the parities average to E[h e_k] / C(D, k).

    Raises
    ------
    LemmataError : no 1 <= k <= D.

    Examples
    --------
    >>> vote_error(9, 1)
    Fraction(93, 256)
    """
    require_sizes(bits, size)
    return (1 - mean_absolute_elementary(size, bits) / math.comb(bits, size)) / 2


def require_sizes(bits: int, size: int) -> None:
    """Name what is wrong with D and k.

    Raises
    ------
    LemmataError : no 1 <= k <= D.
    """
    if not 1 <= size <= bits:
        raise LemmataError(f"k = {size} of D = {bits} bits: needs 1 <= k <= D")


def mean_label(bits: int, size: int, positive: Collection[int], ones: int) -> Fraction:
    """The mean label of an input with a given number of ones over all sets A of k of its D bits, exact.

    Parameters
    ----------
    bits, size : D and k.
    positive : P, the numbers of ones in A for which the label is 1; else it is -1.
    ones : of the input, from 0 to D.

    Raises
    ------
    LemmataError : no 1 <= k <= D, or another number of ones.

    Examples
    --------
    >>> [mean_label(3, 1, {1}, ones) for ones in range(4)]
    [Fraction(-1, 1), Fraction(-1, 3), Fraction(1, 3), Fraction(1, 1)]
    """
    require_sizes(bits, size)
    if not 0 <= ones <= bits:
        raise LemmataError(f"ones = {ones}: from 0 to D = {bits}")
    total = sum(
        (1 if j in positive else -1) * math.comb(ones, j) * math.comb(bits - ones, size - j) for j in range(size + 1)
    )
    return Fraction(total, math.comb(bits, size))


def symmetric_error(hypothesis: Sequence[Fraction | int], size: int, positive: Collection[int]) -> Fraction:
    """The error, the same for every set A of k bits, of a hypothesis that looks at the number of ones only, exact.

    Parameters
    ----------
    hypothesis : what is predicted where there are 0, ..., D ones, in [-1, 1].
    size : k.
    positive : P.

    Raises
    ------
    LemmataError : no 1 <= k <= D, or a prediction outside of [-1, 1].

    Examples
    --------
    >>> symmetric_error([-1, -1, 1, 1], 1, {1})
    Fraction(1, 4)
    """
    bits = len(hypothesis) - 1
    require_sizes(bits, size)
    if not all(-1 <= value <= 1 for value in hypothesis):
        raise LemmataError("hypothesis: expected predictions from -1 to 1")
    correlation = Fraction(0)
    for ones, value in enumerate(hypothesis):
        correlation += math.comb(bits, ones) * mean_label(bits, size, positive, ones) * Fraction(value)
    error: Fraction = (1 - correlation / 2**bits) / 2
    return error


@cache
def _parities(bits: int, size: int) -> Integers:
    """Every parity at every input, (C(D, k), 2^D) signs."""
    if bits > MOST_BITS:
        raise LemmataError(f"D = {bits}: parities are enumerated up to {MOST_BITS} bits")
    require_sizes(bits, size)
    signs = np.array(list(itertools.product((-1, 1), repeat=bits)), dtype=np.int64)
    return np.array([signs[:, chosen].prod(axis=1) for chosen in itertools.combinations(range(bits), size)])


def enumerated_vote_error(bits: int, size: int) -> Fraction:
    """The largest error of the vote over all sets A, from every label of every input.

    Raises
    ------
    LemmataError : no 1 <= k <= D, or more than ``MOST_BITS`` bits.
    """
    parities = _parities(bits, size)
    vote = np.sign(parities.sum(axis=0))
    return (1 - Fraction(int((parities @ vote).min()), 2**bits)) / 2


def enumerated_least_mean_error(bits: int, size: int) -> Fraction:
    """The least mean error over all sets A that any hypothesis can have, from every label of every input.

    Raises
    ------
    LemmataError : no 1 <= k <= D, or more than ``MOST_BITS`` bits.
    """
    parities = _parities(bits, size)
    return (1 - Fraction(int(np.abs(parities.sum(axis=0)).sum()), 2**bits * len(parities))) / 2


class _OfTwoNumbers(Function):
    """A rational number for each pair of integers, named in formulas and evaluated at numbers."""

    nargs = 2

    @staticmethod
    def value(first: int, second: int) -> Fraction:
        raise NotImplementedError

    @classmethod
    def eval(cls, first: Basic, second: Basic) -> Basic | None:
        if not (first.is_Integer and second.is_Integer):
            return None
        try:
            value = cls.value(int(first), int(second))
        except LemmataError:
            return sympy.nan
        return Rational(value.numerator, value.denominator)

    @classmethod
    def enclose(cls, first: arb, second: arb) -> arb:
        """The value in a ball; not finite where there is none."""
        one, other = balls.whole_number(first), balls.whole_number(second)
        if one is None or other is None:
            return arb.nan()
        try:
            value = cls.value(one, other)
        except LemmataError:
            return arb.nan()
        return arb(fmpq(value.numerator, value.denominator))


class MeanAbsoluteElementary(_OfTwoNumbers):
    """E|e_k(z)| for D fair signs, from Krawtchouk numbers: ``MeanAbsoluteElementary(k, D)``."""

    @staticmethod
    def value(first: int, second: int) -> Fraction:
        return mean_absolute_elementary(first, second)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        order, bits = (printer.doprint(argument) for argument in self.args)
        return rf"\mathbb{{E}}_{{z \in \{{\pm 1\}}^{{{bits}}}}}|e_{{{order}}}(z)|" + (f"^{{{exp}}}" if exp else "")


class EnumeratedVoteError(_OfTwoNumbers):
    """The error of the vote on every parity, by enumeration: ``EnumeratedVoteError(k, D)``."""

    @staticmethod
    def value(first: int, second: int) -> Fraction:
        return enumerated_vote_error(second, first)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return r"\max_A \Pr[\operatorname{sign} e_k \ne \Pi_A]" + (f"^{{{exp}}}" if exp else "")


class EnumeratedLeastMeanError(_OfTwoNumbers):
    """The least mean error on all parities, by enumeration: ``EnumeratedLeastMeanError(k, D)``."""

    @staticmethod
    def value(first: int, second: int) -> Fraction:
        return enumerated_least_mean_error(second, first)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return r"\min_h \operatorname{mean}_A \Pr[h \ne \Pi_A]" + (f"^{{{exp}}}" if exp else "")
