"""The mean over one hidden bit, as an operator in formulas."""

from __future__ import annotations

import sympy
from sympy import Basic, Function

from lemmata import IllFormed


class BitMean(Function):
    """``BitMean(f, bit, p)``: the mean of an expression over a bit that is 1 with probability p and else 0."""

    nargs = 3

    def definition(self) -> Basic:
        """p f(1) + (1 - p) f(0).

        Raises
        ------
        IllFormed : the mean is over something else than a symbol.
        """
        expression, bit, probability = self.args
        if not bit.is_Symbol:
            raise IllFormed(f"a mean over {bit}, which is no bit")
        return probability * expression.subs(bit, 1) + (1 - probability) * expression.subs(bit, 0)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\mathbb{{E}}\left[{printer.doprint(self.args[0])}\right]"
