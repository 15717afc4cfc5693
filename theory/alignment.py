r"""The share of the first step's gradient that lies in S*, to the next order in 1/d, for quadratic targets.

Setting. :math:`x \sim N(0, I_d)`, :math:`y = f(x) + \epsilon`,
:math:`f = \frac{\lambda}{2} \sum_{i \le r} He_2(x_i)` with :math:`\lambda^2 = 2/r`, so that
:math:`E f^2 = 1`, :math:`H = \lambda I_r` on S* and :math:`\|H\|_F^2 = 2`; :math:`\epsilon = \pm\varsigma`,
:math:`v = E y^2 = 1 + \varsigma^2`; w uniform on the sphere; :math:`n = c\,d^2` samples; preprocessing by the
empirical :math:`\alpha = \frac1n \sum y_i` and :math:`\beta = \frac1n \sum y_i x_i`;
:math:`g_n(w) = \frac1n \sum (y_i - \alpha - \beta \cdot x_i)\, x_i 1\{w \cdot x_i \ge 0\}`. The leading law
is :math:`E\|\Pi^* g_n\|^2 / E\|g_n\|^2 \to 1/(1 + \rho)`,
:math:`\rho = \frac\pi2 \frac{d^2 v}{n \|H\|_F^2} = \frac{\pi v}{4c}`.

Derivation. Write :math:`s_i = \mathrm{sign}(w \cdot x_i)` and :math:`1\{\cdot\} = \frac12 + \frac12 s_i`. The
part of :math:`2 g_n(w)` that is even in w and the part that is odd do not correlate over w:

.. math:: \text{even: } -\alpha \bar x - (\hat\Sigma - I)\beta, \qquad \text{odd: } V - \alpha A - C\beta,

with :math:`\bar x = \frac1n\sum x_i`, :math:`\hat\Sigma = \frac1n\sum x_i x_i^T`,
:math:`V = \frac1n\sum y_i s_i x_i`, :math:`A = \frac1n\sum s_i x_i`, :math:`C = \frac1n\sum s_i x_i x_i^T`.
Energies, up to terms of order :math:`d^{-3}`:

1. *Signal.* :math:`E V = 2\phi(0)(Hw - \frac12 (w^T H w) w)` exactly. With :math:`E\|Hw\|^2 = \|H\|_F^2/d`
   and :math:`E(w^T H w)^2 = (2\|H\|_F^2 + (\mathrm{tr} H)^2)/(d(d + 2))`, where
   :math:`\mathrm{tr} H = \sqrt{2r}`, :math:`\|E V\|^2` averages
   :math:`\frac2\pi(\frac2d - \frac34 \frac{4 + 2r}{d^2})` and :math:`\|\Pi^* E V\|^2` averages
   :math:`\frac2\pi(\frac2d - \frac{2(r + 2)}{d^2})`.
2. *Noise of V.* :math:`s_i^2 = 1`, so it is :math:`\frac1n E[y^2 \|x\|^2] = \frac1n(v d + 4)`, and in S*
   :math:`\frac1n(v r + 4)`: the 4 is
   :math:`E[f^2 \sum_{i \le r} He_2(x_i)] = \frac{\lambda^2}{4}\, r\, E[He_2^3] = 2 \lambda^2 r`.
3. *The mean* :math:`\alpha`. :math:`E\|\alpha A\|^2 = \frac2\pi \frac vn` and
   :math:`-2 E\langle V, \alpha A\rangle = -\frac4\pi \frac vn`, since :math:`E A = \sqrt{2/\pi}\, w` and
   :math:`E[\alpha V] = \frac1n E[y^2 s x] = \frac1n\sqrt{2/\pi}\, v\, w` to leading order: together
   :math:`-\frac2\pi \frac vn`, all of it along w, so that its share in S* is of higher order.
4. *The linear part* :math:`\beta`. It has :math:`E\|\beta\|^2 = v d/n` to leading order. For independent
   samples :math:`E\|(\hat\Sigma - I)\beta\|^2` and :math:`E\|C\beta\|^2` are :math:`\frac dn \frac{v d}{n}`
   each, spread over all d directions.
5. *The sample that occurs twice* in :math:`C\beta`, :math:`\frac{1}{n^2}\sum \|x_i\|^2 y_i s_i x_i`, is
   :math:`\frac dn V` to leading order. It multiplies every energy by :math:`1 - 2d/n` and leaves the share
   alone. All other correlations of V with :math:`C\beta` vanish, because :math:`E[y x] = 0` and
   :math:`E[s\,x x^T] = 0`.

Multiplied by :math:`\pi d/4`, with :math:`1/c = 4\rho/(\pi v)`, the energies are the ones of
:func:`energies`, and their ratio's coefficient of 1/d is :func:`next_order`. It concerns the ratio of
expectations; mean and median over seeds of the ratio itself differ from it at order :math:`d^{-2}`.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import sympy
from sympy import Expr, Rational, pi

from lemmata.errors import LemmataError


class Energies(NamedTuple):
    r"""Orders 1 and 1/d of :math:`\pi d\,E\|\Pi^* g_n(w)\|^2` and of :math:`\pi d\,E\|g_n(w)\|^2`."""

    signal: Expr
    signal_next: Expr
    total: Expr
    total_next: Expr


def energies(r: Expr | int, rho: Expr, noise: Expr | int) -> Energies:
    r"""The two energies of the module's setting, to relative order 1/d at fixed :math:`\rho`.

    Parameters
    ----------
    r : directions, a positive integer or a symbol.
    rho : :math:`\rho = \pi v/(4c)`, positive.
    noise : :math:`\varsigma^2 \ge 0`, the variance of the label noise.

    Raises
    ------
    LemmataError : a number outside its range.
    """
    r, rho, noise = (sympy.sympify(value, strict=True) for value in (r, rho, noise))
    if r.is_positive is False or r.is_integer is False:
        raise LemmataError(f"r: expected a positive integer, got {r}")
    if rho.is_positive is False:
        raise LemmataError(f"rho: expected a positive number, got {rho}")
    if noise.is_nonnegative is False:
        raise LemmataError(f"noise: expected a number that is at least 0, got {noise}")
    v = 1 + noise
    tail = 4 * rho / v
    twice = 8 * rho / (pi * v)
    return Energies(
        signal=sympy.Integer(1),
        signal_next=-(r + 2) + r * rho + tail - twice,
        total=1 + rho,
        total_next=-Rational(3, 4) * (r + 2) + tail - 2 * rho / pi + rho * twice - (1 + rho) * twice,
    )


def next_order(r: Expr | int, rho: Expr, noise: Expr | int) -> Expr:
    r"""The coefficient :math:`c_1` in share :math:`= \frac{1}{1 + \rho} + \frac{c_1}{d} + O(d^{-2})`.

    The share is :math:`E\|\Pi^* g_n\|^2/E\|g_n\|^2` in the module's setting. Kind: tight; derived here.

    Parameters
    ----------
    r, rho, noise : as for :func:`energies`.

    Raises
    ------
    LemmataError : a number outside its range.

    Examples
    --------
    Without noise of any kind only the population's remainder is left, :math:`-(r + 2)/4`:

    >>> rho = sympy.Symbol("rho", positive=True)
    >>> next_order(1, rho, 0).subs(rho, 0)
    -3/4
    """
    found = energies(r, rho, noise)
    return found.signal_next / found.total - found.signal * found.total_next / found.total**2


@cache
def raw_share(r: int, d: int, n: int, noise: Expr | int) -> Expr:
    r"""The share :math:`E\|\Pi^* g_n\|^2/E\|g_n\|^2` without preprocessing, exact for every d and n.

    In the module's setting with :math:`\alpha = \beta = 0`, :math:`E\|g_n\|^2 = \frac1n E[y^2\|x\|^2 1\{\cdot\}] + (1 -
    \frac1n) E\|g\|^2`, where the gate takes half of what is even in x, and likewise in S*. The population vector is
    :math:`g = \phi(0)\lambda(\Pi^* w - \frac12 s w)` with :math:`s = \|\Pi^* w\|^2`, whose law is
    :math:`\mathrm{Beta}(\frac r2, \frac{d - r}2)`.

    Parameters
    ----------
    r, d, n : directions, dimension, samples; 1 <= r <= d, n >= 1.
    noise : :math:`\varsigma^2 \ge 0`.

    Raises
    ------
    LemmataError : a number outside its range.

    Examples
    --------
    >>> raw_share(2, 2, 10, 1)
    1
    """
    if not 1 <= r <= d or n < 1:
        raise LemmataError(f"expected 1 <= r <= d and n >= 1, got r = {r}, d = {d}, n = {n}")
    v = 1 + sympy.sympify(noise, strict=True)
    if v < 1:
        raise LemmataError(f"noise: expected a number that is at least 0, got {noise}")
    powers = [sympy.prod(Rational(r + 2 * i, d + 2 * i) for i in range(k)) for k in range(4)]
    scale = 1 / (2 * pi) * Rational(2, r)
    signal = scale * (powers[1] - powers[2] + powers[3] / 4)
    total = scale * (powers[1] - Rational(3, 4) * powers[2])
    seen, whole = ((v * size + 4) / (2 * n) + (1 - Rational(1, n)) * part for size, part in [(r, signal), (d, total)])
    return seen / whole


def biased_next_order(r: int, rho: Expr, noise: Expr | int) -> Expr:
    r"""The coefficient :math:`c_1` in share :math:`= \frac{1}{1 + \rho} + \frac{c_1}{d} + O(d^{-2})`, with biases
    :math:`b \sim N(0, 1)` in the first step.

    Here :math:`\rho = \frac{\pi}{\sqrt3} \frac{d^2 v}{n \|H\|_F^2}`. With :math:`S = E\phi(b)^2 = \frac{1}{2\pi\sqrt3}`
    and averages over b, in units of the leading signal :math:`2S/d`:

    1. *Signal.* :math:`g = \lambda\phi(b)(\Pi^* w + \frac12 (b^2 - 1) s w)`, :math:`s = \|\Pi^* w\|^2`; under the weight
       :math:`\phi^2` of the biases, :math:`E(b^2 - 1) = -\frac23` and :math:`E(b^2 - 1)^2 = \frac23`. So
       :math:`-\frac12(r + 2)` in all, and :math:`-\frac23(r + 2)` in S*.
    2. *Noise.* Across w a coordinate has :math:`E\Phi(1 - \Phi) = \frac16` per label; along w,
       :math:`E[A(1 - A) - \phi^2] = \frac16 - \frac S3` with :math:`A = \Phi - b\phi`. So :math:`-2S\rho` in all;
       :math:`r\rho` in S*; and :math:`4\rho/v` in both, from :math:`E[f^2\|x\|^2] = d + 4`.
    3. *The linear part* :math:`\beta` meets :math:`\frac1n\sum x_i x_i^T 1\{\cdot\}`, whose fluctuation adds
       :math:`\frac12 \frac dn \frac{vd}{n}`, which is :math:`3\rho/c` with :math:`n = cd^2`, spread over all directions.

    Parameters
    ----------
    r, rho, noise : as for :func:`energies`.

    Raises
    ------
    LemmataError : a number outside its range.
    """
    energies(r, rho, noise)  # the same ranges
    v = 1 + sympy.sympify(noise, strict=True)
    weight = 1 / (2 * pi * sympy.sqrt(3))
    tail = 4 * rho / v
    signal_next = -Rational(2, 3) * (r + 2) + r * rho + tail
    total_next = -Rational(1, 2) * (r + 2) + tail - 2 * weight * rho + 3 * rho * (12 * weight * rho / v)
    return signal_next / (1 + rho) - total_next / (1 + rho) ** 2
