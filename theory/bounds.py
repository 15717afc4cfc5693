r"""Asymptotic bounds as sums of monomials, and what follows from them by algebra.

A bound such as :math:`\sqrt{d r^p/n} + n^{-1/4}` is a sum of terms :math:`c \prod_v v^{e_v}` in named variables. From
it come the order of each term along a path of sizes, the term that dominates there, the sizes at which two terms cross,
the size that a target error needs, the local exponent that an experiment should see, and whether the bound says more than
the trivial value. Terms hold up to constants and up to hidden variables (logarithmic factors), which count as of order 0.

A *regime* gives the order of each variable on one scale: ``{d: 1, n: e, r: s}`` stands for :math:`n = d^e`,
:math:`r = d^s`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import sympy
from sympy import Basic, Dummy, Expr, Integer, Rational, Set, Symbol

from lemmata.engines import algebra, balls, normal
from lemmata.errors import LemmataError
from lemmata.obligations import Equal, IllFormed

Regime = Mapping[Symbol, Expr]
Sizes = Mapping[Symbol, Rational]


@dataclass(frozen=True)
class Monomial:
    """A term: a coefficient times variables to powers.

    ``powers`` holds (variable, power) in the order of the variables' names, without powers of zero; a power may hold
    parameters, such as a degree. ``coefficient`` is what else there is, for a bound of the usual kind a positive number.
    """

    coefficient: Expr
    powers: tuple[tuple[Symbol, Expr], ...]

    @classmethod
    def of(cls, coefficient: Expr, powers: Mapping[Symbol, Expr]) -> Monomial:
        """The term in normal form."""
        kept = {variable: sympy.expand(power) for variable, power in powers.items()}
        return cls(coefficient, tuple((v, kept[v]) for v in sorted(kept, key=str) if kept[v] != 0))

    def power(self, variable: Symbol) -> Expr:
        """The power of a variable; 0 if it does not occur."""
        return dict(self.powers).get(variable, Integer(0))

    @property
    def expression(self) -> Expr:
        """The term as an expression."""
        return self.coefficient * sympy.Mul(*(variable**power for variable, power in self.powers))

    def times(self, other: Monomial) -> Monomial:
        """The product of two terms."""
        variables = dict(self.powers) | dict(other.powers)
        return self.of(self.coefficient * other.coefficient, {v: self.power(v) + other.power(v) for v in variables})

    def raised(self, exponent: Expr) -> Monomial:
        """The term to a power."""
        return self.of(self.coefficient**exponent, {v: power * exponent for v, power in self.powers})

    def order(self, regime: Regime, hidden: Iterable[Symbol] = ()) -> Expr:
        """The term's order in a regime; hidden variables are of order 0.

        Raises
        ------
        LemmataError : the regime says nothing of a variable that is not hidden.
        """
        missing = sorted(str(v) for v, _ in self.powers if v not in regime and v not in set(hidden))
        if missing:
            raise LemmataError(f"the regime gives no order for {', '.join(missing)}")
        return sympy.expand(sum((power * regime.get(v, Integer(0)) for v, power in self.powers), Integer(0)))

    def threshold(self, variable: Symbol, target: Expr) -> Monomial:
        """The size of a variable at which the term equals a target, exactly, in terms of the other sizes.

        Raises
        ------
        LemmataError : the term does not depend on the variable.
        """
        power = self.power(variable)
        if power == 0:
            raise LemmataError(f"{self.expression} does not depend on {variable}")
        rest = Monomial(self.coefficient / target, tuple((v, e) for v, e in self.powers if v != variable))
        return rest.raised(-1 / power)

    def crossover(self, other: Monomial, variable: Symbol) -> Monomial:
        """The size of a variable at which the two terms are equal.

        Raises
        ------
        LemmataError : they depend on the variable in the same way.
        """
        return self.times(other.raised(Integer(-1))).threshold(variable, Integer(1))


@dataclass(frozen=True)
class Bound:
    """A sum of terms, of which each is meant up to a constant and up to powers of the hidden variables.

    Examples
    --------
    >>> d, n = sympy.symbols("d n")
    >>> bound = Bound.read(sympy.sqrt(d / n) + n ** Rational(-1, 4), [d, n])
    >>> [term.expression for term in bound.dominant({d: 1, n: 3})]
    [n**(-1/4)]
    >>> bound.terms[0].crossover(bound.terms[1], n).expression
    d**2
    """

    terms: tuple[Monomial, ...]
    hidden: tuple[Symbol, ...] = ()

    @classmethod
    def read(cls, expression: Basic, variables: Iterable[Symbol], hidden: Iterable[Symbol] = ()) -> Bound:
        """The bound that an expression in positive variables stands for.

        A root of a sum becomes the sum of the roots, the largest (or the reciprocal of the least) of several sizes
        their sum: both are the same up to a factor between one and the number of terms. Factors that are no power of a
        variable go into the coefficients.

        Raises
        ------
        IllFormed : a power of a sum other than a root or a whole number; a least size that is not in a denominator;
            an exponent that holds a variable.
        """
        hidden = tuple(hidden)
        return cls(tuple(_read(expression, {*variables, *hidden})), hidden)

    @property
    def expression(self) -> Expr:
        """The sum as an expression."""
        return sympy.Add(*(term.expression for term in self.terms))

    def without_hidden(self) -> Bound:
        """The bound without its hidden factors and with coefficients of one."""
        return Bound(
            tuple(Monomial.of(Integer(1), {v: e for v, e in t.powers if v not in self.hidden}) for t in self.terms)
        )

    def __add__(self, other: Bound) -> Bound:
        return Bound(self.terms + other.terms, tuple(dict.fromkeys(self.hidden + other.hidden)))

    def reduced(self) -> Bound:
        """Without the terms that another one exceeds, up to coefficients, wherever every variable is at least 1.

        Parameters in exponents count as positive integers. Of equal terms the first stays.
        """
        kept: list[Monomial] = []
        for i, term in enumerate(self.terms):
            others = [*kept, *self.terms[i + 1 :]]
            if not any(_absorbed(term, other) and (other in kept or not _absorbed(other, term)) for other in others):
                kept.append(term)
        return Bound(tuple(kept), self.hidden)

    def order(self, regime: Regime) -> Expr:
        """The order of the sum in a regime: the largest of its terms' orders, piecewise linear in the regime."""
        return sympy.Max(*(term.order(regime, self.hidden) for term in self.terms))

    def dominant(self, regime: Regime) -> tuple[Monomial, ...]:
        """The terms of the largest order in a regime of numbers; several where they tie."""
        orders = [term.order(regime, self.hidden) for term in self.terms]
        if not all(order.is_number for order in orders):
            raise LemmataError("the regime and the bound's parameters must be numbers; use order() for symbols")
        return tuple(term for term, order in zip(self.terms, orders, strict=True) if order == sympy.Max(*orders))

    def exponent(self, variable: Symbol, regime: Regime) -> Expr:
        """The local exponent in a variable that large sizes show in a regime: the dominant term's power.

        Raises
        ------
        LemmataError : terms with different powers tie; there is no exponent at a crossing.
        """
        powers = {term.power(variable) for term in self.dominant(regime)}
        if len(powers) > 1:
            raise LemmataError(f"terms with different powers of {variable} tie in this regime")
        return powers.pop()

    def local_exponent(self, variable: Symbol, at: Sizes) -> Expr:
        """d log(bound) / d log(variable) at finite sizes, exactly: the average of the powers, weighted by the terms."""
        values = [term.expression.subs(at) for term in self.terms]
        weighted = sum((v * t.power(variable) for v, t in zip(values, self.terms, strict=True)), Integer(0))
        return weighted / sympy.Add(*values)

    def threshold(self, variable: Symbol, target: Rational, at: Sizes) -> int:
        """The least whole size of a variable from which on the sum, with its constants, is at most a target.

        Parameters
        ----------
        target : a positive number.
        at : the sizes of the other variables, and the parameters.

        Raises
        ------
        LemmataError : a term grows with the variable; the terms without the variable already reach the target; a sum
            that cannot be told from the target.
        """
        terms = [(term.power(variable).subs(at), term.expression.subs(at)) for term in self.terms]
        if any(power > 0 for power, _ in terms):
            raise LemmataError(f"a term grows with {variable}")
        rest = sympy.Add(*(value for power, value in terms if power == 0))
        if _compare(rest, target, {}) >= 0:
            raise LemmataError(f"no {variable} is large enough: the other terms are {rest}")
        total = sympy.Add(*(value for _, value in terms))

        def reached(size: int) -> bool:
            return _compare(total, target, {variable: Integer(size)}) <= 0

        low, high = 0, 1
        while not reached(high):
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if reached(middle) else (middle, high)
        return high

    def sufficient(self, variable: Symbol, target: Expr) -> Expr:
        """A size of a variable at which every term that depends on it is at most its share of a target, all shares
        being equal; the largest of the terms' thresholds."""
        shares = Integer(len(self.terms))
        sizes = [
            term.threshold(variable, target / shares).expression for term in self.terms if term.power(variable) != 0
        ]
        return sympy.Max(*sizes)

    def is_vacuous(self, at: Sizes, trivial: Expr) -> bool:
        """Whether the sum, with its constants, is at least a trivial value at given sizes.

        Raises
        ------
        LemmataError : the comparison cannot be decided rigorously.
        """
        return _compare(self.expression, trivial, at) >= 0

    def gain(self, other: Bound, regime: Regime) -> Expr:
        """By how many powers of the scale another bound is larger in a regime; negative where this one is."""
        return other.order(regime) - self.order(regime)


