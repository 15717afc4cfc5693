"""Appendix A.2: random features of one and of several variables."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Basic, Integer, Interval, S, symbols

from lemmata import (
    AtMost,
    Construction,
    Equal,
    as_printed,
    integers,
)
from lemmata.obligations import Obligation
from theory.papers.damian2022.paper import a, b, i, j, k, paper, x
from theory.uniform import MonomialDerivative, relu_average

v_0, v_1 = symbols("v_0 v_1")
with as_printed():
    features = {
        "v_0(a,b)": 6 * b,
        "v_1(a,b)": 2 * a,
        "v_k(a,b)": 2 * (1 - a) * MonomialDerivative(2, b, j)
        - (MonomialDerivative(1, 1, j) - MonomialDerivative(0, 1, j)) * v_0
        + MonomialDerivative(1, 1, j) * v_1,
    }


@paper.claim(
    "lemma-17",
    locator="Lemma 17",
    title="Monomials as averages of random ReLU features",
    stated=Construction(
        parts=features,
        properties={
            r"\mathbb{E}_{a,b}[v_k(a,b)\,\sigma(ax+b)]": x**k,
            r"\sup_{a,b}|v_0(a,b)|": Integer(6),
            r"\sup_{a,b}|v_1(a,b)|": Integer(2),
            r"\sup_{a,b}|v_{2i}(a,b)|": 4 * (2 * i) ** 2 - 6,
            r"\sup_{a,b}|v_{2i+1}(a,b)|": 4 * (2 * i + 1) ** 2 - 8 * (2 * i + 1) + 6,
        },
        # The recipe for v_k is for k >= 2; its index has a symbol of its own for that.
        domains={k: S.Naturals0, j: integers(2), i: S.Naturals, x: Interval(-1, 1)},
    ),
)
def lemma_17(stated: Construction) -> Iterator[Obligation]:
    r"""With $a \sim \mathrm{Unif}\{-1,1\}$, $b \sim \mathrm{Unif}[-1,1]$ and $f(x) = x^k$, the weights $v_k$ turn
    averages of ReLU features into monomials on $|x| \le 1$, and stay bounded.

    The average is integrated exactly, split at the kink $b = -ax$, for a symbolic $k \ge 2$ and apart for $k = 0, 1$.
    For $k \ge 2$ the paper prints $\sup|v_k| \lesssim 1$, with a constant that it leaves open; the last two suprema are
    derived here in its place. They are attained at $a = b = -1$. So the constant grows as $4k^2$, which the paper's
    convention $p = O(1)$ allows.
    """
    reproduced, sup_0, sup_1, sup_even, sup_odd = stated.properties.values()
    weight_0, weight_1, recipe = stated.parts.values()
    inside = stated.domain_map()[x]
    for number, weight in [(0, weight_0), (1, weight_1)]:
        by = f"k = {number}, integrated exactly"
        yield Equal(relu_average(weight, a, b, x, inside), reproduced.subs(k, number), {x: inside}, by=by)

    def general(power: Basic) -> Basic:
        return recipe.xreplace({v_0: weight_0, v_1: weight_1}).subs(j, power)

    by = "every k >= 2, integrated exactly"
    for_all = {k: integers(2), x: inside}
    yield Equal(relu_average(general(k), a, b, x, inside), reproduced, for_all, by=by)

    box = {b: Interval(-1, 1)}
    for weight, sup, name in [(weight_0, sup_0, "v_0"), (weight_1, sup_1, "v_1")]:
        for side in (-1, 1):
            yield AtMost(weight.subs(a, side), sup, box, by=f"{name} is bounded at a = {side}")
            yield AtMost(-weight.subs(a, side), sup, box, by=f"-{name} is bounded at a = {side}")
        yield Equal(weight.subs({a: 1, b: 1}), sup, by=f"the bound on {name} is attained at a = b = 1")

    for parity, power, sup in [
        ("even", 2 * i, sup_even),
        ("odd", 2 * i + 1, sup_odd),
    ]:
        weight = general(power)
        for side in (-1, 1):
            at_side = weight.subs(a, side)
            by = f"{parity} k = {power} at a = {side}"
            yield AtMost(at_side, sup, {**box, i: S.Naturals}, by=f"v_k is bounded: {by}")
            yield AtMost(-at_side, sup, {**box, i: S.Naturals}, by=f"-v_k is bounded: {by}")
        attained = weight.subs({a: -1, b: -1}) * (1 if parity == "even" else -1)
        yield Equal(attained, sup, {i: S.Naturals}, by=f"the supremum for {parity} k is attained at a = b = -1")
