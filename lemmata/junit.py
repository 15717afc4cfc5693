"""A ledger as JUnit XML, for whatever shows test results: a suite for each paper, a case for each claim.

The elements and attributes are those of the schema of Jenkins' xUnit plugin (``junit-10.xsd``), which knows no count of
skipped tests above the suites.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from lemmata import ledger, standings, wording

# What XML 1.0 cannot hold, not even as a reference (section 2.2).
_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_ENDS = re.compile(r"\r\n?")
_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z")


def render(document: Mapping[str, Any]) -> str:
    """The XML of a valid ledger.

    A claim fails where it keeps the exit code of its run from 0; what is undecided under the profile ``smoke`` is skipped.
    A listed finding passes, and is told in the case's output.
    """
    papers: dict[str, list[Mapping[str, Any]]] = {}
    for claim in document["claims"]:
        papers.setdefault(claim["paper"], []).append(claim)
    suites = [_suite(paper, claims, document["provenance"]) for paper, claims in papers.items()]
    root = ElementTree.Element("testsuites", {"name": "lemmata"})
    for total in ("tests", "failures", "errors"):
        root.set(total, str(sum(int(suite.attrib[total]) for suite in suites)))
    root.set("time", _seconds(document["claims"]))
    root.extend(suites)
    ElementTree.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(paper: str, claims: Sequence[Mapping[str, Any]], run: Mapping[str, Any]) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", {"name": paper})
    cases = [_case(claim, run["profile"]) for claim in claims]
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    suite.set("errors", "0")
    suite.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))
    suite.set("time", _seconds(claims))
    if time := _TIMESTAMP.fullmatch(run["created"]):
        suite.set("timestamp", time.group(1))
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in _properties(paper, run):
        ElementTree.SubElement(properties, "property", {"name": _text(name), "value": _text(value)})
    suite.extend(cases)
    return suite


def _properties(paper: str, run: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if paper in run["papers"]:
        about = run["papers"][paper]
        yield from (("paper", about["title"]), ("paper.version", about["version"]), ("paper.url", about["url"]))
    yield from (("profile", run["profile"]), ("root_seed", str(run["root_seed"])), ("lemmata", run["lemmata"]))
    for library, version in run["versions"].items():
        yield f"versions.{library}", version


def _case(claim: Mapping[str, Any], profile: str) -> ElementTree.Element:
    case = ElementTree.Element("testcase", {"classname": claim["paper"], "name": claim["slug"]})
    case.set("time", _seconds([claim]))
    if problems := [line for _, line in ledger.problems([claim], profile)]:
        failure = ElementTree.SubElement(
            case, "failure", {"message": _text("; ".join(problems)), "type": standings.standing(claim)}
        )
        failure.text = _text("\n".join(standings.explanation(claim, problems)))
    elif undecided := [line for _, line in ledger.problems([claim], standings.STRICT)]:
        ElementTree.SubElement(case, "skipped", {"message": _text("; ".join(undecided))})
    ElementTree.SubElement(case, "system-out").text = _text("\n".join(_output(claim)))
    return case


def _output(claim: Mapping[str, Any]) -> Iterator[str]:
    yield f"{claim['title']} ({claim['locator']}): {wording.verdict(claim)}"
    yield f"grade {standings.graded(claim)}; {wording.scope(claim)}; mutants: {standings.mutant_counts(claim)}"
    for finding in claim["findings"]:
        yield f"{wording.finding(finding)}: {finding['summary']}"
        if finding["witness"]:
            yield f"  {finding['witness']}"


def _seconds(claims: Sequence[Mapping[str, Any]]) -> str:
    return f"{sum(claim['seconds'] for claim in claims):.3f}"


def _text(text: str) -> str:
    return _FORBIDDEN.sub("", _LINE_ENDS.sub("\n", text))
