"""Experiment: Algorithm 1 against random features on the same data, as in the paper's Figure 1."""

from __future__ import annotations

import torch

from empirics.data import gaussian_inputs, node_test_set, noisy_labels
from empirics.heads import Features, ridge_head
from empirics.kernels import random_features
from empirics.measure import excess_risk
from empirics.networks import half_width, random_signs, symmetric, unit_neurons
from empirics.targets import equation_2
from empirics.training import first_step, first_step_gradient, linear_part, step_size
from empirics.validation import choice
from lemmata.experiments import experiment
from lemmata.seeding import Draws


@experiment
def sample_complexity(
    draws: Draws, *, d: int, p: int, n: int, m: int, noise: float, first_step_labels: str = "clean"
) -> dict[str, float]:
    r"""Excess L2 risks of Algorithm 1 and of random features, for the target of Eq. (2), on the same data.

    Both methods see the same inputs, labels, validation and test sets, so their difference is a paired
    comparison. The validation and test sets have exact nodes in the informative direction.

    Parameters
    ----------
    d, p, n, m : dimension, degree (p >= 3), samples, even width.
    noise : variance of the label noise.
    first_step_labels : ``"permuted"`` pairs each input with another's label in the first step only: the
        negative control, whose features carry no information on the direction while the head trains on the
        right labels.

    Returns
    -------
    ``algorithm_1``, ``random_features``: the excess risks.

    Raises
    ------
    LemmataError : counts below their range, an odd width, negative noise, an unknown word for
        ``first_step_labels``.
    """
    choice("first_step_labels", first_step_labels, ("clean", "permuted"))
    half = half_width(m)
    target = equation_2(p)
    x = gaussian_inputs(draws["inputs"], n, d)
    y = noisy_labels(draws["label noise"], target, x, noise)
    linear = linear_part(x, y)
    validation = node_test_set(draws["validation"], target, d)
    test = node_test_set(draws["test"], target, d)

    seen = y[torch.from_numpy(draws["permutation"].permutation(n))] if first_step_labels == "permuted" else y
    start = symmetric(random_signs(draws["signs"], half), unit_neurons(draws["neurons"], half, d))
    gradient = first_step_gradient(x, seen - linear_part(x, seen)(x), start.w, start.b)
    learned = Features(
        first_step(start.a, gradient, step_size(gradient)),
        torch.from_numpy(draws["biases"].standard_normal(m)),
    )
    fixed = random_features(draws["random neurons"], draws["random biases"], m, d)

    risks = []
    for features in (learned, fixed):
        head = ridge_head(features, x, y, linear, validation)
        risks.append(excess_risk(linear(test.x) + features(test.x) @ head.a, test))
    return {"algorithm_1": risks[0], "random_features": risks[1]}