def same_order(stated: Bound, derived: Bound, domains: Mapping[Symbol, Set], by: str) -> Iterator[Equal]:
    """Obligations that a stated bound has the terms of a derived one: as many, each with coefficient one and equal
    powers.

    Parameters
    ----------
    stated, derived : bounds without hidden variables; of ``derived`` the coefficients are left aside.
    domains : of the variables and the parameters.
    by : names the argument.
    """
    yield Equal(Integer(len(stated.terms)), Integer(len(derived.terms)), by=f"{by}: number of terms")
    for one, other in _paired(_sorted(stated.terms), _sorted(derived.terms)):
        name = f"{by}: the term ${sympy.latex(other.expression)}$"
        yield Equal(one.coefficient, Integer(1), domains, by=f"{name}, coefficient")
        for variable in sorted({v for term in (one, other) for v, _ in term.powers}, key=str):
            yield Equal(
                one.power(variable), other.power(variable), domains, by=f"{name}, power of ${sympy.latex(variable)}$"
            )


def _paired(terms: Sequence[Monomial], others: Sequence[Monomial]) -> list[tuple[Monomial, Monomial]]:
    """Terms side by side such that the fewest powers differ, so that a difference is told of the term that has it."""

    def differing(order: Iterable[Monomial]) -> int:
        return sum(
            one.power(v) != other.power(v)
            for one, other in zip(terms, order, strict=False)
            for v in {v for term in (one, other) for v, _ in term.powers}
        )

    return list(zip(terms, min(permutations(others), key=differing), strict=False))


