"""Section 2: the input, the target, and the symmetric initialisation."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Interval, S, Symbol, binomial, sqrt, symbols

from lemmata import (
    AtMost,
    Construction,
    Definition,
    Edit,
    Equal,
    Lower,
    Rate,
    as_printed,
    integers,
)
from lemmata.obligations import Obligation
from theory.activations import Relu
from theory.gaussian import expectation
from theory.hermite import He
from theory.papers.damian2022.paper import d, j, p, paper, x

m, N, r, kappa, iota, varsigma = symbols(r"m N r \kappa \iota \varsigma")
"""Width, samples of the second task, relevant directions, condition number of H, logarithmic factor, level of the noise."""

with as_printed():
    printed_partner = m - j


@paper.claim(
    "pairing",
    locator="Section 2.2, symmetric initialisation",
    title="The pairs of neurons of the symmetric initialisation",
    stated=Definition(
        parts={r"\text{partner of } j": printed_partner},
        properties={r"\text{first partner}": m / 2 + 1, r"\text{last partner}": m},
        domains={m: integers(2), j: integers(1)},
    ),
    correction=[
        Edit("the partner of neuron j is m + 1 - j: printed, m/2 is its own partner and m has none",
             r"parts.\text{partner of } j", m, m + 1),
    ],
)  # fmt: skip
def pairing(stated: Definition) -> Iterator[Obligation]:
    r"""Each of the neurons $j \in [m/2]$ of the first half has a partner in the second half, with the opposite sign $a_j$ and
    the same $w_j$ and $b_j$.

    With $m = 2k$ the partners of $j = 1, \dots, k$ must be the neurons $k + 1, \dots, 2k$: the partner lies among them, and
    the partner of the partner is the neuron itself, so that no two share one. As printed, the partner of $j = m/2$ is
    $m/2$, whose sign would have to be zero, and neuron $m$ has no partner: $f_{\theta_0}(x) = a_m \sigma(w_m \cdot x)$ is not
    zero already for $m = 2$. The same index stands in the proof of Lemma 25. Nothing else depends on it. The version read
    is that of the proceedings.
    """
    (partner,) = stated.parts.values()
    first, last = stated.properties.values()
    # Every j of the first half of every even m, with two free numbers: j >= 1, and i >= 0 neurons of that half after it.
    i = Symbol("i")
    half = {m: 2 * (i + j)}
    for_all = {i: integers(0), j: integers(1)}
    yield AtMost(first.subs(half), partner.subs(half), for_all, by="no neuron's partner is in the first half")
    yield AtMost(partner.subs(half), last.subs(half), for_all, by="nor beyond the last neuron")
    yield Equal(partner.subs(j, partner), j, stated.domain_map(), by="the partner's partner is the neuron itself")
    yield Equal(last - first + 1, m / 2, stated.domain_map(), by="there are as many partners as neurons to be paired")


sign, weight, bias = symbols("a_j w_j b_j")
with as_printed():
    partner_parts = {r"a_{m+1-j}": -sign, r"w_{m+1-j}": weight, r"b_{m+1-j}": bias}


@paper.claim(
    "symmetric-init",
    locator="Section 2.2",
    title="The network is zero at the symmetric initialisation",
    stated=Construction(
        parts=partner_parts,
        properties={r"f_{\theta_0}(x)": S.Zero},
        domains={sign: S.Reals, weight: S.Reals, bias: S.Reals, x: S.Reals},
    ),
    depends_on=[pairing],
)
def symmetric_init(stated: Construction) -> Iterator[Obligation]:
    r"""The two neurons of a pair cancel at every input: $a_j \sigma(w_j \cdot x + b_j) + a_{m+1-j} \sigma(w_{m+1-j} \cdot x +
    b_{m+1-j}) = 0$.

    The network is the sum over the pairs. A neuron reads its input through the number $w_j \cdot x$ only; so the input
    is written as a number $x$ here, with a weight that is a number.
    """
    (output,) = stated.properties.values()
    other_sign, other_weight, other_bias = stated.parts.values()
    with as_printed():
        pair = sign * Relu(weight * x + bias) + other_sign * Relu(other_weight * x + other_bias)
    yield Equal(pair, output, stated.domain_map(), by="a pair's output")


@paper.claim(
    "polynomial-dimension",
    locator="Section 2.1",
    title="Dimension of the polynomials of degree p",
    stated=Rate(
        quantity=binomial(d + p, p),
        exponents={d: p},
        domains={d: integers(1), p: S.Naturals0},
        tight=True,
        regime="p fixed",
    ),
)
def polynomial_dimension(stated: Rate) -> Iterator[Obligation]:
    r"""The polynomials in $d$ variables of degree at most $p$ have dimension $\binom{d+p}{p}$, of order $d^p$.

    By induction on $p$ the dimension is between $d^p/p!$ and $(p + 1)\,d^p$: it is 1 at $p = 0$, and from $p$ to $p + 1$ it
    is multiplied by $(d + p + 1)/(p + 1)$, while the bounds are multiplied by $d/(p + 1)$ and $d\,(p + 2)/(p + 1)$. At
    $d = 1$ the upper bound is attained.
    """
    every = stated.domain_map()
    step = (d + p + 1) / (p + 1)
    yield Equal(stated.quantity.subs(p, p + 1), step * stated.quantity, every, by="Pascal's rule, from p to p + 1")
    growth = stated.order.subs(p, p + 1) / stated.order
    yield Equal(stated.quantity.subs(p, 0), stated.order.subs(p, 0), {d: integers(1)}, by="p = 0")
    yield Equal(growth, d, every, by="from p to p + 1 the order gains one power of d")
    yield AtMost(d, step * (p + 1), every, by="lower bound, with the constant 1/p!")
    yield AtMost(step * (p + 1), d * (p + 2), every, by="upper bound, with the constant p + 1")


with as_printed():
    least_condition = 1 / sqrt(2)


@paper.claim(
    "condition-number",
    locator="Section 2.1, after Assumption 2",
    title="The normalised condition number is at least 1/sqrt(2)",
    source="derived here",
    stated=Lower(quantity=kappa, bound=least_condition, domains={r: integers(1)}),
)
def condition_number(stated: Lower) -> Iterator[Obligation]:
    r"""The normalisation $E f^2 = 1$ bounds $\kappa = \|H^\dagger\|/\sqrt r$ from below, and the bound is attained for every
    $r$.

    In the eigenvectors of $H$ the part of $f$ of degree two is $\sum_i \lambda_i He_2(x_i)/2$, and $E[(\lambda
    He_2(x)/2)^2] = \lambda^2/2$; so $\|H\|_F^2 \le 2 E f^2 = 2$, by Bessel's inequality. The eigenvalue $\lambda$ of the least
    size has $r \lambda^2 = 2 \theta$ with $0 < \theta \le 1$, hence $\kappa^2 = 1/(r \lambda^2) = 1/(2 \theta)$. Equality: $f =
    \sum_{i \le r} He_2(x_i)/\sqrt{2r}$. With $\kappa^2 r = \|H^\dagger\|^2 \ge r/2$, the factor $r^p \kappa^{2p}$ of the
    main results is at least $(r/2)^p$.
    """
    y, size, share = symbols(r"y \lambda \theta")
    two, other = He(S(2), x).doit(), He(S(2), y).doit()
    yield Equal(expectation((size * two / 2) ** 2, x), size**2 / 2, {size: S.Reals}, by="energy of one eigenvalue")
    yield Equal(expectation(two * other, x, y), 0, by="different eigenvectors do not correlate")
    yield AtMost(stated.bound**2 * 2 * share, 1, {share: Interval(0, 1)}, by="kappa^2 = 1/(2 theta)")
    every = stated.domain_map()
    yield Equal(r * expectation((two / sqrt(2 * r)) ** 2, x), 1, every, by="the example is normalised")
    yield Equal(stated.bound, 1 / (2 / sqrt(2 * r) * sqrt(r)), every, by="it attains the bound")
