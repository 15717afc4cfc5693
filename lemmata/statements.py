"""Typed statements: what a claim says, as printed.

Each kind is a frozen record. Its formulas are unevaluated SymPy expressions (write them inside ``with
as_printed():``), and the whole record can be rendered, digested, edited and mutated. A check receives the record and
reads its formulas; it never keeps a copy of its own.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import sympy
from sympy import Basic, Interval, Set, Symbol

from lemmata.domains import as_domain, words
from lemmata.errors import LemmataError
from lemmata.seeding import digest


@contextlib.contextmanager
def as_printed() -> Iterator[None]:
    """``with as_printed():`` keeps SymPy from rewriting what is typed, so that a formula stays as the paper prints it."""
    with sympy.evaluate(False):
        yield


@dataclass(frozen=True)
class Statement:
    """What every kind has: named formulas, and the domains of the free symbols."""

    kind: ClassVar[str]

    @property
    def stronger(self) -> Mapping[str, int]:
        """Formulas of inequalities, by the direction that makes the statement stronger: -1 for smaller, 1 for larger."""
        return {}

    def formulas(self) -> dict[str, Basic]:
        """The formulas by name, in the order of the record."""
        found: dict[str, Basic] = {}
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            if isinstance(value, Basic):
                found[item.name] = value
            elif isinstance(value, Mapping) and item.name != "domains":
                found |= {f"{item.name}.{key}": part for key, part in value.items() if isinstance(part, Basic)}
        return found

    def with_formula(self, name: str, formula: Basic) -> Self:
        """The statement with one named formula replaced."""
        attribute, _, key = name.partition(".")
        value: Any = formula
        if key:
            value = {old: formula if str(old) == key else part for old, part in getattr(self, attribute).items()}
        return dataclasses.replace(self, **{attribute: value})

    def with_domain(self, symbol: Symbol, domain: Set) -> Self:
        """The statement with one symbol's domain replaced."""
        changed: Any = {"domains": {**self.domain_map(), symbol: domain}}
        return dataclasses.replace(self, **changed)

    def domain_map(self) -> dict[Symbol, Set]:
        """The domains of the free symbols, in normal form."""
        return {symbol: as_domain(domain) for symbol, domain in getattr(self, "domains", {}).items()}

    def hypotheses(self) -> Iterator[tuple[Symbol, Set]]:
        """The hypotheses that a check can sample outside of: bounded real domains."""
        for symbol, domain in self.domain_map().items():
            if isinstance(domain, Interval) and domain.measure.is_finite:
                yield symbol, domain

    def scope(self) -> dict[str, str]:
        """The domains in words, by symbol."""
        return {symbol.name: words(symbol, domain) for symbol, domain in self.domain_map().items()}

    def digest(self) -> str:
        """SHA-256 over the kind, every formula (mutated or not) and the domains."""
        shown = {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}
        parts = {name: value for name, value in shown.items() if isinstance(value, Basic)} | self.formulas()
        formulas = {name: sympy.srepr(part, order="none") for name, part in parts.items()}
        return digest(self.kind, formulas, self.scope())

    def latex(self) -> str:
        """The statement in LaTeX."""
        raise NotImplementedError


def latex(expression: Basic) -> str:
    """LaTeX of an unevaluated expression, in the order in which it was typed; of a sum's limits, its sign."""
    if isinstance(expression, sympy.Tuple):
        index, low, high = (_typeset(part) for part in expression)
        return rf"\sum_{{{index}={low}}}^{{{high}}}"
    return _typeset(_without_ones(expression))


def _typeset(expression: Basic) -> str:
    symbols = expression.atoms(Symbol)
    # Names that are LaTeX already must not be taken apart at their sub- and superscripts.
    names = {symbol: symbol.name for symbol in symbols if "\\" in symbol.name}
    # A prime is a superscript: a power of the name would be a second one.
    names |= {
        symbol: f"{{{names.get(symbol, sympy.latex(symbol))}}}" for symbol in symbols if symbol.name.endswith("'")
    }
    return str(sympy.latex(expression, order="none", symbol_names=names))


def _without_ones(expression: Basic) -> Basic:
    """The expression without the factors of 1 that unevaluated quotients leave behind."""
    if not expression.args:
        return expression
    arguments = [_without_ones(argument) for argument in expression.args]
    if isinstance(expression, sympy.Mul):
        arguments = [argument for argument in arguments if argument != 1] or [sympy.S.One]
        if len(arguments) == 1:
            return arguments[0]
    return expression if arguments == list(expression.args) else rebuild(expression, arguments)


@dataclass(frozen=True)
class Identity(Statement):
    """Two sides that are equal for all values of the free symbols.

    ``left`` may be a symbol that names a quantity which only the check knows how to derive.
    """

    kind: ClassVar[str] = "identity"
    left: Basic
    right: Basic
    domains: Mapping[Symbol, Set] = field(default_factory=dict)

    def latex(self) -> str:
        return f"{latex(self.left)} = {latex(self.right)}"

    def formulas(self) -> dict[str, Basic]:
        return {"right": self.right} if self.left.is_Symbol else {"left": self.left, "right": self.right}


