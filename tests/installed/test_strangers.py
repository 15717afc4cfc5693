"""An installed lemmata in other people's projects: folders of the same names, pages, tests, notebooks."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import json
import shutil
import sysconfig
from pathlib import Path

import pytest
from strangers import ROOT, run_in

SITE = Path(sysconfig.get_path("purelib"))

CLAIM_FILE = '''
from beside import claim_name
from sympy import Symbol, symbols

from lemmata import Equal, Identity, Paper, as_printed, integers
from theory.hermite import He

paper = Paper("mine", title="Mine", authors="Me", version="draft")
n = symbols("n")

with as_printed():
    printed = n * (n + 1) / 2


@paper.claim(claim_name, locator="Eq. 1", title="A sum", stated=Identity(Symbol("S"), printed, {n: integers(1)}))
def numbers(stated):
    """By induction; the second Hermite polynomial at 1 is 0."""
    yield Equal(stated.right.subs(n, 1), 1 + He(2, 1).doit(), by="n = 1")
    yield Equal(stated.right.subs(n, n + 1) - stated.right, n + 1, stated.domain_map(), by="step")
'''


@pytest.fixture
def own_theory(tmp_path: Path) -> Path:
    """A project with a package of its own that is called ``theory``, and its claims in it."""
    (tmp_path / "theory").mkdir()
    (tmp_path / "theory" / "__init__.py").write_text("raise RuntimeError('not to be imported')")
    (tmp_path / "theory" / "claims.py").write_text(CLAIM_FILE)
    (tmp_path / "theory" / "beside.py").write_text("claim_name = 'numbers'\n")
    (tmp_path / "pyproject.toml").write_text('[tool.lemmata]\nclaims = ["theory/claims.py"]\n')
    return tmp_path


def test_all_three_packages_come_from_the_wheel() -> None:
    for package in ("lemmata", "theory", "empirics"):
        assert Path(str(importlib.resources.files(package))).parent == SITE
        assert (SITE / package / "py.typed").is_file()
    files = {str(path) for path in importlib.metadata.files("lemmata") or ()}
    assert {"lemmata/schema/ledger-1.json", "lemmata/schema/ledger-2.json", "lemmata/templates/report.html"} <= files
    assert not [name for name in files if name.split("/")[0] in ("tests", "docs", "examples")]


def test_claims_in_a_folder_called_theory_are_found_by_configuration(own_theory: Path) -> None:
    run = run_in(own_theory)
    assert "1 holds" in run("lemmata", "run").stdout
    assert "mine/numbers" in run("lemmata", "list").stdout
    assert "mine/numbers" in run("lemmata", "show", "claims/numbers").stdout
    assert "1 holds" in run_in(own_theory / "theory")("lemmata", "run").stdout
    assert "1 holds" in run("lemmata", "run", "theory/claims.py").stdout


def test_where_the_folder_shadows_the_package_one_line_says_so(own_theory: Path) -> None:
    done = run_in(own_theory)("python", "-m", "lemmata", "run", "damian2022/lemma-17", expect=2)
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "not to be imported" in done.stderr or "shadows" in done.stderr


def test_claims_are_tests_where_pytest_is_asked(own_theory: Path) -> None:
    (own_theory / "test_mine.py").write_text("def test_mine():\n    assert True\n")
    run = run_in(own_theory)
    done = run("pytest", "-v", "-p", "no:cacheprovider", "--lemmata", "theory/claims.py")
    assert "lemmata::mine::numbers PASSED" in done.stdout
    assert "2 passed" in done.stdout
    assert "1 passed" in run("pytest", "-p", "no:cacheprovider").stdout


def test_without_torch_what_trains_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("torch")
    done = run_in(tmp_path)("lemmata", "run", "damian2022", expect=2)
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "install 'torch'" in done.stderr


def test_the_exact_side_needs_no_torch(tmp_path: Path) -> None:
    (tmp_path / "exact.py").write_text(
        "from sympy import Symbol, Rational\n"
        "from theory.activations import Relu\n"
        "from theory.gaussian import expectation\n"
        "z = Symbol('z')\n"
        "assert expectation(Relu(z) ** 2, z) == Rational(1, 2)\n"
    )
    run_in(tmp_path)("python", "exact.py")


@pytest.mark.parametrize("example", sorted(path.name for path in (ROOT / "examples").glob("*[0-9]")))
def test_the_examples_hold(example: str, tmp_path: Path) -> None:
    folder = tmp_path / example
    shutil.copytree(ROOT / "examples" / example, folder, ignore=shutil.ignore_patterns(".*", "*.egg-info", "lemmata-*"))
    run = run_in(folder)
    run("pip", "install", "-q", "--no-deps", "-e", ".")
    try:
        run("lemmata", "run")
        document = json.loads((folder / "lemmata-ledger.json").read_text(encoding="utf-8"))
        assert document["claims"]
        assert document["summary"]["exit_code"] == 0
        assert document["summary"]["holds"] == len(document["claims"])
        run("pytest", "-p", "no:cacheprovider")
        run("sphinx-build", "-q", "-W", "--keep-going", "-b", "html", "docs", "docs/_build")
    finally:
        run("pip", "uninstall", "-q", "-y", example)


STRANGERS_TESTS = """
import numpy as np
from hypothesis import given

from lemmata import strategies


@given(strategies.frames())
def test_frames_are_orthonormal(frame):
    columns = frame.array
    assert np.allclose(columns.T @ columns, np.eye(columns.shape[1]))
"""


def test_the_strategies_work_in_a_test_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(STRANGERS_TESTS)
    assert "1 passed" in run_in(tmp_path)("pytest", "-p", "no:cacheprovider").stdout


STRANGERS_STATISTICS = """
import pytest

from lemmata.assertions import RefutedError, assert_median


def absolute(rng):
    return abs(rng.standard_normal())


def test_true(lemmata_seed):
    assert_median(absolute, at_most=2, seed=lemmata_seed)


def test_false(lemmata_seed):
    with pytest.raises(RefutedError):
        assert_median(absolute, at_least=2, seed=lemmata_seed)


def test_draws(lemmata_draws):
    assert lemmata_draws["x"].standard_normal(3).shape == (3,)
"""


def test_the_assertions_and_fixtures_work_in_a_test_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(STRANGERS_STATISTICS)
    assert "3 passed" in run_in(tmp_path)("pytest", "-p", "no:cacheprovider").stdout


def test_a_claim_shows_itself_in_a_session(own_theory: Path) -> None:
    notebooks = own_theory / "notebooks"  # where a session's own folder does not shadow the package
    notebooks.mkdir()
    (notebooks / "session.py").write_text(
        "from lemmata import load\n"
        "claim = load('../theory/claims.py')['numbers']\n"
        "assert 'not judged' in claim._repr_html_()\n"
        "assert claim.verify().status == 'holds'\n"
        "html = claim._repr_html_()\n"
        "assert '<math' in html and 'holds' in html\n"
    )
    run_in(notebooks)("python", "session.py")
