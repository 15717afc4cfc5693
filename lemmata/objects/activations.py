"""Activations by name, with their derivatives, kinks and Lipschitz constants."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

import numpy as np

from lemmata.errors import LemmataError
from lemmata.objects.values import Floats


class _Function(NamedTuple):
    value: Callable[[Floats], Floats]
    derivative: Callable[[Floats], Floats]
    kinks: tuple[float, ...]
    lipschitz: float


def _erf(z: Floats) -> Floats:
    """NumPy has no error function, and importing SciPy's within a test would exceed hypothesis's deadline."""
    return np.asarray(np.frompyfunc(math.erf, 1, 1)(z), dtype=np.float64)


_FUNCTIONS = {
    "relu": _Function(lambda z: np.maximum(z, 0), lambda z: np.where(z >= 0, 1.0, 0.0), (0.0,), 1.0),
    "identity": _Function(lambda z: +z, np.ones_like, (), 1.0),
    "abs": _Function(np.abs, lambda z: np.where(z >= 0, 1.0, -1.0), (0.0,), 1.0),
    "truncated_relu": _Function(
        lambda z: np.clip(z, 0, 1), lambda z: np.where((z >= 0) & (z < 1), 1.0, 0.0), (0.0, 1.0), 1.0
    ),
    "tanh": _Function(np.tanh, lambda z: 1 - np.tanh(z) ** 2, (), 1.0),
    "erf": _Function(_erf, lambda z: 2 / math.sqrt(math.pi) * np.exp(-(z**2)), (), 2 / math.sqrt(math.pi)),
    "square": _Function(np.square, lambda z: 2 * z, (), math.inf),
    "he2": _Function(lambda z: z**2 - 1, lambda z: 2 * z, (), math.inf),
    "he3": _Function(lambda z: z**3 - 3 * z, lambda z: 3 * z**2 - 3, (), math.inf),
}


class Activation(Enum):
    r"""An activation, called on arrays of any shape: ``Activation.RELU(z)``, or by name ``Activation("relu")``.

    RELU is max(0, z), IDENTITY z, ABS :math:`|z|`, TRUNCATED_RELU min(1, max(0, z)) (Shi, Wei & Liang 2022, Section 3), TANH, ERF
    :math:`\frac{2}{\sqrt\pi} \int_0^z e^{-t^2} dt`, SQUARE z^2, and HE2, HE3 the Hermite polynomials z^2 - 1, z^3 - 3z.

    Raises
    ------
    LemmataError : an unknown name.

    Examples
    --------
    >>> Activation.TRUNCATED_RELU([-1.0, 0.25, 2.0]).tolist()
    [0.0, 0.25, 1.0]
    >>> Activation("abs").kinks
    (0.0,)
    """

    RELU = "relu"
    IDENTITY = "identity"
    ABS = "abs"
    TRUNCATED_RELU = "truncated_relu"
    TANH = "tanh"
    ERF = "erf"
    SQUARE = "square"
    HE2 = "he2"
    HE3 = "he3"

    @classmethod
    def _missing_(cls, value: object) -> None:
        raise LemmataError(f"activation: expected one of {', '.join(each.value for each in cls)}, got {value!r}")

    def __call__(self, z: object) -> Floats:
        """Values, in the shape of z."""
        return _FUNCTIONS[self.value].value(np.asarray(z, dtype=np.float64))

    def derivative(self, z: object) -> Floats:
        """First derivatives, in the shape of z; at a kink the one from the right."""
        return _FUNCTIONS[self.value].derivative(np.asarray(z, dtype=np.float64))

    @property
    def kinks(self) -> tuple[float, ...]:
        """The points without a derivative, ascending."""
        return _FUNCTIONS[self.value].kinks

    @property
    def lipschitz(self) -> float:
        """The smallest Lipschitz constant; ``math.inf`` if there is none."""
        return _FUNCTIONS[self.value].lipschitz

    def __repr__(self) -> str:
        return f"Activation.{self.name}"
