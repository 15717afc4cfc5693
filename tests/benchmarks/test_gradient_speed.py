"""The first step's gradient, in row blocks, against the machine's own matrix product in the same run."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from empirics.training import first_step_gradient

N, D, M = 10_000, 100, 1000


@pytest.fixture(scope="module")
def problem() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.standard_normal((N, D), dtype=np.float32))
    w = torch.from_numpy(rng.standard_normal((M, D), dtype=np.float32))
    return x, torch.from_numpy(rng.standard_normal(N, dtype=np.float32)), w


def test_matrix_product(benchmark: BenchmarkFixture) -> None:
    a = torch.ones(2000, 2000)
    benchmark.extra_info["flops"] = 2 * 2000**3
    assert benchmark(torch.mm, a, a).shape == (2000, 2000)


def test_first_step_gradient(
    benchmark: BenchmarkFixture, problem: tuple[torch.Tensor, torch.Tensor, torch.Tensor]
) -> None:
    benchmark.extra_info["flops"] = 4 * N * D * M
    assert benchmark(first_step_gradient, *problem).shape == (M, D)
