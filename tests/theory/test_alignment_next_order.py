"""The alignment law's next order: limits known otherwise, and Monte-Carlo energies from fixed seeds."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import LemmataError
from theory.alignment import biased_next_order, energies, next_order, raw_share

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


@pytest.mark.parametrize(("r", "noise"), [(1, 1), (2, 0)])
def test_the_raw_share_is_a_ratio_of_simulated_energies(r: int, noise: int) -> None:
    generator = numpy.random.default_rng(2)
    d, n, replicates = 6, 24, 20_000
    x = generator.standard_normal((replicates, n, d))
    y = (x[:, :, :r] ** 2 - 1).sum(axis=2) / math.sqrt(2 * r) + math.sqrt(noise) * generator.choice(
        [-1.0, 1.0], (replicates, n)
    )
    w = generator.standard_normal((replicates, d))
    gradients = numpy.einsum("sn,snd->sd", y * (numpy.einsum("snd,sd->sn", x, w) >= 0), x) / n
    inside, whole = (gradients[:, :r] ** 2).sum(axis=1), (gradients**2).sum(axis=1)
    share = float(raw_share(r, d, n, noise))
    # The error bar of inside - share * whole, whose expectation is zero.
    difference = inside - share * whole
    assert abs(difference.mean()) < 4 * difference.std() / math.sqrt(replicates)
    assert difference.std() / math.sqrt(replicates) < 0.02 * whole.mean()


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 6), st.integers(0, 6), st.integers(1, 500), RATIONALS)
def test_the_raw_share_is_a_share(r: int, more: int, n: int, noise: sympy.Rational) -> None:
    share = float(raw_share(r, r + more, n, noise))
    assert 0 < share <= 1 + 1e-12
    assert more or share == pytest.approx(1)


def test_the_raw_share_tends_to_its_law() -> None:
    # Twice the noise-to-signal ratio of Algorithm 1: pi v d^2/(2 n) with ||H||_F^2 = 2.
    d = 10**6
    for c in (1, 5):
        law = 1 / (1 + math.pi * 2 / (2 * c))
        assert float(raw_share(2, d, c * d * d, 1)) == pytest.approx(law, abs=1e-5)


@pytest.mark.parametrize(("r", "d", "n", "noise"), [(0, 3, 3, 0), (4, 3, 3, 0), (1, 3, 0, 0), (1, 3, 3, -1)])
def test_the_raw_share_refuses(r: int, d: int, n: int, noise: int) -> None:
    with pytest.raises(LemmataError, match="expected"):
        raw_share(r, d, n, noise)


def test_the_next_order_with_biases_rests_on_averages_over_them() -> None:
    def over_biases(h: Callable[[float], float]) -> float:
        return float(scipy.integrate.quad(lambda b: h(b) * scipy.stats.norm.pdf(b), -12, 12)[0])

    def phi(b: float) -> float:
        return float(scipy.stats.norm.pdf(b))

    def upper(b: float) -> float:
        return float(scipy.special.ndtr(b)) - b * phi(b)

    weight = 1 / (2 * math.pi * math.sqrt(3))
    assert over_biases(lambda b: phi(b) ** 2) == pytest.approx(weight)
    assert over_biases(lambda b: phi(b) ** 2 * (b * b - 1)) == pytest.approx(-2 / 3 * weight)
    assert over_biases(lambda b: phi(b) ** 2 * (b * b - 1) ** 2) == pytest.approx(2 / 3 * weight)
    assert over_biases(lambda b: upper(b) * (1 - upper(b)) - phi(b) ** 2) == pytest.approx(1 / 6 - weight / 3)


@pytest.mark.parametrize("r", [1, 4])
def test_the_next_order_with_biases_without_sampling_noise(r: int) -> None:
    # The population's share: in S* -2 (r + 2)/3, in all -(r + 2)/2.
    assert sympy.limit(biased_next_order(r, RHO, 0), RHO, 0) == -sympy.Rational(r + 2, 6)
    with pytest.raises(LemmataError):
        biased_next_order(0, RHO, 0)
