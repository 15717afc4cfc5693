r"""Inputs, noisy labels, and exact-node test sets.

Everything random comes from the numpy generators that the caller hands in, one for each drawn object.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy
import torch
from numpy.random import Generator
from torch import Tensor

from empirics.targets import Target
from empirics.validation import choice, count, dimension, finite_matrix, finite_vector, nonnegative
from lemmata.errors import LemmataError


@dataclass(frozen=True)
class WeightedSet:
    """Points with values and weights: the mean of h(x) is ``weights @ h(x)``.

    Parameters
    ----------
    x : (n, d) points.
    values : (n,) noiseless values of the target there.
    weights : (n,) nonnegative, summing to 1 up to rounding.
    """

    x: Tensor
    values: Tensor
    weights: Tensor

    def __post_init__(self) -> None:
        finite_matrix("test points", self.x)
        finite_vector("test values", self.values, self.x.shape[0])
        finite_vector("test weights", self.weights, self.x.shape[0])
        if bool((self.weights < 0).any()):
            raise LemmataError("test weights: expected nonnegative numbers")


def gaussian_inputs(generator: Generator, n: int, d: int) -> Tensor:
    """n independent draws of :math:`N(0, I_d)`, (n, d) in double precision.

    Raises
    ------
    LemmataError : n < 1 or d < 1.
    """
    count("n", n)
    count("d", d)
    return torch.from_numpy(generator.standard_normal((n, d)))


def noisy_labels(generator: Generator, target: Target, x: Tensor, noise: float, law: str = "signs") -> Tensor:
    r"""Labels :math:`y_i = f(x_i) + \epsilon_i` with :math:`\epsilon_i = \pm\varsigma`, equally likely.

    Parameters
    ----------
    noise : the noise's variance :math:`\varsigma^2`.
    law : ``"signs"`` as the paper has it in theory; ``"normal"`` as the authors' program draws it.

    Returns
    -------
    (n,) labels in the inputs' precision.

    Raises
    ------
    LemmataError : fewer columns than the target has directions, NaN or infinite inputs, negative noise, an unknown law.
    """
    finite_matrix("inputs", x)
    nonnegative("noise", noise)
    choice("law", law, ("signs", "normal"))
    n = x.shape[0]
    unit = generator.standard_normal(n) if law == "normal" else generator.choice(numpy.array([-1.0, 1.0]), size=n)
    return target(x) + math.sqrt(noise) * torch.from_numpy(unit).to(x.dtype)


def node_test_set(generator: Generator, target: Target, d: int, nodes: int = 40, per_node: int = 100) -> WeightedSet:
    r"""Exact Gauss-Hermite nodes in the informative direction, random in the d - 1 others.

    Point (k, s) has first coordinate z_k, the k-th node of the rule for the standard normal law, and standard
    normal perpendicular coordinates; its weight is the node's over ``per_node``.
    Polynomials of degree below 2 ``nodes`` in the first coordinate are integrated exactly, so that the heavy
    tail of the target (of :math:`He_4^2`, say) adds no spread to a test risk. Functions with kinks are
    integrated up to the rule's error: use it to average a predictor with many kinks in random places, not to
    evaluate one ReLU.

    Raises
    ------
    LemmataError : a target with more than one direction, d < 1, or no nodes or points.
    """
    if target.directions != 1:
        raise LemmataError(f"target: exact nodes serve one direction, this target has {target.directions}")
    count("d", d)
    count("nodes", nodes)
    count("per_node", per_node)
    positions, masses = numpy.polynomial.hermite_e.hermegauss(nodes)
    x = generator.standard_normal((nodes * per_node, d))
    x[:, 0] = numpy.repeat(positions, per_node)
    weights = numpy.repeat(masses / (masses.sum() * per_node), per_node)
    points = torch.from_numpy(x)
    return WeightedSet(points, target(points), torch.from_numpy(weights))


def sampled_test_set(generator: Generator, target: Target, d: int, points: int = 20_000) -> WeightedSet:
    """Independent draws of :math:`N(0, I_d)` with equal weights, for targets of any number of directions.

    Raises
    ------
    LemmataError : fewer dimensions than the target has directions, or no points.
    """
    dimension(d, target.directions)
    x = gaussian_inputs(generator, points, d)
    return WeightedSet(x, target(x), torch.full((points,), 1 / points, dtype=x.dtype))


def held_out(generator: Generator, target: Target, d: int) -> WeightedSet:
    """The test set that suits a target: exact nodes for one direction, independent draws for more.

    Raises
    ------
    LemmataError : fewer dimensions than the target has directions.
    """
    return (node_test_set if target.directions == 1 else sampled_test_set)(generator, target, d)
