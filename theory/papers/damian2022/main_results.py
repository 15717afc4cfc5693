"""Section 3, Appendix A.3 and Appendix B: the two main theorems, what their metric measures, and what their bounds say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sympy import Abs, Basic, Expr, I, Integer, Interval, Max, Min, Rational, S, Symbol, erf, exp, oo, pi, sqrt, symbols

from lemmata import (
    AtMost,
    Construction,
    Edit,
    Equal,
    Given,
    Identity,
    IllFormed,
    Lower,
    Rate,
    Upper,
    as_printed,
    integers,
)
from lemmata.obligations import Obligation
from theory.activations import Relu, Step
from theory.bounds import Bound, Monomial, same_order
from theory.gaussian import expectation
from theory.hermite import He
from theory.papers.damian2022.alignment import alignment_law, hessian_norm
from theory.papers.damian2022.paper import a, b, d, n, p, paper, t, x
from theory.papers.damian2022.rademacher import (
    bias_energy,
    head_norm,
    largest_bias,
    lemma_48,
    lemma_49,
    weight_energy,
    weight_norm,
)
from theory.papers.damian2022.representation import lemma_23, lemma_25_fit, lemma_25_norm
from theory.papers.damian2022.setting import N, condition_number, iota, kappa, m, r, varsigma
from theory.rademacher import signs

nonnegative = Interval(0, oo)
positive = Interval.open(0, oo)

EXCESS, LEAST = r"\text{excess}", r"\text{least } n"
"""Names of the parts of the main results: the bound on the excess loss, and the hypothesis on the samples."""

SIZES = (n, m, N, d, r, kappa)
"""The variables of the main bounds; p is a parameter, and the factors of iota are hidden."""
SIZE_DOMAINS = {
    n: integers(1),
    m: integers(1),
    N: integers(1),
    d: integers(1),
    r: integers(1),
    kappa: positive,
    p: S.Naturals,
}

# What the excess L1 loss measures.

error = Symbol(r"\Delta")
"""f_theta(x) - f(x), the error of the prediction at one input."""

with as_printed():
    excess_loss = (Abs(error - varsigma) + Abs(error + varsigma)) / 2 - varsigma


@paper.claim(
    "excess-l1",
    locator="Section 3, the loss of Theorems 1 and 3",
    title="The excess L1 loss is blind to errors below the noise level",
    source="derived here",
    stated=Identity(excess_loss, Max(Abs(error) - varsigma, 0), {error: S.Reals, varsigma: nonnegative}),
)
def excess_l1(stated: Identity) -> Iterator[Obligation]:
    r"""At an input where the prediction is off by $\Delta$, the loss averaged over the label noise $\epsilon = \pm\varsigma$ is
    $E|\Delta - \epsilon| = \max(|\Delta|, \varsigma)$.

    So the excess loss of Theorems 1 and 3 is $E_x(|\Delta(x)| - \varsigma)_+$: it counts an error only by what it exceeds
    the noise level. It lies between $E|\Delta| - \varsigma$ and $E|\Delta|$, and a bound of it that tends to zero leaves
    every $|\Delta| \le \varsigma$ possible.
    """
    s, u = Symbol("s", nonnegative=True), Symbol("u", nonnegative=True)
    for_all = {s: nonnegative, u: nonnegative}
    for side in (1, -1):
        for case, level, words in [
            (side * (s + u), s, "above the noise level"),
            (side * u, 2 * s + u, "below the noise level"),
        ]:
            place = {error: case, varsigma: level}
            by = f"an error of sign {side} {words}"
            yield Equal(stated.left.subs(place), stated.right.subs(place), for_all, by=by)


@paper.claim(
    "excess-l1-recovery",
    locator="Section 3, Theorem 1",
    title="Zero excess L1 loss leaves an L2 risk of the noise's variance",
    source="derived here",
    stated=Construction(
        parts={r"\Delta(x)": varsigma},
        properties={
            r"\mathbb{E}_{x,y}|f_\theta(x) - y| - \varsigma": S.Zero,
            r"\mathbb{E}_x (f_\theta(x) - f^\star(x))^2": varsigma**2,
        },
        domains={varsigma: nonnegative},
    ),
    depends_on=[excess_l1],
)
def excess_l1_recovery(stated: Construction) -> Iterator[Obligation]:
    r"""The predictor $f^\star + \varsigma$ has excess $L^1$ loss zero and $L^2$ risk $\varsigma^2$, and no predictor with a
    constant error of that sign and zero excess loss has a larger one.

    So Theorem 1 does not say that $f^\star$ is recovered in $L^2$, the metric of the lower bound (Theorem 2) and of the
    experiments, unless $\varsigma$ tends to zero.
    """
    (off,) = stated.parts.values()
    excess, risk = stated.properties.values()
    noise, more = Symbol("s", nonnegative=True), Symbol("u", positive=True)
    for_all = {noise: nonnegative, more: positive}
    value = excess_l1.stated.formulas()["left"]
    yield Equal(value.subs(error, off).subs(varsigma, noise), excess.subs(varsigma, noise), for_all, by="excess loss")
    yield Equal(off**2, risk, stated.domain_map(), by="risk")
    beyond = value.subs(error, off + more).subs(varsigma, noise)
    yield Equal(beyond, excess.subs(varsigma, noise) + more, for_all, by="a larger error shows in full")


c = Symbol("c")
"""Where |f| passes the noise level."""

with as_printed():
    noise_of_kink = (c**2 - 1) / sqrt(2)
    zero_excess = c * exp(-(c**2) / 2) / sqrt(pi) - varsigma * (1 - erf(c / sqrt(2)))


@paper.claim(
    "zero-predictor",
    locator="Section 3, the loss of Theorem 1",
    title="Excess L1 loss of the zero predictor for a quadratic target",
    source="derived here",
    stated=Construction(
        parts={r"\varsigma": noise_of_kink},
        properties={r"\mathbb{E}_{x,y}|0 - y| - \varsigma": zero_excess},
        domains={c: Interval(Rational(3, 2), oo)},
    ),
    depends_on=[excess_l1],
)
def zero_predictor(stated: Construction) -> Iterator[Obligation]:
    r"""What a bound must be below in order to say anything: the zero predictor's value, here for $f^\star = He_2(x_1)/\sqrt
    2$ and every noise level from .89 on.

    The noise level is named by the point $c$ where $f^\star$ passes it. The value is $E(|f^\star| - \varsigma)_+ =
    \frac{1}{\sqrt 2} E[(z^2 - c^2)\,1\{|z| \ge c\}]$, since $-f^\star \le 1/\sqrt 2$ stays below the noise level. At the
    experiments' $\varsigma = 1$, where $c^2 = 1 + \sqrt 2$, the zero predictor has an $L^2$ risk of 1 and an excess $L^1$
    loss of only .142.
    """
    (level,), (value,) = stated.parts.values(), stated.properties.values()
    if level.subs(c, 2).has(I) or value.subs(c, 2).has(I):
        raise IllFormed("a value that is not real")
    every = stated.domain_map()
    point = {c: Symbol("c", positive=True)}
    from_here = {point[c]: every[c] if every[c].inf > 0 else positive}
    square = Symbol("z^2")
    target = He(Integer(2), x).doit() / sqrt(2)
    yield Equal(target.subs(x, c), level, every, by="f passes the noise level at c")
    yield AtMost(1 - square, c**2 - 1, {square: nonnegative, **every}, by="-f never exceeds the noise level")
    above = (target - level).subs(point)
    beyond = sum(expectation(above * Step(side * x - point[c]), x) for side in (1, -1))
    found = value.subs(varsigma, level).subs(point)
    yield Equal(found, beyond, from_here, by="integrated exactly on either side")


# The proof of Theorem 1, from the loss to the excess.

approximation, noise_rate = symbols(r"A (\iota/n)")
"""What Lemma 25 leaves of the loss on the sample, up to constants; and iota/n."""

with as_printed():
    root_loss = sqrt(varsigma**2 + approximation + sqrt(noise_rate))
    root_loss_bound = varsigma + sqrt(approximation) + noise_rate ** Rational(1, 4)


@paper.claim(
    "theorem-1-loss",
    locator="Appendix A.3, from Lemma 26 to the last display",
    title="From the empirical loss to the empirical L1 loss",
    stated=Upper(
        quantity=root_loss,
        bound=root_loss_bound,
        domains=dict.fromkeys((varsigma, approximation, noise_rate), nonnegative),
    ),
)
def theorem_1_loss(stated: Upper) -> Iterator[Obligation]:
    r"""Lemma 26 bounds the loss by $\varsigma^2 + A + \sqrt{\iota/n}$ with $A = r^p \kappa^{2p} \iota^{6p+1}/m$, up to constants.
    By the Cauchy-Schwarz inequality $\frac1n\sum_i|f(x_i) - y_i|$ is at most its root, and the root of a sum is at most
    the sum of the roots: $\varsigma + \sqrt A + (\iota/n)^{1/4}$. Squares are compared.
    """
    u, v = Symbol("u", nonnegative=True), Symbol("v", nonnegative=True)
    place = {approximation: u**2, noise_rate: v**4}
    square = stated.quantity.subs(place) ** 2
    for_all = dict.fromkeys((varsigma, u, v), nonnegative)
    bound = stated.bound.subs(place)
    steps = (
        AtMost(0, bound, for_all, by="with A = u^2 and iota/n = v^4, the bound is not negative"),
        AtMost(square, (bound**2).expand(), for_all, by="and its square is at least the loss"),
    )
    yield AtMost(stated.quantity, stated.bound, stated.domain_map(), by="the root of the loss", steps=steps)


# Theorem 1.

with as_printed():
    theorem_1_bound = (
        sqrt(d * r**p * kappa ** (2 * p) / n) + sqrt(r**p * kappa ** (2 * p) / m) + 1 / n ** Rational(1, 4)
    )
    theorem_1_samples = d**2 * kappa**2 * r


HEAD = [lemma_23, lemma_25_norm, lemma_25_fit]
"""Lemma 25, in parts: a head a* exists, of this norm, which leaves this error at an input."""


@cache
def head_norm_squared() -> Expr:
    """The squared norm of a*, up to factors of iota."""
    assert isinstance(lemma_25_norm.upheld, Rate)
    return main_terms(lemma_25_norm.upheld.order).without_hidden().expression


@cache
def head_error_squared() -> Expr:
    """The squared error that a* leaves, up to factors of iota: A in ``theorem-1-loss``."""
    assert isinstance(lemma_25_fit.upheld, Rate)
    return main_terms(lemma_25_fit.upheld.order**2).without_hidden().expression


@cache
def network_deviation() -> Bound:
    """Lemma 49 for the class of the proof: the head's norm at most that of a*, weights and biases at most one, up to iota."""
    values = {head_norm: sqrt(head_norm_squared()), weight_norm: Integer(1), largest_bias: Integer(1)}
    return composed(lemma_49.upheld.formulas()["bound"], values)


