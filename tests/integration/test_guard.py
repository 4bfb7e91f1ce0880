"""The guard, rule by rule."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest

from rami.integration.role import Role
from tests.integration.bench import bench, taken


def test_a_request_reaches_the_plant_after_its_row() -> None:
    b = bench()
    lease = taken(b)
    assert b.guard.want(lease, b.vector(0.4)).all()
    assert b.plant.commands == []
    b.cycle()
    assert b.plant.holds.tolist() == [0.4] * 3
    assert b.audit.count("written") == 3
    row = b.audit.of("written")[0]
    assert (row.who, row.what, row.old, row.wanted, row.new) == (
        "technical:pid", "hts.pump_0.u", 0.0, 0.4, 0.4,
    )  # fmt: skip
    assert b.plant.before == [4]  # the lease and three intents stood there before


def test_nothing_is_written_twice() -> None:
    b = bench()
    lease = taken(b)
    for _ in range(5):
        b.guard.want(lease, b.vector(0.4))
        b.cycle()
    assert len(b.plant.commands) == 1


@pytest.mark.parametrize(
    ("wanted", "new", "why"), [(1.7, 1.0, "above 1"), (-3.0, 0.1, "below 0.1"), (1e300, 1.0, "")]
)
def test_the_range_clamps_and_records(wanted: float, new: float, why: str) -> None:
    b = bench(1, low=0.1)
    b.guard.want(taken(b), b.vector(wanted))
    b.cycle()
    assert b.plant.holds.tolist() == [new]
    (row,) = b.audit.of("clamped")
    assert (row.wanted, row.new) == (wanted, new)
    assert why in row.why


def test_the_rate_limits_each_step_and_starts_where_the_plant_stands() -> None:
    b = bench(1, rate=0.1)
    b.plant.holds[:] = 0.35
    lease = taken(b)
    path = []
    for _ in range(5):
        b.guard.want(lease, b.vector(0.7))
        b.cycle(1.0)
        path.append(round(b.plant.holds[0], 9))
    assert path == [0.35, 0.45, 0.55, 0.65, 0.7]
    assert [r.why for r in b.audit.of("clamped")] == ["faster than 0.1 per s"] * 3


def test_a_loop_that_stood_still_gets_no_more_than_one_period() -> None:
    b = bench(1, rate=0.02, lease=1e6)
    lease = taken(b)
    b.cycle()
    b.guard.want(lease, b.vector(1.0))
    b.cycle(3600.0)
    assert b.plant.holds[0] == pytest.approx(0.2)


def test_an_input_that_was_never_shown_and_has_a_rate_is_not_moved() -> None:
    b = bench(2, rate=0.1)
    b.plant.known[0] = False
    lease = taken(b)
    for _ in range(3):
        b.guard.want(lease, b.vector(0.5))
        b.cycle()
    assert b.plant.holds.tolist() == [0.0, 0.2]
    (row,) = b.audit.of("refused")
    assert row.what == "hts.pump_0.u"
    assert row.why.startswith("position unknown")


def test_the_highest_role_with_a_valid_lease_wins() -> None:
    b = bench(1)
    low, high = taken(b), taken(b, Role.MANUAL, "Meyer")
    b.guard.want(low, b.vector(0.2))
    b.cycle()
    assert b.plant.holds[0] == 0.0  # Meyer holds it and has not said anything yet
    b.guard.want(high, b.vector(0.9))
    b.cycle()
    assert b.plant.holds[0] == 0.9
    b.guard.give_back(high)
    b.guard.want(low, b.vector(0.2))
    b.cycle()
    assert b.plant.holds[0] == 0.2
    assert [r.who for r in b.audit.of("written")] == ["manual:Meyer", "technical:pid"]


def test_without_a_sign_of_life_the_input_goes_to_its_safe_value_within_the_rate() -> None:
    b = bench(1, rate=0.1, safe=0.3, lease=10.0)
    b.plant.holds[:] = 0.8
    lease = taken(b)
    for _ in range(3):
        b.guard.want(lease, b.vector(0.8))
        b.cycle()
    b.guard.want(lease, b.vector(0.9))
    b.cycle()
    assert b.plant.holds[0] == pytest.approx(0.9)
    for _ in range(8):
        b.cycle()
    assert b.plant.holds[0] == pytest.approx(0.9)
    b.cycle()
    assert b.plant.holds[0] == pytest.approx(0.8)
    for _ in range(9):
        b.cycle()
    assert b.plant.holds[0] == pytest.approx(0.3)
    assert b.audit.count("lost") == 1
    assert not b.guard.want(lease, b.vector(0.9)).any()
    assert not b.guard.beat(lease)


def test_an_input_declared_to_hold_stays() -> None:
    b = bench(1, on_loss="hold", lease=10.0)
    b.guard.want(taken(b), b.vector(0.8))
    b.cycle()
    b.cycle(60.0)
    b.cycle()
    assert b.plant.holds[0] == 0.8
    assert "it stays" in b.audit.of("lost")[0].why


def test_a_beat_keeps_a_lease_alive() -> None:
    b = bench(1, lease=10.0)
    lease = taken(b)
    b.guard.want(lease, b.vector(0.8))
    for _ in range(10):
        assert b.guard.beat(lease)
        b.cycle(9.0)
    assert b.plant.holds[0] == 0.8


def test_an_input_whose_values_are_never_valid_is_lost_alone() -> None:
    b = bench(2, lease=10.0)
    lease = taken(b)
    b.guard.want(lease, b.vector(0.8))
    b.cycle()
    for _ in range(12):
        b.guard.want(lease, np.array([nan, 0.8]))
        b.cycle()
    assert b.plant.holds.tolist() == [0.0, 0.8]


def test_an_input_nobody_ever_set_is_left_alone() -> None:
    b = bench(1, safe=0.5)
    for _ in range(3):
        b.cycle()
    assert b.plant.commands == []


def test_a_clock_set_back_prolongs_nothing() -> None:
    b = bench(1, lease=10.0)
    lease = taken(b)
    b.cycle(9.0)
    b.clock.pass_(-3600.0)
    assert b.guard.beat(lease)
    b.clock.pass_(3600.0 + 11.0)
    assert not b.guard.beat(lease)


def test_a_measurement_that_is_missing_takes_the_input_from_automatic_roles() -> None:
    b = bench(1, depends_on="hp.T", measured_within=5.0, safe=0.1)
    lease = taken(b)
    b.guard.want(lease, b.vector(0.8))
    b.cycle()
    assert b.plant.holds[0] == 0.8
    for _ in range(6):
        b.guard.want(lease, b.vector(0.8))
        b.cycle()
    assert b.plant.holds[0] == 0.1
    assert b.audit.of("refused")[0].why == "measurement: hp.T is bad or too old"
    b.guard.want(taken(b, Role.MANUAL, "Meyer"), b.vector(0.6))
    b.cycle()
    assert b.plant.holds[0] == 0.6


def test_a_deadband_stops_small_changes_but_no_ramp_and_not_the_way_to_safety() -> None:
    b = bench(1, deadband=0.05, rate=0.01, lease=5.0)
    lease = taken(b)
    for _ in range(60):
        b.guard.want(lease, b.vector(0.5))
        b.cycle()
    assert b.plant.holds[0] == pytest.approx(0.45)
    count = b.writes
    b.guard.want(lease, b.vector(0.49))
    b.cycle()
    assert b.writes == count
    for _ in range(60):
        b.cycle()
    assert b.plant.holds[0] == 0.0
