"""Digests of sources: they follow imports, run nothing, and change exactly with what can be imported."""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from lemmata.digests import closure, closure_digest, source_digest, survey, versions
from lemmata.errors import LemmataError

Files = dict[str, str]

PAPER: Files = {
    "ours/__init__.py": "",
    "ours/claims.py": "import math\nfrom ours.objects import hermite\n",
    "ours/objects/__init__.py": "",
    "ours/objects/hermite.py": "from ours import shared\nimport numpy\n",
    "ours/shared.py": "X = 1\n",
    "ours/unrelated.py": "import ours.claims\n",
    "other/__init__.py": "from other import part\n",
    "other/part.py": "",
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory whose modules can be imported."""
    place = tmp_path / "checkout"
    place.mkdir()
    monkeypatch.syspath_prepend(place)
    return place


def write(place: Path, files: Files) -> None:
    for name, text in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def names(place: Path, *roots: str | Path, packages: tuple[str, ...] = ()) -> set[str]:
    """The closure, by paths below the place."""
    return {path.relative_to(place.resolve()).as_posix() for path in closure(roots, packages)}


# What is followed


def test_imports_are_followed_within_the_roots_packages(place: Path) -> None:
    write(place, PAPER)
    expected = {f"ours/{name}.py" for name in ("__init__", "claims", "objects/__init__", "objects/hermite", "shared")}
    assert names(place, "ours.claims") == expected
    assert names(place, place / "ours/claims.py") == expected
    assert names(place, "ours.claims", str(place / "ours/claims.py")) == expected


@pytest.mark.parametrize(
    "statement",
    [
        "import pkg.sub.leaf",
        "import os, pkg.sub.leaf as alias",
        "from pkg.sub.leaf import name",
        "from pkg.sub import leaf",
        "from pkg.sub import (name,\n    leaf as alias)",
        "from pkg.sub import *",
        "from . import sub; from .sub import leaf",
        "from .sub.leaf import name",
        "from .sub import leaf",
        "from .sub import *",
        "def f():\n    def g():\n        from pkg.sub import leaf",
        "async def f():\n    async with x:\n        import pkg.sub.leaf",
        "class C:\n    import pkg.sub.leaf",
        "if x:\n    pass\nelif y:\n    import pkg.sub.leaf",
        "for i in x:\n    pass\nelse:\n    import pkg.sub.leaf",
        "while x:\n    import pkg.sub.leaf",
        "with x:\n    import pkg.sub.leaf",
        "try:\n    pass\nexcept* E:\n    import pkg.sub.leaf",
        "try:\n    import fast\nexcept ImportError:\n    import pkg.sub.leaf",
        "try:\n    pass\nfinally:\n    import pkg.sub.leaf",
        "match x:\n    case 1:\n        import pkg.sub.leaf",
        "if TYPE_CHECKING:\n    pass\nelse:\n    import pkg.sub.leaf",
        "if not TYPE_CHECKING:\n    import pkg.sub.leaf",
    ],
)
def test_every_form_of_import_is_followed(place: Path, statement: str) -> None:
    write(
        place,
        {"pkg/__init__.py": "", "pkg/root.py": statement, "pkg/sub/__init__.py": "", "pkg/sub/leaf.py": ""},
    )
    assert names(place, "pkg.root") == {
        "pkg/__init__.py",
        "pkg/root.py",
        "pkg/sub/__init__.py",
        "pkg/sub/leaf.py",
    }


@pytest.mark.parametrize(
    "statement",
    [
        "if TYPE_CHECKING:\n    import pkg.leaf",
        "if typing.TYPE_CHECKING:\n    from . import leaf",
        "'''\nimport pkg.leaf\n'''",
        "# import pkg.leaf",
        "import leaf",
        "import numpy.leaf",
        "from pkg import missing",
        "from ....... import leaf",
    ],
)
def test_what_cannot_load_a_module_is_not_followed(place: Path, statement: str) -> None:
    write(place, {"pkg/__init__.py": "", "pkg/root.py": statement, "pkg/leaf.py": ""})
    assert names(place, "pkg.root") == {"pkg/__init__.py", "pkg/root.py"}


def test_packages_on_the_way_count_with_what_they_import(place: Path) -> None:
    files = {
        "a/__init__.py": "from a import first",
        "a/first.py": "",
        "a/b/__init__.py": "import a.second",
        "a/second.py": "",
    }
    write(place, files | {"a/b/c.py": "", "a/third.py": ""})
    expected = {*files, "a/b/c.py"}
    assert names(place, "a.b.c") == expected
    assert names(place, place / "a/b/c.py") == expected


def test_relative_imports_climb(place: Path) -> None:
    files = {
        "a/__init__.py": "",
        "a/b/__init__.py": "",
        "a/b/c/__init__.py": "from ..x import y\nfrom ...z import *",
    }
    files |= {"a/b/c/d.py": "from . import e", "a/b/c/e.py": "", "a/b/x.py": "", "a/z.py": ""}
    write(place, files)
    assert names(place, "a.b.c.d") == set(files)


def test_import_cycles_end(place: Path) -> None:
    files = {
        "a/__init__.py": "import a.b",
        "a/b.py": "import a.c\nimport a.b",
        "a/c.py": "from a import b\nimport a",
    }
    write(place, files)
    assert names(place, "a.b") == names(place, "a.c") == names(place, "a") == set(files)


def test_working_copies_are_followed_and_what_is_installed_is_not(place: Path) -> None:
    write(place, PAPER | {"ours/claims.py": "import other, numpy, sympy, json, not_there"})
    both = {"ours/__init__.py", "ours/claims.py", "other/__init__.py", "other/part.py"}
    assert names(place, "ours.claims") == both
    assert names(place, "ours.claims", packages=("other",)) == both
    assert names(place, "ours.shared", "other.part") == {"ours/__init__.py", "ours/shared.py"} | (
        both - {"ours/claims.py"}
    )


def test_an_installed_package_is_followed_where_it_is_asked_for(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = place / "lib" / "site-packages"
    write(installed, {"kit/__init__.py": "import mate", "mate.py": ""})
    write(place, {"mine.py": "import kit"})
    monkeypatch.syspath_prepend(installed)
    assert names(place, "mine") == {"mine.py"}
    followed = {str(path.relative_to(place)) for path in closure(["mine"], ["kit"])}
    assert followed == {"mine.py", "lib/site-packages/kit/__init__.py"}


def test_what_the_roots_own_packages_import_counts_by_its_version(place: Path) -> None:
    write(
        place,
        {"kit/__init__.py": "import pytest", "mine/__init__.py": "import kit, yaml, json, not_there\nimport mine.a"},
    )
    write(place, {"mine/a.py": "from hypothesis.strategies import integers\nimport numpy.linalg"})
    libraries = survey(["mine"], ["kit"]).libraries
    assert set(libraries) == {"PyYAML", "hypothesis", "numpy"}
    assert libraries["numpy"] == versions()["numpy"]
    assert set(survey(["mine"], []).libraries) == {"PyYAML", "hypothesis", "numpy", "pytest"}


@pytest.fixture
def installed(place: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts a distribution with one module among what is installed."""
    folder = place / "lib" / "site-packages"
    folder.mkdir(parents=True)
    monkeypatch.syspath_prepend(folder)

    def install(name: str, module: str, text: str = "", **more: str) -> None:
        about = {"METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", **more}
        record = "".join(f"{file},sha256={hashlib.sha256(text.encode()).hexdigest()},\n" for file in [module])
        files = {f"{name}-1.0.dist-info/{file}": content for file, content in {**about, "RECORD": record}.items()}
        write(folder, {module: text, **files})

    return install


def test_all_distributions_that_share_a_namespace_count(place: Path, installed: Callable[..., None]) -> None:
    for name in ("space_one", "space_two"):
        installed(name, f"space/{name}.py")
    write(place, {"mine.py": "import space.space_two"})
    assert set(survey(["mine"], []).libraries) == {"space_one", "space_two"}


def test_a_distribution_from_a_folder_counts_by_its_files(place: Path, installed: Callable[..., None]) -> None:
    write(place, {"mine.py": "import kit"})
    found = []
    for text in ("X = 1", "X = 2", "X = 1"):
        installed("kit", "kit.py", text, **{"direct_url.json": "{}"})
        found.append(survey(["mine"], []).libraries["kit"])
    assert found[0] == found[2] != found[1]
    assert re.fullmatch("1.0, files [0-9a-f]{8}", found[0])


def test_a_package_wins_over_a_module_of_its_name(place: Path) -> None:
    write(place, {"a/__init__.py": "import a.b", "a/b.py": "", "a/b/__init__.py": ""})
    assert names(place, "a") == {"a/__init__.py", "a/b/__init__.py"}


def test_namespace_packages_and_top_level_modules(place: Path) -> None:
    write(place, {"space/inner/leaf.py": "import single", "single.py": ""})
    assert names(place, "space.inner.leaf", packages=("single",)) == {"space/inner/leaf.py", "single.py"}


def test_a_file_in_a_package_is_followed_to_its_neighbours_by_plain_names(tmp_path: Path) -> None:
    write(tmp_path, {"pack/__init__.py": "", "pack/claims.py": "import beside", "pack/beside.py": ""})
    assert names(tmp_path, tmp_path / "pack" / "claims.py") == {
        f"pack/{n}.py" for n in ("__init__", "claims", "beside")
    }


def test_a_file_outside_any_package_is_followed_to_its_neighbours(tmp_path: Path) -> None:
    files = {
        "claims.py": "import helper\nfrom tools import gauge\nimport json",
        "helper.py": "",
        "stray.py": "",
    }
    write(
        tmp_path,
        files | {"tools/__init__.py": "", "tools/gauge.py": "from . import more", "tools/more.py": ""},
    )
    expected = {"claims.py", "helper.py", "tools/__init__.py", "tools/gauge.py", "tools/more.py"}
    assert names(tmp_path, tmp_path / "claims.py") == expected


def test_a_folder_that_is_named_like_a_package_shadows_nothing(place: Path, tmp_path: Path) -> None:
    """A file that is loaded by its path and imports the installed ``ours``, and its own neighbour."""
    write(place, PAPER)
    mine = {"ours/claims.py": "from ours import shared", "ours/shared.py": ""}
    write(tmp_path / "loose", mine)
    write(
        tmp_path / "package",
        {
            "ours/__init__.py": "",
            **mine,
            "ours/claims.py": "import ours.shared\nfrom . import near",
            "ours/near.py": "",
        },
    )

    def found(folder: str) -> set[str]:
        paths = closure([tmp_path / folder / "ours/claims.py"], ["ours"])
        return {path.relative_to(tmp_path.resolve()).as_posix() for path in paths}

    installed = {"checkout/ours/__init__.py", "checkout/ours/shared.py"}
    assert found("loose") == {"loose/ours/claims.py"} | installed
    own = {f"package/ours/{name}.py" for name in ("__init__", "claims", "near")}
    assert found("package") == own | installed


def test_nothing_is_imported(place: Path) -> None:
    write(
        place,
        {
            "boom/__init__.py": "raise SystemExit",
            "boom/part.py": "raise SystemExit\nimport boom.more",
            "boom/more.py": "",
        },
    )
    assert len(closure(["boom.part"], ["boom"])) == 3
    assert not any(name.startswith("boom") for name in sys.modules)


def test_the_closure_is_sorted_and_absolute(place: Path) -> None:
    write(place, PAPER)
    found = closure(["ours.unrelated"], ["other"])
    assert list(found) == sorted(found)
    assert all(path.is_absolute() for path in found)


# What changes the digest


@pytest.mark.parametrize("name", ["ours/shared.py", "ours/claims.py", "ours/__init__.py", "ours/objects/__init__.py"])
@pytest.mark.parametrize("edit", ["X = 2\n", "# only a comment\n"])
def test_an_edit_of_what_is_imported_changes_the_digest(place: Path, name: str, edit: str) -> None:
    write(place, PAPER)
    before = source_digest(["ours.claims"], [])
    assert source_digest(["ours.claims"], []) == before
    write(place, {name: PAPER[name] + edit})
    assert source_digest(["ours.claims"], []) != before
    write(place, {name: PAPER[name]})
    assert source_digest(["ours.claims"], []) == before


def test_an_edit_elsewhere_does_not(place: Path) -> None:
    write(place, PAPER)
    before = source_digest(["ours.claims"], ["other"])
    write(
        place,
        {"ours/unrelated.py": "X = 3", "other/part.py": "X = 3", "ours/new.py": "", "ours/data.json": "{}"},
    )
    assert source_digest(["ours.claims"], ["other"]) == before


def test_a_module_that_appears_where_an_import_looked_for_it_counts(place: Path) -> None:
    write(place, PAPER | {"ours/claims.py": "from ours import late"})
    before = source_digest(["ours.claims"], [])
    write(place, {"ours/late.py": ""})
    assert source_digest(["ours.claims"], []) != before


def test_a_module_that_moves_changes_the_digest(place: Path) -> None:
    write(place, {"a/__init__.py": "", "a/b.py": "from . import *", "a/c.py": "X = 1"})
    before = source_digest(["a.b"], [])
    (place / "a/c.py").rename(place / "a/d.py")
    assert source_digest(["a.b"], []) != before


@pytest.mark.parametrize("root", ["ours/claims.py", "claims.py"])
def test_the_digest_does_not_depend_on_where_the_checkout_lies(tmp_path: Path, root: str) -> None:
    write(tmp_path / "one", PAPER | {"claims.py": "import helper", "helper.py": ""})
    shutil.copytree(tmp_path / "one", tmp_path / "two" / "deep")
    one, two = ([tmp_path / folder / root] for folder in ("one", "two/deep"))
    assert source_digest(one, []) == source_digest(two, [])
    assert closure(one, []) != closure(two, [])


def test_the_digest_does_not_depend_on_the_order_of_roots_or_packages(place: Path) -> None:
    write(place, PAPER)
    roots: list[str | Path] = ["ours.claims", place / "ours/unrelated.py", "other"]
    assert source_digest(roots, ["ours", "other"]) == source_digest(roots[::-1], ["other", "ours"])


def test_the_digest_does_not_depend_on_the_order_of_roots_that_clash(place: Path, tmp_path: Path) -> None:
    write(place, PAPER)
    write(tmp_path / "package", {"ours/__init__.py": "", "ours/claims.py": "import ours.shared"})
    roots: list[str | Path] = ["ours.shared", tmp_path / "package/ours/claims.py"]
    assert closure(roots, []) == closure(roots[::-1], [])
    assert place.resolve() / "ours/shared.py" in closure(roots, [])


def test_the_digest_does_not_depend_on_how_a_module_is_reached(place: Path) -> None:
    files = {"a/__init__.py": "", "a/b/__init__.py": "", "a/b/c.py": "from . import d\nfrom ..e import f"}
    write(place, files | {"a/b/d.py": "", "a/e/__init__.py": "", "a/e/f.py": "from .. import b"})
    assert source_digest(["a.b.c"], []) == source_digest(["a.b.c", "a.b.d", "a.e.f"], [])


def test_the_frameworks_own_sources_have_a_digest() -> None:
    found = closure(["lemmata.digests"], ["lemmata"])
    assert {path.name for path in found} >= {"__init__.py", "digests.py", "errors.py", "seeding.py"}
    assert {path.parent.name for path in found} == {"lemmata"}
    assert re.fullmatch("[0-9a-f]{64}", source_digest(["lemmata.digests"], ["lemmata"]))


def test_modules_go_by_their_names_with_the_digests_of_their_contents(place: Path) -> None:
    write(place, PAPER)
    found = survey(["ours.claims"], ["other"]).modules
    assert list(found) == ["ours", "ours.claims", "ours.objects", "ours.objects.hermite", "ours.shared"]
    assert found["ours.shared"] == hashlib.sha256(b"X = 1\n").hexdigest()
    assert closure_digest(found) == source_digest(["ours.claims"], ["other"])
    write(place, {"ours/shared.py": "X = 2\n"})
    after = survey(["ours.claims"], ["other"]).modules
    assert {name for name in after if after[name] != found[name]} == {"ours.shared"}


def test_files_of_one_name_share_an_entry_that_changes_with_each(tmp_path: Path) -> None:
    roots = [tmp_path / folder / "toy.py" for folder in ("first", "second")]
    write(tmp_path, {"first/toy.py": "X = 1", "second/toy.py": "X = 2"})
    seen = [survey(roots, []).modules]
    for folder in ("first", "second"):
        write(tmp_path, {f"{folder}/toy.py": "X = 3"})
        seen.append(survey(roots[::-1], []).modules)
    assert [list(found) for found in seen] == [["toy"]] * 3
    assert len({found["toy"] for found in seen}) == 3


# What is refused


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"x = (", r"bad\.py:1: not valid Python: '\(' was never closed"),
        (b"import", r"bad\.py:1: not valid Python"),
        (b"x\0", r"bad\.py.*: not valid Python"),
        (b"# coding: nonsense", r"bad\.py.*: not valid Python"),
        (b"x = '\xff'", r"bad\.py.*: not valid Python"),
        (b"(" * 10000, r"bad\.py.*: not valid Python"),
        (b"-" * 100000 + b"1", r"bad\.py: not valid Python"),
    ],
)
def test_invalid_python_is_named(place: Path, content: bytes, complaint: str) -> None:
    write(place, {"ours/__init__.py": "from ours import bad"})
    (place / "ours/bad.py").write_bytes(content)
    with pytest.raises(LemmataError, match=complaint) as raised:
        closure(["ours"], [])
    assert "\n" not in str(raised.value)


