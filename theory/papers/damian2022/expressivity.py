"""Appendix A.2.2, Lemma 20 to Corollary 22: what the features of the first step can express."""

from __future__ import annotations

from collections.abc import Iterator

import sympy
from sympy import (
    Basic,
    Expr,
    Integer,
    Interval,
    Matrix,
    Rational,
    RisingFactorial,
    S,
    Symbol,
    factorial,
    oo,
    sqrt,
    symbols,
)

from lemmata import (
    AtMost,
    Definition,
    Edit,
    Equal,
    Identity,
    Lower,
    Rate,
    Upper,
    as_printed,
    integers,
)
from lemmata.obligations import Obligation
from theory.bounds import Monomial
from theory.feature_moments import gradient_moment, preprocessed
from theory.hermite import He
from theory.papers.damian2022.alignment import arcsine_kernel
from theory.papers.damian2022.first_step import lemma_10_linear_part
from theory.papers.damian2022.gradient import lemma_13_even
from theory.papers.damian2022.paper import d, k, n, p, paper, q, x
from theory.papers.damian2022.setting import iota, kappa, r, varsigma
from theory.papers.damian2022.tensors import HYPERCONTRACTIVE, corollary_39, corollary_42_sphere, corollary_47, lemma_45

positive = Interval.open(0, oo)

# Lemma 20: the remainder.


@paper.claim(
    "lemma-20-preprocessing",
    locator="Lemma 20, proof: the display after the series, its last term",
    title="What preprocessing leaves in the principal subspace",
    stated=Rate(
        Symbol(r"\|\Pi^{\star}(C_{1} - \beta)\|/2"),
        {n: Integer(-1)},
        domains={n: S.Naturals, q: integers(2), varsigma: Interval(0, oo)},
        tight=True,
        regime="root mean square; f = He_q(u.x)/sqrt(q!)",
    ),
    correction=[Edit("a square root is missing, which Lemma 10 has", "exponents.n", Integer(-1), Rational(-1, 2))],
    depends_on=[lemma_10_linear_part],
)
def lemma_20_preprocessing(stated: Rate) -> Iterator[Obligation]:
    r"""The display ends in $O(d\iota^{p+1}/n)$ for the part of $\alpha$ and $\beta$, which Lemma 10 bounds by its square root.

    On $f^\star = He_q(u\cdot x)/\sqrt{q!}$, $q \ge 2$, $C_1$ vanishes, and $\langle u,\beta\rangle = \frac1n\sum_i y_i\langle
    u,x_i\rangle$ has the second moment $E[y^2\langle u,x\rangle^2]/n = (2q + 1 + \varsigma^2)/n$: at fixed $d$ a quantity of
    order $n^{-1/2}$ is not $O(1/n)$. The lemma itself, and all that follows, has the root. The version read is that of the
    proceedings.
    """
    along = lemma_10_linear_part.upheld
    assert isinstance(along, Identity)
    squared = along.right.subs(d, 1).doit() / 4
    yield Equal(squared * 4 * n, 2 * q + 1 + varsigma**2, stated.domain_map(), by="Lemma 10 along u, where d = 1")
    degree = sympy.degree(sympy.numer(squared), n) - sympy.degree(sympy.denom(squared), n)
    yield Equal(2 * stated.exponents[n], degree, by="power of n in the second moment")


