"""Many binary tasks on Gaussian inputs that share a few relevant directions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal, TypeAlias

import numpy as np

from lemmata.errors import LemmataError
from lemmata.objects.description import Description, Sample
from lemmata.objects.frames import Frame
from lemmata.objects.values import Exact, Integers, floats, items, numbers, numpy_generator, signs, whole

Labelling: TypeAlias = Literal["coins", "balanced", "halfspaces"]
LABELLINGS: tuple[Labelling, ...] = ("coins", "balanced", "halfspaces")

# A task that labels orthants is a table of 2^r labels.
_MOST_DIRECTIONS = 16


@dataclass(frozen=True, repr=False)
class OrthantTasks(Description):
    r"""T tasks, each a label for every orthant of :math:`z = M^\top x`.

    Parameters
    ----------
    frame : M, (d, r).
    table : T >= 1 rows of 2^r labels, each -1 or 1. The orthant of z has the place :math:`\sum_{i=0}^{r-1} 2^i\, 1\{z_i < 0\}`:
        the first is the positive one.

    Raises
    ------
    LemmataError : no task, rows of another length, other labels, or r > 16.

    Examples
    --------
    >>> conjunction = OrthantTasks(Frame(2, 2), [[1, -1, -1, -1]])
    >>> conjunction.labels([[1.0, 1.0], [1.0, -1.0]]).tolist()
    [[1], [-1]]
    """

    POSITIONAL: ClassVar[int] = 2

    frame: Frame
    table: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        orthants = 2 ** _few_directions(self.frame)
        table = tuple(signs(f"table[{t}]", row, orthants) for t, row in enumerate(items("table", self.table)))
        if not table:
            raise LemmataError("table: expected at least one task, a row of 2^r labels")
        object.__setattr__(self, "table", table)

    @property
    def dimension(self) -> int:
        """d, the dimension of the inputs."""
        return self.frame.dimension

    @property
    def label_means(self) -> tuple[Fraction, ...]:
        """E y_t under N(0, I_d), exact, T of them: orthants are equally likely."""
        return tuple(Fraction(sum(row), len(row)) for row in self.table)

    def labels(self, x: object) -> Integers:
        """Labels of all tasks, -1 or 1: (n, d) inputs to (n, T).

        Raises
        ------
        LemmataError : inputs that are no finite (n, d) array.
        """
        orthant = (self.frame.project(x) < 0) @ (1 << np.arange(self.frame.rank))
        return np.array(self.table, dtype=np.int64)[:, orthant].T


@dataclass(frozen=True, repr=False)
class HalfspaceTasks(Description):
    r"""T tasks, each a half-space of :math:`z = M^\top x`: :math:`y_t = 1` where :math:`\langle v_t, z \rangle \ge 0`, else -1.

    Parameters
    ----------
    frame : M, (d, r).
    normals : T >= 1 vectors v_t of r numbers, none of them zero.

    Raises
    ------
    LemmataError : no task, vectors of another length, or a zero vector.

    Examples
    --------
    >>> HalfspaceTasks(Frame(2, 1), [[1]]).labels([[2.0, 5.0], [-2.0, 5.0]]).tolist()
    [[1], [-1]]
    """

    POSITIONAL: ClassVar[int] = 2

    frame: Frame
    normals: tuple[tuple[Exact, ...], ...]

    def __post_init__(self) -> None:
        rank = _rank(self.frame)
        normals = tuple(numbers(f"normals[{t}]", v, rank) for t, v in enumerate(items("normals", self.normals)))
        if not normals:
            raise LemmataError("normals: expected at least one task, a vector of r numbers")
        for t, v in enumerate(normals):
            if not any(v):
                raise LemmataError(f"normals[{t}]: expected a vector that is not zero")
        object.__setattr__(self, "normals", normals)

    @property
    def dimension(self) -> int:
        """d, the dimension of the inputs."""
        return self.frame.dimension

    @property
    def label_means(self) -> tuple[Fraction, ...]:
        """E y_t under N(0, I_d), exact, T of them: 0 by symmetry."""
        return (Fraction(0),) * len(self.normals)

    def labels(self, x: object) -> Integers:
        """Labels of all tasks, -1 or 1: (n, d) inputs to (n, T).

        Raises
        ------
        LemmataError : inputs that are no finite (n, d) array.
        """
        return np.where(self.frame.project(x) @ floats(self.normals).T >= 0, 1, -1).astype(np.int64)


@dataclass(frozen=True, repr=False)
class TaskLaw(Description):
    r"""A law of tasks: :math:`x \sim N(0, I_d)`, and T independent random functions of :math:`z = M^\top x` as labels.

    Source: Collins, Hassani, Soltanolkotabi, Mokhtari & Shakkottai 2024 (setting: labels that depend on r of d directions).

    - ``"coins"``: each of the 2^r orthants of z has the label of an independent fair coin;
    - ``"balanced"``: exactly half of the orthants, chosen uniformly, have the label 1;
    - ``"halfspaces"``: :math:`y = \mathrm{sgn} \langle v, z \rangle` with v uniform on the sphere.

    Parameters
    ----------
    frame : M, (d, r); r <= 16 where orthants are labelled.
    tasks : T >= 1.
    labelling : one of the three names.

    Raises
    ------
    LemmataError : an argument out of its range, an unknown name.

    Examples
    --------
    >>> law = TaskLaw(Frame(5, 2), tasks=3)
    >>> law.sample(np.random.default_rng(0), 10).labels.shape
    (10, 3)
    >>> tasks = law.draw_tasks(np.random.default_rng(0))  # the same tasks for several samples
    >>> len(tasks.label_means), law.mean_kernel
    (3, Fraction(1, 4))
    """

    POSITIONAL: ClassVar[int] = 1

    frame: Frame
    tasks: int = 1
    labelling: Labelling = "coins"

    def __post_init__(self) -> None:
        if self.labelling not in LABELLINGS:
            raise LemmataError(f"labelling: expected 'coins', 'balanced' or 'halfspaces', got {self.labelling!r}")
        (_rank if self.labelling == "halfspaces" else _few_directions)(self.frame)
        object.__setattr__(self, "tasks", whole("tasks", self.tasks))

    @property
    def dimension(self) -> int:
        """d, the dimension of the inputs."""
        return self.frame.dimension

    @property
    def total_variance(self) -> Fraction:
        """E ||x||^2 = d, exact; the mean is 0."""
        return Fraction(self.dimension)

    @property
    def label_probability(self) -> Fraction:
        """Pr[y = 1] over task and input, exact: 1/2 for each of the three labellings."""
        return Fraction(1, 2)

    @property
    def mean_kernel(self) -> Fraction:
        r""":math:`\kappa_0 = E[y(x)\, y(x')]` over one task and two independent inputs, exact: 2^-r for coins, else 0."""
        return Fraction(1, 2**self.frame.rank) if self.labelling == "coins" else Fraction(0)

    def draw_tasks(self, generator: np.random.Generator) -> OrthantTasks | HalfspaceTasks:
        """T tasks, written out.

        Raises
        ------
        LemmataError : no NumPy generator.
        """
        stream = numpy_generator(generator)
        if self.labelling == "halfspaces":
            normals = stream.standard_normal((self.tasks, self.frame.rank))
            normals /= np.linalg.norm(normals, axis=1, keepdims=True)
            return HalfspaceTasks(self.frame, tuple(map(tuple, normals.tolist())))
        orthants = 2**self.frame.rank
        if self.labelling == "coins":
            table = stream.choice(np.array([-1, 1]), size=(self.tasks, orthants))
        else:
            half = np.repeat(np.array([[1, -1]]), orthants // 2, axis=1)
            table = stream.permuted(np.repeat(half, self.tasks, axis=0), axis=1)
        return OrthantTasks(self.frame, tuple(map(tuple, table.tolist())))

    def sample(self, generator: np.random.Generator, n: int) -> Sample:
        """Tasks drawn afresh, and n independent inputs (n, d) with their labels under all tasks (n, T).

        Raises
        ------
        LemmataError : no NumPy generator, or n that is no integer >= 0.
        """
        tasks = self.draw_tasks(generator)
        inputs = generator.standard_normal((whole("n", n, least=0), self.dimension))
        return Sample(inputs, tasks.labels(inputs))


def _rank(frame: object) -> int:
    if not isinstance(frame, Frame):
        raise LemmataError(f"frame: expected a Frame, as Frame(dimension, rank), got {frame!r}")
    return frame.rank


def _few_directions(frame: object) -> int:
    rank = _rank(frame)
    if rank > _MOST_DIRECTIONS:
        raise LemmataError(
            f"frame: a label for each of 2^{rank} orthants is too many; the rank is at most {_MOST_DIRECTIONS}"
        )
    return rank
