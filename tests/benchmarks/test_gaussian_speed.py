"""The thirty fixed expectations against ``sympy.stats``, in the same run, and both from cold caches."""

from __future__ import annotations

import statistics
import time

import pytest
import sympy
from pytest_benchmark.fixture import BenchmarkFixture
from split_quadrature import quadrature
from sympy.core.cache import clear_cache
from sympy_stats import Answer, Rival

from theory.gaussian import decide, expectation
from theory.gaussian.thirty import THIRTY, Case

LIMIT = 5.0
"""Seconds that sympy.stats has for one case. Whatever is not a right answer by then counts as if it had taken them all."""
REPEATS = 3
LEAST_RATIO = 30


def forget() -> None:
    clear_cache()
    for function in vars(decide).values():
        if hasattr(function, "cache_clear"):
            function.cache_clear()


def timed(case: Case) -> tuple[float, sympy.Expr]:
    forget()
    start = time.perf_counter()
    exact = expectation(case.expression, *case.variables, covariance=case.covariance)
    return time.perf_counter() - start, exact


def right(value: float | None, case: Case) -> bool:
    expected, error = quadrature(case.independent.subs(case.at), case.variables)
    return value is not None and abs(value - expected) <= error + 1e-9 * abs(expected)


def test_thirty_against_sympy_stats(benchmark: BenchmarkFixture) -> None:
    ratios: dict[str, float] = {}
    losses: dict[str, str] = {}
    with Rival(LIMIT) as rival:
        for case in THIRTY:
            before = [timed(case) for _ in range(REPEATS)]
            answer: Answer = rival.answer(case)
            after = [timed(case) for _ in range(REPEATS)]
            assert right(float(sympy.N(before[0][1].subs(case.at), 20)), case), case.name
            won = right(answer.value, case)
            if not won:
                losses[case.name] = answer.failure or "a wrong answer"
            ratios[case.name] = (answer.seconds if won else LIMIT) / min(seconds for seconds, _ in before + after)
    benchmark.extra_info |= {"median ratio": statistics.median(ratios.values()), "ratios": ratios, "losses": losses}
    benchmark.pedantic(lambda: [timed(case) for case in THIRTY], rounds=1)
    assert statistics.median(ratios.values()) >= LEAST_RATIO


@pytest.mark.parametrize("case", THIRTY, ids=lambda case: case.name)
def test_one_expectation(benchmark: BenchmarkFixture, case: Case) -> None:
    exact = benchmark.pedantic(
        expectation, (case.expression, *case.variables), {"covariance": case.covariance}, setup=forget, rounds=5
    )
    assert right(float(sympy.N(exact.subs(case.at), 20)), case)
