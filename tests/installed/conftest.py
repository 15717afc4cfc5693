"""Tests of lemmata as a stranger has it: installed from its wheel, in an environment and a project of their own.

``.ci/wheel`` builds the wheel, installs it into a fresh environment, and runs them there. In a checkout they are skipped.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from strangers import INSTALLED, ROOT, Project, run_in


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not INSTALLED:
        for item in items:
            if item.path.is_relative_to(Path(__file__).parent):
                item.add_marker(pytest.mark.skip(reason="lemmata is not installed from a wheel here; run .ci/wheel"))


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of ``lemmata init``, installed as its README says."""
    place = tmp_path_factory.mktemp("strangers")
    (wheel,) = (ROOT / ".wheel" / "dist").glob("*.whl")
    run_in(place)("lemmata", "init", "wu2031", "--requirement", f"lemmata @ {wheel.as_uri()}")
    run = run_in(place / "wu2031")
    run("pip", "install", "-q", "-e", ".[test,docs]")
    return place / "wu2031", run
