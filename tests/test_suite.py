"""What must be true of the installed papers together."""

from __future__ import annotations

from pathlib import Path

from lemmata import executors
from lemmata.decisions import suite_rates
from lemmata.papers import select
from lemmata.profiles import profile
from lemmata.runner import Run
from lemmata.store import Store


def test_error_rates_of_the_whole_suite(tmp_path: Path) -> None:
    job = Run(select(()), profile("ci"), Store.open(tmp_path), executors.starter("serial", 1))
    entries = [entry for source in job.selection.sources for entry in job.wanted(source)]
    measured = sum(entry.measured for entry in entries)
    assert measured >= 2
    false_refutation, false_confirmation = suite_rates(measured)
    assert false_refutation <= 1e-3
    assert false_confirmation <= 1e-2
