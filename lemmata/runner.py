"""Running claims: find what is stored, judge the rest, propagate along proofs, and write one document."""

from __future__ import annotations

import datetime
import functools
import importlib.metadata
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from typing import Any

from lemmata import digests, ledger
from lemmata.errors import LemmataError
from lemmata.executors import SerialExecutor
from lemmata.papers import Selection, Source, is_path, nearest
from lemmata.profiles import JUDGING_ROOT, PROFILES, Profile
from lemmata.seeding import digest
from lemmata.store import Store
from lemmata.verdicts import Grade, weakest

PACKAGES = ("lemmata", "theory", "empirics")
JUDGE = "lemmata.judge"
"""The module whose import closure decides verdicts, besides the check's own."""


WORTH_WORKERS = 3
"""Exact claims to be judged, from which on it pays to start workers for them."""


@dataclass
class Listener:
    """What a run tells whoever watches it. Each is called from the thread that runs."""

    measuring: Callable[[str, int, int], None] = lambda what, done, total: None
    judging: Callable[[str], None] = lambda claim_id: None
    judged: Callable[[dict[str, Any], bool], None] = lambda record, stored: None


@dataclass(frozen=True)
class Indexed:
    """What is known of a claim without importing its paper."""

    id: str
    kind: str
    title: str
    locator: str
    roots: tuple[str, ...]
    measured: bool
    drawn: bool
    swept: bool
    depends_on: tuple[str, ...]


@dataclass(frozen=True)
class Basis:
    """What a claim's verdict rests on, which makes its key in the store.

    Parameters
    ----------
    versions : of the libraries that always count, and of those that the check's own packages import besides.
    modules : the static import closures of the check and the judge, as ``digests.survey`` has them.
    under : the profile it was judged under, which is a more thorough one than the run's where that was stored.
    root : the run's root seed.
    """

    entry: Indexed
    versions: Mapping[str, str]
    modules: Mapping[str, str]
    under: Profile
    root: int

    @property
    def closure(self) -> str:
        """The digest of the modules."""
        return digests.closure_digest(self.modules)

    @property
    def key(self) -> str:
        """The key of the verdict. A sweep is no basis of a verdict, but its figures are stored with it."""
        sampled = self.entry.measured or self.entry.swept
        sampling = [list(self.under.looks), self.root] if sampled else []
        sampling += [self.under.name] if self.entry.swept else []
        return digest("verdict", self.entry.id, self.closure, self.versions, sampling, self.under.thorough)

    def record(self) -> dict[str, Any]:
        """The basis as a claim's record says it: looks and root seed are null where the claim measures nothing."""
        measured = self.entry.measured
        return {
            "closure": self.closure,
            "libraries": sorted(self.versions),
            "thorough": self.under.thorough,
            "looks": list(self.under.looks) if measured else None,
            "root_seed": self.root if measured else None,
        }


