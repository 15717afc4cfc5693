"""A claim as docutils nodes: what the Sphinx extension puts on a page.

Formulas are math nodes, so that the page's own math renderer sets them; plots are inline SVG for HTML and
left out elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from docutils import nodes
from markupsafe import escape
from sphinx import addnodes

from lemmata import figures, mathml, wording

Claim = Mapping[str, Any]
Cells = list[list[nodes.Node]]
Pages = Mapping[str, str]
"""The document name of each claim's page, by the claim's id."""


def claim_body(claim: Claim, pages: Pages) -> list[nodes.Node]:
    """Everything about one claim: statement, verdict, findings, proof, plots, mutants, source code."""
    body: list[nodes.Node] = [
        nodes.paragraph(
            "",
            "",
            *line(f"{claim['locator']} · {claim['kind']} · {claim['source']} · "),
            nodes.literal("", claim["id"]),
            classes=["lemmata-where"],
        ),
        *prose(claim["prose"]),
    ]
    body += erratum_body(claim) if claim["corrected"] else [formula(claim["stated"]["latex"])]
    body.append(_verdict(claim, pages))
    for finding in claim["findings"]:
        if not claim["corrected"] or finding not in wording.objections(claim):
            body.append(_finding(finding))
    if claim["checks"]:
        body += [nodes.rubric("", "Proof"), _proof(claim)]
    body += [_figure(record) for record in claim["figures"]]
    if claim["mutants"]["each"]:
        body += _details(f"Mutants: {wording.mutant_counts(claim)}", _mutants(claim))
    if source := claim.get("source_code"):
        body += [nodes.rubric("", "The code that checks it"), *_source(source)]
    return [nodes.container("", *body, classes=["lemmata-claim"])]


def erratum_body(claim: Claim) -> list[nodes.Node]:
    """The printed formula and, where there is one, the corrected; each edit and its necessity; the counterexample."""
    corrected = claim["corrected"]
    errata = wording.objections(claim)
    body = [node for finding in errata for node in prose(finding["summary"])]
    shown = [("fails", "✗ printed", claim["stated"]["latex"])]
    if corrected:
        shown.append(("holds", "✓ corrected", corrected["latex"]))
    for mark, name, latex in shown:
        label = nodes.paragraph("", name, classes=["lemmata-name"])
        body.append(nodes.container("", label, formula(latex), classes=["lemmata-formula", mark]))
    rows: list[Cells] = [
        [
            line(edit["why"]),
            [_math(edit["old"])],
            [_math(edit["new"])],
            [_tag("✓ shown", "holds") if edit["necessary"] else _tag("? not shown", "undecided")],
            line(edit["witness"]),
        ]
        for edit in (corrected["edits"] if corrected else ())
    ]
    if rows:
        body.append(table(["Edit", "Printed", "Corrected", "Necessary", "Without it"], rows))
    body += [
        nodes.paragraph(
            "",
            "",
            nodes.Text("Counterexample to the printed form, at the simplest point found: "),
            *line(finding["witness"]),
        )
        for finding in errata
        if finding["witness"]
    ]
    return body


def claims_table(claims: Iterable[Claim], pages: Pages) -> nodes.table:
    """One row for each claim, with a link to its page."""
    heads = ["Claim", "Where", "Kind", "Status", "Grade", "Scope", "Mutants killed", "Findings"]
    rows: list[Cells] = [
        [
            [reference(claim["id"], pages, claim["title"])],
            line(claim["locator"]),
            line(claim["kind"]),
            [_status(claim["status"])],
            line(claim["grade"]),
            line(wording.scope(claim)),
            line(wording.mutants(claim)),
            line(", ".join(wording.findings(claim)) or "none"),
        ]
        for claim in claims
    ]
    return table(heads, rows)


def reference(name: str, pages: Pages, title: str | None = None) -> nodes.Node:
    """A link to a claim's page, or its name where the ledger does not have it."""
    words = [nodes.literal("", name)] if title is None else line(title)
    if name not in pages:
        return nodes.inline("", "", *words)
    return addnodes.pending_xref(
        "",
        nodes.inline("", "", *words),
        refdomain="std",
        reftype="doc",
        reftarget=f"/{pages[name]}",
        refexplicit=True,
        refwarn=True,
    )


