"""Mixtures of spherical Gaussians with a label for each cluster."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from lemmata.errors import LemmataError
from lemmata.objects.description import Description, Sample
from lemmata.objects.frames import Frame
from lemmata.objects.values import (
    Exact,
    Floats,
    distribution,
    floats,
    items,
    number,
    numbers,
    numpy_generator,
    positive,
    signs,
    whole,
)


@dataclass(frozen=True, repr=False)
class GaussianMixture(Description):
    r"""With probability :math:`p_j`: :math:`x \sim N(\mu_j, \sigma_j^2 I_d)` and the label :math:`y_j`.

    The centres are given by coordinates in a frame, :math:`\mu_j = U c_j`, so that a law in dimension 400 is a line;
    with the frame ``Frame(d, d)`` the coordinates are the centres. Source: Shi, Wei & Liang 2023, case study of mixtures of
    Gaussians.

    Parameters
    ----------
    frame : U, (d, r).
    centres : J >= 1 centres, r coordinates each.
    labels : J labels, each -1 or 1.
    weights : the J probabilities p_j, which sum to 1 exactly; equal if left out.
    scales : the J standard deviations sigma_j > 0; all 1 if left out.

    Raises
    ------
    LemmataError : an argument of another length, weights that are no probabilities, a scale or a label out of its range.

    Examples
    --------
    >>> law = GaussianMixture(Frame(2, 2), centres=[(1, 0), (-1, 0)], labels=[1, -1])
    >>> law
    GaussianMixture(frame=Frame(2, 2), centres=((1, 0), (-1, 0)), labels=(1, -1))
    >>> law.total_variance
    Fraction(3, 1)
    >>> GaussianMixture.xor(400, norm=4).sample(np.random.default_rng(0), 10).inputs.shape
    (10, 400)
    """

    frame: Frame
    centres: tuple[tuple[Exact, ...], ...]
    labels: tuple[int, ...]
    weights: tuple[Exact, ...] = ()
    scales: tuple[Exact, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.frame, Frame):
            raise LemmataError(f"frame: expected a Frame, as Frame(dimension, rank), got {self.frame!r}")
        rank = self.frame.rank
        centres = tuple(numbers(f"centres[{j}]", c, rank) for j, c in enumerate(items("centres", self.centres)))
        clusters = len(centres)
        if not clusters:
            raise LemmataError("centres: expected at least one, as [(1,)] for a frame of rank 1")
        weights = items("weights", self.weights) or (Fraction(1, clusters),) * clusters
        scales = items("scales", self.scales) or (1,) * clusters
        object.__setattr__(self, "centres", centres)
        object.__setattr__(self, "labels", signs("labels", self.labels, clusters))
        object.__setattr__(self, "weights", distribution("weights", weights, clusters))
        scales = tuple(positive(f"scales[{j}]", scale) for j, scale in enumerate(items("scales", scales, clusters)))
        object.__setattr__(self, "scales", scales)

    @classmethod
    def xor(
        cls, dimension: int, norm: Exact = 1, other_norm: Exact | None = None, scale: Exact = 1, seed: int | None = None
    ) -> GaussianMixture:
        r"""Four equally likely clusters: at :math:`\pm\mu_1` with label 1 and at :math:`\pm\mu_2` with label -1, orthogonal.

        Parameters
        ----------
        dimension : d >= 2.
        norm : the length of mu_1.
        other_norm : the length of mu_2; that of mu_1 if left out.
        scale : the standard deviation of every cluster.
        seed : of the frame of the two directions; None for the first two coordinate vectors.

        Raises
        ------
        LemmataError : an argument out of its range.
        """
        frame = Frame(whole("dimension", dimension, least=2), 2, seed)
        first = positive("norm", norm)
        second = first if other_norm is None else positive("other_norm", other_norm)
        centres = ((first, 0), (number("norm", -first), 0), (0, second), (0, number("other_norm", -second)))
        return cls(frame, centres, (1, 1, -1, -1), (), (scale,) * 4)

    def _arguments(self) -> list[tuple[str, object]]:
        usual = {"weights": len({Fraction(p) for p in self.weights}) == 1, "scales": set(self.scales) == {1}}
        return [(name, value) for name, value in super()._arguments() if not usual.get(name)]

    @property
    def dimension(self) -> int:
        """d, the dimension of the inputs."""
        return self.frame.dimension

    @property
    def mean_coordinates(self) -> tuple[Fraction, ...]:
        """E x in the frame's coordinates, exact, r of them; orthogonally to the frame the mean is 0."""
        return tuple(
            sum((Fraction(p) * Fraction(c[i]) for p, c in zip(self.weights, self.centres, strict=True)), Fraction(0))
            for i in range(self.frame.rank)
        )

    @property
    def mean(self) -> Floats:
        """E x, (d,)."""
        return self.frame.array @ floats(self.mean_coordinates)

    @property
    def total_variance(self) -> Fraction:
        r"""E ||x - E x||^2, exact: :math:`\sum_j p_j (d \sigma_j^2 + \|c_j\|^2) - \|E c\|^2`."""
        within = sum(
            Fraction(p) * (self.dimension * Fraction(s) ** 2 + sum(Fraction(entry) ** 2 for entry in c))
            for p, s, c in zip(self.weights, self.scales, self.centres, strict=True)
        )
        return Fraction(within) - sum(entry**2 for entry in self.mean_coordinates)

    @property
    def label_probability(self) -> Fraction:
        """Pr[y = 1], exact."""
        return sum((Fraction(p) for p, y in zip(self.weights, self.labels, strict=True) if y == 1), Fraction(0))

    def sample(self, generator: np.random.Generator, n: int) -> Sample:
        """n independent inputs (n, d) with their labels (n,).

        Raises
        ------
        LemmataError : no NumPy generator, or n that is no integer >= 0.
        """
        stream = numpy_generator(generator)
        n = whole("n", n, least=0)
        cluster = stream.choice(len(self.centres), size=n, p=floats(self.weights))
        noise = stream.standard_normal((n, self.dimension)) * floats(self.scales)[cluster, None]
        labels = np.array(self.labels, dtype=np.int64)[cluster]
        return Sample(self.frame.embed(floats(self.centres))[cluster] + noise, labels)
