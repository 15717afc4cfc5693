"""Where claims stand: the counts of all views, and why a claim does not pass."""

from __future__ import annotations

from typing import Any

import pytest
import sample_ledger as sample
from hypothesis import given
from hypothesis import strategies as st

from lemmata import ledger, wording
from lemmata.standings import explanation, graded, headline, mutant_counts, mutants, standing, standings

STATUSES = st.sampled_from(["holds", "fails", "undecided"])
KINDS = st.sampled_from(["erratum", "gap", "not reproduced", "slack", "vacuous", "open"])


def finding(kind: str, listed: bool = True) -> dict[str, Any]:
    return {"kind": kind, "listed": listed, "summary": "reason", "witness": "n = 1"}


def undecided(slug: str, **changes: Any) -> dict[str, Any]:
    return sample.claim(slug, status="undecided", upheld="undecided", grade="stated", **changes)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (sample.claim("a"), "holds"),
        (sample.claim("a", findings=[finding("slack")]), "holds"),
        (sample.equation_1(), "listed"),
        ({**sample.equation_1(), "upheld": "undecided"}, "undecided"),
        ({**sample.equation_1(), "upheld": "fails"}, "problem"),
        (undecided("a", findings=[finding("open")]), "listed"),
        (undecided("a"), "undecided"),
        (sample.claim("a", status="fails", upheld="fails"), "problem"),
        (sample.claim("a", findings=[finding("slack", listed=False)]), "problem"),
        (sample.claim("a", mutants=sample.mutants(3, 2, survivors=["1 → 2"])), "problem"),
        (sample.claim("a", control={"change": {}, "refuted": False, "witness": ""}), "problem"),
        (undecided("a", findings=[finding("gap", listed=False)]), "problem"),
    ],
)
def test_standings_by_name(claim: dict[str, Any], expected: str) -> None:
    assert standing(claim) == expected


@given(st.lists(st.tuples(STATUSES, st.lists(st.builds(finding, KINDS, st.booleans()), max_size=2)), max_size=5))
def test_standings_agree_with_the_exit_code(drawn: list[tuple[str, list[dict[str, Any]]]]) -> None:
    claims = [
        sample.claim(f"c{index}", status=status, upheld=status, findings=findings)
        for index, (status, findings) in enumerate(drawn)
    ]
    counts = standings(claims)
    assert counts.total() == len(claims)
    expected = 1 if counts["problem"] else 3 if counts["undecided"] else 0
    assert ledger.summarise(claims, "ci")["exit_code"] == expected


def test_the_headline_names_what_there_is() -> None:
    assert headline([]) == "no claims"
    assert headline([sample.claim("a")]) == "1 of 1 claim holds"
    listed, bad = sample.equation_1(), sample.claim("c", status="fails", upheld="fails")
    assert headline([sample.claim("a"), listed]) == "1 of 2 claims holds, 1 is a listed finding"
    assert headline([undecided("a"), undecided("b"), listed, bad, bad]) == (
        "0 of 5 claims hold, 1 is a listed finding, 2 are undecided, 2 need attention"
    )


def test_an_explanation_names_every_witness() -> None:
    refuted = sample.check("step", "x = y", outcome="refuted", witness="x = 1: 1 against 2")
    claim = sample.claim(
        "a",
        status="fails",
        upheld="fails",
        checks=[sample.check("first", "x = x"), refuted],
        findings=[finding("gap", listed=False)],
        mutants=sample.mutants(
            3, 2, survivors=["1 → 2"], late={"total": 1, "unread": 0, "held": ["k ≥ 1000"], "each": []}
        ),
        control={"change": {"law": "uniform"}, "refuted": False, "witness": "median 0.8"},
        given=["a citation"],
    )
    assert explanation(claim, ["a problem"]) == [
        "A statement (Sec. 5.1): fails",
        "a problem",
        "  refuted: step: x = 1: 1 against 2",
        "  gap (unlisted): reason: n = 1",
        "  accepted although changed: 1 → 2",
        "  accepted although changed: k ≥ 1000",
        "  control: law = uniform: median 0.8",
        "  given: a citation",
    ]


def test_a_grade_says_on_how_many_steps_it_rests() -> None:
    assert graded(sample.claim("a")) == "symbolic"
    assert graded(sample.equation_1()) == "symbolic, given 1 step"


def test_mutants_that_were_not_judged_are_not_counted_as_none() -> None:
    none = sample.mutants(0, 0)
    assert mutants(sample.claim("a")) == "30/30"
    assert mutants(sample.claim("a", mutants=none)) == "0/0"
    left_out = sample.claim("a", mutants=none, basis=sample.basis(thorough=False))
    assert (mutants(left_out), mutant_counts(left_out)) == ("not judged", "not judged")
    assert mutants(sample.claim("a", basis=None)) == "30/30"
    assert mutant_counts(sample.claim("a")) == wording.mutant_counts(sample.claim("a"))
