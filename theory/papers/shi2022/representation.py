r"""Section 5.1, Lemma 4: a network that represents the labels, and the least sizes that it can have.

The labels are any function of the count $c$ of ones among the $k$ class-relevant bits. With the printed weights, and arguments
of at most 1 as the lemma has them, every neuron is a function of $c$ with one kink, at $t_i = u - 4k\,b_i$, where $u =
\sum_{j\in A} E\tilde\phi_j$ is the expected count; the network is piecewise linear in $c$, and $a_i/(4k)$ is by how much its
slope jumps at $t_i$. What is said to be least or largest is so among networks of this kind. Nothing below uses the law of the
bits but its support in $\{0, 1\}^D$: (A0) to (A2) are not needed, and $u$ may be any real number in $[0, k]$. The network is
one without the injected noise, as in Theorem 1.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import sympy
from sympy import Basic, FiniteSet, Integer, Interval, Piecewise, Rational, S, Set, Sum, Symbol, oo

from lemmata import AtMost, Construction, Equal, Identity, IllFormed, Lower, Upper, as_printed, integers
from lemmata.objects import DictionaryLaw, Frame
from lemmata.obligations import Exact, Given, Obligation
from theory.activations import Relu
from theory.counting_network import counting_network, moved, second_difference, truncated
from theory.papers.shi2022.paper import k, paper

count, offset, kink, neuron = Symbol("c"), Symbol("u"), Symbol("j"), Symbol("i")
"""The number of ones, its expectation, a count at which a kink is, and which neuron it is."""
label, label_before, label_earlier = Symbol("y_{i}"), Symbol("y_{i-1}"), Symbol("y_{i-2}")
"""The labels of the counts i, i - 1 and i - 2."""
LABELS = (label, label_before, label_earlier)
own_label = Symbol("y_{c}")
share, gap, side, shift = Symbol("v"), Symbol("h"), Symbol(r"\rho"), Symbol("s")
"""Of a kink that is moved: how far, as a share of the distance to its neighbour; that distance, and on which side; the way."""
margin, reach = Symbol(r"\delta"), Symbol("L")
"""How far kinks keep from u, and how far to the left of the count 0 they may lie."""
sigma, patterns = Symbol(r"\tilde\sigma"), Symbol(r"\sum_{j\in A}{M_j}")

POSITIVE = Interval.open(0, oo)
HALF_LINE = Interval(0, oo)
SHARE = Interval(0, 1)
BOX = Interval(-1, 1)
EVERY_K = {k: integers(1)}
FIRST = Rational(1, 3)
"""The distance of the first kink from 0, where biases are to be small."""

# The features.

INNER_PRODUCT = r"\langle w_i^*, x\rangle"

with as_printed():
    printed_weights = sigma * patterns / (4 * k)
    along = (count - offset) / (4 * k)


@paper.claim(
    "lemma-4-features",
    locator="Section 5.1, Lemma 4, the weights",
    title="What the printed weights compute",
    stated=Construction(
        parts={r"w_i^*": printed_weights},
        properties={INNER_PRODUCT: along},
        domains={k: integers(1), sigma: POSITIVE, count: integers(0), offset: S.Reals},
    ),
)
def lemma_4_features(stated: Construction) -> Iterator[Obligation]:
    r"""Along the printed weights an input is the count of its class-relevant ones, less its mean, over $4k$.

    Since the dictionary is orthonormal, $\langle \sum_{j\in A} M_j, x\rangle = \sum_{j\in A}\phi_j = (c - u)/\tilde\sigma$,
    with $\phi = (\tilde\phi - E\tilde\phi)/\tilde\sigma$. As $0 \le c, u \le k$, the inner product is at most $1/4$ in size.
    """
    (weights,), (inner_product,) = stated.parts.values(), stated.properties.values()
    domains = stated.domain_map()
    coefficient = weights.diff(patterns)
    yield Equal(weights.subs(patterns, 0), 0, domains, by="nothing besides the sum of the class-relevant patterns")
    if coefficient.has(patterns):
        raise IllFormed(f"{weights}: expected a multiple of the sum of the patterns")
    yield Equal(coefficient * (count - offset) / sigma, inner_product, domains, by="orthonormal columns")


def per_count() -> Basic:
    """By how much a neuron's argument grows with the count, from the features' statement."""
    inner_product = lemma_4_features.upheld.formulas()[rf"properties.{INNER_PRODUCT}"]
    return sympy.cancel(inner_product.doit().diff(count))


# The network.

with as_printed():
    biases = (offset - (neuron - 1)) / (4 * k)
    output_weights = 4 * k * second_difference(*LABELS)


def _number(expression: Basic) -> Basic:
    """The value of an expression without symbols; rectifiers are resolved."""
    return expression.replace(Relu, lambda z: sympy.Max(z.doit(), 0)).doit()


def _resolved(
    expression: Basic, positive: Basic, domains: Mapping[Symbol, Set], by: str
) -> tuple[Basic, list[Exact | Given]]:
    """The expression without its kinks, with the obligations that say on which side of each the domain lies.

    ``positive`` clears the arguments' denominators. The sides are those of a point inside.

    Raises
    ------
    IllFormed : an argument that is not finite there.
    """
    inside = {s: _inside(domain) for s, domain in domains.items()}
    steps: list[Exact | Given] = []
    sides = {}
    for rectifier in sorted(expression.atoms(Relu), key=sympy.default_sort_key):
        cleared = sympy.expand(sympy.cancel(rectifier.args[0] * positive))
        value = cleared.subs(inside)
        if not value.is_Rational:
            raise IllFormed(f"{rectifier}: is {value} where it should be a number")
        steps.append(AtMost(0, cleared, domains, by=by) if value > 0 else AtMost(cleared, 0, domains, by=by))
        sides[rectifier] = rectifier.args[0] if value > 0 else Integer(0)
    return expression.xreplace(sides), steps


def _rational(value: Fraction) -> Rational:
    return Rational(value.numerator, value.denominator)


def _inside(domain: Set) -> Basic:
    if domain.sup == oo:
        return Integer(0) if domain.inf == -oo else domain.inf + 1
    return (domain.inf + domain.sup) / 2


def _network(stated: Construction, values: Sequence[Basic], at: int, mean: Basic) -> Basic:
    """The output of the stated network for given labels, at one count, from its formulas alone."""
    bias, weight = stated.parts.values()
    size = len(values) - 1
    padded = [*values, Integer(0), Integer(0)]
    total: Basic = Integer(0)
    for i in range(size + 1):
        here = {label: padded[i], label_before: padded[i - 1], label_earlier: padded[i - 2]}
        here |= {neuron: Integer(i), k: Integer(size), offset: mean}
        argument = per_count().subs(k, size) * (at - mean) + bias.xreplace(here).doit()
        if not argument.is_finite:
            raise IllFormed(f"{bias}: not defined for neuron {i}")
        total += weight.xreplace(here).doit() * truncated(argument)
    return total


@paper.claim(
    "lemma-4-network",
    locator="Section 5.1, Lemma 4, a network",
    title="A network of k + 1 neurons that represents any function of the count",
    source="derived here",
    stated=Construction(
        parts={r"b_i^*": biases, r"a_i^*": output_weights},
        properties={r"g^*(x)": own_label},
        domains=EVERY_K | {neuron: integers(0), offset: S.Reals} | dict.fromkeys(LABELS, S.Reals),
    ),
    depends_on=[lemma_4_features],
)
def lemma_4_network(stated: Construction) -> Iterator[Obligation]:
    r"""$g^*(x) = \sum_{i=0}^k a_i^*\,\sigma(\langle w^*, x\rangle + b_i^*)$ is the label, for every $k \ge 1$, every $P$ (with
    or without 0) and every $u$; labels of negative counts are read as 0.

    The kinks are at $-1, 0, \dots, k - 1$. By linearity it is enough to look at what one label $y_p$ contributes, through the
    neurons $p$, $p + 1$ and $p + 2$: slopes that jump by $1, -2, 1$ at $p - 1$, $p$ and $p + 1$, which is one at the count $p$
    and zero at all others. Neurons beyond the last one are inactive at all counts up to $k$. All arguments are at most 1, so
    that the truncation is never met. Counterexamples are looked for in whole networks with $k \le 3$.
    """
    (output,) = stated.properties.values()
    samples = [Integer(1), Integer(-2), Rational(1, 3), Integer(5)]
    for size in (1, 3):
        for at in range(size + 1):
            found = _number(_network(stated, samples[: size + 1], at, Rational(2, 3)))
            by = f"k = {size}, u = 2/3 and labels 1, -2, 1/3, 5, at the count {at}"
            yield Equal(found, output.xreplace({own_label: samples[at]}), by=by)
    labels = [Symbol(f"y_{{{i}}}") for i in range(3)]
    everywhere = dict.fromkeys([*labels, offset], S.Reals)
    total = _network(stated, labels, 1, offset)
    by = "every label's part in the output at every count"
    yield Equal(total, output.xreplace({own_label: labels[1]}), everywhere, by=by, steps=_each_label(stated))


def _each_label(stated: Construction) -> list[Exact | Given]:
    """That one label contributes itself at its own count, and nothing elsewhere; none where a formula is given by cases."""
    bias, weight = (part.doit() for part in stated.parts.values())
    (output,) = stated.properties.values()
    if bias.has(Piecewise) or weight.has(Piecewise) or output.has(Piecewise):
        return []
    own, apart, rest = Symbol("p"), Symbol("e"), Symbol("r")
    values, positive = integers(0), integers(1)
    all_zero = weight.subs(dict.fromkeys(LABELS, 0), simultaneous=True)
    anywhere = EVERY_K | {neuron: values, offset: S.Reals}
    steps: list[Exact | Given] = [Equal(all_zero, 0, anywhere, by="linear in the labels: nothing besides their parts")]
    cases: list[tuple[str, Basic, Basic, Basic, dict[Symbol, Set]]] = [
        ("a smaller count's label", own, own + apart, own + apart + rest, {own: values, apart: positive, rest: values}),
        ("the count's own label", own, own, own + rest, {own: positive, rest: values}),
        ("the label of the count 0, there", Integer(0), Integer(0), rest, {rest: positive}),
        (
            "a larger count's label",
            count + apart,
            count,
            count + apart + rest,
            {count: values, apart: positive, rest: values},
        ),
    ]
    for by, whose, at, size, domains in cases:
        contribution: Basic = Integer(0)
        for behind, symbol in enumerate(LABELS):
            here = {neuron: whose + behind, k: size}
            argument = (per_count() * (at - offset) + bias).subs(here, simultaneous=True)
            contribution += weight.diff(symbol).subs(here, simultaneous=True) * truncated(sympy.cancel(argument))
        everywhere = domains | {offset: S.Reals} | dict.fromkeys(LABELS, S.Reals)
        linear, sides = _resolved(contribution, 4 * size, everywhere, f"{by}: the side of a kink")
        expected = output.subs(own_label, 1 if whose == at else 0)
        steps += [*sides, Equal(linear, expected, everywhere, by=by)]
    return steps


with as_printed():
    kept_share, given_share = moved(1, share)
    kink_here = Relu(count - kink)
    kink_moved = kept_share * Relu(count - (kink + side * share * gap)) + given_share * Relu(
        count - (kink + side * gap)
    )


@paper.claim(
    "lemma-4-moved-kink",
    locator="Section 5.1, Lemma 4, the lower bound on the biases",
    title="A kink can be moved, if a neighbour makes up for it",
    source="derived here",
    stated=Identity(
        kink_here,
        kink_moved,
        {count: integers(0), kink: integers(0), side: FiniteSet(-1, 1), share: Interval.Ropen(0, 1), gap: SHARE},
    ),
)
def lemma_4_moved_kink(stated: Identity) -> Iterator[Obligation]:
    r"""On all counts, to either side ($\rho = \pm1$): to a share $v$ of the distance $h \le 1$ to a neighbour, which is at the
    next count, or before it.

    The other kinks stay at counts, and $u$ is within $1/8$ of at most one of them: only that one is moved, to the nearer side,
    and then every $|b_i| \ge 1/(32k)$. The count nearest to $u$, if it is $k$, needs no kink.
    """
    domains = stated.domain_map()
    of = 2
    for at, towards in itertools.product((3, 2, 1, 0), (-1, 1)):
        here = {count: Integer(at), kink: Integer(of), side: Integer(towards)}
        here |= {share: Rational(1, 3), gap: Rational(3, 4)}
        left, right = (_number(formula.xreplace(here)) for formula in (stated.left, stated.right))
        if not (left.is_finite and right.is_finite):
            raise IllFormed(f"{stated.right}: not defined at v = 1/3")
        yield Equal(left, right, by=f"c = {at}, j = {of}, a neighbour at {of} {'+-'[towards < 0]} 3/4")
    difference = stated.left - stated.right
    steps: list[Exact | Given] = []
    apart = Symbol("e")
    for towards, (by, case) in itertools.product(
        () if difference.has(Piecewise) else (-1, 1),
        (
            ("right of the kink", {count: kink + apart}),
            ("at the kink", {count: kink}),
            ("left of the kink", {kink: count + apart}),
        ),
    ):
        there = difference.subs(case).subs(side, towards)
        everywhere = {s: domains[s] for s in (count, kink, share, gap) if there.has(s)}
        everywhere |= {apart: integers(1)} if there.has(apart) else {}
        linear, sides = _resolved(there, Integer(1), everywhere, f"{by}: the side of another kink")
        steps += [*sides, Equal(linear, 0, everywhere, by=f"{by}, neighbour on side {towards}")]
    yield Equal(stated.left, stated.right, domains, by="case by case", steps=steps)


# The number of neurons.

alternating = (-1) ** count
"""The labels of a parity, by the count; of the other parity, their negatives."""


@paper.claim(
    "lemma-4-fewest-neurons",
    locator="Section 5.1, Lemma 4, the number of neurons, at its least",
    title="The fewest neurons that suffice for every label",
    source="derived here",
    stated=Identity(Symbol(r"{n_{\min}}"), k + 1, EVERY_K),
    depends_on=[lemma_4_network, lemma_4_moved_kink],
)
def lemma_4_fewest_neurons(stated: Identity) -> Iterator[Obligation]:
    r"""$k + 1$ neurons suffice for every $P$ (claims ``lemma-4-network`` and ``lemma-4-moved-kink``), and parity needs them, with
    output weights of any size, and any biases that leave the arguments at most 1. Beyond 1 the truncation gives a neuron a second
    kink, and fewer can do: for $k = 3$ three of them, with kinks at $-11$, $-49/5$ and $-4/3$ and output weights $-48$, $60$ and
    $-36$.

    Under parity the mean slopes of $g^*$ over $(c - 1, c)$, $c = 1, \dots, k$, have alternating signs, and so has the slope that
    leads from 0 on the far left to the label of the count 0. That makes $k + 1$ slopes, of which no two neighbours agree, after a
    slope of 0. Between any two of these there is a kink, and each neuron has one.
    """
    every = stated.domain_map()
    slope = alternating - alternating.subs(count, count - 1)
    start = alternating.subs(count, 0)
    after, positive = {count: integers(1)}, integers(1)
    yield Equal(slope * slope.subs(count, count + 1), -4, after, by="parity: neighbouring slopes have opposite signs")
    yield Equal(
        start * slope.subs(count, 1), -2, by="and so have the first, up to the label of the count 0, and the next"
    )
    changes = Sum(1, (count, 0, k - 1)).doit()
    yield AtMost(1 + changes, stated.right, every, by="a kink before the first slope, and one at each change of sign")
    yield AtMost(stated.right, Sum(1, (neuron, 0, k)).doit(), {k: positive}, by="the network's neurons, i = 0, ..., k")


with as_printed():
    printed_neurons = 3 * (k + 1)
    printed_largest_weight = 32 * k
    printed_least_bias = 1 / (32 * k)
    printed_largest_bias = 1 / Integer(2)
    printed_argument = Integer(1)


@paper.claim(
    "lemma-4-neurons",
    locator="Section 5.1, Lemma 4, the number of neurons",
    title="Number of neurons that represent the labels",
    stated=Upper(Symbol(r"{n_{\min}}"), printed_neurons, EVERY_K),
    depends_on=[lemma_4_fewest_neurons],
    listed={"slack": "k + 1 neurons suffice for every P, and parity needs as many"},
)
def lemma_4_neurons(stated: Upper) -> Iterator[Obligation]:
    r"""$3(k + 1)$ neurons suffice. The lemma has exactly so many: a neuron may be replaced by several with the same weights and
    bias that share its output weight, so that a larger number is always possible, with smaller output weights.
    """
    (fewest,) = lemma_4_fewest_neurons.upheld.formulas().values()
    yield AtMost(fewest, stated.bound, stated.domain_map(), by="claim lemma-4-fewest-neurons")


# The output weights.

with as_printed():
    least_total = 4 * k * (4 * k - 2 + 2 / reach)


@paper.claim(
    "lemma-4-total-weight",
    locator="Section 5.1, Lemma 4, the sum of the output weights",
    title="Least sum of the output weights under parity",
    source="derived here",
    stated=Lower(Symbol(r"\sum_i |a_i^*|"), least_total, EVERY_K | {reach: POSITIVE}),
    depends_on=[lemma_4_features],
)
def lemma_4_total_weight(stated: Lower) -> Iterator[Obligation]:
    r"""For any number of neurons whose arguments are at most 1, with no kink further than $L$ to the left of the count 0:
    $|b_i| \le 1/2$ means $L = 2k - u$.

    By duality: for a function $\Lambda(t) = \sum_c \lambda_c \max(c - t, 0)$ with $|\Lambda| \le 1$ wherever kinks may be,
    $\sum_c \lambda_c y_c = \sum_i \Lambda(t_i)\,a_i/(4k) \le \sum_i |a_i|/(4k)$. Take $\Lambda(c) = -y_c$ for $c < k$, $0$ from
    $k$ on, $y_0$ at $-L$, and linear in between; $\lambda_c$ is the jump of its slope at $c$. It is attained by kinks at $-L, 0,
    1, \dots, k - 1$, where $\Lambda$ is $\pm 1$.
    """
    bound, domains = stated.bound, stated.domain_map()
    dual = -alternating
    inner, late = {count: integers(1)}, {k: integers(2)}
    leads = {reach: domains[reach]}
    yield Equal(dual**2, 1, {count: integers(0)}, by="the dual function is 1 or -1 at the counts below k, and at -L")
    before, after = (dual.subs(count, count + step) for step in (-1, 1))
    first_slope = (dual.subs(count, 0) - alternating.subs(count, 0)) / reach
    pairs = [
        (alternating * second_difference(after, dual, before), Integer(4), inner, "1 <= c <= k - 2"),
        (alternating * second_difference(0, dual, before), Integer(3), inner, "c = k - 1 >= 1"),
        (alternating * second_difference(0, 0, before), Integer(1), inner, "c = k"),
        ((dual.subs(count, 1) - dual.subs(count, 0) - first_slope), 2 + 2 / reach, leads, "c = 0, k >= 2"),
        ((0 - dual.subs(count, 0) - first_slope), 1 + 2 / reach, leads, "c = 0, k = 1"),
    ]
    for pairing, value, where, by in pairs:
        yield Equal(pairing, value, where, by=f"the label's pairing with the dual, {by}")
    by = "sum of the pairings, times 4k"
    several = 4 * k * (2 + 2 / reach + 4 * (k - 2) + 3 + 1)
    cleared = [] if bound.has(Piecewise) else [
        AtMost(sympy.cancel(bound.doit() * reach), sympy.expand(several * reach), domains | late, by="times L"),
    ]  # fmt: skip
    yield AtMost(bound, several, domains | late, by=f"{by}, k >= 2", steps=cleared)
    one, alone = bound.subs(k, 1), 4 * (1 + 2 / reach + 1)
    cleared = [] if bound.has(Piecewise) else [
        AtMost(sympy.cancel(one.doit() * reach), sympy.expand(alone * reach), leads, by="times L"),
    ]  # fmt: skip
    yield AtMost(one, alone, leads, by=f"{by}, k = 1", steps=cleared)
    jump = second_difference(alternating.subs(count, count + 1), alternating, alternating.subs(count, count - 1))
    yield Equal(jump**2, 4**2, inner, by="attained: the jumps at 1, ..., k - 1")
    attained = 4 * k * (1 / reach + (2 + 1 / reach) + 4 * (k - 1))
    yield Equal(attained, several, domains | late, by="attained: the jumps at -L, at 0, and at 1, ..., k - 1")


with as_printed():
    trade_off = 16 * k / (1 - margin)


def _at_most(value: Basic, most: Basic, positive: Basic, domains: Mapping[Symbol, Set], by: str) -> AtMost:
    """``value <= most``, shown after multiplication by what clears the denominators and is positive on the domain."""
    if most.has(Piecewise):
        return AtMost(value, most, domains, by=by)  # nothing to multiply out: counterexamples alone are looked for
    left, right = (sympy.expand(sympy.cancel(sympy.together(side.doit() * positive))) for side in (value, most))
    return AtMost(value, most, domains, by=by, steps=[AtMost(left, right, domains, by="multiplied out")])


def _labels(*steps: int) -> list[Symbol]:
    """Labels of the counts around c, as symbols."""
    return [Symbol(f"y_{{c{step:+d}}}" if step else "y_{c}") for step in steps]


@paper.claim(
    "lemma-4-trade-off",
    locator="Section 5.1, Lemma 4, output weights against biases",
    title="With k + 1 neurons, the largest output weight grows as the biases keep from zero",
    source="derived here",
    stated=Upper(
        Symbol(r"\max_{P, u} \min_{a, b} \max_i |a_i^*|"),
        trade_off,
        {k: integers(2), margin: Interval(0, Rational(1, 2))},
    ),
    depends_on=[lemma_4_network, lemma_4_moved_kink, lemma_4_fewest_neurons],
)
def lemma_4_trade_off(stated: Upper) -> Iterator[Obligation]:
    r"""With $n = k + 1$ and $|b_i^*| \ge \delta/(4k)$, that is, with every kink at least $\delta$ away from $u$. It is attained
    by parity, where $u$ is an integer from 1 to $k - 1$. At $\delta = 1/8$, as printed, it is $128k/7$; at $1/2$ it is $32k$.

    Above: the labels' second difference at a count is at most 4 in size; at the count nearest to $u$ it is divided by $1 - s$, as
    the kink is moved by $s \le \delta$, and a neighbour makes up for it. No $u$ is less than $\delta \le 1/2$ away from two
    counts. This part holds for $k = 1$ too. Labels enter through a box that is symmetric, and has 0 for those of negative counts.

    Below: under parity $k + 1$ neurons leave one kink for each change of slope, and one of these is between the middle of the way
    up to the count $u$ (or down to it) and the middle of the way down. Say it is at $u - s$ with $s \ge \delta$, and $y_u = 1$.
    The slope to its right is $-2$, or less if the next kink comes before the next count; so the value at the kink is at
    least $1 + 2s$. For the same reason the slope to its left is at least $(2 + 2s)/(1 - s)$. A kink at $u + s$ is its mirror
    image.
    """
    bound, domains = stated.bound, stated.domain_map()
    least_shift = sympy.Max(margin, 0)
    height = 1 + 2 * least_shift
    peak = 4 * k * ((height + 1) / (1 - least_shift) + 2)
    on_domain = peak.xreplace({least_shift: margin})
    below = (
        [] if bound.has(Piecewise) else [_at_most(on_domain, bound, 1 - margin, domains, by="delta is not negative")]
    )
    yield AtMost(peak, bound, domains, by="parity at an integer u", steps=below)
    ahead, here, behind, far = labels = _labels(1, 0, -1, -2)
    every = EVERY_K | {margin: domains[margin]} | dict.fromkeys(labels, BOX)
    apart = Symbol("e")
    off_count = {margin: domains[margin], apart: Interval(0, Rational(1, 2))}
    yield AtMost(margin, 1 - apart, off_count, by="other kinks, where u is e away from the nearest count")
    by = "the kink that is moved away from u, to j - s with s = delta - e"
    yield Equal((kink + apart) - (kink - (margin - apart)), margin, off_count | {kink: integers(0)}, by=by)
    plain = second_difference(ahead, here, behind)
    yield _at_most(4 * k * plain, bound, 1 - margin, every, by="a kink at a count")
    kept, given = moved(plain, shift)
    by_shift = every | {shift: SHARE}
    grows = [] if bound.has(Piecewise) else [
        AtMost(
            16 * k * (1 - margin),
            sympy.cancel(bound.doit() * (1 - margin)) * (1 - share * margin),
            every | {share: SHARE},
            by="16k/(1 - s) grows with the shift s = v delta",
        )
    ]  # fmt: skip
    neighbour = second_difference(here, behind, far) + given
    for jump, by in ((kept, "a kink that was moved"), (neighbour, "its neighbour")):
        numerator = sympy.expand(sympy.cancel(jump * (1 - shift)))
        steps = [AtMost(numerator, 4, by_shift, by="at most 4/(1 - s)"), *grows]
        yield AtMost(4 * k * jump.subs(shift, share * margin), bound, every | {share: SHARE}, by=by, steps=steps)


def _mean_weight() -> Basic:
    """What the sizes of the output weights are at least on average, under parity and with the printed number of neurons."""
    total = lemma_4_total_weight.upheld.formulas()["bound"].doit()
    return sympy.together(total.subs(reach, 2 * k) / lemma_4_neurons.upheld.formulas()["bound"].doit())


@paper.claim(
    "lemma-4-least-weights",
    locator="Section 5.1, Lemma 4, the output weights, at their least",
    title="Output weights that suffice with 3(k + 1) neurons",
    source="derived here",
    stated=Upper(Symbol(r"\max_{P, u} \min_{a, b} \max_i |a_i^*|"), 16 * k / 3, EVERY_K),
    depends_on=[lemma_4_network, lemma_4_moved_kink, lemma_4_total_weight],
)
def lemma_4_least_weights(stated: Upper) -> Iterator[Obligation]:
    r"""With the printed number of neurons and $|b_i^*| \ge 1/(32k)$. No constant below $16/3$ will do for all $k$: parity
    needs $(16k^2 - 8k + 4)/(3(k + 1))$, by claim ``lemma-4-total-weight``.

    Of the network with $k + 1$ kinks each is made by three neurons, which share its output weight. Where a kink was moved, it and
    its neighbour are made by four each, and the kink at $-1$ by one, or by two if there is no neighbour; where it is the kink at
    0, three each are enough.
    """
    bound, domains = stated.bound, stated.domain_map()
    neurons = lemma_4_neurons.upheld.formulas()["bound"].doit()
    yield AtMost(_mean_weight(), bound, domains, by="parity: the mean of |a_i|, with L <= 2k")
    ahead, here, behind, far = labels = _labels(1, 0, -1, -2)
    away = sympy.cancel(4 * k * printed_least_bias.doit())
    everywhere = domains | dict.fromkeys(labels, BOX) | {share: SHARE}
    way = share * away
    plain = second_difference(ahead, here, behind)
    kept, given = moved(plain, way)
    kept_first, given_first = moved(second_difference(ahead, here, 0), way)
    shared = [
        (here, 1, "the kink at -1"),
        (plain, 3, "a kink"),
        (kept, 4, "a kink that was moved"),
        (second_difference(here, behind, far) + given, 4, "its neighbour"),
        (kept_first, 3, "the kink at 0, if moved"),
        (here + given_first, 3, "its neighbour, the kink at -1"),
    ]
    for jump, parts, by in shared:
        yield _at_most(4 * k * jump / parts, bound, 1 - way, everywhere, by=f"{by}, by {parts}")
    yield Equal(1 + 4 + 4 + 3 * (k - 2), neurons, domains, by="neurons: the kink at -1, two that changed, the others")
    yield Equal(3 * (k + 1), neurons, domains, by="neurons: each kink by three")


@paper.claim(
    "lemma-4-output-weights",
    locator="Section 5.1, Lemma 4, the output weights",
    title="Largest output weight",
    stated=Upper(Symbol(r"|a_i^*|"), printed_largest_weight, EVERY_K),
    depends_on=[lemma_4_least_weights],
    listed={"slack": "with 3(k + 1) neurons 16k/3 suffices, a sixth, and no smaller multiple of k does for all k"},
)
def lemma_4_output_weights(stated: Upper) -> Iterator[Obligation]:
    r"""Together with the printed number of neurons and bounds on the biases. With $k + 1$ neurons $128k/7$ suffices (claim
    ``lemma-4-trade-off``).
    """
    domains = stated.domain_map()
    least = lemma_4_least_weights.upheld.formulas()["bound"].doit()
    steps = [AtMost(least, stated.bound, domains, by="claim lemma-4-least-weights")]
    yield AtMost(_mean_weight(), stated.bound, domains, by="parity: the mean of |a_i|", steps=steps)


# The biases.


@paper.claim(
    "lemma-4-largest-margin",
    locator="Section 5.1, Lemma 4, the lower bound on the biases, at its largest",
    title="How far from zero k + 1 biases can keep",
    source="derived here",
    stated=Lower(Symbol(r"\min_{P, u} \max_{a, b} \min_i |b_i^*|"), 1 / (8 * k), {k: integers(2)}),
    depends_on=[lemma_4_trade_off],
)
def lemma_4_largest_margin(stated: Lower) -> Iterator[Obligation]:
    r"""With $n = k + 1$ and the printed $|a_i^*| \le 32k$: four times as far as printed. It is attained by parity at an integer
    $u$, by claim ``lemma-4-trade-off``.

    There is a kink less than 1 away from such a $u$, whatever the output weights, since the slope changes its sign; so the margin
    is less than $1/(4k)$ to begin with.
    """
    away = 4 * k * stated.bound
    domains = stated.domain_map()
    weights = lemma_4_trade_off.upheld.formulas()["bound"].doit()
    yield AtMost(away, 1, domains, by="parity at an integer u: a kink between the neighbouring counts")
    by = "parity at an integer u: 16k/(1 - delta) is within the printed bound"
    allowed = printed_largest_weight.doit()
    if away.has(Piecewise):
        yield AtMost(weights.subs(margin, away), allowed, domains, by=by)
        return
    yield AtMost(sympy.cancel(weights.subs(margin, away.doit())), allowed, domains, by=by)


@paper.claim(
    "lemma-4-biases",
    locator="Section 5.1, Lemma 4, the lower bound on the biases",
    title="Smallest bias",
    stated=Lower(Symbol(r"|b_i^*|"), printed_least_bias, EVERY_K),
    depends_on=[lemma_4_trade_off],
    listed={"slack": "with the printed output weights the biases can be 1/(8k) and more, with k + 1 neurons already"},
)
def lemma_4_biases(stated: Lower) -> Iterator[Obligation]:
    r"""Together with $|a_i^*| \le 32k$. The bounds of claim ``lemma-4-trade-off`` at $\delta = 1/2$ hold for $k = 1$ too."""
    half = Rational(1, 2)
    weights = lemma_4_trade_off.upheld.formulas()["bound"].doit().subs(margin, half)
    domains = stated.domain_map()
    yield AtMost(weights, printed_largest_weight.doit(), domains, by="output weights with kinks a half away from u")
    steps = [AtMost(stated.bound, half / (4 * k), domains, by="kinks a half away from u")]
    several = {k: integers(2)}
    yield AtMost(stated.bound, 1 / (4 * k), several, by="parity at an integer u: a kink less than 1 away", steps=steps)


@paper.claim(
    "lemma-4-offset",
    locator="Section 5.1, Lemma 4, with (A0)",
    title="What balanced classes say about the expected count",
    source="derived here",
    stated=Lower(Symbol(r"{\min(u, k - u)}"), 1 / Integer(2), EVERY_K),
)
def lemma_4_offset(stated: Lower) -> Iterator[Obligation]:
    r"""Where both labels are equally likely; attained where the count is 0 or 1, and where it is $k - 1$ or $k$.

    If the count 0 has the label $-1$, then $c \ge (1 + y)/2$ at every count, and $u = E c \ge (1 + E y)/2 = 1/2$; if it has the
    label 1, the same with $-y$. For $k - u$ by reflection.
    """
    sign = Symbol("y")
    yield AtMost((1 + sign) / 2, count, {count: integers(1), sign: BOX}, by="counts from 1 on")
    yield Equal(((1 + sign) / 2).subs(sign, -1), 0, by="the count 0")
    yield AtMost(stated.bound, ((1 + sign) / 2).subs(sign, 0), stated.domain_map(), by="expectation, with E y = 0")
    for size in (1, 3):
        for low, positive in ((0, (1,)), (size - 1, (size,))):
            chances = [Fraction(1, 2) if low <= c <= low + 1 else Fraction(0) for c in range(size + 1)]
            law = DictionaryLaw(Frame(size, size), tuple(range(size)), positive, tuple(chances))
            mean = sum((law.bit_means[i] for i in law.relevant), Fraction(0))
            found = min(mean, size - mean)
            by = f"k = {size}, the count is {low} or {low + 1}"
            yield AtMost(stated.bound.subs(k, size), _rational(found), by=by)


@paper.claim(
    "lemma-4-largest-bias",
    locator="Section 5.1, Lemma 4, the upper bound on the biases",
    title="Largest bias",
    stated=Upper(Symbol(r"|b_i^*|"), printed_largest_bias, EVERY_K),
    depends_on=[lemma_4_network, lemma_4_moved_kink, lemma_4_trade_off, lemma_4_offset],
    listed={"slack": "1/3 suffices together with the other bounds; as k grows more than 1/4 - 1/(8k) is needed"},
)
def lemma_4_largest_bias(stated: Upper) -> Iterator[Obligation]:
    r"""Together with $|a_i^*| \le 32k$ and $|b_i^*| \ge 1/(32k)$, with $k + 1$ neurons, the first kink at $-1/3$ instead of $-1$.

    It is the first kink that is far from $u$. One below the count 0 is needed, for the label there is not zero; and
    $u = k - 1/2$ is possible under (A0) to (A2).
    """
    bound, domains = stated.bound, stated.domain_map()
    away = sympy.cancel(4 * k * printed_least_bias.doit())
    allowed = printed_largest_weight.doit()
    needed = k - lemma_4_offset.upheld.formulas()["bound"].doit()
    steps = [
        AtMost((k + FIRST) / (4 * k), bound, domains, by="the first kink"),
        AtMost((k - 1 + away) / (4 * k), bound, domains, by="kinks to the right of u"),
    ]
    yield AtMost(needed / (4 * k), bound, domains, by="any kink below the count 0, at the largest u", steps=steps)
    after, ahead, here = labels = _labels(2, 1, 0)
    everywhere = domains | dict.fromkeys(labels, BOX) | {share: SHARE}
    start, second = here / FIRST, second_difference(ahead, here, 0) + here - here / FIRST
    kept, given = moved(second, share * away / FIRST)
    given_up = moved(second_difference(after, ahead, here), share * away)[1]
    sizes = [
        (start, Integer(1), "the first"),
        (second, Integer(1), "the second, at 0"),
        (kept, 1 - share * away / FIRST, "the second, if moved"),
        (start + given, 1 - share * away / FIRST, "the first, if the second was moved"),
        (second + given_up, 1 - share * away, "the second, if the third was moved"),
    ]
    for jump, positive, by in sizes:
        yield _at_most(4 * k * jump, allowed, positive, everywhere, by=f"output weight of {by}")
    others = lemma_4_trade_off.upheld.formulas()["bound"].doit().subs(margin, away)
    yield AtMost(others, allowed, domains, by="output weights of the others")


@paper.claim(
    "lemma-4-argument",
    locator="Section 5.1, Lemma 4, the activation's argument",
    title="Largest argument of the activation",
    stated=Upper(Symbol(r"|\langle w_i^*, x\rangle + b_i^*|"), printed_argument, EVERY_K),
    depends_on=[lemma_4_features, lemma_4_largest_bias],
    listed={"slack": "3/4 follows from the other bounds, 1/3 is possible, and more than 1/4 is needed"},
)
def lemma_4_argument(stated: Upper) -> Iterator[Obligation]:
    r"""Of the networks of claim ``lemma-4-largest-bias``; at the count $c$ the argument is $(c - t_i)/(4k)$.

    So no neuron comes near the truncation at 1, and the lemma is about plain ReLUs. For any network with $|b_i^*| \le 1/2$ the
    argument is at most $3/4$, since $|\langle w^*, x\rangle| \le 1/4$. At the count $k$ a kink below the count 0 has an
    argument above $1/4$.
    """
    bound, domains = stated.bound, stated.domain_map()
    away = sympy.cancel(4 * k * printed_least_bias.doit())
    by_bias = Rational(1, 4) + lemma_4_largest_bias.upheld.formulas()["bound"].doit()
    yield AtMost(by_bias, printed_argument, by="by the printed bound on the biases alone")
    steps = [
        AtMost((k + FIRST) / (4 * k), bound, domains, by="the first kink, at the count k"),
        AtMost((k - 1 + away) / (4 * k), bound, domains, by="the last kink, at the count 0"),
    ]
    yield AtMost(Rational(1, 4), bound, by="any kink below the count 0, at the count k", steps=steps)


LARGEST_EXPLICIT = 9
"""Up to this k the network is built, besides being shown to exist."""


@paper.claim(
    "lemma-4",
    locator="Section 5.1, Lemma 4",
    title="A network that represents the labels, with all printed bounds at once",
    stated=Identity(Symbol(r"{g^*(x)}"), own_label, EVERY_K | {own_label: S.Reals}),
    depends_on=[lemma_4_features, lemma_4_network, lemma_4_moved_kink, lemma_4_trade_off, lemma_4_least_weights],
    provenance=[lemma_4_neurons, lemma_4_output_weights, lemma_4_biases, lemma_4_largest_bias, lemma_4_argument],
)
def lemma_4(stated: Identity) -> Iterator[Obligation]:
    r"""For every $k$, every $P$ and every real $u$ in $[0, k]$: the network of claim ``lemma-4-network``, where the one kink that
    is within $1/8$ of $u$, if any, is moved, and with its neurons shared out to $3(k + 1)$ as in claim ``lemma-4-least-weights``.

    It is built in rational numbers for every $k$ up to 9, at offsets where no kink is moved, where one is moved to the left
    and where one is moved to the right. Since the kinks do not depend on the labels, the outputs are linear in them: what each
    label contributes at each count settles all $2^{k+1}$ choices of $P$.
    """
    for size in range(1, LARGEST_EXPLICIT + 1):
        offsets = [size - 1 + Fraction(step, 16) for step in (8, 1, -1)]
        for mean in offsets if size > 1 else offsets[:-1]:
            parts = [counting_network([int(c == p) for c in range(size + 1)], mean) for p in range(size + 1)]
            own = {part(p) for p, part in enumerate(parts)}
            elsewhere = sum(abs(part(c)) for p, part in enumerate(parts) for c in range(size + 1) if c != p)
            at = f"k = {size}, u = {mean}"
            for value in sorted(own):
                yield Equal(_rational(value) * own_label, stated.right, stated.domain_map(), by=f"a label's part, {at}")
            yield Equal(_rational(Fraction(elsewhere)), 0, by=f"parts of all labels at other counts, {at}")
    away = sympy.cancel(4 * k * printed_least_bias.doit())
    weights = lemma_4_least_weights.upheld.formulas()["bound"].doit()
    margins = lemma_4_trade_off.upheld.domain_map()[margin]
    yield AtMost(away, margins.sup, by="the printed margin is one that the moved kink can keep")
    yield AtMost(weights, printed_largest_weight.doit(), EVERY_K, by="output weights")
    yield AtMost((k + 1) / (4 * k), printed_largest_bias.doit(), EVERY_K, by="biases: from u <= k to the kink at -1")
    yield AtMost((k - 1 + away) / (4 * k), printed_largest_bias.doit(), EVERY_K, by="biases: to the last kink")
    yield AtMost((k + 1) / (4 * k), printed_argument, EVERY_K, by="arguments: from the count k to the kink at -1")
    yield AtMost((k - 1 + away) / (4 * k), printed_argument, EVERY_K, by="arguments: from the count 0 to the last kink")
