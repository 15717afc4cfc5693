r"""Targets that depend on r orthonormal directions: exact coefficients and Hessian, values in floats.

The directions are the first r coordinate axes. This loses no generality: inputs :math:`N(0, I_d)`, neurons
and every method here are invariant in law under rotations of :math:`\mathbb R^d`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sympy
import torch
from torch import Tensor

from empirics.validation import choice, count
from lemmata.errors import LemmataError
from theory import hermite


@dataclass(frozen=True)
class Target:
    r""":math:`f(x) = \sum_{i \le r} g_i(x_i)` with :math:`g_i = \sum_k c_{ik} He_k`, a polynomial.

    Parameters
    ----------
    series : row i holds the exact Hermite coefficients :math:`c_{i0}, c_{i1}, \dots` of :math:`g_i`, real
        SymPy numbers. Its length is r.

    Raises
    ------
    LemmataError : no direction, an empty row, or a coefficient that is not a finite real number.
    """

    series: tuple[tuple[sympy.Expr, ...], ...]

    def __post_init__(self) -> None:
        if not self.series or not all(self.series):
            raise LemmataError("target: give at least one direction, and at least one coefficient for each")
        for coefficient in (entry for row in self.series for entry in row):
            _require_real("target: the coefficient", coefficient)

    @property
    def directions(self) -> int:
        """r, the number of informative directions."""
        return len(self.series)

    @property
    def hessian(self) -> sympy.ImmutableMatrix:
        r"""The average Hessian on the informative directions, exact, (r, r): diagonal, :math:`2 c_{i2}`."""
        return sympy.ImmutableMatrix(sympy.diag(*(2 * row[2] if len(row) > 2 else 0 for row in self.series)))

    @property
    def hessian_norm(self) -> sympy.Expr:
        r""":math:`\|H\|_F`, exact."""
        return sympy.sqrt(sum((entry**2 for entry in self.hessian), sympy.Integer(0)))

    @property
    def second_moment(self) -> sympy.Expr:
        r""":math:`E f^2 = (\sum_i c_{i0})^2 + \sum_i \sum_{k \ge 1} k!\, c_{ik}^2`, exact."""
        constant = sum((row[0] for row in self.series), sympy.Integer(0))
        rest = (sympy.factorial(k) * row[k] ** 2 for row in self.series for k in range(1, len(row)))
        return sympy.expand(constant**2 + sum(rest, sympy.Integer(0)))

    def __call__(self, x: Tensor) -> Tensor:
        """The target's values: (n, d) inputs with d >= r to n values, in the inputs' precision.

        Raises
        ------
        LemmataError : fewer than r columns.
        """
        if x.ndim != 2 or x.shape[1] < self.directions:
            raise LemmataError(
                f"inputs: expected a matrix with at least r = {self.directions} columns, got {tuple(x.shape)}"
            )
        total = torch.zeros(x.shape[0], dtype=x.dtype)
        for axis, row in enumerate(self.series):
            total += _horner(_monomials(row), x[:, axis])
        return total


def single_index(coefficients: Sequence[sympy.Expr | int]) -> Target:
    r""":math:`f(x) = \sum_k c_k He_k(\langle u, x \rangle)` with ``coefficients`` :math:`c_0, c_1, \dots`.

    >>> single_index([0, 0, 1 / sympy.sqrt(2)]).second_moment
    1
    """
    return Target((tuple(_exact(entry) for entry in coefficients),))


def equation_2(p: int) -> Target:
    r"""The target of the paper's Eq. (2), :math:`He_2/2 + He_p/\sqrt{2\,p!}` in one direction.

    Here :math:`p \ge 3`, and :math:`E f^2 = 1`, :math:`H = u u^T`.

    >>> equation_2(4).hessian_norm
    1
    """
    count("p", p, least=3)
    coefficients: list[sympy.Expr] = [sympy.Integer(0)] * (p + 1)
    coefficients[2] = sympy.Rational(1, 2)
    coefficients[p] = 1 / sympy.sqrt(2 * sympy.factorial(p))
    return single_index(coefficients)


def quadratic(r: int) -> Target:
    r""":math:`f(x) = \frac{1}{\sqrt{2r}} \sum_{i \le r} He_2(x_i)`: light-tailed, :math:`E f^2 = 1`,
    :math:`H = \sqrt{2/r}\,I_r` and :math:`\|H\|_F^2 = 2` for every r.

    >>> quadratic(4).second_moment
    1
    """
    count("r", r)
    return Target(((sympy.Integer(0), sympy.Integer(0), 1 / sympy.sqrt(2 * sympy.Integer(r))),) * r)


def quadratic_form(hessian: Sequence[Sequence[sympy.Expr | int]]) -> Target:
    r"""The quadratic target with average Hessian H on its r directions, :math:`\frac12(x^T H x - \mathrm{tr} H)`.

    Its axes are turned to the eigenvectors of H, which changes no law here. :math:`E f^2 = \|H\|_F^2/2`.

    Parameters
    ----------
    hessian : (r, r), exact real numbers, symmetric and nonsingular (the paper's Assumption 2).

    Raises
    ------
    LemmataError : not square, not symmetric, singular, or entries that are not finite real numbers.

    >>> quadratic_form([[0, 1], [1, 0]]).hessian
    Matrix([
    [-1, 0],
    [ 0, 1]])
    """
    rows = [[_exact(entry) for entry in row] for row in hessian]
    r = len(rows)
    if r == 0 or any(len(row) != r for row in rows):
        raise LemmataError("Hessian: expected a square matrix with at least one row")
    for entry in (entry for row in rows for entry in row):
        _require_real("Hessian: the entry", entry)
    matrix = sympy.Matrix(rows)
    if not matrix.is_symmetric():
        raise LemmataError("Hessian: expected a symmetric matrix")
    if matrix.rank() < r:
        raise LemmataError(
            f"Hessian: its rank is {matrix.rank()}, and the paper needs r = {r}; "
            "directions that it does not see are not learned, leave them out"
        )
    eigenvalues = sorted(
        (value for value, times in matrix.eigenvals().items() for _ in range(times)), key=lambda value: float(value)
    )
    return Target(tuple((sympy.Integer(0), sympy.Integer(0), value / 2) for value in eigenvalues))


TARGETS: dict[str, Callable[[], Target]] = {
    "quadratic": lambda: quadratic(1),
    "equation-2-degree-3": lambda: equation_2(3),
    "equation-2-degree-4": lambda: equation_2(4),
}
"""The targets of the paper's experiments by name: the reference program's, and Eq. (2) for p = 3, 4."""


def named(name: str) -> Target:
    """A target of :data:`TARGETS` by name.

    Raises
    ------
    LemmataError : an unknown name; the message has the nearest one.
    """
    choice("target", name, TARGETS)
    return TARGETS[name]()


def _exact(entry: object) -> sympy.Expr:
    try:
        return sympy.sympify(entry, strict=True)
    except sympy.SympifyError:
        raise LemmataError(f"target: {entry!r} is not a finite real number; give a number of Python or SymPy") from None


def _require_real(what: str, entry: object) -> None:
    if not (isinstance(entry, sympy.Expr) and entry.is_number and entry.is_real and entry.is_finite):
        raise LemmataError(f"{what} {entry} is not a finite real number")


def _monomials(row: tuple[sympy.Expr, ...]) -> list[float]:
    """Coefficients in powers of x, ascending, of a Hermite series; exact until the last step."""
    powers = [sympy.Integer(0)] * len(row)
    for k, coefficient in enumerate(row):
        for power, factor in enumerate(hermite.polynomial(k)):
            powers[power] += coefficient * factor
    return [float(entry) for entry in powers]


def _horner(powers: list[float], x: Tensor) -> Tensor:
    value = torch.full_like(x, powers[-1])
    for power in reversed(powers[:-1]):
        value = value * x + power
    return value
