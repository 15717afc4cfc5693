"""Rigorous values of SymPy expressions at rational points, in Arb's ball arithmetic.

A ball that is wide proves nothing: callers ask ``sign`` and receive an answer only if the ball decides it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy
from flint import arb, ctx, fmpq
from sympy import Basic, Integer, Rational, Symbol

PRECISIONS = (128, 512, 2048)
"""Bits tried in turn, until the ball decides or is narrow."""
NARROW = 64
"""A ball is narrow when its radius is below 2^-NARROW: a value that it cannot tell from zero is then taken for a zero."""
LARGEST_SHOWN = 10**24
"""Rationals with larger parts are shown as decimals."""
MOST_TERMS = 10_000


Place = dict[Symbol, Rational | arb]
"""Values of symbols: rational numbers, or balls over a part of their domain."""


class NoEnclosure(ValueError):
    """The expression has a part that cannot be enclosed."""


class Undefined(NoEnclosure):
    """The expression has no real value at the point, not merely none that could be enclosed."""


def enclose(expression: Basic, point: Mapping[Symbol, Rational], precision: int = PRECISIONS[0]) -> arb:
    """A ball that contains the real value of the expression.

    Parameters
    ----------
    expression : SymPy expression, evaluated or not. A function class may bring its own ``enclose(*balls) -> arb``.
    point : rational values of the free symbols.
    precision : working precision in bits.

    Raises
    ------
    Undefined : the expression is undefined at the point.
    NoEnclosure : the expression has a part that no rule covers, or that this precision cannot tell from an undefined
        one.
    """
    with ctx.workprec(precision):
        return _ball(expression, dict(point))


def enclose_box(expression: Basic, box: Mapping[Symbol, arb]) -> arb:
    """A ball that contains every real value of the expression on a box, at the working precision.

    Raises
    ------
    NoEnclosure : the expression has a part that no rule covers, or that is not defined all over the box.
    """
    return _ball(expression, dict(box))


def sign(expression: Basic, point: Mapping[Symbol, Rational]) -> int | None:
    """The sign of a real expression at a point: -1, 1, 0 (narrower than can be told from zero), or None (not known).

    -1 and 1 are rigorous. 0 is not a proof of equality.

    Raises
    ------
    Undefined : the expression is undefined at the point.
    """
    for precision in PRECISIONS:
        try:
            value = enclose(expression, point, precision)
        except Undefined:
            raise
        except NoEnclosure:
            continue
        if value > 0:
            return 1
        if value < 0:
            return -1
        if value.rad() < arb(2) ** -NARROW:
            return 0
    return None


def decimal(expression: Basic, point: Mapping[Symbol, Rational]) -> str:
    """The value at a point for messages: exact when it is rational, else some correct digits."""
    exact = sympy.sympify(expression).subs(point) if not expression.has(sympy.Sum) else expression
    if isinstance(exact, Rational) and max(abs(exact.p), exact.q) < LARGEST_SHOWN:
        return str(exact)
    try:
        return str(enclose(expression, point).str(8, radius=False))
    except NoEnclosure:
        return str(exact)


def _ball(e: Basic, at: Place) -> arb:
    if isinstance(e, Rational):
        return arb(fmpq(int(e.p), int(e.q)))
    if isinstance(e, Symbol):
        if e not in at:
            raise NoEnclosure(f"no value for {e}")
        value = at[e]
        return value if isinstance(value, arb) else _ball(Rational(value), at)
    own = getattr(e.func, "enclose", None)
    if own is not None:
        return _apply(own, [_ball(a, at) for a in e.args])
    if hasattr(e, "definition"):
        return _ball(e.definition(), at)
    if isinstance(e, sympy.Add):
        return sum((_ball(a, at) for a in e.args), arb(0))
    if isinstance(e, sympy.Mul):
        product = arb(1)
        for a in e.args:
            product *= _ball(a, at)
        return product
    if isinstance(e, sympy.Pow):
        return _power(_ball(e.base, at), _ball(e.exp, at))
    if isinstance(e, sympy.Sum):
        return _sum(e, at)
    if isinstance(e, sympy.Piecewise):
        return _piecewise(e, at)
    if e is sympy.I:
        raise NoEnclosure("it holds the imaginary unit")
    rule = _FUNCTIONS.get(e.func)
    if rule is None:
        raise NoEnclosure(f"no rule for {e.func.__name__}")
    return _apply(rule, [_ball(a, at) for a in e.args])


def _apply(rule: Callable[..., arb], arguments: list[arb]) -> arb:
    """A function's value at balls, which must be finite; at exact arguments it is undefined otherwise."""
    value = rule(*arguments)
    if value.is_finite():
        return value
    if all(argument.is_exact() for argument in arguments):
        raise Undefined("undefined")
    raise NoEnclosure("undefined, or close to it")


def _power(base: arb, exponent: arb) -> arb:
    whole = whole_number(exponent)
    if whole is not None:
        return _apply(lambda b: b**whole, [base])
    if base < 0 and exponent.is_exact():
        raise Undefined("a power of a negative number that is not real")
    if exponent == arb(fmpq(1, 2)):
        return _apply(arb.sqrt, [base])
    return _apply(arb.__pow__, [base, exponent])


