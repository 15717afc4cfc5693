"""The command line: what it prints and writes, how it ends; killed and concurrent runs."""

from __future__ import annotations

import importlib.metadata
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from claim_files import DRAWN, ERRATUM, FAILS, HOLDS, LAW, OPEN, SLOW, UNDECIDED, UNLISTED, claim_file, computed_cells
from click.testing import CliRunner, Result

from lemmata import Paper, ledger
from lemmata.cli import main
from lemmata.executors import starter
from lemmata.papers import Source, select
from lemmata.profiles import PROFILES
from lemmata.runner import Listener, Run
from lemmata.store import Store

CLAIM_KEYS = {
    "id", "paper", "locator", "kind", "title", "status", "grade", "scope", "findings", "checks", "depends_on",
    "mutants",
}  # fmt: skip
MUTANT_KEYS = {"total", "killed", "implied", "ill_formed", "loose", "survivors"}
FIRST_LOOK = 24
FROZEN = Path(__file__).parents[1] / "data" / "ledger-1.json"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with nothing taken from the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEMMATA_STORE", raising=False)
    return tmp_path


def lemmata(*arguments: str) -> Result:
    """One command in this process."""
    result = CliRunner().invoke(main, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def run(*arguments: str) -> Result:
    """Run the claims of ``toy.py``."""
    return lemmata("run", "toy.py", "--executor", "serial", *arguments)


def write(*claims: str, name: str = "toy.py") -> None:
    Path(name).write_text(claim_file(*claims))


def document(path: str = "lemmata-ledger.json") -> dict[str, Any]:
    return ledger.read(path)


def values(claim: dict[str, Any]) -> list[float]:
    """The measured values of a claim's first check."""
    found: list[float] = claim["checks"][0]["measured"]["values"]
    return found


def refused(result: Result, *words: str) -> None:
    """Exit code 2, and one line that holds the words and nothing else anywhere."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1, result.stderr
    for word in words:
        assert word in result.stderr


# What a run writes.


def test_a_run_writes_claims_summary_and_provenance() -> None:
    write(HOLDS, ERRATUM, LAW)
    assert run("--json", "out.json").exit_code == 0
    written = document("out.json")
    assert {"claims", "summary", "provenance"} <= written.keys()
    assert [claim["id"] for claim in written["claims"]] == ["toy/holds", "toy/misprint", "toy/law"]
    for claim in written["claims"]:
        assert claim.keys() >= CLAIM_KEYS
        assert claim["mutants"].keys() >= MUTANT_KEYS
    holds, misprint, law = written["claims"]
    assert (holds["status"], holds["grade"]) == ("holds", "symbolic")
    assert (misprint["status"], misprint["upheld"]) == ("fails", "holds")
    assert [finding["kind"] for finding in misprint["findings"]] == ["erratum"]
    assert (law["status"], law["grade"], law["control"]["refuted"]) == ("holds", "statistical", True)
    assert written["provenance"]["profile"] == "ci"


def test_a_run_prints_its_verdicts_and_where_they_are() -> None:
    write(HOLDS, ERRATUM)
    result = run()
    assert result.stderr == ""
    for words in ("toy/holds", "erratum", "symbolic", "1 holds, 1 fails", "lemmata-ledger.json", ".lemmata"):
        assert words in result.stdout


def test_json_on_standard_output_is_pure() -> None:
    write(HOLDS, FAILS)
    result = run("--json", "-")
    assert [claim["status"] for claim in json.loads(result.stdout)["claims"]] == ["holds", "fails"]
    assert "toy/fails fails, and no listed finding says so" in result.stderr
    assert not Path("lemmata-ledger.json").exists()


def test_a_second_seed_is_another_run_of_the_same_claims() -> None:
    write(LAW)
    medians = []
    for seed in ("1", "2"):
        run("--seed", seed)
        medians.append(document()["claims"][0]["checks"][0]["measured"]["median"])
        assert document()["provenance"]["root_seed"] == int(seed)
    assert medians[0] != medians[1]


# Exit codes.


@pytest.mark.parametrize(
    ("claims", "profile", "code"),
    [
        ([HOLDS, ERRATUM, OPEN], "ci", 0),
        ([HOLDS, FAILS], "ci", 1),
        ([UNLISTED], "smoke", 1),
        ([UNDECIDED], "ci", 3),
        ([UNDECIDED], "smoke", 0),
        ([UNDECIDED, FAILS], "ci", 1),
    ],
    ids=["listed", "fails", "unlisted", "undecided", "undecided under smoke", "fails and undecided"],
)
def test_exit_codes(claims: list[str], profile: str, code: int) -> None:
    write(*claims)
    result = run("--profile", profile)
    assert result.exit_code == code, result.output
    assert document()["summary"]["exit_code"] == code


# Bad input.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "damian2021"], ["unknown paper 'damian2021'", "damian2022"]),
        (["run", "toy.py", "--profile", "fast"], ["unknown profile 'fast'", "smoke, ci, paper"]),
        (["run", "toy.py", "--executor", "dusk"], ["unknown executor 'dusk'", "processes, serial"]),
        (["run", "toy.py", "--jobs", "0"], ["--jobs 0", "at least 1"]),
        (["run", "absent.py"], ["absent.py", "no such claim file"]),
        (["show", "toy"], ["'toy' is not a claim", "PAPER/CLAIM"]),
        (["show", "toy/holds", "--ledger", "absent.json"], ["absent.json", "no such file"]),
        (["report", "absent.json"], ["absent.json", "no such file"]),
        (["graph", "toy.py"], ["toy.py", "not JSON"]),
    ],
)
def test_bad_names_are_refused_in_one_line(arguments: list[str], words: list[str]) -> None:
    write(HOLDS)
    refused(lemmata(*arguments), *words)


def test_an_unknown_claim_is_refused_with_the_nearest() -> None:
    write(HOLDS)
    Path("pyproject.toml").write_text('[tool.lemmata]\nclaims = ["toy.py"]\n')
    refused(lemmata("run", "toy/hold"), "unknown claim 'toy/hold'", "did you mean 'toy/holds'")


@pytest.mark.parametrize("place", ["toy.py", "toy.py/store", "/proc/store"])
def test_an_unwritable_store_is_refused(place: str) -> None:
    write(HOLDS)
    refused(run("--store", place), place, "--store")


@pytest.mark.parametrize("command", ["report", "graph", "show"])
def test_a_ledger_of_another_version_is_refused(command: str) -> None:
    Path("old.json").write_text(json.dumps({"schema_version": 0, "claims": []}))
    arguments = ["show", "toy/holds", "--ledger", "old.json"] if command == "show" else [command, "old.json"]
    refused(lemmata(*arguments), "old.json", "schema version 0")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import absent_module", ["does not import", "ModuleNotFoundError"]),
        ("1 / 0", ["does not import", "ZeroDivisionError"]),
        ("def", ["not valid Python"]),
        ("", ["states 0 papers"]),
        (
            claim_file(HOLDS) + 'second = Paper("second", title="", authors="", version="")',
            ["states 2 papers"],
        ),
        (claim_file(HOLDS, HOLDS), ["toy/holds", "stated twice"]),
        (claim_file('state("Not A Slug", right)'), ["toy/Not A Slug", "lower-case"]),
        (claim_file('state("slug", right, listed={"typo": ""})'), ["toy/slug", "'typo'", "erratum"]),
    ],
)
def test_a_claim_file_that_cannot_serve_is_refused(text: str, words: list[str]) -> None:
    Path("toy.py").write_text(text)
    refused(run(), "toy.py", *words)


CRASH = """
@state("crash", right).check()
def crash(stated):
    raise RuntimeError("no such shape")
    yield
"""

NO_DOMAIN = """
@state("free", right).check()
def free(stated):
    yield Equal(stated.left, stated.right)
"""

COMPARED = """
@state("compared", right).check()
def compared(stated):
    yield stated.left == stated.right
"""

EXIT = """
raise SystemExit(0)
"""


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (CRASH, ["toy/crash", "RuntimeError: no such shape (toy.py, line"]),
        (NO_DOMAIN, ["give n a domain"]),
        (COMPARED, ["toy/compared", "yields False", "Equal"]),
        (EXIT, ["toy.py", "does not import", "SystemExit"]),
        (LAW.replace('"value"', '"median"', 1), ["no statistic 'value'", "median"]),
        (LAW.replace("SPREAD *", "1 / 0 *"), ["toy:toss at mean = 1.0", "ZeroDivisionError", "toy.py, line"]),
        (LAW.replace("SPREAD *", "float('nan') *"), ["toy:toss at mean = 1.0", "value is nan"]),
    ],
    ids=["crash", "no domain", "compared", "exit", "no such statistic", "crashing experiment", "NaN"],
)
def test_a_check_or_an_experiment_that_crashes_is_named(claim: str, words: list[str]) -> None:
    write(claim)
    refused(run(), *words)


# What a verdict rests on.


def modules(claim: dict[str, Any], path: str = "lemmata-ledger.json") -> dict[str, str]:
    """The modules that a claim's verdict rests on."""
    found: dict[str, str] = document(path)["provenance"]["closures"][claim["basis"]["closure"]]
    return found


def test_a_verdict_says_what_it_rests_on(folder: Path) -> None:
    write(HOLDS, LAW, "from helper import *")
    Path("helper.py").write_text("")
    run("--seed", "5")
    holds, law = document()["claims"]
    assert holds["basis"] == law["basis"] | {"looks": None, "root_seed": None}
    assert (law["basis"]["thorough"], law["basis"]["looks"], law["basis"]["root_seed"]) == (True, [24, 48, 96], 5)
    assert {"toy", "helper", "lemmata", "lemmata.judge"} <= modules(holds).keys()
    assert str(folder) not in Path("lemmata-ledger.json").read_text()


def test_a_stored_verdict_rests_on_what_it_rested_on() -> None:
    write(HOLDS, LAW)
    run()
    judged = document()
    run()
    assert [claim["basis"] for claim in document()["claims"]] == [claim["basis"] for claim in judged["claims"]]
    assert document()["provenance"]["closures"] == judged["provenance"]["closures"]
    assert len(judged["provenance"]["closures"]) == 1


def test_smoke_says_when_it_shows_a_thorough_verdict() -> None:
    write(HOLDS, LAW)
    run("--profile", "smoke")
    assert [claim["basis"]["thorough"] for claim in document()["claims"]] == [False, False]
    assert document()["claims"][1]["basis"]["looks"] == [24]
    assert "not judged" in run("--profile", "smoke").stdout
    run()
    assert "not judged" not in run("--profile", "smoke").stdout
    assert [claim["basis"]["thorough"] for claim in document()["claims"]] == [True, True]
    assert document()["claims"][1]["basis"]["looks"] == [24, 48, 96]
    assert document()["provenance"]["profile"] == "smoke"


def test_an_edit_changes_the_digest_of_its_module_alone() -> None:
    write(HOLDS, "import neighbour")
    Path("neighbour.py").write_text("")
    run("--json", "old.json")
    Path("neighbour.py").write_text("# edited")
    sys.modules.pop("neighbour")
    run("--json", "new.json")
    before, after = (modules(document(path)["claims"][0], path) for path in ("old.json", "new.json"))
    assert {name for name in after if after[name] != before[name]} == {"neighbour"}
    assert after.keys() == before.keys()


def test_a_library_counts_where_a_claim_file_imports_it() -> None:
    write(HOLDS)
    run("--json", "without.json")
    write(HOLDS, "import jinja2")
    run("--json", "with.json")
    without, imported = (document(path) for path in ("without.json", "with.json"))
    assert "jinja2" not in without["provenance"]["versions"]
    assert imported["provenance"]["versions"]["jinja2"] == importlib.metadata.version("jinja2")
    assert set(imported["claims"][0]["basis"]["libraries"]) - set(without["claims"][0]["basis"]["libraries"]) == {
        "jinja2"
    }


# Views, differences, older ledgers.


def test_every_view_is_written_where_it_belongs_whatever_the_verdicts() -> None:
    write(HOLDS, FAILS)
    assert run().exit_code == 1
    for form, place in (
        ("html", "lemmata-report.html"),
        ("junit", "lemmata-junit.xml"),
        ("badge", "lemmata-badge.json"),
    ):
        result = lemmata("report", "--format", form)
        assert (result.exit_code, place in result.stdout) == (0, True)
        assert Path(place).read_text() == lemmata("report", "--format", form, "-o", "-").stdout
        Path(place).unlink()
    summary = lemmata("report", "--format", "summary")
    assert summary.exit_code == 0
    assert summary.stdout.startswith("## lemmata: 1 of 2 claims holds, 1 needs attention\n")
    assert lemmata("report", "--format", "summary", "-o", "page.md").exit_code == 0
    assert Path("page.md").read_text() == summary.stdout


def test_a_view_that_cannot_be_written_is_refused() -> None:
    write(HOLDS)
    run()
    refused(lemmata("report", "--format", "junit", "-o", "toy.py/report.xml"), "toy.py/report.xml", "cannot be written")


def test_a_difference_names_the_edit() -> None:
    write(HOLDS, LAW)
    run("--json", "old.json")
    same = lemmata("diff", "old.json", "old.json")
    assert (same.exit_code, same.stdout) == (0, "no verdict changed, 2 unchanged\n")
    write(HOLDS.replace("right", "wrong"), LAW)
    run()
    changed = lemmata("diff", "old.json")
    assert changed.exit_code == 1
    assert changed.stdout.startswith("1 verdict changed, 1 unchanged\n\ntoy/holds\n  status holds → fails\n")
    assert "    formula: stated\n    code: toy\n" in changed.stdout
    (record,) = json.loads(lemmata("diff", "old.json", "--format", "json").stdout)["changed"]
    assert (record["claim"], record["verdict"]["status"]) == ("toy/holds", ["holds", "fails"])
    page = lemmata("diff", "old.json", "lemmata-ledger.json", "--format", "markdown", "-o", "page.md")
    assert (page.exit_code, page.stdout) == (1, "")
    assert "| `toy/holds` | status holds → fails<br>" in Path("page.md").read_text()


def test_the_reviewed_table_is_compared_with_the_latest_ledger() -> None:
    write(HOLDS)
    run("--table", "verdicts.json")
    assert lemmata("diff", "verdicts.json").exit_code == 0
    write(HOLDS, ERRATUM)
    run()
    result = lemmata("diff", "verdicts.json")
    assert (result.exit_code, "toy/misprint\n  new: fails, symbolic; erratum" in result.stdout) == (1, True)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["absent.json"], ["absent.json", "no such file", "table of verdicts"]),
        (["toy.py"], ["toy.py", "not JSON"]),
        (["newer.json"], ["newer.json", "schema version 99", "update lemmata"]),
        (["lemmata-ledger.json", "absent.json"], ["absent.json", "no such file"]),
    ],
)
def test_what_cannot_be_compared_is_refused(names: list[str], words: list[str]) -> None:
    write(HOLDS)
    run()
    Path("newer.json").write_text(json.dumps({**document(), "schema_version": 99}))
    refused(lemmata("diff", *names), *words)


