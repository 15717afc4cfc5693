"""Claims as test items of pytest: ``lemmata::<paper>::<claim>``.

``pytest --lemmata damian2022`` adds a paper's claims to what pytest collects, ``pytest lemmata::damian2022::lemma-17`` runs one
alone, and the ini option ``lemmata_claims`` adds claims whenever pytest is run without naming files. An item judges its claim as
``lemmata run`` does and shares the store with it. A listed finding passes. What is undecided is skipped under the profile
``smoke``, and fails under the others.

Nothing else of lemmata is imported before claims are asked for.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lemmata.errors import LemmataError
from lemmata.profiles import JUDGING_ROOT, PROFILES

if TYPE_CHECKING:
    from lemmata.papers import Source
    from lemmata.runner import Indexed, Run

TREE = "lemmata"
"""The node under which all claims are."""

UNDECIDED = 3
"""Exit code of a problem that more work may solve."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    names = "papers, PAPER/CLAIM ids or claim files (comma separated or repeated)"
    group = parser.getgroup("lemmata", "claims of deep-learning theory")
    group.addoption("--lemmata", action="append", default=[], metavar="NAMES", help=f"Verify these claims too: {names}.")
    group.addoption("--lemmata-profile", default="smoke", metavar="NAME", help=f"One of {', '.join(PROFILES)} (default: smoke).")
    group.addoption("--lemmata-seed", type=_root_seed, default=JUDGING_ROOT, metavar="N", help="Root seed (default: %(default)s).")
    group.addoption(
        "--lemmata-store",
        type=Path,
        metavar="DIR",
        help="Folder of finished cells and verdicts (default: LEMMATA_STORE, or .lemmata beside the ini file).",
    )
    parser.addini("lemmata_claims", f"Claims to verify in runs that name no files: {names}.", type="linelist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; and if claims are asked for, what collects them."""
    config.addinivalue_line("markers", "lemmata(paper, kind): a claim that lemmata verifies.")
    node_ids = [argument for argument in config.args if argument.partition("::")[::2] > (TREE, "")]
    config.args = [argument for argument in config.args if argument not in node_ids]
    names = _split(config.getoption("lemmata"))
    names += ["/".join(argument.split("::")[1:]) for argument in node_ids]
    if not names and config.args_source is not config.ArgsSource.ARGS:
        folder = _project(config)
        names = [str(folder / n) if n.endswith(".py") else n for n in _split(config.getini("lemmata_claims"))]
    if names:
        config.pluginmanager.register(_Claims(config, names), "lemmata-claims")


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
    """Collects the claims of one session."""

    def __init__(self, config: pytest.Config, names: Sequence[str]) -> None:
        self.config = config
        self.names = names

    def pytest_sessionstart(self) -> None:
        """Look the claims up, before xdist starts its workers: so a bad name is one error, and they find the index stored."""
        try:
            self.job = self._job()
            self.found = {source: self._asked(source) for source in self.job.selection.sources}
        except LemmataError as error:
            raise pytest.UsageError(f"lemmata: {error}") from error

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[None]:
        """Put the claims after all else that the session collects."""
        report = yield
        if isinstance(collector, pytest.Session) and report.passed:
            report.result.append(_Tree.from_parent(collector, name=TREE, nodeid=TREE, claims=self))
        return report

    def _job(self) -> Run:
        from lemmata import executors
        from lemmata.papers import select
        from lemmata.profiles import profile
        from lemmata.runner import Run
        from lemmata.store import Store

        option, folder = self.config.option, _project(self.config)
        in_worker = hasattr(self.config, "workerinput")
        return Run(
            selection=select(self.names, folder),
            profile=profile(option.lemmata_profile),
            store=Store.open(option.lemmata_store or folder / os.environ.get("LEMMATA_STORE", ".lemmata")),
            # The workers of xdist are processes enough.
            start=executors.starter("serial" if in_worker else "processes", executors.default_jobs()),
            root=option.lemmata_seed,
        )

    def _asked(self, source: Source) -> list[Indexed]:
        return [entry for entry in self.job.wanted(source) if self.job.selection.wants(entry.id, source)]


class _Tree(pytest.Collector):
    """All papers with claims to verify."""

    def __init__(self, claims: _Claims, **node: Any) -> None:
        super().__init__(**node)
        self.claims = claims

    def collect(self) -> Iterator[_PaperNode]:
        for source, entries in self.claims.found.items():
            name = entries[0].id.partition("/")[0] if entries else source.name
            yield _PaperNode.from_parent(self, name=name, job=self.claims.job, source=source, entries=entries)


class _PaperNode(pytest.Collector):
    """The claims of one paper, in the paper's order."""

    def __init__(self, job: Run, source: Source, entries: Sequence[Indexed], **node: Any) -> None:
        super().__init__(**node)
        self.job = job
        self.source = source
        self.entries = entries

    def collect(self) -> Iterator[ClaimItem]:
        for entry in self.entries:
            selection = replace(self.job.selection, sources=(self.source,), claims=frozenset([entry.id]))
            job = replace(self.job, selection=selection)
            yield ClaimItem.from_parent(self, name=entry.id.partition("/")[2], job=job, entry=entry)


class ClaimItem(pytest.Item):
    """One claim. ``-k`` knows it by its name, paper and kind; ``-m`` by the marker ``lemmata``, with paper and kind."""

    def __init__(self, job: Run, entry: Indexed, **node: Any) -> None:
        super().__init__(**node)
        self.job = job
        self.entry = entry
        self.extra_keyword_matches.add(entry.kind)
        self.add_marker(pytest.mark.lemmata(paper=entry.id.partition("/")[0], kind=entry.kind))

    def runtest(self) -> None:
        """Judge the claim, and the claims that its proof depends on."""
        from lemmata import ledger

        try:
            document = self.job.document()
        except LemmataError as error:
            pytest.fail(f"lemmata: {error}", pytrace=False)
        for path in self.job.store.set_aside:
            self.warn(pytest.PytestWarning(f"lemmata: a corrupt entry was set aside and computed anew: {path}"))
        record = next(claim for claim in document["claims"] if claim["id"] == self.entry.id)
        problems = ledger.problems([record], STRICT)
        if any(code != UNDECIDED or self.job.profile.strict for code, _ in problems):
            pytest.fail("\n".join(_explanation(record, [line for _, line in problems])), pytrace=False)
        if problems:
            pytest.skip("; ".join(line for _, line in problems))

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.entry.id


STRICT = next(name for name, profile in PROFILES.items() if profile.strict)
"""A profile under which an undecided claim is a problem."""


def _explanation(record: Mapping[str, Any], problems: Sequence[str]) -> Iterator[str]:
    """Why a claim does not pass: what is wrong, and each witness to it."""
    from lemmata import wording

    yield f"{record['title']} ({record['locator']}): {wording.verdict(record)}"
    yield from problems
    for check in record["checks"]:
        if check["outcome"] != "proved":
            yield f"  {check['outcome']}: {check['label'] or check['latex']}: {check['witness']}"
    for finding in record["findings"]:
        yield f"  {finding['kind']}{'' if finding['listed'] else ' (unlisted)'}: {finding['summary']}: {finding['witness']}"
    yield from (f"  passes although false: {change}" for change in wording.survivors(record))
    if record["control"] is not None and not record["control"]["refuted"]:
        yield f"  control {wording.parameters(record['control']['change'])}: {record['control']['witness']}"
    yield from (f"  given {step}" for step in record["given"])
