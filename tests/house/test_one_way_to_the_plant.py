"""Nobody but the guard commands a plant: `.command` is not named outside `rami.integration`.

An `app.command` is typer's, and definitions are the backends' own.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.source import package_files

#: where a backend's `command` may be called
HOME = Path("rami/integration")
#: files in it that do
CALLERS = {HOME / "guard_step.py"}
#: files in which it is a vector of numbers
NUMBERS = {
    Path("rami/functional/technical/feedforward.py"),
    Path("rami/functional/technical/station.py"),
}
_BY_TEXT = {"getattr", "attrgetter", "methodcaller", "__getattribute__"}


def commanding(source: str) -> list[int]:
    """Lines that name an attribute `command`, or ask for one by text."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr == "command":
            if not (isinstance(node.value, ast.Name) and node.value.id.endswith("app")):
                found.append(node.lineno)
        elif isinstance(node, ast.Call):
            asks = getattr(node.func, "id", getattr(node.func, "attr", "")) in _BY_TEXT
            if asks and any(
                isinstance(a, ast.Constant) and a.value == "command" for a in node.args
            ):
                found.append(node.lineno)
    return found


def test_only_the_guard_commands_a_plant(repository: Path) -> None:
    callers = {
        path.relative_to(repository)
        for path in package_files(repository)
        if commanding(path.read_text(encoding="utf-8"))
    }
    assert callers - NUMBERS == CALLERS


@pytest.mark.parametrize(
    "source",
    [
        "plant.command(values, chosen)",
        "do = plant.command",
        "self.backend.plant.command(values, chosen)",
        "getattr(plant, 'command')(values, chosen)",
        "operator.methodcaller('command', v, c)(plant)",
    ],
)
def test_a_way_around_is_noticed(source: str) -> None:
    assert commanding(source) == [1]


def test_what_is_meant_is_let_through() -> None:
    assert commanding("@app.command()\ndef check() -> None: ...") == []
    assert commanding("class B:\n    def command(self, v, c): ...") == []


def test_what_a_guard_leaves_cannot_command() -> None:
    from rami.asset.live import Commandable, Observable
    from rami.integration.mode import Mode
    from rami.integration.sealed import sealed
    from tests.integration.bench import OUTPUTS, HandClock, ListAudit, Recorder, inputs

    clock = HandClock()
    plant = Recorder(inputs(2), OUTPUTS, clock)
    guard, watched = sealed("hts", plant, ListAudit(), clock, mode=Mode.CONTROL)
    assert isinstance(watched, Observable)
    for left in (guard, watched):
        assert not isinstance(left, Commandable)
        assert not any(
            value is plant for name, value in vars(left).items() if not name.startswith("_")
        )


def test_only_the_guard_asks_who_has_a_heartbeat(repository: Path) -> None:
    askers = {
        path.relative_to(repository)
        for path in package_files(repository)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id == "Beating"
    }
    assert askers == {HOME / "guard.py"}
