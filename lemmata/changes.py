"""The difference of two ledgers in words: for a terminal, and as Markdown for a comment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lemmata import wording
from lemmata.difference import Change, Difference, Reason
from lemmata.markdown import Section, code, escape, page, row, table_head
from lemmata.output import printable

LIMIT = 60_000
"""Bytes of a comment at most. GitHub refuses one of more than 65 536 characters."""

NAMES = 8
"""Modules, claims or libraries that a reason names at most."""

UNEXPLAINED = "NOTHING that it rests on has changed: the check gives different answers on the same input"
"""What is said of a verdict that should not have changed."""


RESTATED = "formula changed, verdict unchanged"
"""What is said of a claim that states another formula than it did, and has the same verdict."""


def headline(difference: Difference) -> str:
    """The counts in one line: ``2 verdicts changed, 1 claim is new, 126 unchanged``."""
    changed = len(difference.changed)
    parts = [f"{wording.count(changed, 'verdict') if changed else 'no verdict'} changed"]
    for amount, one, more in (
        (len(difference.appeared), "is new", "are new"),
        (len(difference.gone), "is gone", "are gone"),
    ):
        if amount:
            parts.append(f"{wording.count(amount, 'claim')} {one if amount == 1 else more}")
    return ", ".join([*parts, f"{difference.unchanged} unchanged"])


def text(difference: Difference) -> str:
    """The difference for a terminal, claim after claim."""
    blocks = [headline(difference)]
    for change in difference.changed:
        lines = [change.claim, *_verdict(change), "changed beneath it:", *(f"  {line}" for line in _beneath(change))]
        blocks.append("\n  ".join(lines))
    for title, claims in (("new", difference.appeared), ("gone", difference.gone)):
        blocks += [f"{name}\n  {title}: {_standing(verdict)}" for name, verdict in claims.items()]
    blocks += [f"{name}\n  {RESTATED}" for name in difference.restated]
    return "\n\n".join(map(printable, blocks)) + "\n"


def markdown(difference: Difference, limit: int = LIMIT) -> str:
    """The difference as GitHub's Markdown: a table, of which as much is shown as fits into ``limit`` bytes."""
    rows = [
        row([code(change.claim), _lines(_verdict(change)), _lines(_beneath(change))]) for change in difference.changed
    ]
    for title, claims in (("new", difference.appeared), ("gone", difference.gone)):
        rows += [row([code(name), escape(f"{title}: {_standing(verdict)}"), ""]) for name, verdict in claims.items()]
    rows += [row([code(name), escape(RESTATED), "formula"]) for name in difference.restated]
    table = Section(table_head(["claim", "verdict", "changed beneath it"]), rows)
    return page([f"## lemmata: {headline(difference)}", ""], [table], limit, "'lemmata diff' shows all of them")


def _verdict(change: Change) -> Iterator[str]:
    """What changed of the verdict, a line for each part of it."""
    counts = []
    for name, (old, new) in change.verdict.items():
        part, _, count = name.partition(".")
        if count:
            counts.append(f"{count.replace('_', ' ')} {old} → {new}")
        else:
            yield f"{part} {_value(part, old)} → {_value(part, new)}"
    if counts:
        yield f"mutants: {', '.join(counts)}"


def _beneath(change: Change) -> Iterator[str]:
    """What changed beneath it, a line for each part of that; or that nothing did, or that it is not known."""
    yield from map(_reason, change.reasons)
    if change.unexplained:
        yield UNEXPLAINED
    elif change.unknown:
        yield f"not known whether changed: {', '.join(change.unknown)}"


def _reason(reason: Reason) -> str:
    named = (("", reason.changed), ("new ", reason.appeared), ("gone ", reason.gone))
    return f"{reason.part}: {'; '.join(f'{word}{_names(names)}' for word, names in named if names)}"


def _names(names: Sequence[str]) -> str:
    # What an author writes comes before the framework, which changes as a whole when it is updated.
    ordered = sorted(names, key=lambda name: name.partition(".")[0] == "lemmata")
    more = [f"and {len(names) - NAMES} more"] if len(names) > NAMES else []
    return ", ".join([*ordered[:NAMES], *more])


def _value(name: str, value: Any) -> str:
    if name == "scope":
        return f"({wording.domains(value) or 'no free symbols'})"
    if name == "findings":
        return f"({', '.join(value) or 'none'})"
    return str(value)


def _standing(verdict: Mapping[str, Any]) -> str:
    found = f"; {', '.join(verdict['findings'])}" if verdict["findings"] else ""
    return f"{verdict['status']}, {verdict['grade']}{found}"


def _lines(lines: Iterator[str]) -> str:
    return "<br>".join(map(escape, lines))
