"""The paper itself, and the symbols that its sections share."""

from __future__ import annotations

from sympy import symbols

from lemmata import Paper

paper = Paper(
    "damian2022",
    title="Neural Networks can Learn Representations with Gradient Descent",
    authors="Alex Damian, Jason D. Lee, Mahdi Soltanolkotabi",
    version="Proceedings of Machine Learning Research 178:1-40, COLT 2022",
    url="https://proceedings.mlr.press/v178/damian22a.html",
)

a, b, d, i, j, k, n, p, q, t, x = symbols("a b d i j k n p q t x")
"""Symbols as in the paper; t = <u,w> is the overlap of a direction with a neuron."""
