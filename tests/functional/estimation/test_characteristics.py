"""What a plant's actuators do otherwise than the model's is found, kept, and told to the model."""

from __future__ import annotations

import numpy as np
import pytest

from rami.core.errors import DataError
from rami.core.points import PointIndex
from rami.functional.estimation.characteristics import Characteristics, lags_of
from tests.functional.estimation.cases import Case
from tests.functional.estimation.cases import seen as observed
from tests.models.held_inputs import drawn_inputs
from tests.models.wired import station


def _bend(opening: float) -> float:
    """A valve that opens late."""
    return 0.7 * opening + 0.3 * opening**3


@pytest.fixture
def case() -> Case:
    return Case(station(1, 1, 1, layers=3).twins["station"])


def _actuators(case: Case) -> tuple[str, str]:
    """A valve and a pump."""
    names = case.estimator.characteristics.names
    valve, pump = (next(n for n in names if n.endswith(kind)) for kind in ("valve.u", "pump.u"))
    return valve, pump


def _follow(case: Case, opening: float, steps: int, row: np.ndarray) -> None:
    """The plant's valve bends, its pump delivers less; the estimator is told the positions."""
    valve, pump = _actuators(case)
    told, acts = row.copy(), row.copy()
    places = case.plant.inputs
    told[places[valve]] = told[places[pump]] = opening
    acts[places[valve]], acts[places[pump]] = _bend(opening), 0.9 * opening
    for _ in range(steps):
        seen = case.move(acts, 10.0)
        if case.estimator.started:
            case.estimator.update(told, seen, 10.0)
        else:
            case.estimator.start(seen, told)


def test_every_valve_and_pump_has_its_lag(case: Case) -> None:
    lags = lags_of(case.linearise, case.plant.inputs)
    inputs, states = case.plant.inputs.names, case.estimator.state_points.names
    pairs = {inputs[i]: states[s] for i, s in lags.items()}
    assert {n for n in inputs if n.endswith(("valve.u", "pump.u"))} <= set(pairs)
    for name, state in pairs.items():
        assert name.rpartition(".")[0] == state.rpartition(".")[0]


def test_gains_are_found_and_the_model_then_does_what_the_plant_does(case: Case) -> None:
    row = drawn_inputs(case.topology, case.plant.inputs, 1, 4)[0]
    for opening in (0.8, 0.6, 0.4):
        _follow(case, opening, 45, row)
    valve, pump = _actuators(case)
    held = row.copy()
    places = case.plant.inputs
    for opening in (0.8, 0.6, 0.4):
        held[places[valve]] = held[places[pump]] = opening
        model = case.estimator.characteristics.inputs(held)
        assert model[places[valve]] == pytest.approx(_bend(opening), rel=0.04)
        assert model[places[pump]] == pytest.approx(0.9 * opening, rel=0.02)
    held[places[valve]] = held[places[pump]] = 0.0
    assert case.estimator.characteristics.inputs(held)[places[valve]] == 0.0
    alone = case.estimator.mismatch().alone
    flow = case.estimator.compared.names.index(valve.replace(".u", ".m"))
    assert alone[flow] < 0.05 * case.plant.read()[case.plant.outputs[valve.replace(".u", ".m")]]


def test_a_plant_that_is_the_model_leaves_the_gains_at_one(case: Case) -> None:
    rows = drawn_inputs(case.topology, case.plant.inputs, 4, 5)
    case.start(rows[0])
    for row in rows:
        for _ in range(12):
            case.step(row)
    assert np.abs(case.estimator.characteristics.gains - 1.0).max() < 0.02


def test_nothing_is_learned_of_what_is_not_measured_nor_right_after_a_start(case: Case) -> None:
    row = drawn_inputs(case.topology, case.plant.inputs, 1, 4)[0]
    _follow(case, 0.6, 17, row)
    assert (case.estimator.characteristics.gains == 1.0).all()
    assert case.estimator.characteristics.inputs(row) is row
    _follow(case, 0.6, 20, row)
    learned = case.estimator.characteristics.gains.copy()
    assert np.abs(learned - 1.0).max() > 0.05
    nothing = observed(np.full(len(case.measured), np.nan), case.seconds)
    for _ in range(20):
        case.estimator.update(row, nothing, 10.0)
    np.testing.assert_array_equal(case.estimator.characteristics.gains, learned)
    case.start(row)
    np.testing.assert_array_equal(case.estimator.characteristics.gains, learned)


def test_saved_and_restored_they_go_on_alike(case: Case) -> None:
    row = drawn_inputs(case.topology, case.plant.inputs, 1, 4)[0]
    _follow(case, 0.6, 40, row)
    other = case.another()
    other.restore(case.estimator.save())
    seen = case.move(row, 10.0)
    case.estimator.update(row, seen, 10.0)
    other.update(row, seen, 10.0)
    assert other.save() == case.estimator.save()
    none = Characteristics(PointIndex([]), {})
    assert none.inputs(row) is row
    with pytest.raises(DataError):
        none.restore(b"something else")
