"""Experiment: the head trained on another target of the same direction, as in the paper's Section 6.2 and Figure 2."""

from __future__ import annotations

import sympy
import torch

from empirics.data import gaussian_inputs, node_test_set, noisy_labels
from empirics.heads import Features, predictions, ridge_head
from empirics.measure import excess_risk
from empirics.protocols import algorithm_1
from empirics.separation import DOWN_TO_NOTHING, no_linear_part
from empirics.targets import Target, equation_2, single_index
from empirics.training import linear_part
from empirics.validation import choice, count
from lemmata.experiments import experiment
from lemmata.seeding import Draws


@experiment
def transfer(
    draws: Draws,
    *,
    d: int,
    p: int,
    n: int,
    target_samples: int,
    m: int,
    noise: float,
    pretraining_labels: str = "clean",
) -> dict[str, float]:
    r"""Excess L2 risks on :math:`He_p(\langle u, x\rangle)/\sqrt{p!}` with pre-trained and with initial features.

    The first layer takes the first step of Algorithm 1 on n samples of the target of Eq. (2), biases are drawn anew,
    and the head alone is trained on ``target_samples`` samples of the new target, which are not preprocessed (Theorem
    3). The other features are the network's before the step, with the same biases, head data and test sets, so that
    the difference is a paired comparison. The weight decay is chosen on validation data from a grid that reaches the
    zero predictor, of excess risk 1.

    Parameters
    ----------
    d, p, n, target_samples, m : dimension, degree (p >= 3), samples of the two stages, even width.
    noise : variance of the label noise in both stages.
    pretraining_labels : ``"permuted"`` pairs each input of the first stage with another's label: the negative control.

    Returns
    -------
    ``pretrained``, ``initial``: the excess risks.

    Raises
    ------
    LemmataError : counts below their range, an odd width, negative noise, an unknown word for ``pretraining_labels``.
    """
    choice("pretraining_labels", pretraining_labels, ("clean", "permuted"))
    count("target_samples", target_samples)
    source = equation_2(p)
    x = gaussian_inputs(draws["pretraining inputs"], n, d)
    y = noisy_labels(draws["pretraining label noise"], source, x, noise)
    if pretraining_labels == "permuted":
        y = y[torch.from_numpy(draws["permutation"].permutation(n))]
    layer = algorithm_1(draws, x, y - linear_part(x, y)(x), m)
    initial = Features(layer.start.w, layer.features.b)

    target = fine_tuning_target(p)
    x = gaussian_inputs(draws["target inputs"], target_samples, d)
    y = noisy_labels(draws["target label noise"], target, x, noise)
    validation = node_test_set(draws["validation"], target, d)
    test = node_test_set(draws["test"], target, d)
    nothing = no_linear_part(x, y)
    risks = []
    for features in (layer.features, initial):
        head = ridge_head(features, x, y, nothing, validation, DOWN_TO_NOTHING)
        risks.append(excess_risk(predictions(features, test.x, head.a), test))
    return {"pretrained": risks[0], "initial": risks[1]}


def fine_tuning_target(p: int) -> Target:
    r"""The target of Section 6.2, :math:`He_p(\langle u, x\rangle)/\sqrt{p!}`, of second moment 1.

    >>> fine_tuning_target(3).second_moment
    1
    """
    return single_index([0] * p + [1 / sympy.sqrt(sympy.factorial(p))])
