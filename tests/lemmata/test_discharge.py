"""What is proved is true, what is refuted is false, at the grade that it deserves."""

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, FiniteSet, Integer, Interval, Rational, S, Sum, Symbol, factorial, pi, sqrt, symbols

from lemmata import AtMost, Equal, LemmataError, as_printed, integers
from lemmata import discharge as discharge_module
from lemmata.discharge import discharge
from lemmata.domains import as_domain
from lemmata.engines import algebra, normal, roots
from lemmata.verdicts import Grade, Result

x, y, k, j = symbols("x y k j")
PROVED, REFUTED, UNDECIDED = Result.PROVED, Result.REFUTED, Result.UNDECIDED


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    discharge_module._proof.cache_clear()
    discharge_module._search.cache_clear()


def result(obligation: Equal | AtMost) -> tuple[Result, Grade]:
    outcome = discharge(obligation)
    return outcome.result, outcome.grade


def test_an_identity_for_all_is_symbolic_and_universal() -> None:
    outcome = discharge(Equal((x + 1) ** 2, x**2 + 2 * x + 1, {x: S.Reals}, by="expansion"))
    assert (outcome.result, outcome.grade, outcome.universal, outcome.label) == (
        PROVED,
        Grade.SYMBOLIC,
        True,
        "expansion",
    )
    assert {normal.NAME, algebra.NAME} <= set(outcome.engines)


@pytest.mark.parametrize("deaf", [normal, algebra])
def test_one_engine_is_not_enough(deaf: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deaf, "proves_zero", lambda expression, domains: False)
    assert result(Equal((x + 1) ** 2, x**2 + 2 * x + 1, {x: S.Reals})) == (UNDECIDED, Grade.STATED)


@pytest.mark.parametrize("gullible", [normal, algebra])
def test_one_engine_that_errs_is_stopped_by_the_other(gullible: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gullible, "proves_zero", lambda expression, domains: True)
    late = sympy.Piecewise((x, x < 10**6), (x + 1, True))
    assert result(Equal(late, x, {x: S.Reals}))[0] is UNDECIDED


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-4, 4), min_size=1, max_size=4), st.lists(st.integers(-4, 4), min_size=1, max_size=4))
def test_polynomial_identities_are_decided(one: list[int], other: list[int]) -> None:
    left, right = (sympy.prod(x + c for c in roots) for roots in (one, other))
    expected = PROVED if sorted(one) == sorted(other) else REFUTED
    assert result(Equal(left, right, {x: S.Reals}))[0] is expected


@settings(max_examples=15, deadline=None)
@given(st.integers(-3, 3), st.integers(-3, 3), st.integers(-3, 3), st.integers(-2, 2), st.integers(0, 2))
def test_inequalities_affine_on_an_interval_are_decided(a: int, b: int, c: int, low: int, width: int) -> None:
    box = {x: as_domain(Interval(low, low + width + 1)), y: as_domain(Interval(0, 1))}
    truth = all(a * u + b * u * v + c <= 0 for u in (low, low + width + 1) for v in (0, 1))
    assert result(AtMost(a * x + b * x * y + c, 0, box))[0] is (PROVED if truth else REFUTED)


def test_a_finite_domain_is_exhausted() -> None:
    total = Sum(j, (j, 1, 3)).doit() - 6
    assert result(Equal(k * (k - 1) * (k - 2) + total, 0, {k: integers(0, 2)})) == (PROVED, Grade.EXHAUSTIVE)
    assert result(Equal(x**2, 1, {x: FiniteSet(-1, 1)})) == (PROVED, Grade.EXHAUSTIVE)
    assert not discharge(Equal(x**2, 1, {x: FiniteSet(-1, 1)})).universal
    assert result(AtMost(x, x**2, {x: integers(-1, 2)})) == (PROVED, Grade.EXHAUSTIVE)
    assert result(Equal(x**2, 1, {x: FiniteSet(-1, 1, 2)}))[0] is REFUTED


def test_a_finite_domain_needs_every_case() -> None:
    # The case that fails is beyond the small ones at which a counterexample is looked for.
    bump = sympy.prod(k - i for i in range(40) if i != 25)
    assert result(Equal(bump, 0, {k: integers(0, 39)}))[0] is not PROVED


def test_no_list_of_cases_covers_an_infinite_domain() -> None:
    bump = sympy.prod(k - i for i in range(1, 20))
    outcome = discharge(Equal(bump * bump, 0, {k: integers(1), x: FiniteSet(1)}))
    assert outcome.result is not PROVED
    late = sympy.Piecewise((k, k < 10**5), (k + 1, True))
    assert result(Equal(late, k, {k: integers(1)})) == (UNDECIDED, Grade.STATED)


