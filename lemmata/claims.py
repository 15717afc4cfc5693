"""Papers and claims: what an author writes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from lemmata.domains import require_consistent
from lemmata.errors import LemmataError
from lemmata.experiments import SweepCell, described, public_name
from lemmata.obligations import Obligation
from lemmata.statements import Edit, Statement
from lemmata.verdicts import FINDING_KINDS

Check = Callable[[Any], Iterator[Obligation]]
FigureMaker = Callable[..., dict[str, Any] | list[dict[str, Any]]]
Sweep = Callable[[str], Sequence[SweepCell]]
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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
                raise LemmataError(f"{self.id}: has two checks; keep one")
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
        """Where the check stands, and its text, to be shown beside the proof."""
        if self.obligations is None:
            return None
        lines, first = inspect.getsourcelines(self.obligations)
        module = public_name(self.obligations.__module__)
        return {"file": module.replace(".", "/") + ".py", "line": first, "text": "".join(lines)}


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

        Raises
        ------
        LemmataError : a slug that is malformed or taken, an unknown kind of finding, a symbol that assumes more than
            its domain, an edit that does not apply by itself.
        """
        if not SLUG.fullmatch(slug):
            raise LemmataError(f"{self.id}/{slug}: use lower-case letters, digits and single hyphens in a claim's name")
        if slug in self.claims:
            raise LemmataError(f"{self.id}/{slug}: stated twice; rename one")
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
        """State a claim and attach the decorated check (see ``state`` and ``Claim.check`` for the arguments)."""
        return self.state(slug, **what).check(control)


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
