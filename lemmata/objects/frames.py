"""Orthonormal frames, and Gaussian points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from lemmata.objects.description import Description
from lemmata.objects.values import Floats, array, fixed, whole
from lemmata.seeding import Draws, digest


@dataclass(frozen=True, repr=False)
class Frame(Description):
    r"""r orthonormal directions in :math:`\mathbb R^d`: the columns of U with :math:`U^\top U = I_r`.

    Parameters
    ----------
    dimension : d >= 1.
    rank : r, 1 <= r <= d.
    seed : None for the first r coordinate vectors; else an integer >= 0, for a frame drawn from the Haar (the rotation
        invariant) law. The same seed gives the same frame on every machine, up to rounding.

    Raises
    ------
    LemmataError : a size or a seed that is out of its range.

    Examples
    --------
    >>> frame = Frame(3, 2, seed=7)
    >>> frame.array.shape
    (3, 2)
    >>> frame.project([[1.0, 2.0, 2.0]]).shape
    (1, 2)
    >>> Frame(3, 2).array.T.tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """

    POSITIONAL: ClassVar[int] = 2

    dimension: int
    rank: int
    seed: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimension", whole("dimension", self.dimension))
        object.__setattr__(self, "rank", whole("rank", self.rank, most=self.dimension))
        if self.seed is not None:
            object.__setattr__(self, "seed", whole("seed", self.seed, least=0))

    @cached_property
    def array(self) -> Floats:
        """U, (d, r), read-only; orthonormal up to rounding."""
        if self.seed is None:
            return fixed(np.eye(self.dimension, self.rank))
        stream = self._streams(self.seed, self.dimension, self.rank)["array"]
        q, r = np.linalg.qr(stream.standard_normal((self.dimension, self.rank)))
        # QR leaves the signs of r's diagonal to convention: only with these signs in q is q Haar, and the same everywhere.
        return fixed(q * np.sign(np.diag(r)))

    def project(self, x: object) -> Floats:
        """Coordinates z = U^T x of points: (n, d) to (n, r).

        Raises
        ------
        LemmataError : points that are no finite (n, d) array.
        """
        return array("inputs", x, (None, self.dimension)) @ self.array

    def embed(self, z: object) -> Floats:
        """Points U z with the given coordinates: (n, r) to (n, d).

        Raises
        ------
        LemmataError : coordinates that are no finite (n, r) array.
        """
        return array("coordinates", z, (None, self.rank)) @ self.array.T


def gaussian_inputs(points: int, dimension: int, seed: int) -> Floats:
    """n independent draws of N(0, I_d), (n, d), the same for the same seed.

    Parameters
    ----------
    points : n >= 0.
    dimension : d >= 1.
    seed : integer >= 0.

    Raises
    ------
    LemmataError : an argument that is out of its range.

    Examples
    --------
    >>> gaussian_inputs(4, 3, seed=0).shape
    (4, 3)
    """
    shape = (whole("points", points, least=0), whole("dimension", dimension))
    streams = Draws(digest("lemmata.objects.gaussian_inputs", shape, whole("seed", seed, least=0)))
    return streams["points"].standard_normal(shape)
