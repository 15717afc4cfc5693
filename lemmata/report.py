"""HTML that loads nothing from anywhere: a ledger as one page, a claim or a paper as an element for any page.

Formulas are MathML and plots are inline SVG. There is no script. Every text of a record is escaped.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lemmata import figures, graph, ledger, mathml, wording
from lemmata.output import write_text

_OUTCOMES = {
    0: "Every claim holds, or is a listed finding.",
    1: "Something needs attention: a failure or a finding is not listed, or a check is defective.",
    3: "Something is undecided.",
}


def render(document: Mapping[str, Any]) -> str:
    """The page of a valid ledger.

    Raises LemmataError when the claims depend on each other in a circle.
    """
    claims = document["claims"]
    by_paper: dict[str, list[Mapping[str, Any]]] = {}
    for claim in claims:
        by_paper.setdefault(claim["paper"], []).append(claim)
    run = document["provenance"]
    template = _environment().get_template("report.html")
    return template.render(
        css=_style("claim.css") + _style("report.css"),
        claims=claims,
        by_paper=by_paper,
        known={claim["id"] for claim in claims},
        papers=run["papers"],
        run=run,
        summary=document["summary"],
        outcome=_OUTCOMES[document["summary"]["exit_code"]],
        problems=[line for _, line in ledger.problems(claims, run["profile"])],
        killed=sum(claim["mutants"]["killed"] for claim in claims),
        mutants=sum(map(wording.counted, claims)),
        graph=Markup(graph.to_svg(document)),
        errata=[claim for claim in claims if claim["corrected"] is not None or wording.objections(claim)],
    )


def write(document: Mapping[str, Any], path: str | Path) -> None:
    """Write the page of a valid ledger; ``-`` is the standard output.

    Raises LemmataError when the place cannot be written or the claims depend on each other in a circle.
    """
    write_text(render(document), path)


def claim(record: Mapping[str, Any], problems: Sequence[str] = (), note: str = "") -> str:
    """One claim as an element to stand in any page, also several times: it brings its style, which changes nothing else.

    It follows the page's theme, light or dark, in JupyterLab, in VS Code and where ``data-theme`` says it; else the system's.

    Parameters
    ----------
    record : the claim's record in a ledger. Of one without ``status``, which nobody has judged, the statement is shown.
    problems : lines that are shown with the verdict, as ``lemmata.ledger.problems`` has them.
    note : a line on how the verdict was found, or how to find one; formulas and code in it are set.

    Examples
    --------
    Every claim of a ledger, one below the other::

        document = ledger.read("lemmata-ledger.json")
        Path("claims.html").write_text("".join(report.claim(record) for record in document["claims"]))
    """
    return (
        _environment()
        .get_template("claim.html")
        .render(claim=record, problems=problems, note=note, css=_style("claim.css"), prefix=f"c{next(_SHOWN)}-")
    )


def paper(
    about: Mapping[str, str], records: Iterable[Mapping[str, Any]], problems: Sequence[str] = (), note: str = ""
) -> str:
    """A paper's claims as a table to stand in any page, with their verdicts where the records have one.

    Parameters
    ----------
    about : the paper's ``id``, ``title``, ``authors``, ``version`` and ``url``.
    records : its claims' records, as for ``claim``.
    problems, note : as for ``claim``.
    """
    return (
        _environment()
        .get_template("paper.html")
        .render(paper=about, claims=list(records), problems=problems, note=note, css=_style("claim.css"))
    )


_SETTLED = ("killed", "implied", "ill_formed")
"""Fates of mutants that say nothing against a check."""

_SHOWN = itertools.count(1)
"""Numbers of the elements made: a plot's ids begin with it, for one plot may stand in a page twice."""


@cache
def _style(name: str) -> Markup:
    return Markup(files("lemmata").joinpath("templates", name).read_text(encoding="utf-8"))


def _drawn(figure: Mapping[str, Any], prefix: str) -> Markup:
    svg = figures.to_svg(figure, ink="currentColor")
    return Markup(re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}", svg))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("lemmata"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    marks = {**wording.STATUS_MARKS, **wording.OUTCOME_MARKS}
    environment.filters |= {
        "block": mathml.block,
        "math": mathml.inline,
        "inline": mathml.line,
        "prose": mathml.prose,
        "mark": marks.__getitem__,
        "meaning": wording.GRADES.__getitem__,
        "objections": wording.objections,
        "fate": wording.FATES.__getitem__,
        "number": wording.number,
        "interval": wording.interval,
        "value": wording.value,
        "parameters": wording.parameters,
        "domains": wording.domains,
        "scope": wording.scope,
        "verdict": wording.verdict,
        "findings": wording.findings,
        "mutants": wording.mutants,
        "mutant_counts": wording.mutant_counts,
        "cell": wording.cell,
        "formulas": wording.formulas,
        "steps": wording.steps,
        "outcome": wording.outcome,
        "designs": wording.designs,
        "strip": lambda cell: Markup(figures.strip(cell)),
        "drawn": _drawn,
        "counted": wording.count,
    }
    environment.globals |= {"rule": wording.CELLS_RULE, "cell_heads": wording.CELL_HEADS, "settled": _SETTLED}
    return environment
