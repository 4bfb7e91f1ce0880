"""The switch: what is told and what is commanded, in every mode and between."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rami.core.errors import ModelError
from rami.integration.mode import Mode
from services.loop.arbitrated import Arbitrated
from services.runtime.twin_switch import PLANT
from tests.services.runtime.toys import OUTPUTS, STEP_S, in_mode, toy

E = OUTPUTS["x.E"]
RATED = {"inputs": {"*.u": {"rate": "1 %/s", "safe": "10 %"}}}
ABOVE = (Mode.SHADOW, Mode.ADVISE, Mode.CONTROL)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.sampled_from([*Mode, "step", "step", "step", "restart", "silent", "cut", "join"]),
        max_size=40,
    )
)
def test_energy_goes_on_whatever_happens(happens: list[Mode | str]) -> None:
    t = toy(guard=RATED)
    assert t.plant is not None
    t.plant.model.e = 500.0
    told = float(t.switch.read()[E])
    for one in happens:
        t.agree()
        if isinstance(one, Mode):
            t.change(one)
            assert t.switch.read()[E] == told, "a change takes no time"
        elif one == "restart" and t.plant.model.e > 100.0:
            t.plant.restart()
        elif one == "silent":
            t.plant.bad ^= {"x.E", "x.T"}
        elif one == "cut":
            t.plant.cut()
        elif one == "join":
            t.plant.open()
        now = float(t.step()[E])
        # at most 154 kW; values that were held are made up for
        assert -1e-9 <= now - told <= 154.0 * 6 * STEP_S / 3600.0
        assert np.isfinite(t.switch.read()).all()
        told = now


def test_energies_are_the_sum_of_the_parts() -> None:
    t = toy()
    assert t.plant is not None
    total, parts = float(t.switch.read()[E]), 0.0
    for mode in (Mode.SIMULATE, Mode.CONTROL, Mode.SIMULATE, Mode.SHADOW, Mode.CONTROL):
        t.agree()
        t.change(mode)
        for _ in range(20):
            source = t.plant.model if t.switch.backend == PLANT else t.model
            before = source.e
            t.step(0.7, 0.4)
            parts += source.e - before
    assert t.switch.read()[E] - total == pytest.approx(parts, rel=1e-12)


@pytest.mark.parametrize("mode", ABOVE)
def test_only_control_commands(mode: Mode) -> None:
    t = in_mode(mode)
    assert t.plant is not None
    t.steps(5, 0.9, 0.1)
    if mode is Mode.CONTROL:
        assert t.plant.held[:2].tolist() == [0.9, 0.1]
    else:
        assert not t.plant.commands
        assert t.plant.held[:2].tolist() == [0.3, 0.2]
    assert t.switch.advice == ({"a.u": 0.9, "b.u": 0.1} if mode is Mode.ADVISE else {})
    assert t.model.steps == 7, "the model runs beside"


def test_nobody_else_commands_the_plant() -> None:
    t = in_mode(Mode.CONTROL)
    side = t.switch.plant
    assert side is not None
    for reachable in (side, side.watched, side.ports, t.switch, t.modes):
        assert not hasattr(reachable, "command")


def test_to_the_plant_from_where_it_stands() -> None:
    t = toy(guard=RATED)
    assert t.plant is not None
    t.steps(20, 0.9, 0.9)
    t.agree()
    assert t.change(Mode.CONTROL) == []
    held = t.switch.held()
    assert held is not None
    assert held[0][:2].tolist() == [0.3, 0.2]
    assert held[1].tolist() == [True, True, False]
    assert t.switch.held() is None, "once"
    path = [t.plant.held[:2].copy()]
    for _ in range(10):
        t.step(0.9, 0.0)
        path.append(t.plant.held[:2].copy())
    assert np.abs(np.diff(path, axis=0)).max() <= 0.1 + 1e-12
    assert path[-1].tolist() == pytest.approx([0.9, 0.0])


def test_to_the_model_from_where_the_plant_stands() -> None:
    t = in_mode(Mode.CONTROL, guard=RATED)
    t.steps(3, 0.5, 0.2)
    before = t.switch.positions().copy()
    assert t.change(Mode.SIMULATE) == []
    assert t.beside.settled == 1
    assert t.switch.positions().tolist() == before.tolist()
    held = t.switch.held()
    assert held is not None
    assert held[0][:2].tolist() == before.tolist()
    t.step(1.0, 0.0)
    assert np.abs(t.switch.positions() - before).max() <= 0.1 + 1e-12
    assert isinstance(t.switch, Arbitrated)


def test_what_was_not_written_is_told_to_the_controllers() -> None:
    t = in_mode(Mode.CONTROL, guard=RATED)
    t.step(0.3, 0.2)
    assert t.switch.landed() is None
    t.step(0.9, 0.2)
    landed = t.switch.landed()
    assert landed is not None
    assert landed[:2].tolist() == pytest.approx([0.4, 0.2])


def test_a_plant_without_some_points() -> None:
    t = in_mode(Mode.CONTROL, mapped=("a.u", "x.T"))
    assert t.plant is not None
    t.steps(3, 0.8, 0.6)
    told = t.switch.read()
    assert told[0] == t.plant.model.t
    assert told[1] == t.model.p, "the model's where the plant has none"
    assert t.plant.held[:2].tolist() == [0.8, 0.2]
    assert t.switch.positions().tolist() == [0.8, 0.5], "as it was on the model"
    assert t.switch.landed() is not None
    assert t.change(Mode.SIMULATE) == []
    assert t.switch.positions().tolist() == [0.8, 0.5]


def test_a_plant_that_only_tells() -> None:
    t = in_mode(Mode.SHADOW, mapped=("x.T",))
    t.steps(3)
    assert t.plant is not None
    assert t.switch.read()[0] == t.plant.model.t
    assert t.change(Mode.CONTROL) == []
    t.steps(3)
    assert not t.plant.commands


def test_a_model_that_fails_beside_the_plant() -> None:
    t = in_mode(Mode.CONTROL)
    assert t.plant is not None
    t.model.fails = "no step"
    t.steps(3)
    assert t.happened("model") == ["the model beside the plant failed: no step"]
    assert t.change(Mode.SIMULATE) == ["the model does not run: no step"]
    assert t.switch.read()[0] == t.plant.model.t, "the plant goes on"
    t.model.fails = ""
    t.steps(6)
    assert t.happened("model")[1:] == ["the model runs again"]
    assert t.beside.settled == 1
    assert t.change(Mode.SIMULATE) == []


def test_a_plant_is_lost_whose_model_failed() -> None:
    t = in_mode(Mode.CONTROL)
    assert t.plant is not None
    t.model.fails = "no step"
    t.step()
    t.plant.cut()
    t.steps(5)
    assert t.modes.lost
    before = t.switch.read().copy()
    t.steps(3)
    assert t.switch.read().tolist() == before.tolist()
    assert t.change(Mode.SIMULATE) == ["the model does not run: no step"]
    t.plant.open()
    t.steps(8)
    assert t.switch.mode is Mode.CONTROL


def test_a_model_that_fails_alone_ends_the_run() -> None:
    t = toy()
    t.model.fails = "no step"
    with pytest.raises(ModelError, match="no step"):
        t.step()


@pytest.mark.parametrize("mode", Mode)
def test_save_and_restore(mode: Mode) -> None:
    t, again = (in_mode(mode) if mode is not Mode.SIMULATE else toy() for _ in range(2))
    t.steps(5, 0.8, 0.3)
    state = t.switch.save()
    assert t.plant is not None
    assert again.plant is not None
    again.clock.ns = t.clock.ns
    again.plant.model.restore(t.plant.model.save())
    again.plant.held[:] = t.plant.held
    again.switch.restore(state)
    assert again.switch.save() == state
    for a in (0.2, 0.9, 0.5):
        one, other = t.step(a, 0.4).tolist(), again.step(a, 0.4).tolist()
        assert one == other
        assert again.switch.positions().tolist() == t.switch.positions().tolist()


def test_where_a_lost_plant_stood_is_remembered() -> None:
    t = in_mode(Mode.CONTROL)
    t.steps(2, 0.8, 0.3)
    again = toy()
    assert again.plant is not None
    again.plant.cut()
    again.clock.ns = t.clock.ns
    again.switch.restore(t.switch.save())
    assert again.switch.positions().tolist() == [0.3, 0.2], "the plant is asked first"
    known = again.switch.plant
    assert known is not None
    known.positions[:] = np.nan
    assert again.switch.positions().tolist() == [0.8, 0.3]


def test_the_same_again() -> None:
    def states() -> list[bytes]:
        t, found = toy(guard=RATED), []
        for mode in (Mode.CONTROL, Mode.SIMULATE, Mode.CONTROL, Mode.ADVISE):
            t.agree()
            t.change(mode)
            t.steps(4, 0.9, 0.1)
            found.append(t.switch.save())
        return found

    assert states() == states()
