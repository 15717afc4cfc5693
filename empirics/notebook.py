"""Functions for a notebook: train, compare and predict in one call each.

The same seed gives the same inputs, labels and test points to every method and protocol, so that comparisons are
paired, seed by seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy
from numpy.typing import NDArray
from torch import Tensor

from empirics.data import WeightedSet, gaussian_inputs, held_out, noisy_labels
from empirics.heads import FeatureMap, kernel_head, predictions, ridge_head
from empirics.kernels import infinite_tangent_kernel, random_features, tangent_features
from empirics.measure import energy_share, excess_risk
from empirics.networks import half_width
from empirics.protocols import PROTOCOLS
from empirics.targets import Target, named, quadratic
from empirics.training import LinearPart, linear_part
from empirics.validation import choice, count, dimension, nonnegative
from lemmata.errors import LemmataError
from lemmata.seeding import Draws, digest
from theory.alignment import next_order
from theory.papers.damian2022 import alignment as law
from theory.papers.damian2022 import paper as symbols

Floats = NDArray[numpy.float64]


@dataclass(frozen=True)
class Runs:
    r"""What :func:`run_algorithm_1` found, an entry a seed.

    Parameters
    ----------
    seeds : the seeds.
    risks : excess L2 risks :math:`E(\hat f(x) - f^*(x))^2`.
    alignments : shares of :math:`\sum_j \|g_n(w_j)\|^2` that lie in the principal subspace, in [0, 1].
    weight_decays : those that validation chose.
    """

    seeds: tuple[int, ...]
    risks: Floats = field(repr=False)
    alignments: Floats = field(repr=False)
    weight_decays: Floats = field(repr=False)

    @property
    def median_risk(self) -> float:
        """The median of the excess risks."""
        return float(numpy.median(self.risks))

    @property
    def median_alignment(self) -> float:
        """The median of the alignments."""
        return float(numpy.median(self.alignments))


def run_algorithm_1(
    target: str | Target,
    d: int,
    m: int,
    n: int,
    noise: float,
    seeds: int | Sequence[int] = 1,
    protocol: str = "algorithm-1",
) -> Runs:
    r"""Train by Algorithm 1 from start to end, once a seed.

    Parameters
    ----------
    target : a name of :data:`empirics.targets.TARGETS`, or a target.
    d, m, n : dimension, even width, samples.
    noise : variance :math:`\varsigma^2` of the label noise, :math:`\pm\varsigma` with equal chances.
    seeds : how many (0, 1, ...), or which.
    protocol : ``"algorithm-1"`` as printed, or ``"reference-code"`` (:mod:`empirics.protocols`).

    Raises
    ------
    LemmataError : an unknown target or protocol, counts out of their range, an odd width, d < r, negative noise, no seeds.

    >>> run_algorithm_1("quadratic", d=10, m=50, n=2000, noise=0).median_risk < 0.1
    True
    """
    choice("protocol", protocol, PROTOCOLS)
    half_width(m)
    found = []
    for seed, data in _datasets(target, d, n, noise, seeds):
        layer = PROTOCOLS[protocol](data.draws, data.x, data.y - data.linear(data.x), m)
        head = ridge_head(layer.features, data.x, data.y, data.linear, data.validation)
        risk = data.risk(predictions(layer.features, data.test.x, head.a))
        found.append((seed, risk, energy_share(layer.gradient, data.target.directions), head.weight_decay))
    taken, risks, alignments, weight_decays = zip(*found, strict=True)
    return Runs(tuple(taken), numpy.array(risks), numpy.array(alignments), numpy.array(weight_decays))


def compare(
    target: str | Target,
    d: int,
    m: int,
    n: int,
    noise: float,
    seeds: int | Sequence[int] = 1,
    methods: Sequence[str] = ("algorithm-1", "random-features", "tangent-kernel"),
) -> dict[str, Floats]:
    """Excess L2 risks of several methods on the same data: one entry a seed, in the order of the seeds.

    Every method has the same preprocessing, and its weight decay chosen on the same validation set.

    Parameters
    ----------
    target, d, m, n, noise, seeds : as for :func:`run_algorithm_1`.
    methods : names of :data:`METHODS`. ``"infinite-tangent-kernel"`` has no width; it decomposes an (n, n) matrix.

    Raises
    ------
    LemmataError : an unknown method, no method, and as for :func:`run_algorithm_1`.
    """
    if isinstance(methods, str) or not methods:
        raise LemmataError(f"methods: give at least one, in a list, not {methods!r}")
    for method in methods:
        choice("method", method, METHODS)
    half_width(m)
    risks: dict[str, list[float]] = {method: [] for method in methods}
    for _, data in _datasets(target, d, n, noise, seeds):
        for method in risks:
            risks[method].append(data.risk(METHODS[method](data, m)))
    return {method: numpy.array(values) for method, values in risks.items()}


def predict_alignment(d: int, n: int, noise: float = 1.0, target: str | Target = "quadratic") -> float:
    r"""The predicted share of the first gradient's energy in the principal subspace, under Algorithm 1 as printed.

    It is the alignment law :math:`1/(1 + \rho)`, :math:`\rho = \frac\pi2 d^2 E[y^2]/(n\|H\|_F^2)`, with its next order
    in 1/d where that is known, which is for the targets :func:`empirics.targets.quadratic`. Others have an error of
    order 1/d, larger the heavier the tail of f. It concerns n of order :math:`d^2`.

    Raises
    ------
    LemmataError : a target whose average Hessian vanishes (it gives no signal), and as for :func:`run_algorithm_1`.

    >>> round(predict_alignment(d=100, n=10_000, noise=1), 3)
    0.391
    """
    found = _target(target)
    dimension(d, found.directions)
    count("n", n)
    nonnegative("noise", noise)
    if found.hessian_norm == 0:
        raise LemmataError("target: its average Hessian vanishes, so the first step has no signal to align with")
    values = {
        symbols.d: int(d),
        symbols.n: int(n),
        law.second_moment: found.second_moment + noise,
        law.hessian_norm: found.hessian_norm,
    }
    share = float(law.share_of_signal.subs(values))
    if found != quadratic(found.directions):
        return share
    return share + float(next_order(found.directions, law.noise_to_signal.subs(values), noise)) / d


def alignment_curve(d: int, sizes: Sequence[int], noise: float = 1.0, target: str | Target = "quadratic") -> Floats:
    """:func:`predict_alignment` at several sample sizes n: one entry a size.

    Raises
    ------
    LemmataError : sizes that are no sequence, and as for :func:`predict_alignment`.
    """
    if not isinstance(sizes, Sequence | numpy.ndarray):
        raise LemmataError(f"sizes: expected a list of sample sizes, got {sizes!r}")
    return numpy.array([predict_alignment(d, n, noise, target) for n in sizes])


class _Data(NamedTuple):
    """The data of one seed, shared by all methods."""

    draws: Draws
    target: Target
    x: Tensor
    y: Tensor
    linear: LinearPart
    validation: WeightedSet
    test: WeightedSet

    def risk(self, values: Tensor) -> float:
        """The excess risk of predictions of the residual at the test points."""
        return excess_risk(self.linear(self.test.x) + values, self.test)


def _ridge(features: FeatureMap, data: _Data) -> Tensor:
    head = ridge_head(features, data.x, data.y, data.linear, data.validation)
    return predictions(features, data.test.x, head.a)


def _learned(protocol: str) -> Callable[[_Data, int], Tensor]:
    def values(data: _Data, m: int) -> Tensor:
        return _ridge(PROTOCOLS[protocol](data.draws, data.x, data.y - data.linear(data.x), m).features, data)

    return values


def _random(data: _Data, m: int) -> Tensor:
    return _ridge(random_features(data.draws["random neurons"], data.draws["random biases"], m, data.x.shape[1]), data)


def _tangent(data: _Data, m: int) -> Tensor:
    return _ridge(tangent_features(data.draws["neurons"], m, data.x.shape[1]), data)


def _infinite_tangent(data: _Data, m: int) -> Tensor:
    head = kernel_head(infinite_tangent_kernel, data.x, data.y, data.linear, data.validation)
    return head(data.test.x)


METHODS: dict[str, Callable[[_Data, int], Tensor]] = {
    **{protocol: _learned(protocol) for protocol in PROTOCOLS},
    "random-features": _random,
    "tangent-kernel": _tangent,
    "infinite-tangent-kernel": _infinite_tangent,
}
"""The methods that :func:`compare` knows, by name."""


def _target(target: str | Target) -> Target:
    return target if isinstance(target, Target) else named(target)


def _seeds(seeds: int | Sequence[int]) -> Sequence[int]:
    if isinstance(seeds, Sequence):
        for seed in seeds:
            count("seed", seed, least=0)
        if not seeds:
            raise LemmataError("seeds: give at least one")
        return seeds
    count("seeds", seeds)
    return range(seeds)


def _datasets(
    target: str | Target, d: int, n: int, noise: float, seeds: int | Sequence[int]
) -> Iterator[tuple[int, _Data]]:
    found = _target(target)
    dimension(d, found.directions)
    for seed in _seeds(seeds):
        draws = Draws(digest("empirics.notebook", int(seed)))
        x = gaussian_inputs(draws["inputs"], n, d)
        y = noisy_labels(draws["label noise"], found, x, noise)
        validation, test = (held_out(draws[name], found, d) for name in ("validation", "test"))
        yield int(seed), _Data(draws, found, x, y, linear_part(x, y), validation, test)
