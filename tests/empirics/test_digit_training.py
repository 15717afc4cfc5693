"""A two-layer network on zeros and ones: its steps, and what becomes of its weights."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from empirics.digit_training import (
    ACTIVATIONS,
    LOSSES,
    descend,
    digit_clusters,
    digit_map,
    outputs,
    start,
    zero_or_one,
)
from empirics.digits import mnist
from empirics.hinge import hinge_gradient
from empirics.weight_pictures import cosines, directions
from lemmata.errors import LemmataError
from lemmata.seeding import Draws, digest

CELL: dict[str, Any] = {"m": 12, "initial_scale": 0.001, "eta": 0.1, "steps": 20}


def draws(seed: int = 0) -> Draws:
    return Draws(digest("digit training", seed))


def samples(seed: int, n: int = 30, d: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    generator = numpy.random.default_rng(seed)
    y = torch.from_numpy(generator.choice([-1.0, 1.0], n))
    return torch.from_numpy(generator.standard_normal((n, d))) + y[:, None], y


@given(seed=st.integers(0, 10**6), eta=st.floats(0.01, 1))
def test_a_step_with_the_papers_activation_and_loss_is_along_its_hinge_gradient(seed: int, eta: float) -> None:
    x, y = samples(seed)
    network = start(draws(seed), m=5, d=6, initial_scale=0.4)
    network = descend(network, x, y, eta=0.3, steps=2, activation="truncated", loss="hinge")  # away from g = 0
    found = descend(network, x, y, eta=eta, steps=1, activation="truncated", loss="hinge")
    gradient = hinge_gradient(network, x, y, noise=0)
    for name in ("a", "w", "b"):
        expected = getattr(network, name) - eta * getattr(gradient, name)
        assert float((getattr(found, name) - expected).abs().max()) < 1e-12


@given(seed=st.integers(0, 10**6), factor=st.floats(1e-3, 1e3), loss=st.sampled_from(sorted(LOSSES)))
def test_in_the_first_step_only_the_ratio_of_step_size_to_initial_scale_counts(
    seed: int, factor: float, loss: str
) -> None:
    x, y = samples(seed)
    found = [
        descend(
            start(draws(seed), m=5, d=6, initial_scale=0.01 * scale),
            x,
            y,
            eta=0.3 * scale,
            steps=1,
            activation="relu",
            loss=loss,
        )
        for scale in (1.0, factor)
    ]
    assert float((directions(found[0].w) - directions(found[1].w)).abs().max()) < 1e-9


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_descent_lowers_the_loss(activation: str, loss: str) -> None:
    x, y = samples(1)
    network = start(draws(), m=20, d=6, initial_scale=0.3)
    before = LOSSES[loss](y * outputs(network, x, activation))
    after = descend(network, x, y, eta=0.05, steps=30, activation=activation, loss=loss)
    assert float(LOSSES[loss](y * outputs(after, x, activation))) < 0.7 * float(before)


def test_the_start_is_antithetic_and_without_biases() -> None:
    network = start(draws(), m=4, d=7, initial_scale=2.0)
    assert torch.equal(network.w[:4], network.w[4:])
    assert torch.equal(network.a[:4], -network.a[4:])
    assert not bool(network.b.any())
    assert float(outputs(network, samples(0, d=7)[0], "relu").abs().max()) < 1e-12


def test_no_step_changes_nothing() -> None:
    x, y = samples(0)
    network = start(draws(), m=4, d=6, initial_scale=1.0)
    assert descend(network, x, y, eta=1.0, steps=0, activation="relu", loss="hinge") is network


def test_training_that_diverges_is_named() -> None:
    x = torch.ones(3, 6, dtype=torch.float64)
    y = torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64)  # no network fits them all
    network = start(draws(), m=4, d=6, initial_scale=1.0)
    with pytest.raises(LemmataError, match="contains NaN or infinity"):
        descend(network, x, y, eta=1e250, steps=4, activation="relu", loss="logistic")


def test_labels_are_one_for_the_digit_one_and_permuted_ones_are_as_many() -> None:
    parts, y, test_y = zero_or_one(draws(), "digits", "true")
    assert torch.equal(y == 1, parts.digits == 1)
    assert torch.equal(test_y == 1, parts.test_digits == 1)
    assert set(y.tolist()) == {-1.0, 1.0}
    _, permuted, unchanged = zero_or_one(draws(), "digits", "permuted")
    assert float(permuted.sum()) == float(y.sum())
    assert not torch.equal(permuted, y)
    assert torch.equal(unchanged, test_y)


def test_a_cell_is_the_same_twice() -> None:
    assert digit_clusters.run(CELL, 2, 0) == digit_clusters.run(CELL, 2, 0)


def test_clusters_form_from_a_small_start_and_not_from_the_usual_one() -> None:
    small = digit_clusters.run({**CELL, "steps": 50}, 0, 0)
    usual = digit_clusters.run({**CELL, "steps": 50, "initial_scale": 0.125}, 0, 0)
    assert small["trained"] < small["early"] < small["initial"]
    assert small["alignment"] > 0.9
    assert abs(usual["trained"] - usual["initial"]) < 0.1
    assert min(small["accuracy"], usual["accuracy"]) > 0.9


def test_alignment_is_with_the_true_labels_and_accuracy_on_the_test_images() -> None:
    parts, y, test_y = zero_or_one(draws(), "digits", "permuted")
    network = start(draws(), m=CELL["m"], d=64, initial_scale=CELL["initial_scale"])
    trained = descend(network, parts.x, y, eta=0.1, steps=20, activation="truncated", loss="hinge")
    signed = (2 * parts.digits - 1).double()[:, None] * parts.x
    found = digit_clusters(draws(), **CELL, labels="permuted")
    assert found["alignment"] == pytest.approx(float(cosines(trained.w, signed.mean(dim=0)).abs().median()))
    right = (outputs(trained, parts.test_x, "truncated") > 0) == (test_y > 0)
    assert found["accuracy"] == pytest.approx(float(right.double().mean()))
    assert found["accuracy"] < 1


def test_after_all_steps_early_is_the_same_as_trained() -> None:
    found = digit_clusters.run({**CELL, "steps": 4}, 0, 0)
    assert found["early"] == found["trained"]


def test_a_map_is_one_of_the_networks_neurons() -> None:
    numbers = digit_map.run({**CELL, "steps": 0}, 0, 0)
    neurons = 2 * CELL["m"]
    assert len(numbers) == 3 * neurons + 4
    # Partners share their weights at the start.
    for i in range(CELL["m"]):
        assert numbers[f"cosine_{i}"] == pytest.approx(numbers[f"cosine_{i + CELL['m']}"], abs=1e-12)


def test_mnist_takes_the_place_of_the_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = numpy.random.default_rng(0)
    labels = numpy.array(["0", "1"] * 20 + ["7"] * 5, dtype=object)
    pixels = generator.integers(0, 256, (45, 784)) // (1 + (labels == "1")[:, None])
    monkeypatch.setattr("sklearn.datasets.fetch_openml", lambda name, **options: (pixels, labels))
    mnist.cache_clear()
    found = digit_clusters.run({**CELL, "data": "mnist"}, 0, 0)
    mnist.cache_clear()
    assert found["trained"] < found["initial"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"m": 0}, "m: expected an integer that is at least 1"),
        ({"initial_scale": 0.0}, "initial_scale: weights that all vanish"),
        ({"initial_scale": -1.0}, "initial_scale: expected a finite number"),
        ({"eta": -0.1}, "eta: expected a finite number"),
        ({"steps": 2}, "early: the 4 first steps are more than all of them, 2"),
        ({"steps": -1}, "early: the 4 first steps"),
        ({"early": -1}, "early: expected an integer that is at least 0"),
        ({"activation": "rely"}, "did you mean 'relu'"),
        ({"loss": "square"}, "loss: expected one of hinge, logistic"),
        ({"labels": "noisy"}, "labels: expected one of true, permuted"),
        ({"data": "digit"}, "did you mean 'digits'"),
    ],
)
def test_what_it_cannot_use_is_named_in_one_line(change: dict[str, Any], told: str) -> None:
    with pytest.raises(LemmataError, match=told) as error:
        digit_clusters(draws(), **{**CELL, **change})
    assert "\n" not in str(error.value)
