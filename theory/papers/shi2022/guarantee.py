"""Section 4, Theorem 1: what its hypotheses ask for, and how its numbers fit together."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Basic, Integer, Interval, Max, Piecewise, Rational, S, Symbol, diff, log, oo, sqrt, symbols

from lemmata import AtMost, Construction, Equal, Given, IllFormed, Upper, Whp, as_printed, integers
from lemmata.obligations import Obligation
from theory.bounds import Bound, Monomial
from theory.papers.shi2022.emergence import lemma_5_background, lemma_5_beta, lemma_5_class
from theory.papers.shi2022.first_step import RELEVANT, active, first_step_direction, step
from theory.papers.shi2022.improvement import lemma_6_background, lemma_6_improvement, lemma_6_mask
from theory.papers.shi2022.network import head, m
from theory.papers.shi2022.paper import D, gamma, k, paper
from theory.papers.shi2022.representation import lemma_4
from theory.papers.shi2022.setting import scale

epsilon, delta = symbols(r"\epsilon \delta")
"""The error that is asked for, and the probability of failure."""

SHARES = Interval.open(0, 1)
POSITIVE = Interval.open(0, oo)

# The metric.

product = Symbol("u")
"""y g(x)."""

with as_printed():
    wrong = Piecewise((1, product <= 0), (0, True))
    hinge = Max(1 - product, 0)


@paper.claim(
    "error-below-hinge-loss",
    locator="Theorem 1, the first inequality",
    title="The classification error is at most the hinge loss",
    stated=Upper(quantity=wrong, bound=hinge, domains={product: S.Reals}),
)
def error_below_hinge_loss(stated: Upper) -> Iterator[Obligation]:
    r"""At one input, with $u = y g(x)$: $1[\operatorname{sign} g(x) \ne y] = 1[u \le 0] \le \max(1 - u, 0)$.

    $\operatorname{sign}(0) = 0$ is no label and counts as an error; there the two are equal. So $\Pr[\operatorname{sign}(g)
    \ne y] \le L_{\mathcal D}(g)$ for every $g$, and a loss of $\epsilon$ gives an error of $\epsilon$. The loss in Theorem
    1 is the one without noise.
    """
    distance = Symbol("t", nonnegative=True)
    for_all = {distance: Interval(0, oo)}
    linear, floor = _both_branches(stated.bound)
    for place, error, part, words in (
        (-distance, Integer(1), linear, "an error"),
        (1 / (1 + distance), Integer(0), linear, "right, inside of the margin"),
        (1 + distance, Integer(0), floor, "right, beyond the margin"),
    ):
        here = {product: place}
        steps = [
            Equal(stated.quantity.subs(here), error, for_all, by=f"{words}: the indicator"),
            AtMost(error, part.subs(here), for_all, by=f"{words}: below one of the two numbers"),
        ]
        yield AtMost(stated.quantity.subs(here), stated.bound.subs(here), for_all, by=words, steps=steps)


def _both_branches(bound: Basic) -> tuple[Basic, Basic]:
    """The two parts of a largest of two, the one that depends on u first, with what scales it.

    Raises
    ------
    IllFormed : there is no such part.
    """
    found = bound.atoms(Max)
    if len(found) != 1:
        raise IllFormed(f"{bound} is no multiple of a largest of two")
    (largest,) = found
    parts = sorted(largest.args, key=lambda part: not part.has(product))
    if len(parts) != 2:
        raise IllFormed(f"{largest} is not the largest of two")
    return bound.xreplace({largest: parts[0]}), bound.xreplace({largest: parts[1]})


# The theorem, and its hypotheses with all constants equal to one.

theorem_1 = paper.state(
    "theorem-1",
    locator="Theorem 1",
    title="Two-layer networks learn every law of the family",
    stated=Whp(
        Symbol(r"\min_{t \in [T]} L_{\mathcal D}(g^{(t)})"), epsilon, delta, {epsilon: SHARES, delta: SHARES}, side=">="
    ),
    listed={
        "open": "its hypotheses leave the constants open, its hyperparameters are set in an appendix that was not at hand, "
        "and with constants of one the least width is of order 10^51 (claim theorem-1-least-size), so that no run can test it. "
        "What it consists of is checked by itself: the network of Lemma 4, the two steps of Lemmas 5 and 6, the classifier's "
        "step sizes; and its mechanism is measured at small sizes"
    },
    provenance=[
        error_below_hinge_loss,
        lemma_4,
        lemma_5_class,
        lemma_5_beta,
        lemma_5_background,
        lemma_6_mask,
        lemma_6_background,
        lemma_6_improvement,
    ],
    prose=r"""For every law in $\mathcal F_\Xi$ with $p_o = \Omega(k^2/D)$, $k = \Omega(\log^2(Dm/(\delta\gamma)))$ and
    $m \ge \max\{\Omega(k^{12}/\epsilon^{3/2}), D\}$, over the initialisation of $2m$ neurons.

    The gradients are those of the population, so the theorem says nothing of samples; it takes $T = m^{4/3}$ steps. The
    hyperparameters may depend on $\Xi$, which holds $\gamma$ and $p_o$. It promises one good time $t$, and does not say
    which.""",
)

LEAST_BACKGROUND, LEAST_WIDTH = r"\text{least } p_o", r"\text{least } m"
LEAST_DICTIONARY, ERROR_OF_WIDTH = r"\text{least } D", r"\epsilon \text{ at width } m"

with as_printed():
    least_background = k**2 / D
    least_width = Max(k**12 / epsilon ** Rational(3, 2), D)
    least_dictionary = 2 * k**2
    error_of_width = k**8 / m ** Rational(2, 3)


@paper.claim(
    "theorem-1-regime",
    locator="Theorem 1, hypotheses",
    title="What the hypotheses on the background and on the width say",
    source="derived here",
    stated=Construction(
        parts={LEAST_BACKGROUND: least_background, LEAST_WIDTH: least_width},
        properties={LEAST_DICTIONARY: least_dictionary, ERROR_OF_WIDTH: error_of_width},
        domains={k: integers(1), D: integers(1), m: integers(1), epsilon: POSITIVE},
    ),
    provenance=[theorem_1],
)
def theorem_1_regime(stated: Construction) -> Iterator[Obligation]:
    r"""With constants of one. $k^2/D \le p_o \le 1/2$, the second by (A2), asks for $D \ge 2k^2$: the relevant patterns are
    at most a $1/(2k)$ of the dictionary. And at a width $m \ge D$ the theorem promises an error of $k^8 m^{-2/3}$: an error
    eight times smaller takes about 23 times the width.
    """
    background, width = stated.parts.values()
    dictionary, error = stated.properties.values()
    (term,) = _terms(background, (k, D), D)
    yield from _same(term.threshold(D, Rational(1, 2)).expression, dictionary, "where the least p_o is 1/2")
    (term,) = _terms(width, (k, epsilon, D), epsilon)
    yield from _same(term.threshold(epsilon, m).expression, error, "the error at which the least width is m")
    (other,) = _terms(width, (k, epsilon, D), D)
    yield from _same(other.expression, D, "nor is it below the size of the dictionary")


def _terms(formula: Basic, variables: tuple[Symbol, ...], variable: Symbol) -> list[Monomial]:
    """The term of a bound that depends on a variable.

    Raises
    ------
    IllFormed : none or several do.
    """
    terms = [term for term in Bound.read(formula, variables).terms if term.power(variable) != 0]
    if len(terms) != 1:
        raise IllFormed(f"{formula} has not one term with {variable}")
    return terms


def _same(one: Basic, other: Basic, by: str) -> Iterator[Obligation]:
    """That two monomials are equal, at all positive values."""
    positive = {symbol: Symbol(symbol.name, positive=True) for symbol in one.free_symbols | other.free_symbols}
    for_all = dict.fromkeys(positive.values(), POSITIVE)
    yield Equal(one.xreplace(positive), other.xreplace(positive), for_all, by=by)


MOST_LIKELY = {gamma: Rational(1, 2), delta: Integer(1), epsilon: Integer(1)}
"""The largest signal, and the ends of the probabilities: where the hypotheses ask for least."""

PATTERNS, WIDTH, BITS = "k", "m", "D"

with as_printed():
    least_patterns = Integer(19514)
    width_at_least = Integer(19514) ** 12
    bits_at_least = 2 * Integer(19514) ** 2


@paper.claim(
    "theorem-1-least-size",
    locator="Theorem 1, hypotheses",
    title="The smallest problem that satisfies all hypotheses, with constants of one",
    source="derived here",
    stated=Construction(
        parts={PATTERNS: least_patterns}, properties={WIDTH: width_at_least, BITS: bits_at_least}, domains={}
    ),
    depends_on=[theorem_1_regime],
)
def theorem_1_least_size(stated: Construction) -> Iterator[Obligation]:
    r"""With constants of one and natural logarithms: $k \ge \log^2(Dm/(\delta\gamma))$ with $D \ge 2k^2$, $m \ge k^{12}$,
    $\gamma \le 1/2$ and $\delta, \epsilon < 1$ asks for $\sqrt k > \log(4 k^{14})$, which fails for every $k < 19514$ and
    can be met from there on: $m$ is then at least $3.0 \cdot 10^{51}$ and $D$ at least $7.6 \cdot 10^8$. At the size of the
    paper's simulation, $D = 100$, $k = 5$ and $m = 300$, the hypotheses hold with much smaller constants only. All depends
    on them: with $1/200$ before the logarithm's square every $k$ would do.

    $\log(4k^{14}) - \sqrt k$ has the slope $(28 - \sqrt k)/(2k)$: it increases up to $k = 784$ and decreases from there, so
    on $[1, N - 1]$ it is at least the smaller of its values at the ends.
    """
    (least,) = stated.parts.values()
    width, bits = stated.properties.values()
    hypotheses = theorem_1_regime.upheld.formulas()
    dictionary = hypotheses[f"properties.{LEAST_DICTIONARY}"]
    (term,) = _terms(hypotheses[f"parts.{LEAST_WIDTH}"], (k, epsilon, D), epsilon)
    neurons = term.expression.subs(MOST_LIKELY)
    inside = dictionary * neurons / (delta * gamma).subs(MOST_LIKELY)
    missing = log(inside) - sqrt(k)
    root = Symbol("q")
    yield Equal(inside, 4 * k**14, {k: integers(1)}, by="the logarithm's argument where it is least")
    turn = diff(missing, k) * 2 * k
    yield Equal(turn.subs(k, root**2), 28 - sqrt(root**2), {root: POSITIVE}, by="the slope's sign")
    yield AtMost(0, missing.subs(k, 1), by="not satisfied at k = 1")
    yield AtMost(0, missing.subs(k, least - 1), by="nor at the last k before")
    yield AtMost(784, least - 1, by="which is on the falling branch")
    yield AtMost(missing.subs(k, least), 0, by="satisfied at k")
    yield Equal(neurons.subs(k, least), width, by="the width there")
    yield Equal(dictionary.subs(k, least), bits, by="the dictionary there")
    yield AtMost(bits, width, by="m >= D asks for no more")


# The classifier's step sizes.

RATE, STEPS = r"\eta^{(t)}", "T"
MOVE, GRADIENT_TERM, HEAD = r"\sum_{2 < t \le T} \eta^{(t)}", r"\eta G^2/2", r"\text{largest } \|a^\star\|^2"

with as_printed():
    steps_of_width = m ** Rational(4, 3)
    printed_rate = k**2 / (m ** Rational(4, 3) * m ** Rational(1, 3))
    most_moved = k**2 / m ** Rational(1, 3)


@paper.claim(
    "classifier-stage-length",
    locator="Section 5.1, Classifier Learning Stage",
    title="How far the parameters can move after the second step",
    source="derived here",
    stated=Upper(
        quantity=(steps_of_width - 2) * printed_rate,
        bound=most_moved,
        domains={k: integers(1), m: integers(1)},
    ),
)
def classifier_stage_length(stated: Upper) -> Iterator[Obligation]:
    r"""The sum of the step sizes $\eta^{(t)} = k^2/(T m^{1/3})$ over $2 < t \le T = m^{4/3}$, $T$ rounded where $m$ is no
    cube. The gradient in one $a_i$ is at most 1, and in one $w_i$ at most $|a_i|\, E|x| \le |a_i|$, so this is how far each
    head weight can go without weight decay, and times the largest $|a_i|$ how far each $w_i$ can. At the least width of
    Theorem 1 it is $k^{-2}\sqrt\epsilon$.
    """
    every = stated.domain_map()
    root, patterns = Symbol("c", positive=True), Symbol("k", positive=True)
    cube = {k: patterns, m: root**3}
    moved, bound = (
        (formula.subs(cube) * root**5 / patterns**2).expand() for formula in (stated.quantity, stated.bound)
    )
    steps = [AtMost(moved, bound, {root: POSITIVE, patterns: POSITIVE}, by="times c^5/k^2, with c the cube root of m")]
    yield AtMost(stated.quantity, stated.bound, every, by="the number of steps is below T", steps=steps)


DECAY, SHRUNK, SHRUNK_AT_LEAST = (
    r"\lambda_w^{(t)}",
    r"2 \sum_{2 < t \le T} \eta^{(t)} \lambda_w^{(t)}",
    r"\text{at the least } m",
)

with as_printed():
    printed_decay = k**3 / (scale * m ** Rational(1, 3))
    shrunk = 2 * k**5 / (scale * m ** Rational(2, 3))
    shrunk_at_least = 2 * epsilon / (k**3 * scale)


@paper.claim(
    "classifier-stage-decay",
    locator="Section 5.1, Classifier Learning Stage",
    title="How much the weights shrink after the second step",
    source="derived here",
    stated=Construction(
        parts={DECAY: printed_decay},
        properties={SHRUNK: shrunk, SHRUNK_AT_LEAST: shrunk_at_least},
        domains={k: integers(1), m: integers(1), scale: POSITIVE, epsilon: POSITIVE},
    ),
    depends_on=[classifier_stage_length, theorem_1_regime],
)
def classifier_stage_decay(stated: Construction) -> Iterator[Obligation]:
    r"""With the largest printed $\lambda_w^{(t)} = k^3/(\tilde\sigma m^{1/3})$ the weights lose at most the share $2 \sum_t
    \eta^{(t)} \lambda_w^{(t)}$ of themselves to the decay, which at the least width is $2\epsilon/(k^3 \tilde\sigma)$. With
    claim ``classifier-stage-length`` for the gradient's part, this is what the paper means by weights that do not change
    too much.

    A product of factors $1 - 2\eta\lambda \ge 0$ is at least one less the sum of what they take away.
    """
    (decay,) = stated.parts.values()
    share, at_least = stated.properties.values()
    moved = classifier_stage_length.upheld.formulas()["bound"]
    yield from _same(2 * moved * decay, share, "the length of the steps times twice the decay")
    error = theorem_1_regime.upheld.formulas()[f"properties.{ERROR_OF_WIDTH}"]
    yield from _same(share, at_least.subs(epsilon, error), "with the error that the width promises")


HEAD_SPREAD, WANTED, STEP_SIZE = r"\sigma_a", r"\langle M_j, w_i^\star\rangle", r"\eta^{(1)}"

with as_printed():
    printed_spread = scale**2 / (gamma * k**2)
    wanted_component = scale / (4 * k)
    step_wanted = k / (4 * active)


@paper.claim(
    "first-step-scale",
    locator="Section 3.1, Training Process, with Lemma 4",
    title="The step size that would make the first step's weights those of Lemma 4",
    source="derived here",
    stated=Construction(
        parts={HEAD_SPREAD: printed_spread, WANTED: wanted_component},
        properties={STEP_SIZE: step_wanted},
        domains={k: integers(1), scale: POSITIVE, gamma: POSITIVE, active: POSITIVE},
    ),
    depends_on=[first_step_direction],
)
def first_step_scale(stated: Construction) -> Iterator[Obligation]:
    r"""A neuron with a head of the size $\sigma_a = \tilde\sigma^2/(\gamma k^2)$ has the components $\eta^{(1)} \sigma_a
    \beta\gamma/\tilde\sigma$ on the patterns of $A$ after the first step, and Lemma 4 wants $\tilde\sigma/(4k)$. That needs
    $\eta^{(1)} = k/(4\beta)$: the initialisation is scaled such that $D$, $\gamma$ and $p_o$ drop out. To leading order, as
    in claim ``first-step-direction``.
    """
    spread, wanted = stated.parts.values()
    (size,) = stated.properties.values()
    component = first_step_direction.upheld.formulas()[f"parts.{RELEVANT}"]
    yield from _same(component.subs({step: size, head: spread}), wanted, "the first step's component on A")


with as_printed():
    gradient_term = k**2 / m ** Rational(2, 3)
    head_allowed = 2 * k**10 / m


@paper.claim(
    "classifier-stage-budget",
    locator="Section 5.1, Classifier Learning Stage",
    title="The head that the classifier stage can find",
    source="derived here",
    stated=Construction(
        parts={RATE: printed_rate, STEPS: steps_of_width},
        properties={GRADIENT_TERM: gradient_term, HEAD: head_allowed},
        domains={k: integers(1), m: POSITIVE},
    ),
    depends_on=[theorem_1_regime],
)
def classifier_stage_budget(stated: Construction) -> Iterator[Obligation]:
    r"""Online gradient descent leaves, of a convex loss with gradients of norm $G$ and against a head $a^\star$, at most
    $\|a^\star\|^2/(2 \eta T) + \eta G^2/2$ on average over $T$ steps of one size, where it starts at zero; elsewhere
    $\|a^\star\|$ is the distance from the start. The $2m$ features are in $[0, 1]$, so $G^2 \le 2m$, and the second
    term is $\epsilon/k^6$ at the error $\epsilon = k^8 m^{-2/3}$ of width $m$. The first one is at most $\epsilon$ for
    heads with $\|a^\star\|^2 \le 2k^{10}/m$.

    So the printed step sizes and number of steps fit the printed width if the learned features bear such a head. Lemma 4's
    network, with its $3(k + 1)$ weights of at most $32k$ spread each over a share $\rho$ of the $m$ neurons, has at most
    $3(k + 1)(32k)^2/(\rho m)$: shares down to the order of $k^{-7}$ suffice.
    """
    rate, steps = stated.parts.values()
    term, largest = stated.properties.values()
    every = stated.domain_map()
    yield Given("Zinkevich 2003, proof of Theorem 1, for a constant step size")
    error = theorem_1_regime.upheld.formulas()[f"properties.{ERROR_OF_WIDTH}"]
    yield Equal(rate * 2 * m / 2, term, every, by="the gradients' term")
    yield Equal(largest / (2 * rate * steps), error, every, by="the head's term is the error at this width")
    yield AtMost(term * m ** Rational(2, 3), error * m ** Rational(2, 3), every, by="the gradients' term is no larger")
