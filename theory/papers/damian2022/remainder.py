"""Lemma 4 and what Eq. (1) leaves out: the exact second moments of the population gradient's remainder."""

from __future__ import annotations

from collections.abc import Iterator

import sympy
from sympy import Basic, Integer, Interval, Rational, S, Symbol, factorial, oo, pi, sqrt, symbols

from lemmata import AtMost, Construction, Equal, Identity, Rate, Upper, as_printed, integers
from lemmata.obligations import Obligation
from theory.activations import RELU
from theory.gradient import direct, direct_in_general
from theory.hermite import He, coefficient
from theory.papers.damian2022.gradient import equation_1
from theory.papers.damian2022.paper import d, p, paper, q, t
from theory.samples import overlap_moment

OVERLAP = {t: Interval(-1, 1)}
m, r = symbols("m r")
hessian_norm, trace, form = symbols(r"\|H\|_F \operatorname{tr}(H) {w^\top}Hw")
LEADING = 1 / sqrt(2 * pi)
"""phi(0), the factor of H w."""

with as_printed():
    quadratic_remainder = -form / (2 * sqrt(2 * pi))
    second_moment = (2 * hessian_norm**2 + trace**2) / (8 * pi * (d * (d + 2)))
    mean_length = trace / (2 * sqrt(2 * pi) * d)


@paper.claim(
    "quadratic-remainder",
    locator="Lemma 4, with the constant, for quadratic targets",
    title="The remainder of a quadratic target",
    source="derived here",
    stated=Construction(
        parts={r"\langle g(w) - Hw/\sqrt{2\pi},\,w\rangle": quadratic_remainder},
        properties={
            r"\mathbb{E}_w\|g(w) - Hw/\sqrt{2\pi}\|^2": second_moment,
            r"\mathbb{E}_w\|g(w) - Hw/\sqrt{2\pi}\|\;(H \succeq 0)": mean_length,
        },
        domains={form: S.Reals, d: integers(2), hessian_norm: Interval(0, oo), trace: S.Reals},
    ),
    depends_on=[equation_1],
)
def quadratic_remainder_claim(stated: Construction) -> Iterator[Obligation]:
    r"""For $f = \frac12\sum_i\lambda_iHe_2(u_i\cdot x)$ the remainder is $-\frac{1}{2\sqrt{2\pi}}(w^\top Hw)\,w$ exactly.

    On $He_2(u\cdot x)$, with $H = 2uu^\top$, by exact integration over the plane of $u$ and $w$: across $w$ nothing is left.
    Both sides are linear in $H$. With $w$ uniform on the sphere, $E w_1^4 = 3/(d(d+2))$; then $E w_1^2w_2^2$ follows from
    $\|w\|^4 = 1$, and $E(w^\top Hw)^2 = \|H\|_F^2\,E w_1^4 + ((\operatorname{tr} H)^2 - \|H\|_F^2)\,E w_1^2w_2^2$. For $H
    \succeq 0$ the length of the remainder is $w^\top Hw$ times a constant, and $E w^\top Hw = \operatorname{tr} H/d$.
    """
    (along,) = stated.parts.values()
    second, first = stated.properties.values()
    on_w, on_normal = direct(2, t, Integer(0))
    hessian_on_u = 2 * t
    by = "f = He_2(u.x), by exact integration"
    yield Equal(on_w - LEADING * hessian_on_u * t, along.subs(form, 2 * t**2), OVERLAP, by=f"along w: {by}")
    yield Equal(on_normal, LEADING * hessian_on_u, OVERLAP, by=f"across w: {by}")
    # The form is arbitrary: the remainder is linear in H.
    scale = symbols("s")
    yield Equal(
        along.subs(form, scale * form),
        scale * along,
        {scale: S.Reals, form: S.Reals},
        by="linear in the quadratic form",
    )
    fourth = overlap_moment(2, d)
    mixed = (1 - d * fourth) / (d * (d - 1))
    square = hessian_norm**2 * fourth + (trace**2 - hessian_norm**2) * mixed
    unit = along.subs(form, 1)
    for_all = stated.domain_map()
    yield Equal(unit**2 * square, second, for_all, by="second moment, by E w_1^4 and E w_1^2 w_2^2")
    yield Equal(-unit * trace * overlap_moment(1, d), first, for_all, by="first moment, by E w_1^2")


