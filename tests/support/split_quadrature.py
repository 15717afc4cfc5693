"""Expectations over up to three standard normal variables by iterated Gauss-Legendre quadrature, split wherever a kink is.

A route to the numbers that shares nothing with the exact one: the integrand is smooth on every cell of the arrangement of the
kinks, and each cell is integrated by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import scipy.special
import sympy
from numpy.typing import NDArray
from sympy import Basic, Symbol

from theory.activations import Relu, Step

Array = NDArray[np.float64]
Rule = tuple[float, int, int]
"""Half the length of the range, the number of panels it is cut into, and the nodes on each."""

REACH = {1: 13.0, 2: 13.0, 3: 9.0}
"""The variables are cut off here: what is left out is below 1e-16 of the integral at degree 12 (of three variables: 4)."""
PANELS = {1: 13, 2: 13, 3: 4}
NODES = {1: (16, 22), 2: (16, 22), 3: (20, 24)}
ROUNDING = 1e-12
_MODULES = [
    {
        "Step": lambda x: np.where(x >= 0, 1.0, 0.0),
        "Relu": lambda x: np.maximum(x, 0.0),
        "sign": np.sign,
        "Abs": np.abs,
        "erf": scipy.special.erf,
    },
    "numpy",
]


_BRANCHES = {
    Step: lambda a: (sympy.Integer(0), sympy.Integer(1)),
    Relu: lambda a: (sympy.Integer(0), a),
    sympy.sign: lambda a: (sympy.Integer(-1), sympy.Integer(1)),
    sympy.Abs: lambda a: (-a, a),
}


def quadrature(
    expression: Basic, variables: Sequence[Symbol], root: Sequence[Sequence[float]] | None = None
) -> tuple[float, float]:
    """E of an expression and a bound on the error, from two numbers of nodes and from the rounding of the integrand's size.

    Parameters
    ----------
    expression : kinked functions of affine forms of the variables, and functions that are smooth; no other symbols.
    variables : n symbols, at most three.
    root : n x k with k <= 3, if the covariance of the variables is root @ root.T; the identity unless given.
    """
    matrix = np.eye(len(variables)) if root is None else np.asarray(root, dtype=float)
    f = sympy.lambdify(list(variables), expression, modules=_MODULES)
    kinks = _kinks(expression, variables)
    slopes = np.array([k[:-1] for k in kinks]).reshape(len(kinks), len(variables)) @ matrix
    offsets = np.array([k[-1] for k in kinks])

    def at(points: Array) -> Array:
        x = np.tensordot(matrix, points, axes=1)
        return np.broadcast_to(np.asarray(f(*x), dtype=float), points.shape[1:])

    dimension = matrix.shape[1]
    rules = [(REACH[dimension], PANELS[dimension], nodes) for nodes in NODES[dimension]]
    coarse, fine = (_integral(at, slopes, offsets, (), rule) for rule in rules)
    return fine[0], 10 * abs(fine[0] - coarse[0]) + ROUNDING * fine[1]


def _kinks(expression: Basic, variables: Sequence[Symbol]) -> list[tuple[float, ...]]:
    """The slopes and offset of every affine form that can be zero at a kink."""
    found = set()
    for atom in expression.atoms(*_BRANCHES):
        for argument in _branches(atom.args[0]):
            slopes = [sympy.diff(argument, v) for v in variables]
            if any(slope != 0 for slope in slopes):
                found.add(tuple(float(c) for c in (*slopes, argument.subs(dict.fromkeys(variables, 0)))))
    return sorted(found)


def _branches(argument: Basic) -> list[Basic]:
    """What a piecewise affine argument can be."""
    inner = next((a for a in argument.atoms(*_BRANCHES) if not a.args[0].has(*_BRANCHES)), None)
    if inner is None:
        return [argument]
    return [b for branch in _BRANCHES[inner.func](inner.args[0]) for b in _branches(argument.xreplace({inner: branch}))]


def _integral(
    f: Callable[[Array], Array], slopes: Array, offsets: Array, later: tuple[float, ...], rule: Rule
) -> tuple[float, float]:
    """The integrals of f and of |f| over all variables but the last ones, which have the values ``later``."""
    dimension = slopes.shape[1]
    if dimension == 1:
        values = _lines(f, slopes[:, 0], offsets[:, None], np.array(later).reshape(-1, 1), rule)
        return float(values[0, 0]), float(values[1, 0])
    x, weights = _rule(np.array([_breaks(slopes, offsets)]), rule)
    x, weights = x[0], weights[0]
    if dimension == 2:
        rest = np.array([x, *(np.full_like(x, v) for v in later)])
        inner = _lines(f, slopes[:, 0], offsets[:, None] + slopes[:, 1:] * x, rest, rule)
    else:
        inner = np.array([_integral(f, slopes[:, :-1], offsets + slopes[:, -1] * v, (v, *later), rule) for v in x]).T
    return float(inner[0] @ weights), float(inner[1] @ weights)


def _lines(f: Callable[[Array], Array], slopes: Array, offsets: Array, rest: Array, rule: Rule) -> Array:
    """The integrals of f and of |f| (2 x N) over the first variable, for N values of the others (k x N) and offsets (m x N)."""
    kinked = slopes != 0
    x, weights = _rule((-offsets[kinked] / slopes[kinked, None]).T, rule)
    others = np.broadcast_to(rest[:, :, None], (len(rest), *x.shape))
    values = weights * f(np.concatenate([x[None], others]))
    return np.array([values.sum(axis=1), np.abs(values).sum(axis=1)])


def _breaks(slopes: Array, offsets: Array) -> list[float]:
    """Where the last variable meets a vertex of the arrangement: there the other variables' kinks change their order."""
    found = []
    for size in range(1, slopes.shape[1] + 1):
        for chosen in combinations(range(len(offsets)), size):
            rows = list(chosen)
            _, singular, right = np.linalg.svd(slopes[rows, :-1].T, full_matrices=True)
            rank = int((singular > 1e-9).sum())
            if rank != size - 1:
                continue
            combination = right[-1]
            last = combination @ slopes[rows, -1]
            if abs(last) > 1e-9:
                found.append(float(-(combination @ offsets[rows]) / last))
    return found


def _rule(breaks: Array, rule: Rule) -> tuple[Array, Array]:
    """Points and weights of the normal law, N rows, split at N rows of breaks."""
    reach, panels, nodes = rule
    x, w = np.polynomial.legendre.leggauss(nodes)
    grid = np.linspace(-reach, reach, panels + 1)
    fixed = np.broadcast_to(grid, (len(breaks), len(grid)))
    edges = np.sort(np.concatenate([fixed, np.clip(breaks, -reach, reach)], axis=1), axis=1)
    middle, half = (edges[:, 1:] + edges[:, :-1]) / 2, (edges[:, 1:] - edges[:, :-1]) / 2
    points = (middle[..., None] + half[..., None] * x).reshape(len(breaks), -1)
    weights = (half[..., None] * w).reshape(len(breaks), -1)
    return points, weights * np.exp(-(points**2) / 2) / np.sqrt(2 * np.pi)
