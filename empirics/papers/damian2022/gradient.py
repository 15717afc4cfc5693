"""The first step's gradient, measured: exponents of its deviation, and its alignment without preprocessing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sympy import Expr, Rational

from empirics.gradient_noise import protocol_alignment, remainder_exponent
from empirics.papers.damian2022.alignment import law_values
from lemmata import MedianWithin, Rate, Samples, Tight
from lemmata.obligations import Obligation
from theory.alignment import biased_next_order, raw_share
from theory.papers.damian2022.alignment import (
    alignment_biased,
    alignment_without_preprocessing,
    biased_noise_to_signal,
    corollary_14,
)
from theory.papers.damian2022.paper import d, n

NEURONS = 32
"""Directions a seed, in orthonormal frames."""

SLOPES = [{"d": 64, "n": 2048, "varied": "n"}, {"d": 32, "n": 4096, "varied": "d"}]
"""The smaller sizes of a slope, and what is then four times larger."""

RESOLVED = Rational(1, 10)
"""Half the width within which a local exponent must be; a quarter is the smallest change of an exponent that is tried."""


@corollary_14.check(control={"labels": "raw"}, slow=True)
def corollary_14_measured(stated: Rate) -> Iterator[Obligation]:
    r"""The deviation of $g_n(w)$ from $Hw/\sqrt{2\pi}$, root mean square over $w$, falls as $\sqrt{d/n}$.

    The exponents are slopes between two sizes, a factor four apart, seed by seed. The target is $f = \langle
    u,x\rangle/\sqrt2 + He_2(\langle u,x\rangle)/2$, whose linear part preprocessing must take away: under the negative
    control it stays, the deviation is of order one (see ``lemma-4``), and the exponents are zero. Next orders, of relative
    size $1/d$ and $d/n$, and the population's remainder shift a slope by less than .03 at these sizes.
    """
    for design, varied in zip(SLOPES, (n, d), strict=True):
        yield MedianWithin(
            Samples(remainder_exponent, "exponent", {**design, "factor": 4, "noise": 1, "m": NEURONS}),
            around=stated.exponents[varied],
            slack=RESOLVED,
            by=f"local exponent in {varied}",
        )


CELLS = [
    {"d": 64, "n": 16384, "r": 4, "noise": 3},
    {"d": 32, "n": 4096, "r": 2, "noise": 0},
    {"d": 32, "n": 2048, "r": 1, "noise": 1},
]
"""Dimension, samples, relevant directions, variance of the label noise: two dimensions, and three energies of the labels."""

FAR = 10**6
"""So many times a cell's dimension, at the same n/d^2, the next orders of a share are smaller by as much."""


@alignment_without_preprocessing.check(control={"labels": "permuted"}, slow=True)
def alignment_without_preprocessing_measured(stated: Tight) -> Iterator[Obligation]:
    r"""Raw labels meet the gate itself, whose mean square is $1/2$, and not what is left of it, $1/4$: the constant of the
    noise-to-signal ratio is $\pi$ in the place of $\pi/2$, so that it takes twice the samples.

    The target has no linear part, and a mean of zero: preprocessing removes nothing but noise. Exact second moments at
    finite $d$ and $n$ (``theory.alignment``) give the prediction's next orders. As a negative control the labels are
    permuted.
    """
    for cell in CELLS:
        design = cell["d"], cell["n"], cell["r"], cell["noise"]
        values = law_values(*design)
        yield MedianWithin(
            Samples(protocol_alignment, "share", {**cell, "m": 2 * NEURONS, "protocol": "raw"}),
            around=stated.formula.subs(values) + _raw_next_orders(*design),
            slack=stated.slack.subs(values),
            by="share of the gradient's energy in the principal subspace",
        )


@cache
def _raw_next_orders(d: int, n: int, r: int, noise: int) -> Expr:
    """By how much the exact share differs from its limit.

    Were the limit taken from the law, it would cancel against the statement, and the data could not contradict it.
    """
    return raw_share(r, d, n, noise) - raw_share(r, FAR * d, FAR**2 * n, noise)


BIASED_CELLS = [
    {"d": 64, "n": 8192, "r": 4, "noise": 3},
    {"d": 32, "n": 2048, "r": 2, "noise": 0},
]
"""As for ``CELLS``."""


@alignment_biased.check(control={"labels": "permuted"}, slow=True)
def alignment_biased_measured(stated: Tight) -> Iterator[Obligation]:
    r"""With biases $b \sim N(0,1)$ already in the first step, as in the authors' program, the signal's weight is
    $E\varphi(b)^2$ and the noise's $E[\Phi(b)(1 - \Phi(b))]$: the constant is $\pi/\sqrt3$, slightly worse than $\pi/2$.

    The next order (``theory.alignment`` derives it) is added to the prediction. As a negative control the labels are
    permuted.
    """
    for cell in BIASED_CELLS:
        design = cell["d"], cell["n"], cell["r"], cell["noise"]
        values = law_values(*design)
        yield MedianWithin(
            Samples(protocol_alignment, "share", {**cell, "m": 4 * NEURONS, "protocol": "biased"}),
            around=stated.formula.subs(values) + _biased_next_order(*design),
            slack=stated.slack.subs(values),
            by="share of the gradient's energy in the principal subspace",
        )


@cache
def _biased_next_order(d: int, n: int, r: int, noise: int) -> Expr:
    """What the next order adds to the law."""
    return biased_next_order(r, biased_noise_to_signal.subs(law_values(d, n, r, noise)), noise) / d
