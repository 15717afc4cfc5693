"""Claims in a session, that is a notebook, a prompt or a script: loaded by name, judged when asked, and remembered.

A paper that stands in files is judged in a process of its own, as the command line does it and with the same store: what
this session has imported may be older than the files, and its verdicts must not pass for verdicts on them. Claims that
are written in the session itself have no files that a verdict could be bound to; they are judged right here, and nothing
of them is stored.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from lemmata import executors, ledger
from lemmata.claims import SESSION, Claim, Paper
from lemmata.errors import LemmataError
from lemmata.experiments import Samples
from lemmata.loading import described, private_file
from lemmata.measurements import Laboratory
from lemmata.papers import Selection, Source, discover, is_path, select
from lemmata.profiles import JUDGING_ROOT, PROFILES, Profile, profile
from lemmata.runner import Listener, Run, propagate
from lemmata.seeding import digest
from lemmata.store import Kind, Store, Value

_STEP = 10.0
"""Seconds between lines of progress."""

_ANSWER = "from lemmata.session import answer; answer()"

Records = dict[str, dict[str, Any]]
"""Claims' records by the claims' ids."""


@dataclass(frozen=True, repr=False)
class Verdict:
    """What was found of one claim. In a notebook it shows itself in full.

    Parameters
    ----------
    record : the claim's record, as in a ledger (``lemmata/schema`` describes it).
    profile : the profile that it was judged under.
    root : the root seed of its measurements.
    store : the store that holds it; None for a claim that was judged in this session.
    """

    record: Mapping[str, Any]
    profile: str
    root: int
    store: Path | None = None

    @property
    def status(self) -> str:
        """Of the statement as printed: ``holds``, ``fails`` or ``undecided``."""
        return str(self.record["status"])

    @property
    def upheld(self) -> str:
        """The status of the form that the claim upholds: as printed, or corrected."""
        return str(self.record["upheld"])

    @property
    def grade(self) -> str:
        """How strongly the upheld form is known, from ``symbolic`` down to ``stated``."""
        return str(self.record["grade"])

    @property
    def problems(self) -> list[str]:
        """What would keep a run's exit code from 0, one line each: a failure or finding that is not listed, and the like."""
        return [line for _, line in ledger.problems([self.record], self.profile)]

    def __repr__(self) -> str:
        from lemmata import notebook

        return notebook.verdict_line(self)

    def _repr_html_(self) -> str:
        from lemmata import notebook

        return notebook.verdict_html(self)


@dataclass(frozen=True, repr=False)
class Verdicts(Mapping[str, Verdict]):
    """The verdicts on a paper's claims, by slug. In a notebook they show themselves as a table."""

    paper: Paper
    by_slug: Mapping[str, Verdict]

    def __getitem__(self, slug: str) -> Verdict:
        return self.by_slug[slug]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_slug)

    def __len__(self) -> int:
        return len(self.by_slug)

    @property
    def problems(self) -> list[str]:
        """What would keep a run's exit code from 0, one line each."""
        return [line for verdict in self.values() for line in verdict.problems]

    def __repr__(self) -> str:
        from lemmata import notebook

        return notebook.verdicts_line(self)

    def _repr_html_(self) -> str:
        from lemmata import notebook

        return notebook.verdicts_html(self)


def load(name: str | Path) -> Paper:
    """An installed or configured paper by its name, or the paper of a claim file by its path.

    The paper's modules are imported, and nothing is judged.

    Raises
    ------
    LemmataError : there is no such paper, or it does not import.

    Examples
    --------
    In a notebook, one claim of an installed paper, judged::

        load("damian2022")["lemma-17"].verify()
    """
    selection = select([str(name)])
    if selection.claims:
        raise LemmataError(f"load({str(name)!r}): load the paper, and take the claim by its slug: load(...)['...']")
    return selection.sources[0].load()


