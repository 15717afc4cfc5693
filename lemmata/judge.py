"""Judging one claim: its statement, its correction, its mutants and its control, into one record of the ledger."""

from __future__ import annotations

import inspect
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lemmata import wording
from lemmata.claims import Claim
from lemmata.discharge import counterexample, discharge, step_outcomes
from lemmata.domains import is_infinite
from lemmata.equivalence import makes_no_difference
from lemmata.errors import LemmataError
from lemmata.loading import described
from lemmata.measurements import Laboratory, region
from lemmata.mutation import Mutant, late_mutants, mutants
from lemmata.obligations import Exact, Given, IllFormed, Measured, Obligation, OutOfReach
from lemmata.statements import Edit, Statement, Tight, Upper, latex
from lemmata.verdicts import Finding, Grade, Outcome, Result, Status, weakest

GENEROUS = 100
"""By how much the witness of an existential constant is made more generous before a printed bound counts as refuted."""


@dataclass(frozen=True)
class Examination:
    """What a check found of one statement."""

    outcomes: list[Outcome]
    given: list[str]

    @property
    def status(self) -> Status:
        """Fails if an obligation is refuted, holds if all are proved and there is one."""
        results = {outcome.result for outcome in self.outcomes}
        if Result.REFUTED in results:
            return Status.FAILS
        return Status.HOLDS if results == {Result.PROVED} else Status.UNDECIDED

    @property
    def witness(self) -> str:
        """The first counterexample, with the name of its obligation."""
        for outcome in self.outcomes:
            if outcome.result is Result.REFUTED:
                return _named(outcome.label, outcome.witness)
        return ""

    def grade(self, statement: Statement) -> Grade:
        """The weakest obligation's grade; ``sampled`` if cases stand for an infinite domain."""
        proved = [outcome for outcome in self.outcomes if outcome.result is Result.PROVED]
        grade = weakest(outcome.grade for outcome in proved)
        infinite = any(is_infinite(domain) for domain in statement.domain_map().values())
        exact = all(outcome.measured is None for outcome in proved)
        if infinite and exact and not any(outcome.universal for outcome in proved):
            return weakest([grade, Grade.SAMPLED])
        return grade


def _named(label: str, witness: str) -> str:
    return f"{label}: {witness}" if label else witness


def judge(claim: Claim, laboratory: Laboratory, thorough: bool = True) -> dict[str, Any]:
    """The claim's record for the ledger, before dependencies are taken into account.

    Exact obligations need no laboratory; measured ones are settled in it. A judgement that is not thorough leaves out
    the mutants and the negative control, and of slow claims all but a taste.
    """
    start = time.perf_counter()
    if claim.obligations is None:
        return _unchecked(claim)
    printed = examine(claim, claim.stated, laboratory, thorough)
    if printed.status is Status.FAILS and isinstance(claim.stated, Upper) and claim.stated.existential:
        # That there is a constant is refuted when no witness near the declared one does: a much larger one is tried.
        printed = examine(claim, claim.stated.with_witnesses_scaled(GENEROUS), laboratory, thorough)
    corrected = examine(claim, claim.upheld, laboratory, thorough) if claim.correction else printed
    edits = [_judge_edit(claim, edit, laboratory) for edit in claim.correction]
    measured = _is_measured(corrected)
    design_check = _design_check(claim) if measured and thorough else None
    # Where the original itself is refuted, the refutation of a mutant says nothing about the change.
    sound = thorough and corrected.status is not Status.FAILS
    # A measured claim cannot be tried outside of its hypotheses: there are no data.
    wanted = [m for m in mutants(claim.upheld) if not (measured and m.drops_hypothesis)] if sound else []
    fates = [_judge_mutant(claim, m, laboratory) for m in wanted]
    late = [_late(claim, m, laboratory) for m in late_mutants(claim.upheld)] if sound and not measured else []
    control = _judge_control(claim, laboratory) if thorough else None
    findings = list(_findings(claim, printed, corrected, edits, fates if thorough else None))
    shown = corrected if claim.correction else printed
    return {
        **_header(claim),
        "corrected": _correction(claim, edits),
        "status": printed.status.value,
        "upheld": corrected.status.value,
        "grade": _grade(claim, shown, late).value,
        "given": shown.given,
        "scope": _scope(claim, shown),
        "findings": [finding.record() for finding in findings],
        "checks": [outcome.record() for outcome in shown.outcomes],
        "mutants": _count(fates, late),
        "control": control,
        "design_check": design_check,
        "figures": _figures(claim, shown, laboratory) if thorough or not claim.slow else [],
        "seconds": round(time.perf_counter() - start, 3),
    }


