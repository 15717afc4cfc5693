"""Papers and claims: what an author writes."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from lemmata.domains import require_consistent
from lemmata.errors import LemmataError
from lemmata.experiments import SweepCell
from lemmata.loading import described, public_name
from lemmata.obligations import Obligation
from lemmata.profiles import JUDGING_ROOT
from lemmata.statements import Edit, Statement
from lemmata.verdicts import FINDING_KINDS

if TYPE_CHECKING:
    from lemmata.session import Verdict, Verdicts

Check = Callable[[Any], Iterator[Obligation]]
FigureMaker = Callable[..., dict[str, Any] | list[dict[str, Any]]]
Sweep = Callable[[str], Sequence[SweepCell]]
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SESSION = "__main__"
"""The module in which the cells of a notebook run."""


@dataclass
class Claim:
    """A statement with its place in a paper, its dependencies, and its check.

    ``stated`` is the statement as printed. Where it is misprinted, ``correction`` lists the edits that mend it.
    ``depends_on`` are the claims that a proof step uses, ``provenance`` those that it merely comes from. ``listed``
    names expected findings, each with its reason. ``control`` changes an experiment's design so that the claim must
    be refuted.
    """

    paper: Paper
    slug: str
    locator: str
    title: str
    stated: Statement
    source: str = "printed"
    correction: tuple[Edit, ...] = ()
    depends_on: tuple[Claim, ...] = ()
    provenance: tuple[Claim, ...] = ()
    listed: Mapping[str, str] = field(default_factory=dict)
    prose: str = ""
    obligations: Check | None = None
    control: Mapping[str, Any] | None = None
    slow: bool = False
    figure: FigureMaker | None = None
    sweep_cells: Sweep | None = None
    _found: tuple[Verdict, Sequence[object]] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def id(self) -> str:
        """``<paper>/<slug>``."""
        return f"{self.paper.id}/{self.slug}"

    @property
    def upheld(self) -> Statement:
        """The statement that the claim upholds: as printed, or with its correction."""
        statement = self.stated
        for edit in self.correction:
            statement = edit.apply(statement)
        return statement

    def demands(self, statement: Statement) -> list[Obligation]:
        """What the check demands of a statement, the printed one or the upheld.

        Raises
        ------
        LemmataError : the check crashes on it, or yields something else than obligations.
        """
        assert self.obligations is not None
        try:
            demanded: list[Any] = list(self.obligations(statement))
        except LemmataError as error:
            raise LemmataError(f"{self.id}: {error}") from error
        except (Exception, SystemExit) as error:
            file = inspect.getfile(self.obligations)
            raise LemmataError(f"{self.id}: its check raises {described(error, file)}") from error
        for item in demanded:
            if not isinstance(item, Obligation):
                kinds = ", ".join(kind.__name__ for kind in get_args(Obligation))
                raise LemmataError(f"{self.id}: its check yields {item!r:.60}; yield obligations: {kinds}")
        return demanded

    def without(self, edit: Edit) -> Statement:
        """The corrected statement with one edit left out."""
        statement = self.stated
        for other in self.correction:
            if other is not edit:
                statement = other.apply(statement)
        return statement

    def check(self, control: Mapping[str, Any] | None = None, slow: bool = False) -> Callable[[Check], Claim]:
        """Attach the check (decorator): a generator function from the statement to obligations; its docstring is the
        prose.

        Parameters
        ----------
        control : for measured claims, the change of the design under which the claim must be refuted.
        slow : whether the first look takes more than a few seconds: under a profile that is not thorough, one seed of
            each cell is then drawn and nothing is decided.

        Raises
        ------
        LemmataError : the claim already has a check.
        """

        if callable(control):
            raise LemmataError(f"{self.id}: write @claim.check() with its brackets")

        def attach(function: Check) -> Claim:
            if not inspect.isgeneratorfunction(function):
                raise LemmataError(f"{self.id}: its check must be a function that yields obligations")
            if self.obligations is not None:
                if not _run_again(self.obligations, function):
                    raise LemmataError(f"{self.id}: has two checks; keep one")
                if self.prose == inspect.getdoc(self.obligations):
                    self.prose = ""
            self.obligations = function
            self.control = control
            self.slow = slow
            self.prose = self.prose or inspect.getdoc(function) or ""
            return self

        return attach

    def draw(self, maker: FigureMaker) -> FigureMaker:
        """Attach a figure (decorator): a function from the statement and its measured cells to a figure of the ledger,
        or to several. Of a claim with a sweep it takes the sweep's results as a third argument.
        """
        self.figure = maker
        return maker

    def sweep(self, cells: Sweep) -> Sweep:
        """Attach a sweep for the figure (decorator): a function from the profile's name to the cells that it draws.

        They are computed as the claim's own cells are, and stored one by one; no verdict rests on them. The figure
        receives a list of ``{"experiment": name, "design": {...}, "replicates": [{statistic: value}, ...]}``.
        """
        self.sweep_cells = cells
        return cells

    def source_code(self) -> dict[str, Any] | None:
        """Where the check stands, and its text, to be shown beside the proof; None where there is none to be had."""
        if self.obligations is None:
            return None
        try:
            lines, first = inspect.getsourcelines(self.obligations)
        except OSError:  # typed at a prompt
            return None
        module = public_name(self.obligations.__module__)
        file = module.replace(".", "/") + ".py"
        if module == SESSION:
            file = Path(getattr(sys.modules[SESSION], "__file__", None) or "notebook").name
        return {"file": file, "line": first, "text": "".join(lines)}

    def verify(
        self,
        profile: str = "ci",
        *,
        root: int = JUDGING_ROOT,
        jobs: int | None = None,
        store: str | Path | None = None,
    ) -> Verdict:
        """Judge the claim and what its proof depends on, and remember the verdict. In a notebook it shows itself in full.

        A claim of a file is judged by its file and with the store, as ``lemmata run`` does it; a claim of a notebook right
        there, and its verdict lasts as long as the session.

        Parameters
        ----------
        profile : ``smoke`` (neither mutants nor slow measurements), ``ci`` or ``paper``.
        root : root seed of the measurements, at least 0.
        jobs : worker processes for a claim of a file, by default as many as processors.
        store : the folder of finished work; by default ``LEMMATA_STORE``, or else ``.lemmata``.

        Raises
        ------
        LemmataError : bad input; a check that crashes; a file that has changed since it was imported.

        Examples
        --------
        >>> from sympy import S, Symbol
        >>> from lemmata import Equal, Identity, as_printed
        >>> n = Symbol("n")
        >>> paper = Paper("toy", title="Toys", authors="A. Author", version="v1")
        >>> with as_printed():
        ...     formula = n**2 + 2 * n + 1
        >>> @paper.claim("square", locator="(1)", title="Square", stated=Identity((n + 1) ** 2, formula, {n: S.Naturals}))
        ... def square(stated):
        ...     yield Equal(stated.left, stated.right, stated.domains)
        >>> square.verify().status
        'holds'
        """
        found: Verdict = _outside("session").verify([self], profile, root=root, jobs=jobs, store=store)[self.id]
        return found

    @property
    def verdict(self) -> Verdict | None:
        """The verdict that this session has found last; None before, and after the claim was changed."""
        found: Verdict | None = None if self._found is None else _outside("session").remembered(self, *self._found)
        return found

    def remember(self, verdict: Verdict, basis: Sequence[object]) -> None:
        """Keep a verdict, and the parts of the claim that it was found with: it is forgotten when one is replaced."""
        self._found = verdict, basis

    def __repr__(self) -> str:
        return str(_outside("notebook").claim_line(self))

    def _repr_html_(self) -> str:
        return str(_outside("notebook").claim_html(self))


@dataclass
class Paper:
    """A paper, and its claims in the paper's order.

    ``version`` says which version was read, since locators and misprints differ between versions.
    """

    id: str
    title: str
    authors: str
    version: str
    url: str = ""
    claims: dict[str, Claim] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not SLUG.fullmatch(self.id):
            raise LemmataError(f"paper id '{self.id}': use lower-case letters, digits and single hyphens")

    def state(
        self,
        slug: str,
        *,
        locator: str,
        title: str,
        stated: Statement,
        source: str = "printed",
        correction: Sequence[Edit] = (),
        depends_on: Sequence[Claim] = (),
        provenance: Sequence[Claim] = (),
        listed: Mapping[str, str] | None = None,
        prose: str = "",
    ) -> Claim:
        """State a claim whose check is attached elsewhere (``@claim.check()``).

        Parameters
        ----------
        slug : the claim's name: lower-case letters, digits and single hyphens.
        locator : where the paper states it, as ``Eq. (3)``.
        title : what it says, in a few words; ``$latex$`` is set.
        stated : the statement as printed: an ``Identity``, an ``Upper``, ...
        source : ``printed``, or ``derived here`` for what follows from the paper and is not in it.
        correction : the edits that mend a misprint.
        depends_on : claims that the proof uses; no claim is stronger than they are.
        provenance : claims that it comes from, and on which its verdict does not rest.
        listed : expected findings by their kind, each with its reason.
        prose : the text of the claim's page; by default the docstring of its check.

        Raises
        ------
        LemmataError : a slug that is malformed or taken, an unknown kind of finding, a symbol that assumes more than
            its domain, an edit that does not apply by itself.
        """
        if slug in self.claims:
            raise self._taken(slug)
        if not SLUG.fullmatch(slug):
            raise LemmataError(f"{self.id}/{slug}: use lower-case letters, digits and single hyphens in a claim's name")
        _check_types(f"{self.id}/{slug}", stated, listed, correction, (*depends_on, *provenance))
        unknown = set(listed or {}) - set(FINDING_KINDS)
        if unknown:
            kinds = ", ".join(FINDING_KINDS)
            raise LemmataError(f"{self.id}/{slug}: no finding is called {sorted(unknown)[0]!r}; there are {kinds}")
        claim = Claim(
            self, slug, locator, title, stated, source, tuple(correction), tuple(depends_on), tuple(provenance),
            listed or {}, inspect.cleandoc(prose),
        )  # fmt: skip
        for symbol, domain in stated.domain_map().items():
            require_consistent(symbol, domain)
        _ = claim.upheld
        for edit in claim.correction:
            claim.without(edit)
        self.claims[slug] = claim
        return claim

    def claim(self, slug: str, *, control: Mapping[str, Any] | None = None, **what: Any) -> Callable[[Check], Claim]:
        """State a claim and attach the decorated check (see ``state`` and ``Claim.check`` for the arguments).

        Where the check is a function of a notebook, running its cell again states the claim anew, as it defines the function
        anew.
        """

        def attach(function: Check) -> Claim:
            old = self.claims.get(slug)
            if old is not None and (old.obligations is None or not _run_again(old.obligations, function)):
                raise self._taken(slug)
            # Stated on the side first, lest a slip leave a claim without a check.
            claim = replace(self, claims={}).state(slug, **what).check(control)(function)
            claim.paper = self
            self.claims[slug] = claim
            return claim

        return attach

    def verify(
        self,
        profile: str = "ci",
        *,
        root: int = JUDGING_ROOT,
        jobs: int | None = None,
        store: str | Path | None = None,
    ) -> Verdicts:
        """Judge all claims (see ``Claim.verify``); the verdicts by the claims' slugs, which a notebook shows as a table."""
        found: Verdicts = _outside("session").verify_paper(self, profile, root=root, jobs=jobs, store=store)
        return found

    def __getitem__(self, slug: str) -> Claim:
        """The claim of that slug.

        Raises
        ------
        LemmataError : there is none, with the nearest one that there is.
        """
        found: Claim = _outside("papers").claim_of(self, f"{self.id}/{slug}")
        return found

    def __iter__(self) -> Iterator[Claim]:
        return iter(self.claims.values())

    def __repr__(self) -> str:
        return str(_outside("notebook").paper_line(self))

    def _repr_html_(self) -> str:
        return str(_outside("notebook").paper_html(self))

    def _taken(self, slug: str) -> LemmataError:
        return LemmataError(
            f"{self.id}/{slug}: stated twice; rename one (in a notebook, run the cell of Paper(...) again)"
        )


