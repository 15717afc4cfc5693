r"""Functions of one direction u, :math:`f(x) = g(\langle u, x\rangle)`, as finite Hermite sums whose orders may be symbols.

By orthogonality, :math:`E[He_j(Z) He_k(Z)] = k!\,\delta_{jk}`, what Section 6 of Damian, Lee and Soltanolkotabi (COLT
2022) says of its target is read off the coefficients. With :math:`g = \sum_k c_k He_k`,

- :math:`E f^2 = \sum_k k!\,c_k^2`;
- :math:`E \nabla^2 f = E[g''(Z)]\,u u^T` with :math:`E[g''(Z)] = 2 c_2`, since :math:`He_k'' = k(k-1) He_{k-2}`;
- the best predictor of degree at most q is :math:`\sum_{k \le q} c_k He_k`, and it leaves :math:`\sum_{k > q} k!\,c_k^2`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import sympy
from sympy import Basic, Expr, Integer, Symbol, factorial

from lemmata import IllFormed
from lemmata.domains import evaluating
from theory.hermite import He


@dataclass(frozen=True)
class HermiteSum:
    r"""A finite sum :math:`\sum_k c_k He_k`: ``weights`` holds the :math:`c_k` by order.

    An order is a nonnegative integer, or affine and increasing in the symbol ``p``. What is asked of the sum as it
    stands is right for every p from :meth:`generic_from` on; for smaller ones ask :meth:`at`.
    """

    weights: dict[Basic, Expr]
    p: Symbol

    def at(self, value: int) -> HermiteSum:
        """The sum at one value of p, where orders may coincide.

        Raises
        ------
        IllFormed : an order is negative there.
        """
        found: dict[Basic, Expr] = {}
        for order, weight in self.weights.items():
            order, weight = order.subs(self.p, value), weight.subs(self.p, value)
            if order < 0:
                raise IllFormed(f"a Hermite polynomial of order {order} at {self.p} = {value}")
            found[order] = found.get(order, Integer(0)) + weight
        return HermiteSum(found, self.p)

    def generic_from(self, degree: int) -> int:
        """The first p from which on all orders differ, and those that grow with p exceed ``degree``."""
        meetings = [degree - order for order in self.weights if order.has(self.p)]
        meetings += [j - k for j, k in itertools.combinations(self.weights, 2)]
        # Each difference is affine in p; it vanishes at most once, unless it is constant.
        slopes = [(difference.diff(self.p), difference.subs(self.p, 0)) for difference in meetings]
        roots = [int(sympy.floor(-offset / slope)) for slope, offset in slopes if slope != 0]
        return max([*roots, -1]) + 1

    def weight(self, order: int) -> Expr:
        """The coefficient of an order that is a number; 0 where it does not occur."""
        return self.weights.get(Integer(order), Integer(0))

    def times_variable(self) -> HermiteSum:
        """The sum of x g(x), by the recurrence x He_k = He_{k+1} + k He_{k-1}."""
        found: dict[Basic, Expr] = {}
        for order, weight in self.weights.items():
            for shifted, factor in ((order + 1, weight), (order - 1, order * weight)):
                if factor != 0:
                    found[shifted] = found.get(shifted, Integer(0)) + factor
        return HermiteSum(found, self.p)

    @property
    def second_moment(self) -> Expr:
        """E g(Z)^2."""
        return self._energy(self.weights)

    @property
    def average_second_derivative(self) -> Expr:
        """E g''(Z)."""
        return 2 * self.weight(2)

    def energy_beyond(self, degree: int) -> Expr:
        """What the best polynomial of that degree leaves of E g(Z)^2."""
        return self._energy(order for order in self.weights if order.has(self.p) or order > degree)

    def _energy(self, orders: Iterable[Basic]) -> Expr:
        # Left as they stand: the engines are to simplify the sum, and the claim's page is to show it.
        with sympy.evaluate(False):
            terms = [factorial(order) * self.weights[order] ** 2 for order in orders]
            return sympy.Add(*terms)


@evaluating
def hermite_sum(expression: Basic, x: Symbol, p: Symbol) -> HermiteSum:
    """Read a linear combination of Hermite polynomials of ``x`` whose orders are integers or affine in ``p``.

    Raises
    ------
    IllFormed : the expression has another shape.
    """
    expanded = sympy.expand(expression)
    weights: dict[Basic, Expr] = {}
    for name in sorted(expanded.atoms(He), key=str):
        order, weight = sympy.expand(name.args[0]), expanded.coeff(name)
        expanded = sympy.expand(expanded - weight * name)
        slope = order.diff(p)
        if name.args[1] != x or weight.has(x) or not (slope.is_Integer and slope >= 0):
            raise IllFormed(f"{name} is not a Hermite polynomial of {x} whose order is a number or grows with {p}")
        if not order.subs(p, 0).is_Integer or (slope == 0 and order < 0):
            raise IllFormed(f"a Hermite polynomial of order {order}")
        if weight.is_real is False:
            raise IllFormed(f"the coefficient {weight} of {name}, which is not real")
        weights[order] = weights.get(order, Integer(0)) + weight
    if expanded.has(x):
        raise IllFormed(f"{expanded} besides the Hermite polynomials")
    if expanded != 0:
        weights[Integer(0)] = weights.get(Integer(0), Integer(0)) + expanded
    return HermiteSum(weights, p)
