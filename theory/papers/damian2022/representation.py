"""Appendix A.2.2, Lemma 23 to Lemma 25: a head that represents the target, its size, and the width that it needs."""

from __future__ import annotations

from collections.abc import Iterator

import sympy
from sympy import Basic, Dummy, Integer, Interval, Rational, S, Sum, Symbol, oo, sqrt

from lemmata import (
    AtMost,
    Construction,
    Edit,
    Equal,
    Given,
    Identity,
    IllFormed,
    Rate,
    Upper,
    as_printed,
    integers,
)
from lemmata.obligations import Obligation
from theory.bounds import Bound, same_order
from theory.papers.damian2022.expressivity import corollary_22, corollary_22_moments
from theory.papers.damian2022.features import corollary_18, monomial_weights
from theory.papers.damian2022.paper import a, b, d, k, p, paper, x
from theory.papers.damian2022.setting import iota, kappa, m, r
from theory.uniform import Within, relu_average, support

positive = Interval.open(0, oo)
large = Interval(1, oo)

eta, eta_1, C = Symbol(r"\eta"), Symbol(r"\eta_1"), Symbol("C")
feature, weight_of_bias, weight_of_feature = Symbol(r"g_{n}(w)"), Symbol("v_{k}(a,b)"), Symbol("z_{T}(w)")

# Lemma 23: the approximation.

with as_printed():
    printed_head = weight_of_bias * weight_of_feature / (2 * eta) ** k * Within(feature * x, 1)
    printed_pre_activation = feature * x
    pre_activation = 2 * eta_1 * feature * x


@paper.claim(
    "lemma-23",
    locator="Lemma 23, the approximation",
    title="A head that represents one tensor",
    stated=Construction(
        parts={"h_T(a,w,b)": printed_head},
        properties={r"f_{h_T}(x)": x**p},
        domains={k: S.Naturals0, p: S.Naturals0, eta: positive, eta_1: positive, feature: positive, x: S.Reals},
    ),
    correction=[
        Edit("Corollary 18 needs |2 eta_1 g(w).x| <= 1, for it is applied to the pre-activation w^(1).x",
             r"parts.h_T(a,w,b)", printed_pre_activation, pre_activation),
        Edit("the step size is eta_1", r"parts.h_T(a,w,b)", eta, eta_1),
        Edit("the tensor has k slots", r"properties.f_{h_T}(x)", p, k),
    ],
    depends_on=[corollary_18, corollary_22],
)  # fmt: skip
def lemma_23(stated: Construction) -> Iterator[Obligation]:
    r"""$f_{h_T}(x) = E_{a,w,b}[h_T(a,w,b)\,\sigma(w^{(1)}\cdot x + b)]$ with $w^{(1)} = 2\eta_1 a\,g_n(w)$ is $\langle T,
    x^{\otimes k}\rangle$ wherever the indicators are one.

    In one dimension, with one value of $g_n(w) > 0$ and $T = 1$, $z_T = g_n(w)^{-k}$. The average over $a$ and $b$ is the
    one of Lemma 17 at the pre-activation $2\eta_1 g_n(w)x$; it is integrated exactly for $k = 0$, $k = 1$ and a symbolic $k
    \ge 2$, at every $x$ that the indicator lets pass. As printed the indicator lets pass $|g_n(w)\cdot x| \le 1$, and at a
    pre-activation of $6/5$ the average for $k = 2$ is $7/5$ instead of $36/25$. The line after next in the proof has the
    right event, $|2\eta_1 g_n(w)\cdot x_i| \ge 1$, and with either indicator the exceptional events have probability
    $\mathrm{poly}(n, d)e^{-\iota}$, so that the lemma's conclusion is not affected. The other indicator, $\eta_1\|g_n(w)\|
    \le 1$, serves the supremum only.
    """
    (head,), (reproduced,) = stated.parts.values(), stated.properties.values()
    value, reach, rest = support(head)
    inside, scale = value / x, rest / weight_of_bias
    if scale.has(weight_of_bias) or inside.has(x):
        raise IllFormed(f"{head}: expected v_k times a scale, on a range of multiples of x")
    position, surplus = Symbol(r"\xi"), Symbol("e")
    # Every x that passes is position/inside with |position| <= reach.
    at = position / inside
    argument = sympy.cancel(2 * eta_1 * feature * at)
    domains = {**stated.domain_map(), k: integers(2), position: Interval(-reach, reach), surplus: S.Naturals0}
    weights = monomial_weights(k)
    edge, quadratic = argument.subs(position, reach), weights[-1][2].subs(k, 2)
    by = "k = 2 at the edge of what the indicator lets pass"
    yield Equal(relu_average(quadratic, a, b, edge, S.Reals), edge**2, domains, by=by)
    yield Equal(edge, 1, domains, by="the indicator lets pass all that Corollary 18 allows")
    for by, power, weight in weights:
        average = relu_average(weight, a, b, argument, Interval(-1, 1))
        average *= scale.subs(weight_of_feature, feature**-k).subs(k, power)
        yield Equal(average, reproduced.subs(p, k + surplus).subs({k: power, x: at}), domains, by=by)


