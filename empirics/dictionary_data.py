"""Samples of a dictionary law as tensors, in its inputs' coordinates or in the dictionary's."""

from __future__ import annotations

import math

import numpy
import torch
from numpy.random import Generator
from torch import Tensor

from empirics.validation import count
from lemmata.objects.dictionaries import DictionaryLaw


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
