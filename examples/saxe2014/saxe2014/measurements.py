"""What is measured: the check that speaks about the training runs."""

from collections.abc import Iterator

from sympy import Rational

from lemmata import MedianWithin, Samples, Tight
from lemmata.obligations import Obligation
from saxe2014.statements import end, learning_time, noise, s, start, tau
from saxe2014.training import training_run

CELLS = [
    {"tau": 200, "s": 1, "u_0": "1/100", "u_f": "1/2", "epsilon": "1/100"},
    {"tau": 200, "s": 2, "u_0": "1/100", "u_f": "1", "epsilon": "1/100"},
    {"tau": 400, "s": 3, "u_0": "1/1000", "u_f": "3/2", "epsilon": "1/100"},
    {"tau": 400, "s": 2, "u_0": "1/1000", "u_f": "1/2", "epsilon": "1/50"},
    {"tau": 400, "s": 1, "u_0": "1/4", "u_f": "3/4", "epsilon": "1/100"},
]
"""Three modes up to half of their singular value, one up to a quarter, and one from a quarter to three quarters."""


@learning_time.check(control={"imbalance": 2.0})
def learning_time_measured(stated: Tight) -> Iterator[Obligation]:
    r"""Training runs of a full network, its bases, inputs and perturbation drawn anew for each seed.

    The paper's time is taken in gradient steps of size $1/\tau$ on half the mean squared error of the whole batch. The formula
    supposes $0 < u_0 < u_f < s$, which every cell satisfies; domains, one for each symbol, do not say so.

    As the negative control the layers start unequal, in the ratio 4, with the same product: the formula supposes equal layers,
    and unequal ones learn sooner.
    """
    for cell in CELLS:
        values = {symbol: Rational(cell[symbol.name]) for symbol in (tau, s, start, end, noise)}
        yield MedianWithin(
            Samples(training_run, "steps", cell),
            around=stated.formula.subs(values),
            slack=stated.slack.subs(values),
            by="steps until the strength is reached",
        )
