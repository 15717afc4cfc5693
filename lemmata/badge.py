"""A ledger as the JSON from which shields.io draws a badge (https://shields.io/badges/endpoint-badge)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lemmata.standings import STRICT, Standing, standings

LABEL = "claims"


def render(document: Mapping[str, Any]) -> str:
    """The JSON of a valid ledger: how many claims hold as printed, are listed findings, and so on; coloured by the exit code.

    Green is a run with exit code 0 in which nothing is undecided either; under the profile ``smoke``, which forgives what
    is undecided, such a run is yellow all the same. A profile other than the default is named.
    """
    counts = standings(document["claims"])
    parts = [f"{counts['holds']} of {counts.total()} hold"]
    words: tuple[tuple[Standing, str], ...] = (
        ("listed", "listed"),
        ("undecided", "undecided"),
        ("problem", "failing"),
    )
    parts += [f"{counts[where]} {word}" for where, word in words if counts[where]]
    profile = document["provenance"]["profile"]
    colour = "red" if counts["problem"] else "yellow" if counts["undecided"] else "brightgreen"
    record = {
        "schemaVersion": 1,
        "label": LABEL if profile == STRICT else f"{LABEL} ({profile})",
        "message": ", ".join(parts) if counts else "none",
        "color": colour if counts else "lightgrey",
    }
    return json.dumps(record, ensure_ascii=False) + "\n"
