"""Finite mixtures of product laws on hidden bits, with exact probabilities, covariances and independence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from lemmata import LemmataError
from lemmata.objects.description import Description
from lemmata.objects.values import Exact, distribution, items, probability, whole

Row = tuple[Fraction, ...]


@dataclass(frozen=True, repr=False)
class BitMixture(Description):
    """A law of D hidden bits, labelled by how many of the class-relevant ones are present: a mixture of product laws.

    One of c components is chosen, and given the component the bits are independent. The bits need not be exchangeable and the
    background need not be independent, so that the assumptions of Shi, Wei and Liang 2022, Section 3, may fail;
    :func:`theory.dictionary.breaches` says which and by how much. The mixtures of their Section 5.2 are of this kind.

    Parameters
    ----------
    weights : the components' probabilities, c of them; they sum to 1 exactly.
    probabilities : (c, D), the probability of a one in each bit, for each component.
    relevant : A, the k >= 1 class-relevant positions, different, from 0 to D - 1; kept ascending.
    positive : P, numbers of ones for which the label is +1, from 0 to k; kept ascending.

    Raises
    ------
    LemmataError : probabilities that do not sum to 1 or are outside of [0, 1], rows of different lengths, positions or
        numbers out of range or given twice.

    Examples
    --------
    >>> half, one = Fraction(1, 2), Fraction(1)
    >>> law = BitMixture(weights=(half, half), probabilities=((half, half), (one, half)), relevant=(0,), positive=(1,))
    >>> law.label_probability, law.signals, law.covariance(0, 1)
    (Fraction(3, 4), (Fraction(3, 8),), Fraction(0, 1))
    """

    weights: tuple[Exact, ...]
    probabilities: tuple[tuple[Exact, ...], ...]
    relevant: tuple[int, ...]
    positive: tuple[int, ...]

    def __post_init__(self) -> None:
        rows = items("probabilities", self.probabilities)
        object.__setattr__(self, "weights", distribution("weights", self.weights, len(rows)))
        width = len(items("probabilities[0]", rows[0]))
        table = tuple(
            tuple(
                probability(f"probabilities[{c}][{i}]", p)
                for i, p in enumerate(items(f"probabilities[{c}]", row, width))
            )
            for c, row in enumerate(rows)
        )
        object.__setattr__(self, "probabilities", table)
        relevant = _ascending("relevant", self.relevant, width - 1)
        if not relevant:
            raise LemmataError("relevant: expected at least one position, as [0]")
        object.__setattr__(self, "relevant", relevant)
        object.__setattr__(self, "positive", _ascending("positive", self.positive, len(relevant)))

    @property
    def bits(self) -> int:
        """D, the number of hidden bits."""
        return len(self.probabilities[0])

    @property
    def bit_means(self) -> Row:
        """The probability of a one in each bit, exact, D of them."""
        return tuple(self._mixed([Fraction(row[i]) for row in self.probabilities]) for i in range(self.bits))

    @property
    def total_variance(self) -> Fraction:
        """The sum of the hidden bits' variances, exact."""
        return sum((mean * (1 - mean) for mean in self.bit_means), Fraction(0))

    @property
    def label_probability(self) -> Fraction:
        """Pr[y = 1], exact."""
        chances = [self._counts(row, self.relevant) for row in self.probabilities]
        return self._mixed([sum((each[j] for j in self.positive), Fraction(0)) for each in chances])

    @property
    def signals(self) -> Row:
        """gamma_i = E[y bit_i] - E[y] E[bit_i] for each i in A, exact, k of them."""
        means, mean_label = self.bit_means, 2 * self.label_probability - 1
        return tuple(self._joint_with_label(i) - mean_label * means[i] for i in self.relevant)

    def covariance(self, first: int, second: int) -> Fraction:
        """The covariance of two different bits, exact.

        Raises
        ------
        LemmataError : a position out of range, or the same one twice.
        """
        pair = [whole(name, place, 0, self.bits - 1) for name, place in (("first", first), ("second", second))]
        if pair[0] == pair[1]:
            raise LemmataError(f"second: expected another bit than the first, got {second}")
        return self._sums(self._deviations(pair[0]), [pair[1]])

    def probability(self, bits: object) -> Fraction:
        """The probability of one vector of D hidden bits, exact.

        Raises
        ------
        LemmataError : not D zeros and ones.
        """
        values = [whole(f"bits[{i}]", bit, 0, 1) for i, bit in enumerate(items("bits", bits, self.bits))]
        return self._mixed(
            [
                math.prod(
                    (Fraction(p) if bit else 1 - Fraction(p) for p, bit in zip(row, values, strict=True)),
                    start=Fraction(1),
                )
                for row in self.probabilities
            ]
        )

    def dependence(self, place: int, others: tuple[int, ...]) -> tuple[Fraction, tuple[int, ...]]:
        """By how much a bit depends on others, jointly: 0 if and only if it is independent of them.

        It is the largest absolute covariance with one of the others; where all of these vanish, the absolute covariance
        with a product of others that does not, if there is one.

        A bit is independent of the others iff it is uncorrelated with all 2^n products of these. Each product puts a condition on
        c numbers, and these conditions span a space of dimension at most c: n eliminations find it, not 2^n covariances.

        Parameters
        ----------
        place : the bit.
        others : other bits, different.

        Returns
        -------
        The amount, and the positions whose product it is the covariance with, ascending; none for an independent bit.
        """
        start = self._deviations(place)
        single = [(abs(self._sums(start, [other])), (other,)) for other in others]
        largest = max(single, default=(Fraction(0), ()), key=lambda found: found[0])
        if largest[0]:
            return largest
        basis: list[tuple[Row, tuple[int, ...]]] = [(start, ())] if any(start) else []
        for other in others:
            column = [Fraction(row[other]) for row in self.probabilities]
            for vector, places in tuple(basis):
                product = tuple(a * p for a, p in zip(vector, column, strict=True))
                if _independent(product, [each for each, _ in basis]):
                    basis.append((product, (*places, other)))
        for vector, places in basis:
            if amount := abs(sum(vector, Fraction(0))):
                return amount, tuple(sorted(places))
        return Fraction(0), ()

    def _mixed(self, values: list[Fraction]) -> Fraction:
        return sum((Fraction(w) * value for w, value in zip(self.weights, values, strict=True)), Fraction(0))

    def _deviations(self, place: int) -> Row:
        """w_c (p_c - E bit), c of them: weighted with a function's conditional means they sum to its covariance with the bit."""
        mean = self._mixed([Fraction(row[place]) for row in self.probabilities])
        return tuple(
            Fraction(w) * (Fraction(row[place]) - mean) for w, row in zip(self.weights, self.probabilities, strict=True)
        )

    def _sums(self, vector: Row, places: list[int]) -> Fraction:
        means = [math.prod((Fraction(row[place]) for place in places), start=Fraction(1)) for row in self.probabilities]
        return sum((a * mean for a, mean in zip(vector, means, strict=True)), Fraction(0))

    def _counts(self, row: tuple[Exact, ...], places: tuple[int, ...]) -> list[Fraction]:
        """The law of the number of ones among some bits, given the component."""
        law = [Fraction(1)]
        for place in places:
            p = Fraction(row[place])
            law = [p * one + (1 - p) * none for one, none in zip([Fraction(0), *law], [*law, Fraction(0)], strict=True)]
        return law

    def _joint_with_label(self, place: int) -> Fraction:
        others = tuple(other for other in self.relevant if other != place)
        joint = []
        for row in self.probabilities:
            given_one = self._counts(row, others)
            chance = sum((p for j, p in enumerate(given_one) if j + 1 in self.positive), Fraction(0))
            joint.append(Fraction(row[place]) * (2 * chance - 1))
        return self._mixed(joint)


def _ascending(name: str, value: object, most: int) -> tuple[int, ...]:
    chosen = [whole(f"{name}[{i}]", element, 0, most) for i, element in enumerate(items(name, value))]
    if len(set(chosen)) < len(chosen):
        raise LemmataError(f"{name}: expected different numbers, got {tuple(chosen)}")
    return tuple(sorted(chosen))


def _independent(vector: Row, basis: list[Row]) -> bool:
    """Whether a vector is no combination of linearly independent ones."""
    rows = [list(row) for row in (*basis, vector)]
    rank = 0
    for column in range(len(vector)):
        pivot = next((i for i in range(rank, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for row in rows[rank + 1 :]:
            factor = row[column] / rows[rank][column]
            row[:] = [entry - factor * top for entry, top in zip(row, rows[rank], strict=True)]
        rank += 1
    return rank == len(rows)
