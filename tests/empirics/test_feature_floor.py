import pytest

from empirics.feature_floor import feature_floor
from lemmata.errors import LemmataError


def test_floor_falls_with_the_width_and_is_known_to_many_digits() -> None:
    cells = {m: feature_floor.run({"d": 10, "p": 4, "m": m}, 0, 0) for m in (20, 100, 400)}
    floors = [cell["floor"] for cell in cells.values()]
    assert sorted(floors, reverse=True) == floors
    assert all(0 < floor < 1 for floor in floors)
    assert all(cell["rounding"] < 1e-6 for cell in cells.values())


def test_the_same_cell_has_the_same_floor() -> None:
    design = {"d": 5, "p": 3, "m": 30}
    assert feature_floor.run(design, 1, 0) == feature_floor.run(design, 1, 0)
    assert feature_floor.run(design, 1, 0) != feature_floor.run(design, 2, 0)


def test_counts_below_their_range_are_refused() -> None:
    with pytest.raises(LemmataError):
        feature_floor.run({"d": 5, "p": 2, "m": 30}, 0, 0)