def table(heads: Sequence[str], rows: Iterable[Cells]) -> nodes.table:
    """A table of inline contents."""

    def row(cells: Cells) -> nodes.row:
        return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))

    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in heads), cols=len(heads))
    group += nodes.thead("", row([[nodes.Text(head)] for head in heads]))
    group += nodes.tbody("", *(row(cells) for cells in rows))
    return nodes.table("", group, classes=["lemmata-table"])


def formula(latex: str) -> nodes.math_block:
    """A displayed formula without a number."""
    return nodes.math_block(latex, latex, label=None, number=None, **{"no-wrap": False})


def line(text: str) -> list[nodes.Node]:
    """Plain text with formulas and code in it."""
    show: dict[mathml.Kind, Callable[[str], nodes.Node]] = {
        "text": nodes.Text,
        "math": _math,
        "code": lambda part: nodes.literal("", part),
    }
    return [show[kind](part) for kind, part in mathml.segments(text)]


def prose(text: str) -> list[nodes.Node]:
    """Plain text with formulas and code in it; blank lines separate paragraphs."""
    return [nodes.paragraph("", "", *line(part)) for part in mathml.paragraphs(text)]


def _math(latex: str) -> nodes.math:
    return nodes.math(latex, latex)


def _tag(words: str, kind: str) -> nodes.inline:
    return nodes.inline("", words, classes=["lemmata-tag", kind])


def _status(word: str) -> nodes.inline:
    mark = {**wording.STATUS_MARKS, **wording.OUTCOME_MARKS}[word]
    return _tag(f"{mark} {word}", word)


def _verdict(claim: Claim, pages: Pages) -> nodes.container:
    status = claim["status"]
    given = f"; given {'; '.join(claim['given'])}" if claim["given"] else ""
    fields: list[tuple[str, list[nodes.Node]]] = [
        ("Verdict", [_tag(f"{wording.STATUS_MARKS[status]} {wording.verdict(claim)}", status)]),
        (
            "Grade",
            [nodes.strong("", claim["grade"]), *line(f", {wording.GRADES[claim['grade']]}{given}")],
        ),
        ("Scope", line(wording.scope(claim))),
        ("Mutants", line(wording.mutant_counts(claim))),
    ]
    if control := claim["control"]:
        outcome = "✓ refuted" if control["refuted"] else "✗ not refuted"
        witness = f": {control['witness']}" if control["witness"] else ""
        fields.append(("Negative control", line(f"{outcome} with {wording.parameters(control['change'])}{witness}")))
    if design := claim["design_check"]:
        missed = f"; missed: {'; '.join(design['missed'])}" if design["missed"] else ""
        words = f"{design['told_apart']} of {design['mutants']} mutants told apart before any data{missed}"
        fields.append(("Design check", line(words)))
    for name, ids in (("Rests on", claim["depends_on"]), ("Comes from", claim["provenance"])):
        if ids:
            fields.append((name, _joined([reference(one, pages) for one in ids])))
    records = [
        nodes.field("", nodes.field_name("", name), nodes.field_body("", nodes.paragraph("", "", *content)))
        for name, content in fields
    ]
    return nodes.container("", nodes.field_list("", *records), classes=["lemmata-verdict", status])


def _joined(links: Iterable[nodes.Node]) -> list[nodes.Node]:
    parts = [part for link in links for part in (nodes.Text(", "), link)]
    return parts[1:]


