"""Claims in a session: loaded, judged, remembered, and shown."""

from __future__ import annotations

import importlib
import linecache
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import claim_files
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata import LemmataError, Paper, digests, notebook, session
from lemmata.profiles import PROFILES
from lemmata.session import Verdict, load

Cell = Callable[..., dict[str, Any]]

FIRST = """
from sympy import Integer, Rational, Symbol
from lemmata import Edit, Equal, Identity, MedianWithin, Paper, Samples, Tight, as_printed, experiment, integers
paper = Paper("mine", title="My <i>notes</i>", authors="A & B", version="draft")
n, m = Symbol("n"), Symbol("m")
with as_printed():
    square, right, wrong = (n + 1) ** 2, n**2 + 2 * n + 1, n**2 + 2 * n + 2
"""
EXACT = """
@paper.claim("square", locator="(1)", title="Square of a sum", stated=Identity(square, FORMULA, {n: integers(1)}))
def binomial(stated):
    '''PROSE'''
    yield Equal(stated.left, stated.right, stated.domains, by="binomial formula")
"""
HOLDS, FAILS = EXACT.replace("FORMULA", "right"), EXACT.replace("FORMULA", "wrong")
MEASURED = """
@experiment
def toss(draws, *, mean):
    return {"value": mean + 0.01 * float(draws["noise"].standard_normal())}

@paper.claim("law", locator="(2)", title="Law of the mean", control={"mean": 2.0},
             stated=Tight(m, Integer(1), Rational(1, 10), "the noise is small"))
def law(stated):
    yield MedianWithin(Samples(toss, "value", {"mean": 1.0}), around=stated.formula, slack=stated.slack, by="mean")

@law.draw
def _(stated, cells):
    x, y = [1.0, 2.0], [float(stated.formula)] * 2
    return {"title": "Law", "x_label": "x", "y_label": "y", "x_scale": "linear", "y_scale": "linear",
            "curves": [{"label": "claimed", "x": x, "y": y}], "points": []}
"""


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cell:
    """Run a cell of a notebook, and return its names. No store is at hand."""
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEMMATA_STORE", raising=False)

    def run(source: str, known_source: bool = True) -> dict[str, Any]:
        name = f"<cell {len(source)} {hash(source)}>"
        if known_source:
            monkeypatch.setitem(linecache.cache, name, (len(source), None, source.splitlines(keepends=True), name))
        exec(compile(source, name, "exec"), vars(main))
        return vars(main)

    run(FIRST)
    return run


