"""The thirty fixed expectations, against quadrature that is split at the kinks."""

import doctest
from pathlib import Path

import pytest
import sympy
from split_quadrature import quadrature

from theory.gaussian import expectation
from theory.gaussian.thirty import THIRTY, Case

DOCUMENTED = Path(__file__).parents[2] / "docs" / "gaussian.md"


def test_the_documentation_lists_them() -> None:
    rows = [line.split("|") for line in DOCUMENTED.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert [(row[1].strip(" `"), row[2].strip()) for row in rows] == [(case.name, case.family) for case in THIRTY]


def test_its_examples_are_right() -> None:
    assert doctest.testfile(str(DOCUMENTED), module_relative=False).failed == 0


def test_they_are_thirty_with_names_of_their_own() -> None:
    assert len({case.name for case in THIRTY}) == len(THIRTY) == 30


@pytest.mark.parametrize("case", THIRTY, ids=lambda case: case.name)
def test_against_quadrature(case: Case) -> None:
    exact = expectation(case.expression, *case.variables, covariance=case.covariance)
    assert exact.free_symbols <= case.at.keys()
    value, error = quadrature(case.independent.subs(case.at), case.variables)
    assert error < 1e-10 * max(1, abs(value))
    assert abs(sympy.N(exact.subs(case.at), 20) - value) <= error


@pytest.mark.parametrize("case", [case for case in THIRTY if case.root is not None], ids=lambda case: case.name)
def test_correlated_variables_are_affine_forms_of_independent_ones(case: Case) -> None:
    one = expectation(case.expression, *case.variables, covariance=case.covariance)
    other = expectation(case.independent, *case.variables)
    assert abs(sympy.N((one - other).subs(case.at), 30, chop=True)) < 1e-25
