"""Appendix A.1.1 and A.1.2 of damian2022 by other routes: quadrature, and exact tensors of two variables."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.integrate
import scipy.special
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational

from lemmata.judge import examine
from lemmata.verdicts import Status
from theory.papers.damian2022 import expansions
from theory.papers.damian2022.paper import paper
from theory.tensors import SymmetricTensor, average_derivative, normal_moment

X = sympy.symbols("x y")
points = st.tuples(*(st.fractions(min_value=-2, max_value=2, max_denominator=4) for _ in range(2)))


@st.composite
def polynomials(draw: st.DrawFn) -> sympy.Expr:
    """Polynomials of two variables, of degree at most 4."""
    terms = draw(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=4))
    return sum((c * X[0] ** a * X[1] ** b for c, a, b in terms), sympy.Integer(0))


def value(f: sympy.Expr, at: tuple[Fraction, Fraction]) -> Fraction:
    exact = f.subs({x: Rational(c.numerator, c.denominator) for x, c in zip(X, at, strict=True)})
    return Fraction(int(exact.p), int(exact.q))


@settings(max_examples=30, deadline=None)
@given(polynomials(), points)
def test_target_expansion_at_any_point(f: sympy.Expr, at: tuple[Fraction, Fraction]) -> None:
    series = sum(
        average_derivative(f, X, k).inner(SymmetricTensor.hermite(at, k)) / math.factorial(k) for k in range(5)
    )
    assert series == value(f, at)


@settings(max_examples=20, deadline=None)
@given(polynomials(), points)
def test_gradient_expansion_at_any_point(f: sympy.Expr, at: tuple[Fraction, Fraction]) -> None:
    for i in range(2):
        direction = [int(i == 0), int(i == 1)]
        series = sum(
            average_derivative(f, X, k + 1).contract(direction).inner(SymmetricTensor.hermite(at, k))
            / math.factorial(k)
            for k in range(4)
        )
        assert series == value(f.diff(X[i]), at)


@settings(max_examples=30, deadline=None)
@given(polynomials())
def test_parseval_against_the_moments_of_monomials(f: sympy.Expr) -> None:
    moments = [normal_moment(2, half) for half in range(5)]
    second = Fraction(0)
    for powers, coefficient in sympy.Poly(f**2, *X).terms():
        if sum(powers) % 2 == 0:
            second += int(coefficient) * moments[sum(powers) // 2].entry(powers)
    norms = [average_derivative(f, X, k).norm_squared() for k in range(5)]
    assert sum(norm / math.factorial(k) for k, norm in enumerate(norms)) == second
    assert all(norm <= math.factorial(k) * second for k, norm in enumerate(norms))


@pytest.mark.parametrize("overlap", [0.0, 0.3, -0.8, 1.0])
def test_correlation_by_quadrature_over_the_plane(overlap: float) -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(16)
    weights = weights / math.sqrt(2 * math.pi)
    along, across = np.meshgrid(nodes, nodes, indexing="ij")
    on_v = overlap * along + math.sqrt(1 - overlap**2) * across
    for j, k in itertools.product(range(6), repeat=2):
        values = scipy.special.eval_hermitenorm(j, along) * scipy.special.eval_hermitenorm(k, on_v)
        exact = math.factorial(k) * overlap**k if j == k else 0
        assert weights @ values @ weights == pytest.approx(exact, abs=1e-9)


def test_step_expansion_by_quadrature() -> None:
    # The step's weights, from integrals of He_k over the half line: E[1{Z >= 0} He_k(Z)] = He_{k-1}(0) phi(0).
    for order in range(12):
        integral, _ = scipy.integrate.quad(
            lambda z, order=order: scipy.special.eval_hermitenorm(order, z) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi),
            0, 14, epsabs=1e-11, limit=200,
        )  # fmt: skip
        half = (order - 1) // 2
        if order == 0:
            printed = 0.5
        elif order % 2 == 0:
            printed = 0.0
        else:
            printed = (-1) ** half / (math.factorial(half) * 2**half * (2 * half + 1)) / math.sqrt(2 * math.pi)
        assert printed == pytest.approx(integral / math.factorial(order), abs=1e-10)


OWN = [
    slug for slug, claim in paper.claims.items() if getattr(claim.obligations, "__module__", "") == expansions.__name__
]


@pytest.mark.parametrize("slug", OWN)
def test_the_statements_hold_for_all_parameters(slug: str) -> None:
    claim = paper.claims[slug]
    examination = examine(claim, claim.upheld, None)  # type: ignore[arg-type]
    assert examination.status is Status.HOLDS
    assert examination.grade(claim.upheld).value == "symbolic"
