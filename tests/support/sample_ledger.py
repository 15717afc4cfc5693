"""A small ledger of the shape that a run writes, with the awkward characters that a page must survive."""

from __future__ import annotations

import math
from typing import Any

from lemmata import ledger
from lemmata.digests import closure_digest

PAPER = "damian2022"
VERSIONS = {"python": "3.11.7", "sympy": "1.14.0", "python-flint": "0.9.0", "numpy": "2.4.6", "torch": "2.13.0"}
MODULES = {"lemmata.judge": "1a" * 32, "theory.hermite": "2b" * 32, "theory.papers.damian2022": "3c" * 32}
LAW = r"1 / (1 + \rho)"


def check(label: str, latex: str, **changes: Any) -> dict[str, Any]:
    """An exact obligation, proved unless said otherwise."""
    return {
        "label": label,
        "obligation": "equal",
        "latex": latex,
        "for_all": {},
        "outcome": "proved",
        "grade": "symbolic",
        "engines": ["flint normal form", "sympy"],
        "witness": "",
        "measured": None,
        **changes,
    }


def cell(
    label: str, latex: str, design: dict[str, Any], median: float, region: list[float | None], **changes: Any
) -> dict[str, Any]:
    """A measured obligation on one cell."""
    spread = 0.004 + 0.03 * median
    defaults: dict[str, Any] = {
        "obligation": "within",
        "grade": "statistical",
        "engines": ["order statistics of the median"],
        "measured": {
            "experiment": "empirics.papers.damian2022:alignment",
            "statistic": "share",
            "design": design,
            "seeds": 48,
            "median": median,
            "confirm_interval": [median - spread, median + spread],
            "refute_interval": [median - 1.3 * spread, median + 1.3 * spread],
            "region": region,
            "values": [median - spread / 3, median, median + spread / 3],
            "seeds_needed": 33,
            "seconds_per_seed": 0.02,
            "discrepancy": 0.01,
        },
    }
    return check(label, latex, **defaults | changes)


def mutants(total: int, killed: int, **changes: Any) -> dict[str, Any]:
    """The record of a claim's mutants."""
    each = [
        {
            "change": r"$k \to k + 1$ at right.0.2",
            "latex": r"\frac{(-1)^{k}}{k!\, 2^k (2k-1)}",
            "fate": "killed",
            "witness": "k = 1: −1/2 against 1/2",
        },
        {"change": "2 → 4/2 at right.1 <i>", "latex": r"\frac{4}{2} x", "fate": "implied", "witness": ""},
    ]
    record: dict[str, Any] = {
        "total": total,
        "killed": killed,
        "implied": total - killed,
        "ill_formed": 0,
        "loose": 0,
        "undecided": 0,
        "survivors": [],
        "late": {"total": 2, "unread": 0, "held": [], "each": []},
        "each": each,
    }
    return record | changes


def basis(**changes: Any) -> dict[str, Any]:
    """What an exact claim's verdict rests on."""
    exact = {"thorough": True, "looks": None, "root_seed": None}
    return {"closure": closure_digest(MODULES), "libraries": sorted(VERSIONS), **exact, **changes}


def measured_basis(**changes: Any) -> dict[str, Any]:
    """What a measured claim's verdict rests on."""
    return basis(looks=[24, 48, 96], root_seed=1) | changes


def claim(slug: str, **changes: Any) -> dict[str, Any]:
    """A claim that holds, with every field."""
    record: dict[str, Any] = {
        "id": f"{PAPER}/{slug}",
        "paper": PAPER,
        "slug": slug,
        "locator": "Sec. 5.1",
        "kind": "identity",
        "title": "A statement",
        "prose": "One sentence about $x$.",
        "source": "printed",
        "stated": {"latex": "x = x", "digest": "0f" * 32},
        "corrected": None,
        "status": "holds",
        "upheld": "holds",
        "grade": "symbolic",
        "given": [],
        "scope": {"x": "real x"},
        "findings": [],
        "checks": [check("", "x = x")],
        "depends_on": [],
        "provenance": [],
        "mutants": mutants(31, 30),
        "control": None,
        "design_check": None,
        "figures": [],
        "seconds": 0.4,
        "basis": basis(),
    }
    return record | changes


