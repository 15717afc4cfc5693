"""The graph of claims: which statement rests on which.

Proof dependencies are solid edges, provenance (what a claim comes from without being proved by it) is dashed;
both run downwards, from what is used to what uses it. The border of a node shows the status of the printed
statement, its fill the grade of the evidence; both stand in words in the node too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from graphlib import CycleError, TopologicalSorter
from html import escape
from importlib.resources import files
from itertools import pairwise
from typing import Any

from lemmata import wording
from lemmata.errors import LemmataError

NODE_WIDTH, NODE_HEIGHT = 212.0, 62.0
COLUMN_GAP, LAYER_GAP, MARGIN = 26.0, 52.0, 12.0
PAGE_WIDTH = 1060.0
"""Where a row of unconnected parts of the graph is broken."""

_SWEEPS = 24

_FILL = {
    "symbolic": 0.3,
    "exhaustive": 0.24,
    "certified": 0.18,
    "statistical": 0.12,
    "sampled": 0.07,
    "stated": 0.0,
}
_DOT_STATUS = {"holds": "#00785f", "fails": "#c2410c", "undecided": "#8a6100"}
_DOT_GRADE = {
    "symbolic": "#c0d4eb",
    "exhaustive": "#cddcef",
    "certified": "#dae5f3",
    "statistical": "#e6eef7",
    "sampled": "#f1f5fb",
    "stated": "#ffffff",
}


def check(document: Mapping[str, Any]) -> None:
    """Raises LemmataError, which names the circle, when the claims depend on each other in one."""
    _Graph.of(document)


def to_dot(document: Mapping[str, Any]) -> str:
    """The graph in Graphviz's language.

    Raises LemmataError when the dependencies are circular.
    """
    graph = _Graph.of(document)
    lines = [
        "digraph claims {",
        "  rankdir=TB;",
        '  node [shape=box, style="filled,rounded", fontname="sans-serif", penwidth=2];',
        '  edge [color="#818b98"];',
    ]
    for name in graph.nodes:
        claim = graph.claims.get(name)
        if claim is None:
            lines.append(f'  {_quoted(name)} [style="dotted,rounded", tooltip="not in this ledger"];')
            continue
        label = "\n".join([claim["slug"], claim["locator"], _verdict(claim)])
        lines.append(
            f"  {_quoted(name)} [label={_quoted(label)}, tooltip={_quoted(claim['title'])}, "
            f'color="{_DOT_STATUS[claim["status"]]}", fillcolor="{_DOT_GRADE[claim["grade"]]}"];'
        )
    for (start, end), proof in graph.edges.items():
        lines.append(f"  {_quoted(start)} -> {_quoted(end)}{'' if proof else ' [style=dashed]'};")
    return "\n".join([*lines, "}"]) + "\n"


def to_svg(document: Mapping[str, Any], link: Callable[[str], str] = "#{}".format) -> str:
    """The graph as one ``<svg>`` element with its own style; each claim of the ledger links to ``link(id)``.

    Raises LemmataError when the dependencies are circular.
    """
    graph = _Graph.of(document)
    places = _pack([_layout(graph, part) for part in graph.parts()])
    width = max((x + NODE_WIDTH for x, _ in places.corners.values()), default=0.0) + 2 * MARGIN
    height = max((y + NODE_HEIGHT for _, y in places.corners.values()), default=0.0) + 2 * MARGIN
    several = len({claim["paper"] for claim in graph.claims.values()}) > 1
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lemmata-graph" role="group" '
        'aria-label="Dependency graph of the claims" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">',
        f"<style>{_style()}</style>",
    ]
    pieces += [_edge(route, proof) for route, proof in places.routes]
    pieces += [_node(name, graph.claims.get(name), centre, link, several) for name, centre in places.corners.items()]
    return "\n".join([*pieces, "</svg>"])


@cache
def _style() -> str:
    return files("lemmata").joinpath("templates/graph.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class _Graph:
    """Claims in the ledger's order, then those it only names; edges from used to user, True in a proof."""

    claims: Mapping[str, Mapping[str, Any]]
    nodes: Sequence[str]
    edges: Mapping[tuple[str, str], bool]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> _Graph:
        claims = {claim["id"]: claim for claim in document["claims"]}
        edges: dict[tuple[str, str], bool] = {}
        for name, claim in claims.items():
            edges |= {(origin, name): False for origin in claim["provenance"]}
            edges |= {(step, name): True for step in claim["depends_on"]}
        nodes = list(dict.fromkeys([*claims, *(start for start, _ in edges)]))
        graph = cls(claims, nodes, edges)
        graph.order(nodes)
        return graph

    def before(self, node: str) -> list[str]:
        return [start for start, end in self.edges if end == node]

    def after(self, node: str) -> list[str]:
        return [end for start, end in self.edges if start == node]

    def order(self, nodes: Iterable[str]) -> list[str]:
        """The nodes, each after all that it uses. Raises LemmataError when there is no such order."""
        try:
            return list(TopologicalSorter({node: self.before(node) for node in nodes}).static_order())
        except CycleError as error:
            circle = " -> ".join(reversed(error.args[1]))
            raise LemmataError(
                f"the claims depend on each other in a circle: {circle}; remove one of these dependencies"
            ) from error

    def parts(self) -> list[list[str]]:
        """The connected parts, the larger first; single nodes keep the ledger's order."""
        found: list[list[str]] = []
        seen: set[str] = set()
        for first in self.nodes:
            if first in seen:
                continue
            part, waiting = [], [first]
            seen.add(first)
            while waiting:
                node = waiting.pop()
                part.append(node)
                near = [other for other in (*self.before(node), *self.after(node)) if other not in seen]
                near = list(dict.fromkeys(near))
                seen.update(near)
                waiting += near
            position = {node: index for index, node in enumerate(self.nodes)}
            found.append(sorted(part, key=position.__getitem__))
        return sorted(found, key=len, reverse=True)


