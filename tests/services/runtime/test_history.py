"""What a live run gives to its historian, step by step, and a historian that fails."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from rami.communication.information_model.enumerations import BACKEND_KIND, LINK_STATE, MODE
from rami.core.errors import RunError
from rami.core.event import EventKind
from rami.core.quality import is_bad
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS
from rami.integration.mode import Mode
from services.control import Published
from services.runtime.history import LiveHistory
from services.runtime.words import Words
from tests.services.runtime.toys import Toy, in_mode


class Figures:
    """One figure; `until_ns` moves when an interval is over."""

    until_ns, value = 0, 1.0
    units = {"account.a.cost": "EUR"}

    def now(self, marks: Any) -> dict[str, tuple[float, str]]:
        assert set(marks) == {"toy"}
        return {"account.a.cost": (self.value, "EUR")}


class Writer:
    """Keeps what it is given; `trouble` and `fails` as the test says."""

    def __init__(self) -> None:
        self.signals: dict[str, Signal] = {}
        self.rows: list[tuple[str, int, float, int]] = []
        self.trouble = self.fails = ""

    def declare(self, signals: Iterable[Signal]) -> None:
        self.signals |= {signal.name: signal for signal in signals}

    def append(self, rows: Rows) -> int:
        return self.append_at(rows.names, int(rows.times[0]), rows.values, rows.status)

    def append_at(self, names: Any, ns: int, values: Any, status: Any) -> int:
        if self.fails:
            raise RunError(self.fails)
        assert set(names) <= set(self.signals), "declared before"
        self.rows += zip(names, [ns] * len(names), values.tolist(), status.tolist(), strict=True)
        return len(self.rows)

    def pressure(self) -> Any:
        state = "failing" if self.trouble else "running"
        return type("Pressure", (), {"state": state, "trouble": self.trouble})()

    def of(self, name: str) -> list[float]:
        return [value for one, _, value, _ in self.rows if one == name]


class Kept:
    """A toy twin with its history."""

    def __init__(self, mode: Mode = Mode.CONTROL) -> None:
        self.toy: Toy = in_mode(mode)
        self.into, self.figures, self.rung = Writer(), Figures(), ""
        modes = {"toy": self.toy.modes}
        self.site = Published("demo", {"toy": self.toy.modes.shown.points}, lambda: 0)
        words = Words(modes, lambda: self.rung)
        into: Any = self.into
        figures: Any = self.figures
        self.history = LiveHistory(into, modes, {}, figures, words, self.site.happened)
        self.step_ns = 0

    def step(self) -> None:
        self.toy.step(0.5, 0.5)
        self.step_ns += NS
        self.history.step(self.step_ns)


def test_every_point_at_every_step_with_its_quality() -> None:
    kept = Kept()
    assert kept.toy.plant is not None
    kept.step()
    kept.toy.plant.bad.add("x.T")
    kept.step()
    names = kept.toy.modes.shown.points.names
    assert [row[0] for row in kept.into.rows if row[0].startswith("toy.")] == [
        f"toy.{name}" for _ in range(2) for name in names
    ]
    marks = [mark for name, _, _, mark in kept.into.rows if name == "toy.x.T"]
    assert [bool(is_bad(np.uint32(mark))) for mark in marks] == [False, True]
    assert kept.into.signals["toy.x.E"].cumulative


def test_words_only_when_they_change() -> None:
    kept = Kept()
    for _ in range(3):
        kept.step()
    kept.rung = "milp"
    kept.step()
    kept.toy.change(Mode.SIMULATE)
    for _ in range(2):
        kept.step()
    assert kept.into.of("toy/Control/Mode") == [MODE.number("control"), MODE.number("simulate")]
    assert kept.into.of("toy/Backend/ActiveBackend") == [
        BACKEND_KIND.number("plant"), BACKEND_KIND.number("model"),
    ]  # fmt: skip
    assert kept.into.of("toy/Backend/LinkState") == [LINK_STATE.number("open")]
    assert kept.into.of("/Strategy/Schedule/Rung") == [0]


def test_figures_when_an_interval_is_over() -> None:
    kept = Kept()
    kept.step()
    assert not kept.into.of("account.a.cost@live")
    kept.figures.until_ns = 900 * NS
    kept.step()
    kept.step()
    kept.figures.until_ns, kept.figures.value = 1800 * NS, float("nan")
    kept.step()
    told = [row for row in kept.into.rows if row[0] == "account.a.cost@live"]
    assert [row[1] for row in told] == [900 * NS, 1800 * NS]
    assert told[0][2] == 1.0 and is_bad(np.uint32(told[1][3]))
    assert kept.into.signals["account.a.cost@live"].unit == "EUR"


def test_a_historian_that_fails_is_told_of_once_and_the_run_goes_on() -> None:
    kept = Kept()
    for kept.into.fails in ("", "disk full", "disk full", ""):
        kept.step()
    for kept.into.trouble in ("locked", "locked", ""):
        kept.step()
    told = [e for e in kept.site.events() if e.kind is EventKind.LINK]
    assert [e.active for e in told] == [True, False, True, False]
    assert "disk full" in told[0].text and "locked" in told[2].text
