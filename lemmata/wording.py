"""The words in which every view speaks of a ledger: terminal, report and documentation say the same thing the same way.

All functions take records of the ledger document (see ``lemmata/schema/ledger-1.json``) and return plain text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

STATUS_MARKS: Mapping[str, str] = {"holds": "✓", "fails": "✗", "undecided": "?"}
"""A mark beside each status, so that colour never carries it alone."""

OUTCOME_MARKS: Mapping[str, str] = {"proved": "✓", "refuted": "✗", "undecided": "?"}
"""The same for the outcome of one obligation."""

GRADES: Mapping[str, str] = {
    "symbolic": "for all parameters, by an argument for all of them",
    "exhaustive": "every case of a finite scope, exactly",
    "certified": "rigorous enclosure over a box",
    "statistical": "declared error rates",
    "sampled": "finitely many drawn instances",
    "stated": "not checked",
}
"""The grades from strongest to weakest, with what each means."""

FATES: Mapping[str, str] = {
    "killed": "killed",
    "implied": "implied or equal",
    "ill_formed": "ill-formed",
    "loose": "loose",
    "undecided": "undecided",
    "survivor": "survivor",
}
"""What became of a mutant, in words."""


def number(value: float | None) -> str:
    """A measured number in four significant digits; an absent one as a dash."""
    if value is None:
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.4g}".replace("-", "−")


def interval(ends: Sequence[float | None]) -> str:
    """A closed interval; null is unbounded on that side."""
    low, high = ends
    left = "(−∞" if low is None else f"[{number(low)}"
    right = "∞)" if high is None else f"{number(high)}]"
    return f"{left}, {right}"


def value(item: Any) -> str:
    """A parameter's value: floats shortened, everything else as it is."""
    if isinstance(item, bool):
        return "yes" if item else "no"
    if isinstance(item, float):
        return number(item)
    if isinstance(item, list):
        return "[" + ", ".join(map(value, item)) + "]"
    return str(item)


def parameters(record: Mapping[str, Any]) -> str:
    """A design, or a change to one: ``d = 64, n = 4096``."""
    return ", ".join(f"{name} = {value(item)}" for name, item in record.items())


def scope(claim: Mapping[str, Any]) -> str:
    """The domains of the free symbols on one line."""
    return "; ".join(claim["scope"].values()) or "no free symbols"


def verdict(claim: Mapping[str, Any]) -> str:
    """The status, and for an erratum what became of the corrected form."""
    if any(finding["kind"] == "erratum" for finding in claim["findings"]):
        return f"{claim['status']} as printed; the corrected form holds"
    return str(claim["status"])


def findings(claim: Mapping[str, Any]) -> list[str]:
    """The kinds of the claim's findings, once each, the unlisted ones marked."""
    words = [item["kind"] + ("" if item["listed"] else " (unlisted)") for item in claim["findings"]]
    return list(dict.fromkeys(words))


def mutants(claim: Mapping[str, Any]) -> str:
    """Killed of total, and survivors if any: ``79/81``."""
    record = claim["mutants"]
    lived = survivors(claim)
    return f"{record['killed']}/{record['total']}" + (f", {count(lived, 'survivor')}" if lived else "")


def mutant_counts(claim: Mapping[str, Any]) -> list[str]:
    """Every count of the claim's mutants that is not zero, in words."""
    record = claim["mutants"]
    words = [f"{record[fate]} {FATES[fate]}" for fate in FATES if fate != "survivor" and record[fate]]
    if record["survivors"]:
        words.append(count(len(record["survivors"]), "survivor"))
    late = record["late"]
    if late["total"]:
        stopped = late["total"] - len(late["held"])
        words.append(f"{stopped} of {late['total']} late mutants stopped")
    return words


def survivors(claim: Mapping[str, Any]) -> int:
    """False mutants, late ones included, that passed the claim's check."""
    record = claim["mutants"]
    return len(record["survivors"]) + len(record["late"]["held"])


def count(amount: int, noun: str) -> str:
    """``1 survivor``, ``2 survivors``."""
    return f"{amount} {noun}" if amount == 1 else f"{amount} {noun}s"


def steps(checks: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """The obligations in order, with the cells of one measured statement put together.

    Two consecutive measured obligations belong together when they share the label, the kind, the experiment and the statistic;
    any other obligation stands alone.
    """

    def key(item: tuple[int, Mapping[str, Any]]) -> tuple[object, ...]:
        position, check = item
        measured = check["measured"]
        if measured is None:
            return (position,)
        return (check["label"], check["obligation"], measured["experiment"], measured["statistic"])

    return [[check for _, check in group] for _, group in groupby(enumerate(checks), key=key)]


def outcome(step: Sequence[Mapping[str, Any]]) -> str:
    """The outcome of a step: refuted when one cell is, proved when all are."""
    outcomes = {check["outcome"] for check in step}
    return "refuted" if "refuted" in outcomes else "undecided" if "undecided" in outcomes else "proved"


def designs(step: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the design parameters that the cells of a measured step have, in order of appearance."""
    return list(dict.fromkeys(name for check in step for name in check["measured"]["design"]))
