"""The truncated ReLU, its slope, and both under Gaussian noise, in closed form."""

from __future__ import annotations

import sympy
from flint import arb
from sympy import Basic, Expr, Function

from theory.activations import Relu, Step
from theory.normal_law import Density, Distribution


class TruncatedRelu(Function):
    """min(1, max(z, 0))."""

    nargs = 1

    @staticmethod
    def enclose(z: arb) -> arb:
        """A ball for the value."""
        return z.max(arb(0)).min(arb(1))

    def in_relus(self) -> Expr:
        """max(z, 0) - max(z - 1, 0), which is the same."""
        (z,) = self.args
        return Relu(z) - Relu(z - 1)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\sigma{power}\left({printer.doprint(self.args[0])}\right)"


class Slope(Function):
    """The slope of the truncated ReLU: 1 for 0 < z < 1, 0 outside of [0, 1]; at the two kinks it counts as 1."""

    nargs = 1

    def definition(self) -> Expr:
        """The product of two steps."""
        (z,) = self.args
        return Step(z) * Step(1 - z)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"{{\sigma'}}{power}\left[{printer.doprint(self.args[0])}\right]"


def smoothed(z: Basic, noise: Basic) -> Expr:
    r"""E min(1, max(z + xi, 0)) for normal xi with mean 0 and standard deviation s = ``noise`` > 0.

    .. math:: s\,[H(z/s) - H((z - 1)/s)], \qquad H(t) = t\,\Phi(t) + \varphi(t) = E \max(t + \xi/s, 0).

    Source: Shi, Wei & Liang 2022, Section 3.1, the smoothed activation.

    Examples
    --------
    >>> z, s = sympy.symbols("z s")
    >>> smoothed(z, s)
    s*(Density(z/s) - Density((z - 1)/s) + z*Distribution(z/s)/s - (z - 1)*Distribution((z - 1)/s)/s)
    """
    return noise * (_ramp(z / noise) - _ramp((z - 1) / noise))


def smoothed_slope(z: Basic, noise: Basic) -> Expr:
    r"""Pr[0 < z + xi < 1], the slope of ``smoothed`` in z: :math:`\Phi(z/s) - \Phi((z - 1)/s)`.

    Examples
    --------
    >>> z, s = sympy.symbols("z s")
    >>> smoothed_slope(z, s)
    Distribution(z/s) - Distribution((z - 1)/s)
    """
    return Distribution(z / noise) - Distribution((z - 1) / noise)


def _ramp(t: Basic) -> Expr:
    return t * Distribution(t) + Density(t)
