"""Inner products of a truncated network's features, fixed or learned, and of its gradients in all parameters."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from empirics.truncated import TruncatedNetwork, truncated_gate, truncated_relu
from empirics.validation import finite_matrix
from lemmata.errors import LemmataError

InnerProducts = Callable[[Tensor, Tensor], Tensor]
"""(n, d) and (l, d) inputs to the (n, l) inner products of their features."""


def first_half(network: TruncatedNetwork) -> TruncatedNetwork:
    """The m different neurons of an antithetic network of 2m.

    Raises
    ------
    LemmataError : an odd width, or halves that do not share their weights and biases.
    """
    m, odd = divmod(network.w.shape[0], 2)
    if odd or not (network.w[:m].equal(network.w[m:]) and network.b[:m].equal(network.b[m:])):
        raise LemmataError("network: expected an antithetic one, whose halves share weights and biases")
    return TruncatedNetwork(network.a[:m], network.w[:m], network.b[:m])


def plain_products(network: TruncatedNetwork) -> InnerProducts:
    r""":math:`\sum_i \sigma_i(x)\,\sigma_i(z)`, the neurons' outputs as they are."""

    def products(x: Tensor, z: Tensor) -> Tensor:
        return network.features(x) @ network.features(z).T

    return products


def standardised_products(network: TruncatedNetwork, sample: Tensor) -> InnerProducts:
    r""":math:`\frac1m\sum_i \hat\sigma_i(x)\,\hat\sigma_i(z)`, every neuron's output with mean 0 and variance 1 on a sample.

    Neurons that are constant on the sample are left out; where all are, the inner products vanish. The unit of a head's weight
    decay is then the same whatever the neurons' scale.

    Parameters
    ----------
    sample : (n, d) inputs.

    Raises
    ------
    LemmataError : no sample, NaN or infinity.
    """
    finite_matrix("sample", sample)
    features = network.features(sample)
    means, spreads = features.mean(dim=0), features.std(dim=0, correction=0)
    # What rounding leaves of a constant output is no feature.
    kept = spreads > 1e-12 * (1 + means.abs())
    if not bool(kept.any()):
        return lambda x, z: torch.zeros(x.shape[0], z.shape[0], dtype=x.dtype)
    neurons = TruncatedNetwork(network.a[kept], network.w[kept], network.b[kept])
    means, scales = means[kept], spreads[kept] * float(kept.sum()) ** 0.5

    def products(x: Tensor, z: Tensor) -> Tensor:
        return standardised(x) @ standardised(z).T

    def standardised(x: Tensor) -> Tensor:
        return neurons.features(x).sub_(means).div_(scales)

    return products


def tangent_products(network: TruncatedNetwork) -> InnerProducts:
    r"""Inner products of the gradients of g in all parameters at an antithetic network, noise left out:

    .. math:: 2 \sum_{i \le m} \sigma_i(x)\,\sigma_i(z) + a_i^2\,\sigma'_i(x)\,\sigma'_i(z)\,(\langle x, z\rangle + 1).

    Raises
    ------
    LemmataError : a network that is not antithetic.
    """
    half = first_half(network)

    def products(x: Tensor, z: Tensor) -> Tensor:
        before, after = half.pre_activations(x), half.pre_activations(z)
        gates = (truncated_gate(before, 0) * half.a.square()) @ truncated_gate(after, 0).T
        both = (x @ z.T).add_(1).mul_(gates)
        return both.addmm_(truncated_relu(before, 0), truncated_relu(after, 0).T).mul_(2)

    return products
