"""Section 5.1: the signal in the first gradient, and the step that erases the old weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import (
    Expr,
    Integer,
    Interval,
    Rational,
    S,
    Symbol,
    diff,
    oo,
    symbols,
)

from lemmata import (
    Construction,
    Edit,
    Equal,
    Identity,
    as_printed,
)
from lemmata.obligations import Obligation
from theory.papers.shi2022.network import LABELS, head
from theory.papers.shi2022.paper import gamma, paper
from theory.papers.shi2022.setting import (
    POSITIVE,
    UNIT,
    p_minus,
    p_plus,
    s,
    scale,
    signal_of,
)

# The signal in the gradient.

active, step = symbols(r"\beta \eta^{(1)}")
"""E[I_{-A}], how often a neuron is in its window; and the first step size."""


def _joint(y: int, value: int) -> Expr:
    """Pr[y, bit = value], from the label's probability and those of the bit given the label."""
    share, ones = (s, p_plus) if y == 1 else (1 - s, p_minus)
    return share * (ones if value else 1 - ones)


def _component(window: Sequence[tuple[int, Expr]] = ((1, S.One),)) -> Expr:
    r"""$E\{y\phi_j I\}$ for a window's indicator that is independent of the label and the bit, summed over all cases."""
    average = s * p_plus + (1 - s) * p_minus
    total = Integer(0)
    for y in LABELS:
        for value in (0, 1):
            for inside, chance in window:
                total += _joint(y, value) * chance * y * (value - average) / scale * inside
    return total


CONDITIONAL = {s: UNIT, p_plus: UNIT, p_minus: UNIT}
SIGNALS = {gamma: POSITIVE, scale: POSITIVE}

with as_printed():
    intuition = gamma / scale * active


@paper.claim(
    "first-step-intuition",
    locator="Section 5.1, third display, the two equalities",
    title="The class-relevant component of the gradient, by independence",
    stated=Identity(Symbol(r"\mathbb{E}\{y \phi_j \mathbb{I}_{-A}\}"), intuition, {**SIGNALS, active: S.Reals}),
)
def first_step_intuition(stated: Identity) -> Iterator[Obligation]:
    r"""$E\{y\phi_j I_{-A}\} = E\{y\phi_j\}\, E[I_{-A}] = \frac{\gamma}{\tilde\sigma} E[I_{-A}]$ for $j \in A$, with $\beta
    = E[I_{-A}]$.

    The first equality rests on (A2): $I_{-A}$ depends on background bits only. The second holds for unbalanced classes as
    well, since $\phi_j$ is centred and $\gamma$ is a covariance. Summed over the label, the bit and the indicator.
    """
    indicator = ((1, active), (0, 1 - active))
    for_all = CONDITIONAL | stated.domain_map()
    formula = stated.right.subs(gamma, signal_of(s, p_plus, p_minus))
    yield Equal(formula, _component(indicator), for_all, by="summed over all cases")


with as_printed():
    printed_coefficient = Integer(1)


@paper.claim(
    "gradient-direction",
    locator="Section 5.2, Remark on effective weights",
    title="The mean of label times input",
    stated=Identity(Symbol(r"\langle M_j, \mathbb{E}\{yx\}\rangle"), printed_coefficient, SIGNALS),
    correction=[Edit("each pattern of A has the coefficient gamma/sigma~", "right", Integer(1), gamma / scale)],
    provenance=[first_step_intuition],
)
def gradient_direction(stated: Identity) -> Iterator[Obligation]:
    r"""For $j \in A$; the remark prints $E\{yx\} = \sum_{j \in A} M_j$. The direction is right: components outside of $A$
    vanish, by (A2). The coefficient is $\gamma/\tilde\sigma \le k^{-1/2}$, of order $D^{-1/2}$ for a fixed $p_o$. The remark
    needs no more than the direction, since the gradient is said to be roughly proportional to this: the equality is to be
    read as a proportionality.

    The same display as in Section 5.1, without the indicator. The version read is the submission to ICLR.
    """
    # Every law of a bit with balanced labels and a positive signal, with two free numbers.
    less, share = symbols("t u")
    strength = 1 / (2 * (1 + less))
    law = {s: Rational(1, 2), p_plus: share * (1 - 2 * strength) + 2 * strength, p_minus: share * (1 - 2 * strength)}
    for_all = {less: Interval(0, oo), share: UNIT, scale: stated.domain_map()[scale]}
    yield Equal(signal_of(s, p_plus, p_minus).subs(law), strength, for_all, by="its signal is gamma = 1/(2(1 + t))")
    formula = stated.right.subs(gamma, strength)
    yield Equal(formula, _component().subs(law), for_all, by="summed over the label and the bit")


