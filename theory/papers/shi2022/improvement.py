r"""Section 5.1, the second gradient step: Lemma 6, and what it leaves open.

The first step with weight decay $1/(2\eta^{(1)})$ leaves a neuron with the weights $q^{(1)} = \kappa T$, $\kappa =
\eta^{(1)}a^{(0)}$, where $T_j$ are the components of claim ``lemma-5-class`` and those after it. As long as no
input is masked by the hinge loss, the second step's components are those of Lemma 5 at $q^{(1)}$.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import sympy
from sympy import Abs, Basic, FiniteSet, Integer, Interval, Rational, S, Symbol, exp, pi, sqrt

from lemmata import AtMost, Equal, Given, Identity, Lower, Tight, Upper, as_printed, integers
from lemmata.obligations import Exact, Obligation
from theory.background_window import component, half_window
from theory.papers.shi2022.component_sizes import (
    class_total,
    curvature,
    lemma_5_background_expansion,
    lemma_5_class_expansion,
    third,
    window,
)
from theory.papers.shi2022.emergence import (
    BACKGROUND,
    HALF_LINE,
    background_variance,
    class_size,
    lemma_5_background,
    own_weight,
    pull,
)
from theory.papers.shi2022.first_step import step as first_step_size
from theory.papers.shi2022.network import m as pairs
from theory.papers.shi2022.network import noise
from theory.papers.shi2022.paper import k, p_o, paper
from theory.papers.shi2022.setting import POSITIVE
from theory.papers.shi2022.setting import scale as sigma

kappa = Symbol(r"\kappa")
class_component, background_component = Symbol("T_A"), Symbol("T_j")
"""The first step's size times a neuron's output weight; its first components, along the class (all of one size) and along j."""

with as_printed():
    improvement_ratio = (
        k
        * (kappa * class_component) ** 2
        * (p_o * (1 - p_o) / sigma**2)
        * (curvature + (1 - 2 * p_o) * kappa * background_component / (2 * sigma) * third)
        / window
    )


@paper.claim(
    "lemma-6-improvement",
    locator="Section 5.1, Lemma 6 and the sentence after it",
    title="By how much the second step improves the ratio",
    source="derived here",
    stated=Identity(
        Symbol(r"\frac{T_j^{(2)}/T_A^{(2)}}{T_j/T_A}"),
        improvement_ratio,
        {
            k: integers(5),
            kappa: POSITIVE,
            class_component: POSITIVE,
            background_component: POSITIVE,
            p_o: S.Reals,
            sigma: POSITIVE,
            window: POSITIVE,
            curvature: S.Reals,
            third: S.Reals,
        },
    ),
    depends_on=[lemma_5_class_expansion, lemma_5_background_expansion],
)
def lemma_6_improvement(stated: Identity) -> Iterator[Obligation]:
    r"""To leading order in the weights; $g$, $g''$ and $g'''$ are those of the second step's window, whose noise is
    $k^{-3/2}$. The ratio of background to class is quadratic in $\eta^{(1)}$: there is no limit to the improvement
    but the precision with which samples determine the gradient. The lemma's $\epsilon_{e2} \ll \epsilon_e$ leaves
    this open.

    The leading terms of the two components at the first step's weights, $q_j = \kappa T_j$ and $Q_A = k\kappa T_A$.
    """
    yield Equal(stated.right, _improvement(), stated.domain_map(), by="leading terms at the first step's weights")


@cache
def _improvement() -> Basic:
    """The second step's leading terms, background over class, divided by the first step's components."""
    along_class = lemma_5_class_expansion.upheld.formulas()["right"].doit().subs(curvature, 0)
    along_background = lemma_5_background_expansion.upheld.formulas()["right"].doit()
    weights = {own_weight: kappa * background_component, class_total: k * kappa * class_component}
    second = along_background.subs(weights) / along_class
    return sympy.cancel(second / (background_component / class_component))


with as_printed():
    second_bound = kappa**2 * background_variance * k / (4 * sigma**2) * (2 / sqrt(2 * pi * exp(Integer(1)))) / noise**2


@paper.claim(
    "lemma-6-background",
    locator="Section 5.1, Lemma 6, second item",
    title="Components along the background in the second step",
    source="derived here",
    stated=Upper(
        Symbol(r"|T_j^{(2)}|/|T_j|"),
        second_bound,
        {kappa: POSITIVE, background_variance: HALF_LINE, k: integers(1), sigma: POSITIVE, noise: POSITIVE},
    ),
    depends_on=[lemma_5_background],
)
def lemma_6_background(stated: Upper) -> Iterator[Obligation]:
    r"""For $j\notin A$, under every law with (A0)-(A2), for every neuron. The printed bound has $\epsilon_{e2}$ and
    a further term $\exp(-\Theta(p_oD))/\tilde\sigma$; here $\epsilon_{e2}/\epsilon_e$ is explicit, of order
    $\kappa^2$, and the exponential term is not needed as long as no input is masked. At $\sigma_\xi^{(2)} =
    k^{-3/2}$ the bound is $\kappa^2\,\sigma_\phi^2\,k^4/(2\sqrt{2\pi e}\,\tilde\sigma^2)$.

    Lemma 5 at $q^{(1)} = \kappa T$. There $E|X_A| \le \kappa\sum_A|T_l|\,E|\phi_l|$, and $|T_l| \le E|\phi_l| \le
    1/(2\tilde\sigma)$, since $E|\tilde\phi - p| = 2p(1-p)$ for a bit. For one class bit it is approached, as that
    of Lemma 5 is.
    """
    domains = stated.domain_map()
    chance = Symbol("p")
    at_first_weights = lemma_5_background.upheld.formulas()["bound"].doit().subs(
        {Abs(own_weight): kappa, class_size: k * kappa * (1 / (2 * sigma)) ** 2}
    )  # fmt: skip
    steps: list[Exact | Given] = [
        AtMost(2 * chance * (1 - chance), Rational(1, 2), {chance: Interval(0, 1)}, by="mean deviation of a bit"),
        AtMost(at_first_weights, stated.bound, domains, by="Lemma 5 at the first step's weights"),
    ]
    scale = sqrt(Rational(1, 4) + p_o * (1 - p_o))
    atoms = [
        ({1: Rational(z, 2) / scale, 2: (bit - p_o) / scale}, z, odds / 2)
        for z in (1, -1)
        for bit, odds in ((Integer(1), p_o), (Integer(0), 1 - p_o))
    ]
    small = pull / 32
    weights = {1: small / (2 * scale), 2: small**2}
    exact = component(atoms, 2, weights, Rational(1, 2), Rational(1, 2)) / small
    here = {background_variance: p_o * (1 - p_o) / scale**2, k: 1, kappa: small, noise: Rational(1, 2), sigma: scale}
    every = {p_o: FiniteSet(Rational(1, 2), Rational(1, 4)), pull: FiniteSet(1, Rational(1, 3))}
    by = "one class bit and one background bit, with T_j = kappa"
    yield AtMost(Abs(exact), stated.bound.subs(here), every, by=by, steps=steps)


# The mask.

outputs_squared = Symbol(r"\sum_{i\le m}(a_i^{(0)})^2")
radius_squared = Symbol(r"\rho^2")

with as_printed():
    largest_answer = first_step_size * (2 * radius_squared * outputs_squared + pairs)


@paper.claim(
    "lemma-6-mask",
    locator="Section 5.1, before Lemma 6",
    title="After a small first step no input is masked",
    source="derived here",
    stated=Upper(
        Symbol(r"\sup_x|g^{(1)}(x;\xi)|"),
        largest_answer,
        {
            first_step_size: POSITIVE,
            radius_squared: Interval(1, sympy.oo),
            outputs_squared: HALF_LINE,
            pairs: integers(1),
        },
    ),
)
def lemma_6_mask(stated: Upper) -> Iterator[Obligation]:
    r"""$\rho = \max\|\phi\|$ over the hidden bits, which is at least 1, and is 1 where all bits are fair coins. So
    for $\eta^{(1)} \le 1/(2\rho^2\sum_i a_i^2 + m)$ no input at all has $y\,g > 1$, and the second gradient is
    exactly the unmasked one. The text has it for most inputs and leaves open how small the step is to be.

    Two neurons of a pair start from $w, b$ and $\pm a$. After the step their pre-activations are $b \pm h$ with $h
    = \eta a\,E[y\,(\langle\phi', \phi\rangle + 1)\,\sigma']$, and their output weights $\pm a + \eta c$, $c =
    E[y\sigma]$ (less, with weight decay). As the smoothed activation has slopes and values in $[0, 1]$, the two
    answer at most $2|ah| + 2\eta|c|$. Labels are balanced, so that $|E[yf]|$ is at most half the range of $f$: for
    $c$ this is $1/2$, for $h$, with $|\langle\phi',\phi\rangle| \le \rho^2$ and $\rho \ge 1$, it is $\rho^2$. It is
    approached by one pair and one hidden bit, as $a$ grows.
    """
    domains = stated.domain_map()
    up, down, output, c = Symbol("S_{+}"), Symbol("S_{-}"), Symbol("a"), Symbol("c")
    reals = {up: S.Reals, down: S.Reals, output: S.Reals, c: S.Reals, first_step_size: POSITIVE}
    together = (output + first_step_size * c) * up + (-output + first_step_size * c) * down
    half_range = ((1 + radius_squared) - (1 - radius_squared)) / 2
    derived = first_step_size * (2 * outputs_squared * half_range + pairs * 2 * Rational(1, 2))
    steps: list[Exact | Given] = [
        Given("a smoothed truncated ReLU has slopes and values between 0 and 1"),
        Equal(together, output * (up - down) + first_step_size * c * (up + down), reals, by="what a pair answers"),
        AtMost(
            1 - radius_squared, 0, domains, by="the range of (<phi', phi> + 1) sigma' starts at 1 - rho^2, not above 0"
        ),
        AtMost(derived, stated.bound, domains, by="summed over the pairs"),
    ]
    # D = k = 1, where phi = z = y, w = 1/10, b = 1/2, no noise: sigma' = 1, h = eta a z, c = 1/10; at x = 1.
    exact = 2 * first_step_size * (outputs_squared + Rational(1, 10) * Rational(1, 2))
    reached = stated.bound.subs({radius_squared: 1, pairs: 1})
    few = {first_step_size: FiniteSet(Rational(1, 1000)), outputs_squared: FiniteSet(1, 100)}
    yield AtMost(exact, reached, few, by="one pair of neurons, one hidden bit", steps=steps)


# Measured, on exact components of random neurons.

with as_printed():
    improvement_size = k * class_component**2 * (p_o * (1 - p_o) / sigma**2) * curvature / window


def second_window_values(own_bias: Basic, first_spread: Basic, later_noise: Basic, scale: Basic) -> dict[Basic, Basic]:
    r"""What stands in the law of ``lemma-6-size`` where the background acts as a normal variable: the first step's
    component along the class, and the second step's window, that of the noise alone, with the size of its
    curvature; for gamma = 1/4.
    """
    return {
        class_component: half_window(own_bias, first_spread) / (4 * scale),
        window: half_window(own_bias, later_noise),
        curvature: -half_window(own_bias, later_noise, 2),
    }


lemma_6_size = paper.state(
    "lemma-6-size",
    locator="Section 5.1, Lemma 6 and the sentence after it",
    title="Improvement of the ratio, over the squared step",
    source="derived here",
    provenance=[lemma_6_improvement],
    stated=Tight(
        quantity=Symbol(r"\frac{\mathrm{ratio}_2/\mathrm{ratio}_1}{\kappa^2}"),
        formula=improvement_size,
        slack=improvement_size / 20,
        why="what the leading order leaves out is of the order 1/D, and of the order of kappa times the first step's "
        "components over the second step's noise; each is within two parts in a hundred at the cells",
        domains={
            k: integers(5),
            class_component: POSITIVE,
            p_o: BACKGROUND,
            sigma: POSITIVE,
            curvature: POSITIVE,
            window: POSITIVE,
        },
    ),
)  # fmt: skip

lemma_6_aligned = paper.state(
    "lemma-6-aligned",
    locator="Section 5.1, Lemma 6",
    title="Direction of the second step, with the hinge loss's mask",
    source="derived here",
    provenance=[lemma_6_mask, lemma_6_improvement],
    stated=Lower(
        Symbol(r"\cos\!\big(T^{(2)}, \textstyle\sum_{j\in A}M_j\big)"),
        Rational(999, 1000),
    ),
)
