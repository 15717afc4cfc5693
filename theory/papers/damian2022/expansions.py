"""Appendix A.1.1 and A.1.2: Hermite expansions of the activation and of the target."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import S, Sum, Symbol, factorial, oo, pi, sqrt

from lemmata import (
    Equal,
    Given,
    Identity,
    as_printed,
    integers,
)
from lemmata.obligations import Obligation
from theory.activations import RELU
from theory.coefficients import coefficient, generating_function
from theory.hermite import He, hermite_series
from theory.papers.damian2022.paper import k, paper, x

with as_printed():
    relu_series = (
        1 / sqrt(2 * pi)
        + x / 2
        + Sum((-1) ** (k - 1) / (factorial(k) * 2**k * (2 * k - 1)) * He(2 * k, x), (k, 1, oo)) / sqrt(2 * pi)
    )


@paper.claim(
    "relu-hermite",
    locator="Appendix A.1.1",
    title="Hermite expansion of the ReLU",
    stated=Identity(Symbol(r"\sigma(x)"), relu_series, {x: S.Reals}),
)
def relu_hermite(stated: Identity) -> Iterator[Obligation]:
    r"""The ReLU is expanded in the Hermite polynomials, orthogonal under the standard normal law.

    The weight of $He_k$ must be $c_k/k!$ with $c_k = E[\sigma(Z) He_k(Z)]$. The generating function $F(s) = \sum_k
    c_k s^k/k! = E[\sigma(Z) e^{sZ - s^2/2}]$ is computed exactly. It solves $F''' = -sF''$, which is the recurrence
    $c_{k+2} = -(k-1)\,c_k$ for $k \ge 1$: odd coefficients beyond the first vanish, even ones follow from $c_2$.
    Weights are integrated one by one up to two orders beyond the point where every sum has begun, and the sums obey
    the same recurrence. The series converges to the ReLU in $L^2$ of the normal law.
    """
    series = hermite_series(stated.right, x)
    for order in range(max(series.steady, 4) + 2):
        by = f"weight of He_{order}, by exact integration"
        yield Equal(series.weight(order), coefficient(RELU, order) / factorial(order), by=by)

    s = Symbol("s")
    generated = generating_function(RELU, s)
    yield Equal(generated.diff(s, 3), -s * generated.diff(s, 2), {s: S.Reals}, by="recurrence of the coefficients")
    for tail in series.tails:
        j, order = tail.index, tail.order
        c = tail.weight * factorial(order)
        later = integers(tail.start)
        yield Equal(order.subs(j, j + 1), order + 2, {j: later}, by="the sum runs through every second order")
        yield Equal(c.subs(j, j + 1), -(order - 1) * c, {j: later}, by="the sum's coefficients obey the recurrence")
    yield Given("the Hermite polynomials are complete in L2 of the normal law (Szegő 1975, Theorem 5.7.1)")