def composed(formula: Basic, values: dict[Symbol, Expr]) -> Bound:
    """The bound that a lemma's formula becomes at the values which a proof gives to its symbols."""
    return Bound.read(formula.subs(values), SIZES).without_hidden()


def main_terms(formula: Basic) -> Bound:
    """A bound as printed in a main result: its terms without factors of iota."""
    return Bound.read(formula, SIZES)


@paper.claim(
    "theorem-1",
    locator="Theorem 1",
    title="The terms of the bound on the excess L1 loss of Algorithm 1",
    stated=Construction(
        parts={EXCESS: theorem_1_bound, LEAST: theorem_1_samples},
        properties={},
        domains={symbol: SIZE_DOMAINS[symbol] for symbol in (n, m, d, r, kappa, p)},
    ),
    depends_on=[theorem_1_loss, lemma_49, *HEAD],
    provenance=[alignment_law],
)
def theorem_1(stated: Construction) -> Iterator[Obligation]:
    r"""The bound on $E_{x,y}|f_{\theta^{(T)}}(x) - y| - \varsigma$ and the hypothesis on $n$, up to constants and powers of
    $\iota$: the bound has the terms that the lemmas cited in its proof give. What is checked is how they compose; the
    hypothesis on $d$ enters through Lemma 21 only.

    The empirical loss contributes $\sqrt A$ with $A = r^p \kappa^{2p}/m$ (Lemma 25) and $n^{-1/4}$; Lemma 49, with
    $\|a^\star\|^2$ of the same order as $A$, contributes $\sqrt{d r^p \kappa^{2p}/n}$. The hypothesis on $n$ is
    the sample size at which the alignment law's noise-to-signal ratio is of order one in the weakest relevant direction,
    where $\|H\|_F$ becomes $1/\|H^\dagger\| = 1/(\kappa\sqrt r)$. Where its hypotheses on $n$ and $m$ fail the proof returns
    the zero predictor; to a head of zero Algorithm 1 adds $\alpha + \beta\cdot x$, whose cost is claim ``preprocessing-cost``.
    """
    bound, least = stated.parts.values()
    every = stated.domain_map()
    yield Given("Damian et al. 2022, Lemma 26 (the loss with noise; its proof has the gap of claim lemma-26)")
    yield from same_order(main_terms(bound), theorem_1_terms(), every, by="composed from its lemmas")
    yield from same_order(main_terms(least), resolved(), every, by="noise to signal of order one")


