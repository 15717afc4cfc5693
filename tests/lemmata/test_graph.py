"""The graph of claims."""

from __future__ import annotations

import itertools
import random
import re
from typing import Any
from xml.etree import ElementTree

import pytest
import sample_ledger as sample
from hypothesis import given
from hypothesis import strategies as st

from lemmata import graph
from lemmata.errors import LemmataError

SVG = "{http://www.w3.org/2000/svg}"


def document(edges: dict[str, list[str]], provenance: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """A ledger of claims a, b, c ... with the given proof edges."""
    origins = provenance or {}
    return sample.document(
        [
            sample.claim(
                slug,
                depends_on=[f"{sample.PAPER}/{other}" for other in others],
                provenance=[f"{sample.PAPER}/{other}" for other in origins.get(slug, [])],
            )
            for slug, others in edges.items()
        ]
    )


@st.composite
def acyclic(draw: st.DrawFn) -> dict[str, Any]:
    size, share, seed = draw(st.integers(0, 14)), draw(st.floats(0, 0.6)), draw(st.integers(0, 2**32))
    draws = random.Random(seed)
    edges = {f"c{i}": [f"c{j}" for j in range(i) if draws.random() < share] for i in range(size)}
    origins = {f"c{i}": [f"c{j}" for j in range(i) if draws.random() < share / 4] for i in range(size)}
    return document(edges, origins)


def boxes(tree: ElementTree.Element) -> list[tuple[float, float]]:
    found = tree.iter(f"{SVG}rect")
    return [(float(box.get("x", "")), float(box.get("y", ""))) for box in found if box.get("class") == "border"]


@given(acyclic())
def test_every_claim_has_a_box_of_its_own_within_the_picture(drawn: dict[str, Any]) -> None:
    tree = ElementTree.fromstring(graph.to_svg(drawn))
    places = boxes(tree)
    assert len(places) == len(drawn["claims"])
    for index, (x, y) in enumerate(places):
        assert 0 <= x <= float(tree.get("width", "")) - graph.NODE_WIDTH
        assert 0 <= y <= float(tree.get("height", "")) - graph.NODE_HEIGHT
        for other_x, other_y in places[:index]:
            assert abs(x - other_x) >= graph.NODE_WIDTH or abs(y - other_y) >= graph.NODE_HEIGHT


@given(acyclic())
def test_every_edge_runs_downwards_and_proof_wins_over_provenance(drawn: dict[str, Any]) -> None:
    tree = ElementTree.fromstring(graph.to_svg(drawn))
    drawn_edges = [path for path in tree.iter(f"{SVG}path") if "edge" in path.get("class", "").split()]
    proof = {(step, claim["id"]) for claim in drawn["claims"] for step in claim["depends_on"]}
    origin = {(step, claim["id"]) for claim in drawn["claims"] for step in claim["provenance"]}
    assert sum(path.get("class") == "edge" for path in drawn_edges) == len(proof)
    assert len(drawn_edges) == len(proof | origin)
    for path in drawn_edges:
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", path.get("d", ""))]
        heights = numbers[1::2]
        assert heights == sorted(heights)


@given(acyclic())
def test_the_same_ledger_gives_the_same_picture(drawn: dict[str, Any]) -> None:
    assert graph.to_svg(drawn) == graph.to_svg(drawn)
    assert graph.to_dot(drawn) == graph.to_dot(drawn)


def test_links_and_words() -> None:
    svg = graph.to_svg(sample.document())
    for claim in sample.document()["claims"]:
        assert f'href="#{claim["id"]}"' in svg
        assert claim["slug"] in svg
    assert "✗ fails · symbolic" in svg
    assert "✓ holds · statistical" in svg
    assert 'href="x/damian2022/figure-1"' in graph.to_svg(sample.document(), link="x/{}".format)


def test_labels_are_escaped_everywhere() -> None:
    text = "<script>alert('1')</script> \" ]]> & \\"
    hostile = sample.document([sample.claim("a", title=text, locator=text)])
    svg = graph.to_svg(hostile, link=lambda name: 'x" onclick="y')
    assert "<script" not in svg
    assert not any(element.get("onclick") for element in ElementTree.fromstring(svg).iter())
    dot = graph.to_dot(hostile)
    assert '\\"' in dot
    assert re.fullmatch(r'(?:[^"]|"(?:[^"\\]|\\.)*")*', dot)


def test_what_the_ledger_lacks_is_shown_as_such() -> None:
    partial = document({"a": ["elsewhere"]})
    svg = graph.to_svg(partial)
    assert "not in this ledger" in svg
    assert 'href="#damian2022/elsewhere"' not in svg
    assert '"damian2022/elsewhere" -> "damian2022/a";' in graph.to_dot(partial)


def test_papers_are_told_apart_when_there_are_several() -> None:
    other = sample.claim("a", paper="shi2022", id="shi2022/a")
    assert "damian2022 ·" not in graph.to_svg(sample.document([sample.claim("a")]))
    assert "shi2022 ·" in graph.to_svg(sample.document([sample.claim("a"), other]))


def test_no_claims_no_graph() -> None:
    assert boxes(ElementTree.fromstring(graph.to_svg(sample.document([])))) == []


@pytest.mark.parametrize("draw", [graph.check, graph.to_svg, graph.to_dot])
def test_a_circle_is_named(draw: Any) -> None:
    circular = document({"a": ["c"], "b": ["a"], "c": ["b"], "d": ["a"]})
    with pytest.raises(LemmataError, match="in a circle") as caught:
        draw(circular)
    circle = re.search(r"circle: (.*);", str(caught.value))
    assert circle
    names = circle.group(1).split(" -> ")
    steps = {("a", "c"), ("b", "a"), ("c", "b")}
    short = [name.removeprefix("damian2022/") for name in names]
    assert short[0] == short[-1]
    assert set(itertools.pairwise(short)) <= steps


def test_a_circle_through_provenance_or_oneself_counts() -> None:
    with pytest.raises(LemmataError, match="in a circle"):
        graph.check(document({"a": ["b"], "b": []}, {"b": ["a"]}))
    with pytest.raises(LemmataError, match="in a circle"):
        graph.check(document({"a": ["a"]}))
