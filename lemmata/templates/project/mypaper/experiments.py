"""Experiments: functions of ``draws`` and a design that return numbers by name.

All randomness comes from ``draws["name"]``, a NumPy generator: the same cell and name give the same stream everywhere. They
stand apart from the statements, so that an edit there does not make finished cells stale.
"""

from lemmata import experiment
from lemmata.seeding import Draws


@experiment
def first_step(draws: Draws, d: int, n: int, labels: str = "true") -> dict[str, float]:
    """The share of the first gradient's energy along the target, from n samples in dimension d."""
    x = draws["x"].standard_normal((n, d))
    y = x[:, 0].copy()
    if labels == "permuted":
        draws["labels"].shuffle(y)
    gradient = x.T @ y / n
    return {"share": gradient[0] ** 2 / (gradient @ gradient)}
