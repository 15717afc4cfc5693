"""Obligations: what a check demands of a stated formula. Authors yield them; the framework discharges them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sympy
from sympy import Basic, Set, Symbol

from lemmata.domains import as_domain, require_consistent
from lemmata.errors import LemmataError
from lemmata.experiments import Samples
from lemmata.statements import latex


class IllFormed(ValueError):
    """Raised by a reader of formulas when a formula does not have the shape that it reads."""


class OutOfReach(IllFormed):
    """Raised where a formula may well make sense, and the means to read it do not reach so far: a mutant is left undecided."""


class Exact:
    """An obligation on expressions, for all values of the symbols in ``for_all``."""

    left: Basic
    right: Basic
    for_all: Mapping[Symbol, Set]
    by: str
    steps: Sequence[Exact | Given]
    relation: str

    def domains(self) -> dict[Symbol, Set]:
        """The domains in normal form; every free symbol must have one.

        Raises
        ------
        LemmataError : a free symbol without a domain, or with assumptions that its domain does not grant.
        """
        free = self.left.free_symbols | self.right.free_symbols
        missing = sorted(str(s) for s in free - set(self.for_all))
        if missing:
            raise LemmataError(f"obligation '{self.by or self.latex()}': give {', '.join(missing)} a domain in for_all")
        domains = {symbol: as_domain(domain) for symbol, domain in self.for_all.items() if symbol in free}
        for symbol, domain in domains.items():
            require_consistent(symbol, domain)
        return domains

    def latex(self) -> str:
        """The obligation in LaTeX."""
        return f"{latex(self.left)} {self.relation} {latex(self.right)}"


def _make_exact(obligation: Exact) -> None:
    for name in ("left", "right"):
        side = sympy.sympify(getattr(obligation, name), strict=True)
        if side.has(sympy.Float):
            raise LemmataError(
                f"obligation '{obligation.by}': {side} holds a float; write an exact number, as Rational(1, 3)"
            )
        object.__setattr__(obligation, name, side)
    object.__setattr__(obligation, "steps", tuple(obligation.steps))


@dataclass(frozen=True)
class Equal(Exact):
    """``left = right`` for all values of the free symbols; ``by`` names the argument.

    Where ``steps`` are given, they are what proves it: the obligation itself is only searched for counterexamples, and
    a step that fails leaves it open.
    """

    left: Basic
    right: Basic
    for_all: Mapping[Symbol, Set] = field(default_factory=dict)
    by: str = ""
    steps: Sequence[Exact | Given] = ()
    relation = "="

    def __post_init__(self) -> None:
        _make_exact(self)


@dataclass(frozen=True)
class AtMost(Exact):
    """``left <= right`` for all values of the free symbols; ``by`` names the argument.

    Where ``steps`` are given, they are what proves it: the obligation itself is only searched for counterexamples, and
    a step that fails leaves it open.
    """

    left: Basic
    right: Basic
    for_all: Mapping[Symbol, Set] = field(default_factory=dict)
    by: str = ""
    steps: Sequence[Exact | Given] = ()
    relation = r"\le"

    def __post_init__(self) -> None:
        _make_exact(self)


@dataclass(frozen=True)
class Given:
    """A step that rests on a citation: everything the claim shows is shown given it."""

    citation: str


def _check_measured(name: str, samples: object, **bounds: object) -> None:
    if not isinstance(samples, Samples):
        raise LemmataError(
            f"{name}({samples!r:.60}, ...): the first argument is Samples(...); AtMost compares expressions"
        )
    for bound, value in bounds.items():
        if not isinstance(value, Basic) or value.has(sympy.Float):
            raise LemmataError(f"{name}: {bound} = {value!r:.60}: write an exact SymPy number, as Rational(1, 3)")
        if value.free_symbols:
            free = ", ".join(sorted(str(symbol) for symbol in value.free_symbols))
            raise LemmataError(f"{name}: {bound} = {value}: give {free} the cell's value")


@dataclass(frozen=True)
class MedianWithin:
    """The median of a measured variable is within ``slack`` of a predicted value."""

    samples: Samples
    around: Basic
    slack: Basic
    by: str = ""

    def __post_init__(self) -> None:
        _check_measured("MedianWithin", self.samples, around=self.around, slack=self.slack)
        if self.slack.is_number and not self.slack.is_positive:
            raise IllFormed(f"MedianWithin: slack = {self.slack}: needs a positive number")

    def bounds(self) -> tuple[Basic | None, Basic | None]:
        return self.around - self.slack, self.around + self.slack

    def latex(self) -> str:
        name = rf"\text{{{self.samples.name.replace('_', ' ')}}}"
        return rf"\left|\operatorname{{median}} {name} - {latex(self.around)}\right| \le {latex(self.slack)}"


@dataclass(frozen=True)
class MedianAtLeast:
    """The median of a measured variable is at least a predicted value."""

    samples: Samples
    least: Basic
    by: str = ""

    def __post_init__(self) -> None:
        _check_measured("MedianAtLeast", self.samples, least=self.least)

    def bounds(self) -> tuple[Basic | None, Basic | None]:
        return self.least, None

    def latex(self) -> str:
        name = rf"\text{{{self.samples.name.replace('_', ' ')}}}"
        return rf"\operatorname{{median}} {name} \ge {latex(self.least)}"


@dataclass(frozen=True)
class MedianAtMost:
    """The median of a measured variable is at most a predicted value."""

    samples: Samples
    most: Basic
    by: str = ""

    def __post_init__(self) -> None:
        _check_measured("MedianAtMost", self.samples, most=self.most)

    def bounds(self) -> tuple[Basic | None, Basic | None]:
        return None, self.most

    def latex(self) -> str:
        name = rf"\text{{{self.samples.name.replace('_', ' ')}}}"
        return rf"\operatorname{{median}} {name} \le {latex(self.most)}"


Measured = MedianWithin | MedianAtLeast | MedianAtMost
Obligation = Equal | AtMost | Given | MedianWithin | MedianAtLeast | MedianAtMost
