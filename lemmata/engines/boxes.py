"""Rigorous lower bounds over a box, by bisection: where a ball for the whole piece is not decisive, the piece is halved.

A piece is enclosed by the expression itself, and by its value in the middle and its slopes over the piece.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import sympy
from flint import arb, ctx, fmpq
from sympy import Basic, Interval, Set, Symbol

from lemmata.domains import Domains
from lemmata.engines.balls import NoEnclosure, enclose_box

NAME = "flint balls over boxes"

MOST_PIECES = 3000
MOST_SYMBOLS = 3
PRECISION = 64

_SMOOTH = (
    *(sympy.Add, sympy.Mul, sympy.Pow, sympy.Number, sympy.NumberSymbol, sympy.Symbol),
    *(sympy.exp, sympy.log, sympy.erf, sympy.erfc, sympy.gamma, sympy.loggamma),
    *(sympy.sin, sympy.cos, sympy.sinh, sympy.cosh, sympy.tanh, sympy.atan),
)

Box = dict[Symbol, tuple[fmpq, fmpq]]


def proves_nonnegative(expression: Basic, domains: Domains) -> bool:
    """Whether ``expression >= 0`` is enclosed on every piece of a subdivision of a bounded box of real symbols.

    An expression that touches zero inside of the box cannot be enclosed away from it: the answer is then False.
    """
    symbols = sorted(expression.free_symbols, key=str)
    if not 0 < len(symbols) <= MOST_SYMBOLS or not all(_is_bounded(domains.get(s)) for s in symbols):
        return False
    slopes = {s: expression.diff(s) for s in symbols} if _is_smooth(expression) else None
    waiting: list[Box] = [{s: (_number(domains[s].inf), _number(domains[s].sup)) for s in symbols}]
    with ctx.workprec(PRECISION):
        for _ in range(MOST_PIECES):
            if not waiting:
                return True
            box = waiting.pop()
            sign = _sign(expression, slopes, box)
            if sign == -1:
                return False
            if sign is None:
                waiting += _halves(box)
    return False


def _is_bounded(domain: Set | None) -> bool:
    return isinstance(domain, Interval) and bool(domain.inf.is_finite and domain.sup.is_finite)


def _number(rational: Basic) -> fmpq:
    return fmpq(int(rational.p), int(rational.q))


def _is_smooth(expression: Basic) -> bool:
    """Whether slopes say all of it: SymPy's derivative of a jump is zero."""
    return all(isinstance(node, _SMOOTH) for node in sympy.preorder_traversal(expression))


def _sign(expression: Basic, slopes: Mapping[Symbol, Basic] | None, box: Box) -> int | None:
    """1 where the expression is known to be nonnegative on the box, -1 where negative all over it, None if not known."""
    piece = {s: arb(low).union(arb(high)) for s, (low, high) in box.items()}
    value = None
    with contextlib.suppress(NoEnclosure):
        value = enclose_box(expression, piece)
        if value >= 0:
            return 1
        if value < 0:
            return -1
    if value is None or slopes is None:
        return None
    with contextlib.suppress(NoEnclosure):
        middle = {s: arb((low + high) / 2) for s, (low, high) in box.items()}
        around = [enclose_box(slopes[s], piece) * (piece[s] - middle[s]) for s in box]
        if sum(around, enclose_box(expression, middle)) >= 0:
            return 1
    return None


def _halves(box: Box) -> list[Box]:
    widest = max(box, key=lambda s: box[s][1] - box[s][0])
    low, high = box[widest]
    middle = (low + high) / 2
    return [box | {widest: (low, middle)}, box | {widest: (middle, high)}]
