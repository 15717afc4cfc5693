"""Section 5.1 and Appendix A.1.4: the gradient of the first step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import Basic, Function, Integer, Interval, S, Sum, Symbol, exp, factorial, oo, pi, sqrt, symbols

from lemmata import (
    Edit,
    Equal,
    Given,
    Identity,
    as_printed,
    integers,
)
from lemmata.obligations import Obligation
from theory.activations import RELU, STEP
from theory.coefficients import HermiteCoefficient, generating_function
from theory.gaussian import density
from theory.gradient import (
    Contraction,
    GradientSeries,
    ResidualContraction,
    Subtracted,
    W,
    direct,
    direct_in_general,
    gradient_series,
)
from theory.hermite import He
from theory.papers.damian2022.expansions import relu_hermite
from theory.papers.damian2022.paper import b, k, p, paper, q, t
from theory.stein import RESIDUAL, TARGET, MeanKink, MeanSlope, by_parts

with as_printed():
    printed_gradient = Sum(
        1
        / factorial(k)
        * (
            HermiteCoefficient(STEP, k + 1) * Contraction(k + 1, k)
            + HermiteCoefficient(STEP, k + 2) * W * Contraction(k, k)
        ),
        (k, 0, p - 1),
    )
    one_term_more = Sum(printed_gradient.function, (k, 0, p))

m = symbols("m")
OVERLAP = {t: Interval(-1, 1)}
LOW_DEGREES = [(2, 2), (2, 3), (3, 3), (3, 4), (0, 2), (1, 2)]
"""Pairs (q, p) with q <= p that are tried one by one: f = He_q(u.x), seen as a polynomial of degree p."""


def _at_low_degrees(
    series: GradientSeries,
    bias: Basic,
    degrees: Sequence[tuple[int, int]] = LOW_DEGREES,
    tensor: type[Function] = Contraction,
) -> Iterator[Obligation]:
    for_all = OVERLAP | ({bias: S.Reals} if bias.is_Symbol else {})
    for order, degree in degrees:
        by = f"f = He_{order}(u.x), p = {degree}, by exact integration"
        on_w, on_normal = direct(order, t, bias)
        found = series.at_degree(order, degree, p, t, bias, tensor)
        yield Equal(found.on_w(t), on_w, for_all, by=f"along w: {by}")
        yield Equal(found.along_u, on_normal, for_all, by=f"across w: {by}")


def _at_every_degree(series: GradientSeries, bias: Basic) -> Iterator[Obligation]:
    s = Symbol("s")
    hermite_generating = density(b) * exp(-b * s - s**2 / 2)
    yield Equal(
        generating_function(RELU, s, b).diff(s, 2), hermite_generating, {s: S.Reals, b: S.Reals},
        by="coefficients of the ReLU with a bias, from the generating function of He_k(b)",
    )  # fmt: skip
    more = Symbol("e", positive=True, integer=True)
    for_all = OVERLAP | ({bias: S.Reals} if bias.is_Symbol else {}) | {q: integers(4), more: S.Naturals}
    for surplus, case in [(Integer(0), "p = q"), (more, "p = q + e")]:
        on_w, on_normal = direct_in_general(q, t, bias)
        found = series.at_general_degree(q, 4, surplus, p, t, bias)
        yield Equal(found.on_w(t), on_w, for_all, by=f"along w: f = He_q(u.x), {case}")
        yield Equal(found.along_u, on_normal, for_all, by=f"across w: f = He_q(u.x), {case}")


SPANNING = Given("powers of vectors span the symmetric tensors (Comon, Golub, Lim & Mourrain 2008, Lemma 4.2)")


@paper.claim(
    "equation-1",
    locator="Section 5.1, Eq. (1), first line",
    title="Series of the population gradient",
    stated=Identity(
        Symbol(r"\mathbb{E}_x[f(x)\,x\,\mathbf{1}_{w\cdot x+b\ge 0}]"), printed_gradient, {p: integers(2), b: S.Reals}
    ),
    correction=[
        Edit(
            "the sum must end at k = p: its last term, in the direction of w, holds the p-th derivative of f",
            "right", printed_gradient.limits[0], one_term_more.limits[0],
        ),
        Edit(
            "the coefficients are those of the activation x -> ReLU(x + b), not of its derivative, as in Appendix A.1.1",
            "right", STEP, RELU,
        ),
    ],
    depends_on=[relu_hermite],
)  # fmt: skip
def equation_1(stated: Identity) -> Iterator[Obligation]:
    r"""A neuron's population gradient is a series in the average derivatives $C_k = E[\nabla^k f]$.

    Powers of unit vectors span the symmetric tensors, so it is enough to take $f(x) = He_q(u\cdot x)$, seen as a
    polynomial of degree $p \ge q$, for every $q$, $p$ and every overlap $t = u\cdot w$. The two sides are vectors in
    the plane of $u$ and $w$; both components are compared. For small $q$ the left side is integrated exactly over the
    plane. In general $E[h(w\cdot x)\,He_q(u\cdot x)] = t^q\,E[h(Z) He_q(Z)]$, and $E[\sigma(Z+b)He_q(Z)] = (-1)^q
    He_{q-2}(b)\,\varphi(b)$, which the generating function proves. Since no term may depend
    on $p$, and the general case finds the sum to reach $k = q$ for every $p \ge q \ge 4$, the few $p$ at which small $q$
    are tried stand for all.

    The printed formula takes $c_k$ for the coefficients of $\sigma'$, while Appendix A.1.1 and Lemma 13 take them for
    those of $\sigma$, as the second line of Eq. (1) needs; and it stops one term early, which leaves out the
    component along $w$ of the highest derivative. Lemma 13 has the right sums, so nothing that follows is affected.
    Without a bias the missing term vanishes for odd $p$. Keeping $\sigma'$ and lowering both of its indices by one
    would mend the first point as well. The version read is that of the proceedings; later versions of the preprint
    were not compared.
    """
    series = gradient_series(stated.right)
    yield from _at_low_degrees(series, b)
    yield from _at_every_degree(series, b)
    yield SPANNING


with as_printed():
    printed_leading = Contraction(2, 1) / sqrt(2 * pi)
    printed_orders = printed_leading + Sum(printed_gradient.function, (k, 2, p))
    lowest_orders = (
        HermiteCoefficient(RELU, 1) * Contraction(1, 0)
        + HermiteCoefficient(RELU, 2) * W * Contraction(0, 0)
        + HermiteCoefficient(RELU, 2) * Contraction(2, 1)
        + HermiteCoefficient(RELU, 3) * W * Contraction(1, 1)
    )


@paper.claim(
    "equation-1-second-line",
    locator="Section 5.1, Eq. (1), second line",
    title="Leading term of the population gradient",
    stated=Identity(
        Symbol(r"\mathbb{E}_x[f(x)\,x\,\mathbf{1}_{w\cdot x+b\ge 0}]"), printed_orders, {p: integers(2), b: S.Reals}
    ),
    correction=[
        Edit("the coefficients are those of the activation, as in the first line", "right", STEP, RELU),
        Edit(
            "the terms k = 0 and k = 1 of the first line are more than Hw over the root of 2 pi: they hold C_0, C_1 and "
            "the bias",
            "right", printed_leading, lowest_orders,
        ),
    ],
    depends_on=[relu_hermite],
    provenance=[equation_1],
    listed={
        "gap": "the line needs b = 0, C_0 = 0 and C_1 = 0, which are not among its hypotheses; f(x) = u.x is a "
        "counterexample, alone or added to a quadratic for which H has rank r. After preprocessing they hold up to the "
        "sampling error of the mean and of the linear part"
    },
)  # fmt: skip
def equation_1_second_line(stated: Identity) -> Iterator[Obligation]:
    r"""The series by orders of $d^{-1/2}$, with $Hw/\sqrt{2\pi}$ in front.

    The first line's terms $k = 0, 1$ are $c_1C_1 + c_2wC_0$ and $c_2C_2(w) + c_3wC_1(w)$, with $c_k$ those of
    $x \mapsto \sigma(x + b)$. The second line keeps $C_2(w)/\sqrt{2\pi}$ of them alone. That is all where $b = 0$ and
    $C_0 = C_1 = 0$; but for $f(x) = u\cdot x$ the gradient is $u/2$, of order one, and the line gives zero. For the labels
    after preprocessing $C_0$ and $C_1$ are as small as the sampling error, and Lemma 13 keeps track of it; Lemma 4 and
    Eq. (1) are stated for $f^\star$ itself. The sum over the higher orders is read as ending at $k = p$.
    """
    series = gradient_series(stated.right)
    yield from _at_low_degrees(series, b, LOW_DEGREES[::-1])
    yield from _at_every_degree(series, b)
    yield SPANNING


with as_printed():
    printed_parts = MeanSlope(RESIDUAL) + W * MeanKink(TARGET)
    residual_series = Sum(
        HermiteCoefficient(RELU, k + 1) * ResidualContraction(k + 1, k) / factorial(k), (k, 0, p - 1)
    ) + W * Sum(HermiteCoefficient(RELU, k + 2) * ResidualContraction(k, k) / factorial(k), (k, 0, p))
    even_series = (
        ((Contraction(1, 0) - Subtracted(1, 0)) / 2 + W * (Contraction(0, 0) - Subtracted(0, 0)) / sqrt(2 * pi))
        + Contraction(2, 1) / sqrt(2 * pi)
        + Sum(HermiteCoefficient(RELU, 2 * k) * Contraction(2 * k, 2 * k - 1) / factorial(2 * k - 1), (k, 2, oo))
        + W * Sum(HermiteCoefficient(RELU, 2 * k + 2) * Contraction(2 * k, 2 * k) / factorial(2 * k), (k, 1, oo))
    )

residual_gradient = Symbol(r"g(w)")


@paper.claim(
    "lemma-13-parts",
    locator="Lemma 13, proof, second line",
    title="The gradient by Stein's lemma",
    stated=Identity(residual_gradient, printed_parts, {}),
    correction=[
        Edit("what is differentiated is the residual, in both terms", "right", TARGET, RESIDUAL),
    ],
)
def lemma_13_parts(stated: Identity) -> Iterator[Obligation]:
    r"""$g(w) = E[\hat f(x)\,x\,\sigma'(w\cdot x)]$ with $\hat f = f^\star - \alpha - \beta\cdot x$, integrated by parts.

    Both sides are linear in $f^\star$ and in $\alpha + \beta\cdot x$, so it is enough to take each of them as
    $He_q(u\cdot x)$, and the other as zero: for $q = 0, 1$ by exact integration over the plane of $u$ and $w$, for every
    $q \ge 2$ by $E[He_q(u\cdot x)h(w\cdot x)] = t^qE[He_q(Z)h(Z)]$. It is shown for every bias, of which the paper's is 0.

    The second term is printed with $f^\star$ in the place of $\hat f$. The simplest counterexample is a constant target: its
    residual is zero once $\alpha$ is right, and $w\,\alpha/\sqrt{2\pi}$ would be left. The next line of the proof has
    $\hat f$ again. The version read is that of the proceedings.
    """
    for target, subtracted in [(1, 0), (0, 1)]:
        # On alpha + beta.x alone the target is zero and the residual its negative.
        residual = target - subtracted
        of = "f*" if target else "alpha + beta.x"
        for order in (0, 1):
            on_w, on_normal = direct(order, t, b)
            found = by_parts(stated.right, Integer(order), t, b, residual, target)
            by = f"{of} = He_{order}(u.x), by exact integration"
            yield Equal(found.on_w(t), residual * on_w, OVERLAP | {b: S.Reals}, by=f"along w: {by}")
            yield Equal(found.along_u, residual * on_normal, OVERLAP | {b: S.Reals}, by=f"across w: {by}")
    on_w, on_normal = direct_in_general(q, t, b)
    found = by_parts(stated.right, q, t, b)
    for_all = OVERLAP | {b: S.Reals, q: integers(2)}
    yield Equal(found.on_w(t), on_w, for_all, by="along w: f* = He_q(u.x)")
    yield Equal(found.along_u, on_normal, for_all, by="across w: f* = He_q(u.x)")
    yield SPANNING


@paper.claim(
    "lemma-13-series",
    locator="Lemma 13, proof, third line",
    title="Series of the gradient after preprocessing",
    stated=Identity(residual_gradient, residual_series, {p: integers(2)}),
    depends_on=[relu_hermite],
    provenance=[lemma_13_parts],
)
def lemma_13_series(stated: Identity) -> Iterator[Obligation]:
    r"""The series of Eq. (1) without a bias, with the sums that Eq. (1) should have, and for the residual $\hat f$.

    Checked as Eq. (1) is; $\hat f$ is a polynomial of degree $p$, and it is taken for $He_q(u\cdot x)$. Each sum ends with
    the derivative of order $p$, the last that need not vanish.
    """
    series = gradient_series(stated.right)
    yield from _at_low_degrees(series, Integer(0), tensor=ResidualContraction)
    yield from _at_every_degree(series, Integer(0))
    for last in series.last_orders():
        yield Equal(last, p, stated.domain_map(), by="a sum ends with the derivative of order p")
    yield SPANNING


@paper.claim(
    "lemma-13-even",
    locator="Lemma 13, proof, fourth line",
    title="The gradient after preprocessing, by orders",
    stated=Identity(residual_gradient, even_series),
    depends_on=[relu_hermite],
    provenance=[lemma_13_series],
)
def lemma_13_even(stated: Identity) -> Iterator[Obligation]:
    r"""Without a bias only even derivatives are left, besides what preprocessing leaves of the mean and of the linear part.

    Linear in $f^\star$ and in $\alpha + \beta\cdot x$. Each is taken as $He_q(u\cdot x)$ with the other zero; $f^\star$ with
    $q \le 3$ by exact integration, then for all even $q$ and all odd $q$. For odd $q$ the left side vanishes, since
    $He_{2m+1}(0) = 0$, by induction.
    """
    series = gradient_series(stated.right)
    yield from _at_low_degrees(series, Integer(0), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4)])
    for order in (0, 1):
        on_w, on_normal = direct(order, t, Integer(0))
        found = series.at_degree(order, 2, p, t, Integer(0), Subtracted)
        by = f"alpha + beta.x = He_{order}(u.x), by exact integration"
        yield Equal(found.on_w(t), -on_w, OVERLAP, by=f"along w: {by}")
        yield Equal(found.along_u, -on_normal, OVERLAP, by=f"across w: {by}")
    yield Equal(He(1, 0).doit(), 0, by="He_1(0)")
    yield Equal(He(2 * m + 1, 0), -2 * m * He(2 * m - 1, 0), {m: S.Naturals}, by="He_{2m+1}(0), by induction")
    for order, parity in [(2 * m, "even"), (2 * m + 1, "odd")]:
        on_w, on_normal = (
            side.xreplace({He(2 * m - 1, 0): Integer(0)}) for side in direct_in_general(order, t, Integer(0))
        )
        found = series.at_general_degree(order, 2, Integer(0), p, t, Integer(0))
        for_all = OVERLAP | {m: integers(2)}
        yield Equal(found.on_w(t), on_w, for_all, by=f"along w: f* = He_q(u.x), every {parity} q")
        yield Equal(found.along_u, on_normal, for_all, by=f"across w: f* = He_q(u.x), every {parity} q")
    yield SPANNING