def test_warnings_about_others_sources_are_kept_quiet(place: Path) -> None:
    write(place, {"single.py": "x = '\\d'\nassert (x, 1)\n"})
    assert names(place, "single") == {"single.py"}


def test_sources_in_other_encodings_are_read(place: Path) -> None:
    write(place, {"ours/__init__.py": "", "ours/leaf.py": ""})
    (place / "ours/root.py").write_bytes("# coding: latin-1\n'é'\nimport ours.leaf".encode("latin-1"))
    assert names(place, "ours.root") == {"ours/__init__.py", "ours/root.py", "ours/leaf.py"}


@pytest.mark.parametrize(
    ("root", "complaint"),
    [
        ("absent_package.claims", "package absent_package: not found"),
        ("ours.absent", "module ours.absent: no such Python source in package ours"),
        ("ours.claims.absent", "module ours.claims.absent: no such Python source"),
        ("ours.data", "module ours.data: no such Python source"),
        ("sys", "package sys: has no Python source"),
        ("", "needs the name of a top-level package"),
        ("not/there.py", "there.py: no such Python file"),
        (Path("ours"), "ours: no such Python file"),
    ],
)
def test_missing_roots_are_named(place: Path, root: str | Path, complaint: str) -> None:
    write(place, PAPER | {"ours/data/table.csv": ""})
    with pytest.raises(LemmataError, match=re.escape(complaint)):
        closure([root], [])


def test_a_module_without_an_origin_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "handmade", ModuleType("handmade"))
    with pytest.raises(LemmataError, match="package handmade: not found"):
        closure(["handmade.part"], [])


@pytest.mark.parametrize("package", ["absent_package", "ours.objects", ""])
def test_missing_packages_are_named(place: Path, package: str) -> None:
    write(place, PAPER)
    with pytest.raises(LemmataError, match="package"):
        closure(["ours.claims"], [package])


def test_unreadable_files_are_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(place, PAPER)

    def unreadable(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", unreadable)
    with pytest.raises(LemmataError, match="cannot be read: Permission denied"):
        closure(["ours.claims"], [])


# Versions


def test_versions_are_those_of_what_is_installed() -> None:
    import numpy

    found = versions()
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert found["numpy"] == numpy.__version__


def test_missing_distributions_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lemmata.digests.DISTRIBUTIONS", ("numpy", "no-such-distribution"))
    assert versions().keys() == {"python", "numpy"}
