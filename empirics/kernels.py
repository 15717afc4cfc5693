r"""The kernel methods of Figure 1: random features, and the network linearised in all its parameters.

Both leave W where it was drawn and train what is linear, by the same ridge regression as Algorithm 1's head.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from numpy.random import Generator
from torch import Tensor

from empirics.heads import Features
from empirics.networks import gaussian_neurons, half_width, unit_neurons
from empirics.validation import finite_matrix
from theory.kernels import tangent_kernel_matrix


def random_features(neurons: Generator, biases: Generator, m: int, d: int) -> Features:
    """m independent features: w uniform on the unit sphere, b ~ N(0, 1).

    The paper does not say which biases and which pairing its random features have. These are the strongest of
    what was tried at d = 10, p = 4, n = 10^4: against b = 0 the excess risk is .68 instead of .72 at m = 100,
    and .44 instead of .61 at m = 1000; longer or shorter w is worse; the symmetric pairs of the
    initialisation would halve the number of distinct features.

    Raises
    ------
    LemmataError : m < 1 or d < 1.
    """
    return Features(unit_neurons(neurons, m, d), torch.from_numpy(biases.standard_normal(m)))


@dataclass(frozen=True)
class TangentFeatures:
    r"""The gradient of the network in all parameters (a, W, b), at the symmetric initialisation with b = 0.

    There :math:`a_j = \pm 1`, and partners have the same w. With :math:`1_j = 1\{\langle w_j, x\rangle \ge 0\}` the
    derivatives in :math:`a_j, w_j, b_j` are :math:`\langle w_j, x\rangle 1_j`, :math:`a_j 1_j x`, :math:`a_j 1_j`, so
    that inner products of gradients are

    .. math:: 2 \sum_{j \le m/2} 1_j(x)\,1_j(z)\,\bigl(x^T (I + w_j w_j^T) z + 1\bigr):

    the derivative in :math:`a_j` lies in the span of those in :math:`w_j`. The features are, neuron by neuron,
    :math:`1_j\,((I + w_j w_j^T)^{1/2} x,\ 1)/\sqrt{m/2}`, (m/2)(d + 1) of them: their inner products are those of the
    gradients over m, which only changes the unit of the weight decay. Ridge regression on them is the linearised
    network with weight decay on the distance from the initialisation.

    Parameters
    ----------
    w : (m/2, d), the first half of the neurons.

    Raises
    ------
    LemmataError : another shape, NaN or infinity.
    """

    w: Tensor

    def __post_init__(self) -> None:
        finite_matrix("neurons", self.w)

    @property
    def inputs(self) -> int:
        """d, the dimension of the inputs."""
        return self.w.shape[1]

    @property
    def width(self) -> int:
        """(m/2)(d + 1), the number of features."""
        return self.w.shape[0] * (self.w.shape[1] + 1)

    def __call__(self, x: Tensor) -> Tensor:
        """(n, d) inputs to (n, (m/2)(d + 1)) features."""
        (n, d), half = x.shape, self.w.shape[0]
        before = x @ self.w.T
        active = (before >= 0).to(x.dtype) / half**0.5
        # (I + w w^T)^(1/2) = I + w w^T / (1 + sqrt(1 + |w|^2)), without the cancellation for small w.
        along = before / (1 + (1 + self.w.square().sum(dim=1)).sqrt())
        features = torch.empty(n, half, d + 1, dtype=x.dtype)
        torch.mul(along[:, :, None], self.w, out=features[:, :, :d])
        features[:, :, :d] += x[:, None, :]
        features[:, :, d] = 1
        features *= active[:, :, None]
        return features.view(n, half * (d + 1))

    def inner_products(self, x: Tensor) -> Tensor:
        """The tangent kernel over m, (n, n), from (n, d) inputs; it holds (n, m/2) activations, never the features."""
        before = x @ self.w.T
        active = (before >= 0).to(x.dtype)
        slopes = before.relu_()
        both = (x @ x.T).add_(1).mul_(active @ active.T)
        return both.addmm_(slopes, slopes.T).div_(self.w.shape[0])


def tangent_features(neurons: Generator, m: int, d: int) -> TangentFeatures:
    """The tangent features of a network of width m at the paper's initialisation, w ~ N(0, I/d).

    Raises
    ------
    LemmataError : an odd width, m < 2 or d < 1.
    """
    return TangentFeatures(gaussian_neurons(neurons, half_width(m), d))


def infinite_tangent_kernel(x: Tensor, z: Tensor) -> Tensor:
    """The limit of the tangent features' inner products as the width grows, (n, k), from (n, d) and (k, d) inputs.

    Raises
    ------
    LemmataError : shapes that do not fit, NaN or infinity.
    """
    finite_matrix("inputs", x)
    finite_matrix("inputs", z, columns=x.shape[1])
    values = tangent_kernel_matrix(x.double().numpy(), z.double().numpy())
    return torch.from_numpy(values).to(x.dtype)