@dataclass
class Run:
    """One run of a selection under a profile.

    Parameters
    ----------
    start : makes the executor for cells that are not in the store.
    root : root seed; claims are judged on ``JUDGING_ROOT`` unless it is replaced.
    """

    selection: Selection
    profile: Profile
    store: Store
    start: Callable[[], Executor]
    root: int = JUDGING_ROOT
    listener: Listener = field(default_factory=Listener)

    def __post_init__(self) -> None:
        self._states: dict[Source, str] = {}
        self._executor: Executor | None = None

    def document(self) -> dict[str, Any]:
        """Judge what is not stored, and return the ledger.

        Raises
        ------
        LemmataError : bad input, or a claim file that does not import.
        """
        begin = time.perf_counter()
        records: list[dict[str, Any]] = []
        papers: dict[str, Any] = {}
        closures: dict[str, Mapping[str, str]] = {}
        versions = digests.versions()
        try:
            for source in self.selection.sources:
                index = self.index(source)
                papers[index["paper"]["id"]] = {k: v for k, v in index["paper"].items() if k != "id"}
                # All keys before any judging: what is edited meanwhile must not pass for what was judged.
                bases = self._bases(self.wanted(source))
                keys = {entry: basis.key for entry, basis in bases.items()}
                ahead = self._judge_ahead(source, keys)
                for entry, basis in bases.items():
                    record = self._verdict(source, entry.id, keys[entry], ahead.get(entry))
                    # The key says that a stored verdict has this very basis.
                    records.append({**record, "basis": basis.record()})
                    closures[basis.closure] = basis.modules
                    versions |= basis.versions
        finally:
            if self._executor is not None:
                self._executor.shutdown(wait=False, cancel_futures=True)
        propagate(records)
        return {
            "schema_version": ledger.SCHEMA_VERSION,
            "claims": records,
            "summary": ledger.summarise(records, self.profile.name),
            "provenance": {
                "profile": self.profile.name,
                "root_seed": self.root,
                "created": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "seconds": round(time.perf_counter() - begin, 3),
                "lemmata": importlib.metadata.version("lemmata"),
                "papers": papers,
                "versions": versions,
                "sources": self._sources(),
                "closures": closures,
            },
        }

    def index(self, source: Source) -> dict[str, Any]:
        """The paper's claims in short, from the store if no source file has changed.

        Raises
        ------
        LemmataError : the paper does not import.
        """
        self._states[source] = state = digests.closure_digest(_modules(source))
        key = digest("index", state, list(source.modules))
        return self.store.compute_once("index", key, lambda: self._make_index(source))

    def asked(self, source: Source) -> list[Indexed]:
        """The claims asked for, in the paper's order.

        Raises
        ------
        LemmataError : a claim that the paper does not have.
        """
        index = self.index(source)
        entries = [_indexed(entry) for entry in index["claims"]]
        asked = self.selection.asked(index["paper"]["id"], source)
        known = [entry.id for entry in entries]
        for claim_id in sorted(asked.difference(known)):
            raise LemmataError(f"unknown claim '{claim_id}'{nearest(claim_id, known)}")
        return [entry for entry in entries if not asked or entry.id in asked]

    def wanted(self, source: Source) -> list[Indexed]:
        """The claims asked for, and those that their proofs depend on, in the paper's order.

        Raises
        ------
        LemmataError : a claim that the paper does not have.
        """
        entries = {e["id"]: _indexed(e) for e in self.index(source)["claims"]}
        todo, chosen = [entry.id for entry in self.asked(source)], set()
        while todo:
            claim_id = todo.pop()
            if claim_id in entries and claim_id not in chosen:
                chosen.add(claim_id)
                todo += entries[claim_id].depends_on
        return [entry for entry in entries.values() if entry.id in chosen]

    def stored(self, entries: Iterable[Indexed]) -> dict[Indexed, dict[str, Any]]:
        """The verdicts of those claims that were judged with these very sources, versions, looks and root seed."""
        read = {entry: self.store.read("verdicts", basis.key) for entry, basis in self._bases(entries).items()}
        return {entry: record for entry, record in read.items() if record is not None}

    def _judge_ahead(self, source: Source, keys: Mapping[Indexed, str]) -> dict[Indexed, Future[dict[str, Any]]]:
        """Hand exact claims that are not stored to the workers, all at once: they need nothing of this process."""
        todo = [
            entry
            for entry, key in keys.items()
            if not (entry.measured or entry.swept) and self.store.read("verdicts", key) is None
        ]
        if len(todo) < WORTH_WORKERS:
            return {}
        executor = self._start_executor()
        if isinstance(executor, SerialExecutor):
            return {}
        return {
            entry: executor.submit(
                _judge_and_store,
                _without_measurements(source, entry),
                source,
                self._states[source],
                entry.id,
                self.store,
                keys[entry],
                self.profile.thorough,
            )
            for entry in todo
        }

    def _verdict(
        self, source: Source, claim_id: str, key: str, ahead: Future[dict[str, Any]] | None = None
    ) -> dict[str, Any]:
        stored = None if ahead is not None else self.store.read("verdicts", key)
        if stored is not None:
            self.listener.judged(stored, True)
            return stored
        self.listener.judging(claim_id)
        if ahead is not None:
            found = ahead.result()
        else:
            found = self._judge(source, claim_id)
            self.store.write("verdicts", key, found)
        self.listener.judged(found, False)
        return found

    def _bases(self, entries: Iterable[Indexed]) -> dict[Indexed, Basis]:
        """What each verdict rests on; a thorough one that is stored counts where the profile asks for less."""
        closures: dict[tuple[str, ...], digests.Survey] = {}  # most claims of a module share theirs
        found: dict[Indexed, Basis] = {}
        versions = digests.versions()
        for entry in entries:
            if entry.roots not in closures:
                closures[entry.roots] = digests.survey([*entry.roots, JUDGE], PACKAGES)
            modules, libraries = closures[entry.roots]
            found[entry] = Basis(entry, versions | libraries, modules, self.profile, self.root)
            if not self.profile.thorough:
                thorough = replace(found[entry], under=PROFILES["ci"])
                if self.store.read("verdicts", thorough.key) is not None:
                    found[entry] = thorough
        return found

    def _judge(self, source: Source, claim_id: str) -> dict[str, Any]:
        from lemmata.judge import judge
        from lemmata.measurements import Laboratory
        from lemmata.papers import claim_of

        laboratory = Laboratory(
            self.store,
            self.root,
            self.profile.looks,
            self._start_executor,
            self.listener.measuring,
            self.profile.name,
        )
        return judge(
            claim_of(_paper(source, source, self._states[source]), claim_id), laboratory, self.profile.thorough
        )

    def _start_executor(self) -> Executor:
        if self._executor is None:
            self._executor = self.start()
        return self._executor

    def _make_index(self, source: Source) -> dict[str, Any]:
        paper = _paper(source, source, self._states[source])
        about = {
            "id": paper.id,
            "title": paper.title,
            "authors": paper.authors,
            "version": paper.version,
            "url": paper.url,
        }
        return {"paper": about, "claims": [_entry(claim, source) for claim in paper.claims.values()]}

    def _sources(self) -> str:
        roots = sorted({module for source in self.selection.sources for module in source.modules})
        return digests.source_digest([*roots, JUDGE], PACKAGES)


