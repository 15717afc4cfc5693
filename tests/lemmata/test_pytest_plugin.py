"""The pytest plugin: which claims become items, what each outcome is, and that it is silent at rest."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from claim_files import ERRATUM, FAILS, HOLDS, LAW, OPEN, UNDECIDED, UNLISTED, claim_file
from click.testing import CliRunner

# Runs in this process would otherwise import these anew each time, which compiled modules do not bear.
import lemmata.judge
import lemmata.measurements  # noqa: F401
from lemmata.cli import main

EXACT = claim_file(HOLDS, FAILS, ERRATUM)
OTHER = ["lemmata::other::holds", "lemmata::other::law"]
LISTED = ["lemmata::toy::holds", "lemmata::toy::fails", "lemmata::toy::misprint"]


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where most tests find the verdicts on the same few claims."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(autouse=True)
def folder(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, shared_store: Path) -> Path:
    """A folder with a claim file, and with a paper that the project knows."""
    monkeypatch.setenv("LEMMATA_STORE", str(shared_store))
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")  # slow to load, and not wanted
    Path("toy.py").write_text(EXACT)
    Path("other.py").write_text(claim_file(HOLDS, LAW).replace('"toy"', '"other"'))
    Path("pyproject.toml").write_text('[tool.lemmata]\nclaims = ["other.py"]\n[tool.pytest.ini_options]\n')
    return pytester.path


@pytest.fixture
def own_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store where it is by default."""
    monkeypatch.delenv("LEMMATA_STORE")
    return folder / ".lemmata"


@pytest.fixture
def measured(folder: Path) -> None:
    """A claim file with measured claims, whose cells are in the store already: through the command line."""
    law = LAW.replace("SPREAD", "LITTLE").replace("toss", "small_toss").replace('"law"', '"decided-law"')
    Path("toy.py").write_text(claim_file(law, UNDECIDED))
    command = ["run", "toy.py", "--executor", "serial", "--profile", "smoke"]
    assert CliRunner().invoke(main, command, catch_exceptions=False).exit_code == 0


def collected(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if line.startswith("lemmata::")]


# Which claims become items.


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--lemmata", "toy.py"], LISTED),
        (["--lemmata", "other/law,toy.py"], ["lemmata::other::law", *LISTED]),
        (["--lemmata=other/law", "--lemmata=other/holds"], OTHER),
        (["--lemmata", "other/law,other"], OTHER),
        (["--lemmata", "other,other/law,other.py"], OTHER),
        (["--lemmata", "toy.py::fails"], [LISTED[1]]),
        (["--lemmata", "toy.py", "-k", "holds or misprint"], [LISTED[0], LISTED[2]]),
        (["--lemmata", "toy.py,other", "-k", "tight"], ["lemmata::other::law"]),
        (["--lemmata", "toy.py,other", "-k", "other and not law"], ["lemmata::other::holds"]),
        (["--lemmata", "toy.py", "-m", "lemmata"], LISTED),
        (["--lemmata", "toy.py,other", "-m", "lemmata(kind='tight')"], ["lemmata::other::law"]),
        (["--lemmata", "toy.py", "-m", "not lemmata"], []),
        (["--lemmata", "toy.py", "--deselect", "lemmata::toy::holds"], LISTED[1:]),
        (["--lemmata", "toy.py", "lemmata::toy::fails"], [LISTED[1]]),
        (["lemmata::other::law"], ["lemmata::other::law"]),
        (["lemmata::other", "-k", "not law"], ["lemmata::other::holds"]),
        (["lemmata::other", "lemmata::other::law"], OTHER),
    ],
)
def test_claims_are_chosen_as_tests_are(pytester: pytest.Pytester, arguments: list[str], expected: list[str]) -> None:
    result = pytester.runpytest_inprocess("--collect-only", "-q", "--strict-markers", *arguments)
    assert collected(result) == expected


TEST_FILE = "def test_user(): pass"


def test_claims_of_the_ini_file_join_runs_that_name_no_files(pytester: pytest.Pytester) -> None:
    with Path("pyproject.toml").open("a") as file:
        file.write('lemmata_claims = ["toy.py", "other/law"]\n')
    pytester.makepyfile(test_user=TEST_FILE)
    result = pytester.runpytest_inprocess("--collect-only", "-q")
    assert [line for line in result.outlines if "::" in line] == [
        "test_user.py::test_user",
        *LISTED,
        OTHER[1],
    ]
    for arguments, expected in [
        (["test_user.py"], []),
        (["lemmata::toy::holds"], [LISTED[0]]),
        (["lemmata::other::law"], ["lemmata::other::law"]),
        (["test_user.py", "--lemmata", "other/law"], ["lemmata::other::law"]),
    ]:
        assert collected(pytester.runpytest_inprocess("--collect-only", "-q", *arguments)) == expected