def test_a_finite_domain_that_is_too_large_is_left_undecided() -> None:
    late = sympy.Piecewise((k, k < 10**5), (k, True), evaluate=False)
    assert result(Equal(late, k, {k: integers(1, 10**6)}))[0] is UNDECIDED


@pytest.mark.parametrize("domain", [integers(3, 2), S.EmptySet, sympy.Range(4, 4)], ids=str)
def test_nothing_holds_on_an_empty_domain(domain: sympy.Set) -> None:
    with pytest.raises(LemmataError, match="empty"):
        discharge(Equal(x, x + 1, {x: domain}))


def test_a_false_assumption_of_a_symbol_proves_nothing() -> None:
    positive = Symbol("x", positive=True)
    with pytest.raises(LemmataError, match="positive"):
        discharge(Equal(sqrt(positive**2), positive, {positive: S.Reals}))
    assert result(Equal(sqrt(x**2), x, {x: S.Reals}))[0] is REFUTED


def test_engines_prove_nothing_where_a_side_is_not_defined() -> None:
    with as_printed():
        removable = (k - 3) / (k - 3)
    outcome = discharge(Equal(removable, 1, {k: integers(1)}))
    assert (outcome.result, outcome.witness) == (UNDECIDED, "not defined at k = 3")
    assert result(Equal(removable, 1, {k: integers(4)}))[0] is PROVED
    assert result(Equal(removable, 1, {k: FiniteSet(3)}))[0] is UNDECIDED
    # A counterexample elsewhere goes before.
    assert result(Equal(removable, 2, {k: integers(1)}))[0] is REFUTED


def test_an_undefined_case_of_a_finite_domain_is_not_overlooked() -> None:
    with as_printed():
        removable = (k - 25) / (k - 25)
    assert result(Equal(removable, 1, {k: integers(0, 39)})) != (PROVED, Grade.EXHAUSTIVE)


def test_constants() -> None:
    assert result(Equal(sqrt(8), 2 * sqrt(2))) == (PROVED, Grade.SYMBOLIC)
    assert result(AtMost(pi, Rational(22, 7)))[0] is PROVED
    assert result(AtMost(Rational(22, 7), pi))[0] is REFUTED
    assert result(AtMost(sqrt(2) * sqrt(3), sqrt(6)))[0] is PROVED
    assert not discharge(Equal(sqrt(8), 2 * sqrt(2))).universal


def test_a_witness_names_the_point_and_both_sides() -> None:
    assert discharge(Equal(x**2, x, {x: integers(0)})).witness == "at x = 2: 4 and 2 differ"
    assert discharge(AtMost(x, 0, {x: Interval(0, 1)})).witness == "at x = 1: 1 is more than 0"


def test_what_no_engine_knows_stays_undecided() -> None:
    assert result(Equal(Sum(j, (j, 1, k)), k * (k + 1) / 2, {k: integers(1)})) == (UNDECIDED, Grade.STATED)
    assert result(Equal(Sum(j, (j, 1, k)), k * k, {k: integers(1)}))[0] is REFUTED
    f = sympy.Function("f")
    assert result(Equal(f(x) + 0, f(x), {x: S.Reals}))[0] is UNDECIDED


@pytest.mark.parametrize("side", [sympy.oo, S.ComplexInfinity, S.NaN, sympy.I], ids=str)
def test_what_is_no_real_number_proves_nothing(side: sympy.Expr) -> None:
    assert result(Equal(side, side))[0] is UNDECIDED
    assert result(AtMost(x, side, {x: S.Reals}))[0] is UNDECIDED


def test_factorials() -> None:
    every = {k: integers(0)}
    assert result(Equal(factorial(k + 1), (k + 1) * factorial(k), every)) == (PROVED, Grade.SYMBOLIC)
    assert result(Equal(k * factorial(k - 1), factorial(k), {k: integers(1)})) == (PROVED, Grade.SYMBOLIC)
    assert result(Equal(k * factorial(k - 1), factorial(k), every))[0] is UNDECIDED


def test_symbols_need_domains_and_numbers_must_be_exact() -> None:
    with pytest.raises(LemmataError, match="give y a domain"):
        discharge(Equal(x * y, y * x + 1, {x: S.Reals}))
    with pytest.raises(LemmataError, match="float"):
        Equal(x, sympy.Float(0.5), {x: S.Reals})
    assert discharge(Equal(Integer(0) * x, 0, {x: S.Reals})).for_all == {}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-4, 4), max_size=3),
    st.lists(st.integers(-3, 3), max_size=2),
    st.integers(-4, 4),
    st.integers(1, 5),
)
def test_inequalities_between_polynomials_of_one_variable_are_decided(
    crossed: list[int], touched: list[int], low: int, width: int
) -> None:
    form = sympy.Integer(1) * sympy.prod([x - c for c in crossed]) * sympy.prod([(x - c) ** 2 for c in touched])
    box = {x: as_domain(Interval(low, low + width))}
    # Between two neighbouring integers the sign is that of the middle.
    truth = all(form.subs(x, low + Rational(2 * i + 1, 2)) >= 0 for i in range(width))
    assert result(AtMost(0, form, box)) == ((PROVED, Grade.SYMBOLIC) if truth else (REFUTED, Grade.SYMBOLIC))


