"""Finding papers: through entry points, a project's configuration, or a file's path. Framework code knows none by name."""

from __future__ import annotations

import difflib
import importlib.metadata
import tomllib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from lemmata.errors import LemmataError
from lemmata.loading import load_module, load_private, turn_to

if TYPE_CHECKING:
    from lemmata.claims import Claim, Paper

STATEMENTS = "lemmata.papers"
"""Entry points of modules that state papers."""
MEASUREMENTS = "lemmata.measurements"
"""Entry points, by the same names, of modules that attach measured checks."""


@dataclass(frozen=True)
class Source:
    """Where a paper comes from: its name, and its modules (names, or absolute paths of files), statements first."""

    name: str
    modules: tuple[str, ...]

    def enter(self) -> None:
        """Let what lies beside its claim file be found, and by the names that it has there."""
        for name in self.modules:
            if is_path(name):
                turn_to(Path(name).parent)

    def load(self) -> Paper:
        """Import the modules and return the paper that they state.

        Raises
        ------
        LemmataError : a module does not import, or they do not state exactly one paper.
        """
        from lemmata.claims import Paper

        found: dict[int, Paper] = {}
        for name in self.modules:
            module = load_private(Path(name)) if is_path(name) else load_module(name)
            found |= {id(value): value for value in vars(module).values() if isinstance(value, Paper)}
        if len(found) != 1:
            where = self.modules[0]
            raise LemmataError(f"{where}: states {len(found)} papers; a claim file has one Paper(...) at its top level")
        paper = next(iter(found.values()))
        if not paper.claims:
            raise LemmataError(f"{self.modules[0]}: the paper {paper.id} states no claim")
        return paper


@dataclass(frozen=True)
class Selection:
    """What is to be run: papers, and of each some claims or all of them.

    A claim is ``<paper>/<slug>``, or ``<module>/<slug>`` with the first module of its source: two claim files may be called
    alike, and a claim file otherwise than its paper.
    """

    sources: tuple[Source, ...]
    claims: frozenset[str]

    def asked(self, paper: str, source: Source) -> frozenset[str]:
        """The ids of the claims that were asked for; empty for all of the paper's."""
        parts = [claim.rpartition("/")[::2] for claim in self.claims]
        return frozenset(f"{paper}/{slug}" for name, slug in parts if name in (source.modules[0], paper))


def is_path(name: str) -> bool:
    """Whether a module is given by its file's path."""
    return name.endswith(".py") or "/" in name


def discover(project: Path | None = None) -> dict[str, Source]:
    """All papers that are installed, and those of the project's ``[tool.lemmata] claims`` (see ``configured``).

    Raises
    ------
    LemmataError : the configuration is malformed.
    """
    found = _installed()
    for source in configured(project):
        found[source.name] = source
    return dict(sorted(found.items()))


def configured(project: Path | None = None) -> list[Source]:
    """The papers of a project, in the order of ``[tool.lemmata] claims`` in its pyproject.toml.

    An entry is the name of an installed paper, a claim file (relative to pyproject.toml), or a module.

    Parameters
    ----------
    project : a folder of the project, by default the current one; the nearest pyproject.toml with a table
        ``[tool.lemmata]``, there or above, counts.

    Raises
    ------
    LemmataError : the configuration is malformed.
    """
    found = _configuration((project or Path.cwd()).resolve())
    if found is None:
        return []
    folder, names = found
    installed = _installed()
    sources = []
    for name in names:
        if name in installed:
            sources.append(installed[name])
        elif name.endswith(".py"):
            sources.append(Source(Path(name).stem, (str((folder / name).resolve()),)))
        elif all(part.isidentifier() for part in name.split(".")):
            sources.append(Source(name.rpartition(".")[2], (name,)))
        else:
            raise LemmataError(
                f"{folder / 'pyproject.toml'}: [tool.lemmata] claims: '{name}' is no claim file (as 'claims.py'), module or "
                "installed paper"
            )
    names = [source.name for source in sources]
    for name in names:
        if names.count(name) > 1:
            raise LemmataError(f"{folder / 'pyproject.toml'}: '{name}' is the name of two papers; rename one file")
    return sources


