r"""Expectations of a noisy window by the trapezoid rule in frequency, with a bound on each of its three errors.

What is integrated is :math:`E[V\, \psi^{(n)}(z)]` for bounded random V and z, with the window
:math:`\psi(z) = \Pr[0 < z + \xi < 1]`, :math:`\xi \sim N(0, s^2)`, and its n-th derivative. Since

.. math:: \psi(z) = \frac{1}{2\pi} \int K(w)\, e^{-s^2 w^2/2}\, e^{iwz}\, dw, \qquad K(w) = \frac{1 - e^{-iw}}{iw},

it is :math:`\frac{1}{2\pi} \int K(w) (iw)^n e^{-s^2 w^2/2} N(w)\, dw` with :math:`N(w) = E[V e^{iwz}]`. A sum over the nodes mh,
|m| <= M, errs by three amounts, and each has a bound that needs no fine step to be true:

- *aliasing*. By Poisson's formula the infinite sum is exactly :math:`\sum_{l} E[V \psi^{(n)}(z + l\,2\pi/h)]`; the terms
  with l != 0 are the error. The range of z is known, so they are windows at a known distance, or else at most
  :math:`\lceil h/2\pi \rceil` windows at a time, disjoint, so that their sum cannot exceed that many times E|V|;
- *truncation*. :math:`|K(w)| \le \min(1, 2/|w|)` and :math:`|N(w)| \le E|V|` leave a Gaussian tail;
- *rounding*. N is a sum of products, and the moduli of these products sum to at most E|V| as well. In double precision each
  product comes with a number of factors :math:`1 + \delta`, which is counted, and its phase with an error in proportion to w.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gamma, gammaincc, ndtr

from lemmata import LemmataError
from lemmata.objects.values import Floats, positive, whole

Complexes = NDArray[np.complex128]

MOST_NODES = 2_000_000
"""Nodes beyond which an integral is refused: a minute of work for a hundred bits."""
HIGHEST_DERIVATIVE = 8
BLOCK = 128
"""Nodes that are summed at a time: sums of few terms round little, and arrays of this width stay in the cache."""

_ROUNDOFF = 2.0**-53
_HERMITE_BOUND = 1.0865
"""|He_r(x)| <= 1.0865 sqrt(r!) exp(x^2/4). Source: Abramowitz and Stegun 1964, 22.14.17."""
_FOR_THE_BOUND_ITSELF = 1.01
"""The bounds are computed in double precision too, from formulas that drop what is quadratic in the roundoff."""
UNDERFLOW = 2.0**-800
"""More than all that is lost where products are too small for floats; an absolute error, not one in units of E|V|."""


@dataclass(frozen=True)
class Enclosed:
    """Numbers with certificates: each exact value differs from its approximation by at most the radius.

    Parameters
    ----------
    values : the approximations.
    radius : the bounds, of the same shape.
    """

    values: Floats
    radius: Floats

    @property
    def lower(self) -> Floats:
        """Numbers that the exact values are not below."""
        below: Floats = np.nextafter(self.values - self.radius, -np.inf)
        return below

    @property
    def upper(self) -> Floats:
        """Numbers that the exact values are not above."""
        above: Floats = np.nextafter(self.values + self.radius, np.inf)
        return above


@dataclass(frozen=True)
class Nodes:
    """A block of nodes.

    Parameters
    ----------
    frequencies : w, (n,).
    kernel : K(w) (iw)^order e^(-s^2 w^2/2) h/pi, and half of it at w = 0, (n,). The real part of its sum with N(w) is the
        integral.
    """

    frequencies: Floats
    kernel: Complexes


@dataclass(frozen=True)
class WindowRule:
    """The trapezoid rule for windows over pre-activations in a known range.

    Parameters
    ----------
    noise : s > 0, the noise's standard deviation.
    order : n >= 0, the window's derivative that is averaged.
    step : h, the distance of neighbouring nodes.
    last : M, the number of the last node; the first is 0.

    Raises
    ------
    LemmataError : a last node before which the integrand's bound does not yet fall.
    """

    noise: float
    order: int
    step: float
    last: int

    def __post_init__(self) -> None:
        if self.last < 1 or (self.noise * self.step * self.last) ** 2 < self.order - 1:
            raise LemmataError(f"last: {self.last} nodes at step {self.step:.3g} do not reach the integrand's tail")

    @classmethod
    def fitting(cls, lowest: Floats, highest: Floats, noise: object, order: int, coarser: int) -> WindowRule:
        """A rule whose aliasing and truncation are below rounding for pre-activations between ``lowest`` and ``highest``.

        Parameters
        ----------
        lowest, highest : (m,), the ranges, one for each neuron.
        noise : s > 0.
        order : the window's derivative.
        coarser : an integer >= 1 by which the step is multiplied on purpose, to put the certificate to the test.

        Raises
        ------
        LemmataError : noise that is not positive or so small that more than ``MOST_NODES`` are needed, a derivative beyond
            ``HIGHEST_DERIVATIVE``, or ``coarser`` that is no integer >= 1.
        """
        s = float(positive("noise", noise))
        n = whole("derivative", order, least=0, most=HIGHEST_DERIVATIVE)
        distance = s * (8.3 if n == 0 else 12.6)
        period = distance + float(np.max(np.maximum(1 - lowest, highest), initial=0.5))
        nodes = (8.3 + n / 3) / s * period / (2 * math.pi * whole("coarser", coarser))
        if not nodes <= MOST_NODES:
            raise LemmataError(
                f"noise: {s} is too small for pre-activations up to {period:.3g}: {nodes:.2g} nodes are needed, "
                f"and the most is {MOST_NODES}"
            )
        return cls(s, n, (8.3 + n / 3) / s / nodes, math.ceil(nodes))

    def blocks(self) -> Iterator[Nodes]:
        """The nodes, at most ``BLOCK`` at a time."""
        for start in range(0, self.last + 1, BLOCK):
            numbers = np.arange(start, min(start + BLOCK, self.last + 1))
            w = self.step * numbers.astype(np.float64)
            weights = np.where(numbers == 0, 0.5, 1.0) * (self.step / math.pi)
            decay = np.exp(-((self.noise * w) ** 2) / 2)
            window = np.sinc(w / (2 * math.pi)) * np.exp(-0.5j * w)
            yield Nodes(w, weights * decay * (1j * w) ** self.order * window)

    def radius(self, lowest: Floats, highest: Floats, roundings: int, extent: Floats) -> Floats:
        """How far the sum may be from E[V psi^(n)(z)] in double precision, in units of E|V|; one bound for each neuron.

        What is lost to ``UNDERFLOW`` is not in it.

        Parameters
        ----------
        lowest, highest : (m,), the ranges of z.
        roundings : factors 1 + delta, |delta| <= 2^-53, that a product in N(w) comes with, those of its phases aside.
        extent : (m,); the moduli of the numbers that are multiplied by w and summed to a phase, summed.
        """
        aliasing = self._aliasing(lowest, highest, extent)
        return _FOR_THE_BOUND_ITSELF * (aliasing + self._truncation() + self._rounding(roundings, extent))

    def _aliasing(self, lowest: Floats, highest: Floats, extent: Floats) -> Floats:
        period, s, n = 2 * math.pi / self.step, self.noise, self.order
        slack = 1e-9 * (extent + period + 1)  # far more than the rounding of sums over the bits
        gaps = np.stack([lowest + period - 1 - slack, period - highest - slack]) / s
        if n == 0:
            outside: Floats = np.minimum(1, ndtr(-gaps).sum(axis=0))
            return math.ceil(1 / period) * outside
        # |psi^(n)| is at most two translates of c exp(-x^2/4), and a sum of a unimodal function over points at a distance is at
        # most its maximum and its integral over that distance.
        constant = _HERMITE_BOUND * math.sqrt(math.factorial(n - 1) / (2 * math.pi)) / s**n
        each: Floats = np.exp(-(np.maximum(gaps, 0) ** 2) / 4) + math.sqrt(4 * math.pi) * s / period * ndtr(
            -gaps / math.sqrt(2)
        )
        return 2 * constant * np.asarray(each.sum(axis=0), dtype=np.float64)

    def _truncation(self) -> float:
        # What is left out decreases from the last node on, so the sum is at most the integral.
        s, n, last = self.noise, self.order, self.step * self.last
        if n == 0:
            return min(1.0, 2 / last) / math.pi * math.sqrt(2 * math.pi) / s * float(ndtr(-s * last))
        tail = 2 ** (n / 2 - 1) * gamma(n / 2) * gammaincc(n / 2, (s * last) ** 2 / 2)
        return 2 / math.pi * float(tail) / s**n

    def _rounding(self, roundings: int, extent: Floats) -> Floats:
        # sinc and exp answer within 4 units in the last place, 8 roundoffs; (iw)^n within n + 1 more. The exponent of the decay
        # has 5 roundoffs, those of w among them. A phase w c has 10: c is a product with 1/sigma, summed without loss.
        products, phases = 0.0, 0.0
        for nodes in self.blocks():
            w = nodes.frequencies
            moduli = self.step / math.pi * np.minimum(1, 2 / np.maximum(w, 1)) * w**self.order
            decay = (self.noise * w) ** 2 / 2
            moduli *= np.exp(-decay)
            products += float(np.sum(moduli * (roundings + 64 + BLOCK + self.last // BLOCK + self.order + 5 * decay)))
            phases += float(np.sum(moduli * w))
        return _ROUNDOFF * (products + 10 * (extent + 1) * phases)
