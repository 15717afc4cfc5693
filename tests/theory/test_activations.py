"""Activations as functions: their values, and what SymPy makes of them."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Max, Rational, Symbol, symbols

from theory.activations import Relu
from theory.gaussian import CannotIntegrate, expectation

x = Symbol("x")


@given(st.fractions(-5, 5, max_denominator=20))
def test_a_rectifier_has_a_value_as_a_maximum(number: Rational) -> None:
    value = Rational(number.numerator, number.denominator)
    assert Relu(value).rewrite(Max) == max(value, sympy.Integer(0))
    assert Relu(x).rewrite(Max).subs(x, value) == max(value, sympy.Integer(0))


def test_a_scale_of_unknown_sign_is_refused_with_the_way_out() -> None:
    z, v = symbols("z v")
    with pytest.raises(CannotIntegrate, match="declared positive, and substitute"):
        expectation(Relu(sympy.sqrt(v) * z) ** 2, z)
    positive = Symbol("u", positive=True)
    assert expectation(Relu(sympy.sqrt(positive) * z) ** 2, z).subs(positive, v) == v / 2
