"""What the paper states, in its order, with the exact checks.

A claim carries the formula as printed. Its check is a generator function from the statement to obligations; it reads every
formula from ``stated``, never from a copy, since it is also run on corrupted statements and has to refute those.
"""

from collections.abc import Iterator

from sympy import Symbol, sqrt, symbols

from lemmata import Equal, Identity, Paper, Tight, as_printed, integers
from lemmata.obligations import Obligation
from theory.gaussian import expectation

paper = Paper(
    id="mypaper",
    title="One gradient step on a linear target",
    authors="A. Author and B. Author",
    version="draft",
    url="",
)

d, n = symbols("d n")

with as_printed():  # SymPy would rewrite what the paper prints
    printed_norm = 1 + (d + 1) / n
    printed_share = 1 / (1 + d / n)


@paper.claim(
    "gradient-norm",
    locator="Eq. (1)",
    title="Mean squared norm of the first gradient",
    source="derived here",
    stated=Identity(
        Symbol(r"E \|g\|^2"),
        printed_norm,
        {d: integers(1), n: integers(1)},
    ),
)
def gradient_norm(stated: Identity) -> Iterator[Obligation]:
    r"""The gradient at zero of half the mean squared error is $-g$ with $g = \frac1n\sum_i y_i x_i$.

    Here $x_i \sim N(0, I_d)$, $y_i = \langle u, x_i\rangle$ and $\|u\| = 1$. Turn the axes so that $u = e_1$. In
    $\|g\|^2 = n^{-2}\sum_{i,j} y_i y_j \langle x_i, x_j\rangle$ the $n$ terms with $i = j$ have mean $E[x_1^2\|x\|^2]$,
    and the $n(n-1)$ others $\|E[x_1 x]\|^2$.
    """
    z = Symbol("z")
    second, fourth = expectation(z**2, z), expectation(z**4, z)
    same = fourth + (d - 1) * second**2
    different = second**2
    yield Equal(
        stated.right,
        (n * same + n * (n - 1) * different) / n**2,
        stated.domain_map(),
        by="equal and different samples",
    )


# Its check is in measurements.py, where the experiment is.
alignment = paper.state(
    "alignment",
    locator="Eq. (2)",
    title="Alignment of the first gradient with the target",
    source="derived here",
    stated=Tight(
        quantity=Symbol(r"\langle g, u\rangle^2 / \|g\|^2"),
        formula=printed_share,
        slack=sqrt(2) / sqrt(n + d),
        why=(
            r"Two standard deviations: the share has the law Beta$(n/2, (d-1)/2)$, whose deviation is at most "
            r"$1/\sqrt{2(n+d)}$, and whose median is within $2/(n+d)$ of the formula"
        ),
        domains={d: integers(2), n: integers(2)},
    ),
    provenance=[gradient_norm],
)
