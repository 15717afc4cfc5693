"""A project of one's own: ``lemmata init`` writes a small working package around one paper."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from lemmata.errors import LemmataError
from lemmata.output import write_text
from lemmata.papers import STATEMENTS

TEMPLATE = "mypaper"
"""The paper of the template, which is a working package itself; its name is replaced."""

REQUIREMENT = "lemmata>=0.1"
"""What the template's pyproject.toml requires."""

_HIDDEN = {"gitignore": ".gitignore", "github": ".github"}
"""Names that begin with a dot, which packaging tools leave out, and what the template calls them."""

_FOLDERS = ("docs", "tests")
"""Folders beside the package, which therefore cannot be called so."""

_NAME = re.compile(r"[a-z][a-z0-9]*")

# As in a string of TOML, where neither signs of control nor what ends or escapes it may stand; and of no other project.
_REQUIREMENT = re.compile(r"lemmata(?![\w.-])[^\"\\\x00-\x1f\x7f]*")


def create(folder: Path, requirement: str | None = None) -> list[Path]:
    """Write the project into a new or empty folder, whose name becomes that of the paper and of its package.

    Parameters
    ----------
    folder : its last part, as ``cho2009``, is lower-case letters and digits.
    requirement : how pip finds lemmata, as ``lemmata @ git+https://...``; by default the version on PyPI.

    Returns
    -------
    The files, in the order in which to read them.

    Raises
    ------
    LemmataError : a name that does not serve or is taken, a folder that holds something, a place that cannot be written.
    """
    folder = folder.resolve()
    name = folder.name
    _check_name(name)
    _check_requirement(requirement)
    _check_empty(folder)
    written = []
    for path, text in _template():
        target = folder.joinpath(*(_HIDDEN.get(part, part).replace(TEMPLATE, name) for part in path.parts))
        text = re.sub(rf"\b{TEMPLATE}\b", name, text)
        if requirement is not None and path.name == "pyproject.toml":
            text = text.replace(f'"{REQUIREMENT}"', f'"{requirement}"')
        write_text(text, target)
        written.append(target)
    return written


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise LemmataError(f"'{name}': name a paper with lower-case letters and digits, a letter first, as 'cho2009'")
    papers = {entry.name for entry in entry_points(group=STATEMENTS)}
    if name in papers:
        raise LemmataError(f"'{name}' is the name of an installed paper; choose another")
    if name in _FOLDERS:
        raise LemmataError(f"'{name}' is a folder of every project; choose another name")
    if name in sys.stdlib_module_names or importlib.util.find_spec(name) is not None:
        raise LemmataError(f"'{name}' is the name of an installed Python package; choose another")


def _check_requirement(requirement: str | None) -> None:
    if requirement is not None and not _REQUIREMENT.fullmatch(requirement):
        raise LemmataError(
            f"requirement '{requirement}': write it as pip does, as 'lemmata>=0.1' or 'lemmata @ https://...'"
        )


def _check_empty(folder: Path) -> None:
    """Nothing is overwritten. What starts with a dot (a repository, an environment) is no content."""
    try:
        holds = sorted(item.name for item in folder.iterdir() if not item.name.startswith("."))
    except FileNotFoundError:
        return
    except OSError as error:
        raise LemmataError(f"{folder}: cannot be used ({error.strerror}); name a new or empty folder") from error
    taken = [name for name in (".gitignore", ".github") if (folder / name).exists()]
    if holds or taken:
        raise LemmataError(f"{folder}: holds {', '.join((holds + taken)[:3])} already; name a new or empty folder")


def _template() -> Iterator[tuple[PurePosixPath, str]]:
    yield from _files(files("lemmata").joinpath("templates", "project"), PurePosixPath())


def _files(folder: Traversable, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, str]]:
    # Files before folders: the README first.
    for item in sorted(folder.iterdir(), key=lambda item: (item.is_dir(), item.name)):
        if item.name == "__pycache__":
            continue
        if item.is_dir():
            yield from _files(item, path / item.name)
        else:
            yield path / item.name, item.read_text(encoding="utf-8")
