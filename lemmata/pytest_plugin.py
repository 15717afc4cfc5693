"""Claims as test items of pytest: ``lemmata::<paper>::<claim>``.

``pytest --lemmata damian2022`` adds a paper's claims to what pytest collects, ``pytest
lemmata::damian2022::lemma-17`` runs one alone, and the ini option ``lemmata_claims`` adds claims whenever
pytest is run without naming files. An item judges its claim as ``lemmata run`` does and shares the store with
it. A listed finding passes. What is undecided is skipped under the profile ``smoke``, and fails under the
others.

The fixtures ``lemmata_seed`` and ``lemmata_draws`` give any test draws of its own.

Nothing else of lemmata is imported before claims or fixtures are asked for.
"""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lemmata.errors import LemmataError
from lemmata.profiles import JUDGING_ROOT, PROFILES

if TYPE_CHECKING:
    from lemmata.assertions import Seed
    from lemmata.runner import Indexed, Run
    from lemmata.seeding import Draws

TREE = "lemmata"
"""The node above all claims, with which their node ids begin."""

UNDECIDED = 3
"""The exit code that a problem asks for which more work may solve."""

STRICT = next(name for name, profile in PROFILES.items() if profile.strict)
"""A profile under which an undecided claim is a problem."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    names = "papers, PAPER/CLAIM, claim files or FILE.py::CLAIM, comma separated or repeated"
    profiles = ", ".join(PROFILES)
    group = parser.getgroup("lemmata", "claims of deep-learning theory")
    group.addoption("--lemmata", action="append", default=[], metavar="NAMES", help=f"Verify these claims: {names}.")
    group.addoption("--lemmata-profile", default="smoke", metavar="NAME", help=f"One of {profiles} (default: smoke).")
    group.addoption(
        "--lemmata-seed",
        default=JUDGING_ROOT,
        type=_root_seed,
        metavar="N",
        help="Root seed (default: %(default)s).",
    )
    group.addoption(
        "--lemmata-store",
        metavar="DIR",
        help="Folder of finished cells and verdicts (default: LEMMATA_STORE, or .lemmata by the ini file).",
    )
    parser.addini("lemmata_claims", f"Claims to verify where no files are named: {names}.", type="linelist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; and what collects claims, if any are asked for."""
    config.addinivalue_line("markers", "lemmata(paper, kind): a claim that lemmata verifies.")
    node_ids = [argument for argument in config.args if argument.startswith(f"{TREE}::")]
    # pytest would look for files of these names.
    config.args = [argument for argument in config.args if argument not in node_ids]
    names = _split(config.getoption("lemmata"))
    if not names and (node_ids or config.args_source is not config.ArgsSource.ARGS):
        folder = _project(config)
        configured = _split(config.getini("lemmata_claims"))
        names = [str(folder / name) if ".py" in name else name for name in configured]
    if names or node_ids:
        config.pluginmanager.register(_Claims(config, names, node_ids), "lemmata-claims")


@pytest.fixture
def lemmata_seed(request: pytest.FixtureRequest) -> Seed:
    """The test's own seed, from its node id and --lemmata-seed: assert_median(..., seed=lemmata_seed).

    It does not depend on which tests run, in which order, or on which worker.
    """
    from lemmata.assertions import Seed

    return Seed(request.config.getoption("lemmata_seed"), request.node.nodeid)


@pytest.fixture
def lemmata_draws(lemmata_seed: Seed) -> Draws:
    """The test's own random streams by name: lemmata_draws["weights"] is a NumPy generator at its start."""
    return lemmata_seed.draws()


def _root_seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a root seed; use an integer >= 0")
    return int(text)


def _split(lists: Sequence[str]) -> list[str]:
    return [name.strip() for names in lists for name in names.split(",") if name.strip()]


def _project(config: pytest.Config) -> Path:
    """Where the ini file is, whichever folder of the project pytest is run from."""
    return config.inipath.parent if config.inipath else config.invocation_params.dir


