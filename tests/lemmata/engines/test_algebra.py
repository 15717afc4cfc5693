import pytest
import sympy
from sympy import Interval, S, Symbol, erf, erfc, exp, factorial, gamma, pi, sqrt, symbols

from lemmata import integers
from lemmata.engines import algebra
from lemmata.engines.definitions import to_lowest_orders, unfold
from theory.hermite import He
from theory.uniform import MonomialDerivative

x, y, p, q, k, n = symbols("x y p q k n")
COMPLEMENT = 1 - y * (1 - p)
# Multiplied out before it is over one denominator, it spreads that over its terms, and they do not cancel any more.
RATIONAL = (
    (1 + (q + 2 * COMPLEMENT - 1) / COMPLEMENT**2 / x)
    * COMPLEMENT**2
    * x
    / (x * COMPLEMENT**2 + q + 2 * COMPLEMENT - 1)
)


@pytest.mark.parametrize(
    ("expression", "domains"),
    [
        (factorial(k + 2) - (k + 2) * (k + 1) * factorial(k), {k: integers(0)}),
        (gamma(k + 1) - factorial(k), {k: integers(0)}),
        ((-1) ** (2 * k) - 1, {k: integers(0)}),
        (sqrt(x**2) - x, {x: Interval(0, 1)}),
        (sqrt(x**2) + x, {x: Interval(-1, 0)}),
        (sympy.Abs(x) - x, {x: Interval.open(0, 1)}),
        (exp(x) * exp(-x) - 1, {x: S.Reals}),
        (erf(x) + erf(-x), {x: S.Reals}),
        (erfc(x) + erf(x) - 1, {x: S.Reals}),
        (RATIONAL - 1, dict.fromkeys((x, y, p, q), Interval.open(0, 1))),
        (He(k + 1, x) - x * He(k, x) + k * He(k - 1, x), {k: integers(2), x: S.Reals}),
        (He(k + 3, x) - x * He(k + 2, x) + (k + 2) * He(k + 1, x), {k: integers(0), x: S.Reals}),
    ],
    ids=str,
)
def test_proves(expression: sympy.Expr, domains: dict[Symbol, sympy.Set]) -> None:
    assert algebra.proves_zero(expression, domains)


@pytest.mark.parametrize(
    ("expression", "domains"),
    [
        (sqrt(x**2) - x, {x: S.Reals}),
        (sqrt(x**2) - x, {x: Interval(-1, 1)}),
        (sympy.Abs(x) - x, {x: Interval(-1, 0)}),
        ((-1) ** k - 1, {k: integers(0)}),
        ((x**2) ** (pi / 2) - x**pi, {x: S.Reals}),
        (0**k, {k: integers(0)}),
        (sympy.Sum(n, (n, 1, k)) - k * (k + 1) / 2, {k: integers(1)}),
        (sympy.Max(x, 0) - x, {x: Interval(0, 1)}),
        (He(k + 1, x) - x * He(k, x) + (k + 1) * He(k - 1, x), {k: integers(2), x: S.Reals}),
        (S.NaN, {}),
        (S.ComplexInfinity, {}),
    ],
    ids=str,
)
def test_does_not_prove(expression: sympy.Expr, domains: dict[Symbol, sympy.Set]) -> None:
    assert not algebra.proves_zero(expression, domains)


def test_a_large_sum_of_quotients_is_not_put_over_one_denominator(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would not end in reasonable time."""

    def never(form: sympy.Basic) -> sympy.Basic:
        raise AssertionError(f"put over one denominator: {form.count_ops()} operations")

    monkeypatch.setattr(algebra, "_numerator", never)
    quotients = sum(1 / (x + i * y + p**2) for i in range(1, 100)) - 1
    assert not algebra.proves_zero(quotients, dict.fromkeys((x, y, p), Interval.open(0, 1)))


def test_recurrences_end_at_two_orders() -> None:
    orders = {f.args[0] for f in to_lowest_orders(He(k + 7, x) + He(k, x)).atoms(He)}
    assert orders == {k, k + 1}


def test_recurrences_keep_the_value() -> None:
    combination = 3 * He(k + 5, x) - He(k, x) * He(k + 2, x)
    at = {k: 2, x: sympy.Rational(3, 7)}
    assert to_lowest_orders(combination).subs(at).doit() == combination.subs(at).doit()


def test_definitions_are_unfolded() -> None:
    assert unfold(MonomialDerivative(2, x, k)) == k * (k - 1) * x ** (k - 2)
