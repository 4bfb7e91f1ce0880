"""Each of the paper's equations is found in the code by its number, with one search."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.house.source import docstrings, package_files

EQUATIONS = [str(number) for number in range(1, 25)] + ["11a", "11b"]
_REFERENCE = re.compile(r"\beq\. (\d+[a-z]?)\b", re.IGNORECASE)


def _homes(root: Path) -> dict[str, set[str]]:
    homes: dict[str, set[str]] = defaultdict(set)
    for path in package_files(root):
        for text in docstrings(path):
            for number in _REFERENCE.findall(text):
                homes[number].add(str(path.relative_to(root)))
    return homes


@pytest.fixture(scope="module")
def homes(repository: Path) -> dict[str, set[str]]:
    return _homes(repository)


@pytest.mark.parametrize("number", EQUATIONS)
def test_equation_stands_in_a_docstring(number: str, homes: dict[str, set[str]]) -> None:
    assert homes[number], f"no docstring of the packages says 'eq. {number}'"


def test_no_docstring_names_an_equation_that_does_not_exist(homes: dict[str, set[str]]) -> None:
    unknown = {number: files for number, files in homes.items() if number not in EQUATIONS}
    assert not unknown


def test_the_table_of_equations_names_their_modules(
    repository: Path, homes: dict[str, set[str]]
) -> None:
    page = (repository / "docs" / "reference" / "equations.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\d+[ab]?) \|.*`([\w/.]+)` \|$", page, re.MULTILINE))
    assert sorted(rows) == sorted(EQUATIONS)
    assert {number for number, file in rows.items() if file not in homes[number]} == set()
