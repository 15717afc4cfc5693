"""Section 5.1 and Appendices A.1.3 and A.1.4: the first step on samples, and its moments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import sympy
from sympy import Basic, FiniteSet, Function, Integer, Interval, S, Symbol, factorial, oo, pi, sqrt, symbols

from lemmata import Construction, Edit, Equal, Identity, IllFormed, as_printed, integers
from lemmata.obligations import Obligation
from theory.activations import Step
from theory.gaussian import expectation
from theory.hermite import He
from theory.papers.damian2022.paper import a, d, n, paper, q, t
from theory.samples import by_moments, of_averages

eta, weight, label, input_, gate, decay, slope = symbols(r"\eta_1 w y x \sigma' \lambda_1 G")
"""Step size; of one neuron at one sample a coordinate of w and of x, the label, and sigma'(w.x + b); weight decay, and the
gradient in that coordinate."""

POSITIVE = Interval.open(0, oo)

with as_printed():
    neuron_gradient = -2 * a * label * input_ * gate
    gradient_step = weight - eta * (slope + decay * weight)
    after_step = 2 * eta * a * (label * input_ * gate)


@paper.claim(
    "first-gradient",
    locator="Sections 3 and 5.1, Appendix A.1.4",
    title="A neuron after the first step",
    stated=Construction(
        parts={r"\nabla_{w_j}(f_\theta(x) - y)^2": neuron_gradient, r"w_j^{(1)}": gradient_step, r"\lambda_1": 1 / eta},
        properties={r"w_j^{(1)}": after_step},
        domains={
            a: FiniteSet(-1, 1), label: S.Reals, input_: S.Reals, gate: FiniteSet(0, 1), weight: S.Reals, eta: POSITIVE,
        },
    ),
)  # fmt: skip
def first_gradient(stated: Construction) -> Iterator[Obligation]:
    r"""At a network with $f_\theta = 0$ the gradient of a sample's loss in $w_j$ is $-2a_jyx\,\sigma'(w_j\cdot x + b_j)$; weight
    decay $\lambda_1 = 1/\eta_1$ then removes the old $w_j$, and $w_j^{(1)} = 2\eta_1a_jg_n(w_j)$.

    Shown for one sample, one neuron and one coordinate, all arbitrary; averages over samples are linear. On either side
    of its kink the ReLU is $\sigma'$ times its argument. The loss is differentiated with the neuron's partner and the rest
    of the network held fixed: a network that vanishes consists of this neuron and of a rest that cancels it.
    """
    gradient, step, lambda_1 = stated.parts.values()
    (after,) = stated.properties.values()
    for_all = stated.domain_map()
    before, moved = symbols("z v")
    output = a * gate * (before + input_ * (moved - weight)) - a * gate * before
    derivative = sympy.diff((output - label) ** 2, moved).subs(moved, weight)
    yield Equal(derivative, gradient, for_all | {before: S.Reals}, by="gradient, by differentiation of the loss")
    stepped = step.subs({slope: derivative, decay: lambda_1}, simultaneous=True)
    yield Equal(stepped, after, for_all | {before: S.Reals}, by="after the step")


# Lemma 10.

mean, noise = symbols(r"C_0 \varsigma")
"""C_0 = E f*, and the size of the label noise, +-varsigma with equal probability."""

with as_printed():
    printed_variance = 1 - mean**2
    variance_of_mean = printed_variance / n


@paper.claim(
    "lemma-10-mean",
    locator="Lemma 10, proof: the display for F, read for alpha - C_0",
    title="Variance of the empirical mean of the labels",
    stated=Identity(
        Symbol(r"\mathbb{E}(\alpha - C_0)^2"), variance_of_mean,
        {n: S.Naturals, mean: S.Reals, noise: Interval(0, oo)},
    ),
    correction=[
        Edit(
            "alpha averages the labels, noise included: the variance of y is that of f* plus varsigma squared",
            "right", printed_variance, 1 + noise**2 - mean**2,
        )
    ],
    listed={
        "gap": "the proof bounds the mean of f*(x_i), while alpha is the mean of the labels y_i; their noise adds "
        "varsigma squared over n, which the paper's convention that varsigma is O(1) absorbs"
    },
)  # fmt: skip
def lemma_10_mean(stated: Identity) -> Iterator[Obligation]:
    r"""$\alpha = \frac1n\sum_i y_i$ estimates $C_0 = E f^\star$. The printed display is right for $F$, which has no noise.

    The second moment of an average of centred samples, from $E f^\star = C_0$, $E f^{\star 2} = 1$, $E\epsilon = 0$,
    $E\epsilon^2 = \varsigma^2$. The proof in the paper takes $F = \frac1n\sum_i f^\star(x_i) - C_0$, whose variance is
    $(1 - C_0^2)/n$, for $\alpha - C_0$; it differs from it by the average of the noise. With $\varsigma = 1$ and $f^\star = C_0 =
    1$ the printed variance is zero, and the labels' mean is still random. The bound of the lemma stands, with a
    constant that depends on $\varsigma$.
    """
    value, error = symbols("f e")
    centred = value + error - mean
    moments = {value: [1, mean, 1], error: [1, 0, noise**2]}
    same = by_moments(sympy.expand(centred**2), moments)
    different = by_moments(centred, moments) ** 2
    yield Equal(of_averages(same, different, n), stated.right, stated.domain_map(), by="samples equal, and different")


with as_printed():
    variance_of_linear_part = ((1 + noise**2) * d + 2 * q) / n


@paper.claim(
    "lemma-10-linear-part",
    locator="Lemma 10, with the constant",
    title="Variance of the empirical linear part of the labels",
    source="derived here",
    stated=Identity(
        Symbol(r"\mathbb{E}\|\beta - C_1\|^2"), variance_of_linear_part,
        {q: integers(2), d: S.Naturals, n: S.Naturals, noise: Interval(0, oo)},
    ),
)  # fmt: skip
def lemma_10_linear_part(stated: Identity) -> Iterator[Obligation]:
    r"""$\beta = \frac1n\sum_i y_ix_i$ estimates $C_1 = E[f^\star(x)x]$, for $f^\star = He_q(u\cdot x)/\sqrt{q!}$, $q \ge 2$.

    In general $E\|\beta - C_1\|^2 = (E[y^2\|x\|^2] - \|C_1\|^2)/n$. Here $C_1 = 0$, and along $u$ the recurrence $xHe_q =
    He_{q+1} + qHe_{q-1}$ with $E He_k^2 = k!$ gives $E[f^2\langle u,x\rangle^2] = 2q + 1$; each of the $d - 1$ other
    coordinates gives one, and the noise $\varsigma^2$ for all. So $d/n$ is the exact order in Lemma 10.
    """
    along = 2 * q + 1
    squares = (factorial(q + 1) + q**2 * factorial(q - 1)) / factorial(q)
    yield Equal(squares, along, {q: integers(2)}, by="energy along u, by orthogonality")
    same = along + (d - 1) + noise**2 * d
    yield Equal(of_averages(same, Integer(0), n), stated.right, stated.domain_map(), by="samples equal, and different")


# Definition 12.

squared_length = Symbol(r"\|x\|^2")


class GatedMean(Function):
    r"""The vector E[f*(x) h(x) x sigma'(w.x)]: ``GatedMean(h)``, with h a polynomial in ``squared_length``."""

    nargs = 1

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        weight = "" if self.args[0] == 1 else rf"\left({printer.doprint(self.args[0])}\right)"
        return rf"\mathbb{{E}}[f^\star(x){weight}x\,\sigma'(w\cdot x)]"


def _read_gated_means(formula: Basic, values: Mapping[int, Basic]) -> Basic:
    """A linear formula in gated means, where that of ||x||^{2k} is ``values[k]``."""
    total: Basic = Integer(0)
    for term in sympy.Add.make_args(sympy.expand(formula)):
        means = [f for f in sympy.Mul.make_args(term) if isinstance(f, GatedMean)]
        if len(means) != 1:
            raise IllFormed(f"{term}: not one expectation a term")
        for (power,), constant in sympy.Poly(means[0].args[0], squared_length).terms():
            if power not in values:
                raise IllFormed(f"{means[0].args[0]}: of higher degree in {squared_length} than 1")
            total += term / means[0] * constant * values[power]
    return total


with as_printed():
    printed_mean = GatedMean(Integer(1))
    mean_of_gradient = printed_mean - GatedMean(1 + squared_length) / n


@paper.claim(
    "definition-12",
    locator="Definition 12, the remark after it",
    title="The mean of the empirical gradient",
    stated=Identity(Symbol(r"\mathbb{E}[g_n(w)]"), printed_mean, {n: S.Naturals, d: integers(2), t: Interval(-1, 1)}),
    correction=[
        Edit(
            "alpha and beta are averages over the same samples, so that each sample meets its own label in them",
            "right", printed_mean, mean_of_gradient,
        )
    ],
    listed={
        "gap": "g(w) is not the mean of g_n(w), since alpha and beta come from the same data; the difference is of order "
        "d/n relative to g, and is covered by the sampling error of Corollary 34"
    },
)  # fmt: skip
def definition_12(stated: Identity) -> Iterator[Obligation]:
    r"""$g(w)$ has the residual $\hat f$ at a fresh $x$; $g_n(w)$ has it at the samples from which $\alpha$ and $\beta$ come.

    Take $f^\star$ with $C_0 = C_1 = 0$: then $E[g(w)] = E[f^\star(x)x\,\sigma'(w\cdot x)]$, since $\alpha$ and $\beta$ have mean
    zero. In $g_n$ a sample meets its own label in $\alpha$ and in $\beta$, which takes $\frac1nE[f^\star(x)(1 + \|x\|^2)
    x\,\sigma'(w\cdot x)]$ away. For $f^\star = He_2(u\cdot x)/\sqrt2$ and $w = u$ the mean is $(1 - (d + 6)/n)\,g(u)$; in one
    dimension, $(1 - 7/n)\,g$. Independent label noise has no part in it.

    With $\alpha$ and $\beta$ held fixed, as the notation $E_x$ may be meant, the remark is right; but they are averages over
    the $x_i$ themselves, and Corollary 34 is about both.

    The example is integrated exactly over the plane of $u$ and $w$, with both components compared; then the identity is
    shown for arbitrary values of the two expectations.
    """
    for_all = stated.domain_map()
    for name, (plain, squared) in _gated_means_of_he_2().items():
        found = _read_gated_means(stated.right, {0: plain, 1: squared})
        yield Equal(found, _mean_of_gradient(plain, squared), for_all, by=f"{name}: f* = He_2(u.x)/sqrt(2)")
    plain, squared = symbols("M_0 M_1")
    found = _read_gated_means(stated.right, {0: plain, 1: squared})
    anything = {plain: S.Reals, squared: S.Reals}
    yield Equal(found, _mean_of_gradient(plain, squared), for_all | anything, by="every f* with C_0 = C_1 = 0")


@cache
def _gated_means_of_he_2() -> dict[str, tuple[Basic, Basic]]:
    """E[f x sigma'] and E[f ||x||^2 x sigma'] for f = He_2(u.x)/sqrt(2), by component in the plane of u and w."""
    along, across = symbols("z_1 z_2")
    f = He(Integer(2), t * along + sqrt(1 - t**2) * across).doit() / sqrt(2)
    # ||x||^2 is z_1^2 + z_2^2 + (d - 2) once the other coordinates are integrated out.
    lengths = (Integer(1), along**2 + across**2 + d - 2)
    found = {}
    for direction, name in [(along, "along w"), (across, "across w")]:
        plain, squared = (
            expectation(sympy.expand(f * direction * length) * Step(along), along, across) for length in lengths
        )
        found[name] = plain, squared
    return found


def _mean_of_gradient(plain: Basic, squared: Basic) -> Basic:
    """E of a component of g_n(w), from those of E[f x sigma'] and E[f ||x||^2 x sigma'], where E f = 0 and E[f x] = 0."""
    through_mean = of_averages(plain, Integer(0), n)
    through_linear_part = of_averages(squared, Integer(0), n)
    return plain - through_mean - through_linear_part


# Lemma 16.

one_term, others, mean_vector, mean_product = symbols(r"f_j F g(w) g(w)\cdot{x_j}")
"""The summand j of n g_n(w).x_j, and the sum of the others; g(w), and its inner product with x_j."""

with as_printed():
    printed_last = one_term - mean_vector
    printed_split = (others - (n - 1) * mean_product) / n + printed_last / n


@paper.claim(
    "lemma-16-split",
    locator="Lemma 16, proof, second display",
    title="Split of the deviation along a sample",
    stated=Identity(
        Symbol(r"[g(w) - g_n(w)]\cdot{x_j}"), printed_split,
        {n: S.Naturals, one_term: S.Reals, others: S.Reals, mean_vector: S.Reals, mean_product: S.Reals},
    ),
    correction=[
        Edit("a vector stands where its inner product with x_j must", "right", mean_vector, mean_product),
        Edit("the sign is that of g_n - g", "right", 1 / n, -1 / n),
    ],
)  # fmt: skip
def lemma_16_split(stated: Identity) -> Iterator[Obligation]:
    r"""$[g(w) - g_n(w)]\cdot x_j$, by the $n - 1$ other samples and the sample $j$ itself.

    The numbers are inner products with $x_j$: $f_j = (\hat f(x_j) + \epsilon_j)\|x_j\|^2\sigma'(w\cdot x_j)$, and $F$ is the
    sum of $(\hat f(x_i) + \epsilon_i)\langle x_i,x_j\rangle\sigma'(w\cdot x_i)$ over the others; the paper leaves the noise out
    of both. In the last term it subtracts the vector $g(w)$ from a number; in one dimension, where that can be read, it
    is not what is needed either. The sign is that of the opposite difference, which the absolute values that follow forgive. The
    version read is that of the proceedings.
    """
    empirical = (others + one_term) / n
    yield Equal(mean_product - empirical, stated.right, stated.domain_map(), by="Definition 12, collecting terms")


linear_overlap, trace = symbols(r"w\cdot{C_1} \operatorname{tr}H")

with as_printed():
    printed_product = Integer(0)
    product_with_sample = -(linear_overlap / sqrt(2 * pi) + (trace + d * mean) / 2) / n


@paper.claim(
    "lemma-16-independence",
    locator="Lemma 16, proof, first step",
    title="The gradient and a sample are dependent",
    stated=Identity(
        Symbol(r"\mathbb{E}[g(w)\cdot x_j]"), printed_product,
        {n: S.Naturals, d: integers(2), mean: S.Reals, linear_overlap: S.Reals, trace: S.Reals},
    ),
    correction=[
        Edit("alpha and beta hold the sample's own label", "right", printed_product, product_with_sample),
    ],
    listed={
        "gap": "g(w) and x_j are not independent: alpha and beta in g(w) are averages over the samples, x_j among them. "
        "The mean of their product is at most of order d/n, which n >= d^2 makes 1/d, below the bound of the lemma"
    },
)  # fmt: skip
def lemma_16_independence(stated: Identity) -> Iterator[Obligation]:
    r"""Were $g(w)$ independent of $x_j$, then $g(w)\cdot x_j$ would have mean zero.

    By Lemma 13, $g(w) = G - \alpha w/\sqrt{2\pi} - \beta/2$ with a fixed vector $G$. The sample $j$ enters $\alpha$ and
    $\beta$ with weight $1/n$: $E[\alpha x_j] = C_1/n$ and $E[\beta\cdot x_j] = E[y\|x\|^2]/n = (\operatorname{tr} H + dC_0)/n$.
    The last equation is integrated on $f^\star = He_q(u\cdot x)$ for $q \le 2$; beyond, both sides vanish by orthogonality, as
    $\|x\|^2$ is of degree two. For a target with $C_0 = C_1 = 0$ and $H = 0$ the mean is zero, and dependence is
    seen in higher moments only. The same goes for the first term of the split, whose residuals hold $\alpha$ and $\beta$.
    """
    z = Symbol("z")
    for order, moment in [(0, d), (1, Integer(0)), (2, Integer(2))]:
        found = expectation(He(Integer(order), z).doit() * (z**2 + d - 1), z)
        yield Equal(found, moment, {d: integers(2)}, by=f"E[f* ||x||^2] at f* = He_{order}(u.x): d C_0 + tr H")
    own_mean = of_averages(linear_overlap, Integer(0), n)
    own_linear_part = of_averages(trace + d * mean, Integer(0), n)
    found = -(own_mean / sqrt(2 * pi) + own_linear_part / 2)
    yield Equal(found, stated.right, stated.domain_map(), by="the sample's own weight in alpha and beta")
