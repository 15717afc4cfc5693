"""LaTeX to MathML, which browsers draw themselves: no scripts and no fonts from the network.

The text may come from someone else's ledger. The converter's tree is rebuilt from the elements and attributes
of a fixed list and serialised with everything escaped; what does not fit is shown as its LaTeX source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import unescape
from typing import Literal
from unicodedata import category
from xml.etree import ElementTree

from latex2mathml.converter import Converter
from markupsafe import Markup, escape

# fmt: off
_ELEMENTS = frozenset(
    {
        "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "msub",
        "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mpadded", "mphantom",
        "menclose",
    }
)
_ATTRIBUTES = frozenset(
    {
        "display", "displaystyle", "scriptlevel", "stretchy", "fence", "separator", "form", "minsize",
        "maxsize", "lspace", "rspace", "largeop", "movablelimits", "symmetric", "mathvariant", "width",
        "height", "depth", "linethickness", "accent", "accentunder", "notation",
    }
)
# fmt: on
_PLAIN = re.compile(r"[\w.%+-]+\Z", re.ASCII)
_ALIGNMENTS = frozenset({"left", "right", "center"})
# Macros could be made to expand without end.
_MACROS = re.compile(r"\\(?:re)?newcommand|\\def(?![a-zA-Z])")
_ROWS = frozenset({"math", "mrow", "mtd", "mstyle"})
_LIMITS = frozenset({"lim", "max", "min", "sup", "inf"})
_QUANTITIES = frozenset("∞∂∇∀∃")
_PRIMES = frozenset("′″‴⁗")
# What the converter does not know, by what it knows and sets the same way.
_SYNONYMS = {"{aligned}": "{align*}", "{gathered}": "{matrix}", ":=": r"\coloneqq "}
_SIGNS = frozenset("+−-±∓")
_CLOSING = frozenset(")]}|‖!⟩⌉⌋…⋯.")
_TIGHT = frozenset("/|‖")
_TALL = frozenset({"mfrac", "munder", "munderover", "mtable", "mroot", "msqrt"})
_STRAY = frozenset({"{", "}", "&", "$", "#"})
_ESCAPED = re.compile(r"\\([#%&_$])")
_INLINE = re.compile(r"``(?P<code>[^`]+)``|(?<!\\)\$(?P<math>[^$]+?)(?<!\\)\$", re.DOTALL)

Kind = Literal["text", "math", "code"]


class _ConversionError(Exception):
    pass


def block(latex: str) -> Markup:
    """A displayed formula, or its source when it cannot be converted."""
    return _formula(latex, "block")


def inline(latex: str) -> Markup:
    """A formula within a line, or its source when it cannot be converted."""
    return _formula(latex, "inline")


def converts(latex: str) -> bool:
    """Whether a formula can be set; else its source is shown in its place."""
    try:
        _convert(latex, "block")
    # On malformed input the converter raises whatever its walk runs into, index errors included.
    except Exception:
        return False
    return True


def segments(text: str) -> Iterator[tuple[Kind, str]]:
    r"""Split text at its formulas (``$latex$``) and its code (between double backquotes).

    Pairs of what a segment is, and its content without the signs. ``\$`` is a dollar sign, and so is one without a
    partner.
    """
    position = 0
    for match in _INLINE.finditer(text):
        if match.start() > position:
            yield "text", text[position : match.start()].replace(r"\$", "$")
        if match["code"] is None:
            yield "math", match["math"].strip()
        else:
            yield "code", match["code"]
        position = match.end()
    if position < len(text):
        yield "text", text[position:].replace(r"\$", "$")


def paragraphs(text: str) -> list[str]:
    """The paragraphs of plain text, which blank lines separate."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def line(text: str) -> Markup:
    """Plain text with formulas and code in it as HTML."""
    show: dict[Kind, Callable[[str], Markup]] = {
        "text": escape,
        "math": inline,
        "code": Markup("<code>{}</code>").format,
    }
    return Markup("").join(show[kind](part) for kind, part in segments(text))


def prose(text: str) -> Markup:
    """Plain text with formulas and code in it as HTML paragraphs."""
    return Markup("\n").join(Markup("<p>{}</p>").format(line(part)) for part in paragraphs(text))


def _formula(latex: str, display: str) -> Markup:
    try:
        return Markup(_convert(latex, display))
    except Exception:  # as in ``converts``
        return Markup('<code class="latex">{}</code>').format(latex)


