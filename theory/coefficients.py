"""Hermite coefficients of activations by exact integration, their names in formulas, and their generating function.

Two routes to the closed forms of ``theory.hermite.coefficient``, for the checks that prove them.
"""

from __future__ import annotations

from functools import cache

import sympy
from sympy import Basic, Function, Integer, Symbol

from theory.gaussian import expectation
from theory.hermite import He, Named, coefficient, general_coefficient, profile

__all__ = ["HermiteCoefficient", "coefficient", "general_coefficient", "generating_function", "integrated_coefficient"]


class HermiteCoefficient(Function):
    """c_k of an activation, left as a name: ``HermiteCoefficient(RELU, k)``."""

    nargs = 2

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        activation, k = (printer.doprint(a) for a in self.args)
        return rf"c_{{{k}}}({activation})"


@cache
def integrated_coefficient(activation: Named, k: int, bias: Basic = Integer(0)) -> Basic:
    """E[activation(Z + bias) He_k(Z)] for a number k >= 0, by exact integration, split at the kink.

    Raises
    ------
    ValueError : k is negative.
    """
    if k < 0:
        raise ValueError(f"Hermite coefficients start at k = 0, not {k}")
    z = sympy.Dummy("z")
    return expectation(profile(activation, z).subs(z, z + bias) * He(Integer(k), z).doit(), z)


@cache
def generating_function(activation: Named, t: Symbol, bias: Basic = Integer(0), derivative: int = 0) -> Basic:
    """sum_k c_k(b) t^k / k! = E[activation(Z + b) exp(t Z - t^2/2)], exact; or a derivative of it by t."""
    if derivative:
        return generating_function(activation, t, bias).diff(t, derivative)
    z = sympy.Dummy("z")
    return expectation(profile(activation, z).subs(z, z + bias) * sympy.exp(t * z - t**2 / 2), z)
