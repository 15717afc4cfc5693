"""Mutants differ from the original, claim more where they say so, and leave the print alone."""

import subprocess
import sys

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, Integer, Interval, Rational, S, Sum, Symbol, factorial, oo, pi, sqrt, symbols

from lemmata import Construction, Identity, Lower, Rate, Separation, Upper, Whp, as_printed, integers
from lemmata.domains import points
from lemmata.equivalence import makes_no_difference
from lemmata.mutation import LATE, Mutant, at, domains_at, late_mutants, mutants, put
from theory.activations import RELU, STEP
from theory.coefficients import HermiteCoefficient

x, k, m, d, q = symbols("x k m d q")
C = Symbol("C", positive=True)

with as_printed():
    SERIES = 1 / sqrt(2 * pi) + x / 2 + Sum((-1) ** (k - 1) / factorial(k) * x**k, (k, 1, m))
STATEMENT = Identity(q, SERIES, {x: Interval(-1, 1), m: integers(1)})


def test_every_mutant_differs_from_the_original_and_from_every_other() -> None:
    found = [mutant.statement.digest() for mutant in mutants(STATEMENT)]
    assert len(found) == len({*found, STATEMENT.digest()}) - 1
    assert len(found) > 30


def test_changes_are_said_in_words_that_differ_in_place_or_text() -> None:
    assert all((mutant.change and "$" in mutant.change) or "dropped" in mutant.change for mutant in mutants(STATEMENT))


def test_the_same_change_in_two_places_is_said_with_its_place() -> None:
    with as_printed():
        printed = 1 / (1 + x / 2) + x**2 / 3
    changes = [mutant.change for mutant in mutants(Identity(q, printed, {x: Interval(0, 1)}))]
    assert len(set(changes)) == len(changes)
    assert r"right: $2$ becomes $3$ in $x^{2}$" in changes
    assert r"right: $2$ becomes $3$ in $\frac{1}{2}$" in changes
    assert r"right: $3$ becomes $4$" in changes


def test_a_mutant_changes_one_place_and_leaves_the_rest_as_printed() -> None:
    for mutant in mutants(STATEMENT):
        if mutant.new is not None:
            old = at(SERIES, mutant.path)
            assert old != mutant.new
            assert sympy.srepr(put(mutant.statement.right, mutant.path, old)) == sympy.srepr(SERIES)


def test_mutants_do_not_depend_on_the_process() -> None:
    code = (
        "from sympy import *; from lemmata import *; from lemmata.mutation import *\n"
        "x, k, m, y = symbols('x k m y')\n"
        "with as_printed(): f = x/2 + m*y + Sum(x**k/factorial(k), (k, 1, m))\n"
        "s = Identity(Symbol('q'), f, {x: Interval(0, 1), m: integers(1), y: S.Reals})\n"
        "print([(a.change, a.statement.digest()) for a in [*mutants(s), *late_mutants(s)]])"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": s},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for s in ("1", "2")
    }
    assert len(shown) == 1


def test_what_is_mutated() -> None:
    changes = {mutant.change for mutant in mutants(STATEMENT)}
    for old, new in [
        ("2", "3"),
        (r"\pi", r"2 \pi"),
        ("x", "m"),
        ("k", "k + 1"),
        (r"\frac{1}{\sqrt{2 \pi}} + \frac{x}{2}", r"\frac{1}{\sqrt{2 \pi}}"),
        ("1", "2"),
    ]:
        assert any(f"${old}$ becomes ${new}$" in change for change in changes), (old, new)
    starts = {total.limits[0][1] for mutant in mutants(STATEMENT) for total in mutant.statement.right.atoms(Sum)}
    assert {0, 1, 2, -1} <= starts


def test_dropped_hypotheses_claim_more() -> None:
    dropped = [mutant for mutant in mutants(STATEMENT) if mutant.drops_hypothesis]
    assert [mutant.statement.domain_map()[x] for mutant in dropped] == [S.Reals]
    assert all(mutant.stronger for mutant in dropped)


def test_a_bare_symbol_has_mutants_too() -> None:
    assert list(mutants(Identity(q, x, {x: S.Reals})))
    assert list(mutants(Identity(q, x, {x: S.Reals, m: integers(1)})))


