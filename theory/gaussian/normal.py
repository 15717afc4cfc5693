"""The standard normal law: density and distribution function."""

from __future__ import annotations

from sympy import Basic, Expr, erf, exp, pi, sqrt


def density(x: Basic) -> Expr:
    """The standard normal density phi(x)."""
    return exp(-(x**2) / 2) / sqrt(2 * pi)


def distribution(x: Basic) -> Expr:
    """The standard normal distribution function Phi(x)."""
    return (1 + erf(x / sqrt(2))) / 2