@paper.claim(
    "theorem-1-regimes",
    locator="Theorem 1",
    title="Which term of Theorem 1 dominates",
    source="derived here",
    stated=Identity(
        Symbol(r"n_{1/4}"),
        d**2 * r ** (2 * p) * kappa ** (4 * p),
        {symbol: SIZE_DOMAINS[symbol] for symbol in (d, r, kappa, p)},
    ),
    depends_on=[theorem_1],
)
def theorem_1_regimes(stated: Identity) -> Iterator[Obligation]:
    r"""The number of samples from which on the term $n^{-1/4}$ of Theorem 1 exceeds $\sqrt{d r^p \kappa^{2p}/n}$.

    For $r = \kappa = 1$ the hypothesis $n \ge d^2$ puts every admissible $n$ there: the rate that Theorem 1 states is
    $n^{-1/4}$, and an error of $\delta$ takes $\delta^{-4}$ samples whatever the dimension. That term comes from the label noise
    alone, and claim ``theorem-1-sharper`` does without it.
    """
    printed = main_terms(theorem_1.upheld.formulas()[f"parts.{EXCESS}"])
    first = _the_term(printed, d)
    last = next(term for term in printed.terms if {v for v, _ in term.powers} == {n})
    crossing = Bound((last.crossover(first, n),))
    yield from same_order(main_terms(stated.right), crossing, stated.domain_map(), by="the two terms are equal")