def _odd_order_vanishes() -> Iterator[Obligation]:
    """That He_{2m-1}(0) = 0 for every m >= 1, by induction."""
    yield Equal(He(1, 0).doit(), 0, by="He_1(0)")
    yield Equal(He(2 * m + 1, 0), -2 * m * He(2 * m - 1, 0), {m: S.Naturals}, by="He_{2m+1}(0), by induction")


def _at_odd_order() -> tuple[Basic, Basic]:
    """The components of E[He_q(u.x) x sigma'(w.x)] at q = 2m + 1, where He_{2m-1}(0) is known to vanish."""
    on_w, on_normal = (
        side.xreplace({He(2 * m - 1, 0): Integer(0)}) for side in direct_in_general(2 * m + 1, t, Integer(0))
    )
    return on_w, on_normal


with as_printed():
    nothing = Integer(0)


@paper.claim(
    "odd-orders",
    locator="Eq. (1), odd orders without a bias",
    title="Without a bias the first step does not see odd orders",
    source="derived here",
    stated=Identity(
        Symbol(r"\mathbb{E}_x[He_{2m+1}(u\cdot x)\,x\,\mathbf{1}_{w\cdot x\ge 0}]"), nothing, {m: S.Naturals}
    ),
    depends_on=[equation_1],
)
def odd_orders(stated: Identity) -> Iterator[Obligation]:
    r"""$1\{w\cdot x\ge0\}$ is one half plus an odd function; against $He_q(u\cdot x)\,x$, which is even for odd $q$, only the
    half counts, and $E[He_q(u\cdot x)x] = 0$ for $q \ge 3$.

    Components in the plane of $u$ and $w$: for $q = 3, 5$ by exact integration, for every odd $q$ from the series, whose
    coefficients $He_{q-2}(0)$ vanish by induction.
    """
    for order in (3, 5):
        for side in direct(order, t, Integer(0)):
            yield Equal(side, stated.right, OVERLAP, by=f"q = {order}, by exact integration")
    yield from _odd_order_vanishes()
    for side in _at_odd_order():
        yield Equal(side, stated.right, OVERLAP | {m: S.Naturals}, by="every odd q")


with as_printed():
    largest_higher = 5 / (pi * (d * (d + 2) * (d + 4)))


@paper.claim(
    "higher-orders",
    locator="Lemma 4, orders above two, with the constant",
    title="Higher orders in the population gradient",
    source="derived here",
    stated=Upper(
        Symbol(r"\max_{q\ge3}\mathbb{E}_w\|\mathbb{E}_x[He_q(u\cdot x)\,x\,\mathbf{1}_{w\cdot x\ge 0}]\|^2/q!"),
        largest_higher,
        {d: S.Naturals},
    ),
    depends_on=[equation_1],
)
def higher_orders(stated: Upper) -> Iterator[Obligation]:
    r"""A normalised target of any order $q \ge 3$ in one direction has a gradient of order $d^{-3/2}$ at most.

    Odd orders give nothing. At even $q$ the gradient has components $qc_qt^{q-1}$ across and $c_qt^q$ along $w$, so that its
    square is $c_q^2\,(q^2t^{2q-2} - (q^2 - 1)t^{2q})$; since $|t| \le 1$ and $q \ge 4$ this is at most $c_q^2q^2t^6$. The
    factor $c_q^2q^2/q!$ is largest at $q = 4$, by induction; and $E t^6 = 15/(d(d+2)(d+4))$.
    """
    yield from _odd_order_vanishes()
    for side in _at_odd_order():
        yield Equal(side, 0, OVERLAP | {m: S.Naturals}, by="odd q give nothing")
    on_w, on_normal = direct_in_general(q, t, Integer(0))
    factor = coefficient(RELU, 4)
    square = on_w**2 + on_normal**2 * (1 - t**2)
    yield Equal(
        square.subs(He(q - 2, 0), 1), LEADING**2 * (-1) ** (2 * q) * (q**2 * t ** (2 * q - 2) - (q**2 - 1) * t ** (2 * q)),
        OVERLAP | {q: integers(2)}, by="the square of the gradient, over c_q squared",
    )  # fmt: skip
    yield Equal(He(q, 0), -(q - 1) * He(q - 2, 0), {q: integers(2)}, by="c_{q+2} = -(q - 1) c_q")
    # (q-1)^2 (q+2)^2 / ((q+1)(q+2)) <= q^2, multiplied out.
    yield AtMost((q - 1) ** 2 * (q + 2), q**2 * (q + 1), {q: integers(2)}, by="c_q^2 q^2/q! decreases")
    # At q = 4 the square is 16 t^6 - 15 t^8, times the same factor.
    scale = factor**2 / factorial(4)
    exact = scale * (16 * overlap_moment(3, d) - 15 * overlap_moment(4, d))
    everything = pi * d * (d + 2) * (d + 4)
    simpler = AtMost(
        sympy.cancel(16 * scale * overlap_moment(3, d) * everything),
        sympy.cancel(stated.bound.doit() * everything), {d: S.Naturals}, by="without t^8, multiplied out",
    )  # fmt: skip
    yield AtMost(exact, stated.bound, {d: S.Naturals}, by="q = 4, exactly", steps=(simpler,))


