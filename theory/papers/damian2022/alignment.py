"""Section 5.1 and Corollary 14: what n samples leave of the signal."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import sympy
from sympy import Basic, Integer, Interval, Rational, S, Symbol, erfc, exp, oo, pi, sqrt, symbols

from lemmata import AtMost, Construction, Equal, Identity, IllFormed, Rate, Tight, as_printed, integers
from lemmata.obligations import Obligation
from theory.activations import RELU, Step
from theory.coefficients import general_coefficient
from theory.gaussian import density, distribution, expectation
from theory.hermite import He
from theory.kernels import step_kernel
from theory.papers.damian2022.first_step import noise
from theory.papers.damian2022.gradient import equation_1
from theory.papers.damian2022.paper import b, d, n, paper, t
from theory.samples import by_moments

second_moment, hessian_norm = symbols(r"\mathbb{E}y^2 \|H\|_F", positive=True)
"""E y^2, label noise included, and the Frobenius norm of the average Hessian."""

gate, ratio = symbols(r"\sigma' \rho")
cosine = Symbol(r"\cos\angle(x_{i},x_{j})")

with as_printed():
    gate_left = gate - Rational(1, 2)
    trace_of_noise = ((1 + noise**2) * d + 4) / 4 - (1 + noise**2 + 6 * t**2 - Rational(5, 2) * t**4) / (2 * pi)
    noise_across = (1 + noise**2) / 4


@paper.claim(
    "noise-covariance",
    locator="Corollary 14, with the constant",
    title="Covariance of the sampling noise after preprocessing",
    source="derived here",
    stated=Construction(
        parts={r"\sigma'(w\cdot x) - \mathbb{E}\sigma'": gate_left},
        properties={
            r"n\operatorname{tr}\operatorname{Cov}(\xi)": trace_of_noise,
            r"n\operatorname{Var}\langle v,\xi\rangle\;(v \perp u, w)": noise_across,
        },
        # A polynomial identity in t = <u,w>, of which only [-1, 1] has a meaning.
        domains={d: integers(2), t: S.Reals, noise: Interval(0, oo)},
    ),
)
def noise_covariance(stated: Construction) -> Iterator[Obligation]:
    r"""To first order in the samples, preprocessing replaces $x\,\sigma'(w\cdot x)$ by what is left of it once its mean and its
    regression on $x$ are taken away, $x(\sigma' - \frac12) - w/\sqrt{2\pi}$.

    So $g_n(w)$ is $\xi = \frac1n\sum_iy_i(x_i(\sigma'(w\cdot x_i) - \frac12) - w/\sqrt{2\pi})$. Since $(\sigma' - \frac12)^2 =
    \frac14$, its covariance is $E[y^2xx^\top]/(4n)$ to leading order, whatever $w$ is. Exactly, for $f = He_2(u\cdot
    x)/\sqrt2$ and labels $y = f \pm \varsigma$: moments by integration over the plane of $u$ and $w$; the other
    coordinates are independent of $y$ and of the gate, and have mean zero.
    """
    (left,) = stated.parts.values()
    trace, across = stated.properties.values()
    for_all = stated.domain_map()
    in_plane, coordinate = _label_moments(left)
    # The others are d - 2 coordinates, each independent of the label and of the gate.
    yield Equal(in_plane + coordinate * (d - 2), trace, for_all, by="by exact integration over the plane of u and w")
    yield Equal(coordinate, across, for_all, by="in the directions across, by exact integration")


@cache
def _label_moments(left: Basic) -> tuple[Basic, Basic]:
    """The trace of the covariance in the plane of u and w, and the variance across it, of one sample's part."""
    z_1, z_2, f, error = symbols("z_1 z_2 f e")
    target = He(Integer(2), t * z_1 + sqrt(1 - t**2) * z_2).doit() / sqrt(2)
    square = by_moments(sympy.expand((f + error) ** 2), {error: [1, 0, noise**2]}).subs(f, target)
    active = left.subs(gate, Step(z_1))
    plane = (z_1 * active - 1 / sqrt(2 * pi), z_2 * active)

    def mean(expression: Basic) -> Basic:
        return expectation(sympy.expand(expression), z_1, z_2)

    in_plane = sum(mean(sympy.expand(square) * sympy.expand(c**2)) - mean(target * c) ** 2 for c in plane)
    return in_plane, mean(sympy.expand(square) * sympy.expand(active**2))


with as_printed():
    constants = {
        r"\text{Algorithm 1}": pi / 2,
        r"\text{without preprocessing}": pi * 1,
        r"\text{with biases } N(0,1)": pi / sqrt(3),
        r"\text{with biases, without preprocessing}": pi * sqrt(3),
    }


@paper.claim(
    "alignment-constants",
    locator="Section 5.1 and Corollary 14, with the constant, for four protocols",
    title="The constant of the noise-to-signal ratio",
    source="derived here",
    stated=Construction(parts={}, properties=constants),
    depends_on=[equation_1],
)
def alignment_constants(stated: Construction) -> Iterator[Obligation]:
    r"""The ratio of noise to signal is $\rho = C\,d^2E y^2/(n\|H\|_F^2)$ to leading order, with a constant $C$ of the protocol.

    The signal is $c_2(b)Hw$ with $c_2(b) = \varphi(b)$, of energy $E_b[\varphi(b)^2]\,\|H\|_F^2/d$. A coordinate across $w$ is
    independent of the gate $\sigma'(w\cdot x + b)$, so that the noise has energy $E_b[\cdot]\,d\,E y^2/n$ with the mean square
    of the gate, or of what preprocessing leaves of it, $\Phi(b)(1 - \Phi(b))$. $C$ is the quotient. For $b \sim N(0,1)$ the
    two averages are taken by their primitives in $b$.
    """
    algorithm, raw, biased, biased_raw = stated.properties.values()
    z = Symbol("z")
    signal = density(Integer(0)) ** 2
    centred, plain = (expectation(sympy.expand((Step(z) - c) ** 2), z) for c in (Rational(1, 2), Integer(0)))
    yield Equal(centred / signal, algorithm, by="without a bias, the gate centred")
    yield Equal(plain / signal, raw, by="without a bias, the gate itself")

    line = {b: S.Reals}
    phi, active = density(b), distribution(b)
    yield Equal(general_coefficient(RELU, Integer(2), b).doit(), phi, line, by="c_2(b)")
    yield Equal(
        expectation(sympy.expand((Step(z + b) - active) ** 2), z), active - active**2, line, by="mean square, at a bias"
    )
    squared = distribution(sqrt(3) * b) / (2 * pi * sqrt(3))
    yield Equal(squared.diff(b), phi**3, line, by="primitive of the signal's weight")
    share = Symbol("F")
    variance, mean = share**2 / 2 - share**3 / 3, share**2 / 2
    yield Equal(variance.subs(share, active).diff(b), (active - active**2) * phi, line, by="primitive of the variance")
    yield Equal(mean.subs(share, active).diff(b), active * phi, line, by="primitive of the mean")
    # From b = -oo to b = oo the distribution function rises from 0 to 1.
    total = 1 / (2 * pi * sqrt(3))
    yield Equal((variance.subs(share, 1) - variance.subs(share, 0)) / total, biased, by="with biases, the gate centred")
    yield Equal((mean.subs(share, 1) - mean.subs(share, 0)) / total, biased_raw, by="with biases, the gate itself")


with as_printed():
    both_active = step_kernel(cosine)


@paper.claim(
    "arcsine-kernel",
    locator="Definition 12, averaged over w",
    title="Second moment of the empirical gradient over the neurons",
    source="derived here",
    stated=Identity(
        Symbol(r"\mathbb{E}_w[\sigma'(w\cdot x_i)\,\sigma'(w\cdot x_j)]"), both_active, {cosine: Interval.open(-1, 1)}
    ),
)
def arcsine_kernel(stated: Identity) -> Iterator[Obligation]:
    r"""For any fixed data $E_w[g_n(w)g_n(w)^\top] = \frac1{n^2}\sum_{ij}\hat y_i\hat y_jx_ix_j^\top\,E_w[\sigma'(w\cdot
    x_i)\sigma'(w\cdot x_j)]$, and the expectation depends on the angle between $x_i$ and $x_j$ alone.

    With $w\cdot x_i = \|x_i\|z_1$ and $w\cdot x_j = \|x_j\|(\rho z_1 + \sqrt{1 - \rho^2}z_2)$ it is $E[1\{z_1 \ge
    0\}\Phi(az_1)]$, $a = \rho/\sqrt{1 - \rho^2}$. The derivative in $a$ is $E[1\{z_1\ge0\}z_1\varphi(az_1)] =
    1/(2\pi(1 + a^2))$, by its primitive in $z_1$; and at $\rho = 0$ the value is $1/4$. (Sheppard 1899.)
    """
    z_1, z_2, steepness = symbols("z_1 z_2 a")
    for_all = {z_1: S.Reals, steepness: S.Reals}
    primitive = -density(z_1) * density(steepness * z_1) / (1 + steepness**2)
    yield Equal(primitive.diff(z_1), z_1 * density(z_1) * density(steepness * z_1), for_all, by="primitive in z_1")
    derivative = -primitive.subs(z_1, 0)
    a = cosine / sqrt(1 - cosine**2)
    chained = derivative.subs(steepness, a) * a.diff(cosine)
    yield Equal(stated.right.doit().diff(cosine), chained, stated.domain_map(), by="derivative in the cosine")
    at_zero = expectation(Step(z_1) * Step(z_2), z_1, z_2)
    yield Equal(stated.right.subs(cosine, 0), at_zero, by="orthogonal samples")


with as_printed():
    mean_cosine = 1 - sqrt(pi * ratio / 2) * exp(ratio / 2) * erfc(sqrt(ratio / 2))


@paper.claim(
    "alignment-cosine-mean",
    locator="Section 5.1, for one direction",
    title="Mean squared cosine of a neuron with the relevant direction",
    source="derived here",
    stated=Identity(Symbol(r"\mathbb{E}[Z^2/(Z^2 + \rho)]"), mean_cosine, {ratio: Interval.open(0, oo)}),
)
def alignment_cosine_mean(stated: Identity) -> Iterator[Obligation]:
    r"""A neuron's squared cosine is $Z^2/(Z^2 + \rho)$ to leading order, with $Z = \sqrt d\langle u,w\rangle$ standard normal:
    its signal is proportional to $Z$, and its noise has an energy that does not fluctuate.

    Let $K = E[1/(Z^2 + \rho)]$, so that the mean is $1 - \rho K$. As $E e^{-sZ^2} = (1 + 2s)^{-1/2}$, $K = \int_0^\infty
    e^{-s\rho}(1 + 2s)^{-1/2}ds$, and integration by parts gives $2\rho K' + (1 - \rho)K + 1 = 0$. Solutions differ by
    multiples of $e^{\rho/2}/\sqrt\rho$, of which at most one leaves the mean between 0 and 1: it must vanish as $\rho$ grows.
    """
    s = Symbol("s")
    for_all = stated.domain_map()
    kernel = exp(-s * ratio) * sqrt(1 + 2 * s)
    parts = -ratio * kernel + exp(-s * ratio) / sqrt(1 + 2 * s)
    yield Equal(kernel.diff(s), parts, for_all | {s: Interval(0, oo)}, by="the integrand, by parts")
    transform = (1 - stated.right.doit()) / ratio
    equation = 2 * ratio * transform.diff(ratio) + (1 - ratio) * transform + 1
    yield Equal(equation, 0, for_all, by="differential equation")
    yield Equal(_at_infinity(stated.right.doit()), 0, by="it vanishes as the noise grows")


def _at_infinity(expression: Basic) -> Basic:
    """The limit as the ratio grows.

    Raises
    ------
    IllFormed : there is none, or it is not finite.
    """
    root = Symbol("x", positive=True)
    last = expression.replace(sympy.Piecewise, _last_branch)
    try:
        found = sympy.limit(sympy.simplify(last.subs(ratio, 2 * root**2)), root, oo)
    except (ValueError, NotImplementedError) as error:
        raise IllFormed(f"no limit: {error}") from error
    if not found.is_finite or found.free_symbols:
        raise IllFormed(f"the limit is {found}")
    return found


def _last_branch(*branches: tuple[Basic, Basic]) -> Basic:
    """The branch of a piecewise expression in the ratio that applies from some value on."""
    return next(branch for branch, where in branches if where == sympy.true or where.as_set().sup == oo)


@paper.claim(
    "corollary-14-noise",
    locator="Corollary 14, the term of the samples",
    title="The order of the sampling noise",
    stated=Rate(
        Symbol(r"\|g_{n}(w) - g(w)\|"),
        {d: Rational(1, 2), n: Rational(-1, 2)},
        {d: integers(2), n: S.Naturals, noise: Interval(0, oo)},
        tight=True,
        regime="root mean square; alpha and beta at their means",
    ),
    depends_on=[noise_covariance],
)
def corollary_14_noise(stated: Rate) -> Iterator[Obligation]:
    r"""Both exponents of the sampling term of Corollary 14, from the exact second moment.

    For $f = He_2(u\cdot x)/\sqrt2$ and $v = 1 + \varsigma^2$ the noise has energy $\frac1n(\frac14(vd + 4) - \frac1{2\pi}(v
    + 6t^2 - \frac52t^4))$ to first order in $1/n$, for any $w$, as ``noise-covariance`` finds. The last polynomial in $t$ is
    between 0 and $\frac72$, so that this is between $vd/(14n)$ and $(3 + v)d/n$: the rate of the corollary, up to powers of
    $\iota$, is attained.
    """
    domains = stated.domain_map()
    order = stated.order**2 * n
    v = 1 + noise**2
    covariance = noise_covariance.upheld
    assert isinstance(covariance, Construction)
    energy, _ = covariance.properties.values()
    polynomial = 6 * t**2 - Rational(5, 2) * t**4
    overlap = {t: Interval(-1, 1)}
    found = (v * d + 4) / 4 - (v + polynomial) / (2 * pi)
    yield Equal(energy, found, {**domains, **overlap}, by="n times the energy, to first order")
    yield AtMost(0, polynomial, overlap, by="the polynomial in t, from below")
    yield AtMost(polynomial, Rational(7, 2), overlap, by="the polynomial in t, from above")
    # 1/(2 pi) < 1/6.
    most, least = (v * d + 4) / 4, (v * d + 4) / 4 - (v + Rational(7, 2)) / 6
    for labels, at in [("without noise", {noise: 0}), ("with noise", {})]:
        by = f"n times the energy, {labels}"
        yield AtMost(most.subs(at), ((3 + v) * order).subs(at), domains, by=f"{by}, from above")
        yield AtMost((v * order / 14).subs(at), least.subs(at), domains, by=f"{by}, from below")


with as_printed():
    noise_to_signal = pi / 2 * d**2 * second_moment / (n * hessian_norm**2)
    share_of_signal = 1 / (1 + noise_to_signal)

LAW_DOMAINS = {
    d: integers(1),
    n: integers(1),
    second_moment: Interval.open(0, oo),
    hessian_norm: Interval.open(0, oo),
}

alignment_law = paper.state(
    "alignment-law",
    locator="Section 5.1 and Corollary 14, with the constant",
    title="Share of the first gradient in the principal subspace",
    source="derived here",
    stated=Tight(
        quantity=Symbol(
            r"\operatorname{median}\frac{\sum_w\|\Pi^\star g_n(w)\|^2}{\sum_w\|g_n(w)\|^2} - \frac{c_1}{d}"
        ),
        formula=share_of_signal,
        slack=Rational(3, 2) / d,
        why=(
            "the next order c_1/d of the exact second moments is part of the prediction; what is left is of order "
            "1/d^2, and the slack is what the seeds resolve. The target is quadratic with H a multiple of the identity"
        ),
        domains=LAW_DOMAINS,
    ),
    depends_on=[equation_1],
    provenance=[noise_covariance, alignment_constants],
)

with as_printed():
    raw_noise_to_signal = pi * d**2 * second_moment / (n * hessian_norm**2)
    raw_share_of_signal = 1 / (1 + raw_noise_to_signal)

alignment_without_preprocessing = paper.state(
    "alignment-without-preprocessing",
    locator="Algorithm 1 without its preprocessing, with the constant",
    title="Share of the first gradient in the principal subspace, for raw labels",
    source="derived here",
    stated=Tight(
        quantity=Symbol(r"\operatorname{median}\frac{\sum_w\|\Pi^\star g_n(w)\|^2}{\sum_w\|g_n(w)\|^2} - \Delta_d"),
        formula=raw_share_of_signal,
        slack=2 / d,
        why=(
            "Delta_d, by which the exact ratio of the second moments differs from the law, is part of the prediction; what is "
            "left is the spread of the ratio, and the slack is what the seeds resolve. The target is quadratic with H a "
            "multiple of the identity, so that its linear part vanishes"
        ),
        domains=LAW_DOMAINS,
    ),
    depends_on=[equation_1],
    provenance=[alignment_constants],
)

with as_printed():
    biased_noise_to_signal = pi / sqrt(3) * d**2 * second_moment / (n * hessian_norm**2)
    biased_share_of_signal = 1 / (1 + biased_noise_to_signal)

alignment_biased = paper.state(
    "alignment-biased",
    locator="Algorithm 1 with biases N(0, 1) in its first step, with the constant",
    title="Share of the first gradient in the principal subspace, with biases",
    source="derived here",
    stated=Tight(
        quantity=Symbol(
            r"\operatorname{median}\frac{\sum_w\|\Pi^\star g_n(w,b)\|^2}{\sum_w\|g_n(w,b)\|^2} - \frac{c_1}{d}"
        ),
        formula=biased_share_of_signal,
        slack=1 / d,
        why=(
            "the next order c_1/d of the second moments is part of the prediction; what is left is of order 1/d^2, and the "
            "slack is what the seeds resolve. The target is quadratic with H a multiple of the identity"
        ),
        domains=LAW_DOMAINS,
    ),
    depends_on=[equation_1],
    provenance=[alignment_constants],
)

corollary_14 = paper.state(
    "corollary-14",
    locator="Corollary 14, the term of the samples",
    title="Measured exponents of the gradient's deviation",
    stated=Rate(
        Symbol(r"\|g_n(w) - Hw/\sqrt{2\pi}\|"),
        {d: Rational(1, 2), n: Rational(-1, 2)},
        {d: integers(1), n: integers(1)},
        tight=True,
        regime="n <= d^3/r, where the term of the samples is the larger one",
    ),
    provenance=[corollary_14_noise],
)
