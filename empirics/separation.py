"""Experiment: Algorithm 1 against kernel methods on the same data, as in the paper's Figure 1."""

from __future__ import annotations

import torch
from torch import Tensor

from empirics.data import gaussian_inputs, node_test_set, noisy_labels
from empirics.heads import WEIGHT_DECAYS, FeatureMap, predictions, ridge_head
from empirics.kernels import TangentFeatures, random_features
from empirics.measure import excess_risk
from empirics.networks import half_width
from empirics.protocols import algorithm_1
from empirics.targets import equation_2
from empirics.training import LinearPart, linear_part
from empirics.validation import choice
from lemmata.experiments import experiment
from lemmata.seeding import Draws

DOWN_TO_NOTHING = (*WEIGHT_DECAYS, *(10.0 ** (exponent / 2) for exponent in range(5, 13)))
"""A grid of weight decays that goes on to 1e6, where the head vanishes: for data too few to learn from."""


def no_linear_part(x: Tensor, y: Tensor) -> LinearPart:
    """What stands for the preprocessing where there is none: zero, for (n, d) inputs and (n,) labels."""
    return LinearPart(torch.zeros((), dtype=y.dtype), torch.zeros(x.shape[1], dtype=x.dtype))


@experiment
def sample_complexity(
    draws: Draws,
    *,
    d: int,
    p: int,
    n: int,
    m: int,
    noise: float,
    first_step_labels: str = "clean",
    preprocessing: str = "linear",
    tangent_kernel: bool = False,
) -> dict[str, float]:
    r"""Excess L2 risks of Algorithm 1 and of kernel methods, for the target of Eq. (2), on the same data.

    All methods see the same inputs, labels, validation and test sets, so their difference is a paired
    comparison. The validation and test sets have exact nodes in the informative direction.

    Parameters
    ----------
    d, p, n, m : dimension, degree (p >= 3), samples, even width.
    noise : variance of the label noise.
    first_step_labels : ``"permuted"`` pairs each input with another's label in the first step only: the
        negative control, whose features carry no information on the direction while the head trains on the
        right labels.
    preprocessing : ``"linear"`` as Algorithm 1 prints it, for every method; ``"none"`` leaves it out, and with it
        what the linear part costs where samples are few.
    tangent_kernel : whether the tangent kernel of all parameters takes part; it costs the most.

    Returns
    -------
    ``algorithm_1``, ``random_features``, ``tangent_kernel`` if it takes part: the excess risks. The tangent kernel is
    that of the very initialisation from which Algorithm 1 starts.

    Raises
    ------
    LemmataError : counts below their range, an odd width, negative noise, an unknown word for
        ``first_step_labels`` or ``preprocessing``.
    """
    choice("first_step_labels", first_step_labels, ("clean", "permuted"))
    choice("preprocessing", preprocessing, ("linear", "none"))
    half = half_width(m)
    target = equation_2(p)
    x = gaussian_inputs(draws["inputs"], n, d)
    y = noisy_labels(draws["label noise"], target, x, noise)
    prepare = linear_part if preprocessing == "linear" else no_linear_part
    linear = prepare(x, y)
    validation = node_test_set(draws["validation"], target, d)
    test = node_test_set(draws["test"], target, d)

    seen = y[torch.from_numpy(draws["permutation"].permutation(n))] if first_step_labels == "permuted" else y
    layer = algorithm_1(draws, x, seen - prepare(x, seen)(x), m)
    methods: dict[str, FeatureMap] = {
        "algorithm_1": layer.features,
        "random_features": random_features(draws["random neurons"], draws["random biases"], m, d),
    }
    if tangent_kernel:
        methods["tangent_kernel"] = TangentFeatures(layer.start.w[:half])

    risks = {}
    for name, features in methods.items():
        head = ridge_head(features, x, y, linear, validation, DOWN_TO_NOTHING)
        risks[name] = excess_risk(linear(test.x) + predictions(features, test.x, head.a), test)
    return risks
