"""What the paper states about the constants of SELU, with the exact checks.

A claim carries the formula as printed. Its check is a generator function from the statement to obligations; it reads every
formula from ``stated``, never from a copy, since it is also run on corrupted statements and has to refute those.
"""

from collections.abc import Iterator

from sympy import E, Expr, I, Integer, Interval, Rational, Reals, erfc, exp, oo, pi, sqrt, symbols

from lemmata import AtMost, Construction, Equal, IllFormed, Paper, as_printed
from lemmata.obligations import Obligation
from theory.activations import Relu
from theory.gaussian import expectation

paper = Paper(
    id="klambauer2017",
    title="Self-Normalizing Neural Networks",
    authors="Günter Klambauer, Thomas Unterthiner, Andreas Mayr and Sepp Hochreiter",
    version="NeurIPS 2017, arXiv 1706.02515; formulas as transcribed from a citation, the text was not at hand",
    url="https://arxiv.org/abs/1706.02515",
)

alpha, lamda, z = symbols("alpha lambda z")
positive = Interval.open(0, oo)

with as_printed():  # SymPy would rewrite what the paper prints
    printed_alpha = -sqrt(2 / pi) / (erfc(1 / sqrt(2)) * exp(Rational(1, 2)) - 1)
    printed_lambda = (
        (1 - erfc(1 / sqrt(2)) * sqrt(E))
        * sqrt(2 * pi)
        * (
            2 * erfc(sqrt(2)) * E**2
            + pi * erfc(1 / sqrt(2)) ** 2 * E
            - 2 * (2 + pi) * erfc(1 / sqrt(2)) * sqrt(E)
            + pi
            + 2
        )
        ** Rational(-1, 2)
    )

ALPHA, LAMBDA = r"\alpha_{01}", r"\lambda_{01}"
MEAN, SQUARE = r"E[\mathrm{selu}(Z)]", r"E[\mathrm{selu}(Z)^2]"


def saturation(x: Expr) -> Expr:
    """What the exponential branch takes away, 1 - exp(min(x, 0))."""
    return 1 - exp(-Relu(-x))


def selu(x: Expr, alpha: Expr, lamda: Expr) -> Expr:
    """SELU in one formula: lambda x for x > 0, and lambda alpha (exp(x) - 1) elsewhere."""
    return lamda * (Relu(x) - alpha * saturation(x))


def real_constant(printed: Expr) -> Expr:
    """A printed constant; one with the root of a negative number is no constant of an activation."""
    constant = printed.doit()
    if constant.has(I):
        raise IllFormed("a constant that is not real")
    return constant


@paper.claim(
    "fixed-point",
    locator="Appendix, Eq. (14)",
    title="The constants of SELU keep mean zero and variance one",
    stated=Construction(
        parts={ALPHA: printed_alpha, LAMBDA: printed_lambda},
        properties={MEAN: Integer(0), SQUARE: Integer(1)},
    ),
)
def fixed_point(stated: Construction) -> Iterator[Obligation]:
    r"""Here $Z \sim N(0, 1)$, and $\mathrm{selu}$ has the two constants.

    Write $\mathrm{selu}(Z) = \lambda\,(Z^+ - \alpha S)$ with $S = 1 - e^{\min(Z, 0)}$, and $f = E[S]$, $s = E[S^2]$. Since
    $Z^+ S = 0$, the mean is $\lambda\,(1/\sqrt{2\pi} - \alpha f)$ and the second moment is $\lambda^2\,(1/2 + \alpha^2 s)$. The
    first vanishes when $\sqrt{2\pi}\,\alpha f = 1$. Then the second is one when $\lambda^2\,(\pi f^2 + s) = 2\pi f^2$. Both
    relations are shown of the printed constants, and $f$ and $s$ are integrated exactly. As the mean is zero, the second moment
    is the variance.
    """
    a, b = real_constant(stated.parts[ALPHA]), real_constant(stated.parts[LAMBDA])
    mean, square = stated.properties[MEAN], stated.properties[SQUARE]
    first, second = expectation(saturation(z), z), expectation(saturation(z) ** 2, z)
    mean_of_any, square_of_any = expectation(selu(z, alpha, lamda), z), expectation(selu(z, alpha, lamda) ** 2, z)
    any_constants = {alpha: Reals, lamda: Reals}
    above, below = (b**2).as_numer_denom()
    f, s = symbols("f s")

    yield Equal(
        mean_of_any.subs({alpha: a, lamda: b}),
        mean,
        by="mean",
        steps=[Equal(mean_of_any.subs(alpha, a), mean, {lamda: Reals}, by="mean, for every lambda")],
    )
    yield Equal(
        square_of_any.subs({alpha: a, lamda: b}),
        square,
        by="second moment",
        steps=[
            Equal(square_of_any, lamda**2 * (Rational(1, 2) + alpha**2 * second), any_constants, by="the two branches"),
            Equal(sqrt(2 * pi) * a * first, 1, by="alpha, multiplied out"),
            Equal(above * (pi * first**2 + second), below * 2 * pi * first**2 * square, by="lambda, multiplied out"),
            Equal(
                2 * pi * f**2 / (pi * f**2 + s) * (Rational(1, 2) + s / (sqrt(2 * pi) * f) ** 2),
                1,
                {f: positive, s: positive},
                by="put together",
            ),
        ],
    )


with as_printed():
    mean_of_any_constants = lamda / 2 * (1 - sqrt(E) * erfc(1 / sqrt(2))) * (printed_alpha - alpha)
    square_of_any_lambda = (lamda / printed_lambda) ** 2

ANY_MEAN, ANY_SQUARE = r"E[\mathrm{selu}_{\alpha,\lambda}(Z)]", r"E[\mathrm{selu}_{\alpha_{01},\lambda}(Z)^2]"


@paper.claim(
    "only-constants",
    locator="Appendix, Eq. (14)",
    title="No other constants with a positive lambda have this fixed point",
    source="derived here",
    stated=Construction(
        parts={ANY_MEAN: mean_of_any_constants, ANY_SQUARE: square_of_any_lambda},
        properties={},
        domains={alpha: Reals, lamda: Reals},
    ),
    depends_on=[fixed_point],
)
def only_constants(stated: Construction) -> Iterator[Obligation]:
    r"""Let $\alpha$ and $\lambda$ be real and $\lambda \ne 0$; with $\lambda = 0$ the second moment is zero.

    The first moment is integrated for all constants. It is affine in $\alpha$, with the slope
    $-\lambda\,E[1 - e^{\min(Z, 0)}]$, which is not zero, so that it vanishes at $\alpha_{01}$ only. With that $\alpha$,
    $\mathrm{selu}$ is $\lambda / \lambda_{01}$ times the function whose second moment is one. So its second moment is one at
    $\lambda = \pm\lambda_{01}$ only, and $\lambda_{01}$ is the positive one.
    """
    first_moment, second_moment = (real_constant(part) for part in stated.parts.values())
    the_alpha, the_lambda = (real_constant(part) for part in fixed_point.upheld.parts.values())
    domains = stated.domain_map()
    yield Equal(expectation(selu(z, alpha, lamda), z), first_moment, domains, by="mean")
    yield Equal(
        expectation(selu(z, alpha, lamda) ** 2, z).subs(alpha, the_alpha),
        second_moment,
        domains,
        by="second moment",
        steps=[Equal((lamda / the_lambda) ** 2, second_moment, domains, by="homogeneity, and the fixed point")],
    )
    yield AtMost(Rational(1, 5), expectation(saturation(z), z), by="the slope is not zero")
    yield AtMost(1, the_lambda, by="lambda_01 is positive")
