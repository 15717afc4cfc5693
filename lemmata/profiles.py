"""Profiles: how far a run goes along the one schedule of looks."""

from __future__ import annotations

from dataclasses import dataclass

from lemmata.errors import LemmataError

SCHEDULE = (24, 48, 96, 192, 384)
"""Cumulative seeds at which every measured claim is looked at; error rates are split over all of these in every profile."""

JUDGING_ROOT = 1
"""The root seed on which the suite's claims are judged; root 0 is for pilots."""


@dataclass(frozen=True)
class Profile:
    """A name, and how many looks of the schedule are taken.

    ``strict`` profiles count an undecided claim as a failure. ``thorough`` ones judge mutants and negative controls, and
    take looks at slow claims; the others find these in the store or leave them out.
    """

    name: str
    looks: tuple[int, ...]
    strict: bool
    thorough: bool


PROFILES = {
    "smoke": Profile("smoke", SCHEDULE[:1], strict=False, thorough=False),
    "ci": Profile("ci", SCHEDULE[:3], strict=True, thorough=True),
    "paper": Profile("paper", SCHEDULE, strict=True, thorough=True),
}


def profile(name: str) -> Profile:
    """The profile of that name.

    Raises
    ------
    LemmataError : there is none.
    """
    if name not in PROFILES:
        raise LemmataError(f"unknown profile '{name}': use {', '.join(PROFILES)}")
    return PROFILES[name]
