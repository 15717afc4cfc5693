"""E of an expression in jointly normal variables."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import sympy
from sympy import Basic, Dummy, Integer, Matrix, Symbol, sqrt

from theory.gaussian.decide import CannotIntegrate, Effort, expanded, sign_of
from theory.gaussian.moments import ONE, Form, Law, Monomial, Polynomial, clusters, moments
from theory.gaussian.pieces import Key, Reader

MOST_VARIABLES = 12
MOST_CORRELATED = 6
"""Variables with a covariance matrix of their own: all its principal minors are looked at."""
MOST_SYMBOLIC = 3
"""Size of the largest principal minors with symbols that are looked at: SymPy does not know the sign of larger ones."""
_REAL = Dummy(real=True).assumptions0


def expectation(
    expression: Basic, *variables: Symbol, covariance: Matrix | None = None, mean: Sequence[Basic] | None = None
) -> Basic:
    r"""E of an expression in jointly normal variables, exact.

    Parameters
    ----------
    expression : polynomial in the variables, times exponentials of affine forms and products of ``Step``, ``Relu``,
        ``sign``, ``Abs`` and ``erf`` of affine forms, or functions of such piecewise affine expressions that become members
        on each piece (``exp(Relu(z))``, ``Relu(Relu(z) - 1)``). Other symbols are real parameters. Kinks may sit anywhere
        in one variable, or in independent ones, as long as their order is known; correlated ones must pass through the
        mean, two or three of them, or leave only boundary terms.
    variables : the normal variables, as symbols that assume nothing but that they are real; at most 12.
    covariance : symmetric positive semidefinite matrix (n x n, at most 6 x 6); the identity unless given. It may be singular.
        It may have symbols: it is for the caller to say for which values it is positive semidefinite and no form under a
        kink is constant.
    mean : n parameters; zero unless given.

    The result holds for all such values of the parameters at which it is defined.

    Raises
    ------
    CannotIntegrate : the expression is outside this family or too large; a variable or a parameter assumes that it is not
        real, or more than real; the order of kinks is not known; the covariance is not positive semidefinite.

    Examples
    --------
    >>> x, y, r = sympy.symbols("x y r")
    >>> from theory.activations import Relu, Step
    >>> expectation(Relu(x), x)
    sqrt(2)/(2*sqrt(pi))
    >>> expectation(Step(x) * Step(y), x, y, covariance=Matrix([[1, r], [r, 1]]))
    asin(r)/(2*pi) + 1/4
    """
    expression = sympy.sympify(expression, strict=True)
    _require_real(expression, variables)
    law = _law(variables, covariance, mean)
    effort = Effort()
    reader = Reader(variables, law, effort)
    groups: dict[Key, Polynomial] = {}
    for key, c in reader.read(expression).items():
        groups.setdefault(key._replace(exponents=()), {})[key.exponents] = c
    total: Basic = Integer(0)
    for group, polynomial in groups.items():
        total += _integrated(group, polynomial, reader, effort)
    return total


def _require_real(expression: Basic, variables: tuple[Symbol, ...]) -> None:
    if len(variables) > MOST_VARIABLES or len(set(variables)) < len(variables):
        raise CannotIntegrate(f"{len(variables)} variables: at most {MOST_VARIABLES}, and no one twice")
    for variable in variables:
        if not isinstance(variable, Symbol):
            raise CannotIntegrate(f"{variable} is not a symbol")
        if not variable.assumptions0.items() <= _REAL.items():
            raise CannotIntegrate(f"{variable} is declared as more than real, which a normal variable is not")
    if not isinstance(expression, sympy.Expr):
        raise CannotIntegrate(f"{expression} is not an expression")
    _require_finite(expression)


def _require_finite(e: Basic) -> None:
    if e.has(sympy.nan, sympy.oo, -sympy.oo, sympy.zoo, sympy.I, sympy.Float):
        raise CannotIntegrate(f"{e} has a part that is not an exact finite real number")
    for symbol in e.free_symbols:
        if symbol.is_real is False or symbol.is_infinite:
            raise CannotIntegrate(f"the symbol {symbol} is declared as not real, or infinite")


def _law(variables: tuple[Symbol, ...], covariance: Matrix | None, mean: Sequence[Basic] | None) -> Law:
    n = len(variables)
    centre = tuple(map(sympy.sympify, [0] * n if mean is None else mean))
    if covariance is None:
        rows = [[Integer(int(i == j)) for j in range(n)] for i in range(n)]
    else:
        matrix = Matrix(covariance)
        if matrix.shape != (n, n) or n > MOST_CORRELATED or not matrix.is_symmetric():
            raise CannotIntegrate(
                f"the covariance of {n} variables is a symmetric matrix, at most {MOST_CORRELATED} x {MOST_CORRELATED}"
            )
        for entry in matrix:
            _require_parameter(entry, variables)
        _require_semidefinite(matrix)
        rows = [[expanded(entry) for entry in row] for row in matrix.tolist()]
    if len(centre) != n:
        raise CannotIntegrate(f"{len(centre)} means for {n} variables")
    for m in centre:
        _require_parameter(m, variables)
    return Law(tuple(map(expanded, centre)), tuple(map(tuple, rows)))


def _require_parameter(e: Basic, variables: tuple[Symbol, ...]) -> None:
    _require_finite(e)
    if not e.free_symbols.isdisjoint(variables):
        raise CannotIntegrate(f"{e}, in the mean or the covariance, depends on a variable")


def _require_semidefinite(matrix: Matrix) -> None:
    """A symmetric matrix is positive semidefinite if and only if no principal minor is negative."""
    n = matrix.rows
    for size in range(1, n + 1):
        for chosen in combinations(range(n), size):
            block = matrix.extract(chosen, chosen)
            if size > MOST_SYMBOLIC and block.free_symbols:
                continue
            minor = sympy.expand(block.det(method="berkowitz"))
            sign = sign_of(minor)
            if sign == -1 or (sign is None and not minor.free_symbols):
                raise CannotIntegrate(f"the covariance is not positive semidefinite: a principal minor is {minor}")


def _integrated(group: Key, polynomial: Polynomial, reader: Reader, effort: Effort) -> Basic:
    """E[polynomial * exp(rate . x + constant) * signs * error functions]."""
    forms = reader.forms(group.signs)
    law, exponent = reader.law, Integer(0)
    if group.rate:
        # E[exp(r.X) g(X)] = exp(r.mean + r.C.r/2) E[g(X + C r)]
        rates, constant = group.rate[:-1], group.rate[-1]
        shift = law.against(rates)
        exponent = law.at(Form(rates, constant)) + sum(r * s for r, s in zip(rates, shift, strict=True)) / 2
        law = law.moved(shift)
    if group.errors:
        # erf(L) is the mean of sign(sqrt(2) L + W) over a standard normal W
        extra = len(group.errors)
        law = law.with_noise(extra)
        forms = tuple(Form((*f.slopes, *[Integer(0)] * extra), f.offset) for f in forms)
        forms += tuple(
            Form(
                (*(expanded(sqrt(2) * s) for s in f.slopes), *(Integer(int(i == j)) for j in range(extra))),
                expanded(sqrt(2) * f.offset),
            )
            for i, f in enumerate(group.errors)
        )
        polynomial = {(*m, *(0,) * extra): c for m, c in polynomial.items()}
    return _by_blocks(polynomial, law, forms, expanded(exponent), effort)


def _by_blocks(polynomial: Polynomial, law: Law, forms: tuple[Form, ...], exponent: Basic, effort: Effort) -> Basic:
    """exp(exponent) * E[polynomial * signs]; blocks of independent variables are integrated one after the other."""
    n = len(law.mean)
    used = [i for i in range(n) if any(m[i] for m in polynomial) or any(f.slopes[i] != 0 for f in forms)]

    def joined(a: int, b: int) -> bool:
        i, j = used[a], used[b]
        return bool(law.covariance[i][j] != 0) or any(f.slopes[i] != 0 and f.slopes[j] != 0 for f in forms)

    # coefficients by what has been integrated already (a factor and an exponent) and the powers of the variables that are left
    sums = {(ONE, exponent, m): c for m, c in polynomial.items()}
    for cluster in clusters(len(used), joined):
        block = [used[a] for a in cluster]
        inside = tuple(
            Form(tuple(f.slopes[i] for i in block), f.offset) for f in forms if any(f.slopes[i] != 0 for i in block)
        )
        parts: dict[tuple[Basic, Basic, Monomial], Polynomial] = {}
        for (factor, e, m), c in sums.items():
            rest = tuple(0 if i in block else power for i, power in enumerate(m))
            parts.setdefault((factor, e, rest), {})[tuple(m[i] for i in block)] = c
        sums = {}
        for (factor, e, rest), inner in parts.items():
            for part in moments(inner, law.on(block), inside, effort):
                at = (factor * part.factor, expanded(e + part.exponent), rest)
                sums[at] = sums.get(at, Integer(0)) + part.coefficient
    return sympy.Add(*(t * factor * sympy.exp(e) for (factor, e, _), c in sums.items() for t in sympy.Add.make_args(c)))