# Lemma 4.


def _growth(squared: Basic, variable: Symbol) -> Basic:
    """The exponent of a variable in the root of a quantity that is rational in it, as the variable grows."""
    top, bottom = sympy.fraction(sympy.together(squared))
    return (sympy.degree(top, variable) - sympy.degree(bottom, variable)) / Integer(2)


remainder_of_gradient = Symbol(r"\|\nabla_{w_j}L_\mathcal{D}/(-2a_j) - Hw_j/\sqrt{2\pi}\|")


@paper.claim(
    "lemma-4",
    locator="Lemma 4",
    title="The population gradient and its remainder",
    stated=Rate(remainder_of_gradient, {d: -1, r: Rational(1, 2)}, {d: integers(2), r: S.Naturals}),
    provenance=[equation_1],
    listed={
        "gap": "the remainder has a part of order one unless C_0 = C_1 = 0, which neither assumption says; "
        "preprocessing makes both small, and Lemma 13 says how small"
    },
)
def lemma_4(stated: Rate) -> Iterator[Obligation]:
    r"""The lemma concerns the gradient of the loss for $f^\star$ itself, whose linear part is not subtracted.

    For $f^\star = u\cdot x/\sqrt2 + He_2(u\cdot x)/2$, which meets both assumptions with $r = 1$ and $H = uu^T$, the squared
    remainder is $\frac18 - \frac{t^3}{4\sqrt\pi} + \frac{t^4}{8\pi}$ with $t = u\cdot w$, of order one whatever $d$ is. No
    constant and no power of a logarithm turn that into $O(1/d)$. The proof of the theorems uses Corollary 14, which is
    about the labels after preprocessing. The version read is that of the proceedings.
    """
    linear, quadratic = (direct(order, t, Integer(0)) for order in (1, 2))
    on_w, on_normal = (one / sqrt(2) + two / 2 for one, two in zip(linear, quadratic, strict=True))
    # H w = t u: of length t along w, and t across.
    along, across = on_w - LEADING * t**2, on_normal - LEADING * t
    squared = Rational(1, 8) - LEADING * t**3 / sqrt(8) + LEADING**2 * t**4 / 4
    yield Equal(along**2 + across**2 * (1 - t**2), squared, OVERLAP, by="f* = (u.x)/sqrt(2) + He_2(u.x)/2")
    # E t^3 = 0, as -w has the law of w.
    mean = Rational(1, 8) + LEADING**2 * overlap_moment(2, d) / 4
    yield AtMost(_growth(mean, d), stated.exponents[d], by="exponent of d of its root mean square, r = 1")


def _isotropic_second_moment() -> Basic:
    """E||R||^2 of the quadratic target with H = sqrt(2/r) I_r, for which E f^2 = 1."""
    return second_moment.subs({hessian_norm: sqrt(2), trace: sqrt(2 * r)}, simultaneous=True)


