r"""Correlational statistical queries: what an answer :math:`\langle f, h\rangle \pm \tau` can exclude."""

from __future__ import annotations

import sympy
from sympy import Basic


def squared_norm_of_sum(count: Basic, overlap: Basic) -> Basic:
    """The largest squared norm of a signed sum of ``count`` unit vectors whose correlations are at most ``overlap``."""
    return count + overlap * (count**2 - count)


def squared_distance(scale: Basic, count: Basic, tolerance: Basic, overlap: Basic) -> Basic:
    """An upper bound of |scale h - sum_f s_f f|^2 over ``count`` functions with s_f <f, h> >= tolerance and |h| <= 1."""
    return scale**2 - 2 * scale * count * tolerance + squared_norm_of_sum(count, overlap)

def exclusion(): ...
def squared_distance_of_projection(): ...
def sum_of_squares(): ...
