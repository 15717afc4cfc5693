"""The first step's gradient and the features' Gram matrix against the machine's own matrix product, in one process.

Both work in single precision on row blocks. The operations counted are those of the two matrix products that each consists
of, for all m neurons, with nothing counted for gates, rectifiers, checks and copies; the Gram matrix counts as a full
product, though it is symmetric and only one half is computed. The rates are the best of many rounds in which all take
turns, on one thread, by the processor time that they take: what else runs on the machine then matters less. A turn of each
takes about as long, so that each finds what it needs in the caches from its run before.

Algorithm 1's neurons come in pairs that share their gradient, so its first step computes half of what is counted. The gradient
of as many different neurons is timed as well: it runs at about four fifths of the square product's rate on an idle machine,
and the least that is asked of it leaves room for a busy one.
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
from empirics.networks import symmetric
from empirics.protocols import paired_gradient
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
    start = symmetric(torch.ones(M // 2), w[: M // 2])
    return {
        "product": (lambda: torch.mm(a, b, out=product), 2 * SQUARE**3),
        "first step": (lambda: paired_gradient(x, y, start), 4 * N * D * M),
        "different neurons": (lambda: first_step_gradient(x, y, w), 4 * N * D * M),
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


@pytest.mark.parametrize(("name", "least"), [("first step", 0.8), ("gram", 0.8), ("different neurons", 0.65)])
def test_rate_as_a_share_of_a_square_products(
    benchmark: BenchmarkFixture,
    work: dict[str, tuple[Callable[[], object], int]],
    rates: dict[str, float],
    name: str,
    least: float,
) -> None:
    run, flops = work[name]
    ratio = rates[name] / rates["product"]
    benchmark.extra_info.update(flops=flops, share_of_the_square_products_rate=ratio)
    benchmark.pedantic(run, rounds=3)
    load = f"a load of {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    assert ratio >= least, (
        f"{ratio:.2f} of the square product's rate at {load}; a busy machine disturbs thin products most"
    )
