"""Mutants: statements that differ from a given one by one small change of a formula, a hypothesis or an order.

A check that cannot tell a statement from its mutants does not check it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import sympy
from sympy import Basic, Rational, S, Set, Symbol

from lemmata.domains import Domains, as_domain, integers, is_infinite, is_integer, points, words
from lemmata.engines import balls
from lemmata.statements import Rate, Separation, Statement, Upper, latex, rebuild

Path = tuple[int, ...]

LATE = 1000
"""Late mutants agree with the statement below this index."""
WINDOW = (Rational(61803, 100_000), Rational(61804, 100_000))
"""Late mutants of a real variable differ in this part of its domain only, far from every simple fraction."""
EXPONENT_STEPS = (Rational(1, 4), Rational(1, 2), Rational(1))
"""By how much an exponent of a rate is lowered; of an exact rate, raised too."""
HUGE = 10**6
"""By how many times its size a bound is tightened in a late mutant."""


@dataclass(frozen=True)
class Mutant:
    """A mutated statement.

    ``change`` says in words what was changed. ``formula``, ``path`` and ``new`` tell where and into what, for the
    judgement whether the change made any difference. ``stronger`` marks mutants that claim more than the original: a
    better bound, or a hypothesis less.
    """

    statement: Statement
    change: str
    formula: str = ""
    path: Path = ()
    new: Basic | None = None
    stronger: bool = False

    @property
    def drops_hypothesis(self) -> bool:
        """Whether it is a domain that was changed."""
        return self.stronger and not self.formula


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
        existential = getattr(statement, "existential", ())
        if isinstance(statement, Upper) and name == "quantity":
            # To mutate what is bounded would mostly give weaker bounds, hence true ones. This one is false.
            contradiction = sympy.Add(statement.witnessed, -statement.stronger["bound"], evaluate=False)
            yield Mutant(
                statement.with_formula(name, contradiction), "quantity: replaced by one that breaks the bound", name
            )
            continue
        if isinstance(statement, Rate):
            for step in EXPONENT_STEPS:
                for signed in (-step, step) if statement.tight else (-step,):
                    yield Mutant(
                        statement.with_formula(name, formula + signed),
                        f"{name}: {_short(formula)} becomes {_short(formula + signed)}", name, stronger=not statement.tight,
                    )  # fmt: skip
            continue
        if direction is not None:
            for changed, change in _strengthened(formula, direction, statement.domain_map(), existential):
                yield Mutant(statement.with_formula(name, changed), f"{name}: {change}", name, stronger=True)
            continue
        changes = list(_changes(formula, statement.domain_map(), existential))
        texts = [f"{name}: {_short(old)} becomes {_short(new)}" for _, old, new in changes]
        for (path, _, new), change in zip(changes, texts, strict=True):
            where = f" in {_short(at(formula, path[:-1]))}" if texts.count(change) > 1 else ""
            yield Mutant(statement.with_formula(name, put(formula, path, new)), change + where, name, path, new)
    for symbol, domain in statement.hypotheses():
        change = f"hypothesis {words(symbol, domain)} dropped"
        yield Mutant(statement.with_domain(symbol, S.Reals), change, stronger=True)
    if isinstance(statement, Separation):
        yield Mutant(statement.reversed(), f"{statement.better} and {statement.worse} exchanged")


def _strengthened(
    formula: Basic, direction: int, domains: Domains, existential: tuple[Symbol, ...]
) -> Iterator[tuple[Basic, str]]:
    """Stronger versions of a bound, with the change in words: scaled away from what it bounds, whatever its sign.

    Existential constants count as positive. A bound that holds up to one cannot be scaled: its dependence on each
    unbounded symbol is made better by a square root.
    """
    if formula.free_symbols & set(existential):
        for symbol in sorted(formula.free_symbols & set(domains), key=str):
            if domains[symbol].sup == sympy.oo:
                root = sympy.Pow(symbol, Rational(direction, 2), evaluate=False)
                yield sympy.Mul(root, formula, evaluate=False), f"times {_short(root)}"
        return
    signs = _signs(formula, domains)
    for factor in (Rational(11, 10), Rational(3, 2), Rational(3)):
        larger = direction if signs == {1} else -direction
        if signs in ({1}, {-1}):
            scale = factor if larger > 0 else 1 / factor
            yield sympy.Mul(scale, formula, evaluate=False), f"scaled by {scale}"
            continue
        share = direction * (factor - 1 if direction > 0 else 1 - 1 / factor)
        size = S.One if signs == {0} else sympy.Abs(formula, evaluate=False)
        change = sympy.Mul(share, size, evaluate=False)
        yield sympy.Add(formula, change, evaluate=False), f"{_short(change)} added"


def _signs(formula: Basic, domains: Domains) -> set[int | None]:
    """The signs that a formula takes where it is defined; None among them where a sign is not known."""
    found: set[int | None] = set()
    for point in points({s: d for s, d in domains.items() if s in formula.free_symbols}):
        with contextlib.suppress(balls.Undefined):
            found.add(balls.sign(formula, point))
    return found


def late_mutants(statement: Statement) -> Iterator[Mutant]:
    """Statements that are wrong only on a part of their domain where a careless check does not look: from an integer
    variable's value ``LATE`` on, or at its first one; where a real variable is very large, or in a ``WINDOW`` on
    either side.

    A check that rounds a list of cases up to "for all", or proves less than the whole domain, takes one of them for
    true.
    """
    domains = statement.domain_map()
    for name, formula in statement.formulas().items():
        if isinstance(statement, Rate):
            continue  # an order speaks of large values only
        direction = statement.stronger.get(name)
        if name == "quantity":
            direction = -statement.stronger["bound"]
        if direction is None:
            for path, part in walk(formula):
                if isinstance(part, sympy.Sum) and not part.limits[0][2].is_Integer:
                    index = part.limits[0][0]
                    changed = rebuild(part, [_where(index >= LATE, part.function, direction), *part.limits])
                    yield Mutant(
                        statement.with_formula(name, put(formula, path, changed)),
                        f"{name}: the summand is doubled from {index} = {LATE} on",
                    )
        for symbol in sorted(formula.free_symbols & set(domains), key=str):
            for condition, where in _unseen(symbol, domains[symbol]):
                changed = _where(condition, formula, direction)
                how = "doubled" if direction is None else "much larger" if name == "quantity" else "much stronger"
                yield Mutant(statement.with_formula(name, changed), f"{name}: {how} {where}")


def _unseen(symbol: Symbol, domain: Set) -> Iterator[tuple[Basic, str]]:
    """Conditions on a symbol that hold on a part of its domain which is easily forgotten, and their words."""
    if not is_infinite(domain):
        return
    if is_integer(domain):
        yield symbol >= LATE, f"from {symbol} = {LATE} on"
        yield symbol <= domain.inf, f"at {symbol} = {domain.inf}"
        return
    if domain.sup == sympy.oo:
        yield symbol >= LATE, f"from {symbol} = {LATE} on"
    if domain.inf == -sympy.oo:
        yield symbol <= -LATE, f"up to {symbol} = {-LATE}"
    for end, inwards in ((domain.inf, 1), (domain.sup, -1)):
        scale = domain.measure if domain.measure.is_finite else S.One
        origin = end if end.is_finite else S.Zero
        # Where an end is infinite, its side of zero.
        step = inwards * scale if end.is_finite else -inwards * scale
        low, high = sorted(origin + step * part for part in WINDOW)
        if end.is_finite or not (domain.inf.is_finite or domain.sup.is_finite):
            yield sympy.And(symbol > low, symbol < high), f"where {low} < {symbol} < {high}"


def _where(condition: Basic, expression: Basic, direction: int | None) -> Basic:
    """The expression, but doubled where the condition holds; or, for a bound, so strong there that it should be false.

    The change is a factor, or a term, of its own: readers of formulas meet it as one more weight.
    """
    if direction is None:
        factor = sympy.Piecewise((2, condition), (1, True), evaluate=False)
        return sympy.Mul(factor, expression, evaluate=False)
    size = sympy.Add(1, sympy.Abs(expression, evaluate=False), evaluate=False)
    amount = sympy.Piecewise((direction * HUGE, condition), (0, True), evaluate=False)
    return sympy.Add(expression, sympy.Mul(amount, size, evaluate=False), evaluate=False)


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
    """The domains of the symbols at a path: those of the statement, and the indices on the way of sums from a number on."""
    known = dict(domains)
    for depth in range(len(path)):
        node = at(expression, path[:depth])
        if isinstance(node, sympy.Sum):
            index, low, high = node.limits[0]
            known.pop(index, None)
            if low.is_Integer and not (high.is_Integer and high < low):
                known[index] = as_domain(integers(int(low), int(high) if high.is_Integer else None))
    return known


def _changes(formula: Basic, domains: Domains, existential: tuple[Symbol, ...]) -> Iterator[tuple[Path, Basic, Basic]]:
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
            elif parent is None:
                yield path, node, sympy.Mul(2, node, evaluate=False)
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