def test_objects_mutate_by_themselves() -> None:
    with as_printed():
        formula, other = (HermiteCoefficient(activation, k + 1) for activation in (RELU, STEP))
    assert other in {mutant.statement.right for mutant in mutants(Identity(q, formula))}


def test_all_formulas_of_a_construction_are_mutated() -> None:
    names = {
        mutant.formula for mutant in mutants(Construction({"v": 2 * x}, {"sup v": Integer(6)}, {x: Interval(-1, 1)}))
    }
    assert names == {"parts.v", "properties.sup v", ""}


def test_the_index_of_a_sum_is_not_mutated_where_it_is_declared() -> None:
    for mutant in mutants(STATEMENT):
        for total in mutant.statement.right.atoms(Sum):
            assert total.limits[0][0] == k


# Inequalities.

coefficients = st.fractions(min_value=-3, max_value=3, max_denominator=3).map(
    lambda f: Rational(f.numerator, f.denominator)
)
bounds = st.builds(lambda a, b, c: a + b * x + c * d, coefficients, coefficients, coefficients)
BOX = {x: Interval(-1, 1), d: integers(1)}


@settings(max_examples=10, deadline=None)
@given(bounds, st.sampled_from([Upper, Lower]))
def test_mutants_of_a_bound_are_stronger_whatever_its_sign(bound: Expr, kind: type[Upper]) -> None:
    found = [mutant for mutant in mutants(kind(q, bound, BOX)) if mutant.formula]
    assert len(found) == 3
    for mutant in found:
        gains = [(bound - mutant.statement.bound).subs(point).doit() for point in points(BOX)]
        gains = gains if kind is Upper else [-gain for gain in gains]
        assert all(gain >= 0 for gain in gains)
        assert any(gain > 0 for gain in gains)


def test_a_negative_gap_is_made_larger_too() -> None:
    found = [
        mutant.statement.gap.doit()
        for mutant in mutants(Separation("loss", "one", "two", Integer(-1)))
        if mutant.stronger
    ]
    assert len(found) == 3
    assert all(gap > -1 for gap in found)


@pytest.mark.parametrize(("kind", "better"), [(Upper, -1), (Lower, 1)])
def test_existential_constants_are_not_mutated_but_rates_are(kind: type[Upper], better: int) -> None:
    with as_printed():
        bound = C * d**2
    found = list(mutants(kind(q, bound, {d: integers(1)}, {C: Integer(3)})))
    assert len(found) == 1
    ratio = (found[0].statement.bound / bound).doit()
    assert sympy.simplify(ratio - d ** Rational(better, 2)) == 0


# Late mutants.


def where(mutant: Mutant) -> sympy.Basic:
    """The condition under which a late mutant differs."""
    (piecewise,) = mutant.statement.formulas()["right"].atoms(sympy.Piecewise)
    return piecewise.args[0][1]


def test_late_mutants_agree_with_the_original_before_and_not_after() -> None:
    formula = k * x
    late = [
        m for m in late_mutants(Identity(q, formula, {x: Interval(-1, 1), k: integers(1)})) if "k = 1000" in m.change
    ]
    assert len(late) == 1
    for value, factor in [(1, 1), (LATE - 1, 1), (LATE, 2), (LATE + 5, 2)]:
        assert late[0].statement.right.subs({k: value, x: 1}).doit() == factor * value


@pytest.mark.parametrize(
    "domain", [S.Reals, Interval(0, oo), Interval(-oo, 3), Interval.open(2, 5), Interval(-1, 1)], ids=str
)
def test_windows_are_inside_of_the_domain_and_seen_by_no_point(domain: sympy.Set) -> None:
    found = [mutant for mutant in late_mutants(Identity(q, x, {x: domain})) if "where" in mutant.change]
    assert found
    for mutant in found:
        condition = where(mutant)
        inside = condition.as_set()
        assert inside.is_subset(domain)
        assert not any(condition.subs(point) == sympy.true for point in points({x: domain}))
        middle = (inside.inf + inside.sup) / 2
        assert mutant.statement.right.subs(x, middle).doit() == 2 * middle


