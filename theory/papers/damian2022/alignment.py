"""Section 5.1 and Corollary 14: what n samples leave of the signal."""

from __future__ import annotations

from sympy import Interval, Rational, Symbol, oo, pi, symbols

from lemmata import (
    Tight,
    as_printed,
    integers,
)
from theory.papers.damian2022.gradient import equation_1
from theory.papers.damian2022.paper import d, n, paper

second_moment, hessian_norm = symbols(r"\mathbb{E}y^2 \|H\|_F", positive=True)
"""E y^2, label noise included, and the Frobenius norm of the average Hessian."""

with as_printed():
    noise_to_signal = pi / 2 * d**2 * second_moment / (n * hessian_norm**2)
    share_of_signal = 1 / (1 + noise_to_signal)

alignment_law = paper.state(
    "alignment-law",
    locator="Section 5.1 and Corollary 14, with the constant",
    title="Share of the first gradient in the principal subspace",
    source="derived here",
    stated=Tight(
        quantity=Symbol(
            r"\operatorname{median}\frac{\sum_w\|\Pi^\star g_n(w)\|^2}{\sum_w\|g_n(w)\|^2} - \frac{c_1}{d}"
        ),
        formula=share_of_signal,
        slack=Rational(3, 2) / d,
        why=(
            "the next order c_1/d of the exact second moments is part of the prediction; what is left is of order "
            "1/d^2, and the slack is what the seeds resolve. The target is quadratic with H a multiple of the identity"
        ),
        domains={
            d: integers(1),
            n: integers(1),
            second_moment: Interval.open(0, oo),
            hessian_norm: Interval.open(0, oo),
        },
    ),
    depends_on=[equation_1],
)