def test_papers_of_the_configuration_are_found_from_any_folder(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, own_store: Path
) -> None:
    monkeypatch.chdir(pytester.mkdir("below"))
    result = pytester.runpytest_inprocess("--lemmata", "other/holds")
    result.assert_outcomes(passed=1)
    assert own_store.is_dir()
    assert not Path(".lemmata").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--lemmata", "othr"], "unknown paper 'othr'; did you mean 'other'?"),
        (["--lemmata", "other/lw"], "unknown claim 'other/lw'; did you mean 'other/law'?"),
        (["--lemmata", "absent.py"], "absent.py: no such claim file"),
        (["lemmata::other::lw"], "unknown claim 'lemmata::other::lw'; did you mean 'lemmata::other::law'?"),
        (["lemmata::othr::law"], "unknown paper 'othr'"),
        (["--lemmata", "toy.py", "lemmata::toys"], "unknown claim 'lemmata::toys'"),
        (
            ["--lemmata", "toy.py", "--lemmata-profile", "fast"],
            "unknown profile 'fast': use smoke, ci, paper",
        ),
        (["--lemmata", "toy.py", "--lemmata-seed", "-1"], "argument --lemmata-seed: '-1' is not a root seed"),
        (["--lemmata", "toy.py", "--lemmata-store", "toy.py"], "store toy.py: not a directory"),
        (["--lemmata", "broken.py"], "broken.py: does not import: ZeroDivisionError"),
    ],
)
def test_bad_names_are_usage_errors(pytester: pytest.Pytester, arguments: list[str], words: str) -> None:
    Path("broken.py").write_text("1 / 0")
    result = pytester.runpytest_inprocess(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "Traceback" not in result.stderr.str()
    assert [line for line in result.errlines if words in line], result.stderr.str()
    assert not collected(result)


# Outcomes.


def test_outcomes_of_exact_claims(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--lemmata", "toy.py", "-v")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["lemmata::toy::holds PASSED*", "lemmata::toy::fails FAILED*", "lemmata::toy::misprint PASSED*"]
    )


def test_a_failure_is_a_short_verdict_with_its_witness(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--lemmata", "toy.py")
    result.stdout.fnmatch_lines(
        [
            "*_ toy/fails _*",
            "Square of a sum (Eq. (1)): fails",
            "toy/fails fails, and no listed finding says so",
            "  refuted: binomial formula: at n = 1: 4 and 5 differ",
            "FAILED lemmata::toy::fails*",
        ],
        consecutive=False,
    )
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_an_open_question_passes_when_it_is_listed(pytester: pytest.Pytester) -> None:
    Path("toy.py").write_text(claim_file(OPEN, UNLISTED))
    result = pytester.runpytest_inprocess("--lemmata", "toy.py", "--lemmata-profile", "ci")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["toy/unchecked has an unlisted finding: open"])


@pytest.mark.usefixtures("measured")
def test_undecided_is_a_skip_under_smoke(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--lemmata", "toy.py", "-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*toy/law is undecided; *--lemmata-profile ci"])


@pytest.mark.usefixtures("measured")
def test_undecided_is_a_failure_under_other_profiles(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--lemmata", "toy.py", "--lemmata-profile", "ci", "-n", "1")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["toy/law is undecided", "  undecided: mean of a toss: value at mean = 1.05: 96 seeds leave it open*"]
    )


def test_a_check_that_does_not_read_its_statement_is_a_failure(pytester: pytest.Pytester) -> None:
    lazy = "yield Equal(Integer(1), Integer(1))"
    Path("toy.py").write_text(claim_file(f'@state("lazy", right).check()\ndef lazy(stated):\n    {lazy}\n'))
    result = pytester.runpytest_inprocess("--lemmata", "toy.py", "--lemmata-profile", "ci")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["toy/lazy takes * changed statements for true: its check is too weak, *"])
    result.stdout.fnmatch_lines(["  accepted although changed: *"])


def test_a_control_that_is_not_refuted_is_a_failure(pytester: pytest.Pytester) -> None:
    Path("toy.py").write_text(claim_file(LAW.replace('{"mean": 2.0}', '{"mean": 1.01}')))
    result = pytester.runpytest_inprocess("--lemmata", "toy.py", "--lemmata-profile", "ci")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["toy/law is not refuted by its negative control", "  control: mean = 1.01: the first cell does not refute *"]
    )


