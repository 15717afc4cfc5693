"""How claims, papers and verdicts show themselves in a notebook: as the report shows them, and on one line as text.

Showing never judges: a claim shows the verdict that this session has found, or one that the store holds for its files,
or else its statement and how to judge it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lemmata import session, wording
from lemmata.claims import Claim, Paper
from lemmata.errors import LemmataError
from lemmata.profiles import profile
from lemmata.session import Verdict, Verdicts


def claim_line(claim: Claim) -> str:
    """The claim on one line, with the verdict that this session has found."""
    head = f"{claim.id}: {claim.title} ({claim.locator}, {claim.stated.kind})"
    found = claim.verdict
    return f"<claim {head}: {_judgement(found.record)}>" if found else f"<claim {head}; .verify() judges it>"


def verdict_line(verdict: Verdict) -> str:
    """The verdict on one line."""
    return f"<verdict on {verdict.record['id']}: {_judgement(verdict.record)}>"


def paper_line(paper: Paper) -> str:
    """The paper on one line."""
    return f"<paper {paper.id}: {wording.count(len(paper.claims), 'claim')}>"


def verdicts_line(verdicts: Verdicts) -> str:
    """The counts of what holds, fails and is undecided, on one line."""
    statuses = [verdict.status for verdict in verdicts.values()]
    counts = ", ".join(f"{statuses.count(word)} {word}" for word in wording.STATUS_MARKS if word in statuses)
    return f"<verdicts on {verdicts.paper.id}: {counts or 'none'}>"


def verdict_html(verdict: Verdict) -> str:
    """The claim with its verdict, from statement to source."""
    from lemmata import report  # here and below: it brings Matplotlib, of which a line of text has no need

    return report.claim(verdict.record, verdict.problems, _origin(verdict))


def claim_html(claim: Claim) -> str:
    """The claim with the verdict that is known of it, or its statement alone."""
    from lemmata import report

    known, trouble = _known([claim])
    if claim.id in known:
        return verdict_html(known[claim.id])
    return report.claim(_statement(claim), note=trouble or "``.verify()`` judges it.")


def paper_html(paper: Paper) -> str:
    """The paper's claims as a table, with the verdicts that are known."""
    claims = list(paper.claims.values())
    known, trouble = _known(claims)
    records = [known[claim.id].record if claim.id in known else _statement(claim) for claim in claims]
    problems = [line for verdict in known.values() for line in verdict.problems]
    left = len(claims) - len(known)
    note = trouble or (f"{left} of {len(claims)} not judged; ``.verify()`` judges them." if left else "")
    return _table(paper, records, problems, note)


def verdicts_html(verdicts: Verdicts) -> str:
    """The claims as a table with these verdicts."""
    records = [verdict.record for verdict in verdicts.values()]
    return _table(verdicts.paper, records, verdicts.problems)


def _table(paper: Paper, records: Iterable[Mapping[str, Any]], problems: list[str], note: str = "") -> str:
    from lemmata import report

    about = {name: getattr(paper, name) for name in ("id", "title", "authors", "version", "url")}
    return report.paper(about, records, problems, note)


def _known(claims: list[Claim]) -> tuple[dict[str, Verdict], str]:
    """The verdicts that there are, by the claims' ids, and why stored ones cannot be told, if so."""
    known = {claim.id: claim.verdict for claim in claims}
    found = {name: verdict for name, verdict in known.items() if verdict is not None}
    rest = [claim for claim in claims if claim.id not in found]
    try:
        return {**session.look_up(rest), **found}, ""
    except LemmataError as error:
        return found, f"Stored verdicts cannot be looked up: {str(error).replace('$', chr(92) + '$')}"


def _judgement(record: Mapping[str, Any]) -> str:
    return f"{wording.verdict(record)}, {record['grade']}"


def _origin(verdict: Verdict) -> str:
    seed = f" on root seed {verdict.root}" if any(c["measured"] for c in verdict.record["checks"]) else ""
    place = f"stored in ``{verdict.store}``" if verdict.store is not None else "found in this session, and not stored"
    untried = "" if profile(verdict.profile).thorough else ", which tries no mutants"
    return f"Judged under the profile {verdict.profile}{untried}{seed}; {place}."


def _statement(claim: Claim) -> dict[str, Any]:
    """What a record says of a claim before it is judged."""
    return {
        "id": claim.id,
        "title": claim.title,
        "locator": claim.locator,
        "kind": claim.stated.kind,
        "source": claim.source,
        "prose": claim.prose,
        "stated": {"latex": claim.stated.latex()},
        "corrected": {"latex": claim.upheld.latex()} if claim.correction else None,
        "scope": claim.upheld.scope(),
        "depends_on": [other.id for other in claim.depends_on],
        "provenance": [other.id for other in claim.provenance],
        "source_code": claim.source_code(),
    }
