"""Exact expectations over a ~ Unif{-1, 1} and b ~ Unif[-1, 1] of weights against a ReLU of ax + b."""

from __future__ import annotations

import sympy
from sympy import Basic, Function, Integer, Interval, Rational, Set, Symbol

from lemmata import IllFormed
from lemmata.engines.definitions import unfold


def relu_average(weight: Basic, a: Symbol, b: Symbol, x: Symbol, domain: Set) -> Basic:
    """E[weight(a, b) ReLU(ax + b)], exact, as a function of x.

    Parameters
    ----------
    weight : for a = 1 and for a = -1 a sum of terms constant * b^e. The exponents are nonnegative integers; for
        symbolic ones it is the caller's domain that must make them so.
    domain : where x lies. On [-1, 1] the kink b = -ax is inside the range of b; elsewhere it is clipped to it.

    Raises
    ------
    IllFormed : the weight has another shape.
    """
    weight = unfold(weight)
    total: Basic = Integer(0)
    for side in (Integer(1), Integer(-1)):
        kink = -side * x
        if not domain.is_subset(Interval(-1, 1)):
            kink = sympy.Max(-1, sympy.Min(1, kink))
        for term in sympy.Add.make_args(sympy.expand(weight.subs(a, side))):
            constant, exponent = _monomial(term, b)
            primitive = b ** (exponent + 2) / (exponent + 2) + side * x * b ** (exponent + 1) / (exponent + 1)
            total += constant * (primitive.subs(b, 1) - primitive.subs(b, kink))
    # Half for each sign of a, half for the density of b.
    return Rational(1, 4) * total


def _monomial(term: Basic, b: Symbol) -> tuple[Basic, Basic]:
    """A term constant * b^e as (constant, e)."""
    exponent: Basic = Integer(0)
    constant: Basic = Integer(1)
    for factor in sympy.Mul.make_args(term):
        if not factor.has(b):
            constant *= factor
        elif factor == b:
            exponent += 1
        elif isinstance(factor, sympy.Pow) and factor.base == b and not factor.exp.has(b):
            exponent += factor.exp
        else:
            raise IllFormed(f"a factor {factor} that is not a power of {b}")
    number, rest = sympy.expand(exponent).as_coeff_Add()
    if not number.is_Integer or (rest == 0 and number < 0):
        raise IllFormed(f"the power {exponent} of {b}, which is not a nonnegative integer")
    return constant, exponent


class MonomialDerivative(Function):
    """The n-th derivative of f(x) = x^k at a point, printed as that of f: ``MonomialDerivative(n, point, k)``."""

    nargs = 3

    def definition(self) -> Basic:
        """k (k-1) ... (k-n+1) point^(k-n).

        Raises
        ------
        IllFormed : a derivative whose order is not a nonnegative number.
        """
        n, point, k = self.args
        if not (n.is_Integer and n >= 0):
            raise IllFormed(f"a derivative of order {n}")
        return sympy.prod(k - i for i in range(int(n))) * point ** (k - n)

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        n, point, _ = (printer.doprint(argument) for argument in self.args)
        primes = "'" * int(self.args[0]) if self.args[0] in (0, 1, 2, 3) else f"^{{({n})}}"
        return f"f{primes}({point})"
