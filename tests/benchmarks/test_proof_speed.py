"""How long it takes to judge the exact claims of damian2022, and to discharge a typical obligation."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from sympy import Symbol, factorial

from lemmata import Equal, integers
from lemmata.discharge import counterexample, discharge
from lemmata.judge import examine
from theory.papers.damian2022.contents import paper

k = Symbol("k")
TRUE = Equal(factorial(2 * k + 2) / factorial(2 * k), (2 * k + 2) * (2 * k + 1), {k: integers(0)})
FALSE = Equal(factorial(2 * k + 2) / factorial(2 * k), (2 * k + 2) * (2 * k), {k: integers(0)})


def test_proof_of_a_factorial_identity(benchmark: BenchmarkFixture) -> None:
    assert benchmark(discharge, TRUE).result == "proved"


def test_refutation_of_a_factorial_identity(benchmark: BenchmarkFixture) -> None:
    assert benchmark(counterexample, FALSE).witness


@pytest.mark.parametrize("slug", ["relu-hermite", "equation-1", "lemma-17"])
def test_proof_of_a_claim(benchmark: BenchmarkFixture, slug: str) -> None:
    claim = paper.claims[slug]
    assert benchmark(examine, claim, claim.upheld, None).status == "holds"
