"""The first algebra engine: SymPy."""

from __future__ import annotations

import sympy
from sympy import Basic

from lemmata.domains import Domains, with_assumptions
from lemmata.engines.definitions import to_lowest_orders, unfold

NAME = "sympy"

_LARGEST = 400
"""Operations beyond which the costly simplifiers are not tried: they may not end in reasonable time."""


def proves_zero(expression: Basic, domains: Domains) -> bool:
    """Whether SymPy rewrites the expression to zero for all values of the free symbols.

    Identities are proved where both sides are defined; False means that no proof was found.
    """
    if expression.has(sympy.Sum, sympy.Piecewise, sympy.Max, sympy.Min):
        return False
    form = to_lowest_orders(unfold(expression).xreplace(with_assumptions(domains)).doit(deep=True))
    if form.count_ops() <= _LARGEST and _numerator(form) == 0:
        return True
    for simplifier in _SIMPLIFIERS:
        form = simplifier(form)
        if form == 0:
            return True
        if form.count_ops() > _LARGEST:
            return False
    return False


def _numerator(form: Basic) -> Basic:
    """Of the sum over one denominator: to multiply out a quotient would spread the denominator over its terms."""
    return sympy.expand(sympy.fraction(sympy.together(form))[0])


def _plain(form: Basic) -> Basic:
    return sympy.expand(form)


def _factorials(form: Basic) -> Basic:
    return sympy.powsimp(sympy.expand_power_base(sympy.gammasimp(sympy.combsimp(form))))


def _fractions(form: Basic) -> Basic:
    return sympy.expand(sympy.radsimp(sympy.together(sympy.expand_func(form))))


_SIMPLIFIERS = (_plain, _factorials, _fractions, sympy.simplify)
