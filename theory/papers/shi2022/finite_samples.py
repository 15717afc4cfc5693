"""Section 5.1 on samples: how well the weights are aligned after each of the two steps."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Interval, Matrix, Rational, Symbol, asin, pi, symbols

from lemmata import Construction, Equal, Tight, as_printed, integers
from lemmata.obligations import Obligation
from theory.activations import Step
from theory.gaussian import expectation
from theory.papers.shi2022.paper import D, gamma, k, p_o, paper
from theory.step_alignment import GateLaw

n = Symbol("n")
ratio = Symbol("r")
"""Samples of one step, and the gate's noise over its signal (claim ``gate-noise``)."""


def first_gate(relevant: Expr) -> GateLaw:
    r"""The gate of the first step: :math:`\sigma_w = 1/k`, :math:`\sigma_b = 1/k^2`, noise :math:`1/(2k)`, inputs of variance 1.

    Parameters
    ----------
    relevant : k, a positive integer or a symbol for one.
    """
    return GateLaw(bias=1 / relevant**4, inputs=1 / relevant**2, noise=1 / (4 * relevant**2))


shared_input, shared_bias = symbols("rho_1 rho_0")

with as_printed():
    printed_shared_input = (4 * k**2 + 4) / (5 * k**2 + 4)
    printed_shared_bias = 4 / (5 * k**2 + 4)
    printed_energy = Rational(1, 4) + asin(shared_input) / (2 * pi)
    printed_signal = Rational(1, 4) + asin(shared_bias) / (2 * pi)

CORRELATIONS = Interval.open(-1, 1)


@paper.claim(
    "gate-noise",
    locator="Section 5.1, the first step with noise 1/(2k)",
    title="The noise and the signal of a gate",
    source="derived here",
    stated=Construction(
        parts={r"\rho_{1}": printed_shared_input, r"\rho_{0}": printed_shared_bias},
        properties={
            r"\mathbb{E}[G^2]": printed_energy,
            r"\mathbb{E}_b\left[\mathbb{E}[G \mid b]^2\right]": printed_signal,
        },
        domains={k: integers(1), shared_input: CORRELATIONS, shared_bias: CORRELATIONS},
    ),
)
def gate_noise(stated: Construction) -> Iterator[Obligation]:
    r"""A gate $G = E_\xi 1\{b + R + \xi \ge 0\}$ with $b \sim N(0, k^{-4})$, $R \sim N(0, k^{-2})$, $\xi \sim N(0, (2k)^{-2})$.

    Sampling noise has the energy $E[G^2]$ where the signal has $E[G \mid b]^2$. Either is the probability that two
    normal variables are both positive: they share $b$ and $R$ in the first case, $b$ alone in the second. The ratio of the two,
    $r_1$, is 1.57 at $k = 5$; without noise and biases it is 2. So the noise that is injected for the sake of the analysis
    makes the step less noisy, too.
    """
    gate = first_gate(k)
    for correlation, shared in zip(stated.parts.values(), (gate.bias + gate.inputs, gate.bias), strict=True):
        yield Equal(correlation, shared / gate.total, stated.domain_map(), by="what the two share, over the variance")
    z_1, z_2 = symbols("z_1 z_2")
    for correlated, rho in zip(stated.properties.values(), (shared_input, shared_bias), strict=True):
        both = expectation(Step(z_1) * Step(z_2), z_1, z_2, covariance=Matrix([[1, rho], [rho, 1]]))
        yield Equal(correlated, both, stated.domain_map(), by="both positive, exact integration")


with as_printed():
    noise_to_signal = D * p_o * (1 - p_o) / (n * k * gamma**2)
    printed_first = 1 / (1 + ratio * noise_to_signal)
    printed_second = 1 / (1 + noise_to_signal)
    slack = 4 / D

LAW_DOMAINS = {
    n: integers(1),
    k: integers(1),
    D: integers(1),
    gamma: Interval.Lopen(0, Rational(1, 2)),
    p_o: Interval.Lopen(0, Rational(1, 2)),
}
WHY = (
    "the terms of order k/D that come from bits of the class and from the mean's own noise are known and in the prediction; "
    "left are the dependence of a gate on single bits, the window's other edge, and the fluctuation of the noise's energy, all "
    "of order 1/D"
)

first_alignment = paper.state(
    "alignment-after-one-step",
    locator="Section 5.1, Lemma 5, on n samples",
    title="How much of the weights lies along the class-relevant patterns after one step",
    source="derived here",
    stated=Tight(
        quantity=Symbol(r"\textstyle\sum_i \langle w_i^{(1)}, u\rangle^2 / \sum_i \|w_i^{(1)}\|^2"),
        formula=printed_first,
        slack=slack,
        why=WHY,
        domains={**LAW_DOMAINS, ratio: Interval(1, 2)},
    ),
    provenance=[gate_noise],
)

second_alignment = paper.state(
    "alignment-after-two-steps",
    locator="Section 5.1, Lemma 6, on n samples",
    title="How much of the weights lies along the class-relevant patterns after two steps",
    source="derived here",
    stated=Tight(
        quantity=Symbol(r"\textstyle\sum_i \langle w_i^{(2)}, u\rangle^2 / \sum_i \|w_i^{(2)}\|^2"),
        formula=printed_second,
        slack=slack,
        why=WHY,
        domains=LAW_DOMAINS,
    ),
    provenance=[gate_noise],
)