@cache
def theorem_1_terms() -> Bound:
    """What the proof of Theorem 1 adds up: the empirical loss and the deviation from it."""
    return (sample_loss() + network_deviation()).reduced()


@cache
def sample_loss() -> Bound:
    """The root of Lemma 26's loss beyond the noise level, with Lemma 25's error."""
    return composed(
        theorem_1_loss.upheld.formulas()["bound"] - varsigma, {approximation: head_error_squared(), noise_rate: 1 / n}
    )


@cache
def resolved() -> Bound:
    """The n at which the alignment law's noise-to-signal ratio is of order one in the weakest relevant direction."""
    ratio = (1 / alignment_law.upheld.formulas()["formula"] - 1).subs(hessian_norm, 1 / (kappa * sqrt(r))).expand()
    (noise_to_signal,) = Bound.read(ratio, SIZES).without_hidden().terms
    return Bound((noise_to_signal.threshold(n, Integer(1)),))


def _the_term(bound: Bound, variable: Symbol) -> Monomial:
    """The only term that depends on a variable.

    Raises
    ------
    IllFormed : there is none, or more than one.
    """
    found = [term for term in bound.terms if term.power(variable) != 0]
    if len(found) != 1:
        raise IllFormed(f"{len(found)} terms depend on {variable}, not one")
    return found[0]


with as_printed():
    printed_complexity = d * r**p + d**2 * r


@paper.claim(
    "sample-complexity",
    locator="Section 1, contribution 2; Section 3, after Theorem 1",
    title="The samples that Theorem 1 needs",
    stated=Identity(
        Symbol(r"n"), printed_complexity, {symbol: SIZE_DOMAINS[symbol] for symbol in (d, r, kappa, p)}
    ),
    correction=[
        Edit("the first term grows with the condition number", "right", r**p, r**p * kappa ** (2 * p)),
        Edit("so does the second", "right", printed_complexity.args[1], kappa**2 * d**2 * r),
    ],
    listed={"gap": "the condition number is left out of the summary: it follows from Theorem 1 where kappa = O(1)"},
    depends_on=[theorem_1],
)  # fmt: skip
def sample_complexity(stated: Identity) -> Iterator[Obligation]:
    r"""The least order of $n$ at which the hypothesis of Theorem 1 holds and its term with $d$ is at most one.

    The paper's summary leaves out $\kappa$, which its Theorem 1 has, and which is at least $1/\sqrt 2$ but has no upper
    bound; it does not say that $\kappa$ is taken as a constant. The abstract's $d^2$ further takes $r = O(1)$. And it is the
    order at which the bound is of order one; for an error of $\delta$ the first term needs $\delta^{-2}$ times as many
    samples, the last $\delta^{-4}$.
    """
    theorem = theorem_1.upheld.formulas()
    first = _the_term(main_terms(theorem[f"parts.{EXCESS}"]), d)
    needed = Bound((first.threshold(n, Integer(1)),)) + main_terms(theorem[f"parts.{LEAST}"])
    yield from same_order(main_terms(stated.right), needed, stated.domain_map(), by="from Theorem 1")


