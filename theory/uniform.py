"""Exact averages over a ~ Unif{-1, 1} and a bias b of weights against a ReLU of ax + b."""

from __future__ import annotations

import sympy
from sympy import Basic, Function, Integer, Interval, Set, Symbol

from lemmata import IllFormed
from lemmata.engines.definitions import unfold


def relu_average(weight: Basic, a: Symbol, b: Symbol, x: Basic, domain: Set) -> Basic:
    """E[weight(a, b) ReLU(ax + b)] for a ~ Unif{-1, 1} and b ~ Unif[-1, 1], exact, as a function of x.

    Parameters and errors are those of :func:`relu_integral`.
    """
    return relu_integral(weight, a, b, x, domain) / 2


def relu_integral(weight: Basic, a: Symbol, b: Symbol, x: Basic, domain: Set, reach: Basic = Integer(1)) -> Basic:
    """E_a of the integral over |b| <= reach of weight(a, b) ReLU(ax + b) db, with a ~ Unif{-1, 1}, exact.

    Parameters
    ----------
    weight : for a = 1 and for a = -1 a sum of terms constant * b^e. The exponents are nonnegative integers; for
        symbolic ones it is the caller's domain that must make them so.
    x : a symbol, or an expression for the first factor of the pre-activation.
    domain : where x lies. On [-reach, reach] the kink b = -ax is inside the range of b; elsewhere it is clipped to it.
    reach : a positive rational number.

    Raises
    ------
    IllFormed : the weight has another shape.
    """
    weight = unfold(weight)
    total: Basic = Integer(0)
    for side in (Integer(1), Integer(-1)):
        kink = -side * x
        if not domain.is_subset(Interval(-reach, reach)):
            kink = sympy.Max(-reach, sympy.Min(reach, kink))
        for term in sympy.Add.make_args(sympy.expand(weight.subs(a, side))):
            constant, exponent = _monomial(term, b)
            primitive = b ** (exponent + 2) / (exponent + 2) + side * x * b ** (exponent + 1) / (exponent + 1)
            total += constant * (primitive.subs(b, reach) - primitive.subs(b, kink))
    return total / 2


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


class Within(Function):
    """1 where the first argument is at most the second in absolute value, 0 elsewhere: ``Within(b, 1)``."""

    nargs = 2

    def definition(self) -> Basic:
        """The same, by cases."""
        value, reach = self.args
        return sympy.Piecewise((1, sympy.And(value >= -reach, value <= reach)), (0, True))

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        value, reach = (printer.doprint(argument) for argument in self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"\mathbf{{1}}{power}_{{|{value}| \le {reach}}}"


def support(weight: Basic) -> tuple[Basic, Basic, Basic]:
    """A product with one factor ``Within(value, reach)`` as (value, reach, the other factors).

    Raises
    ------
    IllFormed : the product has another shape, or its reach is not a positive number.
    """
    rest, indicator = weight.as_independent(Within, as_Add=False)
    if not isinstance(indicator, Within):
        raise IllFormed(f"{weight}: expected one indicator of a range")
    value, reach = indicator.args
    if not (reach.is_Rational and reach > 0):
        raise IllFormed(f"{indicator}: expected a positive number as reach")
    return value, reach, rest


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
