r"""Stein's lemma for a gated function: E[F(x) x 1{w.x + b >= 0}] = E[grad F 1{...}] + w E[F delta(w.x + b)].

Formulas name the two parts, ``MeanSlope(F)`` and ``MeanKink(F)``, and the function F in them: the target f*, or the
residual f* - alpha - beta.x that preprocessing leaves. Both parts are linear in F, so they are known once they are
known on F(x) = He_q(u.x) with a unit vector u; there, with t = <u,w>,
E[He_q(u.x) h(w.x)] = t^q E[He_q(Z) h(Z)] and He_q' = q He_{q-1}.
"""

from __future__ import annotations

import sympy
from sympy import Basic, Function, Integer, Symbol

from lemmata import IllFormed
from theory.activations import STEP
from theory.coefficients import coefficient, general_coefficient
from theory.gaussian import density
from theory.gradient import Components, W
from theory.hermite import He


class Learned(Symbol):
    """The name of a function inside a formula; a mutant has the other one."""

    def mutations(self) -> list[Learned]:
        """The other known functions."""
        return [other for other in (TARGET, RESIDUAL) if other != self]


TARGET = Learned(r"f^\star")
RESIDUAL = Learned(r"\hat f^\star")
"""What preprocessing leaves, f* - alpha - beta.x."""


class MeanSlope(Function):
    """The vector E[grad F(x) 1{w.x + b >= 0}]."""

    nargs = 1

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\mathbb{{E}}[\nabla {printer.doprint(self.args[0])}(x)\,\sigma'(w\cdot x)]"


class MeanKink(Function):
    """The number E[F(x) delta(w.x + b)], where delta is the second derivative of the ReLU."""

    nargs = 1

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\mathbb{{E}}[{printer.doprint(self.args[0])}(x)\,\sigma''(w\cdot x)]"


def by_parts(formula: Basic, q: Basic, t: Basic, bias: Basic, residual: int = 1, target: int = 1) -> Components:
    """A formula in the two parts, where f* = ``target`` He_q(u.x) and the residual is ``residual`` He_q(u.x).

    Parameters
    ----------
    q : a number, or a symbol for the integers from 2 on.

    Raises
    ------
    IllFormed : the formula is not a sum of vectors, linear in the two parts.
    """
    slope, kink = _parts(q, t, bias)
    found = Components(Integer(0), Integer(0))
    for term in sympy.Add.make_args(sympy.expand(formula)):
        parts = [f for f in sympy.Mul.make_args(term) if isinstance(f, MeanSlope | MeanKink)]
        if len(parts) != 1:
            raise IllFormed(f"{term}: not one expectation a term")
        weight = term / parts[0]
        share = {TARGET: target, RESIDUAL: residual}.get(parts[0].args[0])
        is_kink = isinstance(parts[0], MeanKink)
        if share is None or weight.has(W) != is_kink or (weight / W if is_kink else weight).has(W, MeanSlope, MeanKink):
            raise IllFormed(f"{term}: not a vector, or not of f* or its residual")
        if is_kink:
            found = Components(found.along_u, found.along_w + share * kink * weight / W)
        else:
            found = Components(found.along_u + share * slope * weight, found.along_w)
    return found


def _parts(q: Basic, t: Basic, bias: Basic) -> tuple[Basic, Basic]:
    """The length along u of ``MeanSlope``, and ``MeanKink``, of He_q(u.x)."""
    if q == 0:
        return Integer(0), density(bias)
    step = coefficient(STEP, int(q) - 1, bias) if q.is_Integer else general_coefficient(STEP, q - 1, bias)
    return q * t ** (q - 1) * step, t**q * (-1) ** q * He(q, bias).doit() * density(bias)
