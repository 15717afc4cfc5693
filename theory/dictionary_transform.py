r"""Laplace transforms over hidden bits: products with a factor for each bit, as names in formulas.

A neuron sees :math:`\sum_l q_l \phi_l`, so its population gradient is an integral of the transform of the law of
the bits, at imaginary argument :math:`i\omega`. Here the argument is real, which keeps formulas real; both sides of
an identity are entire, so that it carries over: :math:`\cosh ix = \cos x`, :math:`\sinh ix = i \sin x`.

Exponents and factors of single bits are names for arbitrary real numbers. Proofs use nothing of them; where a
counterexample is looked for, each has a value of its own.
"""

from __future__ import annotations

from functools import cache

import sympy
from flint import arb, fmpq
from sympy import Basic, Function, Integer, sinh

from lemmata.engines.balls import Undefined, whole_number

VARIED = 12
"""Where a value is needed, so many bits have an exponent of their own; those after them share one."""


class ClassExponent(Function):
    r"""c_l, an arbitrary real number for each class-relevant bit l >= 0: :math:`\omega q_l/(2\tilde\sigma)`."""

    nargs = 1

    @staticmethod
    def enclose(index: arb) -> arb:
        """The value that stands for the arbitrary number, in [-1, 1]."""
        return _example(_count(index), 41, 97)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"c_{{{printer.doprint(self.args[0])}}}"


class BackgroundFactor(Function):
    r""":math:`\psi_l = E e^{\omega q_l \phi_l}`, an arbitrary positive number for each background bit l >= 1."""

    nargs = 1

    @staticmethod
    def enclose(index: arb) -> arb:
        """The value that stands for the arbitrary number, in [1, 3]."""
        return 2 + _example(_count(index), 29, 89)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\psi_{{{printer.doprint(self.args[0])}}}"


class BackgroundSlope(Function):
    r""":math:`\chi_l = \tilde\sigma E[\phi_l e^{\omega q_l \phi_l}]`, an arbitrary real number for each background bit l >= 0."""

    nargs = 1

    @staticmethod
    def enclose(index: arb) -> arb:
        """The value that stands for the arbitrary number, in [-1, 1]."""
        return _example(_count(index), 31, 83)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\chi_{{{printer.doprint(self.args[0])}}}"


class ClassSum(Function):
    """The sum of the exponents of the class-relevant bits 1 to n, n >= 0."""

    nargs = 1

    @classmethod
    def eval(cls, n: Basic) -> Basic | None:
        return Integer(0) if n == 0 else None

    @staticmethod
    def enclose(n: arb) -> arb:
        """A ball for a whole number n >= 0."""
        count = _count(n)
        total = sum((_example(index, 41, 97) for index in range(1, min(count, VARIED) + 1)), arb(0))
        return total + max(count - VARIED, 0) * _example(VARIED + 1, 41, 97)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\sum_{{l=1}}^{{{printer.doprint(self.args[0])}}}c_l"


class SinhProduct(Function):
    """The product of sinh(c_l) over the class-relevant bits 1 to n >= 0: the mean of prod z_l exp(c_l z_l), z fair signs."""

    nargs = 1

    @classmethod
    def eval(cls, n: Basic) -> Basic | None:
        return Integer(1) if n == 0 else None

    @staticmethod
    def enclose(n: arb) -> arb:
        """A ball for a whole number n >= 0."""
        count, product = _count(n), arb(1)
        for index in range(1, min(count, VARIED) + 1):
            product *= _example(index, 41, 97).sinh()
        return product * _example(VARIED + 1, 41, 97).sinh() ** max(count - VARIED, 0)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\prod_{{l=1}}^{{{printer.doprint(self.args[0])}}}\sinh c_l"


class BackgroundProduct(Function):
    r"""The product of :math:`\psi_l` over the background bits 1 to n, n >= 0."""

    nargs = 1

    @classmethod
    def eval(cls, n: Basic) -> Basic | None:
        return Integer(1) if n == 0 else None

    @staticmethod
    def enclose(n: arb) -> arb:
        """A ball for a whole number n >= 0."""
        count, product = _count(n), arb(1)
        for index in range(1, min(count, VARIED) + 1):
            product *= 2 + _example(index, 29, 89)
        return product * (2 + _example(VARIED + 1, 29, 89)) ** max(count - VARIED, 0)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        return rf"\prod_{{l=1}}^{{{printer.doprint(self.args[0])}}}\psi_l"


def bit_by_bit(expression: Basic) -> Basic:
    """The expression with sums and products over i + m bits, m >= 1 a number, written out over the last m of them."""

    def split(count: Basic) -> tuple[Basic, list[Basic]]:
        constant, rest = sympy.expand(count).as_coeff_Add()
        more = int(constant) if constant.is_Integer and constant > 0 else 0
        start = rest if more else count
        return start, [start + index for index in range(1, more + 1)]

    def class_sum(count: Basic) -> Basic:
        start, places = split(count)
        return sympy.Add(ClassSum(start), *(ClassExponent(place) for place in places))

    def sinh_product(count: Basic) -> Basic:
        start, places = split(count)
        return sympy.Mul(SinhProduct(start), *(sinh(ClassExponent(place)) for place in places))

    def background_product(count: Basic) -> Basic:
        start, places = split(count)
        return sympy.Mul(BackgroundProduct(start), *(BackgroundFactor(place) for place in places))

    return (
        expression.replace(ClassSum, class_sum)
        .replace(SinhProduct, sinh_product)
        .replace(BackgroundProduct, background_product)
    )


@cache
def _example(index: int, multiplier: int, modulus: int) -> arb:
    """A number of [-1, 1] that depends on the index in no simple way."""
    bit = min(index, VARIED + 1)
    return arb(fmpq(2 * (multiplier * bit**2 + bit) % (2 * modulus) - modulus, modulus))


def _count(n: arb) -> int:
    whole = whole_number(n)
    if whole is None or whole < 0:
        raise Undefined("bits are counted by nonnegative integers")
    return whole
