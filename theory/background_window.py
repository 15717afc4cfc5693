r"""The window of the truncated ReLU's derivative, smoothed by noise, and what it does to the gradient of a neuron.

A neuron is in its linear range where :math:`0 < u + \xi < 1`, :math:`\xi \sim N(0, s^2)`. What a pattern's gradient
component is depends on this window as a function of its position u, averaged over the background, and on its
derivatives. With a large background, whose part of the pre-activation is close to normal with variance
:math:`\rho^2`, the window at the bias b is that of a normal variable with variance :math:`\tau^2 = \rho^2 + s^2`;
its edge at 1 is then too far away to matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sympy
from sympy import Basic, Expr, Integer, Rational, Symbol, asin, pi

from theory.gaussian import density, distribution
from theory.normal_law import Distribution
from theory.truncated_relu import smoothed_slope

Atom = tuple[Mapping[int, Basic], int, Basic]
"""Values of the hidden bits by position, the label, and the probability."""


def component(atoms: Iterable[Atom], along: int, weights: Mapping[int, Basic], bias: Basic, noise: Basic) -> Expr:
    r""":math:`T_j = E[y \phi_j \Pr_\xi[0 < \langle q, \phi\rangle + b + \xi < 1]]`, summed over a finite law of few
    bits.

    Parameters
    ----------
    atoms : the law of the bits that the neuron has weights on: normalised values :math:`\phi_l` by position, label,
    probability.
    along : j, a position of each atom.
    weights : q by position.
    bias, noise : b, and s > 0.
    """
    total: Expr = Integer(0)
    for values, label, probability in atoms:
        position = bias + sum((weight * values[place] for place, weight in weights.items()), Integer(0))
        # Error functions, of which SymPy knows the complex conjugate: absolute values of the names would be written out.
        window = smoothed_slope(position, noise).replace(Distribution, distribution)
        total += probability * label * values[along] * window
    return total


# The limit of a large background: half of a normal law.


def half_window(bias: Basic, spread: Basic, order: int = 0) -> Expr:
    r"""The window with its edge at 1 left out, :math:`\Phi(b/\tau)`, or a derivative of it in b.

    Parameters
    ----------
    bias, spread : b, and :math:`\tau > 0`.
    order : the order of the derivative.
    """
    place = Symbol("b_place")
    window = distribution(place / spread)
    return (window if order == 0 else sympy.diff(window, place, order)).subs(place, bias)


def mean_square_window(bias_spread: Basic, spread: Basic) -> Expr:
    r"""The mean of :math:`\Phi(b/\tau)^2` over :math:`b \sim N(0, \sigma_b^2)`: 1/4 + arcsin(r)/(2 pi), with the
    correlation r = :math:`\sigma_b^2/(\sigma_b^2 + \tau^2)` of two normal variables that both exceed -b.
    """
    return Rational(1, 4) + asin(bias_spread**2 / (bias_spread**2 + spread**2)) / (2 * pi)


def mean_square_curvature(bias_spread: Basic, spread: Basic) -> Expr:
    r"""The mean of the squared second derivative of :math:`\Phi(b/\tau)` over :math:`b \sim N(0, \sigma_b^2)`."""
    ratio = bias_spread**2 / spread**2
    return ratio / (2 * pi * spread**4 * (1 + 2 * ratio) ** Rational(3, 2))


def largest_slope() -> Expr:
    r"""The largest absolute slope of the smoothed window times the noise, approached as the noise vanishes:
    :math:`\varphi(0)`.
    """
    return density(Integer(0))


def largest_curvature() -> Expr:
    r"""The largest absolute second derivative of the smoothed window times the noise squared, attained at b = 1/2
    for noise 1/2: :math:`2\varphi(1)`.
    """
    return 2 * density(Integer(1))
