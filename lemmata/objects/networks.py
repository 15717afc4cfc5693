r"""Two-layer networks :math:`f(x) = \sum_{j \le m} a_j\, \sigma(\langle w_j, x \rangle + b_j)`."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from lemmata.errors import LemmataError
from lemmata.objects.activations import Activation
from lemmata.objects.description import Description
from lemmata.objects.values import Exact, Floats, array, fixed, floats, items, number, numbers, whole


class Parameters(NamedTuple):
    """One array for each group of parameters: a network's own, or a derivative by them.

    Parameters
    ----------
    weights : W, (m, d), a neuron's weights in each row.
    biases : b, (m,).
    head : a, (m,).
    """

    weights: Floats
    biases: Floats
    head: Floats


class Network(Description, ABC):
    """What every two-layer network does. Made by ``TwoLayerNetwork`` (written out) and ``GaussianNetwork`` (from a seed)."""

    activation: Activation

    @property
    @abstractmethod
    def parameters(self) -> Parameters:
        """W, b and a, read-only."""

    if TYPE_CHECKING:  # for one class these are fields, which a property of its base would shadow

        @property
        def dimension(self) -> int:
            """d, the dimension of the inputs."""

        @property
        def width(self) -> int:
            """m, the number of neurons."""

    def preactivations(self, x: object) -> Floats:
        r""":math:`\langle w_j, x_i \rangle + b_j`: (n, d) inputs to (n, m).

        Raises
        ------
        LemmataError : inputs that are no finite (n, d) array.
        """
        weights, biases, _ = self.parameters
        return array("inputs", x, (None, self.dimension)) @ weights.T + biases

    def distance_to_kink(self, x: object) -> float:
        """The least distance of a preactivation to a kink, over all inputs and neurons; infinity where there is none.

        The network is differentiable at all (n, d) inputs where this is positive.

        Raises
        ------
        LemmataError : inputs that are no finite (n, d) array.
        """
        z = self.preactivations(x)
        return min((float(np.abs(z - kink).min(initial=math.inf)) for kink in self.activation.kinks), default=math.inf)

    def __call__(self, x: object) -> Floats:
        """Values: (n, d) inputs to (n,).

        Raises
        ------
        LemmataError : inputs that are no finite (n, d) array.
        """
        return self.activation(self.preactivations(x)) @ self.parameters.head

    def gradient(self, x: object, upstream: object) -> Parameters:
        r""":math:`\sum_i c_i \nabla f(x_i)` by the parameters: the gradient of a loss whose derivatives by the outputs are c.

        For the squared loss :math:`\frac{1}{2n} \sum_i (f(x_i) - y_i)^2`, c is ``(f(x) - y) / n``; for the hinge loss
        :math:`\frac1n \sum_i \max(0, 1 - y_i f(x_i))` it is ``-y * (y * f(x) < 1) / n``. At a kink the derivative is the one from
        the right.

        Parameters
        ----------
        x : (n, d) inputs.
        upstream : c, (n,).

        Raises
        ------
        LemmataError : an argument of another shape, or not finite.
        """
        x = array("inputs", x, (None, self.dimension))
        c = array("upstream", upstream, (x.shape[0],))
        z = self.preactivations(x)
        active = c[:, None] * self.activation.derivative(z) * self.parameters.head
        return Parameters(active.T @ x, active.sum(axis=0), self.activation(z).T @ c)

    def input_gradient(self, x: object) -> Floats:
        """Gradients by the input: (n, d) inputs to (n, d). At a kink the derivative is the one from the right.

        Raises
        ------
        LemmataError : inputs that are no finite (n, d) array.
        """
        weights, _, head = self.parameters
        return (self.activation.derivative(self.preactivations(x)) * head) @ weights


@dataclass(frozen=True, repr=False)
class TwoLayerNetwork(Network):
    """A two-layer network whose parameters are written out.

    Parameters
    ----------
    weights : m rows of d numbers, m and d >= 1.
    head : m numbers.
    biases : m numbers; all zero if left out.
    activation : an ``Activation``, or its name.

    Raises
    ------
    LemmataError : rows of different lengths, another number of biases or head weights, what is no finite number, an unknown
        activation.

    Examples
    --------
    >>> f = TwoLayerNetwork(weights=[[1], [-1]], head=[1, 1])
    >>> f([[3.0], [-2.0]]).tolist()
    [3.0, 2.0]
    >>> f.gradient([[3.0]], upstream=[1.0]).weights.tolist()
    [[3.0], [0.0]]
    """

    weights: tuple[tuple[Exact, ...], ...]
    head: tuple[Exact, ...]
    biases: tuple[Exact, ...] = ()
    activation: Activation = Activation.RELU

    def __post_init__(self) -> None:
        rows = [numbers(f"weights[{j}]", row) for j, row in enumerate(items("weights", self.weights))]
        if not rows or not rows[0]:
            raise LemmataError("weights: expected at least one neuron, with at least one weight, as [[1]]")
        for j, row in enumerate(rows):
            items(f"weights[{j}]", row, len(rows[0]))
        biases = numbers("biases", self.biases)
        object.__setattr__(self, "weights", tuple(rows))
        object.__setattr__(self, "head", numbers("head", self.head, len(rows)))
        object.__setattr__(self, "biases", numbers("biases", biases or (0,) * len(rows), len(rows)))
        object.__setattr__(self, "activation", Activation(self.activation))

    def _arguments(self) -> list[tuple[str, object]]:
        return [(name, value) for name, value in super()._arguments() if name != "biases" or any(self.biases)]

    @property
    def dimension(self) -> int:
        """d, the dimension of the inputs."""
        return len(self.weights[0])

    @property
    def width(self) -> int:
        """m, the number of neurons."""
        return len(self.weights)

    @cached_property
    def parameters(self) -> Parameters:
        """W, b and a, read-only."""
        return Parameters(fixed(floats(self.weights)), fixed(floats(self.biases)), fixed(floats(self.head)))


@dataclass(frozen=True, repr=False)
class GaussianNetwork(Network):
    r"""A two-layer network at a random initialisation: :math:`w_j \sim N(0, I_d / d)`, signs :math:`a_j`, normal biases.

    Parameters
    ----------
    dimension : d >= 1.
    width : m >= 1.
    seed : integer >= 0; the same seed gives the same network on every machine.
    activation : an ``Activation``, or its name.
    bias_scale : standard deviation of the biases, >= 0.
    antithetic : neurons j and j + m/2 have the same weights and bias and opposite signs, so that f = 0 up to rounding (Damian,
        Lee & Soltanolkotabi 2022, Section 2.2; Shi, Wei & Liang 2022, Section 3.1). The width is even then.

    Raises
    ------
    LemmataError : an argument out of its range, an odd width where it has to be even, an unknown activation.

    Examples
    --------
    >>> f = GaussianNetwork(50, 100, seed=3)
    >>> f.parameters.weights.shape
    (100, 50)
    """

    POSITIONAL: ClassVar[int] = 2

    dimension: int
    width: int
    seed: int
    activation: Activation = Activation.RELU
    bias_scale: Exact = 1
    antithetic: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimension", whole("dimension", self.dimension))
        object.__setattr__(self, "width", whole("width", self.width))
        object.__setattr__(self, "seed", whole("seed", self.seed, least=0))
        object.__setattr__(self, "activation", Activation(self.activation))
        object.__setattr__(self, "bias_scale", number("bias_scale", self.bias_scale))
        if self.bias_scale < 0:
            raise LemmataError(f"bias_scale: expected a standard deviation, >= 0, got {self.bias_scale}")
        if not isinstance(self.antithetic, bool):
            raise LemmataError(f"antithetic: expected True or False, got {self.antithetic!r}")
        if self.antithetic and self.width % 2:
            raise LemmataError(f"width: expected an even number, as neurons come in pairs, got {self.width}")

    @cached_property
    def parameters(self) -> Parameters:
        """W, b and a, read-only."""
        drawn = self.width // 2 if self.antithetic else self.width
        streams = self._streams(self.seed, self.dimension, self.width)
        weights = streams["weights"].standard_normal((drawn, self.dimension)) / math.sqrt(self.dimension)
        biases = streams["biases"].standard_normal(drawn) * float(self.bias_scale)
        head = streams["head"].choice(np.array([-1.0, 1.0]), size=drawn)
        if self.antithetic:
            weights, biases, head = np.tile(weights, (2, 1)), np.tile(biases, 2), np.concatenate([head, -head])
        return Parameters(fixed(weights), fixed(biases), fixed(head))
