"""The figures of Section 6 and of the alignment law, drawn from sweeps as each profile plans them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from empirics.papers.damian2022 import alignment, experiments
from lemmata import Claim, SweepCell, figures
from lemmata.profiles import PROFILES

STATISTICS = ("algorithm_1", "random_features", "tangent_kernel", "pretrained", "initial", "share")
CLAIMS = [experiments.figure_1, experiments.figure_2, alignment.alignment_law]


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


def records(claim: Claim, profile: str) -> Iterator[dict[str, Any]]:
    assert claim.sweep_cells is not None
    assert claim.figure is not None
    measured = [
        {
            "design": {**alignment.CELLS[0], "m": alignment.NEURONS},
            "median": 0.4,
            "confirm_interval": [0.3, 0.5],
            "values": [0.4],
        }
    ]
    drawn = claim.figure(claim.upheld, measured, results(list(claim.sweep_cells(profile))))
    yield from drawn if isinstance(drawn, list) else [drawn]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.slug)
def test_every_profile_can_be_drawn(claim: Claim, profile: str) -> None:
    for record in records(claim, profile):
        assert figures.draw(record).axes[0].get_title(loc="left") == record["title"]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.slug)
def test_no_cell_is_planned_twice_and_each_design_is_one_of_its_experiment(claim: Claim) -> None:
    assert claim.sweep_cells is not None
    for profile in PROFILES:
        cells = claim.sweep_cells(profile)
        keys = [cell.experiment.key(cell.design, 0, 0) for cell in cells]
        assert len(set(keys)) == len(keys)
        for cell in cells:
            assert set(cell.design) <= set(cell.experiment.__wrapped__.__kwdefaults__ or {}) | set(
                cell.experiment.__wrapped__.__annotations__
            )


def test_the_papers_profile_has_the_papers_grids() -> None:
    assert experiments.figure_1.sweep_cells is not None
    assert experiments.figure_2.sweep_cells is not None
    first = experiments.figure_1.sweep_cells("paper")
    for width, largest in ((100, 100_000), (1000, 10_000)):
        sizes = {cell.design["n"] for cell in first if cell.design["m"] == width}
        assert min(sizes) == 1
        assert max(sizes) == largest
    second = experiments.figure_2.sweep_cells("paper")
    assert {cell.design["n"] for cell in second} == {10**e for e in range(7)}
    assert {cell.design["target_samples"] for cell in second} >= {10**e for e in range(5)}
    assert {cell.seeds for cell in [*first, *second]} == {10}


def test_figure_1_has_a_panel_a_width_and_its_two_levels() -> None:
    panels = list(records(experiments.figure_1, "ci"))
    assert ["width 100" in panel["title"] or "width 1000" in panel["title"] for panel in panels] == [True, True]
    for panel in panels:
        assert sorted(curve["y"][0] for curve in panel["curves"]) == [0.5, 1]
        assert len(panel["points"]) == 4


def test_figure_2_shows_one_grid_from_two_sides() -> None:
    by_pretraining, by_target = records(experiments.figure_2, "paper")
    assert [series["label"] for series in by_target["points"]] == [f"$n = d^{e}$" for e in range(7)]
    assert [series["label"] for series in by_pretraining["points"]] == [f"$N = d^{e}$" for e in range(5)]
    assert by_pretraining["points"][0]["x"] == pytest.approx(range(7))


def test_cells_of_the_first_figure_are_shared_with_its_claim() -> None:
    assert experiments.figure_1.sweep_cells is not None
    designs = [dict(cell.design) for cell in experiments.figure_1.sweep_cells("ci")]
    obligation = next(iter(experiments.figure_1.demands(experiments.figure_1.upheld)))
    assert dict(obligation.samples.design) in designs  # type: ignore[union-attr]
