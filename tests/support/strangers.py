"""Running programs of an environment that has lemmata installed from its wheel, as somebody else would."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import lemmata

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
INSTALLED = Path(lemmata.__file__).is_relative_to(sysconfig.get_path("purelib"))

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Project = tuple[Path, Run]
"""A project's folder, and how to run a program there."""


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
