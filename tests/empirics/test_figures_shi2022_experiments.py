"""The figures of Section 6's simulations, drawn from sweeps as each profile plans them."""

from __future__ import annotations

from typing import Any

import pytest

from empirics.papers.shi2022 import experiments
from empirics.papers.shi2022.finite_samples import second_alignment
from lemmata import Claim, SweepCell, figures
from lemmata.profiles import PROFILES
from theory.papers.shi2022.experiments import figure_1, section_6_fixed_decay

STATISTICS = (*experiments.METHODS, *experiments.HEADS, "after_1", "after_2")
CLAIMS = [figure_1, section_6_fixed_decay, second_alignment]


def results(cells: list[SweepCell]) -> list[dict[str, Any]]:
    """What a laboratory would hand over, with made-up values."""
    return [
        {
            "experiment": cell.experiment.name,
            "design": dict(cell.design),
            "replicates": [dict.fromkeys(STATISTICS, 0.5 + 0.1 * (seed % 2)) for seed in range(cell.seeds)],
        }
        for cell in cells
    ]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.slug)
def test_every_profile_can_be_drawn(claim: Claim, profile: str) -> None:
    assert claim.sweep_cells is not None
    assert claim.figure is not None
    cells = list(claim.sweep_cells(profile))
    keys = [cell.experiment.key(cell.design, 0, 0) for cell in cells]
    assert len(set(keys)) == len(keys)
    record = claim.figure(claim.upheld, [], results(cells))
    assert isinstance(record, dict)
    assert figures.draw(record).axes[0].get_title(loc="left") == record["title"]


def test_the_papers_profile_has_the_papers_size() -> None:
    assert figure_1.sweep_cells is not None
    designs = [cell.design for cell in figure_1.sweep_cells("paper")]
    assert {(design["D"], design["k"], design["p_o"], design["m"]) for design in designs} == {(100, 5, 0.5, 300)}
    assert sum(design.get("structure") == "removed" for design in designs) == 1


def test_the_majority_rule_is_drawn_from_its_claim() -> None:
    assert figure_1.figure is not None
    assert figure_1.sweep_cells is not None
    record = figure_1.figure(figure_1.upheld, [], results(list(figure_1.sweep_cells("ci"))))
    assert isinstance(record, dict)
    assert record["curves"][0]["y"] == pytest.approx([1, 11 / 16])


def test_the_alignment_laws_are_drawn_as_they_are_predicted() -> None:
    assert second_alignment.figure is not None
    assert second_alignment.sweep_cells is not None
    record = second_alignment.figure(second_alignment.upheld, [], results(list(second_alignment.sweep_cells("ci"))))
    assert isinstance(record, dict)
    first, second = record["curves"]
    assert first["y"] == sorted(first["y"])
    assert all(one < two < 1 for one, two in zip(first["y"], second["y"], strict=True))
    # The exact share at the ends: D = 100, k = 5, gamma = 1/4, p_o = 1/2.
    for size, share in ((50, second["y"][0]), (1600, second["y"][-1])):
        signal = (size - 1) * 5 / 16
        assert share == pytest.approx((signal + 3 / 4) / (signal + 25), abs=1e-3)
