"""Experiments: the size of the first step's sampling noise, and the share of signal under other protocols."""

from __future__ import annotations

import math

import sympy
import torch
from torch import Tensor

from empirics.data import gaussian_inputs, noisy_labels
from empirics.measure import energy_share
from empirics.networks import orthonormal_frames
from empirics.scaling import local_exponents
from empirics.targets import Target, quadratic, single_index
from empirics.training import first_step_gradient, linear_part
from empirics.validation import choice, count, dimension
from lemmata.experiments import experiment
from lemmata.seeding import Draws
from theory.hermite import coefficient

LINEAR_AND_QUADRATIC = single_index([0, 1 / sympy.sqrt(2), sympy.Rational(1, 2)])
r""":math:`f(x) = x_1/\sqrt2 + He_2(x_1)/2`, with :math:`E f^2 = 1`, :math:`\|C_1\|^2 = 1/2` and :math:`H = u u^T`."""


@experiment
def remainder_exponent(
    draws: Draws, *, d: int, n: int, varied: str, factor: int, noise: float, m: int, labels: str = "preprocessed"
) -> dict[str, float]:
    r"""The local exponent of :math:`\|g_n(w) - Hw/\sqrt{2\pi}\|` in n or in d, on a target with a linear part.

    Root mean squares over the directions w are compared at (d, n) and at the same with one of them ``factor`` times
    larger, on independent data.

    Parameters
    ----------
    d, n : the smaller dimension and number of samples.
    varied : ``"n"`` or ``"d"``.
    factor : by how much it is varied, at least 2.
    noise : variance of the label noise.
    m : directions w, drawn in orthonormal frames.
    labels : ``"raw"`` leaves preprocessing out, the negative control: the linear part is then of order one.

    Returns
    -------
    ``exponent``.

    Raises
    ------
    LemmataError : counts below 1, a factor below 2, negative noise, an unknown word.
    """
    choice("varied", varied, ("n", "d"))
    choice("labels", labels, ("preprocessed", "raw"))
    count("factor", factor, least=2)
    sizes = [(d, n), (factor * d, n) if varied == "d" else (d, factor * n)]
    lengths = []
    for place, (dimension_, samples) in enumerate(sizes):
        x = gaussian_inputs(draws[f"inputs {place}"], samples, dimension_)
        y = noisy_labels(draws[f"label noise {place}"], LINEAR_AND_QUADRATIC, x, noise)
        if labels == "preprocessed":
            y = y - linear_part(x, y)(x)
        w = orthonormal_frames(draws[f"neurons {place}"], m, dimension_)
        deviation = first_step_gradient(x, y, w) - leading_term(LINEAR_AND_QUADRATIC, w)
        lengths.append(math.sqrt(float(deviation.square().sum(dim=1).mean())))
    return {"exponent": float(local_exponents([1, factor], lengths)[0])}


def leading_term(target: Target, w: Tensor) -> Tensor:
    r""":math:`Hw/\sqrt{2\pi}` at (m, d) unit directions, (m, d)."""
    scales = torch.tensor([float(entry) for entry in target.hessian.diagonal()], dtype=w.dtype)
    leading = torch.zeros_like(w)
    leading[:, : target.directions] = float(coefficient("relu", 2)) * scales * w[:, : target.directions]
    return leading


@experiment
def protocol_alignment(
    draws: Draws, *, d: int, n: int, r: int, noise: float, m: int, protocol: str, labels: str = "clean"
) -> dict[str, float]:
    r"""The share of :math:`\sum_w \|g_n(w)\|^2` in S* under another first step, for the quadratic target of rank r.

    Parameters
    ----------
    d, n, r : dimension, samples, directions; r <= d.
    noise : variance of the label noise.
    m : directions w, drawn in orthonormal frames.
    protocol : ``"raw"`` leaves preprocessing out, ``"biased"`` has biases N(0, 1) in the first step.
    labels : ``"permuted"`` pairs each input with another's label: the negative control, of share about r/d.

    Returns
    -------
    ``share``, in [0, 1].

    Raises
    ------
    LemmataError : counts below 1, r > d, negative noise, an unknown word.
    """
    dimension(d, r)
    choice("protocol", protocol, ("raw", "biased"))
    choice("labels", labels, ("clean", "permuted"))
    x = gaussian_inputs(draws["inputs"], n, d)
    y = noisy_labels(draws["label noise"], quadratic(r), x, noise)
    if labels == "permuted":
        y = y[torch.from_numpy(draws["permutation"].permutation(n))]
    w = orthonormal_frames(draws["neurons"], m, d)
    if protocol == "raw":
        return {"share": energy_share(first_step_gradient(x, y, w), r)}
    b = torch.from_numpy(draws["biases"].standard_normal(m))
    return {"share": energy_share(first_step_gradient(x, y - linear_part(x, y)(x), w, b), r)}
