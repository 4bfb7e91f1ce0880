"""The guard, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest

from rami.asset.live import LinkState, Taken
from rami.core.timegrid import NS
from rami.integration.guard import Guard
from rami.integration.leases import Lease
from rami.integration.mode import Mode
from rami.integration.refusal import Reason, Refusal
from rami.integration.role import Role
from rami.integration.settings import GuardSettings
from rami.integration.together import step_together
from tests.integration.bench import Bench, bench


def taken(b: Bench, role: Role = Role.TECHNICAL, holder: str = "pid", *names: str) -> Lease:
    lease = b.guard.take(role, holder, names or None)
    assert isinstance(lease, Lease), lease
    return lease


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


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (lambda b, k: b.guard.want(k, np.array([nan, inf, 0.5])), Reason.NOT_FINITE),
        (lambda b, k: b.guard.want(k, [0.1, 0.2, 0.3]), Reason.TYPE),
        (lambda b, k: b.guard.want(k, np.array(["a", "b", "c"])), Reason.TYPE),
        (lambda b, k: b.guard.want(k, np.array([True, True, True])), Reason.TYPE),
        (lambda b, k: b.guard.want(k, np.zeros(2)), Reason.TYPE),
        (lambda b, k: b.guard.want(k, np.zeros(3), [True] * 3), Reason.TYPE),
        (lambda b, k: b.guard.want(k, np.zeros(3), None, "now"), Reason.TYPE),
        (lambda b, k: b.guard.want(k, np.zeros(3), None, b.clock() - 31 * NS), Reason.STALE),
        (lambda b, k: b.guard.want(k, np.zeros(3), None, b.clock() + 1), Reason.STALE),
        (lambda b, k: b.guard.want("lease", np.zeros(3)), Reason.LEASE),
        (lambda b, k: b.guard.want(replace(k, role=Role.SAFETY), np.zeros(3)), Reason.LEASE),
        (lambda b, k: b.guard.want_named(k, "pump_7.u", 0.5), Reason.UNKNOWN),
        (lambda b, k: b.guard.want_named(k, 7, 0.5), Reason.UNKNOWN),
        (lambda b, k: b.guard.want_named(k, "pump_0.u", "0.5"), Reason.TYPE),
        (lambda b, k: b.guard.want_named(k, "pump_0.u", True), Reason.TYPE),
        (lambda b, k: b.guard.want_named(k, "pump_0.u", 10**400), Reason.NOT_FINITE),
        (lambda b, k: b.guard.want_named(k, "pump_0.u", -inf), Reason.NOT_FINITE),
        (lambda b, k: b.guard.want_named(k, "pump_0.u", 0.5, "kW"), Reason.UNIT),
        (lambda b, k: b.guard.take("operator", "x"), Reason.FORBIDDEN),
        (lambda b, k: b.guard.take(Role.EXTERNAL, "x"), Reason.FORBIDDEN),
        (lambda b, k: b.guard.take(Role.MANUAL, " "), Reason.TYPE),
        (lambda b, k: b.guard.take(Role.MANUAL, "x", ["pump_7.u"]), Reason.UNKNOWN),
        (lambda b, k: b.guard.take(Role.TECHNICAL, "y", ["pump_0.u"]), Reason.HELD),
    ],
)
def test_what_is_refused_has_its_row(request_, reason: Reason) -> None:  # type: ignore[no-untyped-def]
    b = bench()
    lease = taken(b)
    got = request_(b, lease)
    if isinstance(got, np.ndarray):
        assert got.sum() in (0, 1)
    else:
        assert isinstance(got, Refusal)
        assert got.reason is reason
    b.cycle()
    rows = b.audit.of("refused")
    assert rows
    assert all(row.why.startswith(reason.value) for row in rows)
    assert sum(row.times for row in rows) == b.guard.refused


def test_a_named_value_comes_in_its_unit() -> None:
    b = bench(1)
    assert b.guard.want_named(taken(b), "pump_0.u", 40, "%") is None
    b.cycle()
    assert b.plant.holds[0] == pytest.approx(0.4)


def test_equal_refusals_become_one_row_with_their_number_within_the_bound() -> None:
    b = bench(1)
    lease = taken(b)
    for _ in range(200):
        b.guard.want(lease, b.vector(nan))
        b.guard.beat(lease)
        b.cycle()
    rows = b.audit.of("refused")
    assert [row.times for row in rows] == [1, 60, 60, 60]
    b.guard.close()
    assert b.audit.count("refused") == 200 == b.guard.refused
    last = b.audit.of("refused")[-1]
    assert last.until_ns is not None
    assert last.until_ns - last.at_ns == 18 * NS


@pytest.mark.parametrize("mode", [Mode.SIMULATE, Mode.SHADOW])
def test_modes_that_do_not_ask_refuse(mode: Mode) -> None:
    b = bench(1, mode=mode)
    assert not b.guard.want(taken(b), b.vector(0.5)).any()
    b.cycle()
    assert b.plant.commands == []
    assert b.audit.of("refused")[0].why == f"mode: nothing is written in {mode.value}"


def test_advice_is_recorded_and_not_written() -> None:
    b = bench(1, mode=Mode.ADVISE)
    b.guard.want(taken(b), b.vector(0.5))
    b.cycle()
    assert b.plant.commands == []
    assert b.audit.of("advised")[0].new == 0.5


def test_a_change_of_mode_drops_what_was_asked_and_starts_where_the_plant_stands() -> None:
    b = bench(1, rate=0.1)
    lease = taken(b)
    b.guard.want(lease, b.vector(1.0))
    b.cycle()
    b.guard.set_mode(Mode.SHADOW, "Meyer", "service")
    b.plant.holds[:] = 0.6
    b.cycle()
    b.guard.set_mode(Mode.CONTROL, "Meyer", "done")
    b.cycle()
    assert b.plant.holds[0] == 0.6
    b.guard.want(lease, b.vector(1.0))
    b.cycle()
    assert b.plant.holds[0] == pytest.approx(0.7)
    assert [r.why for r in b.audit.of("mode")] == [
        "control to shadow: service", "shadow to control: done",
    ]  # fmt: skip


def test_a_stop_goes_to_safe_and_only_a_named_operator_ends_it() -> None:
    b = bench(2, GuardSettings(operators=("Meyer",)), safe=0.2, on_loss="hold")
    lease = taken(b, Role.SAFETY, "interlock")
    b.guard.want(lease, b.vector(0.9))
    b.cycle()
    b.guard.stop("anybody", "steam")
    assert b.audit.of("stopped")[0].why == "steam"
    b.cycle()
    assert b.plant.holds.tolist() == [0.2, 0.2]
    assert not b.guard.want(lease, b.vector(0.9)).any()
    for name in ("", "Schulz", None):
        assert b.guard.release(name, "fine") is not None  # type: ignore[arg-type]
    assert b.guard.stopped
    assert b.guard.release("Meyer", "valve replaced") is None
    b.cycle()
    assert b.plant.holds.tolist() == [0.2, 0.2]
    assert b.guard.want(lease, b.vector(0.9)).all()
    b.cycle()
    assert b.plant.holds.tolist() == [0.9, 0.9]
    assert [r.outcome for r in b.audit.of("stopped", "released")] == ["stopped", "released"]


def test_without_audit_nothing_is_written_and_that_is_told_once() -> None:
    b = bench(2, GuardSettings(operators=("Meyer",)))
    lease = taken(b)
    b.guard.want(lease, b.vector(0.5))
    b.audit.broken = "disk full"
    for _ in range(5):
        b.guard.want(lease, b.vector(0.5))
        b.cycle()
    b.guard.stop("Meyer", "steam")
    assert b.guard.release("Meyer", "no") is not None
    b.cycle()
    assert b.plant.commands == []
    assert b.told == ["hts: nothing is written to the plant: disk full"]
    assert b.guard.trouble == "disk full"
    b.audit.broken = ""
    assert b.guard.release("Meyer", "yes") is None
    b.guard.want(lease, b.vector(0.5))
    b.cycle()
    assert b.plant.holds.tolist() == [0.5, 0.5]
    assert b.told[1:] == ["hts: the audit is written again"]
    assert b.audit.of("withheld")[0].times >= 6
    assert b.audit.count("stopped") == 1


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


def test_what_somebody_else_moved_is_noticed_after_the_settling_time() -> None:
    b = bench(1, GuardSettings(settling="5 s"), rate=0.1)  # type: ignore[arg-type]
    lease = taken(b)
    for _ in range(8):
        b.guard.want(lease, b.vector(0.5))
        b.cycle()
    b.plant.holds[:] = 0.9
    path = []
    for _ in range(8):
        b.guard.want(lease, b.vector(0.5))
        b.cycle()
        path.append(round(b.plant.holds[0], 9))
    assert path == [0.9] * 5 + [0.8, 0.7, 0.6]
    row = b.audit.of("moved")[0]
    assert (row.old, row.new) == (0.5, 0.9)


def test_what_the_plant_does_not_take_is_recorded_and_tried_again() -> None:
    b = bench(2)
    lease = taken(b)
    b.plant.answers = {0: Taken.REFUSED, 1: Taken.LOST}
    b.guard.want(lease, b.vector(0.5))
    b.cycle()
    assert [(r.what, r.why) for r in b.audit.of("failed")] == [
        ("hts.pump_0.u", "refused: as told"), ("hts.pump_1.u", "lost: as told"),
    ]  # fmt: skip
    b.plant.answers = {}
    b.cycle()
    assert b.plant.holds.tolist() == [0.5, 0.5]


def test_over_a_lost_link_nothing_is_written_and_afterwards_it_starts_anew() -> None:
    b = bench(1, rate=0.1)
    lease = taken(b)
    for _ in range(8):
        b.guard.want(lease, b.vector(0.6))
        b.cycle()
    b.plant.state = LinkState.LOST
    count = len(b.plant.commands)
    b.guard.want(lease, b.vector(0.9))
    b.cycle()
    assert len(b.plant.commands) == count
    b.plant.state, b.plant.holds[:] = LinkState.OPEN, 0.1  # its own safe state meanwhile
    b.guard.want(lease, b.vector(0.9))
    b.cycle()
    assert b.plant.holds[0] == pytest.approx(0.2)
    assert b.audit.of("refused")[0].why.startswith("no link")


def test_two_twins_share_one_batch() -> None:
    a, b = bench(1), bench(1)
    audit = a.audit
    b.guard._ledger._audit = audit
    for one in (a, b):
        one.guard.want(taken(one), one.vector(0.5))
    batches = audit.batches
    step_together(audit, [a.guard, b.guard], [None, None])
    assert audit.batches == batches + 1
    assert (a.plant.holds[0], b.plant.holds[0]) == (0.5, 0.5)
    audit.broken = "disk full"
    for one in (a, b):
        one.guard.want(one.guard.leases()[0], one.vector(0.7))
    done = step_together(audit, [a.guard, b.guard], [None, None])
    assert [d.trouble for d in done] == ["disk full"] * 2
    assert (a.plant.holds[0], b.plant.holds[0]) == (0.5, 0.5)


def test_a_restored_guard_goes_on_as_if_nothing_had_been() -> None:
    a, b = bench(2, rate=0.05, lease=10.0), bench(2, rate=0.05, lease=10.0)
    for one in (a, b):
        lease = taken(one)
        for _ in range(4):
            one.guard.want(lease, one.vector(0.7))
            one.cycle()
    fresh = Guard(
        "hts", b.plant, b.limits, b.audit, b.clock, outputs=b.plant.outputs, mode=Mode.CONTROL
    )
    fresh.restore(b.guard.save())
    b.guard = fresh
    for step in range(30):
        for one in (a, b):
            if step < 8:
                assert one.guard.want(one.guard.leases()[0], np.array([0.7, nan])).any()
            one.cycle()
        assert a.plant.holds.tolist() == b.plant.holds.tolist()
    assert [e for e in a.audit.entries if e.outcome != "refused"] == [
        e for e in b.audit.entries if e.outcome != "refused"
    ]
    assert a.audit.count("refused") == b.audit.count("refused")
