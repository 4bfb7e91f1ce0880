"""A plant equal to the model is found again from a wrong start; what is bad is left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import Linearise, NativePlant, assemble
from rami.asset.live import Observation
from rami.core.errors import DataError, ModelError
from rami.core.points import Point
from rami.core.quality import Family, Reason, quality
from rami.functional.estimation import StateEstimator
from tests.functional.estimation.cases import Case, seen
from tests.models.held_inputs import drawn_inputs
from tests.models.wired import station
from twins.site import load_site

STALE = quality(Family.BAD, Reason.STALE)


def _but_layers(point: Point) -> bool:
    return not point.name.startswith(("hs.T_", "hs.Q"))


@pytest.fixture
def case() -> Case:
    return Case(station(1, 1, 1, layers=3).twins["station"])


def _rows(case: Case, count: int, seed: int = 4) -> np.ndarray:
    return drawn_inputs(case.topology, case.plant.inputs, count, seed)


@settings(max_examples=3)
@given(
    sources=st.integers(1, 3),
    sinks=st.integers(1, 3),
    heat_pumps=st.integers(0, 2),
    storage=st.booleans(),
    layers=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_any_plant_that_is_the_model_is_found_again(
    sources: int, sinks: int, heat_pumps: int, storage: bool, layers: bool, seed: int
) -> None:
    topology = station(sources, sinks, heat_pumps, storage, False, 3).twins["station"]
    case = Case(topology, (lambda point: True) if layers else _but_layers)
    rows = _rows(case, 14, seed)
    for row in rows[:4]:
        case.move(row, 60.0)
    case.start(rows[4])
    for count in range(30):
        estimate = case.step(rows[4 + count // 3], 20.0)
        assert np.linalg.eigvalsh(case.estimator._covariance).min() > 0.0
        # in the first steps an actuator may move faster than its start made likely
        assert estimate.consistent or count < 3
    unobserved = case.estimator.unobserved()
    if layers:
        assert not unobserved
    for name, error in case.errors.items():
        if name not in unobserved:
            spread = estimate.std[case.estimator.state_points[name]]
            assert abs(error) < 0.05 + 2.0 * spread, name


@pytest.mark.parametrize("twin", ["iess", "dhs", pytest.param("hts", marks=pytest.mark.soak)])
def test_each_twin_of_the_reference_is_found_again(twin: str, reference_site_file: Path) -> None:
    case = Case(load_site(reference_site_file).topology.twins[twin])
    rows = _rows(case, 8, seed=3)
    for row in rows[:3]:
        case.move(row, 60.0)
    case.start(rows[3])
    for row in rows[3:]:
        case.step(row, 30.0)
        case.step(row, 30.0)
    assert np.linalg.eigvalsh(case.estimator._covariance).min() > 0.0
    assert case.estimator.unobserved() == ()
    assert max(abs(e) for e in case.errors.values()) < 0.3


def test_layers_that_are_not_measured_converge_from_a_wrong_start() -> None:
    case = Case(station(2, 1, 1, layers=6).twins["station"], _but_layers)
    rows = _rows(case, 60, seed=1)
    for row in rows[:10]:
        case.move(row, 60.0)
    case.start(rows[10])
    wrong = max(abs(e) for e in case.errors.values())
    for row in rows[10:]:
        for _ in range(6):
            case.step(row)
    assert wrong > 10.0
    assert max(abs(e) for e in case.errors.values()) < 0.1
    assert case.estimator.mismatch().holds, case.estimator.mismatch().reasons


def test_bad_stale_and_unknown_values_are_left_out(case: Case) -> None:
    row = _rows(case, 1)[0]
    case.start(row)
    clean = case.move(row, 10.0)
    names = case.measured.names
    other = case.another()
    other.restore(case.estimator.save())
    values, worse, times = clean.values.copy(), clean.quality.copy(), clean.times_ns.copy()
    bad, unknown, old = (names.index(n) for n in ("hs.T_1", "hs.T_2", "circuit_flow.T"))
    values[[bad, unknown, old]] = 500.0, np.nan, -40.0
    worse[bad] = STALE
    times[old] -= 120 * 10**9
    estimate = other.update(row, Observation(values, worse, times), 10.0)
    plain = case.estimator.update(row, clean, 10.0)
    assert estimate.count == plain.count - 3
    compared = other.compared.names
    assert {compared[i] for i in np.flatnonzero(np.isnan(estimate.innovations))} == {
        "hs.T_1",
        "hs.T_2",
        "circuit_flow.T",
    }
    assert np.max(np.abs(estimate.state - plain.state)) < 0.5


def test_uncertain_values_count_less(case: Case) -> None:
    row = _rows(case, 1)[0]
    case.start(row)
    observed = case.move(row, 10.0)
    place = case.measured.names.index("hs.T_2")
    observed.values[place] += 1.0
    saved = case.estimator.save()
    good = case.estimator.update(row, observed, 10.0)
    case.estimator.restore(saved)
    worse = observed.quality.copy()
    worse[place] = quality(Family.UNCERTAIN, Reason.ESTIMATED)
    uncertain = case.estimator.update(row, replace(observed, quality=worse), 10.0)
    state = case.estimator.state_points["hs.T_2"]
    truth = case.plant.state()[state]
    assert 0.0 < uncertain.state[state] - truth < 0.7 * (good.state[state] - truth)
    assert uncertain.std[state] > good.std[state]


def test_without_any_measurement_the_model_goes_on_and_is_less_sure(case: Case) -> None:
    rows = _rows(case, 4)
    case.start(rows[0])
    before = case.estimator.std()
    for row in rows:
        case.plant.step(row, 60.0)
        nothing = np.full(len(case.measured), np.nan)
        estimate = case.estimator.update(row, seen(nothing, 0.0), 60.0)
    assert estimate.count == 0 and estimate.nis == 0.0 and estimate.consistent
    place = case.estimator.state_points["hs.T_2"]
    assert estimate.std[place] > before[place]
    assert max(abs(e) for e in case.errors.values()) < 1.0


def test_a_spike_does_not_carry_the_state_away(case: Case) -> None:
    rows = _rows(case, 3)
    case.start(rows[0])
    for _ in range(12):
        case.step(rows[0])
    observed = case.move(rows[0], 10.0)
    observed.values[case.measured.names.index("hs.T_2")] += 30.0
    estimate = case.estimator.update(rows[0], observed, 10.0)
    assert abs(case.errors["hs.T_2"]) < 2.0
    assert not estimate.consistent


def test_states_stay_within_their_ranges(case: Case) -> None:
    row = _rows(case, 1)[0]
    case.start(row)
    observed = case.move(row, 10.0)
    for _ in range(40):
        observed.values[:] = 1e6
        case.estimator.update(row, observed, 10.0)
    points = case.estimator.state_points.points
    for value, point in zip(case.estimator.state(), points, strict=True):
        assert point.low <= value <= point.high


def test_an_input_that_is_not_told_keeps_its_value(case: Case) -> None:
    row = _rows(case, 1)[0]
    case.start(row)
    holed = row.copy()
    holed[::2] = np.nan
    other = case.another()
    other.restore(case.estimator.save())
    observed = case.move(row, 10.0)
    one = case.estimator.update(row, observed, 10.0)
    two = other.update(holed, observed, 10.0)
    assert np.array_equal(one.state, two.state)


def test_a_restored_estimator_goes_on_the_same(case: Case) -> None:
    rows = _rows(case, 6)
    case.start(rows[0])
    for row in rows[:3]:
        case.step(row)
    other = case.another()
    other.restore(case.estimator.save())
    for row in rows[3:]:
        observed = case.move(row, 10.0)
        one = case.estimator.update(row, observed, 10.0)
        two = other.update(row, observed, 10.0)
        assert np.array_equal(one.state, two.state) and np.array_equal(one.std, two.std)
    assert other.save() == case.estimator.save()
    assert other.mismatch().reasons == case.estimator.mismatch().reasons


def test_a_history_is_run_through(case: Case) -> None:
    rows = _rows(case, 5)
    first = case.now()
    history = [(row, case.move(row, 30.0), 30.0) for row in rows]
    estimate = case.estimator.start(first, rows[0], history)
    other = case.another()
    other.start(first, rows[0])
    for inputs, observed, seconds in history:
        again = other.update(inputs, observed, seconds)
    assert np.array_equal(estimate.state, again.state)


def test_where_the_equations_fail_it_is_told(case: Case) -> None:
    states = case.plant.state()
    states[case.estimator.state_points["circuit_flow.T"]] = 1e308
    with pytest.raises(ModelError, match="no linear model at this state"):
        case.linearise(case.plant.inputs.starts() + 1e300, states)


def test_what_cannot_be_is_told(case: Case) -> None:
    row = _rows(case, 1)[0]
    with pytest.raises(DataError, match="was not started"):
        case.step(row)
    case.start(row)
    larger = Case(station(2, 1, 1, layers=3).twins["station"])
    with pytest.raises(DataError, match="other states or points"):
        larger.estimator.restore(case.estimator.save())
    with pytest.raises(DataError, match="damaged"):
        case.estimator.restore(case.estimator.save()[:-1] + b"?")
    foreign = Linearise(assemble(larger.topology))
    with pytest.raises(ModelError, match="other states"):
        StateEstimator(NativePlant(case.model), foreign, case.measured)
