r"""How much of a gradient step on samples is signal: gates, and the energies of signal and noise.

A neuron's step is a mean of :math:`y\,x\,G(z)` over samples, where :math:`G(z) = E_\xi 1\{z + \xi \ge 0\}` is its gate with
Gaussian noise :math:`\xi` inside. The signal has the factor :math:`(E\,G)^2` and the noise :math:`E[G^2]`: what counts is their
ratio, averaged over neurons. The pre-activation is z = b + R with a bias that belongs to the neuron, and a part R that
belongs to the sample, both normal. Each average is that of two gates whose arguments share b, or b and R, and so a kernel of
order 0.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Basic, Expr, Rational

from theory.kernels import step_kernel


@dataclass(frozen=True)
class GateLaw:
    """The variances that a neuron's pre-activation consists of, exact and nonnegative, not all 0.

    Parameters
    ----------
    bias : that of the biases over neurons.
    inputs : that of <w, x> over inputs.
    noise : that of the noise in the activation.
    """

    bias: Basic
    inputs: Basic
    noise: Basic

    @property
    def total(self) -> Expr:
        """The variance of z + xi."""
        return self.bias + self.inputs + self.noise

    @property
    def signal(self) -> Expr:
        r""":math:`E_b[(E\,G)^2]`, exact: two samples of one neuron."""
        return step_kernel(self.bias / self.total)

    @property
    def energy(self) -> Expr:
        r""":math:`E[G^2]`, exact: one sample, two draws of the noise."""
        return step_kernel((self.bias + self.inputs) / self.total)

    @property
    def ratio(self) -> Expr:
        """The energy over the signal: 1 for gates that noise holds half open, 2 for hard gates without biases.

        >>> from sympy import Integer
        >>> GateLaw(Integer(0), Integer(1), Integer(0)).ratio
        2
        """
        return self.energy / self.signal


def aligned_share(D: Basic, k: Basic, gamma: Basic, p_o: Basic, n: Basic, ratio: Basic) -> Expr:
    r"""The energy of a mean of n samples of :math:`y\,\phi\,G` along :math:`u = k^{-1/2}\sum_A M_j`, over all of its energy.

    Exact, as a ratio of expectations, for a gate G that is independent of phi and y: with :math:`g = y\phi G` and
    :math:`\mu = E[g]` the mean has :math:`E\|\bar g\|^2 = \|\mu\|^2 + (E\|g\|^2 - \|\mu\|^2)/n`, and likewise along u.
    Labels are parities of odd k, the class bits uniform with probability :math:`1 - 2\gamma` and else all equal (Shi, Wei &
    Liang 2022, Section 3).

    Parameters
    ----------
    D, k : hidden and class-relevant bits.
    gamma, p_o : the signal, and the probability of a background bit.
    n : samples.
    ratio : E[G^2]/(E G)^2 (:attr:`GateLaw.ratio`); with gates that differ from neuron to neuron, of their averages.
    """
    signal = (n - 1) * k * gamma**2
    along = (1 + 2 * gamma * (k - 1)) / 4
    everywhere = k * Rational(1, 4) + (D - k) * p_o * (1 - p_o)
    return (signal + ratio * along) / (signal + ratio * everywhere)