def test_an_old_ledger_is_migrated_beside_itself() -> None:
    Path("old.json").write_bytes(FROZEN.read_bytes())
    result = lemmata("migrate", "old.json")
    assert (result.exit_code, result.stdout) == (0, "ledger old-3.json\n")
    assert Path("old.json").read_bytes() == FROZEN.read_bytes()
    written = json.loads(Path("old-3.json").read_text())
    assert written["schema_version"] == ledger.SCHEMA_VERSION
    assert json.loads(lemmata("migrate", "old.json", "-o", "-").stdout) == written
    refused(lemmata("migrate", "old.json"), "old-3.json", "exists", "-o")
    assert lemmata("diff", "old.json", "old-3.json").exit_code == 0


# What is stored, and what is not.


def test_dry_run_judges_nothing() -> None:
    write(HOLDS, LAW)
    first = run("--dry-run")
    assert first.exit_code == 0
    assert first.stdout.splitlines() == [
        "toy/holds  identity, exact: to be judged",
        "toy/law  tight, measured, up to 96 seeds a cell: to be judged",
    ]
    assert not Path("lemmata-ledger.json").exists()
    run()
    assert [line.rpartition(": ")[2] for line in run("--dry-run").stdout.splitlines()] == ["stored", "stored"]


def test_changed_runs_what_is_not_stored() -> None:
    write(HOLDS)
    run()
    again = run("--changed")
    assert (again.exit_code, "judged" in again.stdout) == (0, False)
    assert [claim["id"] for claim in document()["claims"]] == ["toy/holds"]
    write(HOLDS, ERRATUM)  # the sources of both have changed, as they are in one file
    assert run("--changed").exit_code == 0
    assert [claim["id"] for claim in document()["claims"]] == ["toy/holds", "toy/misprint"]


