"""What every experimental module asks of its input: one clear line for what it cannot use."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lemmata.errors import LemmataError


def finite_matrix(name: str, value: Tensor, columns: int | None = None) -> None:
    """Require a finite floating (n, d) matrix with n, d >= 1, and d = ``columns`` where given.

    Raises
    ------
    LemmataError : another shape, an integer type, no rows or columns, NaN or infinity.
    """
    if value.ndim != 2 or 0 in value.shape:
        raise LemmataError(f"{name}: expected a matrix with at least one row and column, got {tuple(value.shape)}")
    if columns is not None and value.shape[1] != columns:
        raise LemmataError(f"{name}: expected {columns} columns, got {value.shape[1]}")
    _finite(name, value)


def finite_vector(name: str, value: Tensor, length: int) -> None:
    """Require a finite floating vector of ``length`` entries.

    Raises
    ------
    LemmataError : another shape, an integer type, NaN or infinity.
    """
    if value.shape != (length,):
        raise LemmataError(f"{name}: expected a vector of {length} entries, got shape {tuple(value.shape)}")
    _finite(name, value)


def count(name: str, value: int, least: int = 1) -> None:
    """Require an integer that is at least ``least``.

    Raises
    ------
    LemmataError : a smaller number, or no integer.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise LemmataError(f"{name}: expected an integer that is at least {least}, got {value!r}")


def nonnegative(name: str, value: float) -> None:
    """Require a finite number that is at least 0.

    Raises
    ------
    LemmataError : a negative number, NaN or infinity.
    """
    if not math.isfinite(value) or value < 0:
        raise LemmataError(f"{name}: expected a finite number that is at least 0, got {value!r}")


def choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Require one of the ``allowed`` words.

    Raises
    ------
    LemmataError : any other value.
    """
    if value not in allowed:
        raise LemmataError(f"{name}: expected one of {', '.join(allowed)}, got {value!r}")


def _finite(name: str, value: Tensor) -> None:
    if not value.is_floating_point():
        raise LemmataError(f"{name}: expected floating-point numbers, got {value.dtype}")
    if not bool(torch.isfinite(value).all()):
        raise LemmataError(f"{name}: contains NaN or infinity; remove those entries")
