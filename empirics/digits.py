r"""Images of digits: scikit-learn's bundled ones, 8 by 8 pixels, or MNIST where it can be fetched.

The bundled set (1797 images) needs no network, and is what the claims are measured on. MNIST (70 000 images) is downloaded once,
by :func:`sklearn.datasets.fetch_openml`, when it is asked for; scikit-learn keeps it in its data folder.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy
import torch
from numpy.random import Generator
from torch import Tensor

from empirics.validation import choice, count, finite_matrix, nonnegative
from lemmata.errors import LemmataError

SOURCES = ("digits", "mnist")
"""The sets of images by name."""


@dataclass(frozen=True)
class Images:
    """Images with the digits that they show: pixels (n, d) in double precision, digits (n,) integers from 0 to 9."""

    pixels: Tensor
    digits: Tensor


def images(source: str, classes: int) -> Images:
    """The images that show one of the digits 0, ..., ``classes`` - 1, in the order of their set.

    Parameters
    ----------
    source : ``"digits"``, bundled with scikit-learn, or ``"mnist"``, downloaded at the first use.
    classes : 2 to 10.

    Raises
    ------
    LemmataError : an unknown source, a number of classes out of range, MNIST that cannot be fetched.
    """
    choice("source", source, SOURCES)
    count("classes", classes, least=2)
    if classes > 10:
        raise LemmataError(f"classes: there are 10 digits, got {classes}")
    every = _bundled() if source == "digits" else mnist()
    chosen = every.digits < classes
    return Images(every.pixels[chosen], every.digits[chosen])


@functools.cache
def _bundled() -> Images:
    from sklearn.datasets import load_digits

    pixels, digits = load_digits(return_X_y=True)
    return Images(torch.from_numpy(pixels.astype(numpy.float64)), torch.from_numpy(digits.astype(numpy.int64)))


@functools.cache
def mnist(folder: str | None = None) -> Images:
    """MNIST's 70 000 images of 28 by 28 pixels, from openml.org the first time.

    Parameters
    ----------
    folder : where scikit-learn keeps it; its own data folder (``SCIKIT_LEARN_DATA``) when omitted.

    Raises
    ------
    LemmataError : it is not there yet, and cannot be downloaded.
    """
    from sklearn.datasets import fetch_openml

    try:
        pixels, digits = fetch_openml(
            "mnist_784", version=1, data_home=folder, return_X_y=True, as_frame=False, parser="liac-arff", n_retries=1
        )
    # URLError, HTTPError and timeouts are errors of the operating system; a broken download is a ValueError.
    except (OSError, ValueError) as error:
        raise LemmataError(
            f"mnist: cannot be fetched from openml.org ({' '.join(str(error).split())}); "
            "connect to the network once, or use the bundled images, data = 'digits'"
        ) from error
    return Images(torch.from_numpy(pixels.astype(numpy.float64)), torch.from_numpy(digits.astype(numpy.int64)))


@dataclass(frozen=True)
class Split:
    """Training and test images of a random split, normalised alike: inputs (n, d) and digits (n,) of either part."""

    x: Tensor
    digits: Tensor
    test_x: Tensor
    test_digits: Tensor


def split(generator: Generator, every: Images, test_share: float = 0.25, variance: float = 1.0) -> Split:
    r"""A random split, normalised as in the paper's Section 3.1: :math:`x = (\tilde x - E\tilde x)/\tilde\sigma`.

    Mean and total variance are those of the training part.

    Parameters
    ----------
    every : the images.
    test_share : the share of the images, rounded up, that is kept for testing; between 0 and 1.
    variance : the total variance of the normalised inputs, positive: 1 in the paper; d makes that of a pixel 1 on average.

    Raises
    ------
    LemmataError : a share that leaves no training or no test image, no positive variance, images that are all equal.
    """
    finite_matrix("images", every.pixels)
    nonnegative("variance", variance)
    n = every.pixels.shape[0]
    tests = math.ceil(test_share * n)
    if not 0 < tests < n:
        raise LemmataError(
            f"test_share: {test_share} of {n} images leaves one part empty; give a share between 0 and 1"
        )
    order = torch.from_numpy(generator.permutation(n))
    kept, held = order[tests:], order[:tests]
    centre = every.pixels[kept].mean(dim=0)
    total = float((every.pixels[kept] - centre).square().sum(dim=1).mean())
    if total == 0 or variance == 0:
        raise LemmataError("images: their variance, and the one asked for, must be positive")
    normalised = (every.pixels - centre) * math.sqrt(variance / total)
    return Split(normalised[kept], every.digits[kept], normalised[held], every.digits[held])
