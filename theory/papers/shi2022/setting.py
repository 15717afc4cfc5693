"""Section 3: the data, its assumptions and its signal, the examples, the normalisation."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from sympy import (
    Expr,
    FiniteSet,
    Integer,
    Interval,
    Rational,
    S,
    Symbol,
    binomial,
    oo,
    sqrt,
    symbols,
)

from lemmata import (
    AtMost,
    Construction,
    Edit,
    Equal,
    Identity,
    Lower,
    Upper,
    as_printed,
    integers,
)
from lemmata.objects import DictionaryLaw
from lemmata.obligations import Exact, Given, Obligation
from theory.balanced_sets import NumberOfBalancedSets
from theory.bit_mean import BitMean
from theory.papers.shi2022.paper import D, gamma, k, p_o, paper

UNIT = Interval(0, 1)
POSITIVE = Interval.open(0, oo)
BACKGROUND = Interval.Lopen(0, Rational(1, 2))
"""Where probabilities lie, standard deviations and step sizes, and p_o.

Identities that are polynomial in a probability hold for all real values of it, and are stated so.
"""

v = Symbol("v")
"""The family of examples that stands for the structured inputs: class bits uniform with probability v, else all equal."""

h = Symbol("h")
"""k = 2h + 1, for odd k."""

r = Symbol("r")
"""D - k, the number of background bits."""

scale = Symbol(r"\tilde\sigma")
"""The standard deviation by which inputs are divided: the root of their total variance."""

s, p_plus, p_minus = symbols(r"s p_{+} p_{-}")
"""Pr[y = 1], and the probabilities of a hidden bit given y = 1 and given y = -1."""


def signal_of(s: Expr, p_plus: Expr, p_minus: Expr) -> Expr:
    r"""$E[y\tilde\phi_i] - E[y]\,E[\tilde\phi_i]$, from the label's probability and those of the bit given the label."""
    return s * p_plus - (1 - s) * p_minus - (2 * s - 1) * (s * p_plus + (1 - s) * p_minus)


# The assumptions, and the families of examples.

with as_printed():
    printed_signal = s * p_plus - (1 - s) * p_minus - (2 * s - 1) * (s * p_plus + (1 - s) * p_minus)


@paper.claim(
    "signal-range",
    locator="Section 3, (A1)",
    title="The signal is at most one half",
    source="derived here",
    stated=Upper(printed_signal, Rational(1, 2), {s: UNIT, p_plus: UNIT, p_minus: UNIT}),
)
def signal_range(stated: Upper) -> Iterator[Obligation]:
    r"""$\gamma = E[y\tilde\phi_i] - E[y]\,E[\tilde\phi_i] = 2 s (1 - s) (p_+ - p_-)$ with $s = \Pr[y = 1]$ and $p_\pm =
    \Pr[\tilde\phi_i = 1 \mid y = \pm 1]$. So the parameter $\gamma$ of $\mathcal F_\Xi$ ranges over $(0, 1/2]$, and under
    (A0) it is $1/2$ iff every class-relevant bit equals the indicator of $y = 1$.

    With $z_i = 2\tilde\phi_i - 1$ and balanced classes, $E[y z_i] = 2\gamma$. (A1) gives all the bits of $A$ one $\gamma$,
    as it is printed.
    """
    every = stated.domain_map()
    spread, balance = p_plus - p_minus, 2 * s * (1 - s)
    steps = [
        Equal(stated.quantity, balance * spread, every, by="in terms of the conditional probabilities"),
        AtMost(spread, 1, every, by="a difference of two probabilities"),
        AtMost(0, balance, every, by="the classes' balance"),
        AtMost(balance, stated.bound, {s: every[s]}, by="largest for balanced classes"),
    ]
    yield AtMost(stated.quantity, stated.bound, every, by="the product of the two", steps=steps)
    for bit_law, words in (
        ({p_plus: 0, p_minus: 1}, "a bit that is one where y = -1"),
        ({s: Rational(1, 2), p_minus: 0}, "balanced classes, a bit that is zero where y = -1"),
        ({s: Rational(1, 2), p_plus: 1}, "balanced classes, a bit that is one where y = 1"),
    ):
        yield AtMost(stated.quantity.subs(bit_law), stated.bound, every, by=words)


