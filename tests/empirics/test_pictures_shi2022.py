"""Figures 2, 3 and 4 of shi2022, drawn from sweeps as each profile plans them, and the claims' cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy
import pytest
import torch

from empirics.digit_training import digit_map
from empirics.papers.shi2022 import pictures
from empirics.weight_emergence import emerging_map
from empirics.weight_pictures import map_of
from lemmata import Claim, SweepCell, figures
from lemmata.profiles import PROFILES
from theory.papers.shi2022.pictures import figure_2, figure_3, figure_4

DRAWN = [figure_2, figure_3, figure_4]
CLAIMS = [value for value in vars(pictures).values() if isinstance(value, Claim)]
STATISTICS = ("trained", *pictures.PARTS)
MAPS = (digit_map.name, emerging_map.name)


def replicates(cell: SweepCell) -> list[dict[str, float]]:
    """What a laboratory would hand over, made up: a small map, or statistics."""
    if cell.experiment.name in MAPS:
        weights = torch.from_numpy(numpy.random.default_rng(0).standard_normal((4, 6)))
        return [map_of(weights, weights[0])]
    return [dict.fromkeys(STATISTICS, 0.5 + 0.1 * (seed % 2)) for seed in range(cell.seeds)]


def records(claim: Claim, profile: str) -> Iterator[dict[str, Any]]:
    assert claim.sweep_cells is not None
    assert claim.figure is not None
    results = [
        {"experiment": cell.experiment.name, "design": dict(cell.design), "replicates": replicates(cell)}
        for cell in claim.sweep_cells(profile)
    ]
    drawn = claim.figure(claim.upheld, [], results)
    yield from drawn if isinstance(drawn, list) else [drawn]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("claim", DRAWN, ids=lambda claim: claim.slug)
def test_every_profile_can_be_drawn(claim: Claim, profile: str) -> None:
    for record in records(claim, profile):
        assert figures.draw(record).axes[0].get_title(loc="left") == record["title"]


@pytest.mark.parametrize("claim", DRAWN, ids=lambda claim: claim.slug)
def test_no_cell_is_planned_twice_and_each_design_is_one_of_its_experiment(claim: Claim) -> None:
    assert claim.sweep_cells is not None
    for profile in PROFILES:
        cells = claim.sweep_cells(profile)
        keys = [cell.experiment.key(cell.design, 0, 0) for cell in cells]
        assert len(set(keys)) == len(keys)
        for cell in cells:
            assert set(cell.design) <= set(cell.experiment.__wrapped__.__annotations__)


def test_the_papers_profile_has_the_papers_width() -> None:
    assert figure_2.sweep_cells is not None
    designs = [cell.design for cell in figure_2.sweep_cells("paper")]
    assert [(d["D"], d["k"], d["p_o"], d["m"]) for d in designs] == [(100, 5, 0.5, 300)] * 3
    assert [d["state"] for d in designs] == ["start", "first", "second"]


def test_the_figures_have_the_papers_panels() -> None:
    titles = [[record["title"] for record in records(claim, "ci")] for claim in DRAWN]
    assert titles[0][:3] == ["Weights after initialisation", "Weights after one step", "Weights after two steps"]
    assert titles[1][:3] == ["Weights after 0 steps", "Weights after 4 steps", "Weights after 50 steps"]
    assert len(titles[2]) == 2


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.slug)
def test_every_claim_has_a_negative_control_that_changes_its_first_cell(claim: Claim) -> None:
    first, *_ = claim.demands(claim.upheld)
    assert claim.control
    assert {**first.samples.design, **claim.control} != dict(first.samples.design)  # type: ignore[union-attr]
    assert set(claim.control) <= set(first.samples.experiment.__wrapped__.__annotations__)  # type: ignore[union-attr]
