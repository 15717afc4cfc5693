"""Two ledgers compared: what changed is found, and what changed beneath it is named, or said not to be known."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sample_ledger as sample
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lemmata import changes, ledger
from lemmata.difference import Change, Difference, Reason, compare, of, read
from lemmata.digests import closure_digest
from lemmata.errors import LemmataError
from lemmata.migrations import migrate

Document = dict[str, Any]
LAW = "damian2022/alignment-law"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Valid ledgers of some of the same claims, of any verdict, with any text."""
    statuses = st.sampled_from(["holds", "fails", "undecided"])
    claims = [
        sample.claim(
            slug,
            status=draw(statuses),
            grade=draw(st.sampled_from(["symbolic", "sampled"])),
            scope=draw(st.dictionaries(TEXTS, TEXTS, max_size=1)),
            mutants=sample.mutants(3, draw(st.integers(0, 3))),
            stated={"latex": "x", "digest": draw(st.sampled_from(["0a", "0b"]))},
            basis=draw(st.sampled_from([None, sample.basis(), sample.measured_basis()])),
        )
        for slug in draw(st.lists(st.sampled_from("abcd"), unique=True))
    ]
    document = sample.document(claims, draw(st.sampled_from(["smoke", "ci"])))
    document["provenance"]["sources"] = draw(st.sampled_from(["0a", "0b"]))
    document["provenance"]["versions"] |= draw(st.dictionaries(TEXTS, TEXTS, max_size=2))
    return document


def compared(old: Document, new: Document) -> Difference:
    return compare(of(old), of(new))


def claim_of(document: Document, name: str) -> Document:
    found: Document = next(claim for claim in document["claims"] if claim["id"] == name)
    return found


@settings(max_examples=10)
@given(documents())
def test_the_drawn_ledgers_are_valid(document: Document) -> None:
    ledger.validate(document)


@given(documents())
def test_a_ledger_does_not_differ_from_itself(document: Document) -> None:
    found = compared(document, copy.deepcopy(document))
    assert not found
    assert found == Difference((), {}, {}, (), len(document["claims"]))
    assert compared(document, migrate(sample.version_1(document), ledger.SCHEMA_VERSION)).changed == ()


@given(documents(), documents())
def test_every_claim_is_accounted_for_once(old: Document, new: Document) -> None:
    found = compared(old, new)
    before, after = ledger.verdict_table(old)["claims"], ledger.verdict_table(new)["claims"]
    changed = {change.claim for change in found.changed}
    assert changed == {name for name in before if name in after and before[name] != after[name]}
    assert found.gone == {name: verdict for name, verdict in before.items() if name not in after}
    assert found.appeared == {name: verdict for name, verdict in after.items() if name not in before}
    assert len(changed) + len(found.appeared) + found.unchanged == len(after)
    assert not changed & set(found.restated)
    assert bool(found) == (before != after)


@given(documents(), documents())
def test_the_other_way_round_it_is_the_reverse(old: Document, new: Document) -> None:
    there, back = compared(old, new), compared(new, old)
    assert (there.appeared, there.gone) == (back.gone, back.appeared)
    reverse = {change.claim: change for change in back.changed}
    for change in there.changed:
        other = reverse[change.claim]
        assert {name: pair[::-1] for name, pair in change.verdict.items()} == dict(other.verdict)
        assert change.unknown == other.unknown
        assert [reason.part for reason in change.reasons] == [reason.part for reason in other.reasons]
        for one, two in zip(change.reasons, other.reasons, strict=True):
            assert sorted(one.appeared) == sorted(two.gone)


@given(documents(), documents())
def test_it_is_told_in_words_markdown_and_json(old: Document, new: Document) -> None:
    found = compared(old, new)
    text, page = changes.text(found), changes.markdown(found)
    assert json.loads(json.dumps(found.record()))["unchanged"] == found.unchanged
    claims = {*ledger.verdict_table(old)["claims"], *ledger.verdict_table(new)["claims"]}
    told = {change.claim for change in found.changed} | {*found.appeared, *found.gone, *found.restated}
    assert {line for line in text.split("\n") if line in claims} == told
    assert not any(character in text for character in "\x1b\r\x00\x08")
    cells: list[int] = []
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(page):
        if token.type == "tr_open":
            cells.append(0)
        elif token.type in ("th_open", "td_open"):
            cells[-1] += 1
    assert cells == ([3] * (len(told) + 1) if told else [])


# Each part of what a verdict rests on.


def changed_code(document: Document, modules: dict[str, str]) -> None:
    closure = closure_digest(modules)
    document["provenance"]["closures"] = {closure: modules}
    document["provenance"]["sources"] = "77" * 32
    for claim in document["claims"]:
        claim["basis"]["closure"] = closure


def stated(document: Document) -> None:
    claim_of(document, LAW)["stated"]["digest"] = "77" * 32


