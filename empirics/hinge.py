r"""The hinge loss of a truncated network, its gradient, and the steps that erase the old weights.

Source: Shi, Wei & Liang 2022, Section 3.1, Eqs. (3) and (4), and Section 5.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from empirics.training import row_blocks
from empirics.truncated import TruncatedNetwork, truncated_relu_and_gate
from empirics.validation import finite_matrix, finite_vector, nonnegative, one_precision
from lemmata.errors import LemmataError


def hinge_loss(network: TruncatedNetwork, x: Tensor, y: Tensor, noise: float) -> Tensor:
    r"""The mean of :math:`\max(1 - y_i\,g(x_i; \xi), 0)`, a scalar.

    Parameters
    ----------
    x, y : (n, d) inputs and (n,) labels, each -1 or 1.
    noise : the standard deviation of the noise in the activation.

    Raises
    ------
    LemmataError : no data, shapes or precisions that do not fit, NaN or infinity, other labels, negative noise.
    """
    _labelled(network, x, y)
    return (1 - y * network(x, noise)).clamp(min=0).mean()


@dataclass(frozen=True)
class HingeGradient:
    """The gradient of the mean hinge loss, a (2m,), w (2m, d), b (2m,), and the share of samples with y g <= 1."""

    a: Tensor
    w: Tensor
    b: Tensor
    active: float


def hinge_gradient(network: TruncatedNetwork, x: Tensor, y: Tensor, noise: float) -> HingeGradient:
    r"""The gradient of :func:`hinge_loss`; in :math:`w_i` it is :math:`-a_i\,E\{y\,1[y g \le 1]\,E_\xi\sigma'\,x\}`.

    Parameters and errors are those of :func:`hinge_loss`.
    """
    _labelled(network, x, y)
    nonnegative("noise", noise)
    width, d = network.w.shape
    head = torch.zeros(width, dtype=x.dtype)
    neurons = torch.zeros(width, d, dtype=x.dtype)
    biases = torch.zeros(width, dtype=x.dtype)
    active = 0.0
    for rows, labels in row_blocks(width, x, y):
        z = network.pre_activations(rows)
        features, gates = truncated_relu_and_gate(z, noise)
        masked = labels * (labels * (features @ network.a) <= 1)
        head -= masked @ features
        biases -= masked @ gates
        neurons.addmm_(gates.T, masked[:, None] * rows, alpha=-1)
        active += float(masked.abs().sum())
    n = x.shape[0]
    return HingeGradient(head / n, network.a[:, None] * neurons / n, network.a * biases / n, active / n)


def aggressive_step(network: TruncatedNetwork, x: Tensor, y: Tensor, noise: float, eta: float) -> TruncatedNetwork:
    r"""One step of Eq. (4) with weight decay :math:`\lambda_w = 1/(2\eta)`, which leaves :math:`w = -\eta\,\nabla_w L`.

    The paper prints this decay for the weights w alone: heads and biases move by their gradients from where they are.

    Parameters
    ----------
    x, y : (n, d) inputs and (n,) labels, each -1 or 1.
    noise : the standard deviation of the noise in the activation.
    eta : the step size, nonnegative.

    Raises
    ------
    LemmataError : as for :func:`hinge_loss`; a negative step size.
    """
    nonnegative("step size", eta)
    return moved(network, hinge_gradient(network, x, y, noise), eta)


def moved(network: TruncatedNetwork, gradient: HingeGradient, eta: float) -> TruncatedNetwork:
    """The network after the step of :func:`aggressive_step`, along a gradient that is known already."""
    return TruncatedNetwork(network.a - eta * gradient.a, -eta * gradient.w, network.b - eta * gradient.b)


def step_to(gradient: HingeGradient, x: Tensor, spread: float) -> float:
    r"""The step size for which :math:`\langle w_i, x\rangle` has the root mean square ``spread`` after an aggressive step.

    The mean is over the neurons and over the (n, d) inputs.

    Raises
    ------
    LemmataError : a negative spread, or a gradient that vanishes for every neuron.
    """
    nonnegative("spread", spread)
    finite_matrix("inputs", x, columns=gradient.w.shape[1])
    size = float((x @ gradient.w.T).square().mean().sqrt())
    if size == 0:
        raise LemmataError("step: the gradient vanishes for every neuron; check the labels and the step before")
    return spread / size


def _labelled(network: TruncatedNetwork, x: Tensor, y: Tensor) -> None:
    finite_matrix("inputs", x, columns=network.w.shape[1])
    finite_vector("labels", y, x.shape[0])
    one_precision(inputs=x, labels=y, neurons=network.w)
    if not bool((y.abs() == 1).all()):
        raise LemmataError("labels: expected -1 and 1 only")
