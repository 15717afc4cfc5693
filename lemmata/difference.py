"""Two ledgers compared: which verdicts changed, and what changed beneath them.

A verdict rests on its claim's formulas, on the modules that its check can import, on the versions of libraries, on the
verdicts of the claims that its proof depends on, and, for a measured claim, on the looks and the root seed. A ledger of
schema version 1 does not record the modules, and a table of verdicts records none of these: what cannot be known is said
to be unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from lemmata import ledger
from lemmata.errors import LemmataError
from lemmata.profiles import PROFILES

THOROUGH = frozenset(name for name, profile in PROFILES.items() if profile.thorough)
"""The profiles under which all that a claim rests on is judged."""

MUTANT_COUNTS = (
    "total",
    "killed",
    "implied",
    "ill_formed",
    "loose",
    "undecided",
    "survivors",
    "late",
    "late_unread",
    "late_held",
)
"""The counts of mutants in a verdict."""

Part = Literal["formula", "code", "versions", "dependencies", "profile", "thoroughness", "looks", "root seed"]
"""What a verdict can rest on."""


@dataclass(frozen=True)
class Verdicts:
    """The verdicts of a ledger, or of a table of verdicts.

    Parameters
    ----------
    claims : verdicts by claim, as ``ledger.verdict`` has them.
    profile : of the run.
    document : the ledger; None for a table.
    """

    claims: Mapping[str, Mapping[str, Any]]
    profile: str
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Reason:
    """Something that a verdict rests on and that is not what it was.

    Parameters
    ----------
    part : what changed.
    changed, appeared, gone : what of it, by name: formulas, modules, libraries with their versions, claims.
    """

    part: Part
    changed: tuple[str, ...] = ()
    appeared: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """A claim whose verdict is not what it was.

    Parameters
    ----------
    verdict : what changed of it, by name, ``(before, after)``: ``status``, ``upheld``, ``grade``, ``scope``, ``findings``,
        ``mutants.killed`` and so on.
    reasons : what changed beneath it. That this is the cause is likely, and not shown.
    unknown : what the verdict rests on besides, where the documents do not tell whether it changed.
    """

    claim: str
    verdict: Mapping[str, tuple[Any, Any]]
    reasons: tuple[Reason, ...]
    unknown: tuple[Part, ...]

    @property
    def unexplained(self) -> bool:
        """Whether all that the verdict rests on is known and the same: it should not have changed."""
        return not self.reasons and not self.unknown


@dataclass(frozen=True)
class Difference:
    """What differs between two ledgers: claims by id, in the order of the new ledger, gone ones last.

    Parameters
    ----------
    changed : claims whose verdict is not what it was.
    appeared, gone : claims that one of the two does not have, with their verdicts.
    restated : claims of the same verdict whose formula, stated or corrected, is not what it was.
    unchanged : number of claims of the same verdict, restated ones included.
    """

    changed: tuple[Change, ...]
    appeared: Mapping[str, Mapping[str, Any]]
    gone: Mapping[str, Mapping[str, Any]]
    restated: tuple[str, ...]
    unchanged: int

    def __bool__(self) -> bool:
        """Whether a verdict changed, appeared or went."""
        return bool(self.changed or self.appeared or self.gone)

    def record(self) -> dict[str, Any]:
        """The difference as plain values, for JSON."""
        return {
            "changed": [{**asdict(change), "unexplained": change.unexplained} for change in self.changed],
            "appeared": dict(self.appeared),
            "gone": dict(self.gone),
            "restated": list(self.restated),
            "unchanged": self.unchanged,
        }


def read(path: str | Path) -> Verdicts:
    """Read a ledger of any version, or a table of verdicts.

    Raises
    ------
    LemmataError : it is neither, or not valid; one line that names the file and the remedy.
    """
    loaded = ledger.load(path, "name a ledger or a table of verdicts")
    try:
        # The claims of a ledger are a list, those of a table go by their names.
        if isinstance(loaded, dict) and isinstance(loaded.get("claims"), dict):
            table = ledger.parse_table(loaded)
            return Verdicts(table["claims"], table["profile"])
        return of(ledger.parse(loaded))
    except LemmataError as error:
        raise LemmataError(f"{path}: {error}") from error


def of(document: Mapping[str, Any]) -> Verdicts:
    """The verdicts of a valid ledger."""
    claims = {claim["id"]: ledger.verdict(claim) for claim in document["claims"]}
    return Verdicts(claims, document["provenance"]["profile"], document)


def compare(old: Verdicts, new: Verdicts) -> Difference:
    """What changed from one to the other, and why as far as they say it.

    Examples
    --------
    >>> before, after = read("old.json"), read("new.json")  # doctest: +SKIP
    >>> [change.claim for change in compare(before, after).changed]  # doctest: +SKIP
    ['mypaper/lemma-4']
    """
    common = [name for name in new.claims if name in old.claims]
    verdicts = {name: _changed_parts(old.claims[name], new.claims[name]) for name in common}
    appeared = {name: verdict for name, verdict in new.claims.items() if name not in old.claims}
    gone = {name: verdict for name, verdict in old.claims.items() if name not in new.claims}
    # A proof uses of a claim what it upholds and how strongly.
    moved = {name for name in common if {"upheld", "grade"} & verdicts[name].keys()} | {*appeared, *gone}
    beneath = _beneath(old, new, moved)
    same = [name for name in common if not verdicts[name]]
    return Difference(
        changed=tuple(Change(name, verdicts[name], *beneath.of(name)) for name in common if verdicts[name]),
        appeared=appeared,
        gone=gone,
        restated=tuple(name for name in same if beneath.restated(name)),
        unchanged=len(same),
    )


def _changed_parts(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    before, after = _flat(old), _flat(new)
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def _flat(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """The verdict with the counts of its mutants one by one, in the order in which one reads them (a table is sorted)."""
    flat = {name: verdict[name] for name in ("status", "upheld", "grade", "scope", "findings")}
    return flat | {f"mutants.{name}": verdict["mutants"][name] for name in MUTANT_COUNTS}


def _beneath(old: Verdicts, new: Verdicts, moved: set[str]) -> _Ledgers | _Tables:
    if old.document is None or new.document is None:
        return _Tables(old.profile, new.profile)
    return _Ledgers(old.document, new.document, moved)


Beneath = tuple[tuple[Reason, ...], tuple[Part, ...]]
"""The reasons for a change, and what is not known."""


@dataclass(frozen=True)
class _Tables:
    """What lies beneath verdicts where one of the two is a table: of that, only the profile is known."""

    old: str
    new: str

    def restated(self, claim: str) -> bool:
        return False

    def of(self, claim: str) -> Beneath:
        unknown: tuple[Part, ...] = ("formula", "code", "versions", "dependencies", "looks", "root seed")
        return tuple(_step("profile", self.old, self.new)), (*unknown, *_unsaid(self.old, self.new))


class _Ledgers:
    """What lies beneath the verdicts of two ledgers."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any], moved: set[str]) -> None:
        self.old, self.new = old["provenance"], new["provenance"]
        self.old_claims, self.new_claims = ({claim["id"]: claim for claim in side["claims"]} for side in (old, new))
        self.moved = moved

    def restated(self, claim: str) -> bool:
        return _formulas(self.old_claims[claim]) != _formulas(self.new_claims[claim])

    def of(self, claim: str) -> Beneath:
        old, new = self.old_claims[claim], self.new_claims[claim]
        reasons = [*_entries("formula", _formulas(old), _formulas(new)), *self._dependencies(old, new)]
        if old["basis"] is not None and new["basis"] is not None:
            return (*reasons, *self._bases(old["basis"], new["basis"])), ()
        # Before schema version 2, only the run as a whole says what it rests on.
        reasons += _values("versions", self.old["versions"], self.new["versions"])
        reasons += _step("profile", self.old["profile"], self.new["profile"])
        if _measures(old) or _measures(new):
            reasons += _step("root seed", self.old["root_seed"], self.new["root_seed"])
        unknown: list[Part] = []
        if self.old["sources"] != self.new["sources"]:
            unknown.append("code")
        return tuple(reasons), (*unknown, *_unsaid(self.old["profile"], self.new["profile"]))

    def _dependencies(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Reason]:
        before, after = set(old["depends_on"]), set(new["depends_on"])
        moved = before & after & self.moved
        yield from _reason("dependencies", sorted(moved), sorted(after - before), sorted(before - after))

    def _bases(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Reason]:
        yield from _entries("code", self.old["closures"][old["closure"]], self.new["closures"][new["closure"]])
        yield from _values("versions", _versions(self.old, old), _versions(self.new, new))
        yield from _step("thoroughness", _thoroughness(old), _thoroughness(new))
        yield from _step("looks", _looks(old), _looks(new))
        yield from _step("root seed", old["root_seed"], new["root_seed"])