def corrected(document: Document) -> None:
    edit = {"why": "", "old": "", "new": "", "necessary": True, "witness": ""}
    claim_of(document, LAW)["corrected"] = {"latex": "x", "digest": "77" * 32, "edits": [edit]}


def module(document: Document) -> None:
    changed_code(document, {**sample.MODULES, "theory.hermite": "77" * 32})


def new_and_gone_modules(document: Document) -> None:
    kept = {name: digest for name, digest in sample.MODULES.items() if name != "theory.hermite"}
    changed_code(document, {**kept, "theory.tensors": "77" * 32})


def library(document: Document) -> None:
    versions = document["provenance"]["versions"]
    document["provenance"]["versions"] = {**versions, "sympy": "1.15", "scipy": "1.17"}
    del document["provenance"]["versions"]["torch"]
    for claim in document["claims"]:
        claim["basis"]["libraries"] = sorted(document["provenance"]["versions"])


def dependency(document: Document) -> None:
    claim_of(document, "damian2022/equation-1")["upheld"] = "undecided"


def another_dependency(document: Document) -> None:
    claim_of(document, LAW)["depends_on"] = ["damian2022/lemma-17"]


def thoroughness(document: Document) -> None:
    claim_of(document, LAW)["basis"]["thorough"] = False


def looks(document: Document) -> None:
    claim_of(document, LAW)["basis"]["looks"] = [24]


def no_looks(document: Document) -> None:
    claim_of(document, LAW)["basis"]["looks"] = None


def root_seed(document: Document) -> None:
    claim_of(document, LAW)["basis"]["root_seed"] = 2


REASONS: list[tuple[Callable[[Document], None], Reason]] = [
    (stated, Reason("formula", ("stated",))),
    (corrected, Reason("formula", (), ("corrected",))),
    (module, Reason("code", ("theory.hermite",))),
    (new_and_gone_modules, Reason("code", (), ("theory.tensors",), ("theory.hermite",))),
    (library, Reason("versions", ("sympy 1.14.0 → 1.15",), ("scipy 1.17",), ("torch 2.13.0",))),
    (dependency, Reason("dependencies", ("damian2022/equation-1",))),
    (another_dependency, Reason("dependencies", (), ("damian2022/lemma-17",), ("damian2022/equation-1",))),
    (thoroughness, Reason("thoroughness", ("mutants and control judged → mutants and control not judged",))),
    (looks, Reason("looks", ("24, 48, 96 → 24",))),
    (no_looks, Reason("looks", ("24, 48, 96 → none",))),
    (root_seed, Reason("root seed", ("1 → 2",))),
]


def change_of(found: Difference, name: str) -> Change:
    (change,) = [change for change in found.changed if change.claim == name]
    return change


@pytest.mark.parametrize(("edit", "reason"), REASONS)
def test_each_single_change_beneath_a_verdict_is_named(edit: Callable[[Document], None], reason: Reason) -> None:
    old, new = sample.document(), sample.document()
    edit(new)
    claim_of(new, LAW)["grade"] = "stated"
    ledger.validate(new)
    change = change_of(compared(old, new), LAW)
    assert change.verdict["grade"] == ("statistical", "stated")
    assert (change.reasons, change.unknown, change.unexplained) == ((reason,), (), False)


@given(st.sets(st.sampled_from(range(len(REASONS)))))
def test_several_changes_are_named_together(chosen: set[int]) -> None:
    old, new = sample.document(), sample.document()
    for index in chosen:
        REASONS[index][0](new)
    claim_of(new, LAW)["grade"] = "stated"
    change = change_of(compared(old, new), LAW)
    assert {reason.part for reason in change.reasons} == {REASONS[index][1].part for index in chosen}
    assert change.unexplained == (not chosen)


def test_what_has_no_reason_is_said_loudly() -> None:
    old, new = sample.document(), sample.document()
    claim_of(new, LAW)["status"] = "undecided"
    found = compared(old, new)
    assert change_of(found, LAW).unexplained
    assert changes.UNEXPLAINED in changes.text(found)
    assert changes.UNEXPLAINED in changes.markdown(found)
    assert found.record()["changed"][0]["unexplained"] is True


def test_a_formula_of_the_same_verdict_is_shown_and_is_no_change() -> None:
    old, new = sample.document(), sample.document()
    stated(new)
    found = compared(old, new)
    assert not found
    assert found.restated == (LAW,)
    assert f"{LAW}\n  {changes.RESTATED}" in changes.text(found)


def test_a_library_counts_for_the_claims_that_import_it() -> None:
    old, new = sample.document(), sample.document()
    for document, version in ((old, "1"), (new, "2")):
        document["provenance"]["versions"]["scikit-learn"] = version
        claim_of(document, LAW)["basis"]["libraries"].append("scikit-learn")
        ledger.validate(document)
    for name in (LAW, "damian2022/lemma-17"):
        claim_of(new, name)["status"] = "undecided"
    found = compared(old, new)
    assert change_of(found, LAW).reasons == (Reason("versions", ("scikit-learn 1 → 2",)),)
    assert change_of(found, "damian2022/lemma-17").unexplained


