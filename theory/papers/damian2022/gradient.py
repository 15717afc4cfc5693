"""Section 5.1 and Appendix A.1.4: the gradient of the first step."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Integer, Interval, S, Sum, Symbol, exp, factorial

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
from theory.gradient import Contraction, W, direct, direct_in_general, gradient_series
from theory.papers.damian2022.expansions import relu_hermite
from theory.papers.damian2022.paper import b, k, p, paper, q, t

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
    overlap, bias = {t: Interval(-1, 1)}, {b: S.Reals}
    for order, degree in [(2, 2), (2, 3), (3, 3), (3, 4), (0, 2), (1, 2)]:
        by = f"f = He_{order}(u.x), p = {degree}, by exact integration"
        on_w, on_normal = direct(order, t, b)
        found = series.at_degree(order, degree, p, t, b)
        yield Equal(found.on_w(t), on_w, {**overlap, **bias}, by=f"along w: {by}")
        yield Equal(found.along_u, on_normal, {**overlap, **bias}, by=f"across w: {by}")

    s = Symbol("s")
    hermite_generating = density(b) * exp(-b * s - s**2 / 2)
    yield Equal(
        generating_function(RELU, s, b).diff(s, 2), hermite_generating, {s: S.Reals, b: S.Reals},
        by="coefficients of the ReLU with a bias, from the generating function of He_k(b)",
    )  # fmt: skip
    more = Symbol("e", positive=True, integer=True)
    for surplus, case in [(Integer(0), "p = q"), (more, "p = q + e")]:
        for_all = {**overlap, **bias, q: integers(4), more: S.Naturals}
        on_w, on_normal = direct_in_general(q, t, b)
        found = series.at_general_degree(q, 4, surplus, p, t, b)
        yield Equal(found.on_w(t), on_w, for_all, by=f"along w: f = He_q(u.x), {case}")
        yield Equal(found.along_u, on_normal, for_all, by=f"across w: f = He_q(u.x), {case}")
    yield Given("powers of vectors span the symmetric tensors (Comon, Golub, Lim & Mourrain 2008, Lemma 4.2)")
