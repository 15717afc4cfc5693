"""Which papers a project has, and which of them a command line means."""

from __future__ import annotations

from pathlib import Path

import pytest
from claim_files import HOLDS, claim_file

from lemmata.errors import LemmataError
from lemmata.papers import Selection, configured, discover, select


def project(folder: Path, claims: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(f"[tool.lemmata]\nclaims = {claims}\n", encoding="utf-8")
    return folder


def test_entries_are_installed_papers_files_and_modules_in_their_order(tmp_path: Path) -> None:
    sources = configured(project(tmp_path, '["theory/mine.py", "damian2022", "package.claims"]'))
    assert [source.name for source in sources] == ["mine", "damian2022", "claims"]
    mine, installed, module = sources
    assert mine.modules == (str(tmp_path / "theory" / "mine.py"),)
    assert installed == discover(tmp_path)["damian2022"]
    assert len(installed.modules) == 2
    assert module.modules == ("package.claims",)


def test_without_a_name_the_projects_papers_are_meant(tmp_path: Path) -> None:
    assert [source.name for source in select([], project(tmp_path, '["mine.py"]')).sources] == ["mine"]


def test_without_a_name_and_a_project_all_installed_papers_are_meant(tmp_path: Path) -> None:
    assert "damian2022" in [source.name for source in select([], tmp_path).sources]
    assert "damian2022" in [source.name for source in select([], project(tmp_path, "[]")).sources]


def test_an_installed_paper_can_be_named_in_a_project(tmp_path: Path) -> None:
    assert [source.name for source in select(["damian2022"], project(tmp_path, '["mine.py"]')).sources] == [
        "damian2022"
    ]


def test_a_project_is_found_from_the_folders_below(tmp_path: Path) -> None:
    project(tmp_path, '["claims/mine.py"]')
    below = tmp_path / "src" / "deep"
    below.mkdir(parents=True)
    (below / "pyproject.toml").write_text("[project]\nname = 'other'\n", encoding="utf-8")
    (source,) = configured(below)
    assert source.modules == (str(tmp_path / "claims" / "mine.py"),)


@pytest.mark.parametrize("claims", ["'mine.py'", "[1]", "3", "[['mine.py']]"])
def test_a_malformed_list_is_named(tmp_path: Path, claims: str) -> None:
    with pytest.raises(LemmataError, match=r"pyproject.toml: \[tool.lemmata\] claims must be a list"):
        configured(project(tmp_path, claims))


def test_two_claim_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LemmataError, match="'claims' is the name of two papers"):
        configured(project(tmp_path, '["first/claims.py", "second/claims.py"]'))


@pytest.mark.parametrize("text", ["[tool.lemmata", "tool = 3", "[tool]\nlemmata = 1"])
def test_a_pyproject_that_is_none_is_named_or_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    if text == "tool = 3":
        assert configured(tmp_path) == []
    else:
        with pytest.raises(LemmataError, match=r"pyproject.toml: "):
            configured(tmp_path)


def test_what_is_asked_of_one_file_is_not_asked_of_another(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "claims.py").touch()
    first, second = (str(tmp_path / name / "claims.py") for name in ("first", "second"))
    selection = select([f"{first}::lemma", second], tmp_path)
    assert [selection.asked("paper", source) for source in selection.sources] == [{"paper/lemma"}, set()]
    selection = select([f"{first}::lemma", f"{second}::theorem"], tmp_path)
    assert [selection.asked("paper", source) for source in selection.sources] == [{"paper/lemma"}, {"paper/theorem"}]
    selection = select([f"{first}::lemma", first], tmp_path)
    assert [selection.asked("paper", source) for source in selection.sources] == [set()]


def test_a_claim_is_asked_for_by_its_papers_name_or_its_sources(tmp_path: Path) -> None:
    (source,) = select(["damian2022/lemma-4"], tmp_path).sources
    assert select(["damian2022/lemma-4"], tmp_path).asked("damian2022", source) == {"damian2022/lemma-4"}
    by_paper = Selection((source,), frozenset({"another/lemma-4"}))
    assert by_paper.asked("another", source) == {"another/lemma-4"}


@pytest.mark.parametrize("word", ["damian2022/lemma-4/part", "{file}::lemma/part"])
def test_a_name_with_too_many_parts_does_not_stand_for_the_whole_paper(tmp_path: Path, word: str) -> None:
    (tmp_path / "mine.py").touch()
    with pytest.raises(LemmataError, match=r"unknown claim .*; write PAPER/CLAIM"):
        select([word.format(file=tmp_path / "mine.py")], tmp_path)


@pytest.mark.parametrize("word", ["{folder}", "{folder}/", "."])
def test_a_folder_is_told_from_a_paper(tmp_path: Path, word: str) -> None:
    with pytest.raises(LemmataError, match="is a folder; name a claim file in it"):
        select([word.format(folder=tmp_path)], tmp_path)


def test_a_paper_is_no_folder_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "damian2022").mkdir()
    assert [source.name for source in select(["damian2022"], tmp_path).sources] == ["damian2022"]


@pytest.mark.parametrize("entry", ["", ".", "a b", "claims.py::lemma", "damian2022/lemma-4", "claims.pyc/"])
def test_an_entry_that_can_be_nothing_is_named(tmp_path: Path, entry: str) -> None:
    place = project(tmp_path, f'["{entry}"]')
    with pytest.raises(LemmataError, match="is no claim file") as refused:
        configured(place)
    assert f"'{entry}'" in str(refused.value)
    assert str(tmp_path / "pyproject.toml") in str(refused.value)


def test_a_misspelt_setting_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.lemmata]\nclaim = ["mine.py"]\n', encoding="utf-8")
    with pytest.raises(LemmataError, match=r"pyproject.toml: \[tool.lemmata\] has no 'claim'; did you mean 'claims'"):
        discover(tmp_path)


def test_a_paper_of_the_project_goes_by_its_own_name_too(tmp_path: Path) -> None:
    folder = project(tmp_path, '["claims.py", "broken.py"]')
    (tmp_path / "claims.py").write_text(claim_file(HOLDS))
    (tmp_path / "broken.py").write_text("1 / 0")
    by_file, by_paper = select(["claims/holds"], folder), select(["toy/holds"], folder)
    assert by_file == by_paper
    assert [source.name for source in by_paper.sources] == ["claims"]
    with pytest.raises(LemmataError, match="unknown paper 'toys'"):
        select(["toys/holds"], folder)