@paper.claim(
    "lemma-20",
    locator="Lemma 20, the population part",
    title="Moments of the remainder in the principal subspace",
    stated=Rate(
        Symbol(r"\mathbb{E}_w\big[\|\Pi^\star(g(w) - Hw/\sqrt{2\pi})\|^j\big]^{1/j}"),
        {r: Integer(1), d: Rational(-3, 2)},
        domains={r: integers(1), d: integers(1), k: S.Naturals},
        tight=True,
        regime="r at most d, j at most 4p",
    ),
    depends_on=[lemma_13_even, corollary_39, lemma_45],
)
def lemma_20(stated: Rate) -> Iterator[Obligation]:
    r"""The remainder's terms, by their second moments over $w$ on the sphere: by Corollary 39, $C_{2k}(w^{\otimes 2k-1})$,
    $k \ge 2$, is of order $r^{k-1}/d^{2k-1}$ and $\Pi^\star w\,C_{2k}(w^{\otimes 2k})$, $k \ge 1$, of order $r^{k+1}/d^{2k+1}$.

    For $r \le d$ all are at most of the order $r^2/d^3$. The term $\Pi^\star w\,(w^\top H w)$ reaches it: for $H = I_r/\sqrt r$
    its second moment is $E\|\Pi^\star w\|^6/r = (r+2)(r+4)/(d(d+2)(d+4))$. The samples add $\sqrt{d\iota^{p+1}/n}$, by
    Corollary 34 and Lemma 10.
    """
    domains = {r: integers(1), d: integers(1)}
    squared = Monomial.of(Integer(1), {v: 2 * exponent for v, exponent in stated.exponents.items()})
    attained = _projected_moment(3) / r
    top, bottom = sympy.fraction(sympy.together(attained))
    for variable, exponent in stated.exponents.items():
        degree = sympy.degree(top, variable) - sympy.degree(bottom, variable)
        yield Equal(2 * exponent, degree, by=f"power of {variable} in the second moment of the largest term")
    top, bottom = sympy.fraction(sympy.together(attained / squared.expression))
    yield AtMost(top, 15 * bottom, domains, by="the largest term is at most of this order")
    yield AtMost(bottom, 15 * top, domains, by="and at least")

    excess, later = Symbol("t"), Symbol("i")
    for name, order, first in [
        ("C_2k(w^(2k-1))", {r: k - 1, d: 1 - 2 * k}, 2),
        ("the projection of w C_2k(w^(2k))", {r: k + 1, d: -1 - 2 * k}, 1),
    ]:
        ratio = Monomial.of(Integer(1), order).times(squared.raised(Integer(-1)))
        # d = r t with t >= 1.
        for variable, power in [(r, ratio.power(r) + ratio.power(d)), (excess, ratio.power(d))]:
            by = f"{name}, relative power of {variable}"
            yield AtMost(power.subs(k, first + later), 0, {later: S.Naturals0}, by=by)
    yield HYPERCONTRACTIVE


def _projected_moment(half: int) -> Expr:
    r"""E of the power 2 half of the projection of w, uniform on the sphere, on r dimensions: a ratio of chi moments."""
    return sympy.prod((r + 2 * i) / (d + 2 * i) for i in range(half))


# Lemma 21: the linear part expresses every tensor.

least_eigenvalue = Symbol(r"\lambda_{\min}(H)")
sphere_constant = factorial(k) / (2**k * RisingFactorial(d / 2, k)) * least_eigenvalue ** (2 * k)


