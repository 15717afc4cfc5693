r"""How the first layer is trained: Algorithm 1 as printed, and as the authors' program has it.

The two differ in what surrounds the one gradient step on W, not in the step:

=========================  ==================================  ===========================================
..                         ``algorithm-1``                     ``reference-code``
=========================  ==================================  ===========================================
biases in the first step   0                                   drawn from N(0, 1), shared by partners
biases of the features     drawn anew, N(0, 1)                 those of the first step
pre-activations            root mean square 1/4 (`step_size`)  root mean square 1: weights of mean square 1
=========================  ==================================  ===========================================

Paper: Algorithm 1 and Section 2.2 (proceedings version). The authors' program is github.com/adamian98/COLT2022. Biases in
the first step let odd Hermite coefficients into the gradient's expectation, and raise the noise that a direction of
:math:`g_n(w)` carries relative to its signal; where partners share their bias, half of the distinct biases are lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from empirics.heads import Features
from empirics.networks import TwoLayer, gaussian_neurons, half_width, random_signs, symmetric
from empirics.training import first_step, first_step_gradient, step_size
from lemmata.seeding import Draws


@dataclass(frozen=True)
class FirstLayer:
    r"""A trained first layer.

    Parameters
    ----------
    start : the network before the step, f = 0.
    gradient : (m, d), the vectors :math:`g_n(w_j)`.
    features : what the head is trained on.
    """

    start: TwoLayer
    gradient: Tensor
    features: Features


def paired_gradient(x: Tensor, residual: Tensor, start: TwoLayer) -> Tensor:
    r""":math:`g_n(w_j)` of a symmetric start, (m, d): computed for one half, since partners share it.

    Parameters
    ----------
    x, residual : (n, d) inputs and (n,) preprocessed labels.
    start : a network whose neuron j has the weights and the bias of neuron m + 1 - j.

    Raises
    ------
    LemmataError : as for :func:`empirics.training.first_step_gradient`.
    """
    half = start.w.shape[0] // 2
    gradient = first_step_gradient(x, residual, start.w[:half], start.b[:half])
    return torch.cat([gradient, gradient.flip(0)])


def algorithm_1(draws: Draws, x: Tensor, residual: Tensor, m: int) -> FirstLayer:
    """Algorithm 1 as printed: no biases in the first step, biases N(0, 1) drawn anew for the features.

    Parameters
    ----------
    draws : the streams ``signs``, ``neurons`` and ``biases``.
    x, residual : (n, d) inputs and (n,) preprocessed labels.
    m : the width, even.

    Raises
    ------
    LemmataError : an odd width, no data, shapes that do not fit, NaN or infinity, labels that give no gradient.
    """
    half = half_width(m)
    start = symmetric(random_signs(draws["signs"], half), gaussian_neurons(draws["neurons"], half, x.shape[1]))
    gradient = paired_gradient(x, residual, start)
    biases = torch.from_numpy(draws["biases"].standard_normal(m))
    return FirstLayer(start, gradient, Features(first_step(start.a, gradient, step_size(gradient)), biases))


def reference_code(draws: Draws, x: Tensor, residual: Tensor, m: int) -> FirstLayer:
    """The authors' program: biases N(0, 1) from the start, shared by partners, and kept for the features.

    Parameters, streams and errors are those of :func:`algorithm_1`.
    """
    half = half_width(m)
    signs = random_signs(draws["signs"], half)
    neurons = gaussian_neurons(draws["neurons"], half, x.shape[1])
    start = symmetric(signs, neurons, torch.from_numpy(draws["biases"].standard_normal(half)))
    gradient = paired_gradient(x, residual, start)
    return FirstLayer(start, gradient, Features(first_step(start.a, gradient, step_size(gradient, 1)), start.b))


FirstLayerTraining = Callable[[Draws, Tensor, Tensor, int], FirstLayer]

PROTOCOLS: dict[str, FirstLayerTraining] = {"algorithm-1": algorithm_1, "reference-code": reference_code}
"""The protocols by name."""