class _Balanced(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in ("br", "meta"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def shown(html: str) -> str:
    """The words of an element, which is well-formed and harmless."""
    page = _Balanced(html)
    assert not {"script", "link", "img", "iframe"} & page.tags
    return " ".join(" ".join(page.words).split())


# Claims of the session.


def test_a_claim_that_nobody_judged_shows_its_statement(cell: Cell) -> None:
    claim = cell(HOLDS)["binomial"]
    words = shown(claim._repr_html_())
    assert "not judged" in words
    assert ".verify()" in words
    assert "yield Equal(stated.left" in words
    assert repr(claim) == "<claim mine/square: Square of a sum ((1), identity); .verify() judges it>"
    assert claim.verdict is None


def test_judged_in_the_session(cell: Cell, tmp_path: Path) -> None:
    claim = cell(HOLDS)["binomial"]
    verdict = claim.verify()
    assert isinstance(verdict, Verdict)
    assert (verdict.status, verdict.upheld, verdict.grade, verdict.problems) == ("holds", "holds", "symbolic", [])
    assert verdict.record["mutants"]["killed"] > 0
    assert claim.verdict is verdict
    assert repr(verdict) == "<verdict on mine/square: holds, symbolic>"
    assert repr(claim).endswith(": holds, symbolic>")
    words = shown(claim._repr_html_())
    assert "✓ holds" in words
    assert "binomial formula" in words
    assert "in this session, and not stored" in words
    assert list(tmp_path.iterdir()) == []


def test_what_fails_shows_its_counterexample_and_what_is_to_be_mended(cell: Cell) -> None:
    verdict = cell(FAILS)["binomial"].verify("smoke")
    assert verdict.status == "fails"
    words = shown(verdict._repr_html_())
    assert "Refuted: at n = 1: 4 and 5 differ" in words
    assert "mine/square fails, and no listed finding says so" in words
    assert "profile smoke, which tries no mutants" in words
    assert "<details open>" in verdict._repr_html_()


def test_an_erratum_shows_both_forms(cell: Cell) -> None:
    stated = "correction=[Edit('the constant is 1', 'right', wrong, right)], stated="
    claim = cell(FAILS.replace("stated=", stated, 1))["binomial"]
    before, after = shown(claim._repr_html_()), shown(claim.verify()._repr_html_())
    assert "printed" in before
    assert "correction" in before
    assert "fails as printed; the corrected form holds" in after
    assert "✓ corrected" in after


def test_measured_in_the_session(cell: Cell) -> None:
    law = cell(MEASURED)["law"]
    verdict = law.verify(root=3)
    assert (verdict.status, verdict.grade) == ("holds", "statistical")
    assert verdict.record["control"]["refuted"]
    html = verdict._repr_html_()
    assert 'class="strip"' in html
    assert 'aria-label="Law"' in html
    assert "root seed 3" in shown(html)
    values = verdict.record["checks"][0]["measured"]["values"]
    again = law.verify(root=3).record["checks"][0]["measured"]["values"]
    other = law.verify(root=4).record["checks"][0]["measured"]["values"]
    assert values == again
    assert values != other


def test_an_experiment_may_be_redefined_or_stand_in_a_function(cell: Cell) -> None:
    cell(MEASURED)["law"].verify("smoke")
    shifted = MEASURED.replace('{"value": mean', '{"value": 5 + mean')
    assert cell(shifted)["law"].verify("smoke").status == "fails"
    inner = "def make():\n" + textwrap.indent(MEASURED, "    ") + "    return law\nlaw = make()\n"
    cell(FIRST)
    assert cell(inner)["law"].verify("smoke").status == "holds"


def test_a_check_without_source_is_judged_all_the_same(cell: Cell) -> None:
    claim = cell(HOLDS, known_source=False)["binomial"]
    assert claim.source_code() is None
    assert "Source of the check" not in claim.verify("smoke")._repr_html_()


def test_running_a_cell_again_states_the_claim_anew(cell: Cell) -> None:
    names = cell(FAILS + MEASURED)
    old = names["binomial"]
    old.verify("smoke")
    new = cell(HOLDS.replace("PROSE", "Better prose."))["binomial"]
    paper = names["paper"]
    assert new is not old
    assert list(paper) == [new, names["law"]]
    assert (new.verdict, new.prose) == (None, "Better prose.")
    assert new.verify("smoke").status == "holds"
    attached = (
        "\nbinomial = paper.state('later', locator='', title='', stated=Identity(square, right, {n: integers(1)}))"
    )
    check = "\n@binomial.check()\ndef checked(stated):\n    '''%s'''\n    yield Equal(stated.left, stated.right, stated.domains)"
    cell(attached + check % "one")
    assert cell(check % "two")["checked"].prose == "two"


@pytest.mark.parametrize(
    "again",
    [
        HOLDS.replace("def binomial", "def another"),
        "paper.state('square', locator='', title='', stated=Identity(square, right, {n: integers(1)}))",
    ],
)
def test_the_same_slug_elsewhere_is_a_slip(cell: Cell, again: str) -> None:
    old = cell(HOLDS)["binomial"]
    with pytest.raises(LemmataError, match=r"stated twice; rename one \(in a notebook, run the cell of Paper"):
        cell(again)
    assert old.paper["square"] is old


def test_a_cell_that_fails_to_state_its_claim_anew_loses_nothing(cell: Cell) -> None:
    old = cell(HOLDS)["binomial"]
    with pytest.raises(LemmataError, match="use Identity"):
        cell(HOLDS.replace("stated=Identity", "stated=list").replace("(square, right, {n: integers(1)})", "('ab')"))
    with pytest.raises(LemmataError, match="yields obligations"):
        cell(HOLDS.replace("yield Equal", "return Equal"))
    assert old.paper["square"] is old
    with pytest.raises(LemmataError, match="yields obligations"):
        cell(DEPENDENT.replace("yield Equal", "return Equal"))
    assert cell(DEPENDENT)["later"].paper["later"].obligations is not None


DEPENDENT = """
@paper.claim("later", locator="(3)", title="Later", stated=Identity(square, right, {n: integers(1)}), depends_on=[binomial])
def later(stated):
    yield Equal(stated.left, stated.right, stated.domains, by="binomial formula")
"""


def test_no_claim_is_stronger_than_what_it_rests_on(cell: Cell) -> None:
    names = cell(FAILS + DEPENDENT)
    assert names["later"].verify("smoke").status == "undecided"
    assert names["binomial"].verdict.status == "fails"


def test_a_claim_rests_on_what_is_stated_now(cell: Cell) -> None:
    later = cell(FAILS + DEPENDENT)["later"]
    later.verify("smoke")
    cell(HOLDS)
    with pytest.raises(LemmataError, match="mine/later: rests on mine/square, which was stated again since"):
        later.verify("smoke")
    assert later.verdict is None
    assert "state it again too" in shown(later._repr_html_())
    assert cell(DEPENDENT)["later"].verify("smoke").status == "holds"
    cell(FIRST + HOLDS.replace("binomial", "other"))
    with pytest.raises(LemmataError, match="stated again since"):
        cell(DEPENDENT)["later"].verify("smoke")


def test_a_verdict_is_forgotten_when_something_is_replaced(cell: Cell) -> None:
    names = cell(HOLDS + DEPENDENT)
    later, binomial = names["later"], names["binomial"]
    later.verify("smoke")
    assert later.verdict is not None
    check = binomial.obligations
    binomial.obligations = lambda stated: check(stated)
    assert later.verdict is None
    assert binomial.verdict is None
    binomial.obligations = check
    assert later.verdict is not None


def test_an_interrupted_verification_changes_nothing(cell: Cell) -> None:
    names = cell("calls = []\n" + MEASURED.replace("    return {", "    calls.append(1)\n    stop()\n    return {"))
    law, calls = names["law"], names["calls"]
    names["stop"] = lambda: None
    verdict = law.verify("smoke")

    def stop() -> None:
        if len(calls) % 10 == 0:
            raise KeyboardInterrupt

    names["stop"] = stop
    with pytest.raises(KeyboardInterrupt):
        law.verify("smoke")
    assert law.verdict is verdict
    names["stop"] = lambda: None
    assert (
        law.verify("smoke").record["checks"][0]["measured"]["values"]
        == (verdict.record["checks"][0]["measured"]["values"])
    )


def test_a_paper_shows_its_claims(cell: Cell) -> None:
    names = cell(HOLDS)
    paper = names["paper"]
    assert "No claims yet." in shown(cell(FIRST)["paper"]._repr_html_())
    names["binomial"].verify("smoke")
    paper.state("second", locator="§2", title="Unchecked <b>", stated=names["binomial"].stated)
    words = shown(paper._repr_html_())
    assert "✓ holds" in words
    assert "Unchecked <b>" in words
    assert "1 of 2 not judged" in words
    verdicts = paper.verify("smoke")
    assert {slug: verdict.status for slug, verdict in verdicts.items()} == {"square": "holds", "second": "undecided"}
    assert repr(verdicts) == "<verdicts on mine: 1 holds, 1 undecided>"
    assert repr(paper) == "<paper mine: 2 claims>"
    assert "mine/second has an unlisted finding: open" in shown(verdicts._repr_html_())
    assert paper["square"] in paper
    with pytest.raises(LemmataError, match="unknown claim 'mine/sqare'; did you mean 'mine/square'"):
        paper["sqare"]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"profile": "fast"}, "unknown profile 'fast'"),
        ({"root": -1}, "root = -1"),
        ({"jobs": 0}, "jobs 0"),
    ],
)
def test_bad_arguments_are_one_clear_line(cell: Cell, how: dict[str, Any], message: str) -> None:
    with pytest.raises(LemmataError, match=message):
        cell(HOLDS)["binomial"].verify(**how)


