"""Sphinx extension: a ledger as pages of a documentation.

In ``conf.py``::

    extensions = ["lemmata.sphinx_ext"]
    lemmata_ledger = "ledger.json"            # relative to the source folder
    html_math_renderer = "lemmata-mathml"     # formulas as MathML: nothing is loaded from the network

When the build starts, one page for each claim is written to ``claims/<paper>/<slug>.rst``, with an index
for each paper and one for all (``claims/index``, to be named in a toctree); ``lemmata_pages`` is the
folder's name. Pages of claims that are gone are removed.

Directives: ``lemmata-claim`` (a claim's id), ``lemmata-claims``, ``lemmata-graph`` and ``lemmata-errata``
(a paper's key, or nothing for all papers).

A ledger that cannot be read is an error, and so is a claim that it does not have, on its line: ``sphinx-build -W``
fails.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.math import get_node_equation_number
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from lemmata import docnodes, graph, ledger, mathml, wording
from lemmata.errors import LemmataError

logger = logging.getLogger(__name__)

_STYLE = Path(__file__).parent / "templates" / "lemmata.css"
_MARK = ".. Generated from the ledger by lemmata.sphinx_ext; what is written here by hand will be lost."


class ClaimDirective(SphinxDirective):
    """``.. lemmata-claim:: damian2022/relu-hermite``: one claim, from statement to source."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        document, pages = self.opened()
        name = self.arguments[0]
        for claim in document["claims"]:
            if claim["id"] == name:
                return self.shown(claim, pages)
        raise self.error(f"no claim {name} in the ledger {self.config.lemmata_ledger}; 'lemmata list' names all claims")

    def shown(self, claim: Mapping[str, Any], pages: docnodes.Pages) -> list[nodes.Node]:
        return docnodes.claim_body(claim, pages)

    def opened(self) -> tuple[dict[str, Any], docnodes.Pages]:
        """The ledger, and the page of each of its claims."""
        path = _ledger_path(self.config, self.env)
        if path is None:
            raise self.error("no ledger: set lemmata_ledger in conf.py to the path of one")
        self.env.note_dependency(str(path))
        try:
            document = _opened(path)
        except LemmataError as error:
            raise self.error(str(error)) from error
        folder = self.config.lemmata_pages
        return document, {claim["id"]: f"{folder}/{claim['id']}" for claim in document["claims"]}


class _PaperDirective(ClaimDirective):
    """What takes a paper's key, or nothing for all papers."""

    required_arguments = 0
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        document, pages = self.opened()
        paper = self.arguments[0] if self.arguments else None
        claims = [claim for claim in document["claims"] if paper in (None, claim["paper"])]
        if paper is not None and not claims:
            raise self.error(f"no claims of {paper} in the ledger {self.config.lemmata_ledger}")
        return self.all_shown(claims, document, pages)

    def all_shown(
        self, claims: Sequence[Mapping[str, Any]], document: Mapping[str, Any], pages: docnodes.Pages
    ) -> list[nodes.Node]:
        raise NotImplementedError


class ClaimsDirective(_PaperDirective):
    """``.. lemmata-claims:: damian2022``: a table of claims."""

    def all_shown(
        self, claims: Sequence[Mapping[str, Any]], document: Mapping[str, Any], pages: docnodes.Pages
    ) -> list[nodes.Node]:
        return [docnodes.claims_table(claims, pages)]


class ErrataDirective(_PaperDirective):
    """``.. lemmata-errata:: damian2022``: printed and corrected formulas, and steps that do not follow."""

    def all_shown(
        self, claims: Sequence[Mapping[str, Any]], document: Mapping[str, Any], pages: docnodes.Pages
    ) -> list[nodes.Node]:
        body: list[nodes.Node] = []
        for claim in claims:
            if claim["corrected"] is not None or wording.objections(claim):
                title = nodes.paragraph(
                    "",
                    "",
                    nodes.strong("", "", docnodes.reference(claim["id"], pages, claim["title"])),
                    *docnodes.line(f" ({claim['locator']})"),
                )
                body.append(nodes.container("", title, *docnodes.erratum_body(claim), classes=["lemmata-erratum"]))
        return body or [nodes.paragraph("", "No errata and no gaps.")]


class GraphNode(nodes.General, nodes.Element):
    """The dependency graph, drawn when the page is written, for only then its links are known."""