def _sorted(terms: Sequence[Monomial]) -> list[Monomial]:
    return sorted(terms, key=lambda term: [(str(v), sympy.default_sort_key(e)) for v, e in term.powers])


def _absorbed(term: Monomial, other: Monomial) -> bool:
    variables = {v for t in (term, other) for v, _ in t.powers}
    surplus = [term.power(v) - other.power(v) for v in variables]
    whole = {symbol: Dummy(symbol.name, integer=True, positive=True) for e in surplus for symbol in e.free_symbols}
    return all(sympy.expand(e.xreplace(whole)).is_nonpositive for e in surplus)


def _compare(one: Expr, other: Expr, at: Sizes) -> int:
    """The sign of the difference at given sizes: 1 and -1 by balls, 0 by both algebra engines."""
    difference = (one - other).subs(at)
    sign = balls.sign(difference, {})
    if sign == 0 and not (normal.proves_zero(difference, {}) and algebra.proves_zero(difference, {})):
        sign = None
    if sign is None:
        raise LemmataError(f"{one} cannot be told from {other}")
    return sign


def _read(e: Basic, variables: set[Symbol]) -> list[Monomial]:
    """The terms of an expression."""
    if e in variables:
        return [Monomial.of(Integer(1), {e: Integer(1)})]
    if not e.free_symbols & variables or isinstance(e, sympy.Piecewise):
        return [Monomial.of(e, {})]
    if isinstance(e, sympy.Add | sympy.Max):
        return [term for part in e.args for term in _read(part, variables)]
    if isinstance(e, sympy.Mul):
        product = [Monomial.of(Integer(1), {})]
        for part in e.args:
            factors = _read(part, variables)
            product = [term.times(factor) for term in product for factor in factors]
        return product
    if isinstance(e, sympy.Pow):
        return _read_power(e.base, e.exp, variables)
    raise IllFormed(f"{e} is not a sum of monomials")


def _read_power(base: Basic, exponent: Basic, variables: set[Symbol]) -> list[Monomial]:
    if exponent.free_symbols & variables:
        raise IllFormed(f"the exponent {exponent} holds a variable")
    if isinstance(base, sympy.Min) and exponent.is_negative:
        return [term.raised(exponent) for part in base.args for term in _read(part, variables)]
    terms = _read(base, variables)
    if len(terms) == 1 or (exponent.is_positive and exponent <= 1):
        return [term.raised(exponent) for term in terms]
    if exponent.is_Integer and exponent > 1:
        return _read(sympy.Mul(*[base] * int(exponent), evaluate=False), variables)
    raise IllFormed(f"the power {exponent} of a sum")
