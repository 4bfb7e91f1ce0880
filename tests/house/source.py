"""What the house tests look at: the project's own files, as git knows them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("rami", "twins", "adapters", "services", "models")


def tracked(root: Path, *patterns: str) -> list[Path]:
    """Files under version control that match the patterns, those not yet added included."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [root / line for line in listed.splitlines() if (root / line).is_file()]


def package_files(root: Path) -> list[Path]:
    """Python files of the five packages."""
    return tracked(root, *(f"{package}/*.py" for package in PACKAGES))


def docstrings(path: Path) -> Iterator[str]:
    """Every docstring of a file: module, classes and functions."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, kinds):
            text = ast.get_docstring(node)
            if text:
                yield text
