"""Modes of a twin: gates at work, loss of the plant, its return, what is restored."""

from __future__ import annotations

import numpy as np
import pytest

from rami.integration.gates import Verdict
from rami.integration.mode import Mode
from services.runtime.twin_switch import MODEL, PLANT
from tests.services.runtime.toys import STEP_S, Toy, toy

#: steps within which a lost plant is lost (30 s) and back (60 s)
LOST, BACK = 3, 8


def controlled(**more: object) -> Toy:
    t = toy(**more)  # type: ignore[arg-type]
    t.steps(2)
    t.agree()
    assert t.change(Mode.CONTROL) == []
    t.steps(2, 0.8, 0.6)
    return t


def test_step_by_step() -> None:
    t = toy(operators=("tester",))
    t.step()
    assert t.modes.next_up(Mode.CONTROL) is Mode.SHADOW
    for mode in (Mode.SHADOW, Mode.ADVISE, Mode.CONTROL):
        assert t.change(mode, "eve", at_once=False) == [
            "eve is none of the declared operators (tester)",
            *(["model and plant were not compared yet; let the twin shadow for a window"]
              if mode is Mode.ADVISE else []),
        ]  # fmt: skip
        t.agree() if mode is Mode.ADVISE else None
        assert t.change(mode, at_once=False) == []
        t.step()
    assert t.modes.next_up(Mode.CONTROL) is None
    assert [text.split(" by ")[0] for k, text, _, _ in t.events if k in ("mode", "swap")] == [
        "simulate to shadow", "shadow to advise", "advise to control",
    ]  # fmt: skip


def test_a_twin_without_a_plant() -> None:
    t = toy(with_plant=False)
    t.steps(2)
    assert "no plant is declared (`backends.plant`)" in t.change(Mode.CONTROL)
    assert t.change(Mode.SIMULATE) == []
    assert t.switch.guards() == (t.switch.guard,)


@pytest.mark.parametrize("wrong", ["x.T", "a.u"])
def test_no_control_without_data_and_positions(wrong: str) -> None:
    t = toy()
    t.steps(2)
    t.agree()
    assert t.plant is not None
    t.plant.bad.add(wrong)
    t.step()
    reason = {
        "x.T": "no fresh good data of toy.x.T",
        "a.u": "the plant does not tell the position of toy.a.u",
    }
    assert t.change(Mode.CONTROL) == [reason[wrong]]
    assert t.switch.backend == MODEL


def test_the_model_must_be_able_to_take_over() -> None:
    t = controlled()
    t.beside.against = ("x.T: 3 K off",)
    assert t.change(Mode.SIMULATE) == ["the model cannot take over: x.T: 3 K off"]
    t.beside.against = ()
    t.beside.wrong = "not finite"
    assert t.change(Mode.SIMULATE) == ["the model cannot take over: not finite"]
    assert t.switch.mode is Mode.CONTROL
    assert t.plant is not None
    before = len(t.plant.commands)
    t.step(0.1, 0.1)
    assert len(t.plant.commands) == before + 1, "it goes on as it was"


@pytest.mark.parametrize("mode", [Mode.SHADOW, Mode.ADVISE, Mode.CONTROL])
def test_a_lost_plant_comes_back(mode: Mode) -> None:
    t = toy(guard={"inputs": {"*.u": {"safe": "10 %", "rate": "1 %/s"}}})
    t.steps(2)
    t.agree()
    assert t.change(mode) == []
    t.steps(2, 0.8, 0.6)
    assert t.plant is not None
    stood = t.switch.positions().copy()
    t.plant.cut()
    t.steps(LOST, 0.9, 0.9)
    assert (t.modes.lost, t.switch.backend, t.modes.wanted) == (True, MODEL, mode)
    assert t.modes.next_up(Mode.CONTROL) is None
    path = [stood]
    for _ in range(10):
        t.step(0.9, 0.9)
        path.append(t.switch.positions().copy())
    assert path[-1].tolist() == pytest.approx([0.1, 0.1]), "safe values"
    assert np.abs(np.diff(path[1:], axis=0)).max() <= 0.1 + 1e-12
    held = t.switch.held()
    assert held is not None
    assert held[1][:2].all()
    assert t.change(Mode.SHADOW)[-1] == "the plant is lost; its former mode returns by itself"
    t.plant.open()
    t.steps(BACK, 0.5, 0.5)
    assert (t.modes.lost, t.switch.mode) == (False, mode)
    told = [(c, a) for k, _, c, a in t.events if k == "link"]
    assert told == [("plant lost", True), ("plant lost", False)]


def test_a_short_gap_is_no_loss() -> None:
    t = controlled()
    assert t.plant is not None
    t.plant.cut()
    t.steps(2)
    t.plant.open()
    t.steps(3, 0.7, 0.2)
    assert t.switch.mode is Mode.CONTROL
    assert t.plant.held[:2].tolist() == [0.7, 0.2]
    assert not t.happened("link")