def whole_number(value: arb) -> int | None:
    """The integer that a ball is exactly, if it is one."""
    whole = value.unique_fmpz() if value.is_exact() else None
    return int(whole) if whole is not None and value == arb(whole) else None


def _sum(e: sympy.Sum, at: Place) -> arb:
    if len(e.limits) != 1:
        raise NoEnclosure("a multiple sum")
    symbol, low, high = e.limits[0]
    if high == sympy.oo:
        raise NoEnclosure("an infinite sum")
    first, last = whole_number(_ball(low, at)), whole_number(_ball(high, at))
    if first is None or last is None or last - first > MOST_TERMS:
        raise NoEnclosure("limits of a sum that are not integers, or too far apart")
    return sum((_ball(e.function, at | {symbol: Integer(i)}) for i in range(first, last + 1)), arb(0))


def _piecewise(e: sympy.Piecewise, at: Place) -> arb:
    for branch, condition in e.args:
        if _decide(condition, at):
            return _ball(branch, at)
    raise NoEnclosure("no branch applies")


def _decide(condition: Basic, at: Place) -> bool:
    """Whether a condition holds all over the place, or nowhere in it.

    Raises
    ------
    NoEnclosure : neither is known.
    """
    if isinstance(condition, sympy.And | sympy.Or):
        parts = [_decide(part, at) for part in condition.args]
        return all(parts) if isinstance(condition, sympy.And) else any(parts)
    if isinstance(condition, sympy.Rel) and not isinstance(condition, sympy.Eq | sympy.Ne):
        margin = _ball(condition.gts, at) - _ball(condition.lts, at)
        strict = isinstance(condition, sympy.StrictGreaterThan | sympy.StrictLessThan)
        if margin > 0 or (margin >= 0 and not strict):
            return True
        if margin < 0 or (margin <= 0 and strict):
            return False
    decided = condition.subs({symbol: value for symbol, value in at.items() if not isinstance(value, arb)})
    if decided not in (sympy.true, sympy.false):
        raise NoEnclosure(f"undecided condition {condition}")
    return bool(decided)


def _factorial(n: arb) -> arb:
    whole = whole_number(n)
    if whole is not None and whole < 0:
        raise Undefined("factorial of a negative integer")
    return n.fac()


def _abs(x: arb) -> arb:
    return abs(x)


def _exactly_equal(a: arb, b: arb) -> arb:
    if a.is_exact() and b.is_exact():
        return arb(1) if a == b else arb(0)
    if not a.overlaps(b):
        return arb(0)
    raise NoEnclosure("cannot tell whether two values are equal")


def _binomial(n: arb, k: arb) -> arb:
    whole = whole_number(k)
    if whole is not None:
        return arb(0) if whole < 0 else n.bin(whole)
    return (n + 1).gamma() * (k + 1).rgamma() * (n - k + 1).rgamma()


def _double_factorial(n: arb) -> arb:
    whole = whole_number(n)
    if whole is None:
        raise NoEnclosure("a double factorial of what is not an integer")
    if whole < -1:
        raise Undefined("a double factorial below -1")
    return arb(int(sympy.factorial2(whole)))


def _incomplete_beta(a: arb, b: arb, low: arb, high: arb) -> arb:
    return high.beta_lower(a, b, regularized=True) - low.beta_lower(a, b, regularized=True)


_FUNCTIONS: dict[Any, Any] = {
    type(sympy.pi): lambda: arb.pi(),
    type(sympy.E): lambda: arb(1).exp(),
    sympy.exp: arb.exp,
    sympy.log: arb.log,
    sympy.sin: arb.sin,
    sympy.cos: arb.cos,
    sympy.asin: arb.asin,
    sympy.acos: arb.acos,
    sympy.erf: arb.erf,
    sympy.erfc: arb.erfc,
    sympy.Abs: _abs,
    sympy.sign: arb.sgn,
    sympy.floor: arb.floor,
    sympy.ceiling: arb.ceil,
    sympy.Max: lambda *xs: _fold(arb.max, xs),
    sympy.Min: lambda *xs: _fold(arb.min, xs),
    sympy.factorial: _factorial,
    sympy.gamma: arb.gamma,
    sympy.loggamma: arb.lgamma,
    sympy.uppergamma: lambda order, x: x.gamma_upper(order),
    sympy.lowergamma: lambda order, x: x.gamma_lower(order),
    sympy.betainc_regularized: _incomplete_beta,
    sympy.binomial: _binomial,
    sympy.factorial2: _double_factorial,
    sympy.RisingFactorial: lambda x, n: x.rising(n),
    sympy.sinh: arb.sinh,
    sympy.cosh: arb.cosh,
    sympy.tanh: arb.tanh,
    sympy.atan: arb.atan,
    sympy.KroneckerDelta: _exactly_equal,
}


def _fold(step: Any, values: tuple[arb, ...]) -> arb:
    result = values[0]
    for value in values[1:]:
        result = step(result, value)
    return result
