"""``sympy.stats`` on the fixed expectations, in a process of its own that is ended when it takes too long."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import sympy
import sympy.stats
from sympy import Basic, Dummy, Heaviside, Max, Symbol
from sympy.core.cache import clear_cache

from theory.activations import Relu, Step
from theory.gaussian.thirty import THIRTY, Case


@dataclass(frozen=True)
class Answer:
    """How long it took, what it came to at the case's parameters, and what went wrong if it came to nothing."""

    seconds: float
    value: float | None
    failure: str = ""


def expression(case: Case) -> tuple[Basic, dict[Symbol, Symbol]]:
    """The case in the terms of ``sympy.stats``, over independent normal variables; and what its parameters became."""
    variables = {v: sympy.stats.Normal(v.name, 0, 1) for v in case.variables}
    parameters = {p: Dummy(p.name, real=True) for p in case.at}
    kinked = case.independent.replace(Step, Heaviside).replace(Relu, lambda a: Max(0, a))
    return kinked.subs({**variables, **parameters}, simultaneous=True), parameters


def solve(case: Case) -> Answer:
    """E by ``sympy.stats``: only what ends without an exception and without an integral left counts as an answer."""
    posed, parameters = expression(case)
    clear_cache()
    start = time.perf_counter()
    try:
        found = sympy.stats.E(posed)
    except Exception as failure:
        return Answer(time.perf_counter() - start, None, type(failure).__name__)
    seconds = time.perf_counter() - start
    if found.has(sympy.Integral, sympy.stats.Expectation):
        return Answer(seconds, None, "an integral is left")
    try:
        value = complex(sympy.N(found.subs({new: case.at[old] for old, new in parameters.items()}), 20))
    except Exception as failure:
        return Answer(seconds, None, f"no number: {type(failure).__name__}")
    return Answer(seconds, value.real) if abs(value.imag) < 1e-12 else Answer(seconds, None, "not real")


class Rival:
    """A process that answers one case after the other, replaced after a time-out. Use as a context manager."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._context = multiprocessing.get_context("spawn")
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Rival:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def answer(self, case: Case) -> Answer:
        """What ``solve`` says within the limit, else a failure that took the whole limit."""
        pipe = self._ready()
        pipe.send(THIRTY.index(case))
        if pipe.poll(self.limit):
            answer: Answer = pipe.recv()
            return answer
        self._end()
        return Answer(self.limit, None, "time-out")

    def _ready(self) -> Connection:
        if self._pipe is None:
            self._pipe, theirs = self._context.Pipe()
            self._process = self._context.Process(target=_serve, args=(theirs,), daemon=True)
            self._process.start()
            self._pipe.recv()
        return self._pipe

    def _end(self) -> None:
        if self._process is not None and self._pipe is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
        self._process = self._pipe = None


def _serve(pipe: Connection) -> None:
    pipe.send("ready")
    while True:
        pipe.send(solve(THIRTY[pipe.recv()]))
