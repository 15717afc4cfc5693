"""The report page, and formulas as MathML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import sample_ledger as sample
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lemmata import mathml, report
from lemmata.errors import LemmataError

VOID = {"meta", "br", "link", "img", "input", "hr"}
HOSTILE = '<script>alert(1)</script>"\' onload="x ]]> --> </style></title> &lt; $<img src=x onerror=y>$ \\'


class Page(HTMLParser):
    """A page's elements, and whether every one that opens closes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self, name: str) -> list[str]:
        return [value or "" for key, value in self.attributes if key == name]


@pytest.fixture(scope="module")
def html() -> str:
    return report.render(sample.document())


def hostile(node: Any, depth: int = 0) -> Any:
    """The record with every free text replaced by a hostile one."""
    keep = {"id", "paper", "slug", "kind", "status", "upheld", "grade", "source", "digest", "outcome", "fate"}
    keep |= {"depends_on", "provenance", "x_scale", "y_scale"}
    if isinstance(node, dict):
        changed = {key: part if key in keep else hostile(part, depth + 1) for key, part in node.items()}
        return {HOSTILE: HOSTILE, **changed} if set(node) <= {"d", "n", "r", "x", "k", "j"} else changed
    if isinstance(node, list):
        return [hostile(part, depth + 1) for part in node]
    return HOSTILE if isinstance(node, str) else node


def test_the_page_is_well_formed_and_has_every_claim(html: str) -> None:
    page = Page(html)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    for claim in sample.document()["claims"]:
        assert claim["id"] in ids
        assert f"#{claim['id']}" in page.values("href")
        for check in claim["checks"]:
            assert check["label"] in page.words
    assert {href[1:] for href in page.values("href") if href.startswith("#")} <= set(ids)


def test_nothing_is_loaded_and_nothing_runs(html: str) -> None:
    page = Page(html)
    assert not {"script", "link", "iframe", "object", "embed", "img", "base", "form"} & set(page.tags)
    assert page.values("src") == []
    assert not re.search(r"@import|url\((?!#)", html)
    assert not any(name.startswith("on") for name, _ in page.attributes)
    outward = [href for href in page.values("href") if not href.startswith("#")]
    assert outward == ["https://arxiv.org/abs/2206.15144v1"]


def test_what_a_reader_looks_for_is_there(html: str) -> None:
    text = " ".join(" ".join(Page(html).words).split())
    for words in (
        "Every claim holds, or is a listed finding.",
        "✓ holds",
        "✗ fails",
        "fails as printed; the corrected form holds",
        "✗ printed",
        "✓ corrected",
        "Counterexample to the printed form, at the simplest point found:",
        "f = He_2(x_1), d = 1, w = 1: printed 1/√(2π), true 2/√(2π)",
        "for all integers j ≥ 1",
        "79 killed, 2 implied or equal, of 81; 2 of 2 late mutants stopped",
        "✓ refuted with labels = permuted, d = 64",
        "37 of 37 mutants told apart before any data",
        "48 (33 at 0.01)",
        "[0.2, ∞)",
        "theory/papers/damian2022.py , line 12",
        "flint normal form, sympy",
        "Root seed 1",
    ):
        assert words in text.replace("damian2022.py,", "damian2022.py ,"), words
    assert html.count("<details>") >= 10
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_plots_are_inline(html: str) -> None:
    assert html.count('role="img"') == 2
    assert "currentColor" in html


def unjudged(record: dict[str, Any]) -> dict[str, Any]:
    """What is known of a claim before it is judged."""
    names = (
        "id",
        "title",
        "locator",
        "kind",
        "source",
        "prose",
        "stated",
        "corrected",
        "scope",
        "depends_on",
        "provenance",
    )
    return {name: record[name] for name in names}


def test_claims_stand_several_times_in_any_page() -> None:
    claims = sample.document()["claims"]
    drawn = [record for record in claims if record["figures"]]
    both = [*claims, *drawn, *map(unjudged, claims)]
    html = "".join(report.claim(record, ["a <problem>"], "``note``") for record in both)
    about = {"id": "p", "title": "t", "authors": "a", "version": "v", "url": "https://example.org"}
    html += report.paper(about, both, ["a <problem>"], "``note``")
    page = Page(html)
    ids = page.values("id")
    assert len(ids) == len(set(ids)) > 0  # those within plots
    inner = re.findall(r"url\(#([^)]+)\)", html) + [href[1:] for href in page.values("href") if href.startswith("#")]
    assert set(inner) <= set(ids)
    assert not {"script", "link", "iframe", "img"} & set(page.tags)
    assert not re.search(r"@import|url\((?!#)", html)
    assert html.count("not judged") == 2 * len(claims)
    assert page.words.count("a <problem>") == len(claims) + len(drawn) + 1


