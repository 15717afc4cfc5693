"""Hermite coefficients of activations with a bias: c_k(b) = E[sigma(Z + b) He_k(Z)] for a standard normal Z.

For the ReLU and k >= 2 two integrations by parts leave c_k(b) = (-1)^k He_{k-2}(b) phi(b); the step function is the ReLU's
derivative, so its coefficients are the ReLU's, one order up. ``generating_function`` proves both wherever they are
used.
"""

from __future__ import annotations

from functools import cache

import sympy
from sympy import Basic, Function, Integer, Symbol

from theory.activations import RELU, Activation
from theory.gaussian import density, expectation
from theory.hermite import He


class HermiteCoefficient(Function):
    """c_k of an activation, left as a name: ``HermiteCoefficient(RELU, k)``."""

    nargs = 2

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        activation, k = (printer.doprint(a) for a in self.args)
        return rf"c_{{{k}}}({activation})"


@cache
def coefficient(activation: Activation, k: int, bias: Basic = Integer(0)) -> Basic:
    """E[activation(Z + bias) He_k(Z)] for a number k >= 0, by exact integration.

    Raises
    ------
    ValueError : k is negative.
    """
    if k < 0:
        raise ValueError(f"Hermite coefficients start at k = 0, not {k}")
    z = sympy.Dummy("z")
    return expectation(activation.at(z + bias) * He(Integer(k), z).doit(), z)


def general_coefficient(activation: Activation, k: Basic, bias: Basic = Integer(0)) -> Basic:
    """The closed form of ``coefficient`` for a symbolic k (ReLU: k >= 2, step: k >= 1)."""
    order = k if activation == RELU else k + 1
    return (-1) ** order * He(sympy.expand(order - 2), bias) * density(bias)


@cache
def generating_function(activation: Activation, t: Symbol, bias: Basic = Integer(0)) -> Basic:
    """sum_k c_k(b) t^k / k! = E[activation(Z + b) exp(t Z - t^2/2)], exact."""
    z = sympy.Dummy("z")
    return expectation(activation.at(z + bias) * sympy.exp(t * z - t**2 / 2), z)
