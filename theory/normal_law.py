"""The standard normal density and distribution function, as names in formulas."""

from __future__ import annotations

import sympy
from sympy import Basic, Function

from theory.gaussian import density, distribution


class Density(Function):
    """phi(x), the standard normal density."""

    nargs = 1

    def definition(self) -> Basic:
        """exp(-x^2/2)/sqrt(2 pi)."""
        return density(self.args[0])

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\varphi\left({printer.doprint(self.args[0])}\right)"


class Distribution(Function):
    """Phi(x), the standard normal distribution function."""

    nargs = 1

    def definition(self) -> Basic:
        """(1 + erf(x/sqrt 2))/2."""
        return distribution(self.args[0])

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\Phi\left({printer.doprint(self.args[0])}\right)"
