"""Mutants: statements that differ from a given one by one small change of a formula, a hypothesis or an order.

A check that cannot tell a statement from its mutants does not check it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy
from sympy import Basic, Integer, Rational, S, Symbol

from lemmata.domains import Domains, as_domain, integers, is_infinite, is_integer, words
from lemmata.statements import Separation, Statement, latex, rebuild

Path = tuple[int, ...]

LATE = 1000
"""Late mutants agree with the statement below this index."""


@dataclass(frozen=True)
class Mutant:
    """A mutated statement.

    ``change`` says in words what was changed. ``formula``, ``path`` and ``new`` tell where and into what, for the judgement
    whether the change made any difference. ``stronger`` marks mutants of inequalities that claim more than the original.
    """

    statement: Statement
    change: str
    formula: str = ""
    path: Path = ()
    new: Basic | None = None
    stronger: bool = False


def mutants(statement: Statement) -> Iterator[Mutant]:
    """All single mutants of a statement, without repetitions, in a fixed order.

    Formulas of inequalities are mutated in the stronger direction only. Existential constants are never mutated.
    """
    seen = {statement.digest()}
    for mutant in _all(statement):
        key = mutant.statement.digest()
        if key not in seen:
            seen.add(key)
            yield mutant


def _all(statement: Statement) -> Iterator[Mutant]:
    for name, formula in statement.formulas().items():
        direction = statement.stronger.get(name)
        if direction is not None:
            for factor in (Rational(11, 10), Rational(3, 2), Rational(3)):
                scale = factor if direction > 0 else 1 / factor
                changed = sympy.Mul(scale, formula, evaluate=False)
                change = f"{name}: scaled by {scale}"
                yield Mutant(statement.with_formula(name, changed), change, name, stronger=True)
            continue
        existential = getattr(statement, "existential", ())
        for path, old, new in _changes(formula, statement.domain_map(), existential):
            change = f"{name}: {_short(old)} becomes {_short(new)}"
            yield Mutant(statement.with_formula(name, put(formula, path, new)), change, name, path, new)
    for symbol, domain in statement.hypotheses():
        change = f"hypothesis {words(symbol, domain)} dropped"
        yield Mutant(statement.with_domain(symbol, S.Reals), change)
    if isinstance(statement, Separation):
        yield Mutant(statement.reversed(), f"{statement.better} and {statement.worse} exchanged")


def late_mutants(statement: Statement) -> Iterator[Mutant]:
    """Statements that are wrong only from an integer variable's value ``LATE`` on.

    A check that rounds a list of cases up to "for all" takes them for true.
    """
    if statement.stronger:
        return
    domains = statement.domain_map()
    for name, formula in statement.formulas().items():
        for path, part in walk(formula):
            if isinstance(part, sympy.Sum) and not part.limits[0][2].is_Integer:
                index = part.limits[0][0]
                changed = rebuild(part, [_late(part.function, index), *part.limits])
                yield Mutant(
                    statement.with_formula(name, put(formula, path, changed)),
                    f"{name}: the summand is doubled from {index} = {LATE} on",
                )
        for symbol in sorted(formula.free_symbols & set(domains), key=str):
            if is_integer(domains[symbol]) and is_infinite(domains[symbol]):
                yield Mutant(
                    statement.with_formula(name, _late(formula, symbol)),
                    f"{name}: doubled from {symbol} = {LATE} on",
                )


def _late(expression: Basic, index: Symbol) -> Basic:
    doubled = sympy.Mul(2, expression, evaluate=False)
    return sympy.Piecewise((expression, index < LATE), (doubled, True), evaluate=False)


def walk(expression: Basic, path: Path = ()) -> Iterator[tuple[Path, Basic]]:
    """Every node of an expression with its path, parents first."""
    yield path, expression
    for i, argument in enumerate(expression.args):
        yield from walk(argument, (*path, i))


def at(expression: Basic, path: Path) -> Basic:
    """The node at a path."""
    for i in path:
        expression = expression.args[i]
    return expression


def put(expression: Basic, path: Path, new: Basic) -> Basic:
    """The expression with the node at a path replaced, unevaluated."""
    if not path:
        return new
    arguments = list(expression.args)
    arguments[path[0]] = put(arguments[path[0]], path[1:], new)
    return rebuild(expression, arguments)


def domains_at(expression: Basic, path: Path, domains: Domains) -> Domains:
    """The domains of the symbols at a path: those of the statement, and the sums' indices on the way."""
    known = dict(domains)
    for depth in range(len(path)):
        node = at(expression, path[:depth])
        if isinstance(node, sympy.Sum):
            index, low, high = node.limits[0]
            least = int(low) if low.is_Integer else 0
            known[index] = as_domain(integers(least, int(high) if high.is_Integer else None))
    return known


def _changes(
    formula: Basic, domains: Domains, existential: tuple[Symbol, ...]
) -> Iterator[tuple[Path, Basic, Basic]]:
    """Places in a formula, each with what stands there and what a mutant has instead."""
    symbols = sorted((formula.free_symbols & set(domains)) - set(existential), key=str)
    bound = {limit[0] for node in formula.atoms(sympy.Sum) for limit in node.limits}
    for path, node in walk(formula):
        parent = at(formula, path[:-1]) if path else None
        if isinstance(parent, sympy.Tuple) and path[-1] == 0:
            continue  # the index of a sum, where it is declared
        if hasattr(node, "mutations"):
            for new in node.mutations():
                yield path, node, new
        elif isinstance(node, Rational):
            if node == 1 and isinstance(parent, sympy.Mul):
                continue  # a factor that SymPy left behind, not a constant of the print
            for number in _numbers(node, parent, path):
                yield path, node, number
        elif node == sympy.pi:
            yield path, node, sympy.Mul(2, sympy.pi, evaluate=False)
        elif isinstance(node, Symbol):
            if node in bound or _is_index(parent, path):
                yield path, node, sympy.Add(node, 1, evaluate=False)
            for other in symbols:
                if other != node and node in symbols:
                    yield path, node, other
        elif isinstance(node, sympy.Add):
            for i, term in enumerate(node.args):
                rest = [a for j, a in enumerate(node.args) if j != i]
                if not isinstance(term, Rational):
                    yield path, node, rebuild(node, rest) if len(rest) > 1 else rest[0]
                    flipped = sympy.Mul(-1, term, evaluate=False)
                    yield path, node, rebuild(node, [*node.args[:i], flipped, *node.args[i + 1 :]])
        elif isinstance(node, sympy.Mul):
            for i, factor in enumerate(node.args):
                rest = [a for j, a in enumerate(node.args) if j != i]
                if not isinstance(factor, Rational) and rest != [S.One]:
                    yield path, node, rebuild(node, rest) if len(rest) > 1 else rest[0]


def _numbers(node: Rational, parent: Basic | None, path: Path) -> Iterator[Rational]:
    candidates = [node + 1, node - 1, -node]
    if not node.is_Integer:
        candidates = [Rational(node.p + 1, node.q), Rational(node.p, node.q + 1), -node]
    divisor = isinstance(parent, sympy.Pow) and path[-1] == 0 and parent.exp.is_negative
    for number in dict.fromkeys(candidates):
        if number != node and not (divisor and number == 0):
            yield number


def _is_index(parent: Basic | None, path: Path) -> bool:
    return (isinstance(parent, sympy.Pow) and path[-1] == 1) or (isinstance(parent, sympy.Function) and path[-1] == 0)


def _short(expression: Basic) -> str:
    return f"${latex(expression)}$"
