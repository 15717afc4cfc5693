"""Fixtures of the pytest plugin: each test has its own draws, whatever else runs; and what a failed assertion shows."""

from __future__ import annotations

import doctest
import json
import re
import sys
from pathlib import Path

import pytest

# Runs in this process would otherwise import NumPy anew each time, which compiled modules do not bear.
import lemmata.assertions

RECORDING = """
import json
from pathlib import Path

import pytest

from lemmata.assertions import assert_median


def record(request, value):
    (Path(__file__).parent / f"{request.node.name}.json").write_text(json.dumps(value))


def test_one(request, lemmata_draws):
    record(request, lemmata_draws["weights"].random())


def test_two(request, lemmata_draws):
    record(request, lemmata_draws["weights"].random())


@pytest.mark.parametrize("n", [1, 2])
def test_grid(request, lemmata_draws, n):
    record(request, lemmata_draws["weights"].random())


def uniform(rng):
    return rng.random()


def test_measured(request, lemmata_seed):
    record(request, assert_median(uniform, at_least=0.1, seed=lemmata_seed).value)


def test_measured_too(request, lemmata_seed):
    record(request, assert_median(uniform, at_least=0.1, seed=lemmata_seed).value)
"""

ALL = ["test_one", "test_two", "test_grid[1]", "test_grid[2]", "test_measured", "test_measured_too"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")  # slow to load, and not wanted


def recorded(pytester: pytest.Pytester, *arguments: str) -> dict[str, float]:
    """What each test of the file drew in a run."""
    for old in pytester.path.glob("*.json"):
        old.unlink()
    pytester.makepyfile(test_draws=RECORDING)
    assert pytester.runpytest_inprocess("-q", *arguments).ret == 0
    return {file.stem: json.loads(file.read_text()) for file in pytester.path.glob("*.json")}


def test_each_test_has_draws_of_its_own(pytester: pytest.Pytester) -> None:
    drawn = recorded(pytester)
    assert sorted(drawn) == sorted(ALL)
    assert len(set(drawn.values())) == len(drawn)


def test_draws_do_not_depend_on_what_else_runs_or_where(pytester: pytest.Pytester) -> None:
    drawn = recorded(pytester)
    assert recorded(pytester) == drawn
    assert recorded(pytester, *(f"test_draws.py::{name}" for name in reversed(ALL))) == drawn
    assert recorded(pytester, "test_draws.py::test_two") == {"test_two": drawn["test_two"]}
    assert recorded(pytester, "-n", "2") == drawn


def test_another_root_seed_replicates(pytester: pytest.Pytester) -> None:
    drawn = recorded(pytester)
    assert recorded(pytester, "--lemmata-seed", "1") == drawn
    others = recorded(pytester, "--lemmata-seed", "2")
    assert others.keys() == drawn.keys()
    assert not set(others.values()) & set(drawn.values())


def test_a_failed_assertion_shows_the_test_and_one_line(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_false="""
        from lemmata.assertions import assert_median

        def uniform(rng):
            return rng.random()

        def test_false():
            assert_median(uniform, at_least=2)

        def test_bad_input():
            assert_median(uniform, at_least=1, slack=2)

        def test_open():
            assert_median(uniform, at_least=0.49)
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            ">*assert_median(uniform, at_least=2)",
            "E * lemmata.assertions.RefutedError: median of uniform: * by 24 seeds, outside of [[]2, inf) (*)",
            ">*assert_median(uniform, at_least=1, slack=2)",
            "E * lemmata.errors.LemmataError: region by slack, at_least: give *",
            ">*assert_median(uniform, at_least=0.49)",
            "E * lemmata.assertions.UndecidedError: median of uniform: * by 384 seeds, which leaves *",
        ]
    )
    assert "_assert(" not in result.stdout.str()
    assert "assertions.py:" not in result.stdout.str().replace("test_", "")


def test_an_error_in_the_function_shows_its_line(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_breaks="""
        from lemmata.assertions import assert_median

        def breaks(rng):
            return {}["missing"]

        def test_it():
            assert_median(breaks, at_least=2)
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(
        ['>*return {}[[]"missing"[]]', "E*KeyError: 'missing'", "E*in breaks, replicate 0 of root seed 1"]
    )
    assert "assertions.py:" not in result.stdout.str()


def test_fixtures_are_listed_with_their_use(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--fixtures")
    result.stdout.fnmatch_lines(["lemmata_seed -- *", "*own seed, from its node id and --lemmata-seed: *"])
    result.stdout.fnmatch_lines(["lemmata_draws -- *"])


def test_nothing_is_imported_for_fixtures_that_nobody_uses(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_user="def test_user(): pass")
    result = pytester.run(sys.executable, "-X", "importtime", "-m", "pytest", "test_user.py")
    assert result.ret == 0
    loaded = {line.rpartition("|")[2].strip() for line in result.errlines}
    assert "lemmata.profiles" in loaded  # as the plugin imports it
    assert not loaded & {"lemmata.assertions", "lemmata.decisions", "lemmata.seeding", "scipy", "sympy"}


def test_no_store_is_made(pytester: pytest.Pytester) -> None:
    recorded(pytester)
    assert not Path(pytester.path, ".lemmata").exists()


# The page on assertions.

PAGE = (Path(__file__).parents[2] / "docs" / "assertions.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_the_tests_of_the_page_pass(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_page="\n\n".join(blocks("python")))
    pytester.runpytest_inprocess().assert_outcomes(passed=6)


def test_the_example_of_the_module_passes(pytester: pytest.Pytester) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", str(lemmata.assertions.__doc__), flags=re.DOTALL)
    pytester.makepyfile(test_example=example)
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_the_message_of_the_page_is_shown(pytester: pytest.Pytester) -> None:
    (message,) = blocks("text")
    unguarded = re.sub(r"    with pytest.raises\(RefutedError\):\n    ", "", blocks("python")[0])
    pytester.makepyfile(test_page=unguarded)
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=3, failed=1)
    assert message.strip() in result.stdout.str()


def test_the_plans_of_the_page_are_as_printed() -> None:
    (session,) = blocks("pycon")
    test = doctest.DocTestParser().get_doctest(session, {}, "assertions.md", None, None)
    assert doctest.DocTestRunner().run(test) == (0, 6)
