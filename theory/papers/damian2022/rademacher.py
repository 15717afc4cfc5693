"""Appendix E.3: Rademacher complexities of two-layer networks."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Interval, S, Symbol, gamma, oo, sqrt, symbols

from lemmata import (
    AtMost,
    Edit,
    Equal,
    Given,
    Upper,
    as_printed,
    integers,
)
from lemmata.obligations import Exact, Obligation
from theory.gaussian import expectation
from theory.papers.damian2022.paper import d, n, paper, x
from theory.papers.damian2022.setting import m
from theory.rademacher import head_complexity, neuron_energy

head_norm, weight_norm = symbols("B_a B_w")
weight_energy, bias_energy = symbols(r"\|W\|_F^2 \|b\|_2^2")
largest_bias = Symbol(r"\beta")
"""Bounds of ||a||, of every ||w_j|| and of every |b_j|; squared norms of W and of b."""

length = Symbol(r"\|w\|", positive=True)
bias = Symbol("b", nonnegative=True)
"""One neuron's."""

roots = {symbol: Symbol(rf"\sqrt{{{symbol}}}", positive=True) for symbol in (n, m, d)}

complexity = Symbol(r"\mathcal{R}_n(\mathcal{F})")
nonnegative = Interval(0, oo)

with as_printed():
    fixed_features = sqrt(head_norm**2 * (weight_energy + bias_energy) / n)
    free_features = 2 * head_norm * weight_norm * sqrt(m * d / n)


def second_moment_over_a_sign() -> Equal:
    """The step that makes E ||sum_i sigma_i h_i||^2 = sum_i ||h_i||^2, a coordinate and a sample at a time."""
    before, added = symbols("v h")
    average = ((before + added) ** 2 + (before - added) ** 2) / 2
    every = {before: S.Reals, added: S.Reals}
    return Equal(average, before**2 + added**2, every, by="averaged over one more sign, the squared norm grows by h^2")


@paper.claim(
    "lemma-48",
    locator="Lemma 48",
    title="Rademacher complexity of the head over fixed features",
    stated=Upper(
        quantity=complexity,
        bound=fixed_features,
        domains={head_norm: nonnegative, weight_energy: nonnegative, bias_energy: nonnegative, n: integers(1)},
    ),
)
def lemma_48(stated: Upper) -> Iterator[Obligation]:
    r"""The class $\{x \mapsto a \cdot \sigma(Wx + b) : \|a\|_2 \le B_a\}$ with $W$ and $b$ fixed.

    The supremum over the ball is a norm, $R_n = \frac{B_a}{n} E\|\sum_i \sigma_i\,\sigma(W x_i + b)\|_2$. By Jensen's
    inequality its square is at most $\frac{B_a^2}{n} E\|\sigma(Wx + b)\|_2^2$, since signs do not correlate. The energy of
    a neuron is $E\,\sigma(w\cdot x + b)^2 = (\|w\|^2 + b^2)\,\Phi(b/\|w\|) + \|w\|\,b\,\varphi(b/\|w\|)$ exactly. Together
    with that of the neuron $\sigma(-w\cdot x - b)$ it is $\|w\|^2 + b^2$; both are averages of squares, so neither is
    more. Without weights, for one sample and one neuron, the bound is attained.
    """
    energy, reflected = neuron_energy(length, bias), neuron_energy(length, -bias)
    every_neuron = {length: Interval.open(0, oo), bias: nonnegative}
    most = (head_norm / n) ** 2 * n * (weight_energy + bias_energy)
    steps = (
        Equal(energy + reflected, length**2 + bias**2, every_neuron, by="energy of a neuron and of its reflection"),
        second_moment_over_a_sign(),
        AtMost(most, stated.bound**2, stated.domain_map(), by="the squared complexity, by Jensen's inequality"),
    )
    lone = {n: 1, weight_energy: 0, bias_energy: bias**2}
    value = head_complexity([[bias]], head_norm)
    for_all = {head_norm: nonnegative, bias: nonnegative}
    by = "exact value for n = m = 1 without weights"
    yield AtMost(value, stated.bound.subs(lone), for_all, by=by, steps=steps)