def relu_hermite() -> dict[str, Any]:
    """An identity that holds for all k."""
    return claim(
        "relu-hermite",
        locator="A.1.1",
        title="Hermite expansion of ReLU",
        prose=(
            "The ReLU is the sum of its Hermite series: with $He_k$ the probabilists' polynomials, "
            "$\\sigma(x) = \\sum_k c_k He_k(x)$ in $L^2(\\gamma)$.\n\n"
            "The coefficients satisfy a recurrence (Stein's lemma), and the first of them fixes the rest."
        ),
        stated={
            "latex": (
                r"\operatorname{ReLU}(x) = \frac{1}{\sqrt{2 \pi}} + \frac{x}{2} "
                r"+ \frac{1}{\sqrt{2 \pi}} \sum_{k=1}^{\infty} "
                r"\frac{\left(-1\right)^{k - 1}}{k! \, 2^{k} \left(2 k - 1\right)} "
                r"\operatorname{He}_{2 k}\left(x\right)"
            ),
            "digest": "ab" * 32,
        },
        scope={"x": "real x", "k": "integers k >= 1"},
        checks=[
            check("E[relu(Z)]", r"c_0 = \frac{1}{\sqrt{2\pi}}"),
            check("initial value", r"c_2 \cdot 2! = \frac{1}{\sqrt{2 \pi}}"),
            check(
                "Stein recurrence",
                r"c_{2j+2} (2j+2)! = -(2j-1)\, c_{2j} (2j)!",
                for_all={"j": "integers j >= 1"},
            ),
        ],
        mutants=mutants(81, 79),
        source_code={
            "file": "theory/papers/damian2022.py",
            "line": 12,
            "text": (
                '@claim("A.1.1", kind="identity")\n'
                "def relu_hermite(series):\n"
                '    """ReLU\'s Hermite expansion."""\n'
                '    yield Equal(low[0], phi(0), by="E[relu(Z)]")\n'
                '    yield Equal(c.subs(j, j + 1), -(2*j - 1)*c, for_all={j: Naturals}, by="Stein")\n'
            ),
        },
    )


def equation_1() -> dict[str, Any]:
    """An erratum with two edits."""
    return claim(
        "equation-1",
        locator="Eq. (1)",
        title="The population gradient & its Hermite series",
        prose='The first gradient is a series in the tensors $C_k$ of $f$ – "the signal" comes first.',
        status="fails",
        stated={
            "latex": r"g(w) = \sum_{k=0}^{\infty} \frac{c_{k+1}}{k!} C_{k+1}(w^{\otimes k})",
            "digest": "cd" * 32,
        },
        corrected={
            "latex": (
                r"g(w) = \sum_{k=0}^{\infty} \left[ \frac{c_{k+1}}{k!} C_{k+1}(w^{\otimes k}) "
                r"+ w \frac{c_{k+2}}{k!} C_k(w^{\otimes k}) \right]"
            ),
            "digest": "ce" * 32,
            "edits": [
                {
                    "why": "Stein's lemma has a second term, along w.",
                    "old": r"\frac{c_{k+1}}{k!} C_{k+1}(w^{\otimes k})",
                    "new": r"\frac{c_{k+1}}{k!} C_{k+1}(w^{\otimes k}) + w \frac{c_{k+2}}{k!} C_k",
                    "necessary": True,
                    "witness": "q = 2, d = 1: 0.3989 against 0.7979",
                },
                {
                    "why": "the index starts at 0 < 1",
                    "old": r"\sum_{k=1}^{\infty}",
                    "new": r"\sum_{k=0}^{\infty}",
                    "necessary": True,
                    "witness": "q = 1: the constant is missing",
                },
            ],
        },
        findings=[
            {
                "kind": "erratum",
                "listed": True,
                "summary": "The printed series lacks the term along $w$.",
                "witness": "f = He_2(x_1), d = 1, w = 1: printed 1/√(2π), true 2/√(2π)",
            }
        ],
        checks=[
            check(
                "Stein, once for each tensor power",
                r"g(w) \cdot v = \sum_k \dots",
                for_all={"q": "integers q >= 0", "d": "integers d >= 1"},
            )
        ],
        scope={"q": "integers q >= 0", "d": "integers d >= 1"},
        given=["Stein's lemma (Stein 1981, Lemma 2)"],
        depends_on=[f"{PAPER}/relu-hermite"],
        mutants=mutants(44, 44),
    )


