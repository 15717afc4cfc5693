r"""Moments of normal variables against products of signs: E[p(X) sign(L_1) ... sign(L_m)] for affine forms L_k.

Stein's identity :math:`E[(X_i - \mu_i) g(X)] = \sum_j C_{ij} E[\partial_j g]` lowers the degree of the polynomial. Where
the derivative falls on a sign it leaves :math:`2 \delta(L_k)`: the density of L_k at zero times an expectation under the
law conditioned on L_k = 0, with one sign less. What remains are expected products of signs: one sign is an erf, two
through the mean are an arcsine, an odd number through the mean cancel.

The means and covariances of the conditioned laws are the only thing that is needed of them, so that singular covariances
are nothing special.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sympy
from sympy import Basic, Integer, asin, erf, pi, sqrt

from theory.gaussian.decide import CannotIntegrate, Effort, collected, divided, expanded, is_zero, sign_of

Monomial = tuple[int, ...]
Polynomial = dict[Monomial, Basic]
"""Coefficients, multiplied out, by the exponents of the variables."""

Terms = dict[Monomial, list[Basic]]
MOST_SIGNS = 4
"""Signs that may depend on each other in one product."""
ONE = Integer(1)
CONDITIONING = 100
"""What a conditioned law costs, in products of terms."""
_PARALLEL = {0: (1, 0, 0), 1: (1, -1, 1), -1: (1, 1, -1)}


class Form(NamedTuple):
    """An affine form of n variables: slopes (n of them) and offset."""

    slopes: tuple[Basic, ...]
    offset: Basic


class Reciprocal(sympy.Function):
    """1 / g for a determinant g that is not a rational number, as a name: sums of its powers stay polynomials."""

    nargs = 1


@dataclass(frozen=True)
class Law:
    """A normal law of n variables; mean and covariance times ``scale``, so that conditioned ones are polynomials too."""

    mean: tuple[Basic, ...]
    covariance: tuple[tuple[Basic, ...], ...]
    scale: Basic = ONE

    @property
    def unit(self) -> Basic:
        """1 / scale."""
        return 1 / self.scale if self.scale.is_Rational else Reciprocal(self.scale)

    def at(self, form: Form) -> Basic:
        """The mean of a form, times the scale."""
        return expanded(form.offset * self.scale + _dot(form.slopes, self.mean))

    def against(self, slopes: Sequence[Basic]) -> tuple[Basic, ...]:
        """The covariances of the variables with a form, n of them, times the scale."""
        return tuple(expanded(_dot(row, slopes)) for row in self.covariance)

    def moved(self, along: Sequence[Basic]) -> Law:
        """The law with another mean: the old one plus a vector."""
        return Law(tuple(expanded(m + a) for m, a in zip(self.mean, along, strict=True)), self.covariance)

    def on(self, variables: Sequence[int]) -> Law:
        """The law of some of the variables."""
        rows = tuple(tuple(self.covariance[i][j] for j in variables) for i in variables)
        return Law(tuple(self.mean[i] for i in variables), rows)

    def with_noise(self, extra: int) -> Law:
        """The law with so many standard normal variables more, independent of all others."""
        n = len(self.mean)
        rows = [(*row, *[Integer(0)] * extra) for row in self.covariance]
        rows += [tuple(Integer(int(i == j)) for j in range(n + extra)) for i in range(n, n + extra)]
        return Law((*self.mean, *[Integer(0)] * extra), tuple(rows))


@dataclass(frozen=True)
class Conditioned:
    """A law given that some forms (k of them) are zero."""

    law: Law
    """Its scale is the determinant of the forms' covariance."""
    exponent: Basic
    """The forms' joint density at zero is exp(exponent) / sqrt((2 pi)^k * determinant)."""


def condition(law: Law, forms: Sequence[Form]) -> Conditioned:
    r"""The law given that forms are zero, from adjugates rather than inverses, so that nothing has to be cancelled.

    With G the covariance of the forms, h their mean and W that of the variables with them (n x k), the covariance is
    :math:`C - W G^{-1} W^T` and the mean :math:`\mu - W G^{-1} h`.
    """
    if not forms:
        return Conditioned(law, Integer(0))
    cuts = [cut(form, law) for form in forms]
    h = [c.mean for c in cuts]
    gram = [[one.with_form(other.form) for other in cuts] for one in cuts]
    adjugate = [
        [(-1) ** (i + j) * _determinant(_without(gram, i, j)) for j in range(len(cuts))] for i in range(len(cuts))
    ]
    determinant = expanded(_dot(gram[0], adjugate[0]))
    # k x n: what each form that is zero has to say about each variable
    weights = [law.against(_combined(row, forms)) for row in adjugate]
    mean = tuple(expanded(m * determinant - _dot([w[i] for w in weights], h)) for i, m in enumerate(law.mean))
    rows = tuple(
        tuple(
            expanded(c * determinant - _dot([w[i] for w in weights], [f.covariances[j] for f in cuts]))
            for j, c in enumerate(row)
        )
        for i, row in enumerate(law.covariance)
    )
    square = expanded(_dot(h, [_dot(row, h) for row in adjugate]))
    return Conditioned(Law(mean, rows, determinant), -_ratio(square, determinant) / 2)


