"""Whether a mutant's change makes any difference: decided by the algebra engines on the formula, without the check's reader."""

from __future__ import annotations

from sympy import Basic, Expr

from lemmata.domains import Domains
from lemmata.engines import algebra, normal
from lemmata.mutation import Mutant, at, domains_at, put
from lemmata.statements import Statement


def makes_no_difference(original: Statement, mutant: Mutant) -> bool:
    """Whether the mutated formula equals the original one for all values of its symbols.

    The changed node, or one of the nodes above it, must be proved equal to what stood there, under the mutant's own
    hypotheses.
    """
    if mutant.new is None:
        return False
    formula = original.formulas()[mutant.formula]
    for depth in range(len(mutant.path), -1, -1):
        place, inside = mutant.path[:depth], mutant.path[depth:]
        before = at(formula, place)
        domains = domains_at(formula, place, mutant.statement.domain_map())
        if _equal(before, put(before, inside, mutant.new), domains):
            return True
    return False


def _equal(one: Basic, other: Basic, domains: Domains) -> bool:
    if not (isinstance(one, Expr) and isinstance(other, Expr)):
        return False
    # A symbol without a domain stands for any value: both engines treat it as a free variable.
    difference = one - other
    return normal.proves_zero(difference, domains) and algebra.proves_zero(difference, domains)