@dataclass(frozen=True)
class Upper(Statement):
    """A quantity at most an expression; constants are explicit, or existential.

    ``existential`` gives each constant that the statement says to exist a witness, which may not depend on the other
    symbols. A check proves the statement for ``witnessed``.

    Raises
    ------
    LemmataError : a witness that depends on a symbol with a domain.
    """

    kind: ClassVar[str] = "upper"
    quantity: Basic
    bound: Basic
    domains: Mapping[Symbol, Set] = field(default_factory=dict)
    existential: Mapping[Symbol, Basic] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for constant, witness in self.existential.items():
            if witness.free_symbols & set(self.domains):
                raise LemmataError(
                    f"existential constant {constant}: its witness {witness} may not depend on other symbols"
                )

    @property
    def stronger(self) -> Mapping[str, int]:
        return {"bound": -1}

    def with_witnesses_scaled(self, factor: int) -> Self:
        """The statement with witnesses that ask for less by a factor: positive ones, larger above and smaller below."""
        power = -self.stronger["bound"]
        scaled = {constant: witness * sympy.Integer(factor) ** power for constant, witness in self.existential.items()}
        return dataclasses.replace(self, existential=scaled)

    @property
    def witnessed(self) -> Basic:
        """The bound with the witnesses in the place of the existential constants."""
        return self.bound.xreplace(dict(self.existential))

    def latex(self) -> str:
        return rf"{latex(self.quantity)} \le {latex(self.bound)}"

    def formulas(self) -> dict[str, Basic]:
        return {"bound": self.bound} if self.quantity.is_Symbol else {"quantity": self.quantity, "bound": self.bound}


@dataclass(frozen=True)
class Lower(Upper):
    """A quantity at least an expression."""

    kind: ClassVar[str] = "lower"

    @property
    def stronger(self) -> Mapping[str, int]:
        return {"bound": 1}

    def latex(self) -> str:
        return rf"{latex(self.quantity)} \ge {latex(self.bound)}"


@dataclass(frozen=True)
class Tight(Statement):
    """A formula with its constant, to leading order.

    ``slack`` bounds what the leading order leaves out, ``why`` says where it comes from; neither is mutated.

    Raises
    ------
    LemmataError : a slack that is a number and not positive.
    """

    kind: ClassVar[str] = "tight"
    quantity: Basic
    formula: Basic
    slack: Basic
    why: str
    domains: Mapping[Symbol, Set] = field(default_factory=dict)

    def __post_init__(self) -> None:
        slack = sympy.sympify(self.slack) if isinstance(self.slack, int) else self.slack
        if not isinstance(slack, Basic) or (slack.is_number and not slack.is_positive):
            raise LemmataError(f"Tight(..., slack={self.slack!r:.40}): needs a positive exact number, or a formula")
        object.__setattr__(self, "slack", slack)

    def latex(self) -> str:
        formula = latex(self.formula)
        if self.formula.is_Add or self.formula.could_extract_minus_sign():
            formula = rf"\left({formula}\right)"
        return rf"\left| {latex(self.quantity)} - {formula} \right| \le {latex(self.slack)}"

    def formulas(self) -> dict[str, Basic]:
        return {"formula": self.formula}


@dataclass(frozen=True)
class Separation(Statement):
    """One method is better than another by at least ``gap`` in a quantity that is to be small, in a regime.

    ``regime`` fixes the parameters of the comparison.
    """

    kind: ClassVar[str] = "separation"
    quantity: str
    better: str
    worse: str
    gap: Basic
    regime: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stronger(self) -> Mapping[str, int]:
        return {"gap": 1}

    def latex(self) -> str:
        return (
            rf"\text{{{self.quantity}}}(\text{{{self.worse}}}) - \text{{{self.quantity}}}(\text{{{self.better}}})"
            rf" \ge {latex(self.gap)}"
        )

    def formulas(self) -> dict[str, Basic]:
        return {"gap": self.gap}

    def scope(self) -> dict[str, str]:
        return {name: f"{name} = {value}" for name, value in self.regime.items()}

    def reversed(self) -> Self:
        """The statement with the two methods exchanged."""
        return dataclasses.replace(self, better=self.worse, worse=self.better)

    def digest(self) -> str:
        return digest(super().digest(), self.quantity, self.better, self.worse)


@dataclass(frozen=True)
class Construction(Statement):
    """An object given by formulas, and the properties it is said to have, as formulas too."""

    kind: ClassVar[str] = "construction"
    parts: Mapping[str, Basic]
    properties: Mapping[str, Basic]
    domains: Mapping[Symbol, Set] = field(default_factory=dict)

    def latex(self) -> str:
        lines = [f"{name} := {latex(part)}" for name, part in self.parts.items()]
        lines += [f"{name} = {latex(value)}" for name, value in self.properties.items()]
        return r"\begin{gathered}" + r" \\ ".join(lines) + r"\end{gathered}"


@dataclass(frozen=True)
class Definition(Construction):
    """A definition: an object given by formulas, and the properties that make it what the paper needs."""

    kind: ClassVar[str] = "definition"