@paper.claim(
    "lemma-21-main-term",
    locator="Lemma 21, proof: the linear part, with the constant",
    title="Least second moment of a tensor in powers of Hw",
    source="derived here",
    stated=Lower(
        Symbol(r"\min_{\|T\|_F = 1}\mathbb{E}_w\langle T, (Hw)^{\otimes k}\rangle^2"),
        sphere_constant,
        {k: S.Naturals, d: integers(2), least_eigenvalue: positive},
    ),
    depends_on=[corollary_42_sphere],
)
def lemma_21_main_term(stated: Lower) -> Iterator[Obligation]:
    r"""The least eigenvalue of $E(Hw)^{\otimes 2k}$ on symmetric tensors of $S^\star$ is at least $k!\,\lambda_{\min}(H)^{2k} /
    (d(d+2)\cdots(d+2k-2))$, with equality for $H = \lambda I_r$, $r \ge 2$. The paper has $\gtrsim d^{-k}\lambda_{\min}(H)^{2k}$.

    $\langle T, (Hw)^{\otimes k}\rangle = \langle\hat T, w^{\otimes k}\rangle$ with $\|\hat T\|_F \ge
    \lambda_{\min}^k\|T\|_F$, as each coordinate of $T$ in an eigenbasis is multiplied by $k$ eigenvalues; Corollary 42, on the
    sphere, is applied to $\hat T$. The tensor of $\mathrm{Re}(w_1 + iw_2)^k$, of squared norm $2^{k-1}$, attains it.
    """
    domains = stated.domain_map()
    # |w_1 + i w_2|^2 of a normal vector is twice an exponential variable, whose moments are k!.
    length_moment = 2**k * RisingFactorial(d / 2, k)
    attained = (2**k * factorial(k) / length_moment / 2) / 2 ** (k - 1) * least_eigenvalue ** (2 * k)
    yield Equal(stated.bound, attained, domains, by="attained by Re (w_1 + i w_2)^k")
    on_sphere = corollary_42_sphere.upheld
    assert isinstance(on_sphere, Lower)
    by = "Corollary 42 on the sphere"
    yield Equal(stated.bound, on_sphere.bound * least_eigenvalue ** (2 * k), domains, by=by)


C = Symbol("C")
sizes = {v: Interval(1, oo) for v in (d, r, kappa, iota, C)}
with as_printed():
    inverse_signal = r * d * kappa**2


@paper.claim(
    "lemma-21-conditions",
    locator="Lemma 21, proof: the conditions on n and d",
    title="When the remainder is small against the linear part",
    stated=Definition(
        parts={
            "n": C * d**2 * r * kappa**2 * iota ** (p + 1),
            "d": C * kappa * r ** Rational(3, 2),
            r"r d \kappa^2": inverse_signal,
            r"\text{samples}": d * iota ** (p + 1) / n,
            r"\text{series}": r**2 / d**3,
        },
        properties={
            r"r d \kappa^2 \cdot \text{samples}": 1 / C,
            r"r d \kappa^2 \cdot \text{series}": 1 / C**2,
        },
        domains=sizes | {n: Interval(1, oo), p: S.Naturals},
    ),
    depends_on=[lemma_20],
)
def lemma_21_conditions(stated: Definition) -> Iterator[Obligation]:
    r"""In the binomial series, the term with $i$ factors of the remainder is $(rd\kappa^2)^i(d\iota^{p+1}/n + r^2/d^3)^i$
    times the main one, up to constants: the conditions of Lemma 21 are the ones that make the two shares small.

    At $n = Cd^2r\kappa^2\iota^{p+1}$ the first share is $1/C$, at $d = C\kappa r^{3/2}$ the second is $1/C^2$; both fall
    further beyond, and the sum over $i \le k$ is small with them. So no factor of the conditions is idle.
    """
    least_samples, least_dimension, signal_size, of_samples, of_series = stated.parts.values()
    share_of_samples, share_of_series = stated.properties.values()
    domains = stated.domain_map()
    yield Equal((signal_size * of_samples).subs(n, least_samples), share_of_samples, domains, by="samples")
    yield Equal((signal_size * of_series).subs(d, least_dimension), share_of_series, domains, by="series")