def _determinant(rows: list[list[Basic]]) -> Basic:
    """By the first row: there are three at most."""
    if not rows:
        return ONE
    return expanded(sum((-1) ** j * c * _determinant(_without(rows, 0, j)) for j, c in enumerate(rows[0])))


def _without(rows: list[list[Basic]], i: int, j: int) -> list[list[Basic]]:
    return [[c for column, c in enumerate(row) if column != j] for index, row in enumerate(rows) if index != i]


def _combined(weights: Sequence[Basic], forms: Sequence[Form]) -> list[Basic]:
    """The slopes of a linear combination of forms."""
    return [_dot(weights, slopes) for slopes in zip(*(form.slopes for form in forms), strict=True)]


@dataclass(frozen=True)
class Cut:
    """A form under a law: its mean, variance, and covariances with the variables, all times the law's scale."""

    form: Form
    mean: Basic
    variance: Basic
    covariances: tuple[Basic, ...]

    def with_form(self, form: Form) -> Basic:
        """The covariance with another form, times the scale."""
        return expanded(_dot(form.slopes, self.covariances))


def cut(form: Form, law: Law) -> Cut:
    """A form under a law."""
    covariances = law.against(form.slopes)
    return Cut(form, law.at(form), expanded(_dot(form.slopes, covariances)), covariances)


def parallel(one: Cut, other: Cut) -> tuple[int, int, int] | None:
    """Integers (a, b, c) with sign(L) sign(M) = a + b sign(L) + c sign(M), for forms L and M that are perfectly correlated.

    None if they are not. With M = r L + const and M = 0 where L = d, the product is sign(r) outside of [0, d].

    Raises
    ------
    CannotIntegrate : the order of their kinks is not known.
    """
    covariance = one.with_form(other.form)
    if covariance == 0 or not is_zero(expanded(one.variance * other.variance - covariance**2)):
        return None
    # where the other kink lies, on the scale of the first and times a positive number
    distance = expanded(covariance * (one.mean * covariance - one.variance * other.mean))
    direction, order = sign_of(covariance), sign_of(distance)
    if order is None or direction not in (1, -1):
        unknown = covariance if order is not None else distance
        raise CannotIntegrate(f"the order of two kinks is not known: what is the sign of {unknown}?")
    constant, on_one, on_other = _PARALLEL[order]
    return direction * constant, direction * on_one, on_other


@dataclass(frozen=True)
class Moment:
    """A part of a moment: coefficient * factor * exp(exponent)."""

    coefficient: Basic
    """A sum of parameters, multiplied out."""
    factor: Basic
    """A product of error functions, arcsines and roots."""
    exponent: Basic


def moments(
    polynomial: Polynomial, law: Law, forms: tuple[Form, ...], effort: Effort, fixed: tuple[Form, ...] = ()
) -> Iterator[Moment]:
    """The parts of E[polynomial * product of the forms' signs * product of 2 delta of the fixed forms].

    Raises
    ------
    CannotIntegrate : there is no closed form, or the order of kinks is not known.
    """
    if len(forms) > MOST_SIGNS:
        raise CannotIntegrate(f"{len(forms)} kinks that depend on each other in one product, more than {MOST_SIGNS}")
    effort.spend(CONDITIONING)
    conditioned = condition(law, fixed)
    here = conditioned.law
    cuts = [cut(form, here) for form in forms]
    for i, one in enumerate(cuts):
        for j in range(i):
            found = parallel(one, cuts[j])
            if found is not None:
                others = tuple(f for k, f in enumerate(forms) if k not in (i, j))
                for times, left in zip(found, [(), (one.form,), (cuts[j].form,)], strict=True):
                    if times:
                        scaled = {m: times * c for m, c in polynomial.items()}
                        yield from moments(scaled, law, (*others, *left), effort, fixed)
                return
    if all(c == 0 for c in (*here.mean, *(c.mean for c in cuts))):
        # X -> -X changes the sign of every odd part
        polynomial = {m: c for m, c in polynomial.items() if (sum(m) + len(cuts)) % 2 == 0}
    constant, boundaries = _by_parts(polynomial, here, cuts, effort)
    if constant != 0:
        number, signs = _signs(cuts, here.scale).as_coeff_Mul()
        coefficient, factor = _over_root(number * constant, here.scale, effort)
        density = sqrt(2 / pi) ** len(fixed)
        yield Moment(coefficient, signs * factor * density, conditioned.exponent)
    for k, boundary in boundaries.items():
        others = tuple(form for i, form in enumerate(forms) if i != k)
        yield from moments(boundary, law, others, effort, (*fixed, forms[k]))


