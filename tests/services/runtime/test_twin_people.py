"""What people may in every mode: stops, values by hand, and what the audit holds of it."""

from __future__ import annotations

import pytest

from rami.integration.leases import Lease
from rami.integration.mode import Mode
from rami.integration.role import Role
from services.runtime.twin_switch import MODEL
from tests.services.runtime.toys import in_mode, toy

ABOVE = (Mode.SHADOW, Mode.ADVISE, Mode.CONTROL)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("with_plant", [True, False])
def test_emergency_stop(mode: Mode, with_plant: bool) -> None:
    if mode is not Mode.SIMULATE and not with_plant:
        return
    t = in_mode(mode) if mode is not Mode.SIMULATE else toy(with_plant=with_plant)
    t.steps(3, 0.8, 0.8)
    for guard in t.switch.guards():
        guard.stop("ann", "drill")
    t.switch.act_now()
    if mode is Mode.CONTROL:
        assert t.plant is not None
        assert t.plant.held[:2].tolist() == [0.1, 0.1]
    elif t.plant is not None:
        assert not t.plant.commands
    t.steps(2, 0.8, 0.8)
    held = t.switch.held()
    assert held is not None, "controllers follow"
    assert held[1][:2].all()
    if mode in (Mode.SIMULATE, Mode.CONTROL):
        assert t.switch.positions().tolist() == [0.1, 0.1]
    if with_plant and mode is not Mode.CONTROL:
        t.agree()
        refused = t.change(Mode.CONTROL)
        assert refused == ["the guard is not armed: stopped by ann: drill"]
    for guard in t.switch.guards():
        assert guard.release("ann", "over") is None
    t.steps(2, 0.7, 0.7)
    if mode in (Mode.SIMULATE, Mode.CONTROL):
        assert t.switch.positions().tolist() == [0.7, 0.7]
    assert len(t.audit.of("stopped")) == len(t.switch.guards())


@pytest.mark.parametrize("mode", Mode)
def test_by_hand(mode: Mode) -> None:
    t = in_mode(mode) if mode is not Mode.SIMULATE else toy()
    assert t.plant is not None
    t.step(0.6, 0.6)
    guard = t.switch.guard
    lease = guard.take(Role.MANUAL, "ann", ["a.u"])
    assert isinstance(lease, Lease)
    refusal = guard.want_named(lease, "a.u", 0.25)
    t.step(0.6, 0.6)
    if mode is Mode.SHADOW:
        assert refusal is not None
        assert "nothing is written in shadow" in t.audit.of("refused")[0].why
        return
    assert refusal is None
    if mode is Mode.ADVISE:
        assert not t.plant.commands
        return
    assert t.switch.positions().tolist() == [0.25, 0.6]
    held = t.switch.held()
    assert held is not None
    assert held[1].tolist() == [True, False, False]
    t.steps(4, 0.6, 0.6)
    assert t.switch.positions().tolist() == [0.6, 0.6], "without a sign of life it ends"
    assert any(e.who == "manual:ann" and e.outcome == "written" for e in t.audit.entries)


def test_people_are_not_automation_in_the_audit() -> None:
    t = toy()
    t.steps(5, 0.9, 0.1)
    assert not t.audit.entries, "what automation writes into a model reaches no plant"


def test_a_change_is_recorded_at_once() -> None:
    t = toy()
    t.agree()
    for mode in (*ABOVE, Mode.SIMULATE):
        before = len(t.audit.of("mode"))
        assert t.change(mode) == []
        rows = t.audit.of("mode")[before:]
        assert rows
        assert {(e.who, e.what) for e in rows} == {("tester", "toy")}


def test_no_control_without_an_audit() -> None:
    t = toy()
    t.agree()
    t.step()
    t.audit.broken = "disk full"
    assert t.change(Mode.CONTROL) == [
        "the guard is not armed: the audit cannot be written: disk full"
    ]
    assert (t.switch.mode, t.switch.backend) == (Mode.SIMULATE, MODEL)
    t.steps(3)
    assert t.plant is not None
    assert not t.plant.commands
    t.audit.broken = ""
    assert t.change(Mode.SHADOW) == []
    assert t.change(Mode.CONTROL) == []
    t.steps(2)
    assert t.plant.commands


def test_an_audit_that_breaks_under_control() -> None:
    t = in_mode(Mode.CONTROL)
    assert t.plant is not None
    t.steps(2, 0.5, 0.5)
    t.audit.broken = "disk full"
    t.steps(3, 0.9, 0.9)
    assert t.plant.held[:2].tolist() == [0.5, 0.5]
    held = t.switch.held()
    assert held is not None
    assert held[1][:2].all(), "controllers follow what they cannot move"
    t.audit.broken = ""
    t.steps(2, 0.9, 0.9)
    assert t.plant.held[:2].tolist() == [0.9, 0.9]
