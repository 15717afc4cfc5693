"""Stein's lemma for a gated function: its two parts by exact integration, and the reader of formulas."""

from __future__ import annotations

import pytest
import sympy
from sympy import Integer, Rational, exp, sqrt, symbols

from lemmata import IllFormed
from theory.activations import Step
from theory.gaussian import expectation
from theory.gradient import W
from theory.hermite import He
from theory.stein import RESIDUAL, TARGET, MeanKink, MeanSlope, by_parts

t, b, q = symbols("t b q")


@pytest.mark.parametrize("order", [0, 1, 2, 3, 4])
def test_both_parts_by_exact_integration(order: int) -> None:
    z, y = symbols("z y")
    at = Rational(3, 5)
    u = at * z + sqrt(1 - at**2) * y
    f = He(Integer(order), u).doit()
    found = by_parts(MeanSlope(TARGET) + W * MeanKink(TARGET), Integer(order), at, b)
    derivative = order * He(Integer(order - 1), u).doit() if order else Integer(0)
    slope = expectation(sympy.expand(derivative) * Step(z + b), z, y)
    # The law of z has density phi(b) at the kink z = -b; across, y is integrated out.
    kink = expectation(sympy.expand(f.subs(z, -b)), y) * exp(-(b**2) / 2) / sqrt(2 * sympy.pi)
    assert sympy.simplify(found.along_u - slope) == 0
    assert sympy.simplify(found.along_w - kink) == 0


def test_the_general_form_is_that_of_each_order() -> None:
    formula = MeanSlope(TARGET) + W * MeanKink(TARGET)
    general = by_parts(formula, q, t, b)
    for order in (2, 3, 5):
        plain = by_parts(formula, Integer(order), t, b)
        assert sympy.simplify(general.along_u.subs(q, order).doit() - plain.along_u) == 0
        assert sympy.simplify(general.along_w.subs(q, order).doit() - plain.along_w) == 0


def test_each_function_has_its_share() -> None:
    formula = MeanSlope(RESIDUAL) - 2 * W * MeanKink(TARGET)
    whole = by_parts(formula, Integer(1), t, b)
    without_target = by_parts(formula, Integer(1), t, b, residual=-1, target=0)
    assert without_target.along_u == -whole.along_u
    assert without_target.along_w == 0


@pytest.mark.parametrize(
    "formula",
    [
        MeanKink(TARGET),
        W * MeanSlope(TARGET),
        W**2 * MeanKink(TARGET),
        MeanSlope(TARGET) * MeanSlope(RESIDUAL),
        MeanSlope(TARGET) ** 2,
        MeanSlope(q),
        W + MeanSlope(TARGET),
    ],
)
def test_other_shapes_are_refused(formula: sympy.Expr) -> None:
    with pytest.raises(IllFormed):
        by_parts(formula, Integer(1), t, b)


def test_a_mutant_has_the_other_function() -> None:
    assert TARGET.mutations() == [RESIDUAL]
    assert RESIDUAL.mutations() == [TARGET]
