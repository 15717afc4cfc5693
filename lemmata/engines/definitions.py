"""Functions that stand for something else: by definition, or by a recurrence in their first argument."""

from __future__ import annotations

import sympy
from sympy import Basic

MOST_STEPS = 64


def unfold(expression: Basic) -> Basic:
    """Replace every function that declares ``definition()`` by that equal expression."""
    defined = {f: f.definition() for f in expression.atoms(sympy.Function) if hasattr(f, "definition")}
    return expression.xreplace(defined)


def to_lowest_orders(expression: Basic) -> Basic:
    """Rewrite every function that declares ``step_down()`` through its lowest two orders, order by order.

    ``F(n, ...).step_down()`` returns an equal expression in ``F(n - 1, ...)`` and ``F(n - 2, ...)``. Orders that differ by
    an integer belong together; each family keeps its two lowest members, so that equal expressions get equal forms.
    """
    for _ in range(MOST_STEPS):
        families: dict[Basic, list[tuple[int, Basic]]] = {}
        for atom in expression.atoms(sympy.Function):
            if hasattr(atom, "step_down"):
                order = sympy.expand(atom.args[0])
                shift = int(sympy.floor(order.as_coeff_Add()[0]))
                family = atom.func(order - shift, *(sympy.expand(a) for a in atom.args[1:]))
                families.setdefault(family, []).append((shift, atom))
        highest: dict[Basic, Basic] = {}
        for members in families.values():
            lowest = min(shift for shift, _ in members)
            highest |= {atom: atom.step_down() for shift, atom in members if shift > lowest + 1}
        if not highest:
            return expression
        expression = expression.xreplace(highest)
    return expression
