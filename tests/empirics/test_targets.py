"""Targets: exact moments against exact quadrature, values against numpy's Hermite series."""

from __future__ import annotations

import numpy
import pytest
import sympy
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from empirics.targets import TARGETS, Target, equation_2, named, quadratic, quadratic_form, single_index
from lemmata.errors import LemmataError

RATIONALS = st.fractions(-3, 3, max_denominator=12).map(
    lambda value: sympy.Rational(value.numerator, value.denominator)
)
SERIES = st.lists(st.lists(RATIONALS, min_size=1, max_size=5).map(tuple), min_size=1, max_size=3).map(tuple)


def average(target: Target, factor_axis: int | None = None, power: int = 1) -> float:
    """E[f^power], times He_2 of one coordinate where asked, by a product rule that is exact here."""
    nodes, weights = numpy.polynomial.hermite_e.hermegauss(8)
    weights = weights / weights.sum()
    axes = [nodes] * target.directions
    grid = torch.from_numpy(numpy.stack(numpy.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes)))
    mass = numpy.prod(numpy.meshgrid(*[weights] * len(axes), indexing="ij"), axis=0).reshape(-1)
    values = target(grid).numpy() ** power
    if factor_axis is not None:
        values = values * (grid[:, factor_axis].numpy() ** 2 - 1)
    return float(mass @ values)


@settings(max_examples=40)
@given(SERIES)
def test_second_moment_is_the_quadratures(series: tuple[tuple[sympy.Expr, ...], ...]) -> None:
    target = Target(series)
    assert average(target, power=2) == pytest.approx(float(target.second_moment), rel=1e-9, abs=1e-9)


@settings(max_examples=40)
@given(SERIES)
def test_average_hessian_is_the_correlation_with_he_2(series: tuple[tuple[sympy.Expr, ...], ...]) -> None:
    target = Target(series)
    for axis in range(target.directions):
        expected = float(target.hessian[axis, axis])
        assert average(target, factor_axis=axis) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(max_examples=40)
@given(SERIES, st.integers(0, 2**32 - 1))
def test_values_are_the_hermite_series(series: tuple[tuple[sympy.Expr, ...], ...], seed: int) -> None:
    x = numpy.random.default_rng(seed).standard_normal((7, 4))
    expected = sum(
        numpy.polynomial.hermite_e.hermeval(x[:, axis], [float(entry) for entry in row])
        for axis, row in enumerate(series)
    )
    numpy.testing.assert_allclose(Target(series)(torch.from_numpy(x)).numpy(), expected, atol=1e-9, rtol=1e-9)


@pytest.mark.parametrize("p", range(3, 9))
def test_equation_2_is_normalised_with_unit_hessian(p: int) -> None:
    target = equation_2(p)
    assert target.second_moment == 1
    assert target.hessian == sympy.Matrix([[1]])


@pytest.mark.parametrize("r", [1, 2, 3, 4])
def test_quadratic_is_normalised_with_the_same_hessian_norm_for_every_rank(r: int) -> None:
    target = quadratic(r)
    assert target.second_moment == 1
    assert target.hessian_norm**2 == 2
    assert target.hessian == sympy.sqrt(sympy.Rational(2, r)) * sympy.eye(r)


def test_a_linear_target_has_no_hessian() -> None:
    assert single_index([0, 1]).hessian_norm == 0


def test_constants_of_several_directions_add_up() -> None:
    one = sympy.Integer(1)
    assert Target(((one,), (one,))).second_moment == 4


def test_values_keep_single_precision() -> None:
    assert quadratic(2)(torch.ones(3, 2)).dtype == torch.float32


def test_fewer_columns_than_directions_is_an_error() -> None:
    with pytest.raises(LemmataError, match="at least r = 3 columns"):
        quadratic(3)(torch.ones(4, 2))


@pytest.mark.parametrize("series", [(), ((),)])
def test_an_empty_target_is_an_error(series: tuple[tuple[sympy.Expr, ...], ...]) -> None:
    with pytest.raises(LemmataError, match="at least one"):
        Target(series)


@pytest.mark.parametrize("coefficient", [sympy.nan, sympy.oo, sympy.I, sympy.Symbol("c")])
def test_a_coefficient_that_is_no_real_number_is_an_error(coefficient: sympy.Expr) -> None:
    with pytest.raises(LemmataError, match="finite real number"):
        Target(((coefficient,),))


@pytest.mark.parametrize("p", [-1, 0, 2])
def test_equation_2_needs_a_degree_of_its_own(p: int) -> None:
    with pytest.raises(LemmataError, match="p: expected an integer that is at least 3"):
        equation_2(p)


@settings(max_examples=25)
@given(st.lists(RATIONALS, min_size=3, max_size=3))
def test_a_quadratic_form_has_the_law_of_its_matrix(entries: list[sympy.Rational]) -> None:
    matrix = sympy.Matrix([[entries[0], entries[1]], [entries[1], entries[2]]])
    assume(matrix.det() != 0)
    target = quadratic_form(matrix.tolist())
    # The quadratic form's law depends on the eigenvalues alone: their symmetric functions must agree.
    assert sympy.simplify(target.hessian.trace() - matrix.trace()) == 0
    assert sympy.simplify(target.hessian.det() - matrix.det()) == 0
    assert sympy.simplify(target.second_moment - (matrix * matrix).trace() / 2) == 0


def test_a_hessian_that_is_not_symmetric_is_an_error() -> None:
    with pytest.raises(LemmataError, match=r"^Hessian: expected a symmetric matrix"):
        quadratic_form([[1, 2], [0, 1]])


def test_a_singular_hessian_is_an_error() -> None:
    with pytest.raises(LemmataError, match=r"^Hessian: its rank is 1, and the paper needs r = 2"):
        quadratic_form([[1, 1], [1, 1]])


@pytest.mark.parametrize("rows", [[], [[1, 2]], [[1], [2]]])
def test_a_hessian_that_is_not_square_is_an_error(rows: list[list[int]]) -> None:
    with pytest.raises(LemmataError, match=r"^Hessian: expected a square matrix"):
        quadratic_form(rows)


def test_a_hessian_with_other_entries_than_numbers_is_an_error() -> None:
    with pytest.raises(LemmataError, match=r"^Hessian: the entry nan is not a finite real number"):
        quadratic_form([[sympy.nan]])


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_named_targets_are_normalised(name: str) -> None:
    assert named(name).second_moment == 1


def test_an_unknown_target_gets_the_nearest_one() -> None:
    with pytest.raises(LemmataError, match=r"^target: .*did you mean 'equation-2-degree-4'\?"):
        named("equation-degree-4")


@pytest.mark.parametrize("entry", ["x", "1/2", None, object()])
def test_a_coefficient_that_is_no_number_is_an_error(entry: object) -> None:
    with pytest.raises(LemmataError, match=r"^target: .* is not a finite real number"):
        single_index([0, 0, entry])  # type: ignore[list-item]


def test_coefficients_of_a_target_are_sympys() -> None:
    with pytest.raises(LemmataError, match=r"^target: the coefficient 0.5 is not a finite real number"):
        Target(((0.5,),))  # type: ignore[arg-type]
