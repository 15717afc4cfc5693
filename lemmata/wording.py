"""The words in which every view speaks of a ledger, so that all say the same thing the same way.

Functions take records of the ledger document (see ``lemmata/schema/ledger-3.json``) and return plain text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

STATUS_MARKS: Mapping[str, str] = {"holds": "✓", "fails": "✗", "undecided": "?"}
"""A mark beside each status, so that colour never carries it alone."""

OUTCOME_MARKS: Mapping[str, str] = {"proved": "✓", "refuted": "✗", "undecided": "?"}
"""The same for the outcome of one obligation."""

GRADES: Mapping[str, str] = {
    "symbolic": "for all parameters, by an argument for all of them",
    "exhaustive": "in every case of a finite scope, exactly",
    "certified": "by a rigorous enclosure over a box",
    "statistical": "measured, at declared error rates",
    "sampled": "on finitely many drawn instances",
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

CELL_HEADS = ("Seeds", "Median", "Region", "Confirming", "Refuting")
"""Column heads of a table of cells, after the design."""

CELLS_RULE = (
    "The claim is refuted when one refuting interval misses its region, and confirmed when every confirming "
    "interval lies within its own. Beside the number of seeds: how many decide at which discrepancy."
)
"""How to read a table of cells."""


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


def domains(words: Mapping[str, str]) -> str:
    """The domains of symbols on one line: ``real x; integers k ≥ 1``."""
    return "; ".join(words.values()).replace(">=", "≥").replace("<=", "≤")


def scope(claim: Mapping[str, Any]) -> str:
    """The domains of the claim's free symbols on one line."""
    return domains(claim["scope"]) or "no free symbols"


def verdict(claim: Mapping[str, Any]) -> str:
    """The status, and what became of the corrected form where there is one."""
    if claim["corrected"] is None:
        return str(claim["status"])
    corrected = {"holds": "holds", "fails": "fails too", "undecided": "is undecided"}[claim["upheld"]]
    return f"{claim['status']} as printed; the corrected form {corrected}"


OBJECTIONS = ("erratum", "gap", "not reproduced")
"""Findings that say why the printed statement is not upheld."""


def objections(claim: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What is objected to a claim's printed statement."""
    return [finding for finding in claim["findings"] if finding["kind"] in OBJECTIONS]


def findings(claim: Mapping[str, Any]) -> list[str]:
    """The kinds of the claim's findings, once each, the unlisted ones marked."""
    return list(dict.fromkeys(map(finding, claim["findings"])))


def finding(record: Mapping[str, Any]) -> str:
    """A finding's kind, and whether nobody listed it."""
    return str(record["kind"]) + ("" if record["listed"] else " (unlisted)")


def mutants(claim: Mapping[str, Any]) -> str:
    """Killed of those that count, and survivors if any: ``79/81``."""
    lived = survivors(claim)
    return f"{claim['mutants']['killed']}/{counted(claim)}" + (f", {count(lived, 'survivor')}" if lived else "")


def counted(claim: Mapping[str, Any]) -> int:
    """Mutants that say something, and something else: without those that are equal or implied, or no formula any more."""
    record = claim["mutants"]
    return int(record["total"] - record["implied"] - record["ill_formed"])


def mutant_counts(claim: Mapping[str, Any]) -> str:
    """The counts that are not zero: ``79 killed, 2 implied or equal, of 81; 2 of 2 late mutants stopped``."""
    record = claim["mutants"]
    fates = [f"{record[fate]} {FATES[fate]}" for fate in FATES if fate != "survivor" and record[fate]]
    if record["survivors"]:
        fates.append(count(len(record["survivors"]), "survivor"))
    parts = [", ".join([*fates, f"of {record['total']}"])] if record["total"] else []
    late = record["late"]
    if late["total"]:
        read = late["total"] - late["unread"]
        unread = f", {late['unread']} that the check cannot read" if late["unread"] else ""
        parts.append(f"{read - len(late['held'])} of {read} late mutants stopped{unread}")
    return "; ".join(parts) or "none"


def survivors(claim: Mapping[str, Any]) -> int:
    """False mutants, late ones included, that passed the claim's check."""
    record = claim["mutants"]
    return len(record["survivors"]) + len(record["late"]["held"])


def count(amount: int, noun: str) -> str:
    """``1 survivor``, ``2 survivors``."""
    return f"{amount} {noun}" if amount == 1 else f"{amount} {noun}s"


def seeds(cell: Mapping[str, Any]) -> str:
    """Seeds used, and those that decide at the stated discrepancy: ``48 (33 at 0.01)``."""
    if cell["seeds_needed"] is None:
        return str(cell["seeds"])
    at = "" if cell["discrepancy"] is None else f" at {number(cell['discrepancy'])}"
    return f"{cell['seeds']} ({cell['seeds_needed']}{at})"


def cell(measured: Mapping[str, Any]) -> list[str]:
    """A measurement in words, one for each of ``CELL_HEADS``."""
    intervals = [interval(measured[name]) for name in ("region", "confirm_interval", "refute_interval")]
    return [seeds(measured), number(measured["median"]), *intervals]


def steps(checks: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """The obligations in order, with those that say the same of several cases put together, at the place of the first.

    Obligations with a label belong together when they agree in the label, the kind, the grade, and, if measured, in
    the experiment and the statistic, else in the outcome, the domains and the engines.
    """
    found: dict[tuple[object, ...], list[Mapping[str, Any]]] = {}
    for position, check in enumerate(checks):
        measured = check["measured"]
        if measured is not None:
            tail: tuple[object, ...] = (measured["experiment"], measured["statistic"])
        else:
            tail = (check["outcome"], tuple(check["for_all"].items()), tuple(check["engines"]))
        apart = "" if check["label"] else position
        key = (check["label"], apart, check["obligation"], check["grade"], measured is None, *tail)
        found.setdefault(key, []).append(check)
    return list(found.values())


def formulas(step: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the obligations of a step assert, once each."""
    return list(dict.fromkeys(check["latex"] for check in step))


def outcome(step: Sequence[Mapping[str, Any]]) -> str:
    """The outcome of a step: refuted when one cell is, proved when all are."""
    outcomes = {check["outcome"] for check in step}
    return "refuted" if "refuted" in outcomes else "undecided" if "undecided" in outcomes else "proved"


def designs(step: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the design parameters that the cells of a measured step have, in order of appearance."""
    return list(dict.fromkeys(name for check in step for name in check["measured"]["design"]))
