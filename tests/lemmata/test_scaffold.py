"""``lemmata init``: what it writes, and what it refuses. That the project works is tested where lemmata is installed."""

from __future__ import annotations

import ast
import tempfile
import tomllib
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import assume, given
from hypothesis import strategies as st

from lemmata import __version__, scaffold
from lemmata.cli import main
from lemmata.errors import LemmataError

NAMES = st.from_regex(r"[a-z][a-z0-9]{3,12}", fullmatch=True)


@given(NAMES)
def test_every_file_speaks_of_the_paper_and_of_no_other(name: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, name)
        try:
            written = scaffold.create(folder)
        except LemmataError:  # a keyword, or the name of a package
            assume(False)
        assert sorted(written) == sorted(path.resolve() for path in folder.rglob("*") if path.is_file())
        for path in written:
            text = path.read_text(encoding="utf-8")
            assert name == scaffold.TEMPLATE or scaffold.TEMPLATE not in text
            if path.suffix == ".py":
                ast.parse(text)
        settings = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
        assert settings["project"]["name"] == name
        assert settings["project"]["entry-points"]["lemmata.papers"] == {name: f"{name}.statements"}
        assert settings["tool"]["lemmata"]["claims"] == [name]
        assert (folder / name / "statements.py").is_file()


def test_the_workflow_verifies_on_push_and_writes_the_summary(tmp_path: Path) -> None:
    scaffold.create(tmp_path / "cho2009")
    workflow = yaml.safe_load((tmp_path / "cho2009" / ".github" / "workflows" / "verify.yml").read_text())
    assert "push" in workflow[True]  # YAML takes a bare "on" for a boolean
    steps = workflow["jobs"]["verify"]["steps"]
    commands = "\n".join(step.get("run", "") for step in steps)
    for command in (
        "lemmata run",
        'lemmata report --format summary -o - >> "$GITHUB_STEP_SUMMARY"',
        "pytest",
        "sphinx-build",
    ):
        assert command in commands
    (verify,) = (step for step in steps if step.get("run") == "lemmata run")
    assert "continue-on-error" not in verify


def test_the_requirement_is_the_installed_version_or_what_one_says(tmp_path: Path) -> None:
    scaffold.create(tmp_path / "cho2009")
    text = (tmp_path / "cho2009" / "pyproject.toml").read_text()
    assert scaffold.REQUIREMENT in tomllib.loads(text)["project"]["dependencies"]
    assert __version__.startswith(scaffold.REQUIREMENT.removeprefix("lemmata>="))
    elsewhere = "lemmata @ git+https://example.org/lemmata@main"
    scaffold.create(tmp_path / "saul2009", elsewhere)
    text = (tmp_path / "saul2009" / "pyproject.toml").read_text()
    assert elsewhere in tomllib.loads(text)["project"]["dependencies"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("9lives", "a letter first"),
        ("Cho2009", "lower-case"),
        ("cho-2009", "lower-case"),
        ("class", "lower-case"),
        ("json", "installed Python package"),
        ("numpy", "installed Python package"),
        ("theory", "installed Python package"),
        ("damian2022", "installed paper"),
        ("docs", "folder of every project"),
    ],
)
def test_names_that_do_not_serve(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(LemmataError, match=words):
        scaffold.create(tmp_path / name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    "requirement", ["", "numpy", 'lemmata"', "lemmata\n", "lemmata @ a\tb", "lemmata\x7f", "lemmatic", "lemmata-more"]
)
def test_requirements_that_do_not_serve(tmp_path: Path, requirement: str) -> None:
    with pytest.raises(LemmataError, match="requirement"):
        scaffold.create(tmp_path / "cho2009", requirement)
    assert not (tmp_path / "cho2009").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "cho2009"
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / ".venv").mkdir()
    scaffold.create(folder)
    (folder / "README.md").write_text("mine")
    with pytest.raises(LemmataError, match=r"holds README\.md, cho2009, docs already"):
        scaffold.create(folder)
    assert (folder / "README.md").read_text() == "mine"


@pytest.mark.parametrize("mine", [".gitignore", ".github"])
def test_a_hidden_file_of_ones_own_is_not_overwritten(tmp_path: Path, mine: str) -> None:
    (tmp_path / "cho2009").mkdir()
    (tmp_path / "cho2009" / mine).write_text("mine")
    with pytest.raises(LemmataError, match=f"holds {mine} already"):
        scaffold.create(tmp_path / "cho2009")


def test_a_file_in_its_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "cho2009").write_text("mine")
    done = CliRunner().invoke(main, ["init", str(tmp_path / "cho2009")])
    assert done.exit_code == 2
    assert "cannot be used" in done.output
    assert (tmp_path / "cho2009").read_text() == "mine"


def test_the_command_says_what_it_wrote_and_what_comes_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["init", "cho2009"])
    assert done.exit_code == 0, done.output
    for words in ("cho2009/statements.py", ".github/workflows/verify.yml", "cd cho2009 && pip install", "lemmata run"):
        assert words in done.output
    (tmp_path / "saul2009").mkdir()
    monkeypatch.chdir(tmp_path / "saul2009")
    done = CliRunner().invoke(main, ["init", "."])
    assert done.exit_code == 0, done.output
    assert "cd " not in done.output
    assert (tmp_path / "saul2009" / "saul2009" / "statements.py").is_file()
