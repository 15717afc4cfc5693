"""Dictionary laws with input structure, and their samples as tensors, in the inputs' coordinates or in the dictionary's."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy
import torch
from numpy.random import Generator
from torch import Tensor

from empirics.validation import count
from lemmata.objects.dictionaries import DictionaryLaw
from lemmata.objects.values import probability
from theory.dictionary import background_probability, class_size, odd, require_structure

FINEST = 10**6
"""The largest denominator of a probability that a design gives as a float: 0.64 is 16/25."""


def structured_law(D: int, k: int, v: float, p_o: float) -> DictionaryLaw:
    """The law that experiments draw from: parities of class bits that are uniform with probability v, and else all equal.

    Parameters
    ----------
    D, k : hidden bits, and class-relevant bits, odd.
    v, p_o : probabilities, v in [0, 1) and that of a background bit in (0, 1/2]; floats stand for the nearest fractions with
        denominators up to :data:`FINEST`.

    Raises
    ------
    LemmataError : k even or above D, probabilities outside of their ranges or NaN, a law that breaks (A0), (A1) or (A2).
    """
    class_size(odd(k), D)
    uniform, background = (
        Fraction(probability(name, value)).limit_denominator(FINEST) for name, value in (("v", v), ("p_o", p_o))
    )
    law = DictionaryLaw.structured(D, k, uniform, background_probability(background))
    require_structure(law)
    return law


def coordinates(generator: Generator, law: DictionaryLaw, n: int) -> tuple[Tensor, Tensor]:
    r"""n independent :math:`\phi = (\tilde\phi - E\tilde\phi)/\tilde\sigma`, (n, D), with their labels, (n,).

    Since the dictionary is orthonormal, training on :math:`x = M\phi` from weights w is training on :math:`\phi` from
    :math:`q = M^\top w`.

    Raises
    ------
    LemmataError : n < 1.
    """
    count("n", n)
    bits = law.sample_bits(generator, n)
    means = numpy.array([float(mean) for mean in law.bit_means])
    phi = (bits - means) / math.sqrt(law.total_variance)
    return torch.from_numpy(phi), torch.from_numpy(law.labels_of(bits).astype(numpy.float64))


def inputs(generator: Generator, law: DictionaryLaw, n: int) -> tuple[Tensor, Tensor]:
    r"""n independent inputs :math:`x = M\phi`, (n, d), with their labels, (n,): those of :func:`coordinates`, embedded.

    Raises
    ------
    LemmataError : n < 1.
    """
    phi, labels = coordinates(generator, law, n)
    return torch.from_numpy(law.dictionary.embed(phi.numpy())), labels
