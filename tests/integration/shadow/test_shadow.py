"""Plant less model by point: judged by window, told when it leaves its fidelity and comes back."""

from __future__ import annotations

import numpy as np
import pytest

from rami.asset.live import Observation
from rami.core.errors import DataError
from rami.core.points import Direction, Point, PointIndex
from rami.core.quality import Family, Reason, good, is_bad, quality
from rami.core.timegrid import NS
from rami.integration.fidelity_settings import Fidelity
from rami.integration.shadow import HeldInputs, Passed, Shadow

OUTPUTS = PointIndex(
    [
        Point("hp.T_out", "temperature"),
        Point("hp.P", "power"),
        Point("hp.E", "energy", cumulative=True),
    ]
)
ACTING = Point("border.T", "temperature", Direction.DISTURBANCE, start=30.0)
INPUTS = PointIndex([Point("hp.u", "share", Direction.ACTUATED), ACTING])
SEEN = PointIndex([*OUTPUTS.points, ACTING])
ACTUATED = PointIndex([INPUTS.points[0]])
BAD = np.uint32(quality(Family.BAD, Reason.MISSING))
SETTINGS = Fidelity.model_validate({"window": "5 min", "points": {"hp.T_out": "2 K"}})
STEP_S = 60.0


class Twice:
    """A model that tells its inputs, doubled."""

    def step(self, inputs: np.ndarray, seconds: float) -> np.ndarray:
        return np.array([2.0 * inputs[1], 1000.0 * inputs[0], 0.0])


class Rig:
    """Model, inputs and shadow, a minute a step."""

    def __init__(self) -> None:
        self.passed: list[Passed] = []
        self.shadow = Shadow("hts", OUTPUTS, SEEN, SETTINGS, self.passed.append)
        self.inputs = HeldInputs(INPUTS, SEEN, ACTUATED, hold_s=120.0)
        self.minute = 0

    def step(self, temperature: float, acting: float = 30.0, bad: tuple[int, ...] = ()) -> None:
        self.minute += 1
        ns = round(self.minute * STEP_S * NS)
        marks = good(4)
        marks[list(bad)] = BAD
        values = np.array([temperature, 500.0, 7.0, acting])
        seen = Observation(values, marks, np.full(4, ns))
        read_back = Observation(np.array([0.5]), good(1), np.full(1, ns))
        self.shadow.step(Twice(), self.inputs, seen, read_back, ns, STEP_S)


def test_registers_are_not_compared_and_residuals_are_signals_of_their_own() -> None:
    rig = Rig()
    rig.step(61.0)
    assert rig.shadow.residuals() == {"hp.T_out": 1.0, "hp.P": 0.0}
    rows = rig.shadow.rows()
    assert rows.names == ("hts.hp.T_out@residual", "hts.hp.P@residual")
    assert rows.values.tolist() == [1.0, 0.0]
    assert not is_bad(rows.status).any()


def test_a_point_leaves_its_fidelity_once_and_comes_back_well_within() -> None:
    rig = Rig()
    for temperature in [61.0] * 5 + [64.0] * 10 + [61.9] * 5 + [60.5] * 5:
        rig.step(temperature)
    # 1.9 K is inside 2 K, but not by enough to come back
    assert [(p.ns // (60 * NS), p.out) for p in rig.passed] == [(10, True), (25, False)]
    assert rig.passed[0].rms == pytest.approx(4.0)
    assert rig.passed[0].allowed == 2.0
    assert str(rig.passed[0]) == "hp.T_out is 4 K off its model, declared 2 K"
    assert rig.shadow.verdict.reasons == ()


def test_the_verdict_says_which_point_is_off_and_when_it_was_judged() -> None:
    rig = Rig()
    for _ in range(4):
        rig.step(64.0)
    assert not rig.shadow.verdict.known
    rig.step(64.0)
    assert rig.shadow.verdict.at_ns == 300 * NS
    assert len(rig.shadow.verdict.reasons) == 1
    assert "hts.hp.T_out is 4 K off" in rig.shadow.verdict.reasons[0]


def test_means_of_a_window_are_kept_with_its_sign() -> None:
    rig = Rig()
    for temperature in (59.0, 58.0, 57.0, 59.0, 57.0):
        rig.step(temperature)
    rows = rig.shadow.window_rows()
    assert rows.values[0] == pytest.approx(-2.0)
    assert rows.times.tolist() == [300 * NS] * 2


def test_a_bad_value_is_not_judged() -> None:
    rig = Rig()
    for minute in range(5):
        rig.step(90.0, bad=(0,) if minute < 3 else ())
    assert "hp.T_out" in rig.shadow.residuals()
    assert rig.passed == []
    assert np.isnan(rig.shadow.window_rows().values[0])


def test_an_old_value_is_not_judged() -> None:
    rig = Rig()
    ns = 3600 * NS
    times = np.array([ns - 61 * NS, ns, ns, ns])
    seen = Observation(np.array([90.0, 500.0, 7.0, 30.0]), good(4), times)
    rig.shadow.compare(np.array([60.0, 500.0, 0.0]), seen, ns, STEP_S)
    assert list(rig.shadow.residuals()) == ["hp.P"]
    assert is_bad(rig.shadow.quality).tolist() == [True, False]


def test_a_bad_input_is_held_and_then_nothing_is_judged_until_a_window_after_it() -> None:
    rig = Rig()
    rig.step(60.0)
    for _ in range(2):
        rig.step(60.0, acting=99.0, bad=(3,))
    # held: the model still runs on 30 degC
    assert rig.shadow.residuals()["hp.T_out"] == 0.0
    rig.step(60.0, acting=99.0, bad=(3,))
    assert rig.inputs.unknown.tolist() == [False, True]
    assert rig.shadow.residuals() == {}
    judged = []
    for _ in range(6):
        rig.step(60.0)
        judged.append(bool(rig.shadow.residuals()))
    assert judged == [False] * 4 + [True] * 2


def test_restored_in_the_middle_of_a_window_it_has_the_same_future() -> None:
    walk = [60.0 + 4.0 * np.sin(i) for i in range(23)]
    whole, parted = Rig(), Rig()
    for temperature in walk:
        whole.step(temperature)
    for temperature in walk[:13]:
        parted.step(temperature)
    other = Rig()
    other.shadow.restore(parted.shadow.save())
    other.inputs.restore(parted.inputs.save())
    other.minute = parted.minute
    for temperature in walk[13:]:
        other.step(temperature)
    assert other.shadow.save() == whole.shadow.save()
    assert other.inputs.save() == whole.inputs.save()
    assert parted.passed + other.passed == whole.passed


def test_a_state_of_other_points_is_refused() -> None:
    other = Shadow("hts", PointIndex(OUTPUTS.points[:1]), SEEN, SETTINGS)
    with pytest.raises(DataError, match="other points"):
        other.restore(Rig().shadow.save())


def test_a_window_begins_anew_when_the_model_was_set() -> None:
    rig = Rig()
    for _ in range(4):
        rig.step(64.0)
    rig.shadow.restart()
    for _ in range(5):
        rig.step(60.0)
    assert rig.passed == []
    assert rig.shadow.verdict.reasons == ()
