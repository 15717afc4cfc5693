"""The ledger document: its schema, its files, its summary and its table of verdicts."""

from __future__ import annotations

import copy
import json
import os
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sample_ledger as sample
from hypothesis import given
from hypothesis import strategies as st

from lemmata import ledger, wording
from lemmata.errors import LemmataError

STATUSES = st.sampled_from(["holds", "fails", "undecided"])
FINDINGS = st.lists(
    st.builds(
        dict,
        kind=st.sampled_from(["erratum", "gap", "not reproduced", "slack", "vacuous", "open"]),
        listed=st.booleans(),
        summary=st.text(),
        witness=st.text(),
    ),
    max_size=3,
)
CONTROLS = st.none() | st.builds(dict, change=st.just({"labels": "permuted"}), refuted=st.booleans(), witness=st.text())


@st.composite
def claims(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Valid claims that differ in all that the exit code depends on."""
    return [
        sample.claim(
            f"c{index}",
            title=draw(st.text()),
            status=draw(STATUSES),
            findings=draw(FINDINGS),
            control=draw(CONTROLS),
            mutants=sample.mutants(
                3,
                2,
                survivors=draw(st.lists(st.text(), max_size=2)),
                late={"total": 2, "unread": 0, "held": draw(st.lists(st.text(), max_size=1)), "each": []},
            ),
        )
        for index in range(draw(st.integers(0, 4)))
    ]


def outcome(*records: dict[str, Any], profile: str = "ci") -> int:
    return ledger.summarise(list(records), profile)["exit_code"]


def listed(kind: str, is_listed: bool = True) -> dict[str, Any]:
    return {"kind": kind, "listed": is_listed, "summary": "s", "witness": ""}


@pytest.mark.parametrize("version", [1, 2])
def test_the_schema_is_a_schema(version: int) -> None:
    jsonschema.Draft202012Validator.check_schema(ledger.schema(version))
    assert ledger.schema(version)["properties"]["schema_version"]["const"] == version


@pytest.mark.parametrize("version", [1, 2])
def test_every_record_of_the_schema_is_closed_and_complete(version: int) -> None:
    def objects(node: object) -> list[dict[str, Any]]:
        if isinstance(node, list):
            return [found for part in node for found in objects(part)]
        if not isinstance(node, dict):
            return []
        return ([node] if "properties" in node else []) + [found for part in node.values() for found in objects(part)]

    for record in objects(ledger.schema(version)):
        assert record["additionalProperties"] is False
        assert set(record["required"]) >= set(record["properties"]) - {"source_code", "style"}


def test_the_sample_is_valid() -> None:
    ledger.validate(sample.document())


@given(claims(), st.sampled_from(["smoke", "ci", "paper"]))
def test_documents_survive_a_round_trip(records: list[dict[str, Any]], profile: str) -> None:
    document = sample.document(records, profile)
    ledger.validate(document)
    assert json.loads(json.dumps(document)) == document


@given(claims(), st.sampled_from(["smoke", "ci"]))
def test_summary_counts_and_exit_code_agree_with_the_problems(records: list[dict[str, Any]], profile: str) -> None:
    summary = ledger.summarise(records, profile)
    problems = ledger.problems(records, profile)
    assert summary["holds"] + summary["fails"] + summary["undecided"] == len(records)
    assert (summary["exit_code"] == 0) == (not problems)
    assert (summary["exit_code"] == 1) == any(code == 1 for code, _ in problems)
    assert profile != "smoke" or summary["exit_code"] != 3
    assert not (summary["unlisted"] or summary["survivors"] or summary["controls_not_refuted"]) or (
        summary["exit_code"] == 1
    )
    assert all("\n" not in line for _, line in problems)


@given(claims())
def test_one_more_claim_never_lowers_the_severity(records: list[dict[str, Any]]) -> None:
    severity = {0: 0, 3: 1, 1: 2}
    codes = [severity[outcome(*records[:length])] for length in range(len(records) + 1)]
    assert codes == sorted(codes)


def test_exit_codes_by_name() -> None:
    holds = sample.claim("a")
    assert outcome() == 0
    assert outcome(holds) == 0
    assert outcome(sample.claim("b", status="fails")) == 1
    for kind in ("erratum", "gap", "not reproduced"):
        assert outcome(sample.claim("b", status="fails", findings=[listed(kind)])) == 0
    for kind in ("slack", "vacuous", "open"):
        assert outcome(sample.claim("b", status="fails", findings=[listed(kind)])) == 1
    assert outcome(sample.claim("b", findings=[listed("slack", False)])) == 1
    for upheld, code in (("holds", 0), ("undecided", 3), ("fails", 1)):
        assert outcome({**sample.equation_1(), "upheld": upheld}) == code
    assert outcome({**sample.equation_1(), "upheld": "undecided"}, profile="smoke") == 0
    assert outcome(sample.claim("b", status="undecided")) == 3
    assert outcome(sample.claim("b", status="undecided"), profile="smoke") == 0
    assert outcome(sample.claim("b", status="undecided", findings=[listed("open")])) == 0
    assert outcome(sample.claim("b", status="undecided"), sample.claim("c", status="fails")) == 1
    assert outcome(sample.claim("b", mutants=sample.mutants(3, 2, survivors=["k -> k + 1"]))) == 1
    assert outcome(sample.claim("b", mutants=sample.mutants(3, 3, late={"total": 1, "held": ["k >= 1000"]}))) == 1
    assert outcome(sample.claim("b", control={"change": {}, "refuted": False, "witness": ""})) == 1


@pytest.mark.parametrize("missing", ["claims", "summary", "provenance"])
def test_a_missing_part_is_named(missing: str) -> None:
    document = sample.document()
    del document[missing]
    with pytest.raises(LemmataError, match=missing):
        ledger.validate(document)


@pytest.mark.parametrize("version", [None, 0, -1, "1", 1.0, True, 1e400])
def test_what_is_no_version_is_refused(version: object) -> None:
    for read in (ledger.validate, ledger.parse):
        with pytest.raises(LemmataError, match=f"reads versions up to {ledger.SCHEMA_VERSION}; write one with"):
            read({**sample.document(), "schema_version": version})


@pytest.mark.parametrize("version", [ledger.SCHEMA_VERSION + 1, 10**30])
def test_a_newer_version_asks_for_an_update(version: int) -> None:
    for read in (ledger.validate, ledger.parse):
        with pytest.raises(LemmataError, match=f"schema version {version}.*; update lemmata"):
            read({**sample.document(), "schema_version": version})


def test_a_table_of_verdicts_is_no_ledger() -> None:
    with pytest.raises(LemmataError, match="table of verdicts and no ledger; write one with"):
        ledger.parse(ledger.verdict_table(sample.document()))


def test_an_older_version_is_read_and_not_written() -> None:
    old = sample.version_1(sample.document())
    assert ledger.parse(old)["schema_version"] == ledger.SCHEMA_VERSION
    with pytest.raises(LemmataError, match="lemmata migrate"):
        ledger.write(old, "-")


def test_a_document_of_the_present_version_is_taken_as_it_is() -> None:
    assert ledger.parse(sample.document()) == sample.document()


def test_closures_are_those_of_their_modules_and_there() -> None:
    document = sample.document()
    (closure,) = document["provenance"]["closures"]
    document["provenance"]["closures"][closure]["theory.hermite"] = "0" * 64
    with pytest.raises(LemmataError, match="is not that of its modules"):
        ledger.validate(document)
    document["provenance"]["closures"] = {}
    with pytest.raises(LemmataError, match="closure of damian2022/relu-hermite is missing"):
        ledger.validate(document)
    for claim in document["claims"]:
        claim["basis"] = None
    ledger.validate(document)


def test_libraries_have_versions() -> None:
    document = sample.document([sample.claim("a", basis=sample.basis(libraries=["numpy", "scikit-learn"]))])
    with pytest.raises(LemmataError, match="damian2022/a rests on scikit-learn, of no version"):
        ledger.validate(document)


def test_half_a_character_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    path.write_text(json.dumps(sample.document([sample.claim("a", title="\ud83d")])))
    with pytest.raises(LemmataError, match="half a surrogate pair"):
        ledger.read(path)
    path.write_text(json.dumps(sample.document([sample.claim("a", title="\U0001f600 \\ud83d")])))
    assert ledger.read(path)["claims"][0]["title"] == "\U0001f600 \\ud83d"


@pytest.mark.parametrize("document", [None, [], 3, "text", {}])
def test_what_is_no_ledger_is_refused(document: object) -> None:
    with pytest.raises(LemmataError):
        ledger.validate(document)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("status", "true"),
        ("grade", "proved"),
        ("kind", "theorem"),
        ("id", "../../etc/passwd"),
        ("slug", "a/b"),
        ("depends_on", ["nowhere"]),
        ("seconds", -1),
        ("unheard_of", 1),
    ],
)
def test_a_wrong_field_is_named_on_one_line(place: str, value: object) -> None:
    with pytest.raises(LemmataError, match=r"claims\[0\]") as caught:
        ledger.validate(sample.document([sample.claim("a") | {place: value}]))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 320


def test_names_are_consistent_and_unique() -> None:
    with pytest.raises(LemmataError, match="two claims named damian2022/a"):
        ledger.validate(sample.document([sample.claim("a"), sample.claim("a")]))
    with pytest.raises(LemmataError, match="not named after"):
        ledger.validate(sample.document([{**sample.claim("a"), "slug": "b"}]))
    with pytest.raises(LemmataError, match="line break"):
        ledger.validate(sample.document([sample.claim("a\n")]))


def test_figures_that_cannot_be_drawn_are_refused() -> None:
    claim = sample.alignment_law()
    claim["figures"][0]["points"][0]["low"].pop()
    with pytest.raises(LemmataError, match="differ in length"):
        ledger.validate(sample.document([claim]))
    claim = sample.alignment_law()
    claim["figures"][0]["curves"][0]["x"][0] = 0
    with pytest.raises(LemmataError, match="not positive on a logarithmic x axis"):
        ledger.validate(sample.document([claim]))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ledger.json"
    ledger.write(sample.document(), path)
    assert ledger.read(path) == sample.document()
    assert [entry.name for entry in path.parent.iterdir()] == ["ledger.json"]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask


def test_a_dash_is_the_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    ledger.write(sample.document(), "-")
    assert json.loads(capsys.readouterr().out) == sample.document()


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    ledger.write(sample.document(), path)
    before = path.read_bytes()
    broken = sample.document()
    broken["summary"]["exit_code"] = 7
    with pytest.raises(LemmataError):
        ledger.write(broken, path)
    assert path.read_bytes() == before
    for place in (tmp_path, path / "below"):
        with pytest.raises(LemmataError, match="cannot be written"):
            ledger.write(sample.document(), place)
    assert [entry.name for entry in tmp_path.iterdir()] == ["ledger.json"]


def test_no_number_is_not_written() -> None:
    document = sample.document([sample.claim("a", seconds=float("nan"))])
    with pytest.raises((LemmataError, ValueError)):
        ledger.write(document, "-")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"schema_version": NaN}', "not JSON"),
        (b'{"seconds": 1e999}', "not JSON .*1e999 is too large"),
        (b'{"seconds": -1' + b"0" * 400 + b"}", "not JSON .*too large"),
        (b'{"schema_version": "2"}', "schema version '2', this lemmata reads versions up to 3"),
        (b"[]", "schema version"),
        (b'{"schema_version": 4}', "schema version 4"),
        (b'{"schema_version": 3}', "not valid"),
        (b'{"schema_version": 2}', "not valid"),
        (b'{"schema_version": 1}', "not valid"),
    ],
)
def test_a_bad_file_is_one_clear_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes(content)
    with pytest.raises(LemmataError, match=message) as caught:
        ledger.read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(LemmataError, match=r"no such file; write one with 'lemmata run --json"):
        ledger.read(tmp_path / "none.json")
    with pytest.raises(LemmataError, match="cannot be read"):
        ledger.read(tmp_path)


def test_the_table_of_verdicts_has_no_floats_and_no_times(tmp_path: Path) -> None:
    table = ledger.verdict_table(sample.document())

    def leaves(node: object) -> list[object]:
        if isinstance(node, dict):
            return [leaf for part in node.values() for leaf in leaves(part)]
        return [leaf for part in node for leaf in leaves(part)] if isinstance(node, list) else [node]

    assert not any(isinstance(leaf, float) for leaf in leaves(table))
    later = sample.document()
    later["provenance"] |= {"created": "2027-01-01T00:00:00Z", "seconds": 1.0}
    later["claims"].reverse()
    for claim in later["claims"]:
        claim["seconds"] += 1
    ledger.write_table(table, tmp_path / "a.json")
    ledger.write_table(ledger.verdict_table(later), tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert ledger.read_table(tmp_path / "a.json") == table


def test_the_repositorys_table_of_verdicts_is_valid() -> None:
    ledger.read_table(Path(__file__).parents[2] / "verdicts.json")


def test_a_changed_verdict_changes_the_table() -> None:
    table = ledger.verdict_table(sample.document())
    for change in (
        {"status": "undecided"},
        {"grade": "sampled"},
        {"upheld": "undecided"},
        {"scope": {"x": "x in {1}"}},
        {"findings": [listed("gap")]},
        {"mutants": sample.mutants(81, 78)},
    ):
        document = copy.deepcopy(sample.document())
        document["claims"][0] |= change
        assert ledger.verdict_table(document) != table


BAD_VERDICT = '{"schema_version": 1, "profile": "ci", "claims": {"a/b": {}}}'
BAD_NAME = '{"schema_version": 1, "profile": "ci", "claims": {"<b>": {}}}'


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"schema_version": 2, "claims": {}}', '{"schema_version": 1}', BAD_VERDICT, BAD_NAME]
)
def test_a_bad_table_is_one_clear_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "verdicts.json"
    path.write_text(content)
    with pytest.raises(LemmataError, match="write it again from a ledger"):
        ledger.read_table(path)


def test_words() -> None:
    assert wording.number(None) == "–"
    assert wording.number(-0.123456) == "−0.1235"
    assert wording.number(float("inf")) == "∞"
    assert wording.interval([None, 0.5]) == "(−∞, 0.5]"
    assert wording.interval([0.25, None]) == "[0.25, ∞)"
    assert (
        wording.parameters({"d": 64, "noise": 0.1, "on": True, "r": [1, 2]})
        == "d = 64, noise = 0.1, on = yes, r = [1, 2]"
    )
    claim = sample.equation_1()
    assert wording.verdict(claim) == "fails as printed; the corrected form holds"
    assert wording.verdict({**claim, "upheld": "undecided"}).endswith("the corrected form is undecided")
    assert wording.verdict(sample.claim("a")) == "holds"
    assert wording.scope(claim) == "integers q ≥ 0; integers d ≥ 1"
    assert wording.scope(sample.claim("a", scope={})) == "no free symbols"
    assert wording.findings(sample.claim("a", findings=[listed("gap", False)] * 2)) == ["gap (unlisted)"]
    assert wording.mutants(sample.claim("a", mutants=sample.mutants(9, 8, survivors=["x"]))) == "8/8, 1 survivor"
    assert (
        wording.mutant_counts(sample.relu_hermite())
        == "79 killed, 2 implied or equal, of 81; 2 of 2 late mutants stopped"
    )
    empty = sample.mutants(0, 0, late={"total": 0, "held": []})
    assert wording.mutant_counts(sample.claim("a", mutants=empty)) == "none"


def test_cells_of_one_measured_statement_are_one_step() -> None:
    law, series = sample.alignment_law()["checks"], sample.relu_hermite()["checks"]
    assert [len(step) for step in wording.steps(series + law)] == [1, 1, 1, 4]
    assert wording.designs(law) == ["d", "n", "r"]
    other = [{**check, "label": "another statement"} for check in law]
    assert [len(step) for step in wording.steps(law + other)] == [4, 4]
    mixed = [law[0], series[0], law[1], series[1], series[0], law[2]]
    assert wording.steps(mixed) == [law[:3], [series[0], series[0]], [series[1]]]
    unnamed = [{**check, "label": ""} for check in series]
    assert [len(step) for step in wording.steps(unnamed * 2)] == [1] * 6
    assert wording.formulas(law) == [law[0]["latex"]]
    assert wording.outcome(law) == "proved"
    assert wording.outcome([law[0], {**law[1], "outcome": "undecided"}]) == "undecided"
    assert wording.outcome([{**law[0], "outcome": "refuted"}, {**law[1], "outcome": "undecided"}]) == "refuted"