def test_what_is_edited_while_it_is_judged_is_judged_again(folder: Path) -> None:
    write(HOLDS)
    job = Run(
        select(["toy.py"]),
        PROFILES["smoke"],
        Store.open(folder / ".lemmata"),
        starter("serial", 1),
        listener=Listener(judging=lambda claim: write(HOLDS.replace("right", "wrong"))),
    )
    assert job.document()["claims"][0]["status"] == "holds"
    run()
    assert document()["claims"][0]["status"] == "fails"


def test_what_is_edited_before_it_is_loaded_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    write(HOLDS)

    def load(source: Source) -> Paper:
        write(HOLDS.replace("right", "wrong"))
        return unedited(source)

    unedited = Source.load
    with monkeypatch.context() as patched:
        patched.setattr(Source, "load", load)
        refused(run(), "toy", "edited before", "run again")
    run()
    assert document()["claims"][0]["status"] == "fails"


def test_a_module_that_was_edited_after_it_was_imported_is_refused() -> None:
    write(HOLDS, "import neighbour")
    Path("neighbour.py").write_text("")
    run()
    Path("neighbour.py").write_text("# edited")
    refused(run(), "module neighbour", "edited after it was imported", "run again")


EDITING = """
import os
from pathlib import Path

def editing(stated):
    if str(os.getpid()) != os.environ["TOY_PARENT"]:
        os.replace(Path(__file__).with_name("edited.py"), __file__)
    yield from binomial(stated)
"""


