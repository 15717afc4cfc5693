"""Section 3.1 and the first displays of Section 5.1: the network, its noise, its gradient."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sympy import (
    Basic,
    Expr,
    FiniteSet,
    Integer,
    Rational,
    S,
    Symbol,
    cancel,
    diff,
    symbols,
)

from lemmata import (
    Construction,
    Edit,
    Equal,
    Identity,
    as_printed,
    integers,
)
from lemmata.engines.definitions import unfold
from lemmata.obligations import Obligation
from theory.activations import Step
from theory.gaussian import expectation
from theory.papers.shi2022.paper import paper
from theory.papers.shi2022.setting import (
    POSITIVE,
)
from theory.truncated_relu import Slope, TruncatedRelu, smoothed, smoothed_slope

# The network at its initialisation.

x, weight, bias, head, noise = symbols(r"x w_i b_i a_i \sigma_\xi")

with as_printed():
    partner_parts = {r"w_{m+i}^{(0)}": weight, r"b_{m+i}^{(0)}": bias, r"a_{m+i}^{(0)}": -head}


@paper.claim(
    "unbiased-init",
    locator="Section 3.1, Training Process",
    title="The network is zero at the unbiased initialisation",
    stated=Construction(
        parts=partner_parts,
        properties={r"g^{(0)}(x)": S.Zero, r"g^{(0)}(x; \xi)": S.Zero},
        domains={head: S.Reals, weight: S.Reals, bias: S.Reals, x: S.Reals, noise: POSITIVE},
    ),
)
def unbiased_init(stated: Construction) -> Iterator[Obligation]:
    r"""Neurons $i$ and $m + i$ cancel, at every input and at every level of the noise.

    With noise they cancel because $g(x; \xi)$ has the expectation over $\xi$ inside of it: two neurons with noise of their
    own, drawn, would not. A neuron reads its input through $\langle w_i, x\rangle$ only; here $x$ and $w_i$ are numbers.
    """
    other_weight, other_bias, other_head = stated.parts.values()
    plain, noisy = stated.properties.values()
    every = stated.domain_map()
    with as_printed():
        pair = head * TruncatedRelu(weight * x + bias) + other_head * TruncatedRelu(other_weight * x + other_bias)
    yield Equal(pair, plain, every, by="without noise")
    pair = head * smoothed(weight * x + bias, noise) + other_head * smoothed(other_weight * x + other_bias, noise)
    yield Equal(pair, noisy, every, by="with noise, in its mean")


m = Symbol("m")

with as_printed():
    printed_noises = m


@paper.claim(
    "noise-dimension",
    locator="Eq. (3)",
    title="How many noises the network has",
    stated=Identity(Symbol(r"\dim \xi"), printed_noises, {m: integers(1)}),
    correction=[Edit("one noise for each of the 2m neurons", "right", m, 2 * m)],
)
def noise_dimension(stated: Identity) -> Iterator[Obligation]:
    r"""Eq. (3) sums $a_i E_\xi[\sigma(\langle w_i, x\rangle + b_i + \xi_i)]$ over $i \le 2m$, with $\xi \sim \mathcal N(0,
    \sigma_\xi^2 I_{m \times m})$.

    The slip changes nothing: only the law of each single $\xi_i$ enters, since the expectation is taken neuron by neuron.
    For the same reason neurons $i$ and $m + i$ could share a noise, and then $m$ would do; but $\xi_i$ is printed for all $i
    \le 2m$. The version read is the submission to ICLR.
    """
    first, last = Integer(1), 2 * m
    yield Equal(stated.right, last - first + 1, stated.domain_map(), by="the indices of the sum")


with as_printed():
    smoothed_formula = smoothed(x, noise)
    smoothed_slope_formula = smoothed_slope(x, noise)


LEVEL = Symbol("s", positive=True)
"""The noise's standard deviation, from whose symbol the integrator takes its sign."""


@cache
def _means_under_noise() -> tuple[Basic, Basic]:
    """The means of the activation and of its slope at x plus noise, integrated."""
    unit = Symbol("u")
    argument = x + LEVEL * unit
    window = Step(argument) - Step(argument - 1)
    return expectation(TruncatedRelu(argument).in_relus(), unit), expectation(window, unit)


