"""Keys and random streams that are the same in every process, on every machine, in every order of work."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lemmata.errors import LemmataError

if TYPE_CHECKING:
    import numpy as np


def canonical_json(value: object, name: str = "value") -> str:
    """The one JSON text of a value: keys sorted, no blanks, floats as the shortest decimal that reads back.

    Takes None, booleans, integers, finite floats, strings, lists, tuples (written as lists), and
    dictionaries with string keys.
    ``1``, ``1.0``, ``True`` and ``"1"`` have four different texts, and so have ``0.0`` and ``-0.0``.

    Raises
    ------
    LemmataError : anything else, NaN and infinities included; the message says where in ``name`` it stands.
    """
    try:
        _check(value, name)
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        text.encode()
    except RecursionError:
        raise LemmataError(f"{name}: nested too deeply, or within itself") from None
    except ValueError as error:  # an integer of thousands of digits, a lone surrogate
        raise LemmataError(f"{name}: cannot be written as JSON: {error}") from None
    return text


def _check(value: object, name: str) -> None:
    if value is None or isinstance(value, bool | int | str):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise LemmataError(f"{name}: {value} is not a finite number; leave it out or say it in words")
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            _check(item, f"{name}[{position}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise LemmataError(f"{name}: key {key!r} is not a string")
            _check(item, f"{name}[{key!r}]")
    else:
        raise LemmataError(
            f"{name}: {type(value).__name__} is not a JSON type; "
            "convert it to None, bool, int, float, str, list, tuple or dict"
        )


def digest(*parts: object) -> str:
    """SHA-256 of the canonical JSON of ``parts``, as 64 hexadecimal digits.

    Unlike ``hash``, it does not differ between processes. Lists and tuples count as the same,
    dictionaries in any order too.

    Raises
    ------
    LemmataError : a part is not made of plain finite JSON values (see ``canonical_json``).

    Examples
    --------
    >>> digest("width", 64)[:12]
    '253c45972ae8'
    """
    return hashlib.sha256(canonical_json(parts, "parts").encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Draws:
    """The random streams of one cell: one generator for each drawn object, by name.

    Every access starts the named stream anew, so that an object's draws do not depend on what else is drawn.

    Parameters
    ----------
    key : what tells the cell from all others, as a digest of experiment, design, replicate and root seed.

    Examples
    --------
    >>> draws = Draws(digest("module:experiment", {"width": 64}, 0, 1))
    >>> bool(draws["weights"].normal() == draws["weights"].normal())
    True
    """

    key: str

    def __getitem__(self, name: str) -> np.random.Generator:
        """A fresh generator at the start of the stream ``name``.

        Raises
        ------
        LemmataError : ``name`` is not a string.
        """
        # Python iterates over whatever has __getitem__ by asking for 0, 1, 2, ...: here, without end.
        if not isinstance(name, str):
            raise LemmataError(f"draws[{name!r}]: name the drawn object by a string")
        # Here, as commands that only need digests would start later by a quarter of a second.
        import numpy as np

        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(int(digest(self.key, name), 16))))
