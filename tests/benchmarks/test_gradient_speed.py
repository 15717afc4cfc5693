"""The first step's gradient and the features' Gram matrix against the machine's own matrix product, in one process.

Both work in single precision on row blocks. Their rate is 80% of the product's at least: the operations counted are
those of the two matrix products that each consists of, with nothing counted for gates, rectifiers, checks and copies; the
Gram matrix counts as a full product, though it is symmetric. The rates are the best of many rounds in which the three take
turns, on one thread, by the processor time that they take: what else runs on the machine then matters less. A turn of each
takes about as long, so that each finds what it needs in the caches from its run before.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from empirics.heads import Features, moments
from empirics.training import first_step_gradient

N, D, M, SQUARE = 10_000, 100, 1000, 2000
ROUNDS, TURN = 20, 2 * SQUARE**3
"""Rounds, and the operations that each does in its turn."""


@pytest.fixture(scope="module")
def work() -> dict[str, tuple[Callable[[], object], int]]:
    """By name: what is timed, and how many floating-point operations it counts for."""
    rng = np.random.default_rng(0)
    x, w, a, b = (
        torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))
        for shape in ((N, D), (M, D), (SQUARE, SQUARE), (SQUARE, SQUARE))
    )
    y, biases = (torch.from_numpy(rng.standard_normal(size, dtype=np.float32)) for size in (N, M))
    features, product = Features(w, biases), torch.empty(SQUARE, SQUARE)
    return {
        "product": (lambda: torch.mm(a, b, out=product), 2 * SQUARE**3),
        "gradient": (lambda: first_step_gradient(x, y, w), 4 * N * D * M),
        "gram": (lambda: moments(features, x, y), 2 * N * D * M + 2 * N * M**2),
    }


@pytest.fixture(scope="module")
def rates(work: dict[str, tuple[Callable[[], object], int]]) -> dict[str, float]:
    """Operations a second of each, best of ``ROUNDS``."""
    best = dict.fromkeys(work, float("inf"))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for _ in range(ROUNDS):
            for name, (run, operations) in work.items():
                for _ in range(max(1, TURN // operations)):
                    start = time.process_time()
                    run()
                    best[name] = min(best[name], time.process_time() - start)
    finally:
        torch.set_num_threads(threads)
    return {name: work[name][1] / seconds for name, seconds in best.items()}


@pytest.mark.parametrize("name", ["gradient", "gram"])
def test_rate_is_four_fifths_of_a_square_products(
    benchmark: BenchmarkFixture,
    work: dict[str, tuple[Callable[[], object], int]],
    rates: dict[str, float],
    name: str,
) -> None:
    run, flops = work[name]
    ratio = rates[name] / rates["product"]
    benchmark.extra_info.update(flops=flops, share_of_the_square_products_rate=ratio)
    benchmark.pedantic(run, rounds=3)
    load = f"a load of {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    assert ratio >= 0.8, (
        f"{ratio:.2f} of the square product's rate at {load}; a busy machine disturbs thin products most"
    )
