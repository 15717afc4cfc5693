r"""Experiments: the first two steps on the population, for random neurons, from exact gradient components.

Hidden bits as in Shi, Wei & Liang 2022: the parity of k of D bits, where class bits are fair coins with probability
v and else all equal, and background bits are one with probability :math:`p_o`. Neurons start with weights of
variance :math:`1/k^2`, in the dictionary's coordinates, and biases of variance :math:`1/k^4`.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from scipy.special import ndtr, ndtri

from lemmata.errors import LemmataError
from lemmata.experiments import experiment
from lemmata.objects import DictionaryLaw
from lemmata.objects.values import Floats, positive, whole
from lemmata.seeding import Draws
from theory.dictionary import background_probability, class_size, odd, require_structure
from theory.dictionary_gradient import gradient_components, second_step_start

MOST_MASKED = 14
"""Hidden bits up to which the masked step enumerates."""


def parity_law(bits: int, relevant: int, background: float, uniform: float) -> DictionaryLaw:
    """The parity of the first bits; probabilities are taken as the exact values of the floats.

    Raises
    ------
    LemmataError : an even number of relevant bits, or more than there are; a background outside (0, 1/2]; as for
        ``DictionaryLaw.structured``.
    """
    class_size(odd(relevant), bits)
    background_probability(Fraction(background))
    return DictionaryLaw.structured(bits, relevant, Fraction(uniform), Fraction(background))


def stratified_normals(draws: Draws, name: str, count: int) -> Floats:
    """Standard normal variables, (count,), one from each of so many equally likely intervals, in random order.

    Each is standard normal by itself; their sample moments vary far less than those of independent ones.
    """
    places = (draws[f"{name}, order"].permutation(count) + draws[name].random(count)) / count
    normals: Floats = ndtri(places)
    return normals


@experiment
def first_step(
    draws: Draws, *, D: int, k: int, background: float, m: int, uniform: float = 0.5, noise: float = 0.5
) -> dict[str, float]:
    r"""The sizes of the components :math:`T_j` at the initialisation, over m neurons.

    Parameters
    ----------
    D, k : hidden bits, and class-relevant ones (odd).
    background : :math:`p_o` in (0, 1/2].
    m : neurons, a multiple of k; by k of them, the class weights are orthogonal.
    uniform : v; 1 is the law without input structure, the negative control.
    noise : the noise's standard deviation times k.

    Returns
    -------
    ``relevant``, ``background`` : root mean squares of the components over the neurons, and over the patterns
    inside and outside of A.
    ``share`` : the norm of all background components over that of the class, root mean squares over the neurons.

    Raises
    ------
    LemmataError : m that is no positive multiple of k; as for ``parity_law`` and ``gradient_components``.
    """
    law = parity_law(D, k, background, uniform)
    if whole("m", m) % k:
        raise LemmataError(f"m = {m}: expected a multiple of k = {k}")
    q = draws["weights"].standard_normal((m, D)) / k
    q[:, :k] = _orthogonal_blocks(draws, m, k) / k
    b = stratified_normals(draws, "biases", m) / k**2
    squares = gradient_components(law, q, b, noise / k).values ** 2
    inside, outside = squares[:, :k].mean(), squares[:, k:].mean()
    return {
        "relevant": float(np.sqrt(inside)),
        "background": float(np.sqrt(outside)),
        "share": float(np.sqrt((D - k) * outside / (k * inside))),
    }


def _orthogonal_blocks(draws: Draws, m: int, k: int) -> Floats:
    """Rows that are standard normal in R^k each, and orthogonal by k of them, (m, k)."""
    blocks = draws["class directions"].standard_normal((m // k, k, k))
    frames, triangles = np.linalg.qr(blocks)
    frames = frames * np.sign(np.diagonal(triangles, axis1=1, axis2=2))[:, None, :]  # else the frames are not uniform
    norms = np.linalg.norm(draws["class norms"].standard_normal((m, k)), axis=1, keepdims=True)
    rows: Floats = frames.reshape(m, k) * norms
    return rows


@experiment
def second_step(
    draws: Draws,
    *,
    D: int,
    k: int,
    background: float,
    kappa: float,
    m: int,
    uniform: float = 0.5,
    noise: float = 0.5,
    later_noise: float = 1.0,
) -> dict[str, float]:
    r"""By how much the second step improves on the first, over m neurons with the bias :math:`1/k^2`; no hinge mask.

    Parameters
    ----------
    D, k, background, uniform, noise : as for ``first_step``.
    kappa : the first step's size times the neuron's output weight, positive.
    m : neurons.
    later_noise : the second step's noise times :math:`k^{3/2}`.

    Returns
    -------
    ``improvement`` : the ratio of background to class components after the second step, over that after the first
        and over kappa squared, as a mean over neurons; of the background a root mean square is taken, of the class
        a mean.

    Raises
    ------
    LemmataError : m or kappa that is not positive; as for ``parity_law`` and ``gradient_components``.
    """
    law = parity_law(D, k, background, uniform)
    positive("kappa", kappa)
    q = draws["weights"].standard_normal((whole("m", m), D)) / k
    b = np.full(m, 1 / k**2)
    first = gradient_components(law, q, b, noise / k).values
    q1, b1 = second_step_start(law, q, b, noise / k, kappa)
    second = gradient_components(law, q1, b1, later_noise / k**1.5).values
    improvement = _background_ratio(second, k) / _background_ratio(first, k)
    return {"improvement": float(improvement.mean()) / kappa**2}


def _background_ratio(components: Floats, k: int) -> Floats:
    """Background over class components, (m,)."""
    ratio: Floats = np.sqrt((components[:, k:] ** 2).mean(axis=1)) / np.abs(components[:, :k].mean(axis=1))
    return ratio


@experiment
def masked_second_step(
    draws: Draws, *, D: int, k: int, m: int, step: float, uniform: float = 0.5, noise: float = 0.5
) -> dict[str, float]:
    r"""The second step with the hinge loss's mask, by enumeration of all hidden bits; background bits are fair coins.

    Parameters
    ----------
    D, k, uniform, noise : as for ``first_step``, D <= 14.
    m : pairs of neurons, with output weights of standard deviation :math:`\tilde\sigma^2/(\gamma k^2)`.
    step : the first step's size in units of the one at which no input can be masked, :math:`1/(m + 2\sum_i a_i^2)`.

    Returns
    -------
    ``largest`` : :math:`\sup_x |g^{(1)}(x)|`, the noise averaged out.
    ``masked`` : the probability that an input is masked in the second step.
    ``first``, ``second`` : mean cosines between the class direction and the vectors T of the two steps, over all
        neurons: 1 where a step only adds signal, -1 where it takes away what the first step has found.

    Raises
    ------
    LemmataError : more than 14 bits; m, step or noise that is not positive; no signal; as for ``parity_law``.
    """
    if D > MOST_MASKED:
        raise LemmataError(f"D = {D}: enumerates at most {MOST_MASKED} hidden bits")
    law = parity_law(D, k, 0.5, uniform)
    require_structure(law)
    whole("m", m)
    for name, value in (("step", step), ("noise", noise)):
        positive(name, value)
    bits = (np.arange(2**D)[:, None] >> np.arange(D)) & 1
    phi = law.inputs_of(bits)
    y = law.labels_of(bits)
    ones = bits[:, :k].sum(axis=1)
    orders = np.array([math.comb(k, j) for j in range(k + 1)])
    chances = np.array([float(count) for count in law.counts]) / orders
    weighted = y * chances[ones] / 2 ** (D - k)

    a = draws["outputs"].standard_normal(m) * float(law.total_variance / law.signal) / k**2
    q = draws["weights"].standard_normal((m, D)) / k
    b = draws["biases"].standard_normal(m) / k**2
    eta = step / (m + 2 * float(a @ a))
    before, first_noise, second_noise = phi @ q.T + b, noise / k, k**-1.5
    window = _noisy_window(before, first_noise) * weighted[:, None]
    first = window.T @ phi
    outputs = eta * (_noisy_activation(before, first_noise).T @ weighted)

    # The neurons of a pair move in opposite directions, since their output weights have opposite signs.
    signs = np.repeat([1.0, -1.0], m)
    kappa = eta * np.concatenate([a, -a])
    q1 = kappa[:, None] * np.tile(first, (2, 1))
    b1 = np.tile(b, 2) + kappa * np.tile(window.sum(axis=0), 2)
    after = phi @ q1.T + b1
    answers = _noisy_activation(after, second_noise) @ (signs * np.tile(a, 2) + np.tile(outputs, 2))
    kept = y * answers <= 1
    second = (_noisy_window(after, second_noise) * (weighted * kept)[:, None]).T @ phi
    return {
        "largest": float(np.abs(answers).max()),
        "masked": float(np.abs(weighted[~kept]).sum()),
        "first": _class_cosine(first, k),
        "second": _class_cosine(second, k),
    }


def _noisy_window(u: Floats, noise: float) -> Floats:
    """Pr[0 < u + xi < 1], of the shape of u."""
    window: Floats = ndtr((1 - u) / noise) - ndtr(-u / noise)
    return window


def _noisy_activation(u: Floats, noise: float) -> Floats:
    """E min(1, max(0, u + xi)), of the shape of u."""

    def ramp(z: Floats) -> Floats:
        mean: Floats = z * ndtr(z) + np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
        return mean

    activation: Floats = noise * (ramp(u / noise) - ramp((u - 1) / noise))
    return activation


def _class_cosine(components: Floats, k: int) -> float:
    """The mean cosine of vectors of components, (m, D), with the sum of the first k coordinate vectors; of zero it is zero."""
    norms = np.linalg.norm(components, axis=1)
    along = components[:, :k].sum(axis=1) / math.sqrt(k)
    return float(np.mean(np.divide(along, norms, out=np.zeros_like(along), where=norms > 0)))