# Lemma 23: the size of the weights.

SIZE_OF_DUAL = "the bound (r d kappa^2)^k of Corollary 22 on E[z_T^2] and |z_T|, whose proof has a gap"

with as_printed():
    step = sqrt(d / (C**2 * iota**3))
    size = step ** (-2 * k) * (r * d * kappa**2) ** k

SIZES = (d, r, kappa, iota)
SIZE_DOMAINS = dict.fromkeys((*SIZES, m), large)


@paper.claim(
    "lemma-23-second-moment",
    locator="Lemma 23, the bound on E[h_T^2]",
    title="Second moment of the weights of one tensor",
    stated=Rate(
        size,
        {r: k, kappa: 2 * k, iota: 3 * k, d: Integer(0)},
        domains={**SIZE_DOMAINS, k: S.Naturals},
        tight=True,
        regime="at fixed k and C, per unit of the squared norm of T",
    ),
    depends_on=[corollary_18, corollary_22_moments],
)
def lemma_23_second_moment(stated: Rate) -> Iterator[Obligation]:
    r"""$E h_T^2 \lesssim \eta_1^{-2k} E z_T^2$ with $\eta_1 = \sqrt{d/(C^2\iota^3)}$ and $E z_T^2 \lesssim (rd\kappa^2)^k$.

    The order of this product is read off: the dimension cancels.
    """
    (term,) = Bound.read(stated.quantity, SIZES).terms
    for variable, exponent in stated.exponents.items():
        yield Equal(term.power(variable), exponent, stated.domain_map(), by=f"power of {variable}")
    yield Given(SIZE_OF_DUAL)


@paper.claim(
    "lemma-23-supremum",
    locator="Lemma 23, the bound on sup |h_T|",
    title="Supremum of the weights of one tensor",
    stated=Rate(
        size,
        {r: k, kappa: 2 * k, iota: 6 * k, d: Integer(0)},
        domains={**SIZE_DOMAINS, k: S.Naturals},
        regime="at fixed k and C, per unit of the norm of T",
    ),
    depends_on=[corollary_18, corollary_22_moments],
    listed={"slack": "the power of iota that the proof's last but one line gives is 3k; the bound has 6k"},
)
def lemma_23_supremum(stated: Rate) -> Iterator[Obligation]:
    r"""$\sup_w |h_T| \lesssim \eta_1^{-k}(rd\kappa^2)^k\|g_n(w)\|^k$, and $\|g_n(w)\| \le 1/\eta_1$ where $h_T$ does not vanish.

    So it is of the order $\eta_1^{-2k}(rd\kappa^2)^k$, the same as the second moment.
    """
    (term,) = Bound.read(stated.quantity, SIZES).terms
    for variable, exponent in stated.exponents.items():
        yield AtMost(term.power(variable), exponent, stated.domain_map(), by=f"power of {variable}")
    yield Given(SIZE_OF_DUAL)


