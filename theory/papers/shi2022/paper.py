"""The paper itself, and the symbols that its sections share."""

from __future__ import annotations

from sympy import symbols

from lemmata import Paper

paper = Paper(
    "shi2022",
    title="A Theoretical Analysis on Feature Learning in Neural Networks: Emergence from Inputs and Advantage over Fixed "
    "Features",
    authors="Zhenmei Shi, Junyi Wei, Yingyu Liang",
    version="ICLR 2022, as submitted, main text; arXiv 2206.01717",
    url="https://arxiv.org/abs/2206.01717",
)

D, k, p_o, gamma = symbols("D k p_o gamma")
"""Hidden bits, class-relevant bits, the probability of a background bit, the signal."""
