r"""Appendix C: concentration."""

from __future__ import annotations

from collections.abc import Iterator

import sympy
from sympy import (
    Basic,
    Dummy,
    Integer,
    Interval,
    Min,
    Symbol,
    exp,
    log,
    oo,
    sqrt,
    symbols,
)

from lemmata import AtMost, Edit, Given, Upper, Whp, as_printed, integers
from lemmata.obligations import Exact, Obligation
from theory.activations import Step
from theory.chi_square import LowerTail, UpperTail
from theory.gaussian import expectation
from theory.papers.damian2022.paper import d, n, p, paper, t

iota, delta = symbols(r"\iota \delta")
u, y = symbols("u y")
HALF_LINE = Interval(0, oo)


# Lemma 27. Tails of the chi-square law.

CHERNOFF = Given("Markov's inequality for exp(lambda X), with E exp(lambda X) = (1 - 2 lambda)^(-d/2) (Chernoff 1952)")

with as_printed():
    upper_threshold = d + 2 * sqrt(d * t) + 2 * t
    lower_threshold = d - 2 * sqrt(d * t)


def _exponent_steps(stated: Whp, rate: Basic) -> list[Exact | Given]:
    """The logarithm of Chernoff's bound at the parameter ``rate`` (of u, where t = d u^2) is at most that of the stated
    failure: so it is at u = 0, and the failure falls more slowly from there on.
    """
    if stated.threshold.has(sympy.Piecewise) or stated.failure.has(sympy.Piecewise):
        return [CHERNOFF]  # nothing to expand: what is left is the search for counterexamples
    dimension, root = Dummy(positive=True), Dummy(positive=True)
    place = {d: dimension, t: dimension * root**2}
    threshold = sympy.expand(stated.threshold.doit().subs(place, simultaneous=True)).subs(root, u)
    log_failure = sympy.expand_log(log(stated.failure.doit().subs(place, simultaneous=True)), force=True).subs(root, u)
    excess = log_failure + rate * threshold + dimension * log(1 - 2 * rate) / 2
    slope, positive = sympy.fraction(sympy.together(excess.diff(u)))
    half_line = {u: HALF_LINE, d: integers(1)}
    return [
        CHERNOFF,
        AtMost(
            0, sympy.expand(excess.subs({u: 0, dimension: d})), {d: integers(1)}, by="exponents at u = 0, t = d u^2"
        ),
        AtMost(0, sympy.expand(slope.subs(dimension, d)), half_line, by="slope in u of their difference, numerator"),
        AtMost(0, sympy.expand(positive.subs(dimension, d)), half_line, by="the same, denominator"),
    ]


@paper.claim(
    "lemma-27-upper",
    locator="Lemma 27, first display",
    title="Upper tail of the chi-square law",
    stated=Whp(Symbol("X"), upper_threshold, exp(-t), {d: integers(1), t: HALF_LINE}),
)
def lemma_27_upper(stated: Whp) -> Iterator[Obligation]:
    r"""$X$ is the squared norm of a standard normal vector in $d$ dimensions.

    Its exact tail is a regularised incomplete gamma function, at which counterexamples are looked for. The proof takes
    the exponential moment at $\lambda = u/(1 + 2u)$, $t = d u^2$: the exponent is $d$ times a function of $u$ alone.
    """
    tail = UpperTail(d, stated.threshold)
    steps = _exponent_steps(stated, u / (1 + 2 * u))
    yield AtMost(tail, stated.failure, stated.domain_map(), by="exact tail", steps=steps)


@paper.claim(
    "lemma-27-lower",
    locator="Lemma 27, second display",
    title="Lower tail of the chi-square law",
    stated=Whp(Symbol("X"), lower_threshold, exp(-t), {d: integers(1), t: HALF_LINE}, side="<="),
)
def lemma_27_lower(stated: Whp) -> Iterator[Obligation]:
    r"""As the upper tail, with the exponential moment at $\lambda = -u$."""
    tail = LowerTail(d, stated.threshold)
    yield AtMost(tail, stated.failure, stated.domain_map(), by="exact tail", steps=_exponent_steps(stated, -u))


# Lemma 8. Its use for the data.

with as_printed():
    norms_bound = 2 * n * exp(-d / 16)


