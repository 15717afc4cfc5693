"""The ledger: one JSON document that every view reads, its published schema, and the table of verdicts.

The document's shape is ``lemmata/schema/ledger-3.json``, the table's ``lemmata/schema/verdicts-1.json`` (JSON Schema,
draft 2020-12). The schemas of older ledgers stay published, and such ledgers are read.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn

from lemmata import wording
from lemmata.digests import closure_digest
from lemmata.errors import LemmataError
from lemmata.migrations import migrate
from lemmata.output import write_text

SCHEMA_VERSION = 3
"""Version of the documents that this lemmata writes."""

TABLE_VERSION = 1
"""Version of the tables of verdicts that it writes."""

# Half of a pair that stands for one character: JSON can spell it, and no file can hold it.
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPELLED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@cache
def schema(version: int = SCHEMA_VERSION) -> dict[str, Any]:
    """The published JSON Schema of the document, from version 1 on."""
    return _published(f"ledger-{version}")


def parse(document: object) -> dict[str, Any]:
    """A ledger of any version up to ``SCHEMA_VERSION``, brought to it and validated.

    Raises
    ------
    LemmataError : it is no valid ledger of its own version, or of a newer one; one line that names the first offending
        place.
    """
    validated = _validated(document)
    if validated["schema_version"] == SCHEMA_VERSION:
        return validated
    return _validated(migrate(validated, SCHEMA_VERSION))


def validate(document: object) -> None:
    """Check a document of the present version against the schema, and what a schema cannot say: names, lengths of series,
    closures.

    Raises
    ------
    LemmataError : it is not valid, or of another version; one line that names the first offending place.
    """
    if _validated(document)["schema_version"] != SCHEMA_VERSION:
        raise LemmataError(f"the ledger is not of schema version {SCHEMA_VERSION}; convert it with 'lemmata migrate'")


def _validated(document: object) -> dict[str, Any]:
    """The document, which is valid by the schema of its own version."""
    version = document.get("schema_version") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise LemmataError(
            f"the ledger has schema version {_short(repr(version))}, this lemmata reads versions up to {SCHEMA_VERSION}; "
            "write one with 'lemmata run --json'"
        )
    if isinstance(document.get("claims"), dict):
        raise LemmataError("it is a table of verdicts and no ledger; write one with 'lemmata run --json'")
    if version > SCHEMA_VERSION:
        raise LemmataError(
            f"the ledger has schema version {_short(version)}, this lemmata reads versions up to {SCHEMA_VERSION}; "
            "update lemmata"
        )
    _check_schema(document, f"ledger-{version}", "the ledger")
    _check_identities(document["claims"])
    for index, claim in enumerate(document["claims"]):
        for position, figure in enumerate(claim["figures"]):
            _check_figure(figure, f"claims[{index}].figures[{position}]")
    if version > 1:
        _check_bases(document)
    return document


def read(path: str | Path) -> dict[str, Any]:
    """Read a ledger of any version up to ``SCHEMA_VERSION``, as one of that version.

    Raises
    ------
    LemmataError : there is no such file, or it is no valid ledger, or a newer one; one line that names the file and the
        remedy.
    """
    document = load(path, remedy=f"write one with 'lemmata run --json {path}'")
    try:
        return parse(document)
    except LemmataError as error:
        raise LemmataError(f"{path}: {error}") from error


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
            changed = wording.count(survivors, "changed statement")
            found.append(
                (1, f"{name} takes {changed} for true: its check is too weak, or it leaves open what they change")
            )
        if control_passed(claim):
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
        "controls_not_refuted": sum(control_passed(claim) for claim in claims),
        "exit_code": min(codes, default=0),
    }


def verdict_table(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a repository keeps of a ledger, so that a change is a reviewed diff: no floats, no times."""
    return {
        "schema_version": TABLE_VERSION,
        "profile": document["provenance"]["profile"],
        "claims": {claim["id"]: verdict(claim) for claim in document["claims"]},
    }


def write_table(table: Mapping[str, Any], path: str | Path) -> None:
    """Write a table of verdicts, the same bytes for the same verdicts; ``-`` is the standard output.

    Raises LemmataError when the place cannot be written.
    """
    write_text(_text(table, sort_keys=True), path)


