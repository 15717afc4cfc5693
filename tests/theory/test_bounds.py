"""Bounds as sums of monomials: orders against evaluation at huge sizes, thresholds and crossings against their inverses."""

import math

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Integer, Max, Min, Rational, Symbol, exp, log, sqrt, symbols

from lemmata import IllFormed, LemmataError, as_printed, integers
from lemmata.discharge import discharge
from lemmata.verdicts import Result
from theory.bounds import Bound, Monomial, same_order

d, n, r, p, iota = symbols("d n r p iota")
VARIABLES = (d, n, r)

powers = st.integers(-8, 8).map(lambda k: Rational(k, 4))
regimes = st.fixed_dictionaries({v: st.integers(0, 4).map(lambda k: Rational(k, 2)) for v in VARIABLES})
monomials = st.builds(
    lambda c, e: Monomial.of(Rational(c, 3), dict(zip(VARIABLES, e, strict=True))),
    st.integers(1, 9),
    st.tuples(powers, powers, powers),
)
bounds = st.lists(monomials, min_size=1, max_size=4).map(lambda terms: Bound(tuple(terms)))


def log_value(term: Monomial, regime: dict[Symbol, Rational], scale: float) -> float:
    """The logarithm of a term where each variable is exp(order * scale)."""
    return math.log(term.coefficient) + scale * sum(float(e * regime[v]) for v, e in term.powers)


@settings(max_examples=25)
@given(bounds, regimes)
def test_the_dominant_term_is_the_largest_at_huge_sizes(bound: Bound, regime: dict[Symbol, Rational]) -> None:
    huge = 1e5
    largest = max(log_value(term, regime, huge) for term in bound.terms)
    dominant = bound.dominant(regime)
    assert dominant
    for term in bound.terms:
        # Different orders differ by at least 1/8, coefficients by less than e^4.
        assert (log_value(term, regime, huge) > largest - 100) == (term in dominant)
    assert float(bound.order(regime)) == pytest.approx(largest / huge, abs=1e-3)


@settings(max_examples=25)
@given(bounds, regimes)
def test_the_order_of_symbols_agrees_with_that_of_numbers(bound: Bound, regime: dict[Symbol, Rational]) -> None:
    names = {v: Symbol(f"o_{v}") for v in VARIABLES}
    symbolic = bound.order(names)
    assert symbolic.subs({names[v]: order for v, order in regime.items()}) == bound.order(regime)


@settings(max_examples=25)
@given(monomials, monomials, st.integers(1, 5))
def test_thresholds_and_crossings_invert(one: Monomial, other: Monomial, target: int) -> None:
    assume(one.power(n) != other.power(n) and one.power(n) != 0)
    sizes = {d: 7, r: 3}
    solved = one.threshold(n, Integer(target)).expression
    value = one.expression.subs(n, solved).subs(sizes)
    assert float(value) == pytest.approx(target, rel=1e-9)
    crossing = one.crossover(other, n).expression
    at = {**sizes, n: crossing.subs(sizes)}
    assert float(one.expression.subs(at)) == pytest.approx(float(other.expression.subs(at)), rel=1e-9)


falling = st.lists(
    st.builds(
        lambda c, e, f: Monomial.of(Rational(c, 2), {n: -Rational(e, 4), d: Rational(f, 2)}),
        st.integers(1, 6), st.integers(1, 6), st.integers(0, 2),
    ),
    min_size=1,
    max_size=3,
).map(lambda terms: Bound(tuple(terms)))  # fmt: skip


@settings(max_examples=25)
@given(falling, st.integers(1, 4))
def test_the_threshold_of_the_sum_is_the_least_size(bound: Bound, share: int) -> None:
    target = Rational(3, 2 + share)
    least = bound.threshold(n, target, {d: Integer(2)})
    value = bound.expression.subs(d, 2)
    assert float(value.subs(n, least)) <= float(target) * (1 + 1e-12)
    assert least == 1 or float(value.subs(n, least - 1)) > float(target) * (1 - 1e-12)
    enough = bound.sufficient(n, target).subs(d, 2)
    assert least <= math.ceil(enough * (1 + 1e-9))


@settings(max_examples=40)
@given(bounds, st.tuples(*[st.integers(2, 50)] * 3))
def test_local_exponents_are_slopes(bound: Bound, sizes: tuple[int, int, int]) -> None:
    at = dict(zip(VARIABLES, sizes, strict=True))
    exact = float(bound.local_exponent(n, at))
    value = sympy.lambdify(n, bound.expression.subs({v: s for v, s in at.items() if v != n}), "math")
    step = 1e-5
    slope = (math.log(value(at[n] * math.exp(step))) - math.log(value(at[n] * math.exp(-step)))) / (2 * step)
    assert exact == pytest.approx(slope, abs=1e-6)