def _finding(finding: Mapping[str, Any]) -> nodes.container:
    unlisted = "" if finding["listed"] else " (unlisted)"
    words = [_tag(f"{finding['kind']}{unlisted}", "finding"), nodes.Text(" "), *line(finding["summary"])]
    if finding["witness"]:
        words += [nodes.Text(" Example: "), *line(finding["witness"])]
    return nodes.container("", nodes.paragraph("", "", *words), classes=["lemmata-finding"])


def _proof(claim: Claim) -> nodes.enumerated_list:
    items = [nodes.list_item("", *_step(step)) for step in wording.steps(claim["checks"])]
    return nodes.enumerated_list("", *items, enumtype="arabic", prefix="", suffix=".", classes=["lemmata-proof"])


def _step(step: Sequence[Mapping[str, Any]]) -> list[nodes.Node]:
    first = step[0]
    how = " · ".join([first["obligation"], first["grade"], ", ".join(first["engines"])]).rstrip(" ·")
    head: list[nodes.Node] = [nodes.strong("", "", *line(first["label"])), nodes.Text(" ")] if first["label"] else []
    domains = f" for all {wording.domains(first['for_all'])} " if first["for_all"] else " "
    head += [
        _status(wording.outcome(step)),
        nodes.Text(domains),
        nodes.inline("", how, classes=["lemmata-muted"]),
    ]
    body: list[nodes.Node] = [nodes.paragraph("", "", *head)]
    body.append(nodes.container("", *map(formula, wording.formulas(step)), classes=["lemmata-formulas"]))
    if first["measured"]:
        body += _cells(step)
    for check in step:
        if check["witness"]:
            refuted = "Refuted: " if check["outcome"] == "refuted" else ""
            body.append(nodes.paragraph("", "", nodes.Text(refuted), *line(check["witness"])))
    return body


def _cells(step: Sequence[Mapping[str, Any]]) -> list[nodes.Node]:
    names = wording.designs(step)
    heads = [*names, *wording.CELL_HEADS, "", "Outcome"]
    rows: list[Cells] = []
    for check in step:
        cell = check["measured"]
        rows.append(
            [
                *(line(wording.value(cell["design"][name])) if name in cell["design"] else line("–") for name in names),
                *(line(words) for words in wording.cell(cell)),
                [_raw(figures.strip(cell))],
                [_status(check["outcome"])],
            ]
        )
    measured = step[0]["measured"]
    note = nodes.paragraph(
        "",
        "",
        nodes.Text("Median of "),
        nodes.literal("", measured["statistic"]),
        nodes.Text(" over seeds of "),
        nodes.literal("", measured["experiment"]),
        nodes.Text(". " + wording.CELLS_RULE),
        classes=["lemmata-muted"],
    )
    return [table(heads, rows), note]


def _mutants(claim: Claim) -> nodes.table:
    rows: list[Cells] = [
        [
            line(each["change"]),
            [_math(each["latex"])],
            line(wording.FATES[each["fate"]]),
            line(each["witness"]),
        ]
        for each in claim["mutants"]["each"]
    ]
    return table(["Change", "Becomes", "Fate", "Witness"], rows)


def _figure(record: Mapping[str, Any]) -> nodes.Node:
    drawing = figures.to_svg(record, ink="currentColor")
    return _raw(f'<div class="lemmata-figure">{drawing}</div>')


def _source(source: Mapping[str, Any]) -> list[nodes.Node]:
    text = source["text"].rstrip("\n")
    language = "python" if source["file"].endswith(".py") else "text"
    block = nodes.literal_block(text, text, language=language, force=True, linenos=True)
    block["highlight_args"] = {"linenostart": source["line"]}
    place = nodes.paragraph(
        "",
        "",
        nodes.literal("", source["file"]),
        nodes.Text(f", line {source['line']}"),
        classes=["lemmata-muted"],
    )
    return [place, block]


def _details(summary: str, content: nodes.Node) -> list[nodes.Node]:
    opening = f'<details class="lemmata-details"><summary>{escape(summary)}</summary>'
    return [_raw(opening), content, _raw("</details>")]


def _raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")
