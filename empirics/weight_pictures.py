r"""Pictures of weights: their directions on a map, and whether these form two clusters.

As in Section 6 of Shi, Wei & Liang 2022 the scale of a neuron's weights does not count: the dissimilarity of two neurons is
:math:`1 - \cos`, from 0 (same direction) to 2 (opposite), and multidimensional scaling places them in the plane with
distances as near to these as it can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from empirics.sweeps import reference_line
from empirics.validation import finite_matrix, finite_vector
from lemmata.errors import LemmataError


def directions(weights: Tensor) -> Tensor:
    """The neurons' unit vectors, (m, d), from their (m, d) weights.

    Raises
    ------
    LemmataError : a neuron without weight, NaN or infinity.
    """
    finite_matrix("weights", weights)
    largest = weights.abs().amax(dim=1, keepdim=True)
    if bool((largest == 0).any()):
        raise LemmataError("weights: a neuron whose weights vanish has no direction")
    scaled = weights / largest  # the squares of very small or large weights would leave the floating-point range
    unit: Tensor = scaled / torch.linalg.vector_norm(scaled, dim=1, keepdim=True)
    return unit


def cosine_dissimilarities(weights: Tensor) -> Tensor:
    r""":math:`1 - \cos(w_i, w_j)`, (m, m), symmetric and 0 on the diagonal, from (m, d) weights.

    Raises
    ------
    LemmataError : as for :func:`directions`.
    """
    unit = directions(weights)
    # Rounding may put the cosine of two parallel neurons above 1.
    return (1 - unit @ unit.T).clamp_(min=0).fill_diagonal_(0)


def cosines(weights: Tensor, direction: Tensor) -> Tensor:
    """The cosines of (m, d) weights with one (d,) direction, (m,).

    Raises
    ------
    LemmataError : as for :func:`directions`, or for a direction of another length or that vanishes.
    """
    unit = directions(weights)
    finite_vector("direction", direction, unit.shape[1])
    return unit @ directions(direction[None])[0]


def positions(weights: Tensor) -> Tensor:
    """A map of the neurons, (m, 2): metric multidimensional scaling of their cosine dissimilarities.

    The start is the classical solution, so that the same weights give the same map; its centre is 0.

    Parameters
    ----------
    weights : (m, d) with m >= 3.

    Raises
    ------
    LemmataError : fewer than three neurons; as for :func:`directions`.
    """
    from sklearn.manifold import MDS

    dissimilarities = cosine_dissimilarities(weights)
    if dissimilarities.shape[0] < 3:
        raise LemmataError(f"weights: a map needs at least three neurons, got {dissimilarities.shape[0]}")
    scaling = MDS(n_components=2, metric="precomputed", init="classical_mds", n_init=1)
    return torch.from_numpy(scaling.fit_transform(dissimilarities.numpy()))


def two_cluster_silhouette(weights: Tensor) -> float:
    r"""How well the neurons' directions form two clusters: the mean silhouette of the best-separated halves.

    The two halves are the two sides of the hyperplane across the direction v that maximises the mean of
    :math:`\cos(w_i, v)^2`. A neuron's silhouette is :math:`(b - a)/\max(a, b)`, for its mean dissimilarities a to its own
    half and b to the other one. The mean is 1 where all neurons lie on two points, and small for random directions,
    about 0.1 for 50 of them in d = 64. Where one half is empty or holds a single neuron there are no two clusters: 0.

    Parameters
    ----------
    weights : (m, d).

    Returns
    -------
    A number in [-1, 1].

    Raises
    ------
    LemmataError : as for :func:`directions`.
    """
    from sklearn.metrics import silhouette_score

    unit = directions(weights)
    axis = torch.linalg.eigh(unit.T @ unit).eigenvectors[:, -1]
    sides = (unit @ axis > 0).to(torch.int64)
    if not 2 <= int(sides.sum()) <= unit.shape[0] - 2:
        return 0.0
    return float(silhouette_score(cosine_dissimilarities(weights).numpy(), sides.numpy(), metric="precomputed"))


NEAR = 0.9
"""The cosine from which on a neuron counts as near a direction, and is coloured like it."""

COLOURS = {"plus": 1, "minus": 0}
"""The two ends of the direction on a map, by their keys, and what colours of the palette they and the neurons near have."""


def map_of(weights: Tensor, direction: Tensor) -> dict[str, float]:
    """The numbers of a map: neurons, a direction and its opposite, placed together.

    Parameters
    ----------
    weights, direction : (m, d) and (d,), none of which vanishes.

    Returns
    -------
    For each neuron i ``x_i``, ``y_i`` and ``cosine_i``, its cosine with the direction; for the two ends of the direction
    ``x_plus``, ``y_plus``, ``x_minus`` and ``y_minus``.

    Raises
    ------
    LemmataError : as for :func:`cosines`.
    """
    near = cosines(weights, direction)
    names = [*(str(i) for i in range(weights.shape[0])), *COLOURS]
    places = positions(torch.cat([weights, torch.stack([direction, -direction])]))
    numbers = {
        f"{axis}_{name}": float(place[k])
        for name, place in zip(names, places, strict=True)
        for k, axis in enumerate("xy")
    }
    return numbers | {f"cosine_{i}": float(cosine) for i, cosine in enumerate(near)}


def panel(title: str, numbers: Mapping[str, float], direction: str) -> dict[str, Any]:
    """A map as a figure of the ledger, from the numbers of :func:`map_of`.

    Parameters
    ----------
    title : the panel's title.
    numbers : what :func:`map_of` returned; other statistics may stand beside.
    direction : the direction's name, with ``$latex$``; its opposite is the same with a minus sign.

    Returns
    -------
    A figure: the neurons near either end of the direction, the other neurons, and the two ends as stars.
    """
    neurons = [name.removeprefix("cosine_") for name in numbers if name.startswith("cosine_")]
    near = {
        "plus": [name for name in neurons if numbers[f"cosine_{name}"] >= NEAR],
        "minus": [name for name in neurons if numbers[f"cosine_{name}"] <= -NEAR],
    }
    other = [name for name in neurons if abs(numbers[f"cosine_{name}"]) < NEAR]
    signs = {"plus": "", "minus": "-"}

    def series(label: str, names: Sequence[str], style: str, colour: int | str) -> dict[str, Any]:
        x, y = ([numbers[f"{axis}_{name}"] for name in names] for axis in "xy")
        return {"label": label, "style": style, "colour": colour, "x": x, "y": y, "low": y, "high": y}

    drawn = [series("other neurons", other, "dots", "muted")]
    drawn += [series(f"near ${signs[end]}{direction}$", near[end], "dots", colour) for end, colour in COLOURS.items()]
    drawn += [series(f"${signs[end]}{direction}$", [end], "stars", colour) for end, colour in COLOURS.items()]
    return {
        "title": title,
        "x_label": "first coordinate",
        "y_label": "second coordinate",
        "x_scale": "linear",
        "y_scale": "linear",
        "aspect": "equal",
        "curves": [],
        "points": [entry for entry in drawn if entry["x"]],
    }


def distances_panel(title: str, maps: Mapping[str, Mapping[str, float]], direction: str) -> dict[str, Any]:
    r"""How far the neurons of several maps are from a line, :math:`1 - |\cos|` in ascending order, as a figure of the ledger.

    It shows what a map cannot: differences between cosines of nearly 1.

    Parameters
    ----------
    title : the figure's title.
    maps : the numbers of :func:`map_of` by the label of their curve.
    direction : the direction's name, with ``$latex$``.
    """
    curves = []
    for label, numbers in maps.items():
        # A neuron on the line, up to rounding, still has its place on a logarithmic axis.
        distances = sorted(max(1 - abs(value), 1e-16) for name, value in numbers.items() if name.startswith("cosine_"))
        shares = [(rank + 1) / len(distances) for rank in range(len(distances))]
        curves.append({"label": label, "x": shares, "y": distances})
    return {
        "title": title,
        "x_label": "share of the neurons",
        "y_label": rf"$1 - |\cos(w_i, {direction})|$",
        "x_scale": "linear",
        "y_scale": "log",
        "curves": [reference_line("cosine 0.99", 0.01, 0, 1), *curves],
        "points": [],
    }
