"""Activations: kinked functions that stay unevaluated, and their names as they stand in formulas."""

from __future__ import annotations

import sympy
from flint import arb
from sympy import Basic, Function, Symbol

from lemmata.engines.balls import NoEnclosure


class Step(Function):
    """1 where the argument is positive (or zero), 0 elsewhere."""

    nargs = 1

    @staticmethod
    def enclose(x: arb) -> arb:
        """A ball for the value; undecided on a ball across the jump."""
        if x >= 0:
            return arb(1)
        if x < 0:
            return arb(0)
        raise NoEnclosure("a step function across its jump")

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\mathbf{{1}}{power}_{{{printer.doprint(self.args[0])} \ge 0}}"


class Relu(Function):
    """max(0, x)."""

    nargs = 1

    @staticmethod
    def enclose(x: arb) -> arb:
        """A ball for the value."""
        return x.max(arb(0))

    def _eval_rewrite_as_Max(self, x: Basic, **hints: object) -> Basic:  # noqa: N802, the name is SymPy's
        return sympy.Max(x, 0)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\mathrm{{ReLU}}{power}\left({printer.doprint(self.args[0])}\right)"


class Activation(Symbol):
    """The name of an activation inside a formula; a mutant has the other one.

    ``RELU`` is sigma, ``STEP`` is sigma' (almost everywhere).
    """

    def mutations(self) -> list[Activation]:
        """The other known activations."""
        return [other for other in (RELU, STEP) if other != self]

    def at(self, argument: Basic) -> Basic:
        """The activation applied to an argument."""
        return (Relu if self == RELU else Step)(argument)


RELU = Activation(r"\sigma")
STEP = Activation(r"\sigma'")