def test_a_lost_plant_is_given_up() -> None:
    t = controlled()
    assert t.plant is not None
    t.plant.cut()
    t.steps(LOST)
    assert t.change(Mode.SIMULATE) == []
    assert not t.modes.lost
    held = t.switch.held()
    assert held is not None, "from where it stands"
    t.step(0.9, 0.9)
    assert t.switch.positions().tolist() == [0.9, 0.9]
    t.plant.open()
    t.steps(2 * BACK)
    assert t.switch.mode is Mode.SIMULATE


def test_a_stopped_twin_does_not_come_back_to_control() -> None:
    t = controlled()
    assert t.plant is not None
    t.plant.cut()
    t.steps(LOST)
    for guard in t.switch.guards():
        guard.stop("ann", "drill")
    t.plant.open()
    t.steps(4 * BACK)
    assert t.modes.lost
    assert t.happened("guard") == ["the plant is back, but stopped by ann: drill"], "said once"
    for guard in t.switch.guards():
        guard.release("ann", "over")
    t.steps(BACK)
    assert t.switch.mode is Mode.CONTROL


def test_no_return_to_control_without_an_audit() -> None:
    t = controlled()
    assert t.plant is not None
    t.plant.cut()
    t.steps(LOST)
    t.audit.broken = "disk full"
    t.plant.open()
    before = len(t.plant.commands)
    t.steps(2 * BACK)
    assert t.modes.lost
    assert t.happened("guard") == ["the plant is back, but the audit cannot be written: disk full"]
    assert len(t.plant.commands) == before
    t.audit.broken = ""
    t.steps(2 * BACK)
    assert t.switch.mode is Mode.CONTROL


def test_restored_under_control_it_waits_for_the_plant() -> None:
    t = controlled()
    again = toy()
    again.clock.ns = t.clock.ns
    again.switch.restore(t.switch.save())
    again.modes.restore(t.modes.plain())
    assert (again.modes.lost, again.switch.backend, again.modes.wanted) == (
        True, MODEL, Mode.CONTROL,
    )  # fmt: skip
    again.steps(BACK)
    assert (again.modes.lost, again.switch.backend) == (False, PLANT)


def test_restored_while_lost() -> None:
    t = controlled()
    assert t.plant is not None
    t.plant.cut()
    t.steps(LOST)
    again = toy()
    again.clock.ns = t.clock.ns
    again.switch.restore(t.switch.save())
    again.modes.restore(t.modes.plain())
    assert again.switch.resting
    assert len(again.events) == 0
    again.steps(BACK)
    assert again.switch.mode is Mode.CONTROL


def test_an_old_verdict_does_not_count() -> None:
    t = toy()
    t.steps(2)
    t.beside.verdict = Verdict(t.clock() - 8 * 86400 * 10**9)
    assert "8.0 h ago" not in (reasons := t.change(Mode.CONTROL))[0]
    assert reasons[0].startswith("model and plant were last compared 192.0 h ago, wanted within")


def test_a_swap_is_one_step() -> None:
    t = controlled()
    steps = t.model.steps
    assert t.change(Mode.SIMULATE) == []
    t.step()
    assert t.model.steps == steps + 1
    assert t.clock() % round(STEP_S * 1e9) == 0
    assert [k for k, *_ in t.events if k == "swap"] == ["swap", "swap"]


def test_an_alarm_is_never_late() -> None:
    t = controlled()
    assert t.plant is not None
    usable_ns = t.clock()
    t.plant.cut()
    while not t.modes.lost:
        t.step()
    assert t.clock() - usable_ns == round(30e9), "declared, from the last step it was usable in"


def test_a_loop_that_was_held_up_does_not_hurry_an_alarm() -> None:
    t = controlled()
    assert t.plant is not None
    t.clock.ns += round(8e9)
    t.plant.cut()
    t.step()
    assert not t.modes.lost
    t.step()
    assert t.modes.lost


def test_a_plant_whose_time_stands_still_is_lost() -> None:
    """Its values look fresh: what it is played by does not answer."""
    t = controlled()
    assert t.plant is not None
    t.plant.stands = "no emulator at control port 1"
    t.steps(LOST)
    assert t.modes.lost
    assert "no emulator at control port 1" in t.happened("link")[0]
    t.plant.stands = ""
    t.steps(BACK)
    assert t.switch.mode is Mode.CONTROL


def test_a_link_that_comes_and_goes_is_told_once() -> None:
    t = controlled()
    assert t.plant is not None
    for _ in range(20):
        t.plant.cut()
        t.step()
        t.plant.open()
        t.step()
    assert t.switch.mode is Mode.CONTROL
    assert t.happened("link") == ["the link comes and goes: 3 losses within 5 min"]
    t.steps(31)
    assert t.happened("link")[1:] == ["the link is steady again after 20 losses"]
    t.plant.cut()
    t.steps(2)
    t.plant.open()
    t.steps(40)
    assert len(t.happened("link")) == 2, "one is not often"
