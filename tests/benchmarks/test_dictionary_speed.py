"""All components of the first step's gradient, with their certificate, by processor time on one thread.

A hundred bits and one neuron are to take ten milliseconds at most. At eighteen bits the sum over all vectors is timed too, in
the same run.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from lemmata.objects import DictionaryLaw
from theory.dictionary_gradient import enumerated_components, gradient_components

ROUNDS = 20


def best(work: Callable[[], object], rounds: int) -> float:
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


def neuron(bits: int, relevant: int) -> tuple[DictionaryLaw, np.ndarray, float]:
    """The paper's initialisation: weights of size 1/k, a bias of size 1/k^2."""
    rng = np.random.default_rng(0)
    law = DictionaryLaw.structured(bits, relevant, Fraction(1, 2))
    return law, rng.normal(size=bits) / relevant, float(rng.normal()) / relevant**2


@pytest.mark.parametrize(("bits", "relevant", "most"), [(100, 5, 0.01), (1000, 5, 0.1), (1000, 25, 0.15)])
def test_all_components_of_one_neuron(benchmark: BenchmarkFixture, bits: int, relevant: int, most: float) -> None:
    law, q, b = neuron(bits, relevant)

    def work() -> object:
        return gradient_components(law, q, b, 0.5 / relevant)

    seconds = best(work, ROUNDS)
    benchmark.extra_info.update(seconds=seconds)
    benchmark.pedantic(work, rounds=3)
    assert seconds <= most


def test_a_figures_worth_of_neurons(benchmark: BenchmarkFixture) -> None:
    """The setting of Figure 1: 300 neurons on 100 bits."""
    law = DictionaryLaw.structured(100, 5, Fraction(1, 2))
    rng = np.random.default_rng(0)
    q, b = rng.normal(size=(300, 100)) / 5, rng.normal(size=300) / 25
    result = benchmark.pedantic(lambda: gradient_components(law, q, b, 0.1), rounds=3)
    assert result.radius.max() < 1e-12


def test_against_the_sum_over_all_vectors(benchmark: BenchmarkFixture) -> None:
    law, q, b = neuron(18, 5)
    fast = best(lambda: gradient_components(law, q, b, 0.1), ROUNDS)
    slow = best(lambda: enumerated_components(law, q, b, 0.1), 3)
    benchmark.extra_info.update(ratio=slow / fast)
    benchmark.pedantic(lambda: gradient_components(law, q, b, 0.1), rounds=3)
    assert slow / fast >= 30