@dataclass(frozen=True)
class Rate(Statement):
    """A quantity is at most of a given order, or exactly of it, as its variables grow.

    ``exponents`` gives each growing variable its power; ``tight`` says that the quantity is bounded from below by the
    same order too. ``regime`` says in words what holds meanwhile.

    Raises
    ------
    LemmataError : an exponent for a variable without a domain that is unbounded above.
    """

    kind: ClassVar[str] = "rate"
    quantity: Basic
    exponents: Mapping[Symbol, Basic]
    domains: Mapping[Symbol, Set] = field(default_factory=dict)
    tight: bool = False
    regime: str = ""

    def __post_init__(self) -> None:
        exact = {symbol: sympy.sympify(exponent, strict=True) for symbol, exponent in self.exponents.items()}
        object.__setattr__(self, "exponents", exact)
        domains = self.domain_map()
        for symbol in exact:
            if symbol not in domains or domains[symbol].sup != sympy.oo:
                raise LemmataError(f"rate in {symbol}: give it a domain that is unbounded above, as integers(1)")

    @property
    def order(self) -> Basic:
        """The product of the variables to their exponents."""
        return sympy.Mul(*(symbol**exponent for symbol, exponent in self.exponents.items()))

    def latex(self) -> str:
        with sympy.evaluate(False):
            powers = [sympy.Pow(symbol, exponent) for symbol, exponent in self.exponents.items()]
        sign = r"\Theta" if self.tight else "O"
        order = r"\,".join(latex(power) for power in powers)
        regime = rf"\quad\text{{({self.regime})}}" if self.regime else ""
        return rf"{latex(self.quantity)} = {sign}\left({order}\right){regime}"

    def formulas(self) -> dict[str, Basic]:
        return {f"exponents.{symbol}": exponent for symbol, exponent in self.exponents.items()}

    def digest(self) -> str:
        return digest(super().digest(), self.tight, self.regime)


@dataclass(frozen=True)
class Whp(Statement):
    """A random variable passes a threshold with at most a given probability.

    ``side`` is ">=" or "<=", the side on which it fails.

    Raises
    ------
    LemmataError : another side.
    """

    kind: ClassVar[str] = "whp"
    quantity: Basic
    threshold: Basic
    failure: Basic
    domains: Mapping[Symbol, Set] = field(default_factory=dict)
    side: str = ">="

    def __post_init__(self) -> None:
        if self.side not in (">=", "<="):
            raise LemmataError(f"side {self.side!r}: use '>=' or '<='")

    @property
    def stronger(self) -> Mapping[str, int]:
        return {"threshold": -1 if self.side == ">=" else 1, "failure": -1}

    def latex(self) -> str:
        side = r"\ge" if self.side == ">=" else r"\le"
        return rf"\Pr\left[{latex(self.quantity)} {side} {latex(self.threshold)}\right] \le {latex(self.failure)}"

    def formulas(self) -> dict[str, Basic]:
        return {"threshold": self.threshold, "failure": self.failure}

    def digest(self) -> str:
        return digest(super().digest(), self.side)


@dataclass(frozen=True)
class Edit:
    """One correction of a printed statement: a subexpression ``old``, wherever it stands in ``formula``, becomes ``new``."""

    why: str
    formula: str
    old: Basic
    new: Basic

    def __post_init__(self) -> None:
        for side in ("old", "new"):
            object.__setattr__(self, side, sympy.sympify(getattr(self, side), strict=True))

    def apply(self, statement: Statement) -> Statement:
        """The statement with the edit made.

        Raises
        ------
        LemmataError : the statement has no such formula, or the formula does not contain ``old``.
        """
        formulas = statement.formulas()
        if self.formula not in formulas:
            raise LemmataError(f"edit '{self.why}': no formula named {self.formula}; there are {', '.join(formulas)}")
        edited = replace(formulas[self.formula], self.old, self.new)
        if edited == formulas[self.formula]:
            parts = {str(part) for part in sympy.preorder_traversal(formulas[self.formula]) if not part.args}
            raise LemmataError(
                f"edit '{self.why}': {self.old} does not occur in {self.formula}, as printed; "
                f"its numbers and symbols are {', '.join(sorted(parts))}"
            )
        return statement.with_formula(self.formula, edited)


def replace(expression: Basic, old: Basic, new: Basic) -> Basic:
    """Exact structural replacement that leaves the rest unevaluated."""
    if expression == old:
        return new
    if not expression.args:
        return expression
    arguments = [replace(argument, old, new) for argument in expression.args]
    return expression if arguments == list(expression.args) else rebuild(expression, arguments)


def rebuild(expression: Basic, arguments: list[Basic]) -> Basic:
    """The expression's head over other arguments, unevaluated."""
    if isinstance(expression, sympy.Sum):
        # SymPy's own constructor multiplies an unevaluated summand by one, once more each time.
        total = Basic.__new__(sympy.Sum, *arguments)
        total.is_commutative = True
        return total
    with sympy.evaluate(False):
        return expression.func(*arguments)
