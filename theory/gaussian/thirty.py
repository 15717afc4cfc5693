"""Thirty expectations from all the families, fixed: what the engine is tested on and timed with."""

from __future__ import annotations

from dataclasses import dataclass, field

from sympy import Abs, Basic, Matrix, Rational, Symbol, erf, exp, sign, sqrt, symbols

from theory.activations import Relu, Step
from theory.gaussian.normal import distribution

X, Y, Z = symbols("x y z")
B, R = symbols("b r")
"""A bias and a correlation, |r| <= 1."""
CORRELATED = Matrix([[1, 0], [Rational(3, 5), Rational(4, 5)]])
"""A root of the covariance of two standard normal variables with correlation 3/5."""
WITH_CORRELATION = Matrix([[1, 0], [R, sqrt(1 - R**2)]])
HALF = Rational(1, 2)


@dataclass(frozen=True)
class Case:
    """E of an expression in normal variables with the covariance root * root^T, root lower triangular (n x n).

    ``at`` has values of the parameters for numeric comparisons.
    """

    name: str
    family: str
    expression: Basic
    variables: tuple[Symbol, ...]
    root: Matrix | None = None
    at: dict[Symbol, Rational] = field(default_factory=dict)

    @property
    def covariance(self) -> Matrix | None:
        """The covariance of the variables; None for the identity."""
        return None if self.root is None else self.root * self.root.T

    @property
    def independent(self) -> Basic:
        """The same expectation over independent standard normal variables of the same names."""
        if self.root is None:
            return self.expression
        rows = self.root * Matrix(self.variables)
        return self.expression.subs(dict(zip(self.variables, rows, strict=True)), simultaneous=True)


THIRTY = (
    Case("relu-mean", "one kink", Relu(Z), (Z,)),
    Case("relu-bias", "one kink", Relu(Z + B), (Z,), at={B: Rational(-2, 3)}),
    Case("relu-hermite-4", "one kink", (Z**4 - 6 * Z**2 + 3) * Relu(Z), (Z,)),
    Case("relu-degree-12", "one kink", Z**12 * Relu(1 - Z), (Z,)),
    Case("relu-squared-shifted", "several kinks", Relu(Z + 1) * Relu(Z - HALF), (Z,)),
    Case("tent", "several kinks", Relu(1 - Abs(Z)), (Z,)),
    Case("four-kinks", "several kinks", Z**2 * Abs(Z - 1) * sign(Z + 1) * Step(Z + 2) * Relu(2 - Z), (Z,)),
    Case("relu-of-relu", "several kinks", Relu(2 * Relu(Z) - Relu(Z - 1) - 1), (Z,)),
    Case("tilted-relu", "exponential", exp(Z) * Relu(Z - 1), (Z,)),
    Case(
        "generating-function", "exponential", exp(R * Z - R**2 / 2) * Relu(Z + B), (Z,), at={R: HALF, B: Rational(1, 3)}
    ),
    Case("laplace", "exponential", exp(-Abs(Z)) * Z**2, (Z,)),
    Case("tilted-pair", "exponential", exp(X - Y) * Relu(X + Y) * Step(X), (X, Y)),
    Case("probit-mean", "error function", distribution(2 * Z + 1), (Z,)),
    Case(
        "probit-parameters", "error function", distribution(R * Z + B), (Z,), at={R: Rational(-3, 2), B: Rational(1, 4)}
    ),
    Case("erf-times-cubic", "error function", (Z**3 - 3 * Z) * erf(Z + HALF), (Z,)),
    Case("erf-squared", "error function", erf(Z) ** 2, (Z,)),
    Case("erf-times-gate", "error function", Z * Step(Z) * erf(2 * Z), (Z,)),
    Case("erf-kernel", "error function", erf(X) * erf(Y), (X, Y), WITH_CORRELATION, {R: Rational(3, 5)}),
    Case("quadrant", "two kinks through the mean", Step(X) * Step(Y), (X, Y), WITH_CORRELATION, {R: Rational(3, 5)}),
    Case("sign-sign", "two kinks through the mean", sign(X) * sign(Y), (X, Y), CORRELATED),
    Case("abs-abs", "two kinks through the mean", Abs(X + Y) * Abs(X - 2 * Y), (X, Y)),
    Case(
        "arc-cosine-1", "two kinks through the mean", Relu(X) * Relu(Y), (X, Y), WITH_CORRELATION, {R: Rational(3, 5)}
    ),
    Case("arc-cosine-2", "two kinks through the mean", Relu(X) ** 2 * Relu(Y) ** 2, (X, Y), CORRELATED),
    Case("arc-cosine-degree-6", "two kinks through the mean", X**4 * Y**2 * Step(X) * Step(X + Y), (X, Y)),
    Case("gate-times-quartic", "a gate with a bias", X**2 * Y**2 * Step(X + B), (X, Y), CORRELATED, {B: HALF}),
    Case("gate-off-axis", "a gate with a bias", (X - 2 * Y) ** 3 * Relu(X + 2 * Y - 1), (X, Y)),
    Case("two-gates", "two gates with a bias", Y * Step(X + 1) * Step(Y - HALF), (X, Y), CORRELATED),
    Case("octant", "three kinks through the mean", Step(X) * Step(X + Y) * Step(X + Y + Z), (X, Y, Z)),
    Case("relu-relu-relu", "three kinks through the mean", Relu(X) * Relu(X + Y) * Relu(X - Y + Z), (X, Y, Z)),
    Case("product-of-three", "independent", Relu(X - 1) * Abs(Y) ** 3 * exp(Z) * Step(Z), (X, Y, Z)),
)
"""All of them; drawn from every family."""
