"""Ledgers of older schema versions brought to the present one, a step for each version.

A step is a pure function from a valid document of one version to a valid document of the next. What an old ledger does
not know becomes null or empty; nothing is invented, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Document = dict[str, Any]


def migrate(document: Mapping[str, Any], target: int) -> Document:
    """The document in the version ``target``, which is at least its own; the argument is left as it is.

    Parameters
    ----------
    document : a ledger that is valid by the schema of its own version, which is 1 or later.

    Examples
    --------
    >>> old = {"schema_version": 1, "claims": [], "summary": {}, "provenance": {"profile": "ci"}}
    >>> migrate(old, 2)["provenance"]
    {'profile': 'ci', 'closures': {}}
    """
    migrated = dict(document)
    for version in range(migrated["schema_version"], target):
        migrated = _STEPS[version](migrated)
    return migrated


def _bases(document: Mapping[str, Any]) -> Document:
    """1 to 2: claims say what their verdicts rest on, and provenance which modules there are in a closure."""
    return {
        **document,
        "schema_version": 2,
        "claims": [{**claim, "basis": None} for claim in document["claims"]],
        "provenance": {**document["provenance"], "closures": {}},
    }


def _positions(document: Mapping[str, Any]) -> Document:
    """2 to 3: figures may show positions without error bars; those of version 2 stay as they are."""
    return {**document, "schema_version": 3}


_STEPS: Mapping[int, Callable[[Mapping[str, Any]], Document]] = {1: _bases, 2: _positions}
"""What leads from a version to the next."""
