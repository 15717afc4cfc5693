r"""Section 5.1, the first gradient step: what its components are to leading order, and so how large.

Notation as in ``emergence``; the laws are those of ``gradient_transforms``. A power of $\omega$ in the transform of
$y\phi_j$ stands for a derivative of the window $g$ in the bias.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import sympy
from sympy import Basic, Expr, Integer, Interval, Rational, S, Symbol, sqrt, symbols

from lemmata import (
    AtMost,
    Claim,
    Equal,
    Identity,
    IllFormed,
    Rate,
    Tight,
    Upper,
    as_printed,
    integers,
)
from lemmata.obligations import Obligation
from theory.background_window import half_window, mean_square_curvature, mean_square_window
from theory.dictionary_transform import BackgroundProduct, BackgroundSlope, ClassExponent, ClassSum
from theory.papers.shi2022.emergence import (
    BACKGROUND,
    bias,
    lemma_5_background,
    lemma_5_background_together,
    lemma_5_beta,
    lemma_5_class,
    own_weight,
    spread,
)
from theory.papers.shi2022.gradient_transforms import (
    SLOPE,
    half,
    lemma_5_one_bit,
    lemma_5_transform_background,
    lemma_5_transform_class,
    others,
    own_exponent,
)
from theory.papers.shi2022.network import noise
from theory.papers.shi2022.paper import D, gamma, k, p_o, paper
from theory.papers.shi2022.setting import POSITIVE, gamma_parity
from theory.papers.shi2022.setting import scale as sigma
from theory.papers.shi2022.setting import v as uniform
from theory.truncated_relu import smoothed_slope

class_total = Symbol("Q_A")
"""The sum of a neuron's weights on the class."""

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
    """The part of a transform that belongs to class bits which are all equal; it has the weight 1 - v."""
    weight = sympy.cancel((1 - uniform) / gamma_parity.upheld.formulas()["right"].doit()) * gamma
    return weight * claim.upheld.formulas()["right"].doit().subs(uniform, 0).xreplace(product)


@cache
def _class_series() -> Expr:
    """The series of a component along the class, up to the third order."""
    of_class = {ClassSum(2 * half): small_step * class_total / (2 * sigma), ClassExponent(0): Integer(0)}
    transform = _equal_bits(lemma_5_transform_class, of_class | {BackgroundProduct(others): Integer(1)})
    return _by_derivatives(transform / (2 * sigma), {0: window, 2: curvature}, 3)


@cache
def _background_series() -> Expr:
    """The series of a component along the background, up to the third order."""
    slope = lemma_5_one_bit.upheld.formulas()[rf"parts.{SLOPE}"].doit()
    product = {
        ClassSum(2 * half + 1): small_step * class_total / (2 * sigma),
        BackgroundProduct(others): Integer(1),
        BackgroundSlope(0): slope.subs(own_exponent, small_step * own_weight / sigma),
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
    depends_on=[lemma_5_transform_class, gamma_parity],
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
    depends_on=[lemma_5_transform_background, lemma_5_one_bit, gamma_parity],
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
    ratio = lemma_5_two_terms.upheld.formulas()["right"].doit()
    # The two terms are equal where sigma is this, for small p_o.
    normaliser = sympy.simplify(ratio.subs(at_start).subs(p_o, 0) * sigma)
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
    seen = smoothed_slope(shift + bias, noise)
    reflected = smoothed_slope(-shift + (1 - bias), noise)


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
    r"""The leading term of $T_j$, $\gamma Q_A q_j\,p_o(1-p_o)g''/\tilde\sigma^3$: smaller by an order of $1/D$ than
    the components along the class.
    """
    yield from _rate(stated, _background_series().subs(third, 0) / (class_total * own_weight * curvature))


def _rate(stated: Rate, leading: Expr) -> Iterator[Obligation]:
    """The order in D of a leading term, whose normaliser is of order D^(1/2)."""
    background, variance = symbols("n x")
    squared = k / 4 + background * variance
    family = {k: integers(1), background: integers(0), variance: Interval(0, Rational(1, 4))}
    yield AtMost(p_o * (1 - p_o), Rational(1, 4), {p_o: BACKGROUND}, by="x = p_o (1 - p_o), the variance of a bit")
    yield AtMost(squared, (k + background) / 4, family, by="squared normaliser at most D/4, D = k + n")
    yield AtMost((k + background) * variance, squared, family, by="and at least x D")
    term = sympy.cancel(leading).subs(sigma, sqrt(D))
    domains = stated.domain_map() | {gamma: LOCAL[gamma], p_o: BACKGROUND}
    yield Equal(term, term.subs(D, 1) * stated.order, domains, by="the leading term, at a normaliser of D^(1/2)")


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
        why="a root mean square over a hundred neurons, each with its own Q_A and b, varies by about a tenth from draw to draw; "
        "the next order is of relative size 1/D, and takes about a tenth away at D = 50",
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
