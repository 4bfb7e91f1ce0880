"""How a run keeps time, by a clock on the wall that is played."""

from __future__ import annotations

from typing import Any

import pytest

from rami.core.event import EventKind, Severity
from rami.core.timegrid import NS
from services.runtime import clock as module
from services.runtime.clock import Lateness, PacedClock, SimulatedClock
from services.runtime.late_watch import CALM, LateWatch

START = 1_600_000_000 * NS


class Wall:
    """The wall clock; `sleep` lets it pass."""

    def __init__(self) -> None:
        self.ns = 50 * NS
        self.back_ns = 0
        self.slept: list[float] = []

    def monotonic_ns(self) -> int:
        return self.ns

    def time_ns(self) -> int:
        return START + self.ns - self.back_ns

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.ns += round(seconds * NS)

    def pass_(self, seconds: float) -> None:
        self.ns += round(seconds * NS)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    found = Wall()
    monkeypatch.setattr(module, "time", found)
    return found


def test_simulated_time_passes_when_told() -> None:
    clock = SimulatedClock(START)
    assert clock.until(START + 10 * NS) == 0.0
    assert clock() == START + 10 * NS and clock.lateness.steps == 1
    assert not clock.behind(START)


def test_scaled_time_is_a_multiple_of_the_walls(wall: Wall) -> None:
    clock = PacedClock(START, 60.0)
    wall.pass_(0.001)
    assert clock.until(START + 60 * NS) == pytest.approx(0.0, abs=1e-9)
    assert sum(wall.slept) == pytest.approx(0.999)
    wall.pass_(0.25)
    assert clock() == START + 75 * NS
    clock.until(START + 120 * NS)
    assert clock.lateness.late == clock.lateness.missed == 0


def test_scaled_time_stands_still_for_a_process_that_was_held_up(wall: Wall) -> None:
    clock = PacedClock(START, 60.0)
    clock.until(START + 60 * NS)
    wall.pass_(30.0)
    seen = [clock()]
    late = clock.until(START + 120 * NS)
    assert late == pytest.approx(29.0) and clock.lateness.missed == 1
    for step in range(3, 6):
        seen.append(clock())
        wall.slept.clear()
        clock.until(START + step * 60 * NS)
        seen.append(clock())
        assert not clock.behind(START + (step - 1) * 60 * NS)
    assert seen == sorted(seen), "never back"
    assert seen[0] <= START + 121 * NS, "plants are where they were left"
    assert sum(wall.slept) == pytest.approx(1.0), "in time again"
    assert clock.lateness.missed == 1


def test_real_time_is_the_walls_and_steps_are_made_up_for(wall: Wall) -> None:
    clock = PacedClock(wall.time_ns(), real=True)
    first = clock()
    clock.until(first + 1 * NS)
    assert not clock.behind(first + 1 * NS)
    wall.pass_(30.0)
    assert clock.behind(first + 1 * NS)
    behind = []
    for step in range(2, 35):
        behind.append(clock.behind(first + (step - 1) * NS))
        clock.until(first + step * NS)
    assert sum(behind) in (29, 30) and not any(behind[31:])
    assert clock() == wall.time_ns() == first + 34 * NS


@pytest.mark.parametrize("back_s", [3600.0, -3600.0])
def test_real_time_goes_on_where_the_wall_clock_is_set_back(wall: Wall, back_s: float) -> None:
    """Steps stay near their length, and the wall is caught up with; set forth it is followed."""
    clock = PacedClock(START + wall.ns, real=True)
    begin = clock()
    wall.back_ns = round(back_s * NS)
    seen = [clock()]
    for step in range(1, 4001):
        if seen[-1] < begin + step * 10 * NS:
            wall.slept.clear()
            clock.until(begin + step * 10 * NS)
            assert sum(wall.slept) <= 12.0
        seen.append(clock())
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(wall.time_ns(), abs=12 * NS)


def test_lateness_is_a_condition_and_not_a_flood() -> None:
    told: list[tuple[str, bool, dict[str, Any]]] = []

    def happened(
        kind: EventKind, source: str, severity: Severity, text: str, *, condition: str = "",
        active: bool = False, **details: float | str | bool,
    ) -> None:  # fmt: skip
        assert kind is EventKind.LATE and condition == "late"
        told.append((text, active, details))

    lateness = Lateness()
    watch = LateWatch(lateness, happened)
    for step in range(1000):
        lateness.note(2.0 if step % 5 == 0 and 100 <= step < 300 else 0.0, 1.0)
        watch.look()
    assert [active for _, active, _ in told] == [True, False]
    assert "2 s" in told[0][0] and told[1][2]["missed"] == 40 and CALM < 700
    assert "missed: 40" in told[1][0]
