import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial.hermite_e import hermegauss
from sympy import Add, Expr, Integer, Mul, Rational, Sum, exp, factorial, oo, symbols

from lemmata import IllFormed, as_printed
from theory.activations import RELU, STEP
from theory.coefficients import HermiteCoefficient, coefficient
from theory.gradient import Contraction, Subtracted, W, direct, direct_in_general, gradient_series

k, p, q, t, b, x = symbols("k p q t b x")

with as_printed():
    FIRST = HermiteCoefficient(RELU, k + 1) * Contraction(k + 1, k)
    SECOND = HermiteCoefficient(RELU, k + 2) * W * Contraction(k, k)
    SERIES = Sum(1 / factorial(k) * (FIRST + SECOND), (k, 0, p))


def number(e: Expr) -> mpmath.mpf:
    return mpmath.mpf(str(sympy.N(e, 25)))


def hermite(order: int, z: mpmath.mpf) -> mpmath.mpf:
    return mpmath.hermite(order, z / mpmath.sqrt(2)) / mpmath.sqrt(2) ** order


@pytest.mark.parametrize(
    ("order", "overlap", "bias"),
    [(0, "1/3", "0"), (1, "1/2", "-1"), (2, "3/5", "1/2"), (3, "-4/5", "0"), (4, "1/4", "1")],
)
def test_the_plane_integral_by_quadrature(order: int, overlap: str, bias: str) -> None:
    mpmath.mp.dps, before = 12, mpmath.mp.dps
    at, shift = Rational(overlap), Rational(bias)
    sine = mpmath.sqrt(1 - number(at) ** 2)
    nodes = [(mpmath.mpf(float(n)), mpmath.mpf(float(w))) for n, w in zip(*hermegauss(8), strict=True)]

    def across(z: mpmath.mpf, power: int) -> mpmath.mpf:
        # Gauss-Hermite is exact across: polynomials only.
        return sum(w * hermite(order, number(at) * z + sine * n) * n**power for n, w in nodes) / mpmath.sqrt(
            2 * mpmath.pi
        )

    edges = [-number(shift), max(3, 1 - number(shift)), 14]
    on_w = mpmath.quad(lambda z: z * across(z, 0) * mpmath.npdf(z), edges)
    on_normal = mpmath.quad(lambda z: across(z, 1) * mpmath.npdf(z), edges) / sine
    mpmath.mp.dps = before
    exact = direct(order, t, b)
    assert mpmath.almosteq(number(exact[0].subs({t: at, b: shift})), on_w, abs_eps=1e-8)
    assert mpmath.almosteq(number(exact[1].subs({t: at, b: shift})), on_normal, abs_eps=1e-8)


@pytest.mark.parametrize("order", [2, 3, 4, 5])
def test_the_general_form_is_the_plane_integral(order: int) -> None:
    for general, plain in zip(direct_in_general(q, t, b), direct(order, t, b), strict=True):
        assert sympy.simplify(general.subs(q, order).doit() - plain) == 0


@settings(max_examples=6, deadline=None)
@given(st.permutations(range(2)), st.permutations(range(3)), st.booleans())
def test_reordering_does_not_matter(terms: list[int], factors: list[int], inside: bool) -> None:
    with as_printed():
        second = Mul(*([HermiteCoefficient(RELU, k + 2), W, Contraction(k, k)][i] for i in factors))
        both = [FIRST, second]
        summand = (
            Add(*(both[i] / factorial(k) for i in terms)) if inside else Add(*(both[i] for i in terms)) / factorial(k)
        )
    for order, degree in [(2, 2), (0, 3), (3, 4)]:
        expected = gradient_series(SERIES).at_degree(order, degree, p, t, b)
        found = gradient_series(Sum(summand, (k, 0, p))).at_degree(order, degree, p, t, b)
        assert sympy.expand(found.along_u - expected.along_u) == 0
        assert sympy.expand(found.along_w - expected.along_w) == 0


def test_what_is_read() -> None:
    found = gradient_series(SERIES).at_degree(2, 2, p, t, b)
    assert sympy.simplify(found.along_u - 2 * t * coefficient(RELU, 2, b)) == 0
    assert sympy.simplify(found.along_w - t**2 * coefficient(RELU, 4, b)) == 0
    assert sympy.simplify(found.on_w(t) - direct(2, t, b)[0]) == 0


@settings(max_examples=5, deadline=None)
@given(st.integers(4, 7), st.integers(0, 2))
def test_the_general_reading_is_the_reading_at_numbers(order: int, surplus: int) -> None:
    general = gradient_series(SERIES).at_general_degree(q, 4, Integer(surplus), p, t, b)
    plain = gradient_series(SERIES).at_degree(order, order + surplus, p, t, b)
    assert sympy.simplify(general.along_u.subs(q, order).doit() - plain.along_u) == 0
    assert sympy.simplify(general.along_w.subs(q, order).doit() - plain.along_w) == 0


def test_a_series_that_ends_early_misses_the_last_term() -> None:
    short = gradient_series(Sum(SERIES.function, (k, 0, p - 1)))
    assert short.at_degree(2, 2, p, t, b).along_w == 0
    assert short.at_general_degree(q, 4, Integer(0), p, t, b).along_w == 0
    assert short.at_degree(2, 3, p, t, b).along_w != 0


