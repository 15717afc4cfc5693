r"""Shi, Wei & Liang: *A Theoretical Analysis on Feature Learning in Neural Networks* (ICLR 2022).

Inputs $x = M\phi$ are made of $D$ dictionary elements, each there or not; how many of $k$ of them are there decides the
label. Where these correlate with the label, two large gradient steps move every neuron of a two-layer network towards the sum of
the $k$ elements. No fixed features of polynomial number do as well, and without the correlation no statistical-query learner.

One module a part of the paper; ``contents`` imports them in the order in which one statement rests on another.
"""
