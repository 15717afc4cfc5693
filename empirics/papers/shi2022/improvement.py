"""Lemma 6: by how much the second step improves on the first, and what the hinge loss's mask does to it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sympy import Basic, Integer, Rational, sqrt

from empirics.papers.shi2022.emergence import law_values
from empirics.population_steps import masked_second_step, second_step
from lemmata import Lower, MedianAtLeast, MedianWithin, Samples, Tight
from lemmata.obligations import Obligation
from theory.papers.shi2022.emergence import spread
from theory.papers.shi2022.improvement import lemma_6_aligned, lemma_6_size, second_window_values
from theory.papers.shi2022.setting import scale as sigma

CELLS: list[dict[str, Any]] = [
    {"D": 50, "k": 5, "background": 0.5, "kappa": 0.02, "m": 20},
    {"D": 100, "k": 5, "background": 0.25, "kappa": 0.02, "m": 20},
    {"D": 100, "k": 5, "background": 0.5, "kappa": 0.1, "m": 20},
    {"D": 100, "k": 7, "background": 0.5, "kappa": 0.02, "m": 20},
]
"""As for the first step, and kappa, the first step's size times the output weight. The statistic is divided by its square."""

MASKED_CELLS: list[dict[str, Any]] = [
    {"D": 12, "k": 3, "m": 50, "step": 1.0},
    {"D": 12, "k": 5, "m": 20, "step": 1.0},
]
"""Hidden bits, class-relevant bits, pairs of neurons, and the first step in units of the one below which nothing is masked."""


@lemma_6_size.check(control={"kappa": 3.0}, slow=True)
def lemma_6_size_measured(stated: Tight) -> Iterator[Obligation]:
    r"""Neurons with the bias $1/k^2$ and random weights; the second step's noise is $k^{-3/2}$. The first step's
    components are $\gamma \Phi(b/\tau)/\tilde\sigma$, and $g''/g$ is that of the noise alone, since the background
    that a neuron then sees is small.

    The improvement is quadratic in $\kappa$: divided by $\kappa^2$ it is the same at all cells of one law. As a
    negative control the first step is so large that the neurons leave the window's middle.
    """
    for cell in CELLS:
        values = _values(cell["D"], cell["k"], cell["background"])
        predicted = stated.formula.xreplace(values)
        slack = _slack(stated.slack, cell["D"], cell["k"], cell["background"])
        yield MedianWithin(Samples(second_step, "improvement", cell), around=predicted, slack=slack)


@cache
def _values(hidden: int, relevant: int, background: float) -> dict[Basic, Basic]:
    """What the symbols are: as in the first step, with the bias 1/k^2 and the second step's noise."""
    first = law_values(hidden, relevant, background)
    later_noise = 1 / sqrt(Integer(relevant)) ** 3
    return {**first, **second_window_values(Rational(1, relevant**2), first[spread], later_noise, first[sigma])}


@cache
def _slack(slack: Basic, hidden: int, relevant: int, background: float) -> Basic:
    """The slack's value at a cell, the same for all mutants."""
    return slack.doit().xreplace(_values(hidden, relevant, background))


@lemma_6_aligned.check(control={"step": 100.0}, slow=True)
def lemma_6_aligned_measured(stated: Lower) -> Iterator[Obligation]:
    r"""By enumeration of all inputs, with the mask and with the second layer's own first step, at the step size of
    claim ``lemma-6-mask``. There nothing is masked, and the second step's direction is that of the class.

    As a negative control the step is a hundred times as large, at the first cell. Then in most draws the network
    answers with a margin above one wherever all class bits agree. These inputs are masked, and they are the ones that
    carry the signal: among the others a parity correlates negatively with its bits, and the second step points against
    the class, at a cosine close to $-1$. In some draws it masks fewer of them, and the direction is less clear.
    """
    for cell in MASKED_CELLS:
        yield MedianAtLeast(Samples(masked_second_step, "second", cell), stated.bound)