with as_printed():
    parity_balance_formula = v / 2 + (1 - v) * (1 - (-1) ** k) / 4


def _structured(ones: int, uniform: Fraction, positive: tuple[int, ...] | None = None) -> DictionaryLaw:
    """The family's law with one background bit."""
    return DictionaryLaw.structured(bits=ones + 1, relevant=ones, uniform=uniform, positive=positive)


MIXTURES = (Fraction(0), Fraction(1, 3), Fraction(1))
"""Weights v at which formulas are compared with the law's own exact sums."""

i, j = symbols("i j")


def _alternating_sums_vanish() -> Iterator[Obligation]:
    r"""$\sum_{j \le J} (-1)^j \binom nj = (-1)^J \frac{n - J}{n} \binom nJ$, by induction on J: zero at J = n, for n >= 1."""
    n = 1 + i + j
    here = {i: integers(0), j: integers(0)}
    size = Symbol("n")

    def partial(last: Expr, size: Expr) -> Expr:
        return (-1) ** last * (size - last) / size * binomial(size, last)

    yield Equal(partial(S(0), size), 1, {size: integers(1)}, by="alternating sum, first term")
    step = partial(j + 1, n) - partial(j, n)
    yield Equal(step, (-1) ** (j + 1) * binomial(n, j + 1), here, by="alternating sum, one more term")
    yield Equal(partial(size, size), 0, {size: integers(1)}, by="alternating sum, all terms")


@paper.claim(
    "parity-balance",
    locator="Section 3, (A0) and Example 2",
    title="Parity is balanced for odd k",
    source="derived here",
    stated=Identity(Symbol(r"\Pr[y = 1]"), parity_balance_formula, {k: integers(1), v: S.Reals}),
)
def parity_balance(stated: Identity) -> Iterator[Obligation]:
    r"""For class bits that are uniform with probability $v$ and else all equal: $1/2$ for odd $k$, and $v/2$ for even $k$,
    where the label of all ones is $-1$. So Example 2 satisfies (A0) for odd $k$, as the paper has it, or without structure
    ($v = 1$).

    Of $2^k$ uniform vectors half have an odd sum, since $\sum_j (-1)^j \binom kj = 0$.
    """
    every = stated.domain_map()
    yield from _alternating_sums_vanish()
    half, whole = v / 2, {v: every[v], j: integers(1)}
    yield Equal(stated.right.subs(k, 2 * j), half, whole, by="even k: all ones have the label -1")
    yield Equal(stated.right.subs(k, 2 * j - 1), half + (1 - v) / 2, whole, by="odd k: all ones have the label +1")
    for ones in range(1, 6):
        for weight in MIXTURES:
            exact = _rational(_structured(ones, weight).label_probability)
            yield Equal(stated.right.subs({k: ones, v: weight}), exact, by=f"summed exactly, k = {ones}, v = {weight}")


def _rational(number: Fraction) -> Rational:
    return Rational(number.numerator, number.denominator)


with as_printed():
    parity_signal_formula = (1 - v) / 2


@paper.claim(
    "gamma-parity",
    locator="Section 3, (A1) and Example 2",
    title="The signal of parity",
    source="derived here",
    stated=Identity(gamma, parity_signal_formula, {v: S.Reals}),
)
def gamma_parity(stated: Identity) -> Iterator[Obligation]:
    r"""For every odd $k \ge 3$, and class bits that are uniform with probability $v$ and else all equal.

    Uniform bits give $2^{-k} \sum_j (-1)^j \binom{k-1}j = 0$, where $j$ counts the other ones; bits that are all equal give
    $E[y \tilde\phi_i] = 1/2$. So (A1) is a condition on the law of the inputs, and not only on the labels: under the
    uniform law Example 2 breaks it, for every $k \ge 2$.
    """
    yield from _alternating_sums_vanish()
    uniform, all_equal = Integer(0), Rational(1, 2)
    yield Equal(stated.right, v * uniform + (1 - v) * all_equal, stated.domain_map(), by="the mean of the two")
    for ones in (3, 5, 7):
        for weight in MIXTURES:
            exact = _rational(_structured(ones, weight).signal)
            yield Equal(stated.right.subs(v, weight), exact, by=f"summed exactly, k = {ones}, v = {weight}")


