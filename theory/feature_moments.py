"""Moments of the first step's features on small data, exact."""

from __future__ import annotations

import sympy
from sympy import Matrix

from theory.kernels import cosine, step_kernel


def preprocessed(inputs: Matrix, labels: Matrix) -> Matrix:
    r"""Labels less their empirical constant and linear parts, as the first lines of Algorithm 1: (n, 1), exact.

    They are :math:`y_i - \alpha - \beta \cdot x_i` with :math:`\alpha = \frac1n \sum y_i` and
    :math:`\beta = \frac1n \sum y_i x_i`.

    Parameters
    ----------
    inputs, labels : (n, d) and (n, 1).
    """
    n = inputs.rows
    alpha, beta = sum(labels) / n, inputs.T * labels / n
    return labels - alpha * Matrix.ones(n, 1) - inputs * beta


def gradient_moment(inputs: Matrix, labels: Matrix) -> Matrix:
    r"""E_w[g g^T] for :math:`g(w) = \frac1n \sum_i y_i x_i 1\{w \cdot x_i \ge 0\}` and fixed data, (d, d), exact.

    It is :math:`n^{-2} \sum_{ij} y_i y_j x_i x_j^T (\frac14 + \arcsin(\rho_{ij})/(2\pi))`, whatever the law of
    :math:`\|w\|`, when the direction of w is uniform.

    Parameters
    ----------
    inputs : (n, d), no row zero.
    labels : (n, 1).

    Raises
    ------
    LemmataError : a row of zeros.
    """
    n = inputs.rows
    rows = [inputs.row(i) for i in range(n)]
    gram = Matrix(n, n, lambda i, j: labels[i] * labels[j] * step_kernel(cosine(rows[i], rows[j])))
    return (inputs.T * gram * inputs / n**2).applyfunc(sympy.expand)