@paper.claim(
    "lemma-4-preprocessed",
    locator="Lemma 4, for targets with C_0 = C_1 = 0",
    title="The order of the remainder",
    source="derived here",
    stated=Rate(
        remainder_of_gradient,
        {d: -1, r: Rational(1, 2)},
        {d: integers(2), r: S.Naturals},
        tight=True,
        regime="root mean square over w; H = sqrt(2/r) on r <= d directions, E f^2 = 1",
    ),
    depends_on=[quadratic_remainder_claim],
    provenance=[lemma_4],
)
def lemma_4_preprocessed(stated: Rate) -> Iterator[Obligation]:
    r"""Where $C_0 = C_1 = 0$ the order that Lemma 4 prints is right, and is attained by $f = (2r)^{-1/2}\sum_{i\le r}
    He_2(\langle u_i,x\rangle)$.

    There $\|H\|_F^2 = 2$ and $\operatorname{tr} H = \sqrt{2r}$, so that $E\|R\|^2 = (4 + 2r)/(8\pi d(d+2))$, which is between
    $r/(12\pi d^2)$ and $3r/(4\pi d^2)$. Among matrices of rank $r$ with this norm it is the worst, by Cauchy and Schwarz;
    orders above two add $O(d^{-3/2})$.
    """
    domains = stated.domain_map()
    scaled = sympy.cancel(_isotropic_second_moment().doit() * (8 * pi * d * (d + 2)))
    order = stated.order**2 * d**2 * (d + 2)
    yield AtMost(scaled * d, 6 * order, domains, by="at most 3 r/(4 pi d^2), multiplied out")
    yield AtMost(Rational(2, 3) * order, scaled * d, domains, by="at least r/(12 pi d^2), multiplied out")
    eigenvalues = symbols("l_1 l_2")
    worst = dict.fromkeys(eigenvalues, S.Reals)
    yield Equal(
        2 * sum(v**2 for v in eigenvalues) - sum(eigenvalues) ** 2, (eigenvalues[0] - eigenvalues[1]) ** 2, worst,
        by="(tr H)^2 <= r ||H||_F^2, a pair of eigenvalues at a time",
    )  # fmt: skip


gradient_length = Symbol(r"\|g(w)\|")


@paper.claim(
    "corollary-15-signal",
    locator="Corollary 15, the term of the population",
    title="The order of the population gradient",
    stated=Rate(
        gradient_length,
        {d: Rational(-1, 2)},
        {d: integers(2), r: S.Naturals},
        tight=True,
        regime="root mean square over w; H = sqrt(2/r) on r <= d directions, E f^2 = 1",
    ),
    depends_on=[quadratic_remainder_claim],
)
def corollary_15_signal(stated: Rate) -> Iterator[Obligation]:
    r"""The corollary drops $\sqrt{r/d^2}$ beside $1/\sqrt d$, which $r \le d$ allows, and is right in its exponent.

    For $g = \frac1{\sqrt{2\pi}}(Hw - \frac12(w^\top Hw)w)$ the square is $\frac1{2\pi}(\|Hw\|^2 - \frac34(w^\top Hw)^2)$. With
    $\|H\|_F^2 = 2$ and $\operatorname{tr} H = \sqrt{2r}$ its mean is between $1/(8\pi d)$ and $1/(\pi d)$ for $d \ge 2$.
    """
    more = Symbol("e")
    # g = phi(0) H w + R, where R is along w: E||g||^2 = E||Hw||^2/(2 pi) - 3 E||R||^2.
    signal = 2 * overlap_moment(1, d) / (2 * pi)
    squared = sympy.cancel((signal - 3 * _isotropic_second_moment().doit()) * (8 * pi * d * (d + 2)))
    order = stated.order**2 * d * (d + 2)
    for_all = {r: S.Naturals, more: S.Naturals0}
    for least, at in [("r < d", {d: r + 1 + more}), ("r = d, from 2 on", {d: r + 1, r: r + 1})]:
        exact, rate = (sympy.expand(side.subs(at, simultaneous=True)) for side in (squared, order))
        yield AtMost(exact, 8 * rate, for_all, by=f"from above, multiplied out, {least}")
        yield AtMost(rate, exact, for_all, by=f"from below, multiplied out, {least}")


# The target of Eq. (2).

with as_printed():
    odd_target = 3 / (8 * pi * (d * (d + 2)))
    even_surplus = Rational(15, 2) * (Rational(1, 3) + 1 / sqrt(48)) / (pi * (d * (d + 2) * (d + 4)))


