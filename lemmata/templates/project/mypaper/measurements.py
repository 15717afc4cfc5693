"""What is measured: the checks that compare experiments with statements."""

from collections.abc import Iterator
from typing import Any

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


@alignment.draw
def alignment_figure(stated: Tight, cells: list[dict[str, Any]]) -> dict[str, Any]:
    """The predicted share, and the medians with their confidence intervals, against dimensions per sample."""
    ratios = [i / 20 for i in range(1, 51)]
    points = sorted(((cell["design"]["d"] / cell["design"]["n"], cell) for cell in cells), key=lambda point: point[0])
    return {
        "title": "Alignment of the first gradient with the target",
        "x_label": "$d/n$",
        "y_label": "share of the energy",
        "x_scale": "linear",
        "y_scale": "linear",
        "curves": [
            {"label": "predicted", "x": ratios, "y": [float(stated.formula.subs({d: r, n: 1})) for r in ratios]}
        ],
        "points": [
            {
                "label": "measured",
                "x": [ratio for ratio, _ in points],
                "y": [cell["median"] for _, cell in points],
                "low": [cell["confirm_interval"][0] for _, cell in points],
                "high": [cell["confirm_interval"][1] for _, cell in points],
            }
        ],
    }
