"""The experiment on how well weights are aligned after steps on samples."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Integer

from empirics.papers.shi2022.finite_samples import CELLS, _next_order, law_values
from empirics.sample_alignment import aligned_energy
from lemmata import Tight
from lemmata.claims import Claim
from lemmata.errors import LemmataError
from lemmata.seeding import Draws, digest
from theory.papers.shi2022.finite_samples import first_alignment, n, ratio, second_alignment
from theory.papers.shi2022.paper import D, gamma, k, p_o
from theory.step_alignment import aligned_share

DESIGN: dict[str, Any] = {"D": 30, "k": 3, "v": 0.5, "p_o": 0.5, "n": 400, "m": 4, "repeats": 2}


def test_many_samples_align_the_weights_and_permuted_labels_do_not() -> None:
    draws = Draws(digest("aligned", 0))
    seen = aligned_energy(draws, **{**DESIGN, "n": 20_000})
    assert all(0.95 < share <= 1 for share in seen.values())
    assert max(aligned_energy(draws, **DESIGN, labels="permuted").values()) < 0.5


def test_repetitions_have_samples_of_their_own() -> None:
    draws = Draws(digest("aligned", 1))
    assert aligned_energy(draws, **DESIGN) != aligned_energy(draws, **{**DESIGN, "repeats": 1})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"k": 31}, "class-relevant bits"),
        ({"n": 0}, "n: "),
        ({"m": 0}, "m: "),
        ({"repeats": 0}, "repeats"),
        ({"v": 1.5}, "v: expected a probability"),
        ({"v": float("nan")}, "v: "),
        ({"p_o": 0.0}, "p_o"),
        ({"v": 1.0}, "A1"),
        ({"k": 4}, "odd"),
        ({"p_o": 0.75}, "p_o"),
        ({"labels": "none"}, "labels"),
    ],
)
def test_bad_input_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(LemmataError, match=message):
        aligned_energy(Draws(digest("aligned", 2)), **{**DESIGN, **change})


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("alignment", [first_alignment, second_alignment])
def test_the_stated_law_is_the_limit_of_the_exact_share(cell: dict[str, Any], alignment: Claim) -> None:
    """What is added to the stated law is small, and does not come from it."""
    values = law_values(cell)
    gate = values[ratio] if alignment is first_alignment else Integer(1)
    stated = alignment.stated
    assert isinstance(stated, Tight)
    added = _next_order(values, gate)
    exact = aligned_share(values[D], values[k], values[gamma], values[p_o], values[n], gate)
    assert float(stated.formula.subs(values) + added) == pytest.approx(float(exact), abs=1e-6)
    assert abs(added) < stated.slack.subs(values) / 2
