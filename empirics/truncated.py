r"""Two-layer networks with truncated ReLU, Gaussian noise in the activation integrated out; their initialisation.

The activation is :math:`\sigma(z) = \min(1, \max(z, 0))`. With noise of standard deviation s inside it is
:math:`E_\xi\,\sigma(z + \xi) = H(z) - H(z - 1)` where :math:`H(z) = z\,\Phi(z/s) + s\,\varphi(z/s)`, and its derivative is
:math:`\Phi(z/s) - \Phi((z - 1)/s)`. Source: Shi, Wei & Liang 2022, Section 3.1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from empirics.training import row_blocks
from empirics.validation import count, finite_matrix, finite_vector, nonnegative
from lemmata.errors import LemmataError
from lemmata.seeding import Draws


def truncated_relu(z: Tensor, noise: float) -> Tensor:
    r""":math:`E_\xi \min(1, \max(z + \xi, 0))` for :math:`\xi \sim N(0, s^2)`, entry by entry.

    Parameters
    ----------
    z : pre-activations, of any shape.
    noise : s >= 0, the standard deviation; at 0 the plain truncated ReLU.

    Raises
    ------
    LemmataError : negative noise.
    """
    return z.clamp(0, 1) if noise == 0 else truncated_relu_and_gate(z, noise)[0]


def truncated_gate(z: Tensor, noise: float) -> Tensor:
    r""":math:`E_\xi\,\sigma'(z + \xi)`, the derivative of :func:`truncated_relu`; without noise 1 where 0 < z < 1, else 0.

    Parameters and errors are those of :func:`truncated_relu`.
    """
    return _open_gate(z) if noise == 0 else truncated_relu_and_gate(z, noise)[1]


def truncated_relu_and_gate(z: Tensor, noise: float) -> tuple[Tensor, Tensor]:
    """Both of the above, for little more than the price of one.

    Parameters and errors are those of :func:`truncated_relu`.
    """
    nonnegative("noise", noise)
    if noise == 0:
        return z.clamp(0, 1), _open_gate(z)
    lower, upper = _kink(z / noise), _kink((z - 1) / noise)
    # Each ramp is written as max(z, 0) and a bounded rest, so that nothing cancels where z is large.
    smoothed = z.clamp(0, 1) + noise * (lower.rest - upper.rest)
    return smoothed, (z >= 0).to(z.dtype) - (z >= 1).to(z.dtype) + (lower.tail - upper.tail)


def _open_gate(z: Tensor) -> Tensor:
    return ((z > 0) & (z < 1)).to(z.dtype)


class _Kink(NamedTuple):
    """What noise adds to the ramp max(t, 0), and to its slope 1{t >= 0}."""

    rest: Tensor
    tail: Tensor


def _kink(t: Tensor) -> _Kink:
    r""":math:`E\max(t + Z, 0) - \max(t, 0) = \varphi(t) - |t|\,\Phi(-|t|)`, and its derivative, for standard normal Z."""
    # Beyond 40 both are 0 in double precision; noise next to nothing would make infinity times 0 of the product.
    size = t.abs().clamp(max=40)
    tail = torch.special.ndtr(-size)
    rest = torch.exp(-0.5 * size * size) / math.sqrt(2 * math.pi) - size * tail
    return _Kink(rest, torch.where(t >= 0, -tail, tail))


@dataclass(frozen=True)
class TruncatedNetwork:
    r"""The state :math:`\theta = (a, w, b)` of :math:`g(x) = \sum_i a_i \sigma(\langle w_i, x\rangle + b_i)`.

    Parameters
    ----------
    a : (2m,) head.
    w : (2m, d) neurons.
    b : (2m,) biases.

    Raises
    ------
    LemmataError : shapes that do not fit, NaN or infinity.
    """

    a: Tensor
    w: Tensor
    b: Tensor

    def __post_init__(self) -> None:
        finite_matrix("neurons", self.w)
        finite_vector("head", self.a, self.w.shape[0])
        finite_vector("biases", self.b, self.w.shape[0])

    def pre_activations(self, x: Tensor) -> Tensor:
        r""":math:`\langle w_i, x\rangle + b_i` at (n, d) inputs, (n, 2m)."""
        return torch.addmm(self.b, x, self.w.T)

    def features(self, x: Tensor, noise: float = 0.0) -> Tensor:
        """What the neurons put out at (n, d) inputs, (n, 2m)."""
        return truncated_relu(self.pre_activations(x), noise)

    def __call__(self, x: Tensor, noise: float = 0.0) -> Tensor:
        r""":math:`g(x; \xi)` of Eq. (3) at (n, d) inputs, (n,)."""
        return torch.cat([self.features(rows, noise) @ self.a for (rows,) in row_blocks(self.w.shape[0], x)])


def antithetic(a: Tensor, w: Tensor, b: Tensor) -> TruncatedNetwork:
    """The unbiased initialisation: neurons i and m + i share w and b, their heads are opposite, so that g = 0.

    Parameters
    ----------
    a, w, b : the first half, (m,), (m, d) and (m,).

    Raises
    ------
    LemmataError : shapes that do not fit, NaN or infinity.
    """
    return TruncatedNetwork(torch.cat([a, -a]), torch.cat([w, w]), torch.cat([b, b]))


def initial_network(draws: Draws, *, m: int, d: int, k: int, head_scale: float) -> TruncatedNetwork:
    r"""A draw of the paper's initialisation: :math:`\sigma_w = 1/k`, :math:`\sigma_b = 1/k^2`, :math:`\sigma_a` as given.

    In the coordinates of an orthonormal dictionary, :math:`q = M^\top w`, its law is the same with D for d.

    Parameters
    ----------
    draws : the streams ``neurons``, ``biases`` and ``head``.
    m : half the width.
    d : the dimension of the inputs.
    k : the number of class-relevant patterns.
    head_scale : :math:`\sigma_a > 0`; the paper's is :math:`\tilde\sigma^2/(\gamma k^2)`.

    Raises
    ------
    LemmataError : counts below 1, or a scale that is no positive number.
    """
    for name, value in (("m", m), ("d", d), ("k", k)):
        count(name, value)
    nonnegative("head_scale", head_scale)
    if head_scale == 0:
        raise LemmataError("head_scale: with all heads 0 no gradient reaches the neurons; give a positive number")
    return antithetic(
        torch.from_numpy(draws["head"].standard_normal(m) * head_scale),
        torch.from_numpy(draws["neurons"].standard_normal((m, d)) / k),
        torch.from_numpy(draws["biases"].standard_normal(m) / k**2),
    )