C = Contraction(k, k)
WRONG = {
    "a product of sums": SERIES * SERIES,
    "a function of a sum": exp(SERIES),
    "an index outside of its sum": k * SERIES,
    "a tensor of symbolic order outside of a sum": Contraction(k + 1, k),
    "an imaginary weight": sympy.sqrt(-2) * Contraction(1, 0),
    "a linear part of order two": Subtracted(2, 1),
    "a linear part in a sum": Sum(W * Subtracted(k, k), (k, 0, 1)),
    "two indices": Sum(FIRST, (k, 0, p), (x, 0, 1)),
    "a symbolic start": Sum(FIRST, (k, x, p)),
    "a negative start": Sum(FIRST, (k, -1, p)),
    "no contraction": Sum(HermiteCoefficient(RELU, k), (k, 0, p)),
    "a squared contraction": Sum(W * C**2, (k, 0, p)),
    "an inverse contraction": Sum(W / C, (k, 0, p)),
    "two contractions": Sum(W * C * Contraction(k + 1, k), (k, 0, p)),
    "a function of a contraction": Sum(W * exp(C), (k, 0, p)),
    "w squared": Sum(W**2 * C, (k, 0, p)),
    "a function of w": Sum(exp(W) * C, (k, 0, p)),
    "one over w": Sum(C / W, (k, 0, p)),
}


@pytest.mark.parametrize("name", WRONG)
def test_other_shapes_are_refused(name: str) -> None:
    with pytest.raises(IllFormed):
        gradient_series(WRONG[name])


BAD_TERMS = {
    "a matrix": Contraction(k + 2, k),
    "a scalar": C,
    "a vector times w": W * Contraction(k + 1, k),
    "an end without a number": None,
    "a coefficient of negative order": HermiteCoefficient(STEP, k - 5) * W * C,
}


@pytest.mark.parametrize("name", BAD_TERMS)
def test_what_is_no_vector_is_refused(name: str) -> None:
    term = BAD_TERMS[name]
    series = Sum(W * C, (k, 0, x)) if term is None else Sum(term, (k, 0, p))
    with pytest.raises(IllFormed):
        gradient_series(series).at_degree(2, 4, p, t, b)


def test_orders_that_are_no_shift_of_the_index_are_refused() -> None:
    with pytest.raises(IllFormed):
        gradient_series(Sum(W * Contraction(2 * k, 2 * k), (k, 0, p))).at_general_degree(q, 4, Integer(0), p, t, b)


def test_a_sum_may_be_infinite_since_tensors_end_with_the_degree() -> None:
    for order, degree in [(0, 2), (2, 2), (3, 4)]:
        endless = gradient_series(Sum(SERIES.function, (k, 0, oo))).at_degree(order, degree, p, t, b)
        assert endless == gradient_series(SERIES).at_degree(order, degree, p, t, b)
    general = gradient_series(Sum(SERIES.function, (k, 0, oo))).at_general_degree(q, 4, Integer(0), p, t, b)
    assert general == gradient_series(SERIES).at_general_degree(q, 4, Integer(0), p, t, b)


def test_factors_and_single_terms_are_read() -> None:
    whole = gradient_series(SERIES).at_degree(2, 3, p, t, b)
    parts = 2 * (Sum(FIRST / factorial(k), (k, 0, p)) / 2) + W * Sum(SECOND / W / factorial(k), (k, 0, p))
    assert gradient_series(parts).at_degree(2, 3, p, t, b) == whole
    low = Contraction(1, 0) / 2 - Subtracted(1, 0) / 2 - W * Subtracted(0, 0)
    read = gradient_series(low)
    assert read.at_degree(1, 2, p, t, b).along_u == Rational(1, 2)
    assert read.at_degree(1, 2, p, t, b, Subtracted).along_u == -Rational(1, 2)
    assert read.at_degree(0, 2, p, t, b, Subtracted).along_w == -1


def test_every_second_order_is_read_by_parity() -> None:
    m = symbols("m")
    even = gradient_series(Sum(W * Contraction(2 * k, 2 * k), (k, 1, oo)))
    assert even.at_general_degree(2 * m, 2, Integer(0), p, t, b).along_w == factorial(2 * m) * t ** (2 * m)
    assert even.at_general_degree(2 * m + 1, 2, Integer(0), p, t, b).along_w == 0
    with pytest.raises(IllFormed, match="for some"):
        even.at_general_degree(q, 4, Integer(0), p, t, b)
    with pytest.raises(IllFormed, match="not below"):
        gradient_series(Contraction(5, 4)).at_general_degree(q, 4, Integer(0), p, t, b)


def test_the_order_with_which_sums_end() -> None:
    assert gradient_series(SERIES).last_orders() == [p + 1, p]


def test_an_end_that_is_not_affine_is_refused() -> None:
    # It is p for p = 2, ..., 5 only.
    bent = p - (p - 2) * (p - 3) * (p - 4) * (p - 5)
    with pytest.raises(IllFormed, match="affine"):
        gradient_series(Sum(SERIES.function, (k, 0, bent))).at_general_degree(q, 4, Integer(0), p, t, b)


def test_terms_that_depend_on_the_degree_are_refused() -> None:
    series = gradient_series(Sum(SERIES.function * p, (k, 0, p)))
    with pytest.raises(IllFormed, match="depends on p"):
        series.at_degree(2, 2, p, t, b)
    with pytest.raises(IllFormed, match="depends on p"):
        series.at_general_degree(q, 4, Integer(0), p, t, b)