def parse_table(table: object) -> dict[str, Any]:
    """A table of verdicts, validated.

    Raises
    ------
    LemmataError : it is no valid table of version ``TABLE_VERSION``; one line that names the first offending place.
    """
    if not isinstance(table, dict) or table.get("schema_version") != TABLE_VERSION:
        raise LemmataError(f"not a table of verdicts of version {TABLE_VERSION}")
    _check_schema(table, f"verdicts-{TABLE_VERSION}", "the table of verdicts")
    for name in table["claims"]:
        _check_name(name)
    return table


def read_table(path: str | Path) -> dict[str, Any]:
    """Read a table of verdicts.

    Raises
    ------
    LemmataError : there is none, or it is not valid; one line that names the file and the remedy.
    """
    remedy = "write it again from a ledger, with 'lemmata run --table'"
    table = load(path, remedy)
    try:
        return parse_table(table)
    except LemmataError as error:
        raise LemmataError(f"{path}: {error}; {remedy}") from error


def verdict(claim: Mapping[str, Any]) -> dict[str, Any]:
    """A claim's verdict as the table keeps it: what a reader would call a change of it, and nothing else."""
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


def control_passed(claim: Mapping[str, Any]) -> bool:
    """Whether the claim's negative control was not refuted, as it must be."""
    return claim["control"] is not None and not claim["control"]["refuted"]


def _text(document: Mapping[str, Any], *, sort_keys: bool = False) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=sort_keys) + "\n"


def load(path: str | Path, remedy: str) -> object:
    """What the JSON file says, be it a ledger or not.

    Raises
    ------
    LemmataError : it cannot be read or is not JSON; one line that names the file and ends with the remedy.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        loaded: object = json.loads(
            text, parse_constant=_refuse_constant, parse_float=_parse_float, parse_int=_parse_integer
        )
        if _SPELLED_SURROGATE.search(text) and _SURROGATE.search(json.dumps(loaded, ensure_ascii=False)):
            raise ValueError("a text has half a surrogate pair")
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


def _parse_float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{_short(text, 20)} is too large")
    return number


def _parse_integer(text: str) -> int:
    # Counts and seconds may be whole numbers, and every view formats them as floats.
    _parse_float(text)
    return int(text)


@cache
def _published(name: str) -> dict[str, Any]:
    text = files("lemmata").joinpath(f"schema/{name}.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _validator(name: str) -> Any:
    # Imported here because start-up time counts, and not every command reads or writes a ledger.
    import jsonschema

    return jsonschema.Draft202012Validator(_published(name))


def _check_schema(document: object, name: str, what: str) -> None:
    from jsonschema.exceptions import best_match

    error = best_match(_validator(name).iter_errors(document))
    if error is not None:
        raise LemmataError(f"{what} is not valid at {_place(error.absolute_path)}: {_short(error.message)}")


def _check_identities(claims: Sequence[Mapping[str, Any]]) -> None:
    seen: set[str] = set()
    for claim in claims:
        name = claim["id"]
        if name != f"{claim['paper']}/{claim['slug']}":
            raise LemmataError(f"the ledger's claim {_short(name)} is not named after its paper and slug")
        _check_name(name)
        if name in seen:
            raise LemmataError(f"the ledger has two claims named {name}")
        seen.add(name)


def _check_name(name: str) -> None:
    # A pattern's end also matches before a last line break, which has no place in a name.
    if "\n" in name:
        raise LemmataError(f"the claim {_short(name)} has a line break in its name")


def _check_bases(document: Mapping[str, Any]) -> None:
    closures = document["provenance"]["closures"]
    for closure, modules in closures.items():
        if closure_digest(modules) != closure:
            raise LemmataError(f"the ledger is not valid: the closure {closure[:12]}… is not that of its modules")
    for claim in document["claims"]:
        if claim["basis"] is None:
            continue
        if claim["basis"]["closure"] not in closures:
            raise LemmataError(f"the ledger is not valid: the closure of {claim['id']} is missing")
        for library in claim["basis"]["libraries"]:
            if library not in document["provenance"]["versions"]:
                raise LemmataError(f"the ledger is not valid: {claim['id']} rests on {_short(library)}, of no version")


def _check_figure(figure: Mapping[str, Any], place: str) -> None:
    for series in (*figure["curves"], *figure["points"]):
        columns = {name: series[name] for name in ("x", "y", "low", "high") if name in series}
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