def test_workers_judge_what_the_run_began_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first claim's check edits the file, but for the process that runs."""
    monkeypatch.setenv("TOY_PARENT", str(os.getpid()))
    claims = [HOLDS.replace('"holds"', f'"holds-{number}"') for number in range(4)]
    claims[0] = claims[0].replace("(binomial)", "(editing)")
    write(EDITING, *claims)
    Path("edited.py").write_text(claim_file("editing = binomial", *claims).replace("n**2 + 2 * n + 1", "n**2"))
    once = ("run", "toy.py", "--jobs", "1", "--profile", "smoke")
    assert lemmata(*once).exit_code == 0
    assert [claim["status"] for claim in document()["claims"]] == ["holds"] * 4
    assert not Path("edited.py").exists()


NEIGHBOURS = {
    "toy.py": LAW.replace("@experiment\ndef toss", "def unused").replace("SPREAD = 0.01", "from tosses import toss"),
    "tosses.py": """
from lemmata import experiment
from spread import SPREAD

@experiment
def toss(draws, *, mean):
    return {"value": mean + SPREAD * float(draws["noise"].standard_normal())}
""",
}


def test_an_experiment_beside_a_claim_file_runs_in_workers_and_rests_on_its_neighbours() -> None:
    write(NEIGHBOURS["toy.py"])
    Path("tosses.py").write_text(NEIGHBOURS["tosses.py"])
    measured = []
    for spread in ("0.01", "0.02"):
        Path("spread.py").write_text(f"SPREAD = {spread}")
        subprocess.run(command("run", "toy.py", "--jobs", "2", "--profile", "smoke"), check=True, capture_output=True)
        measured.append(values(document()["claims"][0]))
    assert measured[1] == pytest.approx([1 + 2 * (value - 1) for value in measured[0]])


