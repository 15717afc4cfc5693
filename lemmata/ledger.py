"""The ledger: one JSON document that every view reads, its published schema, and the table of verdicts.

The document's shape is ``lemmata/schema/ledger-1.json`` (JSON Schema, draft 2020-12).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn

from lemmata import wording
from lemmata.errors import LemmataError
from lemmata.output import write_text

SCHEMA_VERSION = 1


@cache
def schema() -> dict[str, Any]:
    """The published JSON Schema of the document."""
    text = files("lemmata").joinpath(f"schema/ledger-{SCHEMA_VERSION}.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def validate(document: object) -> None:
    """Check a document against the schema, and what a schema cannot say: names, and lengths of series.

    Raises LemmataError with one line that names the first offending place.
    """
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise LemmataError(
            f"the ledger has schema version {_short(version)}, this lemmata reads version {SCHEMA_VERSION}; "
            "write it again with 'lemmata run --json'"
        )
    # Imported here because reading a ledger is the only command that needs it, and start-up time counts.
    import jsonschema

    error = jsonschema.exceptions.best_match(_validator().iter_errors(document))
    if error is not None:
        raise LemmataError(f"the ledger is not valid at {_place(error.absolute_path)}: {_short(error.message)}")
    assert isinstance(document, dict)
    _check_identities(document["claims"])
    for index, claim in enumerate(document["claims"]):
        for position, figure in enumerate(claim["figures"]):
            _check_figure(figure, f"claims[{index}].figures[{position}]")


def read(path: str | Path) -> dict[str, Any]:
    """Read and validate a ledger.

    Raises LemmataError, one line that names the file and the remedy, when there is no such file or it is no
    ledger of this version.
    """
    document = _load(path, remedy=f"write one with 'lemmata run --json {path}'")
    try:
        validate(document)
    except LemmataError as error:
        raise LemmataError(f"{path}: {error}") from error
    assert isinstance(document, dict)
    return document


def write(document: Mapping[str, Any], path: str | Path) -> None:
    """Validate a ledger and put it in place at once; ``-`` is the standard output.

    Raises LemmataError when the document is not valid or the place cannot be written.
    """
    validate(document)
    write_text(_text(document), path)


def problems(claims: Iterable[Mapping[str, Any]], profile: str) -> list[tuple[int, str]]:
    """What keeps the exit code from 0: for each problem the code it asks for (1 or 3) and one line.

    A failing claim is no problem when a listed finding says that it fails, nor an undecided one when a listed
    finding says that it is open. A correction must hold. Under the profile ``smoke`` nothing undecided is.
    """
    found: list[tuple[int, str]] = []
    for claim in claims:
        name = claim["id"]
        listed = {finding["kind"] for finding in claim["findings"] if finding["listed"]}
        if claim["status"] == "fails" and not listed & set(wording.OBJECTIONS):
            found.append((1, f"{name} fails, and no listed finding says so"))
        if claim["status"] == "undecided" and "open" not in listed and profile != "smoke":
            found.append((3, f"{name} is undecided"))
        if claim["corrected"] is not None and claim["upheld"] == "fails":
            found.append((1, f"{name} fails in its corrected form too"))
        if claim["status"] == "fails" and claim["upheld"] == "undecided" and profile != "smoke":
            found.append((3, f"{name} is undecided in its corrected form"))
        found += [
            (1, f"{name} has an unlisted finding: {finding['kind']}")
            for finding in claim["findings"]
            if not finding["listed"]
        ]
        if survivors := wording.survivors(claim):
            found.append((1, f"{name} lets {wording.count(survivors, 'false mutant')} pass: its check is defective"))
        if _control_passed(claim):
            found.append((1, f"{name} is not refuted by its negative control"))
    return found


def summarise(claims: Sequence[Mapping[str, Any]], profile: str) -> dict[str, int]:
    """The document's summary: counts over all claims, and the exit code they amount to.

    Exit code 0: every claim holds, or what fails or is open is a listed finding. 1: something fails
    unlisted, a finding is not listed, a false mutant survives, or a negative control was not refuted. 3:
    something is undecided (not under ``smoke``). 1 wins over 3.
    """
    statuses = [claim["status"] for claim in claims]
    findings = [finding for claim in claims for finding in claim["findings"]]
    codes = {code for code, _ in problems(claims, profile)}
    return {
        "holds": statuses.count("holds"),
        "fails": statuses.count("fails"),
        "undecided": statuses.count("undecided"),
        "findings": len(findings),
        "unlisted": sum(not finding["listed"] for finding in findings),
        "survivors": sum(wording.survivors(claim) for claim in claims),
        "controls_not_refuted": sum(_control_passed(claim) for claim in claims),
        "exit_code": min(codes, default=0),
    }


def verdict_table(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a repository keeps of a ledger, so that a change is a reviewed diff: no floats, no times."""
    return {
        "schema_version": SCHEMA_VERSION,
        "profile": document["provenance"]["profile"],
        "claims": {claim["id"]: _verdict(claim) for claim in document["claims"]},
    }


