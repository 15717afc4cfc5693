"""Readers of tensor sums: what they read, and what they refuse."""

import pytest
import sympy
from sympy import Product, Sum, factorial, factorial2, symbols

from lemmata import IllFormed, as_printed
from theory.tensor_series import (
    DerivativeNorm,
    DerivativeTrace,
    HermitePairing,
    Mean,
    PowerPairing,
    TraceNorm,
    single,
    tensor_series,
    value_at,
)

k, p, q = symbols("k p q")


def test_a_series_is_met_at_an_order() -> None:
    with as_printed():
        printed = 3 * Sum(HermitePairing(k + 1, k) / factorial(k), (k, 0, p - 1))
    series = tensor_series(printed, HermitePairing)
    weight, hermite_order = series.at_order(q)
    assert sympy.simplify(weight - 3 / factorial(q - 1)) == 0
    assert hermite_order == q - 1
    assert (series.order(series.low), series.order(series.high)) == (1, p)


@pytest.mark.parametrize(
    "wrong",
    [
        DerivativeNorm(k),
        Sum(k, (k, 0, p)),
        Sum(DerivativeNorm(k) ** 2, (k, 0, p)),
        Sum(DerivativeNorm(k) + 1, (k, 0, p)),
        Sum(DerivativeNorm(k), (k, 0, p)) + 1,
        Sum(DerivativeNorm(k), (k, 0, p)) * Sum(k, (k, 0, p)),
        DerivativeNorm(q) * Sum(DerivativeNorm(k), (k, 0, p)),
        Sum(DerivativeNorm(k), (k, 0, p), (q, 0, 1)),
    ],
    ids=str,
)
def test_other_shapes_are_refused(wrong: sympy.Expr) -> None:
    with pytest.raises(IllFormed):
        tensor_series(wrong, DerivativeNorm)


@pytest.mark.parametrize("order", [2 * k, 3, p - k], ids=str)
def test_an_order_that_may_be_missed_is_refused(order: sympy.Expr) -> None:
    with pytest.raises(IllFormed, match="not a shift"):
        tensor_series(Sum(DerivativeNorm(order), (k, 0, p)), DerivativeNorm).at_order(q)


def test_single_reads_a_factor_and_a_node() -> None:
    node = Product(k, (k, 1, p))
    assert single(2 * q * node, Product) == (2 * q, node)
    for wrong in (node**2, node + 1, q):
        with pytest.raises(IllFormed):
            single(wrong, Product)


def test_values_are_put_in_at_once() -> None:
    assert value_at(k - p, {k: p, p: k}) == p - k
    with pytest.raises(IllFormed, match="no value"):
        value_at(factorial2(2 * k - 2), {k: 0})


@pytest.mark.parametrize("named", [HermitePairing(k, k), HermitePairing(k + 1, k), DerivativeNorm(k), TraceNorm(k),
                                   DerivativeTrace(2 * q + k, q), PowerPairing(k), Mean(PowerPairing(k))], ids=str)  # fmt: skip
def test_names_have_latex_with_balanced_brackets(named: sympy.Expr) -> None:
    shown = sympy.latex(named)
    assert shown.count("{") == shown.count("}")
    assert "operatorname" not in shown
