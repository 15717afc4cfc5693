"""Ledgers of older schema versions: what was true of them stays, and nothing is invented."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import sample_ledger as sample
from hypothesis import given
from hypothesis import strategies as st

from lemmata import ledger
from lemmata.errors import LemmataError
from lemmata.migrations import migrate

FROZEN = Path(__file__).parents[1] / "data" / "ledger-1.json"
"""A ledger that the first version of the schema was written with. It is never written anew."""

CLAIMS = [sample.relu_hermite, sample.equation_1, sample.lemma_17, sample.alignment_law, sample.figure_1]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Valid ledgers of version 1, with any of the sample's claims and any text in them."""
    makers = draw(st.lists(st.sampled_from(CLAIMS), unique=True))
    text = st.text(st.characters(exclude_categories=["Cs"]))
    claims = [maker() | {"title": draw(text), "prose": draw(text)} for maker in makers]
    document = sample.version_1(sample.document(claims, draw(st.sampled_from(["smoke", "ci", "paper"]))))
    document["provenance"]["versions"] = draw(st.dictionaries(text, text, max_size=3))
    return document


@given(documents())
def test_a_valid_old_ledger_becomes_a_valid_one_and_loses_nothing(old: dict[str, Any]) -> None:
    before = copy.deepcopy(old)
    new = ledger.parse(old)
    assert old == before
    assert new["schema_version"] == ledger.SCHEMA_VERSION
    assert sample.version_1(new) == old
    assert all(claim["basis"] is None for claim in new["claims"])
    assert new["provenance"]["closures"] == {}
    assert ledger.verdict_table(new) == ledger.verdict_table(old)
    assert ledger.parse(new) == new


def test_a_migration_to_its_own_version_changes_nothing() -> None:
    document = sample.document()
    assert migrate(document, ledger.SCHEMA_VERSION) == document


def test_figures_of_version_2_stay_as_they_are() -> None:
    old = {**sample.document(), "schema_version": 2}
    assert ledger.parse(old) == sample.document()
    (figure,) = sample.alignment_law()["figures"]
    new = {**figure, "aspect": "equal"}
    with pytest.raises(LemmataError, match="not valid at"):
        ledger.parse({**old, "claims": [{**sample.alignment_law(), "figures": [new]}]})


def test_every_older_version_has_a_step_and_a_published_schema() -> None:
    for version in range(1, ledger.SCHEMA_VERSION):
        step = migrate({"schema_version": version, "claims": [], "provenance": {}}, version + 1)
        assert step["schema_version"] == version + 1
        assert ledger.schema(version)["properties"]["schema_version"]["const"] == version


def test_the_frozen_ledger_is_read() -> None:
    old = json.loads(FROZEN.read_text(encoding="utf-8"))
    assert old["schema_version"] == 1
    new = ledger.read(FROZEN)
    assert sample.version_1(new) == old
    by_id = {claim["id"]: claim for claim in new["claims"]}
    assert by_id["toy/misprint"]["upheld"] == "holds"
    assert by_id["toy/law"]["control"]["refuted"]
    assert by_id["damian2022/lemma-5"]["depends_on"] == ["damian2022/lemma-5-sharp"]
    assert ledger.summarise(new["claims"], "ci") == old["summary"]


def test_an_old_ledger_that_is_not_valid_is_refused_by_its_own_schema() -> None:
    old = sample.version_1(sample.document())
    for wrong in ({**old, "claims": sample.document()["claims"]}, {**old, "provenance": {}}):
        with pytest.raises(LemmataError, match="not valid at"):
            ledger.parse(wrong)