def test_claim_files_of_two_folders_import_their_own_neighbours_late() -> None:
    late = HOLDS.replace("(binomial)", "(late)")
    check = "def late(stated):\n    import neighbour\n    yield from neighbour.check(stated)\n"
    names = ("first", "second")
    for name in names:
        Path(name).mkdir()
        Path(name, "toy.py").write_text(claim_file(check + late).replace('"toy"', f'"{name}"'))
        Path(name, "neighbour.py").write_text(
            "from lemmata import Equal\ndef check(stated):\n"
            f"    yield Equal(stated.right, stated.left, stated.domains, by={name!r})\n"
        )
    assert lemmata("run", "--changed", *(f"{name}/toy.py" for name in names), "--profile", "smoke").exit_code == 0
    assert [claim["checks"][0]["label"] for claim in document()["claims"]] == list(names)


def test_a_claim_file_in_a_package_rests_on_its_neighbours() -> None:
    Path("pack").mkdir()
    Path("pack", "__init__.py").touch()
    Path("pack", "neighbour.py").write_text("X = 1\n")
    Path("pack", "toy.py").write_text(claim_file(HOLDS, "import neighbour\n"))
    assert lemmata("run", "pack/toy.py", "--profile", "smoke").exit_code == 0
    assert "neighbour" in modules(document()["claims"][0], "lemmata-ledger.json")


