r"""Experiment: the directions of a network's weights before, after one and after two gradient steps on dictionary data.

Source: Shi, Wei & Liang 2022, Section 6, "Feature Learning in Networks", and Figure 2. All in the dictionary's coordinates,
where the ground truth :math:`\sum_{j\in A} M_j` is the vector of ones on A.
"""

from __future__ import annotations

import torch
from torch import Tensor

from empirics.dictionary_data import structured_law
from empirics.feature_emergence import TwoSteps, paper_head_scale, train_two_steps
from empirics.validation import choice
from empirics.weight_pictures import cosines, map_of, two_cluster_silhouette
from lemmata.experiments import experiment
from lemmata.seeding import Draws

STATES = ("start", "first", "second")
"""The network at its initialisation, after one step, after two."""

ALIGNED = 0.99
"""The cosine that the paper reports for all weights after the second step."""


def _trained(
    draws: Draws, *, D: int, k: int, v: float, p_o: float, n: int, m: int, labels: str
) -> tuple[TwoSteps, Tensor]:
    """The network's three states, and the ground truth, (D,)."""
    law = structured_law(D, k, v, p_o)
    steps = train_two_steps(draws, law, m=m, n=n, head_scale=paper_head_scale(law), labels=labels)
    truth = torch.zeros(D, dtype=torch.float64)
    truth[list(law.relevant)] = 1.0
    return steps, truth


@experiment
def emerging_directions(
    draws: Draws, *, D: int, k: int, v: float, p_o: float, n: int, m: int, labels: str = "clean"
) -> dict[str, float]:
    r"""How the weights' directions gather around :math:`\pm\sum_{j\in A} M_j` in two steps.

    Parameters
    ----------
    D, k, v, p_o : hidden bits, class-relevant bits (odd), the probability that these are uniform and not all equal, the
        probability of a background bit.
    n, m : fresh samples of each step, half the number of neurons.
    labels : whose labels the two steps see, one of :data:`empirics.feature_emergence.LABELS`.

    Returns
    -------
    ``scatter_initial`` and ``scatter_after_1``: one minus the silhouette of the two clusters of weights. ``unaligned_after_1``
    and ``unaligned_after_2``: the share of neurons whose cosine with neither end is above .99. ``least_after_1``: the least
    over neurons of the cosine with the nearer end.

    Raises
    ------
    LemmataError : counts out of their range, even k, probabilities outside of theirs, a law without signal, an unknown word.
    """
    steps, truth = _trained(draws, D=D, k=k, v=v, p_o=p_o, n=n, m=m, labels=labels)
    first, second = (cosines(state.w, truth).abs() for state in (steps.first, steps.second))
    return {
        "scatter_initial": 1 - two_cluster_silhouette(steps.start.w),
        "scatter_after_1": 1 - two_cluster_silhouette(steps.first.w),
        "unaligned_after_1": float((first <= ALIGNED).double().mean()),
        "unaligned_after_2": float((second <= ALIGNED).double().mean()),
        "least_after_1": float(first.min()),
    }


@experiment
def emerging_map(draws: Draws, *, D: int, k: int, v: float, p_o: float, n: int, m: int, state: str) -> dict[str, float]:
    r"""The neurons and :math:`\pm\sum_{j\in A} M_j` on a map, in one of the ``STATES``; parameters as for the directions.

    Returns
    -------
    The numbers of :func:`empirics.weight_pictures.map_of`.

    Raises
    ------
    LemmataError : as for :func:`emerging_directions`; an unknown state.
    """
    choice("state", state, STATES)
    steps, truth = _trained(draws, D=D, k=k, v=v, p_o=p_o, n=n, m=m, labels="clean")
    return map_of({"start": steps.start, "first": steps.first, "second": steps.second}[state].w, truth)
