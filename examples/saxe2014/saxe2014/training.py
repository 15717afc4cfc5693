"""The experiment: training a small linear network.

An experiment is a function of ``draws`` and a design. All its randomness comes from ``draws["name"]``, a NumPy generator: the
same cell and name give the same stream everywhere. It returns a dictionary of finite numbers.
"""

from fractions import Fraction

import numpy as np

from lemmata import experiment
from lemmata.seeding import Draws

SINGULAR_VALUES = (3, 2, 1)
"""Of the input-output correlation. All three modes are trained at once in every run; a design says which one is watched."""

INPUTS, HIDDEN, OUTPUTS, EXAMPLES = 6, 5, 4, 12


def orthonormal(generator: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """A random matrix with orthonormal columns, uniformly distributed."""
    q, r = np.linalg.qr(generator.standard_normal((rows, columns)))
    return q * np.sign(np.diag(r))  # QR leaves these signs to the library: with them the matrix is the same everywhere


@experiment
def training_run(
    draws: Draws, tau: int, s: int, u_0: str, u_f: str, epsilon: str, imbalance: float = 1.0
) -> dict[str, float]:
    """Gradient steps of size 1/tau, on a whole batch of whitened inputs, until the mode of singular value s reaches strength u_f.

    Every mode starts at strength u_0, the layers' weights along it in the ratio imbalance squared; then all weights are
    perturbed.
    """
    first, last = float(Fraction(u_0)), float(Fraction(u_f))
    modes = len(SINGULAR_VALUES)
    out = orthonormal(draws["output basis"], OUTPUTS, modes)
    middle = orthonormal(draws["hidden basis"], HIDDEN, modes)
    into = orthonormal(draws["input basis"], INPUTS, modes)
    x = EXAMPLES**0.5 * orthonormal(draws["inputs"], EXAMPLES, INPUTS).T  # x @ x.T / EXAMPLES is the identity
    y = out * SINGULAR_VALUES @ into.T @ x

    deviation = float(Fraction(epsilon)) * first**0.5
    w1 = first**0.5 * imbalance * middle @ into.T + deviation * draws["first layer"].standard_normal((HIDDEN, INPUTS))
    w2 = first**0.5 / imbalance * out @ middle.T + deviation * draws["second layer"].standard_normal((OUTPUTS, HIDDEN))

    watched = SINGULAR_VALUES.index(s)
    steps = 0
    while out[:, watched] @ w2 @ w1 @ into[:, watched] < last:
        hidden = w1 @ x
        error = (y - w2 @ hidden) / EXAMPLES
        w1, w2 = w1 + w2.T @ error @ x.T / tau, w2 + error @ hidden.T / tau
        steps += 1
    return {"steps": float(steps)}
