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
    """Finds modules beside the claim file that is at work, after all other finders: what is installed is never shadowed.

    It stays, as functions may import when they are called. Claim files of other folders have modules of their own by the
    same names, which are kept apart and come back when their folder does.
    """

    def __init__(self) -> None:
        self.folder = ""
        self.found: dict[str, set[str]] = {}
        """The top-level modules found in each folder."""
        self._apart: dict[str, dict[str, ModuleType]] = {}
        """What other folders' modules are called, and the modules, by folder."""

    def turn_to(self, folder: Path) -> None:
        """Look there from now on, and nowhere else."""
        if self not in sys.meta_path:
            sys.meta_path.append(self)
        place = str(folder)
        if place == self.folder:
            return
        mine = self.found.get(self.folder, set())
        loaded = [name for name in sys.modules if name.partition(".")[0] in mine]
        self._apart[self.folder] = {name: sys.modules.pop(name) for name in loaded}
        sys.modules.update(self._apart.pop(place, {}))
        self.folder = place

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is not None:
            return None
        spec = PathFinder.find_spec(fullname, [self.folder], target)
        if spec is not None:
            self.found.setdefault(self.folder, set()).add(fullname)
        return spec


_beside = _Beside()


def turn_to(folder: Path) -> None:
    """Let claims work that lie in this folder: modules beside them are found, those beside other claim files are not."""
    _beside.turn_to(folder)


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
    turn_to(path.parent)
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise LemmataError(f"{path}: a claim file must be a Python file (.py)")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    _private_files[name] = path
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise LemmataError(f"{path}: does not import: {described(error, str(path))}{_remedy(error)}") from error
    return module


def found_beside(module: str) -> Path | None:
    """The folder in which a module was found because the claim file at work lies there; None for any other module."""
    top = module.partition(".")[0]
    return Path(_beside.folder) if top in _beside.found.get(_beside.folder, ()) else None


def load_module(name: str, beside: Path | None = None) -> ModuleType:
    """Import a module by name.

    Parameters
    ----------
    beside : the folder of the claim file beside which it lies, where it is not installed.

    Raises
    ------
    LemmataError : it does not import; the message names the module and the error.
    """
    if beside is not None:
        turn_to(beside)
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
    if isinstance(error, ImportError) and error.name and error.path:
        return f"; '{error.name}' is {error.path} (a claim file imports what lies beside it by plain names)"
    return ""


def _place(package: str) -> str | None:
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    return next(iter(spec.submodule_search_locations or []), spec.origin)
