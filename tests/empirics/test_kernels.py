"""Kernel methods: tangent features against autograd, finite width against infinite, dual against primal."""

from __future__ import annotations

import math

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from empirics.data import WeightedSet, gaussian_inputs, node_test_set, noisy_labels
from empirics.heads import Features, kernel_head, moments, predictions, ridge_head, ridge_path
from empirics.kernels import TangentFeatures, infinite_tangent_kernel, random_features, tangent_features
from empirics.networks import random_signs, symmetric
from empirics.targets import equation_2
from empirics.training import linear_part
from lemmata.errors import LemmataError

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 5)


def generator(seed: int = 0) -> numpy.random.Generator:
    return numpy.random.default_rng(seed)


def gradients(signs: Tensor, neurons: Tensor, x: Tensor) -> Tensor:
    """The network's gradient in (a, W, b) at each input, (n, m (d + 2)), by autograd."""
    start = symmetric(signs, neurons)

    def network(a: Tensor, w: Tensor, b: Tensor, point: Tensor) -> Tensor:
        return torch.relu(w @ point + b) @ a

    of_all = torch.func.grad(network, argnums=(0, 1, 2))
    rows = [torch.cat([part.flatten() for part in of_all(start.a, start.w, start.b, point)]) for point in x]
    return torch.stack(rows)