@dataclass
class _Layout:
    """Left upper corners of nodes; routes of edges, as points from a lower border to an upper one."""

    corners: dict[str, tuple[float, float]] = field(default_factory=dict)
    routes: list[tuple[list[tuple[float, float]], bool]] = field(default_factory=list)

    def add(self, other: _Layout, dx: float, dy: float) -> None:
        self.corners |= {node: (x + dx, y + dy) for node, (x, y) in other.corners.items()}
        self.routes += [([(x + dx, y + dy) for x, y in route], proof) for route, proof in other.routes]

    def width(self) -> float:
        return max(x for x, _ in self.corners.values()) + NODE_WIDTH

    def height(self) -> float:
        return max(y for _, y in self.corners.values()) + NODE_HEIGHT


def _layout(graph: _Graph, part: Sequence[str]) -> _Layout:
    """One connected part by Sugiyama's scheme: layers, few crossings, straight edges around nodes."""
    layer = _layers(graph, part)
    rows: list[list[str]] = [[] for _ in range(max(layer.values()) + 1)]
    for node in part:
        rows[layer[node]].append(node)
    chains: list[tuple[list[str], bool]] = []
    for (start, end), proof in graph.edges.items():
        if start in layer:
            # A long edge takes a place of its own in every layer that it passes, so that it meets no node.
            passed = [f"{start} {end} {level}" for level in range(layer[start] + 1, layer[end])]
            for point, level in zip(passed, range(layer[start] + 1, layer[end]), strict=True):
                rows[level].append(point)
            chains.append(([start, *passed, end], proof))
    links = [pair for chain, _ in chains for pair in pairwise(chain)]
    up: dict[str, list[str]] = {node: [] for row in rows for node in row}
    down: dict[str, list[str]] = {node: [] for row in rows for node in row}
    for start, end in links:
        down[start].append(end)
        up[end].append(start)
    rows = _uncrossed(rows, up, down)
    middle = _straightened(rows, up, down, layer)
    left = min(middle[node] - NODE_WIDTH / 2 for node in part)
    level_of = {node: level for level, row in enumerate(rows) for node in row}
    top = {node: level_of[node] * (NODE_HEIGHT + LAYER_GAP) for node in middle}
    layout = _Layout({node: (middle[node] - NODE_WIDTH / 2 - left, top[node]) for node in part})
    for chain, proof in chains:
        route = [(middle[chain[0]] - left, top[chain[0]] + NODE_HEIGHT)]
        for point in chain[1:-1]:
            route += [(middle[point] - left, top[point]), (middle[point] - left, top[point] + NODE_HEIGHT)]
        route.append((middle[chain[-1]] - left, top[chain[-1]]))
        layout.routes.append((route, proof))
    return layout


def _layers(graph: _Graph, part: Sequence[str]) -> dict[str, int]:
    """Layers in which every edge runs downwards; what uses nothing stands right above its first user."""
    layer: dict[str, int] = {}
    for node in graph.order(part):
        layer[node] = max((layer[start] + 1 for start in graph.before(node)), default=0)
    for node in part:
        users = graph.after(node)
        if users and not graph.before(node):
            layer[node] = min(layer[end] for end in users) - 1
    return layer


def _uncrossed(rows: list[list[str]], up: Mapping[str, list[str]], down: Mapping[str, list[str]]) -> list[list[str]]:
    """The rows reordered by the mean places of neighbours, the best of several sweeps."""
    best, fewest = rows, _crossings(rows, down)
    rows = [list(row) for row in rows]
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        levels = range(1, len(rows)) if downwards else range(len(rows) - 2, -1, -1)
        for level in levels:
            fixed = {node: place for place, node in enumerate(rows[level - 1 if downwards else level + 1])}
            near = up if downwards else down
            here = {node: place for place, node in enumerate(rows[level])}
            rows[level].sort(key=lambda node: _mean([fixed[other] for other in near[node]], here[node]))
        crossings = _crossings(rows, down)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _crossings(rows: Sequence[Sequence[str]], down: Mapping[str, list[str]]) -> int:
    total = 0
    for upper, lower in pairwise(rows):
        place = {node: index for index, node in enumerate(lower)}
        ends = [place[end] for node in upper for end in sorted(down[node], key=place.__getitem__)]
        total += sum(left > right for index, left in enumerate(ends) for right in ends[index + 1 :])
    return total


