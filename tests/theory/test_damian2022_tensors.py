"""Appendix E of damian2022 by other routes: exact tensors of few dimensions, enumeration, quadrature."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.special
import scipy.stats
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial import hermite_e
from sympy import Rational

from lemmata import Claim
from lemmata.judge import examine
from lemmata.verdicts import Status
from theory.hermite import monomial_in_hermite, polynomial
from theory.papers.damian2022 import tensors as appendix
from theory.papers.damian2022.paper import paper
from theory.tensors import (
    SymmetricTensor,
    average_derivative,
    identity_power,
    multi_indices,
    multinomial,
    normal_moment,
    sphere_moment,
)

UNIT = [Fraction(3, 5), Fraction(-4, 5)]
integers = st.integers(-4, 4)


@st.composite
def planar(draw: st.DrawFn, orders: tuple[int, int] = (0, 4)) -> SymmetricTensor:
    order = draw(st.integers(*orders))
    entries = draw(st.lists(integers, min_size=order + 1, max_size=order + 1))
    return SymmetricTensor(2, order, dict(zip(multi_indices(2, order), entries, strict=True)))


def harmonic(order: int) -> SymmetricTensor:
    """The real part of (e_1 + i e_2)^order."""
    return SymmetricTensor(2, order, {(order - b, b): (1, 0, -1, 0)[b % 4] for b in range(order + 1)})


def energy(tensor: SymmetricTensor, copies: int, moments: SymmetricTensor) -> Fraction:
    """E |T(w, ..., w)|^2 from the moments of w, expanded coordinate by coordinate."""
    total = Fraction(0)
    for rest in multi_indices(tensor.dimension, tensor.order - copies):
        for one, other in itertools.product(multi_indices(tensor.dimension, copies), repeat=2):
            entries = (tensor.entry(tuple(a + b for a, b in zip(rest, index, strict=True))) for index in (one, other))
            power = tuple(a + b for a, b in zip(one, other, strict=True))
            orders = multinomial(rest) * multinomial(one) * multinomial(other)
            total += orders * math.prod(entries) * moments.entry(power)
    return total


def odd_factorial(n: int) -> int:
    return math.prod(range(n, 0, -2))


def by_lemma_38(tensor: SymmetricTensor, copies: int) -> Fraction:
    return sum(
        math.factorial(copies - 2 * pairs)
        * odd_factorial(2 * pairs - 1) ** 2
        * math.comb(copies, 2 * pairs) ** 2
        * tensor.trace(pairs).norm_squared()
        for pairs in range(copies // 2 + 1)
    )


@pytest.mark.parametrize("half", [1, 2, 3])
def test_lemma_36_by_counting_pairings(half: int) -> None:
    for place in itertools.product(range(2), repeat=2 * half):
        matched = sum(
            all(place[s[2 * i]] == place[s[2 * i + 1]] for i in range(half))
            for s in itertools.permutations(range(2 * half))
        )
        counts = (place.count(0), place.count(1))
        mean = Fraction(odd_factorial(2 * half - 1) * matched, math.factorial(2 * half))
        assert mean == normal_moment(2, half).entry(counts)
        if all(c % 2 == 0 for c in counts):
            assert matched == math.factorial(half) * math.prod(
                math.factorial(c) // math.factorial(c // 2) for c in counts
            )


def test_definition_37_by_numpy() -> None:
    for k in range(9):
        into_monomials, into_hermite = (
            hermite_e.herme2poly([0] * k + [1]),
            hermite_e.poly2herme([0] * k + [1]),
        )
        for order in range(k + 1):
            magnitude = int(monomial_in_hermite(k, order)) if (k - order) % 2 == 0 else 0
            assert into_hermite[order] == magnitude
            assert into_monomials[order] == polynomial(k)[order] == (-1) ** ((k - order) // 2) * magnitude


@settings(max_examples=30, deadline=None)
@given(st.data(), planar())
def test_lemma_38_on_any_tensor_of_the_plane(data: st.DataObject, tensor: SymmetricTensor) -> None:
    copies = data.draw(st.integers(0, tensor.order))
    assert energy(tensor, copies, normal_moment(2, copies)) == by_lemma_38(tensor, copies)


def test_lemma_38_proof_on_two_vectors() -> None:
    shares, directions = [Fraction(2), Fraction(-1)], [[1, 0], UNIT]
    tensor = shares[0] * SymmetricTensor.power(directions[0], 2) + shares[1] * SymmetricTensor.power(directions[1], 2)
    exact = energy(tensor, 1, normal_moment(2, 1))

    def second_line(squared: bool) -> Fraction:
        total = Fraction(0)
        for i, j in itertools.product(range(2), repeat=2):
            overlap = sum(a * b for a, b in zip(directions[i], directions[j], strict=True))
            total += shares[i] * shares[i if squared else j] * overlap**2  # l = 1 = k: 1! (h^-1_11)^2 = 1
        return total

    assert second_line(squared=False) == exact
    assert second_line(squared=True) != exact


def test_corollary_39_proof_needs_the_square() -> None:
    half = Fraction(1, 2) * SymmetricTensor.power([1, 0], 2)
    left, right = half.trace().norm_squared(), half.norm_squared()
    assert left <= right  # squared, r = 1
    assert math.sqrt(left) == 0.5 > 0.25 == right  # as printed


@settings(max_examples=30, deadline=None)
@given(st.data(), planar())
def test_corollaries_39_and_41_and_47(data: st.DataObject, tensor: SymmetricTensor) -> None:
    copies = data.draw(st.integers(0, tensor.order))
    norm = tensor.norm_squared()
    for pairs in range(tensor.order // 2 + 1):
        assert tensor.trace(pairs).norm_squared() <= 2**pairs * norm
    found = energy(tensor, copies, normal_moment(2, copies))
    assert found <= odd_factorial(2 * copies - 1) * 2 ** (copies // 2) * norm
    assert found <= energy(tensor, tensor.order, normal_moment(2, tensor.order))
    on_sphere, whole = (energy(tensor, n, sphere_moment(2, n)) for n in (copies, tensor.order))
    assert on_sphere <= 2 ** (tensor.order - copies) * whole


@pytest.mark.parametrize("order", range(1, 6))
def test_constants_are_attained(order: int) -> None:
    power, wave = SymmetricTensor.power(UNIT, order), harmonic(order)
    for copies in range(order + 1):
        assert energy(power, copies, normal_moment(2, copies)) == odd_factorial(2 * copies - 1)
        sphere = [energy(wave, n, sphere_moment(2, n)) for n in (copies, order)]
        assert sphere[0] == 2 ** (order - copies) * sphere[1]
    assert energy(wave, order, normal_moment(2, order)) == math.factorial(order) * wave.norm_squared()
    assert wave.norm_squared() == 2 ** (order - 1)
    if order >= 2:
        assert wave.trace().norm_squared() == 0


@pytest.mark.parametrize(("dimension", "order"), [(2, 2), (2, 4), (3, 2), (3, 3), (4, 2)])
def test_corollary_42_by_eigenvalues(dimension: int, order: int) -> None:
    indices = list(multi_indices(dimension, order))
    moments = normal_moment(dimension, order)
    matrix = np.array(
        [
            [
                float(moments.entry(tuple(x + y for x, y in zip(a, b, strict=True))))
                * math.sqrt(multinomial(a) * multinomial(b))
                for a in indices
            ]
            for b in indices
        ]
    )
    assert np.linalg.eigvalsh(matrix)[0] == pytest.approx(math.factorial(order), rel=1e-9)


def test_corollary_40_proof_on_the_line() -> None:
    # T = u: |T(w)|^2 = <u, w>^2 depends on w, its expectation does not; T (x) T has 2p = 2 indices, 2k = 2 of them are left.
    tensor = SymmetricTensor.power([1], 1)
    values = {at: tensor.contract([at]).norm_squared() for at in (1, 2)}
    assert values == {1: 1, 2: 4}
    assert energy(tensor, 1, normal_moment(1, 1)) == 1


@pytest.mark.parametrize("iota", [1, 2, 5, 20])
def test_corollaries_40_and_46_by_exact_tails(iota: int) -> None:
    # T = u^p: |T(w^k)| = |<u, w>|^k, |T| = 1, r = 1.
    for k in range(1, 7):
        threshold = math.sqrt(math.e * (2 * iota) ** k * odd_factorial(2 * k - 1))
        assert scipy.special.erfc(threshold ** (1 / k) / math.sqrt(2)) <= math.exp(-iota)
        for d in (2, 3, 10):
            reach = (threshold / d ** (k / 2)) ** (2 / k)
            tail = scipy.stats.beta.sf(min(reach, 1), 0.5, (d - 1) / 2)  # of <u, w>^2
            assert tail <= math.exp(-iota)


@pytest.mark.parametrize("claim", [appendix.corollary_40, appendix.corollary_46], ids=lambda claim: claim.slug)
def test_only_a_tail_refutes_a_threshold_not_a_step_that_fails(claim: Claim) -> None:
    threshold = claim.stated.formulas()["threshold"]
    expected = {Rational(9, 10): Status.UNDECIDED, Rational(1, 3): Status.FAILS, Rational(-1): Status.FAILS}
    for factor, status in expected.items():
        lowered = claim.stated.with_formula("threshold", factor * threshold)
        assert examine(claim, lowered, None).status is status


@pytest.mark.parametrize(("d", "k"), list(itertools.product((1, 2, 5), range(4))))
def test_lemma_44_by_scipy(d: int, k: int) -> None:
    product = math.prod(d + 2 * j for j in range(k))
    assert scipy.stats.chi(d).moment(2 * k) == pytest.approx(product)


@pytest.mark.parametrize(("d", "k"), list(itertools.product((2, 3, 6), range(4))))
def test_lemma_45_by_the_density_of_a_coordinate(d: int, k: int) -> None:
    moment = scipy.stats.beta(0.5, (d - 1) / 2).moment(k)
    exact = sphere_moment(d, k).entry((2 * k, *[0] * (d - 1)))
    assert float(exact) == pytest.approx(moment)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_lemma_43_by_quadrature(degree: int) -> None:
    nodes, weights = hermite_e.hermegauss(30)
    values = scipy.special.eval_hermitenorm(degree, nodes) / math.sqrt(math.factorial(degree))
    for k in (2, 4, 6):
        assert weights @ values**k / math.sqrt(2 * math.pi) <= (k - 1) ** (degree * k / 2) * (1 + 1e-9)


# Lemma 35.

X = sympy.symbols("x y")
POLYNOMIALS = [X[0] ** 3 * X[1] - 2 * X[0] ** 2 + X[1] + 5, (X[0] + 2 * X[1]) ** 5 - X[1] ** 2, X[0] ** 2 * X[1] ** 2]


@pytest.mark.parametrize("f", POLYNOMIALS, ids=str)
def test_lemma_35_gives_the_monomials_back(f: sympy.Expr) -> None:
    degree = sympy.Poly(f, *X).total_degree()
    found = sympy.Integer(0)
    for k in range(degree + 1):
        for a in multi_indices(2, k):
            entry = Fraction(0)
            for pairs in range((degree - k) // 2 + 1):
                trace = average_derivative(f, X, k + 2 * pairs).trace(pairs).entry(a)
                scale = Fraction(odd_factorial(2 * pairs - 1), math.factorial(k) * math.factorial(2 * pairs))
                entry += (-1) ** pairs * scale * trace
            found += sympy.Rational(entry.numerator, entry.denominator) * multinomial(a) * X[0] ** a[0] * X[1] ** a[1]
    assert sympy.expand(found - f) == 0


@pytest.mark.parametrize("r", [1, 2, 3, 5])
def test_the_largest_value_at_the_origin_by_enumeration(r: int) -> None:
    # Reproducing kernel at 0: the sum of He_a(0)^2 / a! over the multi-indices a up to the degree.
    total = Fraction(0)
    for i in range(4):
        for a in multi_indices(r, 2 * i):
            values = math.prod(polynomial(n)[0] for n in a)
            total += Fraction(values**2, math.prod(math.factorial(n) for n in a))
        rising = sympy.RisingFactorial(sympy.Rational(r, 2) + 1, i) / math.factorial(i)
        assert sympy.Rational(total.numerator, total.denominator) == rising


def test_traces_of_the_identity_power_grow_as_the_rate_says() -> None:
    for r, pairs in itertools.product((1, 2, 4), (1, 2)):
        tensor = identity_power(r, pairs)
        norm = Fraction(math.prod(r + 2 * j for j in range(pairs)), odd_factorial(2 * pairs - 1))
        assert tensor.norm_squared() == norm == tensor.trace(pairs).entry((0,) * r)


# The verdicts.

ERRATA = {"lemma-38-proof", "corollary-39-proof", "corollary-40-proof"}
OWN = [
    slug for slug, claim in paper.claims.items() if getattr(claim.obligations, "__module__", "") == appendix.__name__
]


@pytest.mark.parametrize("slug", OWN)
def test_the_upheld_statements_hold_for_all_parameters(slug: str) -> None:
    claim = paper.claims[slug]
    examination = examine(claim, claim.upheld, None)  # type: ignore[arg-type]
    assert examination.status is Status.HOLDS
    # Lemma 43 is a citation, compared with moments that are known.
    assert examination.grade(claim.upheld).value == ("sampled" if slug == "lemma-43" else "symbolic")


@pytest.mark.parametrize("slug", OWN)
def test_the_printed_statements_fail_where_a_misprint_is_alleged(slug: str) -> None:
    claim = paper.claims[slug]
    assert bool(claim.correction) == (slug in ERRATA)
    if claim.correction:
        assert examine(claim, claim.stated, None).status is Status.FAILS  # type: ignore[arg-type]
        for edit in claim.correction:
            assert examine(claim, claim.without(edit), None).status is Status.FAILS  # type: ignore[arg-type]