def _grade(claim: Claim, examination: Examination, late: Sequence[Fate]) -> Grade:
    if examination.status is not Status.HOLDS:
        return Grade.STATED
    # A check that lets a statement pass which is wrong on a part of its domain has shown cases; one that can read none
    # of these statements has not shown more.
    held = any(fate.fate in ("holds", "survivor") for fate in late)
    unread = bool(late) and all(fate.fate == "ill_formed" for fate in late)
    return weakest([examination.grade(claim.upheld), *([Grade.SAMPLED] if held or unread else [])])


def examine(claim: Claim, statement: Statement, laboratory: Laboratory, thorough: bool = True) -> Examination:
    """Discharge every obligation of a statement.

    Raises
    ------
    LemmataError : the check cannot read the statement, or demands nothing of it.
    """
    obligations = claim.demands(statement)
    if not obligations:
        raise LemmataError(f"{claim.id}: its check yields no obligation, so that nothing is checked; yield one")
    measured = [o for o in obligations if isinstance(o, Measured)]
    try:
        settled = iter(_settled(claim, measured, laboratory, thorough) if measured else [])
    except IllFormed as error:
        raise LemmataError(f"{claim.id}: {error}") from error
    outcomes = []
    for obligation in obligations:
        if isinstance(obligation, Exact):
            outcomes.append(discharge(obligation))
            outcomes += step_outcomes(obligation)
        elif isinstance(obligation, Measured):
            outcomes.append(next(settled))
    steps = [step for o in obligations if isinstance(o, Exact) for step in o.steps]
    return Examination(outcomes, [o.citation for o in [*obligations, *steps] if isinstance(o, Given)])


def _settled(claim: Claim, measured: Sequence[Measured], laboratory: Laboratory, thorough: bool) -> Sequence[Outcome]:
    if not laboratory.looks:
        raise LemmataError(f"{claim.id}: measures, though its module names no Samples; import them there")
    settle = laboratory.taste if claim.slow and not thorough else laboratory.settle
    return settle(measured, claim.id)


def _obligations(claim: Claim, statement: Statement) -> Iterator[Obligation]:
    assert claim.obligations is not None
    return claim.obligations(statement)


def _is_measured(examination: Examination) -> bool:
    return any(outcome.measured is not None for outcome in examination.outcomes)


# Corrections.


def _judge_edit(claim: Claim, edit: Edit, laboratory: Laboratory) -> dict[str, Any]:
    """Leave one edit out of the correction: the rest must not be enough."""
    fate, witness = _ending(claim, claim.without(edit), laboratory)
    return {
        "why": edit.why,
        "old": latex(edit.old),
        "new": latex(edit.new),
        "necessary": fate == "killed",
        "witness": witness,
    }


