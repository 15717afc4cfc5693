r"""The first two steps' population gradients on dictionary data, exactly up to a certificate.

With :math:`q = M^\top w` and the normalised bits :math:`\phi = (\tilde\phi - E\tilde\phi)/\tilde\sigma` a neuron's
pre-activation is :math:`z = \langle q, \phi\rangle + b`, and in the dictionary's coordinates the gradient of the loss at a
network that answers 0 has the components

.. math:: T_j = E\big[y\, \phi_j\, E_\xi\, \sigma'(z + \xi)\big], \qquad \sigma'(u) = 1\{0 < u < 1\}, \quad \xi \sim N(0, s^2).

Source: Shi, Wei and Liang 2022, Section 5.1, Lemma 5. For a :class:`lemmata.objects.DictionaryLaw` the characteristic function
:math:`N_j(w) = E[y \phi_j e^{iwz}]` costs k^2 + D products, so that T_j is a one-dimensional integral
(:mod:`theory.fourier_windows`). Nothing is subtracted or divided on the way: the class-relevant bits enter by averages over the
sets of c among n positions,

.. math:: A_n(c) = \tfrac{c}{n}\, e_n\, A_{n-1}(c-1) + \tfrac{n-c}{n}\, A_{n-1}(c), \qquad e_l = e^{iwq_l/\tilde\sigma},

which are convex combinations, and the same recurrence run backwards leaves any one of them out; the background bits by products
from both ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.special import ndtr

from lemmata import LemmataError
from lemmata.objects import DictionaryLaw
from lemmata.objects.values import Floats, array, items, positive, whole
from theory.fourier_windows import BLOCK, UNDERFLOW, Complexes, Enclosed, WindowRule

MOST_ENUMERATED = 18
"""Hidden bits up to which sums over all 2^D vectors are offered."""
_LEAST_VARIANCE = Fraction(1, 2**400)
"""Of all bits together; below it, what floats lose to underflow and its root magnifies would not be negligible."""
_IN_MEMORY = 1 << 18
"""Complex numbers that an array holds: neurons are taken so many at a time."""


def gradient_components(law: DictionaryLaw, q: object, b: object, noise: object, *, coarser: int = 1) -> Enclosed:
    r"""The components :math:`T_j = E[y \phi_j E_\xi \sigma'(\langle q,\phi\rangle + b + \xi)]`, j = 0, ..., D - 1.

    Parameters
    ----------
    law : the law of the data; any numbers of ones P, any exchangeable class-relevant bits.
    q : weights in the dictionary's coordinates, (D,) or (m, D).
    b : biases, a number or (m,).
    noise : the standard deviation s > 0 of the noise in the activation.
    coarser : an integer by which the quadrature's step is multiplied on purpose; the certificate stays true.

    Returns
    -------
    (m, D); (D,) for one neuron, q of shape (D,) and b a number. The exact values, of the law as it is and of q, b and the noise
    as the doubles that they are, are within the radius.

    Raises
    ------
    LemmataError : no dictionary law or one whose bits hardly vary, arrays of another shape or with NaN or infinity, noise that
        is not positive or far below the range of the pre-activations, ``coarser`` that is no integer >= 1.

    Examples
    --------
    >>> law = DictionaryLaw.structured(bits=100, relevant=5, uniform=Fraction(1, 2))
    >>> exact = gradient_components(law, np.full(100, 0.2), 0.0, noise=0.1)
    >>> bool(exact.radius.max() < 1e-12), bool(exact.lower[0] > 0)
    (True, True)
    """
    bits, neurons = _Bits.of(law), _Neurons.of(law, q, b)

    def components(e: Complexes, common: Complexes) -> Floats:
        relevant, background = e[bits.relevant], e[bits.others]
        upto, beyond = _products(background, bits.background)
        values = np.empty(e.shape[:2])
        values[bits.relevant] = _each_relevant(bits, relevant, common * upto[-1])
        leave_one_out = upto[:-1] * beyond[1:] * (background - 1)
        common = common * _class_average(relevant, bits.signed)
        values[bits.others] = bits.absolute_means[bits.others, None] / 2 * _total(leave_one_out, common)
        return values.T

    return neurons.shaped(_integral(bits, neurons, noise, 0, coarser, components, bits.absolute_means))


def bias_component(law: DictionaryLaw, q: object, b: object, noise: object, *, coarser: int = 1) -> Enclosed:
    r"""The gradient's bias component :math:`E[y\, E_\xi \sigma'(\langle q,\phi\rangle + b + \xi)]`.

    Parameters and errors are those of :func:`gradient_components`; (m,) is returned, or a number for one neuron.
    """
    bits, neurons = _Bits.of(law), _Neurons.of(law, q, b)
    return neurons.scalar(_integral(bits, neurons, noise, 0, coarser, _average(bits, bits.signed), np.ones(1)))


def window(
    law: DictionaryLaw,
    q: object,
    b: object,
    noise: object,
    derivative: int = 0,
    without: Iterable[int] | None = None,
    *,
    coarser: int = 1,
) -> Enclosed:
    r"""The window :math:`g(b) = \Pr[0 < R + \xi + b < 1]`, with :math:`R = \sum_{l} q_l \phi_l` over all bits but some.

    Parameters
    ----------
    law, q, b, noise, coarser : as for :func:`gradient_components`.
    derivative : n from 0 to 8; the n-th derivative of g in b is returned.
    without : the positions that R leaves out; the class-relevant ones A if none are given.

    Returns
    -------
    (m,), or a number for one neuron.

    Raises
    ------
    LemmataError : as for :func:`gradient_components`, a derivative or a position out of range.

    Examples
    --------
    >>> law = DictionaryLaw.structured(bits=10, relevant=3, uniform=0)
    >>> g = window(law, np.zeros(10), 0.5, noise=0.1)
    >>> print(f"{g.values:.6f}")
    0.999999
    """
    bits, neurons = _Bits.of(law), _Neurons.of(law, q, b)
    left_out = law.relevant if without is None else items("without", without)
    kept = neurons.q.copy()
    kept[:, [whole("without", place, 0, law.bits - 1) for place in left_out]] = 0
    neurons = _Neurons(kept, neurons.b, neurons.single)
    average = _average(bits, np.abs(bits.signed))
    return neurons.scalar(_integral(bits, neurons, noise, derivative, coarser, average, np.ones(1)))


def second_step_start(law: DictionaryLaw, q: object, b: object, noise: object, kappa: object) -> tuple[Floats, Floats]:
    r"""Where the second step starts on the population.

    :math:`q^{(1)} = \kappa T` and :math:`b^{(1)} = b + \kappa E[y E_\xi \sigma'(\langle q, \phi\rangle + b + \xi)]`: the first
    step with weight decay 1/(2 eta) forgets the old weights but not the old biases; :math:`\kappa = \eta_1 a^{(0)}`.
    Source: Shi, Wei and Liang 2022, Sections 3.1 and 5.1.

    Parameters
    ----------
    law, q, b, noise : as for :func:`gradient_components`; the noise is the first step's.
    kappa : a number or (m,).

    Returns
    -------
    q1 of shape (m, D), and b1 of shape (m,); for one neuron (D,) and a number.

    Raises
    ------
    LemmataError : as for :func:`gradient_components`.
    """
    components, bias = gradient_components(law, q, b, noise).values, bias_component(law, q, b, noise).values
    factor = array("kappa", kappa, () if _dimensions(kappa) == 0 else bias.shape)
    return factor[..., None] * components, np.asarray(b, dtype=np.float64) + factor * bias


def enumerated_components(law: DictionaryLaw, q: object, b: object, noise: object) -> Floats:
    """The same T_j by a sum over all 2^D vectors of hidden bits, D <= 18: the second method, for tests.

    Parameters, shape and errors are those of :func:`gradient_components`.

    Raises
    ------
    LemmataError : also for more than 18 bits.
    """
    return _enumerated(law, q, b, noise, lambda phi, chance: chance @ phi, scalar=False)


def enumerated_bias_component(law: DictionaryLaw, q: object, b: object, noise: object) -> Floats:
    """E[y E sigma'] by a sum over all 2^D vectors of hidden bits, D <= 18.

    Parameters, shape and errors are those of :func:`bias_component` and :func:`enumerated_components`.
    """
    return _enumerated(law, q, b, noise, lambda phi, chance: chance.sum(axis=1, keepdims=True), scalar=True)


@dataclass(frozen=True)
class _Bits:
    """What the integrals need of a law, in floats; each number is rounded once from the exact one."""

    relevant: list[int]
    others: list[int]
    means: Floats
    complements: Floats  # 1 - means, rounded once: a difference of floats would not be accurate for a mean near 1
    scale: float
    background: float
    signed: Floats  # y Pr[j ones], (k + 1,)
    absolute_means: Floats  # E|phi|, (D,)

    @classmethod
    def of(cls, law: DictionaryLaw) -> _Bits:
        if not isinstance(law, DictionaryLaw):
            raise LemmataError(f"law: expected a DictionaryLaw, got {law!r}")
        return cls._known(law)

    @classmethod
    @lru_cache(maxsize=64)
    def _known(cls, law: DictionaryLaw) -> _Bits:
        exact = law.bit_means
        means, complements = (np.array([float(m) for m in each]) for each in (exact, [1 - mean for mean in exact]))
        if law.total_variance < _LEAST_VARIANCE:
            raise LemmataError("law: the bits hardly vary, their total variance is below 2^-400, too small for floats")
        scale = math.sqrt(law.total_variance)
        labels = [1 if j in law.positive else -1 for j in range(len(law.counts))]
        signed = np.array([label * float(chance) for label, chance in zip(labels, law.counts, strict=True)])
        relevant = list(law.relevant)
        chosen = set(relevant)
        others = [i for i in range(len(exact)) if i not in chosen]
        absolute = 2 * means * complements / scale
        return cls(relevant, others, means, complements, scale, float(law.background), signed, absolute)

    @property
    def roundings(self) -> int:
        """Factors 1 + delta of a product in N_j, at most: 16 for a bit, half of them its exponential's; 2 for a count of ones."""
        return 16 * len(self.means) + 2 * len(self.signed)


@dataclass(frozen=True)
class _Neurons:
    """Weights (m, D) and biases (m,), and whether they were given as those of one neuron."""

    q: Floats
    b: Floats
    single: bool

    @classmethod
    def of(cls, law: DictionaryLaw, q: object, b: object) -> _Neurons:
        rows = array("q", q, (law.bits,) if _dimensions(q) == 1 else (None, law.bits))
        biases = array("b", b, () if _dimensions(b) == 0 else (len(rows) if rows.ndim == 2 else None,))
        count = len(rows) if rows.ndim == 2 else biases.size
        single = rows.ndim == 1 and biases.ndim == 0
        return cls(np.broadcast_to(rows, (count, law.bits)), np.broadcast_to(biases, (count,)), single)

    @property
    def bits(self) -> int:
        return int(self.q.shape[1])

    def shaped(self, result: Enclosed) -> Enclosed:
        return Enclosed(result.values[0], result.radius[0]) if self.single else result

    def scalar(self, result: Enclosed) -> Enclosed:
        return self.shaped(Enclosed(result.values[:, 0], result.radius[:, 0]))

    def taken(self, most: int) -> Iterator[slice]:
        """The neurons, so many at a time."""
        return (slice(start, start + most) for start in range(0, len(self.q), most))


def _integral(
    bits: _Bits,
    neurons: _Neurons,
    noise: object,
    order: int,
    coarser: int,
    integrand: Callable[[Complexes, Complexes], Floats],
    masses: Floats,
) -> Enclosed:
    """Sums of an integrand over the nodes of a rule that fits all neurons.

    ``integrand`` takes e_l = exp(i w q_l/sigma), (D, m, n), and a common factor (m, n), multiplies it to characteristic
    functions, and returns the real part of their sums over the nodes, (m, p). ``masses``, (p,), bound these functions' moduli.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # the rule refuses a range that is not finite
        slopes = neurons.q / bits.scale
        shifts = -slopes * bits.means
        ends = np.stack([slopes * bits.complements, shifts])
        lowest, highest = (neurons.b + end.sum(axis=1) for end in (ends.min(axis=0), ends.max(axis=0)))
    rule = WindowRule.fitting(lowest, highest, noise, order, coarser)
    centres = np.array([math.fsum([bias, *row]) for bias, row in zip(neurons.b, shifts, strict=True)])
    values = np.zeros((len(neurons.q), len(masses)))
    at_a_time = max(1, _IN_MEMORY // (BLOCK * (neurons.bits + len(bits.signed) ** 2)))
    for nodes in rule.blocks():
        for some in neurons.taken(at_a_time):
            e = _phase(slopes[some].T[:, :, None] * nodes.frequencies)
            common = nodes.kernel * _phase(centres[some, None] * nodes.frequencies)
            values[some] += integrand(e, common)
    extent = np.abs(neurons.b) + (1 + np.abs(bits.means)) @ np.abs(slopes).T
    radius = rule.radius(lowest, highest, bits.roundings, extent)
    return Enclosed(values, radius[:, None] * masses + UNDERFLOW)


def _dimensions(value: Any) -> int:
    try:
        return int(np.ndim(value))
    except (ValueError, TypeError, RuntimeError):  # no array: ``array`` says what is wrong with it
        return 2


def _phase(angles: Floats) -> Complexes:
    result = np.empty(angles.shape, dtype=np.complex128)
    np.cos(angles, out=result.real)
    np.sin(angles, out=result.imag)
    return result


def _total(factors: Complexes, common: Complexes) -> Floats:
    """The real part of the sum over the nodes of a product, (..., m, nodes) and (m, nodes) to (..., m)."""
    total: Floats = np.einsum("...n,...n->...", factors, common).real
    return total


def _average(bits: _Bits, weights: Floats) -> Callable[[Complexes, Complexes], Floats]:
    """The integrand of E[weight e^(iwz)], with a weight for each number of ones."""

    def integrand(e: Complexes, common: Complexes) -> Floats:
        upto, _ = _products(e[bits.others], bits.background)
        return _total(_class_average(e[bits.relevant], weights), common * upto[-1])[:, None]

    return integrand


def _extended(e: Complexes, averages: Complexes) -> Complexes:
    """A_n from A_(n-1) and e_n: (n, m, nodes) to (n + 1, m, nodes)."""
    n = len(averages)
    ones = np.arange(1, n + 1)[:, None, None] / n
    extended = np.zeros((n + 1, *e.shape), dtype=np.complex128)
    extended[1:] = ones * averages * e
    extended[:-1] += ones[::-1] * averages
    return extended


def _class_average(e: Complexes, weights: Floats) -> Complexes:
    """Sum over c of weights[c] times the average of prod_S e_l over the sets S of c positions; (k, m, nodes) to (m, nodes)."""
    averages = np.ones((1, *e.shape[1:]), dtype=np.complex128)
    for each in e:
        averages = _extended(each, averages)
    result: Complexes = np.tensordot(weights, averages, axes=1).astype(np.complex128, copy=False)
    return result


def _each_relevant(bits: _Bits, e: Complexes, common: Complexes) -> Floats:
    """Common factor times E[y phi_j e^(iwz)], summed over the nodes, for each j in A, (k, m): forwards, then backwards."""
    forward = [np.ones((1, *e.shape[1:]), dtype=np.complex128)]
    for each in e[:-1]:
        forward.append(_extended(each, forward[-1]))
    values = np.empty(e.shape[:2])
    weights = np.broadcast_to(bits.signed[:, None, None], (len(bits.signed), *e.shape[1:])).astype(np.complex128)
    for n in range(len(e), 0, -1):
        averages, last, place = forward[n - 1], e[n - 1], bits.relevant[n - 1]
        ones = np.arange(1, n + 1)[:, None, None] / n
        present, absent = ones * last * weights[1:], ones[::-1] * weights[:-1]
        centred = bits.complements[place] / bits.scale * present - bits.means[place] / bits.scale * absent
        values[n - 1] = _total((centred * averages).sum(axis=0), common)
        weights = present + absent
    return values


def _products(e: Complexes, chance: float) -> tuple[Complexes, Complexes]:
    """Products of E[e_l^bit] over the first l of the background bits, and over those from the l-th on, for l = 0, ..., D - k.

    (D - k, m, nodes) to (D - k + 1, m, nodes) twice; a bit is left out by a product of both, without a division.
    """
    factors = (1 - chance) + chance * e
    upto, beyond = np.ones((2, len(e) + 1, *e.shape[1:]), dtype=np.complex128)
    for place, factor in enumerate(factors):
        np.multiply(upto[place], factor, out=upto[place + 1])
    for place in range(len(e) - 1, -1, -1):
        np.multiply(beyond[place + 1], factors[place], out=beyond[place])
    return upto, beyond


def _enumerated(
    law: DictionaryLaw,
    q: object,
    b: object,
    noise: object,
    summed: Callable[[Floats, Floats], Floats],
    scalar: bool,
) -> Floats:
    """Sums over all vectors: ``summed`` takes phi (2^D, D) and the signed chances of open windows (m, 2^D)."""
    bits, neurons, s = _Bits.of(law), _Neurons.of(law, q, b), float(positive("noise", noise))
    if law.bits > MOST_ENUMERATED:
        raise LemmataError(f"law: sums over all vectors take at most {MOST_ENUMERATED} bits, got {law.bits}")
    vectors = (np.arange(2**law.bits)[:, None] >> np.arange(law.bits)) & 1
    phi = (vectors - bits.means) / bits.scale
    k, p = len(law.relevant), Fraction(law.background)
    background = [float(p**ones * (1 - p) ** (law.bits - k - ones)) for ones in range(law.bits - k + 1)]
    chosen = vectors[:, bits.relevant].sum(axis=1)
    each = bits.signed / np.array([math.comb(k, ones) for ones in range(k + 1)])
    signed = each[chosen] * np.array(background)[vectors.sum(axis=1) - chosen]
    results = []
    for weights, bias in zip(neurons.q, neurons.b, strict=True):
        z = phi @ weights + bias
        results.append(summed(phi, (signed * (ndtr(z / s) - ndtr((z - 1) / s)))[None])[0])
    values = np.array(results)
    if scalar:
        values = values[:, 0]
    result: Floats = values[0] if neurons.single else values
    return result
