"""The report: a ledger as one HTML page that loads nothing from anywhere.

Formulas are MathML and plots are inline SVG. The page has no script. Every text of the ledger is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
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
        css=Markup(files("lemmata").joinpath("templates/report.css").read_text(encoding="utf-8")),
        claims=claims,
        by_paper=by_paper,
        known={claim["id"] for claim in claims},
        papers=run["papers"],
        run=run,
        summary=document["summary"],
        outcome=_OUTCOMES[document["summary"]["exit_code"]],
        problems=[line for _, line in ledger.problems(claims, run["profile"])],
        killed=sum(claim["mutants"]["killed"] for claim in claims),
        mutants=sum(claim["mutants"]["total"] for claim in claims),
        graph=Markup(graph.to_svg(document)),
        errata=[claim for claim in claims if claim["corrected"] is not None or wording.objections(claim)],
    )


def write(document: Mapping[str, Any], path: str | Path) -> None:
    """Write the page of a valid ledger; ``-`` is the standard output.

    Raises LemmataError when the place cannot be written or the claims depend on each other in a circle.
    """
    write_text(render(document), path)


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
        "drawn": lambda figure: Markup(figures.to_svg(figure, ink="currentColor")),
    }
    environment.globals |= {"rule": wording.CELLS_RULE, "cell_heads": wording.CELL_HEADS}
    return environment
