"""Functions that stand for something else: by definition, or by a recurrence in their first argument."""

from __future__ import annotations

import sympy
from sympy import Basic

from lemmata.domains import Domains

MOST_STEPS = 64


def unfold(expression: Basic) -> Basic:
    """Replace every function that declares ``definition()`` by that equal expression, combinatorial ones by factorials, and
    the complementary error function by the error function.
    """
    defined = {f: f.definition() for f in expression.atoms(sympy.Function) if hasattr(f, "definition")}
    defined |= {f: 1 - sympy.erf(f.args[0]) for f in expression.atoms(sympy.erfc)}
    return _through_factorials(expression.xreplace(defined))


def _through_factorials(expression: Basic) -> Basic:
    """Binomials, double factorials and rising factorials in terms of factorials and the gamma function.

    They agree wherever the factorials are defined, and elsewhere as limits.
    """
    combinatorial = expression.atoms(sympy.binomial, sympy.factorial2, sympy.RisingFactorial)
    if not combinatorial:
        return expression
    return expression.replace(
        sympy.binomial,
        lambda n, k: sympy.factorial(n) / (sympy.factorial(k) * sympy.factorial(sympy.expand(n - k))),
    ).replace(sympy.factorial2, _double_factorial).replace(
        sympy.RisingFactorial, lambda x, n: sympy.gamma(sympy.expand(x + n)) / sympy.gamma(x)
    )  # fmt: skip


def _double_factorial(n: Basic) -> Basic:
    n = sympy.expand(n)
    constant, rest = n.as_coeff_Add()
    if not (constant.is_Integer and all(term.as_coeff_Mul()[0] % 2 == 0 for term in sympy.Add.make_args(rest))):
        return sympy.factorial2(n)
    if constant % 2 == 0:
        return 2 ** (n / 2) * sympy.factorial(n / 2)
    half = (n + 1) / 2
    return sympy.factorial(n + 1) / (2**half * sympy.factorial(half))


def to_lowest_orders(expression: Basic) -> Basic:
    """Rewrite every function that declares ``step_down()`` through its lowest two orders, order by order.

    ``F(n, ...).step_down()`` returns an equal expression in ``F(n - 1, ...)`` and ``F(n - 2, ...)``. Orders that
    differ by an integer belong together; each family keeps its two lowest members, so that equal expressions get
    equal forms.
    """
    for _ in range(MOST_STEPS):
        families: dict[Basic, list[tuple[int, Basic]]] = {}
        for atom in expression.atoms(sympy.Function):
            if hasattr(atom, "step_down"):
                order = sympy.expand(atom.args[0].doit())
                shift = int(sympy.floor(order.as_coeff_Add()[0]))
                family = atom.func(order - shift, *(sympy.expand(a) for a in atom.args[1:]))
                families.setdefault(family, []).append((shift, atom))
        highest: dict[Basic, Basic] = {}
        for members in families.values():
            lowest = min(shift for shift, _ in members)
            highest |= {atom: atom.step_down() for shift, atom in members if shift > lowest + 1}
        if not highest:
            return expression
        expression = expression.xreplace(highest)
    return expression


def settle_conditions(expression: Basic, domains: Domains) -> Basic:
    """Replace each piecewise expression by the branch that applies on the whole domain, where the domain decides it."""
    settled = {}
    for piecewise in expression.atoms(sympy.Piecewise):
        branches = [(branch, _decided(condition, domains)) for branch, condition in piecewise.args]
        if branches[0][1] is True:
            settled[piecewise] = branches[0][0]
        elif all(decided is not None for _, decided in branches):
            settled[piecewise] = next((branch for branch, decided in branches if decided), piecewise)
    return expression.xreplace(settled)


def _decided(condition: Basic, domains: Domains) -> bool | None:
    """Whether a condition holds everywhere on the domain, or nowhere; None if neither is known."""
    if condition in (sympy.true, sympy.false):
        return bool(condition)
    if isinstance(condition, sympy.And):
        parts = [_decided(part, domains) for part in condition.args]
        return False if False in parts else (True if all(parts) else None)
    if not isinstance(condition, sympy.LessThan | sympy.StrictLessThan | sympy.GreaterThan | sympy.StrictGreaterThan):
        return None
    margin = sympy.expand(condition.gts - condition.lts)
    symbol = next(iter(margin.free_symbols), None)
    if symbol not in domains or margin.free_symbols != {symbol} or not margin.diff(symbol).is_Rational:
        return None
    strict = isinstance(condition, sympy.StrictGreaterThan | sympy.StrictLessThan)
    ends = [margin.subs(symbol, end) for end in (domains[symbol].inf, domains[symbol].sup)]
    if min(ends) > 0 or (min(ends) == 0 and not strict):
        return True
    if max(ends) < 0 or (max(ends) == 0 and strict):
        return False
    return None
