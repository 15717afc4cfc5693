"""Frames, targets, activations and networks: what they say of themselves against an independent computation."""

from __future__ import annotations

import copy
import doctest
import importlib
import itertools
import math
import pickle
import pkgutil
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lemmata import objects, strategies
from lemmata.errors import LemmataError
from lemmata.objects import (
    Activation,
    DictionaryLaw,
    Frame,
    GaussianMixture,
    GaussianNetwork,
    HalfspaceTasks,
    MultiIndexPolynomial,
    Network,
    OrthantTasks,
    TaskLaw,
    TwoLayerNetwork,
    gaussian_inputs,
)
from lemmata.objects.values import Floats

FEWER = settings(max_examples=50)  # for what is slow to draw
OBJECTS = st.one_of(
    strategies.frames(),
    strategies.polynomials(),
    strategies.activations(),
    strategies.networks(),
    strategies.dictionary_laws(),
    strategies.gaussian_mixtures(),
    strategies.task_laws(),
    st.builds(
        lambda law, seed: law.draw_tasks(np.random.default_rng(seed)), strategies.task_laws(), strategies.seeds()
    ),
)


def evaluated(text: str) -> Any:
    return eval(text, {name: getattr(objects, name) for name in objects.__all__} | {"Fraction": Fraction})


def nodes(dimension: int, count: int = 8) -> tuple[Floats, Floats]:
    """Gauss-Hermite points (n, d) and weights (n,) for N(0, I_d), exact for degrees below 2 count in each coordinate."""
    points, weights = np.polynomial.hermite_e.hermegauss(count)
    grid = np.array(list(itertools.product(points, repeat=dimension)))
    masses = np.array([math.prod(chosen) for chosen in itertools.product(weights / weights.sum(), repeat=dimension)])
    return grid, masses


@FEWER
@given(OBJECTS)
def test_the_text_of_an_object_evaluates_back_to_it(thing: Any) -> None:
    again = evaluated(repr(thing))
    assert again == thing
    assert hash(again) == hash(thing)
    assert repr(again) == repr(thing)


@FEWER
@given(OBJECTS)
def test_objects_travel_between_processes(thing: Any) -> None:
    assert pickle.loads(pickle.dumps(thing)) == thing
    assert copy.deepcopy(thing) == thing


def test_importing_the_objects_is_light() -> None:
    code = "import sys, lemmata.objects; print({'hypothesis', 'scipy', 'sympy', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


MODULES = [f"lemmata.objects.{module.name}" for module in pkgutil.iter_modules(objects.__path__)]


@pytest.mark.parametrize("name", [*MODULES, "lemmata.strategies"])
def test_examples_in_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    assert doctest.testmod(module, extraglobs={"np": np, "Fraction": Fraction}).failed == 0


# Frames


@given(strategies.frames(dimension=(1, 60), rank=(1, 60)))
def test_frames_are_orthonormal(frame: Frame) -> None:
    u = frame.array
    assert u.shape == (frame.dimension, frame.rank)
    assert np.abs(u.T @ u - np.eye(frame.rank)).max() <= 1e-12
    with pytest.raises(ValueError, match="read-only"):
        u[0, 0] = 2


@given(strategies.with_inputs(strategies.frames()))
def test_projecting_what_was_embedded_gives_it_back(case: tuple[Frame, Floats]) -> None:
    frame, x = case
    z = frame.project(x)
    assert np.allclose(frame.project(frame.embed(z)), z, rtol=0, atol=1e-12)


def test_a_seed_names_the_same_object_for_ever() -> None:
    """A change here means that every failing example that somebody wrote down is another one."""
    assert np.allclose(Frame(2, 1, seed=0).array.T, [[0.7828640230620845, 0.622192832966636]], rtol=0, atol=1e-12)
    assert np.allclose(gaussian_inputs(1, 1, seed=0), [[-0.21523506]], rtol=0, atol=1e-8)
    assert np.allclose(GaussianNetwork(1, 1, seed=0).parameters.weights, [[-0.32472401]], rtol=0, atol=1e-8)


def test_frames_of_one_direction_have_both_signs() -> None:
    """QR alone would always leave the same sign, and no frame from it would be Haar distributed."""
    assert {float(Frame(1, 1, seed).array[0, 0]) for seed in range(40)} == {-1.0, 1.0}


def test_objects_with_the_same_seed_share_no_stream() -> None:
    direction = Frame(5, 1, seed=0).array.ravel()
    weights = GaussianNetwork(5, 1, seed=0).parameters.weights.ravel()
    points = gaussian_inputs(1, 5, seed=0).ravel()
    for one, other in itertools.combinations((direction, weights, points), 2):
        assert abs(one @ other) < 0.99 * np.linalg.norm(one) * np.linalg.norm(other)