@settings(max_examples=40)
@given(bounds, st.tuples(*[st.integers(1, 10**6)] * 3))
def test_reduction_keeps_the_size(bound: Bound, sizes: tuple[int, int, int]) -> None:
    at = dict(zip(VARIABLES, sizes, strict=True))
    plain = Bound(tuple(Monomial.of(Integer(1), dict(term.powers)) for term in bound.terms))
    whole, kept = (float(b.expression.subs(at)) for b in (plain, plain.reduced()))
    assert kept <= whole * (1 + 1e-12)
    assert whole <= len(plain.terms) * kept * (1 + 1e-12)


def test_reduction_with_a_parameter() -> None:
    with as_printed():
        printed = r**p / n + r ** (2 * p) / n + r ** (p + 1) / n**2 + r ** (2 * p) / n
    bound = Bound.read(printed, VARIABLES)
    assert bound.reduced().expression == r ** (2 * p) / n


def test_reading_what_papers_print() -> None:
    with as_printed():
        printed = sqrt(d * r**p / Min(n, d)) + 2 / n ** Rational(1, 4) * (1 + d) + Max(n, d) ** 2 + sqrt(n + d)
    read = Bound.read(printed, VARIABLES)
    expected = {
        sqrt(d) * r ** (p / 2) / sqrt(n), r ** (p / 2), 2 / n ** Rational(1, 4), 2 * d / n ** Rational(1, 4),
        n**2, n * d, d**2, sqrt(n), sqrt(d),
    }  # fmt: skip
    assert {term.expression for term in read.terms} == expected


def test_hidden_factors() -> None:
    bound = Bound.read(iota**3 * sqrt(d / n) + iota / n ** Rational(1, 4), [d, n], hidden=[iota])
    assert bound.order({d: Integer(1), n: Integer(3)}) == Rational(-3, 4)
    assert bound.without_hidden().expression == sqrt(d) / sqrt(n) + n ** Rational(-1, 4)
    assert (bound + bound).hidden == (iota,)


def test_exponents_and_gains() -> None:
    one = Bound.read(sqrt(d / n) + n ** Rational(-1, 4), [d, n])
    other = Bound.read(sqrt(d / n), [d, n])
    near, far = {d: Integer(1), n: Rational(3, 2)}, {d: Integer(1), n: Integer(3)}
    assert one.exponent(n, near) == Rational(-1, 2)
    assert one.exponent(n, far) == Rational(-1, 4)
    assert other.gain(one, far) == Rational(1, 4)
    assert other.gain(one, near) == 0
    with pytest.raises(LemmataError, match="tie"):
        one.exponent(n, {d: Integer(1), n: Integer(2)})


def test_vacuity() -> None:
    bound = Bound.read(sqrt(d / n), [d, n])
    assert bound.is_vacuous({d: Integer(4), n: Integer(4)}, Integer(1))
    assert not bound.is_vacuous({d: Integer(4), n: Integer(5)}, Integer(1))
    assert bound.is_vacuous({d: Integer(2), n: Integer(1)}, sqrt(2))


@pytest.mark.parametrize("expression", [exp(n), n**d, (n + d) ** -1, (n + d) ** Rational(3, 2), log(n), Min(n, d)])
def test_what_is_no_sum_of_monomials_is_refused(expression: sympy.Expr) -> None:
    with pytest.raises(IllFormed):
        Bound.read(expression, VARIABLES)


def test_errors() -> None:
    bound = Bound.read(sqrt(d / n) + r ** Rational(-1, 2), VARIABLES)
    with pytest.raises(LemmataError, match="no order for r"):
        bound.order({d: Integer(1), n: Integer(1)})
    with pytest.raises(LemmataError, match="must be numbers"):
        bound.dominant({d: Integer(1), n: Symbol("e"), r: Integer(0)})
    with pytest.raises(LemmataError, match="does not depend"):
        next(term for term in bound.terms if term.power(r) != 0).threshold(n, Integer(1))
    with pytest.raises(LemmataError, match="grows"):
        bound.threshold(d, Rational(1, 2), {n: Integer(1), r: Integer(16)})
    with pytest.raises(LemmataError, match="large enough"):
        bound.threshold(n, Rational(1, 4), {d: Integer(1), r: Integer(16)})


@pytest.mark.parametrize(
    ("expression", "same"),
    [
        (n ** Rational(-1, 4) + sqrt(d / n), True),
        (sqrt(d / n), False),
        (sqrt(d / n) + n ** Rational(-1, 2), False),
        (2 * sqrt(d / n) + n ** Rational(-1, 4), False),
        (sqrt(d / n) - n ** Rational(-1, 4), False),
        (sqrt(d / n) + n ** Rational(-1, 4) + 1, False),
    ],
)
def test_same_order(expression: sympy.Expr, same: bool) -> None:
    derived = Bound.read(sqrt(d / n) + n ** Rational(-1, 4), VARIABLES)
    every = {v: integers(1) for v in VARIABLES}
    results = [discharge(o).result for o in same_order(Bound.read(expression, VARIABLES), derived, every, by="test")]
    assert (set(results) == {Result.PROVED}) == same
    assert same or Result.REFUTED in results
