"""The generated FMUs: valid FMI 2.0, right numbers, exact snapshots, loud failures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from fmpy import read_model_description, simulate_fmu
from fmpy.validation import validate_fmu
from scipy.integrate import solve_ivp

from adapters.assets.fmu.backend import FmuBackend
from adapters.assets.fmu.snapshot import SnapshotFmuBackend
from models import Model, NativePlant, boundaries_of, points_of
from rami.asset.topology import SiteTopology
from rami.core.errors import ModelError
from tests.models.conftest import TWINS
from tests.models.held_inputs import drawn_inputs


@pytest.fixture(params=TWINS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def fmu(
    name: str, reference: SiteTopology, reference_fmus: Mapping[str, Path]
) -> SnapshotFmuBackend:
    inputs, outputs = points_of(reference.twins[name], boundaries_of(reference_fmus[name]))
    backend = FmuBackend.load(reference_fmus[name], inputs, outputs, name=name)
    assert isinstance(backend, SnapshotFmuBackend)
    return backend


def test_it_is_valid(name: str, reference_fmus: Mapping[str, Path]) -> None:
    assert validate_fmu(str(reference_fmus[name])) == []
    found = read_model_description(str(reference_fmus[name]), validate_model_structure=True)
    assert {v.unit for v in found.modelVariables} <= {"degC", "kW", "kWh", "kg/s", "1"}
    assert all(v.unit for v in found.modelVariables)


def test_fmpy_runs_it(reference_fmus: Mapping[str, Path]) -> None:
    table = simulate_fmu(
        str(reference_fmus["dhs"]),
        stop_time=3600,
        output_interval=60,
        start_values={"town.P_demand": 500.0, "dhs_flow.T": 97.0},
        output=["town.P", "dhs_flow.T"],
    )
    assert table["dhs_flow.T"][0] == 97.0
    assert table["town.P"][-1] == pytest.approx(500)


def test_it_agrees_with_lsoda_over_a_day_with_switching(
    name: str, fmu: FmuBackend, reference: SiteTopology, reference_models: Mapping[str, Model]
) -> None:
    """Within 0.05 K at every minute and 0.1 % of every register's heat."""
    plant = NativePlant(reference_models[name])
    dynamic = plant.jacobian(plant.states).shape[1]
    minutes = np.arange(0.0, 901.0, 60.0)
    temperature = np.array([p.quantity == "temperature" for p in fmu.outputs.points])
    register = np.array([p.cumulative for p in fmu.outputs.points])
    worst = 0.0

    def rates(_: float, x: np.ndarray) -> np.ndarray:
        return plant.rates(x)

    def jacobian(_: float, x: np.ndarray) -> np.ndarray:
        full = np.zeros((len(x), len(x)))
        full[:, :dynamic] = plant.jacobian(x)
        return full

    for held in drawn_inputs(reference.twins[name], plant.inputs, 96, seed=3):
        plant.write(held)
        exact = solve_ivp(
            rates, (0, 900), plant.states, "LSODA", minutes, rtol=1e-7, atol=1e-6, jac=jacobian
        )
        for state in exact.y.T[1:]:
            plant.states = state
            wanted, got = plant.read(), fmu.step(held, 60)
            worst = max(worst, np.abs(got - wanted)[temperature].max())
    assert worst < 0.05
    energy = np.maximum(np.abs(wanted[register]), 10)
    assert (np.abs(got - wanted)[register] / energy).max() < 1e-3


def test_native_plant_does_the_same_arithmetic(
    name: str, fmu: FmuBackend, reference: SiteTopology, reference_models: Mapping[str, Model]
) -> None:
    plant = NativePlant(reference_models[name])
    assert plant.inputs.names == fmu.inputs.names
    assert plant.outputs.names == fmu.outputs.names
    for held in drawn_inputs(reference.twins[name], plant.inputs, 40, seed=8):
        wanted, got = plant.step(held, 60), fmu.step(held, 60)
    assert got == pytest.approx(wanted, rel=1e-8, abs=1e-8)


