"""Symmetric tensors with exact rational entries, and the moments of normal and of spherical vectors.

A symmetric tensor of order p over R^d is kept by its entries at multi-indices a = (a_1, ..., a_d), |a| = p, where a_i counts
how often coordinate i stands among the p slots; p!/(a_1! ... a_d!) orders of the slots share one entry.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

import sympy
from sympy import Basic, Function, Rational, Symbol

from theory.hermite import polynomial

MultiIndex = tuple[int, ...]


def multi_indices(dimension: int, order: int) -> Iterator[MultiIndex]:
    """All multi-indices of an order over R^dimension, in lexicographic order.

    Raises
    ------
    ValueError : a dimension below 1 or an order below 0.
    """
    _check_shape(dimension, order)
    # Bars between stars: where the dividers stand tells the counts.
    for bars in itertools.combinations(range(order + dimension - 1), dimension - 1):
        ends = (-1, *bars, order + dimension - 1)
        yield tuple(b - a - 1 for a, b in itertools.pairwise(ends))


def multinomial(index: MultiIndex) -> int:
    """In how many orders a multi-index can be written out."""
    return math.factorial(sum(index)) // math.prod(math.factorial(count) for count in index)


@dataclass(frozen=True)
class SymmetricTensor:
    """A symmetric tensor over R^dimension.

    Parameters
    ----------
    dimension : at least 1.
    order : at least 0; a tensor of order 0 is a number, at the multi-index (0, ..., 0).
    entries : exact numbers by multi-index; those left out are zero.

    Raises
    ------
    ValueError : a shape that is not one, a multi-index of another shape, an entry that is no rational number.

    Examples
    --------
    >>> T = SymmetricTensor.power([1, 2], 3)
    >>> T.contract([1, 0]).norm_squared()
    Fraction(25, 1)
    """

    dimension: int
    order: int
    entries: Mapping[MultiIndex, Fraction]

    def __post_init__(self) -> None:
        _check_shape(self.dimension, self.order)
        for index in self.entries:
            if len(index) != self.dimension or sum(index) != self.order or min(index) < 0:
                raise ValueError(
                    f"multi-index {index}: give {self.dimension} counts of sum {self.order}, one a coordinate"
                )
        exact = {index: _rational(entry) for index, entry in self.entries.items()}
        object.__setattr__(self, "entries", {index: entry for index, entry in exact.items() if entry})

    @classmethod
    def power(cls, vector: Sequence[Fraction | int], order: int) -> Self:
        """v (x) ... (x) v, with ``order`` copies."""
        v = [_rational(component) for component in vector]
        return cls(
            len(v),
            order,
            {
                a: math.prod((c**e for c, e in zip(v, a, strict=True)), start=Fraction(1))
                for a in multi_indices(len(v), order)
            },
        )

    @classmethod
    def symmetrised(cls, dimension: int, order: int, entries: Mapping[tuple[int, ...], Fraction | int]) -> Self:
        """Sym(T) of a tensor given by entries T[i_1, ..., i_p], with coordinates from 0 to dimension - 1.

        Raises
        ------
        ValueError : an index of another shape.
        """
        found: dict[MultiIndex, Fraction] = {}
        for place, entry in entries.items():
            if len(place) != order or any(not 0 <= i < dimension for i in place):
                raise ValueError(f"index {place}: give {order} coordinates from 0 to {dimension - 1}")
            index = tuple(place.count(i) for i in range(dimension))
            found[index] = found.get(index, Fraction(0)) + _rational(entry) / multinomial(index)
        return cls(dimension, order, found)

    @classmethod
    def hermite(cls, x: Sequence[Fraction | int], order: int) -> Self:
        """The Hermite tensor He_order(x): the products of He_{a_i}(x_i)."""
        point = [_rational(component) for component in x]

        def value(degree: int, at: Fraction) -> Fraction:
            return sum((c * at**i for i, c in enumerate(polynomial(degree))), Fraction(0))

        entries = {
            a: math.prod((value(e, c) for e, c in zip(a, point, strict=True)), start=Fraction(1))
            for a in multi_indices(len(point), order)
        }
        return cls(len(point), order, entries)

    def __add__(self, other: SymmetricTensor) -> SymmetricTensor:
        self._require_shape_of(other)
        both = {a: self.entry(a) + other.entry(a) for a in self.entries.keys() | other.entries.keys()}
        return SymmetricTensor(self.dimension, self.order, both)

    def __rmul__(self, factor: Fraction | int) -> SymmetricTensor:
        scale = _rational(factor)
        return SymmetricTensor(self.dimension, self.order, {a: scale * entry for a, entry in self.entries.items()})

    def entry(self, index: MultiIndex) -> Fraction:
        """The entry at a multi-index."""
        return self.entries.get(index, Fraction(0))

    def inner(self, other: SymmetricTensor) -> Fraction:
        """The Frobenius inner product.

        Raises
        ------
        ValueError : the other tensor has another shape.
        """
        self._require_shape_of(other)
        return sum((multinomial(a) * entry * other.entry(a) for a, entry in self.entries.items()), Fraction(0))

    def norm_squared(self) -> Fraction:
        """The squared Frobenius norm."""
        return self.inner(self)

    def contract(self, vector: Sequence[Fraction | int], times: int = 1) -> SymmetricTensor:
        """T(v, ..., v, ., ..., .) with ``times`` copies of v: a tensor of order p - times.

        Raises
        ------
        ValueError : a vector of another dimension; more copies than slots.
        """
        v = [_rational(component) for component in vector]
        if len(v) != self.dimension:
            raise ValueError(f"a vector of {len(v)} components for a tensor over R^{self.dimension}")
        found = self
        for _ in range(times):
            found = found._lowered(1, lambda i: v[i])
        return found

    def trace(self, pairs: int = 1) -> SymmetricTensor:
        """T(I^{(x) pairs}): pairs of slots contracted with the identity, a tensor of order p - 2 pairs.

        Raises
        ------
        ValueError : more pairs than the tensor has.
        """
        found = self
        for _ in range(pairs):
            found = found._lowered(2, lambda _: Fraction(1))
        return found

    def _lowered(self, slots: int, weight: Callable[[int], Fraction]) -> SymmetricTensor:
        if slots > self.order:
            raise ValueError(f"a contraction of {slots} more slots than a tensor of order {self.order} has")
        entries: dict[MultiIndex, Fraction] = {}
        for a, entry in self.entries.items():
            for i in range(self.dimension):
                if a[i] >= slots:
                    rest = (*a[:i], a[i] - slots, *a[i + 1 :])
                    entries[rest] = entries.get(rest, Fraction(0)) + weight(i) * entry
        return SymmetricTensor(self.dimension, self.order - slots, entries)

    def _require_shape_of(self, other: SymmetricTensor) -> None:
        if (self.dimension, self.order) != (other.dimension, other.order):
            raise ValueError(
                f"tensors of order {self.order} over R^{self.dimension} and of order {other.order} over R^{other.dimension}"
            )


def identity_power(dimension: int, pairs: int) -> SymmetricTensor:
    """Sym(I^{(x) pairs}), of order 2 pairs."""
    return Fraction(1, _double_factorial(2 * pairs - 1)) * normal_moment(dimension, pairs)


def normal_moment(dimension: int, half: int) -> SymmetricTensor:
    """E[w^{(x) 2 half}] for w ~ N(0, I_dimension)."""
    entries = {a: _coordinate_moments(a) for a in multi_indices(dimension, 2 * half)}
    return SymmetricTensor(dimension, 2 * half, entries)


def sphere_moment(dimension: int, half: int) -> SymmetricTensor:
    """E[w^{(x) 2 half}] for w uniform on the unit sphere of R^dimension."""
    return Fraction(1, math.prod(dimension + 2 * j for j in range(half))) * normal_moment(dimension, half)


def average_derivative(f: Basic, variables: Sequence[Symbol], order: int) -> SymmetricTensor:
    """C_order = E[grad^order f(x)] for x ~ N(0, I) and a polynomial f with rational coefficients.

    Raises
    ------
    ValueError : f is no polynomial of the variables.
    """
    try:
        terms = sympy.Poly(f, *variables).terms()
    except sympy.PolynomialError as error:
        raise ValueError(f"{f} is not a polynomial of {', '.join(map(str, variables))}") from error
    entries: dict[MultiIndex, Fraction] = {}
    for a in multi_indices(len(variables), order):
        for powers, coefficient in terms:
            rest = tuple(n - e for n, e in zip(powers, a, strict=True))
            if min(rest) >= 0:
                falling = math.prod(math.perm(n, e) for n, e in zip(powers, a, strict=True))
                entries[a] = entries.get(a, Fraction(0)) + _rational(coefficient) * falling * _coordinate_moments(rest)
    return SymmetricTensor(len(variables), order, entries)


def _coordinate_moments(index: MultiIndex) -> Fraction:
    """E of a monomial in independent standard normal coordinates."""
    if any(count % 2 for count in index):
        return Fraction(0)
    return Fraction(math.prod(_double_factorial(count - 1) for count in index))


def _double_factorial(odd: int) -> int:
    return math.prod(range(odd, 0, -2))


def _rational(number: object) -> Fraction:
    if isinstance(number, Rational):
        return Fraction(int(number.p), int(number.q))
    if isinstance(number, int | Fraction) and not isinstance(number, bool):
        return Fraction(number)
    raise ValueError(f"{number!r}: entries are exact rational numbers, as Fraction(1, 3)")


def _check_shape(dimension: int, order: int) -> None:
    if not (isinstance(dimension, int) and isinstance(order, int) and dimension >= 1 and order >= 0):
        raise ValueError(f"a tensor of order {order} over R^{dimension}: give an order >= 0 and a dimension >= 1")


# In formulas.


class NormalMoment(Function):
    """E <w, v>^{2k} = (2k - 1)!! for w ~ N(0, I_d) and a unit vector v: ``NormalMoment(k)``."""

    nargs = 1

    def definition(self) -> Basic:
        """2^k Gamma(k + 1/2) / Gamma(1/2)."""
        (k,) = self.args
        half = Rational(1, 2)
        return 2**k * sympy.gamma(k + half) / sympy.gamma(half)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\mathbb{{E}}_{{w\sim N(0,I_d)}}\langle w, v\rangle^{{2 {printer.doprint(self.args[0])}}}"


class ChiMoment(Function):
    """E |w|^{2k} for w ~ N(0, I_d), a moment of chi(d): ``ChiMoment(d, k)``."""

    nargs = 2

    def definition(self) -> Basic:
        """2^k Gamma(d/2 + k) / Gamma(d/2), by the density of chi^2(d)."""
        d, k = self.args
        return 2**k * sympy.gamma(d / 2 + k) / sympy.gamma(d / 2)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        d, k = (printer.doprint(a) for a in self.args)
        return rf"\mathbb{{E}}_{{\nu\sim\chi({d})}}[\nu^{{2 {k}}}]"
