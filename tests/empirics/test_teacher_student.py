"""A teacher, its student, and the inputs that are injected."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from empirics.teacher_student import (
    INJECTIONS,
    Classifier,
    cross_entropy_gradient,
    initial_classifier,
    injected_inputs,
    learn,
    median_margin,
    teacher_student,
)
from lemmata.errors import LemmataError
from lemmata.seeding import Draws, digest

CELL: dict[str, Any] = {"classes": 3, "m": 5, "steps": 20, "teacher_steps": 30}


def generator(seed: int) -> numpy.random.Generator:
    return numpy.random.default_rng(seed)


@given(seed=st.integers(0, 10**6), n=st.integers(1, 9), m=st.integers(1, 5), classes=st.integers(1, 4))
def test_the_gradient_is_that_of_automatic_differentiation(seed: int, n: int, m: int, classes: int) -> None:
    draw = generator(seed)
    x = torch.from_numpy(draw.standard_normal((n, 3)))
    labels = torch.from_numpy(draw.integers(0, classes, n))
    shapes = ((m, 3), (m,), (classes, m), (classes,))
    parts = [torch.from_numpy(draw.standard_normal(shape)).requires_grad_() for shape in shapes]
    loss = torch.nn.functional.cross_entropy(Classifier(*parts).scores(x), labels)
    expected = torch.autograd.grad(loss, parts)
    truth = torch.nn.functional.one_hot(labels, classes).double().numpy()
    found = cross_entropy_gradient([part.detach().numpy() for part in parts], x.numpy(), truth)
    for part, other in zip(found, expected, strict=True):
        assert part.tolist() == pytest.approx(other.numpy(), abs=1e-12)


def test_learning_leaves_its_start_alone_and_fits_what_it_can() -> None:
    x = torch.from_numpy(generator(0).standard_normal((300, 4)))
    labels = (x[:, 0] > 0).long() + 2 * (x[:, 1] > 0).long()
    begin = initial_classifier(generator(1), m=8, d=4, classes=4)
    copies = [part.clone() for part in (begin.w, begin.b, begin.a, begin.c)]
    end = learn(generator(2), begin, x, labels, eta=0.1, steps=200)
    assert end.accuracy(x, labels) > 0.95
    assert all(torch.equal(part, copy) for part, copy in zip((begin.w, begin.b, begin.a, begin.c), copies, strict=True))


def test_no_step_learns_nothing() -> None:
    x = torch.ones(5, 4, dtype=torch.float64)
    begin = initial_classifier(generator(1), m=3, d=4, classes=2)
    end = learn(generator(0), begin, x, torch.zeros(5, dtype=torch.int64), eta=0.1, steps=0)
    assert torch.equal(end.w, begin.w)


def test_margins_are_between_the_two_best_scores() -> None:
    eye, zero = torch.eye(3, dtype=torch.float64), torch.zeros(3, dtype=torch.float64)
    identity = Classifier(eye, zero, eye, zero)
    x = torch.tensor([[5.0, 1.0, 2.0], [1.0, 1.0, 0.0], [0.0, 9.0, 2.0]], dtype=torch.float64)
    assert identity(x).tolist() == [0, 0, 1]
    assert median_margin(identity, x) == 3


@pytest.mark.parametrize("law", INJECTIONS)
def test_injected_inputs_have_the_moments_of_their_law(law: str) -> None:
    x = torch.from_numpy(generator(0).standard_normal((400, 3))) * torch.tensor([0.0, 1.0, 3.0])
    x[:, 2] += x[:, 1]
    x -= x.mean(dim=0)
    n = 200_000
    found = injected_inputs(generator(1), x, n, law)
    assert found.shape == (n, 3)
    assert found.mean(dim=0).tolist() == pytest.approx([0, 0, 0], abs=0.05)
    covariance = found.T @ found / n
    own = x.T @ x / 400
    expected = torch.eye(3) * own.trace() / 3 if law == "isotropic" else own
    assert float((covariance - expected).abs().max()) < 0.02 * float(own.trace())
    if law == "images":
        assert set(found[:50, 1].tolist()) <= set(x[:, 1].tolist())


def test_a_cell_is_the_same_twice_and_holds_shares() -> None:
    found = teacher_student.run(CELL, 3, 0)
    assert found == teacher_student.run(CELL, 3, 0)
    assert set(found) == {"images", "gaussian", "mixture", "direct", "alone", "margins"}
    assert all(0 <= found[name] <= 1 for name in ("images", "gaussian", "mixture", "direct", "alone"))
    assert found["mixture"] == pytest.approx((found["images"] + found["gaussian"]) / 2)
    assert found["margins"] > 0


def constant(label: int, d: int, classes: int) -> Classifier:
    """It puts every input into one class."""
    zero = torch.zeros(1, dtype=torch.float64)
    scores = torch.nn.functional.one_hot(torch.tensor(label), classes).double()
    return Classifier(torch.zeros(1, d, dtype=torch.float64), zero, scores[:, None] * 0, scores)


@pytest.mark.parametrize("injected", INJECTIONS)
def test_who_is_trained_and_tested_on_what(monkeypatch: pytest.MonkeyPatch, injected: str) -> None:
    trained: list[tuple[torch.Tensor, torch.Tensor]] = []
    sources: list[torch.Tensor] = []
    answers = iter([0, 1, 2, 0])  # teacher, student, direct and alone

    def learn_nothing(_: object, __: object, x: torch.Tensor, labels: torch.Tensor, **options: object) -> Classifier:
        trained.append((x, labels))
        return constant(next(answers), x.shape[1], 3)

    def recorded(draw: numpy.random.Generator, x: torch.Tensor, n: int, law: str) -> torch.Tensor:
        sources.append(x)
        return injected_inputs(draw, x, n, law)

    monkeypatch.setattr("empirics.teacher_student.learn", learn_nothing)
    monkeypatch.setattr("empirics.teacher_student.injected_inputs", recorded)
    monkeypatch.setattr("empirics.teacher_student.median_margin", lambda classifier, x: float(x.shape[0]))
    found = teacher_student(Draws(digest("cell")), **{**CELL, "injected": injected})
    (x, digits), (mixed, mixed_labels), (direct, direct_labels), (added, added_labels) = trained
    n = x.shape[0]
    assert torch.equal(mixed[:n], x)
    assert torch.equal(mixed[n:], added)
    assert torch.equal(direct, x)
    assert torch.equal(direct_labels, digits)
    assert set(digits.tolist()) == {0, 1, 2}
    assert not bool(mixed_labels.any())  # the teacher's, and it says 0
    assert not bool(added_labels.any())
    tests = sources[1].shape[0] if injected == "images" else round(1000 / found["margins"])
    assert tests == 135  # a quarter of the 537 images, rounded up
    assert (found["images"], found["gaussian"], found["mixture"], found["alone"]) == (1, 1, 1, 0)
    assert found["direct"] < 1  # against the true labels, of which some are 2


def test_more_steps_of_the_student_leave_the_teacher_as_it_is() -> None:
    # The draws of a cell depend on its design: the same key is given to both.
    one, other = (
        teacher_student(Draws(digest("cell")), **{**CELL, "steps": steps, "injected": "matched"}) for steps in (1, 60)
    )
    assert one["margins"] == other["margins"]
    assert other["images"] < one["images"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"classes": 1}, "classes: expected an integer that is at least 2"),
        ({"classes": 12}, "classes: there are 10 digits"),
        ({"m": 0}, "m: expected"),
        ({"steps": -1}, "steps: expected"),
        ({"teacher_steps": -1}, "steps: expected"),
        ({"eta": -1.0}, "eta: expected"),
        ({"injected": "gaussian"}, "injected: expected one of isotropic, matched, images"),
        ({"data": "cifar"}, "source: expected one of digits, mnist"),
    ],
)
def test_what_it_cannot_use_is_named_in_one_line(change: dict[str, Any], told: str) -> None:
    with pytest.raises(LemmataError, match=told) as error:
        teacher_student(Draws(digest("cell")), **{**CELL, **change})
    assert "\n" not in str(error.value)