@paper.claim(
    "smoothed-activation",
    locator="Section 3.1, the smoothed activation",
    title="The truncated ReLU and its slope under Gaussian noise",
    source="derived here",
    stated=Construction(
        parts={r"\mathbb{E}_\xi\,\sigma(z + \xi)": smoothed_formula},
        properties={r"\mathbb{E}_\xi\,\sigma'(z + \xi)": smoothed_slope_formula},
        domains={x: S.Reals, noise: POSITIVE},
    ),
)
def smoothed_activation(stated: Construction) -> Iterator[Obligation]:
    r"""With $x$ for $z$. $\sigma(z) = \max(z, 0) - \max(z - 1, 0)$, and both parts are integrated exactly. The slope is
    $\Pr[0 < z + \xi < 1]$, and the derivative of the smoothed activation.
    """
    (value,), (slope,) = stated.parts.values(), stated.properties.values()
    every = stated.domain_map()
    mean_value, mean_slope = _means_under_noise()
    for_all = {x: every[x], LEVEL: POSITIVE}
    yield Equal(value.subs(noise, LEVEL), mean_value, for_all, by="the activation's mean")
    yield Equal(slope.subs(noise, LEVEL), mean_slope, for_all, by="the slope's mean")
    yield Equal(diff(unfold(value).doit(), x), slope, every, by="the slope of the mean is the mean of the slope")


# The first gradient.

label, output = symbols("y g")
LABELS = (1, -1)

with as_printed():
    masked_gradient = -head * (label * Step(1 - label * output) * Slope(weight * x + bias) * x)
    first_gradient = -head * (label * x * Slope(weight * x + bias))


@paper.claim(
    "gradient-formula",
    locator="Section 5.1, first display",
    title="The gradient of the hinge loss at one input",
    stated=Identity(
        Symbol(r"\partial \ell(y, g(x))/\partial w_i"),
        masked_gradient,
        {label: FiniteSet(-1, 1), output: S.Reals, head: S.Reals, weight: S.Reals, bias: S.Reals, x: S.Reals},
    ),
)
def gradient_formula(stated: Identity) -> Iterator[Obligation]:
    r"""What stands inside of the expectation: $-a_i\, y\, 1[y g(x) \le 1]\, \sigma'[\langle w_i, x\rangle + b_i]\, x$,
    wherever the loss is differentiable. At $y g = 1$ the printed indicator takes one of the subgradients.

    By cases: the hinge is active or not, and the neuron is below, inside or above its window. On each the loss is a
    polynomial, which is differentiated.
    """
    away, gap = symbols("t c")
    for_all = {head: S.Reals, weight: S.Reals, x: S.Reals, away: POSITIVE, gap: POSITIVE}
    neurons = (
        (-away, 0, Integer(0), "below"),
        (away / (1 + away), 1, weight * x + bias, "inside"),
        (1 + away, 0, Integer(1), "above"),
    )
    hinges = ((gap, 1, "active"), (-gap, 0, "not active"))
    cases = [(y, *neuron, *hinge) for y in LABELS for neuron in neurons for hinge in hinges]
    # At these margins the hinge's own threshold is told from others.
    cases += [(1, *neurons[1], Rational(1, 4), 1, "active"), (1, *neurons[1], -Rational(1, 2), 0, "not active")]
    for y, place, slope, neuron, where, margin, kept, words in cases:
        # The neuron's argument is at the place, and 1 - y g is the margin.
        here = {label: Integer(y), output: y - y * margin, bias: place - weight * x}
        known = {Slope(place): Integer(slope), Step(margin): Integer(kept)}
        loss = kept * (1 - y * head * neuron)
        by = f"y = {y}, the neuron {where} its window, the hinge {words}"
        yield Equal(stated.right.xreplace(here).xreplace(known), diff(loss, weight), for_all, by=by)


