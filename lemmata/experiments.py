"""Experiments: pure functions of a design and a seed, and the samples that claims speak about."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lemmata.errors import LemmataError
from lemmata.loading import described, found_beside, load_module, load_private, private_file, public_name
from lemmata.seeding import Draws, digest

if TYPE_CHECKING:
    from numpy.random import Generator

Design = Mapping[str, Any]
"""Named parameters of one cell: integers, floats, strings, booleans."""


class Experiment:
    """A pure function of draws and a design that returns named statistics.

    Parameters
    ----------
    function : ``fn(draws, **design) -> dict[str, float]``. All randomness comes from ``draws``; the same design,
        replicate and root give the same draws on every machine.
    """

    def __init__(self, function: Callable[..., dict[str, float]]) -> None:
        functools.update_wrapper(self, function)
        self.__wrapped__ = function
        self.module = function.__module__
        self.function = function.__qualname__

    @property
    def name(self) -> str:
        """The experiment's stable name, ``module:function``."""
        return f"{public_name(self.module)}:{self.function}"

    def key(self, design: Design, replicate: int, root: int) -> str:
        """The SHA-256 key of one cell's draws."""
        return digest(self.name, dict(design), replicate, root)

    def run(self, design: Design, replicate: int, root: int) -> dict[str, float]:
        """Compute one cell: the statistics of one replicate of a design under a root seed.

        Raises
        ------
        LemmataError : the function raises, or returns something else than finite numbers by name.
        """
        draws = _Watched(self.key(design, replicate, root))
        cell = (
            f"{self.name} at {', '.join(f'{name} = {value}' for name, value in design.items())}, replicate {replicate}"
        )
        try:
            returned = self.__wrapped__(draws, **design)
        except Exception as error:
            file = inspect.getfile(self.__wrapped__)
            raise LemmataError(f"{cell}: raises {described(error, file)}") from error
        if not isinstance(returned, Mapping) or any(isinstance(value, str | bytes) for value in returned.values()):
            raise LemmataError(f"{cell}: returns {returned!r:.60}; return a dictionary of numbers by name")
        if not draws.used:
            raise LemmataError(
                f"{cell}: never draws from `draws`, so that all seeds are the same; take its randomness there"
            )
        try:
            statistics = {name: float(value) for name, value in returned.items()}
        except (TypeError, ValueError) as error:
            raise LemmataError(f"{cell}: returns {returned!r:.60}; return a dictionary of numbers by name") from error
        for name, value in statistics.items():
            if not math.isfinite(value):
                raise LemmataError(f"{cell}: {name} is {value}; return finite numbers")
        return statistics

    def __call__(self, draws: Draws, **design: Any) -> dict[str, float]:
        return self.__wrapped__(draws, **design)

    def __repr__(self) -> str:
        return f"<experiment {self.name}>"


class _Watched(Draws):
    """Draws that know whether they were asked for anything."""

    used = False

    def __getitem__(self, name: str) -> Generator:
        object.__setattr__(self, "used", True)
        return super().__getitem__(name)


def experiment(function: Callable[..., dict[str, float]]) -> Experiment:
    """Declare a pure function of ``draws`` and a design as an experiment (decorator)."""
    return Experiment(function)


@dataclass(frozen=True)
class Samples:
    """One statistic of an experiment at one design, over independent seeds; or a paired difference of two, by
    ``minus``.

    A measured obligation speaks about the median of this variable.
    """

    experiment: Experiment
    statistic: str
    design: Mapping[str, Any] = field(default_factory=dict)
    minus: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.experiment, Experiment):
            raise LemmataError(
                f"Samples({self.experiment!r:.60}, ...): the first argument is a function under @experiment"
            )
        try:
            digest(dict(self.design))
        except LemmataError as error:
            raise LemmataError(f"Samples({self.experiment.name}, ...): its design holds {error}") from error

    def altered(self, change: Mapping[str, Any]) -> Samples:
        """The same variable with some of the design's parameters replaced (a negative control)."""
        return replace(self, design={**self.design, **change})

    @property
    def name(self) -> str:
        """The variable's name: a statistic, or a difference of two."""
        return self.statistic if self.minus is None else f"{self.statistic} - {self.minus}"

    def value(self, statistics: Mapping[str, float]) -> float:
        """The variable's value in one computed cell.

        Raises
        ------
        LemmataError : the experiment has no statistic of that name.
        """
        for name in (self.statistic, self.minus):
            if name is not None and name not in statistics:
                known = ", ".join(statistics)
                raise LemmataError(f"{self.experiment.name}: no statistic {name!r}; there are {known}")
        return statistics[self.statistic] - (0.0 if self.minus is None else statistics[self.minus])


@dataclass(frozen=True)
class SweepCell:
    """One cell of a figure's sweep: an experiment at one design, over so many seeds."""

    experiment: Experiment
    design: Mapping[str, Any]
    seeds: int

    def __post_init__(self) -> None:
        if self.seeds < 1:
            raise LemmataError(f"SweepCell({self.experiment.name}, ...): {self.seeds} seeds; use at least 1")


@dataclass(frozen=True)
class CellTask:
    """What a worker process needs to compute one cell: where the experiment is, and the cell.

    ``path`` is that of a claim file; ``beside`` the folder of the claim file beside which the module lies.
    """

    module: str
    path: str | None
    beside: str | None
    function: str
    design: tuple[tuple[str, Any], ...]
    replicate: int
    root: int

    @classmethod
    def of(cls, source: Experiment, design: Design, replicate: int, root: int) -> CellTask:
        path, beside = private_file(source.module), found_beside(source.module)
        return cls(
            source.module,
            str(path) if path else None,
            str(beside) if beside else None,
            source.function,
            tuple(design.items()),
            replicate,
            root,
        )

    def experiment(self) -> Experiment:
        """Import the experiment.

        Raises
        ------
        LemmataError : its module does not import, or has no such experiment.
        """
        if self.path:
            module = load_private(Path(self.path))
        else:
            module = load_module(self.module, Path(self.beside) if self.beside else None)
        found = getattr(module, self.function, None)
        if not isinstance(found, Experiment):
            where = self.path or self.module
            raise LemmataError(f"{where}: no experiment named {self.function}; define it with def, at the top level")
        return found