_met: dict[Source, Mapping[str, str]] = {}
"""The modules of each source, with their digests, as this process first met them."""


def _modules(source: Source) -> Mapping[str, str]:
    """The modules that the source's own and the judge can import, with their digests."""
    modules = digests.survey([*source.modules, JUDGE], PACKAGES).modules
    _met.setdefault(source, modules)
    return modules


def _paper(part: Source, whole: Source, state: str) -> Any:
    """The paper of a source, or of a part of it, as it was when the files of the whole had that state."""
    part.enter()
    return _loaded(part, whole, state)


@functools.cache  # for as long as the process lives: what is edited after it was loaded does no harm
def _loaded(part: Source, whole: Source, state: str) -> Any:
    paper = part.load()
    modules = _modules(whole)
    if digests.closure_digest(modules) != state:
        raise LemmataError(f"{whole.name}: its files were edited before they could be read; run again")
    # Python keeps what it has imported; only a claim file goes by its content.
    for name, content in _met[whole].items():
        if name in sys.modules and modules.get(name, content) != content:
            raise LemmataError(f"{whole.name}: module {name} was edited after it was imported here; run again")
    return paper


def _judge_and_store(
    part: Source, whole: Source, state: str, claim_id: str, store: Store, key: str, thorough: bool
) -> dict[str, Any]:
    """Judge an exact claim (runs in a worker), and store its verdict at once."""
    from lemmata.judge import judge
    from lemmata.measurements import Laboratory
    from lemmata.papers import claim_of

    # An exact claim measures nothing; the laboratory is there because a judge has one.
    found = judge(
        claim_of(_paper(part, whole, state), claim_id), Laboratory(store, JUDGING_ROOT, (), SerialExecutor), thorough
    )
    store.write("verdicts", key, found)
    return found


