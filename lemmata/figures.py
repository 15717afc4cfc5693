"""Plots of a claim: its figure records, drawn.

A record holds data only (see ``figure`` in the ledger's schema): curves become lines, points with intervals
become error bars. The same record gives the same SVG, whatever the day or the order.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from itertools import cycle
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.mathtext import MathTextParser

from lemmata.errors import LemmataError
from lemmata.output import write_bytes

INK = "#24292f"
"""The colour of axes and text."""
MUTED = "#8c959f"
"""The colour of series that stand back; it can be seen on white and on black."""

# Okabe and Ito's palette, which colour-blind readers can tell apart, without its yellow (too faint on white).
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_MARKERS = ("o", "s", "D", "^", "v", "P", "X")
_DASHES = ("-", "--", "-.", ":")
_POSITIONS: Mapping[str, dict[str, Any]] = {
    "dots": {"marker": "o", "markersize": 3.5, "alpha": 0.7, "markeredgewidth": 0},
    "stars": {"marker": "*", "markersize": 13, "markeredgecolor": INK, "markeredgewidth": 0.6, "zorder": 3},
}
"""How series of positions are drawn, by their style."""

_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "lemmata",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "mathtext.fontset": "dejavusans",
    "axes.labelsize": 9.5,
    "axes.titlesize": 10.5,
    "axes.linewidth": 0.8,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": INK,
    "grid.alpha": 0.13,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "lines.linewidth": 1.8,
    "lines.markersize": 5.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.dpi": 100,
}
_STRIP_WIDTH, _STRIP_MARGIN = 112.0, 6.0
_METADATA: Mapping[str, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None},
    "png": {"Software": None},
}


def to_svg(record: Mapping[str, Any], ink: str = INK) -> str:
    """An ``<svg>`` element to stand in a page: no prolog, ids of its own, transparent ground.

    ``ink`` is the colour of axes and text; ``currentColor`` takes the page's.
    """
    text = _rendered(record, "svg", transparent=True).decode("utf-8")
    text = text[text.index("<svg") :]
    # Several plots stand in one page: an id of one must not capture the references of another.
    prefix = "f" + sha256(text.encode()).hexdigest()[:10] + "-"
    text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}", text)
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    # A rule for every element would apply to the whole page.
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", text, count=1, flags=re.DOTALL)
    opening, _, rest = text.partition(">")
    box = re.search(r'viewBox="([^"]+)"', opening)
    assert box is not None
    width = box.group(1).split()[2]
    name = escape(record["title"], quote=True)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box.group(1)}" '
        # Its own size is the largest; within a narrow page it shrinks.
        f'style="width: {width}pt; max-width: 100%; stroke-linejoin: round; stroke-linecap: butt" '
        f'role="img" aria-label="{name}">{rest.strip().replace(INK, ink)}'
    )


def save(record: Mapping[str, Any], path: str | Path) -> None:
    """Draw a record into a file; its ending says as what: ``.svg``, ``.pdf`` or ``.png``.

    Raises LemmataError for another ending, or when the file cannot be written.
    """
    kind = Path(path).suffix.lower().removeprefix(".")
    if kind not in _METADATA:
        raise LemmataError(f"{path}: figures are drawn as .svg, .pdf or .png; name the file with one of these endings")
    write_bytes(_rendered(record, kind, transparent=False), path)


def draw(record: Mapping[str, Any]) -> Figure:
    """The record as a matplotlib figure of its own, outside pyplot's state. It fills a column of a paper."""
    with rc_context(_STYLE):
        figure = Figure(figsize=(5.2, 3.5), layout="constrained")
        axes = figure.add_subplot()
        _draw(axes, record)
    return figure