def test_the_seed_is_passed_on(pytester: pytest.Pytester, own_store: Path) -> None:
    Path("toy.py").write_text(claim_file(LAW))
    for seed in ("1", "2"):
        pytester.runpytest_inprocess("--lemmata", "toy.py", "--lemmata-seed", seed).assert_outcomes(passed=1)
    assert len(list((own_store / "verdicts").rglob("*.json"))) == 2


# As any tests.


def test_junit_names_claims_by_paper(pytester: pytest.Pytester) -> None:
    pytester.runpytest_inprocess("--lemmata", "toy.py", "--junitxml=out.xml")
    cases = list(ElementTree.parse("out.xml").getroot().iter("testcase"))
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        ("lemmata.toy", "holds"),
        ("lemmata.toy", "fails"),
        ("lemmata.toy", "misprint"),
    ]
    failure = cases[1].find("failure")
    assert failure is not None
    assert "at n = 1: 4 and 5 differ" in str(failure.text)


def test_last_failed_claims_run_again(pytester: pytest.Pytester) -> None:
    pytester.runpytest_inprocess("--lemmata", "toy.py").assert_outcomes(passed=2, failed=1)
    pytester.runpytest_inprocess("--lemmata", "toy.py", "--lf").assert_outcomes(failed=1)


def test_claims_are_shared_out_by_xdist(pytester: pytest.Pytester, own_store: Path) -> None:
    Path("toy.py").write_text(claim_file(HOLDS, FAILS, ERRATUM, LAW))
    pytester.makepyfile(test_user=TEST_FILE)
    result = pytester.runpytest_inprocess("--lemmata", "toy.py", "-n", "2", "-v")
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(["  refuted: binomial formula: at n = 1: 4 and 5 differ"])
    assert len(list((own_store / "cells").rglob("*.json"))) == 24


def test_claims_of_an_installed_paper_have_their_node_ids(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--collect-only", "-q", "--lemmata", "damian2022")
    assert result.ret == 0
    assert "lemmata::damian2022::lemma-17" in collected(result)


def test_the_store_is_that_of_the_command_line(pytester: pytest.Pytester) -> None:
    pytester.runpytest_inprocess("--lemmata", "toy.py")
    listing = ["list", "toy.py", "--json", "--profile", "smoke"]
    rows = json.loads(CliRunner().invoke(main, listing, catch_exceptions=False).stdout)
    assert [row["status"] for row in rows] == ["holds", "fails", "fails"]


def test_a_corrupt_entry_is_a_warning(pytester: pytest.Pytester, own_store: Path) -> None:
    pytester.runpytest_inprocess("--lemmata", "toy.py")
    victim = next((own_store / "verdicts").rglob("*.json"))
    victim.write_text("")
    result = pytester.runpytest_inprocess("--lemmata", "toy.py", "-W", "always")
    result.assert_outcomes(passed=2, failed=1, warnings=1)
    result.stdout.fnmatch_lines([f"*a corrupt entry was set aside and computed anew: *{victim.name}"])


# At rest.


def imports(pytester: pytest.Pytester, *arguments: str) -> set[str]:
    """What a run of pytest in a process of its own imports."""
    result = pytester.run(sys.executable, "-X", "importtime", "-m", "pytest", *arguments)
    assert result.ret == 0
    return {line.rpartition("|")[2].strip() for line in result.errlines}


@pytest.mark.parametrize(
    "arguments", [["--version", "--version"], ["--help"], ["test_user.py"], ["--lemmata-profile=ci"]]
)
def test_the_plugin_is_light_and_silent_when_unused(
    pytester: pytest.Pytester, arguments: list[str], own_store: Path
) -> None:
    pytester.makepyfile(test_user=TEST_FILE)
    loaded = imports(pytester, *arguments)
    assert "lemmata.profiles" in loaded
    assert not loaded & {"sympy", "torch", "lemmata.runner", "lemmata.claims", "lemmata.papers"}
    assert not own_store.exists()


def test_a_run_without_claims_mentions_none(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_user=TEST_FILE)
    result = pytester.runpytest_inprocess("--strict-markers")
    result.assert_outcomes(passed=1)
    assert "toy" not in result.stdout.str()
