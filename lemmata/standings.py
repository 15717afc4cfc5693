"""Where claims stand: what every view counts, and how it says why a claim does not pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from lemmata import ledger, wording

STRICT = "ci"
"""A profile under which what is undecided is a problem."""

NOT_JUDGED = "not judged"
"""What is said of mutants under a profile that leaves them out, and of which none were stored."""

Standing = Literal["holds", "listed", "undecided", "problem"]


def standing(claim: Mapping[str, Any]) -> Standing:
    """Where a claim stands in the counts of a view, whatever the profile.

    ``holds``: the printed statement does, and nothing is wrong. ``listed``: it does not, and a listed finding says so.
    ``undecided``: more work may decide it. ``problem``: anything that makes the exit code 1.
    """
    codes = {code for code, _ in ledger.problems([claim], STRICT)}
    if codes:
        return "problem" if 1 in codes else "undecided"
    return "holds" if claim["status"] == "holds" else "listed"


def standings(claims: Iterable[Mapping[str, Any]]) -> Counter[Standing]:
    """How many claims stand where."""
    return Counter(map(standing, claims))


def headline(claims: Iterable[Mapping[str, Any]]) -> str:
    """The counts in one line: ``96 of 129 claims hold, 31 are listed findings, 2 are undecided``."""
    counts = standings(claims)
    total = counts.total()
    parts = [f"{counts['holds']} of {wording.count(total, 'claim')} {'holds' if counts['holds'] == 1 else 'hold'}"]
    endings: tuple[tuple[Standing, str, str], ...] = (
        ("listed", "is a listed finding", "are listed findings"),
        ("undecided", "is undecided", "are undecided"),
        ("problem", "needs attention", "need attention"),
    )
    for where, one, more in endings:
        if amount := counts[where]:
            parts.append(f"{amount} {one if amount == 1 else more}")
    return ", ".join(parts) if total else "no claims"


def explanation(claim: Mapping[str, Any], problems: Iterable[str]) -> list[str]:
    """Why a claim does not pass, in lines: its verdict, the problems, and each witness to them."""
    lines = [f"{claim['title']} ({claim['locator']}): {wording.verdict(claim)}", *problems]
    for check in claim["checks"]:
        if check["outcome"] != "proved":
            lines.append(_indented(check["outcome"], check["label"] or check["latex"], check["witness"]))
    for finding in claim["findings"]:
        lines.append(_indented(wording.finding(finding), finding["summary"], finding["witness"]))
    for mutant in (*claim["mutants"]["survivors"], *claim["mutants"]["late"]["held"]):
        lines.append(_indented("accepted although changed", mutant))
    if ledger.control_passed(claim):
        change = wording.parameters(claim["control"]["change"])
        lines.append(_indented("control", change, claim["control"]["witness"]))
    lines += [_indented("given", step) for step in claim["given"]]
    return lines


def graded(claim: Mapping[str, Any]) -> str:
    """The grade, and on how many cited steps it rests: ``symbolic, given 2 steps``."""
    return str(claim["grade"]) + (f", given {wording.count(len(claim['given']), 'step')}" if claim["given"] else "")


def mutants(claim: Mapping[str, Any]) -> str:
    """Killed of total, as ``wording.mutants`` says it, where mutants were judged."""
    return wording.mutants(claim) if _thorough(claim) else NOT_JUDGED


def mutant_counts(claim: Mapping[str, Any]) -> str:
    """Every fate that occurs, as ``wording.mutant_counts`` says it, where mutants were judged."""
    return wording.mutant_counts(claim) if _thorough(claim) else NOT_JUDGED


def _thorough(claim: Mapping[str, Any]) -> bool:
    # An older ledger does not tell.
    return claim["basis"] is None or bool(claim["basis"]["thorough"])


def _indented(*parts: str) -> str:
    return "  " + ": ".join(part for part in parts if part)
