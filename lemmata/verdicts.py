"""Outcomes of obligations, and the words in which a claim's verdict is said. None of them is typed by an author."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Result(StrEnum):
    """What became of one obligation."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


class Status(StrEnum):
    """What is known of a printed statement."""

    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"


class Grade(StrEnum):
    """How strongly something is known, strongest first."""

    SYMBOLIC = "symbolic"
    EXHAUSTIVE = "exhaustive"
    CERTIFIED = "certified"
    STATISTICAL = "statistical"
    SAMPLED = "sampled"
    STATED = "stated"

    @property
    def rank(self) -> int:
        """0 for the strongest."""
        return list(Grade).index(self)


def weakest(grades: Iterable[Grade]) -> Grade:
    """The weakest grade; ``stated`` when there is none."""
    return max(grades, key=lambda grade: grade.rank, default=Grade.STATED)


@dataclass(frozen=True)
class Outcome:
    """One discharged obligation.

    ``witness`` is a counterexample in words when it was refuted. ``measured`` holds the evidence of a measured one.
    """

    label: str
    obligation: str
    latex: str
    result: Result
    grade: Grade
    for_all: dict[str, str] = field(default_factory=dict)
    engines: tuple[str, ...] = ()
    witness: str = ""
    measured: dict[str, Any] | None = None
    universal: bool = False
    """Whether it was shown for an infinite set of cases by one argument."""

    def record(self) -> dict[str, Any]:
        """The outcome as the ledger shows it."""
        return {
            "label": self.label,
            "obligation": self.obligation,
            "latex": self.latex,
            "for_all": self.for_all,
            "outcome": self.result.value,
            "grade": self.grade.value,
            "engines": list(self.engines),
            "witness": self.witness,
            "measured": self.measured,
        }


@dataclass(frozen=True)
class Finding:
    """What a claim may carry besides its status. A listed one is declared by the claim's author, with a reason."""

    kind: str
    listed: bool
    summary: str
    witness: str = ""

    def record(self) -> dict[str, Any]:
        """The finding as the ledger shows it."""
        return {"kind": self.kind, "listed": self.listed, "summary": self.summary, "witness": self.witness}


FINDING_KINDS = ("erratum", "gap", "not reproduced", "slack", "vacuous", "open")
