"""The guard when something is wrong: stop, audit, link, somebody else, a new process."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest

from rami.asset.live import LinkState, Taken
from rami.integration.guard import Guard
from rami.integration.mode import Mode
from rami.integration.role import Role
from rami.integration.settings import GuardSettings
from rami.integration.together import step_together
from tests.integration.bench import bench, taken


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


def test_an_audit_that_can_be_written_again_is_found_though_nothing_is_to_be_written() -> None:
    b = bench(1)
    lease = taken(b)
    b.audit.broken = "disk full"
    b.guard.want(lease, b.vector(0.5))
    b.cycle()
    b.guard.give_back(lease)
    b.plant.holds[:] = 0.0
    for _ in range(3):
        b.cycle()
    assert b.guard.trouble == "disk full"
    b.audit.broken = ""
    b.cycle()
    assert b.guard.trouble == "" and b.told[-1] == "hts: the audit is written again"
    assert b.audit.count("withheld") >= 1
    kept = len(b.audit.entries)
    b.cycle()
    assert len(b.audit.entries) == kept


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