@lru_cache(maxsize=16384)  # a page says much twice: a third of its formulas are different ones
def _convert(latex: str, display: str) -> str:
    if _MACROS.search(latex):
        raise _ConversionError
    source = latex
    for theirs, ours in _SYNONYMS.items():
        source = source.replace(theirs, ours)
    tree = _rebuilt(Converter(display=display).convert_to_element(source), display)
    # An environment that the converter does not know would run its lines together.
    table = tree.find(".//mtable")
    if (r"\\" in source or r"\begin" in source) and table is None:
        raise _ConversionError
    if table is not None and "{gathered}" in latex:
        table.set("displaystyle", "true")
    tree.set("display", display)
    tree.set("alttext", latex)
    return ElementTree.tostring(tree, encoding="unicode", short_empty_elements=False)


def _rebuilt(element: ElementTree.Element, display: str) -> ElementTree.Element:
    tag = element.tag
    if tag not in _ELEMENTS:
        raise _ConversionError
    written = element.text or ""
    text = unescape(written)
    # The tilde of a relation comes as the accent's.
    if tag == "mi" and text == "~":
        text = "∼"
    # What the converter does not know it passes on as an identifier; what stands behind a backslash it writes as an entity.
    if tag == "mi" and (written in _STRAY or text.startswith("\\")):
        raise _ConversionError
    if tag == "mtext":
        text = _ESCAPED.sub(r"\1", text)
    # A name such as He is an identifier, and so is infinity; operators are set with space on both sides.
    if tag == "mo" and (text.isalpha() or text == "∞"):
        tag = "mi"
    # Some relations and operations come as identifiers, which would be set without any space, and so do primes, which
    # math fonts raise as operators only.
    elif tag == "mi" and len(text) == 1 and (category(text) == "Sm" or text in _PRIMES):
        tag = "mi" if text in _QUANTITIES else "mo"
    copy = ElementTree.Element(tag, _attributes(element))
    copy.text = text
    # Identifiers of one letter are set in italics unless told otherwise; one that came as an operator is a name.
    if element.tag == "mo" and tag == "mi" and len(text) == 1:
        copy.set("mathvariant", "normal")
    if tag == "mo" and text in _TIGHT:
        copy.attrib |= {"lspace": "0", "rspace": "0"}
    children = [_rebuilt(child, display) for child in element]
    if tag == "msub" and display == "block" and children[0].text in _LIMITS:
        copy.tag = "munder"
    copy.extend(_spaced(children) if tag in _ROWS else children)
    if len(copy) and copy[0].get("fence") == "true" and not any(inner.tag in _TALL for inner in copy.iter()):
        # SymPy writes \left and \right always; around flat content their stretched glyphs only stand apart.
        for child in copy:
            if child.get("fence") == "true":
                child.set("stretchy", "false")
    return copy


def _spaced(row: list[ElementTree.Element]) -> Iterator[ElementTree.Element]:
    """The row as TeX sets it: a sign is no operation, and a function stands apart, as in ``d log d``."""
    before: ElementTree.Element | None = None
    for child in row:
        if child.tag == "mo" and child.text in _SIGNS:
            signed = before is None or (before.tag == "mo" and before.text not in _CLOSING)
            child.set("form", "prefix" if signed else "infix")
        elif before is not None and (
            (_is_named(before) and not _is_operator(child)) or (_is_named(child) and not _is_operator(before))
        ):
            yield ElementTree.Element("mspace", width="0.167em")
        yield child
        before = child


def _is_named(element: ElementTree.Element) -> bool:
    if element.tag in ("msub", "msup", "msubsup", "munder"):
        return _is_named(element[0])
    return element.tag == "mi" and len(element.text or "") > 1 and (element.text or "").isalpha()


def _is_operator(element: ElementTree.Element) -> bool:
    if element.tag == "mrow" and len(element):
        return _is_operator(element[0])
    return element.tag in ("mo", "mspace")


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    kept = {name: value for name, value in element.attrib.items() if name in _ATTRIBUTES and _PLAIN.match(value)}
    # MathML Core leaves the alignment of cells to CSS.
    if (alignment := element.get("columnalign")) in _ALIGNMENTS:
        kept["style"] = f"text-align: {alignment}"
    return kept