def select(wanted: Sequence[str], project: Path | None = None) -> Selection:
    """The papers and claims of a command line. If it names none: the project's papers, or else all that are installed.

    A word is a paper's name, ``PAPER/CLAIM``, a claim file's path, or ``FILE.py::CLAIM``. A paper of the project goes by the
    name of its file, and by its own.

    Raises
    ------
    LemmataError : a name that no paper has, with the nearest one that exists; a folder; a claim that cannot be.
    """
    known = discover(project)
    if not wanted:
        return Selection(tuple(configured(project) or known.values()), frozenset())
    chosen: dict[Source, set[str]] = {}
    whole: set[Source] = set()
    for word in wanted:
        file, _, slug = word.partition("::")
        if file.endswith(".py"):
            path = Path(file).resolve()
            if not path.is_file():
                raise LemmataError(f"{file}: no such claim file")
            source = Source(path.stem, (str(path),))
        else:
            name, _, slug = word.partition("/")
            if word and name not in known and Path(word).is_dir():
                raise LemmataError(f"{word}: is a folder; name a claim file in it, as {Path(word, 'claims.py')}")
            source = known.get(name) or _by_paper(name, project) or _unknown(name, known)
        if "/" in slug:
            raise LemmataError(f"unknown claim '{word}'; write PAPER/CLAIM or FILE.py::CLAIM")
        chosen.setdefault(source, set()).add(f"{source.modules[0]}/{slug}")
        if not slug:
            whole.add(source)
    claims = frozenset(claim for source, asked in chosen.items() if source not in whole for claim in asked)
    return Selection(tuple(chosen), claims)


def _by_paper(paper: str, project: Path | None) -> Source | None:
    """The project's source that states the paper; verdicts show the paper's name, and a file may be called otherwise."""
    for source in configured(project):
        with suppress(LemmataError):  # what does not import is told when it is asked for
            if source.load().id == paper:
                return source
    return None


def _unknown(name: str, known: Iterable[str]) -> NoReturn:
    raise LemmataError(f"unknown paper '{name}'{nearest(name, known)}")


def nearest(word: str, known: Iterable[str]) -> str:
    """What to add to "unknown ...": the nearest known word, or all of them."""
    names = list(known)
    close = difflib.get_close_matches(word, names, 1)
    if close:
        return f"; did you mean '{close[0]}'?"
    return f"; there are {', '.join(names)}" if names else "; none are installed"


def claim_of(paper: Paper, claim_id: str) -> Claim:
    """The paper's claim of that id.

    Raises
    ------
    LemmataError : there is none.
    """
    for claim in paper.claims.values():
        if claim.id == claim_id:
            return claim
    raise LemmataError(f"unknown claim '{claim_id}'{nearest(claim_id, (c.id for c in paper.claims.values()))}")


def _installed() -> dict[str, Source]:
    modules: dict[str, list[str]] = {}
    for group in (STATEMENTS, MEASUREMENTS):
        for entry in importlib.metadata.entry_points(group=group):
            if entry.value not in modules.setdefault(entry.name, []):
                modules[entry.name].append(entry.value)
    return {name: Source(name, tuple(values)) for name, values in modules.items()}


def _configuration(folder: Path) -> tuple[Path, list[str]] | None:
    """The folder of the nearest pyproject.toml with a table ``[tool.lemmata]``, and the claims that it lists."""
    for place in (folder, *folder.parents):
        file = place / "pyproject.toml"
        if not file.is_file():
            continue
        try:
            tools = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
        except (OSError, ValueError) as error:
            raise LemmataError(f"{file}: cannot be read: {error}") from error
        table = tools.get("lemmata") if isinstance(tools, dict) else None
        if table is None:
            continue
        for key in table if isinstance(table, dict) else ():
            if key != "claims":
                raise LemmataError(f"{file}: [tool.lemmata] has no '{key}'{nearest(key, ['claims'])}")
        claims = table.get("claims", []) if isinstance(table, dict) else None
        if not (isinstance(claims, list) and all(isinstance(name, str) for name in claims)):
            raise LemmataError(f"{file}: [tool.lemmata] claims must be a list of file paths, module or paper names")
        return place, claims
    return None
