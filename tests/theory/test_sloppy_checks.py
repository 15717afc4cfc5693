"""The checks of damian2022 with their arguments for all k taken out: what is left shows cases, and must not pass for more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lemmata import Claim, Paper
from lemmata.judge import judge
from lemmata.obligations import Obligation
from theory.papers.damian2022.expansions import relu_hermite
from theory.papers.damian2022.gradient import equation_1

GENERAL = ("recurrence", "second order", "He_q", "generating function", "runs through")


def only_cases(claim: Claim) -> Claim:
    """The claim with every general argument that reads the statement left out."""
    assert claim.obligations is not None
    complete = claim.obligations

    def sloppy(stated: Any) -> Iterator[Obligation]:
        for obligation in complete(stated):
            if not any(word in getattr(obligation, "by", "") for word in GENERAL):
                yield obligation

    paper = Paper("sloppy", title="Sloppy", authors="Nobody", version="1")
    return paper.claim(claim.slug, locator="here", title=claim.title, stated=claim.upheld)(sloppy)


@pytest.mark.parametrize("claim", [relu_hermite, equation_1])
def test_a_list_of_cases_is_found_out(claim: Claim) -> None:
    record = judge(only_cases(claim), None)  # type: ignore[arg-type]
    assert record["status"] == "holds"
    assert record["grade"] == "sampled"
    assert record["mutants"]["late"]["held"]
