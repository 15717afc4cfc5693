r"""Exact moments of averages over independent samples, and of a direction drawn from the sphere.

An average of n samples meets another one of the same data in two ways: through the same sample or through two
different ones. So E[(1/n sum_i A_i)(1/n sum_j B_j)] = E[A_1 B_1]/n + (1 - 1/n) E[A_1] E[B_2], for every n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy
from sympy import Basic, Expr, Integer, Symbol


def of_averages(same: Basic, different: Basic, n: Basic) -> Basic:
    """E of a product of two averages over n samples.

    Parameters
    ----------
    same : E[A_1 B_1], the product's expectation at one sample.
    different : E[A_1 B_2] = E[A] E[B], at two independent ones.
    n : the number of samples, a positive integer or a symbol for one.
    """
    return same / n + (1 - 1 / n) * different


def by_moments(polynomial: Basic, moments: Mapping[Symbol, Sequence[Basic]]) -> Basic:
    """E of a polynomial in independent variables, from their moments.

    Parameters
    ----------
    moments : for each variable E[v^0], E[v^1], ..., as many as the polynomial needs. Other symbols are constants.

    Raises
    ------
    ValueError : a power whose moment is not given.
    """
    total: Basic = Integer(0)
    variables = list(moments)
    for powers, constant in sympy.Poly(polynomial, *variables).terms():
        if any(power >= len(moments[v]) for power, v in zip(powers, variables, strict=True)):
            raise ValueError(f"a moment of order {max(powers)} is not given")
        total += constant * sympy.prod(moments[v][power] for power, v in zip(powers, variables, strict=True))
    return total


def overlap_moment(k: int, d: Basic) -> Expr:
    r"""E t^{2k} of t = <u,w>, for a unit vector u and w uniform on the sphere of R^d: (2k-1)!! / (d(d+2)...(d+2k-2)).

    A standard normal z has independent length and direction, so it is E z_1^{2k} / E ||z||^{2k}; and E t^{2k+2} is
    (2k + 1)/(d + 2k) times E t^{2k}.

    Parameters
    ----------
    k : a nonnegative integer.
    d : the dimension, a positive integer or a symbol for one.

    Raises
    ------
    ValueError : k is negative.
    """
    if k < 0:
        raise ValueError(f"a moment of order {2 * k}")
    return sympy.prod(Integer(2 * i + 1) / (d + 2 * i) for i in range(k))