def test_of_one_claim_the_settled_mutants_are_left_out() -> None:
    fates = ("killed", "implied", "ill_formed", "loose", "undecided", "survivor")
    each = [{"change": f"change {fate}", "latex": "x", "fate": fate, "witness": ""} for fate in fates]
    html = report.claim(sample.claim("a", mutants=sample.mutants(6, 1, each=each, survivors=["change survivor"])))
    assert [fate for fate in fates if f"change {fate}" in html] == ["loose", "undecided", "survivor"]
    assert "Mutants <span" not in report.claim(sample.claim("a"))


def test_a_proof_is_open_where_there_is_something_to_see() -> None:
    for changes, is_open in (({}, False), ({"outcome": "undecided"}, True), ({"outcome": "refuted"}, True)):
        html = report.claim(sample.claim("a", checks=[sample.check("s", "x"), sample.check("t", "y", **changes)]))
        assert ("<details open>" in html) is is_open
    law = next(claim for claim in sample.document()["claims"] if claim["slug"] == "alignment-law")
    assert "<details open>" in report.claim(law)


def test_hostile_text_stays_text_in_one_claim() -> None:
    for record in hostile([sample.equation_1(), sample.alignment_law()]):
        for shown in (record, unjudged(record)):
            page = Page(report.claim(shown, [HOSTILE], HOSTILE))
            assert not {"script", "img"} & set(page.tags)
            assert page.tags.count("style") == 1
            assert not any(name.startswith("on") for name, _ in page.attributes)


def test_the_style_of_a_claim_changes_nothing_else() -> None:
    css = re.sub(r"/\*.*?\*/", "", (files("lemmata") / "templates" / "claim.css").read_text(), flags=re.DOTALL)
    depth, start, selectors = 0, 0, []
    for position, sign in enumerate(css):
        if sign == "{":
            if depth == 0:
                selectors.append(css[start:position].strip())
            depth += 1
        elif sign == "}":
            depth -= 1
            start = position + 1
    assert depth == 0
    assert len(selectors) > 3
    assert all(re.search(r"\.lemmata$", selector) for selector in selectors)
    assert not [selector for selector in selectors if "," in re.sub(r":is\([^)]*\)", "", selector)]


def test_what_needs_attention_is_told() -> None:
    claims = [
        sample.claim("a", status="fails", upheld="fails"),
        sample.claim(
            "b",
            mutants=sample.mutants(
                3, 2, survivors=["k → <b>"], late={"total": 1, "unread": 0, "held": ["late"], "each": []}
            ),
        ),
        sample.claim("c", control={"change": {"labels": "permuted"}, "refuted": False, "witness": ""}),
        sample.claim("d", findings=[{"kind": "not reproduced", "listed": False, "summary": "s", "witness": ""}]),
        sample.claim("e", status="undecided", checks=[sample.check("s", "x", outcome="refuted", witness="at 3")]),
        sample.claim("f", checks=[], design_check={"mutants": 2, "told_apart": 1, "missed": ["m"]}),
    ]
    html = report.render(sample.document(claims))
    for words in (
        "Something needs attention",
        "damian2022/a fails, and no listed finding says so",
        "takes 2 changed statements for true",
        "k → &lt;b&gt;",
        "not reproduced (unlisted)",
        "✗ not refuted",
        "Refuted: at 3",
        "missed: m",
    ):
        assert words in html, words


def test_hostile_text_stays_text() -> None:
    document = sample.document()
    document["claims"] = hostile(document["claims"])
    document["provenance"]["papers"][sample.PAPER] = {
        "title": HOSTILE,
        "authors": HOSTILE,
        "version": HOSTILE,
        "url": f"javascript:alert(1){HOSTILE}",
    }
    document["provenance"] |= {"profile": HOSTILE, "lemmata": HOSTILE, "versions": {HOSTILE: HOSTILE}}
    html = report.render(document)
    page = Page(html)
    assert not {"script", "img"} & set(page.tags)
    assert page.tags.count("style") == 2
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert not any("javascript" in href for href in page.values("href"))
    assert any("<script>alert(1)</script>" in words for words in page.words)


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=30))
def test_any_text_stays_text(text: str) -> None:
    claim = sample.claim("a", title=text, prose=text, locator=text, given=[text], scope={"x": text})
    claim["checks"] = [sample.check(text, text, witness=text, engines=[text])]
    tags = Page(report.render(sample.document([claim]))).tags
    allowed = "html head meta title style body header h1 p cite br span a code div ul li b nav main h2 table thead "
    allowed += "tbody tr th td svg rect text path section h3 dl dt dd h4 ol details summary footer math mrow mi mn mo "
    allowed += "mtext mspace mfrac msqrt msub msup msubsup mover munder mstyle mpadded mtable mtr mtd"
    assert set(tags) <= set(allowed.split())


def test_an_unwritable_place_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(LemmataError, match="cannot be written"):
        report.write(sample.document([]), tmp_path)