@paper.claim(
    "lemma-49",
    locator="Lemma 49",
    title="Rademacher complexity of two-layer networks",
    stated=Upper(
        quantity=complexity,
        bound=free_features,
        domains={
            head_norm: nonnegative,
            weight_norm: nonnegative,
            largest_bias: nonnegative,
            n: integers(1),
            m: integers(1),
            d: integers(1),
        },
    ),
    correction=[
        Edit(r"biases with |b_j| <= \beta count as weights do: B_w becomes B_w + \beta/sqrt(d)",
             "bound", weight_norm, weight_norm + largest_bias / sqrt(d)),
    ],
)  # fmt: skip
def lemma_49(stated: Upper) -> Iterator[Obligation]:
    r"""The class $\{f_\theta : \|a\|_2 \le B_a, \|w_j\| \le B_w\}$. The printed lemma does not restrict the biases, and its
    bound does not contain them.

    Without weights, $B_w = 0$, and with $n = m = 1$ the network is $a\,\sigma(b)$, and its complexity is
    $B_a \sup \sigma(b)$: infinite for free biases, $B_a \beta$ for $|b| \le \beta$, while the printed bound is zero. For one
    fixed bias $b > 0$ it is $B_a b$. The proof loses them in two steps. The symmetrisation $E\sup|Z| \le 2 E\sup Z$ needs a
    neuron that is zero on the sample, which the class has once its biases may be zero; and after the contraction the
    argument is $w\cdot x_i + b$, not $w \cdot x_i$.

    With $|b_j| \le \beta$ the steps are: $R_n$ is $\frac{B_a \sqrt m}{n} E\sup_{w,b}|\sum_i \sigma_i\,\sigma(w\cdot x_i + b)|$,
    at most twice the same without the modulus, at most $\frac{2 B_a \sqrt m}{n} (B_w E\|\sum_i \sigma_i x_i\| + \beta
    E|\sum_i \sigma_i|)$, and the two norms have second moments $nd$ and $n$. So $R_n \le 2 B_a \sqrt{m/n}\,(B_w \sqrt d +
    \beta)$. In the proof of Theorem 1, $B_w = 1$ and $\beta$ is of order $\sqrt\iota$ with $\iota \le cd$: a constant factor.
    The constants are those of the argument; the exact value for $n = 1$, which is $B_a \sqrt m\,(B_w E\|x\| + \beta)$, shows
    that the factor 2 cannot become less than 1. The version read is that of the proceedings.
    """
    for_all = stated.domain_map()
    mean_length = sqrt(2) * gamma((d + 1) / 2) / gamma(d / 2)
    alone = head_norm * sqrt(m) * (weight_norm * mean_length + largest_bias)
    by = "exact value for n = 1"
    yield AtMost(alone, stated.bound.subs(n, 1), for_all, by=by, steps=_by_contraction(stated))


def _by_contraction(stated: Upper) -> tuple[Exact | Given, ...]:
    """The steps of the proof, with the biases."""
    # The bound at n = N^2, m = M^2, d = D^2, for all real N, M, D >= 1: no roots are left.
    squares = {symbol: value**2 for symbol, value in roots.items()}
    norms = weight_norm * sqrt(n * d) + largest_bias * sqrt(n)
    contracted = (2 * head_norm * sqrt(m) / n * norms).subs(squares)
    scale = roots[n] * roots[d]
    for_all = dict.fromkeys((head_norm, weight_norm, largest_bias), nonnegative)
    for_all |= dict.fromkeys(roots.values(), Interval(1, oo))
    sides = (contracted * scale).expand(), (stated.bound.subs(squares) * scale).expand()
    return (
        Given("Ledoux & Talagrand 1991, Theorem 4.12 (contraction)"),
        second_moment_over_a_sign(),
        Equal(d * expectation(x**2, x), d, {d: integers(1)}, by="second moment of an input"),
        AtMost(*sides, for_all, by="after contraction, with the second moments"),
    )
