"""Views of the ledger for CI: whatever the ledger says, they are well formed and say it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import sample_ledger as sample
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lemmata import badge, junit, ledger, markdown, summary, views, wording

NASTY = (
    "]]> & <script>alert(1)</script> | `x|y` $x$ **b** [a](http://x) @user #1 <!-- \n\n# head\n| a | b |\n\x00\x1b[31m\x85 "
    "\u2028\u202a\u202e\ufeff \\| &amp; www.x.org ~~s~~ ![i](j) \ufffe \U0001f600 </details> ``` \r\n- [ ] _u_ {x} <b"
)
CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.text(CHARACTERS, max_size=40) | st.text("]>&<|`$*_[]()#@!\\\n\r\t ~-+=:/.w&;amp\x00\x0b{}'\"", max_size=40)


def finding(kind: str, listed: bool, summary: str = NASTY, witness: str = NASTY) -> dict[str, Any]:
    return {"kind": kind, "listed": listed, "summary": summary, "witness": witness}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Valid ledgers of any outcome, with any text where text may be."""
    statuses = st.sampled_from(["holds", "fails", "undecided"])
    kinds = st.sampled_from(["erratum", "gap", "slack", "open"])
    found = []
    for index in range(draw(st.integers(0, 4))):
        status = draw(statuses)
        found.append(
            sample.claim(
                f"c{index}",
                title=draw(TEXTS),
                locator=draw(TEXTS),
                status=status,
                upheld=status,
                scope={"x": draw(TEXTS)},
                given=draw(st.lists(TEXTS, max_size=2)),
                findings=draw(st.lists(st.builds(finding, kinds, st.booleans(), TEXTS, TEXTS), max_size=2)),
                checks=[sample.check(draw(TEXTS), draw(TEXTS), outcome="refuted", witness=draw(TEXTS))],
                basis=draw(st.sampled_from([None, sample.basis(), sample.basis(thorough=False)])),
            )
        )
    document = sample.document(found, draw(st.sampled_from(["smoke", "ci", "paper"])))
    document["provenance"]["versions"] |= draw(st.dictionaries(TEXTS, TEXTS, max_size=1))
    document["provenance"]["papers"] |= {
        "damian2022": {name: draw(TEXTS) for name in ("title", "authors", "version", "url")}
    }
    return document


def nasty() -> dict[str, Any]:
    """A ledger whose every text is awkward, of every standing."""
    claims = [
        sample.claim("holds", title=NASTY, locator=NASTY, given=[NASTY], scope={NASTY: NASTY}),
        sample.claim("listed", title=NASTY, status="fails", findings=[finding("gap", True)]),
        sample.claim(
            "fails", title=NASTY, status="fails", checks=[sample.check(NASTY, NASTY, outcome="refuted", witness=NASTY)]
        ),
        sample.claim("undecided", title=NASTY, status="undecided", findings=[finding("slack", True)]),
        sample.claim("unlisted", title=NASTY, findings=[finding("slack", False)]),
    ]
    document = sample.document(claims)
    document["provenance"] |= {"created": NASTY, "lemmata": NASTY, "versions": {**sample.VERSIONS, NASTY: NASTY}}
    ledger.validate(document)
    return document


# JUnit XML.


def xml_text(text: str) -> str:
    """The part of a text that XML can hold, by the words of its specification."""
    allowed = [(0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF)]
    unbroken = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in unbroken if c in "\t\n" or any(low <= ord(c) <= high for low, high in allowed))


def parsed(document: dict[str, Any]) -> ElementTree.Element:
    return ElementTree.fromstring(junit.render(document).encode())


ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"classname", "name", "time"},
    "failure": {"message", "type"},
    "skipped": {"message"},
    "system-out": set(),
}
CHILDREN = {
    "testsuites": r"(testsuite )*",
    "testsuite": r"properties (testcase )*",
    "properties": r"(property )*",
    "testcase": r"((failure|skipped) )?system-out ",
}


@given(documents())
def test_junit_has_the_shape_that_its_schema_prescribes(document: dict[str, Any]) -> None:
    root = parsed(document)
    assert root.tag == "testsuites"
    for element in root.iter():
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
        assert re.fullmatch(CHILDREN.get(element.tag, ""), "".join(f"{child.tag} " for child in element))
        for name in {"tests", "failures", "errors", "skipped"} & set(element.attrib):
            assert element.attrib[name].isdecimal()
        assert float(element.get("time", "0")) >= 0
    for suite in (root, *root):
        assert int(suite.attrib["tests"]) == len(list(suite.iter("testcase")))
        assert int(suite.attrib["failures"]) == len(list(suite.iter("failure")))
    assert [int(suite.attrib["skipped"]) for suite in root] == [len(list(suite.iter("skipped"))) for suite in root]