def _run_again(old: Check, new: Check) -> bool:
    """Whether a check of a notebook or prompt is defined again: there the name decides, as for any function."""
    return old.__module__ == new.__module__ == SESSION and old.__qualname__ == new.__qualname__


def _outside(name: str) -> Any:
    """A module of lemmata on which no verdict rests. Its name is computed, so that it stays out of the import closure of
    every check: an edit of a view must not make the verdicts stale.
    """
    return importlib.import_module(f"lemmata.{name}")


def _check_types(
    name: str, stated: object, listed: object, correction: Iterable[object], others: Iterable[object]
) -> None:
    if not isinstance(stated, Statement):
        raise LemmataError(
            f"{name}: stated = {stated!r:.60}: use Identity, Upper, Lower, Rate, Tight, Whp, Separation, Construction "
            "or Definition"
        )
    if listed is not None and not isinstance(listed, Mapping):
        raise LemmataError(
            f"{name}: listed = {listed!r:.60}: give each kind of finding its reason, as {{'slack': '...'}}"
        )
    for edit in correction:
        if not isinstance(edit, Edit):
            raise LemmataError(f"{name}: correction holds {edit!r:.60}: it is a list of Edit(...)")
    for other in others:
        if not isinstance(other, Claim):
            raise LemmataError(f"{name}: depends on {other!r:.60}: give a list of claims, not their names")
