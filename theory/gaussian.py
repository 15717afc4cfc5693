"""Exact expectations over independent standard normal variables.

The family: polynomials times exponentials of affine forms times kinked functions (step, ReLU, sign, absolute value)
of affine forms. Integrals are split at the kinks; each piece is a moment of a half-line, in closed form. Whatever is
outside the family is refused, never approximated.
"""

from __future__ import annotations

import itertools
from functools import cache

import sympy
from sympy import Basic, Dummy, Expr, Function, Integer, Rational, Symbol, erf, exp, oo, pi, sqrt

from theory.activations import Relu, Step

KINKED = (Step, Relu, sympy.sign, sympy.Abs)


class CannotIntegrate(ValueError):
    """The expectation is outside the family that is known in closed form."""


def density(x: Basic) -> Expr:
    """The standard normal density phi(x)."""
    return exp(-(x**2) / 2) / sqrt(2 * pi)


def distribution(x: Basic) -> Expr:
    """The standard normal distribution function Phi(x)."""
    return (1 + erf(x / sqrt(2))) / 2


def expectation(expression: Basic, *variables: Symbol) -> Basic:
    """E of an expression in independent standard normal variables, exact.

    Parameters
    ----------
    expression : polynomial in the variables, times exponentials of affine forms and products of ``Step``, ``Relu``,
        ``sign``, ``Abs`` of affine forms. Other symbols are parameters. Each kinked function may depend on one variable
        only; several kinks in one variable must be rational numbers.
    variables : the normal variables, as symbols that assume nothing but that they are real.

    Raises
    ------
    CannotIntegrate : the expression is outside this family, or SymPy has already used a false assumption on a variable.

    Examples
    --------
    >>> z = Symbol("z")
    >>> expectation(Relu(z), z)
    sqrt(2)/(2*sqrt(pi))
    """
    expression = sympy.sympify(expression, strict=True)
    real = Dummy(real=True).assumptions0
    for variable in variables:
        if not variable.assumptions0.items() <= real.items():
            raise CannotIntegrate(f"{variable} is declared as more than real, which a normal variable is not")
    # Variables without kinks first: they leave the others' kinks alone.
    for variable in sorted(variables, key=lambda v: len(_kinked(expression, v))):
        expression = sympy.expand(_integrate_out(expression, variable))
    return expression


def _kinked(expression: Basic, z: Symbol) -> set[Function]:
    return {f for f in expression.atoms(*KINKED) if f.has(z)}


def _integrate_out(expression: Basic, z: Symbol) -> Basic:
    forms = {f: _affine(f.args[0], z) for f in _kinked(expression, z)}
    kinks = list(dict.fromkeys(sympy.expand(-offset / slope) for slope, offset in forms.values()))
    if len(kinks) > 1:
        if not all(isinstance(kink, Rational) for kink in kinks):
            raise CannotIntegrate(f"several kinks in {z} that are not rational numbers: {kinks}")
        kinks.sort()
    total: Basic = Integer(0)
    for piece, (low, high) in enumerate(itertools.pairwise([-oo, *kinks, oo])):
        smooth = {}
        for f, (slope, offset) in forms.items():
            right_of_kink = kinks.index(sympy.expand(-offset / slope)) < piece
            smooth[f] = _branch(f, positive=right_of_kink == slope.is_positive)
        piece_of_it = expression.xreplace(smooth)
        if piece_of_it.has(sympy.zoo, sympy.nan, oo, -oo):
            raise CannotIntegrate(f"{expression} is not finite between {z} = {low} and {z} = {high}")
        total += _on_interval(piece_of_it, z, low, high)
    return total


def _affine(argument: Basic, z: Symbol) -> tuple[Basic, Basic]:
    argument = sympy.expand(argument)
    slope, offset = argument.coeff(z, 1), argument.coeff(z, 0)
    if sympy.expand(argument - slope * z - offset) != 0 or not (slope.is_positive or slope.is_negative):
        raise CannotIntegrate(f"a kink at {argument}: not affine in {z} with a slope of known sign")
    return slope, offset


def _branch(f: Function, positive: bool) -> Basic:
    """A kinked function on the side of its kink where its argument is positive, or negative."""
    argument = f.args[0]
    sides = {
        Step: (Integer(1), Integer(0)),
        Relu: (argument, Integer(0)),
        sympy.sign: (Integer(1), Integer(-1)),
        sympy.Abs: (argument, -argument),
    }
    return sides[f.func][0 if positive else 1]


def _on_interval(expression: Basic, z: Symbol, low: Basic, high: Basic) -> Basic:
    total: Basic = Integer(0)
    for term in sympy.Add.make_args(sympy.powsimp(sympy.expand(expression), combine="exp")):
        power, rate, constant = _monomial(term, z)
        # z^n e^{rate z} phi(z) = e^{rate^2/2} (y + rate)^n phi(y) with y = z - rate
        for i in range(power + 1):
            moment = _upper_moment(i, _shifted(low, rate)) - _upper_moment(i, _shifted(high, rate))
            total += constant * exp(rate**2 / 2) * sympy.binomial(power, i) * rate ** (power - i) * moment
    return total


def _shifted(edge: Basic, rate: Basic) -> Basic:
    return edge if edge.is_infinite else edge - rate


def _monomial(term: Basic, z: Symbol) -> tuple[int, Basic, Basic]:
    """A term c z^n e^{r z} as (n, r, c)."""
    power, rate, constant = 0, Integer(0), Integer(1)
    for factor in sympy.Mul.make_args(term):
        if not factor.has(z):
            constant *= factor
        elif factor == z:
            power += 1
        elif isinstance(factor, sympy.Pow) and factor.base == z and factor.exp.is_Integer and factor.exp > 0:
            power += int(factor.exp)
        elif isinstance(factor, exp):
            exponent = sympy.expand(factor.args[0])
            slope = exponent.coeff(z, 1)
            rest = sympy.expand(exponent - slope * z)
            if rest.has(z) or slope.has(z):
                raise CannotIntegrate(f"an exponential of {exponent}, which is not affine in {z}")
            rate, constant = rate + slope, constant * exp(rest)
        else:
            raise CannotIntegrate(
                f"a factor {factor} that is neither a power of {z} nor an exponential nor a known kink"
            )
    return power, rate, constant


@cache
def _upper_moment(n: int, c: Basic) -> Basic:
    """The integral of y^n phi(y) from c to infinity."""
    if c == oo:
        return Integer(0)
    if c == -oo:
        return Integer(sympy.factorial2(n - 1)) if n % 2 == 0 else Integer(0)
    if n == 0:
        return distribution(-c)
    if n == 1:
        return density(c)
    return c ** (n - 1) * density(c) + (n - 1) * _upper_moment(n - 2, c)
