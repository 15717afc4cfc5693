"""Piecewise expressions in several variables as sums of polynomial * exponential * signs * error functions.

With s = sign(L), almost everywhere: Step(L) = (1 + s)/2, Relu(L) = L (1 + s)/2, Abs(L) = L s, and s^2 = 1. Products of two
signs whose forms are perfectly correlated become sums of single signs. A function of something piecewise is taken apart: one
term for each combination of signs that can occur.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import sympy
from sympy import Basic, Integer, Rational, Symbol

from theory.activations import Relu, Step
from theory.gaussian.decide import CannotIntegrate, Effort, collected, expanded, is_zero, sign_of
from theory.gaussian.moments import Cut, Form, Law, Monomial, cut, parallel

MOST_DEGREE = 64
"""Highest total degree of a polynomial."""
HALF = Rational(1, 2)


class Key(NamedTuple):
    """What a coefficient multiplies: prod x^exponents * exp(rates . x + constant) * signs * error functions."""

    exponents: Monomial
    rate: tuple[Basic, ...]
    """The slopes of the exponential's argument and its constant, n + 1 numbers; nothing where there is no exponential."""
    signs: int
    """A bit for each of the reader's forms."""
    errors: tuple[Form, ...]
    """The arguments of error functions, sorted."""


Sum = dict[Key, Basic]