@pytest.mark.parametrize(
    "domain", [S.Reals, Interval(0, oo), Interval(-oo, 3), Interval(0, 1), integers(1), integers(-3)], ids=str
)
def test_late_mutants_differ_somewhere_on_the_domain(domain: sympy.Set) -> None:
    for mutant in late_mutants(Identity(q, x, {x: domain})):
        inside = sympy.Intersection(where(mutant).as_set(), domain)
        assert inside != S.EmptySet


def test_late_mutants_of_sums_and_none_of_finite_domains() -> None:
    changes = [mutant.change for mutant in late_mutants(STATEMENT)]
    assert any("summand" in change for change in changes)
    assert any("m = 1000" in change for change in changes)
    assert not list(late_mutants(Identity(q, k, {k: integers(1, 5)})))


@pytest.mark.parametrize(("kind", "sign"), [(Upper, -1), (Lower, 1)])
def test_late_mutants_of_bounds_are_absurd_from_there_on(kind: type[Upper], sign: int) -> None:
    (mutant,) = (m for m in late_mutants(kind(q, -d, {d: integers(1)})) if "1000" in m.change)
    assert mutant.statement.bound.subs(d, 999).doit() == -999
    assert sign * mutant.statement.bound.subs(d, LATE).doit() > 10**6


# Equivalence.


def equal_mutants(statement: Identity) -> list[Expr]:
    found = [mutant.statement.right for mutant in mutants(statement) if makes_no_difference(statement, mutant)]
    for right in found:
        for point in points(statement.domain_map())[:8]:
            assert sympy.simplify((right - statement.right).subs(point).doit()) == 0
    return found


def test_a_change_without_a_difference_is_recognised() -> None:
    with as_printed():
        formula = (-1) ** (k - 1) * x
        same = (-1) ** (k + 1) * x
    assert same in equal_mutants(Identity(q, formula, {k: integers(1), x: S.Reals}))


def test_changes_of_a_sum_are_compared() -> None:
    with as_printed():
        plain = Sum(k**2, (k, 1, m))
        even = Sum(sympy.Pow(-1, 2 * k, evaluate=False) * x**k, (k, 1, m))
    assert equal_mutants(Identity(q, plain, {m: integers(1)})) == []
    assert equal_mutants(Identity(q, even, {m: integers(1), x: S.Reals}))


def test_the_index_of_a_sum_has_the_domain_of_its_limits() -> None:
    # From -m on the index may be negative: the root of its square is not the index.
    known = {m: integers(1), k: integers(5)}
    assert k not in domains_at(Sum(sqrt(k**2), (k, -m, m)), (0,), known)
    assert domains_at(Sum(k, (k, 1, m)), (0,), known)[k] == integers(1)
    assert domains_at(Sum(k, (k, -2, 4)), (0,), known)[k] == integers(-2, 4)
    assert k not in domains_at(Sum(k, (k, 4, 1)), (0,), known)


def test_a_dropped_hypothesis_is_never_equal() -> None:
    for mutant in mutants(STATEMENT):
        if mutant.drops_hypothesis:
            assert not makes_no_difference(STATEMENT, mutant)


def test_exponents_of_a_rate_are_lowered_and_of_an_exact_one_raised_too() -> None:
    for tight, steps in ((False, {-1}), (True, {-1, 1})):
        rate = Rate(q, {d: Rational(1, 2)}, {d: integers(1)}, tight=tight)
        found = [mutant.statement.exponents[d] - Rational(1, 2) for mutant in mutants(rate)]
        assert {sympy.sign(step) for step in found} == steps
        assert {abs(step) for step in found} == {Rational(1, 4), Rational(1, 2), 1}
        assert all(mutant.stronger is not tight for mutant in mutants(rate))
        assert not list(late_mutants(rate))


def test_a_tail_bound_is_mutated_towards_rarer_failure_and_towards_the_bulk() -> None:
    for side, moves in ((">=", -1), ("<=", 1)):
        tail = Whp(q, d + 2, 1 / d, {d: integers(1)}, side=side)
        for mutant in mutants(tail):
            threshold, failure = (mutant.statement.formulas()[name].subs(d, 5) for name in ("threshold", "failure"))
            assert moves * (threshold - 7) >= 0
            assert failure <= Rational(1, 5)
            assert (threshold, failure) != (7, Rational(1, 5))
            assert mutant.stronger
