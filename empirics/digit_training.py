r"""Experiment: what the weights of a two-layer network do while it learns to tell the digit 1 from the digit 0.

Source: Shi, Wei & Liang 2022, Section 6 and Figure 3. The main text gives the width and no more, so that initialisation, step
size, activation and loss are parameters here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

import torch
from torch import Tensor

from empirics.digits import Split, images, split
from empirics.truncated import TruncatedNetwork, antithetic
from empirics.validation import choice, count, nonnegative
from empirics.weight_pictures import cosines, map_of, two_cluster_silhouette
from lemmata.errors import LemmataError
from lemmata.experiments import experiment
from lemmata.seeding import Draws

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "truncated": lambda z: z.clamp(0, 1),
    "relu": torch.relu,
}
"""Truncated ReLU is the paper's own."""

LOSSES: Mapping[str, Callable[[Tensor], Tensor]] = {
    "hinge": lambda margins: (1 - margins).clamp(min=0).mean(),
    "logistic": lambda margins: torch.nn.functional.softplus(-margins).mean(),
}
"""Of the margins y g(x), (n,). The hinge loss is the paper's own."""


def start(draws: Draws, *, m: int, d: int, initial_scale: float) -> TruncatedNetwork:
    r"""An antithetic start with 2m neurons: :math:`w_i \sim N(0, s^2 I_d)`, :math:`b_i = 0`, :math:`a_i \sim N(0, 1/m)`.

    Parameters
    ----------
    draws : the streams ``neurons`` and ``head``.
    initial_scale : s > 0.

    Raises
    ------
    LemmataError : counts below 1, a scale that is not positive.
    """
    count("m", m)
    count("d", d)
    nonnegative("initial_scale", initial_scale)
    if initial_scale == 0:
        raise LemmataError("initial_scale: weights that all vanish have no directions; give a positive number")
    head = torch.from_numpy(draws["head"].standard_normal(m)) / math.sqrt(m)
    neurons = torch.from_numpy(draws["neurons"].standard_normal((m, d))) * initial_scale
    return antithetic(head, neurons, torch.zeros(m, dtype=neurons.dtype))


def outputs(network: TruncatedNetwork, x: Tensor, activation: str) -> Tensor:
    """The values at (n, d) inputs, (n,), of a network that has one of the ``ACTIVATIONS``."""
    return ACTIVATIONS[activation](network.pre_activations(x)) @ network.a


def descend(
    network: TruncatedNetwork, x: Tensor, y: Tensor, *, eta: float, steps: int, activation: str, loss: str
) -> TruncatedNetwork:
    """The network after so many steps of gradient descent on all parameters, over all the samples, without weight decay.

    Parameters
    ----------
    x, y : (n, d) inputs and (n,) labels, each -1 or 1.
    eta : the step size, nonnegative.
    steps : their number, at least 0.
    activation, loss : the name of one of ``ACTIVATIONS``, of ``LOSSES``.

    Raises
    ------
    LemmataError : a number out of its range, an unknown activation or loss, training that diverges.
    """
    nonnegative("eta", eta)
    count("steps", steps, least=0)
    choice("activation", activation, ACTIVATIONS)
    choice("loss", loss, LOSSES)
    for _ in range(steps):
        a, w, b = (part.detach().requires_grad_() for part in (network.a, network.w, network.b))
        values = ACTIVATIONS[activation](torch.addmm(b, x, w.T)) @ a
        gradients = torch.autograd.grad(LOSSES[loss](y * values), (a, w, b))
        network = TruncatedNetwork(
            *(part.detach() - eta * gradient for part, gradient in zip((a, w, b), gradients, strict=True))
        )
    return network


def zero_or_one(draws: Draws, data: str, labels: str) -> tuple[Split, Tensor, Tensor]:
    """The images of 0 and 1, split, with the labels that training sees and those of the test part: 1 for the digit 1, else -1.

    Parameters
    ----------
    draws : the streams ``split`` and ``labels``.
    data : one of :data:`empirics.digits.SOURCES`.
    labels : ``"true"``, or ``"permuted"`` for another image's.

    Raises
    ------
    LemmataError : an unknown word; MNIST that cannot be fetched.
    """
    choice("labels", labels, ("true", "permuted"))
    parts = split(draws["split"], images(data, classes=2))
    y = 2.0 * parts.digits - 1
    if labels == "permuted":
        y = y[torch.from_numpy(draws["labels"].permutation(y.shape[0]))]
    return parts, y.double(), (2.0 * parts.test_digits - 1).double()


@experiment
def digit_clusters(
    draws: Draws,
    *,
    m: int,
    initial_scale: float,
    eta: float,
    steps: int,
    early: int = 4,
    activation: str = "truncated",
    loss: str = "hinge",
    labels: str = "true",
    data: str = "digits",
) -> dict[str, float]:
    r"""How far the weights are from two clusters, before and after training on images of 0 and of 1.

    Parameters
    ----------
    m : half the number of neurons.
    initial_scale : the standard deviation of the initial weights.
    eta, steps : step size and number of full-batch steps, on all parameters.
    early : the number of steps, at most ``steps``, after which the weights are looked at too.
    activation, loss : what the paper's main text leaves open for real data; by default those of its analysis.
    labels : ``"permuted"`` pairs each training image with another's label.
    data : ``"digits"``, bundled with scikit-learn, or ``"mnist"``.

    Returns
    -------
    ``initial``, ``early`` and ``trained``: one minus the silhouette of the two clusters of weights
    (:func:`empirics.weight_pictures.two_cluster_silhouette`), before the first step, after ``early`` and after ``steps`` of
    them. ``alignment``: the median over neurons, after training, of :math:`|\cos(w_i, E\{yx\})|`, with the true labels.
    ``accuracy``: on the test images.

    Raises
    ------
    LemmataError : a number out of its range, an unknown word, MNIST that cannot be fetched.
    """
    count("early", early, least=0)
    if steps < early:
        raise LemmataError(f"early: the {early} first steps are more than all of them, {steps}")
    parts, y, test_y = zero_or_one(draws, data, labels)
    network = start(draws, m=m, d=parts.x.shape[1], initial_scale=initial_scale)
    descent = partial(descend, x=parts.x, y=y, eta=eta, activation=activation, loss=loss)
    begun = descent(network, steps=early)
    trained = descent(begun, steps=steps - early)
    truth = (2.0 * parts.digits - 1).double() @ parts.x
    return {
        "initial": 1 - two_cluster_silhouette(network.w),
        "early": 1 - two_cluster_silhouette(begun.w),
        "trained": 1 - two_cluster_silhouette(trained.w),
        "alignment": float(cosines(trained.w, truth).abs().median()),
        "accuracy": float((outputs(trained, parts.test_x, activation) * test_y > 0).double().mean()),
    }


@experiment
def digit_map(
    draws: Draws, *, m: int, initial_scale: float, eta: float, steps: int, data: str = "digits"
) -> dict[str, float]:
    r"""The neurons on a map after so many steps, together with :math:`\pm E\{yx\}`; parameters as for :func:`digit_clusters`.

    Returns
    -------
    The numbers of :func:`empirics.weight_pictures.map_of`.
    """
    parts, y, _ = zero_or_one(draws, data, "true")
    network = start(draws, m=m, d=parts.x.shape[1], initial_scale=initial_scale)
    trained = descend(network, parts.x, y, eta=eta, steps=steps, activation="truncated", loss="hinge")
    return map_of(trained.w, y @ parts.x)