def strip(cell: Mapping[str, Any]) -> str:
    """A measurement at a glance: the claimed region as a band, the two intervals as lines, the median as a
    dot.

    An ``<svg>`` element with a scale of its own; the numbers stand beside it. Colours are left to the page
    (classes ``strip``, ``region``, ``axis``, ``refute``, ``confirm``, ``median``). Empty before any data.
    """
    ends = [end for end in (*cell["region"], *cell["refute_interval"], *cell["confirm_interval"]) if end is not None]
    if cell["median"] is None or not ends:
        return ""
    lowest: float = min(*ends, cell["median"])
    highest: float = max(*ends, cell["median"])
    # Equal ends still need a scale; an unbounded region goes on, so what it holds stands away from the border.
    spread = max(highest - lowest, 1e-9 * max(1.0, abs(lowest), abs(highest)))
    pad = 0.12 * spread
    scale = (_STRIP_WIDTH - 2 * _STRIP_MARGIN) / (spread + 2 * pad)

    def at(value: float) -> float:
        return _STRIP_MARGIN + (value - lowest + pad) * scale

    def span(pair: list[float | None]) -> tuple[float, float]:
        low, high = pair
        return (0.0 if low is None else at(low), _STRIP_WIDTH if high is None else at(high))

    left, right = span(cell["region"])
    lines = "".join(
        f'<line class="{kind}" x1="{x1:.1f}" x2="{x2:.1f}" y1="11" y2="11"/>'
        for kind in ("refute", "confirm")
        for x1, x2 in [span(cell[f"{kind}_interval"])]
    )
    return (
        f'<svg class="strip" viewBox="0 0 {_STRIP_WIDTH:.0f} 22" aria-hidden="true">'
        f'<rect class="region" x="{left:.1f}" y="1" width="{max(right - left, 1.0):.1f}" height="20" rx="2"/>'
        f'<line class="axis" x1="0" x2="{_STRIP_WIDTH:.0f}" y1="11" y2="11"/>{lines}'
        f'<circle class="median" cx="{at(cell["median"]):.1f}" cy="11" r="3.4"/></svg>'
    )


def _draw(axes: Axes, record: Mapping[str, Any]) -> None:
    axes.set_xscale(record["x_scale"])
    axes.set_yscale(record["y_scale"])
    # A curve and the points at the same place in their lists are mostly a prediction and its measurement:
    # they share a colour.
    curves = [curve for curve in record["curves"] if curve.get("style") != "reference"]
    for curve in record["curves"]:
        if curve.get("style") == "reference":
            axes.plot(curve["x"], curve["y"], ":", color=INK, linewidth=0.9, alpha=0.6)
            axes.annotate(
                _label(curve["label"]),
                (curve["x"][-1], curve["y"][-1]),
                (0, 2),
                textcoords="offset points",
                ha="right",
                fontsize=7.5,
            )
    for curve, colour, dashes in zip(curves, cycle(_COLOURS), cycle(_DASHES), strict=False):
        axes.plot(curve["x"], curve["y"], dashes, color=colour, label=_label(curve["label"]))
    for points, own_colour, marker in zip(record["points"], cycle(_COLOURS), cycle(_MARKERS), strict=False):
        colour = _colour(points.get("colour"), own_colour)
        if points.get("style") in _POSITIONS:
            label = _label(points["label"])
            axes.plot(
                points["x"], points["y"], color=colour, label=label, linestyle="none", **_POSITIONS[points["style"]]
            )
            continue
        below = [y - low for y, low in zip(points["y"], points["low"], strict=True)]
        above = [high - y for y, high in zip(points["y"], points["high"], strict=True)]
        axes.errorbar(
            points["x"],
            points["y"],
            # An interval of a median may lie on one side of a mean: no bar has negative length.
            yerr=[[max(0.0, length) for length in below], [max(0.0, length) for length in above]],
            fmt=f"{marker}-" if points.get("style") == "line" else marker,
            color=colour,
            capsize=2.5,
            elinewidth=1.2,
            label=_label(points["label"]),
        )
    if record.get("aspect") == "equal":
        axes.set_aspect("equal", adjustable="datalim")
    axes.set_title(_label(record["title"]), loc="left", wrap=True)
    axes.set_xlabel(_label(record["x_label"]))
    axes.set_ylabel(_label(record["y_label"]))
    # A single series needs no legend, and matplotlib complains of one in which no series has a name.
    if len(axes.get_legend_handles_labels()[1]) > 1:
        # Positions may be anywhere: nothing may lie on them.
        beside = any(points.get("style") in _POSITIONS for points in record["points"])
        axes.legend(**({"loc": "center left", "bbox_to_anchor": (1, 0.5)} if beside else {}))


def _colour(asked: int | str | None, own: str) -> str:
    """A series' colour: the one asked for, or else its own."""
    if asked is None:
        return own
    return MUTED if isinstance(asked, str) else _COLOURS[asked % len(_COLOURS)]


def _rendered(record: Mapping[str, Any], kind: str, *, transparent: bool) -> bytes:
    buffer = io.BytesIO()
    # The style holds while saving too: the salt of the ids and the kind of fonts are read then.
    with rc_context(_STYLE), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box; that is no reason to have no plot.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        draw(record).savefig(buffer, format=kind, dpi=200, transparent=transparent, metadata=_METADATA[kind])
    return buffer.getvalue()


def _label(text: str) -> str:
    r"""The text with its ``$latex$`` where matplotlib can set it, and as it stands where it cannot."""
    try:
        MathTextParser("path").parse(text)
    except ValueError:
        return text.replace("$", r"\$")
    return text
