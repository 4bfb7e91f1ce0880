"""The install: bounded dependencies, a constraints file that covers them, declared commands."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@pytest.fixture(scope="module")
def project(repository: Path) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    return table


@pytest.fixture(scope="module")
def pinned(repository: Path) -> set[str]:
    lines = (repository / "constraints.txt").read_text().splitlines()
    rows = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", row) for row in rows)
    return {str(canonicalize_name(row.partition("==")[0])) for row in rows}


def _reached(requirements: list[str]) -> set[str]:
    """Names of all distributions that an install of the requirements brings here."""
    reached: set[str] = set()
    queue = [Requirement(text) for text in requirements]
    while queue:
        requirement = queue.pop()
        name = str(canonicalize_name(requirement.name))
        extras = requirement.extras or {""}
        if requirement.marker and not any(
            requirement.marker.evaluate({"extra": extra}) for extra in extras
        ):
            continue
        if name in reached:
            continue
        try:
            needs = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        reached.add(name)
        queue += [
            need
            for need in map(Requirement, needs)
            if not need.marker or any(need.marker.evaluate({"extra": e}) for e in extras)
        ]
    return reached


def test_constraints_pin_everything_an_install_brings(
    project: dict[str, Any], pinned: set[str]
) -> None:
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(need for extra in extras for need in extra)]
    assert _reached(wanted) - pinned == set()


def test_dependencies_of_the_run_have_an_upper_bound(project: dict[str, Any]) -> None:
    # tzdata is numbered by date and only ever adds
    loose = [d for d in project["dependencies"] if "<" not in d and not d.startswith("tzdata")]
    assert not loose


def test_entry_points_load(project: dict[str, Any]) -> None:
    from importlib import import_module

    for group in project["entry-points"].values():
        for target in group.values():
            module, _, name = target.partition(":")
            assert isinstance(getattr(import_module(module), name), type)