# What is not known.


def test_a_ledger_without_bases_does_not_know_its_code() -> None:
    old, new = ledger.parse(sample.version_1(sample.document())), sample.document()
    claim_of(new, LAW)["status"] = "undecided"
    # The digest over all sources of the run covers those of the claim.
    assert change_of(compared(old, new), LAW).unexplained
    new["provenance"]["sources"] = "77" * 32
    change = change_of(compared(old, new), LAW)
    assert (change.reasons, change.unknown, change.unexplained) == ((), ("code",), False)
    assert "not known whether changed: code" in changes.text(compared(old, new))
    new["provenance"]["root_seed"] = 7
    assert change_of(compared(old, new), LAW).reasons == (Reason("root seed", ("1 → 7",)),)


def test_a_root_seed_does_not_matter_to_an_exact_claim_without_a_basis() -> None:
    old, new = ledger.parse(sample.version_1(sample.document())), sample.document()
    new["provenance"]["root_seed"] = 7
    claim_of(new, "damian2022/relu-hermite")["grade"] = "sampled"
    (change,) = [c for c in compared(old, new).changed if c.claim == "damian2022/relu-hermite"]
    assert change.unexplained


def test_a_smoke_run_without_bases_does_not_know_how_thorough_it_was() -> None:
    old = ledger.parse(sample.version_1(sample.document(profile="smoke")))
    new = sample.document()
    claim_of(new, LAW)["grade"] = "stated"
    change = change_of(compared(old, new), LAW)
    assert change.reasons == (Reason("profile", ("smoke → ci",)),)
    assert change.unknown == ("thoroughness",)


def test_a_table_knows_its_profile_alone(tmp_path: Path) -> None:
    old, new = tmp_path / "verdicts.json", tmp_path / "ledger.json"
    ledger.write_table(ledger.verdict_table(sample.document()), old)
    document = sample.document(profile="paper")
    claim_of(document, LAW)["grade"] = "stated"
    ledger.write(document, new)
    change = change_of(compare(read(old), read(new)), LAW)
    assert change.reasons == (Reason("profile", ("ci → paper",)),)
    assert change.unknown == ("formula", "code", "versions", "dependencies", "looks", "root seed")
    assert not compare(read(old), read(old))
    assert compare(read(old), read(old)).unchanged == 5


# Words.


def test_the_text_by_name() -> None:
    old = sample.document([sample.claim("a"), sample.claim("gone", findings=[])])
    new = sample.document(
        [
            sample.claim("a", status="fails", scope={}, mutants=sample.mutants(31, 29, survivors=["1 → 2"])),
            sample.equation_1(),
        ]
    )
    many = {f"m{index}": "77" * 32 for index in range(9)}
    changed_code(new, {**sample.MODULES, "lemmata.judge": "77" * 32, "theory.hermite": "77" * 32, **many})
    assert changes.text(compared(old, new)) == (
        "1 verdict changed, 1 claim is new, 1 claim is gone, 0 unchanged\n"
        "\n"
        "damian2022/a\n"
        "  status holds → fails\n"
        "  scope (real x) → (no free symbols)\n"
        "  mutants: killed 30 → 29, implied 1 → 2, survivors 0 → 1\n"
        "  changed beneath it:\n"
        "    code: theory.hermite, lemmata.judge; new m0, m1, m2, m3, m4, m5, m6, m7, and 1 more\n"
        "\n"
        "damian2022/equation-1\n"
        "  new: fails, symbolic; erratum\n"
        "\n"
        "damian2022/gone\n"
        "  gone: holds, symbolic\n"
    )
    assert changes.text(compared(new, new)) == "no verdict changed, 2 unchanged\n"


def test_a_long_comment_is_cut() -> None:
    claims = [sample.claim(f"c{index}") for index in range(3000)]
    found = compare(of(sample.document([])), of(sample.document(claims)))
    page = changes.markdown(found)
    assert len(page.encode()) <= changes.LIMIT
    assert "more lines; 'lemmata diff' shows all of them." in page


# Files.


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON.*name a ledger or a table of verdicts"),
        ("[]", "schema version"),
        ("3", "schema version"),
        ('{"schema_version": 9, "claims": []}', "update lemmata"),
        ('{"schema_version": 9, "claims": {}}', "not a table of verdicts of version 1"),
        ('{"schema_version": 1, "profile": "ci", "claims": {"a/b": {"status": "holds"}}}', "not valid at claims"),
    ],
)
def test_what_cannot_be_compared_is_one_clear_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "file.json"
    path.write_text(content)
    with pytest.raises(LemmataError, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
