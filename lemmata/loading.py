"""Importing claims: modules by name, claim files by path, and one line that says what is wrong where it fails."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
import traceback
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

from lemmata.errors import LemmataError
from lemmata.seeding import digest

_PRIVATE_PREFIX = "_lemmata_claims_"
_private_files: dict[str, Path] = {}


class _Beside(MetaPathFinder):
    """Finds modules beside claim files, after all other finders: what is installed is never shadowed.

    It stays, as functions may import when they are called.
    """

    def __init__(self) -> None:
        self.folders: list[str] = []
        self.found: dict[str, str] = {}
        """The folder in which a module was found, by its name."""

    def turn_to(self, folder: Path) -> None:
        """Look there first from now on, and forget what other folders call by the same names."""
        place = str(folder)
        self.folders = [place, *(other for other in self.folders if other != place)]
        if self not in sys.meta_path:
            sys.meta_path.append(self)
        for name in [name for name, where in self.found.items() if where != place]:
            del self.found[name]
            for module in [module for module in sys.modules if module == name or module.startswith(f"{name}.")]:
                del sys.modules[module]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is not None:
            return None
        for folder in self.folders:
            spec = PathFinder.find_spec(fullname, [folder], target)
            if spec is not None:
                self.found[fullname] = folder
                return spec
        return None


_beside = _Beside()


def load_private(path: Path) -> ModuleType:
    """Import a claim file by its path under a private name, so that a folder called ``theory`` shadows nothing.

    Modules beside the file can be imported by their names, where nothing that is installed has the same name.

    Raises
    ------
    LemmataError : the file does not exist or does not import; the message names the file and the error.
    """
    path = path.resolve()
    if not path.is_file():
        raise LemmataError(f"{path}: no such claim file")
    # By its content too: an edited file is another module, lest a verdict on the old one be stored for the new one.
    name = _PRIVATE_PREFIX + digest(str(path), hashlib.sha256(path.read_bytes()).hexdigest())[:16]
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise LemmataError(f"{path}: a claim file must be a Python file (.py)")
    _beside.turn_to(path.parent)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    _private_files[name] = path
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise LemmataError(f"{path}: does not import: {described(error, str(path))}{_remedy(error)}") from error
    return module


def found_beside(module: str) -> bool:
    """Whether a top-level module is known from beside a claim file only, whichever."""
    return module in _beside.found


def load_module(name: str) -> ModuleType:
    """Import a claim module by name.

    Raises
    ------
    LemmataError : it does not import; the message names the module and the error.
    """
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise LemmataError(f"module {name}: does not import: {described(error)}{_remedy(error)}") from error


def public_name(module: str) -> str:
    """A module's name as shown and keyed: the file's stem for one that was loaded by path."""
    return _private_files[module].stem if module in _private_files else module


def private_file(module: str) -> Path | None:
    """The file of a module that was loaded by path; None for any other."""
    return _private_files.get(module)


def described(error: BaseException, file: str = "") -> str:
    """What an author's code raised, on one line, with the line of the author's file that led to it."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    place = f" ({Path(file).name}, line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{place}"


def _remedy(error: BaseException) -> str:
    """What to do about an import that failed; nothing where the error is not of importing."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        top, _, below = error.name.partition(".")
        place = _place(top)
        if below and place is not None:
            return (
                f"; '{top}' is {place}, which shadows any other of this name: take it off PYTHONPATH, or rename yours "
                "(a claim file imports what lies beside it by plain names)"
            )
        return "" if below else f"; install '{top}' where lemmata is installed"
    if isinstance(error, ImportError) and "relative import" in str(error):
        return (
            "; a claim file is loaded by itself: import the modules beside it by their plain names, or install the "
            "package and name its module instead of the file"
        )
    return ""


def _place(package: str) -> str | None:
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    return next(iter(spec.submodule_search_locations or []), spec.origin)
