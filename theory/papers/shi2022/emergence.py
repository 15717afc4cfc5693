r"""Section 5.1, the first gradient step: Lemma 5, and what it leaves open.

Along the pattern $M_j$ the population gradient of a neuron is $-a\,T_j$ with $T_j =
E[y\,\phi_j\,E_\xi\sigma'(\langle q, \phi\rangle + b + \xi)]$, where $q_l = \langle M_l, w\rangle$. Let $X_A =
\sum_{l\in A} q_l\phi_l$ be what a neuron sees of the class, and $g(b) = \Pr[0 < \sum_{l\notin A} q_l\phi_l + b +
\xi < 1]$ its window, averaged over background and noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import sympy
from sympy import (
    Abs,
    Basic,
    Expr,
    FiniteSet,
    Integer,
    Interval,
    Rational,
    S,
    Symbol,
    cosh,
    exp,
    oo,
    pi,
    sinh,
    sqrt,
    symbols,
)

from lemmata import (
    AtMost,
    Claim,
    Construction,
    Equal,
    Given,
    Identity,
    IllFormed,
    Lower,
    Rate,
    Tight,
    Upper,
    as_printed,
    integers,
)
from lemmata.obligations import Exact, Obligation
from theory.background_window import (
    component,
    half_window,
    largest_curvature,
    largest_slope,
    mean_square_curvature,
    mean_square_window,
    smoothed_window,
)
from theory.dictionary_transform import (
    BackgroundFactor,
    BackgroundProduct,
    BackgroundSlope,
    ClassExponent,
    ClassSum,
    SinhProduct,
    bit_by_bit,
)
from theory.normal_law import Distribution
from theory.papers.shi2022.paper import D, gamma, k, p_o, paper

sigma = Symbol(r"\tilde\sigma")
uniform = Symbol("v")
noise = Symbol(r"\sigma_\xi")
bias = Symbol("b")
beta = Symbol(r"\beta")
own_weight = Symbol("q_j")
class_total = Symbol("Q_A")
background_variance = Symbol(r"\sigma_\phi^2")
class_spread = Symbol(r"\|X_A\|_2")
class_size = Symbol(r"\mathbb{E}|X_A|")
"""The normaliser; the probability of uniform class bits; the noise's standard deviation; a neuron's bias; its
window; its weight on the pattern in question; the sum of its weights on the class; the variance of a background bit
after normalisation, p_o (1 - p_o)/sigma^2; the root mean square of what it sees of the class, and the mean of its
absolute value.
"""

POSITIVE = Interval.open(0, oo)
HALF_LINE = Interval(0, oo)
PROBABILITY = Interval(0, 1)
BACKGROUND = Interval.Lopen(0, Rational(1, 2))

MEAN_VALUE = Given("the mean value theorem")
CAUCHY_SCHWARZ = Given("Cauchy-Schwarz")
EXPONENTIAL = Given("1 + t <= exp(t)")


# The exact components, by a transform over the bits.

half = Symbol("i")
others = Symbol("n")
own_exponent = Symbol("t")
TRANSFORM_DOMAINS = {half: S.Naturals0, others: S.Naturals0, uniform: S.Reals}

with as_printed():
    class_transform = (
        uniform * cosh(ClassExponent(0)) * SinhProduct(2 * half)
        + (1 - uniform) * cosh(ClassExponent(0) + ClassSum(2 * half))
    ) * BackgroundProduct(others)
    background_transform = (
        (uniform * SinhProduct(2 * half + 1) + (1 - uniform) * sinh(ClassSum(2 * half + 1)))
        * BackgroundSlope(0)
        * BackgroundProduct(others)
    )


with as_printed():
    bit_parts = {
        r"\psi": (1 - p_o) * exp(-p_o * own_exponent) + p_o * exp((1 - p_o) * own_exponent),
        r"\chi": p_o * (1 - p_o) * (exp((1 - p_o) * own_exponent) - exp(-p_o * own_exponent)),
        r"\mathbb{E}\,e^{tz}": (exp(own_exponent) + exp(-own_exponent)) / 2,
        r"\mathbb{E}\,z\,e^{tz}": (exp(own_exponent) - exp(-own_exponent)) / 2,
    }


@paper.claim(
    "lemma-5-one-bit",
    locator="Section 5.1, before Lemma 5: the gradient's components",
    title="Transforms of one D bit",
    source="derived here",
    stated=Construction(parts=bit_parts, properties={}, domains={own_exponent: S.Reals, p_o: S.Reals}),
)
def lemma_5_one_bit(stated: Construction) -> Iterator[Obligation]:
    r"""Enumerated: $\psi = E\,e^{t(\tilde\phi - p_o)}$ and $\chi = E[(\tilde\phi - p_o)\,e^{t(\tilde\phi - p_o)}]$
    for a background bit; $\cosh t$ and $\sinh t$ for a fair sign $z$.
    """
    domains = stated.domain_map()
    background = ((1 - p_o, -p_o), (p_o, 1 - p_o))
    fair = ((Rational(1, 2), Integer(1)), (Rational(1, 2), Integer(-1)))
    for (name, part), (law, power) in zip(
        stated.parts.items(), ((background, 0), (background, 1), (fair, 0), (fair, 1)), strict=True
    ):
        mean = sum((chance * value**power * exp(value * own_exponent) for chance, value in law), Integer(0))
        yield Equal(part, mean, domains, by=name)


def _bit_by_bit(whole: Basic, position: int, domains: dict[Symbol, sympy.Set]) -> Iterator[Obligation]:
    """Linear in the law of the class bits; one more background bit; two more uniform class bits, the first at 2i + position."""
    same, independent = bit_by_bit(whole.subs(uniform, 0)), bit_by_bit(whole.subs(uniform, 1))
    by = "a mixture of two laws of the class bits"
    yield Equal(bit_by_bit(whole), uniform * independent + (1 - uniform) * same, domains, by=by)
    factor = BackgroundFactor(others + 1)
    for name, part in (("fair", independent), ("equal", same)):
        by = f"one more background bit is one more factor, class bits {name}"
        yield Equal(bit_by_bit(part.subs(others, others + 1)), factor * part, domains, by=by)
    signs = sinh(ClassExponent(2 * half + position)) * sinh(ClassExponent(2 * half + position + 1))
    by = "two more class bits, independent fair signs"
    longer = bit_by_bit(whole.subs(uniform, 1).subs(half, half + 1))
    yield Equal(longer, signs * independent, domains, by=by)


@paper.claim(
    "lemma-5-transform-class",
    locator="Section 5.1, before Lemma 5: the gradient's components",
    title="Transform of a component along the class",
    source="derived here",
    stated=Identity(
        Symbol(r"2\tilde\sigma\,\mathbb{E}[y\,\phi_j\,e^{\omega\langle q,\phi\rangle}]"),
        class_transform,
        TRANSFORM_DOMAINS,
    ),
    depends_on=[lemma_5_one_bit],
)
def lemma_5_transform_class(stated: Identity) -> Iterator[Obligation]:
    r"""Parity of $k = 2i + 1$ class bits, which are fair coins with probability $v$ and else all equal; $n = D - k$
    background bits. With $z_l = 2\tilde\phi_l - 1$ the label is $\prod_A z_l$, and $\phi_l = z_l/(2\tilde\sigma)$
    on $A$; $c_0 = \omega q_j/(2\tilde\sigma)$ belongs to the pattern $j\in A$ itself, $c_1, \dots, c_{2i}$ to the
    others. A background bit has the factor $\psi_l$ of claim ``lemma-5-one-bit``, at $t_l = \omega
    q_l/\tilde\sigma$.

    By induction: one class bit and no background, enumerated; then bit by bit. Where all class bits equal $s$, the
    label is $s$. Both sides are entire in $\omega$, so the identity holds at $i\omega$ too, which is what Fourier
    inversion needs: $\cosh ix = \cos x$ and $\sinh ix = i\sin x$.
    """
    domains = stated.domain_map()
    whole = sympy.sympify(stated.right).doit()
    same, independent = whole.subs({uniform: 0, others: 0}), whole.subs({uniform: 1, half: 0, others: 0})
    # With y = z and 2 sigma phi = z for one bit, y = s and 2 sigma phi_j = s for bits that all equal s.
    yield Equal(independent, cosh(ClassExponent(0)), domains, by="one class bit, no background")
    by = "class bits that are all equal, no background"
    yield Equal(same, cosh(ClassExponent(0) + ClassSum(2 * half)), domains, by=by)
    yield from _bit_by_bit(whole, 1, domains)


@paper.claim(
    "lemma-5-transform-background",
    locator="Section 5.1, before Lemma 5: the gradient's components",
    title="Transform of a component along the background",
    source="derived here",
    stated=Identity(
        Symbol(r"\tilde\sigma\,\mathbb{E}[y\,\phi_j\,e^{\omega\langle q,\phi\rangle}]"),
        background_transform,
        TRANSFORM_DOMAINS,
    ),
    depends_on=[lemma_5_one_bit],
)
def lemma_5_transform_background(stated: Identity) -> Iterator[Obligation]:
    r"""As for a pattern of the class; here the pattern $j\notin A$ itself has the factor $\chi_0$ of claim
    ``lemma-5-one-bit``, at $t = \omega q_j/\tilde\sigma$, and $n = D - k - 1$ background bits are left.
    """
    domains = stated.domain_map()
    whole = sympy.sympify(stated.right).doit()
    same, independent = whole.subs({uniform: 0, others: 0}), whole.subs({uniform: 1, half: 0, others: 0})
    one_bit = sinh(ClassExponent(1)) * BackgroundSlope(0)
    yield Equal(bit_by_bit(independent), one_bit, domains, by="one class bit")
    yield Equal(same, sinh(ClassSum(2 * half + 1)) * BackgroundSlope(0), domains, by="class bits that are all equal")
    yield from _bit_by_bit(whole, 2, domains)


frequency = Symbol(r"\omega")

with as_printed():
    kernel_parts = {
        r"\operatorname{Re}K": sympy.sin(frequency) / frequency,
        r"\operatorname{Im}K": (sympy.cos(frequency) - 1) / frequency,
        r"\mathbb{E}e^{i\omega\xi}": exp(-(noise**2) * frequency**2 / 2),
        "c": 1 / (2 * pi),
    }


@paper.claim(
    "lemma-5-inversion",
    locator="Section 5.1, before Lemma 5: the gradient's components",
    title="A component as one integral",
    source="derived here",
    stated=Construction(
        parts=kernel_parts, properties={"K(0)": Integer(1)}, domains={frequency: POSITIVE, noise: POSITIVE}
    ),
    depends_on=[lemma_5_transform_class, lemma_5_transform_background],
)
def lemma_5_inversion(stated: Construction) -> Iterator[Obligation]:
    r"""$T_j = c\int K(\omega)\,e^{i\omega b}\,E[e^{i\omega\xi}]\,N_j(\omega)\,d\omega$, where $N_j$ is the
    transform at imaginary argument and $K(\omega) = \int_0^1 e^{-i\omega z}dz$ that of the window $\{0 < z < 1\}$.
    The noise makes the integrand decay like a normal density, so that the trapezoid rule with a certificate of its
    error is exact to rounding.

    $\omega K$ has the derivative $e^{-i\omega}$ and vanishes at zero. A transform is that of a normal law where
    $f(\omega + u)f(\omega - u) = f(\omega)^2f(u)^2$; its second derivative at zero gives the variance. The constant
    is that for which a normal density comes back from its transform at zero.
    """
    domains = stated.domain_map()
    real, imaginary, smoothing, constant = (sympy.sympify(stated.parts[name]).doit() for name in kernel_parts)
    yield Equal((frequency * real).diff(frequency), sympy.cos(frequency), domains, by="derivative of omega Re K")
    yield Equal((frequency * imaginary).diff(frequency), -sympy.sin(frequency), domains, by="derivative of omega Im K")
    at_zero = stated.properties["K(0)"]
    yield Equal((frequency * real).subs(frequency, 0), 0, domains, by="omega Re K at zero")
    yield Equal((frequency * imaginary).subs(frequency, 0), 0, domains, by="omega Im K at zero")
    yield Equal(
        (frequency * real).diff(frequency).subs(frequency, 0), at_zero, by="K at zero, the length of the window"
    )
    other = Symbol("u")
    ahead, behind = smoothing.subs(frequency, frequency + other), smoothing.subs(frequency, frequency - other)
    yield Equal(
        ahead * behind, smoothing**2 * smoothing.subs(frequency, other) ** 2, domains | {other: POSITIVE},
        by="sum and difference of two normal variables are independent",
    )  # fmt: skip
    yield Equal(smoothing.subs(frequency, 0), 1, domains, by="the noise's transform at zero")
    yield Equal(smoothing.diff(frequency, 2).subs(frequency, 0), -(noise**2), domains, by="the noise's variance")
    area = sqrt(2 * pi) / noise
    yield Equal(constant * area, 1 / (noise * sqrt(2 * pi)), domains, by="a normal density at zero, from its transform")
    yield Given("Fourier inversion, for a normal density times a bounded function")


# Lemma 5, with its constants.

pull, top = symbols("r u")


def _sup_of_slope(least: Basic, domains: dict[Symbol, sympy.Set], by: str) -> list[Exact | Given]:
    """Steps for |E[f(V)]| <= ..., f the slope of the smoothed window: a difference of two densities over the noise."""
    square = Symbol("z")
    return [
        EXPONENTIAL,
        AtMost(1, 1 + square, {square: HALF_LINE}, by="a density is largest at zero: 1 <= 1 + z <= exp(z), z = x^2/2"),
        AtMost(largest_slope() / noise, least, domains, by=by),
    ]


def _pair_law(both: Basic) -> tuple[Basic, list[tuple[dict[int, Basic], int, Basic]], Basic, Basic]:
    """Two class bits, labelled +1 where exactly one is there, which has probability 1/2: the mean of a bit, the
    normalised law, the normaliser and gamma. ``both`` is the probability that both are there; gamma = 1/4 - both.
    """
    mean = Rational(1, 4) + both
    scale = sqrt(2 * mean * (1 - mean))
    chances = {(1, 0): Rational(1, 4), (0, 1): Rational(1, 4), (1, 1): both, (0, 0): Rational(1, 2) - both}
    atoms = [
        ({1: (one - mean) / scale, 2: (two - mean) / scale}, 1 if one != two else -1, chance)
        for (one, two), chance in chances.items()
    ]
    return mean, atoms, scale, Rational(1, 4) - both


with as_printed():
    class_error = class_spread / (2 * sqrt(2 * pi) * noise) / sigma


@paper.claim(
    "lemma-5-class",
    locator="Section 5.1, Lemma 5, first item",
    title="Components along the class: error with its constant",
    source="derived here",
    stated=Upper(
        Symbol(r"|T_j - \beta\gamma/\tilde\sigma|"),
        class_error,
        {class_spread: HALF_LINE, noise: POSITIVE, sigma: POSITIVE},
    ),
)
def lemma_5_class(stated: Upper) -> Iterator[Obligation]:
    r"""For $j\in A$, under every law with (A0)-(A2), for every neuron. So in the form of the lemma, $|T_j -
    \beta\gamma/\tilde\sigma| \le \epsilon_e/\tilde\sigma$ with $\epsilon_e = \|X_A\|_2/(2\sqrt{2\pi}\,\sigma_\xi)$,
    and $\beta = g(b)$, the probability that a neuron's background, its bias and the noise fall into the window. The
    informal lemma leaves $\beta$, $\epsilon_e$ and the constant open; $\beta$ depends on the neuron. At the
    initialisation $E_q X_A^2 \le 1/(4k\tilde\sigma^2)$, so that at $\sigma_\xi = c/k$ typically $\epsilon_e \le
    \sqrt k/(4\sqrt{2\pi}\,c\,\tilde\sigma)$: small where $\tilde\sigma^2 \approx p_o(1-p_o)D$ is large against
    $k/\gamma^2$.

    The background is independent of $(y, \phi_j, X_A)$, hence $T_j = E[y\phi_j\,g(b + X_A)]$, and $E[y\phi_j] =
    \gamma/\tilde\sigma$. The slope of $g$ is at most $\varphi(0)/\sigma_\xi$. By Cauchy-Schwarz $E|\phi_jX_A| \le
    \|\phi_j\|_2\|X_A\|_2$, where the variance of a bit is at most $1/4$. The constant cannot be improved: of two
    class bits, exactly one of which is there with probability $1/2$, label $+1$, and both with a probability just
    below $1/4$, let a neuron see the other one only, with a small weight.
    """
    domains = stated.domain_map()
    both = Rational(1, 4) - Rational(1, 1000)
    mean, atoms, scale, signal = _pair_law(both)
    weight = noise * pull / 32
    exact = component(atoms, 1, {2: weight}, Integer(0), noise) - signal / scale * smoothed_window(Integer(0), noise)
    spread = weight * sqrt(mean * (1 - mean)) / scale
    reached = stated.bound.subs({class_spread: spread, sigma: scale})
    steps: list[Exact | Given] = [
        MEAN_VALUE,
        CAUCHY_SCHWARZ,
        AtMost(p_o * (1 - p_o), Rational(1, 4), {p_o: PROBABILITY}, by="variance of a bit"),
    ]
    least = 2 * sigma * stated.bound.subs(class_spread, 1)
    steps += _sup_of_slope(least, domains, by="slope of the window, halved by the bit's deviation")
    steps.append(Equal(stated.bound, class_spread * least / (2 * sigma), domains, by="proportional to the spread"))
    small = {noise: Interval.Lopen(0, Rational(1, 4)), pull: Interval.Lopen(0, 1)}
    yield AtMost(Abs(exact), reached, small, by="two class bits, seen by one neuron through the other", steps=steps)


with as_printed():
    background_bound = (
        background_variance * Abs(own_weight) * class_size * (2 / sqrt(2 * pi * exp(Integer(1)))) / noise**2
    )


@paper.claim(
    "lemma-5-background",
    locator="Section 5.1, Lemma 5, second item",
    title="Components along the background: bound with its constant",
    source="derived here",
    stated=Upper(
        Symbol(r"|T_j|"),
        background_bound,
        {background_variance: HALF_LINE, own_weight: S.Reals, class_size: HALF_LINE, noise: POSITIVE},
    ),
)
def lemma_5_background(stated: Upper) -> Iterator[Obligation]:
    r"""For $j\notin A$, under every law with (A0)-(A2), for every neuron. Since $E|X_A| \le \|X_A\|_2$, this is the
    lemma's bound with the $\epsilon_e$ of the first item, $|T_j| \le (4/\sqrt
    e)\,\frac{|q_j|}{\sigma_\xi\tilde\sigma}\;\sigma_\phi^2\,\epsilon_e\,\tilde\sigma$: the printed order wherever
    $|q_j| = O(\sigma_\xi\tilde\sigma)$, as at the initialisation.

    Given all else, the mean over the bit $j$ is $h(X_A) = \frac{p_o(1-p_o)}{\tilde\sigma}[g_j(b + X_A +
    (1-p_o)q_j/\tilde\sigma) - g_j(b + X_A - p_oq_j/\tilde\sigma)]$, with $g_j$ the window without the pattern $j$.
    As $E y = 0$, $T_j = E[y(h(X_A) - h(0))]$, and $|h'| \le \sigma_\phi^2|q_j|\sup|g_j''|$. The slope of a normal
    density is at most $\varphi(1)$, at $\pm1$. The constant cannot be improved for every noise: at $\sigma_\xi = b
    = 1/2$ both edges of the window are where the density is steepest.
    """
    domains = stated.domain_map()
    scale = sqrt(Rational(1, 4) + p_o * (1 - p_o))
    atoms = [
        ({1: Rational(z, 2) / scale, 2: (bit - p_o) / scale}, z, chance / 2)
        for z in (1, -1)
        for bit, chance in ((Integer(1), p_o), (Integer(0), 1 - p_o))
    ]
    small = pull / 32
    exact = component(atoms, 2, {1: small, 2: small}, Rational(1, 2), Rational(1, 2))
    here = {
        background_variance: p_o * (1 - p_o) / scale**2,
        own_weight: small,
        class_size: small / (2 * scale),
        noise: Rational(1, 2),
    }
    by_the_bit = p_o * (1 - p_o) / sigma * (_at(own_exponent, 1 - p_o) - _at(own_exponent, -p_o))
    steps: list[Exact | Given] = [
        MEAN_VALUE,
        Equal(
            (p_o * _at(own_exponent, 1 - p_o) * (1 - p_o) + (1 - p_o) * _at(own_exponent, -p_o) * -p_o) / sigma, by_the_bit,
            {p_o: BACKGROUND, own_exponent: S.Reals, sigma: POSITIVE}, by="mean over the bit, of any function",
        ),
        Equal((1 - p_o) * own_weight - -p_o * own_weight, own_weight, {p_o: BACKGROUND, own_weight: S.Reals},
              by="length of the step between the bit's two values"),
        EXPONENTIAL,
        AtMost(top, 1 + (top - 1), {top: HALF_LINE}, by="z exp(-z) <= exp(-1), z = x^2, where a density is steepest"),
    ]  # fmt: skip
    needed = background_variance * Abs(own_weight) * class_size * largest_curvature() / noise**2
    steps.append(AtMost(needed, stated.bound, domains, by="the window's curvature, at both edges"))
    every = {p_o: BACKGROUND, pull: FiniteSet(1, Rational(1, 3))}
    yield AtMost(Abs(exact), stated.bound.subs(here), every, by="one class bit, one background bit", steps=steps)


def _at(t: Symbol, place: Basic) -> Expr:
    """Any function at a place; an exponential is as good as any, since exponentials span them."""
    return exp(place * t)


# What the components are, to the next order.

window = Symbol("g")
curvature, third = Symbol("g''"), Symbol("g'''")
small_step = Symbol("s")
LOCAL = {
    gamma: S.Reals,
    sigma: POSITIVE,
    class_total: S.Reals,
    window: S.Reals,
    curvature: S.Reals,
    third: S.Reals,
    own_weight: S.Reals,
    p_o: S.Reals,
}


def _by_derivatives(transform: Basic, names: dict[int, Basic], most: int) -> Expr:
    """A series in derivatives of the window: in the transform, a power of omega is a derivative in the bias.

    Raises
    ------
    IllFormed : a power of omega up to ``most`` whose derivative has no name.
    """
    total: Expr = Integer(0)
    for power in range(most + 1):
        coefficient = sympy.expand(transform.diff(small_step, power).subs(small_step, 0) / sympy.factorial(power))
        if coefficient != 0 and power not in names:
            raise IllFormed(f"a term in the window's derivative of order {power}")
        total += coefficient * names.get(power, Integer(0))
    return total


def _equal_bits(claim: Claim, product: dict[Basic, Basic]) -> Expr:
    """The part of a transform that belongs to class bits which are all equal; it has the weight 1 - v = 2 gamma."""
    transform = claim.upheld
    assert isinstance(transform, Identity)
    return 2 * gamma * sympy.sympify(transform.right).doit().subs(uniform, 0).xreplace(product)


@cache
def _class_series() -> Expr:
    """The series of a component along the class, up to the third order."""
    of_class = {ClassSum(2 * half): small_step * class_total / (2 * sigma), ClassExponent(0): Integer(0)}
    transform = _equal_bits(lemma_5_transform_class, of_class | {BackgroundProduct(others): Integer(1)})
    return _by_derivatives(transform / (2 * sigma), {0: window, 2: curvature}, 3)


@cache
def _background_series() -> Expr:
    """The series of a component along the background, up to the third order."""
    one_bit = lemma_5_one_bit.upheld
    assert isinstance(one_bit, Construction)
    product = {
        ClassSum(2 * half + 1): small_step * class_total / (2 * sigma),
        BackgroundProduct(others): Integer(1),
        BackgroundSlope(0): sympy.sympify(one_bit.parts[r"\chi"])
        .doit()
        .subs(own_exponent, small_step * own_weight / sigma),
    }
    transform = _equal_bits(lemma_5_transform_background, product)
    return _by_derivatives(transform / sigma, {2: curvature, 3: third}, 3)


with as_printed():
    class_expansion = gamma / sigma * (window + class_total**2 / (8 * sigma**2) * curvature)
    background_expansion = (
        gamma
        * class_total
        * (p_o * (1 - p_o) / sigma**3)
        * (own_weight * curvature + (1 - 2 * p_o) * own_weight**2 / (2 * sigma) * third)
    )


@paper.claim(
    "lemma-5-class-expansion",
    locator="Section 5.1, Lemma 5, first item",
    title="Components along the class, to the next order",
    source="derived here",
    stated=Identity(
        Symbol(r"T_j"), class_expansion, {s: LOCAL[s] for s in (gamma, sigma, class_total, window, curvature)}
    ),
    depends_on=[lemma_5_transform_class],
    provenance=[lemma_5_class],
)
def lemma_5_class_expansion(stated: Identity) -> Iterator[Obligation]:
    r"""For $j\in A$, up to the fourth order in the class weights; parity of $k \ge 5$ bits, of which a share $v =
    1 - 2\gamma$ of inputs has fair coins and the rest equal bits. The term of first order vanishes. So $\beta = g(b)$
    with an error that is relative of order $Q_A^2/\tilde\sigma^2$, about $1/(kD)$ times $g''/g$: at the
    initialisation, where $g'' = O(k)$ typically, of order $1/D$.

    A power of $\omega$ in the transform stands for a derivative of the window in $b$. Of the fair coins each but
    one brings a factor $\sinh c_l$, so that they matter from the order $k - 1 \ge 4$ on.
    """
    yield Equal(stated.right, _class_series(), stated.domain_map(), by="series of the transform, third order included")
    yield AtMost(4, 2 * half, {half: integers(2)}, by="order from which fair coins matter, k = 2i + 1 >= 5")


@paper.claim(
    "lemma-5-background-expansion",
    locator="Section 5.1, Lemma 5, second item",
    title="Components along the background, leading terms",
    source="derived here",
    stated=Identity(
        Symbol(r"T_j"),
        background_expansion,
        {s: LOCAL[s] for s in (gamma, sigma, class_total, curvature, third, own_weight, p_o)},
    ),
    depends_on=[lemma_5_transform_background, lemma_5_one_bit],
    provenance=[lemma_5_background],
)
def lemma_5_background_expansion(stated: Identity) -> Iterator[Obligation]:
    r"""For $j\notin A$, up to the fourth order in the weights, under the same law; $g$ is the window without the
    pattern $j$. With $q_j \sim 1/k$ and $Q_A\sim k^{-1/2}$ fixed, $\tilde\sigma^2\sim p_o(1-p_o)D$: while $T_j\sim
    D^{-1/2}$ on the class, $T_j \sim D^{-3/2}$ on the background. All of it together, over $D - k$ patterns, is of
    order $D^{-1}$: in this family what remains on the background does not overwhelm the class, whatever $p_o$ is.
    What can is the lemma's upper bound.

    The label and $Q_A$ enter by $E[yX_A] = \gamma Q_A/\tilde\sigma$; $E[yX_A^2] = 0$, since the law is symmetric.
    """
    yield Equal(
        stated.right, _background_series(), stated.domain_map(), by="series of the transform, third order included"
    )
    yield AtMost(4, 2 * half + 2, {half: integers(2)}, by="order from which fair coins matter, k = 2i + 1 >= 5")


spread = Symbol(r"\tau")

with as_printed():
    two_terms = (1 - 2 * p_o) * own_weight / (2 * sigma) * (1 / bias - bias / spread**2)


@cache
def _third_over_second() -> Expr:
    """The third derivative of a normal distribution function over the second."""
    return sympy.simplify(half_window(bias, spread, 3) / half_window(bias, spread, 2))


@paper.claim(
    "lemma-5-two-terms",
    locator="Section 5.1, Lemma 5, second item",
    title="The two terms of a background component",
    source="derived here",
    stated=Identity(
        Symbol(r"\frac{(1-2p_o)\,q_j^2\,g'''/(2\tilde\sigma)}{q_j\,g''}"),
        two_terms,
        {p_o: S.Reals, own_weight: POSITIVE, sigma: POSITIVE, bias: POSITIVE, spread: POSITIVE},
    ),
    provenance=[lemma_5_background_expansion],
)
def lemma_5_two_terms(stated: Identity) -> Iterator[Obligation]:
    r"""Where the background acts as a normal variable, so that $g(b) = \Phi(b/\tau)$. The first term vanishes at $b
    = 0$, and the second does at $p_o = 1/2$.
    """
    exact = (1 - 2 * p_o) * own_weight / (2 * sigma) * _third_over_second()
    yield Equal(stated.right, exact, stated.domain_map(), by="derivatives of the normal distribution function")


@paper.claim(
    "lemma-5-crossover",
    locator="Section 4, Theorem 1 and Section 5.1, Lemma 5",
    title="From which p_o on the background's first term dominates",
    source="derived here",
    stated=Rate(Symbol(r"p_o"), {k: Integer(2), D: Integer(-1)}, {k: integers(2), D: integers(1)}, tight=True,
                regime="weights 1/k, biases 1/k^2, spread 1/k; p_o small, normaliser p_o D"),
    depends_on=[lemma_5_two_terms],
)  # fmt: skip
def lemma_5_crossover(stated: Rate) -> Iterator[Obligation]:
    r"""The two terms of claim ``lemma-5-two-terms`` are equally large, at the sizes of the initialisation, where
    $p_oD$ is of order $k^2$: Theorem 1's condition $p_o = \Omega(k^2/D)$ is the one under which the first term is
    not the smaller one.
    """
    at_start = {own_weight: 1 / k, bias: k**-2, spread: 1 / k}
    upheld = lemma_5_two_terms.upheld
    assert isinstance(upheld, Identity)
    # The two terms are equal where sigma is this, for small p_o.
    normaliser = sympy.simplify(sympy.sympify(upheld.right).doit().subs(at_start).subs(p_o, 0) * sigma)
    crossing = sympy.factor(normaliser**2 / D)
    top, bottom = sympy.fraction(crossing)
    for variable, power in stated.exponents.items():
        degree = sympy.degree(top, variable) - sympy.degree(bottom, variable)
        yield Equal(power, degree, by=f"power of {variable} in the p_o at which the terms are equal")
    domains = stated.domain_map()
    top, bottom = sympy.fraction(sympy.together(crossing / stated.order))
    yield AtMost(4 * top, bottom, domains, by="at most this order")
    yield AtMost(bottom, 16 * top, domains, by="and at least")


# Symmetries.

shift = Symbol("u")

with as_printed():
    seen = Distribution((1 - (shift + bias)) / noise) - Distribution(-(shift + bias) / noise)
    reflected = Distribution((1 - (-shift + (1 - bias))) / noise) - Distribution(-(-shift + (1 - bias)) / noise)


@paper.claim(
    "lemma-5-reflection",
    locator="Section 5.1, Lemma 5",
    title="Components are even about b = 1/2 where p_o = 1/2",
    source="derived here",
    stated=Identity(seen, reflected, {shift: S.Reals, bias: S.Reals, noise: POSITIVE}),
)
def lemma_5_reflection(stated: Identity) -> Iterator[Obligation]:
    r"""$T_j(b) = T_j(1 - b)$, exactly, for the parity of an odd number of bits whose law is invariant under
    $\tilde\phi \mapsto 1 - \tilde\phi$, as it is at $p_o = 1/2$: then $\phi\mapsto-\phi$ and $y\mapsto-y$ leave
    $y\phi_j$ as it is, and a window seen from $u = \langle q,\phi\rangle$ at $b$ is one seen from $-u$ at $1 - b$.
    So the background components are not odd in $b$; they are up to the truncation's other edge, since
    $\Phi(b/\tau)$ alone has an odd second derivative. At the initialisation, with $b\sim k^{-2}$ and $\tau\sim
    k^{-1}$, what that edge adds is of the order $e^{-1/(2\tau^2)}$.
    """
    yield Equal(stated.left, stated.right, stated.domain_map(), by="a window and its reflection")
    odd = half_window(bias, spread, 2) + half_window(-bias, spread, 2)
    yield Equal(odd, 0, {bias: S.Reals, spread: POSITIVE}, by="one edge alone has an odd second derivative")
    yield Equal((-1) ** (2 * half + 1) * -1, 1, {half: S.Naturals0}, by="y phi_j under the reflection, k = 2i + 1")


# The signal.

with as_printed():
    least_window = Rational(1, 2) - Abs(bias) / (sqrt(2 * pi) * noise) - spread**2 / (2 * (1 - Abs(bias)) ** 2)


@paper.claim(
    "lemma-5-beta",
    locator="Section 5.1, Lemma 5, first item",
    title="How small beta can be",
    source="derived here",
    stated=Lower(
        beta, least_window, {bias: Interval(Rational(-1, 2), Rational(1, 2)), noise: POSITIVE, spread: POSITIVE}
    ),
    provenance=[lemma_5_class],
)
def lemma_5_beta(stated: Lower) -> Iterator[Obligation]:
    r"""At $p_o = 1/2$, for every neuron; $\tau^2$ is the variance of the background it sees, noise included. At the
    initialisation, with $b\sim k^{-2}$, $\tau\sim\sigma_\xi\sim k^{-1}$: $\beta = 1/2 - O(1/k)$, and by the same
    argument $\beta \le 1/2 + O(1/k)$. So the lemma's $\beta = \Omega(1)$ is explicit, up to noise that is not much
    smaller than $1/k$; and $\beta\to1/2$.

    Background and noise $R$ together have a symmetric law with a density of at most $1/(\sqrt{2\pi}\,\sigma_\xi)$.
    So $\Pr[R > -b] \ge 1/2 - |b|/(\sqrt{2\pi}\,\sigma_\xi)$; and $\Pr[R \ge 1 - b] \le \tau^2/(2(1-|b|)^2)$ by
    Chebyshev's inequality, one side of two.
    """
    domains = stated.domain_map()
    share = Symbol("x")
    argued = Rational(1, 2) - Abs(bias) * largest_slope() / noise - spread**2 / (1 - Abs(bias)) ** 2 / 2
    yield AtMost(stated.bound, argued, domains, by="half, less what the bias takes, less the other edge")
    alone = stated.bound.subs({bias: -share * noise, spread: noise})
    exact = smoothed_window(-share * noise, noise)
    largest = Given("a convolution's density is at most the largest of either; Chebyshev's inequality")
    steps: list[Exact | Given] = [largest, AtMost(stated.bound, argued, domains, by="as above, at every bias")]
    # |b| = x noise <= 1/4.
    small = {noise: FiniteSet(Rational(1, 100), Rational(1, 4)), share: FiniteSet(0, Rational(1, 20), 1)}
    yield AtMost(alone, exact, small, by="no background: noise alone", steps=steps)


together = Symbol(r"\|q_{\setminus A}\|")

with as_printed():
    together_bound = background_variance * together * class_size * (2 / sqrt(2 * pi * exp(Integer(1)))) / noise**2


@paper.claim(
    "lemma-5-background-together",
    locator="Section 5.1, after Lemma 5",
    title="The background components together",
    source="derived here",
    stated=Upper(
        Symbol(r"\Big(\sum_{j\notin A}T_j^2\Big)^{1/2}"),
        together_bound,
        {background_variance: HALF_LINE, together: HALF_LINE, class_size: HALF_LINE, noise: POSITIVE},
    ),
    depends_on=[lemma_5_background],
)
def lemma_5_background_together(stated: Upper) -> Iterator[Obligation]:
    r"""For every neuron under every law with (A0)-(A2); $\|q_{\setminus A}\|$ is the norm of its weights on the
    background. At the initialisation, $\sigma_w = 1/k$ and $\sigma_\xi = c/k$, typically $\|q_{\setminus A}\| \le
    \sqrt D/k$ and $E|X_A| \le 1/(2\sqrt k\,\tilde\sigma)$: with $\tilde\sigma^2 \ge (D - k)p_o(1-p_o)$ all
    background components together are at most about $1/(4c^2\beta\gamma\sqrt D)$ times $\sqrt
    k\,\beta\gamma/\tilde\sigma$, the norm of those of the class.

    The text after the lemma says that for larger $p_o$ the background terms together can overwhelm the signal. As
    soon as $D$ is large against $1/(c^2\beta\gamma)^2$ they do not, for any $p_o$; what the remark describes is the
    bound of the lemma, with $\epsilon_e$ as its appendix may have it, which was not at hand. Samples are another
    matter: with $n$ of them each component has an error of order $n^{-1/2}$.
    """
    upheld = lemma_5_background.upheld
    assert isinstance(upheld, Upper)
    each = sympy.sympify(upheld.bound).doit().subs(Abs(own_weight), together)
    domains = stated.domain_map()
    yield AtMost(each, stated.bound, domains, by="the bound on each component is proportional to its weight")
    yield AtMost(stated.bound, each, domains, by="one background pattern")


# Rates in the dimension, and sizes at the initialisation.


@paper.claim(
    "lemma-5-class-rate",
    locator="Section 5.1, Lemma 5, first item",
    title="Order of the components along the class",
    source="derived here",
    stated=Rate(
        Symbol(r"T_j,\ j\in A"), {D: Rational(-1, 2)}, {D: integers(6)}, tight=True,
        regime="k, p_o, gamma, weights and biases fixed",
    ),
    depends_on=[lemma_5_class_expansion],
)  # fmt: skip
def lemma_5_class_rate(stated: Rate) -> Iterator[Obligation]:
    r"""$T_j \approx \gamma g(b)/\tilde\sigma$ with $\tilde\sigma^2 = k/4 + (D-k)p_o(1-p_o)$, of order $D$."""
    yield from _rate(stated, _class_series().subs(curvature, 0) / window)


@paper.claim(
    "lemma-5-background-rate",
    locator="Section 5.1, Lemma 5, second item",
    title="Order of the components along the background",
    source="derived here",
    stated=Rate(
        Symbol(r"T_j,\ j\notin A"), {D: Rational(-3, 2)}, {D: integers(6)}, tight=True,
        regime="k, p_o, gamma, weights and biases fixed, Q_A q_j g'' not 0",
    ),
    depends_on=[lemma_5_background_expansion],
)  # fmt: skip
def lemma_5_background_rate(stated: Rate) -> Iterator[Obligation]:
    r"""The leading term of $T_j$, $\gamma Q_A q_j\,p_o(1-p_o)g''/\tilde\sigma^3$. In two steps: the component
    itself, and that it is of order $1/D$ against one along the class.
    """
    yield from _rate(stated, _background_series().subs(third, 0) / (class_total * own_weight * curvature))


def _rate(stated: Rate, leading: Basic) -> Iterator[Obligation]:
    """The order of a leading term in D, at k = 5 and gamma = 1/4."""
    normaliser = Rational(5, 4) + (D - 5) / 4
    squared = sympy.simplify(
        (leading**2).subs({gamma: Rational(1, 4), p_o: Rational(1, 2)}).subs(sigma, sqrt(normaliser))
    )
    top, bottom = sympy.fraction(sympy.together(squared))
    power = sympy.degree(top, D) - sympy.degree(bottom, D)
    yield Equal(2 * stated.exponents[D], power, by="power of D in the squared leading term, p_o = 1/2")
    constant = squared.subs(D, 1)
    # With fair coins everywhere the normaliser is D/4, and the leading term is a power of D, not merely of its order.
    yield Equal(squared, constant * stated.order**2, stated.domain_map(), by="the leading term, squared")


window_rms, curvature_rms = Symbol("G_0"), Symbol("G_2")
"""Root mean squares of the window and of its second derivative over a neuron's bias."""

