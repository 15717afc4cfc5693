"""The chi-square tails against scipy and against flint's own incomplete gamma functions."""

from __future__ import annotations

import pytest
import scipy.stats
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from lemmata.engines.balls import NoEnclosure
from theory.chi_square import LowerTail, UpperTail


@given(st.integers(1, 60), st.fractions(0, 200, max_denominator=64))
def test_against_flint(d: int, x: object) -> None:
    ball = arb(fmpq(x.numerator, x.denominator))  # type: ignore[attr-defined]
    expected = (ball / 2).gamma_upper(arb(d) / 2, regularized=1)
    assert UpperTail.enclose(arb(d), ball).overlaps(expected)
    assert LowerTail.enclose(arb(d), ball).overlaps(1 - expected)
    assert UpperTail.enclose(arb(d), ball).rad() < 1e-9


@given(st.integers(1, 5000), st.floats(0.5, 1.5))
def test_against_scipy(d: int, share: float) -> None:
    law = scipy.stats.chi2(d)
    upper, lower = (float(tail.enclose(arb(d), arb(d * share)).mid()) for tail in (UpperTail, LowerTail))
    assert upper == pytest.approx(law.sf(d * share), rel=1e-6, abs=1e-290)
    assert lower == pytest.approx(law.cdf(d * share), rel=1e-6, abs=1e-290)


@pytest.mark.parametrize("x", [0, -3])
def test_no_mass_below_zero(x: int) -> None:
    assert UpperTail.enclose(arb(3), arb(x)) == 1
    assert LowerTail.enclose(arb(3), arb(x)) == 0


@pytest.mark.parametrize("d", [arb(0), arb(-2), arb("2.5"), arb(3, 0.1)], ids=str)
def test_degrees_of_freedom_are_positive_integers(d: arb) -> None:
    with pytest.raises(NoEnclosure):
        UpperTail.enclose(d, arb(1))
