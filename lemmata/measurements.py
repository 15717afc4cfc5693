"""Measurements: cells computed once, in parallel, stored at once; and the looks at them."""

from __future__ import annotations

import functools
import hashlib
import math
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lemmata import digests, seeding
from lemmata.decisions import Decision, Interval, Plan, Region, decide, robust_spread, seeds_needed
from lemmata.engines.balls import NoEnclosure, enclose
from lemmata.errors import LemmataError
from lemmata.experiments import CellTask, Design, Experiment, Samples, SweepCell
from lemmata.obligations import IllFormed, Measured, MedianAtLeast, MedianAtMost, MedianWithin
from lemmata.profiles import SCHEDULE
from lemmata.seeding import digest
from lemmata.store import Store
from lemmata.verdicts import Grade, Outcome, Result

_RELATIONS = {MedianWithin: "within", MedianAtLeast: "at least", MedianAtMost: "at most"}

Progress = Callable[[str, int, int], None]
"""Called with what is being measured, the cells done, and the cells in all."""


def cell_key(experiment: Experiment, design: Design, replicate: int, root: int) -> str:
    """A cell's key in the store: its draws, and the code and versions that compute it."""
    return digest(experiment.key(design, replicate, root), code_digest(experiment))


def compute_cell(store: Store, key: str, task: CellTask) -> dict[str, Any]:
    """Compute one cell unless the store has it, and store it at once (runs in a worker).

    Raises
    ------
    LemmataError : the experiment's code is not what the key says, as its files were edited meanwhile.
    """

    def timed() -> dict[str, Any]:
        experiment = task.experiment()
        if cell_key(experiment, dict(task.design), task.replicate, task.root) != key:
            raise LemmataError(f"{experiment.name}: its code has changed since the run began; run again")
        start = time.perf_counter()
        statistics = experiment.run(dict(task.design), task.replicate, task.root)
        return {"statistics": statistics, "seconds": time.perf_counter() - start}

    return store.compute_once("cells", key, timed)


