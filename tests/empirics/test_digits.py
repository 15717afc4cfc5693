"""Images of digits: the bundled ones, MNIST through a fetcher that is made up, and their random split."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.error import URLError

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from empirics import digits
from empirics.digits import Images, images, mnist, split
from lemmata.errors import LemmataError


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    mnist.cache_clear()
    yield
    mnist.cache_clear()


def test_the_bundled_images_are_1797_and_360_of_them_show_0_or_1() -> None:
    every = images("digits", classes=10)
    assert every.pixels.shape == (1797, 64)
    assert every.pixels.dtype == torch.float64
    assert every.digits.bincount().tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    two = images("digits", classes=2)
    assert two.digits.bincount().tolist() == [178, 182]
    assert torch.equal(two.pixels, every.pixels[every.digits < 2])


@pytest.mark.parametrize(("classes", "told"), [(1, "at least 2"), (11, "there are 10 digits"), (2.0, "integer")])
def test_classes_out_of_range_are_named(classes: Any, told: str) -> None:
    with pytest.raises(LemmataError, match=f"classes: .*{told}"):
        images("digits", classes=classes)


def test_an_unknown_source_is_named() -> None:
    with pytest.raises(LemmataError, match="did you mean 'mnist'"):
        images("minst", classes=2)


def test_mnist_is_fetched_once_as_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def fetcher(name: str, **options: Any) -> tuple[Any, Any]:
        asked.append({"name": name, **options})
        return numpy.full((6, 784), 255, dtype=numpy.int64), numpy.array(list("012345"), dtype=object)

    monkeypatch.setattr("sklearn.datasets.fetch_openml", fetcher)
    for _ in range(2):
        found = images("mnist", classes=3)
        assert found.pixels.shape == (3, 784)
        assert found.pixels.dtype == torch.float64
        assert found.digits.tolist() == [0, 1, 2]
    assert len(asked) == 1
    assert asked[0]["name"] == "mnist_784"
    assert asked[0]["as_frame"] is False
    assert asked[0]["data_home"] is None


@pytest.mark.parametrize(
    "error", [URLError("no route\nto host"), TimeoutError("timed out"), ValueError("md5 checksum mismatch")]
)
def test_without_network_one_line_names_the_remedy(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fetcher(name: str, **options: Any) -> None:
        raise error

    monkeypatch.setattr("sklearn.datasets.fetch_openml", fetcher)
    with pytest.raises(LemmataError, match="data = 'digits'") as told:
        images("mnist", classes=2)
    assert "\n" not in str(told.value)
    assert str(told.value).startswith("mnist: cannot be fetched from openml.org (")


@given(
    seed=st.integers(0, 10**6),
    n=st.integers(5, 40),
    share=st.floats(0.05, 0.4),
    variance=st.sampled_from([1.0, 3.0, 64.0]),
)
def test_a_split_parts_all_images_and_normalises_by_the_training_part(
    seed: int, n: int, share: float, variance: float
) -> None:
    pixels = numpy.random.default_rng(seed).standard_normal((n, 3)) * [1, 2, 5] + [0, 10, -3]
    every = Images(torch.from_numpy(pixels), torch.arange(n))
    parts = split(numpy.random.default_rng(seed), every, test_share=share, variance=variance)
    assert sorted([*parts.digits.tolist(), *parts.test_digits.tolist()]) == list(range(n))
    assert parts.test_x.shape[0] >= share * n > parts.test_x.shape[0] - 1
    assert parts.x.mean(dim=0).tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    assert float(parts.x.square().sum(dim=1).mean()) == pytest.approx(variance)
    # One affine map takes every image, of either part, to its input.
    first, second = pixels[parts.digits[0]], pixels[parts.test_digits[0]]
    other = pixels[parts.digits[1]]
    factor = float((parts.x[1] - parts.x[0]).norm()) / numpy.linalg.norm(other - first)
    assert (parts.test_x[0] - parts.x[0]).tolist() == pytest.approx((factor * (second - first)).tolist(), abs=1e-8)


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5])
def test_a_split_with_an_empty_part_is_refused(share: float) -> None:
    with pytest.raises(LemmataError, match=r"test_share: .* leaves one part empty"):
        split(numpy.random.default_rng(0), images("digits", classes=2), test_share=share)


def test_images_that_are_all_equal_are_refused() -> None:
    every = Images(torch.ones(8, 3, dtype=torch.float64), torch.zeros(8, dtype=torch.int64))
    with pytest.raises(LemmataError, match="variance"):
        split(numpy.random.default_rng(0), every)


def test_no_positive_variance_is_refused() -> None:
    with pytest.raises(LemmataError, match="variance"):
        split(numpy.random.default_rng(0), images("digits", classes=2), variance=0)


def test_sources_are_named_where_they_are_chosen() -> None:
    assert digits.SOURCES == ("digits", "mnist")