@pytest.mark.parametrize(
    ("left", "right", "domain", "expected"),
    [
        (0, x**2 - 2 * x + 1, S.Reals, PROVED),
        (0, (x - sqrt(2)) ** 2, S.Reals, UNDECIDED),
        (0, x**4 - 2 * x**2 + Rational(999, 1000), S.Reals, REFUTED),
        (1 / (x + 1), 1, Interval(0, sympy.oo), PROVED),
        (0, 1 / (x - 5), Interval(0, 10), REFUTED),
        (x**3, x**2, Interval(0, 1), PROVED),
        (0, 1 - x**61, Interval(0, 1), UNDECIDED),
        (0, x, Interval(-sympy.oo, -1), REFUTED),
        (x, 0, Interval(-sympy.oo, 0), PROVED),
    ],
    ids=str,
)
def test_inequalities_of_one_variable_by_name(left: Expr, right: Expr, domain: sympy.Set, expected: Result) -> None:
    assert result(AtMost(left, right, {x: domain}))[0] is expected


def test_a_crossing_between_two_neighbours_of_every_tried_point_is_seen() -> None:
    root = Rational(61803, 100_000)
    dip = (x - root) * (x - root - Rational(1, 10**6))
    assert result(AtMost(0, dip, {x: Interval(0, 1)}))[0] is UNDECIDED
    assert result(AtMost(0, dip + Rational(1, 10**11), {x: Interval(0, 1)})) == (PROVED, Grade.SYMBOLIC)


@pytest.mark.parametrize("deaf", ["_none_by_sympy", "_none_by_flint"])
def test_both_engines_must_count_no_root(deaf: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roots, deaf, lambda crossing, domain: False)
    assert result(AtMost(0, x**2 + x**4 + 1, {x: S.Reals}))[0] is UNDECIDED


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(-2, 2))
def test_what_is_enclosed_over_a_box_is_true_there(a: int, b: int, shift: int) -> None:
    form = sympy.cos(a * x) + sympy.exp(-b * y * x) + Rational(shift, 2)
    outcome = discharge(AtMost(0, form, {x: Interval(0, 2), y: Interval(0, 1)}))
    values = [form.subs({x: i / 10, y: j / 5}).evalf() for i in range(21) for j in range(6)]
    if outcome.result is PROVED:
        assert (outcome.grade, min(values) >= 0) == (Grade.CERTIFIED, True)
    elif outcome.result is REFUTED:
        assert min(values) < 0.05


@pytest.mark.parametrize(
    "form",
    [
        sympy.Piecewise((1, x < Rational(61803, 100_000)), (-1, x < Rational(61804, 100_000)), (1, True)),
        1 - 2 * sympy.Piecewise((1, sympy.And(x > Rational(61803, 100_000), x < Rational(61804, 100_000))), (0, True)),
        sympy.sign(x - Rational(61803, 100_000)) * sympy.sign(x - Rational(61804, 100_000)),
        sympy.Max(0, x - Rational(61803, 100_000)) - x / 2,
    ],
    ids=str,
)
def test_a_jump_or_kink_inside_of_a_box_is_not_stepped_over(form: Expr) -> None:
    assert result(AtMost(0, form, {x: Interval(0, 1)}))[0] is not PROVED


def test_an_inequality_with_margin_on_a_box_is_certified() -> None:
    assert result(AtMost(sympy.log(1 + 2 * x) / 2, x, {x: Interval(Rational(1, 100), 2)})) == (PROVED, Grade.CERTIFIED)
    touching = AtMost(sympy.log(1 + 2 * x) / 2, x, {x: Interval(0, 2)})
    assert result(touching)[0] is UNDECIDED


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sympy.binomial(k + 1, j + 1), sympy.binomial(k, j) + sympy.binomial(k, j + 1)),
        (sympy.factorial2(2 * k + 1), (2 * k + 1) * sympy.factorial2(2 * k - 1)),
        (sympy.factorial2(2 * k + 2), (2 * k + 2) * sympy.factorial2(2 * k)),
        (sympy.RisingFactorial(k, j + 1), (k + j) * sympy.RisingFactorial(k, j)),
    ],
    ids=str,
)
def test_recurrences_of_combinatorial_functions(left: Expr, right: Expr) -> None:
    domains = {k: integers(1), j: integers(0)}
    assert result(Equal(left, right, domains)) == (PROVED, Grade.SYMBOLIC)
    assert result(Equal(left, right + 1, domains))[0] is REFUTED