def test_a_ledger_of_somebody_else_cannot_command_the_terminal() -> None:
    write(ERRATUM)
    run()
    path = Path("lemmata-ledger.json")
    path.write_text(path.read_text().replace('"title": "', '"title": "\\u001b[31m\\u0007', 1))
    shown = lemmata("show", "toy/misprint", "--ledger", str(path))
    assert shown.exit_code == 0
    assert "[31m" in shown.stdout
    assert not {"\x1b", "\x07"} & set(shown.stdout)


def test_a_dependency_that_is_not_run_is_named_with_the_way_out() -> None:
    Path("base.py").write_text(claim_file(HOLDS).replace('"toy"', '"base"'))
    rests = """
from base import holds as other
state("rests", right, depends_on=[other]).check()(binomial)
"""
    write(rests)
    done = run()
    assert done.exit_code == 3
    assert "base/holds, which this run does not judge: name its paper too" in done.stdout


def test_a_paper_named_as_a_whole_is_run_as_a_whole() -> None:
    write(HOLDS, ERRATUM)
    for names in (("toy.py", "toy.py::holds"), ("toy.py::holds", "toy.py")):
        assert lemmata("run", *names).exit_code == 0
        assert len(document()["claims"]) == 2
    assert lemmata("run", "toy.py::holds").exit_code == 0
    assert len(document()["claims"]) == 1


def test_a_claim_file_may_be_called_otherwise_than_its_paper() -> None:
    write(HOLDS, FAILS, name="other.py")
    assert lemmata("run", "other.py", "--changed").exit_code == 1
    assert [claim["id"] for claim in document()["claims"]] == ["toy/holds", "toy/fails"]


def test_claim_files_of_one_name_are_not_taken_for_each_other() -> None:
    for name in ("first", "second"):
        Path(name).mkdir()
        Path(name, "toy.py").write_text(claim_file(HOLDS).replace('"toy"', f'"{name}"'))
    assert lemmata("run", "first/toy.py", "second/toy.py").exit_code == 0
    assert [claim["id"] for claim in document()["claims"]] == ["first/holds", "second/holds"]


def test_what_a_configuration_names_is_listed_and_shown() -> None:
    write(HOLDS, LAW)
    Path("pyproject.toml").write_text('[tool.lemmata]\nclaims = ["toy.py"]\n')
    run()
    rows = json.loads(lemmata("list", "toy", "--json", "--profile", "smoke").stdout)
    assert [(row["id"], row["status"]) for row in rows] == [("toy/holds", "holds"), ("toy/law", "holds")]
    shown = lemmata("show", "toy/holds").stdout
    assert "The binomial formula." in shown
    assert "symbolic" in shown
    assert json.loads(lemmata("show", "toy/holds", "--json").stdout)["id"] == "toy/holds"
    table = lemmata("mutants", "toy/holds", "--fate", "killed").stdout
    assert "binomial formula: at n = 1" in table


def test_a_corrupt_entry_is_reported_and_computed_anew() -> None:
    write(LAW)
    run()
    before = document()
    store = Path(".lemmata")
    victim = next((store / "cells").rglob("*.json"))
    victim.write_text(victim.read_text()[:-9])
    for verdict in (store / "verdicts").rglob("*.json"):
        verdict.unlink()
    result = run()
    assert result.exit_code == 0
    assert str(Path("corrupt", "cells", victim.name)) in result.stderr
    assert values(document()["claims"][0]) == values(before["claims"][0])