with as_printed():
    class_rms = gamma / sigma * window_rms
    background_rms = gamma * (p_o * (1 - p_o) / sigma**3) * k ** Rational(-3, 2) * curvature_rms


def window_values(bias_spread: Basic, spread: Basic) -> dict[Symbol, Expr]:
    """The root mean squares where the background is normal, for biases of standard deviation sigma_b and for tau."""
    means = {window_rms: mean_square_window, curvature_rms: mean_square_curvature}
    return {symbol: sqrt(mean(bias_spread, spread)) for symbol, mean in means.items()}


lemma_5_class_size = paper.state(
    "lemma-5-class-size",
    locator="Section 5.1, Lemma 5, first item",
    title="Size of the components along the class at the initialisation",
    source="derived here",
    provenance=[lemma_5_class_expansion, lemma_5_beta],
    stated=Tight(
        quantity=Symbol(r"(\mathbb{E}_{q,b}T_j^2)^{1/2},\ j\in A"),
        formula=class_rms,
        slack=class_rms / 100,
        why="the next order is of relative size 1/D, and the background is normal to that order",
        domains={gamma: POSITIVE, sigma: POSITIVE, window_rms: POSITIVE},
    ),
)

lemma_5_background_size = paper.state(
    "lemma-5-background-size",
    locator="Section 5.1, Lemma 5, second item",
    title="Size of the components along the background at the initialisation, p_o = 1/2",
    source="derived here",
    provenance=[lemma_5_background_expansion, lemma_5_two_terms],
    stated=Tight(
        quantity=Symbol(r"(\mathbb{E}_{q,b}T_j^2)^{1/2},\ j\notin A"),
        formula=background_rms,
        slack=background_rms / 4,
        why="a root mean square over a hundred neurons, each with its own Q_A and b, varies by about a tenth from draw to draw, "
        "and its median lies a few hundredths below; the next order is of relative size 1/D",
        domains={gamma: POSITIVE, sigma: POSITIVE, k: integers(5), p_o: BACKGROUND, curvature_rms: POSITIVE},
    ),
)

with as_printed():
    share_bound = 1 / (7 * sqrt(D))

lemma_5_share = paper.state(
    "lemma-5-share",
    locator="Section 5.1, after Lemma 5",
    title="All background components against the class",
    source="derived here",
    provenance=[lemma_5_background_together],
    stated=Upper(
        Symbol(r"\Big(\sum_{j\notin A}T_j^2\Big/\sum_{j\in A}T_j^2\Big)^{1/2}"),
        share_bound,
        {D: integers(50)},
    ),
)
