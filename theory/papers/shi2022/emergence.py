r"""Section 5.1, the first gradient step: Lemma 5 with its constants, under every law of the family.

Along the pattern $M_j$ the population gradient of a neuron is $-a\,T_j$ with $T_j =
E[y\,\phi_j\,E_\xi\sigma'(\langle q, \phi\rangle + b + \xi)]$, where $q_l = \langle M_l, w\rangle$. Let $X_A =
\sum_{l\in A} q_l\phi_l$ be what a neuron sees of the class, and $g(b) = \Pr[0 < \sum_{l\notin A} q_l\phi_l + b +
\xi < 1]$ its window, averaged over background and noise.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Abs, Basic, Expr, FiniteSet, Integer, Interval, Rational, S, Symbol, exp, oo, pi, sqrt

from lemmata import AtMost, Equal, Given, Lower, Upper, as_printed
from lemmata.obligations import Exact, Obligation
from theory.background_window import component, largest_curvature, largest_slope
from theory.gaussian import density
from theory.papers.shi2022.first_step import active as beta
from theory.papers.shi2022.network import noise
from theory.papers.shi2022.paper import p_o, paper
from theory.papers.shi2022.setting import POSITIVE
from theory.papers.shi2022.setting import UNIT as PROBABILITY
from theory.papers.shi2022.setting import scale as sigma
from theory.truncated_relu import smoothed_slope

bias = Symbol("b")
own_weight = Symbol("q_j")
background_variance = Symbol(r"\sigma_\phi^2")
class_spread = Symbol(r"\|X_A\|_2")
class_size = Symbol(r"\mathbb{E}|X_A|")
spread = Symbol(r"\tau")
"""A neuron's bias; its weight on the pattern in question; the variance of a background bit after normalisation, p_o (1 -
p_o)/sigma^2; the root mean square of what it sees of the class, and the mean of its absolute value; that of background and
noise together.
"""

HALF_LINE = Interval(0, oo)
BACKGROUND = Interval.Lopen(0, Rational(1, 2))

MEAN_VALUE = Given("the mean value theorem")
CAUCHY_SCHWARZ = Given("Cauchy-Schwarz")

pull, exponent = Symbol("r"), Symbol("t")
"""The size of a weight in an example; the exponent of an exponential that stands for any function."""


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
    exact = component(atoms, 1, {2: weight}, Integer(0), noise) - signal / scale * smoothed_slope(Integer(0), noise)
    spread = weight * sqrt(mean * (1 - mean)) / scale
    reached = stated.bound.subs({class_spread: spread, sigma: scale})
    place = Symbol("z")
    least = 2 * sigma * stated.bound.subs(class_spread, 1)
    steps: list[Exact | Given] = [
        MEAN_VALUE,
        CAUCHY_SCHWARZ,
        AtMost(p_o * (1 - p_o), Rational(1, 4), {p_o: PROBABILITY}, by="variance of a bit"),
        Equal(density(place).diff(place), -place * density(place), {place: S.Reals}, by="a density is largest at 0"),
        AtMost(largest_slope() / noise, least, domains, by="slope of the window, a difference of two densities"),
        Equal(stated.bound, class_spread * least / (2 * sigma), domains, by="proportional to the spread"),
    ]
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
    place = Symbol("z")
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
    by_the_bit = p_o * (1 - p_o) / sigma * (_at(exponent, 1 - p_o) - _at(exponent, -p_o))
    steps: list[Exact | Given] = [
        MEAN_VALUE,
        Equal(
            (p_o * _at(exponent, 1 - p_o) * (1 - p_o) + (1 - p_o) * _at(exponent, -p_o) * -p_o) / sigma, by_the_bit,
            {p_o: BACKGROUND, exponent: S.Reals, sigma: POSITIVE}, by="mean over the bit, of any function",
        ),
        Equal((1 - p_o) * own_weight - -p_o * own_weight, own_weight, {p_o: BACKGROUND, own_weight: S.Reals},
              by="length of the step between the bit's two values"),
        Equal((place * density(place)).diff(place), (1 - place**2) * density(place), {place: S.Reals},
              by="a density's slope, z phi(z) but for its sign, is steepest at z = 1 and z = -1"),
    ]  # fmt: skip
    needed = background_variance * Abs(own_weight) * class_size * largest_curvature() / noise**2
    steps.append(AtMost(needed, stated.bound, domains, by="the window's curvature, at both edges"))
    every = {p_o: BACKGROUND, pull: FiniteSet(1, Rational(1, 3))}
    yield AtMost(Abs(exact), stated.bound.subs(here), every, by="one class bit, one background bit", steps=steps)


def _at(t: Symbol, place: Basic) -> Expr:
    """Any function at a place; an exponential is as good as any, since exponentials span them."""
    return exp(place * t)


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
    exact = smoothed_slope(-share * noise, noise)
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
    each = lemma_5_background.upheld.formulas()["bound"].doit().subs(Abs(own_weight), together)
    domains = stated.domain_map()
    yield AtMost(each, stated.bound, domains, by="the bound on each component is proportional to its weight")
    yield AtMost(stated.bound, each, domains, by="one background pattern")