@given(documents())
def test_junit_fails_and_skips_as_the_pytest_plugin_does(document: dict[str, Any]) -> None:
    profile = document["provenance"]["profile"]
    cases = list(parsed(document).iter("testcase"))
    assert [case.get("name") for case in cases] == [claim["slug"] for claim in document["claims"]]
    for claim, case in zip(document["claims"], cases, strict=True):
        strict = [code for code, _ in ledger.problems([claim], "ci")]
        fails = 1 in strict or (3 in strict and profile != "smoke")
        assert (case.find("failure") is not None) == fails
        assert (case.find("skipped") is not None) == (bool(strict) and not fails)
    assert any(True for _ in parsed(document).iter("failure")) == (document["summary"]["exit_code"] != 0)


@given(TEXTS)
@example(NASTY)
def test_junit_keeps_what_xml_can_hold(text: str) -> None:
    document = sample.document([sample.claim("a", status="fails", title=text)])
    document["provenance"]["lemmata"] = text
    root = parsed(document)
    first = f"{xml_text(text)} (Sec. 5.1): fails\n"
    for place in ("failure", "system-out"):
        assert (next(root.iter(place)).text or "").startswith(first)
    (version,) = [item.get("value") for item in root.iter("property") if item.get("name") == "lemmata"]
    assert version == xml_text(text)


def test_junit_shows_listed_findings_and_the_run() -> None:
    root = parsed(sample.document())
    (suite,) = root
    assert (suite.get("name"), suite.get("tests"), suite.get("timestamp")) == ("damian2022", "5", "2026-11-22T00:00:00")
    properties = {p.get("name"): p.get("value") for p in suite.iter("property")}
    assert properties["profile"] == "ci"
    assert properties["root_seed"] == "1"
    assert properties["versions.sympy"] == "1.14.0"
    (erratum,) = [case for case in suite.iter("testcase") if case.get("name") == "equation-1"]
    assert [child.tag for child in erratum] == ["system-out"]
    assert "erratum: The printed series lacks the term along $w$." in (erratum.findtext("system-out") or "")


def test_junit_skips_what_smoke_leaves_undecided() -> None:
    claims = [sample.claim("a"), sample.claim("b", status="undecided", upheld="undecided")]
    for profile, skipped, failures in (("smoke", "1", "0"), ("ci", "0", "1")):
        (suite,) = parsed(sample.document(claims, profile))
        assert (suite.get("skipped"), suite.get("failures"), suite.get("tests")) == (skipped, failures, "2")


def test_junit_of_papers_that_follow_each_other() -> None:
    other = {**sample.claim("b"), "id": "other/b", "paper": "other"}
    root = parsed(sample.document([sample.claim("a"), other, sample.claim("c")]))
    assert [(suite.get("name"), suite.get("tests")) for suite in root] == [("damian2022", "2"), ("other", "1")]


# Markdown.


class Reader(HTMLParser):
    """What a reader of a page sees: its text, tags, links and tables."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not attrs

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(source: str) -> Reader:
    reader = Reader()
    reader.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(source))
    reader.close()
    return reader


def rows(source: str) -> list[int]:
    """The number of cells in each row of the page's tables."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(source)
    counts: list[int] = []
    for token in tokens:
        if token.type == "tr_open":
            counts.append(0)
        elif token.type in ("th_open", "td_open"):
            counts[-1] += 1
    return counts


def seen(text: str) -> str:
    """A text as ``escape`` promises to show it, blanks collapsed."""
    return re.sub(
        r"[\x00-\x08\x0e-\x1b\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]",
        "",
        " ".join(text.split()),
    ).strip()


@given(TEXTS)
@example(NASTY)
def test_escaped_text_reads_as_it_stands(text: str) -> None:
    page = read(f"word {markdown.escape(text)} end")
    assert set(page.tags) <= {"p", "span"}
    assert "".join(page.text).split() == f"word {seen(text)} end".split()


@given(TEXTS)
@example(NASTY)
def test_no_formula_mention_or_link_is_left(text: str) -> None:
    escaped = markdown.escape(text)
    assert not re.search(r"[$@#]", re.sub(r"<span>[$@#]</span>|&#\d+;", "", escaped))
    assert not re.search(r"://|www\.", escaped, re.IGNORECASE)
    assert not re.search(r"[\n\r|`]", escaped)


@given(st.lists(TEXTS, min_size=1, max_size=5))
@example([NASTY, NASTY])
def test_a_row_has_as_many_cells_as_it_was_given(texts: list[str]) -> None:
    head = markdown.table_head([f"column {index}" for index in range(len(texts))])
    source = "\n".join([*head, markdown.row([markdown.escape(text) for text in texts])])
    assert rows(source) == [len(texts)] * 2


def test_long_texts_are_cut() -> None:
    assert markdown.escape("a" * 2000, limit=10) == "a" * 9 + "…"
    assert markdown.escape("a" * 10, limit=10) == "a" * 10


def test_names_are_code_and_nothing_else_is() -> None:
    assert markdown.code("damian2022/lemma-4") == "`damian2022/lemma-4`"
    assert markdown.code("a`b") == "a&#96;b"


