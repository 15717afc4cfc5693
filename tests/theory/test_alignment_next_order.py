"""The alignment law's next order: limits known otherwise, and Monte-Carlo energies from fixed seeds."""

from __future__ import annotations

import math

import numpy
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import LemmataError
from theory.alignment import energies, next_order

RHO = sympy.Symbol("rho", positive=True)
RATIONALS = st.fractions(min_value=0, max_value=8, max_denominator=20).map(
    lambda value: sympy.Rational(value.numerator, value.denominator)
)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 12), RATIONALS)
def test_without_sampling_noise_the_populations_remainder_is_left(r: int, noise: sympy.Rational) -> None:
    # The share of g = phi(0) (Hw - (w'Hw) w / 2), exactly, with ||Pi* w||^2 ~ Beta(r/2, (d - r)/2).
    d = sympy.Symbol("d", positive=True)
    moment = [sympy.prod([(r + 2 * i) / (d + 2 * i) for i in range(k)]) for k in range(4)]
    signal = moment[1] - moment[2] + moment[3] / 4
    share = sympy.cancel(signal / (moment[1] - sympy.Rational(3, 4) * moment[2]))
    exact = sympy.limit(sympy.cancel(d * (share - 1)), d, sympy.oo)
    assert next_order(r, RHO, noise).subs(RHO, 0) == exact == -sympy.Rational(r + 2, 4)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 12), RATIONALS.filter(bool), RATIONALS)
def test_next_order_is_the_expansion_of_the_ratio(r: int, rho: sympy.Rational, noise: sympy.Rational) -> None:
    found, h = energies(r, rho, noise), sympy.Symbol("h")
    ratio = (found.signal + h * found.signal_next) / (found.total + h * found.total_next)
    assert sympy.simplify(ratio.subs(h, 0) - 1 / (1 + rho)) == 0
    assert sympy.simplify(sympy.diff(ratio, h).subs(h, 0) - next_order(r, rho, noise)) == 0


@pytest.mark.parametrize(("c", "r", "noise"), [(2, 1, 0), (2, 1, 1), (1, 2, 1)])
def test_energies_agree_with_monte_carlo(c: int, r: int, noise: int) -> None:
    # Pinned seed. The tolerance is four standard errors plus 0.3/d for what the expansion leaves out.
    d, replicates = 16, 1000
    n, draw = c * d * d, numpy.random.default_rng(20220630)
    signal, total = numpy.empty(replicates), numpy.empty(replicates)
    for i in range(replicates):
        x = draw.standard_normal((n, d))
        y = (x[:, :r] ** 2 - 1).sum(axis=1) / math.sqrt(2 * r) + math.sqrt(noise) * draw.choice([-1, 1], n)
        w = numpy.linalg.qr(draw.standard_normal((d, d)))[0]
        g = (x @ w.T >= 0).T.astype(float) @ ((y - y.mean() - x @ (x.T @ y) / n)[:, None] * x) / n
        energy = math.pi * d * (g**2).sum(axis=0) / d
        signal[i], total[i] = energy[:r].sum(), energy.sum()
    found = energies(r, sympy.pi * (1 + noise) / (4 * c), noise)
    for sample, first, second in (
        (signal, found.signal, found.signal_next),
        (total, found.total, found.total_next),
    ):
        predicted = float(first) + float(second) / d
        error = 4 * sample.std() / math.sqrt(replicates) + 0.3 / d
        assert abs(sample.mean() - predicted) < error
    share = float(next_order(r, sympy.pi * (1 + noise) / (4 * c), noise))
    assert abs(d * (signal.sum() / total.sum() - 1 / float(found.total)) - share) < 0.2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0, 1, 0), "r: expected"), ((sympy.Rational(1, 2), 1, 0), "r: expected"), ((1, 0, 0), "rho: expected"),
     ((1, 1, -1), "noise: expected")],
)  # fmt: skip
def test_numbers_out_of_range_are_errors(arguments: tuple[sympy.Expr, ...], message: str) -> None:
    with pytest.raises(LemmataError, match=message):
        next_order(*arguments)
