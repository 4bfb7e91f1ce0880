"""The plant's heartbeat lives as long as the loop, and no longer than the twin is in control."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from rami.asset.live import Beating
from rami.core.timegrid import NS
from rami.integration.guard import Guard
from rami.integration.heartbeat import Heart, HeartbeatSettings
from rami.integration.limits import limits_of
from rami.integration.mode import Mode
from rami.integration.sealed import sealed
from tests.integration.bench import HandClock, ListAudit, bench


@pytest.fixture
def pulse(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    """The clock on the wall, by hand."""
    wall = HandClock(0)
    monkeypatch.setattr("rami.integration.heartbeat.monotonic", lambda: wall() / NS)
    return wall


def _heart(clock: HandClock, woken: list[int], **said: object) -> Heart:
    return Heart(HeartbeatSettings.model_validate(said), clock, lambda: woken.append(1))


def test_it_beats_only_while_the_loop_does(pulse: HandClock) -> None:
    heart = _heart(HandClock(), [], period="5 s")
    assert not heart.alive
    heart.beat()
    assert heart.alive
    pulse.pass_(15.0)
    assert heart.alive
    pulse.pass_(0.1)
    assert not heart.alive
    heart.beat()
    assert heart.alive


def test_a_limit_of_ones_own(pulse: HandClock) -> None:
    heart = _heart(HandClock(), [], period="5 s", limit="6 s")
    heart.beat()
    pulse.pass_(6.1)
    assert not heart.alive
    with pytest.raises(ValidationError, match="`limit` is below `period`"):
        _heart(HandClock(), [], period="5 s", limit="4 s")


@pytest.mark.usefixtures("pulse")
def test_where_time_runs_otherwise_it_is_written_at_once() -> None:
    clock, woken = HandClock(), []  # type: HandClock, list[int]
    heart = _heart(clock, woken, period="5 s")
    heart.beat()
    assert woken == [1]
    heart.number(100.0)
    heart.beat()
    assert woken == [1]
    clock.pass_(5.0)
    heart.beat()
    assert woken == [1, 1]
    heart.number(100.0)
    clock.pass_(-3600.0)  # set back
    heart.beat()
    assert woken == [1, 1, 1]


def test_what_is_written() -> None:
    clock = HandClock()
    counter, toggle = (_heart(clock, [], kind=kind) for kind in ("counter", "toggle"))
    assert [counter.number(3.0) for _ in range(5)] == [1, 2, 3, 0, 1]
    assert [toggle.number(255.0) for _ in range(3)] == [1, 0, 1]
    assert _heart(clock, [], kind="time").number(2.0**32 - 1) == clock() // NS
    endless = _heart(clock, [])
    assert [endless.number(float("inf")) for _ in range(2)] == [1, 2]


class _Alive:
    """A plant that counts beats."""

    def __init__(self) -> None:
        plant = bench().plant
        self.inputs, self.outputs = plant.inputs, plant.outputs
        self.command, self.read_back = plant.command, plant.read_back
        self.beats = 0

    def beat(self) -> None:
        self.beats += 1


def test_only_one_in_control_that_can_write_keeps_it_up() -> None:
    plant, audit, clock = _Alive(), ListAudit(), HandClock()
    limits = limits_of(plant.inputs, plant.outputs.points, None).all
    guard = Guard("hts", plant, limits, audit, clock, mode=Mode.CONTROL)  # type: ignore[arg-type]
    guard.beat_plant()
    assert plant.beats == 1
    for mode in (Mode.ADVISE, Mode.SHADOW, Mode.SIMULATE):
        guard.set_mode(mode, "operator:x", "test")
        guard.step()
        guard.beat_plant()
    assert plant.beats == 1
    guard.set_mode(Mode.CONTROL, "operator:x", "test")
    guard.step()
    guard.beat_plant()
    assert plant.beats == 2
    audit.broken = "no space left"
    guard.stop("operator:x", "test")
    guard.step()
    assert guard.trouble
    guard.beat_plant()
    assert plant.beats == 2


def test_a_plant_without_one_needs_none() -> None:
    b = bench()
    b.guard.beat_plant()


def test_who_looks_at_a_sealed_plant_cannot_keep_it_alive() -> None:
    plant = _Alive()
    guard, watched = sealed("hts", plant, ListAudit(), HandClock())  # type: ignore[arg-type]
    assert isinstance(plant, Beating)
    assert not isinstance(watched, Beating)
    guard.beat_plant()  # in shadow
    assert plant.beats == 0