def verify(
    claims: Iterable[Claim],
    under: str = "ci",
    *,
    root: int = JUDGING_ROOT,
    jobs: int | None = None,
    store: str | Path | None = None,
) -> dict[str, Verdict]:
    """Judge claims, with all that their proofs depend on; return the verdicts by id, and have the claims remember them.

    Interrupted, it leaves the claims with the verdicts that they had. Finished cells and verdicts of files are stored.

    Parameters
    ----------
    under : the profile: ``smoke``, ``ci`` or ``paper``.
    root : root seed, at least 0.
    jobs : worker processes for claims of files, by default as many as processors.
    store : the folder of finished work of claims of files; by default ``LEMMATA_STORE``, or else ``.lemmata``.

    Raises
    ------
    LemmataError : bad input; files that cannot be judged; a claim that rests on one which was stated again since.
    """
    chosen = profile(under)
    if root < 0:
        raise LemmataError(f"root = {root}: use at least 0")
    jobs = executors.default_jobs() if jobs is None else jobs
    executors.starter("processes", jobs)
    place = _place(store)
    everything = _closure(claims)
    homes = _homes(everything)
    away = [claim for claim in everything if homes[claim.id] is not None]
    found: Records = {}
    if away:
        selection = _selection(homes)
        stored = _stored(selection, chosen, root, place)
        wanted = {claim.id for claim in away}
        found = stored if stored.keys() >= wanted else _judge_apart(selection, chosen, root, jobs, place)
        _require_same(away, found)
    here = [claim for claim in everything if homes[claim.id] is None]
    if here:
        # What was judged apart is settled, and only lends its strength.
        settled = [{**record, "depends_on": []} for record in found.values()]
        records = _judge_here(here, chosen, root)
        propagate([*settled, *records.values()])
        found |= records
    verdicts = {}
    for claim in everything:
        kept = place if homes[claim.id] is not None else None
        verdicts[claim.id] = Verdict(found[claim.id], under, root, kept)
    for claim in everything:
        claim.remember(verdicts[claim.id], _basis(claim))
    return verdicts


def verify_paper(paper: Paper, under: str = "ci", **how: Any) -> Verdicts:
    """Judge all claims of a paper (see ``verify``)."""
    found = verify(paper.claims.values(), under, **how)
    return Verdicts(paper, {claim.slug: found[claim.id] for claim in paper.claims.values()})


def remembered(claim: Claim, verdict: Verdict, basis: Sequence[object]) -> Verdict | None:
    """The verdict, unless the claim or one that it depends on has another check or statement since."""
    try:
        now = _basis(claim)
    except LemmataError:  # what it depends on was stated again
        return None
    same = len(now) == len(basis) and all(one is other for one, other in zip(now, basis, strict=True))
    return verdict if same else None


def look_up(claims: Sequence[Claim], store: str | Path | None = None) -> dict[str, Verdict]:
    """The verdicts on claims of files that a store holds for the files as they are, the most thorough of each, by id.

    Nothing is judged, and nothing is written.

    Raises
    ------
    LemmataError : the store or a source file cannot be read.
    """
    selection = _selection(_homes(_closure(claims)))
    place = _place(store)
    found: dict[str, Verdict] = {}
    for name in ("smoke", "ci", "paper"):
        for claim_id, record in _stored(selection, PROFILES[name], JUDGING_ROOT, place).items():
            # To an exact claim both of the thorough profiles are one, and it goes by the name of the quicker.
            if name != "paper" or claim_id not in found or record != found[claim_id].record:
                found[claim_id] = Verdict(record, name, JUDGING_ROOT, place)
    printed = {claim.id: claim.stated.digest() for claim in claims if claim.id in found}
    return {name: found[name] for name in printed if found[name].record["stated"]["digest"] == printed[name]}


def answer() -> None:
    """Judge what the standard input asks for, and write the records to the file that it names (in a process of its own)."""
    asked = json.load(sys.stdin)
    progress = _Progress(sys.stdout)
    run = Run(
        Selection(
            tuple(Source(name, tuple(modules)) for name, modules in asked["sources"]), frozenset(asked["claims"])
        ),
        profile(asked["profile"]),
        Store(Path(asked["store"])),
        executors.starter("processes", asked["jobs"]),
        asked["root"],
        Listener(measuring=progress.measuring, judged=progress.judged),
    )
    try:
        Store.open(run.store.root)
        told: dict[str, Any] = {"records": run.document()["claims"]}
    except LemmataError as error:
        told = {"error": str(error)}
    Path(asked["answer"]).write_text(json.dumps(told), encoding="utf-8")


# Which claims, and what their verdicts rest on.


