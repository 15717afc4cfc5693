"""What a verdict rests on: the sources that its check can import, and the versions of the libraries that
matter.

The sources are followed without importing anything.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import importlib.util
import platform
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from lemmata.errors import LemmataError
from lemmata.loading import found_beside
from lemmata.seeding import digest

DISTRIBUTIONS = ("sympy", "python-flint", "numpy", "scipy", "torch")
"""The libraries whose versions count."""

_INSTALLED = frozenset({"site-packages", "dist-packages"})
"""Folders whose contents change with their distribution's version only."""

Root = str | Path


def closure(roots: Iterable[Root], packages: Iterable[str]) -> tuple[Path, ...]:
    """The source files that importing the roots can load, sorted.

    Followed are ``import`` and ``from`` statements wherever they stand (save under ``if TYPE_CHECKING``),
    absolute and relative, submodules that are imported as names, and the ``__init__`` of every package on
    the way. Imports by computed names are not, nor are data files.

    Parameters
    ----------
    roots : module names, or paths of Python files (``Path``, or text that ends with ``.py``). The top-level
        packages of the roots are followed as well, and for a file, the modules beside it; and whatever else is imported
        from a working copy, as an editable install is one.
    packages : top-level packages to follow besides. The rest of the world counts by ``versions``.

    Raises
    ------
    LemmataError : a root or package does not exist or has no Python source, or a file is not valid Python.
    """
    return tuple(sorted(_followed(roots, packages).sources))


def source_digest(roots: Iterable[Root], packages: Iterable[str]) -> str:
    """SHA-256 over the names and contents of the modules in the closure, wherever the checkout lies.

    A changed comment changes it: that costs a run and cannot be wrong.

    Raises
    ------
    LemmataError : as ``closure``.
    """
    return closure_digest(survey(roots, packages).modules)


class Survey(NamedTuple):
    """What importing the roots can load.

    Parameters
    ----------
    modules : the closure's modules by dotted name, each with the SHA-256 of its content, sorted by name.
    libraries : the installed distributions besides that the roots' own packages import, with their versions.
    """

    modules: dict[str, str]
    libraries: dict[str, str]


def survey(roots: Iterable[Root], packages: Iterable[str]) -> Survey:
    """The closure's modules and libraries.

    A name is relative to the place where its top-level package lies, so that no folder of a machine shows in it. Files
    that share a name, as two claim files called ``toy.py``, share an entry, which changes when one of them does.

    Raises
    ------
    LemmataError : as ``closure``.
    """
    followed = _followed(roots, packages)
    contents: dict[str, list[str]] = {}
    for name, content in followed.sources.values():
        contents.setdefault(name, []).append(hashlib.sha256(content).hexdigest())
    modules = {name: same[0] if len(same) == 1 else digest(sorted(same)) for name, same in sorted(contents.items())}
    libraries = {name: version for package in sorted(followed.installed) for name, version in _distributions(package)}
    return Survey(modules, libraries)


def closure_digest(modules: Mapping[str, str]) -> str:
    """The digest of a closure, from the names and digests of its modules.

    Examples
    --------
    >>> closure_digest({"a": "01", "b": "02"}) == closure_digest({"b": "02", "a": "01"})
    True
    """
    return digest(sorted(modules.items()))


def versions() -> dict[str, str]:
    """The versions of Python and of the installed ones among ``DISTRIBUTIONS``, which are not imported."""
    found = {"python": platform.python_version()}
    for name in DISTRIBUTIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _distributions(package: str) -> tuple[tuple[str, str], ...]:
    """Name and version of the distributions that an installed package comes from: several may share a namespace."""
    # Most are called as their package; to look through all that are installed takes half a second.
    with suppress(importlib.metadata.PackageNotFoundError):
        return ((package, _version(package)),)
    names = importlib.metadata.packages_distributions().get(package, ())
    return tuple((name, _version(name)) for name in sorted(set(names)))


def _version(distribution: str) -> str:
    """The version; with a digest of the files where it does not tell them: what is installed from a folder or a repository
    keeps its version when it is installed anew.
    """
    found = importlib.metadata.distribution(distribution)
    if found.read_text("direct_url.json") is None:
        return found.version
    return f"{found.version}, files {digest(found.read_text('RECORD'))[:8]}"


