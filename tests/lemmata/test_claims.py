from collections.abc import Iterator

import pytest
from sympy import Interval, S, Symbol, symbols

from lemmata import Edit, Equal, Identity, LemmataError, Paper, as_printed, integers
from lemmata.obligations import Obligation

x, n, q = symbols("x n q")

with as_printed():
    FORMULA = n * (n - 1) / 2
    TWICE = n + (n - 1)


@pytest.fixture
def paper() -> Paper:
    return Paper("toy", title="A toy", authors="Nobody", version="1")


def state(paper: Paper, slug: str = "sum", stated: Identity | None = None, **what: object) -> object:
    stated = stated or Identity(q, FORMULA, {n: integers(1)})
    return paper.state(slug, locator="Lemma 1", title="Sum", stated=stated, **what)


def check(stated: Identity) -> Iterator[Obligation]:
    """The prose."""
    yield Equal(stated.right, stated.right, {n: integers(1)})


def test_a_claim_by_decorator(paper: Paper) -> None:
    claim = paper.claim("sum", locator="Lemma 1", title="Sum", stated=Identity(q, FORMULA, {n: integers(1)}))(check)
    assert paper.claims == {"sum": claim}
    assert (claim.id, claim.prose, claim.upheld) == ("toy/sum", "The prose.", claim.stated)
    code = claim.source_code()
    assert code is not None
    assert "The prose." in code["text"]
    assert code["file"].endswith("test_claims.py")


def test_an_unchecked_claim_has_no_source(paper: Paper) -> None:
    assert state(paper).source_code() is None


@pytest.mark.parametrize("slug", ["Sum", "a b", "a--b", "-a", "a_b", "", "a/b", "ä"])
def test_malformed_names(paper: Paper, slug: str) -> None:
    with pytest.raises(LemmataError, match="lower-case"):
        state(paper, slug)
    with pytest.raises(LemmataError, match="lower-case"):
        Paper(slug, title="", authors="", version="")


def test_a_name_is_used_once_and_a_claim_checked_once(paper: Paper) -> None:
    claim = state(paper)
    with pytest.raises(LemmataError, match="twice"):
        state(paper)
    claim.check()(check)
    with pytest.raises(LemmataError, match="two checks"):
        claim.check()(check)


def test_unknown_findings(paper: Paper) -> None:
    with pytest.raises(LemmataError, match="no finding is called 'wrong'"):
        state(paper, listed={"wrong": ""})
    assert not paper.claims


def test_the_upheld_statement_has_all_edits_and_can_spare_each(paper: Paper) -> None:
    with as_printed():
        sign = Edit("sign", "right", n - 1, n + 1)
    half = Edit("half", "right", S(2), S(3))
    claim = state(paper, correction=[sign, half])
    assert claim.upheld.right.subs(n, 2).doit() == 2
    assert claim.without(sign).right.subs(n, 3).doit() == 2
    assert claim.without(half).right.subs(n, 3).doit() == 6


def test_edits_must_apply_each_by_itself(paper: Paper) -> None:
    with pytest.raises(LemmataError, match="does not occur"):
        state(paper, correction=[Edit("missing", "right", x, n)])
    with pytest.raises(LemmataError, match="does not occur"):
        state(paper, correction=[Edit("first", "right", n, x), Edit("second", "right", x, n + 1)])
    assert not paper.claims


def test_bad_domains_are_refused_where_they_are_stated(paper: Paper) -> None:
    with pytest.raises(LemmataError, match="empty"):
        state(paper, stated=Identity(q, FORMULA, {n: integers(2, 1)}))
    with pytest.raises(LemmataError, match="positive"):
        state(paper, stated=Identity(q, FORMULA, {Symbol("x", positive=True): Interval(0, 1)}))
    assert not paper.claims


def test_domains_may_be_typed_inside_of_the_print(paper: Paper) -> None:
    with as_printed():
        stated = Identity(q, n * (n - 1) / 2, {n: integers(1), x: Interval(0, 1)})
    assert state(paper, stated=stated).stated.scope() == {"n": "integers n >= 1", "x": "0 <= x <= 1"}