def _homes(claims: Iterable[Claim]) -> dict[str, Source | None]:
    """Where the paper of each claim comes from; None for a claim of this session."""
    papers: dict[int, Source | None] = {}
    homes: dict[str, Source | None] = {}
    for claim in claims:
        attached = (claim.obligations, claim.figure, claim.sweep_cells)
        here = any(function is not None and function.__module__ == SESSION for function in attached)
        if not here and id(claim.paper) not in papers:
            papers[id(claim.paper)] = _home(claim.paper)
        homes[claim.id] = None if here else papers[id(claim.paper)]
    return homes


def _home(paper: Paper) -> Source | None:
    holders = {
        name
        for name, module in list(sys.modules.items())
        if name != SESSION and any(value is paper for value in list(getattr(module, "__dict__", {}).values()))
    }
    if not holders:
        return None
    files = {private_file(name) for name in holders}
    for source in discover().values():
        first = source.modules[0]
        if Path(first) in files if is_path(first) else first in holders:
            return source
    # Other modules may hold the paper as well; the one that states it has checks of it, in itself or below.
    checks = {claim.obligations.__module__ for claim in paper.claims.values() if claim.obligations is not None}
    stating = sorted(name for name in holders if any(f"{check}.".startswith(f"{name}.") for check in checks))
    if not stating:
        return None
    file = private_file(stating[0])
    return Source(file.stem, (str(file),)) if file else Source(stating[0].rpartition(".")[2], (stating[0],))


def _place(store: str | Path | None) -> Path:
    return Path(os.environ.get("LEMMATA_STORE", ".lemmata") if store is None else store)


def _closure(claims: Iterable[Claim]) -> list[Claim]:
    """The claims and those that their proofs depend on, what is depended on first."""
    found: dict[str, Claim] = {}

    def visit(claim: Claim, path: tuple[str, ...]) -> None:
        if claim.id in path:
            raise LemmataError(f"the claims depend on each other in a circle: {' -> '.join([*path, claim.id])}")
        for other in claim.depends_on:
            replaced = other.paper.claims.get(other.slug) is not other
            of_old = other.paper is not claim.paper and other.paper.id == claim.paper.id
            if replaced or of_old or found.get(other.id, other) is not other:
                raise LemmataError(f"{claim.id}: rests on {other.id}, which was stated again since; state it again too")
            visit(other, (*path, claim.id))
        found[claim.id] = claim

    for claim in claims:
        visit(claim, ())
    return list(found.values())


def _basis(claim: Claim) -> list[object]:
    """All that a change of the claim in this session would replace, in it and in what it depends on."""
    basis: list[object] = []
    for other in _closure([claim]):
        basis += [other, other.stated, other.correction, other.listed, other.obligations, other.control, other.slow]
        basis += [other.figure, other.sweep_cells]
    return basis


def _selection(homes: Mapping[str, Source | None]) -> Selection:
    known = {name: source for name, source in homes.items() if source is not None}
    return Selection(tuple(dict.fromkeys(known.values())), frozenset(known))


def _require_same(claims: Iterable[Claim], records: Mapping[str, Mapping[str, Any]]) -> None:
    for claim in claims:
        record = records.get(claim.id)
        if record is None or record["stated"]["digest"] != claim.stated.digest():
            raise LemmataError(
                f"{claim.id}: its file has changed since it was imported here; load the claim file again, or restart the "
                "session where it is a module"
            )


# Claims of files.


class _NotStoredError(Exception):
    """The store does not have what would have to be computed."""


class _Shelf(Store):
    """A store that is only looked at."""

    def compute_once(self, kind: Kind, key: str, compute: Callable[[], Value]) -> Value:
        found = self.read(kind, key)
        if found is None:
            raise _NotStoredError
        return found


def _stored(selection: Selection, under: Profile, root: int, place: Path) -> Records:
    """The stored records of what is selected, as far as all that they depend on is stored too."""
    if not place.is_dir():
        return {}
    run = Run(selection, under, _Shelf(place), executors.SerialExecutor, root)
    records: Records = {}
    for source in selection.sources:
        try:
            entries = run.wanted(source)
        except _NotStoredError:  # not even the index: a file has changed, or nothing of it was ever judged
            continue
        records |= {entry.id: record for entry, record in run.stored(entries).items()}
    complete: Records = {}
    for name, record in records.items():  # in the paper's order, which need not be that of the dependencies
        if all(other in records for other in _dependencies(record, records)):
            complete[name] = record
    propagate(complete.values())
    return complete


