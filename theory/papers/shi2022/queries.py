r"""Theorem 3 and its surroundings: statistical queries, without input structure and with it.

Hidden bits are seen as signs $z_l = 2\tilde\phi_l - 1$, and $\Pi_A(z) = \prod_{l \in A} z_l$ is the parity on $A$. There are
$\binom Dk$ sets $A$ of $k$ bits. A query is a predicate $Q(x, y)$ with values 0 and 1; the answer is right up to the tolerance
$\tau$. What a learner outputs may toss coins: it is a function $h(x) \in [-1, 1]$ that predicts 1 with probability $(1 +
h)/2$, and its error on labels $y$ is $\frac12 - \frac12\mathbb{E}[h y]$. What it asks follows from the answers. Where it
draws its queries at random, a lower bound holds for an error that it has whatever is drawn, not for one that is averaged over
the draws.

The dictionary is the same for all laws of a family, so that a learner may know it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction

import sympy
from sympy import Basic, Function, Integer, Interval, Rational, Symbol, binomial, exp, oo, sqrt, symbols

from lemmata import AtMost, Edit, Equal, Given, Identity, IllFormed, Lower, Upper, Whp, as_printed, integers
from lemmata.obligations import Exact, Obligation
from theory.papers.shi2022.fixed_features import parities_orthogonal
from theory.papers.shi2022.paper import D, gamma, k, paper
from theory.parities import EnumeratedLeastMeanError, EnumeratedVoteError, MeanAbsoluteElementary

queries_asked = Symbol("q")
size = Symbol("N")
tolerance = Symbol(r"\tau")
advantage = Symbol(r"\epsilon")
samples = Symbol("n")
"""Queries, uncorrelated labels, the tolerance, by how much the error is below one half, and samples."""

i, j, r, y = symbols("i j r y")
"""Counts; background bits, so that D = k + r; by how much a tolerance is below the largest that a learner bears."""
HALF_LINE = Interval(0, oo)
POSITIVE = Interval.open(0, oo)

BESSEL = Given("Bessel's inequality")
CAUCHY_SCHWARZ = Given("Cauchy-Schwarz")
HOELDER = Given("Hölder")
BONAMI = Given("Bonami 1970: E f^4 <= 9^k (E f^2)^2 for polynomials of degree k on the cube")
PARSEVAL = Given("Parseval's identity on the cube")
ADVERSARY = Given("an adversary answers for all labels that are still possible")
HOEFFDING = Given("Hoeffding 1963: the mean of n independent variables with values in [0, 1]")
NEAREST_POINT = Given("the point h of least norm in a convex hull has E[h f] >= E[h^2] for every f in it")
BENT = Given(
    "bent functions: on 2j signs there is one whose correlation with each of the 4^j parities is 2^-j up to sign"
)


# What one query tells, and what one hypothesis knows.

with as_printed():
    most_eliminated = 1 / (8 * tolerance**2)


@paper.claim(
    "theorem-3-elimination",
    locator="Section 5.2, lower bound for learning without input structure",
    title="How many uncorrelated labels one query rules out",
    source="derived here",
    stated=Upper(Symbol("a"), most_eliminated, {tolerance: POSITIVE}),
    provenance=[parities_orthogonal],
)
def theorem_3_elimination(stated: Upper) -> Iterator[Obligation]:
    r"""Labels $f$ with values $\pm 1$, with $\mathbb{E}[f f'] = 0$ for every two; $a$ of them are incompatible with an answer
    that rules out as few as possible.

    With $Q_\pm(x) = Q(x, \pm 1)$ a query has $P_Q = \frac12\mathbb{E}[Q_+ + Q_-] + c_f$, where $c_f = \mathbb{E}[f Q_1]$ and
    $Q_1 = \frac12(Q_+ - Q_-)$ is at most $\frac12$ in absolute value: the predicate's two values are what makes this bound
    four times as good as for a correlational query of norm one. The answer is the middle of a window of width $2\tau$
    that holds as many of the $c_f$ as possible. If every window loses $a$ of the $N$ labels, then the $i$th smallest $c_f$
    and the $(i + N - a)$th differ by more than $2\tau$ for $i \le a$; added up, the sum over the $s = \min(a, N - a)$
    largest less that over the $s$ least exceeds $2a\tau$, and by Cauchy-Schwarz it is at most $\sqrt{2s}/2$.

    Attained where $2a = 4^j$ labels are the parities of $2j$ signs times one further sign, and the query asks whether $y$ is
    a bent function of them, with half of the labels of either sign.
    """
    count = Symbol("a")
    # The largest tolerance at which a query can rule out that many, or less.
    at = {tolerance: 1 / sqrt(8 * count * (1 + y))}
    every = {count: integers(1), y: HALF_LINE}
    sharp = stated.bound.subs({tolerance: Rational(1, 2) ** j / (2 * sqrt(1 + y))})
    with_signs = {count: integers(1), i: integers(0)}
    steps: list[Exact | Given] = [
        ADVERSARY,
        CAUCHY_SCHWARZ,
        Equal(
            (2 * count * tolerance) ** 2 / (2 * count / Integer(4)), 8 * count * tolerance**2,
            {count: integers(1), tolerance: POSITIVE}, by="(2 a tau)^2 is less than the squared norm bound, 2a/4",
        ),
        AtMost(2 * count, 2 * (count + i), with_signs, by="signed sums of 2s <= 2a labels"),
    ]  # fmt: skip
    if not stated.bound.has(sympy.Piecewise):
        steps += [AtMost(count, sympy.cancel(stated.bound.subs(at).doit()), every, by="solved for a")]
    yield BENT
    by = "half of 4^j labels, and a bent query"
    yield AtMost(4**j / Integer(2), sharp, {j: integers(1), y: HALF_LINE}, by=by, steps=steps)


with as_printed():
    most_known = 1 / (4 * advantage**2)


@paper.claim(
    "theorem-3-hypothesis",
    locator="Section 5.2, lower bound for learning without input structure",
    title="On how many uncorrelated labels one hypothesis is better than a coin",
    source="derived here",
    stated=Upper(Symbol("a"), most_known, {advantage: POSITIVE}),
    provenance=[parities_orthogonal],
)
def theorem_3_hypothesis(stated: Upper) -> Iterator[Obligation]:
    r"""Labels as in claim ``theorem-3-elimination``, on $a$ of which a hypothesis has error at most $\frac12 - \epsilon$.

    Its correlation with each of them is at least $2\epsilon$, so that $4 a \epsilon^2 \le \mathbb{E}h^2 \le 1$ by Bessel.
    Attained by a bent function, which has the same correlation with $4^j$ labels.
    """
    count = Symbol("a")
    steps: list[Exact | Given] = [BESSEL]
    if not stated.bound.has(sympy.Piecewise):
        at = {advantage: 1 / (2 * sqrt(count * (1 + y)))}
        reached = sympy.cancel(stated.bound.subs(at).doit())
        steps += [AtMost(count, reached, {count: integers(1), y: HALF_LINE}, by="solved for a")]
    yield BENT
    bent = stated.bound.subs(advantage, Rational(1, 2) ** j / 2)
    yield AtMost(4**j, bent, {j: integers(0)}, by="a bent function, 4^j labels", steps=steps)


with as_printed():
    surviving = 8 * tolerance**2 * (size - 1 / (4 * advantage**2))


@paper.claim(
    "theorem-3-survives",
    locator="Theorem 3",
    title="Queries needed to learn uncorrelated labels",
    source="derived here",
    stated=Lower(queries_asked, surviving, {size: integers(1), tolerance: POSITIVE, advantage: POSITIVE}),
    depends_on=[theorem_3_elimination, theorem_3_hypothesis],
    provenance=[parities_orthogonal],
)
def theorem_3_survives(stated: Lower) -> Iterator[Obligation]:
    r"""To have error at most $\frac12 - \epsilon$ on each of $N$ uncorrelated labels takes this many queries
    of tolerance $\tau$. The parities on $k$ of $D$ fair bits are $N = \binom Dk$ such labels.

    Each query leaves all but $1/(8\tau^2)$ of the labels possible, and the hypothesis does for at most $1/(4\epsilon^2)$ of
    those that are left. With the answer that any label-free source would give in the place of the best window, the factor 8
    is a 4.

    Without queries the bound is attained: a bent function has $\epsilon = \frac12 2^{-j}$ on $N = 4^j$ labels. Four labels
    with $f_1 f_2 f_3 f_4 = -1$ take two queries up to $\tau < \frac14$, the first whether $y = \frac12(f_1 + f_2 - f_3 -
    f_4)$; the bound is then 3/2.
    """
    domains = stated.domain_map()
    bound = stated.bound
    tolerances = {y: HALF_LINE}
    eliminated, known = (
        claim.upheld.formulas()["bound"].doit() for claim in (theorem_3_elimination, theorem_3_hypothesis)
    )
    steps: list[Exact | Given] = []
    if not bound.has(sympy.Piecewise):
        by = "q queries rule out all labels but those that the hypothesis knows"
        steps = [AtMost(sympy.cancel(bound.doit() * eliminated), sympy.cancel(size - known), domains, by=by)]
    yield BENT
    without = bound.subs({size: 4**j, advantage: Rational(1, 2) ** j / 2})
    yield AtMost(without, 0, {j: integers(0), tolerance: POSITIVE}, by="a bent function, no query", steps=steps)
    exact = bound.subs({advantage: Rational(1, 2), tolerance: 1 / (4 * (1 + y))})
    yield AtMost(exact, size - 1, domains | tolerances, by="each label but one is asked for", steps=steps)
    yield AtMost(exact.subs(size, 4), 2, tolerances, by="four labels of product -1, two queries", steps=steps)


# No query at all.


def _majority_error(labels: Basic) -> Basic:
    """The least error on each of a number of independent fair signs that one hypothesis can have, exact."""
    half = sympy.floor((labels - 1) / 2)
    return Rational(1, 2) - binomial(labels - 1, half) / 2**labels


_ON_ONE_SIGN = {
    D: ("k = 1, the majority", {k: 1}, integers(1)),
    r: ("D = k + 1 = r, parities on all bits but one", {D: r, k: r - 1}, integers(2)),
}
"""Where the least error is that of a majority vote: by the number of signs, the sizes in terms of it, and its domain."""

with as_printed():
    guessed = 1 / Integer(2) - 1 / (2 * binomial(D, k))


@paper.claim(
    "theorem-3-no-queries",
    locator="Theorem 3",
    title="The error of a guess",
    source="derived here",
    stated=Upper(
        Symbol(r"\min_h \max_A \Pr[h(z) \ne \Pi_A(z)]"), guessed, {D: integers(1), k: integers(1)}
    ),
    depends_on=[parities_orthogonal],
)  # fmt: skip
def theorem_3_no_queries(stated: Upper) -> Iterator[Obligation]:
    r"""One hypothesis, the same for all sets $A$ of $k \le D$ bits. No query is asked, and the error is below the
    $\frac12 - \binom Dk^{-3}$ of Theorem 3 wherever $k < D$.

    Guess the set, with equal chances: with the parity on the true one the guess has correlation one, with the others none.
    Or let all parities vote: $\mathbb{E}|e_k| \ge \mathbb{E} e_k^2 / \max|e_k| = 1$ with $e_k = \sum_A \Pi_A$, so that the vote
    is no worse; its error is that of claim ``theorem-3-vote``.
    """
    count = Symbol("C")
    general = stated.bound.replace(lambda e: isinstance(e, binomial), lambda _: count).doit()
    steps: list[Exact | Given] = []
    if not general.has(sympy.Piecewise, D, k):
        chosen = {count: integers(1)}
        others = parities_orthogonal.upheld.formulas()["right"]
        steps = [
            Equal(1 / count + others * (count - 1) / count, 1 / count, chosen, by="correlation of a guess"),
            AtMost((1 - 1 / count) / 2, general, chosen, by="its error"),
        ]
    for on, (by, sizes, numbers) in _ON_ONE_SIGN.items():
        yield AtMost(_majority_error(on), stated.bound.subs(sizes), {on: numbers}, by=by, steps=steps)


with as_printed():
    voted = 1 / Integer(2) - MeanAbsoluteElementary(k, D) / (2 * binomial(D, k))


@paper.claim(
    "theorem-3-vote",
    locator="Theorem 3",
    title="The least error on all parities without a query",
    source="derived here",
    stated=Identity(
        Symbol(r"\min_h \max_A \Pr[h(z) \ne \Pi_A(z)]"), voted, {D: integers(4, 8), k: integers(1, 4)}
    ),
    provenance=[theorem_3_no_queries],
)  # fmt: skip
def theorem_3_vote(stated: Identity) -> Iterator[Obligation]:
    r"""The vote $h = \operatorname{sign} e_k(z)$, with $e_k = \sum_A \Pi_A$ the elementary symmetric polynomial, has this
    error on every parity, and on average over $A$ no hypothesis has less. Where $s$ signs are negative $e_k$ is the
    Krawtchouk number $K_k(s; D)$.

    Both sides are compared with an enumeration of all labels of all inputs; the formula holds for all $k \le D$ by the same
    argument. Times $\sqrt{\binom Dk}$, the correlation $\mathbb{E}|e_k| / \binom Dk$ is .80 at $D = 100$, $k = 1$, .62 at $k
    = 3$, .54 at $k = 5$.
    """
    every = stated.domain_map()
    yield Equal(EnumeratedVoteError(k, D), stated.right, every, by="the vote, on its worst parity")
    yield Equal(EnumeratedLeastMeanError(k, D), stated.right, every, by="any hypothesis, on average over the parities")


with as_printed():
    voted_on_one = 1 / Integer(2) - 1 / sqrt(8 * D)


@paper.claim(
    "theorem-3-vote-one",
    locator="Theorem 3",
    title="The error of a majority vote",
    source="derived here",
    stated=Upper(Symbol(r"\min_h \max_i \Pr[h(z) \ne z_i]"), voted_on_one, {D: integers(1)}),
    provenance=[theorem_3_vote],
)
def theorem_3_vote_one(stated: Upper) -> Iterator[Obligation]:
    r"""For $k = 1$, where the vote is the majority of the signs.

    The error is exactly $\frac12 - 2^{-D}\binom{D - 1}{\lfloor (D - 1)/2 \rfloor}$, which is $\frac12 - \frac12 b_m$ for $D =
    2m$ and $D = 2m + 1$, with $b_m = 4^{-m}\binom{2m}{m}$; and $4m b_m^2$ is 1 at $m = 1$ and grows. Attained at $D = 2$.
    """
    pairs = Symbol("m")
    from_one = {pairs: integers(1)}
    steps: list[Exact | Given] = []
    if not stated.bound.has(sympy.Piecewise):
        central = binomial(2 * pairs, pairs) / 4**pairs
        gained = Rational(1, 2) - stated.bound.doit()
        ratio = (central.subs(pairs, pairs + 1) / central) ** 2 * (pairs + 1) / pairs
        steps = [
            AtMost(4 * gained.subs(D, 1) ** 2, 1, by="D = 1, where nothing is wrong: at most 1/2, squared"),
            Equal(4 * central.subs(pairs, 1) ** 2, 1, by="4m b_m^2 at m = 1"),
            Equal(ratio, (2 * pairs + 1) ** 2 / (4 * pairs * (pairs + 1)), from_one, by="its growth"),
            AtMost(4 * pairs * (pairs + 1), (2 * pairs + 1) ** 2, from_one, by="is at least one"),
            AtMost(16 * pairs * gained.subs(D, 2 * pairs) ** 2, 1, from_one, by="D = 2m: at most b_m/2, squared"),
            AtMost(
                16 * pairs * gained.subs(D, 2 * pairs + 1) ** 2, 1, from_one, by="D = 2m + 1: at most b_m/2, squared"
            ),
        ]
    yield AtMost(_majority_error(D), stated.bound, stated.domain_map(), by="the majority", steps=steps)


with as_printed():
    hypercontracted = sqrt(binomial(D, k)) / 3**k


@paper.claim(
    "theorem-3-vote-order",
    locator="Theorem 3",
    title="The advantage of the vote of all parities",
    source="derived here",
    stated=Lower(Symbol(r"\mathbb{E}|e_k(z)|"), hypercontracted, {D: integers(1), k: integers(1)}),
    depends_on=[parities_orthogonal],
    provenance=[theorem_3_vote],
)
def theorem_3_vote_order(stated: Lower) -> Iterator[Obligation]:
    r"""For $k \le D$. The vote's advantage over a coin is $\mathbb{E}|e_k| / (2\binom Dk)$, so that for every $k$, as $D$
    grows, it is a constant over $\sqrt{\binom Dk}$: no lower bound can speak of an advantage $\binom Dk^{-s}$ with $s >
    \frac12$.

    By Hölder's inequality $\mathbb{E}|f| \ge (\mathbb{E}f^2)^{3/2} / (\mathbb{E}f^4)^{1/2}$, and $\mathbb{E}e_k^2 = \binom
    Dk$. The constant is far from sharp: see claim ``theorem-3-vote``.
    """
    root, power = symbols("c t", positive=True)
    bound = stated.bound.replace(lambda e: isinstance(e, binomial), lambda _: root**2).doit()
    steps: list[Exact | Given] = []
    if not bound.has(sympy.Piecewise, D):
        scaled = bound.subs(Integer(3) ** k, power)
        holder = (root**2) ** Rational(3, 2) / sqrt(power**2 * root**4)
        by = "from the second and the fourth moment, with 3^k = t and C(D, k) = c^2"
        steps = [BONAMI, HOELDER, AtMost(sympy.cancel(scaled * power), holder * power, {
            root: POSITIVE, power: POSITIVE, k: stated.domain_map()[k]}, by=by)]  # fmt: skip
    for on, (by, sizes, numbers) in _ON_ONE_SIGN.items():
        exact = (1 - 2 * _majority_error(on)) * on
        yield AtMost(stated.bound.subs(sizes), exact, {on: numbers}, by=by, steps=steps)


with as_printed():
    known_of_class = 1 / Integer(2) - 1 / (2 ** (k + 1) * binomial(D, k))


@paper.claim(
    "theorem-3-class",
    locator="Theorem 3, with the family of Section 3",
    title="One hypothesis for all labels without input structure",
    source="derived here",
    stated=Upper(
        Symbol(r"\min_h \max_{A, P} \Pr[h(x) \ne y]"), known_of_class, {D: integers(1), k: integers(1)}
    ),
    provenance=[theorem_3_no_queries],
)  # fmt: skip
def theorem_3_class(stated: Upper) -> Iterator[Obligation]:
    r"""The family without input structure holds more than parities: for $k = 3$ the majority of three, $P = \{2, 3\}$; for $k
    = 5$ every $P$ made of 5, one of 1 and 4, and one of 2 and 3. Still one hypothesis does better than a coin on all of them,
    for all $A$ of $k \le D$ bits and all $P \subseteq [k]$, balanced or not.

    All labels are -1 where no bit is a one, as $0 \notin [k]$. So a mixture of labels has $\mathbb{E}f^2 \ge 2^{-k}$ for one
    set $A$. Averaged over the sets, a label of Fourier weights $W_j$ keeps $\sum_j W_j \binom kj / \binom Dj$, at least
    the share $1/\binom Dk$ of its squared norm, since $\binom Dk \binom kj = \binom Dj \binom{D - j}{k - j}$. Let $h$ be
    the point of least norm in the convex hull of all labels; by its uniqueness it is symmetric in the bits, so such an
    average, and its correlation with each label is at least its squared norm. It is predicted by tossing coins: for a random
    pair of $A$ and $P$.

    Attained at $D = k$, where the labels for $P$ and for its complement in $[k]$ differ at all inputs but one.
    """
    count = Symbol("C")
    domains = {k: stated.domain_map()[k]}
    general = stated.bound.replace(lambda e: isinstance(e, binomial), lambda _: count).doit()
    steps: list[Exact | Given] = []
    if not general.has(sympy.Piecewise, D):
        counts = {i: integers(0), j: integers(0), r: integers(0)}
        outside = binomial(i + r, i)
        by = "C(D, k) C(k, j) / C(D, j) with k = j + i, D = k + r"
        share = binomial(j + i + r, j + i) * binomial(j + i, j) / binomial(j + i + r, j)
        steps = [
            NEAREST_POINT,
            PARSEVAL,
            Equal(share, outside, counts, by=by),
            Equal(outside.subs(r, 0), 1, counts, by="which is one at r = 0"),
            Equal(outside.subs(r, r + 1) * (r + 1), outside * (i + r + 1), counts, by="and grows with r"),
            AtMost(r + 1, i + r + 1, counts, by="by a factor of at least one"),
            AtMost(
                Rational(1, 2) - Rational(1, 2) ** k / (2 * count), general, domains | {count: integers(1)},
                by="the error of the learner",
            ),
        ]  # fmt: skip
    own = stated.bound.subs(D, k)
    yield AtMost(Rational(1, 2) - Rational(1, 2) ** k / 2, own, domains, by="D = k, one set", steps=steps)


with as_printed():
    twice = binomial(2 * k + r, k)
    learned = 1 / Integer(2) - 1 / (2 ** (k + 1) * twice)
    asked_for = 1 / Integer(2) - 1 / twice**3


@paper.claim(
    "theorem-3-reached",
    locator="Theorem 3",
    title="The printed error is reached without a query",
    source="derived here",
    stated=Upper(learned, asked_for, {k: integers(2), r: integers(0)}),
    depends_on=[theorem_3_class],
)
def theorem_3_reached(stated: Upper) -> Iterator[Obligation]:
    r"""On the whole family without input structure, for every $D = 2k + r$ with $k \ge 2$: on the left is the error of claim
    ``theorem-3-class``, on the right that of Theorem 3. For $k = 1$ it is reached from $D = 3$ on.

    $\binom{2k + r}{k} \ge 2^k$, since it grows with $r$ and at $r = 0$ at least doubles with $k$; and $4^k \ge 2^{k + 1}$.
    """
    four, more = symbols("h g", positive=True)  # 2^k = 4h and C(2k + r, k) = 4hg
    domains = stated.domain_map()
    names = {four: Interval(1, oo), more: Interval(1, oo)}
    sets = binomial(2 * k + r, k)
    middle = sets.subs(r, 0)
    numbers = {k: integers(1), r: integers(0)}
    steps: list[Exact | Given] = [
        Equal(middle.subs(k, 1), 2, by="2 at k = 1, r = 0"),
        Equal(middle.subs(k, k + 1) * (k + 1), middle * 2 * (2 * k + 1), numbers, by="growth with k at r = 0"),
        AtMost(2 * (k + 1), 2 * (2 * k + 1), numbers, by="by a factor of at least two"),
        Equal(sets.subs(r, r + 1) * (k + r + 1), sets * (2 * k + r + 1), numbers, by="growth with r"),
        AtMost(k + r + 1, 2 * k + r + 1, numbers, by="by a factor of at least one"),
    ]
    printed, known = (
        sympy.expand(_advantage(error, 4 * four * more).subs(Integer(2) ** k, 4 * four) * (4 * four * more) ** 3)
        for error in (stated.bound, stated.quantity)
    )
    if printed.has(sympy.Piecewise, k, r) or known.has(sympy.Piecewise, k, r):
        steps = []
    else:
        by = "advantages over a coin, times C^3, with 2^k = 4h and C = 4hg"
        steps += [AtMost(printed, known, names, by=by)]
    of_class = theorem_3_class.upheld.formulas()["bound"].subs(D, 2 * k + r)
    yield Equal(of_class, stated.quantity, domains, by="the error of one hypothesis for all labels")
    yield AtMost(stated.quantity, stated.bound, domains, by="the errors", steps=steps)


def _advantage(error: Basic, sets: Basic) -> Basic:
    """By how much an error is below one half, expanded, with another expression for the number of sets."""
    return sympy.expand(Rational(1, 2) - error.replace(lambda e: isinstance(e, binomial), lambda _: sets).doit())


# Theorem 3.


class LeastEffort(Function):
    """The least max(q, 1/tau) of a learner by q statistical queries of tolerance tau whose error is less than the argument on
    the whole family without input structure. A name only: a learner's own effort is at least as large.
    """

    nargs = 1

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\min_{{\text{{error}} < {printer.doprint(self.args[0])}}} \max(q, 1/\tau)" + (
            f"^{{{exp}}}" if exp else ""
        )


SIZES = ((9, 1), (100, 1), (6, 3), (100, 3), (80, 5), (100, 5), (512, 32))
"""D and k at which a learner is looked for that needs less than the theorem says."""

with as_printed():
    reached_error = 1 / Integer(2) - 1 / binomial(D, k) ** 3
    printed_effort = binomial(D, k) ** (1 / Integer(3)) / 2


@paper.claim(
    "theorem-3",
    locator="Theorem 3",
    title="Learning without input structure by statistical queries",
    stated=Lower(LeastEffort(reached_error), printed_effort, {D: integers(1), k: integers(1)}),
    correction=[
        Edit(
            "the printed error is reached without a query; one less than 1/2 by the inverse root of the number of sets is not",
            "quantity", 3, Rational(1, 2),
        ),
    ],
    listed={"slack": "the constant 1/2 may be 6^(1/3) = 1.8"},
    depends_on=[theorem_3_reached, theorem_3_survives, theorem_3_vote_one, parities_orthogonal],
    provenance=[theorem_3_vote_order],
)  # fmt: skip
def theorem_3(stated: Lower) -> Iterator[Obligation]:
    r"""For $k \le D$. A learner that asks nothing has an effort of one, as $\tau \le 1$, and $\frac12\binom Dk^{1/3} > 1$ from
    nine sets on. By claim ``theorem-3-reached`` it has an error below the printed one on the whole family for all $D
    \ge 2k$ but the least. At $k = 1$, $D = 9$, it is the majority vote of the bits,
    with error $93/256 < \frac12 - 9^{-3}$.

    With $\binom Dk^{-1/2}$ in the place of $\binom Dk^{-3}$ the theorem holds, by claim ``theorem-3-survives`` for the
    parities alone; $.51\binom Dk^{-1/2}$ would do. Up to a constant, which may depend on $k$, this is the smallest
    advantage that does: see claims ``theorem-3-vote-order`` and ``theorem-3-vote-one``. What the text says after the
    theorem, of learners of polynomial effort, rests on no more than that. The same claim gives $q \ge 6\tau^2\binom Dk$,
    which is more than the theorem says wherever $1/\tau$ is of a smaller order than $\binom Dk^{1/3}$.

    Queries drawn at random do not help, as long as the error is to hold whatever is drawn. For an error that is averaged
    over the draws the theorem with $\binom Dk^{-1/2}$ fails too: at $k = 1$, $D = 10^8$ a learner asks for the majorities of
    68 random blocks of 243 bits, then for those of thirds of the block that shows, with an effort of 79, against 232.

    The theorem is quoted from Blum et al. (1994), which was not at hand; what is refuted is the statement as it is printed
    here. Read was the main text of the version submitted to ICLR, not its appendices, nor later versions.
    """
    domains = stated.domain_map()
    if not isinstance(stated.quantity, LeastEffort):
        yield AtMost(stated.bound, stated.quantity, domains, by="the bound")
        return
    (error,) = stated.quantity.args
    for bits, chosen in SIZES:
        at = {D: bits, k: chosen}
        for name, claim in _WITHOUT_QUERIES.items():
            if claim is theorem_3_vote_one and chosen != 1:
                continue
            ahead = error.subs(at).doit() - claim.upheld.formulas()["bound"].subs(at).doit()
            if ahead.is_positive:
                yield AtMost(stated.bound.subs(at), 1, by=f"D = {bits}, k = {chosen}: {name}, no query")
    yield _asked_one_by_one(stated, error)


_WITHOUT_QUERIES = {"majority vote": theorem_3_vote_one, "one hypothesis for all labels": theorem_3_class}
"""Learners without queries, each by the claim that bounds its error."""


def _asked_one_by_one(stated: Lower, error: Basic) -> AtMost:
    """A learner that asks for each parity but one, and the proof that none does with less than the bound."""
    root = Symbol("w", positive=True)
    steps: list[Exact | Given] = []
    sets = binomial(D, k)
    gained, effort = (
        side.replace(lambda e: isinstance(e, binomial), lambda _: root**6).doit()
        for side in (Rational(1, 2) - error, stated.bound)
    )
    if not (gained.has(sympy.Piecewise, D, k) or effort.has(sympy.Piecewise, D, k)):
        needed = theorem_3_survives.upheld.formulas()["bound"].doit()
        by = "t >= X / t^2 for the effort t, with w^6 sets and X queries at tolerance 1"
        at_one = needed.subs({size: root**6, tolerance: 1, advantage: gained})
        steps = [AtMost(sympy.expand(effort**3), sympy.expand(at_one), {root: Interval(1, oo)}, by=by)]
    by = "each parity but one is asked for, at tolerances up to 1/4"
    return AtMost(stated.bound, sympy.Max(sets - 1, 4), stated.domain_map(), by=by, steps=steps)


# What a query costs in samples, and what the input structure gives away.

with as_printed():
    sampling_failure = 2 * exp(-2 * samples * tolerance**2)


@paper.claim(
    "query-samples",
    locator="Section 4, before Theorem 3",
    title="Answering a query from samples",
    source="derived here",
    stated=Whp(
        Symbol(r"|\hat P_Q - P_Q|"), tolerance, sampling_failure, {samples: integers(1), tolerance: HALF_LINE}
    ),
)  # fmt: skip
def query_samples(stated: Whp) -> Iterator[Obligation]:
    r"""$\hat P_Q$ is the share of $n$ independent samples at which the predicate is true. So $n \ge
    \log(2/\delta)/(2\tau^2)$ samples answer a query with probability $1 - \delta$: the paper's $O(1/\tau^2)$, with its
    constant.

    For several queries on the same samples $\delta$ is divided by their number, as long as they do not depend on the
    answers. Counterexamples are looked for at predicates of probability 1/2.
    """
    domains = stated.domain_map()
    steps: list[Exact] = []
    if not (stated.failure.has(sympy.Piecewise) or stated.threshold.has(sympy.Piecewise)):
        steps = [AtMost(_hoeffding(stated.threshold), stated.failure, domains, by="at the threshold")]
    equal = sympy.Piecewise((2 ** (1 - samples), stated.threshold <= Rational(1, 2)), (0, True))
    yield AtMost(equal, stated.failure, domains, by="P_Q = 1/2, n equal answers", steps=[HOEFFDING, *steps])
    for number, off in itertools.product((1, 2, 4), (Rational(1, 2), Rational(3, 4))):
        at = {samples: number, tolerance: off}
        passed = _passes(number, stated.threshold.subs(at).doit())
        by = f"n = {number}, P_Q = 1/2, tau = {off}"
        yield AtMost(passed, stated.failure.subs(at), by=by, steps=steps)


def _hoeffding(threshold: Basic) -> Basic:
    """Hoeffding's bound on the probability that a mean of n variables with values in [0, 1] is off by a threshold."""
    return 2 * exp(-2 * samples * threshold**2)


def _passes(number: int, threshold: Basic) -> Rational:
    """The probability that the share of heads among fair coins is off by at least a threshold, exact."""
    if not threshold.is_Rational:
        raise IllFormed(f"a threshold of {threshold}: expected a number")
    off = Fraction(int(threshold.p), int(threshold.q))
    ways = sum(math.comb(number, s) for s in range(number + 1) if abs(Fraction(s, number) - Fraction(1, 2)) >= off)
    return Rational(ways, 2**number)


with as_printed():
    telling = gamma / 2


@paper.claim(
    "structured-queries",
    locator="Section 5.2, second remark on lower bounds",
    title="With input structure, a query for each bit finds the class-relevant ones",
    source="derived here",
    stated=Identity(Symbol(r"\tau_{\text{max}}"), telling, {gamma: POSITIVE}),
)
def structured_queries(stated: Identity) -> Iterator[Obligation]:
    r"""The largest tolerance, itself excluded, at which the $D$ queries whether $y = z_i$ tell every bit of $A$ from every
    other.

    By (A0) and the definition of the signal, $P_Q = \frac12 + \gamma$ for $i \in A$. Background bits are independent of the
    label by (A2), so that $P_Q = \frac12$ for them, whatever $p_o$. Answers are told apart as long as $2\tau < \gamma$;
    an answer of $\frac12 + \frac12\gamma$ is compatible with both at $\tau = \frac12\gamma$. This is why the lower bound
    for queries cannot hold with input structure: $D$ queries of tolerance $1/\tau = O(1/\gamma)$ find one of $\binom Dk$ sets.
    """
    both, only, shown = symbols("a c p")
    joint = {both: HALF_LINE, only: HALF_LINE}
    signal = both - only  # with E y = 0; a = Pr[y = 1, phi = 1] and c = Pr[y = -1, phi = 1]
    agrees = both + (Rational(1, 2) - only)
    background = shown / 2 + (1 - shown) / 2
    yield Equal(agrees, Rational(1, 2) + signal, joint, by="Pr[y = z_i] for a bit of A, with (A0)")
    yield Equal(background, Rational(1, 2), {shown: Interval(0, 1)}, by="for a background bit, with (A2)")
    apart = (Rational(1, 2) + gamma - background) / 2
    yield Equal(apart, stated.right, stated.domain_map() | {shown: Interval(0, 1)}, by="half of their distance")


with as_printed():
    unresolved = 2 * k * tolerance


@paper.claim(
    "structured-learner",
    locator="Section 5.2, second remark on lower bounds",
    title="Error of a learner by D + k queries, with input structure",
    source="derived here",
    stated=Upper(Symbol(r"\Pr[h(x) \ne y]"), unresolved, {k: integers(1), tolerance: POSITIVE}),
    depends_on=[structured_queries],
)
def structured_learner(stated: Upper) -> Iterator[Obligation]:
    r"""For every law with the assumptions of Section 3, at tolerances $\tau < \frac12\gamma$. The first $D$ queries find $A$;
    then it is asked for each $j \in [k]$ whether $y = 1$ and $j$ of its bits are ones, and 1 is predicted where the answer
    is more than $\tau$. So $D + k$ queries with $1/\tau$ above $\max(2/\gamma, 2k/\epsilon)$ learn to error $\epsilon$: a
    polynomial number, against claim ``theorem-3``.

    Numbers of ones outside of $P$ get answers of at most $\tau$, and those of $P$ with a probability of more than $2\tau$ get
    larger ones. What is wrong are at most $k$ numbers with probabilities of at most $2\tau$. Attained for $k \ge 2$ at $\tau
    = 1/(4k)$, by $P = [k]$ and bits that are all zero with probability one half, and else exchangeable with a uniform number
    of ones; $\gamma = (k + 1)/(4k)$.
    """
    wrong = symbols("m")
    steps: list[Exact | Given] = []
    if not stated.bound.has(sympy.Piecewise):
        at = {k: wrong + i}
        every = {wrong: integers(0), i: integers(0), tolerance: POSITIVE}
        steps = [AtMost(2 * tolerance * wrong, stated.bound.subs(at).doit(), every, by="at most k numbers of ones")]
    numbers = {k: integers(1)}
    here = stated.bound.subs(tolerance, 1 / (4 * k))
    uniform = 1 / (2 * k)
    yield Equal(uniform * k, Rational(1, 2), numbers, by="(A0) for the law at which it is attained")
    mean = sympy.summation(uniform * j / k, (j, 1, k))
    yield AtMost(2 / (4 * k), sympy.factor(mean), numbers, by="its signal is at least twice the tolerance")
    yield AtMost(uniform * k, here, numbers, by="every answer is at the tolerance", steps=steps)
