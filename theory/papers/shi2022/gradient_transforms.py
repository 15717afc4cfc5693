r"""Section 5.1, the first gradient step: what the gradient's components are, as one-dimensional integrals.

Along the pattern $M_j$ the population gradient of a neuron is $-a\,T_j$ with $T_j =
E[y\,\phi_j\,E_\xi\sigma'(\langle q, \phi\rangle + b + \xi)]$, where $q_l = \langle M_l, w\rangle$. Under the laws
whose class bits are fair coins with probability $v$ and else all equal, the label being their parity, the transform of
$y\phi_j$ is a product with a factor for each bit.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy
from sympy import Basic, Integer, Rational, S, Symbol, cosh, exp, pi, sinh, sqrt

from lemmata import Construction, Equal, Given, Identity, as_printed
from lemmata.obligations import Obligation
from theory.dictionary_transform import (
    BackgroundFactor,
    BackgroundProduct,
    BackgroundSlope,
    ClassExponent,
    ClassSum,
    SinhProduct,
    bit_by_bit,
)
from theory.papers.shi2022.network import noise
from theory.papers.shi2022.paper import p_o, paper
from theory.papers.shi2022.setting import POSITIVE
from theory.papers.shi2022.setting import v as uniform

half = Symbol("i")
others = Symbol("n")
own_exponent = Symbol("t")
"""k = 2i + 1; the number of background bits other than j; the exponent that belongs to a bit."""

TRANSFORM_DOMAINS = {half: S.Naturals0, others: S.Naturals0, uniform: S.Reals}

SLOPE = r"\chi"

with as_printed():
    bit_parts = {
        r"\psi": (1 - p_o) * exp(-p_o * own_exponent) + p_o * exp((1 - p_o) * own_exponent),
        SLOPE: p_o * (1 - p_o) * (exp((1 - p_o) * own_exponent) - exp(-p_o * own_exponent)),
        r"\mathbb{E}\,e^{tz}": (exp(own_exponent) + exp(-own_exponent)) / 2,
        r"\mathbb{E}\,z\,e^{tz}": (exp(own_exponent) - exp(-own_exponent)) / 2,
    }


@paper.claim(
    "lemma-5-one-bit",
    locator="Section 5.1, before Lemma 5: the gradient's components",
    title="Transforms of one hidden bit",
    source="derived here",
    stated=Construction(parts=bit_parts, properties={}, domains={own_exponent: S.Reals, p_o: S.Reals}),
)
def lemma_5_one_bit(stated: Construction) -> Iterator[Obligation]:
    r"""Enumerated: $\psi = E\,e^{t(\tilde\phi - p_o)}$ and $\chi = E[(\tilde\phi - p_o)\,e^{t(\tilde\phi - p_o)}]$
    for a background bit; $\cosh t$ and $\sinh t$ for a fair sign $z$.
    """
    domains = stated.domain_map()
    background = ((1 - p_o, -p_o), (p_o, 1 - p_o))
    fair = ((Rational(1, 2), Integer(1)), (Rational(1, 2), Integer(-1)))
    for (name, part), (law, power) in zip(
        stated.parts.items(), ((background, 0), (background, 1), (fair, 0), (fair, 1)), strict=True
    ):
        mean = sum((chance * value**power * exp(value * own_exponent) for chance, value in law), Integer(0))
        yield Equal(part, mean, domains, by=name)


with as_printed():
    class_transform = (
        uniform * cosh(ClassExponent(0)) * SinhProduct(2 * half)
        + (1 - uniform) * cosh(ClassExponent(0) + ClassSum(2 * half))
    ) * BackgroundProduct(others)
    background_transform = (
        (uniform * SinhProduct(2 * half + 1) + (1 - uniform) * sinh(ClassSum(2 * half + 1)))
        * BackgroundSlope(0)
        * BackgroundProduct(others)
    )


def _induction(whole: Basic, position: int, domains: dict[Symbol, sympy.Set]) -> Iterator[Obligation]:
    """Linear in the law of the class bits; one more background bit; two more uniform class bits, the first at 2i + position."""
    same, independent = bit_by_bit(whole.subs(uniform, 0)), bit_by_bit(whole.subs(uniform, 1))
    by = "a mixture of two laws of the class bits"
    yield Equal(bit_by_bit(whole), uniform * independent + (1 - uniform) * same, domains, by=by)
    factor = BackgroundFactor(others + 1)
    for name, part in (("fair", independent), ("equal", same)):
        by = f"one more background bit is one more factor, class bits {name}"
        yield Equal(bit_by_bit(part.subs(others, others + 1)), factor * part, domains, by=by)
    signs = sinh(ClassExponent(2 * half + position)) * sinh(ClassExponent(2 * half + position + 1))
    by = "two more class bits, independent fair signs"
    longer = bit_by_bit(whole.subs(uniform, 1).subs(half, half + 1))
    yield Equal(longer, signs * independent, domains, by=by)


@paper.claim(
    "lemma-5-transform-class",
    locator="Section 5.1, before Lemma 5: the gradient's components",
    title="Transform of a component along the class",
    source="derived here",
    stated=Identity(
        Symbol(r"2\tilde\sigma\,\mathbb{E}[y\,\phi_j\,e^{\omega\langle q,\phi\rangle}]"),
        class_transform,
        TRANSFORM_DOMAINS,
    ),
    depends_on=[lemma_5_one_bit],
)
def lemma_5_transform_class(stated: Identity) -> Iterator[Obligation]:
    r"""Parity of $k = 2i + 1$ class bits, which are fair coins with probability $v$ and else all equal; $n = D - k$
    background bits. With $z_l = 2\tilde\phi_l - 1$ the label is $\prod_A z_l$, and $\phi_l = z_l/(2\tilde\sigma)$
    on $A$; $c_0 = \omega q_j/(2\tilde\sigma)$ belongs to the pattern $j\in A$ itself, $c_1, \dots, c_{2i}$ to the
    others. A background bit has the factor $\psi_l$ of claim ``lemma-5-one-bit``, at $t_l = \omega
    q_l/\tilde\sigma$.

    By induction: one class bit and no background, enumerated; then bit by bit. Where all class bits equal $s$, the
    label is $s$. Both sides are entire in $\omega$, so the identity holds at $i\omega$ too, which is what Fourier
    inversion needs: $\cosh ix = \cos x$ and $\sinh ix = i\sin x$.
    """
    domains = stated.domain_map()
    whole = stated.right.doit()
    same, independent = whole.subs({uniform: 0, others: 0}), whole.subs({uniform: 1, half: 0, others: 0})
    # With y = z and 2 sigma phi = z for one bit, y = s and 2 sigma phi_j = s for bits that all equal s.
    yield Equal(independent, cosh(ClassExponent(0)), domains, by="one class bit, no background")
    by = "class bits that are all equal, no background"
    yield Equal(same, cosh(ClassExponent(0) + ClassSum(2 * half)), domains, by=by)
    yield from _induction(whole, 1, domains)


@paper.claim(
    "lemma-5-transform-background",
    locator="Section 5.1, before Lemma 5: the gradient's components",
    title="Transform of a component along the background",
    source="derived here",
    stated=Identity(
        Symbol(r"\tilde\sigma\,\mathbb{E}[y\,\phi_j\,e^{\omega\langle q,\phi\rangle}]"),
        background_transform,
        TRANSFORM_DOMAINS,
    ),
    depends_on=[lemma_5_one_bit],
)
def lemma_5_transform_background(stated: Identity) -> Iterator[Obligation]:
    r"""As for a pattern of the class; here the pattern $j\notin A$ itself has the factor $\chi_0$ of claim
    ``lemma-5-one-bit``, at $t = \omega q_j/\tilde\sigma$, and $n = D - k - 1$ background bits are left.
    """
    domains = stated.domain_map()
    whole = stated.right.doit()
    same, independent = whole.subs({uniform: 0, others: 0}), whole.subs({uniform: 1, half: 0, others: 0})
    one_bit = sinh(ClassExponent(1)) * BackgroundSlope(0)
    yield Equal(bit_by_bit(independent), one_bit, domains, by="one class bit")
    yield Equal(same, sinh(ClassSum(2 * half + 1)) * BackgroundSlope(0), domains, by="class bits that are all equal")
    yield from _induction(whole, 2, domains)


frequency = Symbol(r"\omega")

with as_printed():
    kernel_parts = {
        r"\operatorname{Re}K": sympy.sin(frequency) / frequency,
        r"\operatorname{Im}K": (sympy.cos(frequency) - 1) / frequency,
        r"\mathbb{E}e^{i\omega\xi}": exp(-(noise**2) * frequency**2 / 2),
        "c": 1 / (2 * pi),
    }


@paper.claim(
    "lemma-5-inversion",
    locator="Section 5.1, before Lemma 5: the gradient's components",
    title="A component as one integral",
    source="derived here",
    stated=Construction(
        parts=kernel_parts, properties={"K(0)": Integer(1)}, domains={frequency: POSITIVE, noise: POSITIVE}
    ),
    depends_on=[lemma_5_transform_class, lemma_5_transform_background],
)
def lemma_5_inversion(stated: Construction) -> Iterator[Obligation]:
    r"""$T_j = c\int K(\omega)\,e^{i\omega b}\,E[e^{i\omega\xi}]\,N_j(\omega)\,d\omega$, where $N_j$ is the
    transform at imaginary argument and $K(\omega) = \int_0^1 e^{-i\omega z}dz$ that of the window $\{0 < z < 1\}$.
    The noise makes the integrand decay like a normal density, so that the trapezoid rule with a certificate of its
    error is exact to rounding.

    $\omega K$ has the derivative $e^{-i\omega}$ and vanishes at zero. A transform is that of a normal law where
    $f(\omega + u)f(\omega - u) = f(\omega)^2f(u)^2$; its second derivative at zero gives the variance. The constant
    is that for which a normal density comes back from its transform at zero.
    """
    domains = stated.domain_map()
    real, imaginary, smoothing, constant = (part.doit() for part in stated.parts.values())
    yield Equal((frequency * real).diff(frequency), sympy.cos(frequency), domains, by="derivative of omega Re K")
    yield Equal((frequency * imaginary).diff(frequency), -sympy.sin(frequency), domains, by="derivative of omega Im K")
    at_zero = stated.properties["K(0)"]
    yield Equal((frequency * real).subs(frequency, 0), 0, domains, by="omega Re K at zero")
    yield Equal((frequency * imaginary).subs(frequency, 0), 0, domains, by="omega Im K at zero")
    yield Equal(
        (frequency * real).diff(frequency).subs(frequency, 0), at_zero, by="K at zero, the length of the window"
    )
    other = Symbol("u")
    ahead, behind = smoothing.subs(frequency, frequency + other), smoothing.subs(frequency, frequency - other)
    yield Equal(
        ahead * behind, smoothing**2 * smoothing.subs(frequency, other) ** 2, domains | {other: POSITIVE},
        by="sum and difference of two normal variables are independent",
    )  # fmt: skip
    yield Equal(smoothing.subs(frequency, 0), 1, domains, by="the noise's transform at zero")
    yield Equal(smoothing.diff(frequency, 2).subs(frequency, 0), -(noise**2), domains, by="the noise's variance")
    area = sqrt(2 * pi) / noise
    yield Equal(constant * area, 1 / (noise * sqrt(2 * pi)), domains, by="a normal density at zero, from its transform")
    yield Given("Fourier inversion, for a normal density times a bounded function")
