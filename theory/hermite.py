"""Hermite polynomials He_k (probabilists'), their change of basis to monomials, and Hermite coefficients of activations.

E[He_j(Z) He_k(Z)] = k! delta_jk for a standard normal Z; He_{k+1}(x) = x He_k(x) - k He_{k-1}(x). Since
E[h(Z) He_k(Z)] = E[h^(k)(Z)], the coefficients of an activation with a bias are the derivatives of the first one by the
bias: c_k(b) = E[sigma(Z + b) He_k(Z)] = (d/db)^k E[sigma(Z + b)].
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import sympy
from flint import arb
from sympy import Basic, Dummy, Function, Integer, Symbol, binomial, erf, exp, factorial2, pi, sqrt
from sympy.core.function import ArgumentIndexError

from lemmata.engines.balls import NoEnclosure, whole_number
from theory.activations import Activation, Relu, Step
from theory.gaussian import density, distribution


class He(Function):
    """The probabilists' Hermite polynomial He_k(x), left as a name; ``doit`` expands it where k is a number.

    Parameters
    ----------
    k : nonnegative integer, or a symbol for one.
    x : any expression.
    """

    nargs = 2

    def doit(self, **hints: object) -> Basic:
        k, x = (argument.doit(**hints) for argument in self.args)
        if k.is_Integer and k >= 0:
            return sum((c * x**i for i, c in enumerate(polynomial(int(k)))), Integer(0))
        return self.func(k, x)

    def fdiff(self, argindex: int = 2) -> Basic:
        """He_k' = k He_{k-1}.

        Raises
        ------
        ArgumentIndexError : the derivative in the order k is asked for.
        """
        if argindex != 2:
            raise ArgumentIndexError(self, argindex)
        k, x = self.args
        return k * He(k - 1, x)

    def step_down(self) -> Basic:
        """The three-term recurrence: an equal expression in the next two lower orders."""
        k, x = self.args
        return x * He(k - 1, x) - (k - 1) * He(k - 2, x)

    @staticmethod
    def enclose(k: arb, x: arb) -> arb:
        """A ball for He_k(x) at a whole number k >= 0 (by the recurrence)."""
        order = whole_number(k)
        if order is None or order < 0:
            raise NoEnclosure("the order of a Hermite polynomial is a nonnegative integer")
        before, value = arb(0), arb(1)
        for i in range(order):
            before, value = value, x * value - i * before
        return value

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        k, x = (printer.doprint(a) for a in self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"He_{{{k}}}{power}\left({x}\right)"


def monomial_in_hermite(k: Basic | int, order: Basic | int) -> Basic:
    """The weight of He_order in x^k, for k - order even: (k - order - 1)!! binomial(k, order).

    Parameters
    ----------
    k, order : integers with 0 <= order <= k and k - order even (all other weights are zero), or expressions for them.
    """
    return factorial2(k - order - 1) * binomial(k, order)


@cache
def polynomial(k: int) -> tuple[int, ...]:
    """The integer coefficients of He_k, ascending: ``polynomial(3) == (0, -3, 0, 1)``.

    Raises
    ------
    ValueError : k is negative.
    """
    if k < 0:
        raise ValueError(f"He_k needs k >= 0, not {k}")
    before: tuple[int, ...] = ()
    value: tuple[int, ...] = (1,)
    for i in range(k):
        shifted = (0, *value)
        lower = [i * c for c in before] + [0] * (len(shifted) - len(before))
        before, value = value, tuple(s - c for s, c in zip(shifted, lower, strict=True))
    return value


# Coefficients of activations.

Named: TypeAlias = str | Activation | Basic
"""How an activation is given: by name, as it stands in formulas, or as an expression in one symbol."""

_NAMES: dict[str, Callable[[Basic], Basic]] = {
    "relu": Relu,
    "step": Step,
    "sign": sympy.sign,
    "abs": sympy.Abs,
    "erf": erf,
}


def profile(activation: Named, z: Symbol) -> Basic:
    """The activation as an expression in ``z``.

    Raises
    ------
    ValueError : an activation that is not known.
    """
    if isinstance(activation, Activation):
        return activation.at(z)
    if isinstance(activation, str):
        if activation not in _NAMES:
            close = difflib.get_close_matches(activation, _NAMES, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(_NAMES)}, and polynomials"
            raise ValueError(f"no Hermite coefficients for an activation {activation!r}: {hint}")
        return _NAMES[activation](z)
    form = activation.as_expr() if isinstance(activation, sympy.Poly) else sympy.sympify(activation, strict=True)
    if len(form.free_symbols) > 1 or form.has(sympy.Float, sympy.nan, sympy.zoo, sympy.oo):
        raise ValueError(f"activation {activation}: give an expression in one symbol, with exact numbers")
    form = form.xreplace(dict.fromkeys(form.free_symbols, z))
    if form in (rule(z) for rule in _NAMES.values()) or form.is_polynomial(z):
        return form
    if isinstance(form, erf) and form.args[0].coeff(z).is_positive and form.args[0] == form.args[0].coeff(z) * z:
        return form
    raise ValueError(f"no Hermite coefficients for {activation}: known are {', '.join(_NAMES)}, and polynomials")


@dataclass(frozen=True)
class _Coefficients:
    """The coefficients of the first orders, and a formula for all later ones."""

    low: tuple[Basic, ...]
    general: Callable[[Basic], Basic]


def coefficient(activation: Named, k: Basic | int, bias: Basic | int = 0) -> Basic:
    r"""The Hermite coefficient :math:`c_k(b) = E[\sigma(Z + b) He_k(Z)]` for a standard normal Z, exact.

    Parameters
    ----------
    activation : "relu", "step" (1 where the argument is at least 0), "sign", "abs", "erf"; or an expression in one symbol:
        a polynomial, or ``erf`` of a positive multiple of the symbol.
    k : nonnegative integer; or a symbol for one, for which the result is piecewise in k.
    bias : real number, exact, or an expression.

    Raises
    ------
    ValueError : an activation that is not known, an order that is negative or no integer, a bias that is no exact real
        number.

    Examples
    --------
    >>> coefficient("relu", 2)
    sqrt(2)/(2*sqrt(pi))
    >>> k = sympy.Symbol("k")
    >>> coefficient("sign", k)
    Piecewise((0, k < 1), ((-1)**(k + 1)*sqrt(2)*He(k - 1, 0)/sqrt(pi), True))
    """
    k = _order(k)
    found = _coefficients(activation, _bias(bias))
    if not k.is_Integer:
        early = [(value, k < order + 1) for order, value in enumerate(found.low)]
        return sympy.Piecewise(*early, (found.general(k), True))
    if k < len(found.low):
        return found.low[int(k)]
    # The formula's Hermite polynomial has a number for its order here.
    return found.general(k).doit()


def general_coefficient(activation: Named, k: Basic, bias: Basic | int = 0) -> Basic:
    """The formula of ``coefficient`` for large orders: k >= 2 (relu, abs), k >= 1 (step, sign, erf), k > degree.

    Raises
    ------
    ValueError : as ``coefficient``.
    """
    return _coefficients(activation, _bias(bias)).general(k)


@cache
def _coefficients(activation: Named, b: Basic) -> _Coefficients:
    z = Dummy("z")
    form = profile(activation, z)
    phi, capital_phi = density(b), distribution(b)

    def kink(k: Basic) -> Basic:
        return (-1) ** k * He(sympy.expand(k - 2), b) * phi

    def jump(k: Basic) -> Basic:
        return kink(k + 1)

    if form == Relu(z):
        return _Coefficients((phi + b * capital_phi, capital_phi), kink)
    if form == Step(z):
        return _Coefficients((capital_phi,), jump)
    if form == sympy.sign(z):
        return _Coefficients((sympy.expand(2 * capital_phi - 1),), lambda k: 2 * jump(k))
    if form == sympy.Abs(z):
        low = (2 * (phi + b * capital_phi) - b, 2 * capital_phi - 1)
        return _Coefficients(tuple(sympy.expand(value) for value in low), lambda k: 2 * kink(k))
    if isinstance(form, erf):
        return _error_function(form.args[0].coeff(z), b)
    # A polynomial: E of each derivative, by the moments of Z + b.
    moments = [
        sum(binomial(n, i) * b ** (n - i) * factorial2(i - 1) for i in range(0, n + 1, 2))
        for n in range(int(sympy.degree(form, z)) + 1)
    ]
    derivatives = [sympy.Poly(form, z).diff((z, k)) for k in range(len(moments))]
    low = tuple(sympy.expand(sum(c * moments[n] for (n,), c in derivative.terms())) for derivative in derivatives)
    return _Coefficients(low, lambda _: Integer(0))


def _error_function(scale: Basic, b: Basic) -> _Coefficients:
    """erf(scale x) is a distribution function up to scale: E erf(scale (Z + b)) = erf(shrunk b)."""
    shrunk = scale / sqrt(1 + 2 * scale**2)

    def general(k: Basic) -> Basic:
        derivative = (-sqrt(2) * shrunk) ** (k - 1) * He(sympy.expand(k - 1), sqrt(2) * shrunk * b)
        return 2 * shrunk / sqrt(pi) * derivative * exp(-((shrunk * b) ** 2))

    return _Coefficients((erf(shrunk * b),), general)


def _order(k: Basic | int) -> Basic:
    order = sympy.sympify(k)
    if isinstance(k, bool) or (order.is_number and not order.is_Integer) or order.is_integer is False:
        raise ValueError(f"the order of a Hermite coefficient is an integer, not {k}")
    if order.is_negative:
        raise ValueError(f"Hermite coefficients start at k = 0, not {k}")
    return order


def _bias(bias: Basic | int) -> Basic:
    value = sympy.sympify(bias)
    if value.has(sympy.nan, sympy.oo, -sympy.oo, sympy.zoo, sympy.Float) or value.is_real is False:
        raise ValueError(f"a bias is an exact real number, as Rational(1, 2), not {bias}")
    return value