# Corollary 24: all degrees together.

with as_printed():
    printed_step = d / iota**3
    step_with_constant = d / (C**2 * iota**3)
    largest_pre_activation = 2 * sqrt(printed_step) * sqrt(iota**3 / d)


@paper.claim(
    "corollary-24-step-size",
    locator="Corollary 24 and Lemma 25, the step size",
    title="Pre-activations stay where the features are used",
    stated=Upper(largest_pre_activation, Integer(1), {d: large, iota: large, C: Interval(2, oo)}),
    correction=[
        Edit("the constant of Lemma 23's step size is needed", "quantity", printed_step, step_with_constant),
    ],
)
def corollary_24_step_size(stated: Upper) -> Iterator[Obligation]:
    r"""$|2\eta_1 g_n(w)\cdot x_i| \le 1$ with high probability, which Corollary 18 and Lemma 25 need.

    Lemma 16 gives $\max_i|g_n(w)\cdot x_i| \le \sqrt{\iota^3/d}$. With $\eta_1 = \sqrt{d/\iota^3}$, as Corollary 24 and
    Lemma 25 print it, this leaves $2$. Lemma 23 has $\eta_1 = \sqrt{d/(C^2\iota^3)}$, and any $C \ge 2$ serves; if Lemma 16
    holds up to a constant only, as its proof says, twice that constant. No order changes.
    """
    # SymPy splits roots of products whose factors are known to be positive.
    positive_sizes = {symbol: Dummy(symbol.name, positive=True) for symbol in stated.quantity.free_symbols}
    split = stated.quantity.doit().xreplace(positive_sizes).doit()
    quantity = split.xreplace({dummy: symbol for symbol, dummy in positive_sizes.items()})
    yield AtMost(quantity, stated.bound, stated.domain_map(), by="Lemma 16 times the step")


with as_printed():
    second_moments = Sum(r**k * kappa ** (2 * k) * iota ** (3 * k) * r ** ((p - k) / 2), (k, 0, p))
    suprema = Sum(r**k * kappa ** (2 * k) * iota ** (6 * k) * r ** ((p - k) / 2), (k, 0, p))


sizes_of_all_degrees = {**dict.fromkeys((r, kappa, iota), large), p: S.Naturals}

corollary_24_second_moment = paper.state(
    "corollary-24-second-moment",
    locator="Corollary 24, the bound on E[h^2]",
    title="Second moment of the weights of the target",
    stated=Rate(
        second_moments,
        {r: p, kappa: 2 * p, iota: 3 * p},
        domains=sizes_of_all_degrees,
        tight=True,
        regime="at fixed p",
    ),
    depends_on=[lemma_23_second_moment],
)

corollary_24_supremum = paper.state(
    "corollary-24-supremum",
    locator="Corollary 24, the bound on sup |h|",
    title="Supremum of the weights of the target",
    stated=Rate(
        suprema,
        {r: p, kappa: 2 * p, iota: 6 * p},
        domains=sizes_of_all_degrees,
        tight=True,
        regime="at fixed p",
    ),
    depends_on=[lemma_23_supremum],
)


def largest_degree(stated: Rate) -> Iterator[Obligation]:
    r"""The sum over the degrees $k \le p$, with $\|T_k\|_F^2 \lesssim r^{(p-k)/2}$ from Lemma 35, is of the order of its term at
    $k = p$.

    All variables are at least 1 (but $\kappa \ge 1/\sqrt2$, which changes constants only), and in each the power of every
    other term is at most the power at $k = p$, so the $p + 1$ terms add up to at most $p + 1$ times the last. For the
    supremum $\|T_k\|_F$ would do in the place of its square, at no gain.
    """
    assert isinstance(stated.quantity, Sum)
    (term,) = Bound.read(stated.quantity.function, stated.exponents).terms
    surplus = Symbol("e")
    for variable, exponent in stated.exponents.items():
        power = term.power(variable)
        yield Equal(power.subs(k, p), exponent, stated.domain_map(), by=f"power of {variable} at k = p")
        lower = {k: S.Naturals0, surplus: S.Naturals0}
        by = f"power of {variable} at k = p - e"
        yield AtMost(power.subs(p, k + surplus), exponent.subs(p, k + surplus), lower, by=by)


