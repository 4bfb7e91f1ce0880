"""Values and positions that a plant tells and that cannot be believed."""

from __future__ import annotations

import numpy as np
import pytest

from rami.core.errors import ModelError
from rami.integration.mode import Mode
from tests.services.runtime.toys import OUTPUTS, in_mode

E = OUTPUTS["x.E"]
RATED = {"inputs": {"*.u": {"rate": "1 %/s", "safe": "10 %"}}}
ABOVE = (Mode.SHADOW, Mode.ADVISE, Mode.CONTROL)


def test_bad_values_are_stood_in_for() -> None:
    t = in_mode(Mode.CONTROL, hold_s=30.0)
    assert t.plant is not None
    t.step()
    last = t.switch.read()[0]
    t.plant.bad.add("x.T")
    for _ in range(3):
        assert t.step()[0] == last
    assert t.step()[0] == t.model.t
    t.plant.bad.clear()
    assert t.step()[0] == t.plant.model.t


@pytest.mark.parametrize("wrong", [1e300, 3.4e38, -273.15, 6553.5])
def test_what_no_plant_can_tell_is_bad(wrong: float) -> None:
    t = in_mode(Mode.CONTROL)
    assert t.plant is not None and t.switch.plant is not None
    t.step()
    last = t.plant.model.t
    t.plant.model.t = wrong
    told = t.switch.look()
    assert told[0] == last and t.switch.plant.unfit() == ("toy.x.T",)
    t.plant.model.t = last
    assert t.step()[0] == t.plant.model.t and t.switch.plant.unfit() == ()


def test_a_plant_that_refuses_is_told_of() -> None:
    t = in_mode(Mode.CONTROL)
    assert t.plant is not None
    t.plant.refuses = True
    t.steps(3, 0.6, 0.7)
    told = ["the plant does not take a.u nor 1 more: not now"]
    assert t.happened("guard") == told, "once"
    t.plant.refuses = False
    t.steps(1, 0.61, 0.71)
    assert t.happened("guard") == told, "not yet"
    for k in range(8):
        t.step(0.5 + 0.01 * k, 0.5)
    assert t.happened("guard") == [*told, "the plant takes commands again"]
    t.plant.refuses = True
    t.step(0.2, 0.2)
    assert t.change(Mode.ADVISE) == []
    assert t.happened("guard")[3:] == ["the mode has changed"]


def test_a_position_that_cannot_be_is_none() -> None:
    t = in_mode(Mode.CONTROL)
    assert t.plant is not None and t.switch.plant is not None
    t.step(0.6, 0.6)
    t.plant.held[0] = 1e300
    t.switch.look()
    assert t.switch.positions().tolist() == [0.6, 0.6]
    assert t.switch.plant.blind() == ("toy.a.u",)


def test_not_a_number_is_not_written() -> None:
    t = in_mode(Mode.CONTROL)
    assert t.plant is not None
    t.step(0.6, 0.6)
    t.step(np.nan, 0.4)
    assert t.plant.held[:2].tolist() == [0.6, 0.4]
    assert np.isfinite(t.plant.sent).all()
    with pytest.raises(ModelError, match=r"toy: b\.u is not finite"):
        t.switch.write(np.array([0.0, np.nan, 1.0]))