def _straightened(
    rows: Sequence[Sequence[str]],
    up: Mapping[str, list[str]],
    down: Mapping[str, list[str]],
    nodes: Mapping[str, int],
) -> dict[str, float]:
    """Horizontal places that keep each row's order and bring nodes close to the mean of their neighbours."""

    def width(item: str) -> float:
        return NODE_WIDTH if item in nodes else 10.0

    offsets: list[list[float]] = []
    for row in rows:
        offset = [0.0]
        for left, right in pairwise(row):
            offset.append(offset[-1] + (width(left) + width(right)) / 2 + COLUMN_GAP)
        offsets.append(offset)
    place = {
        node: position - offset[-1] / 2
        for row, offset in zip(rows, offsets, strict=True)
        for node, position in zip(row, offset, strict=True)
    }
    for sweep in range(_SWEEPS):
        near = up if sweep % 2 == 0 else down
        for row, offset in zip(rows, offsets, strict=True):
            wished = [_mean([place[other] for other in near[node]], place[node]) for node in row]
            fitted = _isotonic([wish - shift for wish, shift in zip(wished, offset, strict=True)])
            place.update({node: fit + shift for node, fit, shift in zip(row, fitted, offset, strict=True)})
    return place


def _isotonic(values: Sequence[float]) -> list[float]:
    """The non-decreasing sequence closest to the values in least squares (pool adjacent violators)."""
    pools: list[tuple[float, int]] = []
    for item in values:
        total, size = item, 1
        while pools and pools[-1][0] / pools[-1][1] > total / size:
            last, count = pools.pop()
            total, size = total + last, size + count
        pools.append((total, size))
    return [total / size for total, size in pools for _ in range(size)]


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _pack(parts: Iterable[_Layout]) -> _Layout:
    """The parts in rows, as words in lines."""
    whole = _Layout()
    x, y, tallest = MARGIN, MARGIN, 0.0
    for part in parts:
        if x > MARGIN and x + part.width() > PAGE_WIDTH:
            x, y, tallest = MARGIN, y + tallest + LAYER_GAP / 2, 0.0
        whole.add(part, x, y)
        x += part.width() + COLUMN_GAP
        tallest = max(tallest, part.height())
    return whole


def _edge(route: Sequence[tuple[float, float]], proof: bool) -> str:
    points = list(route)
    x, y = points[-1]
    # The line ends within the arrow's head, whose tip touches the node.
    points[-1] = (x, y - 6)
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        half = (y0 + y1) / 2
        path += f"C{x0:.1f} {half:.1f} {x1:.1f} {half:.1f} {x1:.1f} {y1:.1f}"
    kind = "edge" if proof else "edge provenance"
    return f'<path class="{kind}" d="{path}"/><path class="head" d="M{x:.1f} {y:.1f}l-4 -8h8z"/>'


def _node(
    name: str,
    claim: Mapping[str, Any] | None,
    corner: tuple[float, float],
    link: Callable[[str], str],
    several: bool,
) -> str:
    x, y = corner
    box = f'x="{x:.1f}" y="{y:.1f}" width="{NODE_WIDTH:.0f}" height="{NODE_HEIGHT:.0f}" rx="8"'
    if claim is None:
        lines = [("name", name), ("", "not in this ledger")]
        kind, fill, title = "absent", 0.0, f"{name}: not in this ledger"
    else:
        place = f"{claim['paper']} · {claim['locator']}" if several else claim["locator"]
        lines = [("name", claim["slug"]), ("", place), ("verdict", _verdict(claim))]
        kind, fill = claim["status"], _FILL[claim["grade"]]
        title = f"{claim['title']}: {wording.verdict(claim)}; {claim['grade']}: {wording.GRADES[claim['grade']]}"
    middle = x + NODE_WIDTH / 2
    step = NODE_HEIGHT / (len(lines) + 0.75)
    texts = "".join(
        f'<text class="{style}" x="{middle:.1f}" y="{y + step * (index + 1):.1f}" text-anchor="middle">'
        f"{escape(_cut(text, 25 if style == 'name' else 32))}</text>"
        for index, (style, text) in enumerate(lines)
    )
    drawn = (
        f"<title>{escape(title)}</title><rect {box}/>"
        f'<rect class="grade" {box} fill-opacity="{fill}"/><rect class="border" {box}/>{texts}'
    )
    if claim is None:
        return f'<g class="{kind}">{drawn}</g>'
    return f'<a class="{kind}" href="{escape(link(name), quote=True)}">{drawn}</a>'


def _verdict(claim: Mapping[str, Any]) -> str:
    words = [f"{wording.STATUS_MARKS[claim['status']]} {claim['status']}", claim["grade"]]
    return " · ".join(words)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _quoted(text: str) -> str:
    # Graphviz reads backslashes as escapes within quotes; line breaks of ours are its \n.
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