def write_table(table: Mapping[str, Any], path: str | Path) -> None:
    """Write a table of verdicts, the same bytes for the same verdicts; ``-`` is the standard output.

    Raises LemmataError when the place cannot be written.
    """
    write_text(_text(table, sort_keys=True), path)


def read_table(path: str | Path) -> dict[str, Any]:
    """Read a table of verdicts.

    Raises LemmataError, one line that names the file and the remedy, when there is none of this version.
    """
    remedy = "write it again from a ledger"
    table = _load(path, remedy)
    if (
        not isinstance(table, dict)
        or table.get("schema_version") != SCHEMA_VERSION
        or not isinstance(table.get("claims"), dict)
    ):
        raise LemmataError(f"{path}: not a table of verdicts of version {SCHEMA_VERSION}; {remedy}")
    return table


def _verdict(claim: Mapping[str, Any]) -> dict[str, Any]:
    record = claim["mutants"]
    return {
        "status": claim["status"],
        "upheld": claim["upheld"],
        "grade": claim["grade"],
        "scope": dict(claim["scope"]),
        "findings": sorted(wording.findings(claim)),
        "mutants": {
            **{name: record[name] for name in ("total", "killed", "implied", "ill_formed", "loose", "undecided")},
            "survivors": len(record["survivors"]),
            "late": record["late"]["total"],
            "late_unread": record["late"]["unread"],
            "late_held": len(record["late"]["held"]),
        },
    }


def _control_passed(claim: Mapping[str, Any]) -> bool:
    return claim["control"] is not None and not claim["control"]["refuted"]


def _text(document: Mapping[str, Any], *, sort_keys: bool = False) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=sort_keys) + "\n"


def _load(path: str | Path, remedy: str) -> object:
    try:
        text = Path(path).read_text(encoding="utf-8")
        loaded: object = json.loads(text, parse_constant=_refuse_constant)
    except FileNotFoundError as error:
        raise LemmataError(f"{path}: no such file; {remedy}") from error
    except OSError as error:
        raise LemmataError(f"{path}: cannot be read ({error.strerror}); {remedy}") from error
    # A deeply nested file exhausts the parser's stack; it is no ledger either.
    except (ValueError, RecursionError) as error:
        raise LemmataError(f"{path}: not JSON ({_short(error)}); {remedy}") from error
    return loaded


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


@cache
def _validator() -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator(schema())


def _check_identities(claims: Sequence[Mapping[str, Any]]) -> None:
    seen: set[str] = set()
    for claim in claims:
        name = claim["id"]
        if name != f"{claim['paper']}/{claim['slug']}":
            raise LemmataError(f"the ledger's claim {_short(name)} is not named after its paper and slug")
        # A pattern's end also matches before a last line break, which has no place in a name.
        if "\n" in name:
            raise LemmataError(f"the ledger's claim {_short(name)} has a line break in its name")
        if name in seen:
            raise LemmataError(f"the ledger has two claims named {name}")
        seen.add(name)


def _check_figure(figure: Mapping[str, Any], place: str) -> None:
    for series in (*figure["curves"], *figure["points"]):
        columns = {name: values for name, values in series.items() if name not in ("label", "style")}
        if len({len(values) for values in columns.values()}) > 1:
            raise LemmataError(
                f"the ledger is not valid at {place}: the lists of {_short(series['label'])} differ in length"
            )
        for axis, names in (("x", ("x",)), ("y", ("y", "low", "high"))):
            if figure[f"{axis}_scale"] == "log" and any(v <= 0 for name in names for v in columns.get(name, ())):
                wrong = f"{_short(series['label'])} is not positive on a logarithmic {axis} axis"
                raise LemmataError(f"the ledger is not valid at {place}: {wrong}")


def _place(path: Iterable[str | int]) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    return _short(place or "the top level", limit=80)


def _short(item: object, limit: int = 160) -> str:
    line = " ".join(str(item).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
