"""The Sphinx extension, on real builds of a small documentation."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sample_ledger as sample
from markupsafe import escape
from sphinx.cmd.build import build_main

from lemmata import ledger, mathml

DOCS = Path(__file__).parents[2] / "docs"
CONF = """
extensions = ["lemmata.sphinx_ext"]
html_theme = "basic"
html_math_renderer = "lemmata-mathml"
lemmata_ledger = {ledger!r}
suppress_warnings = ["lemmata.math"]
"""
INDEX = """
Index
=====

Inline :math:`x^2`, :math:`\\unheard` and a numbered equation:

.. math:: e = \\frac{1}{2}
   :label: half

.. lemmata-graph::

.. lemmata-errata:: damian2022

.. toctree::

   claims/index
"""


def write(folder: Path, document: dict[str, Any] | None = None, index: str = INDEX) -> None:
    folder.mkdir(exist_ok=True)
    name = None if document is None else "ledger.json"
    (folder / "conf.py").write_text(CONF.format(ledger=name))
    (folder / "index.rst").write_text(index)
    if document is not None:
        ledger.write(document, folder / "ledger.json")


class Done(NamedTuple):
    returncode: int
    stderr: str


def build(source: Path, *options: str) -> Done:
    """A build with warnings as errors."""
    complaints = io.StringIO()
    with contextlib.redirect_stderr(complaints):
        code = build_main(["-W", "--keep-going", "-q", "--no-color", *options, str(source), str(source / "_out")])
    return Done(code, complaints.getvalue())


def page(source: Path, name: str) -> str:
    return (source / "_out" / f"{name}.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("docs")
    write(source, sample.document())
    done = build(source, "-n", "-j", "2")
    assert (done.returncode, done.stderr) == (0, "")
    return source


def test_every_claim_has_a_page(built: Path) -> None:
    for claim in sample.document()["claims"]:
        html = page(built, f"claims/{claim['id']}")
        assert claim["id"] in html
        assert f"{claim['status']}" in html
        assert html.count("<math") >= 1
    assert "claims/damian2022/lemma-17.html" in page(built, "index")
    assert 'href="damian2022/lemma-17.html"' in page(built, "claims/index")
    assert "Alexandru Damian" in page(built, "claims/damian2022/index")


def test_a_page_has_the_proof_beside_the_code_that_checks_it(built: Path) -> None:
    html = page(built, "claims/damian2022/relu-hermite")
    assert "Stein recurrence" in html
    assert "for all integers j ≥ 1" in html
    assert "theory/papers/damian2022.py" in html
    assert re.search(r'class="linenos">12</span>', html)
    assert "relu_hermite" in html


def test_measured_claims_have_cells_and_plots(built: Path) -> None:
    html = page(built, "claims/damian2022/alignment-law")
    assert html.count('<svg class="strip"') == 4
    assert html.count('role="img"') == 1
    assert "48 (33 at 0.01)" in html
    assert "Negative control" in html


def test_errata_and_links(built: Path) -> None:
    index = page(built, "index")
    assert "✗ printed" in index
    assert "✓ corrected" in index
    assert 'href="claims/damian2022/equation-1.html"' in index
    assert 'href="relu-hermite.html"' in page(built, "claims/damian2022/equation-1")


def test_formulas_are_mathml_and_what_is_none_is_shown(built: Path) -> None:
    index = page(built, "index")
    assert 'alttext="x^2"' in index
    assert '<code class="latex">\\unheard</code>' in index
    assert '<span class="eqno">(1)' in index


def test_a_formula_that_cannot_be_set_is_a_warning_at_its_place(tmp_path: Path) -> None:
    write(tmp_path, sample.document())
    conf = tmp_path / "conf.py"
    conf.write_text(conf.read_text().replace('suppress_warnings = ["lemmata.math"]', ""))
    done = build(tmp_path)
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if "unheard" in line]
    assert "index.rst:5" in line
    assert r"shown as its source: \unheard [lemmata.math]" in line


@pytest.mark.parametrize("sign", ["#", "%", "&", "_", "$"])
def test_escaped_signs_are_set_and_stray_ones_are_not(sign: str) -> None:
    assert mathml.converts(rf"\{sign} x")
    assert f"<mtext>a{escape(sign)}</mtext>" in mathml.inline(rf"\text{{a\{sign}}}")
    if sign in "#&":
        assert not mathml.converts(rf"{sign} x")


def loaded(html: str) -> list[str]:
    """What a browser fetches for a page."""
    tags = re.findall(r"<(?:script|link|img|iframe|source)\b[^>]*>", html)
    return [place for tag in tags for place in re.findall(r'(?:src|href)="([^"]*)"', tag)]


def test_nothing_is_loaded_from_the_network(built: Path) -> None:
    for path in (built / "_out").rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert not [place for place in loaded(html) if re.match(r"(https?:)?//", place)]
        assert "mathjax" not in html.lower()
    for path in (built / "_out").rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//|@import", path.read_text(encoding="utf-8"))


def test_pages_are_written_only_when_changed_and_removed_when_gone(tmp_path: Path) -> None:
    index = "Index\n=====\n\n.. toctree::\n\n   claims/index\n"
    two = [sample.claim("a", title="Of *stars* | and `ticks` $x^2$ <b>_"), sample.claim("b")]
    write(tmp_path, sample.document(two), index)
    assert build(tmp_path).stderr == ""
    first = tmp_path / "claims" / "damian2022" / "a.rst"
    (tmp_path / "claims" / "by-hand.rst").write_text(":orphan:\n\nMine\n====\n")
    before = first.stat().st_mtime_ns
    later = [two[0] | {"status": "undecided"}]
    write(tmp_path, sample.document(later, "smoke"), index)
    assert build(tmp_path).stderr == ""
    assert first.stat().st_mtime_ns == before
    assert not (tmp_path / "claims" / "damian2022" / "b.rst").exists()
    assert (tmp_path / "claims" / "by-hand.rst").exists()
    html = page(tmp_path, "claims/damian2022/a")
    assert "? undecided" in html
    assert "Of *stars* | and `ticks` " in re.sub(r"<span.*?</span>", "", html)


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    text = '<script>alert(1)</script> " ]]> `x`_ |y| *z* \\ $<img src=x>$'
    claim = sample.claim(
        "a",
        title=text,
        prose=text,
        locator=text,
        given=[text],
        scope={"x": text},
        checks=[sample.check(text, text, witness=text)],
        mutants=sample.mutants(1, 1, each=[{"change": text, "latex": text, "fate": "killed", "witness": text}]),
        source_code={"file": text, "line": 1, "text": text},
        figures=[{**sample.alignment_law()["figures"][0], "title": text}],
    )
    document = sample.document([claim])
    document["provenance"]["papers"][sample.PAPER] |= {"title": text, "authors": text}
    write(tmp_path, document, "Index\n=====\n\n.. lemmata-graph::\n\n.. toctree::\n\n   claims/index\n")
    done = build(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("index", "claims/damian2022/a", "claims/damian2022/index"):
        html = page(tmp_path, name)
        assert "<script>alert" not in html
        assert "<img src=x" not in html


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        (".. lemmata-claim:: damian2022/unheard-of", "no claim damian2022/unheard-of in the ledger ledger.json"),
        (".. lemmata-claims:: unheard2022", "no claims of unheard2022 in the ledger ledger.json"),
    ],
)
def test_an_unknown_name_is_an_error_on_its_line(tmp_path: Path, directive: str, message: str) -> None:
    write(tmp_path, sample.document([]), f"Index\n=====\n\n{directive}\n\n.. toctree::\n\n   claims/index\n")
    done = build(tmp_path)
    assert done.returncode != 0
    assert message in done.stderr
    assert "index.rst:4" in done.stderr


def test_without_a_ledger_only_the_directives_complain(tmp_path: Path) -> None:
    write(tmp_path, None, "Index\n=====\n")
    assert build(tmp_path).stderr == ""
    write(tmp_path, None, "Index\n=====\n\n.. lemmata-claims::\n")
    done = build(tmp_path)
    assert done.returncode != 0
    assert "set lemmata_ledger in conf.py" in done.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file; write one with"),
        ("{", "not JSON"),
        ('{"schema_version": 9}', "schema version 9"),
        (json.dumps(sample.document([sample.claim("index")])), "its page would be the paper's index"),
        (json.dumps(sample.document([sample.claim("a", depends_on=["damian2022/a"])])), "in a circle"),
    ],
)
def test_a_ledger_that_cannot_serve_is_one_clear_line(tmp_path: Path, content: str | None, message: str) -> None:
    write(tmp_path, sample.document([]))
    if content is None:
        (tmp_path / "ledger.json").unlink()
    else:
        (tmp_path / "ledger.json").write_text(content)
    done = build(tmp_path)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
    assert message in line


def test_other_builders_take_the_pages_too(tmp_path: Path) -> None:
    write(tmp_path, sample.document())
    for builder in ("text", "latex"):
        done = build(tmp_path, "-b", builder)
        assert (done.returncode, done.stderr) == (0, "")


# MyST uses what Sphinx is going to remove; that is between the two of them.
@pytest.mark.filterwarnings("ignore:'myst_parser")
def test_our_own_documentation_builds(tmp_path: Path) -> None:
    docs = shutil.copytree(DOCS, tmp_path / "docs", ignore=shutil.ignore_patterns("_build", "claims"))
    ledger.write(sample.document(), tmp_path / "lemmata-ledger.json")
    done = build(docs)
    assert (done.returncode, done.stderr) == (0, "")
    for path in (docs / "_out").rglob("*.html"):
        places = loaded(path.read_text(encoding="utf-8"))
        assert not [place for place in places if re.match(r"(https?:)?//", place)]
