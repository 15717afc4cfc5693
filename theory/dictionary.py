"""The assumptions on dictionary data, and by how much a law breaks them.

Shi, Wei and Liang 2022, Section 3, allow any law of the hidden bits with

- (A0): the labels are balanced, Pr[y = 1] = 1/2;
- (A1): each class-relevant bit is correlated with the label, by the same gamma = E[y bit_i] - E[y] E[bit_i] > 0;
- (A2): each background bit is independent of all other bits, with the same probability p_o <= 1/2 of a one;

and, without input structure, in place of (A1) and (A2)

- (A1'): the bits are independent, each with probability 1/2 of a one.

All is exact: a law either satisfies an assumption or breaks it by a fraction.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from lemmata import LemmataError
from lemmata.objects import DictionaryLaw
from lemmata.objects.values import Exact, items, probability, whole
from theory.bit_mixtures import BitMixture

__all__ = [
    "BitMixture",
    "Breach",
    "background_probability",
    "breaches",
    "breaches_without_structure",
    "class_size",
    "odd",
    "positive_counts",
    "require_no_structure",
    "require_structure",
]

_REMEDIES = {
    "A0": "choose P or the law of the bits such that both labels are equally likely",
    "A1": "choose P or the law of the class-relevant bits such that each has the same positive covariance with the label",
    "A2": "take independent background bits with one probability of a one, at most 1/2",
    "A1'": "take independent bits that are one with probability 1/2, as DictionaryLaw.structured(..., uniform=1) does",
}


@dataclass(frozen=True)
class Breach:
    """An assumption that a law breaks.

    Parameters
    ----------
    assumption : "A0", "A1", "A2" or "A1'".
    by : how much is missing, at least 0; 0 only for gamma = 0, which (A1) wants positive.
    where : what was found, in words and numbers.
    """

    assumption: str
    by: Fraction
    where: str

    def __str__(self) -> str:
        return f"({self.assumption}) breaks by {self.by}: {self.where}"


def breaches(law: DictionaryLaw | BitMixture) -> tuple[Breach, ...]:
    """What a law breaks of (A0), (A1) and (A2); nothing if it is one that the paper allows.

    Source: Shi, Wei and Liang 2022, Section 3. For (A2) a bit's dependence is the largest absolute covariance with another
    bit, or with a product of others where these vanish; none is reported iff the bit is independent of all others.

    Raises
    ------
    LemmataError : neither a DictionaryLaw nor a BitMixture.

    Examples
    --------
    >>> law = DictionaryLaw.structured(bits=5, relevant=3, uniform=0, background=Fraction(3, 4))
    >>> print(*breaches(law), sep="; ")
    (A2) breaks by 1/4: background bits are one with probability 3/4, more than 1/2
    """
    _recognised(law)
    return (*_unbalanced(law), *_uncorrelated(law), *_background(law))


def breaches_without_structure(law: DictionaryLaw | BitMixture) -> tuple[Breach, ...]:
    """What a law breaks of (A0) and (A1'); nothing if it is one of those without input structure.

    Source: Shi, Wei and Liang 2022, Section 3. The dependence of a DictionaryLaw's class-relevant bits is the total
    variation distance to independent bits with the same probability.

    Raises
    ------
    LemmataError : neither a DictionaryLaw nor a BitMixture.
    """
    _recognised(law)
    return (*_unbalanced(law), *_biased(law), *_dependent(law))


def require_structure(law: DictionaryLaw | BitMixture) -> None:
    """Nothing, for a law that satisfies (A0), (A1) and (A2).

    Raises
    ------
    LemmataError : one line with the assumption that breaks by most, by how much, and the remedy; or no law.
    """
    _require(breaches(law))


def require_no_structure(law: DictionaryLaw | BitMixture) -> None:
    """Nothing, for a law that satisfies (A0) and (A1').

    Raises
    ------
    LemmataError : one line with the assumption that breaks by most, by how much, and the remedy; or no law.
    """
    _require(breaches_without_structure(law))


def odd(k: object) -> int:
    """k, an odd number of class-relevant bits, as Examples 1 and 2 of Section 3 have it.

    Raises
    ------
    LemmataError : no integer >= 1, or an even one.
    """
    size = whole("k", k)
    if size % 2 == 0:
        raise LemmataError(f"k: expected an odd number of class-relevant bits, got {size}; for even k take {size + 1}")
    return size


def class_size(k: object, bits: object) -> int:
    """k, the number of class-relevant bits among D.

    Raises
    ------
    LemmataError : no integer >= 1, or one that exceeds D.
    """
    size, most = whole("k", k), whole("bits", bits)
    if size > most:
        raise LemmataError(f"k: expected at most D = {most} class-relevant bits, got {size}")
    return size


def background_probability(p_o: object) -> Exact:
    """p_o in (0, 1/2]: (A2), and background bits that vary.

    Raises
    ------
    LemmataError : no number, or one outside.
    """
    chance = probability("p_o", p_o)
    if not 0 < 2 * chance <= 1:
        raise LemmataError(f"p_o: expected a probability in (0, 1/2], got {chance}")
    return chance


def positive_counts(positive: object, k: object) -> tuple[int, ...]:
    """P, different numbers of ones from 0 to k, ascending, of which some but not all are there.

    Raises
    ------
    LemmataError : a number outside or twice, or a P for which the label is constant.
    """
    most = whole("k", k)
    chosen = [whole(f"P[{i}]", j, 0, most) for i, j in enumerate(items("P", positive))]
    if len(set(chosen)) < len(chosen):
        raise LemmataError(f"P: expected different numbers, got {tuple(chosen)}")
    if not 0 < len(chosen) <= most:
        raise LemmataError(f"P: expected some but not all of the numbers from 0 to {most}; else the label is constant")
    return tuple(sorted(chosen))


def _recognised(law: object) -> None:
    if not isinstance(law, DictionaryLaw | BitMixture):
        raise LemmataError(f"law: expected a DictionaryLaw or a BitMixture, got {law!r}")


def _require(found: tuple[Breach, ...]) -> None:
    if found:
        worst = max(found, key=lambda breach: breach.by)
        more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
        raise LemmataError(f"law: {worst}{more}; {_REMEDIES[worst.assumption]}")


def _unbalanced(law: DictionaryLaw | BitMixture) -> Iterator[Breach]:
    chance = law.label_probability
    if by := abs(chance - Fraction(1, 2)):
        yield Breach("A0", by, f"Pr[y = 1] = {chance}, not 1/2")


def _uncorrelated(law: DictionaryLaw | BitMixture) -> Iterator[Breach]:
    signals = law.signals if isinstance(law, BitMixture) else (law.signal,) * len(law.relevant)
    for place, gamma in zip(law.relevant, signals, strict=True):
        if gamma <= 0:
            yield Breach("A1", -gamma, f"bit {place} has gamma = {gamma}, which is not positive")
    if spread := max(signals) - min(signals):
        yield Breach("A1", spread, f"gamma is not the same for all of A, from {min(signals)} to {max(signals)}")


def _background(law: DictionaryLaw | BitMixture) -> Iterator[Breach]:
    outside = _outside(law)
    if not outside:
        return
    means = law.bit_means
    chances = [means[place] for place in outside]
    if (by := max(chances) - Fraction(1, 2)) > 0:
        yield Breach("A2", by, f"background bits are one with probability {max(chances)}, more than 1/2")
    if spread := max(chances) - min(chances):
        yield Breach(
            "A2", spread, f"background bits are one with different probabilities, from {min(chances)} to {max(chances)}"
        )
    if isinstance(law, BitMixture):
        for place in outside:
            others = tuple(other for other in range(law.bits) if other != place)
            yield from _dependence("A2", law, place, others)


def _biased(law: DictionaryLaw | BitMixture) -> Iterator[Breach]:
    deviations = [abs(mean - Fraction(1, 2)) for mean in law.bit_means]
    if by := max(deviations):
        place = deviations.index(by)
        yield Breach("A1'", by, f"bit {place} is one with probability {law.bit_means[place]}, not 1/2")


def _dependent(law: DictionaryLaw | BitMixture) -> Iterator[Breach]:
    if isinstance(law, BitMixture):
        for place in range(law.bits - 1):
            yield from _dependence("A1'", law, place, tuple(range(place + 1, law.bits)))
        return
    k, mean = len(law.relevant), law.bit_means[law.relevant[0]]
    binomial = [math.comb(k, j) * mean**j * (1 - mean) ** (k - j) for j in range(k + 1)]
    if by := sum((abs(Fraction(p) - q) for p, q in zip(law.counts, binomial, strict=True)), Fraction(0)) / 2:
        yield Breach("A1'", by, f"the class-relevant bits are at total variation {by} from independent ones")


def _dependence(assumption: str, law: BitMixture, place: int, others: tuple[int, ...]) -> Iterator[Breach]:
    by, partners = law.dependence(place, others)
    if by:
        with_whom = (
            f"bit {partners[0]}" if len(partners) == 1 else f"the product of bits {', '.join(map(str, partners))}"
        )
        yield Breach(assumption, by, f"bit {place} has a covariance of size {by} with {with_whom}")


def _outside(law: DictionaryLaw | BitMixture) -> list[int]:
    relevant = set(law.relevant)
    return [place for place in range(law.bits) if place not in relevant]
