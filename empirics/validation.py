"""What every experimental module asks of its input: one clear line for what it cannot use."""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Collection
from typing import SupportsIndex

import numpy
import torch
from torch import Tensor

from lemmata.errors import LemmataError


def finite_matrix(name: str, value: Tensor, columns: int | None = None) -> None:
    """Require a finite floating (n, d) matrix with n, d >= 1, and d = ``columns`` where given.

    Raises
    ------
    LemmataError : no tensor, another shape, an integer type, no rows or columns, NaN or infinity.
    """
    _tensor(name, value)
    if value.ndim != 2 or 0 in value.shape:
        raise LemmataError(f"{name}: expected a matrix with at least one row and column, got {tuple(value.shape)}")
    if columns is not None and value.shape[1] != columns:
        raise LemmataError(f"{name}: expected {columns} columns, got {value.shape[1]}")
    _finite(name, value)


def finite_vector(name: str, value: Tensor, length: int) -> None:
    """Require a finite floating vector of ``length`` entries.

    Raises
    ------
    LemmataError : no tensor, another shape, an integer type, NaN or infinity.
    """
    _tensor(name, value)
    if value.shape != (length,):
        raise LemmataError(f"{name}: expected a vector of {length} entries, got shape {tuple(value.shape)}")
    _finite(name, value)


def count(name: str, value: SupportsIndex, least: int = 1) -> None:
    """Require an integer, Python's or NumPy's, that is at least ``least``.

    Raises
    ------
    LemmataError : a smaller number, or no integer.
    """
    if isinstance(value, bool) or not isinstance(value, int | numpy.integer) or value < least:
        raise LemmataError(f"{name}: expected an integer that is at least {least}, got {value!r}")


def dimension(d: SupportsIndex, r: int) -> None:
    """Require a dimension d that has room for a target's r directions.

    Raises
    ------
    LemmataError : d < r, r < 1, or no integers.
    """
    count("r", r)
    count("d", d)
    if operator.index(d) < r:
        raise LemmataError(f"d: the target has r = {r} directions; give a dimension of at least {r}, not {d}")


def nonnegative(name: str, value: float) -> None:
    """Require a finite real number that is at least 0.

    Raises
    ------
    LemmataError : a negative number, NaN or infinity, or no real number.
    """
    if not isinstance(value, int | float | numpy.integer | numpy.floating) or not math.isfinite(value) or value < 0:
        raise LemmataError(f"{name}: expected a finite number that is at least 0, got {value!r}")


def choice(name: str, value: str, allowed: Collection[str]) -> None:
    """Require one of the ``allowed`` words; the message names the nearest one.

    Raises
    ------
    LemmataError : any other value.
    """
    if not isinstance(value, str) or value not in allowed:
        nearest = difflib.get_close_matches(str(value), allowed, n=1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise LemmataError(f"{name}: expected one of {', '.join(allowed)}, got {value!r}{hint}")


def one_precision(**tables: Tensor) -> None:
    """Require tensors of one floating-point type, given by the names that the message shall use.

    Raises
    ------
    LemmataError : two different types.
    """
    if len({table.dtype for table in tables.values()}) > 1:
        kinds = ", ".join(f"{name} {str(table.dtype).removeprefix('torch.')}" for name, table in tables.items())
        raise LemmataError(f"precision: expected one for all, got {kinds}; convert with .double() or .float()")


def _tensor(name: str, value: object) -> None:
    if not isinstance(value, Tensor):
        raise LemmataError(f"{name}: expected a torch tensor, got {type(value).__name__}; torch.as_tensor converts it")


def _finite(name: str, value: Tensor) -> None:
    if not value.is_floating_point():
        raise LemmataError(f"{name}: expected floating-point numbers, got {value.dtype}")
    # One pass settles nearly every case: a sum is finite only if all its terms are. It may overflow where they are.
    if not math.isfinite(float(value.sum())) and not bool(torch.isfinite(value).all()):
        raise LemmataError(f"{name}: contains NaN or infinity; remove those entries")
