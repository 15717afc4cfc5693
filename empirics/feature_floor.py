"""Experiment: the least population risk that random features of a width can reach."""

from __future__ import annotations

import numpy as np

from empirics.kernels import random_features
from empirics.targets import equation_2
from lemmata.experiments import experiment
from lemmata.seeding import Draws
from theory.random_features import risk_floor


@experiment
def feature_floor(draws: Draws, *, d: int, p: int, m: int) -> dict[str, float]:
    r"""The least population L2 risk over all heads, for the target of Eq. (2) and m features of one draw.

    Nothing is trained and no data are drawn: each seed is a draw of the features (:func:`random_features`), and its floor
    is exact up to rounding.

    Parameters
    ----------
    d, p, m : dimension, degree (p >= 3), number of features.

    Returns
    -------
    ``floor``, and ``rounding``, an estimate of the floor's error.

    Raises
    ------
    LemmataError : counts below their range; features that are dependent to working precision.
    """
    features = random_features(draws["random neurons"], draws["random biases"], m, d)
    series = [float(entry) for entry in equation_2(p).series[0]]
    direction = np.eye(d)[0]
    found = risk_floor(features.w.numpy(), features.b.numpy(), direction, series)
    return {"floor": found.risk, "rounding": found.error}
