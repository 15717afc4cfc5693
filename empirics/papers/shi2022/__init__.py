"""Shi, Wei & Liang (ICLR 2022): the measured checks of ``theory.papers.shi2022``, and their figures."""