with as_printed():
    majority_signal_formula = (1 - v) / 2 + v * binomial(2 * h, h) / 2 ** (2 * h + 1)


@paper.claim(
    "gamma-majority",
    locator="Section 3, (A1) and Example 1",
    title="The signal of a majority",
    source="derived here",
    stated=Identity(gamma, majority_signal_formula, {h: integers(1), v: S.Reals}),
)
def gamma_majority(stated: Identity) -> Iterator[Obligation]:
    r"""For every odd $k = 2h + 1 \ge 3$, and class bits that are uniform with probability $v$ and else all equal.

    Given $\tilde\phi_i = 1$ and $j$ ones among the $2h$ other bits, the label is $+1$ iff $j \ge h$. For uniform bits $j =
    h - 1 - i$ and $j = h + 1 + i$ are equally likely and cancel; $j = h$ is left.
    """
    every = stated.domain_map()
    pairs = {i: integers(0), j: integers(1)}
    below, above = binomial(2 * h, h - 1 - i), binomial(2 * h, h + 1 + i)
    yield Equal(below.subs(h, i + j), above.subs(h, i + j), pairs, by="numbers of ones that cancel, h = i + j")
    middle = binomial(2 * h, h) / (2 * 2 ** (2 * h))
    yield Equal(stated.right, v * middle + (1 - v) / 2, every, by="the middle number is left")
    for half in (1, 2, 3):
        for weight in MIXTURES:
            ones = 2 * half + 1
            law = _structured(ones, weight, tuple(range(half + 1, ones + 1)))
            at = {h: half, v: weight}
            yield Equal(stated.right.subs(at), _rational(law.signal), by=f"summed exactly, k = {ones}, v = {weight}")


with as_printed():
    least_majority_signal = 1 / (4 * sqrt(h))


@paper.claim(
    "example-1-without-structure",
    locator="Section 3, Example 1 and (A1')",
    title="A majority keeps a signal without input structure",
    source="derived here",
    stated=Lower(binomial(2 * h, h) / 2 ** (2 * h + 1), least_majority_signal, {h: integers(1)}),
    depends_on=[gamma_majority],
)
def example_1_without_structure(stated: Lower) -> Iterator[Obligation]:
    r"""Example 1 satisfies (A1) under the uniform law too, with $\gamma$ of order $k^{-1/2}$, $k = 2h + 1$; equality at $k
    = 3$. So the family without input structure holds problems that are easy, and the input structure matters for those
    labels that have no linear signal under the uniform law, such as parities.

    By induction on $h$. Squares are compared: from $h$ to $h + 1$ the signal is multiplied by $(2h + 1)/(2h + 2)$, and the
    square of the bound by $h/(h + 1)$.
    """
    every = stated.domain_map()
    signal = gamma_majority.upheld.formulas()["right"].subs(v, 1)
    yield Equal(signal, stated.quantity, every, by="the signal at v = 1")
    grown = (2 * h + 1) / (2 * h + 2)
    squared = stated.bound**2
    steps: list[Exact | Given] = [
        AtMost(stated.bound.subs(h, 1), stated.quantity.subs(h, 1), by="h = 1"),
        Equal(stated.quantity.subs(h, h + 1), grown * stated.quantity, every, by="the signal, from h to h + 1"),
        Equal(squared.subs(h, h + 1) * (h + 1), squared * h, every, by="the bound squared, from h to h + 1"),
        AtMost(h / (h + 1), grown**2, every, by="the signal shrinks by less"),
    ]
    yield AtMost(stated.bound, stated.quantity, every, by="by induction", steps=steps)


with as_printed():
    balanced_count = 2**h