def _unsaid(*profiles: str) -> list[Part]:
    """A run that is not thorough shows what a thorough one has stored, and only a claim's basis tells."""
    return [] if THOROUGH.issuperset(profiles) else ["thoroughness"]


def _formulas(claim: Mapping[str, Any]) -> dict[str, str]:
    return {name: claim[name]["digest"] for name in ("stated", "corrected") if claim[name] is not None}


def _measures(claim: Mapping[str, Any]) -> bool:
    return any(check["measured"] is not None for check in claim["checks"])


def _versions(run: Mapping[str, Any], basis: Mapping[str, Any]) -> dict[str, str]:
    return {library: run["versions"][library] for library in basis["libraries"]}


def _thoroughness(basis: Mapping[str, Any]) -> str:
    return "mutants and control judged" if basis["thorough"] else "mutants and control not judged"


def _looks(basis: Mapping[str, Any]) -> str:
    return "none" if basis["looks"] is None else ", ".join(map(str, basis["looks"]))


def _reason(part: Part, changed: Iterable[str], appeared: Iterable[str], gone: Iterable[str]) -> list[Reason]:
    """The reason, if there is any."""
    reason = Reason(part, tuple(changed), tuple(appeared), tuple(gone))
    return [reason] if reason != Reason(part) else []


def _entries(part: Part, old: Mapping[str, str], new: Mapping[str, str]) -> list[Reason]:
    """The entries that differ, by their names."""
    changed = (name for name in new if name in old and old[name] != new[name])
    return _reason(part, changed, (name for name in new if name not in old), (name for name in old if name not in new))


def _values(part: Part, old: Mapping[str, str], new: Mapping[str, str]) -> list[Reason]:
    """The entries that differ, with their values."""
    return _reason(
        part,
        (f"{name} {old[name]} → {new[name]}" for name in new if name in old and old[name] != new[name]),
        (f"{name} {new[name]}" for name in new if name not in old),
        (f"{name} {old[name]}" for name in old if name not in new),
    )


def _step(part: Part, old: object, new: object) -> list[Reason]:
    """One value that was another."""
    return _reason(part, [f"{old} → {new}"] if old != new else [], (), ())
