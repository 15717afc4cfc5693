"""Keys and streams: the same everywhere, different for different names."""

from __future__ import annotations

import os
import subprocess
import sys
from enum import Enum
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemmata.errors import LemmataError
from lemmata.seeding import Draws, canonical_json, digest

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | st.integers() | FLOATS | st.text()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)

PINNED = "253c45972ae88edd9dc4d161e89b7a40ad2b5ae561f33d54b1f711361f2417e5"


def test_known_digest() -> None:
    """A change here means that every stored cell is lost and every seed draws something else."""
    assert digest("width", 64) == PINNED


def test_known_stream() -> None:
    draws = Draws(digest("module:experiment", {"width": 64}, 0, 1))
    expected = [5531282289800452008, 8320769021386090979]
    assert draws["weights"].bit_generator.random_raw(2).tolist() == expected


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_digest_does_not_depend_on_the_process(hash_seed: str) -> None:
    code = "from lemmata.seeding import digest; print(digest({'b': {'y': 1, 'x': 2.5}, 'a': None}))"
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == digest({"a": None, "b": {"x": 2.5, "y": 1}})


@given(st.dictionaries(st.text(), VALUES, max_size=6), st.randoms(use_true_random=False))
def test_digest_ignores_the_order_of_a_dictionary(value: dict[str, object], random: Random) -> None:
    items = list(value.items())
    random.shuffle(items)
    assert digest(dict(items)) == digest(value)


@given(VALUES, VALUES)
def test_digests_agree_exactly_when_the_canonical_texts_do(one: object, other: object) -> None:
    assert (digest(one) == digest(other)) == (canonical_json(one) == canonical_json(other))


@given(FLOATS, FLOATS)
def test_distinct_floats_have_distinct_digests(one: float, other: float) -> None:
    same_bits = np.float64(one).tobytes() == np.float64(other).tobytes()
    assert (digest(one) == digest(other)) == same_bits


def test_look_alikes_are_told_apart() -> None:
    ones: list[object] = [1, 1.0, True, "1", [1], [[1]], {"1": 1}, [1, 1], [11]]
    values = [*ones, 0, 0.0, -0.0, False, None, "", [], {}, "null"]
    assert len({digest(value) for value in values}) == len(values)
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest(["ab", "c"])}) == 4


def test_tuples_count_as_lists() -> None:
    assert digest((1, (2, 3))) == digest([1, [2, 3]])


class Colour(Enum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (float("nan"), r"parts\[0\]\['width'\]\[1\]: nan is not a finite number"),
        (float("inf"), "inf is not a finite number"),
        (-float("inf"), "-inf is not a finite number"),
        (np.int64(3), "int64 is not a JSON type"),
        (np.zeros(2), "ndarray is not a JSON type"),
        (Fraction(1, 2), "Fraction is not a JSON type"),
        (1j, "complex is not a JSON type"),
        (b"x", "bytes is not a JSON type"),
        ({1}, "set is not a JSON type"),
        (Colour.RED, "Colour is not a JSON type"),
        ({1: 2}, r"parts\[0\]\['width'\]\[1\]: key 1 is not a string"),
        ("\ud800", "cannot be written as JSON"),
    ],
)
def test_what_is_not_plain_finite_json_is_refused(value: object, complaint: str) -> None:
    with pytest.raises(LemmataError, match=complaint):
        digest({"width": [0, value]})


def test_an_integer_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(LemmataError, match="cannot be written as JSON"):
        digest(10**5000)


def test_a_list_within_itself_is_refused() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(LemmataError, match="within itself"):
        digest(value)


@given(st.text(), st.text())
def test_streams_differ_exactly_when_their_names_do(one: str, other: str) -> None:
    draws = Draws("key")
    same = draws[one].bit_generator.random_raw() == draws[other].bit_generator.random_raw()
    assert same == (one == other)


def test_the_same_name_starts_the_same_stream_anew() -> None:
    draws = Draws("key")
    first = draws["weights"].normal(size=5)
    draws["data"].normal(size=100)
    assert np.array_equal(draws["weights"].normal(size=5), first)
    assert np.array_equal(Draws("key")["weights"].normal(size=5), first)


def test_different_keys_draw_different_streams() -> None:
    assert Draws("one")["weights"].random() != Draws("other")["weights"].random()


def test_draws_are_asked_for_by_name() -> None:
    with pytest.raises(LemmataError, match="name the drawn object by a string"):
        list(Draws("key"))  # type: ignore[call-overload]