class _Module(NamedTuple):
    """A source file, and the dotted name that it has below the place where its package lies."""

    path: Path
    name: str


class _Tree(NamedTuple):
    """A module: the file that importing it runs (None for a namespace), and where its submodules lie."""

    file: Path | None
    directories: tuple[Path, ...]


class _Import(NamedTuple):
    """What one imported name refers to: after ``level`` dots, the parts of its module and itself."""

    level: int
    parts: tuple[str, ...]


class _Scope:
    """The source trees that count as ours, and what imports mean in them."""

    def __init__(self, packages: Iterable[str]) -> None:
        self._packages = frozenset(packages)
        self._trees = {name: _locate(name) for name in self._packages}
        self._loose: tuple[Path, ...] = ()
        self._inside = cache(_inside)  # for as long as the scope lives, as files come and go
        self._foreign: set[str] = set()
        self.installed: set[str] = set()
        """Packages that are installed for good, and that others than the given packages import."""

    def root(self, root: Root) -> list[_Module]:
        """What importing a root loads first, the root last; its tree counts as ours from now on."""
        if _is_path(root):
            return self._file(Path(root).resolve())
        root = str(root)
        top = root.partition(".")[0]
        if folder := found_beside(root):
            self._loose += (folder,)
        if top not in self._trees:
            self._trees[top] = _locate(top)
        modules = list(self.targets(_Import(0, tuple(root.split("."))), _Module(Path(), "")))
        if not modules or modules[-1].name != root:
            tree = self._trees[top]
            place = next(iter(tree.directories), tree.file)
            raise LemmataError(
                f"module {root}: no such Python source in package {top}, which is {place}; if that shadows an "
                "installed package, run from another folder or take it off PYTHONPATH"
            )
        return modules

    def targets(self, statement: _Import, importer: _Module) -> Iterator[_Module]:
        """The modules of ours that an import loads: packages on the way first."""
        if statement.level:
            # By place and not by name, as a file that is loaded by its path may share its package's name with
            # another package.
            folders = importer.path.parents
            package = importer.name.split(".")[: None if importer.path.name == "__init__.py" else -1]
            yield from self._below(
                (folders[min(statement.level, len(folders)) - 1],),
                package[: max(0, len(package) - statement.level + 1)],
                statement.parts,
            )
            return
        top, *rest = statement.parts
        if top not in self._trees and not self._take_in(top):
            if importer.name.partition(".")[0] not in self._packages and top not in sys.stdlib_module_names:
                self.installed.add(top)
            yield from self._below(self._loose, [], statement.parts)
            return
        tree = self._trees[top]
        if tree.file:
            yield _Module(tree.file, top)
        yield from self._below(tree.directories, [top], rest)

    def _take_in(self, top: str) -> bool:
        """Let a top-level package or module count as ours if it is of a working copy: its version does not tell its state."""
        if top in self._foreign:
            return False
        tree = _working_copy(top)
        if tree is None:
            self._foreign.add(top)
            return False
        self._trees[top] = tree
        return True

    def _below(self, directories: tuple[Path, ...], package: Iterable[str], parts: Iterable[str]) -> Iterator[_Module]:
        """The files that importing the parts one after the other runs, as far as they are modules."""
        names = list(package)
        for part in parts:
            if part == "*":  # may load the submodules that __all__ names: take all
                for child in sorted({entry.stem for place in directories for entry in place.iterdir()}):
                    yield from self._below(directories, names, [child])
                return
            names.append(part)
            file, directories = self._inside(directories, part)
            if file:
                yield _Module(file, ".".join(names))

    def _file(self, path: Path) -> list[_Module]:
        if not path.is_file():
            raise LemmataError(f"{path}: no such Python file")
        # A claim file imports what lies beside it by plain names, be its folder a package or not.
        self._loose += (path.parent,)
        place, parts = path.parent, [] if path.name == "__init__.py" else [path.stem]
        while (place / "__init__.py").is_file():
            parts.insert(0, place.name)
            place = place.parent
        if place == path.parent:
            return [_Module(path, path.stem)]
        top = place / parts[0]
        self._trees.setdefault(parts[0], _Tree(top / "__init__.py", (top,)))
        parents = [_Module(top / "__init__.py", parts[0]), *self._below((top,), parts[:1], parts[1:-1])]
        return [*parents, _Module(path, ".".join(parts))]