def test_figures_are_computed_and_drawn() -> None:
    write(HOLDS, DRAWN)
    options = ("--executor", "serial", "--profile", "smoke", "-o", "plots")
    drawn = lemmata("figures", "toy.py", *options)
    assert drawn.exit_code == 0
    assert sorted(path.name for path in Path("plots").iterdir()) == ["toy-law-1.svg", "toy-law-2.svg"]
    assert run().exit_code == 0
    (law,) = [claim for claim in document()["claims"] if claim["slug"] == "law"]
    assert law["figures"][0]["title"] == "5 tosses"
    assert law["checks"][0]["measured"]["seeds"] == FIRST_LOOK
    again = lemmata("figures", "--ledger", "lemmata-ledger.json", "-o", "plots", "--format", "png")
    assert (again.exit_code, len(list(Path("plots").iterdir()))) == (0, 4)


def test_another_profile_sweeps_its_own_grid() -> None:
    write(DRAWN)
    for profile, seeds in (("smoke", 3), ("ci", 5)):
        assert lemmata("run", "toy.py", "--executor", "serial", "--profile", profile).exit_code == 0
        assert document()["claims"][0]["figures"][0]["title"] == f"{seeds} tosses"


def test_claims_without_figures_are_said_to_have_none() -> None:
    write(HOLDS)
    refused(lemmata("figures", "toy.py", "--executor", "serial"), "toy.py: no claim has a figure")
    refused(lemmata("figures", "toy.py", "--ledger", "l.json"), "toy.py", "not both")


def test_exact_claims_judged_by_workers_are_those_judged_here() -> None:
    write(HOLDS, ERRATUM, FAILS, OPEN)
    arguments = ("run", "toy.py", "--profile", "smoke", "--store")
    assert lemmata(*arguments, "here", "--executor", "serial").exit_code == 1
    here = document()["claims"]
    assert lemmata(*arguments, "there", "--executor", "processes", "--jobs", "2").exit_code == 1
    there = document()["claims"]
    for claim in [*here, *there]:
        del claim["seconds"]
    assert here == there
    assert lemmata(*arguments, "there", "--executor", "serial").exit_code == 1
    assert len(document()["claims"]) == len(here)


def test_smoke_leaves_mutants_and_slow_claims_to_the_thorough() -> None:
    write(HOLDS, SLOW)
    smoke = ("run", "toy.py", "--executor", "serial", "--profile", "smoke")
    assert lemmata(*smoke).exit_code == 0
    holds, law = document()["claims"]
    assert (holds["status"], holds["mutants"]["total"]) == ("holds", 0)
    assert (law["status"], law["checks"][0]["measured"]["seeds"], law["control"]) == ("undecided", 1, None)
    assert run().exit_code == 0
    thorough = document()["claims"]
    assert [claim["status"] for claim in thorough] == ["holds", "holds"]
    assert thorough[0]["mutants"]["killed"] > 0
    assert thorough[1]["control"]["refuted"]
    assert lemmata(*smoke).exit_code == 0
    assert document()["claims"] == thorough


def test_the_store_is_shown_and_cleared() -> None:
    write(HOLDS)
    run()
    assert lemmata("store").stdout.startswith(".lemmata: 2 entries")
    assert lemmata("store", "--clear").stdout.startswith("removed 2 entries")
    assert lemmata("store").stdout.startswith(".lemmata: 0 entries")


# Real processes.


def command(*arguments: str, flags: tuple[str, ...] = ()) -> list[str]:
    start = "import sys; from lemmata.cli import main; sys.exit(main())"
    return [sys.executable, "-W", "error", *flags, "-c", start, *arguments]


@pytest.fixture
def computed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where processes say how many cells they compute. After two, each waits for ``GATE``."""
    place = folder / "computed"
    place.mkdir()
    monkeypatch.setenv("TOY_COMPUTED", str(place))
    monkeypatch.setenv("TOY_GATE", GATE)
    return place


SLOW_RUN = ("run", "toy.py", "--jobs", "2")
CELLS = 2 * FIRST_LOOK
"""Cells of the measured claim and of its control."""
GATE = "gate"
ONE_STREAM: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}


def stored() -> int:
    return len(list(Path(".lemmata/cells").rglob("*.json")))


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; a minute at most, as a test that hangs tells nothing."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def has_stored(process: subprocess.Popen[str], least: int) -> bool:
    assert process.poll() is None, process.communicate()[0]
    return stored() >= least


@pytest.fixture
def started(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A run in a session of its own."""
    write(LAW)
    with subprocess.Popen(command(*SLOW_RUN), **ONE_STREAM, start_new_session=True) as process:
        yield process
        process.kill()


