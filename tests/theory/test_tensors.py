"""Symmetric tensors against full arrays, written out index by index."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, symbols

from theory.tensors import (
    ChiMoment,
    NormalMoment,
    SymmetricTensor,
    average_derivative,
    identity_power,
    multi_indices,
    multinomial,
    normal_moment,
    sphere_moment,
)

numbers = st.fractions(min_value=-3, max_value=3, max_denominator=5)


@st.composite
def tensors(draw: st.DrawFn, orders: tuple[int, int] = (0, 4), dimensions: tuple[int, int] = (1, 3)) -> SymmetricTensor:
    dimension, order = draw(st.integers(*dimensions)), draw(st.integers(*orders))
    indices = list(multi_indices(dimension, order))
    entries = draw(st.lists(numbers, min_size=len(indices), max_size=len(indices)))
    return SymmetricTensor(dimension, order, dict(zip(indices, entries, strict=True)))


def vectors(dimension: int) -> st.SearchStrategy[list[Fraction]]:
    return st.lists(numbers, min_size=dimension, max_size=dimension)


def full(tensor: SymmetricTensor) -> np.ndarray:
    """The array T[i_1, ..., i_p] of exact fractions."""
    array = np.empty((tensor.dimension,) * tensor.order, dtype=object)
    for place in itertools.product(range(tensor.dimension), repeat=tensor.order):
        array[place] = tensor.entry(tuple(place.count(i) for i in range(tensor.dimension)))
    return array


@given(st.integers(1, 4), st.integers(0, 6))
def test_multi_indices_are_all_and_count_all_slots(dimension: int, order: int) -> None:
    found = list(multi_indices(dimension, order))
    assert found == sorted(set(found))
    assert len(found) == math.comb(order + dimension - 1, order)
    assert sum(multinomial(index) for index in found) == dimension**order


@settings(max_examples=40)
@given(st.data(), tensors())
def test_contractions_and_norms_are_those_of_the_full_array(data: st.DataObject, tensor: SymmetricTensor) -> None:
    array = full(tensor)
    assert tensor.norm_squared() == sum(x * x for x in array.flat)
    if tensor.order >= 1:
        v = data.draw(vectors(tensor.dimension))
        assert np.array_equal(full(tensor.contract(v)), np.tensordot(array, np.array(v, dtype=object), 1))
    if tensor.order >= 2:
        traced = sum(array[(i, i)] for i in range(tensor.dimension))
        assert np.array_equal(full(tensor.trace()), traced)


@settings(max_examples=30)
@given(st.data(), st.integers(1, 3), st.integers(0, 4))
def test_powers_pair_as_inner_products(data: st.DataObject, dimension: int, order: int) -> None:
    u, v = data.draw(vectors(dimension)), data.draw(vectors(dimension))
    overlap = sum((a * b for a, b in zip(u, v, strict=True)), Fraction(0))
    one, other = SymmetricTensor.power(u, order), SymmetricTensor.power(v, order)
    assert one.inner(other) == overlap**order
    assert one.contract(v, order).entry((0,) * dimension) == overlap**order
    scale = data.draw(numbers)
    assert (one + scale * other).inner(other) == one.inner(other) + scale * other.norm_squared()


@pytest.mark.parametrize(("dimension", "order"), [(2, 2), (3, 2), (2, 3), (2, 4)])
def test_symmetrised_is_the_mean_over_permutations(dimension: int, order: int) -> None:
    entries = {
        place: Fraction(sum((7 * i + 3) ** slot for slot, i in enumerate(place)) % 11)
        for place in itertools.product(range(dimension), repeat=order)
    }
    mean = np.empty((dimension,) * order, dtype=object)
    for place in entries:
        total = sum(entries[tuple(place[s] for s in sigma)] for sigma in itertools.permutations(range(order)))
        mean[place] = total / math.factorial(order)
    assert np.array_equal(full(SymmetricTensor.symmetrised(dimension, order, entries)), mean)


@pytest.mark.parametrize(("dimension", "pairs"), [(1, 2), (2, 1), (2, 2), (3, 2), (2, 3)])
def test_identity_power_is_the_symmetrised_product_of_identities(dimension: int, pairs: int) -> None:
    entries = {}
    for halves in itertools.product(range(dimension), repeat=pairs):
        entries[tuple(i for i in halves for _ in range(2))] = 1
    assert identity_power(dimension, pairs) == SymmetricTensor.symmetrised(dimension, 2 * pairs, entries)


def test_moments_by_quadrature_on_the_circle() -> None:
    nodes = np.linspace(0, 2 * math.pi, 64, endpoint=False)  # exact for trigonometric polynomials of low degree
    for half in range(4):
        for (a, b), value in sphere_moment(2, half).entries.items():
            assert float(value) == pytest.approx(np.mean(np.cos(nodes) ** a * np.sin(nodes) ** b), abs=1e-12)
    z, weights = np.polynomial.hermite_e.hermegauss(20)
    for (a, b), value in normal_moment(2, 3).entries.items():
        product = (weights @ z**a) * (weights @ z**b) / (2 * math.pi)
        assert float(value) == pytest.approx(product, abs=1e-9)


@pytest.mark.parametrize("half", range(5))
def test_named_moments_are_the_tensors_own(half: int) -> None:
    assert NormalMoment(half).definition() == normal_moment(1, half).entry((2 * half,))
    for dimension in (1, 2, 5):
        # E|w|^(2k) is the moment tensor, traced fully.
        traced = normal_moment(dimension, half).trace(half).entry((0,) * dimension)
        assert sympy.gammasimp(ChiMoment(dimension, half).definition()) == Rational(
            traced.numerator, traced.denominator
        )


def test_hermite_tensors_against_the_derivatives_of_the_density() -> None:
    x, y = symbols("x y")
    density = sympy.exp(-(x**2 + y**2) / 2)
    at = {x: Rational(2, 3), y: Rational(-5, 2)}
    for order in range(5):
        tensor = SymmetricTensor.hermite([Fraction(2, 3), Fraction(-5, 2)], order)
        for (a, b), value in tensor.entries.items():
            derivative = density
            for variable, times in ((x, a), (y, b)):
                for _ in range(times):
                    derivative = derivative.diff(variable)
            exact = sympy.simplify((-1) ** order * derivative / density).subs(at)
            assert exact == Rational(value.numerator, value.denominator)


def test_average_derivatives_of_a_polynomial() -> None:
    x, y = symbols("x y")
    f = x**3 * y - 2 * x**2 + y + 5
    # E f = -2 + 5; grad: E[3 x^2 y - 4 x] = 0, E[x^3 + 1] = 1; hessian: [[-4, 3], [3, 0]]; ...
    assert average_derivative(f, [x, y], 0).entries == {(0, 0): 3}
    assert average_derivative(f, [x, y], 1).entries == {(0, 1): 1}
    assert average_derivative(f, [x, y], 2).entries == {(2, 0): -4, (1, 1): 3}
    assert average_derivative(f, [x, y], 3).entries == {}
    assert average_derivative(f, [x, y], 4).entries == {(3, 1): 6}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SymmetricTensor(0, 1, {}), "dimension >= 1"),
        (lambda: SymmetricTensor(2, -1, {}), "order >= 0"),
        (lambda: SymmetricTensor(2, 2, {(1, 0): 1}), "counts of sum 2"),
        (lambda: SymmetricTensor(2, 2, {(3, -1): 1}), "counts of sum 2"),
        (lambda: SymmetricTensor(1, 1, {(1,): 0.5}), "exact rational"),
        (lambda: SymmetricTensor.power([math.nan], 1), "exact rational"),
        (lambda: SymmetricTensor.power([1, 2], 2).contract([1]), "1 components"),
        (lambda: SymmetricTensor.power([1, 2], 2).contract([1, 0], 3), "more slots"),
        (lambda: SymmetricTensor.power([1, 2], 3).trace(2), "more slots"),
        (lambda: SymmetricTensor.power([1, 2], 3).inner(SymmetricTensor.power([1, 2], 2)), "tensors of order"),
        (lambda: SymmetricTensor.symmetrised(2, 2, {(0, 2): 1}), "coordinates from 0 to 1"),
        (lambda: average_derivative(sympy.exp(symbols("x")), [symbols("x")], 1), "not a polynomial"),
    ],
)
def test_what_is_no_tensor_is_refused(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]