# The proof of Lemma 26.

step_size = Symbol(r"\eta_1")
head_overlap = Symbol(r"\gamma")
"""sum_j a*_j a_j, of the constructed head and the signs of the initialisation."""

with as_printed():
    residual_noise = step_size * head_overlap * varsigma**2 * x * (x + t - x * (x**2 + t**2)) / 4


@paper.claim(
    "lemma-26",
    locator="Proof of Lemma 26, second use of Hoeffding's inequality",
    title="The residuals depend on the noise",
    stated=Identity(
        Symbol(r"\mathbb{E}_\epsilon \tfrac1n\langle\delta, \epsilon\rangle"),
        S.Zero,
        {step_size: positive, head_overlap: S.Reals, varsigma: positive, x: positive, t: positive},
    ),
    correction=[
        Edit(
            "W(1) is a function of the noise: the exact mean for n = 2, d = 1 and a head that is held fixed",
            "right",
            S.Zero,
            residual_noise,
        )
    ],
    listed={
        "gap": "Hoeffding's inequality is used for the residuals as if they did not depend on the noise; they do, through "
        "the first step and through the head, which is built from it",
    },
)
def lemma_26(stated: Identity) -> Iterator[Obligation]:
    r"""With $\delta_i = f_\theta(x_i) - f^\star(x_i)$ the loss is $\frac1n(\|\delta\|^2 + 2\langle\delta, \epsilon\rangle +
    \|\epsilon\|^2)$. The proof bounds the middle term by Hoeffding's inequality, for which its mean over the noise must be
    zero. But the features $W^{(1)}$ come from the gradient at labels that hold the same noise.

    The smallest example has $d = 1$ and $n = 2$ samples, $x_1 = x$ and $x_2 = -t$, one pair of neurons with $w > 0$, and
    biases redrawn so large that both neurons are active on both samples; $\gamma = \sum_j a^\star_j a_j$. The four draws of
    the noise are enumerated through Algorithm 1: preprocessing, first step, prediction. The mean is not zero; it is that
    of a noisy gradient which fits its own noise. Preprocessing of the labels is included; the affine part of the prediction and
    the head, held fixed here, depend on the noise as well. The example shows that the step does not follow; how
    large the mean is where $n$ meets the lemma's
    hypothesis is not settled here.

    The gap does not reach Theorem 1: the middle term is at most $2\varsigma$ times the deviation of Lemma 49 over the
    whole class, see claim ``theorem-1-sharper``. Nor does it reach Theorem 3, where features and the constructed
    head are built from
    another sample. The version read is that of the proceedings.
    """
    points = (x, -t)
    mean = (sum((_residual_times_noise(points, draw) for draw in signs(2)), Integer(0)) / 4).expand()
    yield Equal(stated.right, mean, stated.domain_map(), by="enumerated over the noise")


def _residual_times_noise(points: tuple[Basic, Basic], draw: tuple[int, ...]) -> Expr:
    """<delta, epsilon>/n after the first step of Algorithm 1, for the example of claim ``lemma-26``."""
    size = len(points)
    targets = symbols("f_1 f_2")
    noise = [varsigma * sign for sign in draw]
    labels = [target + eps for target, eps in zip(targets, noise, strict=True)]
    alpha = sum(labels) / size
    beta = sum(y * point for y, point in zip(labels, points, strict=True)) / size
    # Before the step the biases are zero, and only the first sample is on the active side of w > 0.
    gradient = (labels[0] - alpha - beta * points[0]) * points[0] / size
    # A neuron's new weight is 2 eta a_j times the gradient; with both active, only the head's overlap with a enters. The biases
    # add a constant, which does not correlate with the noise.
    predictions = [2 * step_size * head_overlap * gradient * point for point in points]
    residuals = [f - target for f, target in zip(predictions, targets, strict=True)]
    return sum(delta * eps for delta, eps in zip(residuals, noise, strict=True)) / size


