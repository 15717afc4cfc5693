import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Interval, Rational, S, Sum, Symbol, factorial, oo, pi, sqrt, symbols

from lemmata import (
    Construction,
    Definition,
    Edit,
    Identity,
    LemmataError,
    Lower,
    Rate,
    Separation,
    Tight,
    Upper,
    Whp,
    as_printed,
    integers,
)
from lemmata.mathml import converts
from lemmata.mutation import at, put, walk
from lemmata.statements import replace

x, y, k, d, q = symbols("x y k d q")

with as_printed():
    PRINTED = 2 * x / 4 + x + Sum((-1) ** (k - 1) / factorial(k), (k, 1, oo)) / sqrt(2 * pi)

STATEMENTS = [
    Identity(q, PRINTED, {x: S.Reals}),
    Identity(PRINTED, x, {x: S.Reals}),
    Upper(q, PRINTED, {x: S.Reals}),
    Lower(q, PRINTED, {x: S.Reals}),
    Tight(q, PRINTED, 2 / d, "the next order", {x: S.Reals, d: integers(1)}),
    Separation("loss", "one", "two", Rational(1, 3), {"d": 10}),
    Construction({"v": PRINTED}, {"sup v": Integer(6)}, {x: S.Reals}),
    Definition({"v": PRINTED}, {"sup v": Integer(6)}, {x: S.Reals}),
    Rate(q, {d: Rational(1, 2), k: Integer(-1)}, {d: integers(1), k: integers(1)}),
    Whp(q, PRINTED, 1 / d, {x: S.Reals, d: integers(1)}),
]
each_kind = pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement.kind)


def test_a_formula_stays_as_printed() -> None:
    assert r"\frac{2 x}{4} + x" in Identity(q, PRINTED, {x: S.Reals}).latex()


@each_kind
def test_every_formula_can_be_replaced_and_shows_in_digest_and_latex(statement: Identity) -> None:
    assert statement.formulas()
    for name, formula in statement.formulas().items():
        changed = statement.with_formula(name, formula + 17)
        assert changed.formulas()[name] == formula + 17
        assert {n: f for n, f in changed.formulas().items() if n != name} == {
            n: f for n, f in statement.formulas().items() if n != name
        }
        assert changed.digest() != statement.digest()
        assert changed.latex() != statement.latex()


@each_kind
def test_digests_are_stable_and_tell_kinds_apart(statement: Identity) -> None:
    assert statement.digest() == statement.digest()
    assert len({other.digest() for other in STATEMENTS}) == len(STATEMENTS)


def test_the_digest_covers_what_is_not_mutated() -> None:
    assert Upper(q, x).digest() != Upper(y, x).digest()
    assert Upper(q, x, {x: S.Reals}).digest() != Upper(q, x, {x: Interval(0, 1)}).digest()
    assert Identity(q, x).digest() != Identity(y, x).digest()
    assert Tight(q, x, 1 / d, "").digest() != Tight(q, x, 2 / d, "").digest()
    rate = {d: integers(1)}
    assert Rate(q, {d: 1}, rate).digest() != Rate(q, {d: 1}, rate, tight=True).digest()
    assert Whp(q, x, d).digest() != Whp(q, x, d, side="<=").digest()
    assert Separation("a", "b", "c", d, {"n": 1}).digest() != Separation("a", "b", "c", d, {"n": 2}).digest()


def test_the_order_of_a_rate_is_the_product_of_its_powers() -> None:
    rate = Rate(q, {d: Rational(-1, 2), k: 2}, {d: integers(1), k: integers(2)})
    assert rate.order == k**2 / sqrt(d)
    assert rate.with_formula("exponents.d", Integer(3)).order == d**3 * k**2


@pytest.mark.parametrize("domains", [{}, {d: Interval(0, 1)}, {d: integers(1, 9)}], ids=str)
def test_a_rate_needs_variables_that_grow(domains: dict[sympy.Symbol, sympy.Set]) -> None:
    with pytest.raises(LemmataError, match="rate in d: give it a domain"):
        Rate(q, {d: 1}, domains)


