"""Section 6: the experiments."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Basic, FiniteSet, Integer, Interval, Rational, Set, Symbol, expand, factorial, oo, sqrt

from lemmata import (
    Construction,
    Equal,
    Identity,
    Separation,
    Tight,
    Upper,
    as_printed,
    integers,
)
from lemmata.obligations import Obligation
from theory.hermite import He
from theory.papers.damian2022.alignment import alignment_law
from theory.papers.damian2022.expansions import hermite_correlation
from theory.papers.damian2022.gradient import equation_1
from theory.papers.damian2022.paper import d, n, p, paper, x
from theory.single_index import HermiteSum, hermite_sum

with as_printed():
    printed_target = He(2, x) / 2 + He(p, x) / sqrt(2 * factorial(p))
    printed_at_4 = He(2, x) / 2 + He(4, x) / (4 * sqrt(3))
    printed_quadratic = He(2, x) / 2


@paper.claim(
    "eq-2",
    locator="Section 6.1, Eq. (2)",
    title="The target of the experiments",
    stated=Construction(
        parts={"g": printed_target, "g_4": printed_at_4, "q": printed_quadratic},
        properties={
            r"\mathbb{E}f^2": Integer(1),
            r"\mathbb{E}\,\partial_u^2 f": Integer(1),
            r"\mathbb{E}(f-q)^2": Rational(1, 2),
        },
        domains={p: integers(3)},
    ),
    depends_on=[hermite_correlation],
)
def equation_2(stated: Construction) -> Iterator[Obligation]:
    r"""The target $f(x) = g(u\cdot x)$ has $E f^2 = 1$ and $H = u u^T$ for every degree $p \ge 3$; the best predictor of
    degree at most two is $q(u\cdot x)$, and leaves one half.

    By orthogonality, $E[He_j(Z)He_k(Z)] = k!\,\delta_{jk}$ (Section 5.2 at $u = v$), each property is read off the Hermite
    coefficients. The target
    varies in the direction $u$ alone, so that $H = E[g''(Z)]\,u u^T$. The example of Section 6.1 is the case $p = 4$.

    That $p$ differs from two is a hypothesis, which the text does not state: at $p = 2$ the two terms coincide,
    $g = He_2$, and $E f^2 = 2$. For $p = 1$ the normalisation holds, but then $f$ has the linear part that preprocessing
    removes.
    """
    norm, curvature, plateau = stated.properties.values()
    g, at_4, q = (hermite_sum(part, x, p) for part in stated.parts.values())
    generic = g.generic_from(2)
    for value in range(int(stated.domain_map()[p].inf), generic):
        yield from _target(g.at(value), q, norm, curvature, plateau, f"p = {value}", {})
    yield from _target(g, q, norm, curvature, plateau, f"p >= {generic}", {p: integers(generic)})
    for order in range(5):
        yield Equal(at_4.weight(order), g.at(4).weight(order), by=f"He_{order} in the example of Section 6.1")
    yield Equal(g.at(2).second_moment, 2 * norm, by="at p = 2 the normalisation fails")


def _target(
    g: HermiteSum, q: HermiteSum, norm: Basic, curvature: Basic, plateau: Basic, where: str, for_all: dict[Symbol, Set]
) -> Iterator[Obligation]:
    yield Equal(g.second_moment, norm, for_all, by=f"normalisation, {where}")
    yield Equal(g.average_second_derivative, curvature, for_all, by=f"average second derivative, {where}")
    for order in range(3):
        yield Equal(q.weight(order), g.weight(order), for_all, by=f"He_{order} of the best quadratic, {where}")
    yield Equal(q.energy_beyond(2), 0, for_all, by=f"q is quadratic, {where}")
    yield Equal(g.energy_beyond(2), plateau, for_all, by=f"what the best quadratic leaves, {where}")


varsigma = Symbol("varsigma")
"""The label noise is this or its negative, equally likely."""

with as_printed():
    mean_risk_of_linear_part = 1 + ((d + 1) * (1 + varsigma**2) + 6 + 2 * sqrt(3)) / n


@paper.claim(
    "preprocessing-cost",
    locator="Algorithm 1 and Section 6.1",
    title="What the preprocessing costs on Eq. (2) with p = 4",
    source="derived here",
    stated=Identity(
        Symbol(r"\mathbb{E}\left(\alpha + \beta\cdot x - f(x)\right)^2"),
        mean_risk_of_linear_part,
        {d: integers(1), n: integers(1), varsigma: Interval(0, oo)},
    ),
    depends_on=[equation_2],
)
def preprocessing_cost(stated: Identity) -> Iterator[Obligation]:
    r"""The mean excess risk of $\alpha + \beta\cdot x$, the first part of Algorithm 1's prediction, over $n$ samples.

    The target of Eq. (2) has neither mean nor linear part, so what $\alpha = \frac1n\sum y_i$ and $\beta = \frac1n\sum y_i
    x_i$ estimate is zero, and all of $E\alpha^2 = E y^2/n$ and $E\|\beta\|^2 = E[y^2\|x\|^2]/n$ is added to $E f^2 = 1$.
    Since $f$ depends on $u\cdot x$ alone, $E[y^2\|x\|^2] = (d-1)\,E y^2 + E[(u\cdot x)^2y^2]$; the last is the norm of
    $z\,g(z)$, whose Hermite series the recurrence gives.

    At $d = 10$ and $\varsigma^2 = 1$ it is $1 + 31.5/n$: the prediction $0$ has a smaller risk. Where $n$ is too small for
    the features to be learned, below about $d^2$, the head cannot make up for it.
    """
    g = hermite_sum(equation_2.upheld.formulas()["parts.g"], x, p).at(4)
    yield Equal(g.second_moment, 1, by="E f^2 = 1")
    for order in range(2):
        yield Equal(g.weight(order), 0, by=f"no part of order {order}")
    second_moment = expand(g.second_moment.doit() + varsigma**2)
    along_u = expand(g.times_variable().second_moment.doit() + varsigma**2)
    yield Equal(
        stated.right,
        1 + (second_moment + (d - 1) * second_moment + along_u) / n,
        stated.domain_map(),
        by="1 + E y^2/n + E[y^2 |x|^2]/n",
    )


SLACK = (
    "the gap is stated at about three quarters of the one that pilots predict: null controls are decided, and so is a gap "
    "half as large again"
)

REGIME_1 = {"d": 10, "p": 4, "n": 10_000, "m": 100, "noise": 1}
"""Figure 1 at n = d^4: dimension, degree, samples, width, variance of the label noise."""
REGIME_1_END = {**REGIME_1, "n": 100_000}
"""The last point of Figure 1 at width 100, n = d^5."""
REGIME_2 = {"d": 10, "p": 3, "n": 10_000, "target_samples": 1000, "m": 100, "noise": 1}
"""Figure 2 at n = d^4 samples for pre-training and N = d^3 of the new target."""

figure_1 = paper.state(
    "figure-1",
    locator="Section 6.1, Figure 1, left",
    title="Algorithm 1 against random features on Eq. (2)",
    stated=Separation(
        quantity="excess L2 risk",
        better="algorithm_1",
        worse="random_features",
        gap=Rational(19, 40),
        regime=REGIME_1,
    ),
    provenance=[equation_1, alignment_law],
    listed={"slack": SLACK},
)

below_d2 = paper.state(
    "below-d2",
    locator="Figure 1, left, n < d^2",
    title="Algorithm 1 with few samples",
    stated=Tight(
        quantity=Symbol(r"\operatorname{median}R_{\text{Algorithm 1}}"),
        formula=Integer(1),
        slack=Rational(1, 10),
        why="a little more than the standard deviation that the figure shows",
    ),
    provenance=[figure_1, preprocessing_cost],
    listed={
        "not reproduced": (
            "the figure (proceedings version) shows the risk of the zero predictor, 1, from n = 1 to n = d^2. The printed "
            "algorithm adds the estimated linear part to its prediction, which by itself costs 1 + 31.5/n: at n = 32 the "
            "median is near 1.4. Without the preprocessing the risk is 1, as drawn"
        )
    },
)

figure_1_tangent_kernel = paper.state(
    "figure-1-tangent-kernel",
    locator="Section 6.1, Figure 1, left",
    title="Algorithm 1 against the tangent kernel on Eq. (2)",
    stated=Separation(
        quantity="excess L2 risk",
        better="algorithm_1",
        worse="tangent_kernel",
        gap=Rational(9, 20),
        regime=REGIME_1,
    ),
    provenance=[equation_1, alignment_law],
    listed={"slack": SLACK},
)

figure_1_width_1000 = paper.state(
    "figure-1-width-1000",
    locator="Section 6.1, Figure 1, right",
    title="Algorithm 1 against random features at width 1000",
    stated=Separation(
        quantity="excess L2 risk",
        better="algorithm_1",
        worse="random_features",
        gap=Rational(1, 5),
        regime={**REGIME_1, "n": 1000, "m": 1000},
    ),
    provenance=[equation_1, alignment_law],
    listed={
        "slack": "the gap is stated at half of the one that pilots predict: its spread over seeds is large at this n"
    },
)

figure_1_plateau = paper.state(
    "figure-1-plateau",
    locator="Section 6.1, second paragraph",
    title="Kernel methods at width 100 fit the quadratic term",
    stated=Tight(
        quantity=Symbol(r"\operatorname{median}R_{\text{kernel}}"),
        formula=Rational(1, 2),
        slack=Rational(1, 20),
        why="a tenth of the plateau's height",
    ),
    depends_on=[equation_2],
    provenance=[figure_1, figure_1_tangent_kernel],
    listed={
        "not reproduced": (
            "at n = d^5, the last point of the figure, the medians at width 100 are near 0.66 (random features) and 0.62 "
            "(tangent kernel), so that not all of the quadratic term is fitted; the printed curves (proceedings version) end "
            "near 0.77 and 0.54, the second still falling. The number of neurons limits random features besides the number "
            "of samples, and what the paper leaves open, their biases above all, moves both curves. That neither "
            "method learns more than the quadratic term stands"
        )
    },
)

figure_2 = paper.state(
    "figure-2",
    locator="Section 6.2, Figure 2",
    title="Pre-training against the initial features",
    stated=Separation(
        quantity="excess L2 risk",
        better="pretrained",
        worse="initial",
        gap=Rational(2, 3),
        regime=REGIME_2,
    ),
    provenance=[equation_1, alignment_law],
    listed={"slack": SLACK},
)

figure_2_few_target_samples = paper.state(
    "figure-2-few-target-samples",
    locator="Section 6.2, last paragraph, and the caption of Figure 2",
    title="A bounded number of target samples after pre-training",
    stated=Upper(
        quantity=Symbol(r"\operatorname{median}R_{\text{pre-trained}}"),
        bound=Rational(19, 20),
    ),
    provenance=[figure_2],
    listed={
        "not reproduced": (
            "a risk below that of the zero predictor is said to be reached with N = O(1) target samples once n >= d^2. At "
            "d = 10, with N = 2, 5 and 10, the median is 1 for n = d^2 and for n = d^4, with the best weight decay, and the "
            "mean at least 0.99. The printed curves (proceedings version) for these n agree with that; a few hundredths "
            "are gained at N = 10 only from n = d^5 on. In pilots the risk began to fall near N = 32 for n = d^4 and below "
            "N = 100 for n = d^3. One dimension cannot speak against O(1): it is to be read as a large constant, free of d, "
            "as figure-2-every-dimension has it"
        )
    },
)

figure_2_every_dimension = paper.state(
    "figure-2-every-dimension",
    locator="Section 6.2 and Theorem 3",
    title="The number of target samples does not grow with the dimension",
    stated=Upper(
        quantity=Symbol(r"\operatorname{median}R_{\text{pre-trained}}"),
        bound=Rational(1, 5),
        domains={d: FiniteSet(8, 16, 32)},
    ),
    provenance=[figure_2],
    listed={"slack": "the bound is stated well above the medians, at about twice of them, so that seeds decide it"},
)
