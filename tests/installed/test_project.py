"""The project of ``lemmata init``: everything that its README and the tutorial promise."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

from strangers import ROOT, Project


def ledger(folder: Path) -> dict[str, Any]:
    document = json.loads((folder / "lemmata-ledger.json").read_text(encoding="utf-8"))
    return {claim["id"]: claim for claim in document["claims"]}


def test_its_claims_hold_without_any_name(project: Project) -> None:
    folder, run = project
    done = run("lemmata", "run", "--report", "lemmata-report.html")
    claims = ledger(folder)
    assert set(claims) == {"wu2031/gradient-norm", "wu2031/alignment"}
    assert [claim["status"] for claim in claims.values()] == ["holds", "holds"]
    assert [claim["grade"] for claim in claims.values()] == ["symbolic", "statistical"]
    assert "2 holds, 0 fails, 0 undecided" in done.stdout
    assert "wu2031/alignment" in (folder / "lemmata-report.html").read_text(encoding="utf-8")


def test_its_tests_pass_and_the_claims_are_among_them(project: Project) -> None:
    _, run = project
    done = run("pytest", "-v", "-p", "no:cacheprovider")
    for test in ("lemmata::wu2031::gradient-norm PASSED", "lemmata::wu2031::alignment PASSED", "4 passed"):
        assert test in done.stdout


def test_the_steps_of_its_workflow_work(project: Project) -> None:
    folder, run = project
    run("lemmata", "run")
    summary = run("lemmata", "report", "--format", "summary", "-o", "-").stdout
    assert "wu2031/alignment" in summary
    run("lemmata", "report", "--format", "junit", "-o", "lemmata-junit.xml")
    cases = ElementTree.parse(folder / "lemmata-junit.xml").getroot().iter("testcase")
    assert {case.get("name") for case in cases} == {"gradient-norm", "alignment"}
    run("lemmata", "report", "--format", "badge", "-o", "lemmata-badge.json")
    assert json.loads((folder / "lemmata-badge.json").read_text())["schemaVersion"] == 1
    run("sphinx-build", "-q", "-W", "--keep-going", "-b", "html", "docs", "docs/_build")
    page = (folder / "docs" / "_build" / "claims" / "wu2031" / "gradient-norm.html").read_text(encoding="utf-8")
    for words in ("Mean squared norm of the first gradient", "symbolic", "def gradient_norm"):
        assert words in re.sub(r"<[^>]+>", "", page)


def test_a_misprint_fails_its_run_and_its_tests(project: Project, tmp_path: Path) -> None:
    folder, run = project
    statements = folder / "wu2031" / "statements.py"
    right = statements.read_text(encoding="utf-8")
    wrong = right.replace("printed_norm = 1 + (d + 1) / n", "printed_norm = 1 + (d + 2) / n")
    assert wrong != right
    old = tmp_path / "old.json"
    run("lemmata", "run", "--json", str(old))
    try:
        statements.write_text(wrong, encoding="utf-8")
        done = run("lemmata", "run", expect=1)
        assert "wu2031/gradient-norm fails, and no listed finding says so" in done.stdout
        done = run("lemmata", "diff", str(old), "lemmata-ledger.json", expect=1)
        for words in ("wu2031/gradient-norm", "formula", "wu2031.statements"):
            assert words in done.stdout
        assert "lemmata::wu2031::gradient-norm FAILED" in run("pytest", "-v", "-p", "no:cacheprovider", expect=1).stdout
    finally:
        statements.write_text(right, encoding="utf-8")
    run("lemmata", "run")


def test_the_tutorial_can_be_followed(project: Project) -> None:
    folder, run = project
    text = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8").replace("mypaper", "wu2031")
    proved, stated, run_there, measured = re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    (correction,) = re.findall(r"^```text\n(    correction=.*?\n)```", text, flags=re.MULTILINE)
    files = [folder / "wu2031" / f"{name}.py" for name in ("statements", "experiments", "measurements")]
    before = {path: path.read_text(encoding="utf-8") for path in files}
    statements, experiments, measurements = files
    try:
        statements.write_text(before[statements] + proved)
        done = run("lemmata", "run", "wu2031/relu-second-moment")
        assert "8/8" in done.stdout
        assert "homogeneity" in run("lemmata", "show", "wu2031/relu-second-moment").stdout

        misprinted = proved.replace("printed_second_moment = v / 2", "printed_second_moment = v / 3")
        statements.write_text(before[statements] + misprinted)
        assert "homogeneity" in run("lemmata", "run", "wu2031/relu-second-moment", expect=1).stdout
        corrected = misprinted.replace("    stated=Identity(", correction + "    stated=Identity(")
        statements.write_text(before[statements] + corrected)
        done = run("lemmata", "run", "wu2031/relu-second-moment")
        assert "fails as printed; the corrected form holds" in done.stdout

        statements.write_text(before[statements] + proved + stated)
        experiments.write_text(before[experiments] + run_there)
        measurements.write_text(before[measurements] + measured)
        run("lemmata", "run")
        claims = ledger(folder)
        assert claims["wu2031/layer-energy"]["status"] == "holds"
        assert claims["wu2031/layer-energy"]["grade"] == "statistical"
        assert claims["wu2031/layer-energy"]["control"]["refuted"]
    finally:
        for path, content in before.items():
            path.write_text(content, encoding="utf-8")
