r"""Polynomials of a few directions: :math:`f(x) = \sum_\alpha c_\alpha \prod_j P_{\alpha_j}(z_j)`, :math:`z = U^\top x`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import ClassVar, Literal, TypeAlias

import numpy as np

from lemmata.errors import LemmataError
from lemmata.objects.description import Description
from lemmata.objects.frames import Frame
from lemmata.objects.values import Exact, Floats, items, number, whole

MultiIndex: TypeAlias = tuple[int, ...]
Basis: TypeAlias = Literal["monomial", "hermite"]
BASES: tuple[Basis, ...] = ("monomial", "hermite")


@dataclass(frozen=True, repr=False)
class MultiIndexPolynomial(Description):
    r"""A polynomial of the projection of x on a frame.

    :math:`f(x) = \sum_\alpha c_\alpha \prod_{j \le r} P_{\alpha_j}(z_j)` with :math:`z = U^\top x`, where :math:`P_k(z)` is
    :math:`z^k` or the probabilists' Hermite polynomial :math:`He_k(z)`. These are the targets of Damian, Lee & Soltanolkotabi
    2022, Section 2 (there with :math:`E f^2 = 1`). Nothing is normalised here: divide by ``second_moment ** .5`` for that.

    Parameters
    ----------
    frame : U, (d, r).
    terms : the coefficient of each multi-index, as a mapping: ``{(2, 0): 1, (0, 1): Fraction(-1, 2)}``. Kept as pairs, lower
        degrees first and without zeros; ``dict(f.terms)`` is the mapping again. A float stands for the rational that it holds.
    basis : ``"monomial"`` or ``"hermite"``.

    Raises
    ------
    LemmataError : a multi-index that is not r integers >= 0 or stands twice, a coefficient that is no finite real number, an
        unknown basis.

    Examples
    --------
    >>> f = MultiIndexPolynomial(Frame(3, 1), {(2,): 1})
    >>> f([[2.0, 5.0, 5.0]]).tolist()
    [4.0]
    >>> f.in_basis("hermite")
    MultiIndexPolynomial(Frame(3, 1), {(0,): 1, (2,): 1}, basis='hermite')
    >>> f.second_moment
    Fraction(3, 1)
    """

    POSITIONAL: ClassVar[int] = 2

    frame: Frame
    terms: Mapping[MultiIndex, Exact] | tuple[tuple[MultiIndex, Exact], ...]
    basis: Basis = "monomial"

    def __post_init__(self) -> None:
        if not isinstance(self.frame, Frame):
            raise LemmataError(f"frame: expected a Frame, as Frame(dimension, rank), got {self.frame!r}")
        if self.basis not in BASES:
            raise LemmataError(f"basis: expected 'monomial' or 'hermite', got {self.basis!r}")
        object.__setattr__(self, "terms", _sorted_terms(self.terms, self.frame.rank))

    def _arguments(self) -> list[tuple[str, object]]:
        return [(name, dict(self._pairs) if name == "terms" else value) for name, value in super()._arguments()]

    @property
    def _pairs(self) -> tuple[tuple[MultiIndex, Exact], ...]:
        return self.terms  # type: ignore[return-value]  # as __post_init__ left it

    @property
    def dimension(self) -> int:
        """d, the dimension of the inputs."""
        return self.frame.dimension

    @property
    def degree(self) -> int:
        """The total degree, the same in both bases; 0 for the zero polynomial."""
        return max((sum(index) for index, _ in self._pairs), default=0)

    @property
    def mean(self) -> Fraction:
        """E f(x) under N(0, I_d), exact."""
        return dict(self._hermite()).get((0,) * self.frame.rank, Fraction(0))

    @property
    def second_moment(self) -> Fraction:
        r"""E f(x)^2 under N(0, I_d), exact: :math:`\sum_\alpha c_\alpha^2\, \alpha!` over the Hermite coefficients."""
        squares = (c**2 * math.prod(map(math.factorial, index)) for index, c in self._hermite())
        return sum(squares, Fraction(0))

    @property
    def mean_hessian(self) -> Floats:
        r""":math:`H = E\, \nabla^2 f(x)` under N(0, I_d), (d, d). To leading order in 1/d it is all that a ReLU network's first
        gradient sees of f, once constant and linear part are taken out (Damian, Lee & Soltanolkotabi 2022, Section 5.1).
        """
        rank = self.frame.rank
        inner = np.zeros((rank, rank))
        for index, coefficient in self._hermite():
            if sum(index) == 2:
                i, j = (position for position, power in enumerate(index) for _ in range(power))
                inner[i, j] = inner[j, i] = float((1 + (i == j)) * coefficient)
        u = self.frame.array
        return u @ inner @ u.T

    def in_basis(self, basis: Basis) -> MultiIndexPolynomial:
        """The same polynomial with its coefficients in the other basis, exact.

        Raises
        ------
        LemmataError : an unknown basis.
        """
        if basis == self.basis:
            return self
        # Each basis in the other has the same weights up to sign (see _weights).
        sign = -1 if basis == "monomial" else 1
        converted: dict[MultiIndex, Fraction] = {}
        for index, coefficient in self._pairs:
            for choice in product(*(_weights(power, sign) for power in index)):
                lower = tuple(order for order, _ in choice)
                weight = math.prod(weight for _, weight in choice)
                converted[lower] = converted.get(lower, Fraction(0)) + weight * Fraction(coefficient)
        return MultiIndexPolynomial(self.frame, converted, basis)

    def __call__(self, x: object) -> Floats:
        """Values: (n, d) inputs to (n,).

        Raises
        ------
        LemmataError : inputs that are no finite (n, d) array.
        """
        powers = self._powers(self.frame.project(x))
        values = np.zeros(powers.shape[1])
        for index, coefficient in self._pairs:
            values += float(coefficient) * math.prod(powers[power, :, j] for j, power in enumerate(index))
        return values

    def gradient(self, x: object) -> Floats:
        """Gradients: (n, d) inputs to (n, d).

        Raises
        ------
        LemmataError : inputs that are no finite (n, d) array.
        """
        powers = self._powers(self.frame.project(x))
        inner = np.zeros(powers.shape[1:])
        for index, coefficient in self._pairs:
            for j, power in enumerate(index):
                if power:  # P_k' = k P_{k-1} in both bases
                    lowered = (*index[:j], power - 1, *index[j + 1 :])
                    factors = math.prod(powers[p, :, i] for i, p in enumerate(lowered))
                    inner[:, j] += float(coefficient) * power * factors
        return self.frame.embed(inner)

    def _powers(self, z: Floats) -> Floats:
        """P_0, ..., P_degree at each coordinate, (degree + 1, n, r)."""
        powers = np.ones((self.degree + 1, *z.shape))
        for k in range(self.degree):
            powers[k + 1] = z * powers[k]
            if self.basis == "hermite" and k:
                powers[k + 1] -= k * powers[k - 1]
        return powers

    def _hermite(self) -> Iterator[tuple[MultiIndex, Fraction]]:
        for index, coefficient in self.in_basis("hermite")._pairs:
            yield index, Fraction(coefficient)


def _weights(power: int, sign: int) -> list[tuple[int, int]]:
    r""":math:`z^k = \sum_j \binom{k}{j} (k-j-1)!!\, He_j(z)` over k - j even, and He_k likewise with the sign (-1)^((k-j)/2)."""
    return [
        (power - 2 * i, sign**i * math.comb(power, 2 * i) * math.prod(range(2 * i - 1, 0, -2)))
        for i in range(power // 2 + 1)
    ]


def _sorted_terms(terms: object, rank: int) -> tuple[tuple[MultiIndex, Exact], ...]:
    pairs = items("terms", terms.items() if isinstance(terms, Mapping) else terms)
    collected: dict[MultiIndex, Exact] = {}
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise LemmataError(
                f"terms: expected a mapping from multi-indices to coefficients, as {{(2,): 1}}, got {pair!r}"
            )
        index, coefficient = pair
        if not isinstance(index, tuple) or len(index) != rank:
            raise LemmataError(f"terms: expected multi-indices of the frame's rank, tuples of {rank}, got {index!r}")
        powers = tuple(whole(f"terms: a power of {index!r}", power, least=0) for power in index)
        if powers in collected:
            raise LemmataError(f"terms: {powers!r} stands twice; add its coefficients")
        collected[powers] = number(f"terms[{powers!r}]", coefficient)
    order = sorted(collected, key=lambda index: (sum(index), [-power for power in index]))
    return tuple((index, collected[index]) for index in order if collected[index] != 0)