with as_printed():
    noise_deviation = varsigma**2 * sqrt(iota / n)


@paper.claim(
    "lemma-26-noise",
    locator="Proof of Lemma 26, first use of Hoeffding's inequality",
    title="The energy of the label noise",
    stated=Upper(
        quantity=Symbol(r"\tfrac{1}{n}\|\epsilon\|_2^2 - \varsigma^2"),
        bound=noise_deviation,
        domains={varsigma: positive, iota: positive, n: integers(1)},
    ),
    listed={
        "slack": "the left side is zero for every draw: the labels' noise has one absolute value, so nothing deviates"
    },
)
def lemma_26_noise(stated: Upper) -> Iterator[Obligation]:
    r"""For $\epsilon_i \in \{-\varsigma, \varsigma\}$ the energy $\frac1n\sum_i \epsilon_i^2$ is $\varsigma^2$ exactly.

    A concentration inequality is not needed; this use of it alone would already put $\sqrt{\iota/n}$ into the loss, and
    $n^{-1/4}$ into Theorem 1.
    """
    u, size = Symbol("u", positive=True), Symbol("n", positive=True)
    for_all = {varsigma: positive, u: positive, size: Interval(1, oo)}
    bound = stated.bound.subs(iota, n * u**2).subs(n, size)
    for draw in (1, -1):
        energy = (draw * varsigma) ** 2 - varsigma**2
        yield AtMost(energy, bound, for_all, by=f"a draw of sign {draw}, with iota/n = u^2")


# Theorem 1 without its last term.

approximation_root, deviation = symbols(r"\sqrt{A} R")

with as_printed():
    sharper_bound = sqrt(d * r**p * kappa ** (2 * p) / n) + sqrt(r**p * kappa ** (2 * p) / m)


@paper.claim(
    "theorem-1-sharper",
    locator="Theorem 1, without its last term",
    title="The term of order n^{-1/4} is not needed",
    source="derived here",
    stated=Construction(
        parts={EXCESS: sharper_bound},
        properties={r"\text{samples for an error } \Delta": d * r**p * kappa ** (2 * p) / error**2},
        domains={symbol: SIZE_DOMAINS[symbol] for symbol in (n, m, d, r, kappa, p)} | {error: positive},
    ),
    depends_on=[lemma_49, lemma_26_noise, *HEAD],
    provenance=[theorem_1, lemma_26],
)
def theorem_1_sharper(stated: Construction) -> Iterator[Obligation]:
    r"""Given Lemma 25: the noise's energy is $\varsigma^2$ exactly, and $\frac1n\langle\delta, \epsilon\rangle \le \varsigma R$
    with
    $R = \sup_{f \in F} |\frac1n\sum_i (f - f^\star)(x_i)\,\epsilon_i/\varsigma|$ over the class of the proof, no matter how the
    residuals depend on the noise.

    So the loss of the constructed head is at most $\varsigma^2 + A + 2 \varsigma R$, whose root is at most
    $\varsigma + \sqrt A + R$: the cross term does not cost a square root. The signs $\epsilon_i/\varsigma$ are those of the
    Rademacher complexity; the mean of $R$ is at most $R_n(F) + n^{-1/2}$, and by Markov's inequality its order holds with
    probability .99. The affine part that preprocessing adds deviates by $d/n$ only, its coefficients and their noise by
    $\sqrt{d/n}$ each. By Lemma 49 it is the deviation that Theorem 1 contains anyway. This closes the gap of Lemma 26 for
    Theorem 1, removes $n^{-1/4}$, and lowers the samples for an error $\Delta$ from $\Delta^{-4}$ to $\Delta^{-2}$. In
    Theorem 3, by the same steps with Lemma 48, $N^{-1/4}$ is not needed either.
    """
    (bound,), (samples,) = stated.parts.values(), stated.properties.values()
    every = stated.domain_map()
    yield Given("Ledoux & Talagrand 1991, Lemma 6.3 and Theorem 4.12 (symmetrisation and contraction of the loss)")
    loss = varsigma**2 + approximation_root**2 + 2 * varsigma * deviation
    root = varsigma + approximation_root + deviation
    for_all = dict.fromkeys((varsigma, approximation_root, deviation), nonnegative)
    yield AtMost(loss, (root**2).expand(), for_all, by="the root of the loss")
    printed = main_terms(bound)
    composition = (composed(sqrt(approximation), {approximation: head_error_squared()}) + network_deviation()).reduced()
    yield from same_order(printed, composition, every, by="composed from its lemmas")
    needed = _the_term(printed, d).threshold(n, error).expression
    target = (*SIZES, error)
    by = "samples for which the first term is the error"
    yield from same_order(Bound.read(samples, target), Bound.read(needed, target), every, by=by)