def _is_path(root: Root) -> bool:
    return isinstance(root, Path) or root.endswith(".py")


class _Followed(NamedTuple):
    """Name and content of every file in the closure; and the installed packages that it imports."""

    sources: dict[Path, tuple[str, bytes]]
    installed: set[str]


def _followed(roots: Iterable[Root], packages: Iterable[str]) -> _Followed:
    scope = _Scope(packages)
    found: dict[Path, tuple[str, bytes]] = {}
    # Named modules first: what a package is called is for the import system to say, not for where a file lies.
    in_order = sorted(roots, key=lambda root: (_is_path(root), str(root)))
    waiting = [module for root in in_order for module in scope.root(root)]
    while waiting:
        module = waiting.pop()
        if module.path in found:
            continue
        try:
            content = module.path.read_bytes()
        except OSError as error:
            raise LemmataError(f"{module.path}: cannot be read: {error.strerror}") from error
        found[module.path] = module.name, content
        for statement in _checked_imports(module.path, content):
            waiting.extend(scope.targets(statement, module))
    return _Followed(found, scope.installed)


def _locate(package: str) -> _Tree:
    """Where a top-level package lies, as the import system says, which runs nothing of it."""
    if not package.isidentifier():
        raise LemmataError(f"package {package!r}: needs the name of a top-level package")
    try:
        spec = importlib.util.find_spec(package)
    except ValueError:  # a module made by hand, which has none
        spec = None
    if spec is None:
        raise LemmataError(f"package {package}: not found; install it, or start where it can be imported")
    directories = tuple(Path(place).resolve() for place in spec.submodule_search_locations or ())
    file = Path(spec.origin).resolve() if spec.origin and spec.origin.endswith(".py") else None
    if not file and not directories:
        raise LemmataError(f"package {package}: has no Python source")
    return _Tree(file, directories)


def _working_copy(package: str) -> _Tree | None:
    """Where a package lies, if neither with the standard library nor among what is installed."""
    if package in sys.stdlib_module_names:
        return None
    try:
        tree = _locate(package)
    except LemmataError:  # not there, or not in Python
        return None
    # What lies beside one claim file is no part of another's.
    if found_beside(package):
        return None
    places = [place for place in (tree.file, *tree.directories) if place]
    return None if any(_INSTALLED & set(place.parts) for place in places) else tree


def _inside(directories: tuple[Path, ...], part: str) -> _Tree:
    for directory in directories:
        package, module = directory / part / "__init__.py", directory / f"{part}.py"
        if package.is_file():
            return _Tree(package, (package.parent,))
        if module.is_file():
            return _Tree(module, ())
    return _Tree(None, tuple(directory / part for directory in directories if (directory / part).is_dir()))


def _checked_imports(path: Path, content: bytes) -> tuple[_Import, ...]:
    try:
        return _imports(content)
    except SyntaxError as error:
        raise LemmataError(f"{path}:{error.lineno}: not valid Python: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes; nested too deeply for the parser
        raise LemmataError(f"{path}: not valid Python: {str(error) or 'nested too deeply'}") from error


@lru_cache(maxsize=4096)
def _imports(content: bytes) -> tuple[_Import, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on what others write, as invalid escapes
        tree = ast.parse(content)
    found: dict[_Import, None] = {}
    for node in _statements(tree.body):
        if isinstance(node, ast.Import):
            found |= {_Import(0, tuple(alias.name.split("."))): None for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = tuple(node.module.split(".")) if node.module else ()
            found |= {_Import(node.level, (*module, alias.name)): None for alias in node.names}
    return tuple(found)


def _statements(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All statements, however deep, that can run. Expressions hold none and are not entered."""
    for node in nodes:
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" in (
            getattr(node.test, "id", None),
            getattr(node.test, "attr", None),
        ):
            yield from _statements(node.orelse)
            continue
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(node, part, ()))
