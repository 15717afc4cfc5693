"""The two steps, the fixed features, the head, and the experiments on them."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from empirics.dictionary_data import coordinates
from empirics.feature_emergence import (
    accuracy_by_step,
    class_cosines,
    feature_emergence,
    paper_head_scale,
    train_two_steps,
)
from empirics.hinge import aggressive_step, hinge_gradient, step_to
from empirics.margin_heads import margin_head
from empirics.truncated import TruncatedNetwork, antithetic
from empirics.truncated_kernels import first_half, standardised_products, tangent_products
from lemmata.errors import LemmataError
from lemmata.objects.dictionaries import DictionaryLaw
from lemmata.seeding import Draws, digest

SEEDS = st.integers(0, 2**32 - 1)
SMALL = {"D": 12, "k": 3, "v": 0.5, "p_o": 0.5, "n": 400, "m": 10, "head_samples": 100}
LAW = DictionaryLaw.structured(12, 3, Fraction(1, 2))


def network(seed: int, m: int, d: int) -> TruncatedNetwork:
    draw = numpy.random.default_rng(seed)
    return antithetic(*(torch.from_numpy(draw.standard_normal(shape)) for shape in ((m,), (m, d), (m,))))


def normal(seed: int, *shape: int) -> torch.Tensor:
    return torch.from_numpy(numpy.random.default_rng(seed).standard_normal(shape))


@settings(max_examples=12)
@given(SEEDS, st.integers(1, 5), st.integers(1, 5))
def test_the_tangent_kernel_is_autograds(seed: int, m: int, d: int) -> None:
    start, x = network(seed, m, d), normal(seed + 1, 6, d)
    leaves = a, w, b = [value.clone().requires_grad_() for value in (start.a, start.w, start.b)]
    rows = []
    for point in x:
        value = (point @ w.T + b).clamp(0, 1) @ a
        rows.append(torch.cat([part.flatten() for part in torch.autograd.grad(value, leaves)]))
    gradients = torch.stack(rows)
    torch.testing.assert_close(tangent_products(start)(x, x[:4]), gradients @ gradients[:4].T, rtol=1e-9, atol=1e-12)


@settings(max_examples=12)
@given(SEEDS, st.integers(1, 6))
def test_standardised_outputs_have_mean_zero_and_variance_one(seed: int, m: int) -> None:
    half, x = first_half(network(seed, m, 4)), normal(seed + 1, 50, 4)
    features = half.features(x)
    products = standardised_products(half, x)(x, x)
    features = (features - features.mean(dim=0)) / features.std(dim=0, correction=0)
    torch.testing.assert_close(products, features @ features.T / m, rtol=1e-9, atol=1e-12)
    assert float(products.trace()) == pytest.approx(50)


def test_constant_neurons_are_left_out() -> None:
    x = normal(0, 20, 1)
    w, b = torch.tensor([[0.1], [0.0]]).double(), torch.tensor([0.5, 0.5]).double()
    both = TruncatedNetwork(torch.ones(2).double(), w, b)
    alone = TruncatedNetwork(torch.ones(1).double(), w[:1], b[:1])
    torch.testing.assert_close(standardised_products(both, x)(x, x), standardised_products(alone, x)(x, x))
    constant = TruncatedNetwork(torch.ones(1).double(), w[1:], b[1:])
    assert not standardised_products(constant, x)(x, x[:3]).any()


def test_only_antithetic_networks_have_a_first_half() -> None:
    with pytest.raises(LemmataError, match="expected an antithetic one"):
        first_half(TruncatedNetwork(torch.ones(2), torch.ones(2, 1), torch.tensor([0.0, 1.0])))
    with pytest.raises(LemmataError, match="expected an antithetic one"):
        tangent_products(TruncatedNetwork(torch.ones(3), torch.ones(3, 1), torch.ones(3)))


def inner(x: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
    return x @ z.T


@settings(max_examples=8)
@given(SEEDS, st.sampled_from([0.3, 0.01]))
def test_no_other_head_has_a_smaller_objective(seed: int, decay: float) -> None:
    x = normal(seed, 30, 3)
    y = (x[:, 0] + normal(seed + 1, 30)).sign()
    y[:2] = torch.tensor([1.0, -1.0]).double()
    head = margin_head(inner, (x, y), (x, y), [decay], unit=1.0)
    weights = head.inputs.T @ head.coefficients

    def objective(u: torch.Tensor, c: float) -> float:
        return float((1 - y * (x @ u + c)).clamp(min=0).mean() + decay * u.square().sum())

    best = objective(weights, head.offset)
    draw = numpy.random.default_rng(seed)
    for size in (1e-2, 0.1, 1.0):
        for _ in range(5):
            other = weights + size * torch.from_numpy(draw.standard_normal(3))
            assert best <= objective(other, head.offset + size * draw.standard_normal()) + 1e-3
    for factor in (0.7, 0.9, 1.1, 1.4):  # what a weight decay that is off by a factor would prefer
        assert best <= objective(factor * weights, head.offset) + 1e-3


def test_the_unit_of_the_weight_decay_is_the_features() -> None:
    x = normal(1, 40, 3)
    y = (x[:, 0] + 0.5 * normal(2, 40)).sign()
    one = margin_head(inner, (x, y), (x, y), [0.1])
    other = margin_head(lambda p, q: 1e-6 * inner(p, q), (x, y), (x, y), [0.1])
    torch.testing.assert_close(one(x), other(x), rtol=1e-6, atol=1e-6)
    assert not torch.allclose(one(x), margin_head(inner, (x, y), (x, y), [0.1], unit=1.0)(x), atol=1e-2)


def test_validation_chooses_the_weight_decay() -> None:
    x = normal(3, 200, 1)
    y = (x[:, 0] > 1.2).double() * 2 - 1
    head = margin_head(inner, (x, y), (x, y), [10.0, 1e-3])
    assert head.weight_decay == 1e-3
    assert head.validation_accuracy == head.accuracy(x, y) > 0.95
    assert margin_head(inner, (x, y), (x, y), [1e-3, 1e-3]).weight_decay == 1e-3


def test_heads_name_what_they_cannot_use() -> None:
    x, y = normal(0, 4, 2), torch.tensor([1.0, -1.0, 1.0, -1.0]).double()
    with pytest.raises(LemmataError, match="expected both -1 and 1"):
        margin_head(inner, (x, y.abs()), (x, y))
    with pytest.raises(LemmataError, match="weight decays: expected positive"):
        margin_head(inner, (x, y), (x, y), [])
    with pytest.raises(LemmataError, match="weight decays: expected positive"):
        margin_head(inner, (x, y), (x, y), [0.0])
    with pytest.raises(LemmataError, match="unit: expected a positive number, got 0"):
        margin_head(inner, (x, y), (x, y), unit=0.0)


def test_features_that_vanish_leave_a_constant_head() -> None:
    x, y = normal(0, 5, 2), torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0]).double()
    values = margin_head(inner, (0 * x, y), (x, y))(x)
    assert torch.equal(values, values[:1].expand(5))


@pytest.mark.parametrize("experiment", [feature_emergence, accuracy_by_step])
def test_a_step_that_flattens_every_neuron_leaves_a_constant_head(experiment) -> None:  # type: ignore[no-untyped-def]
    # Biases far outside of [0, 1]: no gate opens any more, and the second step has no gradient.
    cell = experiment.run({**SMALL, "first_step": 1e9}, 0, 0)
    assert abs(cell["after_2"] - 0.5) < 0.05
    assert cell["cosine_2"] == 0


@settings(max_examples=5)
@given(SEEDS)
def test_two_steps_are_two_aggressive_steps(seed: int) -> None:
    draws = Draws(digest("two steps", seed))
    found = train_two_steps(draws, LAW, m=5, n=200, head_scale=2.0, first_step=0.1)
    x, y = coordinates(draws["first samples"], LAW, 200)
    first = aggressive_step(found.start, x, y, 1 / 6, 0.1 / 2.0)
    assert torch.equal(first.w, found.first.w)
    assert torch.equal(first.b, found.first.b)
    x, y = coordinates(draws["second samples"], LAW, 200)
    gradient = hinge_gradient(first, x, y, 3**-1.5)
    second = aggressive_step(first, x, y, 3**-1.5, step_to(gradient, x, 1 / 3))
    torch.testing.assert_close(second.w, found.second.w)
    assert found.active == gradient.active


def test_permuted_labels_leave_no_signal_in_their_step() -> None:
    draws = Draws(digest("permuted"))
    sizes = {
        labels: [float(class_cosines(state.w, LAW.relevant).abs().median()) for state in (found.first, found.second)]
        for labels in ("clean", "permuted first", "permuted")
        for found in [train_two_steps(draws, LAW, m=20, n=4000, head_scale=2.0, labels=labels)]
    }
    assert min(sizes["clean"]) > 0.97
    assert sizes["permuted first"][0] < 0.9 < sizes["permuted first"][1]
    assert max(sizes["permuted"]) < 0.9


def test_cosines_to_the_truth() -> None:
    weights = torch.tensor(
        [[1.0, 1.0, 0.0], [-2.0, -2.0, 0.0], [0.0, 0.0, 3.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    ).double()
    assert class_cosines(weights, (0, 1)).tolist() == pytest.approx([1, -1, 0, 1 / math.sqrt(2), 0])


def test_the_head_scale_is_the_papers() -> None:
    law = DictionaryLaw.structured(100, 5, Fraction(1, 2))
    assert paper_head_scale(law) == pytest.approx(25 / 0.25 / 25)
    with pytest.raises(LemmataError, match="needs gamma > 0, and here gamma = 0"):
        paper_head_scale(DictionaryLaw.structured(100, 5, 1))


@pytest.mark.parametrize("experiment", [feature_emergence, accuracy_by_step])
def test_cells_are_reproducible_and_in_range(experiment) -> None:  # type: ignore[no-untyped-def]
    cell = experiment.run(SMALL, 1, 0)
    assert cell == experiment.run(SMALL, 1, 0) != experiment.run(SMALL, 2, 0)
    assert all(0 <= value <= 1 for value in cell.values())
    assert cell["least_cosine_2"] <= cell["cosine_2"]
    assert cell["active"] == 1


def test_structure_can_be_removed() -> None:
    cell = feature_emergence.run({**SMALL, "structure": "removed"}, 0, 0)
    assert abs(cell["after_2"] - 0.5) < 0.1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"structure": "gone"}, "structure: expected one of kept, removed"),
        ({"labels": "permutd"}, "did you mean 'permuted'"),
        ({"v": 1.0}, r"\(A1\)"),
        ({"v": 1.5}, "v: expected a probability"),
        ({"v": float("nan")}, "v: "),
        ({"p_o": -0.5}, "p_o"),
        ({"p_o": 0.75}, "p_o"),
        ({"k": 4}, "k: expected an odd number"),
        ({"k": 13}, "k: expected at most D = 12"),
        ({"n": 0}, "n: expected an integer"),
        ({"m": 0}, "m: expected an integer"),
        ({"head_samples": 1}, "head_samples: expected an integer"),
        ({"first_step": -1.0}, "first_step: expected a finite number"),
    ],
)
def test_bad_designs_are_named(change: dict[str, float], message: str) -> None:
    with pytest.raises(LemmataError, match=message):
        feature_emergence(Draws(digest("bad")), **{**SMALL, **change})
