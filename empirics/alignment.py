"""Experiment: how much of the first step's gradient lies in the principal subspace."""

from __future__ import annotations

import torch

from empirics.data import gaussian_inputs, noisy_labels
from empirics.measure import energy_share
from empirics.networks import orthonormal_frames
from empirics.targets import quadratic
from empirics.training import first_step_gradient, linear_part
from empirics.validation import choice, dimension
from lemmata.experiments import experiment
from lemmata.seeding import Draws


@experiment
def first_step_alignment(
    draws: Draws, *, d: int, n: int, r: int, noise: float, m: int, labels: str = "clean"
) -> dict[str, float]:
    r"""The share of :math:`\sum_w \|g_n(w)\|^2` that lies in S*, for the quadratic target of rank r.

    Parameters
    ----------
    d, n, r : dimension, samples, directions; r <= d.
    noise : variance of the label noise.
    m : directions w, drawn in orthonormal frames (a share of energies needs no signs a_j and no pairs).
    labels : ``"permuted"`` pairs each input with another's label: the negative control, of share about r/d.

    Returns
    -------
    ``share``, in [0, 1].

    Raises
    ------
    LemmataError : counts below 1, r > d, negative noise, an unknown word for ``labels``.
    """
    dimension(d, r)
    choice("labels", labels, ("clean", "permuted"))
    x = gaussian_inputs(draws["inputs"], n, d)
    y = noisy_labels(draws["label noise"], quadratic(r), x, noise)
    if labels == "permuted":
        y = y[torch.from_numpy(draws["permutation"].permutation(n))]
    neurons = orthonormal_frames(draws["neurons"], m, d)
    return {"share": energy_share(first_step_gradient(x, y - linear_part(x, y)(x), neurons), r)}
