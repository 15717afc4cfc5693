"""Importing claim files: what lies beside them, what they shadow, and what is said when it fails."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from claim_files import HEAD, HOLDS

from lemmata.digests import closure
from lemmata.errors import LemmataError
from lemmata.loading import found_beside, load_module, load_private, public_name
from lemmata.papers import Source


@pytest.fixture(autouse=True)
def imports_left_alone() -> Iterator[None]:
    finders, modules = list(sys.meta_path), set(sys.modules)
    yield
    sys.meta_path[:] = finders
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def claim_file(folder: Path, text: str, name: str = "mine.py") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_claim_file_imports_what_lies_beside_it(tmp_path: Path) -> None:
    claim_file(tmp_path, "answer = 42", "beside.py")
    module = load_private(claim_file(tmp_path, "def late():\n    import beside\n    return beside.answer"))
    assert module.late() == 42
    assert public_name(module.__name__) == "mine"


def test_each_claim_file_has_neighbours_of_its_own(tmp_path: Path) -> None:
    files = {}
    for name in ("first", "second"):
        claim_file(tmp_path / name / "tools", f"where = {name!r}", "__init__.py")
        claim_file(tmp_path / name / "tools", f"where = {name!r}", "part.py")
        claim_file(tmp_path / name, f"where = {name!r}", "beside.py")
        files[name] = claim_file(tmp_path / name, "import beside, tools.part\nwhere = beside.where, tools.part.where")
    for name, file in [*files.items(), *files.items()]:
        assert load_private(file).where == (name, name)
    for name, file in files.items():
        followed = closure([file], [])
        assert {path.parent for path in followed} == {tmp_path / name, tmp_path / name / "tools"}
        assert len(followed) == 4


def test_functions_import_late_what_lies_beside_their_own_file(tmp_path: Path) -> None:
    files = {}
    for name in ("first", "second"):
        claim_file(tmp_path / name, f"where = {name!r}", "beside.py")
        files[name] = claim_file(tmp_path / name, "def late():\n    import beside\n    return beside.where")
    for file in files.values():
        load_private(file)
    for name, file in [*files.items(), *files.items()]:
        assert load_private(file).late() == name


def test_neighbours_come_back_as_they_were(tmp_path: Path) -> None:
    for name in ("first", "second"):
        claim_file(tmp_path / name / "tools", "", "__init__.py")
        claim_file(tmp_path / name / "tools", "class Tool: ...", "part.py")
    text = "import tools.part\ntool = tools.part.Tool"
    first = load_private(claim_file(tmp_path / "first", text))
    second = load_private(claim_file(tmp_path / "second", text))
    assert second.tool is sys.modules["tools.part"].Tool is not first.tool
    load_private(tmp_path / "first" / "mine.py")
    assert sys.modules["tools.part"].Tool is first.tool


def test_what_lies_beside_another_claim_file_is_not_found(tmp_path: Path) -> None:
    claim_file(tmp_path / "first", "", "beside.py")
    load_private(claim_file(tmp_path / "first", "import beside"))
    with pytest.raises(LemmataError, match="No module named 'beside'"):
        load_private(claim_file(tmp_path / "second", "import beside"))


def test_a_module_tells_beside_which_file_it_lies(tmp_path: Path) -> None:
    claim_file(tmp_path / "first" / "tools", "", "part.py")
    load_private(claim_file(tmp_path / "first", "import tools.part"))
    assert found_beside("tools.part") == tmp_path / "first"
    assert found_beside("pytest") is None
    load_private(claim_file(tmp_path / "second", ""))
    assert found_beside("tools.part") is None
    assert load_module("tools.part", tmp_path / "first").__file__ == str(tmp_path / "first" / "tools" / "part.py")


def test_new_files_are_seen_once_caches_are_invalidated(tmp_path: Path) -> None:
    load_private(claim_file(tmp_path, ""))
    claim_file(tmp_path, "answer = 42", "later.py")
    importlib.invalidate_caches()
    assert importlib.import_module("later").answer == 42


def test_what_lies_beside_a_claim_file_shadows_nothing(tmp_path: Path) -> None:
    claim_file(tmp_path / "theory", "raise RuntimeError('not to be imported')", "__init__.py")
    claim_file(tmp_path / "theory", "raise RuntimeError('not to be imported')", "theory.py")
    module = load_private(claim_file(tmp_path / "theory", "import theory.hermite\nplace = theory.__file__"))
    assert not Path(module.place).is_relative_to(tmp_path)


def test_a_claim_file_in_a_package_of_its_own_loads_as_a_paper(tmp_path: Path) -> None:
    claim_file(tmp_path / "theory", "", "__init__.py")
    file = claim_file(tmp_path / "theory", HEAD + HOLDS)
    assert list(Source("mine", (str(file),)).load().claims) == ["holds"]


def test_a_missing_module_comes_with_what_to_install(tmp_path: Path) -> None:
    file = claim_file(tmp_path, "\nimport not_installed_anywhere")
    with pytest.raises(LemmataError) as refused:
        load_private(file)
    line = str(refused.value)
    assert "\n" not in line
    for word in (str(file), "line 2", "install 'not_installed_anywhere'"):
        assert word in line


def test_a_module_that_an_installed_package_lacks_comes_with_its_place(tmp_path: Path) -> None:
    file = claim_file(tmp_path / "theory", "from theory.mine import He")
    import theory

    with pytest.raises(LemmataError) as refused:
        load_private(file)
    for word in ("'theory' is", str(Path(theory.__file__ or "").parent), "rename yours", "plain names"):
        assert word in str(refused.value)


def test_a_name_that_an_installed_module_lacks_comes_with_its_place(tmp_path: Path) -> None:
    file = claim_file(tmp_path / "theory", "from theory.hermite import arccos1")
    with pytest.raises(LemmataError, match=r"'theory.hermite' is .*hermite\.py \(a claim file imports"):
        load_private(file)


def test_a_relative_import_comes_with_the_two_ways_out(tmp_path: Path) -> None:
    file = claim_file(tmp_path, "from .other import thing")
    with pytest.raises(LemmataError, match="plain names, or install the package"):
        load_private(file)


def test_an_error_of_the_authors_code_comes_without_remedies(tmp_path: Path) -> None:
    file = claim_file(tmp_path, "1 / 0")
    with pytest.raises(LemmataError, match=r"ZeroDivisionError: division by zero \(mine.py, line 1\)$"):
        load_private(file)
    with pytest.raises(LemmataError, match=r"does not import: ModuleNotFoundError.*; install 'no_such_module'"):
        load_module("no_such_module")
