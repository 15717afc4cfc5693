r"""Two-layer ReLU networks :math:`f(x) = \sum_j a_j \sigma(\langle w_j, x \rangle + b_j)`; their draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy
import torch
from numpy.random import Generator
from torch import Tensor

from empirics.validation import count, finite_matrix, finite_vector
from lemmata.errors import LemmataError


@dataclass(frozen=True)
class TwoLayer:
    """A network's state: a (m,), w (m, d), b (m,).

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

    def __call__(self, x: Tensor) -> Tensor:
        """Values at (n, d) inputs, (n,)."""
        finite_matrix("inputs", x, columns=self.w.shape[1])
        return torch.relu(x @ self.w.T + self.b) @ self.a


def unit_neurons(generator: Generator, m: int, d: int) -> Tensor:
    """m independent directions, uniform on the unit sphere, (m, d)."""
    w = gaussian_neurons(generator, m, d)
    unit: Tensor = w / torch.linalg.vector_norm(w, dim=1, keepdim=True)
    return unit


def gaussian_neurons(generator: Generator, m: int, d: int) -> Tensor:
    """m independent draws of N(0, I/d), the paper's initialisation, (m, d)."""
    count("m", m)
    count("d", d)
    return torch.from_numpy(generator.standard_normal((m, d)) / numpy.sqrt(d))


def orthonormal_frames(generator: Generator, m: int, d: int) -> Tensor:
    """m unit directions in independent Haar-distributed orthonormal frames, (m, d).

    The last frame is partial where d does not divide m.
    Each direction is uniform on the sphere, as for :func:`unit_neurons`, so means over neurons keep their
    expectation. Within a frame a quadratic form's sum over directions is its trace: its spread is gone.
    """
    count("m", m)
    count("d", d)
    frames = []
    for start in range(0, m, d):
        q, r = numpy.linalg.qr(generator.standard_normal((d, d)))
        # QR alone is not Haar: it leaves the signs of r's diagonal to convention. With them in q it is.
        frames.append((q * numpy.sign(numpy.diag(r))).T[: m - start])
    return torch.from_numpy(numpy.concatenate(frames))


def random_signs(generator: Generator, m: int) -> Tensor:
    """m independent signs, (m,)."""
    count("m", m)
    return torch.from_numpy(generator.choice(numpy.array([-1.0, 1.0]), size=m))


def symmetric(signs: Tensor, neurons: Tensor, biases: Tensor | None = None) -> TwoLayer:
    r"""The symmetric initialisation: :math:`a_j = -a_{m+1-j}`, :math:`w_j = w_{m+1-j}`, :math:`b_j = b_{m+1-j}`, f = 0.

    The paper prints the partner of j as m - j, which pairs m/2 with itself and leaves m alone.

    Parameters
    ----------
    signs, neurons, biases : the first half, (m/2,), (m/2, d) and (m/2,); the paper's biases are 0, as when omitted.

    Raises
    ------
    LemmataError : shapes that do not fit, NaN or infinity.
    """
    half = neurons.shape[0]
    b = torch.zeros(half, dtype=neurons.dtype) if biases is None else biases
    finite_vector("signs", signs, half)
    finite_vector("biases", b, half)
    return TwoLayer(
        torch.cat([signs, -signs.flip(0)]), torch.cat([neurons, neurons.flip(0)]), torch.cat([b, b.flip(0)])
    )


def half_width(m: int) -> int:
    """m/2, for a symmetric initialisation of width m.

    Raises
    ------
    LemmataError : m is odd or below 2.
    """
    count("m", m, least=2)
    if m % 2:
        raise LemmataError(f"m: the symmetric initialisation pairs neurons; give an even width, not {m}")
    return m // 2
