"""Small claim files for the tests of the command line and of the pytest plugin."""

from __future__ import annotations

from pathlib import Path

HEAD = '''
from sympy import Integer, Rational, S, Symbol

from lemmata import Edit, Equal, Identity, Paper, Samples, Tight, MedianWithin, as_printed, experiment

paper = Paper("toy", title="Toys", authors="A. Author", version="v1")
n, m = Symbol("n"), Symbol("m")
with as_printed():
    square = (n + 1) ** 2
    right, wrong = n**2 + 2 * n + 1, n**2 + 2 * n + 2


def binomial(stated):
    """The binomial formula."""
    yield Equal(stated.left, stated.right, stated.domains, by="binomial formula")


def state(slug, formula, **more):
    stated = Identity(square, formula, {n: S.Naturals})
    return paper.state(slug, locator="Eq. (1)", title="Square of a sum", stated=stated, **more)
'''

HOLDS = """
holds = state("holds", right).check()(binomial)
"""

FAILS = """
state("fails", wrong).check()(binomial)
"""

ERRATUM = """
state("misprint", wrong, correction=[Edit("the constant is 1", "right", wrong, right)]).check()(binomial)
"""

OPEN = """
state("open-question", right, listed={"open": "no proof is known"})
"""

UNLISTED = """
state("unchecked", right)
"""

MEASURED = """
@experiment
def toss(draws, *, mean):
    import os, pathlib, time
    if "TOY_COMPUTED" in os.environ:
        mine = pathlib.Path(os.environ["TOY_COMPUTED"], str(os.getpid()))
        while mine.exists() and mine.stat().st_size >= 2 and not os.path.exists(os.environ["TOY_GATE"]):
            time.sleep(0.01)
        with mine.open("a") as computed:
            computed.write("*")
    return {"value": mean + SPREAD * float(draws["noise"].standard_normal())}


def measured(slug, mean, control=None, slow=False):
    law = Tight(m, Integer(1), Rational(1, 10), "the noise is small")
    claim = paper.state(slug, locator="Section 2", title="Law of the mean", stated=law)

    @claim.check(control=control, slow=slow)
    def _(stated):
        samples = Samples(toss, "value", {"mean": mean})
        yield MedianWithin(samples, around=stated.formula, slack=stated.slack, by="mean of a toss")
"""

LAW = f"""
SPREAD = 0.01
{MEASURED}
measured("law", 1.0, control={{"mean": 2.0}})
"""
"""A measured claim that holds at the first look.

Where the environment names a folder ``TOY_COMPUTED``, each process writes there a character for every cell
that it computes; and after two cells, it waits for the file ``TOY_GATE``.
"""

SLOW = f"""
SPREAD = 0.01
{MEASURED}
measured("law", 1.0, control={{"mean": 2.0}}, slow=True)
"""
"""The same claim, which says of itself that it is slow."""

UNDECIDED = f"""
SPREAD = 0.3
{MEASURED}
measured("law", 1.05, control={{"mean": 3.0}})
"""
"""A measured claim that the looks of smoke and ci leave open."""


DRAWN = f"""
from lemmata import SweepCell
SPREAD = 0.01
{MEASURED}
measured("law", 1.0, control={{"mean": 2.0}})

@paper.claims["law"].sweep
def _(profile):
    return [SweepCell(toss, {{"mean": mean}}, 3 if profile == "smoke" else 5) for mean in (0.0, 1.0)]

@paper.claims["law"].draw
def _(stated, cells, sweep):
    heights = [[replicate["value"] for replicate in cell["replicates"]] for cell in sweep]
    points = {{
        "label": "tosses", "x": [cell["design"]["mean"] for cell in sweep], "y": [max(values) for values in heights],
        "low": [min(values) for values in heights], "high": [max(values) for values in heights], "style": "line",
    }}
    reference = {{"label": "claimed", "x": [0.0, 1.0], "y": [float(stated.formula)] * 2, "style": "reference"}}
    record = {{
        "title": f"{{len(heights[0])}} tosses", "x_label": "mean", "y_label": "value", "x_scale": "linear",
        "y_scale": "linear", "curves": [reference], "points": [points],
    }}
    return [record, record]
"""
"""A measured claim with a sweep and two figures of it."""


def computed_cells(folder: Path) -> int:
    """How many cells were computed by processes with this folder as ``TOY_COMPUTED``."""
    return sum(file.stat().st_size for file in folder.iterdir())


def claim_file(*claims: str) -> str:
    """The text of a claim file."""
    return HEAD + "".join(claims)