def _without_measurements(source: Source, entry: Indexed) -> Source:
    """The paper's statements alone, which load faster, where the claim's check stands with them."""
    statements = source.modules[0]
    package = f"{statements.rpartition('.')[0]}."
    near = not is_path(statements) and all(root == statements or root.startswith(package) for root in entry.roots)
    return Source(source.name, (statements,)) if near else source


def _entry(claim: Any, source: Source) -> dict[str, Any]:
    roots = list(source.modules[:1])
    measured = False
    if claim.obligations is not None:
        roots = _check_modules(claim, source) or roots
        measured = claim.control is not None or _measures(claim)
    return {
        "id": claim.id,
        "kind": claim.stated.kind,
        "title": claim.title,
        "locator": claim.locator,
        "roots": roots,
        "measured": measured,
        "drawn": claim.figure is not None,
        "swept": claim.sweep_cells is not None,
        "depends_on": [other.id for other in claim.depends_on],
    }


def _measures(claim: Any) -> bool:
    """Whether a claim without a control demands measurements all the same. Only a check beside which samples are named
    can, and only such a one is asked: to read all demands of a paper takes long.
    """
    from lemmata.experiments import Samples
    from lemmata.obligations import Measured

    beside = vars(sys.modules[claim.obligations.__module__]).values()
    named = any(value is Samples for value in beside)
    return named and any(isinstance(o, Measured) for o in claim.demands(claim.upheld))


def _check_modules(claim: Any, source: Source) -> list[str]:
    """The modules of the claim's check, figure and sweep, where they belong to the paper's own named packages.

    They import the statement, so a paper of several modules is judged anew only where it changed.
    """
    modules = {function.__module__ for function in (claim.obligations, claim.figure, claim.sweep_cells) if function}
    named = [m for m in source.modules if not is_path(m)]
    packages = tuple(f"{name.rpartition('.')[0]}." for name in named if name.count(".") > 1)
    ours = all(module in named or module.startswith(packages) for module in modules)
    return sorted(modules) if ours else []


def _indexed(entry: dict[str, Any]) -> Indexed:
    return Indexed(**{**entry, "roots": tuple(entry["roots"]), "depends_on": tuple(entry["depends_on"])})


def propagate(records: Iterable[dict[str, Any]]) -> None:
    """Make no claim stronger than its weakest proof dependency, in place.

    A dependency is used in the form that it upholds: a corrected misprint supports what follows from the corrected
    form.

    Raises
    ------
    LemmataError : the dependencies run in a circle.
    """
    by_id = {record["id"]: record for record in records}
    done: set[str] = set()

    def settle(claim_id: str, path: tuple[str, ...]) -> None:
        if claim_id in path:
            raise LemmataError(f"the claims depend on each other in a circle: {' -> '.join([*path, claim_id])}")
        if claim_id in done or claim_id not in by_id:
            return
        record = by_id[claim_id]
        for dependency in record["depends_on"]:
            settle(dependency, (*path, claim_id))
            other = by_id.get(dependency)
            if other is None or other["upheld"] != "holds":
                if record["status"] == "holds":
                    record["status"] = "undecided"
                if record["upheld"] == "holds":
                    record["upheld"] = "undecided"
                    record["grade"] = "stated"
                why = "which is not shown" if other else "which this run does not judge: name its paper too"
                record["given"] = [*record["given"], f"{dependency}, {why}"]
            elif record["upheld"] == "holds":
                record["grade"] = weakest([Grade(record["grade"]), Grade(other["grade"])]).value
                record["given"] = list(dict.fromkeys([*record["given"], *other["given"]]))
        done.add(claim_id)

    for claim_id in by_id:
        settle(claim_id, ())
