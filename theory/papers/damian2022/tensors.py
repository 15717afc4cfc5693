"""Appendix E: tensors under the normal law and on the sphere."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from sympy import (
    Basic,
    Integer,
    Interval,
    Max,
    Min,
    Piecewise,
    Product,
    Rational,
    RisingFactorial,
    S,
    Sum,
    Symbol,
    binomial,
    exp,
    expand,
    expand_func,
    factorial,
    factorial2,
    floor,
    gamma,
    oo,
    powsimp,
    sqrt,
    symbols,
)

from lemmata import (
    AtMost,
    Construction,
    Definition,
    Edit,
    Equal,
    Given,
    Identity,
    IllFormed,
    Lower,
    Rate,
    Upper,
    Whp,
    as_printed,
    integers,
)
from lemmata.obligations import Exact, Obligation
from theory.chi_square import UpperTail
from theory.gaussian import expectation
from theory.hermite import He, monomial_in_hermite
from theory.papers.damian2022.expansions import SPANNED, derivative_bound, hermite_correlation
from theory.papers.damian2022.paper import d, j, k, n, p, paper, t
from theory.queries import cap_probability
from theory.tensor_series import DerivativeTrace, Mean, PowerPairing, TraceNorm, single, tensor_series, value_at
from theory.tensors import ChiMoment, NormalMoment

ell, m, r, z = symbols("l m r z")
norm = Symbol("tau")
"""The Frobenius norm of a symmetric p-tensor T; r is the dimension of the span of its slots."""
iota = Symbol("iota")
"""Minus the logarithm of a failure probability."""


# Lemma 36: moments of a normal vector.

length = Symbol("nu")

with as_printed():
    normal_moment = factorial2(2 * k - 1) * length ** (2 * k)


@paper.claim(
    "lemma-36",
    locator="Lemma 36, on powers of vectors",
    title="Moment tensors of a normal vector",
    stated=Identity(
        Symbol(r"\mathbb{E}_{w\sim N(0,I_d)}\left\langle w^{\otimes 2k}, v^{\otimes 2k}\right\rangle"),
        normal_moment,
        {k: S.Naturals0, length: Interval(0, oo)},
    ),
)
def lemma_36(stated: Identity) -> Iterator[Obligation]:
    r"""$E[w^{\otimes 2k}] = (2k-1)!!\,\mathrm{Sym}(I_d^{\otimes k})$, contracted with $v^{\otimes 2k}$, $\|v\| =
    \nu$; odd moments vanish.

    Powers of vectors span the symmetric tensors, so both sides are known from their contractions with powers; that of
    $\mathrm{Sym}(I^{\otimes k})$ is $\nu^{2k}$. By Stein's identity $E\langle w,v\rangle^{2k+2} =
    (2k+1)\,\nu^2\,E\langle w,v\rangle^{2k}$, which the formula obeys from $k = 0$ on. The paper counts pairings,
    coordinate by coordinate.
    """
    moment, domains = stated.right, stated.domain_map()
    yield Equal(value_at(moment, {k: 0}), 1, domains, by="k = 0")
    following = (2 * k + 1) * length**2 * moment.doit()
    yield Equal(value_at(moment, {k: k + 1}), following, domains, by="Stein's recurrence")
    yield SPANNED


with as_printed():
    pairings = {
        r"k!\,(2k-1)!!/(2k)!": 1 / 2**k,
        r"c!/(c/2)!,\ c = 2m": factorial2(2 * m - 1) * 2**m,
    }


@paper.claim(
    "lemma-36-counting",
    locator="Lemma 36, last display of the proof",
    title="Counting pairings",
    stated=Construction(parts={}, properties=pairings, domains={k: S.Naturals0, m: S.Naturals0}),
    provenance=[lemma_36],
)
def lemma_36_counting(stated: Construction) -> Iterator[Obligation]:
    r"""Of the $(2k)!$ permutations of $i_1, \ldots, i_{2k}$, in which coordinate $j$ occurs $c_j$ times, $k! \prod_j
    c_j!/(c_j/2)!$ match the indices two by two. The paper's chain to $\prod_j (c_j - 1)!!$ uses these two values, and
    $\sum_j c_j = 2k$. The display leaves out Sym on its left side, and prints $(2k)!$ as $2k!$.
    """
    whole, single_coordinate = stated.properties.values()
    domains = stated.domain_map()
    left = factorial(k) * factorial2(2 * k - 1) / factorial(2 * k)
    yield Equal(left, whole.doit(), domains, by="the factor in front")
    left = factorial(2 * m) / factorial(m)
    yield Equal(left, value_at(single_coordinate, {}), domains, by="one coordinate")


# Definition 37: Hermite polynomials and monomials.

with as_printed():
    change_of_basis = {
        "h_{l+2j,l}": (-1) ** j * factorial2(2 * j - 1) * binomial(ell + 2 * j, ell),
        "h^{-1}_{l+2j,l}": factorial2(2 * j - 1) * binomial(ell + 2 * j, ell),
    }


@paper.claim(
    "definition-37",
    locator="Definition 37",
    title="Change of basis between Hermite polynomials and monomials",
    stated=Definition(parts=change_of_basis, properties={}, domains={j: S.Naturals0, ell: S.Naturals0}),
)
def definition_37(stated: Definition) -> Iterator[Obligation]:
    r"""$He_k(x) = \sum_{l \le k} h_{kl} x^l$ and $x^k = \sum_{l \le k} h^{-1}_{kl} He_l(x)$, here with $k = l + 2j$; where
    $k - l$ is odd the entries are zero, by parity.

    From $He_{k+1} = x\,He_k - k\,He_{k-1}$ follows $h_{k+1,l} = h_{k,l-1} - k\,h_{k-1,l}$, and from $x\,He_l = He_{l+1} +
    l\,He_{l-1}$ follows $h^{-1}_{k+1,l} = h^{-1}_{k,l-1} + (l+1)\,h^{-1}_{k,l+1}$, where what stands outside of $0 \le
    l \le k$ is zero. With $h_{00} = h^{-1}_{00} = 1$ this determines all entries, and the formulas obey it: inside, on
    the diagonal, and at $l = 0$.
    """
    monomials, hermite = stated.parts.values()
    inside = {ell: S.Naturals, j: S.Naturals}
    for entry, name in ((monomials, "h"), (hermite, "h^-1")):
        yield Equal(value_at(entry, {ell: 0, j: 0}), 1, by=f"{name}_00")
        yield Equal(
            value_at(entry, {j: 0}), value_at(entry, {j: 0, ell: ell - 1}), {ell: S.Naturals}, by=f"diagonal of {name}"
        )

    row = ell + 2 * j - 1
    step = value_at(monomials, {ell: ell - 1}) - row * value_at(monomials, {j: j - 1})
    yield Equal(monomials.doit(), step, inside, by="recurrence of h")
    step = -(2 * j - 1) * value_at(monomials, {ell: 0, j: j - 1})
    yield Equal(value_at(monomials, {ell: 0}), step, inside, by="recurrence of h at l = 0")

    above = value_at(hermite, {ell: ell + 1, j: j - 1})
    yield Equal(hermite.doit(), value_at(hermite, {ell: ell - 1}) + (ell + 1) * above, inside, by="recurrence of h^-1")
    yield Equal(value_at(hermite, {ell: 0}), value_at(above, {ell: 0}), inside, by="recurrence of h^-1 at l = 0")


# Lemma 35: the target in monomials.

with as_printed():
    taylor_tensor = Sum(
        (-1) ** j * factorial2(2 * j - 1) * DerivativeTrace(2 * j + k, j) / (factorial(k) * factorial(2 * j)),
        (j, 0, floor((p - k) / 2)),
    )


@paper.claim(
    "lemma-35",
    locator="Lemma 35, first display of the proof",
    title="The target in monomials, for k <= p",
    stated=Identity(Symbol("T_k"), taylor_tensor, {k: S.Naturals0, p: S.Naturals0}),
    depends_on=[definition_37],
)
def lemma_35(stated: Identity) -> Iterator[Obligation]:
    r"""$f^\star(x) = \sum_{k \le p} \langle T_k, x^{\otimes k}\rangle$; the formula is for $k \le p$.

    It is enough to take $f^\star = He_q(u\cdot x)$, $q \le p$. Then $T_k = h_{qk}\,u^{\otimes k}$ by Definition 37. In the
    sum only $C_q(I^{\otimes j}) = q!\,u^{\otimes k}$ is left, $q = k + 2j$, and its weight must give $h_{qk}$. The sum must
    meet every such $q \le p$ once.
    """
    series = tensor_series(stated.right, DerivativeTrace)
    order, pairs = series.arguments
    free = {**stated.domain_map(), series.index: S.Naturals0}
    yield Equal(order - 2 * pairs, k, free, by="the terms are k-tensors")
    yield Equal(series.order(series.low), k, free, by="the sum starts at C_k")
    yield Equal(series.order(series.index + 1), order + 2, free, by="it runs through every second order")
    i, e = symbols("i e")
    weight = value_at(series.weight, {series.index: i, p: k + 2 * i + e})
    expected = value_at(change_of_basis["h_{l+2j,l}"], {ell: k, j: i})
    domains = {k: S.Naturals0, i: S.Naturals0, e: S.Naturals0}
    yield Equal(weight * factorial(k + 2 * i), expected, domains, by="f = He_q(u.x), q = k + 2i, p = q + e")
    first, half = (Symbol(name, integer=True, nonnegative=True) for name in ("k", "i"))
    cases = [(Integer(0), Integer(1)), (Integer(1), Integer(0)), (Integer(2), Integer(1)), (first, half)]
    for (start, steps), surplus in itertools.product(cases, (0, 1)):
        degree = start + 2 * steps + surplus
        last = value_at(series.order(series.high), {k: start, p: degree})
        by = f"it ends at or just below C_p, k = {start}, p = {degree}"
        yield Equal(last, start + 2 * steps, {first: S.Naturals0, half: S.Naturals0}, by=by)
    yield SPANNED


# Lemma 38 and its corollaries: contractions with a normal vector.

with as_printed():
    energy_weight = factorial(k - 2 * ell) * factorial2(2 * ell - 1) ** 2 * binomial(k, 2 * ell) ** 2
    energy = Sum(energy_weight * TraceNorm(ell), (ell, 0, floor(k / 2)))


@paper.claim(
    "lemma-38",
    locator="Lemma 38",
    title="Energy of a contraction with a normal vector, for k <= p",
    stated=Identity(Symbol(r"\mathbb{E}\|T(w^{\otimes k})\|_F^2"), energy, {k: S.Naturals0}),
    depends_on=[definition_37, hermite_correlation],
)
def lemma_38(stated: Identity) -> Iterator[Obligation]:
    r"""For symmetric $p$-tensors $T$, $p \ge k$, and $w \sim N(0, I_d)$.

    Both sides are quadratic in $T$, so they are compared as bilinear forms on pairs $u^{\otimes p}$, $v^{\otimes p}$ of
    unit vectors with $u \cdot v = t$, which span. There $T(I^{\otimes l})$ contributes $t^{p-2l}$, and the left side is
    $t^{p-k}\,E[\langle u,w\rangle^k \langle v,w\rangle^k]$. With Definition 37 and the correlation of Hermite
    polynomials this is $\sum_l (k-2l)!\,(h^{-1}_{k,k-2l})^2\,t^{p-2l}$: the printed weights are these, and the sum runs
    through all $0 \le 2l \le k$. The paper's second line has $c_i c_i$ where $c_i c_j$ is meant.
    """
    series = tensor_series(stated.right, TraceNorm)
    (weight,) = series.at_order(ell)
    yield Equal(series.order(series.low), 0, stated.domain_map(), by="the sum starts at l = 0")
    for number in range(6):
        last = series.order(value_at(series.high, {k: number}))
        yield Equal(last, number // 2, by=f"the sum ends at floor(k/2), k = {number}")
    half = Symbol("i", integer=True, nonnegative=True)
    for parity in (0, 1):
        last = series.order(value_at(series.high, {k: 2 * half + parity}))
        by = f"the sum ends at floor(k/2), k = {2 * half + parity}"
        yield Equal(last, half, {half: S.Naturals0}, by=by)
    expected = factorial(m) * monomial_in_hermite(2 * ell + m, m) ** 2
    by = "the weights are l! (h^-1)^2, with k = 2l + m"
    yield Equal(value_at(weight, {k: 2 * ell + m}), expected, {ell: S.Naturals0, m: S.Naturals0}, by=by)
    yield SPANNED


first_share, second_share = symbols("c_i c_j")

with as_printed():
    squared_share = first_share * first_share
    printed_summand = squared_share * t ** (p - k + ell)


@paper.claim(
    "lemma-38-proof",
    locator="Lemma 38, second line of the proof",
    title="Terms of a decomposition into powers",
    stated=Identity(
        Symbol(r"c_i c_j\,(v_i\cdot v_j)^{l}\,(v_i\cdot v_j)^{p-k}"),
        printed_summand,
        {
            k: S.Naturals0, ell: S.Naturals0, p: S.Naturals0, t: Interval.open(0, 1), first_share: S.Reals,
            second_share: S.Reals,
        },
    ),
    correction=[
        Edit("the sum over i and j has the product of two coefficients", "right", squared_share, first_share * second_share)
    ],
    provenance=[lemma_38],
)  # fmt: skip
def lemma_38_proof(stated: Identity) -> Iterator[Obligation]:
    r"""With $T = \sum_i c_i v_i^{\otimes p}$ and $t = v_i \cdot v_j$. From the first line of the proof, the term of order $l$
    has $c_i c_j\,t^{p-k}$ times $l!\,(h^{-1}_{kl})^2\,t^l$. The printed second line squares one coefficient instead; the
    third line is right, and so is the lemma. The version read is that of the proceedings.
    """
    exact = first_share * second_share * t**ell * t ** (p - k)
    yield Equal(stated.right.doit(), exact, stated.domain_map(), by="the pair (i, j) in the first line")


with as_printed():
    printed_trace_bound = norm**2 * r**ell


@paper.claim(
    "corollary-39-proof",
    locator="Corollary 39, proof",
    title="Traces of a tensor of low rank",
    stated=Upper(
        TraceNorm(ell) ** Rational(1, 2),
        printed_trace_bound,
        {norm: Interval.open(0, oo), r: integers(1), ell: S.Naturals0},
    ),
    correction=[
        Edit("the left side must be squared, as the right side is", "quantity", Rational(1, 2), 1),
    ],
)  # fmt: skip
def corollary_39_proof(stated: Upper) -> Iterator[Obligation]:
    r"""$\|T(I^{\otimes l})\|_F^2 \le r^l\,\tau^2$, where $\tau = \|T\|_F$ and $r$ is the dimension of the span of $T$.

    Inside of $T$, $I$ may be replaced by the projection $\Pi$ on the span, and $\|\Pi^{\otimes l}\|_F^2 = r^l$, so that
    this is the inequality of Cauchy and Schwarz. For powers of vectors, $T = c\,v^{\otimes p}$, it is an equality, and so it is
    for $T = c\,I$ and $l = 1$. The printed inequality compares a norm with a square: $T = \frac12 v \otimes v$ with a unit
    vector has $T(I) = \frac12 > \frac14$. Corollary 39 uses it squared, so nothing that follows is affected. The version read
    is that of the proceedings.
    """

    def left(square: Basic) -> Basic:
        return stated.quantity.subs(dict.fromkeys(stated.quantity.atoms(TraceNorm), square)).doit()

    domains = stated.domain_map()
    power, trace = left(norm**2), left(norm**2 * r)
    steps = (
        Given("the inequality of Cauchy and Schwarz"),
        AtMost(left(norm**2 * r**ell), stated.bound.doit(), domains, by="Cauchy-Schwarz"),
    )
    by = "T = c v^p, for which the left norm is |c|"
    yield AtMost(power, stated.bound.subs(r, 1), domains, by=by, steps=steps)
    yield AtMost(trace, stated.bound.subs(ell, 1).doit(), domains, by="T = c I, for which it is |c| r, with l = 1")


with as_printed():
    energy_bound = factorial2(2 * k - 1) * r ** floor(k / 2)


@paper.claim(
    "corollary-39",
    locator="Corollary 39, with its constant",
    title="Energy of a contraction of a tensor of low rank",
    stated=Upper(
        Symbol(r"\mathbb{E}\|T(w^{\otimes k})\|_F^2 / \|T\|_F^2"),
        energy_bound,
        {k: S.Naturals0, r: integers(1)},
    ),
    depends_on=[lemma_36, lemma_38, corollary_39_proof],
)
def corollary_39(stated: Upper) -> Iterator[Obligation]:
    r"""The paper leaves the constant open; $(2k-1)!!$ serves, and no smaller one does.

    In Lemma 38 each $\|T(I^{\otimes l})\|_F^2$ is at most $r^l\,\|T\|_F^2 \le r^{\lfloor k/2\rfloor}\,\|T\|_F^2$,
    and the weights add up to $E Z^{2k} = (2k-1)!!$, which is Lemma 38 for $T = v^{\otimes p}$. So the bound is attained
    by $T = c\,v^{\otimes p}$, of $r = 1$.
    """
    half, less = Symbol("i", integer=True, nonnegative=True), Symbol("l", integer=True, nonnegative=True)
    domains = stated.domain_map()
    total = factorial2(2 * k - 1)
    attained = value_at(stated.bound, {r: 1})
    yield AtMost(1, attained / total, domains, by="attained by T = c v^p")
    # r = 1/s^2, so that powers of r become powers of a number of (0, 1].
    s = Symbol("s", positive=True)
    for parity in (0, 1):
        degree = 2 * half + parity
        bound = value_at(stated.bound, {k: degree, r: s**-2})
        term = factorial2(2 * degree - 1) * s ** (-2 * (half - less))
        ratio = powsimp(term / bound)
        by = f"r^l for l <= floor(k/2), k = {degree}"
        yield AtMost(ratio, 1, {s: Interval.Lopen(0, 1), half: S.Naturals0, less: S.Naturals0}, by=by)


@paper.claim(
    "lemma-35-norm",
    locator="Lemma 35",
    title="Norms of the target's monomial tensors",
    stated=Rate(
        Symbol(r"\|T_k\|_F"),
        {r: (p - k) / 4},
        {r: integers(1), k: S.Naturals0, p: S.Naturals0},
        regime="p and k fixed, k <= p, E f^2 = 1",
    ),
    depends_on=[lemma_35, corollary_39_proof, derivative_bound],
)
def lemma_35_norm(stated: Rate) -> Iterator[Obligation]:
    r"""By Lemma 35, $\|T_k\|_F$ is at most a sum over $2j \le p - k$ of constants times $\|C_{2j+k}(I^{\otimes j})\|_F
    \le r^{j/2}\,\|C_{2j+k}\|_F \le r^{j/2} \sqrt{(2j+k)!}$, and $r^{j/2} \le r^{(p-k)/4}$.

    The exponent cannot be lowered: $T_0 = f^\star(0)$, and the largest value of $f^\star(0)^2$ among polynomials of
    degree $2i$ in $r$ variables with $E f^{\star 2} = 1$ is $\sum_{j \le i} (r/2)_j/j! = (r/2 + 1)_i/i!$, since $\sum_a
    He_a(0)^2/a!$ over the multi-indices of degree $2j$ is the coefficient of $z^j$ in $(1-z)^{-r/2}$. This is of order
    $r^i$. Where $p - k$ is odd, $r^{(p-k-1)/4}$ serves.
    """
    i, less = symbols("i l")
    exponent = stated.exponents[r]
    for parity in (0, 1):
        # A term has j = i - l, and the order r^(j/2).
        excess = expand(value_at(exponent, {p: k + 2 * i + parity}) - (i - less) / 2)
        domains = {k: S.Naturals0, i: S.Naturals0, less: S.Naturals0}
        yield AtMost(0, excess, domains, by=f"r^(j/2) for every j <= (p-k)/2, p - k = 2i + {parity}")
    for number in (1, 2, 3):
        largest = expand_func(RisingFactorial(r / 2 + 1, number)) / factorial(number)
        order = value_at(stated.order, {k: 0, p: 2 * number}) ** 2
        yield AtMost(largest, largest.subs(r, 1) * order, {r: integers(1)}, by=f"the largest T_0^2 at p = {2 * number}")


# Corollary 40, and Corollary 46 on the sphere: concentration.

HYPERCONTRACTIVE = Given("Gaussian polynomials of degree n: |X|_q <= (q - 1)^(n/2) |X|_2 (Janson 1997, Theorem 5.10)")

with as_printed():
    normal_threshold = exp(Rational(1, 2)) * (2 * iota) ** (k / 2) * sqrt(factorial2(2 * k - 1) * r ** floor(k / 2))
    sphere_threshold = exp(Rational(1, 2)) * (2 * iota / d) ** (k / 2) * sqrt(factorial2(2 * k - 1) * r ** floor(k / 2))

CONCENTRATION = {iota: Interval(1, oo), k: S.Naturals0, r: integers(1)}


def _markov(stated: Whp, moment: Basic) -> Iterator[Exact | Given]:
    """Markov's inequality at q = 2 iota, where the q-th moment's root squared is at most ``moment``: the probability is at
    most (moment / threshold^2)^iota."""
    yield HYPERCONTRACTIVE
    if stated.threshold.has(Piecewise) or stated.failure.has(Piecewise):
        return  # nothing to simplify: what is left is the search for counterexamples
    domains = stated.domain_map()
    half = Symbol("i", integer=True, nonnegative=True)
    for parity in (0, 1):
        order = {k: 2 * half + parity}
        ratio = powsimp(value_at(moment, order) / value_at(stated.threshold, order) ** 2)
        by = f"the moment is at most 1/e of the threshold's square, k = {order[k]}"
        yield AtMost(ratio * exp(1), 1, {**domains, half: S.Naturals0}, by=by)
    yield AtMost(exp(-iota), stated.failure, {iota: domains[iota]}, by="Markov's inequality")


def _reach(stated: Whp) -> Basic:
    """The |<u, w>| at which T = u^p, for which |T(w^k)| = |<u, w>|^k and r = 1, passes the threshold; k >= 1."""
    return Max(stated.threshold.subs(r, 1), 0) ** (1 / k)


@paper.claim(
    "corollary-40",
    locator="Corollary 40, with its constant",
    title="Concentration of a contraction with a normal vector",
    stated=Whp(Symbol(r"\|T(w^{\otimes k})\|_F / \|T\|_F"), normal_threshold, exp(-iota), CONCENTRATION),
    depends_on=[corollary_39],
)
def corollary_40(stated: Whp) -> Iterator[Obligation]:
    r"""With an explicit constant, $e^{1/2}\,2^{k/2} \sqrt{(2k-1)!!}$, and failure probability $e^{-\iota}$, half of
    the printed one, for $\iota \ge 1$.

    The components of $T(w^{\otimes k})$ are polynomials of degree $k$, so by hypercontractivity and Minkowski's inequality
    $(E\|T(w^{\otimes k})\|^q)^{2/q} \le (q-1)^k\,E\|T(w^{\otimes k})\|^2$, which Corollary 39 bounds. Markov's inequality
    at $q = 2\iota$, with $q - 1 \le 2\iota$, does the rest. The paper goes by the fourth moment and Lemma 30.
    Counterexamples are looked for among powers, $T = u^{\otimes p}$ with a unit vector, whose tails are exact; there the
    threshold could be lower.
    """
    tail = UpperTail(1, _reach(stated) ** 2)
    every = stated.domain_map() | {k: integers(1)}
    steps = tuple(_markov(stated, (2 * iota) ** k * energy_bound))
    yield AtMost(tail, stated.failure, every, by="exact tail of T = u^p, with r = 1", steps=steps)


with as_printed():
    number_contracted = d - k
    mean_pairing = Mean(PowerPairing(k))


@paper.claim(
    "corollary-40-proof",
    locator="Corollary 40, proof",
    title="The tensor of a squared contraction",
    stated=Construction(
        parts={r"\text{pairs of indices contracted in } T \otimes T": number_contracted},
        properties={"F(w)": mean_pairing},
        domains={d: integers(1), k: S.Naturals0, p: S.Naturals0},
    ),
    correction=[
        Edit(
            "T has p indices, not d, and k of each factor stay",
            r"parts.\text{pairs of indices contracted in } T \otimes T", d, p,
        ),
        Edit("F(w) is the contraction itself, without an expectation", "properties.F(w)", mean_pairing, PowerPairing(k)),
    ],
)  # fmt: skip
def corollary_40_proof(stated: Construction) -> Iterator[Obligation]:
    r"""$F(w) = \|T(w^{\otimes k})\|_F^2 = \tilde T_k(w^{\otimes 2k})$, where $\tilde T_k$ is $T \otimes T$ with the last $p - k$
    pairs of indices contracted.

    $\tilde T_k$ must have $2k$ indices left of $2p$. For $T = u^{\otimes p}$ with a unit vector and $s = \langle u,w\rangle$,
    $F(w) = s^{2k}$. None of this affects the corollary. The
    version read is that of the proceedings.
    """
    (contracted,), (square,) = stated.parts.values(), stated.properties.values()
    yield Equal(2 * p - 2 * contracted, 2 * k, stated.domain_map(), by="2k indices are left")
    s = Symbol("s")
    value = square.replace(Mean, lambda inner: inner.replace(PowerPairing, NormalMoment))
    value = value.replace(PowerPairing, lambda half: s ** (2 * half))
    yield Equal(value, s ** (2 * k), {s: S.Reals, k: S.Naturals0}, by="T = u^p")


with as_printed():
    smaller = factorial(k - 2 * ell) * binomial(k, 2 * ell) ** 2
    larger = factorial(p - 2 * ell) * binomial(p, 2 * ell) ** 2


@paper.claim(
    "corollary-41",
    locator="Corollary 41, proof",
    title="Contracting more slots costs energy, for 2l <= k <= p",
    stated=Upper(smaller, larger, {k: S.Naturals0, ell: S.Naturals0, p: S.Naturals0}),
    provenance=[lemma_38],
)
def corollary_41(stated: Upper) -> Iterator[Obligation]:
    r"""For $2l \le k \le p$. With Lemma 38, weight by weight, $E\|T(w^{\otimes k})\|_F^2 \le E\langle T,
    w^{\otimes p}\rangle^2$.

    At $p = k$ it is an equality, and from $p$ to $p + 1$ the right side grows by the factor $(p+1)^2/(p+1-2l) \ge 1$;
    here $k = 2l + m$, $p = 2l + m + n$.
    """
    case = {ell: S.Naturals0, m: S.Naturals0, n: S.Naturals0}
    degree = 2 * ell + m
    quantity, bound = (value_at(formula, {k: degree, p: degree + n}) for formula in (stated.quantity, stated.bound))
    yield AtMost(value_at(quantity, {n: 0}), value_at(bound, {n: 0}), case, by="p = k")
    growth = (degree + n + 1) ** 2 / (m + n + 1)
    yield Equal(value_at(bound, {n: n + 1}), growth * bound, case, by="from p to p + 1")
    yield AtMost(m + n + 1, expand((degree + n + 1) ** 2), case, by="the factor is at least 1")


@paper.claim(
    "corollary-42",
    locator="Corollary 42",
    title="Moment tensors of a normal vector are bounded below on symmetric tensors",
    stated=Lower(Symbol(r"\mathbb{E}[w^{\otimes 2k}](T,T) / \|T\|_F^2"), factorial(k), {k: S.Naturals0}),
    depends_on=[lemma_38],
)
def corollary_42(stated: Lower) -> Iterator[Obligation]:
    r"""$E[w^{\otimes 2k}] \succeq k!\,\Pi_{\mathrm{Sym}^k(R^d)}$, by the first term of Lemma 38 with $p = k$; the others are
    not negative.

    The constant is exact in every dimension $d \ge 2$: the real part of $(e_1 + i e_2)^{\otimes k}$ is symmetric and
    $T(I) = 0$, so that only the first term is left.
    """
    (weight,) = tensor_series(energy, TraceNorm).at_order(Integer(0))
    yield AtMost(stated.bound, weight.doit(), stated.domain_map(), by="the first term, all that harmonic tensors have")


with as_printed():
    hypercontractive_constant = (k - 1) ** (p * k / 2)


@paper.claim(
    "lemma-43",
    locator="Lemma 43, with its constant",
    title="Moments of a polynomial from its second moment",
    stated=Upper(
        Symbol(r"\mathbb{E}[f(w)^k] \,/\, \mathbb{E}[f(w)^2]^{k/2}"),
        hypercontractive_constant,
        {k: integers(2), p: S.Naturals0},
    ),
)
def lemma_43(stated: Upper) -> Iterator[Obligation]:
    r"""For polynomials of degree $p$ of a normal vector; a citation in the paper, with an unspecified constant.

    Hypercontractivity gives the constant, for every $k \ge 2$. Here it is compared with exact moments: at $k = 2$ both
    sides are 1 for every $p$; for linear functions $E Z^{2i} = (2i-1)!!$ at some $i$ up to 1000; and for $He_p$ at $k =
    4$ and $p \le 4$ the moments are enumerated.
    """
    bound, domains = stated.bound, stated.domain_map()
    yield AtMost(1, value_at(bound, {k: 2}), domains, by="k = 2")
    for number in (4, 6, 8, 2000):
        moment = factorial2(number - 1)
        yield AtMost(moment, value_at(bound, {k: number, p: 1}), by=f"f = Z, k = {number}")
    for degree in range(1, 5):
        fourth = expectation(expand(He(degree, z).doit() ** 4), z) / factorial(degree) ** 2
        yield AtMost(fourth, value_at(bound, {k: 4, p: degree}), by=f"f = He_{degree}, k = 4")
    yield HYPERCONTRACTIVE


# E.2: the sphere.

with as_printed():
    chi_moments = Product(d + 2 * j, (j, 0, k - 1))


@paper.claim(
    "lemma-44",
    locator="Lemma 44",
    title="Even moments of the chi distribution",
    stated=Identity(Symbol(r"\mathbb{E}_{\nu\sim\chi(d)}[\nu^{2k}]"), chi_moments, {d: integers(1), k: S.Naturals0}),
)
def lemma_44(stated: Identity) -> Iterator[Obligation]:
    r"""Integrated against the density of $\chi^2_d$, the moment is $2^k\,\Gamma(d/2 + k)/\Gamma(d/2)$, which is 1 for
    $k = 0$ and grows by the factor $d + 2k$ from $k$ to $k + 1$; the product starts empty and takes on this factor.
    """
    scale, product = single(stated.right, Product)
    if len(product.limits) != 1:
        raise IllFormed("a product over more than one index")
    index, low, high = product.limits[0]
    domains = stated.domain_map()
    yield Equal(value_at(scale, {k: 0}), ChiMoment(d, 0), domains, by="k = 0, the empty product")
    yield Equal(high - low, k - 1, domains, by="the product has k factors")
    factor = product.function.subs(index, low + k)
    following = value_at(scale, {k: k + 1}) * factor * ChiMoment(d, k)
    yield Equal(scale * ChiMoment(d, k + 1), following, domains, by="from k to k + 1")


@paper.claim(
    "lemma-44-order",
    locator="Lemma 44, order",
    title="Order of the moments of the chi distribution",
    stated=Rate(
        Symbol(r"\mathbb{E}_{\nu\sim\chi(d)}[\nu^{2k}]"),
        {d: k},
        {d: integers(1), k: S.Naturals0},
        tight=True,
        regime="k fixed",
    ),
    depends_on=[lemma_44],
)
def lemma_44_order(stated: Rate) -> Iterator[Obligation]:
    r"""$d^k \le E\nu^{2k} \le (2k-1)!!\,d^k$, a factor at a time: $d \le d + 2k \le (2k+1)\,d$. The right one is an
    equality for $d = 1$.
    """
    domains = stated.domain_map()
    yield Equal(value_at(stated.order, {k: 0}), 1, domains, by="k = 0")
    growth = powsimp(value_at(stated.order, {k: k + 1}) / stated.order)
    yield AtMost(growth, d + 2 * k, domains, by="from below, from k to k + 1")
    yield AtMost(d + 2 * k, expand((2 * k + 1) * growth), domains, by="from above, from k to k + 1")


with as_printed():
    spherical_moment = NormalMoment(k) / ChiMoment(d, k)


@paper.claim(
    "lemma-45",
    locator="Lemma 45, on powers of vectors",
    title="Moment tensors of a uniform vector on the sphere",
    stated=Identity(
        Symbol(r"\mathbb{E}_{\overline{w}\sim S^{d-1}}\left\langle \overline{w}, v\right\rangle^{2k}"),
        spherical_moment,
        {d: integers(2), k: S.Naturals0},
    ),
    provenance=[lemma_36, lemma_44],
)
def lemma_45(stated: Identity) -> Iterator[Obligation]:
    r"""The moments on the sphere are those of the normal law, divided by those of its length; for unit vectors $v$.

    A normal vector is its length times an independent uniform direction, $w = \nu\overline{w}$. Independently of this,
    $\langle\overline{w},v\rangle$ has a density proportional to $(1-s^2)^{(d-3)/2}$, and its moments are
    $B(k + \frac12, \frac{d-1}2)/B(\frac12, \frac{d-1}2)$, exactly.
    """
    half = Rational(1, 2)
    beta = gamma(k + half) * gamma(d / 2) / (gamma(half) * gamma(k + d / 2))
    yield Equal(beta, stated.right, stated.domain_map(), by="by the density of one coordinate")
    yield SPANNED


with as_printed():
    least_on_sphere = factorial(k) / ChiMoment(d, k)


@paper.claim(
    "corollary-42-sphere",
    locator="Corollary 42, on the sphere",
    title="Moment tensors of a vector on the sphere are bounded below on symmetric tensors",
    stated=Lower(
        Symbol(r"\mathbb{E}_{w\sim S^{d-1}}[w^{\otimes 2k}](T,T) / \|T\|_F^2"),
        least_on_sphere,
        {d: integers(2), k: S.Naturals0},
    ),
    source="derived here",
    depends_on=[corollary_42, lemma_45],
)
def corollary_42_sphere(stated: Lower) -> Iterator[Obligation]:
    r"""$E[w^{\otimes 2k}] \succeq \frac{k!}{d(d+2)\cdots(d+2k-2)}\,\Pi_{\mathrm{Sym}^k(R^d)}$: Corollary 42, divided by the
    moments of the length. Harmonic tensors attain it.
    """
    exact = factorial(k) / ChiMoment(d, k).definition()
    yield AtMost(stated.bound / exact, 1, stated.domain_map(), by="the value at harmonic tensors, the least one")


with as_printed():
    sphere_bound = d ** (p - k)


@paper.claim(
    "corollary-47",
    locator="Corollary 47, with its constant",
    title="Contracting more slots on the sphere, for k <= p",
    stated=Upper(
        Symbol(r"\mathbb{E}\|T(w^{\otimes k})\|_F^2 \,/\, \mathbb{E}\langle T, w^{\otimes p}\rangle^2"),
        sphere_bound,
        {d: integers(1), k: S.Naturals0, p: S.Naturals0},
    ),
    depends_on=[lemma_38, lemma_45],
)
def corollary_47(stated: Upper) -> Iterator[Obligation]:
    r"""For $k \le p$ and $w$ uniform on the sphere. The paper leaves the constant open; it is 1.

    Under the normal law the weights of Lemma 38 for $k$ and for $p$ are as $\frac{k!}{p!} \binom{k}{2l}/\binom{p}{2l}
    \le \frac{k!}{p!}$, and Lemma 45 divides by $\prod_{j<k}(d + 2j)$ and $\prod_{j<p}(d + 2j)$: the ratio on the sphere
    is at most $\prod_{j=k}^{p-1} \frac{d + 2j}{j + 1}$, which harmonic tensors attain. For $d \ge 2$ each factor is at
    most $d$, with equality for $d = 2$; for $d = 1$ both energies are $\|T\|_F^2$. By induction on $p$.
    """
    e = Symbol("e")
    bound = stated.bound
    cases = {d: integers(1), k: S.Naturals0, e: S.Naturals0}
    yield AtMost(1, value_at(bound, {p: k}), cases, by="p = k")
    yield AtMost(1, value_at(bound, {d: 1, p: k + e}), cases, by="d = 1, where both energies are the norm's square")
    growth = powsimp(value_at(bound, {p: k + e + 1}) / value_at(bound, {p: k + e}))
    larger = expand(growth * (k + e + 1))
    yield AtMost(d + 2 * (k + e), larger, {**cases, d: integers(2)}, by="from p to p + 1, a factor at a time")


@paper.claim(
    "corollary-46",
    locator="Corollary 46, with its constant",
    title="Concentration of a contraction with a vector on the sphere",
    stated=Whp(
        Symbol(r"\|T(w^{\otimes k})\|_F / \|T\|_F"), sphere_threshold, exp(-iota), {**CONCENTRATION, d: integers(1)}
    ),
    depends_on=[corollary_39, lemma_45],
)
def corollary_46(stated: Whp) -> Iterator[Obligation]:
    r"""As Corollary 40, with the same constant. The paper gives no proof.

    A normal vector is $\nu w$, so that $E\|T(w^{\otimes k})\|^q$ is the normal law's, divided by $E\nu^{qk} \ge
    (E\nu^2)^{qk/2} = d^{qk/2}$ (Jensen's inequality, $qk \ge 2$; for $k = 0$ it is an equality).
    """
    tail = cap_probability(d, Min(_reach(stated), 1))
    every = stated.domain_map() | {k: integers(1), d: integers(2)}
    steps = tuple(_markov(stated, (2 * iota / d) ** k * energy_bound))
    yield AtMost(tail, stated.failure, every, by="exact tail of T = u^p, with r = 1", steps=steps)
