"""Experiment: how much of the weights lies along the class-relevant patterns after steps on samples."""

from __future__ import annotations

import torch

from empirics.dictionary_data import coordinates, structured_law
from empirics.feature_emergence import paper_head_scale
from empirics.hinge import hinge_gradient, moved
from empirics.truncated import initial_network
from empirics.validation import choice, count
from lemmata.experiments import experiment
from lemmata.seeding import Draws

FIRST_CHANGE = 0.01
"""The root mean square of eta_1 a, small enough that no sample leaves the hinge before the second step."""


@experiment
def aligned_energy(
    draws: Draws, *, D: int, k: int, v: float, p_o: float, n: int, m: int, repeats: int, labels: str = "clean"
) -> dict[str, float]:
    r"""The share of the weights' energy along :math:`u = \sum_A M_j/\sqrt k` after each of the two steps; parity, k odd.

    Weights are compared without their factor :math:`\eta a_i`: with it a few neurons would decide. Energies are summed over
    neurons and over repetitions with fresh samples before they are divided.

    Parameters
    ----------
    D, k : hidden and class-relevant bits.
    v : class bits are uniform with this probability, in [0, 1), and else all equal; :math:`\gamma = (1 - v)/2`.
    p_o : the probability of a background bit.
    n, m : samples of each step, fresh ones in each; half the width.
    repeats : how many times the steps are done, from the same initialisation.
    labels : ``"permuted"`` pairs each input with another's label, in both steps: the negative control.

    Returns
    -------
    ``after_1``, ``after_2``, each in [0, 1].

    Raises
    ------
    LemmataError : numbers out of their ranges, even k, a law that breaks an assumption, an unknown word for ``labels``.
    """
    choice("labels", labels, ("clean", "permuted"))
    count("repeats", repeats)
    law = structured_law(D, k, v, p_o)
    start = initial_network(draws, m=m, d=D, k=k, head_scale=paper_head_scale(law))
    along, total = torch.zeros(2, dtype=torch.float64), torch.zeros(2, dtype=torch.float64)
    for repetition in range(repeats):
        network = start
        for step, noise in enumerate((0.5 / k, k**-1.5)):
            name = f"step {step + 1}, repetition {repetition}"
            x, y = coordinates(draws[f"inputs of {name}"], law, n)
            if labels == "permuted":
                y = y[torch.from_numpy(draws[f"permutation of {name}"].permutation(n))]
            gradient = hinge_gradient(network, x, y, noise)
            directions = gradient.w / network.a[:, None]
            along[step] += directions[:, list(law.relevant)].sum(dim=1).square().sum() / k
            total[step] += directions.square().sum()
            network = moved(network, gradient, FIRST_CHANGE / float(start.a.square().mean().sqrt()))
    first, second = (along / total).tolist()
    return {"after_1": first, "after_2": second}