def _over_root(c: Basic, square: Basic, effort: Effort) -> tuple[Basic, Basic]:
    """c / sqrt(square) as a sum and a factor; what divides the sum is divided out, and no ``Reciprocal`` is left."""
    factor = Integer(1)
    for reciprocal in sorted(c.atoms(Reciprocal), key=sympy.default_sort_key):
        g = reciprocal.args[0]
        powers: dict[int, list[Basic]] = {}
        for term in sympy.Add.make_args(c):
            bases = (factor.as_base_exp() for factor in sympy.Mul.make_args(term))
            power = next((int(exponent) for base, exponent in bases if base == reciprocal), 0)
            powers.setdefault(power, []).append(term / reciprocal**power)
        most = max(powers)
        c = Integer(0)
        for power in range(most + 1):
            c = effort.product(c, g) if power else c
            c += sympy.Add(*powers.get(power, []))
        while most and (whole := divided(c, g)) is not None:
            c, most = whole, most - 1
        factor /= g**most
    whole = None if square.is_Rational else divided(c, square)
    return (c, factor / sqrt(square)) if whole is None else (whole, factor * sqrt(square))


def _ratio(a: Basic, b: Basic) -> Basic:
    whole = expanded(a / b) if b.is_Rational else divided(a, b)
    return a / b if whole is None else whole


def _by_parts(polynomial: Polynomial, law: Law, cuts: list[Cut], effort: Effort) -> tuple[Basic, dict[int, Polynomial]]:
    """The constant c and the polynomials q_k with E[p prod sign] = c E[prod sign] + sum_k E[q_k prod_{l != k} sign 2 delta_k]."""
    by_degree: dict[int, Terms] = {}
    for monomial, c in polynomial.items():
        by_degree.setdefault(sum(monomial), {})[monomial] = [c]
    boundaries: dict[int, Terms] = {}

    def add(to: Terms, monomial: Monomial, c: Basic, times: Basic) -> None:
        if times != 0:
            to.setdefault(monomial, []).append(effort.product(c, times))

    for degree in range(max(by_degree, default=0), 0, -1):
        for monomial, c in collected(by_degree.pop(degree, {})).items():
            effort.spend()
            i = next(i for i, power in enumerate(monomial) if power)
            rest = _lowered(monomial, i)
            c = effort.product(c, law.unit)
            add(by_degree.setdefault(degree - 1, {}), rest, c, law.mean[i])
            for j, power in enumerate(rest):
                if power:
                    add(by_degree.setdefault(degree - 2, {}), _lowered(rest, j), c, power * law.covariance[i][j])
            for k, at in enumerate(cuts):
                add(boundaries.setdefault(k, {}), rest, c, at.covariances[i])
    constant = sum(collected(by_degree.get(0, {})).values(), Integer(0))
    found = {k: collected(terms) for k, terms in boundaries.items()}
    return constant, {k: boundary for k, boundary in found.items() if boundary}


def _lowered(monomial: Monomial, i: int) -> Monomial:
    return (*monomial[:i], monomial[i] - 1, *monomial[i + 1 :])


def _signs(cuts: list[Cut], scale: Basic) -> Basic:
    """The expected product of signs of forms, no two of them perfectly correlated."""
    groups = clusters(len(cuts), lambda i, j: cuts[i].with_form(cuts[j].form) != 0)
    parts = [[cuts[i] for i in group] for group in groups]
    centred = [all(c.mean == 0 for c in part) for part in parts]
    if any(through and len(part) % 2 for part, through in zip(parts, centred, strict=True)):
        return Integer(0)
    return math.prod((_connected(*both, scale) for both in zip(parts, centred, strict=True)), start=ONE)


def _connected(cuts: list[Cut], centred: bool, scale: Basic) -> Basic:
    if len(cuts) == 1:
        return erf(cuts[0].mean / sqrt(expanded(2 * cuts[0].variance * scale)))
    if len(cuts) == 2 and centred:
        one, other = cuts
        return 2 / pi * asin(one.with_form(other.form) / sqrt(expanded(one.variance * other.variance)))
    where = "through the mean" if centred else "not all through the mean"
    raise CannotIntegrate(f"the probability that {len(cuts)} correlated half-spaces, {where}, meet has no closed form")


def clusters(n: int, joined: sympy.FunctionClass) -> list[list[int]]:
    """The connected components of 0, ..., n - 1, each in ascending order."""
    found: list[list[int]] = []
    for i in range(n):
        touched = [group for group in found if any(joined(i, j) for j in group)]
        found = [group for group in found if group not in touched]
        found.append(sorted([i, *(j for group in touched for j in group)]))
    return found


def _dot(a: Sequence[Basic], b: Sequence[Basic]) -> Basic:
    return sum((x * y for x, y in zip(a, b, strict=True) if x != 0 and y != 0), Integer(0))
