"""A ledger as a page of GitHub's Markdown: the summary of a job, or a comment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from lemmata import ledger, standings, wording
from lemmata.markdown import Section, code, escape, page, row, table_head

LIMIT = 1_000_000
"""Bytes of the page at most. GitHub refuses the summary of a step that is larger than a mebibyte."""

WITNESSES = 5
"""Lines of explanation under a problem at most."""


def render(document: Mapping[str, Any], limit: int = LIMIT) -> str:
    """The page of a valid ledger: counts, what keeps the exit code from 0, all claims, and the reasons of findings.

    What does not fit into ``limit`` bytes of UTF-8 is counted in a line that says so.
    """
    claims, run = document["claims"], document["provenance"]
    head = [f"## lemmata: {standings.headline(claims)}", "", _about(run), ""]
    sections = [_problems(claims, run["profile"]), _table(claims), _findings(claims)]
    return page(head, sections, limit, "the ledger has all of them")


def _about(run: Mapping[str, Any]) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    words = f"Profile {run['profile']}, root seed {run['root_seed']}, lemmata {run['lemmata']}; {libraries}; "
    return escape(f"{words}{run['seconds']:.1f} s.")


def _problems(claims: Sequence[Mapping[str, Any]], profile: str) -> Section:
    body = []
    for claim in claims:
        problems = [line for _, line in ledger.problems([claim], profile)]
        body += [f"- {code(claim['id'])} {escape(line.removeprefix(claim['id']))}" for line in problems]
        if problems:
            witnesses = islice(standings.explanation(claim, ()), 1, 1 + WITNESSES)
            body += [f"  - {escape(line)}" for line in witnesses]
    return Section(["### Needs attention", ""], body)


def _table(claims: Sequence[Mapping[str, Any]]) -> Section:
    head = ["### Claims", "", *table_head(["claim", "status", "grade", "mutants killed", "findings"])]
    return Section(head, [_row(claim) for claim in claims])


def _row(claim: Mapping[str, Any]) -> str:
    cells = [
        escape(f"{wording.STATUS_MARKS[claim['status']]} {wording.verdict(claim)}"),
        escape(standings.graded(claim)),
        escape(standings.mutants(claim)),
        escape(", ".join(wording.findings(claim))),
    ]
    return row([code(claim["id"]), *cells])


def _findings(claims: Sequence[Mapping[str, Any]]) -> Section:
    body = []
    for claim in claims:
        for finding in claim["findings"]:
            witness = f" (witness: {escape(finding['witness'])})" if finding["witness"] else ""
            kind = escape(wording.finding(finding))
            body.append(f"- {code(claim['id'])} **{kind}**: {escape(finding['summary'])}{witness}")
    head = [f"<details><summary>{wording.count(len(body), 'finding')}</summary>", ""]
    return Section(head, body, ["", "</details>"])