@paper.claim(
    "lemma-21",
    locator="Lemma 21",
    title="The projected features express every tensor",
    stated=Rate(
        sphere_constant.subs(least_eigenvalue, 1 / (kappa * sqrt(r))),
        {r: -k, d: -k, kappa: -2 * k},
        domains={r: integers(1), d: integers(2), kappa: Interval(1, oo), k: S.Naturals},
        tight=True,
        regime="at fixed k, for n and d as large as the lemma assumes",
    ),
    depends_on=[lemma_21_main_term, lemma_21_conditions, corollary_47],
)
def lemma_21(stated: Rate) -> Iterator[Obligation]:
    r"""The main term, with $\lambda_{\min}(H)^{-2} = r\kappa^2$, is of the order $(rd\kappa^2)^{-k}$; a quarter of it is
    left when the remainder is small against it.

    From $k$ to $k + 1$ the ratio of the two is multiplied by $(k+1)d/(d+2k)$, which lies between $(k+1)/(2k+1)$ and $k + 1$:
    so it stays between $k!/(2k-1)!!$ and $k!$ for every $d$. The paper states the bound from below; that the main term is not
    larger is shown with it.
    """
    domains = stated.domain_map()
    share = stated.quantity / stated.order
    following = share.subs(k, k + 1)
    yield Equal(share.subs(k, 1), 1, domains, by="k = 1")
    yield Equal(following * (d + 2 * k), share * (k + 1) * d, domains, by="from k to k + 1")
    yield AtMost(d + 2 * k, (2 * k + 1) * d, domains, by="the factor is at least (k + 1)/(2k + 1)")
    yield AtMost(d, d + 2 * k, domains, by="the factor is at most k + 1")
    yield HYPERCONTRACTIVE


# Corollary 22: dual features.

T, feature, feature_moment = Symbol("T"), Symbol(r"g_{n}(w)"), Symbol(r"\mathbb{E}[g_{n}(w)^{2k}]")
"""In one dimension a tensor is a number, and the matrix of the moments of order 2k is E g^{2k}."""

with as_printed():
    dual_feature = T * feature**k / feature_moment
    reproduction = dual_feature * (feature * x) ** p


@paper.claim(
    "corollary-22",
    locator="Corollary 22, the representation",
    title="Tensors as averages of powers of the features",
    stated=Identity(
        reproduction,
        T * x**k,
        {k: S.Naturals, p: S.Naturals, T: positive, x: positive},
    ),
    correction=[Edit("the power of g(w).x is k, as in the proof", "left", (feature * x) ** p, (feature * x) ** k)],
)
def corollary_22(stated: Identity) -> Iterator[Obligation]:
    r"""$E_w[z_T(w)\,(g_n(w)\cdot x)^k] = \langle T, x^{\otimes k}\rangle$ for $z_T(w) = \mathrm{Vec}(T)^T M^\dagger
    \mathrm{Vec}(g_n(w)^{\otimes k})$ and $M = E\,\mathrm{Mat}(g_n(w)^{\otimes 2k})$: the average is $\mathrm{Vec}(T)^T
    M^\dagger M\,\mathrm{Vec}(x^{\otimes k})$, which is right where $T$ lies in the range of $M$.

    Shown in one dimension, for features that take two values equally often; one dimension is enough to see the exponents.
    The corollary prints $(g_n(w)\cdot x)^p$, with the degree $p \ge k$ of the target, where its proof has $k$. Whether
    $T$ lies in the range of $M$, and how large $z_T$ is, is the matter of the next claim. Signs of $T$ and $x$ change nothing.
    """
    one, two, surplus = symbols("g_1 g_2 e")
    moment = (one ** (2 * k) + two ** (2 * k)) / 2
    average = (stated.left.subs(feature, one) + stated.left.subs(feature, two)) / 2
    domains = stated.domain_map() | {one: positive, two: positive, surplus: S.Naturals0}
    # The degree p of the target is at least k.
    degree = {p: k + surplus, feature_moment: moment}
    yield Equal(average.subs(degree), stated.right.subs(degree), domains, by="average over two values")


signal, mixed, noise = symbols(r"M_{PP} M_{PQ} M_{QQ}")
"""The blocks of the moment matrix of g_n on S* and on its complement, here of one dimension each."""

SMALL_DATA = Matrix([[1, 0], [0, 1], [1, 1], [2, 0]])
"""Inputs in the plane whose angles are multiples of 45 degrees, so that every moment is a rational number."""
SMALL_LABELS = Matrix([He(Integer(2), first).doit() for first in SMALL_DATA.col(0)])

