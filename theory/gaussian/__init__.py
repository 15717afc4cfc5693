"""Exact expectations over jointly normal variables.

The family: polynomials times exponentials of affine forms times products of ``Step``, ``Relu``, ``sign``, ``Abs`` and
``erf`` of affine forms, and exponentials and kinked functions of piecewise affine ones. Everything is brought to sums of
polynomial * exponential * signs of affine forms (``pieces``); the exponential moves the mean, and integration by parts
takes the polynomial away, one conditioned sign at a time, down to probabilities of orthants (``moments``). Whatever has no
closed form there is refused with ``CannotIntegrate``, never approximated. ``theory.gaussian.thirty`` is a fixed list of examples.
"""

from __future__ import annotations

from theory.gaussian.decide import CannotIntegrate
from theory.gaussian.integrate import expectation
from theory.gaussian.normal import density, distribution

__all__ = ["CannotIntegrate", "density", "distribution", "expectation"]