class GraphDirective(_PaperDirective):
    """``.. lemmata-graph:: damian2022``: which claim rests on which."""

    def all_shown(
        self, claims: Sequence[Mapping[str, Any]], document: Mapping[str, Any], pages: docnodes.Pages
    ) -> list[nodes.Node]:
        inside = {claim["id"] for claim in claims}
        near = {other for claim in claims for other in (*claim["depends_on"], *claim["provenance"])} - inside
        # What other papers contribute is shown, but not what that rests on in its turn.
        ends = [{**claim, "depends_on": [], "provenance": []} for claim in document["claims"] if claim["id"] in near]
        node = GraphNode()
        node["document"] = {"claims": [*claims, *ends]}
        node["pages"] = dict(pages)
        return [node]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension with Sphinx."""
    app.add_config_value("lemmata_ledger", None, "env", types=(str, type(None)))
    app.add_config_value("lemmata_pages", "claims", "env", types=(str,))
    app.add_directive("lemmata-claim", ClaimDirective)
    app.add_directive("lemmata-claims", ClaimsDirective)
    app.add_directive("lemmata-errata", ErrataDirective)
    app.add_directive("lemmata-graph", GraphDirective)
    skip = (_skip, None)
    app.add_node(GraphNode, html=(_visit_graph, None), latex=skip, text=skip, man=skip, texinfo=skip)
    app.add_html_math_renderer("lemmata-mathml", (_visit_math, None), (_visit_math_block, None))
    app.connect("config-inited", _add_style)
    app.connect("builder-inited", _write_pages)
    app.add_css_file(_STYLE.name)
    return {"version": version("lemmata"), "parallel_read_safe": True, "parallel_write_safe": True}


def _add_style(app: Sphinx, config: Config) -> None:
    config.html_static_path.append(str(_STYLE))


def _ledger_path(config: Config, env: BuildEnvironment) -> Path | None:
    return None if config.lemmata_ledger is None else Path(env.srcdir, config.lemmata_ledger)


def _opened(path: Path) -> dict[str, Any]:
    return _read(path, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=1)
def _read(path: Path, modified: int) -> dict[str, Any]:
    """The ledger, read again only when the file has changed since."""
    document = ledger.read(path)
    graph.check(document)
    return document


def _write_pages(app: Sphinx) -> None:
    path = _ledger_path(app.config, app.env)
    if path is None:
        return
    try:
        pages = _pages(_opened(path))
    except LemmataError as error:
        # An exception would bury the line under a report for Sphinx's developers.
        logger.error("%s", error, type="lemmata", subtype="ledger")
        return
    folder = Path(app.srcdir, app.config.lemmata_pages)
    for name, text in pages.items():
        target = folder / name
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    for old in folder.rglob("*.rst"):
        if str(old.relative_to(folder)) not in pages and old.read_text(encoding="utf-8").startswith(_MARK):
            old.unlink()


def _pages(document: Mapping[str, Any]) -> dict[str, str]:
    """The text of every generated page, by its path within the folder."""
    papers: dict[str, list[str]] = {}
    pages: dict[str, str] = {}
    for claim in document["claims"]:
        paper, slug = claim["paper"], claim["slug"]
        if slug == "index":
            raise LemmataError(f"{claim['id']}: its page would be the paper's index; give the claim another name")
        papers.setdefault(paper, []).append(slug)
        pages[f"{paper}/{slug}.rst"] = _page(claim["title"], f".. lemmata-claim:: {claim['id']}")
    for paper, slugs in papers.items():
        record = document["provenance"]["papers"].get(paper)
        about = f"{_escaped(record['authors'])}. {_escaped(record['version'])}." if record else ""
        pages[f"{paper}/index.rst"] = _page(
            record["title"] if record else paper, about, f".. lemmata-claims:: {paper}", _toctree(slugs)
        )
    pages["index.rst"] = _page("Claims", ".. lemmata-claims::", _toctree([f"{paper}/index" for paper in papers]))
    return pages


def _page(title: str, *parts: str) -> str:
    heading = "".join(
        rf"\ :math:`{part}`\ " if kind == "math" else _escaped(part)
        for kind, part in mathml.segments(" ".join(title.split()))
    )
    # Wide letters count twice in the length that the underline must have.
    return "\n\n".join([_MARK, f"{heading}\n{'=' * (2 * len(heading))}", *filter(None, parts)]) + "\n"


def _toctree(names: Sequence[str]) -> str:
    return "\n".join([".. toctree::", "   :hidden:", "", *(f"   {name}" for name in names)])


def _escaped(text: str) -> str:
    """Text that reStructuredText takes as it stands."""
    return re.sub(r"([^\w\s])", r"\\\1", " ".join(text.split(" ")))


def _visit_graph(self: HTML5Translator, node: GraphNode) -> None:
    here = self.builder.current_docname
    pages: Mapping[str, str] = node["pages"]
    drawn = graph.to_svg(node["document"], link=lambda name: self.builder.get_relative_uri(here, pages[name]))
    self.body.append(f'<div class="lemmata-graph-frame">{drawn}</div>')
    raise nodes.SkipNode


def _skip(self: object, node: GraphNode) -> None:
    raise nodes.SkipNode


def _visit_math(self: HTML5Translator, node: nodes.math) -> None:
    _warn_of_source(node)
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(f"{mathml.inline(node.astext())}</span>")
    raise nodes.SkipNode


def _visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    _warn_of_source(node)
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(f"{mathml.block(node.astext())}</div>\n")
    raise nodes.SkipNode


def _warn_of_source(node: nodes.math | nodes.math_block) -> None:
    if not mathml.converts(node.astext()):
        text = " ".join(node.astext().split())
        logger.warning(
            "a formula that cannot be set, and is shown as its source: %s",
            text,
            location=node,
            type="lemmata",
            subtype="math",
        )
