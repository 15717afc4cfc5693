"""Strategies: bounds, what failures shrink to, and what a reader of a failure sees."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, find, given, note, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from lemmata import strategies
from lemmata.errors import LemmataError
from lemmata.objects import (
    Activation,
    DictionaryLaw,
    Frame,
    GaussianMixture,
    GaussianNetwork,
    MultiIndexPolynomial,
    Network,
    TaskLaw,
    TwoLayerNetwork,
)
from lemmata.objects.values import Floats

SEARCH = settings(
    database=None, derandomize=True, max_examples=200, deadline=None, phases=[Phase.generate, Phase.shrink]
)
SIZES = st.tuples(st.integers(1, 30), st.integers(0, 30)).map(lambda pair: (pair[0], pair[0] + pair[1]))
PAGE = Path(__file__).parents[2] / "docs" / "strategies.md"


def uniform(k: int) -> DictionaryLaw:
    return DictionaryLaw.structured(k, k, uniform=1)


ANYTHING: Callable[[Any], bool] = lambda _: True  # noqa: E731
SIMPLEST: list[tuple[str, SearchStrategy[Any], Callable[[Any], bool], object]] = [
    ("a frame", strategies.frames(), ANYTHING, Frame(1, 1)),
    ("two directions", strategies.frames(), lambda u: u.rank >= 2, Frame(2, 2)),
    ("a target", strategies.polynomials(), ANYTHING, MultiIndexPolynomial(Frame(1, 1), {(1,): 1})),
    ("degree", strategies.polynomials(), lambda f: f.degree >= 3, MultiIndexPolynomial(Frame(1, 1), {(3,): 1})),
    (
        "an interaction",
        strategies.polynomials(),
        lambda f: any(min(index) > 0 < index[-1] for index, _ in f.terms if len(index) == 2),
        MultiIndexPolynomial(Frame(2, 2), {(1, 1): 1}),
    ),
    ("a network", strategies.networks(), ANYTHING, TwoLayerNetwork([[1]], [1])),
    ("two neurons", strategies.networks(), lambda f: f.width >= 2, TwoLayerNetwork([[1], [1]], [1, 1])),
    ("a bias", strategies.networks(), lambda f: f.parameters.biases.any(), TwoLayerNetwork([[1]], [1], [1])),
    (
        "a wide network",
        strategies.networks(dimension=(1, 50), width=(1, 100)),
        lambda f: f.width >= 40,
        GaussianNetwork(1, 40, seed=0),
    ),
    ("three relevant bits", strategies.dictionary_laws(), lambda law: len(law.relevant) == 3, uniform(3)),
    (
        "two labels",
        strategies.gaussian_mixtures(),
        lambda law: set(law.labels) == {-1, 1},
        GaussianMixture(Frame(1, 1), [(0,), (0,)], [-1, 1]),
    ),
    ("tasks", strategies.task_laws(), lambda law: law.tasks >= 2, TaskLaw(Frame(1, 1), 2)),
    ("an activation", strategies.activations(), ANYTHING, Activation.RELU),
    ("a smooth one", strategies.activations(), lambda a: not a.kinks, Activation.IDENTITY),
    ("inputs", strategies.inputs(), ANYTHING, [[0.0]]),
    ("large inputs", strategies.inputs(), lambda x: np.abs(x).max() >= 2, [[2.0]]),
    ("two points", strategies.inputs(), lambda x: len(x) >= 2, [[0.0], [0.0]]),
    ("a seed", strategies.seeds(), ANYTHING, 0),
]


@pytest.mark.parametrize(
    ("strategy", "wanted", "simplest"), [row[1:] for row in SIMPLEST], ids=[r[0] for r in SIMPLEST]
)
def test_failures_shrink_to_what_one_would_write_on_paper(
    strategy: SearchStrategy[Any], wanted: Callable[[Any], bool], simplest: object
) -> None:
    found = find(strategy, wanted, settings=SEARCH)
    assert (found.tolist() if isinstance(found, np.ndarray) else found) == simplest


def report(test: Callable[[], None]) -> str:
    """What hypothesis says of a failing test."""
    with pytest.raises(AssertionError) as raised:
        test()
    return "\n".join(raised.value.__notes__)


def test_the_printed_example_is_the_object_as_it_is_written() -> None:
    wide = strategies.networks(width=20, dimension=30, activation="relu")

    @settings(SEARCH, max_examples=30)
    @given(f=strategies.polynomials(rank=1), g=wide, x=strategies.inputs(dimension=30))
    def falsified(f: MultiIndexPolynomial, g: Network, x: Floats) -> None:
        assert f.degree < 3

    text = report(falsified)
    assert "f=MultiIndexPolynomial(Frame(1, 1), {(3,): 1}),\n" in text
    assert "g=GaussianNetwork(30, 20, seed=0)," in text
    assert "x=gaussian_inputs(1, 30, 0)," in text


def test_notes_print_the_object_as_it_is_written() -> None:
    @SEARCH
    @given(st.data())
    def falsified(data: st.DataObject) -> None:
        law = data.draw(strategies.dictionary_laws(), label="law")
        note(f"noted {law!r}")
        assert len(law.relevant) < 2

    text = report(falsified)
    assert f"noted {uniform(2)!r}\n" in text + "\n"
    assert f"Draw 1 (law): {uniform(2)!r}\n" in text + "\n"


@settings(max_examples=30)
@given(st.data(), SIZES, SIZES)
def test_sizes_are_kept(data: st.DataObject, dimension: tuple[int, int], other: tuple[int, int]) -> None:
    def inside(size: tuple[int, int], *values: int) -> bool:
        return all(size[0] <= value <= size[1] for value in values)

    network = data.draw(strategies.networks(dimension=dimension, width=other))
    assert inside(dimension, network.dimension)
    assert inside(other, network.width)
    x = data.draw(strategies.inputs(dimension=dimension, points=other))
    assert inside(dimension, x.shape[1])
    assert inside(other, x.shape[0])
    if other[0] <= dimension[1]:
        frame = data.draw(strategies.frames(dimension=dimension, rank=other))
        assert inside(dimension, frame.dimension)
        assert inside(other, frame.rank)
        law = data.draw(strategies.dictionary_laws(dimension=dimension, bits=other, relevant=(1, other[0])))
        assert inside(dimension, law.dimension)
        assert inside(other, law.bits)
        assert inside((1, other[0]), len(law.relevant))
        mixture = data.draw(strategies.gaussian_mixtures(dimension=dimension, rank=other, clusters=3))
        assert inside(dimension, mixture.dimension)
        assert len(mixture.centres) == 3
    tasks = data.draw(strategies.task_laws(dimension=dimension, rank=1, tasks=other))
    assert inside(dimension, tasks.dimension)
    assert inside(other, tasks.tasks)


@given(strategies.polynomials(dimension=5, rank=2, degree=(2, 6), basis="hermite"))
def test_polynomials_have_what_was_asked_for(f: MultiIndexPolynomial) -> None:
    assert (f.dimension, f.frame.rank, f.basis) == (5, 2, "hermite")
    assert 2 <= f.degree <= 6


@given(strategies.networks(width=(1, 30), dimension=(1, 30), biases=False))
def test_biases_can_be_left_out(network: Network) -> None:
    assert not network.parameters.biases.any()


@given(strategies.networks(activation=("tanh", Activation.ERF)))
def test_choices_are_kept(network: Network) -> None:
    assert network.activation in (Activation.TANH, Activation.ERF)
    assert all(row.any() for row in network.parameters.weights)


# Health checks are on: draws that are slow, large or often rejected fail these.
@settings(max_examples=40)
@given(
    strategies.with_inputs(strategies.networks(dimension=(50, 400), width=(100, 1000)), points=(1, 100)),
    strategies.polynomials(dimension=(50, 400), rank=(1, 16), degree=(0, 8)),
    strategies.dictionary_laws(dimension=(50, 400), bits=(50, 100), relevant=(1, 9)),
)
def test_large_objects_are_drawn_without_complaint(
    case: tuple[Network, np.ndarray[Any, Any]], f: MultiIndexPolynomial, law: DictionaryLaw
) -> None:
    assert case[1].shape[1] == case[0].dimension
    assert f.dimension >= 50
    assert law.total_variance > 0


VARIETY: list[tuple[str, SearchStrategy[Any], Callable[[Any], bool]]] = [
    ("Haar frames", strategies.frames(), lambda u: u.seed is not None),
    ("full frames", strategies.frames(), lambda u: u.rank == u.dimension > 1),
    ("fractions", strategies.polynomials(), lambda f: any(isinstance(c, Fraction) for _, c in f.terms)),
    ("antithetic", strategies.networks(), lambda f: getattr(f, "antithetic", False)),
    ("no biases", strategies.networks(), lambda f: getattr(f, "bias_scale", 1) == 0),
    ("on a kink", strategies.with_inputs(strategies.networks()), lambda c: c[0].distance_to_kink(c[1]) == 0),
    ("off kinks", strategies.with_inputs(strategies.networks()), lambda c: 0 < c[0].distance_to_kink(c[1]) < 9),
    ("structure", strategies.dictionary_laws(), lambda law: law.counts[0] > Fraction(1, 2 ** len(law.relevant))),
    ("other places", strategies.dictionary_laws(), lambda law: law.relevant[0] > 0),
    ("no background", strategies.dictionary_laws(), lambda law: law.background == 0),
    ("rare clusters", strategies.gaussian_mixtures(), lambda law: min(law.weights) < Fraction(1, 4)),
    ("scales", strategies.gaussian_mixtures(), lambda law: len(set(law.scales)) > 1),
    ("half-spaces", strategies.task_laws(), lambda law: law.labelling == "halfspaces"),
]


@pytest.mark.parametrize(("strategy", "wanted"), [row[1:] for row in VARIETY], ids=[row[0] for row in VARIETY])
def test_every_kind_is_drawn(strategy: SearchStrategy[Any], wanted: Callable[[Any], bool]) -> None:
    assert wanted(find(strategy, wanted, settings=settings(SEARCH, phases=[Phase.generate])))


BAD: list[tuple[Callable[[], object], str]] = [
    (lambda: strategies.frames(dimension=0), "dimension: expected an integer that is at least 1, got 0"),
    (lambda: strategies.frames(dimension=2.5), "dimension: expected an int or a pair (least, most), got 2.5"),
    (lambda: strategies.frames(dimension="8"), "dimension: expected an int or a pair (least, most), got '8'"),
    (lambda: strategies.frames(rank=(1, 2, 3)), "rank: expected an int or a pair (least, most), got (1, 2, 3)"),
    (lambda: strategies.frames(rank=(3, 2)), "rank: the most: expected an integer that is at least 3, got 2"),
    (lambda: strategies.frames(rank=True), "rank: expected an integer that is at least 1, got True"),
    (lambda: strategies.frames(dimension=2, rank=3), "rank: at least 3 does not fit in dimension, which is at most 2"),
    (
        lambda: strategies.dictionary_laws(dimension=4, relevant=(5, 6)),
        "relevant: at least 5 does not fit in dimension, which is at most 4",
    ),
    (lambda: strategies.polynomials(degree=-1), "degree: expected an integer that is at least 0, got -1"),
    (lambda: strategies.polynomials(basis="fourier"), "basis: expected one of 'monomial', 'hermite', got 'fourier'"),
    (lambda: strategies.polynomials(basis=()), "basis: expected at least one of 'monomial', 'hermite'"),
    (lambda: strategies.networks(activation="gelu"), "activation: expected one of relu, identity,"),
    (lambda: strategies.activations([]), "activations: expected at least one"),
    (lambda: strategies.activations(3), "activations: expected a sequence"),
    (lambda: strategies.task_laws(dimension=30, rank=20), "frame: a label for each of 2^20 orthants is too many"),
    (lambda: strategies.task_laws(labelling="dice"), "labelling: expected one of 'coins', 'balanced', 'halfspaces'"),
    (lambda: strategies.with_inputs(Frame(1, 1)), "objects: expected a strategy, as polynomials(), got Frame(1, 1)"),
    (lambda: strategies.inputs(points=(0, 3)), "points: the least: expected an integer that is at least 1, got 0"),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[row[1].partition(",")[0] for row in BAD])
def test_bad_arguments_get_one_line_where_the_strategy_is_made(make: Callable[[], object], message: str) -> None:
    with pytest.raises(LemmataError) as raised:
        make()
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


def test_without_hypothesis_one_line_says_what_to_install() -> None:
    code = "import sys; sys.modules['hypothesis'] = None; import lemmata.strategies"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert last == "lemmata.errors.LemmataError: lemmata.strategies needs hypothesis: pip install 'lemmata[test]'"


# The page


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """What the page's code defines, run from top to bottom as one file."""
    namespace: dict[str, Any] = {}
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    exec(compile("\n".join(blocks), str(PAGE), "exec"), namespace)
    return namespace


def test_the_tests_on_the_page_pass(page: dict[str, Any]) -> None:
    tests = [thing for name, thing in page.items() if name.startswith("test_")]
    assert len(tests) == 4
    for test in tests:
        test()


def test_the_page_shows_an_example_that_finds_a_wrong_gradient(
    page: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_the_head(network: Network, x: Any, y: Any) -> Any:
        residual = network(x) - y
        return (network.activation.derivative(network.preactivations(x)) * residual[:, None]).T @ x / len(x)

    (shown,) = re.findall(r"^```\ncase=(.*),\n```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    case = eval(shown, {"TwoLayerNetwork": TwoLayerNetwork, "array": np.array})
    agrees = page["test_gradient_agrees"].hypothesis.inner_test
    agrees(case)
    monkeypatch.setitem(page, "squared_loss_gradient", without_the_head)
    with pytest.raises(AssertionError):
        agrees(case)


def test_the_table_of_the_page_is_complete() -> None:
    rows = re.findall(r"^\| `(\w+)", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(rows) == sorted(strategies.__all__)