# Theorem 1 at sizes.

with as_printed():
    second_term_squared = iota ** (6 * 4 + 1) / (2**4 * exp(iota))


@paper.claim(
    "theorem-1-vacuous",
    locator="Theorem 1 with Appendix A.3's last display",
    title="Sizes at which the bound says nothing",
    source="derived here",
    stated=Lower(quantity=second_term_squared, bound=S.One, domains={iota: Interval(Rational(6, 5), 116)}),
    depends_on=[condition_number, excess_l1],
    listed={
        "vacuous": "with constants of one, the bound for p = 4 exceeds the zero predictor's loss unless nmd > 10^50",
    },
)
def theorem_1_vacuous(stated: Lower) -> Iterator[Obligation]:
    r"""The last display of Appendix A.3 has the term $\sqrt{r^p \kappa^{2p} \iota^{6p+1}/m}$, where $\iota$ is a
    multiple of $\log(nmd)$, which is taken to be one here.

    Its square is at least $\iota^{6p+1}/(2^p e^\iota)$, because $r \kappa^2 \ge \frac12$ and $m \le nmd = e^\iota$. For
    $p = 4$, the degree of the experiments, that is at least 1 up to $\iota = 116$, $nmd \approx 2 \cdot 10^{50}$. The zero
    predictor has an excess of $E(|f^\star| - \varsigma)_+ \le (E f^{\star 2})^{1/2} = 1$. So the theorem is a statement
    about rates: at the sizes of Figure 1 its bound, with its logarithms and constants of one, is above the trivial value.
    Nor do these sizes meet its hypothesis $n \ge d^2 \kappa^2 r\,\iota^{p+1}$: with $\iota \ge \log(n m d) \ge 16$ it asks
    for $n \ge 10^8$ at $d = 10$.
    Without the factors of $\iota$ the bound at $n = 10^5$, $d = 10$, $m = 100$, $r = \kappa = 1$ is $.01 + .1 + .056$.
    """
    yield AtMost(stated.bound, stated.quantity, stated.domain_map(), by="by bisection")


# Theorem 3.

with as_printed():
    affine = x + b
    printed_class = a * affine


@paper.claim(
    "theorem-3-class",
    locator="Theorem 3, the function class",
    title="The class of Theorem 3 needs its activation",
    stated=Identity(Symbol("{g_a(x)}"), printed_class, {a: S.Reals, x: S.Reals, b: S.Reals}),
    correction=[Edit("the last layer is retrained behind the activation", "right", affine, Relu(x + b))],
)
def theorem_3_class(stated: Identity) -> Iterator[Obligation]:
    r"""The class printed with Theorem 3 is $g_a(x) = a^T(W^{(1)}x + b)$; retraining the last layer of the network $f_\theta$ of
    Section 2.2 gives $a^T\sigma(W^{(1)}x + b)$. One neuron is compared, its weight absorbed into $x$.

    Without the activation every function of the class is affine in the input, and learns nothing of a target
    like $He_2$: see claim ``theorem-3-affine``. The version read is that of the proceedings.
    """
    yield Equal(stated.right, a * Relu(x + b), stated.domain_map(), by="a neuron of Section 2.2")


slope, offset = symbols(r"\beta \alpha")


@paper.claim(
    "theorem-3-affine",
    locator="Theorem 3, the function class as printed",
    title="Without the activation nothing is learned",
    source="derived here",
    stated=Identity(
        Symbol(r"\mathbb{E}_x (He_2(x_1)/\sqrt{2} - \alpha - \beta\cdot x)^2"),
        1 + offset**2 + slope**2,
        {offset: S.Reals, slope: S.Reals},
    ),
    depends_on=[theorem_3_class],
)
def theorem_3_affine(stated: Identity) -> Iterator[Obligation]:
    r"""The $L^2$ risk of an affine function for the normalised target $He_2(x_1)/\sqrt 2$ is $1 + \alpha^2 + \|\beta\|^2$; so
    the best one is zero, with risk 1.

    The target depends on one direction; the slope in any other direction adds its square, which is shown with a slope
    along a second input, and a slope along the first.
    """
    target = He(Integer(2), x).doit() / sqrt(2)
    for place, name in [(x, "along the target's direction"), (t, "across it")]:
        risk = expectation((target - offset - slope * place) ** 2, x, t)
        yield Equal(stated.right, risk, stated.domain_map(), by=f"a slope {name}")