# Polynomials

SMALL = strategies.polynomials(dimension=(1, 3), rank=(1, 3))


@given(SMALL)
def test_moments_of_a_polynomial_against_quadrature(f: MultiIndexPolynomial) -> None:
    x, masses = nodes(f.dimension)
    values = f(x)
    scale = 1 + float(f.second_moment)
    assert abs(masses @ values - float(f.mean)) <= 1e-10 * scale
    assert abs(masses @ values**2 - float(f.second_moment)) <= 1e-10 * scale


@given(SMALL)
def test_the_mean_hessian_by_stein(f: MultiIndexPolynomial) -> None:
    """E hess f = E[f(x) (x x^T - I)]."""
    x, masses = nodes(f.dimension)
    expected = np.einsum("n,n,ni,nj->ij", masses, f(x), x, x) - masses @ f(x) * np.eye(f.dimension)
    assert np.allclose(f.mean_hessian, expected, rtol=0, atol=1e-10 * (1 + float(f.second_moment)))


@given(strategies.with_inputs(strategies.polynomials()))
def test_both_bases_give_the_same_values(case: tuple[MultiIndexPolynomial, Floats]) -> None:
    f, x = case
    other = f.in_basis("monomial" if f.basis == "hermite" else "hermite")
    assert other.in_basis(f.basis) == f
    assert other.degree == f.degree
    scale = sum(abs(c) for g in (f, other) for _, c in g.terms) * (1 + np.abs(f.frame.project(x)).max()) ** f.degree
    assert np.allclose(f(x), other(x), rtol=0, atol=1e-12 * float(scale))


@given(strategies.with_inputs(strategies.polynomials(degree=(0, 4))), strategies.seeds())
def test_gradients_by_a_stencil_that_is_exact_up_to_degree_four(
    case: tuple[MultiIndexPolynomial, Floats], seed: int
) -> None:
    f, x = case
    v = gaussian_inputs(1, f.dimension, seed)
    slope = (f(x - 2 * v) - 8 * f(x - v) + 8 * f(x + v) - f(x + 2 * v)) / 12
    reach = 1 + np.abs(f.frame.project(x)).max() + 2 * np.linalg.norm(v)
    scale = sum(abs(c) for _, c in f.terms) * 10 * reach**f.degree
    assert np.allclose(f.gradient(x) @ v[0], slope, rtol=0, atol=1e-12 * float(scale))


def test_hermite_polynomials_are_those_of_probability() -> None:
    third = MultiIndexPolynomial(Frame(1, 1), {(3,): 1}, basis="hermite")
    assert dict(third.in_basis("monomial").terms) == {(1,): -3, (3,): 1}
    assert third.second_moment == 6


def test_the_zero_polynomial() -> None:
    zero = MultiIndexPolynomial(Frame(2, 1), {(4,): 0})
    assert zero == MultiIndexPolynomial(Frame(2, 1), {})
    assert (zero.degree, zero.mean, zero.second_moment) == (0, 0, 0)
    assert zero([[1.0, 2.0]]).tolist() == [0.0]
    assert zero.gradient([[1.0, 2.0]]).tolist() == [[0.0, 0.0]]


def test_terms_do_not_depend_on_their_order() -> None:
    one, other = ({(2, 0): 1, (0, 1): 2}, {(0, 1): 2, (2, 0): 1})
    assert MultiIndexPolynomial(Frame(2, 2), one) == MultiIndexPolynomial(Frame(2, 2), other)


# Activations


@given(strategies.activations(), st.floats(-3, 3))
def test_derivatives_of_activations(activation: Activation, z: float) -> None:
    assume(all(abs(z - kink) > 1e-3 for kink in activation.kinks))
    slope = (activation(z + 1e-5) - activation(z - 1e-5)) / 2e-5
    assert abs(slope - activation.derivative(z)) <= 1e-8


@pytest.mark.parametrize("activation", Activation)
def test_kinks_are_where_one_sided_slopes_differ(activation: Activation) -> None:
    z = np.arange(-32, 33) / 16
    left, right = activation(z) - activation(z - 1e-6), activation(z + 1e-6) - activation(z)
    assert tuple(z[np.abs(left - right) > 1e-7]) == activation.kinks
    for kink in activation.kinks:
        assert activation.derivative(kink) == pytest.approx((activation(kink + 1e-6) - activation(kink)) / 1e-6)


