"""Bad input ends in one clear line that begins with the input's name."""

from __future__ import annotations

import math

import numpy
import pytest
import torch

from empirics.validation import choice, count, dimension, finite_matrix, finite_vector, nonnegative, one_precision
from lemmata.errors import LemmataError


@pytest.mark.parametrize("value", [0, -1, 2.0, 2.5, True, "3", None, math.nan, numpy.float64(3), numpy.int64(0)])
def test_a_size_that_is_no_positive_integer_is_an_error(value: object) -> None:
    with pytest.raises(LemmataError, match=r"^n: expected an integer that is at least 1, got ") as raised:
        count("n", value)  # type: ignore[arg-type]
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("value", [1, 7, numpy.int64(3), numpy.uint8(2)])
def test_integers_of_python_and_numpy_are_sizes(value: int) -> None:
    count("n", value)


@pytest.mark.parametrize("value", [-1, -1e-300, math.nan, math.inf, -math.inf, "1", None, 1j, numpy.float32("nan")])
def test_a_noise_that_is_no_variance_is_an_error(value: object) -> None:
    with pytest.raises(LemmataError, match=r"^noise: expected a finite number that is at least 0, got "):
        nonnegative("noise", value)  # type: ignore[arg-type]


def test_zero_is_a_variance() -> None:
    for zero in (0, 0.0, numpy.float32(0)):
        nonnegative("noise", zero)


def test_an_unknown_word_gets_the_nearest_one() -> None:
    with pytest.raises(LemmataError, match=r"^protocol: expected one of algorithm-1, .*; did you mean 'algorithm-1'"):
        choice("protocol", "algorithm1", ("algorithm-1", "reference-code"))


def test_a_word_unlike_all_others_gets_the_list() -> None:
    with pytest.raises(LemmataError, match=r"got 'zzz'$"):
        choice("protocol", "zzz", ("algorithm-1", "reference-code"))


@pytest.mark.parametrize("value", [None, 3, ["algorithm-1"]])
def test_what_is_no_word_is_an_error(value: object) -> None:
    with pytest.raises(LemmataError, match=r"^protocol: expected one of algorithm-1, got "):
        choice("protocol", value, {"algorithm-1": 1})  # type: ignore[arg-type]


@pytest.mark.parametrize("r", [0, "2", 1.5])
def test_directions_are_counted(r: int) -> None:
    with pytest.raises(LemmataError, match=r"^r: expected an integer that is at least 1"):
        dimension(3, r)


def test_fewer_dimensions_than_directions_is_an_error() -> None:
    dimension(3, 3)
    with pytest.raises(
        LemmataError, match=r"^d: the target has r = 3 directions; give a dimension of at least 3, not 2"
    ):
        dimension(2, 3)


def test_a_sum_that_overflows_is_no_infinity() -> None:
    finite_vector("labels", torch.full((4,), 3e38), 4)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_an_error(bad: float) -> None:
    with pytest.raises(LemmataError, match=r"^inputs: contains NaN or infinity"):
        finite_matrix("inputs", torch.tensor([[1.0, bad]]))
    with pytest.raises(LemmataError, match=r"^labels: contains NaN or infinity"):
        finite_vector("labels", torch.tensor([math.inf, bad]), 2)


def test_arrays_are_not_tensors() -> None:
    with pytest.raises(LemmataError, match=r"^inputs: expected a torch tensor, got ndarray"):
        finite_matrix("inputs", numpy.ones((2, 2)))  # type: ignore[arg-type]


def test_two_precisions_are_an_error() -> None:
    with pytest.raises(LemmataError, match=r"^precision: expected one for all, got inputs float32, labels float64"):
        one_precision(inputs=torch.ones(1, 1), labels=torch.ones(1, dtype=torch.float64))
