"""Hypothesis strategies for the objects of feature-learning theory: ``from lemmata import strategies``.

Every strategy draws a small description from ``lemmata.objects`` (shapes, integers, exact numbers, a seed), so that draws are
fast at any size, a failure shrinks to one that can be read, and what pytest prints can be pasted. Two conventions hold
everywhere:

- a *size* is an int, which fixes it, or a pair ``(least, most)``, both included;
- a *choice* is one value, which fixes it, or a sequence to choose from, the simplest first.

Bad arguments raise a ``LemmataError`` where the strategy is made, not where it is drawn from.

Examples
--------
>>> from hypothesis import given
>>> from lemmata import strategies
>>> @given(strategies.with_inputs(strategies.polynomials(basis="hermite")))
... def test_the_two_bases_agree(case):
...     f, x = case
...     assert abs(f(x) - f.in_basis("monomial")(x)).max() <= 1e-9 * (1 + abs(f(x)).max())
>>> test_the_two_bases_agree()
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Protocol, TypeAlias, TypeVar

import numpy as np

from lemmata.errors import LemmataError
from lemmata.objects.activations import Activation
from lemmata.objects.dictionaries import DictionaryLaw
from lemmata.objects.frames import Frame, gaussian_inputs
from lemmata.objects.mixtures import GaussianMixture
from lemmata.objects.networks import GaussianNetwork, Network, TwoLayerNetwork
from lemmata.objects.polynomials import BASES, Basis, MultiIndex, MultiIndexPolynomial
from lemmata.objects.tasks import LABELLINGS, Labelling, TaskLaw
from lemmata.objects.values import Exact, Floats, items, whole

try:
    from hypothesis import strategies as st
    from hypothesis.strategies import DrawFn, SearchStrategy
except ModuleNotFoundError:
    raise LemmataError("lemmata.strategies needs hypothesis: pip install 'lemmata[test]'") from None

__all__ = [
    "activations",
    "dictionary_laws",
    "frames",
    "gaussian_mixtures",
    "inputs",
    "networks",
    "polynomials",
    "seeds",
    "task_laws",
    "with_inputs",
]

Size: TypeAlias = int | tuple[int, int]
T = TypeVar("T")

# Arrays of at most so many entries are drawn entry by entry, and shrink to small integers; larger ones come from a seed.
_WRITTEN_OUT = 16
_COEFFICIENTS: tuple[Exact, ...] = (1, -1, 2, -2, 3, -3, Fraction(1, 2), Fraction(-1, 2), Fraction(1, 3))
_BACKGROUNDS: tuple[Exact, ...] = (Fraction(1, 2), Fraction(1, 4), Fraction(1, 10), Fraction(3, 4), 0)
_SCALES: tuple[Exact, ...] = (1, 2, Fraction(1, 2))
_STRUCTURES: tuple[Exact, ...] = (1, 0, Fraction(1, 2), Fraction(1, 4))
# Hypothesis takes the shorter sequence of choices for the simpler one. Seeds of 16 choices make what is written out simpler.
_LONG_SEEDS = st.tuples(*[st.integers(0, 3)] * 16).map(lambda digits: sum(d * 4**i for i, d in enumerate(digits)))


class _HasDimension(Protocol):
    @property
    def dimension(self) -> int: ...


Located = TypeVar("Located", bound=_HasDimension)


def seeds() -> SearchStrategy[int]:
    """Seeds and root seeds, integers from 0 to 2^32 - 1; shrinks to 0.

    Search over parameters with hypothesis, never over the seeds of a statistical assertion: a search finds the rare seed.
    """
    return st.integers(0, 2**32 - 1)


def inputs(*, dimension: Size = (1, 8), points: Size = (1, 8)) -> SearchStrategy[Floats]:
    """(n, d) arrays: small integers, or normal draws from a seed. Shrinks to ``array([[0.]])``.

    Parameters
    ----------
    dimension : size d >= 1.
    points : size n >= 1.

    Raises
    ------
    LemmataError : a size that is no int and no pair.
    """
    return _inputs(_size("dimension", dimension), _size("points", points))


def with_inputs(objects: SearchStrategy[Located], *, points: Size = (1, 8)) -> SearchStrategy[tuple[Located, Floats]]:
    """Pairs of an object and (n, d) inputs in its dimension.

    Parameters
    ----------
    objects : a strategy for anything with a ``dimension``, as all of this module's objects have but activations.
    points : size n >= 1.

    Raises
    ------
    LemmataError : a size that is no int and no pair, or no strategy.
    """
    if not isinstance(objects, SearchStrategy):
        raise LemmataError(f"objects: expected a strategy, as polynomials(), got {objects!r}")
    return _with_inputs(objects, _size("points", points))


def frames(*, dimension: Size = (1, 8), rank: Size = (1, 3)) -> SearchStrategy[Frame]:
    """Orthonormal frames: coordinate vectors, or Haar frames from a seed. Shrinks to ``Frame(1, 1)``.

    Parameters
    ----------
    dimension : size d >= 1.
    rank : size r >= 1, at most d.

    Raises
    ------
    LemmataError : a size that is no int and no pair, or a rank that does not fit in the dimension.
    """
    return _frames(*_nested(("dimension", dimension), ("rank", rank)))


def polynomials(
    *,
    dimension: Size = (1, 8),
    rank: Size = (1, 3),
    degree: Size = (1, 4),
    basis: Basis | Iterable[Basis] = BASES,
) -> SearchStrategy[MultiIndexPolynomial]:
    """Targets: polynomials of a few directions. Shrinks to ``MultiIndexPolynomial(Frame(1, 1), {(1,): 1})``.

    One term has the drawn degree, at most four others have that degree or a lower one. A polynomial need not depend on each of
    its directions.

    Parameters
    ----------
    dimension : size d >= 1.
    rank : size r >= 1, at most d.
    degree : size, the total degree, >= 0.
    basis : choice of ``"monomial"`` and ``"hermite"``.

    Raises
    ------
    LemmataError : a size that is no int and no pair, a rank that does not fit in the dimension, an unknown basis.
    """
    sizes = _nested(("dimension", dimension), ("rank", rank))
    most_rank = min(most for _, most in sizes)
    return _polynomials(_frames(*sizes), most_rank, _size("degree", degree, least=0), _choice("basis", basis, BASES))


def activations(among: Activation | str | Iterable[Activation | str] = tuple(Activation)) -> SearchStrategy[Activation]:
    """Activations. Shrinks to the first of those given, ``Activation.RELU`` by default.

    Parameters
    ----------
    among : choice of activations, or of their names. ``[a for a in Activation if not a.kinks]`` are the smooth ones.

    Raises
    ------
    LemmataError : an unknown activation, or none.
    """
    values = [among] if isinstance(among, str | Activation) else items("activations", among)
    if not values:
        raise LemmataError("activations: expected at least one, as 'relu'")
    return st.sampled_from([Activation(value) for value in values])


def networks(
    *,
    dimension: Size = (1, 8),
    width: Size = (1, 8),
    activation: Activation | str | Iterable[Activation | str] = tuple(Activation),
    biases: bool = True,
) -> SearchStrategy[Network]:
    """Two-layer networks: small ones written out in integers, without zero neurons, and Gaussian ones from a seed.

    Shrinks to ``TwoLayerNetwork(weights=((1,),), head=(1,))``. With integers some preactivations fall on kinks, which is where
    derivatives go wrong; ``assume(network.distance_to_kink(x) > 0.01)`` leaves them out.

    Parameters
    ----------
    dimension : size d >= 1.
    width : size m >= 1.
    activation : choice of activations, or of their names.
    biases : whether neurons may have them.

    Raises
    ------
    LemmataError : a size that is no int and no pair, an unknown activation.
    """
    return _networks(_size("dimension", dimension), _size("width", width), activations(activation), biases)


def dictionary_laws(
    *, dimension: Size = (1, 8), bits: Size = (1, 8), relevant: Size = (1, 3)
) -> SearchStrategy[DictionaryLaw]:
    """Dictionary laws under which both labels occur: parities, majorities and others, with and without structure.

    Shrinks to the parity of uniform bits, without background. Conditions that a theorem adds (equally likely labels, say) are for
    ``assume``.

    Parameters
    ----------
    dimension : size d >= 1.
    bits : size D >= 1, at most d.
    relevant : size k >= 1, at most D.

    Raises
    ------
    LemmataError : a size that is no int and no pair, or sizes that do not fit in each other.
    """
    return _dictionary_laws(*_nested(("dimension", dimension), ("bits", bits), ("relevant", relevant)))


def gaussian_mixtures(
    *, dimension: Size = (1, 8), rank: Size = (1, 3), clusters: Size = (1, 4)
) -> SearchStrategy[GaussianMixture]:
    """Mixtures of spherical Gaussians with integer centres in a frame, equal and other weights and scales.

    Shrinks to ``GaussianMixture(frame=Frame(1, 1), centres=((0,),), labels=(1,))``. Centres may coincide, and a label may be
    missing.

    Parameters
    ----------
    dimension : size d >= 1.
    rank : size r >= 1, at most d: the dimension of the space that the centres lie in.
    clusters : size J >= 1.

    Raises
    ------
    LemmataError : a size that is no int and no pair, or a rank that does not fit in the dimension.
    """
    sizes = _nested(("dimension", dimension), ("rank", rank))
    return _gaussian_mixtures(_frames(*sizes), _size("clusters", clusters))


def task_laws(
    *,
    dimension: Size = (1, 8),
    rank: Size = (1, 3),
    tasks: Size = (1, 8),
    labelling: Labelling | Iterable[Labelling] = LABELLINGS,
) -> SearchStrategy[TaskLaw]:
    """Laws of binary tasks that share r directions. Shrinks to ``TaskLaw(Frame(1, 1))``, one fair coin for each sign.

    Parameters
    ----------
    dimension : size d >= 1.
    rank : size r >= 1, at most d; up to 16 where orthants are labelled.
    tasks : size T >= 1.
    labelling : choice of ``"coins"``, ``"balanced"`` and ``"halfspaces"``.

    Raises
    ------
    LemmataError : a size that is no int and no pair, a rank that does not fit in the dimension, an unknown labelling.
    """
    sizes = _nested(("dimension", dimension), ("rank", rank))
    names = _choice("labelling", labelling, LABELLINGS)
    largest = min(most for _, most in sizes)
    for name in names:  # what one of the draws would be refused for is said here
        TaskLaw(Frame(largest, largest), labelling=name)
    return st.builds(
        TaskLaw, _frames(*sizes), tasks=st.integers(*_size("tasks", tasks)), labelling=st.sampled_from(names)
    )


@st.composite
def _inputs(draw: DrawFn, dimension: tuple[int, int], points: tuple[int, int]) -> Floats:
    n, d, small = _draw_shape(draw, points, dimension)
    entries = draw(_padded(st.integers(-3, 3), n * d if small else _WRITTEN_OUT, 0))
    if not small:
        return draw(st.builds(gaussian_inputs, st.just(n), st.just(d), _LONG_SEEDS))
    return np.array(entries, dtype=np.float64).reshape(n, d)


@st.composite
def _with_inputs(draw: DrawFn, objects: SearchStrategy[Located], points: tuple[int, int]) -> tuple[Located, Floats]:
    drawn = draw(objects)
    return drawn, draw(_inputs((drawn.dimension, drawn.dimension), points))


@st.composite
def _frames(draw: DrawFn, dimension: tuple[int, int], rank: tuple[int, int]) -> Frame:
    d, r = _draw_nested(draw, dimension, rank)
    return Frame(d, r, draw(st.none() | seeds()))


@st.composite
def _polynomials(
    draw: DrawFn, frames: SearchStrategy[Frame], most_rank: int, degree: tuple[int, int], bases: list[Basis]
) -> MultiIndexPolynomial:
    frame, top = draw(frames), draw(st.integers(*degree))
    # A term is a product of drawn directions. The number of choices does not depend on the rank, which then shrinks by itself.
    directions, coefficients = st.integers(0, most_rank - 1), st.sampled_from(_COEFFICIENTS)
    terms: dict[MultiIndex, Exact] = {}
    for order in (top, *draw(st.lists(st.integers(0, top), max_size=4))):
        factors = [draw(directions) % frame.rank for _ in range(order)]
        terms.setdefault(tuple(map(factors.count, range(frame.rank))), draw(coefficients))
    return MultiIndexPolynomial(frame, terms, draw(st.sampled_from(bases)))


@st.composite
def _networks(
    draw: DrawFn,
    dimension: tuple[int, int],
    width: tuple[int, int],
    activation: SearchStrategy[Activation],
    biased: bool,
) -> Network:
    m, d, small = _draw_shape(draw, width, dimension)
    sigma = draw(activation)
    entries = draw(_padded(st.integers(-3, 3), m * d if small else _WRITTEN_OUT, 0))
    head = draw(_padded(st.sampled_from((1, -1, 2, -2)), m, 1))
    biases = draw(_padded(st.integers(-2, 2), m, 0)) if biased else ()
    if not small:
        seed, scale, paired = draw(_LONG_SEEDS), draw(st.sampled_from((1, 0) if biased else (0,))), draw(st.booleans())
        return GaussianNetwork(d, m, seed, sigma, scale, antithetic=paired and m % 2 == 0)
    weights = tuple(row if any(row) else (1, *row[1:]) for row in _rows(entries, d))
    return TwoLayerNetwork(weights, head, biases, sigma)


@st.composite
def _dictionary_laws(
    draw: DrawFn, dimension: tuple[int, int], bits: tuple[int, int], relevant: tuple[int, int]
) -> DictionaryLaw:
    d, total, k = _draw_nested(draw, dimension, bits, relevant)
    dictionary = Frame(d, total, draw(st.none() | seeds()))
    places = draw(st.just(range(k)) | st.permutations(range(total)).map(lambda order: order[:k]))
    background = draw(st.sampled_from(_BACKGROUNDS))
    if draw(st.booleans()):
        counts = draw(_weights(k + 1, least=0))
    else:
        structure = draw(st.sampled_from(_STRUCTURES))
        counts = DictionaryLaw.structured(k, k, structure).counts
    support = {j for j, p in enumerate(counts) if p}
    parity, majority = set(range(1, k + 1, 2)), {j for j in range(k + 1) if 2 * j > k}
    positive = draw(st.sampled_from((parity, majority)) | st.sets(st.integers(0, k)))
    if not 0 < len(positive & support) < len(support):
        positive = {max(support)}  # the label would be constant
    return DictionaryLaw(dictionary, tuple(places), tuple(positive), counts, background)


@st.composite
def _gaussian_mixtures(draw: DrawFn, frames: SearchStrategy[Frame], clusters: tuple[int, int]) -> GaussianMixture:
    frame, count = draw(frames), draw(st.integers(*clusters))
    centres = _rows(draw(_padded(st.integers(-3, 3), count * frame.rank, 0)), frame.rank)
    labels = draw(_padded(st.sampled_from((1, -1)), count, 1))
    weights = draw(st.just(()) | _weights(count, least=1))
    return GaussianMixture(frame, centres, labels, weights, draw(_padded(st.sampled_from(_SCALES), count, 1)))


def _draw_shape(draw: DrawFn, rows: tuple[int, int], columns: tuple[int, int]) -> tuple[int, int, bool]:
    """Rows, columns, and whether the array is to be written out, which is the simpler case.

    Entries are drawn in the other case too, and not used: flipping this one choice then leaves all others where they were, and
    hypothesis comes from a failing Gaussian example to one that is written out.
    """
    if rows[0] * columns[0] > _WRITTEN_OUT or draw(st.sampled_from((False, False, True))):
        return draw(st.integers(*rows)), draw(st.integers(*columns)), False
    n = draw(st.integers(rows[0], min(rows[1], _WRITTEN_OUT // columns[0])))
    return n, draw(st.integers(columns[0], min(columns[1], _WRITTEN_OUT // n))), True


def _padded(elements: SearchStrategy[T], count: int, rest: T) -> SearchStrategy[tuple[T, ...]]:
    """As many elements as asked for; those that are not drawn, and all after the sixteenth, are ``rest``."""
    return st.lists(elements, max_size=min(count, _WRITTEN_OUT)).map(
        lambda drawn: (*drawn, *[rest] * (count - len(drawn)))
    )


def _rows(entries: tuple[T, ...], columns: int) -> tuple[tuple[T, ...], ...]:
    return tuple(entries[start : start + columns] for start in range(0, len(entries), columns))


def _weights(count: int, least: int) -> SearchStrategy[tuple[Exact, ...]]:
    """Probabilities in proportion to small integers; if these may be 0, then at least the first and the last are positive."""

    def normalised(parts: tuple[int, ...]) -> tuple[Exact, ...]:
        total = sum(parts)
        return tuple(Fraction(part, total) for part in parts)

    middle = [st.integers(least, 4)] * (count - 2)
    return st.tuples(*[st.integers(1, 4), *middle, st.integers(1, 4)][:count]).map(normalised)


def _size(name: str, value: object, least: int = 1) -> tuple[int, int]:
    if isinstance(value, tuple | list):
        if len(value) == 2:
            low = whole(f"{name}: the least", value[0], least)
            return low, whole(f"{name}: the most", value[1], low)
    elif not isinstance(value, str) and hasattr(value, "__index__"):
        fixed = whole(name, value, least)
        return fixed, fixed
    raise LemmataError(f"{name}: expected an int or a pair (least, most), got {value!r}")


def _nested(*named: tuple[str, object]) -> tuple[tuple[int, int], ...]:
    """Sizes of which each is at most the one before it."""
    sizes = [_size(name, value) for name, value in named]
    for (position, (least, _)), (inner, _) in zip(enumerate(sizes), named, strict=True):
        for (outer, _), (_, most) in zip(named[:position], sizes, strict=False):
            if least > most:
                raise LemmataError(f"{inner}: at least {least} does not fit in {outer}, which is at most {most}")
    return tuple(sizes)


def _draw_nested(draw: DrawFn, *sizes: tuple[int, int]) -> list[int]:
    """One number for each size, each at most the one before it; the last is drawn first."""
    drawn: list[int] = []
    for position in reversed(range(len(sizes))):
        low, high = sizes[position]
        high = min(most for _, most in sizes[: position + 1])
        drawn.insert(0, draw(st.integers(max(low, *drawn[:1], 1), high)))
    return drawn


def _choice(name: str, value: object, allowed: tuple[T, ...]) -> list[T]:
    chosen = (value,) if isinstance(value, str) else items(name, value)
    for each in chosen:
        if each not in allowed:
            raise LemmataError(f"{name}: expected one of {', '.join(map(repr, allowed))}, got {each!r}")
    if not chosen:
        raise LemmataError(f"{name}: expected at least one of {', '.join(map(repr, allowed))}")
    return list(chosen)
