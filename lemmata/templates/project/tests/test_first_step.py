"""Tests of the project's own code. The claims themselves are tests as well: ``lemmata_claims`` in pyproject.toml adds them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mypaper.experiments import first_step


@given(st.integers(2, 20), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_the_share_is_a_share(d: int, n: int, seed: int) -> None:
    draws = {"x": np.random.default_rng(seed)}
    share = first_step(draws, d=d, n=n)["share"]
    assert 0 <= share <= 1


@given(st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_in_one_dimension_the_gradient_has_no_other_direction(n: int, seed: int) -> None:
    assert np.isclose(first_step({"x": np.random.default_rng(seed)}, d=1, n=n)["share"], 1)