def lemma_17() -> dict[str, Any]:
    """A construction, with a bound that is loose."""
    return claim(
        "lemma-17",
        locator="Lemma 17",
        kind="construction",
        title="Random features represent monomials",
        prose="Some $v_k$ has $\\mathbb{E}[v_k(a,b)\\, \\sigma(a x + b)] = x^k$ for $|x| \\le 1$.",
        stated={
            "latex": r"\mathbb{E}_{a, b}\left[v_k(a, b) \sigma(a x + b)\right] = x^{k}, \quad |x| \leq 1",
            "digest": "17" * 32,
        },
        grade="certified",
        scope={"x": "x in [-1, 1]", "k": "integers k >= 0"},
        findings=[
            {
                "kind": "slack",
                "listed": True,
                "summary": "The supremum of $|v_k|$ is half of what is stated.",
                "witness": "k = 2: 3/2 < 3",
            }
        ],
        checks=[
            check(
                "integration by parts",
                r"\int_{-1}^{1} v_k \sigma(x + b)\, db = x^k",
                for_all={"k": "integers k >= 2"},
            ),
            check(
                "supremum",
                r"\sup_{a,b} \left|v_k(a, b)\right| \leq 3",
                obligation="at most",
                grade="certified",
                engines=["flint balls"],
            ),
        ],
        mutants=mutants(22, 19, implied=1, loose=2),
    )


def alignment_law() -> dict[str, Any]:
    """A measured law with its constant, on four cells."""
    designs = [
        {"d": 64, "n": 4096, "r": 1},
        {"d": 64, "n": 16384, "r": 1},
        {"d": 128, "n": 16384, "r": 2},
        {"d": 128, "n": 65536, "r": 4},
    ]
    checks = []
    points: dict[str, Any] = {"label": "measured median", "x": [], "y": [], "low": [], "high": []}
    for design in designs:
        predicted = 1 / (1 + math.pi / 2 * design["d"] ** 2 * design["r"] / design["n"])
        slack = 3 / (4 * design["d"]) + 0.03
        checks.append(
            cell(
                "alignment in every cell",
                rf"\operatorname{{median}} \in {LAW} \pm \frac{{3}}{{4 d}}",
                design,
                predicted + 0.004,
                [predicted - slack, predicted + slack],
            )
        )
        low, high = checks[-1]["measured"]["confirm_interval"]
        points["x"].append(design["n"] / design["d"] ** 2 / design["r"])
        points["y"].append(predicted + 0.004)
        points["low"].append(low)
        points["high"].append(high)
    grid = [10 ** (exponent / 20) for exponent in range(-10, 27)]
    return claim(
        "alignment-law",
        locator="derived from Sec. 5.1",
        source="derived here",
        kind="tight",
        title="The alignment law, with its constant",
        prose="It has a share $1/(1+\\rho)$ of its energy in $S^*$, $\\rho = \\frac{\\pi}{2} d^2 r / n$.",
        stated={
            "latex": (
                r"\frac{\mathbb{E} \|\Pi^* g_n\|^2}{\mathbb{E} \|g_n\|^2} \approx \frac{1}{1 + \rho}, "
                r"\qquad \rho = \frac{\pi}{2} \frac{d^2 r}{n}"
            ),
            "digest": "a1" * 32,
        },
        grade="statistical",
        scope={"d": "d in {64, 128}", "n": "n in {4096, 16384, 65536}", "r": "r in {1, 2, 4}"},
        checks=checks,
        depends_on=[f"{PAPER}/equation-1"],
        mutants=mutants(37, 37),
        control={
            "change": {"labels": "permuted", "d": 64},
            "refuted": True,
            "witness": "median 0.015, region [0.34, 0.44]",
        },
        design_check={"mutants": 37, "told_apart": 37, "missed": []},
        figures=[
            {
                "title": "Alignment collapses in $n/(d^2 r)$",
                "x_label": "$n / (d^2 r)$",
                "y_label": "share of energy in $S^*$",
                "x_scale": "log",
                "y_scale": "linear",
                "curves": [
                    {
                        "label": r"$1/(1+\rho)$",
                        "x": grid,
                        "y": [1 / (1 + math.pi / 2 / ratio) for ratio in grid],
                    }
                ],
                "points": [points],
            }
        ],
        seconds=22.5,
        basis=measured_basis(),
    )


