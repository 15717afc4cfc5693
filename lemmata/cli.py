"""The command line: ``lemmata list | show | run | mutants | report | diff | migrate | graph | figures | store``.

Exit codes: 0 all hold or are listed findings; 1 something fails unlisted; 2 could not run; 3 undecided (not under
smoke).
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from lemmata import executors, ledger, terminal, views, wording
from lemmata.errors import LemmataError
from lemmata.output import write_text
from lemmata.papers import Selection, nearest, select
from lemmata.profiles import JUDGING_ROOT, PROFILES, profile
from lemmata.runner import Listener, Run, propagate
from lemmata.store import Store

LEDGER = "lemmata-ledger.json"
INTERRUPTED = 130
CANNOT_RUN = 2

PIPED_WIDTH = 180
"""Columns of tables that go into a file or a log."""


def _console(stderr: bool) -> Console:
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=PIPED_WIDTH)


out = _console(stderr=False)
err = _console(stderr=True)


class _Commands(click.Group):
    """Turns every expected error into one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LemmataError as error:
            err.print(f"lemmata: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
            sys.exit(CANNOT_RUN)
        except BrokenProcessPool:
            err.print("lemmata: a worker process died; finished cells are stored, so run again", style="red")
            sys.exit(CANNOT_RUN)
        except (KeyboardInterrupt, click.Abort):
            err.print("lemmata: interrupted; finished cells and verdicts are stored", style="yellow")
            sys.exit(INTERRUPTED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lemmata")
def main() -> None:
    """Verify statements of deep-learning theory: prove them, measure them, mutate them, and publish the ledger."""


def _store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--store",
        "store_path",
        type=click.Path(path_type=Path),
        envvar="LEMMATA_STORE",
        default=Path(".lemmata"),
        show_default=True,
        help="Folder of finished cells and verdicts (or LEMMATA_STORE).",
    )(command)


def _run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    profiles, kinds = ", ".join(PROFILES), ", ".join(executors.NAMES)
    for option in (
        _store_option,
        click.option("--executor", default="processes", show_default=True, help=f"One of {kinds}."),
        click.option(
            "--seed", "root", type=click.IntRange(min=0), default=JUDGING_ROOT, show_default=True, help="Root seed."
        ),
        click.option(
            "--jobs", type=int, default=executors.default_jobs, help="Worker processes; default: as many as processors."
        ),
        click.option("--profile", "profile_name", default="ci", show_default=True, help=f"One of {profiles}."),
    ):
        command = option(command)
    return command


def _run(names: tuple[str, ...], profile_name: str, jobs: int, root: int, executor: str, store_path: Path) -> Run:
    return Run(
        selection=select(names),
        profile=profile(profile_name),
        store=Store.open(store_path),
        start=executors.starter(executor, jobs),
        root=root,
    )


@main.command()
@click.argument("names", nargs=-1)
@_run_options
@click.option(
    "--json", "json_path", default=LEDGER, show_default=True, help="Where the ledger goes; - for standard output."
)
@click.option(
    "--table", "table_path", type=click.Path(path_type=Path), help="Also write the table of verdicts, as JSON, here."
)
@click.option("--report", "report_path", type=click.Path(path_type=Path), help="Also write the HTML report here.")
@click.option("--dry-run", is_flag=True, help="Say what would be judged, and stop.")
@click.option("--changed", is_flag=True, help="Only claims without a stored verdict, if there are any.")
def run(
    names: tuple[str, ...],
    json_path: str,
    table_path: Path | None,
    report_path: Path | None,
    dry_run: bool,
    changed: bool,
    **options: Any,
) -> None:
    """Verify claims: papers, PAPER/CLAIM, claim files or FILE.py::CLAIM (all papers if none is named)."""
    job = _run(names, **options)
    if dry_run:
        _say_plan(job)
        return
    if changed:
        job.selection = _only_changed(job)
    screen = err if json_path == "-" else out
    try:
        with terminal.Watch(screen) as watch:
            job.listener = Listener(watch.measuring, watch.judging, watch.judged)
            document = job.document()
    finally:
        _report_corruption(job.store)
    ledger.write(document, json_path)
    if table_path is not None:
        ledger.write_table(ledger.verdict_table(document), table_path)
    if report_path is not None:
        from lemmata import report as page

        page.write(document, report_path)
    screen.print()
    screen.print(terminal.verdicts(document))
    screen.print()
    for line in terminal.problems(document):
        screen.print(line, style="yellow", markup=False, highlight=False)
    screen.print(terminal.closing_line(document), markup=False, highlight=False)
    entries, size = job.store.size()
    places = "" if json_path == "-" else f"ledger {json_path}; "
    screen.print(
        f"{places}store {job.store.root} ({entries} entries, {size / 1e6:.1f} MB)", markup=False, highlight=False
    )
    sys.exit(document["summary"]["exit_code"])


def _say_plan(job: Run) -> None:
    for source in job.selection.sources:
        wanted = job.wanted(source)
        stored = job.stored(wanted)
        for entry in wanted:
            known = "stored" if entry in stored else "to be judged"
            kind = f"measured, up to {job.profile.looks[-1]} seeds a cell" if entry.measured else "exact"
            out.print(f"{entry.id}  {entry.kind}, {kind}: {known}", markup=False, highlight=False)
    _report_corruption(job.store)


def _only_changed(job: Run) -> Selection:
    wanted = {source: job.wanted(source) for source in job.selection.sources}
    stored = job.stored(entry for entries in wanted.values() for entry in entries)
    todo = {source: [entry.id for entry in entries if entry not in stored] for source, entries in wanted.items()}
    if not any(todo.values()):  # nothing has to be judged to say how all stand
        return job.selection
    return Selection(
        tuple(source for source, claims in todo.items() if claims),
        frozenset(claim_id for claims in todo.values() for claim_id in claims),
    )


def _report_corruption(store: Store) -> None:
    for path in store.set_aside:
        err.print(
            f"lemmata: a corrupt entry was set aside, to be computed anew: {path}", style="yellow", soft_wrap=True
        )


@main.command("list")
@click.argument("names", nargs=-1)
@_run_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_claims(names: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """List claims, with their stored verdicts."""
    job = _run(names, **options)
    entries = [entry for source in job.selection.sources for entry in job.wanted(source)]
    records = job.stored(entries)
    propagate(records.values())
    _report_corruption(job.store)
    rows = [
        {
            "id": entry.id,
            "locator": entry.locator,
            "kind": entry.kind,
            "title": entry.title,
            "status": records[entry]["status"] if entry in records else None,
        }
        for entry in entries
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    out.print(terminal.listing(rows))


def _one_claim(claim_id: str, from_ledger: Path | None, options: dict[str, Any]) -> dict[str, Any]:
    """The record of one claim: from a ledger, from the store, or judged now."""
    if from_ledger is not None:
        claims = {claim["id"]: claim for claim in ledger.read(from_ledger)["claims"]}
        if claim_id not in claims:
            raise LemmataError(f"unknown claim '{claim_id}' in {from_ledger}{nearest(claim_id, claims)}")
        return dict(claims[claim_id])
    slug = claim_id.rpartition("::" if "::" in claim_id else "/")[2]
    if slug == claim_id:
        raise LemmataError(
            f"'{claim_id}' is not a claim: write PAPER/CLAIM or FILE.py::CLAIM; 'lemmata list' shows them"
        )
    job = _run((claim_id,), **options)
    with terminal.Watch(err) as watch:
        job.listener = Listener(watch.measuring, watch.judging)
        document = job.document()
    _report_corruption(job.store)
    return next(dict(claim) for claim in document["claims"] if claim["slug"] == slug)


_from_ledger = click.option(
    "--ledger", "from_ledger", type=click.Path(path_type=Path), help="Read this ledger instead of judging."
)


@main.command()
@click.argument("claim_id", metavar="PAPER/CLAIM")
@_from_ledger
@_run_options
@click.option("--json", "as_json", is_flag=True, help="Print the claim's record as JSON.")
def show(claim_id: str, from_ledger: Path | None, as_json: bool, **options: Any) -> None:
    """Show one claim in full: statement, verdict, proof."""
    claim = _one_claim(claim_id, from_ledger, options)
    if as_json:
        click.echo(json.dumps(claim, indent=1, ensure_ascii=False))
    else:
        terminal.show_claim(out, claim)


@main.command()
@click.argument("claim_id", metavar="PAPER/CLAIM")
@_from_ledger
@_run_options
@click.option("--fate", type=click.Choice(sorted(wording.FATES)), help="Only mutants that ended like this.")
def mutants(claim_id: str, from_ledger: Path | None, fate: str | None, **options: Any) -> None:
    """Show a claim's mutants, and what became of each."""
    claim = _one_claim(claim_id, from_ledger, options)
    out.print(terminal.mutant_table(claim, fate))
    out.print(f"\n{wording.mutant_counts(claim)}", markup=False, highlight=False)


@main.command()
@click.argument("ledger_path", metavar="[LEDGER]", type=click.Path(path_type=Path), default=Path(LEDGER))
@click.option("--format", "form", type=click.Choice(list(views.PLACES)), default="html", show_default=True)
@click.option(
    "-o",
    "--output",
    help="Where it goes; - for standard output. Default: "
    + "; ".join(f"{form}: {'standard output' if place == '-' else place}" for form, place in views.PLACES.items())
    + ".",
)
def report(ledger_path: Path, form: views.Format, output: str | None) -> None:
    """Write a view of a ledger: an HTML page, JUnit XML, a job's summary in Markdown, or a badge.

    It ends with exit code 0 once the view is written, whatever the verdicts are.
    """
    place = views.PLACES[form] if output is None else output
    write_text(views.render(ledger.read(ledger_path), form), place)
    if place != "-":
        out.print(f"{'report' if form == 'html' else form} {place}", markup=False, highlight=False)


@main.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", metavar="[NEW]", type=click.Path(path_type=Path), default=Path(LEDGER))
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option("-o", "--output", default="-", show_default=True, help="Where it goes; - for standard output.")
def diff(old: Path, new: Path, form: str, output: str) -> None:
    """Show which verdicts changed, and what changed beneath them: two ledgers or tables of verdicts, of any version.

    Exit codes: 0 no verdict changed; 1 some changed, or claims are new or gone; 2 could not compare.
    """
    from lemmata import changes, difference

    found = difference.compare(difference.read(old), difference.read(new))
    if form == "json":
        text = json.dumps(found.record(), indent=1, ensure_ascii=False) + "\n"
    else:
        text = changes.markdown(found) if form == "markdown" else changes.text(found)
    write_text(text, output)
    sys.exit(1 if found else 0)


@main.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    help=f"Where it goes; - for standard output. Default: beside OLD, with -{ledger.SCHEMA_VERSION} in its name.",
)
def migrate(old: Path, output: str | None) -> None:
    """Write a ledger of an older schema version as one of the present version.

    All commands read older ledgers as they are; this is for other readers. What the old one does not know is null or
    empty in the new one.
    """
    document = ledger.read(old)
    place = output or old.with_stem(f"{old.stem}-{ledger.SCHEMA_VERSION}")
    if output is None and Path(place).exists():
        raise LemmataError(f"{place}: exists; name a place with -o")
    ledger.write(document, place)
    if place != "-":
        out.print(f"ledger {place}", markup=False, highlight=False)


@main.command()
@click.argument("ledger_path", metavar="[LEDGER]", type=click.Path(path_type=Path), default=Path(LEDGER))
@click.option("--format", "form", type=click.Choice(["dot", "svg"]), default="dot", show_default=True)
def graph(ledger_path: Path, form: str) -> None:
    """Print the dependency graph of a ledger's claims."""
    from lemmata import graph as drawing

    document = ledger.read(ledger_path)
    click.echo(drawing.to_dot(document) if form == "dot" else drawing.to_svg(document))


@main.command()
@click.argument("names", nargs=-1)
@_from_ledger
@_run_options
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("figures"), show_default=True, help="Folder."
)
@click.option("--format", "form", type=click.Choice(["svg", "png", "pdf"]), default="svg", show_default=True)
def figures(names: tuple[str, ...], from_ledger: Path | None, output: Path, form: str, **options: Any) -> None:
    """Draw the figures of claims, one file each: papers, PAPER/CLAIM, claim files or FILE.py::CLAIM.

    What they show is computed where it is not stored, under the profile.
    """
    from lemmata import figures as drawing

    drawn = 0
    for claim in _claims_to_draw(names, from_ledger, options):
        for number, record in enumerate(claim["figures"], 1):
            suffix = f"-{number}" if len(claim["figures"]) > 1 else ""
            path = output / f"{claim['paper']}-{claim['slug']}{suffix}.{form}"
            drawing.save(record, path)
            out.print(f"figure {path}", markup=False, highlight=False)
            drawn += 1
    if not drawn:
        raise LemmataError(f"{from_ledger or ' '.join(names) or 'the installed papers'}: no claim has a figure")


def _claims_to_draw(
    names: tuple[str, ...], from_ledger: Path | None, options: dict[str, Any]
) -> Iterable[Mapping[str, Any]]:
    if from_ledger is not None:
        if names:
            raise LemmataError(f"{' '.join(names)}: name claims or a ledger, not both")
        return list(ledger.read(from_ledger)["claims"])
    job = _run(names, **options)
    wanted = {source: [e.id for e in job.asked(source) if e.drawn] for source in job.selection.sources}
    wanted = {source: claims for source, claims in wanted.items() if claims}
    job.selection = Selection(tuple(wanted), frozenset(claim for claims in wanted.values() for claim in claims))
    with terminal.Watch(err) as watch:
        job.listener = Listener(watch.measuring, watch.judging)
        document = job.document()
    _report_corruption(job.store)
    asked = {claim for claims in wanted.values() for claim in claims}
    return [claim for claim in document["claims"] if claim["id"] in asked]


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--requirement", metavar="TEXT", help="How pip finds lemmata, as 'lemmata @ git+https://...'.")
def init(folder: Path, requirement: str | None) -> None:
    """Write a small working project around a paper of your own: lemmata init cho2009."""
    from lemmata import scaffold

    for path in scaffold.create(folder, requirement):
        out.print(path.relative_to(folder.resolve()), markup=False, highlight=False)
    name = folder.resolve().name
    steps = ([f"cd {shlex.quote(str(folder))}"] if folder.resolve() != Path.cwd() else []) + [
        'pip install -e ".[test,docs]"',
        "lemmata run",
    ]
    out.print(
        f"\nNext: {' && '.join(steps)}. Then write your own claims: {name}/README.md says how.",
        markup=False,
        highlight=False,
    )


@main.command()
@_store_option
@click.option("--clear", is_flag=True, help="Remove every entry.")
def store(store_path: Path, clear: bool) -> None:
    """Show the store's place and size, or clear it."""
    opened = Store.open(store_path)
    if clear:
        out.print(f"removed {opened.clear()} entries from {opened.root}", markup=False, highlight=False)
        return
    entries, size = opened.size()
    out.print(f"{opened.root}: {entries} entries, {size / 1e6:.1f} MB", markup=False, highlight=False)