with as_printed():
    second_moment_of_dual = noise / (signal * noise - mixed**2)
    printed_bound = 1 / signal
    schur_bound = 1 / (signal - mixed**2 / noise)


@paper.claim(
    "corollary-22-moments",
    locator="Corollary 22, proof: from Lemma 21 to the bound on E[z_T(w)^2]",
    title="Size of the weights that represent a tensor",
    stated=Upper(second_moment_of_dual, printed_bound, {signal: positive, mixed: S.Reals, noise: positive}),
    depends_on=[lemma_21],
    provenance=[arcsine_kernel],
    correction=[
        Edit("the block of the inverse is the inverse of the Schur complement", "bound", printed_bound, schur_bound)
    ],
    listed={
        "gap": (
            "Lemma 21 bounds the moments of the projected features from below, but z_T is made with the inverse of the "
            "moments of the full features; a block of an inverse is at least the inverse of the block, and no "
            "constant turns this around"
        )
    },
)
def corollary_22_moments(stated: Upper) -> Iterator[Obligation]:
    r"""With $z_T = \mathrm{Vec}(T)^T M^\dagger \mathrm{Vec}(g_n^{\otimes k})$, $E z_T^2 = \mathrm{Vec}(T)^T M^\dagger
    \mathrm{Vec}(T)$. The paper bounds it by $\|T\|_F^2$ over the least eigenvalue that Lemma 21 gives.

    That lemma concerns $\Pi^\star g_n$, so it bounds the block $M_{PP}$ on the tensors of $S^\star$; $M$ belongs to the
    full $g_n$, whose noise correlates with the signal. By block inversion $(M^{-1})_{PP} = (M_{PP} - M_{PQ} M_{QQ}^{-1}
    M_{QP})^{-1}$, which is at least $M_{PP}^{-1}$: the step runs the wrong way. Already $k = 1$ and four samples of
    $f = He_2(x_1)$ in the plane, preprocessed as in Algorithm 1, give $E z_T^2 = 3.35/M_{PP}$; the factor
    is unbounded over moment matrices, and if $M$ is singular $T$ need not lie in its range, as for $g = \pm(1, 1)$, where
    $E[z_T\,g\cdot x] = (x_1 + x_2)/2$. To replace $g_n$ by $\Pi^\star g_n$ in $z_T$ would mend the bound, but then the
    average is no longer $\langle T, x^{\otimes k}\rangle$. The bound on $|z_T|$ rests on the same step.

    What would close the gap is a bound from below for the Schur complement in the place of Lemma 21. For $k = 1$ and normal
    inputs it seems to hold with a constant: on $f = He_2(x_1)/\sqrt2$ with $n$ from $d^2$ to $4d^2$ and $d \le 40$,
    $(M^{-1})_{PP}$ is about $4/M_{PP}$. The upheld statement is the exact one, for blocks of dimension one. The version
    read is that of the proceedings.
    """
    at_data = _blocks(gradient_moment(SMALL_DATA, preprocessed(SMALL_DATA, SMALL_LABELS)))
    complement, slope = symbols("h c")
    # Every positive definite matrix of two rows, by its Schur complement h.
    general = {signal: complement + slope**2 * noise, mixed: slope * noise, noise: noise}
    for by, blocks, domains in [
        ("four samples in the plane, k = 1", at_data, {}),
        ("block inversion", general, {complement: positive, slope: S.Reals, noise: positive}),
    ]:
        quantity, bound = (
            sympy.cancel(side.subs(blocks, simultaneous=True)) for side in (stated.quantity, stated.bound)
        )
        yield AtMost(quantity, bound, domains, by=by)
        yield Equal(quantity, bound, domains, by=f"{by}: it is attained")


def _blocks(moments: Matrix) -> dict[Symbol, Basic]:
    return {signal: moments[0, 0], mixed: moments[0, 1], noise: moments[1, 1]}
