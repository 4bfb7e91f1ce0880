"""Classes from entry points: ours, and those of a package from outside."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.twins.site.conftest import Changes
from twins.site import registry

_MODULE = """
from typing import ClassVar, Literal
from pydantic import BaseModel, ConfigDict
from rami.asset.component import Component
from rami.asset.reference import HeatingNetwork
from rami.core.quantity import Power
from rami.core.written import Switch

class Fixture(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["fixture"] = "fixture"
    loop: Switch = False

class SolarField(Component):
    kind: Literal["solar_field"] = "solar_field"
    network: HeatingNetwork
    power: Power

odd = dict
"""
_ENTRY_POINTS = """[rami.backends]
fixture = stranger:Fixture
strange = nowhere_to_be_found:Thing
odd = stranger:odd

[rami.components]
solar_field = stranger:SolarField
"""


@pytest.fixture
def check(
    tmp_path: Path, changed: Callable[[Changes], Path]
) -> Callable[[Changes], subprocess.CompletedProcess[str]]:
    """`rami check` of a changed site where a package from outside is installed."""
    folder = tmp_path / "path"
    package = folder / "stranger-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(_ENTRY_POINTS)
    (folder / "stranger.py").write_text(_MODULE)

    def run(changes: Changes) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "services.cli", "check", str(changed(changes))]
        return subprocess.run(
            command, capture_output=True, text=True, env={"PYTHONPATH": str(folder)}, check=False
        )

    return run


def test_ours_are_found() -> None:
    assert set(registry.backends()) >= {"fmu", "native"}
    assert set(registry.sources()) >= {"csv", "synthetic"}
    assert set(registry.strategies()) >= {"milp"}


def test_every_class_refuses_unknown_keys() -> None:
    for table in (registry.backends(), registry.sources(), registry.strategies()):
        for model in table.values():
            assert model.model_config["extra"] == "forbid"


@pytest.mark.parametrize(
    ("backend", "code", "words"),
    [
        ("{kind: fixture, loop: true}", 0, "fixture"),
        ("{kind: fixtur}", 2, "did you mean 'fixture'?"),
        ("{kind: fixture, loop: yes}", 2, "wanted true or false, got 'yes'"),
        ("{kind: strange}", 2, "does not load: No module named 'nowhere_to_be_found'"),
        ("{kind: odd}", 2, "is not a pydantic model"),
    ],
)
def test_a_backend_from_outside(
    backend: str,
    code: int,
    words: str,
    check: Callable[[Changes], subprocess.CompletedProcess[str]],
) -> None:
    done = check({"{kind: fmu}": backend})
    assert done.returncode == code
    assert words in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("network", "code", "words"),
    [
        ("hnht", 0, "is in order"),
        ("cn", 2, "'cn' is a cooling network"),
        ("hnhd", 2, "did you mean 'hnht'?"),
    ],
)
def test_references_of_a_kind_from_outside_are_checked(
    network: str,
    code: int,
    words: str,
    check: Callable[[Changes], subprocess.CompletedProcess[str]],
) -> None:
    line = f"      field: {{kind: solar_field, network: {network}, power: 1 MW}}\n"
    done = check({"      factory: {": f"{line}      factory: {{"})
    assert done.returncode == code
    assert words in done.stdout + done.stderr