@given(documents())
def test_a_summary_says_everything_whatever_the_texts(document: dict[str, Any]) -> None:
    source = summary.render(document)
    claims = document["claims"]
    assert rows(source) == ([5] * (len(claims) + 1) if claims else [])
    page = read(source)
    assert set(page.tags) <= {"h2", "h3", "p", "ul", "li", "code", "strong", "span", "details", "summary"} | {
        "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    # One heading of ours each, and none of anybody else's.
    problems = ledger.problems(claims, document["provenance"]["profile"])
    assert page.tags.count("h2") == 1
    assert page.tags.count("h3") == bool(claims) + bool(problems)
    text = " ".join("".join(page.text).split())
    for claim in claims:
        for found in claim["findings"]:
            assert " ".join(seen(found["summary"]).split()) in text


@pytest.mark.parametrize("render", [summary.render, junit.render, badge.render])
def test_nasty_texts_do_no_harm(render: Any) -> None:
    text = render(nasty())
    text.encode()
    assert "<script" not in text


def test_a_summary_names_problems_first() -> None:
    source = summary.render(nasty())
    assert source.startswith(
        "## lemmata: 1 of 5 claims holds, 1 is a listed finding, 1 is undecided, 2 need attention\n"
    )
    assert source.index("### Needs attention") < source.index("### Claims") < source.index("<details>")
    assert "- `damian2022/fails` fails, and no listed finding says so\n" in source
    good = summary.render(sample.document())
    assert "Needs attention" not in good
    killed = wording.mutants(sample.relu_hermite())
    assert f"| `damian2022/relu-hermite` | ✓ holds | symbolic | {killed} |  |" in good


def test_a_summary_says_that_mutants_were_not_judged() -> None:
    claim = sample.claim("a", basis=sample.basis(thorough=False), mutants=sample.mutants(0, 0))
    assert "| symbolic | not judged |" in summary.render(sample.document([claim], "smoke"))


@pytest.mark.parametrize("limit", [1500, 3000, 10_000, 60_000])
def test_a_summary_keeps_its_limit_and_says_what_is_missing(limit: int) -> None:
    bad = [sample.claim(f"c{index}", status="fails", findings=[finding("slack", True)]) for index in range(100)]
    document = sample.document(bad)
    source = summary.render(document, limit)
    assert len(source.encode()) <= limit
    assert "the ledger has all of them" in source
    assert source.rstrip().endswith("</details>")
    whole = summary.render(document)
    assert "the ledger has all of them" not in whole
    assert whole.count("\n- `damian2022/") == 200


def test_ten_thousand_claims_fit() -> None:
    kinds = [sample.equation_1(), sample.relu_hermite(), sample.claim("x", status="fails")]
    claims = [{**kinds[index % 3], "slug": f"c{index}", "id": f"damian2022/c{index}"} for index in range(10_000)]
    document = sample.document([])
    document["claims"] = claims
    source = summary.render(document)
    assert len(source.encode()) <= summary.LIMIT
    assert len(list(parsed(document).iter("testcase"))) == 10_000
    assert json.loads(badge.render(document))["message"] == "3333 of 10000 hold, 3334 listed, 3333 failing"


# The badge.


@given(documents())
def test_a_badge_has_the_fields_and_the_colour(document: dict[str, Any]) -> None:
    record = json.loads(badge.render(document))
    assert record.keys() == {"schemaVersion", "label", "message", "color"}
    assert record["schemaVersion"] == 1
    code = document["summary"]["exit_code"]
    if code == 1:
        assert record["color"] == "red"
    if code == 3:
        assert record["color"] == "yellow"
    if record["color"] == "brightgreen":
        assert code == 0
        assert "undecided" not in record["message"]


def test_badges_by_name() -> None:
    def shown(*claims: dict[str, Any], profile: str = "ci") -> tuple[str, str, str]:
        record = json.loads(badge.render(sample.document(list(claims), profile)))
        return record["label"], record["message"], record["color"]

    undecided = sample.claim("b", status="undecided", upheld="undecided")
    assert shown() == ("claims", "none", "lightgrey")
    assert shown(sample.claim("a"), sample.equation_1()) == ("claims", "1 of 2 hold, 1 listed", "brightgreen")
    assert shown(sample.claim("a"), undecided) == ("claims", "1 of 2 hold, 1 undecided", "yellow")
    assert shown(undecided, profile="smoke") == ("claims (smoke)", "0 of 1 hold, 1 undecided", "yellow")
    assert shown(sample.claim("a", status="fails")) == ("claims", "0 of 1 hold, 1 failing", "red")


# All of them.


@pytest.mark.parametrize("form", views.PLACES)
def test_every_view_takes_a_ledger_without_claims_and_an_old_one(form: views.Format) -> None:
    assert views.render(sample.document([]), form)
    old = ledger.parse(sample.version_1(sample.document()))
    assert views.render(old, form)


def test_the_page_on_ci_names_every_format_and_its_file() -> None:
    page = (Path(__file__).parents[2] / "docs" / "ci.md").read_text(encoding="utf-8")
    assert set(re.findall(r"--format ([a-z]+)", page)) == {*views.PLACES, "json", "markdown"} - {"html"}
    assert {f"`{place}`" in page for place in views.PLACES.values() if place != "-"} == {True}