@pytest.mark.parametrize("activation", Activation)
def test_the_lipschitz_constant_is_the_largest_slope(activation: Activation) -> None:
    slopes = np.abs(np.diff(activation(np.linspace(-50, 50, 100_001)))) * 1000
    if math.isinf(activation.lipschitz):
        assert slopes.max() > 50
    else:
        assert slopes.max() == pytest.approx(activation.lipschitz, rel=1e-5)


# Networks


def moved(f: Network, step: objects.Parameters, h: float) -> TwoLayerNetwork:
    weights, biases, head = (p + h * s for p, s in zip(f.parameters, step, strict=True))
    return TwoLayerNetwork(weights, head, biases, f.activation)


def direction(f: Network, seed: int) -> objects.Parameters:
    """A random unit direction in parameter space."""
    flat = gaussian_inputs(1, f.width * (f.dimension + 2), seed).ravel()
    flat /= np.linalg.norm(flat)
    weights, biases, head = np.split(flat, [f.width * f.dimension, f.width * (f.dimension + 1)])
    return objects.Parameters(weights.reshape(f.width, f.dimension), biases, head)


def inner(one: objects.Parameters, other: objects.Parameters) -> float:
    return float(sum((a * b).sum() for a, b in zip(one, other, strict=True)))


@FEWER
@given(strategies.with_inputs(strategies.networks()), strategies.seeds())
def test_gradients_of_networks(case: tuple[Network, Floats], seed: int) -> None:
    f, x = case
    assume(f.distance_to_kink(x) > 1e-3)
    step, upstream = direction(f, seed), gaussian_inputs(1, len(x), seed)[0]
    h = 1e-6
    slope = upstream @ (moved(f, step, h)(x) - moved(f, step, -h)(x)) / (2 * h)
    # Rounding of f over h, and h^2 times a third derivative; both grow at most like the cube of the preactivations.
    scale = np.abs(upstream).sum() * f.width * (2 + np.abs(x).max() + np.abs(f.preactivations(x)).max()) ** 3
    assert abs(inner(f.gradient(x, upstream), step) - slope) <= 1e-8 * scale
    v = gaussian_inputs(1, f.dimension, seed)[0]
    v /= np.linalg.norm(v)
    slopes = (f(x + h * v) - f(x - h * v)) / (2 * h)
    size = 1 + np.abs(f.parameters.weights).max() * math.sqrt(f.dimension)
    assert np.allclose(f.input_gradient(x) @ v, slopes, rtol=0, atol=1e-8 * scale * size)


LOSSES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "squared": (lambda f, y: ((f - y) ** 2).mean() / 2, lambda f, y: (f - y) / len(y)),
    "hinge": (lambda f, y: np.maximum(0, 1 - y * f).mean(), lambda f, y: -y * (y * f < 1) / len(y)),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("seed", range(3))
def test_the_loss_gradients_of_the_docstring(loss: str, seed: int) -> None:
    value, derivative = LOSSES[loss]
    f, x = GaussianNetwork(4, 6, seed, "tanh"), gaussian_inputs(20, 4, seed)
    y, step, h = np.sign(x[:, 0]), direction(f, seed), 1e-6
    assert np.abs(1 - y * f(x)).min() > 1e-4  # away from the hinge's kink
    slope = (value(moved(f, step, h)(x), y) - value(moved(f, step, -h)(x), y)) / (2 * h)
    assert inner(f.gradient(x, derivative(f(x), y)), step) == pytest.approx(slope, abs=1e-8)


@given(
    strategies.with_inputs(
        st.builds(GaussianNetwork, st.integers(1, 9), st.just(8), st.integers(0, 99), antithetic=st.just(True))
    )
)
def test_antithetic_networks_vanish(case: tuple[Network, Floats]) -> None:
    f, x = case
    weights, biases, head = f.parameters
    assert (weights[:4] == weights[4:]).all()
    assert (biases[:4] == biases[4:]).all()
    assert (head[:4] == -head[4:]).all()
    assert np.abs(f(x)).max() <= 1e-13 * (1 + np.abs(f.preactivations(x)).max())


def test_gaussian_networks_have_the_law_they_state() -> None:
    weights, biases, head = GaussianNetwork(100, 1000, seed=1, bias_scale=Fraction(1, 2)).parameters
    # Sums of squares within 5 standard deviations of their means, and so is the sum of signs.
    assert abs((weights**2).sum() * 100 - 1e5) <= 5 * math.sqrt(2e5)
    assert abs((biases**2).sum() * 4 - 1e3) <= 5 * math.sqrt(2e3)
    assert set(head) == {-1.0, 1.0}
    assert abs(head.sum()) <= 5 * math.sqrt(1e3)
    assert not GaussianNetwork(3, 4, seed=1, bias_scale=0).parameters.biases.any()