@paper.claim(
    "balanced-sets",
    locator="Section 3, (A0) and Learning Without Input Structure",
    title="The labellings that are balanced under the uniform law",
    source="derived here",
    stated=Identity(Symbol(r"|\{P : \text{(A0)}\}|"), balanced_count, {h: integers(1, 5)}),
)
def balanced_sets_counted(stated: Identity) -> Iterator[Obligation]:
    r"""For odd $k = 2h + 1$, the number of sets $P \subseteq [k]$ with $\Pr[\sum_A \tilde\phi_i \in P] = 1/2$ under (A1').

    $[k]$ begins at 1, so an input without class-relevant patterns has the label $-1$, and $k \in P$ for all of them. Each
    takes one number of every pair $\{j, k - j\}$: for $k = 3$ parity $\{1, 3\}$ and majority $\{2, 3\}$; for $k = 5$ the
    sets $\{5\}$ with one of $\{1, 4\}$ and one of $\{2, 3\}$. So the family $\mathcal F_{\Xi_0}$ of Theorem 3 holds more
    than parities. From $k = 13$ on there can be more still, by coincidences among binomial coefficients: 72 sets instead of
    64.
    """
    yield Equal(
        stated.right, NumberOfBalancedSets(2 * h + 1), stated.domain_map(), by="all sums of binomial coefficients"
    )


# The normalisation.

bit, mean = symbols(r"\tilde\phi_l \mu_l")

with as_printed():
    printed_square = (bit - mean) ** 2


@paper.claim(
    "variance",
    locator="Section 3.1, Loss Function",
    title="The variance of the data, one coordinate",
    stated=Identity(Symbol(r"\mathrm{Var}\,\tilde\phi_l"), printed_square, {bit: FiniteSet(0, 1), mean: S.Reals}),
    correction=[Edit("the expectation is missing", "right", printed_square, BitMean(printed_square, bit, mean))],
)
def variance(stated: Identity) -> Iterator[Obligation]:
    r"""The paper prints $\tilde\sigma^2 = \sum_i (\tilde x_i - E[\tilde x_i])^2$ and calls it the variance of the data. $M$
    has orthonormal columns, so this is $\sum_l (\tilde\phi_l - E[\tilde\phi_l])^2$, here one term of it, in which the
    expectation is missing: without it $\tilde\sigma$ varies from one input to the next and every $x$ has length one.

    Where all bits are fair the two agree, as in the experiments of Section 6. Everything else in the paper reads
    $\tilde\sigma$ as a number, as in $E\{y\phi_j\} = \gamma/\tilde\sigma$. The version read is the submission to ICLR.
    """
    every = stated.domain_map()
    rare = Rational(1, 4)
    yield Equal(stated.right.subs(mean, rare), rare - rare**2, {bit: every[bit]}, by="a bit of mean 1/4")
    moment = mean * 1**2 + (1 - mean) * 0**2
    yield Equal(stated.right, moment - mean**2, every, by="second moment less the square of the first")


with as_printed():
    total = k / 4 + (D - k) * p_o * (1 - p_o)


@paper.claim(
    "normalisation",
    locator="Section 3.1, Loss Function",
    title="The inputs' mean and total variance",
    source="derived here",
    stated=Construction(
        parts={r"\tilde\sigma^2": total},
        properties={r"\mathbb{E}\,\phi_l": S.Zero, r"\mathbb{E}|x|^2": S.One},
        domains={D: integers(1), k: integers(1), p_o: S.Reals},
    ),
    depends_on=[variance],
)
def normalisation(stated: Construction) -> Iterator[Obligation]:
    r"""With class bits of mean $1/2$, as for all laws of the family here, and $D - k$ background bits. It is the total
    variance that is one, $E|x|^2 = 1$: a single coordinate has variance of order $1/D$.
    """
    (squared,) = stated.parts.values()
    centre, length = stated.properties.values()
    domains = stated.domain_map()
    for_all = {r: integers(0), k: domains[k], p_o: domains[p_o]}
    one_bit = variance.upheld.formulas()["right"]
    background, class_bit = (one_bit.subs(mean, p).doit() for p in (p_o, Rational(1, 2)))
    spread = k * class_bit.definition() + r * background.definition()
    here = squared.subs(D, k + r)
    yield Equal(mean * (1 - mean) + (1 - mean) * (0 - mean), centre, {mean: UNIT}, by="a centred bit")
    yield Equal(spread, length * here, for_all, by="the sum of the variances, D = k + r")
    for ones in (1, 3):
        law = DictionaryLaw.structured(bits=ones + 2, relevant=ones, uniform=Fraction(1, 2), background=Fraction(1, 3))
        at = {D: ones + 2, k: ones, p_o: Rational(1, 3)}
        yield Equal(squared.subs(at), _rational(law.total_variance), by=f"the law's own, k = {ones}, D = {ones + 2}")