def figure_1() -> dict[str, Any]:
    """A separation on a training run."""
    design = {"d": 10, "p": 4, "n": 10000, "noise": 1.0}
    checks = [
        cell(
            "gap of medians",
            r"R_{\mathrm{RF}} - R_{\mathrm{Alg. 1}} \geq \frac{1}{5}",
            design,
            0.31,
            [0.2, None],
            obligation="exceeds",
        )
    ]
    sizes = [10**exponent for exponent in (2.0, 2.5, 3.0, 3.5, 4.0)]
    series = {"Algorithm 1": [1.1, 0.8, 0.42, 0.11, 0.04], "random features": [1.02, 0.95, 0.8, 0.62, 0.5]}
    return claim(
        "figure-1",
        locator="Figure 1",
        kind="separation",
        title="Algorithm 1 against random features",
        prose='At $n = 10^4$ one step beats random features of the same width (<100 & "m" = 100).',
        stated={
            "latex": r"R(\text{Algorithm 1}) + \tfrac{1}{5} \leq R(\text{random features})",
            "digest": "f1" * 32,
        },
        grade="statistical",
        scope={"d": "d = 10", "n": "n = 10000"},
        checks=checks,
        provenance=[f"{PAPER}/alignment-law", f"{PAPER}/lemma-17"],
        mutants=mutants(6, 6),
        control={
            "change": {"first_step": False},
            "refuted": True,
            "witness": "median 0.002, region [0.2, ∞)",
        },
        design_check={"mutants": 6, "told_apart": 6, "missed": []},
        figures=[
            {
                "title": "Excess risk at d = 10, p = 4",
                "x_label": "training points $n$",
                "y_label": "excess risk $\\|f - f^*\\|^2$",
                "x_scale": "log",
                "y_scale": "log",
                "curves": [],
                "points": [
                    {
                        "label": name,
                        "x": sizes,
                        "y": values,
                        "low": [0.9 * v for v in values],
                        "high": [1.12 * v for v in values],
                    }
                    for name, values in series.items()
                ],
            }
        ],
        seconds=18.2,
        basis=measured_basis(),
    )


def document(claims: list[dict[str, Any]] | None = None, profile: str = "ci") -> dict[str, Any]:
    """A valid ledger of the five claims, or of those given."""
    records = [relu_hermite(), equation_1(), lemma_17(), alignment_law(), figure_1()] if claims is None else claims
    return {
        "schema_version": ledger.SCHEMA_VERSION,
        "claims": records,
        "summary": ledger.summarise(records, profile),
        "provenance": {
            "profile": profile,
            "root_seed": 1,
            "created": "2026-11-22T00:00:00Z",
            "seconds": 33.1,
            "lemmata": "0.1.0",
            "papers": {
                PAPER: {
                    "title": "Neural Networks can Learn Representations with Gradient Descent",
                    "authors": "Alexandru Damian, Jason D. Lee, Mahdi Soltanolkotabi",
                    "version": "arXiv:2206.15144v1",
                    "url": "https://arxiv.org/abs/2206.15144v1",
                }
            },
            "versions": dict(VERSIONS),
            "sources": "5e" * 32,
            "closures": {closure_digest(MODULES): dict(MODULES)},
        },
    }


def version_1(document: dict[str, Any]) -> dict[str, Any]:
    """The same ledger as a lemmata of the first schema would have written it."""
    return {
        **document,
        "schema_version": 1,
        "claims": [{name: part for name, part in claim.items() if name != "basis"} for claim in document["claims"]],
        "provenance": {name: part for name, part in document["provenance"].items() if name != "closures"},
    }
