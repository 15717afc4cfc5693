"""Imports run one way: lemmata <- theory <- empirics <- tests."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORBIDDEN = {
    "lemmata": {"theory", "empirics", "tests", "torch"},
    "theory": {"empirics", "tests", "torch"},
    "empirics": {"tests"},
}
TEMPLATE = ROOT / "lemmata" / "templates" / "project"
"""A project of somebody else, as ``lemmata init`` writes it: data of lemmata, not a part of it."""
MODULES = [
    path
    for package in FORBIDDEN
    for path in sorted((ROOT / package).rglob("*.py"))
    if not path.is_relative_to(TEMPLATE)
]


def imported(tree: ast.AST) -> Iterator[str]:
    """Top-level packages that a module imports, wherever in it, by statement or by a literal name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                yield str(node.args[0].value).partition(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    wrong = set(imported(ast.parse(path.read_text(encoding="utf-8")))) & FORBIDDEN[package]
    assert not wrong, f"{package} imports {', '.join(sorted(wrong))}"


def test_all_three_packages_are_looked_at() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == set(FORBIDDEN)


@pytest.mark.parametrize(
    "line",
    ["import torch", "from torch.nn import Linear", "import_module('torch.nn')", "def f():\n import torch"],
)
def test_a_forbidden_import_is_seen(line: str) -> None:
    assert "torch" in set(imported(ast.parse(line)))
