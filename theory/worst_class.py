"""Linear models on fixed features against all sets of class-relevant bits: the least hinge loss, by convex programs.

What is minimised over the weights w, with |w| <= B, is a second-order cone program. The solver's word is not taken: its dual
solution, rounded to fractions, gives a lower bound and its weights an upper one, both exact. For any alpha from the inputs to
[0, 1]

    E max(0, 1 - y h) >= E alpha (1 - y h) >= E alpha - B |E[alpha y Psi]|.

Inputs are vectors of D bits, and there are 2^D of them: for small dictionaries only.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from lemmata import LemmataError
from lemmata.objects import DictionaryLaw
from lemmata.objects.values import Exact, Floats, Integers, whole

MOST_BITS = 12
UNIT = 1 << 10
"""Features are integers over this number: values on a grid of [-1, 1]."""
GRID = 1 << 30
"""Solutions are rounded to integers over this number."""


@dataclass(frozen=True)
class Bracket:
    """Two fractions with the exact value between them."""

    lower: Fraction
    upper: Fraction

    @property
    def width(self) -> Fraction:
        """What is left open."""
        return self.upper - self.lower


@dataclass(frozen=True, eq=False)
class Features:
    """N fixed features of D bits, with values in [-1, 1].

    Parameters
    ----------
    values : (2^D, N) integers, UNIT times the features, at the inputs in the order of ``inputs(D)``.
    symmetric : whether a permutation of the bits only permutes the features, so that all sets of bits are alike.

    Raises
    ------
    LemmataError : values that are no integers or beyond UNIT in size, no feature, or not one row for each vector of bits.
    """

    values: Integers
    symmetric: bool = False

    def __post_init__(self) -> None:
        if self.values.dtype.kind != "i":
            raise LemmataError(f"features: expected integers, UNIT times the values, got {self.values.dtype}")
        rows = self.values.shape[0] if self.values.ndim == 2 else 0
        if rows < 2 or rows & (rows - 1):
            raise LemmataError(
                f"features: expected 2^D rows, one for each vector of bits, got shape {self.values.shape}"
            )
        if not self.number:
            raise LemmataError("features: expected at least one, got none")
        if np.abs(self.values).max() > UNIT:
            raise LemmataError(
                f"features: expected values in [-1, 1], got {np.abs(self.values).max() / UNIT:.3f} in size"
            )

    @property
    def bits(self) -> int:
        """D."""
        return int(self.values.shape[0]).bit_length() - 1

    @property
    def number(self) -> int:
        """N."""
        return int(self.values.shape[1])


def inputs(bits: int) -> Integers:
    """All vectors of D bits, (2^D, D).

    Raises
    ------
    LemmataError : D below 1, or too large to enumerate.
    """
    bits = whole("bits", bits, most=MOST_BITS)
    return np.array(list(itertools.product((0, 1), repeat=bits)), dtype=np.int64)


def signs(bits: int) -> Features:
    """z_l = 2 bit_l - 1, one for each bit, and no constant."""
    return Features(UNIT * (2 * inputs(bits) - 1), symmetric=True)


def monomials(bits: int, degrees: Iterable[int]) -> Features:
    """The parities on all sets of bits whose sizes are given; of size 0, the constant."""
    z = 2 * inputs(bits) - 1
    chosen = [z[:, list(c)].prod(axis=1) for size in degrees for c in itertools.combinations(range(bits), size)]
    return Features(UNIT * np.stack(chosen, axis=1), symmetric=True)


def counts(bits: int, most: int) -> Features:
    """1{number of ones = j} for j = 0, ..., ``most``."""
    ones = inputs(bits).sum(axis=1)
    return Features(UNIT * (ones[:, None] == np.arange(most + 1)).astype(np.int64), symmetric=True)


def random_cosines(bits: int, number: int, seed: int, scale: float = 1.0) -> Features:
    """cos(<w, bits> + b) with normal w of standard deviation ``scale`` and uniform b, rounded to the grid."""
    draw = np.random.default_rng(seed)
    phases = inputs(bits) @ draw.normal(0, scale, (bits, number)) + draw.uniform(0, 2 * math.pi, number)
    return _rounded(np.cos(phases))


def random_truncated(bits: int, number: int, seed: int) -> Features:
    """min(1, max(0, <w, z> + b)) with normal w of variance 1/D and uniform b in [0, 1], rounded to the grid."""
    draw = np.random.default_rng(seed)
    z = 2 * inputs(bits) - 1
    weights = draw.normal(0, bits**-0.5, (bits, number))
    return _rounded(np.clip(z @ weights + draw.uniform(0, 1, number), 0, 1))


def _rounded(values: Floats) -> Features:
    return Features(np.rint(UNIT * values).astype(np.int64))


def worst_loss(features: Features, relevant: int, uniform: Exact, background: Exact, norm_squared: Exact) -> Bracket:
    """The largest over all sets A of the least hinge loss of <Psi, w> with |w|^2 <= B^2.

    Labels are parities; class-relevant bits are uniform with probability v, and else all equal.

    Parameters
    ----------
    features : Psi, on D bits.
    relevant : k, the size of A, from 1 to D.
    uniform : v.
    background : p_o.
    norm_squared : B^2 > 0.

    Raises
    ------
    LemmataError : numbers outside of these ranges, or cvxpy is missing.

    Examples
    --------
    >>> found = worst_loss(signs(4), relevant=3, uniform=Fraction(1, 3), background=Fraction(1, 4), norm_squared=1)
    >>> found.lower <= Fraction(1, 3) <= found.upper, float(found.width) < 1e-6
    (True, True)
    """
    law = DictionaryLaw.structured(features.bits, relevant, uniform, background)
    norm_squared = _exact_square(norm_squared)
    sets: Iterator[tuple[int, ...]] = itertools.combinations(range(features.bits), relevant)
    if features.symmetric:
        sets = iter([next(sets)])
    solve = _solver(features, math.sqrt(norm_squared))
    brackets = []
    for chosen in sets:
        case = _Case.of(replace(law, relevant=chosen), features)
        brackets.append(case.bracket(*solve(case), norm_squared))
    return Bracket(max(b.lower for b in brackets), max(b.upper for b in brackets))


def bracket(features: Features, law: DictionaryLaw, norm_squared: Exact, alpha: Floats, weights: Floats) -> Bracket:
    """What any solution, however bad, shows about the least hinge loss of <Psi, w> with |w|^2 <= B^2 under one law.

    Parameters
    ----------
    features : Psi, on the law's D bits.
    law : of the bits and the labels.
    norm_squared : B^2 > 0.
    alpha : (2^D,), of the dual program; rounded, into [0, 1].
    weights : (N,), of the program; rounded, and shrunk to the norm B where they are longer.

    Raises
    ------
    LemmataError : another number of bits, a norm that is not exact and positive, or a solution of another shape or not finite.
    """
    if law.bits != features.bits:
        raise LemmataError(f"law: expected one of {features.bits} bits, as the features are, got {law.bits}")
    for name, part, size in (("alpha", alpha, len(features.values)), ("weights", weights, features.number)):
        if np.shape(part) != (size,) or not np.isfinite(part).all():
            raise LemmataError(f"{name}: expected {size} finite numbers, got an array of shape {np.shape(part)}")
    return _Case.of(law, features).bracket(alpha, weights, _exact_square(norm_squared))


def _exact_square(norm_squared: Exact) -> Fraction:
    if not isinstance(norm_squared, int | Fraction) or norm_squared <= 0:
        raise LemmataError(f"norm_squared: expected an exact number > 0, got {norm_squared!r}")
    return Fraction(norm_squared)


@dataclass(frozen=True, eq=False)
class _Case:
    """One law: ``chances`` (2^D,) are integers over ``total``, ``labels`` are signs, ``signed`` is UNIT y Psi, (2^D, N)."""

    chances: Integers
    total: int
    labels: Integers
    signed: Integers

    @classmethod
    def of(cls, law: DictionaryLaw, features: Features) -> _Case:
        vectors = inputs(features.bits)
        exact = [law.probability(vector.tolist()) for vector in vectors]
        total = math.lcm(*(chance.denominator for chance in exact))
        chances = np.array([int(chance * total) for chance in exact], dtype=object)
        labels = law.labels_of(vectors)
        return cls(chances, total, labels, (labels[:, None] * features.values).astype(object))

    def bracket(self, alpha: Floats, weights: Floats, norm_squared: Exact) -> Bracket:
        """From below by the dual solution, from above by the weights."""
        return Bracket(self._lower(alpha, norm_squared), self._upper(weights, norm_squared))

    def _lower(self, alpha: Floats, norm_squared: Exact) -> Fraction:
        """E alpha - B |E[alpha y Psi]| for the alpha in [0, 1] rounded, or zero."""
        rounded = np.array([int(a) for a in np.rint(np.clip(alpha, 0, 1) * GRID)], dtype=object) * self.chances
        means = rounded @ self.signed
        squared = Fraction(norm_squared) * Fraction(int(means @ means), (self.total * GRID * UNIT) ** 2)
        return max(Fraction(int(rounded.sum()), self.total * GRID) - _root_from_above(squared), Fraction(0))

    def _upper(self, weights: Floats, norm_squared: Exact) -> Fraction:
        """The loss of the weights rounded, and shrunk into the ball; or one, that of zero weights."""
        rounded = np.array([int(w) for w in np.trunc(weights * GRID)], dtype=object)
        excess = Fraction(int(rounded @ rounded), GRID**2) / Fraction(norm_squared)
        shrink = 1 / _root_from_above(excess) if excess > 1 else Fraction(1)
        hinge = np.maximum(0, shrink.denominator * UNIT * GRID - shrink.numerator * (self.signed @ rounded))
        return min(Fraction(int(self.chances @ hinge), self.total * shrink.denominator * UNIT * GRID), Fraction(1))


def _root_from_above(value: Fraction) -> Fraction:
    return Fraction(math.isqrt(math.ceil(value * GRID**4)) + 1, GRID**2)


def _solver(features: Features, norm: float) -> Callable[[_Case], tuple[Floats, Floats]]:
    """Solves for one law after another: alpha (2^D,) and the weights (N,), in floats."""
    convex = _cvxpy()
    size = len(features.values)
    chances, labels = convex.Parameter(size, nonneg=True), convex.Parameter(size)
    weights, hinge = convex.Variable(features.number), convex.Variable(size, nonneg=True)
    margins = hinge >= 1 - convex.multiply(labels, features.values / UNIT @ weights)
    problem = convex.Problem(convex.Minimize(chances @ hinge), [margins, convex.norm(weights) <= norm])

    def solve(case: _Case) -> tuple[Floats, Floats]:
        chances.value = (case.chances / case.total).astype(float)
        labels.value = case.labels
        problem.solve(solver=convex.CLARABEL)
        # Where an input has no weight, alpha does not matter.
        alpha: Floats = np.divide(margins.dual_value, chances.value, out=np.ones(size), where=chances.value > 0)
        found: Floats = weights.value
        return alpha, found

    return solve


def _cvxpy() -> Any:
    """The library, when it is needed: importing it takes seconds, and it is an extra."""
    try:
        import cvxpy
    except ModuleNotFoundError:
        raise LemmataError("convex programs need cvxpy: pip install 'lemmata[papers]'") from None
    return cvxpy
