"""Pieces of GitHub's Markdown from text that nobody has looked at.

Whatever the text is, a reader sees it as it stands: it starts no heading, table cell, link, formula, mention or tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_BLANKS = re.compile(r"\s+")
# Signs that are not printed: they could turn the direction of what follows, or end it.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
# What Markdown could take for structure, bare links included. A character reference is never structure (CommonMark 0.31,
# section 2.5).
_STRUCTURE = r"[&<>\"\\`*_\[\]{}|~!]|:(?=//)|(?<=www)\."
# Formulas, mentions and issues are looked for in the finished text; a tag around their sign keeps it apart.
_SIGNS = r"[$@#]"
_SPECIAL = re.compile(f"(?P<structure>{_STRUCTURE})|(?P<sign>{_SIGNS})", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z0-9_./:-]+")


def escape(text: str, limit: int = 1000) -> str:
    """The text on one line, blanks collapsed, cut with an ellipsis where it is longer than ``limit`` characters.

    It is meant to stand within a line, after a word of the caller's own: a list's dash at the very start of a line is not
    escaped.

    Examples
    --------
    >>> escape("a | b\\n<i>")
    'a &#124; b &#60;i&#62;'
    >>> escape("$x$")
    '<span>$</span>x<span>$</span>'
    """
    line = _CONTROLS.sub("", _BLANKS.sub(" ", text)).strip()
    if len(line) > limit:
        line = line[: limit - 1] + "…"
    return _SPECIAL.sub(_harmless, line)


def _harmless(match: re.Match[str]) -> str:
    found = match.group()
    return f"<span>{found}</span>" if match.lastgroup == "sign" else f"&#{ord(found)};"


def code(name: str) -> str:
    """A claim's id or a module's name as code; escaped text where it is made of other characters than such names are."""
    return f"`{name}`" if _CODE.fullmatch(name) else escape(name)


def row(cells: Iterable[str]) -> str:
    """A line of a table, from cells that are escaped."""
    return f"| {' | '.join(cells)} |"


def table_head(names: Sequence[str]) -> list[str]:
    """The two lines that a table starts with."""
    return [row(names), row(["---"] * len(names))]


@dataclass(frozen=True)
class Section:
    """A part of a page: lines that introduce it, lines of which some may be left out, lines that close it."""

    head: Sequence[str]
    body: Sequence[str]
    foot: Sequence[str] = ()


def page(head: Sequence[str], sections: Iterable[Section], limit: int, whereabouts: str) -> str:
    """The sections that have a body, under the page's head, in at most ``limit`` bytes of UTF-8.

    Earlier sections come first: what does not fit is left out from the first body that is too long on, and counted in a
    line that says ``whereabouts`` all of them are. The heads and feet must fit.
    """
    shown = [section for section in sections if section.body]
    frame = [
        *head,
        *(line for section in shown for line in (*section.head, _more(10**9, whereabouts), *section.foot, "")),
    ]
    left = limit - _size(frame)
    lines = list(head)
    for section in shown:
        body = list(_fitting(section.body, left))
        left -= _size(body)
        missing = len(section.body) - len(body)
        lines += [*section.head, *body, *(["", _more(missing, whereabouts)] if missing else []), *section.foot, ""]
    return "\n".join(lines)


def _fitting(lines: Iterable[str], left: int) -> Iterator[str]:
    for line in lines:
        left -= _size([line])
        if left < 0:
            return
        yield line


def _more(missing: int, whereabouts: str) -> str:
    return f"… and {missing} more lines; {whereabouts}."


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