def test_the_stronger_direction_of_a_tail_depends_on_its_side() -> None:
    assert Whp(q, x, d).stronger == {"threshold": -1, "failure": -1}
    assert Whp(q, x, d, side="<=").stronger == {"threshold": 1, "failure": -1}
    with pytest.raises(LemmataError, match="side '>'"):
        Whp(q, x, d, side=">")


def test_hypotheses_are_bounded_intervals() -> None:
    domains = {x: Interval(0, 1), y: S.Reals, d: integers(1), k: Interval(0, oo)}
    assert dict(Identity(q, x, domains).hypotheses()) == {x: Interval(0, 1)}
    assert Identity(q, x, domains).with_domain(x, S.Reals).domain_map()[x] == S.Reals


def test_scope_is_in_words() -> None:
    assert Identity(q, x, {x: Interval(0, 1), k: S.Naturals}).scope() == {
        "x": "0 <= x <= 1",
        "k": "integers k >= 1",
    }
    assert Separation("a", "b", "c", d, {"n": 10}).scope() == {"n": "n = 10"}


def test_reversing_a_separation() -> None:
    separation = Separation("loss", "one", "two", d)
    assert (separation.reversed().better, separation.reversed().worse) == ("two", "one")
    assert separation.reversed().reversed() == separation


def test_an_edit_replaces_every_occurrence_and_leaves_the_rest_as_printed() -> None:
    edited = Edit("why", "right", x, y).apply(STATEMENTS[0])
    assert edited.right.free_symbols == {y}
    back = Edit("why", "right", y, x).apply(edited)
    assert sympy.srepr(back.right) == sympy.srepr(PRINTED)


@pytest.mark.parametrize(
    "edit", [Edit("why", "left", x, y), Edit("why", "right", d, y), Edit("why", "right", x, x)], ids=str
)
def test_an_edit_that_does_not_apply(edit: Edit) -> None:
    with pytest.raises(LemmataError, match="why"):
        edit.apply(STATEMENTS[0])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 60))
def test_putting_back_what_stood_there_changes_nothing(place: int) -> None:
    nodes = list(walk(PRINTED))
    path, node = nodes[place % len(nodes)]
    assert at(PRINTED, path) == node
    assert sympy.srepr(put(PRINTED, path, node)) == sympy.srepr(PRINTED)


def test_replacing_nothing_returns_the_expression_itself() -> None:
    assert replace(PRINTED, d, y) is PRINTED


@pytest.mark.parametrize("name", ["g'", "g''", r"\tilde g'"])
def test_powers_of_names_with_primes_can_be_set(name: str) -> None:
    formula = Identity(q, sympy.Symbol(name) ** 2 + 1).latex()
    assert f"{{{name}}}^{{2}}" in formula
    assert converts(formula)


def test_a_primes_name_keeps_its_subscript() -> None:
    assert "{x_{12'}}" in Identity(q, sympy.Symbol("x_12'")).latex()


@pytest.mark.parametrize("formula", [1 - 5 * x / 16, -x])
def test_what_is_subtracted_stands_in_parentheses(formula: sympy.Basic) -> None:
    stated = Tight(quantity=q, formula=formula, slack=Integer(1), why="", domains={x: S.Reals})
    assert rf"q - \left({sympy.latex(formula, order='none')}\right)" in stated.latex()


def test_names_that_are_latex_stay_as_they_are_typed() -> None:
    name = r"\Pr\left[\exists i \le n : \|x_i\|^2 \notin [d/2, 2d]\right]"
    assert Upper(sympy.Symbol(name), x).latex() == rf"{name} \le x"
    assert Identity(q, sympy.Symbol("c_12")).latex() == "q = c_{12}"


@pytest.mark.parametrize("slack", [0, -1, Integer(0), Rational(-1, 2), 0.1, None])
def test_a_slack_is_positive_and_exact(slack: object) -> None:
    with pytest.raises(LemmataError, match=r"slack=.*: needs a positive exact number"):
        Tight(Symbol("q"), Integer(1), slack, "why")  # type: ignore[arg-type]
    assert Tight(Symbol("q"), Integer(1), 2, "why").slack == Integer(2)  # type: ignore[arg-type]
    assert Tight(Symbol("q"), Integer(1), 1 / Symbol("n"), "why").slack == 1 / Symbol("n")
