"""The gate's verdict in words, with names and numbers."""

from __future__ import annotations

import numpy as np
import pytest

from rami.core.points import Point
from rami.functional.estimation.mismatch import Known, Mismatch, judge
from rami.functional.estimation.noise import Bounds
from rami.functional.estimation.window import Step, Window
from rami.integration.fidelity_settings import Fidelity
from rami.integration.tolerance import tolerances_of
from tests.functional.estimation.cases import Case
from tests.models.held_inputs import drawn_inputs
from tests.models.wired import station

POINTS = (
    Point("hex.T_out", "temperature"),
    Point("hp.P_el", "power"),
    Point("hp.COP", "share"),
)
STATES = (Point("hs.T_1", "temperature"), Point("hp.speed", "share"))


def _verdict(
    rows: int = 15,
    off: tuple[float, ...] = (0.5, 5.0, 0.01),
    alone: tuple[float, ...] = (0.0, 0.0, 0.0),
    high: int = 0,
    std: tuple[float, float] = (0.5, 0.01),
    measured: tuple[float, ...] = (90.0, 1000.0, 3.0),
) -> Mismatch:
    window = Window(900.0, len(POINTS))
    for k in range(rows):
        step = Step(60.0, np.array(measured), np.array(off), np.array(alone), 1.0, 3, k < high)
        window.add(step)
    bounds = Bounds.of(tolerances_of(POINTS, Fidelity()).fidelity)
    known = Known(STATES, np.array(std), np.array([2.0, 0.05]), frozenset({"hs.T_1"}))
    return judge("hts", POINTS, bounds, window, known)


def test_a_model_within_its_fidelity_may_take_over() -> None:
    verdict = _verdict()
    assert verdict.holds and verdict.reasons == () and verdict.drift == ()
    assert verdict.declared == pytest.approx([2.0, 50.0, 0.15])
    assert verdict.at_estimate == pytest.approx([0.5, 5.0, 0.01])


def test_what_is_off_is_named_with_its_numbers() -> None:
    verdict = _verdict(off=(-3.2, 80.0, 0.3))
    assert verdict.reasons == (
        "hts.hex.T_out: model 3.2 K off at the estimated state over 15 min, declared 2 K",
        "hts.hp.P_el: model 80 kW off at the estimated state over 15 min, declared 50 kW",
        "hts.hp.COP: model 0.3 off at the estimated state over 15 min, declared 0.15",
    )


def test_drift_is_told_and_does_not_refuse() -> None:
    verdict = _verdict(alone=(4.0, 0.0, 0.0))
    assert verdict.holds
    assert verdict.drift == ("hts.hex.T_out: model left alone 4 K off over 15 min, declared 2 K",)


def test_a_window_that_is_too_short_refuses() -> None:
    assert _verdict(rows=5).reasons == (
        "hts: plant and model were compared over 5 min, wanted 15 min",
    )
    nothing = _verdict(rows=0).reasons
    assert "compared over 0 min" in nothing[0]
    assert "no usable measurement" in nothing[1]


def test_predictions_further_off_than_declared_refuse() -> None:
    (reason,) = _verdict(high=3).reasons
    assert reason.startswith("hts: 20 % of the predictions")


def test_states_that_nobody_tells_refuse_by_name() -> None:
    verdict = _verdict(std=(5.5, 0.2))
    assert verdict.uncertain == ("hs.T_1", "hp.speed")
    assert verdict.reasons == (
        "hts.hs.T_1: known to 5.5 K, declared 2 K; nothing measured tells it",
        "hts.hp.speed: known to 0.2, declared 0.05",
    )


def test_a_point_seldom_measured_is_not_judged() -> None:
    verdict = _verdict(off=(np.nan, 5.0, 0.01), measured=(np.nan, 1000.0, 3.0))
    assert np.isnan(verdict.at_estimate[0]) and verdict.holds


def test_the_window_forgets_what_is_older() -> None:
    window = Window(300.0, 1)
    for k in range(40):
        value = np.array([float(k)])
        window.add(Step(60.0, value, value, value, 0.0, k % 2, False))
    assert window.seconds == 300.0 and len(window) == 5
    assert window.column("measured")[:, 0].tolist() == [35.0, 36.0, 37.0, 38.0, 39.0]
    other = Window(300.0, 1)
    other.fill(window.table())
    assert np.array_equal(other.table(), window.table()) and other.seconds == 300.0


def test_a_plant_that_is_not_the_model_is_refused() -> None:
    case = Case(station(1, 1, 1, layers=3).twins["station"])
    rows = drawn_inputs(case.topology, case.plant.inputs, 8, seed=2)
    case.start(rows[0])
    skewed = case.measured.names.index("source_0.T_cold_out")
    power = case.measured.names.index("sink_0.P")
    for row in rows:
        for _ in range(12):
            observed = case.move(row, 10.0)
            observed.values[power] += 900.0
            observed.values[skewed] += 0.1
            case.estimator.update(row, observed, 10.0)
    verdict = case.estimator.mismatch()
    assert [r.partition(":")[0] for r in verdict.reasons] == ["bench.sink_0.P", "bench"]