# Weight decay.

old, rate, target = symbols(r"w_{ij}^{(0)} \lambda_w T_j")

with as_printed():
    erasing = 1 / (2 * step)
    erased = step * head * target


@paper.claim(
    "weight-decay-erases",
    locator="Section 5.1, after Lemma 5",
    title="With this weight decay a step forgets the old weights",
    stated=Construction(
        parts={r"\lambda_w^{(1)}": erasing},
        properties={r"\langle M_j, w_i^{(1)}\rangle": erased},
        domains={step: POSITIVE, head: S.Reals, target: S.Reals, old: S.Reals},
    ),
)
def weight_decay_erases(stated: Construction) -> Iterator[Obligation]:
    r"""The regulariser is $\lambda_w \|w_i\|^2$ without a half, with gradient $2\lambda_w w_i$; the gradient of the loss
    has the components $-a_i T_j$. So $w - \eta(-a T + 2\lambda_w w) = \eta a T$, on $M_j$ and, with $T = 0$, on the
    directions outside of the dictionary. The biases have no weight decay: they move from their initial values and do not
    forget them.
    """
    (decay,), (after,) = stated.parts.values(), stated.properties.values()
    regulariser = rate * old**2
    moved = old - step * (-head * target + diff(regulariser, old))
    yield Equal(moved.subs(rate, decay), after, stated.domain_map(), by="one step, one component")


RELEVANT, OTHER = r"\langle M_j, w_i^{(1)}\rangle,\ j \in A", r"\langle M_j, w_i^{(1)}\rangle,\ j \notin A"

with as_printed():
    component_inside = step * head * (active * gamma / scale)


@paper.claim(
    "first-step-direction",
    locator="Section 5.1, after Lemma 5",
    title="Which patterns the weights point to after the first step",
    stated=Construction(
        parts={RELEVANT: component_inside, OTHER: component_inside},
        properties={},
        domains={step: POSITIVE, head: S.Reals, active: S.Reals, **SIGNALS},
    ),
    correction=[Edit("the last sum is over A", f"parts.{OTHER}", component_inside, Integer(0))],
    depends_on=[weight_decay_erases, first_step_intuition],
)
def first_step_direction(stated: Construction) -> Iterator[Obligation]:
    r"""The paper prints $w_i^{(1)} \approx \eta^{(1)} a_i^{(0)} \frac{\beta\gamma}{\tilde\sigma} \sum_{j \in [D]} M_j$; the
    sum is to be over $A$. By Lemma 5, just before, $T_j$ is close to $\beta\gamma/\tilde\sigma$ for $j \in A$ only, and
    close to zero elsewhere.

    Compared to leading order, where the indicator does not depend on pattern $j$: then $T_j = E\{y\phi_j\}\beta$, exactly
    so for a neuron with $\langle M_l, w_i^{(0)}\rangle = 0$ for all $l$. A background bit has the same law given either
    label. The version read is the submission to ICLR.
    """
    inside, outside = stated.parts.values()
    every = stated.domain_map()
    moved = weight_decay_erases.upheld.formulas()[r"properties.\langle M_j, w_i^{(1)}\rangle"]
    first = first_step_intuition.upheld.formulas()["right"]
    yield Equal(inside, moved.subs(target, first), every, by="a pattern of A")
    independent = (_component() * active).subs(p_minus, p_plus)
    example = {step: 1, head: 1, scale: 1, active: Rational(1, 2), gamma: Rational(1, 2)}
    yield Equal(outside.subs(example), 0, by="a background pattern, eta = a = sigma~ = 1 and beta = gamma = 1/2")
    yield Equal(outside, moved.subs(target, independent), {**CONDITIONAL, **every}, by="a background pattern")
