"""What the paper states, in its order, with the exact checks.

A claim carries the formula as printed. Its check is a generator function from the statement to obligations; it reads every
formula from ``stated``, never from a copy, since it is also run on corrupted statements and has to refute those.
"""

from collections.abc import Iterator

from sympy import Interval, Symbol, diff, exp, log, oo, sqrt, symbols

from lemmata import Equal, Identity, Paper, Tight, as_printed
from lemmata.obligations import Obligation

paper = Paper(
    id="saxe2014",
    title="Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
    authors="Andrew M. Saxe, James L. McClelland and Surya Ganguli",
    version="arXiv v3 (ICLR 2014), by citation: the formula was transcribed second-hand, the text was not at hand",
    url="https://arxiv.org/abs/1312.6120v3",
)

tau, s, start, end, noise, t = symbols("tau s u_0 u_f epsilon t")
positive = Interval.open(0, oo)

with as_printed():  # SymPy would rewrite what the paper prints
    printed_time = tau / (2 * s) * log(end * (s - start) / (start * (s - end)))
    solved_for_end = s * exp(2 * s * t / tau) / (exp(2 * s * t / tau) - 1 + s / start)


# Its check is in measurements.py, where the experiment is.
learning_time = paper.state(
    "learning-time",
    locator="Section on the learning dynamics of three-layer networks, the time to reach u_f",
    title="Time in which a mode of a linear network is learned",
    stated=Tight(
        quantity=Symbol(r"\text{steps until strength } u_{f}"),
        formula=printed_time,
        slack=1 + log(end / start) / 4 + sqrt(2) * noise * tau / (s - start),
        why=(
            r"Three parts. A number of steps is rounded up, by at most 1. The next order of a gradient step in $1/\tau$ adds "
            r"$\frac14\ln\frac{u_f}{u_0} + \frac12\ln\frac{s-u_f}{s-u_0}$ steps, whose second term is negative and here above "
            r"$-0.7$. Normal noise of deviation $\epsilon\sqrt{u_0}$ on every weight changes the initial strength by a factor of "
            r"deviation $\sqrt2\,\epsilon$ and hence the time by $\epsilon\tau/(\sqrt2(s-u_0))$ steps, of which two "
            r"deviations are allowed, although noise of mean zero moves the median in second order only"
        ),
        domains={tau: positive, s: positive, start: positive, end: positive, noise: positive},
    ),
)


@paper.claim(
    "trajectory",
    locator="Section on the learning dynamics of three-layer networks, the strength at time t",
    title="Strength of a mode over time",
    source="derived here",
    provenance=[learning_time],
    stated=Identity(
        Symbol(r"u_{f}(t)"),
        solved_for_end,
        {tau: positive, s: positive, start: positive, t: Interval(0, oo)},
    ),
)
def trajectory(stated: Identity) -> Iterator[Obligation]:
    r"""The formula is what the time to reach $u_f$ gives when it is solved for $u_f$.

    It solves the initial value problem $\tau\,\dot u = 2u(s - u)$, $u(0) = u_0$, whose solution is unique.

    The equation is that of the product $u = ab$ of two scalar layers with $\tau\,\dot a = b(s - ab)$ and
    $\tau\,\dot b = a(s - ab)$, when $a = b$ at the start, and therefore always.
    """
    u, domains = stated.right, stated.domain_map()
    yield Equal(tau * diff(u, t), 2 * u * (s - u), domains, by="the differential equation")
    yield Equal(u.subs(t, 0), start, domains, by="the initial value")