@paper.claim(
    "lemma-8",
    locator="Lemma 8, with the constant",
    title="Norms of the data",
    source="derived here",
    stated=Upper(
        Symbol(r"\Pr\left[\exists i \le n : \|x_i\|^2 \notin [d/2, 2d]\right]"),
        norms_bound,
        {d: integers(1), n: integers(1)},
    ),
    depends_on=[lemma_27_upper, lemma_27_lower],
)
def lemma_8(stated: Upper) -> Iterator[Obligation]:
    r"""All norms are right at once with a probability that is exponentially close to one in $d$: the paper needs $\iota
    \le cd$ for it. At $t = d/16$ the lower threshold of Lemma 27 is $d/2$, and the upper one is below $2d$; a union bound
    does the rest.
    """
    above, below = UpperTail(d, 2 * d), LowerTail(d, d / 2)
    for_all = stated.domain_map()
    dimension = {d: integers(1)}
    at = d / 16
    steps = (
        AtMost(_at(upper_threshold, at), 2 * d, dimension, by="upper threshold at t = d/16"),
        AtMost(d / 2, _at(lower_threshold, at), dimension, by="lower threshold at t = d/16"),
        AtMost(2 * n * exp(-at), stated.bound, for_all, by="union bound over both sides and all points"),
        Given("a union bound"),
    )
    yield AtMost(1 - (1 - above - below) ** n, stated.bound, for_all, by="exact probability", steps=steps)


def _at(threshold: Basic, place: Basic) -> Basic:
    """A threshold at a multiple of the dimension, its root drawn."""
    positive = Dummy(positive=True)
    return threshold.doit().subs(t, place).subs(d, positive).subs(positive, d)


# Lemmas 29 and 30, quoted; Lemmas 31, 32 and 34, whose suprema are out of reach of these methods.

lemma_29 = paper.state(
    "lemma-29",
    locator="Lemma 29",
    title="Norm of a Gaussian matrix",
    stated=Whp(Symbol(r"\|X\|_2"), sqrt(n) + sqrt(d) + sqrt(2 * iota), 2 * exp(-iota), {
        n: integers(1), d: integers(1), iota: HALF_LINE}),
    listed={"open": "quoted, as from Vershynin (2018, Corollary 5.35); the proof is by comparison of Gaussian processes"},
)  # fmt: skip

growth = Symbol("C_p")

lemma_30 = paper.state(
    "lemma-30",
    locator="Lemma 30",
    title="Tails of a polynomial",
    stated=Whp(
        Symbol(r"|g(x) - \mathbb{E}g| / (\mathbb{E}g^2)^{1/2}"),
        delta,
        2 * exp(-growth * Min(delta**2, delta ** (2 / p))),
        {delta: HALF_LINE, p: integers(1)},
    ),
    listed={
        "open": "quoted from Götze, Sambale & Sinulis (2019, Theorem 1.2), with a constant C_p that is not given; corollary-40 "
        "and corollary-46 are shown here by hypercontractivity and Markov's inequality instead"
    },
)

lemma_32 = paper.state(
    "lemma-32",
    locator="Lemma 32",
    title="Uniform deviation of the empirical gradient",
    stated=Whp(
        Symbol(r"\sup_w \|g_n(w) - g(w)\| / (\mathbb{E}f^2)^{1/2}"),
        growth * sqrt(d * iota ** (p + 1) / n),
        2 * n * exp(-iota),
        {d: integers(1), n: integers(1), p: integers(1), iota: HALF_LINE},
    ),
    depends_on=[lemma_30],
    listed={
        "open": "the constant is not given, and the supremum over the sphere can neither be computed nor measured here; at "
        "fixed neurons the second moment has the exact order sqrt(d/n) (corollary-14-noise), which is measured too "
        "(corollary-14). The printed proof takes a union bound over the net of Lemma 31, which depends on the sample, as over "
        "fixed directions; symmetrisation with a second sample would justify it"
    },
)


# Lemma 32. The step that truncates.

HOELDER = Given("Hölder's inequality")

with as_printed():
    growing, decaying = exp(iota / 2), exp(-iota / 2)
    truncated_away = 2 * sqrt(2 * d) * growing
    truncation_rate = Symbol("C") * sqrt(d / n)


