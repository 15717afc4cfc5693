"""Section 5.2: whether the mixture that the lower bound uses is among the laws of Section 3."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Interval,
    Rational,
    Symbol,
    oo,
)

from lemmata import (
    AtMost,
    Edit,
    Equal,
    Identity,
    Lower,
    Upper,
    as_printed,
    integers,
)
from lemmata.obligations import Exact, Given, Obligation
from theory.papers.shi2022.paper import p_o, paper
from theory.papers.shi2022.setting import (
    BACKGROUND,
    UNIT,
    gamma_parity,
    p_minus,
    p_plus,
    r,
    signal_of,
    v,
)

with as_printed():
    printed_weight = p_o * Rational(1, 2) ** r


@paper.claim(
    "mixture",
    locator="Section 5.2, Lower Bound for Fixed Features",
    title="The mixture of Theorem 2 against (A2)",
    stated=Lower(p_o**r, printed_weight, {p_o: BACKGROUND, r: integers(1)}),
    correction=[
        Edit("in the first component the background bits are Bernoulli(p_o) too", "bound", Rational(1, 2), p_o),
    ],
    listed={
        "gap": "for p_o < 1/2 no law with (A2) is a mixture that has, with weight p_o, the uniform law of all hidden bits "
        "for a component, once (2 p_o)^(D - k) < p_o; only the class-relevant bits can be mixed",
        "slack": "once the background bits have the same law in both components any weight will do; (A1) limits it, claim "
        "mixture-signal",
    },
)
def mixture(stated: Lower) -> Iterator[Obligation]:
    r"""Section 5.2 finds in $\mathcal F_\Xi$ mixtures with weights $p_o$ and $1 - p_o$ whose first component is the uniform
    law of all hidden bits. Consider the event that all $r = D - k$ background bits are ones. Under (A2) it has the
    probability $p_o^r$, and the first component alone contributes $p_o 2^{-r}$, whatever the second one is. For $p_o < 1/2$
    and large $r$ that is too much: under the hypothesis $k \le D/16$ of Theorem 2, where $r \ge 15 k \ge 75$, already for
    $p_o \le .495$.

    The main text does not say what the second component is; none will do. The argument of Theorem 2 needs no more than
    uniform *class* bits in the first component, with the background bits Bernoulli($p_o$) in both, and this is the
    correction. By induction on $r$: both sides are multiplied by $p_o$. Appendix C was not at hand.
    """
    every = stated.domain_map()
    less = Symbol("t")
    one_bit = {r: 1, p_o: 1 / (2 * (1 + less))}
    first = stated.bound.subs(one_bit), stated.quantity.subs(one_bit)
    steps: list[Exact | Given] = [
        AtMost(first[0], first[1], {less: Interval(0, oo)}, by="one background bit, p_o = 1/(2(1 + t))"),
        Equal(stated.bound.subs(r, r + 1), p_o * stated.bound, every, by="the component, one more bit"),
        Equal(stated.quantity.subs(r, r + 1), p_o * stated.quantity, every, by="(A2), one more bit"),
    ]
    yield AtMost(stated.bound, stated.quantity, every, by="all background bits are ones", steps=steps)


with as_printed():
    largest_weight = (2 * p_o) ** r


@paper.claim(
    "mixture-largest-weight",
    locator="Section 5.2, Lower Bound for Fixed Features",
    title="How much of a law with (A2) can be uniform",
    source="derived here",
    stated=Identity(Symbol(r"w_{\max}"), largest_weight, {p_o: BACKGROUND, r: integers(1)}),
)
def mixture_largest_weight(stated: Identity) -> Iterator[Obligation]:
    r"""The largest weight with which the law of $r$ background bits under (A2) contains the uniform law as a component: the
    least ratio of the probabilities. It is at the vector of ones, and exponentially small in $D - k$ for every fixed $p_o <
    1/2$.

    So no law with (A2) has the printed weight $p_o$ if $p_o < 2^{-r/(r - 1)}$, $r \ge 2$. Above that value some have, with
    $2\gamma \le 1 - p_o (2 p_o)^{-r}$ for parities, since their class bits are uniform with at least the weight $p_o (2
    p_o)^{-r}$. One more zero among the bits multiplies the ratio by $(1 - p_o)/p_o \ge 1$.
    """
    every = stated.domain_map()
    zeros = Symbol("e")
    uniform = Rational(1, 2) ** r
    yield Equal(stated.right * uniform, p_o**r, every, by="at the vector of ones no more is left")
    share = p_o ** (r - zeros) * (1 - p_o) ** zeros / uniform
    grown = share.subs(zeros, zeros + 1) * p_o
    steps_from = {p_o: every[p_o], r: integers(1), zeros: integers(0)}
    yield Equal(grown, share * (1 - p_o), steps_from, by="one more zero")
    yield AtMost(p_o, 1 - p_o, {p_o: every[p_o]}, by="the ratio grows with the zeros")
    yield Equal(share.subs(zeros, 0), stated.right, every, by="and is the weight where there is none")


with as_printed():
    mixture_covariance_formula = p_o * (1 - 2 * p_o) ** 2 / (4 * (1 - p_o))


@paper.claim(
    "mixture-covariance",
    locator="Section 5.2, Lower Bound for Fixed Features",
    title="The mixture correlates the background bits",
    source="derived here",
    stated=Identity(
        Symbol(r"\mathrm{Cov}(\tilde\phi_l, \tilde\phi_m)"), mixture_covariance_formula, {p_o: Interval.Ropen(0, 1)}
    ),
)
def mixture_covariance(stated: Identity) -> Iterator[Obligation]:
    r"""Of two background bits, where those of the second component are independent as well: of all $p_o$ in $(0, 1/2]$ it is
    zero at $1/2$ only.

    They tell of the component. The second one has bits of mean $q = p_o/(2(1 - p_o))$, so that the mean of both is $p_o$,
    and the covariance is $p_o (1 - p_o)(1/2 - q)^2$.
    """
    every = stated.domain_map()
    other = p_o / (2 * (1 - p_o))
    both = p_o * Rational(1, 4) + (1 - p_o) * other**2
    yield Equal(p_o * Rational(1, 2) + (1 - p_o) * other, p_o, every, by="the mean of a background bit")
    yield Equal(stated.right, both - p_o**2, every, by="the mean of the product less the product of the means")
    yield Equal(
        stated.right, p_o * (1 - p_o) * (Rational(1, 2) - other) ** 2, every, by="as a variance between components"
    )


with as_printed():
    largest_mixture_signal = (1 - p_o) / 2


@paper.claim(
    "mixture-signal",
    locator="Section 5.2, Lower Bound for Fixed Features",
    title="The mixture limits the signal",
    source="derived here",
    stated=Upper(
        (1 - p_o) * (p_plus - p_minus) / 2,
        largest_mixture_signal,
        {p_o: BACKGROUND, p_plus: UNIT, p_minus: UNIT},
    ),
    depends_on=[gamma_parity],
    provenance=[mixture],
)
def mixture_signal(stated: Upper) -> Iterator[Obligation]:
    r"""A law that is uniform on the class bits with weight $p_o$, with parity for a label, has $\gamma \le (1 - p_o)/2$,
    that is $p_o \le 1 - 2\gamma$, whatever its second component; equality where there the class bits are all equal.

    Parity does not correlate with a single uniform bit, and leaves the second component balanced as well, so that there
    $E[y \tilde\phi_i] = (p_+ - p_-)/2$ with the conditional probabilities of a bit given the label. Theorem 2 is about the
    family with a given $\gamma$, and has no such condition.
    """
    every = stated.domain_map()
    uniform = gamma_parity.upheld.formulas()["right"].subs(v, 1)
    second = signal_of(Rational(1, 2), p_plus, p_minus)
    yield Equal(p_o * uniform + (1 - p_o) * second, stated.quantity, every, by="the two components' signals")
    yield AtMost(stated.quantity, stated.bound, every, by="largest where the bit equals the label")
    opposite = stated.quantity.subs({p_plus: 0, p_minus: 1})
    yield AtMost(opposite, stated.bound, every, by="a bit that is the opposite of the label")