class _Claims:
    """Collects the claims of one session: those of the names, narrowed to the node ids if there are any."""

    def __init__(self, config: pytest.Config, names: Sequence[str], node_ids: Sequence[str]) -> None:
        self.config = config
        self.names = names
        self.node_ids = node_ids
        self.papers: dict[str, list[tuple[Run, Indexed]]] = {}

    def pytest_sessionstart(self) -> None:
        """Look the claims up.

        xdist starts its workers after this: so a bad name is one error, and they find the index stored.
        """
        try:
            found = dict(self._find(self._job()))
            self._check_node_ids(list(found))
        except LemmataError as error:
            raise pytest.UsageError(f"lemmata: {error}") from error
        for node_id, task in found.items():
            if not self.node_ids or any(_is_below(node_id, other) for other in self.node_ids):
                self.papers.setdefault(node_id.split("::")[1], []).append(task)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Put the claims after all else that the session collects."""
        report = yield
        if isinstance(collector, pytest.Session) and report.passed:
            report.result.append(ClaimTree.from_parent(collector, name=TREE, nodeid=TREE, papers=self.papers))
        return report

    def _job(self) -> Run:
        from lemmata import executors
        from lemmata.papers import discover, select
        from lemmata.profiles import profile
        from lemmata.runner import Run
        from lemmata.store import Store

        option, folder = self.config.option, _project(self.config)
        known = discover(folder)
        papers = [node_id.split("::")[1] for node_id in self.node_ids]
        names = [*self.names, *(paper for paper in papers if paper in known or not self.names)]
        store = option.lemmata_store or os.environ.get("LEMMATA_STORE") or folder / ".lemmata"
        in_worker = hasattr(self.config, "workerinput")  # of xdist, whose workers are processes enough
        return Run(
            selection=select(names, folder),
            profile=profile(option.lemmata_profile),
            store=Store.open(Path(store)),
            start=executors.starter("serial" if in_worker else "processes", executors.default_jobs()),
            root=option.lemmata_seed,
        )

    def _find(self, job: Run) -> Iterator[tuple[str, tuple[Run, Indexed]]]:
        """Each claim's node id, a run of this claim, and what is known of it."""
        for source in job.selection.sources:
            for entry in job.asked(source):
                selection = replace(job.selection, sources=(source,), claims=frozenset([entry.id]))
                yield "::".join([TREE, *entry.id.split("/")]), (replace(job, selection=selection), entry)

    def _check_node_ids(self, known: Sequence[str]) -> None:
        from lemmata.papers import nearest

        for node_id in self.node_ids:
            if not any(_is_below(other, node_id) for other in known):
                raise LemmataError(f"unknown claim '{node_id}'{nearest(node_id, known)}")


def _is_below(node_id: str, other: str) -> bool:
    return node_id == other or node_id.startswith(f"{other}::")


class ClaimTree(pytest.Collector):
    """All papers with claims to verify."""

    def __init__(self, papers: Mapping[str, list[tuple[Run, Indexed]]], **node: Any) -> None:
        super().__init__(**node)
        self.papers = papers

    def collect(self) -> Iterator[PaperClaims]:
        for paper, tasks in self.papers.items():
            yield PaperClaims.from_parent(self, name=paper, tasks=tasks)


class PaperClaims(pytest.Collector):
    """The claims of one paper, in the paper's order."""

    def __init__(self, tasks: Sequence[tuple[Run, Indexed]], **node: Any) -> None:
        super().__init__(**node)
        self.tasks = tasks

    def collect(self) -> Iterator[ClaimItem]:
        for job, entry in self.tasks:
            yield ClaimItem.from_parent(self, name=entry.id.partition("/")[2], job=job, entry=entry)


class ClaimItem(pytest.Item):
    """One claim.

    ``-k`` knows it by its name, paper and kind, ``-m`` by the marker ``lemmata`` with ``paper`` and ``kind``.
    """

    def __init__(self, job: Run, entry: Indexed, **node: Any) -> None:
        super().__init__(**node)
        self.job = job
        self.entry = entry
        self.extra_keyword_matches.add(entry.kind)
        self.add_marker(pytest.mark.lemmata(paper=entry.id.partition("/")[0], kind=entry.kind))

    def runtest(self) -> None:
        """Judge the claim, and the claims that its proof depends on."""
        from lemmata import ledger, standings

        try:
            document = self.job.document()
        except LemmataError as error:
            pytest.fail(f"lemmata: {error}", pytrace=False)
        aside = self.job.store.set_aside
        while aside:
            corrupt = f"lemmata: a corrupt entry was set aside and computed anew: {aside.pop()}"
            warnings.warn(corrupt, pytest.PytestWarning, stacklevel=1)
        record = next(claim for claim in document["claims"] if claim["id"] == self.entry.id)
        problems = ledger.problems([record], STRICT)
        if any(code != UNDECIDED or self.job.profile.strict for code, _ in problems):
            pytest.fail("\n".join(standings.explanation(record, [line for _, line in problems])), pytrace=False)
        if problems:
            remedy = "more is drawn by 'lemmata run', whose verdicts are used here, or with --lemmata-profile ci"
            pytest.skip("; ".join([*(line for _, line in problems), remedy]))

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.entry.id