class Reader:
    """Reads expressions in some variables under a law, which tells degenerate forms apart."""

    def __init__(self, variables: tuple[Symbol, ...], law: Law, effort: Effort) -> None:
        self.variables = frozenset(variables)
        self.law, self.effort = law, effort
        self._symbolic = any(c.free_symbols for row in law.covariance for c in row)
        self.cuts: list[Cut] = []
        """The forms under signs, none a multiple of another."""
        self._index: dict[Form, int] = {}
        self._reduced: dict[int, dict[int, int]] = {}
        self._pairs: dict[tuple[int, int], tuple[int, int, int] | None] = {}
        n = len(variables)
        self._one = Key((0,) * n, (), 0, ())
        self._unit = {
            v: Key((*(0,) * i, 1, *(0,) * (n - i - 1)), (), 0, ()) for i, v in enumerate(variables)
        }  # fmt: skip

    def read(self, e: Basic) -> Sum:
        """The expression as a sum.

        Raises
        ------
        CannotIntegrate : it has a part that is outside of the family.
        """
        self.effort.spend()
        if e in self._unit:
            return {self._unit[e]: Integer(1)}
        if e.is_Add:
            return _added_up(self.read(a) for a in e.args)
        if e.is_Rational or self.variables.isdisjoint(e.free_symbols):
            value = e.replace(_is_gate, lambda a: _value(a.func, a.args)) if e.has(Step, Relu) else e
            return {self._one: expanded(value)} if value != 0 else {}
        if e.is_Mul:
            return self._product(e.args)
        if e.is_Pow and e.exp.is_Integer and e.exp > 0:
            return self._power(e.base, int(e.exp))
        if isinstance(e, sympy.Function | sympy.Pow):
            return self._function(e.func, list(e.args))
        raise CannotIntegrate(f"{e}: neither a polynomial nor an exponential nor a known kink")

    def forms(self, signs: int) -> tuple[Form, ...]:
        """The forms of some bits."""
        return tuple(c.form for i, c in enumerate(self.cuts) if signs >> i & 1)

    def _product(self, factors: tuple[Basic, ...]) -> Sum:
        total: Sum = {self._one: Integer(1)}
        for factor in factors:
            total = self._times(total, self.read(factor))
        return total

    def _power(self, base: Basic, power: int) -> Sum:
        if power > MOST_DEGREE:
            raise CannotIntegrate(f"{base} to the power {power}, more than {MOST_DEGREE}")
        square, total = self.read(base), {self._one: Integer(1)}
        while True:
            if power & 1:
                total = self._times(total, square)
            power >>= 1
            if not power:
                return total
            square = self._times(square, square)

    def _times(self, a: Sum, b: Sum) -> Sum:
        if len(b) == 1 and self._one in b and b[self._one] == 1:
            return a
        total: dict[Key, list[Basic]] = {}
        for key, c in a.items():
            for other, d in b.items():
                exponents = tuple(map(int.__add__, key.exponents, other.exponents))
                if sum(exponents) > MOST_DEGREE:
                    raise CannotIntegrate(f"a polynomial of degree {sum(exponents)}, more than {MOST_DEGREE}")
                rate = _added(key.rate, other.rate)
                errors = key.errors + other.errors if not (key.errors and other.errors) else _sorted(key, other)
                self.effort.spend()
                value = self.effort.product(c, d)
                for signs, factor in self._reduce(key.signs ^ other.signs).items():
                    total.setdefault(Key(exponents, rate, signs, errors), []).append(factor * value)
        return collected(total)

    def _reduce(self, signs: int) -> dict[int, int]:
        """A product of signs as a sum of such products without perfectly correlated forms."""
        if not signs & (signs - 1):
            return {signs: 1}
        if signs not in self._reduced:
            self._reduced[signs] = self._reduce_anew(signs)
        return self._reduced[signs]

    def _reduce_anew(self, signs: int) -> dict[int, int]:
        bits = [i for i in range(len(self.cuts)) if signs >> i & 1]
        for j in bits:
            for i in bits[: bits.index(j)]:
                found = self._pair(i, j)
                if found is None:
                    continue
                rest = signs & ~(1 << i) & ~(1 << j)
                total: dict[int, int] = {}
                for factor, left in zip(found, (0, 1 << i, 1 << j), strict=True):
                    for mask, weight in self._reduce(rest ^ left).items() if factor else ():
                        total[mask] = total.get(mask, 0) + factor * weight
                return {mask: weight for mask, weight in total.items() if weight}
        return {signs: 1}

    def _pair(self, i: int, j: int) -> tuple[int, int, int] | None:
        if (i, j) not in self._pairs:
            self._pairs[i, j] = parallel(self.cuts[i], self.cuts[j])
        return self._pairs[i, j]

    def _function(self, f: Callable[..., Basic], arguments: list[Basic]) -> Sum:
        """f of piecewise arguments: the sum over the pieces of indicator * f of what the arguments are there."""
        read = [self.read(a) for a in arguments]
        if any(key.rate or key.errors for argument in read for key in argument):
            raise CannotIntegrate(f"{_name(f)} of an exponential or of an error function")
        pieces = self._pieces({self._one: Integer(1)}, read)
        return _added_up(self._times(self._on_piece(f, piece), indicator) for indicator, piece in pieces)

    def _pieces(self, indicator: Sum, read: list[Sum]) -> Iterator[tuple[Sum, list[Sum]]]:
        signs = next((key.signs for argument in read for key in argument if key.signs), 0)
        if not signs:
            yield indicator, read
            return
        bit = signs & -signs
        for side in (1, -1):
            half = self._times(indicator, {self._one: HALF, self._one._replace(signs=bit): side * HALF})
            if half:
                yield from self._pieces(half, [self._with_sign(argument, bit, side) for argument in read])

    def _with_sign(self, argument: Sum, bit: int, side: int) -> Sum:
        return _added_up(
            {key._replace(signs=key.signs & ~bit): c * side if key.signs & bit else c} for key, c in argument.items()
        )

    def _on_piece(self, f: Callable[..., Basic], arguments: list[Sum]) -> Sum:
        if all(key == self._one for argument in arguments for key in argument):
            return self._constant(f, [argument.get(self._one, Integer(0)) for argument in arguments])
        if f in _KINKED:
            return self._kink(f, self._affine(f, arguments[0]), arguments[0])
        if f is sympy.exp:
            form = self._affine(f, arguments[0])
            return {self._one._replace(rate=(*form.slopes, form.offset)): Integer(1)}
        if f is sympy.erf:
            return {self._one._replace(errors=(self._affine(f, arguments[0]),)): Integer(1)}
        raise CannotIntegrate(f"{_name(f)} of an argument that is not piecewise constant")

    def _varies(self, found: Cut) -> bool:
        """Whether a form's variance is positive: one with a slope of known sign is taken not to degenerate where symbols vary."""
        sign = sign_of(found.variance)
        known = any(sign_of(slope) in (1, -1) for slope in found.form.slopes)
        return sign == 1 or (sign is None and self._symbolic and known)

    def _constant(self, f: Callable[..., Basic], arguments: list[Basic]) -> Sum:
        value = _value(f, arguments)
        if value.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo, sympy.I):
            raise CannotIntegrate(f"{_name(f)} of {arguments} is not a finite real number")
        return {self._one: expanded(value)} if value != 0 else {}

    def _affine(self, f: Callable[..., Basic], argument: Sum) -> Form:
        if any(sum(key.exponents) > 1 for key in argument):
            raise CannotIntegrate(
                f"{_name(f)} of an argument that is not affine in {', '.join(sorted(map(str, self.variables)))}"
            )
        slopes = tuple(argument.get(unit, Integer(0)) for unit in self._unit.values())
        return Form(slopes, argument.get(self._one, Integer(0)))

    def _kink(self, f: Callable[..., Basic], form: Form, argument: Sum) -> Sum:
        found = cut(form, self.law)
        if is_zero(found.variance):
            return self._constant(f, [found.mean])
        if not self._varies(found):
            raise CannotIntegrate(
                f"a kink at a form of the variance {found.variance}, which is not known to be positive; integrate with a "
                "symbol that is declared positive, and substitute"
            )
        oriented, side = _canonical(form)
        if oriented not in self._index:
            self._index[oriented] = len(self.cuts)
            self.cuts.append(cut(oriented, self.law))
        slope, constant = _KINKED[f]
        sign = {self._one._replace(signs=1 << self._index[oriented]): slope * side}
        if constant:
            sign[self._one] = constant
        return self._times(argument, sign) if f in (Relu, sympy.Abs) else sign


