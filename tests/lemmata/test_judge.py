"""Judging: honest checks hold, careless and dishonest ones are found out."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sympy import Integer, Interval, Rational, S, Sum, Symbol, symbols

from lemmata import (
    AtMost,
    Claim,
    Construction,
    Edit,
    Equal,
    Given,
    Identity,
    IllFormed,
    LemmataError,
    Lower,
    Paper,
    Upper,
    as_printed,
    integers,
)
from lemmata.judge import examine, judge
from lemmata.ledger import problems, validate
from lemmata.obligations import Obligation, OutOfReach
from lemmata.runner import propagate
from lemmata.statements import Statement

x, y, k, n, j, q = symbols("x y k n j q")

with as_printed():
    GAUSS = n * (n + 1) / 2
    WRONG = n * (n - 1) / 3

Check = Callable[[Any], Iterator[Obligation]]


def judged(check: Check | None, stated: Statement, **what: Any) -> dict[str, Any]:
    paper = Paper("toy", title="", authors="", version="")
    claim = paper.state("claim", locator="", title="", stated=stated, **what)
    if check is not None:
        claim.check()(check)
    record = judge(claim, None)  # type: ignore[arg-type]
    assert record["mutants"]["total"] == len(record["mutants"]["each"])
    return record


def found_out(record: dict[str, Any]) -> bool:
    return bool(problems([record], "ci"))


def yields(*obligations: Callable[[Any], Obligation]) -> Check:
    def check(stated: Any) -> Iterator[Obligation]:
        for obligation in obligations:
            yield obligation(stated)

    return check


def by_induction(stated: Identity) -> Iterator[Obligation]:
    total = stated.right
    yield Equal(total.subs(n, 1), 1, by="n = 1")
    yield Equal(total.subs(n, n + 1), total + n + 1, {n: integers(1)}, by="step")


SUM_OF_NUMBERS = Identity(Symbol("S"), GAUSS, {n: integers(1)})


def test_an_honest_check() -> None:
    record = judged(by_induction, SUM_OF_NUMBERS)
    assert (record["status"], record["upheld"], record["grade"]) == ("holds", "holds", "symbolic")
    assert record["findings"] == []
    assert record["mutants"]["survivors"] == []
    assert record["mutants"]["killed"] > 5
    assert record["mutants"]["late"]["held"] == []
    assert not found_out(record)


def test_the_record_fits_the_schema() -> None:
    record = judged(by_induction, SUM_OF_NUMBERS)
    from lemmata.ledger import schema

    allowed = schema()["$defs"]["claim"]["properties"] if "$defs" in schema() else record
    assert set(record) <= set(allowed)
    assert callable(validate)


# Careless and dishonest checks.


def two_cases(stated: Identity) -> Iterator[Obligation]:
    for case in (1, 2):
        yield Equal(stated.right.subs(n, case), case * (case + 1) // 2)


def many_cases(stated: Identity) -> Iterator[Obligation]:
    for case in range(1, 12):
        yield Equal(stated.right.subs(n, case), case * (case + 1) // 2)


def only_even(stated: Identity) -> Iterator[Obligation]:
    yield Equal(stated.right.subs(n, 2 * k), k * (2 * k + 1), {k: integers(1)})


def with_itself(stated: Identity) -> Iterator[Obligation]:
    yield Equal(stated.right, stated.right, {n: integers(1)})


def with_the_answer(stated: Identity) -> Iterator[Obligation]:
    yield Equal(GAUSS, n**2 / 2 + n / 2, {n: integers(1)})


def decorated_cases(stated: Identity) -> Iterator[Obligation]:
    """Cases, and one universal triviality to be called symbolic."""
    yield from many_cases(stated)
    yield Equal((x + 1) ** 2, x**2 + 2 * x + 1, {x: S.Reals})


def crashing(stated: Identity) -> Iterator[Obligation]:
    if stated.right != GAUSS:
        raise ZeroDivisionError("reader")
    yield from by_induction(stated)


def refusing(stated: Identity) -> Iterator[Obligation]:
    if stated.right != GAUSS:
        raise IllFormed("I only read the right formula")
    yield from by_induction(stated)


def undefined(stated: Identity) -> Iterator[Obligation]:
    with as_printed():
        yield Equal(stated.right * ((n - 5) / (n - 5)), stated.right, {n: integers(1)})


@pytest.mark.parametrize(
    "check",
    [two_cases, with_itself, with_the_answer, decorated_cases, many_cases, crashing, refusing, undefined],
)
def test_a_bad_check_is_found_out(check: Check) -> None:
    assert found_out(judged(check, SUM_OF_NUMBERS))


def test_cases_that_stand_for_an_infinite_domain_are_sampled() -> None:
    assert judged(many_cases, SUM_OF_NUMBERS)["grade"] == "sampled"
    finite = Identity(Symbol("S"), GAUSS, {n: integers(1, 11)})
    assert judged(many_cases, finite)["grade"] == "symbolic"


def test_late_mutants_find_out_cases() -> None:
    record = judged(decorated_cases, SUM_OF_NUMBERS)
    assert record["mutants"]["late"]["held"]


def test_a_crash_is_a_survivor() -> None:
    record = judged(crashing, SUM_OF_NUMBERS)
    assert len(record["mutants"]["survivors"]) == record["mutants"]["total"]
    assert "ZeroDivisionError" in record["mutants"]["survivors"][0]


def test_a_check_that_reads_nothing_but_the_print_has_shown_nothing() -> None:
    record = judged(refusing, SUM_OF_NUMBERS)
    assert record["mutants"]["ill_formed"] == record["mutants"]["total"]
    assert [(finding["kind"], finding["listed"]) for finding in record["findings"]] == [("open", False)]
    assert found_out(judged(refusing, SUM_OF_NUMBERS, listed={"open": "never mind"}))


def test_only_the_even_part() -> None:
    # Even n pin a polynomial down, but not a formula that differs at odd n.
    assert judged(only_even, SUM_OF_NUMBERS)["mutants"]["survivors"] == []
    with as_printed():
        alternating = (1 - (-1) ** n) / 2
    record = judged(
        yields(lambda stated: Equal(stated.right.subs(n, 2 * k), 0, {k: integers(1)})),
        Identity(Symbol("odd"), alternating, {n: integers(1)}),
    )
    assert record["mutants"]["survivors"]
    assert found_out(record)


def test_real_variables_that_are_only_tried_at_points() -> None:
    with as_printed():
        formula = x**2 + k
    stated = Identity(Symbol("f"), formula, {x: S.Reals, k: integers(0)})

    def points(stated: Identity) -> Iterator[Obligation]:
        for value in (-2, -1, 0, Rational(1, 2), 1, 3):
            yield Equal(stated.right.subs(x, value), value**2 + k, {k: integers(0)})

    record = judged(points, stated)
    assert any("6180" in change for change in record["mutants"]["late"]["held"])
    honest = judged(yields(lambda stated: Equal(stated.right, x * x + k, stated.domains)), stated)
    assert honest["mutants"]["late"]["total"] >= 3
    assert honest["mutants"]["late"]["held"] == []


def test_no_check_and_an_empty_check() -> None:
    record = judged(None, SUM_OF_NUMBERS)
    assert (record["status"], record["grade"]) == ("undecided", "stated")
    assert found_out(record)
    with pytest.raises(LemmataError, match="yields no obligation"):
        judged(yields(), SUM_OF_NUMBERS)
    record = judged(yields(lambda stated: Given("a citation")), SUM_OF_NUMBERS)
    assert (record["status"], record["given"]) == ("undecided", ["a citation"])


def test_a_false_statement_fails_and_its_mutants_say_nothing() -> None:
    record = judged(by_induction, Identity(Symbol("S"), WRONG, {n: integers(1)}))
    assert (record["status"], record["grade"], record["mutants"]["total"]) == ("fails", "stated", 0)
    assert found_out(record)
    assert not found_out(judged(by_induction, Identity(Symbol("S"), WRONG, {n: integers(1)}), listed={"gap": "known"}))


def test_a_mutant_beyond_a_readers_means_is_left_undecided() -> None:
    def hesitant(stated: Identity) -> Iterator[Obligation]:
        if stated.right != SUM_OF_NUMBERS.right:
            raise OutOfReach("no closed form")
        yield from by_induction(stated)

    record = judged(hesitant, SUM_OF_NUMBERS)
    assert record["status"] == "holds"
    assert record["mutants"]["undecided"] == record["mutants"]["total"] > 0
    assert {mutant["witness"] for mutant in record["mutants"]["each"]} == {"no closed form"}


# Corrections.

with as_printed():
    SIGN = Edit("the sign", "right", n - 1, n + 1)
MEND = [SIGN, Edit("the half", "right", Integer(3), Integer(2))]


def test_an_erratum() -> None:
    record = judged(by_induction, Identity(Symbol("S"), WRONG, {n: integers(1)}), correction=MEND)
    assert (record["status"], record["upheld"], record["grade"]) == ("fails", "holds", "symbolic")
    assert [(finding["kind"], finding["listed"]) for finding in record["findings"]] == [("erratum", True)]
    assert all(edit["necessary"] and edit["witness"] for edit in record["corrected"]["edits"])
    assert not found_out(record)


def test_an_unnecessary_edit_is_found_out() -> None:
    with as_printed():
        printed = n * (n - 1) / 2 + (x - x)
    idle = Edit("nothing", "right", x, y)
    stated = Identity(Symbol("S"), printed, {n: integers(1), x: S.Reals, y: S.Reals})

    def check(stated: Identity) -> Iterator[Obligation]:
        total = stated.right
        yield Equal(total.subs(n, 1), 1, {x: S.Reals, y: S.Reals}, by="n = 1")
        yield Equal(total.subs(n, n + 1), total + n + 1, {n: integers(1), x: S.Reals, y: S.Reals}, by="step")

    record = judged(check, stated, correction=[SIGN, idle])
    assert [edit["necessary"] for edit in record["corrected"]["edits"]] == [True, False]
    assert [(finding["kind"], finding["listed"]) for finding in record["findings"]] == [("open", False)]
    assert found_out(record)


def test_a_correction_of_what_is_true_is_found_out() -> None:
    same = Edit("no better", "right", Integer(2), Rational(4, 2) * 3)
    record = judged(by_induction, SUM_OF_NUMBERS, correction=[same])
    assert record["upheld"] == "fails"
    assert found_out(record)


def test_a_correction_that_is_wrong_too_is_found_out() -> None:
    record = judged(by_induction, Identity(Symbol("S"), WRONG, {n: integers(1)}), correction=MEND[:1])
    assert record["upheld"] == "fails"
    assert found_out(record)


# Inequalities.


def bounded(stated: Upper) -> Iterator[Obligation]:
    yield AtMost(x * (2 - x) - 1, stated.bound + 0 * x, {x: integers(0, 5)}, by="every case")


def test_a_tight_bound_has_no_slack_also_at_zero() -> None:
    record = judged(bounded, Upper(Symbol("Q"), Integer(0)))
    assert (record["status"], record["findings"]) == ("holds", [])
    assert record["mutants"]["killed"] == record["mutants"]["total"] == 3


def negative(stated: Upper) -> Iterator[Obligation]:
    yield AtMost(-x - 1, stated.bound, {x: Interval(0, 1)}, by="corner")


def test_a_tight_negative_bound_has_no_slack() -> None:
    record = judged(negative, Upper(Symbol("Q"), Integer(-1)))
    assert (record["status"], record["mutants"]["killed"], record["findings"]) == ("holds", 3, [])


def test_a_tight_lower_bound_that_is_negative_has_no_slack() -> None:
    record = judged(
        yields(lambda stated: AtMost(stated.bound, x - 1, {x: Interval(0, 1)})),
        Lower(Symbol("Q"), Integer(-1)),
    )
    assert (record["status"], record["mutants"]["killed"], record["findings"]) == ("holds", 3, [])


def test_a_loose_bound_is_reported_as_slack_and_must_be_listed() -> None:
    check = yields(lambda stated: AtMost(x, stated.bound, {x: Interval(0, 1)}))
    record = judged(check, Upper(Symbol("Q"), Integer(2)))
    assert (record["status"], record["mutants"]["loose"]) == ("holds", 2)
    assert [(finding["kind"], finding["listed"]) for finding in record["findings"]] == [("slack", False)]
    assert found_out(record)
    assert not found_out(judged(check, Upper(Symbol("Q"), Integer(2)), listed={"slack": "for a round number"}))


def test_a_bound_that_is_only_tried_at_cases_is_found_out() -> None:
    stated = Upper(Symbol("Q"), n, {n: integers(1)})

    def cases(stated: Upper) -> Iterator[Obligation]:
        for case in (1, 2, 3, 10):
            yield AtMost(case, stated.bound.subs(n, case))

    record = judged(cases, stated)
    assert record["mutants"]["late"]["held"]
    assert found_out(record)


# Hypotheses.


def test_a_needed_hypothesis_is_missed_when_dropped() -> None:
    record = judged(
        yields(
            lambda stated: AtMost(2 * x, stated.properties["sup"], stated.domains),
            lambda stated: Equal(stated.parts["f"], 2 * x, stated.domains),
            lambda stated: Equal(2, stated.properties["sup"]),
        ),
        Construction({"f": 2 * x}, {"sup": Integer(2)}, {x: Interval(0, 1)}),
    )
    dropped = [fate for fate in record["mutants"]["each"] if "dropped" in fate["change"]]
    assert [fate["fate"] for fate in dropped] == ["killed"]


def test_a_hypothesis_that_is_not_needed_is_slack() -> None:
    with as_printed():
        formula = x**2 - 1
    check = yields(lambda stated: Equal((x - 1) * (x + 1), stated.right, stated.domains))
    record = judged(check, Identity(Symbol("f"), formula, {x: Interval(0, 1)}))
    assert (record["mutants"]["loose"], record["mutants"]["survivors"]) == (1, [])
    assert [finding["kind"] for finding in record["findings"]] == ["slack"]


def test_a_check_that_ignores_the_hypothesis_is_found_out() -> None:
    with as_printed():
        formula = x**2 - 1
    check = yields(lambda stated: Equal((x - 1) * (x + 1), stated.right, {x: Interval(0, 1)}))
    record = judged(check, Identity(Symbol("f"), formula, {x: Interval(0, 1)}))
    assert len(record["mutants"]["survivors"]) == 1
    assert "hypothesis" in record["mutants"]["survivors"][0]


# Grades, givens and dependencies.


def claim_of(check: Check, stated: Statement) -> Claim:
    claim = Paper("toy", title="", authors="", version="").state("claim", locator="", title="", stated=stated)
    return claim.check()(check)


def test_the_grade_is_the_weakest() -> None:
    def mixed(stated: Identity) -> Iterator[Obligation]:
        yield from by_induction(stated)
        yield Equal(k * (k - 1), 0, {k: integers(0, 1)}, by="a finite part")

    record = judged(mixed, SUM_OF_NUMBERS)
    assert record["grade"] == "exhaustive"


def test_one_undecided_obligation_leaves_the_claim_undecided() -> None:
    def partly(stated: Identity) -> Iterator[Obligation]:
        yield from by_induction(stated)
        yield Equal(Sum(j, (j, 1, n)), stated.right, {n: integers(1)})

    assert judged(partly, SUM_OF_NUMBERS)["status"] == "undecided"


def test_a_bad_obligation_of_the_original_is_an_error_not_a_verdict() -> None:
    with pytest.raises(LemmataError, match="domain"):
        examine(claim_of(yields(lambda stated: Equal(stated.right, GAUSS)), SUM_OF_NUMBERS), SUM_OF_NUMBERS, None)  # type: ignore[arg-type]


def record(name: str, depends_on: tuple[str, ...] = (), **what: Any) -> dict[str, Any]:
    return {
        "id": name,
        "depends_on": list(depends_on),
        "status": "holds",
        "upheld": "holds",
        "grade": "symbolic",
        "given": [],
    } | what


def test_a_claim_is_never_stronger_than_what_it_depends_on() -> None:
    records = [
        record("c", ("b",)),
        record("b", ("a",), grade="exhaustive", given=["B"]),
        record("a", grade="sampled", given=["A"]),
    ]
    propagate(records)
    assert [r["grade"] for r in records] == ["sampled"] * 3
    assert records[0]["given"] == ["B", "A"]


@pytest.mark.parametrize(
    "what", [{"status": "fails", "upheld": "fails"}, {"status": "undecided", "upheld": "undecided"}]
)
def test_what_is_not_shown_undecides_what_follows(what: dict[str, str]) -> None:
    records = [record("c", ("b",)), record("b", ("a",)), record("a", **what)]
    propagate(records)
    assert [r["status"] for r in records[:2]] == ["undecided"] * 2
    assert [r["grade"] for r in records[:2]] == ["stated"] * 2


def test_a_corrected_misprint_supports_what_follows_and_a_failure_stays_one() -> None:
    records = [
        record("b", ("a",)),
        record("a", status="fails"),
        record("f", ("g",), status="fails", upheld="fails", grade="stated"),
    ]
    propagate(records)
    assert [r["status"] for r in records] == ["holds", "fails", "fails"]


@pytest.mark.parametrize("ring", [("a",), ("a", "b"), ("a", "b", "c")])
def test_circles_are_refused(ring: tuple[str, ...]) -> None:
    records = [record(name, (ring[(i + 1) % len(ring)],)) for i, name in enumerate(ring)]
    with pytest.raises(LemmataError, match="circle"):
        propagate([record("z", ("a",)), *records])


def test_constructions_are_judged_in_all_their_formulas() -> None:
    stated = Construction({"f": 2 * x}, {"sup": Integer(2)}, {x: Interval(-1, 1)})

    def check(stated: Construction) -> Iterator[Obligation]:
        (part,), (sup,) = stated.parts.values(), stated.properties.values()
        yield AtMost(part, sup, stated.domains)
        yield AtMost(-part, sup, stated.domains)
        yield Equal(part.subs(x, 1), sup)
        yield Equal(part.subs(x, -1), -sup)

    record = judged(check, stated)
    assert (record["status"], record["mutants"]["survivors"]) == ("holds", [])


def sum_by_induction(stated: Identity) -> Iterator[Obligation]:
    every = stated.domain_map()
    yield Equal(stated.right.subs(n, 1), 1)
    yield Equal(stated.right.subs(n, n + 1) - stated.right, n + 1, every)


def test_a_gap_is_a_refuted_step() -> None:
    record = judged(sum_by_induction, Identity(q, WRONG, {n: integers(1)}), listed={"gap": "does not follow"})
    (finding,) = record["findings"]
    assert (record["status"], finding["kind"], finding["listed"]) == ("fails", "gap", True)
    assert finding["witness"]
    assert not found_out(record)


def test_a_gap_with_its_repair() -> None:
    repair = [Edit("half", "right", 3, 2)]
    with as_printed():
        third = n * (n + 1) / 3
    stated = Identity(q, third, {n: integers(1)})
    record = judged(sum_by_induction, stated, correction=repair, listed={"gap": "does not follow"})
    assert [finding["kind"] for finding in record["findings"]] == ["gap"]
    assert record["upheld"] == "holds"
    assert not found_out(record)


@pytest.mark.parametrize("kind", ["gap", "not reproduced"])
def test_a_gap_that_is_none_is_found_out(kind: str) -> None:
    record = judged(sum_by_induction, Identity(q, GAUSS, {n: integers(1)}), listed={kind: "does not follow"})
    assert record["status"] == "holds"
    assert found_out(record)


def below_its_witness(stated: Upper) -> Iterator[Obligation]:
    yield AtMost(stated.quantity, stated.witnessed, stated.domain_map())


def test_a_printed_constant_is_refuted_only_if_a_much_larger_one_fails_too() -> None:
    constant, every = Symbol("C"), {n: integers(1)}
    small = judged(below_its_witness, Upper(30 * n, constant * n, every, {constant: Integer(2)}))
    assert small["status"] == "holds"
    growing = judged(below_its_witness, Upper(n**2, constant * n, every, {constant: Integer(2)}))
    assert growing["status"] == "fails"