@paper.claim(
    "gradient-at-initialisation",
    locator="Section 5.1, first display, second equality",
    title="At the initialisation the hinge is active everywhere",
    stated=Identity(
        Symbol(r"\partial \ell(y, g^{(0)}(x))/\partial w_i"),
        first_gradient,
        {label: FiniteSet(-1, 1), head: S.Reals, weight: S.Reals, bias: S.Reals, x: S.Reals},
    ),
    depends_on=[gradient_formula, unbiased_init],
)
def gradient_at_initialisation(stated: Identity) -> Iterator[Obligation]:
    r"""$g^{(0)} = 0$, so that $y g = 0 \le 1$ at every input, and the indicator is one."""
    every = stated.domain_map()
    plain = unbiased_init.upheld.formulas()[r"properties.g^{(0)}(x)"]
    masked = gradient_formula.upheld.formulas()["right"].subs(output, plain)
    for y in LABELS:
        printed, derived = stated.right.subs(label, y), masked.subs(label, y).xreplace({Step(Integer(1)): Integer(1)})
        here = {symbol: domain for symbol, domain in every.items() if symbol != label}
        yield Equal(printed, derived, here, by=f"y = {y}")
        inside = {bias: Rational(1, 2) - weight * x}
        yield Equal(printed.subs(inside), derived.subs(inside), here, by=f"y = {y}, inside of the window")


q_j, q_l, phi_j, phi_l = symbols(r"q_j q_l \phi_j \phi_l")

with as_printed():
    gradient_component = -head * (label * phi_j * Slope(phi_j * q_j + phi_l * q_l + bias))


@paper.claim(
    "gradient-components",
    locator="Section 5.1, second display",
    title="The gradient's components along the patterns",
    stated=Identity(
        Symbol(r"\langle M_j, \partial \ell/\partial w_i\rangle"),
        gradient_component,
        {label: FiniteSet(-1, 1), **dict.fromkeys((head, bias, q_j, q_l, phi_j, phi_l), S.Reals)},
    ),
    depends_on=[gradient_at_initialisation],
)
def gradient_components(stated: Identity) -> Iterator[Obligation]:
    r"""Inside of the expectation, with one more pattern $M_l$ to stand for the others: $\langle M_j, x\rangle = \phi_j$ and
    $\langle w_i, x\rangle = \sum_l \phi_l q_l$, with $q_l = \langle M_l, w_i\rangle$.

    The columns enter through the inner products of two of them only, so it is shown in the plane, for the orthonormal
    columns $M_j = (1 - t^2, 2t)/(1 + t^2)$ and $M_l = (-2t, 1 - t^2)/(1 + t^2)$, coordinate by coordinate: the other
    coordinate is part of the bias. All other pairs differ from these in signs of columns, which cancel. Parts of $w_i$
    outside of the dictionary's span do not enter at all.
    """
    for_all = stated.domain_map() | {TURN: S.Reals}
    printed = _gathered(stated.right)
    inside = {bias: Rational(1, 2) - phi_j * q_j - phi_l * q_l}
    derived = _in_the_plane()
    yield Equal(printed, derived, for_all, by="coordinate by coordinate")
    yield Equal(printed.subs(inside), derived.subs(inside), for_all, by="inside of the window")


TURN = Symbol("t")


@cache
def _in_the_plane() -> Basic:
    """The component on the first of two orthonormal columns in the plane, at ``TURN``."""
    one_coordinate = gradient_at_initialisation.upheld.formulas()["right"]
    length = 1 + TURN**2
    first = ((1 - TURN**2) / length, 2 * TURN / length)
    second = (-first[1], first[0])
    w = [q_j * one + q_l * other for one, other in zip(first, second, strict=True)]
    inputs = [phi_j * one + phi_l * other for one, other in zip(first, second, strict=True)]
    total: Expr = Integer(0)
    for here, there in ((0, 1), (1, 0)):
        place = {weight: w[here], x: inputs[here], bias: bias + w[there] * inputs[there]}
        total += first[here] * one_coordinate.subs(place, simultaneous=True)
    return _gathered(total)


def _gathered(formula: Basic) -> Basic:
    """With what a neuron reads in normal form, so that equal arguments look equal."""
    return formula.replace(Slope, lambda z: Slope(cancel(z)))