_KINKED = {
    Step: (HALF, HALF),
    Relu: (HALF, HALF),
    sympy.sign: (Integer(1), Integer(0)),
    sympy.Abs: (Integer(1), Integer(0)),
}
"""(a, b) for each kinked function: it is a * sign + b, and for ``Relu`` and ``Abs`` that times the argument."""


def _value(f: Callable[..., Basic], arguments: Sequence[Basic]) -> Basic:
    """A function at parameters; kinked functions are evaluated where the parameter's sign is known."""
    if f in (Step, Relu):
        side = sign_of(arguments[0])
        if side is not None:
            return Integer(int(side >= 0)) * (arguments[0] if f is Relu else 1)
    return f(*arguments)


def _is_gate(e: Basic) -> bool:
    return isinstance(e, Step | Relu)


def _name(f: Callable[..., Basic]) -> str:
    return "a power" if f is sympy.Pow else f"{f}"


def _canonical(form: Form) -> tuple[Form, int]:
    """The form or its negative, divided by the size of its leading slope where that is known; and which of the two."""
    leading = next(slope for slope in form.slopes if slope != 0)
    side = sign_of(leading)
    if side is None or side == 0:
        return form, 1
    scale = side * leading if leading.is_Rational or leading.is_Symbol else Integer(1)
    slopes = tuple(expanded(side * slope / scale) for slope in form.slopes)
    return Form(slopes, expanded(side * form.offset / scale)), side


def _added_up(sums: Iterable[Sum]) -> Sum:
    total: dict[Key, list[Basic]] = {}
    for one in sums:
        for key, c in one.items():
            total.setdefault(key, []).append(c)
    return collected(total)


def _added(rate: tuple[Basic, ...], other: tuple[Basic, ...]) -> tuple[Basic, ...]:
    if not rate or not other:
        return rate or other
    both = tuple(expanded(a + b) for a, b in zip(rate, other, strict=True))
    return both if any(a != 0 for a in both) else ()


def _sorted(key: Key, other: Key) -> tuple[Form, ...]:
    return tuple(sorted(key.errors + other.errors, key=sympy.default_sort_key))