corollary_24_second_moment.check()(largest_degree)
corollary_24_supremum.check()(largest_degree)

# Lemma 25: finitely many neurons.

WIDTHS = (m, r, kappa, iota)
width_domains = {**dict.fromkeys(WIDTHS, large), p: S.Naturals}

with as_printed():
    mean_of_square = m ** (-2) * r**p * kappa ** (2 * p) * iota ** (3 * p)
    largest_square = m ** (-2) * r ** (2 * p) * kappa ** (4 * p) * iota ** (12 * p)
    deviation = (
        sqrt(r ** (3 * p) * kappa ** (6 * p) * iota ** (15 * p) / m) / m
        + r ** (2 * p) * kappa ** (3 * p) * iota ** (6 * p) / m**2
    )


@paper.claim(
    "lemma-25-variance",
    locator="Lemma 25, proof: variance of z_i",
    title="Variance of a squared weight",
    stated=Rate(
        mean_of_square * largest_square,
        {m: Integer(-3), r: 3 * p, kappa: 6 * p, iota: 15 * p},
        domains=width_domains,
        tight=True,
        regime="at fixed p",
    ),
    correction=[Edit("the mean and the bound are both of order m^-2", r"exponents.m", Integer(-3), Integer(-4))],
    depends_on=[corollary_24_second_moment, corollary_24_supremum],
)
def lemma_25_variance(stated: Rate) -> Iterator[Obligation]:
    r"""A variable $0 \le z \le b$ has a variance of at most $b\,E z$: here $b$ and $E z$ are of the orders that the paper states
    two sentences before, $m^{-2}$ both.

    The paper prints $m^{-1}$ for the one and $m^{-3}$ for the product; the deviation that it finds next, $m^{-3/2}$, is the
    one that follows from $m^{-4}$. As an upper bound $m^{-3}$ is true, but the next line would not follow from it. The
    inequality is that of Bhatia and Davis; Popoviciu's, $b^2/4$, would not do.
    """
    (term,) = Bound.read(stated.quantity, WIDTHS).terms
    for variable, exponent in stated.exponents.items():
        yield Equal(term.power(variable), exponent, stated.domain_map(), by=f"power of {variable}")


@paper.claim(
    "lemma-25-deviation",
    locator="Lemma 25, proof: Bernstein's inequality for the squared weights",
    title="Deviation of the squared norm of the head",
    stated=Identity(Symbol(r"\text{order of }\|a^\star\|^2 - \mathbb{E}\|a^\star\|^2"), deviation, width_domains),
    correction=[
        Edit(
            "the second term is the bound on z_i: kappa has the power 4p", "right", kappa ** (3 * p), kappa ** (4 * p)
        ),
        Edit("the second term is the bound on z_i: iota has the power 12p", "right", iota ** (6 * p), iota ** (12 * p)),
    ],
    depends_on=[lemma_25_variance],
)
def lemma_25_deviation(stated: Identity) -> Iterator[Obligation]:
    r"""By Bernstein's inequality a sum of $m/2$ independent $z_i$ deviates from its mean by the order of $\sqrt{m V} + b$, with
    variance $V$ and bound $b$; constants and the power of $\iota$ that the inequality brings are left out, as in the print.
    """
    variance = lemma_25_variance.upheld
    assert isinstance(variance, Rate)
    derived = Bound.read(sqrt(m * variance.order) + largest_square, WIDTHS)
    yield from same_order(Bound.read(stated.right, WIDTHS), derived, stated.domain_map(), "Bernstein's inequality")


