"""Appendix A.1.1 and A.1.2: Hermite expansions of the activation and of the target; the correlations of Section 5.2."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Basic, Integer, Interval, Rational, S, Sum, Symbol, exp, factorial, oo, pi, sqrt

from lemmata import (
    AtMost,
    Construction,
    Equal,
    Given,
    Identity,
    IllFormed,
    Upper,
    as_printed,
    integers,
)
from lemmata.obligations import Obligation
from theory.activations import RELU, STEP, Activation
from theory.coefficients import HermiteCoefficient, generating_function, integrated_coefficient
from theory.gaussian import density, expectation
from theory.hermite import He, coefficient, general_coefficient
from theory.hermite_series import HermiteSeries, hermite_series
from theory.normal_law import Density, Distribution
from theory.papers.damian2022.paper import b, k, p, paper, q, t, x
from theory.tensor_series import DerivativeNorm, HermitePairing, tensor_series

COMPLETE = Given("the Hermite polynomials are complete in L2 of the normal law (Szegő 1975, Theorem 5.7.1)")
SPANNED = Given("powers of vectors span the symmetric tensors (Comon, Golub, Lim & Mourrain 2008, Lemma 4.2)")

with as_printed():
    relu_series = (
        1 / sqrt(2 * pi)
        + x / 2
        + Sum((-1) ** (k - 1) / (factorial(k) * 2**k * (2 * k - 1)) * He(2 * k, x), (k, 1, oo)) / sqrt(2 * pi)
    )


def _weights_by_integration(series: HermiteSeries, activation: Activation) -> Iterator[Obligation]:
    """The weights up to two orders beyond the point where every sum has begun."""
    for order in range(max(series.steady, 4) + 2):
        by = f"weight of He_{order}, by exact integration"
        weight = _with_numbers(series.weight(order))
        yield Equal(weight, integrated_coefficient(activation, order) / factorial(order), by=by)


def _with_numbers(weight: Basic) -> Basic:
    named = weight.atoms(HermiteCoefficient)
    if not all(c.args[1].is_Integer and c.args[1] >= 0 for c in named):
        raise IllFormed("a Hermite coefficient whose order is no nonnegative integer")
    return weight.xreplace({c: coefficient(*c.args) for c in named})


@paper.claim(
    "relu-hermite",
    locator="Appendix A.1.1",
    title="Hermite expansion of the ReLU",
    stated=Identity(Symbol(r"\sigma(x)"), relu_series, {x: S.Reals}),
)
def relu_hermite(stated: Identity) -> Iterator[Obligation]:
    r"""The ReLU is expanded in the Hermite polynomials, orthogonal under the standard normal law.

    The weight of $He_k$ must be $c_k/k!$ with $c_k = E[\sigma(Z) He_k(Z)]$. The generating function $F(s) = \sum_k
    c_k s^k/k! = E[\sigma(Z) e^{sZ - s^2/2}]$ is computed exactly. $F'' = \varphi(s)$ solves $F''' = -sF''$, which is
    the recurrence $c_{k+2} = -(k-1)\,c_k$ for $k \ge 1$: odd coefficients beyond the first vanish, even ones follow from $c_2$.
    Weights are integrated one by one up to two orders beyond the point where every sum has begun, and the sums obey
    the same recurrence. The series converges to the ReLU in $L^2$ of the normal law.
    """
    series = hermite_series(stated.right, x)
    yield from _weights_by_integration(series, RELU)

    s = Symbol("s")
    curvature = exp(-(s**2) / 2) / sqrt(2 * pi)
    by = "F'', which gives the recurrence"
    yield Equal(generating_function(RELU, s, derivative=2), curvature, {s: S.Reals}, by=by)
    for tail in series.tails:
        index, order = tail.index, tail.order
        c = (tail.weight * factorial(order)).doit()
        later = {index: integers(tail.start)}
        yield Equal(order.subs(index, index + 1), order + 2, later, by="the sum runs through every second order")
        yield Equal(c.subs(index, index + 1), -(order - 1) * c, later, by="the sum's coefficients obey the recurrence")
    yield COMPLETE


with as_printed():
    biased_coefficients = {
        "c_0(b)": Density(b) + b * Distribution(b),
        "c_1(b)": Distribution(b),
        "c_k(b)": (-1) ** k * He(k - 2, b) * Density(b),
    }


@paper.claim(
    "relu-hermite-biased",
    locator="Appendix A.1.1, with a bias",
    title="Hermite coefficients of the ReLU with a bias",
    stated=Construction(parts={}, properties=biased_coefficients, domains={k: integers(2), b: S.Reals}),
    source="derived here",
)
def relu_hermite_biased(stated: Construction) -> Iterator[Obligation]:
    r"""With a bias, $c_k(b) = E[\sigma(Z + b) He_k(Z)]$; Algorithm 1 redraws the biases after the first step.

    The first three coefficients are integrated exactly, for every $b$. The generating function $F(s) = E[\sigma(Z + b)
    e^{sZ - s^2/2}]$ has $F'' = \varphi(b)\,e^{-bs - s^2/2}$, exactly, so that $F''' = -(s + b)\,F''$. That is the
    recurrence $c_{k+2} = -b\,c_{k+1} - (k-1)\,c_k$ for $k \ge 1$, and the formula obeys it.
    """
    first, second, general = (formula.doit() for formula in stated.properties.values())
    bias = {b: S.Reals}
    second_derivative = general.subs(k, 2).doit()
    for order, formula in enumerate([first, second, second_derivative]):
        by = f"c_{order}, integrated exactly"
        yield Equal(formula, integrated_coefficient(RELU, order, b), bias, by=by)
    yield Equal(general.subs(k, 3).doit(), -b * second_derivative, bias, by="c_3 = -b c_2, by the recurrence")
    s = Symbol("s")
    curvature = density(b) * exp(-b * s - s**2 / 2)
    by = "F'', which gives the recurrence"
    yield Equal(generating_function(RELU, s, b, derivative=2), curvature, {s: S.Reals, **bias}, by=by)
    later, next_one = (general.subs(k, order).doit() for order in (k + 2, k + 1))
    yield Equal(later, -b * next_one - (k - 1) * general, stated.domain_map(), by="the formula obeys it")


with as_printed():
    shifted_series = Sum(HermiteCoefficient(RELU, k + 1) / factorial(k) * He(k, x), (k, 0, oo))
    step_series = Rational(1, 2) + 1 / sqrt(2 * pi) * Sum(
        (-1) ** k / (factorial(k) * 2**k * (2 * k + 1)) * He(2 * k + 1, x), (k, 0, oo)
    )


@paper.claim(
    "relu-derivative-hermite",
    locator="Appendix A.1.1, second display",
    title="Hermite expansion of the ReLU's derivative",
    stated=Identity(shifted_series, step_series, {x: S.Reals}),
    depends_on=[relu_hermite_biased],
)
def relu_derivative_hermite(stated: Identity) -> Iterator[Obligation]:
    r"""Both series are the expansion of $\sigma'(x) = 1\{x \ge 0\}$.

    Differentiation lowers the order: $E[\sigma'(Z) He_k(Z)] = c_{k+1}(\sigma)$, since the generating function of
    $\sigma'$ is the derivative of that of $\sigma$. First weights are integrated exactly. In general the left sum's
    coefficients are $c_{k+1}(\sigma)$, in closed form; the right sum's obey the recurrence $c_{k+2} = -k\,c_k$ that
    they must, since $F' = \varphi(s)$ solves $F'' = -sF'$.
    """
    s = Symbol("s")
    generated = generating_function(STEP, s)
    yield Equal(
        generated, generating_function(RELU, s, derivative=1), {s: S.Reals}, by="differentiation shifts the order"
    )
    curvature = exp(-(s**2) / 2) / sqrt(2 * pi)
    yield Equal(
        generating_function(STEP, s, derivative=1), curvature, {s: S.Reals}, by="F', which gives the recurrence"
    )
    for side in (stated.left, stated.right):
        series = hermite_series(side, x)
        yield from _weights_by_integration(series, STEP)
        for tail in series.tails:
            index, order = tail.index, tail.order
            c = (tail.weight * factorial(order)).doit()
            named = {f: general_coefficient(*f.args) for f in c.atoms(HermiteCoefficient)}
            if named:
                by = "the coefficients are the ReLU's, one order up"
                later = {index: integers(max(tail.start, 1))}
                yield Equal(c.xreplace(named), general_coefficient(STEP, order), later, by=by)
                continue
            later = {index: integers(tail.start)}
            yield Equal(order.subs(index, index + 1), order + 2, later, by="the sum runs through every second order")
            yield Equal(c.subs(index, index + 1), -order * c, later, by="the sum's coefficients obey the recurrence")
    yield COMPLETE


with as_printed():
    correlation = factorial(k) * t**k


@paper.claim(
    "hermite-correlation",
    locator="Section 5.2, before Theorem 2's proof",
    title="Correlation of Hermite polynomials along two directions",
    stated=Construction(
        parts={},
        properties={
            r"\mathbb{E}[He_k(u\cdot x)\,He_k(v\cdot x)]": correlation,
            r"\mathbb{E}[He_j(u\cdot x)\,He_k(v\cdot x)],\ j \ne k": Integer(0),
        },
        domains={k: S.Naturals0, t: Interval(-1, 1)},
    ),
)
def hermite_correlation(stated: Construction) -> Iterator[Obligation]:
    r"""For unit vectors with $u \cdot v = t$. The paper prints the first for $f_u = He_k(u \cdot x)/\sqrt{k!}$; that
    different orders do not correlate is what Parseval's identity needs besides.

    The generating function $E[e^{a u\cdot x - a^2/2} e^{s v\cdot x - s^2/2}] = e^{ast}$ is integrated exactly over the
    plane of $u$ and $v$. Its derivative by $a$ is $st$ times itself, which is the recurrence $M_{j+1,k} = t\,k\,
    M_{j,k-1}$, with $M_{j+1,0} = 0$; at $a = 0$ it is 1, hence $M_{0,k} = \delta_{0k}$. So $M_{jk} = 0$ unless $j = k$,
    and the formula for $j = k$ obeys the rest.
    """
    diagonal, off_diagonal = stated.properties.values()
    first, second = Symbol("a"), Symbol("s")
    along, across = Symbol("z_1"), Symbol("z_2")
    sine = Symbol("r", nonnegative=True)
    on_v = t * along + sine * across
    generated = expectation(exp(first * along - first**2 / 2 + second * on_v - second**2 / 2), along, across)
    yield Equal(
        generated.subs(sine, sqrt(1 - t**2)),
        exp(first * second * t),
        {first: S.Reals, second: S.Reals, t: stated.domain_map()[t]},
        by="generating function, integrated exactly",
    )
    for side in (t, -t):
        yield AtMost(side, 1, {t: stated.domain_map()[t]}, by="the overlap of two unit vectors")
    yield Equal(off_diagonal, 0, stated.domain_map(), by="orders that differ, by the recurrence from M_0k and M_j0")
    yield Equal(diagonal.subs(k, 0), 1, stated.domain_map(), by="M_00")
    following = diagonal.subs(k, k + 1)
    yield Equal(following, t * (k + 1) * diagonal, stated.domain_map(), by="recurrence along the diagonal")


with as_printed():
    target_series = Sum(HermitePairing(k, k) / factorial(k), (k, 0, p))


@paper.claim(
    "target-expansion",
    locator="Appendix A.1.2",
    title="Hermite expansion of the target",
    stated=Identity(Symbol(r"f^\star(x)"), target_series, {p: S.Naturals0}),
)
def target_expansion(stated: Identity) -> Iterator[Obligation]:
    r"""A polynomial of degree $p$ is the sum of its average derivatives $C_k = E[\nabla^k f^\star]$ against the Hermite
    tensors.

    Powers of unit vectors span the symmetric tensors, so it is enough to take $f^\star = He_q(u \cdot x)$ for every
    $q \le p$. Since $He_k' = k\,He_{k-1}$ and $E[He_m(Z)] = 0$ for $m \ge 1$, its only average derivative is $C_q =
    q!\,u^{\otimes q}$, and $\langle u^{\otimes q}, He_q(x)\rangle = He_q(u \cdot x)$. The sum must meet every order up
    to $p$ once, and give it the weight that returns $f^\star$.
    """
    series = tensor_series(stated.right, HermitePairing)
    yield Equal(series.order(series.low), 0, by="the sum starts at order 0")
    yield Equal(series.order(series.high), p, stated.domain_map(), by="the sum ends at order p")
    weight, hermite_order = series.at_order(q)
    yield Equal(hermite_order, q, {q: S.Naturals0}, by="the terms are scalars")
    e = Symbol("e")
    found = (weight * factorial(q) * He(hermite_order, x)).subs(p, q + e)
    yield Equal(found, He(q, x), {q: S.Naturals0, e: S.Naturals0, x: S.Reals}, by="f = He_q(u.x), p = q + e")
    yield SPANNED


with as_printed():
    gradient_series = Sum(HermitePairing(k + 1, k) / factorial(k), (k, 0, p - 1))


@paper.claim(
    "gradient-expansion",
    locator="Appendix A.1.2, last display",
    title="Hermite expansion of the target's gradient",
    stated=Identity(Symbol(r"\nabla f^\star(x)"), gradient_series, {p: S.Naturals}),
    provenance=[target_expansion],
)
def gradient_expansion(stated: Identity) -> Iterator[Obligation]:
    r"""On $f^\star = He_q(u \cdot x)$ with $1 \le q \le p$ the gradient is $q\,He_{q-1}(u \cdot x)\,u$, and $C_q =
    q!\,u^{\otimes q}$ is the only average derivative: the sum must meet every order from 1 to $p$ once, with this
    weight.
    """
    series = tensor_series(stated.right, HermitePairing)
    yield Equal(series.order(series.low), 1, by="the sum starts at order 1")
    yield Equal(series.order(series.high), p, stated.domain_map(), by="the sum ends at order p")
    weight, hermite_order = series.at_order(q)
    yield Equal(q - hermite_order, 1, {q: S.Naturals}, by="the terms are vectors")
    e = Symbol("e")
    found = (weight * factorial(q) * He(hermite_order, x)).subs(p, q + e)
    exact = He(q, x).diff(x)
    yield Equal(found, exact, {q: S.Naturals, e: S.Naturals0, x: S.Reals}, by="f = He_q(u.x), p = q + e")
    yield SPANNED


with as_printed():
    parseval_sum = Sum(DerivativeNorm(k) / factorial(k), (k, 0, p))


@paper.claim(
    "parseval",
    locator="Lemma 9",
    title="Parseval's identity",
    stated=Identity(Symbol(r"\mathbb{E}_x[f^\star(x)^2]"), parseval_sum, {p: S.Naturals0}),
    depends_on=[hermite_correlation],
)
def parseval(stated: Identity) -> Iterator[Obligation]:
    r"""The second moment of a polynomial of degree $p$, from its average derivatives; the paper's targets have 1.

    Both sides are quadratic in $f^\star$, so they are compared as bilinear forms on pairs $He_q(u\cdot x)$,
    $He_{q'}(v\cdot x)$ of unit vectors with $u\cdot v = t$, which span the polynomials. With $C_q = q!\,u^{\otimes q}$
    the right side is the weight of order $q$ times $q!^2\,t^q$ for $q = q'$, and zero otherwise; the left side is
    given by the correlation of Hermite polynomials.
    """
    series = tensor_series(stated.right, DerivativeNorm)
    yield Equal(series.order(series.low), 0, by="the sum starts at order 0")
    yield Equal(series.order(series.high), p, stated.domain_map(), by="the sum ends at order p")
    (weight,) = series.at_order(q)
    e = Symbol("e")
    found = (weight * factorial(q) ** 2 * t**q).subs(p, q + e)
    left = correlation.subs(k, q)
    domains = {q: S.Naturals0, e: S.Naturals0, t: Interval(-1, 1)}
    yield Equal(found, left, domains, by="E[He_q(u.x) He_q(v.x)], p = q + e")
    yield SPANNED


@paper.claim(
    "derivative-bound",
    locator="Lemma 9, consequence",
    title="Average derivatives of a normalised target",
    stated=Upper(Symbol(r"\|C_k\|_F^2"), factorial(k), {k: S.Naturals0}),
    depends_on=[parseval],
)
def derivative_bound(stated: Upper) -> Iterator[Obligation]:
    r"""Where $E[f^{\star 2}] = 1$, one term of Parseval's sum is at most the whole: $\|C_k\|_F^2 \le k!$. For
    $f^\star = He_k(u\cdot x)/\sqrt{k!}$ the other terms vanish, so the bound is attained for every $k$.
    """
    (weight,) = tensor_series(parseval_sum, DerivativeNorm).at_order(k)
    yield AtMost(1 / weight, stated.bound, stated.domain_map(), by="one term of the sum, attained by He_k(u.x)")