def test_a_figure_that_cannot_be_drawn_is_one_clear_line(cell: Cell) -> None:
    law = cell(MEASURED.replace('"x_scale": "linear", ', ""))["law"]
    with pytest.raises(LemmataError, match="mine/law: its figure cannot be drawn: KeyError: 'x_scale'"):
        law.verify("smoke")


def test_the_page_on_notebooks_does_as_it_says(cell: Cell, tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "claims-in-notebooks.md"
    installed, *own = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert 'load("damian2022")["lemma-17"].verify()' in installed
    for block in own:
        names = cell(block)
    squares, absolute = (claim.verdict for claim in names["paper"])
    assert (squares.status, squares.upheld, squares.grade) == ("fails", "holds", "symbolic")
    assert (absolute.status, absolute.grade, absolute.problems) == ("holds", "statistical", [])
    assert "Mean absolute value" in shown((tmp_path / "claim.html").read_text(encoding="utf-8").partition('-8">')[2])


NASTY = st.text(st.sampled_from("<>&\"'\\${}`/=\n é"), max_size=12) | st.text(max_size=12)


@settings(max_examples=25, deadline=None)
@given(NASTY, NASTY, NASTY)
def test_any_text_stays_text(title: str, locator: str, prose: str) -> None:
    from sympy import Symbol

    from lemmata import Identity

    paper = Paper("nasty", title=title, authors=locator, version=prose, url=f"javascript:{title}")
    x = Symbol("x")
    claim = paper.state("one", locator=locator, title=title, stated=Identity(x, x), prose=prose)
    tags = set()
    for html in (claim._repr_html_(), paper._repr_html_()):
        page = _Balanced(html)
        tags |= page.tags
        assert "javascript:" not in "".join(re.findall(r'href="[^"]*"', html))
    mathml = {tag for tag in tags if tag == "math" or re.fullmatch("m[a-z]+", tag)}
    allowed = "div style section header h3 span code p dl dt dd b table thead tbody tr th td"
    assert tags - mathml <= set(allowed.split())


# Claims of files.


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A claim file, which prints when it is imported, and no store yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEMMATA_STORE", str(tmp_path / "store"))
    file = tmp_path / "toy.py"
    file.write_text(claim_files.claim_file("print('{')", claim_files.HOLDS, claim_files.LAW))
    return file


def test_from_a_file_to_the_store_and_back(
    toy: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = load(toy)
    claim = paper["law"]
    assert "not judged" in shown(claim._repr_html_())
    assert not (toy.parent / "store").exists()

    verdicts = paper.verify("smoke", jobs=1)
    assert [verdict.status for verdict in verdicts.values()] == ["holds", "holds"]
    assert verdicts["law"].store == toy.parent / "store"
    assert claim.verdict is verdicts["law"]
    assert set(capfd.readouterr().err.split()) == {"{"}

    # Another session finds it in the store, and says so; a session that has edited the file does not.
    found = session.look_up(list(paper))
    assert {name: verdict.profile for name, verdict in found.items()} == {"toy/holds": "smoke", "toy/law": "smoke"}
    assert found["toy/law"].record["checks"] == verdicts["law"].record["checks"]
    assert "stored in" in shown(notebook.verdict_html(found["toy/law"]))
    assert list(session.look_up(list(paper), toy.parent / "nothing-here")) == []

    def never(*_: object) -> None:
        raise AssertionError("judged although stored")

    monkeypatch.setattr(session, "_judge_apart", never)
    assert claim.verify("smoke").record["checks"] == verdicts["law"].record["checks"]

    toy.write_text(toy.read_text().replace("n**2 + 2 * n + 1,", "n**2 + 2 * n + 3,"))
    assert session.look_up(list(paper)) == {}
    edited = session._judge_here([load(toy)["holds"]], PROFILES["smoke"], 1)
    monkeypatch.setattr(session, "_judge_apart", lambda *_: edited)
    with pytest.raises(LemmataError, match="toy/holds: its file has changed since it was imported here"):
        paper["holds"].verify("smoke")
    assert load(toy)["holds"].verify("smoke").status == "fails"


def test_a_claim_of_the_session_rests_on_one_of_a_file(
    cell: Cell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def apart(selection: Any, under: Any, root: int, *_: object) -> session.Records:
        assert selection.claims == {"toy/holds", "toy/misprint"}
        return session._judge_here(list(paper), under, root)

    file = tmp_path / "toy.py"
    file.write_text(claim_files.claim_file(claim_files.HOLDS, claim_files.FAILS.replace('"fails"', '"misprint"')))
    paper = load(file)
    monkeypatch.setattr(session, "_judge_apart", apart)
    names = cell("from lemmata.session import load\ntoy = load('toy.py')" + HOLDS)
    names["binomial"].depends_on = (names["toy"]["holds"], names["toy"]["misprint"])
    verdict = names["binomial"].verify("smoke")
    assert (verdict.status, verdict.record["given"]) == ("undecided", ["toy/misprint, which is not shown"])
    names["binomial"].depends_on = (names["toy"]["holds"],)
    assert names["binomial"].verdict is None


def test_the_most_thorough_stored_verdict_is_shown(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored: dict[str, dict[str, str]] = {}
    claims = list(load(toy))
    stated = {claim.id: {"digest": claim.stated.digest()} for claim in claims}

    def read(selection: Any, under: Any, *_: object) -> dict[str, Any]:
        return {name: {"stated": stated[name], "is": what} for name, what in stored[under.name].items()}

    monkeypatch.setattr(session, "_stored", read)
    for smoke, ci, paper, expected in [
        ({}, {}, {}, None),
        ({"toy/law": "taste"}, {}, {}, ("smoke", "taste")),
        ({"toy/law": "look"}, {"toy/law": "look"}, {}, ("ci", "look")),
        ({"toy/law": "look"}, {"toy/law": "look"}, {"toy/law": "look"}, ("ci", "look")),
        ({"toy/law": "look"}, {"toy/law": "look"}, {"toy/law": "long look"}, ("paper", "long look")),
        ({}, {}, {"toy/law": "long look"}, ("paper", "long look")),
    ]:
        stored |= {"smoke": smoke, "ci": ci, "paper": paper}
        found = session.look_up(claims).get("toy/law")
        assert (found and (found.profile, found.record["is"])) == expected


def test_what_goes_wrong_apart_is_one_clear_line(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.write_text(claim_files.claim_file(claim_files.HOLDS.replace("(binomial)", "(crash)")).replace(
        "def state", "def crash(stated):\n    yield 1 / 0\n\n\ndef state"))  # fmt: skip
    claim = load(toy)["holds"]
    with pytest.raises(LemmataError, match=r"^toy/holds: its check raises ZeroDivisionError: .*toy.py, line"):
        claim.verify()
    monkeypatch.setattr(session, "_ANSWER", "print('out of\\nmemory'); raise SystemExit(3)")
    with pytest.raises(LemmataError, match="ended early: memory; finished work is stored"):
        claim.verify()


def test_an_interrupt_ends_the_process_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    said = []

    class Interrupted:
        def write(self, text: str) -> None:
            said.append(text)
            raise KeyboardInterrupt

        def flush(self) -> None: ...

    monkeypatch.setattr(sys, "stderr", Interrupted())
    program = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    with pytest.raises(KeyboardInterrupt):
        session._converse([sys.executable, "-c", program], "")
    with pytest.raises(ProcessLookupError):
        os.kill(int(said[0]), 0)


def test_a_store_that_cannot_be_read_is_told(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise LemmataError("store x$y$: not a directory")

    monkeypatch.setattr(session, "_stored", broken)
    words = shown(load(toy)["holds"]._repr_html_())
    assert "Stored verdicts cannot be looked up: store x$y$: not a directory" in words


def test_papers_are_found_where_they_came_from(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def place(claim: Any) -> Any:
        return session._homes([claim])[claim.id]

    text = toy.read_text()
    for name in ("own_claims", "listed_claims"):
        (toy.parent / f"{name}.py").write_text(text)
    (toy.parent / "another.py").write_text("from own_claims import paper")
    (toy.parent / "pyproject.toml").write_text("[tool.lemmata]\nclaims = ['toy.py', 'listed_claims']")
    monkeypatch.setattr(sys, "path", [str(toy.parent), *sys.path])
    another = importlib.import_module("another")
    assert place(load("toy")["holds"]).modules == (str(toy),)
    assert place(load("listed_claims")["holds"]).modules == ("listed_claims",)
    assert place(another.paper["holds"]).modules == ("own_claims",)
    # A check that is written in the session has no file, wherever its claim is stated.
    in_session = another.paper.state("more", locator="", title="", stated=another.paper["holds"].stated)

    def check(stated: Any) -> Any:
        yield from ()

    check.__module__ = "__main__"
    in_session.check()(check)
    assert place(in_session) is None
    assert place(another.paper["holds"]) is not None
    for name in ("another", "own_claims", "listed_claims"):
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(LemmataError, match="unknown paper 'damian2023'; did you mean 'damian2022'"):
        load("damian2023")
    for claim in ("damian2022/lemma-17", "toy.py::holds"):
        with pytest.raises(LemmataError, match="load the paper, and take the claim by its slug"):
            load(claim)


# What is imported, and when.


def test_a_line_of_text_brings_neither_plots_nor_ipython() -> None:
    program = (
        "import sys; from lemmata import Paper; print(Paper('a', title='', authors='', version='')); "
        "import lemmata.notebook; print(*sys.modules)"
    )
    lines = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    assert lines[0] == "<paper a: 0 claims>"
    assert not {"IPython", "matplotlib", "torch"} & set(lines[1].split())


def test_no_verdict_rests_on_how_it_is_shown() -> None:
    names = {path.stem for path in digests.closure(["lemmata.judge"], ["lemmata"])}
    assert "claims" in names
    assert not {"session", "notebook", "report", "runner"} & names
