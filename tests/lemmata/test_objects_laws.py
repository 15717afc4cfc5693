"""Laws of data: exact moments by enumeration and quadrature, samples by exact tests on fixed seeds.

Each statistical assertion has its chance of failing for a right law beside it. The seeds are fixed: nothing searches them.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chi2

from lemmata import strategies
from lemmata.objects import DictionaryLaw, Frame, GaussianMixture, HalfspaceTasks, OrthantTasks, TaskLaw
from lemmata.objects.values import Floats

LEVEL = 1e-6
FEWER = settings(max_examples=50)  # for what is slow to draw


def within_binomial(hits: int, n: int, p: float) -> bool:
    """Whether a count is inside of the central interval of its law; a right law is outside at most LEVEL of the time."""
    low, high = binom.ppf([LEVEL / 2, 1 - LEVEL / 2], n, p)
    return bool(low <= hits <= high)


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


# Dictionaries

DICTIONARIES = strategies.dictionary_laws(dimension=(1, 6), bits=(1, 5), relevant=(1, 4))


def atoms(law: DictionaryLaw) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.int64]], list[Fraction]]:
    """All vectors of hidden bits, (2^D, D), and their probabilities."""
    bits = np.array(list(itertools.product((0, 1), repeat=law.bits)))
    return bits, [law.probability(row) for row in bits.tolist()]


@given(DICTIONARIES)
def test_moments_of_dictionary_laws_by_enumeration(law: DictionaryLaw) -> None:
    bits, chances = atoms(law)
    labels = law.labels_of(bits).tolist()
    assert sum(chances) == 1
    means = [sum(p * bit for p, bit in zip(chances, column, strict=True)) for column in bits.T.tolist()]
    assert tuple(means) == law.bit_means
    assert law.label_probability == sum(p for p, y in zip(chances, labels, strict=True) if y == 1)
    assert 0 < law.label_probability < 1
    for i, column in enumerate(bits.T.tolist()):
        joint = sum(p * y * bit for p, y, bit in zip(chances, labels, column, strict=True))
        covariance = joint - (2 * law.label_probability - 1) * means[i]
        assert covariance == (law.signal if i in law.relevant else 0)


@given(DICTIONARIES)
def test_inputs_of_dictionary_laws_are_normalised(law: DictionaryLaw) -> None:
    bits, chances = atoms(law)
    x, masses = law.inputs_of(bits), np.array([float(p) for p in chances])
    assert x.shape == (len(bits), law.dimension)
    assert np.abs(masses @ x).max() <= 1e-12
    assert abs(masses @ (x**2).sum(axis=1) - 1) <= 1e-12


@given(st.sampled_from((3, 5, 7)), st.fractions(0, 1, max_denominator=20))
def test_the_signal_of_parities_and_majorities(k: int, v: Fraction) -> None:
    """gamma = (1 - v)/2 for the parity of k odd bits, and v C(k-1, (k-1)/2) / 2^k more for their majority."""
    majority = tuple(range((k + 1) // 2, k + 1))
    assert DictionaryLaw.structured(k + 1, k, v).signal == (1 - v) / 2
    expected = (1 - v) / 2 + v * Fraction(math.comb(k - 1, (k - 1) // 2), 2**k)
    assert DictionaryLaw.structured(k + 1, k, v, positive=majority).signal == expected


@given(
    st.integers(1, 30), st.integers(1, 5), st.fractions(0, 1, max_denominator=9), st.fractions(0, 1, max_denominator=9)
)
def test_the_variance_of_structured_laws(bits: int, k: int, v: Fraction, p: Fraction) -> None:
    """k/4 + (D - k) p_o (1 - p_o), whatever the structure."""
    assume(k <= bits)
    expected = Fraction(k, 4) + (bits - k) * p * (1 - p)
    assert DictionaryLaw.structured(bits, k, v, background=p).total_variance == expected


@pytest.mark.parametrize(
    "law",
    [
        DictionaryLaw.structured(4, 3, Fraction(1, 2), background=Fraction(1, 4)),
        DictionaryLaw(Frame(6, 4, seed=1), (1, 3), (1,), (Fraction(1, 8), Fraction(5, 8), Fraction(1, 4)), 0.75),
        DictionaryLaw.structured(3, 3, 0),
    ],
    ids=["structured", "general", "all equal"],
)
def test_samples_of_dictionary_laws(law: DictionaryLaw) -> None:
    """Every vector of bits as often as its probability says: at most 16 tests at 1e-6."""
    n = 20_000
    bits = law.sample_bits(generator(), n)
    codes = np.bincount(bits @ (1 << np.arange(law.bits)), minlength=2**law.bits)
    for row, chance in zip(*atoms(law), strict=True):
        assert within_binomial(int(codes[row @ (1 << np.arange(law.bits))]), n, float(chance)), row
    x, y = law.sample(generator(), n)
    assert (y == law.labels_of(bits)).all()
    assert np.allclose(x, law.inputs_of(bits), rtol=0, atol=0)


# Mixtures


@given(strategies.gaussian_mixtures(dimension=(1, 3)))
def test_moments_of_mixtures_by_quadrature(law: GaussianMixture) -> None:
    """Two nodes a coordinate, at -1 and 1, give the first three moments of a normal law exactly."""
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=law.dimension)))
    mean, square = np.zeros(law.dimension), 0.0
    for p, c, s in zip(law.weights, law.centres, law.scales, strict=True):
        x = law.frame.array @ np.array(c, dtype=float) + float(s) * signs
        mean += float(p) * x.mean(axis=0)
        square += float(p) * (x**2).sum(axis=1).mean()
    assert np.allclose(law.mean, mean, rtol=0, atol=1e-12)
    assert float(law.total_variance) == pytest.approx(square - mean @ mean, abs=1e-9)
    assert sum(map(Fraction, law.weights)) == 1
    expected = sum((Fraction(p) for p, y in zip(law.weights, law.labels, strict=True) if y > 0), Fraction(0))
    assert law.label_probability == expected


def test_samples_of_mixtures() -> None:
    """Clusters far apart: how often each occurs, and its spread; 3 binomial and 3 chi-square tests at 1e-6."""
    n, d = 20_000, 3
    weights = (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6))
    law = GaussianMixture(
        Frame(d, 2, seed=4), [(0, 0), (300, 0), (0, 300)], [1, -1, 1], weights, [1, 2, Fraction(1, 2)]
    )
    x, y = law.sample(generator(), n)
    z = law.frame.project(x)
    cluster = np.where(z[:, 0] > 150, 1, np.where(z[:, 1] > 150, 2, 0))
    assert (y == np.array(law.labels)[cluster]).all()
    for j, (p, c, s) in enumerate(zip(law.weights, law.centres, law.scales, strict=True)):
        of_cluster = x[cluster == j]
        assert within_binomial(len(of_cluster), n, float(p))
        squares = (((of_cluster - law.frame.array @ np.array(c, dtype=float)) / float(s)) ** 2).sum()
        low, high = chi2.ppf([LEVEL / 2, 1 - LEVEL / 2], of_cluster.size)
        assert low <= squares <= high


def test_the_xor_mixture() -> None:
    law = GaussianMixture.xor(5, norm=2, other_norm=Fraction(3, 2), scale=0.5, seed=7)
    assert law.label_probability == Fraction(1, 2)
    assert not law.mean.any()
    # 5/4 from the noise, and the mean of 4 and 9/4 from the centres.
    assert law.total_variance == Fraction(5, 4) + Fraction(25, 8)
    assert GaussianMixture.xor(2) == GaussianMixture(Frame(2, 2), [(1, 0), (-1, 0), (0, 1), (0, -1)], [1, 1, -1, -1])


# Tasks


@FEWER
@given(strategies.with_inputs(strategies.task_laws(labelling=("coins", "balanced"))), strategies.seeds())
def test_orthant_tasks_look_at_signs_only(case: tuple[TaskLaw, Floats], seed: int) -> None:
    law, x = case
    tasks = law.draw_tasks(generator(seed))
    assert isinstance(tasks, OrthantTasks)
    labels = tasks.labels(x)
    assert labels.shape == (len(x), law.tasks)
    for i, z in enumerate(law.frame.project(x)):
        place = sum(2**j for j, coordinate in enumerate(z) if coordinate < 0)
        assert labels[i].tolist() == [row[place] for row in tasks.table]
    if law.labelling == "balanced":
        assert tasks.label_means == (0,) * law.tasks


@FEWER
@given(strategies.with_inputs(strategies.task_laws(labelling="halfspaces")), strategies.seeds())
def test_halfspaces_are_odd_and_free_of_scale(case: tuple[TaskLaw, Floats], seed: int) -> None:
    law, x = case
    tasks = law.draw_tasks(generator(seed))
    assert isinstance(tasks, HalfspaceTasks)
    margins = law.frame.project(x) @ np.array(tasks.normals).T
    assume(np.abs(margins).min() > 1e-9)
    assert (tasks.labels(-x) == -tasks.labels(x)).all()
    assert (tasks.labels(3 * x) == tasks.labels(x)).all()
    assert (tasks.labels(x) == np.sign(margins)).all()


@pytest.mark.parametrize("labelling", ["coins", "balanced"])
def test_the_mean_kernel_over_drawn_tasks(labelling: str) -> None:
    """E over tasks of (mean label)^2; by Hoeffding 20000 numbers in [0, 1] are off by .02 less than 1e-6 of the time."""
    law = TaskLaw(Frame(2, 2), 20_000, "coins" if labelling == "coins" else "balanced")
    means = law.draw_tasks(generator()).label_means
    assert abs(sum(m**2 for m in means) / len(means) - law.mean_kernel) < Fraction(2, 100)
    assert 2 * math.exp(-2 * len(means) * 0.02**2) < LEVEL


def test_balanced_tasks_choose_their_orthants_evenly() -> None:
    """Six ways to choose two orthants of four, each a sixth of the time: 6 tests at 1e-6."""
    tasks = TaskLaw(Frame(2, 2), 6000, "balanced").draw_tasks(generator())
    assert isinstance(tasks, OrthantTasks)
    counts = {row: tasks.table.count(row) for row in set(tasks.table)}
    assert len(counts) == 6
    assert all(within_binomial(count, 6000, 1 / 6) for count in counts.values())


def test_half_spaces_are_uniform_in_angle() -> None:
    """Labels of e_1 and of e_2 agree for half of the half-spaces, of e_1 and (1, 1) for three quarters: 2 tests at 1e-6."""
    tasks = TaskLaw(Frame(2, 2), 5000, "halfspaces").draw_tasks(generator())
    first, second, between = tasks.labels([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    assert within_binomial(int((first == second).sum()), 5000, 1 / 2)
    assert within_binomial(int((first == between).sum()), 5000, 3 / 4)


@given(
    st.one_of(strategies.task_laws(), strategies.dictionary_laws(), strategies.gaussian_mixtures()), strategies.seeds()
)
def test_samples_have_their_shapes_and_repeat(law: TaskLaw | DictionaryLaw | GaussianMixture, seed: int) -> None:
    x, y = law.sample(generator(seed), 7)
    again = law.sample(generator(seed), 7)
    assert x.shape == (7, law.dimension)
    assert y.shape == ((7, law.tasks) if isinstance(law, TaskLaw) else (7,))
    assert set(np.unique(y)) <= {-1, 1}
    assert (again.inputs == x).all()
    assert (again.labels == y).all()
    assert law.sample(generator(seed), 0).inputs.shape == (0, law.dimension)