def _correction(claim: Claim, edits: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not claim.correction:
        return None
    return {"latex": claim.upheld.latex(), "digest": claim.upheld.digest(), "edits": edits}


# Mutants.


@dataclass(frozen=True)
class Fate:
    """What became of a mutant."""

    mutant: Mutant
    fate: str
    witness: str = ""

    def record(self) -> dict[str, str]:
        return {
            "change": self.mutant.change,
            "latex": self.mutant.statement.latex(),
            "fate": self.fate,
            "witness": self.witness,
        }


def _judge_mutant(claim: Claim, mutant: Mutant, laboratory: Laboratory) -> Fate:
    fate, witness = _ending(claim, mutant.statement, laboratory)
    if fate != "holds":
        return Fate(mutant, fate, witness)
    if makes_no_difference(claim.upheld, mutant):
        return Fate(mutant, "implied", "equal to the original, by the algebra engines alone")
    if mutant.drops_hypothesis and _same_demands(claim, mutant.statement):
        return Fate(mutant, "survivor", "the check asks the same without the hypothesis")
    if mutant.stronger:
        return Fate(mutant, "loose", "holds although it claims more")
    return Fate(mutant, "survivor", "the check takes it for true")


def _same_demands(claim: Claim, statement: Statement) -> bool:
    return list(_obligations(claim, statement)) == list(_obligations(claim, claim.upheld))


def _ending(claim: Claim, statement: Statement, laboratory: Laboratory) -> tuple[str, str]:
    """How a mutated statement ends: killed, ill_formed, undecided, holds, or survivor if the check crashes."""
    try:
        obligations = []
        # Refute first, obligation by obligation: most mutants end before anything is proved.
        for obligation in _obligations(claim, statement):
            obligations.append(obligation)
            if isinstance(obligation, Exact):
                search = counterexample(obligation)
                if search.witness:
                    return "killed", _named(obligation.by, search.witness)
                if search.ill_formed:
                    return "ill_formed", _named(obligation.by, search.ill_formed)
        measured = [o for o in obligations if isinstance(o, Measured)]
        results = laboratory.judge_again(measured) if measured else []
        for obligation, result in zip(measured, results, strict=True):
            if result is Result.REFUTED:
                design = wording.parameters(obligation.samples.design)
                return (
                    "killed",
                    f"{obligation.samples.name} at {design}: the measured median is outside the mutant's region",
                )
        for obligation in obligations:
            if isinstance(obligation, Exact) and discharge(obligation).result is not Result.PROVED:
                return "undecided", "neither refuted nor proved"
        results += [Result.PROVED for o in obligations if isinstance(o, Exact)]
    except OutOfReach as error:
        return "undecided", str(error)
    except IllFormed as error:
        return "ill_formed", str(error)
    except Exception as error:
        return "survivor", f"the check crashes on it: {type(error).__name__}: {error}"
    if all(result is Result.PROVED for result in results) and results:
        return "holds", ""
    return "undecided", "neither refuted nor proved"


def _late(claim: Claim, mutant: Mutant, laboratory: Laboratory) -> Fate:
    fate, witness = _ending(claim, mutant.statement, laboratory)
    return Fate(mutant, "survivor", "the check takes it for true") if fate == "holds" else Fate(mutant, fate, witness)


def _count(fates: Sequence[Fate], late: Sequence[Fate]) -> dict[str, Any]:
    def number(fate: str) -> int:
        return sum(f.fate == fate for f in fates)

    return {
        "total": len(fates),
        "killed": number("killed"),
        "implied": number("implied"),
        "ill_formed": number("ill_formed"),
        "loose": number("loose"),
        "undecided": number("undecided"),
        "survivors": [f"{f.mutant.change}: {f.witness}" for f in fates if f.fate == "survivor"],
        "late": {
            "total": len(late),
            "unread": sum(f.fate == "ill_formed" for f in late),
            "held": [f.mutant.change for f in late if f.fate in ("holds", "survivor")],
            "each": [fate.record() for fate in late],
        },
        "each": [fate.record() for fate in fates],
    }


# Measured claims.


def _design_check(claim: Claim) -> dict[str, Any]:
    """Before data: which mutants predict something else than the original in at least one cell."""
    original = _predictions(claim, claim.upheld)
    missed = []
    total = 0
    for mutant in mutants(claim.upheld):
        if mutant.stronger:
            continue
        try:
            mutated = _predictions(claim, mutant.statement)
        except IllFormed:
            continue
        total += 1
        if not any(_apart(original[cell], mutated[cell]) for cell in original.keys() & mutated.keys()):
            missed.append(mutant.change)
    return {"mutants": total, "told_apart": total - len(missed), "missed": missed}


def _predictions(claim: Claim, statement: Statement) -> dict[str, tuple[float, float]]:
    """The region of each measured cell, for one orientation of paired differences."""
    found = {}
    for obligation in _obligations(claim, statement):
        if isinstance(obligation, Measured):
            samples, place = obligation.samples, region(obligation)
            low, high = place.low, place.high
            name = (samples.statistic, samples.minus or "")
            if samples.minus is not None and samples.minus < samples.statistic:
                name, low, high = (samples.minus, samples.statistic), -high, -low
            found[f"{samples.experiment.name} {name} {sorted(samples.design.items())}"] = (low, high)
    return found


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[1] < other[0] or other[1] < one[0]


def _judge_control(claim: Claim, laboratory: Laboratory) -> dict[str, Any] | None:
    """The same obligations on a design where they must be false."""
    if claim.control is None:
        return None
    # One cell is enough to refute. The first is taken, so that a control costs less than the claim.
    changed = [
        replace(o, samples=o.samples.altered(claim.control))
        for o in _obligations(claim, claim.upheld)
        if isinstance(o, Measured)
    ]
    if not changed:
        raise LemmataError(f"{claim.id}: has a control but measures nothing; take the control off")
    outcomes = laboratory.settle(changed[:1], f"{claim.id} (control)")
    refuted = [outcome for outcome in outcomes if outcome.result is Result.REFUTED]
    return {
        "change": dict(claim.control),
        "refuted": bool(refuted),
        "witness": refuted[0].witness if refuted else "the first cell does not refute the claim under the control",
    }


def _scope(claim: Claim, examination: Examination) -> dict[str, str]:
    """The domains of the free symbols; for measured claims the values at which it was measured."""
    cells: dict[str, list[Any]] = {}
    for outcome in examination.outcomes:
        for name, value in (outcome.measured or {}).get("design", {}).items():
            if value not in cells.setdefault(name, []):
                cells[name].append(value)
    if cells:
        return {name: _values(name, values) for name, values in cells.items()}
    return claim.upheld.scope()


def _values(name: str, values: list[Any]) -> str:
    if len(values) == 1:
        return f"{name} = {values[0]}"
    return f"{name} in {{{', '.join(str(value) for value in sorted(values))}}}"


def _figures(claim: Claim, examination: Examination, laboratory: Laboratory) -> list[dict[str, Any]]:
    measured = [outcome.measured for outcome in examination.outcomes if outcome.measured is not None]
    if claim.figure is None or not (measured or claim.sweep_cells):
        return []
    arguments: list[Any] = [claim.upheld, measured]
    if claim.sweep_cells:
        arguments.append(laboratory.sweep(claim.sweep_cells(laboratory.profile), f"{claim.id} (figure)"))
    try:
        drawn = claim.figure(*arguments)
        return drawn if isinstance(drawn, list) else [drawn]
    except Exception as error:
        raise LemmataError(
            f"{claim.id}: its figure raises {described(error, inspect.getfile(claim.figure))}"
        ) from error


# Findings.


def _findings(
    claim: Claim,
    printed: Examination,
    corrected: Examination,
    edits: list[dict[str, Any]],
    fates: Sequence[Fate] | None,
) -> Iterator[Finding]:
    if claim.correction:
        unneeded = [edit["why"] for edit in edits if not edit["necessary"]]
        if printed.status is Status.FAILS and corrected.status is Status.HOLDS and not unneeded:
            edited = "; ".join(edit.why for edit in claim.correction)
            if "gap" in claim.listed:
                yield Finding("gap", True, claim.listed["gap"], printed.witness)
            else:
                yield Finding("erratum", True, edited, printed.witness)
        else:
            reason = f"edits not shown necessary: {'; '.join(unneeded)}" if unneeded else (
                f"printed {printed.status.value}, corrected {corrected.status.value}"
            )  # fmt: skip
            yield Finding("open", "open" in claim.listed, f"the correction is not established: {reason}")
    if fates is None:
        pass  # mutants were not judged
    elif corrected.status is Status.HOLDS and not any(fate.fate in ("killed", "loose") for fate in fates):
        yield Finding("open", False, "no mutant is refuted, so nothing shows that the check could ever fail")
    if _is_measured(corrected) and claim.control is None:
        yield Finding("open", False, "there is no negative control; attach the check with control=...")
    loose = [fate.mutant.change for fate in fates or () if fate.fate == "loose"]
    if loose:
        reason = claim.listed.get("slack", "the statement holds although made stronger")
        yield Finding("slack", "slack" in claim.listed, reason, "; ".join(loose))
    for kind, reason in claim.listed.items():
        if kind in ("gap", "not reproduced"):
            if claim.correction:
                continue
            if printed.status is Status.FAILS:
                yield Finding(kind, True, reason, printed.witness)
            elif printed.status is Status.HOLDS:
                yield Finding("open", False, f"listed as '{kind}', but the printed statement holds")
        elif kind not in ("slack", "erratum", "open"):
            yield Finding(kind, True, reason)


# Shared pieces of the record.


def _header(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "paper": claim.paper.id,
        "slug": claim.slug,
        "locator": claim.locator,
        "kind": claim.stated.kind,
        "title": claim.title,
        "prose": _prose(claim),
        "source": claim.source,
        "stated": {"latex": claim.stated.latex(), "digest": claim.stated.digest()},
        "depends_on": [other.id for other in claim.depends_on],
        "provenance": [other.id for other in claim.provenance],
        "source_code": claim.source_code(),
    }


def _prose(claim: Claim) -> str:
    if isinstance(claim.stated, Tight):
        return f"{claim.prose}\n\nThe slack: {claim.stated.why}."
    return claim.prose


def _unchecked(claim: Claim) -> dict[str, Any]:
    finding = Finding("open", "open" in claim.listed, claim.listed.get("open", "no check is attached to this claim"))
    return {
        **_header(claim),
        "corrected": None,
        "status": Status.UNDECIDED.value,
        "upheld": Status.UNDECIDED.value,
        "grade": Grade.STATED.value,
        "given": [],
        "scope": claim.upheld.scope(),
        "findings": [finding.record()],
        "checks": [],
        "mutants": _count([], []),
        "control": None,
        "design_check": None,
        "figures": [],
        "seconds": 0.0,
    }
