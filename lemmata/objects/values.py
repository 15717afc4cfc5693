"""What the objects accept: each check returns the value in its plain form, or raises one line that names the argument."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from fractions import Fraction
from numbers import Rational, Real
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lemmata.errors import LemmataError

Exact: TypeAlias = int | Fraction | float
Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]


def whole(name: str, value: object, least: int = 1, most: int | None = None) -> int:
    """An integer between ``least`` and ``most``, Python's or NumPy's, as Python's.

    Raises
    ------
    LemmataError : another number, a boolean, or no number.
    """
    expected = f"an integer that is at least {least}" if most is None else f"an integer from {least} to {most}"
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        integer = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise LemmataError(f"{name}: expected {expected}, got {value!r}") from None
    if integer < least or (most is not None and integer > most):
        raise LemmataError(f"{name}: expected {expected}, got {integer}")
    return integer


def number(name: str, value: object) -> Exact:
    """A finite real number without loss: an int where it is whole, else a Fraction, or a float as it was written.

    A float stands for the dyadic rational that it holds, ``Fraction(value)``.

    Raises
    ------
    LemmataError : a boolean, no real number, NaN, infinity, or a number beyond the floats.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise LemmataError(f"{name}: expected an int, a Fraction or a float, got {value!r}")
    try:
        approximate = float(value)
    except OverflowError:
        approximate = math.inf
    if not math.isfinite(approximate):
        raise LemmataError(f"{name}: expected a finite number in the range of floats, got {value!r}")
    exact: Exact = approximate
    if isinstance(value, Rational):
        exact = Fraction(int(value.numerator), int(value.denominator))
    return int(exact) if exact == int(exact) else exact


def positive(name: str, value: object) -> Exact:
    """A number above 0.

    Raises
    ------
    LemmataError : as ``number`` does, or for a number that is not positive.
    """
    exact = number(name, value)
    if exact <= 0:
        raise LemmataError(f"{name}: expected a positive number, got {exact}")
    return exact


def probability(name: str, value: object) -> Exact:
    """A number in [0, 1].

    Raises
    ------
    LemmataError : as ``number`` does, or for a number outside.
    """
    exact = number(name, value)
    if not 0 <= exact <= 1:
        raise LemmataError(f"{name}: expected a probability, in [0, 1], got {exact}")
    return exact


def items(name: str, value: object, length: int | None = None) -> tuple[Any, ...]:
    """A tuple of the elements, of the given length if any.

    Raises
    ------
    LemmataError : a string, what is not iterable, or another length.
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise LemmataError(f"{name}: expected a sequence, as a list or a tuple, got {value!r}")
    try:
        elements = tuple(value)
    except TypeError:  # an array without dimensions calls itself iterable
        raise LemmataError(f"{name}: expected a sequence, as a list or a tuple, got {value!r}") from None
    if length is not None and len(elements) != length:
        raise LemmataError(f"{name}: expected {length} of them, got {len(elements)}")
    return elements


def numbers(name: str, value: object, length: int | None = None) -> tuple[Exact, ...]:
    """A tuple of finite real numbers.

    Raises
    ------
    LemmataError : as ``items`` and ``number`` do; the message gives the position.
    """
    return tuple(number(f"{name}[{i}]", element) for i, element in enumerate(items(name, value, length)))


def distribution(name: str, value: object, length: int) -> tuple[Exact, ...]:
    """Probabilities that sum to 1 exactly.

    Raises
    ------
    LemmataError : an element outside of [0, 1], another length, or another sum.
    """
    elements = items(name, value, length)
    probabilities = tuple(probability(f"{name}[{i}]", element) for i, element in enumerate(elements))
    total = sum((Fraction(p) for p in probabilities), Fraction(0))
    if total != 1:
        shown = "1 only up to rounding" if math.isclose(total, 1) else f"{total}"
        raise LemmataError(f"{name}: the sum is {shown}, not 1; write exact numbers, as Fraction(1, 3)")
    return probabilities


def signs(name: str, value: object, length: int | None = None) -> tuple[int, ...]:
    """A tuple of labels, each -1 or 1.

    Raises
    ------
    LemmataError : another element, or another length.
    """
    labels = items(name, value, length)
    for i, label in enumerate(labels):
        if isinstance(label, bool | np.bool_) or not isinstance(label, Real) or label not in (-1, 1):
            raise LemmataError(f"{name}[{i}]: expected -1 or 1, got {label!r}")
    return tuple(int(label) for label in labels)


def array(name: str, value: object, shape: tuple[int | None, ...]) -> Floats:
    """A finite array in double precision; None in ``shape`` admits every length.

    Raises
    ------
    LemmataError : another shape, NaN, infinity, or what cannot be an array of real numbers.
    """
    try:
        if np.iscomplexobj(np.asarray(value)):
            raise TypeError("complex numbers")
        floats = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, RuntimeError) as error:
        raise LemmataError(f"{name}: expected an array of real numbers; {str(error).splitlines()[0]}") from None
    fits = len(shape) == floats.ndim and all(
        want in (None, have) for want, have in zip(shape, floats.shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("n" if length is None else str(length) for length in shape)
        wanted += "," if len(shape) == 1 else ""
        hint = "; one point is x.reshape(1, -1)" if floats.ndim == 1 and len(shape) == 2 else ""
        raise LemmataError(f"{name}: expected an array of shape ({wanted}), got {floats.shape}{hint}")
    if not np.isfinite(floats).all():
        raise LemmataError(f"{name}: expected finite numbers, got NaN or infinity")
    return floats


def numpy_generator(value: object) -> np.random.Generator:
    """The generator itself.

    Raises
    ------
    LemmataError : a seed, or anything else that is no NumPy generator.
    """
    if not isinstance(value, np.random.Generator):
        raise LemmataError(f"generator: expected numpy.random.default_rng(seed), got {value!r}")
    return value


def fixed(array: Floats) -> Floats:
    """The same array, read-only: what a frozen object hands out must not change it."""
    array.setflags(write=False)
    return array


def floats(values: tuple[Exact, ...] | tuple[tuple[Exact, ...], ...]) -> Floats:
    """An array of the numbers, each rounded once."""
    return np.array(
        [[float(entry) for entry in row] if isinstance(row, tuple) else float(row) for row in values], dtype=np.float64
    )
