"""What the command line prints: tables of verdicts, one claim in full, mutants, progress. The words are those of all views."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from lemmata import ledger, standings, wording
from lemmata.output import all_printable

STYLES = {"holds": "green", "fails": "red", "undecided": "yellow"}
UNBROKEN = ("claim", "kind", "outcome", "fate")
STEP = 30.0
"""Seconds between progress lines where there is no terminal to redraw."""


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(name, overflow="fold", no_wrap=name in UNBROKEN)
    return table


def verdicts(document: Mapping[str, Any]) -> Table:
    """The table that closes a run."""
    table = _table("claim", "kind", "status", "grade", "scope", "mutants killed", "findings")
    for claim in all_printable(document["claims"]):
        table.add_row(
            Text(claim["id"]),
            claim["kind"],
            _status(claim),
            standings.graded(claim),
            Text(wording.scope(claim)),
            standings.mutants(claim),
            ", ".join(wording.findings(claim)) or "-",
        )
    return table


def listing(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Claims by id, with what is known of each."""
    table = _table("claim", "locator", "kind", "title", "status")
    for row in all_printable(list(rows)):
        status = row["status"]
        known = Text(status, style=STYLES[status]) if status else Text("not judged")
        table.add_row(Text(row["id"]), Text(row["locator"]), row["kind"], Text(row["title"]), known)
    return table


def problems(document: Mapping[str, Any]) -> Iterator[str]:
    """What keeps the exit code from 0; after each claim's the reasons: unlisted findings, and the first obligation that is
    not proved, a refuted one before an undecided one.
    """
    for claim in all_printable(document["claims"]):
        lines = [line for _, line in ledger.problems([claim], document["provenance"]["profile"])]
        if not lines:
            continue
        yield from lines
        yield from (
            f"  {wording.finding(found)}: {found['summary']}" for found in claim["findings"] if not found["listed"]
        )
        unproved = [check for check in claim["checks"] if check["outcome"] != "proved"]
        for check in sorted(unproved, key=lambda check: bool(check["outcome"] != "refuted"))[:1]:
            more = f" ('lemmata show' has {len(unproved) - 1} more)" if len(unproved) > 1 else ""
            yield f"  {check['outcome']}: {check['label'] or check['latex']}: {check['witness']}{more}"
        if not unproved and claim["status"] != "holds":
            yield from (f"  given: {step}" for step in claim["given"])
        if wording.survivors(claim):
            yield "  'lemmata mutants ... --fate survivor' shows them"


def closing_line(document: Mapping[str, Any]) -> str:
    """The last line of a run."""
    summary, provenance = document["summary"], document["provenance"]
    counts = ", ".join(f"{summary[name]} {name}" for name in ("holds", "fails", "undecided", "findings", "unlisted"))
    return (
        f"{counts}; profile {provenance['profile']}, root seed {provenance['root_seed']}, {provenance['seconds']:.1f} s"
    )


def _status(claim: Mapping[str, Any]) -> Text:
    style = STYLES[claim["status"] if claim["corrected"] is None else claim["upheld"]]
    return Text(wording.verdict(claim), style=style)


def show_claim(console: Console, claim: Mapping[str, Any]) -> None:
    """One claim in full."""
    claim = all_printable(claim)

    def say(text: str) -> None:
        console.print(text, markup=False, highlight=False)

    console.print(Text(f"{claim['id']}: {claim['title']}", style="bold"))
    say(f"{claim['locator']} ({claim['kind']}, {claim['source']})\n\n{claim['prose']}\n")
    say(f"stated      {claim['stated']['latex']}")
    if claim["corrected"] is not None:
        say(f"corrected   {claim['corrected']['latex']}")
        for edit in claim["corrected"]["edits"]:
            say(f"  {'necessary' if edit['necessary'] else 'NOT SHOWN NECESSARY'}: {edit['why']}")
            say(f"    without it, {edit['witness']}")
    console.print(Text.assemble("\nstatus      ", _status(claim)))
    say(f"grade       {standings.graded(claim)}")
    for citation in claim["given"]:
        say(f"  given     {citation}")
    say(f"scope       {wording.scope(claim)}")
    say(f"mutants     {standings.mutant_counts(claim)}")
    if claim["control"] is not None:
        ended = "refuted, as it must be" if claim["control"]["refuted"] else "NOT REFUTED"
        say(f"control     {wording.parameters(claim['control']['change'])}: {ended}")
    for finding in claim["findings"]:
        say(f"finding     {wording.finding(finding)}: {finding['summary']}")
        if finding["witness"]:
            say(f"            {finding['witness']}")
    if claim["checks"]:
        console.print()
        console.print(_checks(claim["checks"]))


def _checks(checks: Iterable[Mapping[str, Any]]) -> Table:
    table = _table("obligation", "for all", "outcome", "evidence")
    for check in checks:
        measured = check["measured"]
        evidence = ", ".join(check["engines"]) if measured is None else _evidence(measured)
        if check["witness"]:
            evidence += f"; {check['witness']}"
        for_all = wording.domains(check["for_all"]) if measured is None else wording.parameters(measured["design"])
        table.add_row(Text(check["label"] or check["latex"]), Text(for_all), check["outcome"], Text(evidence))
    return table


def _evidence(measured: Mapping[str, Any]) -> str:
    return (
        f"median {wording.number(measured['median'])} in {wording.interval(measured['confirm_interval'])}, "
        f"region {wording.interval(measured['region'])}, seeds {wording.seeds(measured)}"
    )


def mutant_table(claim: Mapping[str, Any], fate: str | None) -> Table:
    """Each mutant with its fate and the witness; those of one fate only if it is given."""
    table = _table("fate", "change", "witness")
    for mutant in all_printable([*claim["mutants"]["each"], *claim["mutants"]["late"]["each"]]):
        if fate is None or mutant["fate"] == fate:
            table.add_row(wording.FATES[mutant["fate"]], Text(_plain(mutant["change"])), Text(mutant["witness"]))
    return table


def _plain(text: str) -> str:
    return re.sub(r"\$([^$]*)\$", r"\1", text)


class Watch:
    """Progress of a run on a terminal; a line now and then elsewhere. Use as a context manager."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.live = console.is_terminal
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self.progress = Progress(*columns, console=console, transient=True, disable=not self.live)
        self.task: TaskID | None = None
        self.what = ""
        self.said = 0.0

    def __enter__(self) -> Watch:
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def judging(self, claim_id: str) -> None:
        """A claim without a stored verdict is taken up."""
        self.said = time.monotonic()
        self._show(f"judging {claim_id}", 0, None)

    def measuring(self, what: str, done: int, total: int) -> None:
        """Cells are being computed."""
        self._show(f"measuring {what}", done, total)
        if not self.live and time.monotonic() - self.said > STEP:
            self.said = time.monotonic()
            self.console.print(f"measuring {what}: {done} of {total} cells", highlight=False)

    def judged(self, record: Mapping[str, Any], stored: bool) -> None:
        """A claim's verdict is known."""
        if self.task is not None:
            self.progress.remove_task(self.task)
            self.task = None
        if not stored:
            took = f"{record['seconds']:.1f} s"
            # What holds is said at the end, when it is known what each proof rests on.
            self.console.print(Text.assemble("judged ", (record["id"], "bold"), f" in {took}"))

    def _show(self, what: str, done: int, total: int | None) -> None:
        if self.task is None or what != self.what:
            if self.task is not None:
                self.progress.remove_task(self.task)
            self.what = what
            self.task = self.progress.add_task(what, total=total)
        self.progress.update(self.task, completed=done, total=total)
