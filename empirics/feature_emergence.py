"""Experiments: features that emerge in two steps on dictionary data, and what heads and fixed features make of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from empirics.dictionary_data import coordinates, structured_law
from empirics.hinge import hinge_gradient, moved, step_to
from empirics.margin_heads import margin_head, mean_square
from empirics.truncated import TruncatedNetwork, initial_network
from empirics.truncated_kernels import first_half, plain_products, standardised_products, tangent_products
from empirics.validation import choice, count, nonnegative
from lemmata.errors import LemmataError
from lemmata.experiments import experiment
from lemmata.objects.dictionaries import DictionaryLaw
from lemmata.seeding import Draws

FIRST_STEP = 0.01
r""":math:`\eta_1\sigma_a`: so small that no sample reaches the hinge's kink in the second step, as the paper asks.

At D = 50 and k = 5 pre-activations then move by about 0.0002, root mean square, where biases are about 0.04. They move in
proportion to it: by 1/k at 10.
"""

TEST_SAMPLES = 2000
"""Fresh samples that accuracies are taken on; validation has a quarter of them."""

FIXED_DECAY = 3e-6
"""A weight decay that suits heads on the features after the second step, in units of those features' mean square."""

LABELS = ("clean", "permuted first", "permuted")
"""Whose labels the two steps see: the inputs' own, or another's in the first step alone, or in both."""


@dataclass(frozen=True)
class TwoSteps:
    """The network at its initialisation, after the first and after the second step; ``active`` is the share of samples that
    the hinge's mask lets through in the second."""

    start: TruncatedNetwork
    first: TruncatedNetwork
    second: TruncatedNetwork
    active: float


def paper_head_scale(law: DictionaryLaw) -> float:
    r""":math:`\sigma_a = \tilde\sigma^2/(\gamma k^2)`, the paper's scale of the heads at initialisation.

    Raises
    ------
    LemmataError : a law whose labels do not correlate with its class-relevant bits.
    """
    if law.signal <= 0:
        raise LemmataError(f"law: sigma_a = sigma^2/(gamma k^2) needs gamma > 0, and here gamma = {law.signal}")
    return float(law.total_variance / law.signal) / len(law.relevant) ** 2


def train_two_steps(
    draws: Draws,
    law: DictionaryLaw,
    *,
    m: int,
    n: int,
    head_scale: float,
    first_step: float = FIRST_STEP,
    labels: str = "clean",
) -> TwoSteps:
    r"""The paper's initialisation and its two aggressive steps, on n fresh samples each, in the dictionary's coordinates.

    The noise in the activation is 1/(2k) in the first step (Lemma 5 asks for less than 1/k) and :math:`k^{-3/2}` in the
    second (Lemma 6). The second step is as large as lets pre-activations move by 1/k, root mean square.

    Parameters
    ----------
    draws : the streams ``head``, ``neurons``, ``biases``, and ``samples`` and ``permutation`` of the ``first`` and the ``second``
        step.
    m : half the width.
    n : samples a step.
    head_scale : :math:`\sigma_a`.
    first_step : :math:`\eta_1\sigma_a`.
    labels : ``"permuted"`` pairs each input with another's label in both steps, ``"permuted first"`` in the first alone.

    Raises
    ------
    LemmataError : counts below 1, scales or sizes that are no positive numbers, an unknown word.
    """
    choice("labels", labels, LABELS)
    nonnegative("first_step", first_step)
    k = len(law.relevant)
    start = initial_network(draws, m=m, d=law.bits, k=k, head_scale=head_scale)
    x, y = coordinates(draws["first samples"], law, n)
    if labels != "clean":
        y = y[torch.from_numpy(draws["first permutation"].permutation(n))]
    gradient = hinge_gradient(start, x, y, 1 / (2 * k))
    first = moved(start, gradient, first_step / head_scale)
    x, y = coordinates(draws["second samples"], law, n)
    if labels == "permuted":
        y = y[torch.from_numpy(draws["second permutation"].permutation(n))]
    gradient = hinge_gradient(first, x, y, k**-1.5)
    # A first step that is much too large can leave every neuron flat on the data: then nothing moves any more.
    second = moved(first, gradient, step_to(gradient, x, 1 / k) if bool(gradient.w.any()) else 0.0)
    return TwoSteps(start, first, second, gradient.active)


def class_cosines(weights: Tensor, relevant: tuple[int, ...]) -> Tensor:
    r""":math:`\cos(w_i, \sum_{j\in A} M_j)`, (2m,), from (2m, D) weights in the dictionary's coordinates; 0 where w = 0."""
    truth = torch.zeros(weights.shape[1], dtype=weights.dtype)
    truth[list(relevant)] = 1 / math.sqrt(len(relevant))
    lengths = torch.linalg.vector_norm(weights, dim=1)
    return (weights @ truth) / torch.where(lengths > 0, lengths, 1)


def _laws(D: int, k: int, v: float, p_o: float, structure: str) -> tuple[DictionaryLaw, float]:
    """The law of the data, and sigma_a: that of the law with structure, since without gamma is 0."""
    choice("structure", structure, ("kept", "removed"))
    structured = structured_law(D, k, v, p_o)
    head_scale = paper_head_scale(structured)
    return (structured if structure == "kept" else DictionaryLaw.structured(D, k, 1)), head_scale