least_width = r**p * kappa ** (2 * p) * iota ** (6 * p + 1)
"""The width that Lemma 25 assumes, m >= r^p kappa^2p iota^(6p+1)."""


def _at_most_at_large_width(stated: Rate) -> Iterator[Obligation]:
    """Each term of the quantity is at most of the stated order, in every variable, where m is at least ``least_width``."""
    excess = Symbol("t")
    for number, term in enumerate(Bound.read(stated.quantity, WIDTHS).terms, start=1):
        ratio = (term.expression / stated.order).subs(m, least_width * excess)
        (share,) = Bound.read(ratio, (*WIDTHS, excess)).terms
        for variable in (excess, r, kappa, iota):
            yield AtMost(share.power(variable), 0, {p: S.Naturals}, by=f"term {number}, power of {variable}")


def _bound_on_squared_norm() -> Basic:
    """The mean of the squared norm of the head and its deviation, with Bernstein's powers of iota."""
    upheld = lemma_25_deviation.upheld
    assert isinstance(upheld, Identity)
    spread, largest = upheld.right.args
    return m * mean_of_square + sqrt(iota) * spread + iota * largest


def _bound_on_distance() -> Basic:
    """The deviation of an average over m neurons from its mean, by Bernstein's inequality."""
    moment, supremum = corollary_24_second_moment.upheld, corollary_24_supremum.upheld
    assert isinstance(moment, Rate)
    assert isinstance(supremum, Rate)
    return sqrt(iota * moment.order / m) + iota * supremum.order / m


with as_printed():
    squared_norm, distance = _bound_on_squared_norm(), _bound_on_distance()


@paper.claim(
    "lemma-25-norm",
    locator="Lemma 25, the norm of the head",
    title="Norm of a head of finitely many neurons",
    stated=Rate(
        squared_norm,
        {m: Integer(-1), r: p, kappa: 2 * p, iota: 6 * p},
        domains=width_domains,
        regime="at fixed p, for m as large as the lemma assumes",
    ),
    depends_on=[lemma_25_deviation, corollary_24_second_moment],
)
def lemma_25_norm(stated: Rate) -> Iterator[Obligation]:
    r"""What bounds $\|a^\star\|^2$ is its mean and the deviation together, the latter with the factors $\sqrt\iota$ and
    $\iota$ of Bernstein's inequality. For $m \ge r^p \kappa^{2p}\iota^{6p+1}$ each of the three terms is at most of the
    order of $r^p\kappa^{2p}\iota^{6p}/m$.

    So the misprints of the proof do not reach the lemma. The mean alone has $\iota^{3p}$.
    """
    yield from _at_most_at_large_width(stated)


@paper.claim(
    "lemma-25-fit",
    locator="Lemma 25, proof: Bernstein's inequality for the fit",
    title="Fit of a head of finitely many neurons at one input",
    stated=Rate(
        distance,
        {m: Rational(-1, 2), r: p / 2, kappa: p, iota: (6 * p + 1) / 2},
        domains=width_domains,
        regime="at fixed p, for m as large as the lemma assumes",
    ),
    depends_on=[corollary_24_second_moment, corollary_24_supremum, corollary_24_step_size],
)
def lemma_25_fit(stated: Rate) -> Iterator[Obligation]:
    r"""By Bernstein's inequality an average over $m$ neurons deviates by the order of $\sqrt{\iota E h^2/m} + \iota \sup|h|/m$.

    Second moment and supremum are those of Corollary 24. The print has $\iota^{3p}$ for the supremum's $\iota^{6p}$ in the
    second term, which Lemma 23's proof would give; with the corollary's power the bound holds as well, since $m \ge r^p
    \kappa^{2p}\iota^{6p+1}$. It is the second term that needs the power $6p + 1$.
    """
    yield from _at_most_at_large_width(stated)