@settings(max_examples=40)
@given(SEEDS, SIZES, SIZES, SIZES)
def test_tangent_features_have_the_inner_products_of_autograds_gradients(seed: int, n: int, d: int, half: int) -> None:
    draw = generator(seed)
    features, x = tangent_features(draw, 2 * half, d), gaussian_inputs(draw, n, d)
    jacobian = gradients(random_signs(draw, half), features.w, x)
    expected = jacobian @ jacobian.T / (2 * half)
    torch.testing.assert_close(features(x) @ features(x).T, expected, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(features.inner_products(x), expected, rtol=1e-10, atol=1e-12)
    assert features(x).shape == (n, features.width)


@settings(max_examples=20)
@given(SEEDS, st.floats(1e-6, 1e3))
def test_tangent_features_are_exact_for_neurons_of_any_length(seed: int, length: float) -> None:
    draw = generator(seed)
    features, x = TangentFeatures(length * tangent_features(draw, 6, 4).w), gaussian_inputs(draw, 5, 4)
    torch.testing.assert_close(features(x) @ features(x).T, features.inner_products(x), rtol=1e-10, atol=1e-12)


def test_linearised_network_is_what_the_head_fits() -> None:
    # Weight decay on the distance from the start, in all parameters: the ridge problem solved on autograd's gradients.
    draw = generator(3)
    n, d, half, decay = 12, 3, 4, 0.1
    features, x = tangent_features(draw, 2 * half, d), gaussian_inputs(draw, n, d)
    y = torch.from_numpy(draw.standard_normal(n))
    jacobian = gradients(random_signs(draw, half), features.w, x)
    in_units_of_width = decay * 2 * half
    dual = torch.linalg.solve(jacobian @ jacobian.T / n + in_units_of_width / 2 * torch.eye(n, dtype=y.dtype), y / n)
    head = ridge_path(*moments(features, x, y), [decay])[:, 0]
    torch.testing.assert_close(features(x) @ head, jacobian @ (jacobian.T @ dual))


@settings(max_examples=25)
@given(SEEDS, st.integers(1, 25), st.booleans(), st.floats(1e-4, 10))
def test_dual_and_primal_give_the_same_head(seed: int, n: int, tangent: bool, decay: float) -> None:
    draw = generator(seed)
    features = tangent_features(draw, 6, 3) if tangent else random_features(draw, draw, 12, 3)
    assert features.width == 12
    x, target = gaussian_inputs(draw, n, 3), equation_2(3)
    y, validation = noisy_labels(draw, target, x, 1), node_test_set(draw, target, 3, nodes=5, per_node=2)
    linear = linear_part(x, y)
    found = ridge_head(features, x, y, linear, validation, [decay]).a
    primal = ridge_path(*moments(features, x, y - linear(x)), [decay])[:, 0]
    torch.testing.assert_close(found, primal, rtol=1e-7, atol=1e-9)


@settings(max_examples=25)
@given(SEEDS, st.integers(1, 20))
def test_kernel_head_with_the_features_kernel_predicts_as_their_head(seed: int, n: int) -> None:
    draw = generator(seed)
    features, target = random_features(draw, draw, 30, 3), equation_2(3)
    x = gaussian_inputs(draw, n, 3)
    y, validation = noisy_labels(draw, target, x, 1), node_test_set(draw, target, 3, nodes=5, per_node=2)
    linear, grid = linear_part(x, y), [1e-3, 0.1, 10.0]
    head = ridge_head(features, x, y, linear, validation, grid)
    dual = kernel_head(lambda left, right: features(left) @ features(right).T, x, y, linear, validation, grid)
    assert dual.weight_decay == head.weight_decay
    assert dual.validation_risk == pytest.approx(head.validation_risk, rel=1e-8)
    torch.testing.assert_close(dual(validation.x), predictions(features, validation.x, head.a), rtol=1e-7, atol=1e-8)


def test_infinite_width_is_the_average_over_neurons() -> None:
    draw = generator(1)
    x = gaussian_inputs(draw, 6, 4)
    batches = torch.stack([tangent_features(draw, 400, 4).inner_products(x) for _ in range(100)])
    error = batches.std(dim=0) / math.sqrt(100)
    # 21 distinct entries at five standard errors: a false alarm once in 80,000 seeds, were the seed not fixed.
    assert bool(((batches.mean(dim=0) - infinite_tangent_kernel(x, x)).abs() <= 5 * error).all())


def test_infinite_width_keeps_the_inputs_precision() -> None:
    assert infinite_tangent_kernel(torch.ones(2, 3), torch.ones(1, 3)).dtype == torch.float32


@pytest.mark.parametrize("m", [0, 1, 7])
def test_an_odd_width_is_an_error(m: int) -> None:
    with pytest.raises(LemmataError, match=r"^m: .*(even width, not 7|at least 2)"):
        tangent_features(generator(), m, 3)


def test_neurons_that_are_not_finite_are_an_error() -> None:
    with pytest.raises(LemmataError, match=r"^neurons: contains NaN or infinity"):
        TangentFeatures(torch.tensor([[math.nan]]))


def test_inputs_of_two_dimensions_are_an_error() -> None:
    with pytest.raises(LemmataError, match=r"^inputs: expected 3 columns, got 2"):
        infinite_tangent_kernel(torch.ones(2, 3), torch.ones(2, 2))
    with pytest.raises(LemmataError, match=r"^test points: expected 3 columns, got 2"):
        kernel_head(
            infinite_tangent_kernel,
            torch.ones(2, 3),
            torch.ones(2),
            linear_part(torch.ones(2, 3), torch.ones(2)),
            WeightedSet(torch.ones(1, 2), torch.ones(1), torch.ones(1)),
        )


def test_single_precision_chooses_among_what_it_resolves() -> None:
    draw = generator(5)
    x, target = gaussian_inputs(draw, 200, 3).float(), equation_2(3)
    y, validation = noisy_labels(draw, target, x, 0), node_test_set(draw, target, 3)
    single = WeightedSet(validation.x.float(), validation.values.float(), validation.weights.float())
    double = random_features(draw, draw, 20, 3)
    features = Features(double.w.float(), double.b.float())
    head = ridge_head(features, x, y, linear_part(x, y), single)
    trace = float(moments(features, x, y)[0].trace())
    assert head.a.dtype == torch.float32
    assert head.weight_decay / 2 >= trace * torch.finfo(torch.float32).eps
    reference = ridge_head(double, x.double(), y.double(), linear_part(x.double(), y.double()), validation)
    assert head.validation_risk == pytest.approx(reference.validation_risk, rel=0.01)