def interrupt(process: subprocess.Popen[str]) -> None:
    """Press Ctrl-C, which a terminal sends to all processes of the run."""
    os.killpg(process.pid, signal.SIGINT)
    Path(GATE).touch()
    said, _ = process.communicate()
    assert process.returncode == 130
    assert said == "lemmata: interrupted; finished cells and verdicts are stored\n"


def test_ctrl_c_is_clean_and_keeps_what_is_finished(computed: Path, started: subprocess.Popen[str]) -> None:
    wait_for(lambda: has_stored(started, 3))
    interrupt(started)
    assert 3 <= stored() < CELLS
    rerun_computes_what_is_missing(computed)


def test_ctrl_c_is_clean_while_workers_start(computed: Path, started: subprocess.Popen[str]) -> None:
    children = Path(f"/proc/{started.pid}/task/{started.pid}/children")
    wait_for(lambda: len(children.read_text().split()) >= 3)  # the workers, and what tracks their semaphores
    interrupt(started)


def test_a_killed_run_loses_no_finished_cell(computed: Path, started: subprocess.Popen[str]) -> None:
    wait_for(lambda: has_stored(started, 3))
    workers = [int(file.name) for file in computed.iterdir()]
    started.kill()
    started.wait()
    wait_for(lambda: not any(is_alive(worker) for worker in workers))
    assert 3 <= stored() < CELLS
    rerun_computes_what_is_missing(computed)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def rerun_computes_what_is_missing(computed: Path) -> None:
    for file in computed.iterdir():
        file.unlink()
    missing = CELLS - stored()
    Path(GATE).touch()
    subprocess.run(command(*SLOW_RUN), check=True, capture_output=True)
    assert computed_cells(computed) == missing
    assert document()["claims"][0]["status"] == "holds"


def test_two_runs_at_once_share_one_store(computed: Path) -> None:
    write(LAW, HOLDS)
    Path(GATE).touch()
    both = [
        subprocess.Popen(command(*SLOW_RUN, "--json", f"{name}.json"), **ONE_STREAM) for name in ("first", "second")
    ]
    for process in both:
        printed, _ = process.communicate()
        assert process.returncode == 0, printed
    assert computed_cells(computed) == CELLS
    first, second = (document(f"{name}.json")["claims"] for name in ("first", "second"))
    assert values(first[0]) == values(second[0])


def imported(*arguments: str) -> set[str]:
    """The modules that a command imports."""
    done = subprocess.run(command(*arguments, flags=("-X", "importtime")), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def test_a_run_that_finds_everything_stored_imports_neither_papers_nor_torch() -> None:
    write(HOLDS)
    assert "sympy" in imported("run", "toy.py")
    assert not imported("run", "toy.py") & {"sympy", "torch"}


def test_an_unchanged_paper_is_listed_without_importing_it() -> None:
    listing = ("list", "damian2022")
    papers = {"torch", "sympy", "theory.hermite", "empirics.alignment"}
    assert papers <= imported(*listing)
    assert not papers & imported(*listing)


# A user's folder that is called as a package of the suite.


def test_a_folder_named_as_a_package_does_no_harm(folder: Path) -> None:
    (folder / "theory").mkdir()
    (folder / "theory" / "__init__.py").write_text("raise RuntimeError('not to be imported')")
    script = Path(sys.executable).with_name("lemmata")
    done = subprocess.run([script, "list", "damian2022"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "damian2022/lemma-17" in done.stdout


def test_a_folder_that_shadows_a_package_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "theory").mkdir()
    (folder / "theory" / "__init__.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    done = subprocess.run(command("list", "damian2022"), capture_output=True, text=True)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    for words in ("theory.papers.damian2022", str(folder / "theory"), "shadows", "PYTHONPATH"):
        assert words in done.stderr


def test_store_is_made_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    write(HOLDS)
    monkeypatch.setenv("LEMMATA_STORE", "elsewhere")
    run()
    assert Store(Path("elsewhere")).size()[0] == 2
    assert not Path(".lemmata").exists()