@dataclass
class Laboratory:
    """Values of samples under one root seed, from the store or computed by the executor.

    Parameters
    ----------
    looks : cumulative seeds at which one may decide; a prefix of the schedule.
    executor : runs the cells; made by ``start`` when the first cell is missing.
    profile : the name by which a figure's sweep chooses its grid.
    """

    store: Store
    root: int
    looks: tuple[int, ...]
    start: Callable[[], Executor]
    progress: Progress = lambda what, done, total: None
    profile: str = "ci"
    known: dict[str, dict[str, Any]] = field(default_factory=dict)

    @functools.cached_property
    def executor(self) -> Executor:
        """The executor, made at the first use."""
        return self.start()

    def cell_key(self, samples: Samples, replicate: int) -> str:
        """A cell's key in the store."""
        return cell_key(samples.experiment, samples.design, replicate, self.root)

    def measure(self, wanted: Iterable[tuple[Samples, int]], what: str) -> None:
        """Make sure that the first so many replicates of each sample are known."""
        tasks: dict[str, CellTask] = {}
        total = 0
        for samples, seeds in wanted:
            for replicate in range(seeds):
                key = self.cell_key(samples, replicate)
                total += key not in tasks
                if key in self.known or key in tasks:
                    continue
                stored = self.store.read("cells", key)
                if stored is not None:
                    self.known[key] = stored
                else:
                    tasks[key] = CellTask.of(samples.experiment, samples.design, replicate, self.root)
        if not tasks:
            return
        done = total - len(tasks)
        self.progress(what, done, total)
        pending = {self.executor.submit(compute_cell, self.store, key, task): key for key, task in tasks.items()}
        try:
            for future in as_completed(pending):
                self.known[pending[future]] = future.result()
                done += 1
                self.progress(what, done, total)
        except BaseException:
            for future in pending:
                future.cancel()
            raise

    def sweep(self, cells: Sequence[SweepCell], what: str) -> list[dict[str, Any]]:
        """The statistics of every replicate of a figure's cells."""
        wanted = [(Samples(cell.experiment, "", cell.design), cell.seeds) for cell in cells]
        self.measure(wanted, what)
        return [
            {
                "experiment": samples.experiment.name,
                "design": dict(samples.design),
                "replicates": [self.known[self.cell_key(samples, r)]["statistics"] for r in range(seeds)],
            }
            for samples, seeds in wanted
        ]

    def values(self, samples: Samples, seeds: int) -> list[float] | None:
        """The first so many values, or None where some were never measured."""
        keys = [self.cell_key(samples, replicate) for replicate in range(seeds)]
        if any(key not in self.known for key in keys):
            return None
        return [samples.value(self.known[key]["statistics"]) for key in keys]

    def seconds(self, samples: Samples, seeds: int) -> float:
        """Computing time of a cell, on average over the known replicates."""
        found = [self.known.get(self.cell_key(samples, r)) for r in range(seeds)]
        times = [entry["seconds"] for entry in found if entry]
        return sum(times) / len(times) if times else 0.0

    def taste(self, obligations: Sequence[Measured], what: str) -> list[Outcome]:
        """Draw one seed of each obligation, to see that it can be measured; nothing is decided."""
        self.measure([(obligation.samples, 1) for obligation in obligations], what)
        everywhere = Interval(-math.inf, math.inf)
        outcomes = []
        for obligation in obligations:
            (value,) = self.values(obligation.samples, 1) or [math.nan]
            decision = Decision("open", value, everywhere, everywhere, 1)
            outcome = self._outcome(obligation, region(obligation), decision, Plan(len(obligations), SCHEDULE))
            outcomes.append(replace(outcome, witness="a slow claim: one seed was drawn; profile ci decides"))
        return outcomes

    def settle(self, obligations: Sequence[Measured], what: str) -> list[Outcome]:
        """Take looks at all obligations of one claim until each is decided, one is refuted, or the looks end."""
        plan = Plan(cells=len(obligations), looks=SCHEDULE)
        regions = [region(obligation) for obligation in obligations]
        decisions: dict[int, Decision] = {}
        for seeds in self.looks:
            open_ones = [i for i in range(len(obligations)) if i not in decisions or decisions[i].outcome == "open"]
            if not open_ones or any(decision.outcome == "disjoint" for decision in decisions.values()):
                break
            self.measure([(obligations[i].samples, seeds) for i in open_ones], what)
            for i in open_ones:
                values = self.values(obligations[i].samples, seeds)
                assert values is not None
                decisions[i] = decide(values, regions[i], plan, seeds)
        return [self._outcome(o, regions[i], decisions[i], plan) for i, o in enumerate(obligations)]

    def judge_again(self, obligations: Sequence[Measured]) -> list[Result]:
        """Results of other obligations about the same samples, from the measurements that are there: no new ones."""
        plan = Plan(cells=max(1, len(obligations)), looks=SCHEDULE)
        return [self._result_again(obligation, plan) for obligation in obligations]

    def _result_again(self, obligation: Measured, plan: Plan) -> Result:
        place = region(obligation)
        for seen in self.looks:
            values = self.values(obligation.samples, seen)
            if values is None:
                break
            decision = decide(values, place, plan, seen)
            if decision.outcome == "disjoint":
                return Result.REFUTED
            if decision.outcome == "inside":
                return Result.PROVED
        return Result.UNDECIDED

    def _outcome(self, obligation: Measured, place: Region, decision: Decision, plan: Plan) -> Outcome:
        samples = obligation.samples
        values = self.values(samples, decision.seeds) or []
        relation = _RELATIONS[type(obligation)]
        discrepancy = {
            "within": (place.high - place.low) / 2,
            "at least": abs(decision.median - place.low),
            "at most": abs(decision.median - place.high),
        }[relation]
        spread = robust_spread(values) if len(values) > 1 else math.inf
        needed = (
            seeds_needed(discrepancy / spread, plan.confirm_level)
            if 0 < spread < math.inf and discrepancy > 0
            else None
        )
        result = {"inside": Result.PROVED, "disjoint": Result.REFUTED, "open": Result.UNDECIDED}[decision.outcome]
        shown = f"[{decision.refute.low:.4g}, {decision.refute.high:.4g}]"
        witness = ""
        if result is Result.REFUTED:
            witness = f"{samples.name} at {_words(samples)}: median in {shown}, outside {_bounds(place)}"
        elif result is Result.UNDECIDED:
            # The distance measured is itself uncertain: where it promises less than was drawn, it is of no help.
            helpful = needed is not None and needed > decision.seeds
            more = f"; about {needed} decide, if the true median is where it was measured" if helpful else ""
            witness = f"{samples.name} at {_words(samples)}: {decision.seeds} seeds leave it open{more}"
        return Outcome(
            label=obligation.by,
            obligation=relation,
            latex=obligation.latex(),
            result=result,
            grade=Grade.STATISTICAL,
            engines=("order statistics of the median",),
            witness=witness,
            measured={
                "experiment": samples.experiment.name,
                "statistic": samples.name,
                "design": dict(samples.design),
                "seeds": decision.seeds,
                "median": decision.median,
                "confirm_interval": [_finite(decision.confirm.low), _finite(decision.confirm.high)],
                "refute_interval": [_finite(decision.refute.low), _finite(decision.refute.high)],
                "region": [_finite(place.low), _finite(place.high)],
                "values": values,
                "seeds_needed": needed,
                "discrepancy": discrepancy,
                "seconds_per_seed": self.seconds(samples, decision.seeds),
            },
        )


def region(obligation: Measured) -> Region:
    """The region of a measured obligation as floats, rounded outwards from an exact enclosure.

    Raises
    ------
    IllFormed : a bound that has no real value, or bounds in the wrong order.
    """
    low, high = obligation.bounds()
    try:
        lowest = float("-inf") if low is None else float(enclose(low, {}).lower())
        highest = float("inf") if high is None else float(enclose(high, {}).upper())
    except NoEnclosure as error:
        raise IllFormed(f"a bound without a real value: {error}") from error
    if not lowest <= highest:
        raise IllFormed(f"an empty region [{lowest}, {highest}]")
    return Region(lowest, highest)


@functools.cache
def code_digest(experiment: Experiment) -> str:
    """Digest of what an experiment's numbers depend on: its static import closure, the draws, the numerical libraries, and
    those that its own package imports besides.

    The framework hands draws to the experiment and takes numbers from it; of its own sources only the draws' count.
    """
    module = experiment.module
    if module == "__main__":
        raise LemmataError("an experiment defined in __main__ cannot be found by workers; put it into a file or module")
    path = CellTask.of(experiment, {}, 0, 0).path
    survey = digests.survey([path or module], EXPERIMENT_PACKAGES)
    draws = hashlib.sha256(Path(seeding.__file__).read_bytes()).hexdigest()
    versions = digests.versions()
    numerics = {name: versions[name] for name in ("numpy", "scipy", "torch") if name in versions}
    return digest(digests.closure_digest(survey.modules), draws, numerics | survey.libraries)


EXPERIMENT_PACKAGES = ("theory", "empirics")
"""Packages that are followed from an experiment, besides its own."""


def _words(samples: Samples) -> str:
    return ", ".join(f"{name} = {value}" for name, value in samples.design.items())


def _bounds(place: Region) -> str:
    return f"[{place.low:.4g}, {place.high:.4g}]"


def _finite(number: float) -> float | None:
    return number if abs(number) != float("inf") else None
