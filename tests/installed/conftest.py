"""Tests of lemmata as a stranger has it: installed from its wheel, in an environment and a project of their own.

``.ci/wheel`` builds the wheel, installs it into a fresh environment, and runs them there. In a checkout they are skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

import lemmata

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
INSTALLED = Path(lemmata.__file__).is_relative_to(sysconfig.get_path("purelib"))

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Project = tuple[Path, Run]
"""A project's folder, and how to run a program there."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not INSTALLED:
        for item in items:
            if item.path.is_relative_to(Path(__file__).parent):
                item.add_marker(pytest.mark.skip(reason="lemmata is not installed from a wheel here; run .ci/wheel"))


def run_in(folder: Path) -> Run:
    """How to run a program of the environment in a folder; it must end with the exit code ``expect``."""
    # Nothing that could lead to the checkout, or tell a program that it runs within a test.
    ours = ("PYTHON", "PYTEST", "LEMMATA", "VIRTUAL_ENV", "COVERAGE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}

    def run(program: str, *arguments: str, expect: int = 0, **extra: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [BIN / program, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=600,
            env={**environment, "PATH": f"{BIN}{os.pathsep}{os.defpath}", **extra},
        )
        assert done.returncode == expect, f"{program} {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of ``lemmata init``, installed as its README says."""
    place = tmp_path_factory.mktemp("strangers")
    (wheel,) = (ROOT / ".wheel" / "dist").glob("*.whl")
    run_in(place)("lemmata", "init", "wu2031", "--requirement", f"lemmata @ {wheel.as_uri()}")
    run = run_in(place / "wu2031")
    run("pip", "install", "-q", "-e", ".[test,docs]")
    return place / "wu2031", run
