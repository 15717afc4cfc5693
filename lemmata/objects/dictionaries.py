"""Data from a dictionary: hidden bits, a few of which decide the label."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from lemmata.errors import LemmataError
from lemmata.objects.description import Description, Sample
from lemmata.objects.frames import Frame
from lemmata.objects.values import (
    Exact,
    Floats,
    Integers,
    array,
    distribution,
    floats,
    items,
    numpy_generator,
    probability,
    whole,
)


@dataclass(frozen=True, repr=False)
class DictionaryLaw(Description):
    r"""Inputs made of dictionary elements, labelled by how many of the class-relevant ones are present.

    Hidden bits :math:`\tilde\phi \in \{0, 1\}^D`; :math:`\tilde x = M \tilde\phi` with an orthonormal dictionary M; the label is
    +1 iff :math:`\sum_{i \in A} \tilde\phi_i \in P`; the input is :math:`x = (\tilde x - E \tilde x)/\tilde\sigma` with
    :math:`\tilde\sigma^2 = \sum_i \mathrm{Var}\, \tilde\phi_i`. Source: Shi, Wei & Liang 2022, Section 3.

    Here the law of the class-relevant bits is exchangeable: the number of ones has the law ``counts``, and given the number every
    choice of positions is equally likely. Background bits are independent, of each other and of the class-relevant ones.

    Parameters
    ----------
    dictionary : M, a frame with D columns in dimension d >= D.
    relevant : A, the k >= 1 class-relevant positions, different, from 0 to D - 1; kept ascending.
    positive : P, numbers of ones for which the label is +1, from 0 to k; kept ascending.
    counts : the probability of j ones among the class-relevant bits, j = 0, ..., k; they sum to 1 exactly.
    background : :math:`p_o`, the probability of a one in a background bit.

    Raises
    ------
    LemmataError : positions outside of the dictionary or given twice, numbers outside of 0..k, probabilities that do not sum
        to 1, or bits that are all constant (their inputs cannot be normalised).

    Examples
    --------
    >>> law = DictionaryLaw.structured(bits=5, relevant=3, uniform=0)
    >>> law.counts
    (Fraction(1, 2), 0, 0, Fraction(1, 2))
    >>> law.signal, law.total_variance
    (Fraction(1, 2), Fraction(5, 4))
    >>> inputs, labels = law.sample(np.random.default_rng(0), 10)
    >>> inputs.shape, labels.shape
    ((10, 5), (10,))
    """

    dictionary: Frame
    relevant: tuple[int, ...]
    positive: tuple[int, ...]
    counts: tuple[Exact, ...]
    background: Exact = Fraction(1, 2)

    def __post_init__(self) -> None:
        if not isinstance(self.dictionary, Frame):
            raise LemmataError(f"dictionary: expected a Frame, as Frame(dimension, bits), got {self.dictionary!r}")
        relevant = _subset("relevant", self.relevant, self.bits - 1)
        if not relevant:
            raise LemmataError("relevant: expected at least one position, as [0]")
        object.__setattr__(self, "relevant", relevant)
        object.__setattr__(self, "positive", _subset("positive", self.positive, len(relevant)))
        object.__setattr__(self, "counts", distribution("counts", self.counts, len(relevant) + 1))
        object.__setattr__(self, "background", probability("background", self.background))
        if self.total_variance == 0:
            raise LemmataError("counts and background: every hidden bit is constant, so inputs cannot be normalised")

    @classmethod
    def structured(
        cls,
        bits: int,
        relevant: int,
        uniform: Exact,
        background: Exact = Fraction(1, 2),
        positive: tuple[int, ...] | None = None,
        dictionary: Frame | None = None,
    ) -> DictionaryLaw:
        """Class-relevant bits that are uniform with probability v, and else all equal, to 0 or to 1 alike.

        Smaller v means more structure in the inputs; v = 1 with background 1/2 is none.

        Parameters
        ----------
        bits : D >= 1.
        relevant : k, the number of class-relevant bits, which are the first ones.
        uniform : v.
        background : the probability of a one in a background bit.
        positive : P; the odd numbers (parity) if left out.
        dictionary : a frame of rank D; the D coordinate vectors if left out.

        Raises
        ------
        LemmataError : as for the class.
        """
        k = whole("relevant", relevant, most=whole("bits", bits))
        v = Fraction(probability("uniform", uniform))
        counts = [v * Fraction(math.comb(k, j), 2**k) for j in range(k + 1)]
        counts[0] += (1 - v) / 2
        counts[k] += (1 - v) / 2
        frame = Frame(bits, bits) if dictionary is None else dictionary
        if isinstance(frame, Frame) and frame.rank != bits:
            raise LemmataError(
                f"dictionary: expected a frame of rank {bits}, one column for each bit, got {frame.rank}"
            )
        odd = tuple(range(1, k + 1, 2))
        return cls(frame, tuple(range(k)), odd if positive is None else positive, tuple(counts), background)

    @property
    def bits(self) -> int:
        """D, the number of hidden bits."""
        return self.dictionary.rank

    @property
    def dimension(self) -> int:
        """d, the dimension of the inputs."""
        return self.dictionary.dimension

    @property
    def bit_means(self) -> tuple[Fraction, ...]:
        r""":math:`E \tilde\phi`, exact, D of them."""
        means, inside = [Fraction(self.background)] * self.bits, self._relevant_mean
        for i in self.relevant:
            means[i] = inside
        return tuple(means)

    @property
    def total_variance(self) -> Fraction:
        r""":math:`\tilde\sigma^2`, the sum of the hidden bits' variances, exact; that of the normalised inputs is 1."""
        inside, outside, k = self._relevant_mean, Fraction(self.background), len(self.relevant)
        return k * inside * (1 - inside) + (self.bits - k) * outside * (1 - outside)

    @property
    def label_probability(self) -> Fraction:
        """Pr[y = 1], exact."""
        return sum((Fraction(self.counts[j]) for j in self.positive), Fraction(0))

    @property
    def signal(self) -> Fraction:
        r""":math:`\gamma = E[y \tilde\phi_i] - E[y]\, E[\tilde\phi_i]`, exact, the same for all i in A; 0 for background bits."""
        k = len(self.relevant)
        joint = sum((Fraction(j * self._label(j), k) * Fraction(p) for j, p in enumerate(self.counts)), Fraction(0))
        return joint - (2 * self.label_probability - 1) * self._relevant_mean

    def probability(self, bits: object) -> Fraction:
        """The probability of one vector of D hidden bits, exact.

        Raises
        ------
        LemmataError : not D zeros and ones.
        """
        values = [whole(f"bits[{i}]", bit, 0, 1) for i, bit in enumerate(items("bits", bits, self.bits))]
        ones = sum(values[i] for i in self.relevant)
        chance = Fraction(self.counts[ones]) / math.comb(len(self.relevant), ones)
        p = Fraction(self.background)
        return chance * math.prod((p if bit else 1 - p) for i, bit in enumerate(values) if i not in self.relevant)

    def sample_bits(self, generator: np.random.Generator, n: int) -> Integers:
        """n independent vectors of hidden bits, (n, D).

        Raises
        ------
        LemmataError : no NumPy generator, or n that is no integer >= 0.
        """
        stream = numpy_generator(generator)
        n = whole("n", n, least=0)
        bits = (stream.random((n, self.bits)) < float(self.background)).astype(np.int64)
        k = len(self.relevant)
        ones = stream.choice(k + 1, size=n, p=floats(self.counts))
        ranks = stream.random((n, k)).argsort(axis=1)  # each row a uniform permutation of 0..k-1
        bits[:, self.relevant] = ranks < ones[:, None]
        return bits

    def inputs_of(self, bits: Integers) -> Floats:
        r""":math:`M(\tilde\phi - E\tilde\phi)/\tilde\sigma`: (n, D) hidden bits to (n, d) inputs.

        Raises
        ------
        LemmataError : no (n, D) array of zeros and ones.
        """
        centred = self._checked(bits) - floats(self.bit_means)
        return self.dictionary.embed(centred / math.sqrt(self.total_variance))

    def labels_of(self, bits: Integers) -> Integers:
        """Labels, -1 or 1: (n, D) hidden bits to (n,).

        Raises
        ------
        LemmataError : no (n, D) array of zeros and ones.
        """
        table = np.array([self._label(j) for j in range(len(self.relevant) + 1)], dtype=np.int64)
        labels: Integers = table[self._checked(bits)[:, self.relevant].sum(axis=1)]
        return labels

    def sample(self, generator: np.random.Generator, n: int) -> Sample:
        """n independent inputs (n, d), normalised, with their labels (n,).

        Raises
        ------
        LemmataError : no NumPy generator, or n that is no integer >= 0.
        """
        bits = self.sample_bits(generator, n)
        return Sample(self.inputs_of(bits), self.labels_of(bits))

    @property
    def _relevant_mean(self) -> Fraction:
        k = len(self.relevant)
        return sum((Fraction(j, k) * Fraction(p) for j, p in enumerate(self.counts)), Fraction(0))

    def _checked(self, bits: object) -> Integers:
        checked = array("bits", bits, (None, self.bits))
        if not np.isin(checked, (0, 1)).all():
            raise LemmataError("bits: expected zeros and ones only")
        return checked.astype(np.int64)

    def _label(self, ones: int) -> int:
        return 1 if ones in self.positive else -1


def _subset(name: str, value: object, most: int) -> tuple[int, ...]:
    chosen = [whole(f"{name}[{i}]", element, 0, most) for i, element in enumerate(items(name, value))]
    if len(set(chosen)) < len(chosen):
        raise LemmataError(f"{name}: expected different numbers, got {tuple(chosen)}")
    return tuple(sorted(chosen))
