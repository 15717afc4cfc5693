"""The weights' directions before, after one and after two steps on dictionary data."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import pytest

from empirics.feature_emergence import paper_head_scale, train_two_steps
from empirics.weight_emergence import STATES, emerging_directions, emerging_map
from empirics.weight_pictures import two_cluster_silhouette
from lemmata.errors import LemmataError
from lemmata.objects.dictionaries import DictionaryLaw
from lemmata.seeding import Draws, digest

CELL: dict[str, Any] = {"D": 15, "k": 3, "v": 0.5, "p_o": 0.5, "n": 1500, "m": 10}


def test_a_cell_is_the_same_twice_and_holds_shares() -> None:
    found = emerging_directions.run(CELL, 1, 0)
    assert found == emerging_directions.run(CELL, 1, 0)
    assert all(0 <= found[name] <= 1 for name in ("unaligned_after_1", "unaligned_after_2", "least_after_1"))
    assert found["scatter_after_1"] < found["scatter_initial"]


def test_the_map_shows_the_weights_gather_around_the_ground_truth() -> None:
    sizes = []
    for state in STATES:
        numbers = emerging_map(Draws(digest("cell")), **CELL, state=state)
        near = [abs(value) for name, value in numbers.items() if name.startswith("cosine_")]
        assert len(near) == 2 * CELL["m"]
        sizes.append(sum(near) / len(near))
    assert sizes[0] < 0.5 < 0.9 < sizes[1] < sizes[2]


def test_permuted_labels_leave_the_ground_truth_unseen() -> None:
    found = emerging_directions.run({**CELL, "labels": "permuted"}, 0, 0)
    assert found["unaligned_after_2"] == 1


def test_statistics_are_those_of_the_states_that_they_are_named_after() -> None:
    found = emerging_directions(Draws(digest("cell")), **CELL)
    sizes = {}
    for state in STATES:
        numbers = emerging_map(Draws(digest("cell")), **CELL, state=state)
        sizes[state] = [abs(value) for name, value in numbers.items() if name.startswith("cosine_")]
    unaligned = {state: sum(size <= 0.99 for size in sizes[state]) / len(sizes[state]) for state in STATES}
    assert found["unaligned_after_1"] == unaligned["first"] != unaligned["second"] == found["unaligned_after_2"]
    assert found["least_after_1"] == pytest.approx(min(sizes["first"]))
    law = DictionaryLaw.structured(CELL["D"], CELL["k"], CELL["v"], CELL["p_o"])
    scale = paper_head_scale(law)
    network = train_two_steps(Draws(digest("cell")), law, m=CELL["m"], n=CELL["n"], head_scale=scale)
    for name, reached in (("scatter_initial", network.start), ("scatter_after_1", network.first)):
        assert found[name] == pytest.approx(1 - two_cluster_silhouette(reached.w))


def test_where_two_steps_reach_099_one_step_leaves_no_neuron_below_096() -> None:
    """The claim on every weight by another route: the laws of the cosine, (1 + r c)^(-1/2) and then (1 + c)^(-1/2).

    A gate G of mean beta has r = E[G^2]/beta^2 <= 1/beta, since 0 <= G <= 1; and beta = Phi(-3/k^2/s) at a bias of three
    standard deviations, s the spread of the noisy pre-activations.
    """
    k = 5
    c = 0.99**-2 - 1
    beta = NormalDist(0, math.sqrt(1 + 1 / 4) / k).cdf(-3 / k**2)
    assert (1 + c / beta) ** -0.5 > 0.96

    cell = {**CELL, "D": 50, "k": k, "n": 2368, "m": 50}
    near = {}
    for state in ("first", "second"):
        numbers = emerging_map(Draws(digest("cell")), **cell, state=state)
        near[state] = min(abs(value) for name, value in numbers.items() if name.startswith("cosine_"))
    assert near["second"] > 0.985
    assert near["first"] > 0.96


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"labels": "noisy"}, "labels: expected"),
        ({"v": 1.0}, r"\(A1\) breaks"),
        ({"v": 0.9999, "p_o": 0.7}, r"p_o: expected a probability in \(0, 1/2\]"),
        ({"p_o": 0.0}, r"p_o: expected a probability in \(0, 1/2\]"),
        ({"p_o": math.nan}, "p_o: expected a finite number"),
        ({"v": math.nan}, "v: expected a finite number"),
        ({"k": 4}, "k: expected an odd number"),
        ({"k": 21}, "relevant"),
        ({"n": 0}, "n: expected"),
        ({"m": 0}, "m: expected"),
    ],
)
def test_what_it_cannot_use_is_named_in_one_line(change: dict[str, Any], told: str) -> None:
    with pytest.raises(LemmataError, match=told) as error:
        emerging_directions(Draws(digest("cell")), **{**CELL, **change})
    assert "\n" not in str(error.value)


def test_an_unknown_state_is_named() -> None:
    with pytest.raises(LemmataError, match="state: expected one of start, first, second"):
        emerging_map(Draws(digest("cell")), **CELL, state="third")