@paper.claim(
    "lemma-32-truncation",
    locator="Lemma 32, display on the truncated mean, last two lines",
    title="What the truncation takes away, for iota >= log(2n)",
    stated=Upper(truncated_away, truncation_rate, {d: integers(1), n: integers(1), iota: HALF_LINE}, {Symbol("C"): Integer(2)}),
    correction=[Edit("the exponent is negative: it comes from the probability of a large label", "quantity", growing, decaying)],
)  # fmt: skip
def lemma_32_truncation(stated: Upper) -> Iterator[Obligation]:
    r"""Labels beyond $R = (C\iota)^{p/2}$ have probability at most $2e^{-2\iota}$ (Lemma 30), and Hölder's inequality
    bounds what they contribute to the mean by $(Ef^2)^{1/2}(E\|x\|^4)^{1/4}(2e^{-2\iota})^{1/4}$, with $E\|x\|^4 = d(d + 2)$.
    The last line is to be at most of order $\sqrt{d/n}$ once $\iota \ge \log(2n)$, and it must be at least what Hölder's
    inequality gives. As printed, with a growing exponential, it is at least $4n\sqrt{d/n}$, so that no constant serves.

    Squares and fourth powers are compared, with $e^\iota = 2n(1 + y)$, $y \ge 0$. The version read is that of the
    proceedings.
    """
    grown = 2 * n * (1 + y)
    for_all = {d: integers(1), n: integers(1), y: HALF_LINE}
    hoelder_fourth = 2 * d * (d + 2) * grown**-2
    reached, allowed = (side.subs(iota, log(grown)) for side in (stated.quantity, stated.witnessed))

    def polynomially(left: Basic, right: Basic) -> list[Exact | Given]:
        if reached.has(sympy.Piecewise) or allowed.has(sympy.Piecewise):
            return [HOELDER]  # nothing to multiply out: what is left is the search for counterexamples
        low, high = (sympy.cancel(sympy.powsimp(sympy.expand(side.doit())) * grown**2) for side in (left, right))
        return [HOELDER, AtMost(low, high, for_all, by="multiplied out, times e^(2 iota)")]

    order = polynomially(reached**2 / grown, allowed**2 / grown)
    yield AtMost(reached, allowed, for_all, by="at most of order sqrt(d/n)", steps=order)
    enough = polynomially(hoelder_fourth, reached**4)
    yield AtMost(hoelder_fourth, reached**4, for_all, by="at least what Hölder's inequality gives", steps=enough)


# Lemma 33. The label noise.

with as_printed():
    noise_moment = n / 2
    noise_rate = Symbol("C") * d * iota / n


@paper.claim(
    "lemma-33-normalisation",
    locator="Lemma 33, last display of the proof",
    title="Second moment of the sum over the label noise",
    stated=Upper(
        noise_moment, noise_rate, {d: integers(1), n: integers(1), iota: Interval(1, oo)},
        {Symbol("C"): Integer(1)},
    ),
    correction=[Edit("the sum over the sample is divided by n, as in the lemma", "quantity", n, 1 / n)],
)  # fmt: skip
def lemma_33_normalisation(stated: Upper) -> Iterator[Obligation]:
    r"""For fixed unit vectors $u, w$ the square of $\sum_i \epsilon_i (u\cdot x_i) 1\{w\cdot x_i \ge 0\}$ has mean
    $\varsigma^2 n/2$, here in units of $\varsigma^2$: it grows with $n$, while the last display bounds the supremum of that
    sum by $\varsigma\sqrt{d\iota/n}$, up to a constant; the display before it leaves the factor $1/n$ out too,
    where it does no harm. With the factor $1/n$ of the lemma's statement, the mean square is
    $\varsigma^2/(2n)$. What is checked is this second moment, which a bound of the supremum must dominate up to rare events;
    no constant makes the printed one do so. The supremum over $u$ and $w$ is not checked.

    The probability before the last display, and once in the proof of Lemma 32, is printed as $1 - 2e^{\iota}$ for
    $1 - 2e^{-\iota}$. The version read is that of the proceedings.
    """
    for_all = stated.domain_map()
    normal = Symbol("z")
    gated = expectation(normal**2 * Step(normal), normal)
    times_n, allowed = (sympy.expand(side * n) for side in (stated.quantity, stated.witnessed))
    by = "E[(u.x)^2 1{w.x >= 0}] with u = w, and by symmetry for every u: the mean square, times n"
    yield AtMost(gated, times_n, for_all, by=by)
    yield AtMost(times_n, allowed, for_all, by="both sides times n")