@experiment
def feature_emergence(
    draws: Draws,
    *,
    D: int,
    k: int,
    v: float,
    p_o: float,
    n: int,
    m: int,
    head_samples: int,
    structure: str = "kept",
    first_step: float = FIRST_STEP,
    labels: str = "clean",
) -> dict[str, float]:
    r"""Test accuracies of the network after two steps and of two fixed-feature methods, on the same data, and the weights'
    alignment; labels are parities.

    All methods train the same head on the same samples, with the weight decay chosen on the same validation set, and start
    from the same initialisation: a paired comparison.

    Parameters
    ----------
    D, k, v, p_o : hidden bits, class-relevant bits (odd), the probability that these are uniform and not all equal, the
        probability of a background bit.
    n, m, head_samples : samples of each of the two steps, half the width, samples of the head.
    structure : ``"removed"`` makes all bits uniform; the initialisation's scale stays that of the structured law, since
        without structure :math:`\gamma = 0` and the paper's is infinite.
    first_step : :math:`\eta_1\sigma_a`.
    labels : ``"permuted"`` pairs each input with another's label in both steps, ``"permuted first"`` in the first alone; the
        head sees the right ones.

    Returns
    -------
    ``after_2``, ``random_features`` (the neurons' outputs at initialisation), ``tangent_kernel`` (of all parameters):
    accuracies; ``majority``: that of the rule which follows the majority of the class-relevant bits; ``cosine_1``,
    ``cosine_2``: the median over neurons of :math:`|\cos(w_i, \sum_A M_j)|` after the steps; ``least_cosine_1``,
    ``least_cosine_2``: its least value; ``active``: the share of samples with :math:`y g \le 1` in the second step.

    Raises
    ------
    LemmataError : counts below their range, probabilities outside of theirs, a law without signal, an unknown word.
    """
    law, head_scale = _laws(D, k, v, p_o, structure)
    count("head_samples", head_samples, least=2)
    network = train_two_steps(draws, law, m=m, n=n, head_scale=head_scale, first_step=first_step, labels=labels)
    data = coordinates(draws["head samples"], law, head_samples)
    validation = coordinates(draws["validation"], law, TEST_SAMPLES // 4)
    x, y = coordinates(draws["test"], law, TEST_SAMPLES)
    methods = {
        "after_2": standardised_products(network.second, data[0]),
        "random_features": standardised_products(first_half(network.start), data[0]),
        "tangent_kernel": tangent_products(network.start),
    }
    found = {name: margin_head(products, data, validation).accuracy(x, y) for name, products in methods.items()}
    return {**found, "majority": _majority(x, y, law), **_alignment(network, law), "active": network.active}


@experiment
def accuracy_by_step(
    draws: Draws,
    *,
    D: int,
    k: int,
    v: float,
    p_o: float,
    n: int,
    m: int,
    head_samples: int,
    first_step: float = FIRST_STEP,
    labels: str = "clean",
) -> dict[str, float]:
    r"""Test accuracies of heads on the features after the first step and after the second, on the same data.

    Parameters
    ----------
    All parameters are those of :func:`feature_emergence`.

    Returns
    -------
    ``after_1``, ``after_2``: on every neuron's output with mean 0 and variance 1, the weight decay chosen on a validation
    set; ``fixed_decay_1``, ``fixed_decay_2``: on the neurons' outputs as they are, with one weight decay for both,
    :data:`FIXED_DECAY`; ``majority``, ``active`` and the cosines as for :func:`feature_emergence`.

    Raises
    ------
    LemmataError : as for :func:`feature_emergence`.
    """
    law, head_scale = _laws(D, k, v, p_o, "kept")
    count("head_samples", head_samples, least=2)
    network = train_two_steps(draws, law, m=m, n=n, head_scale=head_scale, first_step=first_step, labels=labels)
    data = coordinates(draws["head samples"], law, head_samples)
    validation = coordinates(draws["validation"], law, TEST_SAMPLES // 4)
    x, y = coordinates(draws["test"], law, TEST_SAMPLES)
    unit = mean_square(plain_products(network.second), data[0]) or 1.0
    found = {}
    for step, state in ((1, network.first), (2, network.second)):
        head = margin_head(standardised_products(state, data[0]), data, validation)
        found[f"after_{step}"] = head.accuracy(x, y)
        head = margin_head(plain_products(state), data, validation, [FIXED_DECAY], unit)
        found[f"fixed_decay_{step}"] = head.accuracy(x, y)
    return {**found, "majority": _majority(x, y, law), **_alignment(network, law), "active": network.active}


def _majority(x: Tensor, y: Tensor, law: DictionaryLaw) -> float:
    return float((x[:, list(law.relevant)].sum(dim=1) * y > 0).double().mean())


def _alignment(network: TwoSteps, law: DictionaryLaw) -> dict[str, float]:
    found = {}
    for step, state in ((1, network.first), (2, network.second)):
        sizes = class_cosines(state.w, law.relevant).abs()
        found[f"cosine_{step}"] = float(sizes.median())
        found[f"least_cosine_{step}"] = float(sizes.min())
    return found
