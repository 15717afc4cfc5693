"""What all objects share: a short text that evaluates back to the object, streams by name, and samples."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from lemmata.objects.values import Floats, Integers
from lemmata.seeding import Draws, digest

if TYPE_CHECKING:
    from typing import Protocol

    class Printer(Protocol):
        """What IPython and hypothesis hand to ``_repr_pretty_``."""

        def text(self, text: str, /) -> object: ...


class Description:
    """A frozen dataclass of a few small values; arrays are built from them when they are asked for.

    ``repr`` leaves out what has its default value, and evaluates back to an equal object where the names of
    ``lemmata.objects`` and ``Fraction`` are imported.
    """

    POSITIONAL: ClassVar[int] = 0

    def _arguments(self) -> list[tuple[str, object]]:
        """The arguments that ``repr`` shows, by name."""
        return [
            (field.name, value)
            for field in fields(self)  # type: ignore[arg-type]
            if (value := getattr(self, field.name)) is not field.default and value != field.default
        ]

    def __repr__(self) -> str:
        shown = [
            repr(value) if position < self.POSITIONAL else f"{name}={value!r}"
            for position, (name, value) in enumerate(self._arguments())
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:
        """The same text in IPython and in hypothesis's reports, which print a dataclass in full else."""
        printer.text(repr(self))

    def _streams(self, seed: int, *shape: int) -> Draws:
        """The named random streams of an object of this class; two classes share none, whatever their seeds."""
        return Draws(digest(f"lemmata.objects.{type(self).__name__}", shape, seed))


class Sample(NamedTuple):
    """Points with their labels.

    Parameters
    ----------
    inputs : (n, d).
    labels : (n,), or (n, T) for T tasks; each -1 or 1.
    """

    inputs: Floats
    labels: Integers
