"""The experiments on the first step's noise: ranges, controls, refusals, and the leading term against theory."""

from __future__ import annotations

import dataclasses
import math

import pytest
import sympy
import torch

from empirics.gradient_noise import LINEAR_AND_QUADRATIC, leading_term, protocol_alignment, remainder_exponent
from empirics.networks import orthonormal_frames
from empirics.papers.damian2022.gradient import CELLS
from empirics.targets import quadratic
from lemmata import MedianWithin, Tight
from lemmata.errors import LemmataError
from lemmata.seeding import Draws
from theory.alignment import raw_share
from theory.papers.damian2022.alignment import alignment_without_preprocessing
from theory.population import PopulationGradient

SLOPE = {"d": 16, "n": 1024, "varied": "n", "factor": 4, "noise": 1, "m": 16}
SHARE = {"d": 16, "n": 1024, "r": 2, "noise": 1, "m": 16, "protocol": "raw"}


def test_the_target_is_normalised() -> None:
    assert LINEAR_AND_QUADRATIC.second_moment == 1
    assert LINEAR_AND_QUADRATIC.hessian_norm == 1


def test_the_leading_term_is_that_of_the_population() -> None:
    x = sympy.Symbol("x")
    exact = PopulationGradient.of_polynomial((x**2 - 1) / 2, [x])
    w = orthonormal_frames(Draws("0" * 64)["neurons"], 3, 3)
    found = leading_term(LINEAR_AND_QUADRATIC, w)
    for row, direction in zip(found, w, strict=True):
        expected = [float(sympy.N(component)) for component in exact.leading([float(v) for v in direction])]
        assert row.tolist() == pytest.approx(expected, abs=1e-12)
    assert leading_term(quadratic(2), w).count_nonzero() == 6
    assert torch.equal(leading_term(quadratic(2), w)[:, 2], torch.zeros(3, dtype=w.dtype))


def test_exponents_with_and_without_preprocessing() -> None:
    # A seed's exponent has standard deviation .04 at these sizes: the tolerance is six standard errors.
    for change, expected in [({"varied": "n", "n": 2048, "d": 64}, -0.5), ({"varied": "d", "n": 4096, "d": 32}, 0.5)]:
        design = SLOPE | change
        found = [remainder_exponent.run(design, seed, 0)["exponent"] for seed in range(4)]
        raw = [remainder_exponent.run(design | {"labels": "raw"}, seed, 0)["exponent"] for seed in range(4)]
        assert sum(found) / 4 == pytest.approx(expected, abs=0.12)
        assert abs(sum(raw) / 4) < 0.2


@pytest.mark.parametrize("protocol", ["raw", "biased"])
def test_the_share_falls_with_permuted_labels(protocol: str) -> None:
    design = SHARE | {"protocol": protocol}
    clean, permuted = (
        protocol_alignment.run(design | {"labels": labels}, 0, 0)["share"] for labels in ("clean", "permuted")
    )
    assert 0 < permuted < clean < 1


@pytest.mark.parametrize(
    "change", [{"varied": "m"}, {"factor": 1}, {"labels": "none"}, {"noise": -1}, {"d": 0}, {"n": 0}]
)
def test_wrong_slopes_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(LemmataError):
        remainder_exponent.run(SLOPE | change, 0, 0)


@pytest.mark.parametrize("change", [{"r": 17}, {"protocol": "none"}, {"labels": "none"}, {"noise": -1}, {"m": 0}])
def test_wrong_shares_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(LemmataError):
        protocol_alignment.run(SHARE | change, 0, 0)


def test_what_the_raw_prediction_adds_to_its_law_is_of_the_next_order() -> None:
    # The same law and a wrong constant in it: were the next orders taken from the law, both predictions would agree.
    law = alignment_without_preprocessing.upheld
    assert isinstance(law, Tight)
    wrong = dataclasses.replace(law, formula=1 / (1 / law.formula + sympy.Rational(1, 10)))
    for true, false, cell in zip(
        *(alignment_without_preprocessing.demands(s) for s in (law, wrong)), CELLS, strict=True
    ):
        assert isinstance(true, MedianWithin)
        assert isinstance(false, MedianWithin)
        rho = math.pi * cell["d"] ** 2 * (1 + cell["noise"]) / (cell["n"] * 2)
        assert float(true.around) == pytest.approx(float(raw_share(**cell)), abs=1e-6)
        assert float(true.around) == pytest.approx(1 / (1 + rho), abs=2 / cell["d"])
        assert float(true.around - false.around) == pytest.approx(1 / (1 + rho) - 1 / (1.1 + rho), abs=1e-9)
