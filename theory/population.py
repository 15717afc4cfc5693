r"""The population gradient of the first step, g(w) = E[f(x) x 1{w.x + b >= 0}], for a given polynomial target.

For a unit vector w and f of degree p with average derivatives C_k = E[grad^k f],

.. math:: g(w) = \sum_{k=0}^p \frac{1}{k!}\left(c_{k+1} C_{k+1}(w^{\otimes k}) + c_{k+2} C_k(w^{\otimes k})\,w\right),

with the Hermite coefficients :math:`c_k` of :math:`x \mapsto \mathrm{ReLU}(x + b)` (Damian, Lee and Soltanolkotabi, COLT
2022, Eq. (1), with its sum to p). The target depends on the first r of d coordinates, so that everything but a multiple of w
lies in their span.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import sympy
from flint import arb
from sympy import Basic, Expr, Integer, Rational, Symbol, sqrt

from lemmata.engines import balls
from lemmata.errors import LemmataError
from theory.hermite import coefficient
from theory.tensors import SymmetricTensor, average_derivative

Number: TypeAlias = int | float | Fraction | Rational
Vector = tuple[Expr, ...]


@dataclass(frozen=True)
class PopulationGradient:
    """g(w) of a target given by its average derivatives.

    Parameters
    ----------
    tensors : C_0, C_1, ..., C_p, over the r relevant coordinates: symmetric tensors with rational entries.
    bias : the bias b of every neuron, a rational number.
    preprocessed : whether the target's mean and linear part, C_0 + C_1.x, are taken away first.

    Raises
    ------
    LemmataError : no tensors, tensors whose orders do not run from 0 on or whose dimensions differ, a bias that is no
        finite number.

    Examples
    --------
    >>> u = Symbol("u")
    >>> g = PopulationGradient.of_polynomial((u**2 - 1) / 2, [u])
    >>> g.at([1, 0])
    (sqrt(2)/(4*sqrt(pi)), 0)
    """

    tensors: tuple[SymmetricTensor, ...]
    bias: Number = 0
    preprocessed: bool = True

    def __post_init__(self) -> None:
        if not self.tensors:
            raise LemmataError("tensors: give C_0, C_1, ..., up to the target's degree")
        for order, tensor in enumerate(self.tensors):
            if tensor.order != order or tensor.dimension != self.directions:
                raise LemmataError(
                    f"tensors: the one at place {order} is of order {tensor.order} over R^{tensor.dimension}; expected "
                    f"order {order} over R^{self.directions}"
                )
        object.__setattr__(self, "bias", _exact("bias", self.bias))

    @classmethod
    def of_polynomial(
        cls, f: Basic, variables: Sequence[Symbol], bias: Number = 0, preprocessed: bool = True
    ) -> PopulationGradient:
        """The gradient for a polynomial with rational coefficients in the relevant coordinates.

        Raises
        ------
        LemmataError : f is not such a polynomial, or there are no variables.
        """
        if not variables:
            raise LemmataError("variables: give the relevant coordinates, at least one")
        try:
            degree = max(0, sympy.Poly(f, *variables).total_degree())
            tensors = tuple(average_derivative(f, variables, order) for order in range(int(degree) + 1))
        except (ValueError, sympy.PolynomialError) as error:
            raise LemmataError(f"target {f}: expected a polynomial in {', '.join(map(str, variables))}") from error
        return cls(tensors, bias, preprocessed)

    @property
    def directions(self) -> int:
        """The number r of relevant coordinates."""
        return self.tensors[0].dimension

    @property
    def degree(self) -> int:
        """The degree p up to which tensors are given."""
        return len(self.tensors) - 1

    def tensor(self, order: int) -> SymmetricTensor:
        """C_order of what is learned from: zero beyond the degree, and at orders 0 and 1 after preprocessing."""
        if order > self.degree or (self.preprocessed and order <= 1):
            return SymmetricTensor(self.directions, order, {})
        return self.tensors[order]

    def term(self, k: int, w: Sequence[Number]) -> Vector:
        """The term of index k of the series, exact.

        Parameters
        ----------
        k : nonnegative.
        w : d >= r numbers, not all zero; taken at unit length. Floats count as the rational numbers that they are.

        Returns
        -------
        d expressions.

        Raises
        ------
        LemmataError : a negative index, or a vector that is zero, too short, or not finite.
        """
        if k < 0:
            raise LemmataError(f"k: expected at least 0, got {k}")
        vector, length = self._unit(w)
        relevant = vector[: self.directions]
        scale = 1 / (length**k * math.factorial(k))
        first = self.tensor(k + 1).contract(relevant, k)
        second = self.tensor(k).contract(relevant, k).entry((0,) * self.directions)
        along = [first.entry(index) for index in _unit_indices(self.directions)]
        across = [Fraction(0)] * (len(vector) - self.directions)
        c, c_next = (coefficient("relu", k + i, self.bias) for i in (1, 2))
        return tuple(
            scale * (c * _rational(u) + c_next * _rational(second) * _rational(v) / length)
            for u, v in zip([*along, *across], vector, strict=True)
        )

    def truncated(self, w: Sequence[Number], terms: int) -> Vector:
        """The sum of the terms k < ``terms``, exact; arguments and errors as for :meth:`term`."""
        found = [Integer(0)] * len(w)
        for k in range(terms):
            found = [total + part for total, part in zip(found, self.term(k, w), strict=True)]
        return tuple(found)

    def at(self, w: Sequence[Number]) -> Vector:
        """g(w), exact; arguments and errors as for :meth:`term`."""
        return self.truncated(w, self.degree + 1)

    def leading(self, w: Sequence[Number]) -> Vector:
        """c_2 H w, which without a bias is H w / sqrt(2 pi); arguments and errors as for :meth:`term`."""
        vector, length = self._unit(w)
        hessian = self.tensor(2).contract(vector[: self.directions])
        c = coefficient("relu", 2, self.bias)
        inside = [c * _rational(hessian.entry(index)) / length for index in _unit_indices(self.directions)]
        return (*inside, *[Integer(0)] * (len(vector) - self.directions))

    def remainder(self, w: Sequence[Number]) -> Vector:
        """r(w) = g(w) - c_2 H w, exact; arguments and errors as for :meth:`term`."""
        return tuple(a - b for a, b in zip(self.at(w), self.leading(w), strict=True))

    def enclosed(self, w: Sequence[Number], precision: int = 128) -> tuple[arb, ...]:
        """Balls that contain the components of g(w); arguments and errors as for :meth:`term`.

        Parameters
        ----------
        precision : working precision in bits.
        """
        return tuple(balls.enclose(component, {}, precision) for component in self.at(w))

    def truncation_bound(self, terms: int, share: Number = 1) -> Expr:
        """A bound on ||g(w) - sum of the terms k < ``terms``||, for all unit w at once, exact.

        A k-tensor on k copies of w is at most its Frobenius norm times s^k, where s is the length of w's part in the
        relevant coordinates.

        Parameters
        ----------
        terms : how many terms are kept, at least 0.
        share : a bound on s^2, from 0 to 1; on the sphere its mean is r/d.

        Raises
        ------
        LemmataError : a number outside its range.
        """
        if terms < 0:
            raise LemmataError(f"terms: expected at least 0, got {terms}")
        part = _exact("share", share)
        if not 0 <= part <= 1:
            raise LemmataError(f"share: expected a number from 0 to 1, got {share}")
        total: Expr = Integer(0)
        for k in range(terms, self.degree + 1):
            sizes = [
                sympy.Abs(coefficient("relu", order, self.bias)) * sqrt(_rational(self.tensor(i).norm_squared()))
                for order, i in ((k + 1, k + 1), (k + 2, k))
            ]
            total += sqrt(part) ** k * sum(sizes) / math.factorial(k)
        return total

    def _unit(self, w: Sequence[Number]) -> tuple[list[Fraction], Expr]:
        """The vector as rational numbers, and its length."""
        exact = [_exact("w", component) for component in w]
        vector = [Fraction(int(v.p), int(v.q)) for v in exact]
        if len(vector) < self.directions:
            raise LemmataError(f"w: expected at least {self.directions} components, got {len(vector)}")
        square = sum(v * v for v in vector)
        if square == 0:
            raise LemmataError("w: all components vanish, so that it has no direction")
        return vector, sqrt(_rational(Fraction(square)))


def hermite_target(weights: Mapping[int, Number]) -> tuple[SymmetricTensor, ...]:
    """The tensors of f(x) = sum_k weights[k] He_k(x_1), for :class:`PopulationGradient`.

    Raises
    ------
    LemmataError : no weights, a negative order, a weight that is no finite number.
    """
    if not weights or min(weights) < 0:
        raise LemmataError("weights: give at least one, by orders from 0 on")
    tensors = []
    for order in range(max(weights) + 1):
        weight = _exact(f"weight of He_{order}", weights.get(order, 0)) * math.factorial(order)
        tensors.append(SymmetricTensor(1, order, {(order,): Fraction(int(weight.p), int(weight.q))}))
    return tuple(tensors)


def _unit_indices(directions: int) -> list[tuple[int, ...]]:
    return [tuple(int(i == j) for j in range(directions)) for i in range(directions)]


def _rational(number: Fraction) -> Rational:
    return Rational(number.numerator, number.denominator)


def _exact(name: str, number: object) -> Rational:
    """A number as the rational number that it is."""
    if isinstance(number, float) and not math.isfinite(number):
        raise LemmataError(f"{name}: expected finite numbers, got {number}")
    if isinstance(number, bool) or not isinstance(number, int | float | Fraction | Rational):
        raise LemmataError(f"{name}: expected exact numbers or floats, got {number!r}")
    return number if isinstance(number, Rational) else _rational(Fraction(number))
