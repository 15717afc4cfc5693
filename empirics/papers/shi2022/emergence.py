"""Lemma 5: the sizes of the gradient's components at the initialisation, from exact components of random neurons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sympy import Basic, Expr, Integer, Rational, Symbol, sqrt

from empirics.population_steps import first_step
from lemmata import MedianAtMost, MedianWithin, Samples, Tight, Upper
from lemmata.obligations import Obligation
from theory.papers.shi2022.component_sizes import (
    lemma_5_background_size,
    lemma_5_class_size,
    lemma_5_share,
    window_values,
)
from theory.papers.shi2022.emergence import spread
from theory.papers.shi2022.paper import D, gamma, k, p_o
from theory.papers.shi2022.setting import scale as sigma

CELLS: list[dict[str, Any]] = [
    {"D": 50, "k": 5, "background": 0.5, "m": 100},
    {"D": 200, "k": 5, "background": 0.5, "m": 100},
    {"D": 200, "k": 5, "background": 0.125, "m": 100},
    {"D": 100, "k": 7, "background": 0.5, "m": 98},
]
"""Hidden bits, class-relevant bits, the probability of a background bit, neurons; fair class bits with probability 1/2."""

FAIR_CELLS = [cell for cell in CELLS if cell["background"] == 0.5]
"""Those where the second term of a background component vanishes."""


@cache
def law_values(hidden: int, relevant: int, background: float) -> Mapping[Symbol, Expr]:
    """What the laws' symbols are at the initialisation, for noise 1/(2k)."""
    p = Rational(background)
    variance = (hidden - relevant) * p * (1 - p)
    normaliser = Rational(relevant, 4) + variance
    total = sqrt(variance / (relevant**2 * normaliser) + Rational(1, 4 * relevant**2))
    return {
        gamma: Rational(1, 4),
        k: Integer(relevant),
        p_o: p,
        sigma: sqrt(normaliser),
        spread: total,
        **window_values(Rational(1, relevant**2), total),
    }


@cache
def _slack(slack: Basic, hidden: int, relevant: int, background: float) -> Basic:
    """The slack's value at a cell. No mutant changes it, and to simplify it anew for each is most of the work."""
    return slack.doit().xreplace(dict(law_values(hidden, relevant, background)))


def _within(stated: Tight, statistic: str, cells: Sequence[dict[str, Any]]) -> Iterator[Obligation]:
    for cell in cells:
        place = cell["D"], cell["k"], cell["background"]
        predicted = stated.formula.xreplace(dict(law_values(*place)))
        yield MedianWithin(Samples(first_step, statistic, cell), around=predicted, slack=_slack(stated.slack, *place))


@lemma_5_class_size.check(control={"uniform": 1.0}, slow=True)
def lemma_5_class_size_measured(stated: Tight) -> Iterator[Obligation]:
    r"""At the paper's initialisation, with noise $1/(2k)$ and $\gamma = 1/4$; exact components, over random neurons.

    $\beta = g(b) = \Phi(b/\tau)$ in the limit of a large background, $\tau^2 = p_o(1-p_o)(D-k)/(k\tilde\sigma)^2 +
    \sigma_\xi^2$, and the mean of $\Phi^2$ over normal biases is an arcsine, $G_0^2 = 1/4 + \arcsin(r)/(2\pi)$ with
    $r = \sigma_b^2/(\sigma_b^2 + \tau^2)$. As a negative control the input structure is removed; then $\gamma = 0$.
    """
    yield from _within(stated, "relevant", CELLS)


@lemma_5_background_size.check(control={"uniform": 1.0}, slow=True)
def lemma_5_background_size_measured(stated: Tight) -> Iterator[Obligation]:
    r"""The same neurons, at $p_o = 1/2$, where the second term of claim ``lemma-5-background-expansion`` vanishes:
    the root mean square of the first one over normal weights and biases. From $D = 50$ to 200 it falls eightfold, as
    $D^{-3/2}$. As a negative control the input structure is removed.
    """
    yield from _within(stated, "background", FAIR_CELLS)


@lemma_5_share.check(control={"uniform": 1.0}, slow=True)
def lemma_5_share_measured(stated: Upper) -> Iterator[Obligation]:
    r"""The same neurons, $p_o = 1/2$ and $1/8$: the norm of all the background components against that of the
    class, in the gradient. Pilots on another root seed give five to nine tenths of the bound. As a negative
    control the input structure is removed, and with it the signal.
    """
    for cell in CELLS:
        yield MedianAtMost(Samples(first_step, "share", cell), stated.bound.subs(D, cell["D"]))