def test_a_restored_state_has_the_same_future(
    name: str,
    fmu: SnapshotFmuBackend,
    reference: SiteTopology,
    reference_fmus: Mapping[str, Path],
) -> None:
    held = drawn_inputs(reference.twins[name], fmu.inputs, 12, seed=2)
    for row in held[:6]:
        fmu.step(row, 60)
    saved, time = fmu.save(), fmu.time
    future = [fmu.step(row, 10).copy() for row in held[6:]]
    fmu.restore(saved)
    assert fmu.time == time
    assert np.array_equal([fmu.step(row, 10).copy() for row in held[6:]], future)
    other = FmuBackend.load(reference_fmus[name], fmu.inputs, fmu.outputs)
    assert isinstance(other, SnapshotFmuBackend)
    other.restore(saved)
    assert np.array_equal([other.step(row, 10).copy() for row in held[6:]], future)
    assert other.save() == fmu.save()


def test_a_state_of_another_model_is_refused(
    reference: SiteTopology, reference_fmus: Mapping[str, Path]
) -> None:
    iess, dhs = (
        FmuBackend.load(reference_fmus[n], *points_of(reference.twins[n]), name=n)
        for n in ("iess", "dhs")
    )
    assert isinstance(iess, SnapshotFmuBackend)
    assert isinstance(dhs, SnapshotFmuBackend)
    with pytest.raises(ModelError, match=r"dhs: .*belongs to another model"):
        dhs.restore(iess.save())
    with pytest.raises(ModelError, match="belongs to another model"):
        dhs.restore(dhs.save()[:-1])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(fmu: FmuBackend, value: float) -> None:
    held = fmu.inputs.starts()
    before = fmu.step(held, 60).copy()
    held[1] = value
    with pytest.raises(ModelError, match=f"{fmu.inputs.names[1]} is set to .*wanted a finite"):
        fmu.step(held, 60)
    with pytest.raises(ModelError, match="wanted a finite"):
        fmu.write(held)
    assert np.array_equal(fmu.read(), before)


def test_a_step_without_length_is_refused(fmu: FmuBackend) -> None:
    with pytest.raises(ModelError, match="fmi2DoStep returned error: the step is 0 s"):
        fmu.step(fmu.inputs.starts(), 0.0)


def test_a_step_that_never_settles_says_where(
    reference: SiteTopology, reference_fmus: Mapping[str, Path]
) -> None:
    inputs, outputs = points_of(reference.twins["hts"])
    fmu = FmuBackend.load(reference_fmus["hts"], inputs, outputs, name="hts")
    held = inputs.starts()
    for name in ("hex_hnht_valve.u", "hex_hnht_pump.u"):
        held[inputs[name]] = 1.0
    held[inputs["hex_hnht_border.T_take"]] = 1e306
    with pytest.raises(ModelError, match=r"hts: .*(sub-steps|no finite number) at hex_hnht\.T_"):
        for _ in range(10):
            fmu.step(held, 3600)


def test_start_values_and_reset(
    reference: SiteTopology, reference_fmus: Mapping[str, Path]
) -> None:
    inputs, outputs = points_of(reference.twins["hts"])
    fmu = FmuBackend.load(reference_fmus["hts"], inputs, outputs, start={"hs.T_20": 82.0})
    first = fmu.read().copy()
    assert first[outputs["hs.T_20"]] == 82.0
    assert first[outputs["hs.T_1"]] == 95.0
    fmu.step(inputs.starts(), 600)
    fmu.reset({"hs.T_20": 82.0})
    assert (fmu.time, np.array_equal(fmu.read(), first)) == (0.0, True)
    fmu.reset()
    assert fmu.read()[outputs["hs.T_20"]] == 60.0


def test_outputs_that_are_no_states_cannot_be_set(
    reference: SiteTopology, reference_fmus: Mapping[str, Path]
) -> None:
    inputs, outputs = points_of(reference.twins["hts"])
    with pytest.raises(ModelError, match="cannot be set at all"):
        FmuBackend.load(reference_fmus["hts"], inputs, outputs, start={"hp.P_el": 3.0})


def test_two_instances_do_not_disturb_each_other(
    reference: SiteTopology, reference_fmus: Mapping[str, Path]
) -> None:
    inputs, outputs = points_of(reference.twins["hts"])
    path = reference_fmus["hts"]
    one, two, alone = (FmuBackend.load(path, inputs, outputs) for _ in range(3))
    calm, harsh = drawn_inputs(reference.twins["hts"], inputs, 8, seed=4)[[0, 7]]
    for _ in range(5):
        together = one.step(calm, 60).copy()
        two.step(harsh, 60)
        expected = alone.step(calm, 60)
    assert np.array_equal(together, expected)
