"""What is measured: the checks that compare experiments with statements."""

from collections.abc import Iterator

from lemmata import MedianWithin, Samples, Tight
from lemmata.obligations import Obligation
from mypaper.experiments import first_step
from mypaper.statements import alignment, d, n

CELLS = [{"d": 50, "n": 100}, {"d": 100, "n": 50}, {"d": 100, "n": 400}]
"""Several cells, since one cannot tell n from d."""


@alignment.check(control={"labels": "permuted"})
def alignment_measured(stated: Tight) -> Iterator[Obligation]:
    """At three ratios of samples to dimensions; as the negative control the labels are permuted, and the share falls to 1/d."""
    for cell in CELLS:
        values = {d: cell["d"], n: cell["n"]}
        yield MedianWithin(
            Samples(first_step, "share", cell),
            around=stated.formula.subs(values),
            slack=stated.slack.subs(values),
            by="share of the energy along the target",
        )