with as_printed():
    theorem_3_bound = sqrt(r**p * kappa ** (2 * p) / Min(m, N)) + 1 / N ** Rational(1, 4)
    appendix_b_bound = sqrt(d**2 * r / n) + sqrt(r**p * kappa ** (2 * p) / Min(n, m))

TARGET_SIZES = {symbol: SIZE_DOMAINS[symbol] for symbol in (n, m, N, d, r, kappa, p)}


@cache
def theorem_3_terms() -> Bound:
    """What the proof of Theorem 3 adds up: the empirical loss, and Lemma 48 for the retrained head on N samples."""
    loss = composed(
        theorem_1_loss.upheld.formulas()["bound"] - varsigma, {approximation: head_error_squared(), noise_rate: 1 / N}
    )
    # Weights of norm one and biases of order one: m each.
    head = {head_norm: sqrt(head_norm_squared()), weight_energy: m, bias_energy: m, n: N}
    return (loss + composed(lemma_48.upheld.formulas()["bound"], head)).reduced()


@paper.claim(
    "theorem-3",
    locator="Theorem 3",
    title="The terms of the bound on the excess L1 loss after transfer",
    stated=Construction(
        parts={EXCESS: theorem_3_bound},
        properties={},
        domains={symbol: SIZE_DOMAINS[symbol] for symbol in (m, N, r, kappa, p)},
    ),
    depends_on=[theorem_1_loss, lemma_48, *HEAD],
)
def theorem_3(stated: Construction) -> Iterator[Obligation]:
    r"""The bound has the terms that the lemmas cited in its proof give: the loss on the $N$ samples of the second task, and
    Lemma 48 for the retrained head with $\|a^\star\|^2$ of order $r^p \kappa^{2p}/m$ and $\|W\|_F^2 + \|b\|^2$ of order $m$.

    So the samples for a bounded error are $N \ge r^p \kappa^{2p}$; the paper says $N \ge r^p$, which is the case $\kappa =
    O(1)$. Its last remark takes the theorem to show that $n \ge d^2 r$ samples are necessary for pre-training; the theorem
    has them as a sufficient condition, and says nothing about fewer.
    """
    (bound,) = stated.parts.values()
    yield from same_order(main_terms(bound), theorem_3_terms(), stated.domain_map(), by="composed from its lemmas")


@paper.claim(
    "appendix-b",
    locator="Appendix B, last display",
    title="The bound in which the proof of Theorem 3 ends",
    stated=Construction(parts={EXCESS: appendix_b_bound}, properties={}, domains=TARGET_SIZES),
    correction=[
        Edit("the samples are those of the second task", f"parts.{EXCESS}", Min(n, m), Min(N, m)),
        Edit("the first term is the noise's in the second task; those for pre-training are a hypothesis",
             f"parts.{EXCESS}", appendix_b_bound.args[0], theorem_3_bound.args[1]),
    ],
    depends_on=[theorem_3],
)  # fmt: skip
def appendix_b(stated: Construction) -> Iterator[Obligation]:
    r"""The last display of the proof bounds the loss by $\sqrt{d^2 r/n} + \sqrt{r^p\kappa^{2p}/\min(n, m)}$. The displays
    of this appendix write $n$ for the samples of either task; the theorem has $N$ for those of the second. Read with $N$ in
    the second term, the display still has $\sqrt{d^2 r/n}$ where the theorem has $N^{-1/4}$.

    It must have the terms of Theorem 3. The first printed term may stand for the hypothesis $n \ge d^2 \kappa^2 r$, without
    which the bound is to say nothing; the sample of pre-training enters in no other way. The term of order $N^{-1/4}$ is in
    the theorem, and as $\sqrt{\iota/n}$ in the first display of the proof. The version read is that of the proceedings.
    """
    (bound,) = stated.parts.values()
    yield from same_order(main_terms(bound), theorem_3_terms(), stated.domain_map(), by="the terms of Theorem 3")
