"""The views of a ledger that ``lemmata report`` writes, by the name of their format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Format = Literal["html", "junit", "summary", "badge"]

PLACES: Mapping[Format, str] = {
    "html": "lemmata-report.html",
    "junit": "lemmata-junit.xml",
    "summary": "-",
    "badge": "lemmata-badge.json",
}
"""Where each goes unless told otherwise. A summary is appended to what others write: it goes to the standard output."""


def render(document: Mapping[str, Any], form: Format) -> str:
    """A valid ledger in the format: one self-contained page of HTML, JUnit XML, a page of GitHub's Markdown, or the JSON of
    a badge.

    Raises
    ------
    LemmataError : the claims depend on each other in a circle (``html`` only).

    Examples
    --------
    >>> from lemmata import ledger
    >>> document = ledger.read("lemmata-ledger.json")  # doctest: +SKIP
    >>> text = render(document, "summary")  # doctest: +SKIP
    """
    # Each is imported where it is asked for: that of HTML alone takes as long as all else.
    if form == "html":
        from lemmata import report

        return report.render(document)
    if form == "junit":
        from lemmata import junit

        return junit.render(document)
    if form == "summary":
        from lemmata import summary

        return summary.render(document)
    from lemmata import badge

    return badge.render(document)
