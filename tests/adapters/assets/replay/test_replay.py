"""The replay backend: speed, ends, gaps, quality, lines, files and histories."""

from __future__ import annotations

import numpy as np
import pytest

from rami.asset.live import LinkState, Taken
from rami.core.quality import Family, Reason, is_bad, is_good, quality
from rami.core.timegrid import NS
from tests.adapters.assets.replay.recorded import (
    BAD,
    DOUBTFUL,
    MINUTE,
    PLAIN,
    T0,
    Clock,
    Opened,
)


def test_moved_on_alone(opened: Opened, clock: Clock) -> None:
    backend = opened(optional=["hx.u"])
    assert backend.observe().values.tolist() == [50.0, 10.0, 100.0]
    clock.now += 3600 * NS
    assert backend.observe().values.tolist() == [50.0, 10.0, 100.0]
    backend.advance(119.0)
    assert backend.observe().values.tolist() == [51.0, 20.0, 101.0]
    assert backend.observe().times_ns.tolist() == [clock.now - 59 * NS] * 3
    assert backend.recorded_ns == T0 + 119 * NS


@pytest.mark.parametrize("speed", [0.5, 1.0, 60.0])
def test_with_the_clock_at_any_speed(opened: Opened, clock: Clock, speed: float) -> None:
    backend = opened(optional=["*"], speed=speed)
    clock.now += round(90 / speed * NS)
    seen = backend.observe()
    assert seen.values.tolist() == [51.0, 20.0, 101.0]
    assert (clock.now - seen.times_ns).tolist() == [round(30 / speed * NS)] * 3
    backend.advance(60.0)
    assert backend.observe().values[0] == 52.0


def test_quality_as_recorded(opened: Opened) -> None:
    backend = opened(optional=["*"])
    backend.advance(120.0)
    assert backend.observe().quality.tolist() == [0, DOUBTFUL, 0]
    backend.advance(59.0)
    backend.advance(1.0)
    seen = backend.observe()
    assert seen.quality.tolist() == [0, BAD, 0]
    assert seen.values.tolist() == [53.0, 30.0, 103.0], "the last usable value stays"
    assert seen.times_ns[1] == seen.times_ns[0] - MINUTE


def test_gaps_as_recorded(opened: Opened) -> None:
    minutes = [*range(5), *range(20, 25)]
    series = {
        "hx.T": ("temperature", [(m, 50.0 + m, 0) for m in minutes]),
        "hx.P": ("power", [(m, float("nan") if m == 2 else m, 0) for m in range(25)]),
        "hx.E": ("energy", [(m, m, 0) for m in range(3, 25)]),
    }
    backend = opened(series, optional=["*"])
    before = backend.observe()
    assert np.isnan(before.values[2])
    assert before.quality[2] & Reason.MISSING
    assert before.times_ns[2] == 0
    backend.advance(150.0)
    assert backend.observe().quality[1] == quality(Family.BAD, Reason.MISSING)
    assert backend.observe().values[1] == 1.0
    backend.advance(4 * 60.0)
    assert is_good(backend.observe().quality).all()
    backend.advance(2 * 60.0)
    held = backend.observe()
    assert held.values[0] == 54.0
    assert held.quality[0] == quality(Family.BAD, Reason.STALE)
    patient = opened(series, optional=["*"], gap="30 min")
    patient.advance(10 * 60.0)
    assert is_good(patient.observe().quality).all()


def test_lines_between_rows(opened: Opened) -> None:
    backend = opened(optional=["*"], between="line")
    backend.advance(30.0)
    assert backend.observe().values.tolist() == [50.5, 15.0, 100.5]
    backend.advance(120.0)
    assert backend.observe().values.tolist() == [52.5, 30.0, 102.5], "no line to a bad row"


def test_at_the_end_it_is_lost(opened: Opened) -> None:
    backend = opened(optional=["*"])
    backend.advance(239.0)
    assert backend.link().state is LinkState.OPEN
    backend.advance(10.0)
    assert backend.link().state is LinkState.LOST
    assert "ended" in backend.link().trouble
    assert backend.link().losses == 1
    seen = backend.observe()
    assert seen.values[0] == 53.0
    assert is_bad(seen.quality).all()
    (answer,) = backend.command(np.array([0.5]), np.array([True]))
    assert answer.taken is Taken.LOST
    backend.open()
    assert backend.observe().values[0] == 50.0


def test_at_the_end_it_holds(opened: Opened) -> None:
    backend = opened(optional=["*"], at_end="hold")
    backend.advance(1e6)
    assert backend.link().state is LinkState.OPEN
    seen = backend.observe()
    assert seen.values.tolist() == [53.0, 30.0, 103.0]
    assert (seen.quality == DOUBTFUL)[[0, 2]].all()


def test_at_the_end_it_begins_anew_and_registers_count_on(opened: Opened) -> None:
    backend = opened(optional=["*"], at_end="loop")
    for _ in range(2):
        backend.advance(4 * 60.0)
    assert backend.observe().values.tolist() == [50.0, 10.0, 106.0]
    assert is_good(backend.observe().quality).all()


def test_commands_are_kept_and_change_nothing(opened: Opened, clock: Clock) -> None:
    backend = opened({**PLAIN, "hx.u": ("share", [(0, 0.7, 0), (1, 0.8, 0)])})
    backend.advance(60.0)
    assert backend.read_back().values.tolist() == [0.8]
    clock.now += NS
    (answer,) = backend.command(np.array([0.5]), np.array([True]))
    assert (answer.taken, "changes nothing" in answer.why) == (Taken.DONE, True)
    back = backend.read_back()
    assert (back.values.tolist(), back.times_ns.tolist()) == ([0.5], [clock.now])
    assert backend.observe().values.tolist() == [51.0, 20.0, 101.0]