@paper.claim(
    "equation-2-remainder-odd",
    locator="Section 6.1, Eq. (2), odd p",
    title="The remainder of the experiments' target, odd degree",
    source="derived here",
    stated=Identity(Symbol(r"\mathbb{E}_w\|g(w) - Hw/\sqrt{2\pi}\|^2"), odd_target, {d: integers(2)}),
    depends_on=[quadratic_remainder_claim, odd_orders],
)
def equation_2_remainder_odd(stated: Identity) -> Iterator[Obligation]:
    r"""$f = He_2/2 + He_p/\sqrt{2p!}$ has $H = uu^\top$; for odd $p \ge 3$ its last term is not seen by the first step.

    The remainder is that of $He_2/2$, with $\|H\|_F = \operatorname{tr} H = 1$; its square is $t^4/(8\pi)$.
    """
    on_w, on_normal = (side / 2 for side in direct(2, t, Integer(0)))
    length = on_w - LEADING * t**2
    yield Equal(on_normal, LEADING * t, OVERLAP, by="across w nothing is left, by exact integration")
    yield Equal(length**2, t**4 / (8 * pi), OVERLAP, by="along w, by exact integration")
    yield Equal(overlap_moment(2, d) / (8 * pi), stated.right, stated.domain_map(), by="E t^4 = 3/(d(d+2))")


@paper.claim(
    "equation-2-remainder-even",
    locator="Section 6.1, Eq. (2), even p",
    title="The remainder of the experiments' target, even degree",
    source="derived here",
    stated=Upper(
        Symbol(r"\left|\mathbb{E}_w\|g(w) - Hw/\sqrt{2\pi}\|^2 - \frac{3}{8\pi d(d+2)}\right|"),
        even_surplus,
        {d: S.Naturals},
    ),
    depends_on=[equation_2_remainder_odd, higher_orders],
)
def equation_2_remainder_even(stated: Upper) -> Iterator[Obligation]:
    r"""For every even $p \ge 4$ the same to leading order: $d^2\,E\|R\|^2 \to 3/(8\pi)$.

    The term of degree $p$ adds $\frac{c_p}{\sqrt{2p!}}(pt^{p-1}u - (p-1)t^pw)$. Its square has mean at most
    $\frac{c_p^2p^2}{2p!}E t^6$, as for ``higher-orders``, and its product with the quadratic remainder, which is along $w$,
    has mean $-\frac{c_p}{\sqrt{2p!}\sqrt{2\pi}}E t^{p+2}$. Both factors are largest at $p = 4$, by induction, where they
    add; and $|t| \le 1$.
    """
    on_w, on_normal = direct_in_general(p, t, Integer(0))
    c = LEADING * (-1) ** p * He(p - 2, 0)
    for_all = OVERLAP | {p: integers(2)}
    yield Equal(on_w, c * t**p, for_all, by="along w, in general")
    yield Equal(on_normal, c * p * t ** (p - 1), for_all, by="across w, in general")
    yield AtMost((p - 1) ** 2, (p + 1) * (p + 2), {p: integers(2)}, by="c_p^2/p! decreases")
    yield AtMost((p - 1) ** 2 * (p + 2), p**2 * (p + 1), {p: integers(2)}, by="c_p^2 p^2/p! decreases")
    factor = coefficient(RELU, 4)
    # At p = 4 the square is 16 t^6 - 15 t^8, times the same factor.
    scale = factor**2 / (2 * factorial(4))
    # Twice the product of -t^2/(2 sqrt(2 pi)) and of the component along w.
    product = -factor * LEADING / sqrt(2 * factorial(4))
    exact = (16 * scale + product) * overlap_moment(3, d) - 15 * scale * overlap_moment(4, d)
    everything = pi * d * (d + 2) * (d + 4)
    simpler = AtMost(
        sympy.cancel((16 * scale + product) * overlap_moment(3, d) * everything),
        sympy.cancel(stated.bound.doit() * everything), {d: S.Naturals}, by="without t^8, multiplied out",
    )  # fmt: skip
    yield AtMost(exact, stated.bound, {d: S.Naturals}, by="p = 4, exactly", steps=(simpler,))