def test_distance_to_a_kink() -> None:
    assert TwoLayerNetwork([[2]], [1]).distance_to_kink([[0.25], [-3.0]]) == 0.5
    assert TwoLayerNetwork([[2]], [1], activation="truncated_relu").distance_to_kink([[0.375]]) == 0.25
    assert TwoLayerNetwork([[2]], [1], activation="tanh").distance_to_kink([[0.0]]) == math.inf
    assert TwoLayerNetwork([[2]], [1]).distance_to_kink(np.empty((0, 1))) == math.inf


# What is refused

FAIR = (Fraction(1, 2), Fraction(1, 2))
GENERATOR = np.random.default_rng(0)
POLYNOMIAL = MultiIndexPolynomial(Frame(3, 1), {(2,): 1})

ONE_POINT = "inputs: expected an array of shape (n, 3), got (3,); one point is x.reshape(1, -1)"
BAD: list[tuple[str, Callable[[], object], str]] = [
    ("no dimension", lambda: Frame(0, 1), "dimension: expected an integer that is at least 1, got 0"),
    ("rank above dimension", lambda: Frame(2, 3), "rank: expected an integer from 1 to 2, got 3"),
    ("a float", lambda: Frame(2.0, 1), "dimension: expected an integer that is at least 1, got 2.0"),
    ("a boolean", lambda: Frame(True, 1), "dimension: expected an integer that is at least 1, got True"),
    ("negative seed", lambda: Frame(2, 1, -1), "seed: expected an integer that is at least 0, got -1"),
    ("no frame", lambda: MultiIndexPolynomial(3, {}), "frame: expected a Frame"),
    ("basis", lambda: MultiIndexPolynomial(Frame(1, 1), {}, "legendre"), "basis: expected 'monomial' or 'hermite'"),
    ("short index", lambda: MultiIndexPolynomial(Frame(2, 2), {(1,): 1}), "terms: expected multi-indices of the frame's rank"),
    ("an int as index", lambda: MultiIndexPolynomial(Frame(1, 1), {3: 1}), "terms: expected multi-indices"),
    ("negative power", lambda: MultiIndexPolynomial(Frame(1, 1), {(-1,): 1}), "terms: a power of (-1,): expected an integer"),
    ("twice", lambda: MultiIndexPolynomial(Frame(1, 1), (((1,), 1), ((1,), 2))), "terms: (1,) stands twice"),
    ("NaN", lambda: MultiIndexPolynomial(Frame(1, 1), {(1,): math.nan}), "terms[(1,)]: expected a finite number"),
    ("huge", lambda: MultiIndexPolynomial(Frame(1, 1), {(1,): 10**400}), "terms[(1,)]: expected a finite number"),
    ("text", lambda: MultiIndexPolynomial(Frame(1, 1), {(1,): "1"}), "terms[(1,)]: expected an int, a Fraction or a float"),
    ("no mapping", lambda: MultiIndexPolynomial(Frame(1, 1), 3), "terms: expected a sequence"),
    ("one point", lambda: POLYNOMIAL([1.0, 2.0, 3.0]), ONE_POINT),
    ("wide points", lambda: POLYNOMIAL(np.ones((4, 2))), "inputs: expected an array of shape (n, 3), got (4, 2)"),
    ("NaN points", lambda: POLYNOMIAL.gradient([[math.nan] * 3]), "inputs: expected finite numbers"),
    ("complex points", lambda: POLYNOMIAL([[1j] * 3]), "inputs: expected an array of real numbers; complex numbers"),
    ("ragged points", lambda: POLYNOMIAL([[1.0], [1.0, 2.0]]), "inputs: expected an array of real numbers"),
    ("activation", lambda: Activation("gelu"), "activation: expected one of relu, identity,"),
    ("no neuron", lambda: TwoLayerNetwork([], []), "weights: expected at least one neuron"),
    ("ragged weights", lambda: TwoLayerNetwork([[1], [1, 2]], [1, 1]), "weights[1]: expected 1 of them, got 2"),
    ("short head", lambda: TwoLayerNetwork([[1], [1]], [1]), "head: expected 2 of them, got 1"),
    ("flat weights", lambda: TwoLayerNetwork([1, 2], [1, 1]), "weights[0]: expected a sequence"),
    ("upstream", lambda: TwoLayerNetwork([[1]], [1]).gradient([[1.0]], [1.0, 2.0]), "upstream: expected an array of shape (1,)"),
    ("odd width", lambda: GaussianNetwork(1, 3, 0, antithetic=True), "width: expected an even number"),
    ("bias scale", lambda: GaussianNetwork(1, 2, 0, bias_scale=-1), "bias_scale: expected a standard deviation"),
    ("rounded sum", lambda: DictionaryLaw(Frame(2, 2), (0, 1), (1,), (0.1, 0.2, 0.7)), "counts: the sum is 1 only up"),
    ("sum", lambda: DictionaryLaw(Frame(1, 1), (0,), (1,), (1, 1)), "counts: the sum is 2, not 1"),
    ("negative chance", lambda: DictionaryLaw(Frame(1, 1), (0,), (1,), (2, -1)), "counts[0]: expected a probability, in [0, 1]"),
    ("number of counts", lambda: DictionaryLaw(Frame(2, 2), (0, 1), (1,), FAIR), "counts: expected 3 of them, got 2"),
    ("position", lambda: DictionaryLaw(Frame(1, 1), (1,), (1,), FAIR), "relevant[0]: expected an integer from 0 to 0"),
    ("same position", lambda: DictionaryLaw(Frame(2, 2), (1, 1), (1,), (0, 0, 1)), "relevant: expected different numbers"),
    ("nothing relevant", lambda: DictionaryLaw(Frame(1, 1), (), (), (1,)), "relevant: expected at least one position"),
    ("label set", lambda: DictionaryLaw(Frame(1, 1), (0,), (2,), FAIR), "positive[0]: expected an integer from 0 to 1, got 2"),
    ("constant bits", lambda: DictionaryLaw(Frame(1, 1), (0,), (1,), (0, 1)), "counts and background: every hidden bit"),
    ("other dictionary", lambda: DictionaryLaw.structured(3, 1, 1, dictionary=Frame(3, 2)), "dictionary: expected a frame"),
    ("half a bit", lambda: DictionaryLaw.structured(2, 1, 1).labels_of([[0, 0.5]]), "bits: expected zeros and ones only"),
    ("short bits", lambda: DictionaryLaw.structured(2, 1, 1).inputs_of([[0]]), "bits: expected an array of shape (n, 2)"),
    ("bit", lambda: DictionaryLaw.structured(2, 1, 1).probability([0, 2]), "bits[1]: expected an integer from 0 to 1, got 2"),
    ("label", lambda: GaussianMixture(Frame(1, 1), [(1,)], [0]), "labels[0]: expected -1 or 1, got 0"),
    ("no centre", lambda: GaussianMixture(Frame(1, 1), [], []), "centres: expected at least one"),
    ("centre", lambda: GaussianMixture(Frame(3, 2), [(1, 0, 0)], [1]), "centres[0]: expected 2 of them, got 3"),
    ("scale", lambda: GaussianMixture(Frame(1, 1), [(1,)], [1], scales=[0]), "scales[0]: expected a positive number, got 0"),
    ("line XOR", lambda: GaussianMixture.xor(1), "dimension: expected an integer that is at least 2, got 1"),
    ("labelling", lambda: TaskLaw(Frame(1, 1), labelling="dice"), "labelling: expected 'coins'"),
    ("many orthants", lambda: TaskLaw(Frame(20, 20)), "frame: a label for each of 2^20 orthants"),
    ("no tasks", lambda: TaskLaw(Frame(1, 1), 0), "tasks: expected an integer that is at least 1, got 0"),
    ("table", lambda: OrthantTasks(Frame(2, 2), [[1, -1]]), "table[0]: expected 4 of them, got 2"),
    ("zero normal", lambda: HalfspaceTasks(Frame(2, 2), [[0, 0]]), "normals[0]: expected a vector that is not zero"),
    ("a seed as generator", lambda: TaskLaw(Frame(1, 1)).sample(0, 5), "generator: expected numpy.random.default_rng"),
    ("negative n", lambda: GaussianMixture.xor(2).sample(GENERATOR, -1), "n: expected an integer that is at least 0, got -1"),
    ("negative points", lambda: gaussian_inputs(-1, 1, 0), "points: expected an integer that is at least 0, got -1"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_input_gets_one_line_that_names_it(make: Callable[[], object], message: str) -> None:
    with pytest.raises(LemmataError) as raised:
        make()
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


def test_numbers_of_numpy_are_numbers() -> None:
    assert Frame(np.int64(3), np.int32(2), np.uint8(1)) == Frame(3, 2, seed=1)
    network = TwoLayerNetwork(np.eye(2), np.array([0.5, -1]))
    assert network == TwoLayerNetwork(((1, 0), (0, 1)), (Fraction(1, 2), -1))
    assert repr(network) == "TwoLayerNetwork(weights=((1, 0), (0, 1)), head=(0.5, -1))"
