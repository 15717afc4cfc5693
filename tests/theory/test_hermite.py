import math

import numpy as np
import pytest
import scipy.special
import sympy
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational, Sum, exp, factorial, oo, sqrt, symbols
from sympy.core.function import ArgumentIndexError

from lemmata import IllFormed, as_printed
from lemmata.engines.balls import NoEnclosure
from theory.hermite import He, polynomial
from theory.hermite_series import hermite_series

x, k, m, y = symbols("x k m y")
fractions = st.fractions(min_value=-6, max_value=6, max_denominator=20)


@given(st.integers(0, 30), fractions)
def test_polynomials_are_scipys(k: int, at: object) -> None:
    ours = sum(c * at**i for i, c in enumerate(polynomial(k)))
    theirs = scipy.special.eval_hermitenorm(k, float(at))
    assert float(ours) == pytest.approx(theirs, rel=1e-9, abs=1e-9 * math.sqrt(math.factorial(k)) * 4)


def test_coefficients_are_numpys_exactly() -> None:
    for k in range(12):
        assert list(polynomial(k)) == [int(c) for c in np.polynomial.hermite_e.herme2poly([0] * k + [1])]
    assert polynomial(3) == (0, -3, 0, 1)
    with pytest.raises(ValueError, match="k >= 0"):
        polynomial(-1)


@given(st.integers(0, 40), fractions)
def test_enclosures_contain_the_value(k: int, at: object) -> None:
    exact = sum(c * at**i for i, c in enumerate(polynomial(k)))
    ball = He.enclose(arb(k), arb(fmpq(at.numerator, at.denominator)))
    assert ball.contains(arb(fmpq(exact.numerator, exact.denominator)))


@pytest.mark.parametrize("order", [arb(-1), arb("0.5"), arb(2, 1)])
def test_orders_that_are_not_whole_have_no_enclosure(order: arb) -> None:
    with pytest.raises(NoEnclosure):
        He.enclose(order, arb(1))


def test_orthogonality_and_derivative() -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    for i in range(6):
        for j in range(6):
            inner = sum(weights * scipy.special.eval_hermitenorm(i, nodes) * scipy.special.eval_hermitenorm(j, nodes))
            assert inner / math.sqrt(2 * math.pi) == pytest.approx(math.factorial(i) if i == j else 0, abs=1e-9)
    assert sympy.expand((He(4, x).diff(x) - 4 * He(3, x)).doit()) == 0
    assert sympy.expand((He(5, x) - He(5, x).step_down()).doit()) == 0
    with pytest.raises(ArgumentIndexError):
        He(k, x).fdiff(1)


with as_printed():
    SERIES = Sum(1 / factorial(k) * He(2 * k, x), (k, 1, oo))
    READ = {
        "plain": SERIES,
        "a factor behind": SERIES / 3,
        "a factor before": sqrt(2) * SERIES,
        "a common factor": (1 + x + SERIES) / sqrt(2),
        "nested": 2 * (3 * (x + SERIES) - 1),
        "minus": x - SERIES,
        "a factor inside of the sum": Sum(2 * (He(2 * k, x) / factorial(k)), (k, 1, oo)),
        "two sums": SERIES + Sum(He(3 * k + 1, x) / 2**k, (k, 0, oo)),
        "two terms in a sum": Sum(He(2 * k, x) / 2**k + 3 * He(2 * k + 1, x) / 3**k, (k, 1, oo)),
        "Hermite polynomials and powers": 2 + He(3, x) - x**4 + SERIES,
    }
    REFUSED = {
        "a square": SERIES**2,
        "an inverse": 1 / SERIES,
        "an exponential": exp(SERIES),
        "a product of sums": SERIES * SERIES,
        "a factor of x": x * SERIES,
        "a factor 1 + x": (1 + x) * SERIES,
        "a finite sum": Sum(He(2 * k, x), (k, 1, 5)),
        "a symbolic start": Sum(He(2 * k, x), (k, m, oo)),
        "two indices": Sum(He(2 * k, x) / m**2, (k, 1, oo), (m, 1, oo)),
        "no polynomial": Sum(x**k, (k, 1, oo)),
        "a constant beside": Sum((1 + He(2 * k, x)) / k**2, (k, 1, oo)),
        "a squared polynomial": Sum(He(2 * k, x) ** 2 / k**2, (k, 1, oo)),
        "a polynomial twice": Sum(He(2 * k, x) * He(2 * k, x) / k**2, (k, 1, oo)),
        "an inverse polynomial": Sum(1 / He(2 * k, x), (k, 1, oo)),
        "another variable": Sum(He(2 * k, y), (k, 1, oo)),
        "a weight with x": Sum(x * He(2 * k, x), (k, 1, oo)),
        "a decreasing order": Sum(He(5 - k, x), (k, 1, oo)),
        "a quadratic order": Sum(He(k**2, x), (k, 1, oo)),
        "a constant order": Sum(He(3, x) / k**2, (k, 1, oo)),
        "a fractional order": Sum(He(k / 2, x), (k, 1, oo)),
        "a negative first order": Sum(He(k - 3, x), (k, 1, oo)),
        "an order without a sum": He(k, x),
        "no polynomial in x": exp(x) + SERIES,
    }


def value(series: object, order: int) -> object:
    """The weight of He_order, read off the first terms of the sums, by projection."""
    unrolled = series.replace(
        lambda e: isinstance(e, Sum),
        lambda e: sum(e.function.subs(k, i) for i in range(int(e.limits[0][1]), 9)),
    )
    form = sympy.Poly(sympy.expand(unrolled.replace(He, lambda n, z: He(n, z).doit()).doit()), x)
    for degree in range(form.degree(), order, -1):
        form = form - sympy.Poly(He(Integer(degree), x).doit() * form.coeff_monomial(x**degree), x)
    return form.coeff_monomial(x**order)


@pytest.mark.parametrize("name", READ)
def test_what_is_read_is_what_stands_there(name: str) -> None:
    series = hermite_series(READ[name], x)
    for order in range(8):
        assert sympy.simplify(series.weight(order).doit() - value(READ[name], order)) == 0


@pytest.mark.parametrize("name", REFUSED)
def test_other_shapes_are_refused(name: str) -> None:
    with pytest.raises(IllFormed):
        hermite_series(REFUSED[name], x)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(3)), st.permutations(range(3)), st.integers(1, 5))
def test_reordering_does_not_matter(terms: list[int], factors: list[int], scale: int) -> None:
    with as_printed():
        parts = [Rational(1, 3), x / 2, sympy.Mul(*([SERIES, sqrt(5), Integer(scale)][i] for i in factors))]
        reordered = sympy.Add(*(parts[i] for i in terms))
    series = hermite_series(reordered, x)
    expected = [Rational(1, 3), Rational(1, 2), scale * sqrt(5), 0, scale * sqrt(5) / 2]
    assert [sympy.simplify(series.weight(order)) for order in range(5)] == expected


def test_steady_is_beyond_every_beginning() -> None:
    with as_printed():
        late = SERIES + Sum(He(2 * k, x), (k, 4, oo)) + He(11, x)
    assert hermite_series(SERIES, x).steady == 2
    assert hermite_series(late, x).steady == 12
    assert hermite_series(Integer(0), x).steady == 0