def test_the_page_is_written_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = sample.document([])
    report.write(empty, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == report.render(empty)
    report.write(empty, "-")
    assert capsys.readouterr().out == report.render(empty)


FORMULAS = [
    r"\frac{1}{\sqrt{2 \pi}} + \sum_{k=1}^{\infty} \operatorname{He}_{2 k}\left(x\right)",
    r"\begin{cases} a & b \\ c & d \end{cases}",
    r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
    r"\mathbb{E}\left[\left\lVert x\right\rVert^{2}\right] \in \left[0, 1\right)",
    r"\lim_{n \to \infty} d \log d \pm \frac{3}{4 d}",
    r"\begin{gathered} v_0 := 6 b \\ v_1 := 2 a \end{gathered}",
    r"a < b",
]


@pytest.mark.parametrize("latex", FORMULAS)
@pytest.mark.parametrize("convert", [mathml.block, mathml.inline])
def test_formulas_become_mathml(latex: str, convert: Any) -> None:
    tree = ElementTree.fromstring(convert(latex))
    assert tree.tag == "math"
    assert tree.get("alttext") == latex
    assert tree.get("display") == ("block" if convert is mathml.block else "inline")


@pytest.mark.parametrize(
    "latex",
    [
        "",
        "}",
        r"\frac{1}{",
        r"\left( x",
        r"\unheard{x}",
        "a & b",
        r"a \\ b",
        r"\begin{unheard} a \end{unheard}",
        r"\def\a{\a\a}\a",
        r"\newcommand{\a}{b}\a",
        "{" * 2000,
    ],
)
def test_what_is_no_formula_is_shown_as_its_source(latex: str) -> None:
    assert mathml.block(latex) == f'<code class="latex">{latex.replace("&", "&amp;")}</code>'


@settings(deadline=None)
@given(st.text() | st.text("\\{}$&<>\"'^_ab1%#~ ", max_size=25))
@example(r"\text{<script>alert(1)</script>}")
@example(r"\href{javascript:alert(1)}{x}")
@example(r"\style{x:expression(1)}{a} \class{a}{b} \color{red\"}{x}")
@example("\x00")
def test_no_formula_escapes_its_markup(latex: str) -> None:
    page = Page(mathml.block(latex))
    assert {"script", "a", "img", "style"}.isdisjoint(page.tags)
    assert {"href", "class", "onclick"}.isdisjoint(name for name, value in page.attributes if value != "latex")
    assert all(style.startswith("text-align: ") for style in page.values("style"))


def test_spacing_is_as_in_tex() -> None:
    assert '<mi>log</mi><mspace width="0.167em"></mspace><mi>d</mi>' in mathml.inline(r"\log d")
    assert '<mi mathvariant="normal">E</mi>' in mathml.inline(r"\operatorname{E} x")
    assert "<mspace" not in mathml.inline(r"\operatorname{He}_{2}\left(x\right)")
    assert '<mo form="prefix">−</mo>' in mathml.inline(r"\left(-1\right)")
    assert '<mo form="infix">−</mo>' in mathml.inline("(a) - 1")
    assert '<mo form="infix">±</mo>' in mathml.inline(r"a \pm b")
    assert "<mo>∼</mo>" in mathml.inline(r"a \sim b")
    assert "<mo>′</mo>" in mathml.inline("f'")
    assert "<mo>≔</mo>" in mathml.inline("a := b")
    assert mathml.block(r"\begin{gathered} a \\ b \end{gathered}").count("<mtr>") == 2
    assert "<munder>" in mathml.block(r"\lim_{n} x")
    assert "<munder>" not in mathml.inline(r"\lim_{n} x")
    assert mathml.inline(r"\left(x\right)").count('stretchy="false"') == 2
    assert mathml.inline(r"\left(\frac{x}{2}\right)").count('stretchy="true"') == 2


def test_prose() -> None:
    assert mathml.prose("a <b>\n\nc\nd\n \n") == "<p>a &lt;b&gt;</p>\n<p>c d</p>"
    assert mathml.prose("") == ""
    assert list(mathml.segments(r"costs \$5 and $x$.")) == [("text", "costs $5 and "), ("math", "x"), ("text", ".")]
    assert list(mathml.segments("one $ only")) == [("text", "one $ only")]
    assert list(mathml.segments("``a $b$ <``")) == [("code", "a $b$ <")]
    assert mathml.line("``<``") == "<code>&lt;</code>"
    assert str(mathml.line("$x$")).startswith("<math")


@given(st.text("$a\\ ", max_size=12))
def test_segments_lose_nothing_but_the_signs(text: str) -> None:
    rebuilt = "".join(part for _, part in mathml.segments(text))
    assert rebuilt.replace("$", "").replace("\\", "").replace(" ", "") == (
        text.replace("$", "").replace("\\", "").replace(" ", "")
    )