def _dependencies(record: Mapping[str, Any], records: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The ids of all that a record depends on, as far as it is known."""
    seen: set[str] = set()
    waiting = list(record["depends_on"])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += records[name]["depends_on"] if name in records else []
    yield from seen


def _judge_apart(selection: Selection, under: Profile, root: int, jobs: int, place: Path) -> Records:
    """Have a fresh process judge what is selected; its progress is told here."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "answer.json"
        asked = {
            "sources": [[source.name, list(source.modules)] for source in selection.sources],
            "claims": sorted(selection.claims),
            "profile": under.name,
            "root": root,
            "jobs": jobs,
            "store": str(place.resolve()),
            "answer": str(result),
        }
        last = _converse([sys.executable, "-P", "-u", "-c", _ANSWER], json.dumps(asked))
        if not result.is_file():
            raise LemmataError(f"the verification ended early: {last or 'it was killed'}; finished work is stored")
        told = json.loads(result.read_text(encoding="utf-8"))
    if "error" in told:
        raise LemmataError(told["error"])
    return {record["id"]: record for record in told["records"]}


def _converse(command: Sequence[str], text: str) -> str:
    """Hand a text to a process and pass on what it says, for it may take long; return its last line."""
    # It finds what this session finds, in the same order; the empty entry is the folder that one is in.
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}
    last = ""
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=environment,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            with suppress(BrokenPipeError):  # it has ended already, and said why
                process.stdin.write(text)
                process.stdin.close()
            for line in process.stdout:
                print(line, end="", file=sys.stderr, flush=True)
                last = line.strip() or last
        except BaseException:
            process.terminate()  # what is finished is stored
            raise
    return last


class _Progress:
    """A line of progress now and then, for what takes long."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.said = time.monotonic()

    def measuring(self, what: str, done: int, total: int) -> None:
        self._say(f"measuring {what}: {done} of {total} cells")

    def judged(self, record: Mapping[str, Any], stored: bool) -> None:
        self._say(f"judged {record['id']}")

    def _say(self, line: str) -> None:
        if time.monotonic() - self.said > _STEP:
            self.said = time.monotonic()
            print(line, file=self.stream, flush=True)


# Claims of this session.


class _Bench(Laboratory):
    """Measures in this process, one cell after the other, and keeps what it measured to itself.

    An experiment that is written in a session is the function that the name has now, and whatever that calls: there is no
    telling whether another one would draw the same.
    """

    def __init__(self, under: Profile, root: int, progress: Callable[[str, int, int], None]) -> None:
        nowhere = Store(Path(os.devnull))  # neither read nor written
        super().__init__(nowhere, root, under.looks, executors.SerialExecutor, progress, under.name)

    def cell_key(self, samples: Samples, replicate: int) -> str:
        return digest(samples.experiment.key(samples.design, replicate, self.root), id(samples.experiment))

    def measure(self, wanted: Iterable[tuple[Samples, int]], what: str) -> None:
        cells = {self.cell_key(samples, r): (samples, r) for samples, seeds in wanted for r in range(seeds)}
        done = sum(key in self.known for key in cells)
        for key, (samples, replicate) in cells.items():
            if key not in self.known:
                start = time.perf_counter()
                statistics = samples.experiment.run(samples.design, replicate, self.root)
                self.known[key] = {"statistics": statistics, "seconds": time.perf_counter() - start}
                done += 1
                self.progress(what, done, len(cells))


def _judge_here(claims: Iterable[Claim], under: Profile, root: int) -> Records:
    # SymPy and the engines take their time, and a session that only looks at claims does without.
    from lemmata.judge import judge

    progress = _Progress(sys.stderr)
    bench = _Bench(under, root, progress.measuring)
    found: Records = {}
    for claim in claims:
        found[claim.id] = judge(claim, bench, under.thorough)
        _require_drawable(claim.id, found[claim.id]["figures"])
        progress.judged(found[claim.id], False)
    return found


def _require_drawable(name: str, records: Sequence[Mapping[str, Any]]) -> None:
    from lemmata import figures

    for record in records:
        try:
            figures.to_svg(record)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise LemmataError(f"{name}: its figure cannot be drawn: {described(error)}") from error
