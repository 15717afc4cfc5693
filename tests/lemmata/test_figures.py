"""Plots from figure records."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import sample_ledger as sample
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lemmata import figures, ledger
from lemmata.errors import LemmataError

LAW = sample.alignment_law()["figures"][0]
RISKS = sample.figure_1()["figures"][0]
NASTY = [
    "$x$",
    "$x",
    "a $ b $ c",
    r"$\frac{1}{$",
    "<script>",
    "]]>",
    '"',
    "日本",
    "$$",
    "\\",
    "{",
    "%",
    "_",
    "",
]
TEXTS = st.text('ab $\\{}^_<>&"%é–日', max_size=12)


def test_drawing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    assert figures.to_svg(LAW) == figures.to_svg(LAW)
    for kind in ("svg", "pdf"):
        first, second = tmp_path / f"a.{kind}", tmp_path / f"b.{kind}"
        figures.save(RISKS, first)
        figures.save(RISKS, second)
        assert first.read_bytes() == second.read_bytes()


def test_files_are_of_the_kind_that_their_ending_says(tmp_path: Path) -> None:
    for kind, start in (("png", b"\x89PNG"), ("pdf", b"%PDF"), ("SVG", b"<?xml")):
        figures.save(LAW, tmp_path / f"a.{kind}")
        assert (tmp_path / f"a.{kind}").read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["a.jpg", "a", "a.svg.gz"])
def test_another_ending_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(LemmataError, match=r"\.svg, \.pdf or \.png"):
        figures.save(LAW, tmp_path / name)


def test_an_unwritable_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LemmataError, match="cannot be written"):
        figures.save(LAW, tmp_path / "file" / "a.svg")


def test_an_inline_plot_is_well_formed_and_minds_its_own_business() -> None:
    svg = figures.to_svg(LAW, ink="currentColor")
    tree = ElementTree.fromstring(svg)
    assert tree.tag.endswith("svg")
    assert tree.get("role") == "img"
    # A style element of an inline picture would apply to the whole page.
    assert "<style" not in svg
    assert figures.INK not in svg
    assert "currentColor" in svg
    assert not re.search(r'(?:href|src)="(?!#)', svg)


def test_ids_are_unique_across_the_plots_of_a_page() -> None:
    first, second = (set(re.findall(r'\bid="([^"]+)"', figures.to_svg(record))) for record in (LAW, RISKS))
    assert not first & second
    svg = figures.to_svg(LAW)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    assert used <= first


@settings(max_examples=5, deadline=None)
@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3))
@example("$", r"$\unheardof{x}$", NASTY)
def test_any_label_can_be_drawn(title: str, axis: str, labels: list[str]) -> None:
    curves = [{"label": label, "x": [1.0, 2.0], "y": [1.0, 3.0]} for label in labels]
    record = {**LAW, "title": title, "x_label": axis, "y_label": axis, "curves": curves, "points": []}
    svg = figures.to_svg(record)
    ElementTree.fromstring(svg)
    assert "<script" not in svg


@settings(max_examples=5, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.floats(-1e6, 1e6)] * 4),
        max_size=4,
    ),
    st.fixed_dictionaries(
        {},
        optional={"style": st.sampled_from(["line", "dots", "stars"]), "colour": st.integers(0, 9) | st.just("muted")},
    ),
    st.sampled_from([{}, {"aspect": "equal"}]),
)
def test_any_series_can_be_drawn(rows: list[tuple[float, ...]], looks: dict[str, Any], aspect: dict[str, str]) -> None:
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    names = ("x", "y", "low", "high")
    points = {"label": "p", **{name: list(column) for name, column in zip(names, columns, strict=True)}, **looks}
    record = {**LAW, "x_scale": "linear", "curves": [], "points": [points], **aspect}
    ledger.validate({**sample.document(), "claims": [{**sample.alignment_law(), "figures": [record]}]})
    ElementTree.fromstring(figures.to_svg(record))


def test_curves_are_lines_and_points_have_error_bars() -> None:
    axes = figures.draw(LAW).axes[0]
    line, *_ = axes.get_lines()
    assert len(line.get_xdata()) == len(LAW["curves"][0]["x"])
    bars = axes.containers[0]
    assert len(bars.lines[2][0].get_segments()) == len(LAW["points"][0]["x"])
    for segment, low, high in zip(
        bars.lines[2][0].get_segments(), LAW["points"][0]["low"], LAW["points"][0]["high"], strict=True
    ):
        assert segment[:, 1].tolist() == pytest.approx([low, high])
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [r"$1/(1+\rho)$", "measured median"]


def test_positions_are_markers_that_share_colours_and_have_no_bars() -> None:
    place = {"x": [0.0, 1.0], "y": [1.0, 0.0], "low": [1.0, 0.0], "high": [1.0, 0.0]}
    looks = [{"style": "dots", "colour": 1}, {"style": "stars", "colour": 1}, {"style": "dots", "colour": "muted"}]
    series = [{"label": str(number), **place, **look} for number, look in enumerate(looks)]
    record = {**LAW, "x_scale": "linear", "curves": [], "points": series, "aspect": "equal"}
    axes = figures.draw(record).axes[0]
    near, star, rest = axes.get_lines()
    assert not axes.containers
    assert (near.get_marker(), star.get_marker(), rest.get_marker()) == ("o", "*", "o")
    assert near.get_color() == star.get_color() != rest.get_color() == figures.MUTED
    assert axes.get_aspect() == 1


@given(
    st.none() | st.floats(-10, 10),
    *[st.tuples(st.none() | st.floats(-10, 0), st.none() | st.floats(0, 10))] * 3,
)
def test_a_strip_stays_within_its_frame(median: float | None, region: Any, confirm: Any, refute: Any) -> None:
    strip = figures.strip(
        {
            "median": median,
            "region": list(region),
            "confirm_interval": list(confirm),
            "refute_interval": list(refute),
        }
    )
    if median is None:
        assert strip == ""
    if strip:
        tree = ElementTree.fromstring(strip)
        marks = [element for element in tree if element.get("class") in ("confirm", "refute")]
        for mark in marks:
            assert -0.1 <= float(mark.get("x1", "")) <= float(mark.get("x2", "")) <= 112.1
        assert all(-0.1 <= float(element.get("cx", "0")) <= 112.1 for element in tree)
