"""What the documents show must work."""

from __future__ import annotations

import importlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from lemmata import ledger
from lemmata.cli import main

ROOT = Path(__file__).parent.parent


def blocks(document: str, language: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def test_the_claims_of_writing_claims_behave_as_it_says(tmp_path: Path) -> None:
    file, out = tmp_path / "mine.py", tmp_path / "ledger.json"
    file.write_text("\n".join(blocks("docs/writing-claims.md", "python")), encoding="utf-8")
    arguments = ["run", str(file), "--executor", "serial", "--store", str(tmp_path / "store"), "--json", str(out)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    squares, absolute = json.loads(out.read_text(encoding="utf-8"))["claims"]
    assert (squares["status"], squares["upheld"], squares["grade"]) == ("fails", "holds", "symbolic")
    assert [finding["kind"] for finding in squares["findings"]] == ["erratum"]
    assert not squares["mutants"]["survivors"]
    assert (absolute["status"], absolute["grade"]) == ("holds", "statistical")
    assert absolute["control"]["refuted"]


def test_the_readme_has_the_two_commands() -> None:
    install_and_run, install_and_test = blocks("README.md", "sh")
    assert "lemmata run --report" in install_and_run
    assert install_and_test.rstrip().endswith("pytest")


def test_the_readme_shows_the_reviewed_verdicts() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = json.loads((ROOT / "verdicts.json").read_text(encoding="utf-8"))
    rows = re.findall(r"^\| ([a-z0-9]+/[a-z0-9-]+) (\|.*)$", readme, flags=re.MULTILINE)
    papers = {name.partition("/")[0] for name in table["claims"]}
    assert {name.partition("/")[0] for name, _ in rows} == papers
    for name, row in rows:
        verdict = table["claims"][name]
        mutants = verdict["mutants"]
        counted = mutants["total"] - mutants["implied"] - mutants["ill_formed"]
        assert f"| {mutants['killed']}/{counted} |" in row
        assert verdict["grade"] in row
        assert verdict["status"] in row
    (first, second) = re.findall(r"verifies the (\d+) claims of Damian.* and the\n(\d+) of Shi", readme)[0]
    counts = Counter(name.partition("/")[0] for name in table["claims"])
    assert counts == {"damian2022": int(first), "shi2022": int(second)}


@pytest.mark.parametrize("module", ["lemmata", "lemmata.strategies", "lemmata.objects", "lemmata.assertions"])
def test_the_public_names_are_those_that_are_promised(module: str) -> None:
    page = (ROOT / "docs" / "stability.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| `{re.escape(module)}` \| (.*) \|$", page, flags=re.MULTILINE)
    names = importlib.import_module(module).__all__
    assert sorted(re.findall(r"`(\w+)`", row)) == sorted(names)
    assert all(hasattr(importlib.import_module(module), name) for name in names)


def test_the_commands_are_those_that_are_promised() -> None:
    page = (ROOT / "docs" / "stability.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"\*\*Commands\.\*\* `lemmata` with (.*?);", page, flags=re.DOTALL)
    assert sorted(re.findall(r"`(\w+)`", listed)) == sorted(main.commands)


def test_all_versions_of_the_ledger_are_published_and_told() -> None:
    page = (ROOT / "docs" / "stability.md").read_text(encoding="utf-8")
    told = [int(version) for version in re.findall(r"^\| (\d+) \| [^|]+ \|", page, flags=re.MULTILINE)]
    assert told == list(range(1, ledger.SCHEMA_VERSION + 1))
    for version in told:
        assert ledger.schema(version)["properties"]["schema_version"]["const"] == version
