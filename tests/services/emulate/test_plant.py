"""The plant behind the PLC: true parameters, first law, its own control."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from models import NativePlant, assemble
from rami.asset.capability import Snapshotable, Steppable
from services.emulate.backend import EmulatedBackend
from services.emulate.deviations import as_built
from services.emulate.settings import Settings
from tests.services.emulate.conftest import Make
from twins.site.site import Site

TWINS = ("hts", "iess", "dhs")


def _driven(plc, value=0.4):  # type: ignore[no-untyped-def]
    inputs = plc.inputs.starts()
    for i, point in enumerate(plc.inputs.points):
        if point.name.endswith(".u"):
            inputs[i] = value
        elif point.name.endswith("P_demand"):
            inputs[i] = 1500.0
    return inputs


@pytest.mark.parametrize("twin", TWINS)
def test_energy_closes_to_round_off(make: Make, twin: str) -> None:
    plc = make(twin, alone=True, seed=5)
    before = plc.plant.energy()
    inputs = _driven(plc)
    for _ in range(1800):
        plc.plant.step(inputs, 1.0)
    moved = max(abs(v) for n, v in plc.truth().items() if n.rpartition(".")[2].startswith("E"))
    assert moved > 100.0
    assert plc.plant.energy() == pytest.approx(before, abs=1e-9 * moved)


@pytest.mark.parametrize("twin", TWINS)
def test_solver_holds_its_tolerance(make: Make, twin: str) -> None:
    plc = make(twin, alone=True, seed=5)
    rhs = plc.plant._rhs
    inputs = _driven(plc)
    u = [*inputs.tolist(), *rhs.inputs.starts().tolist()[len(inputs) :]]
    exact = solve_ivp(
        lambda t, x: rhs.rates(u, x.tolist()), (0, 600), rhs.starts, "LSODA", rtol=1e-9, atol=1e-9
    )
    plc.plant.step(inputs, 600.0)
    count = rhs.controlled
    found = plc.plant.save()[:count]
    assert np.max(np.abs(found - exact.y[:count, -1])) < 0.1


def test_without_deviation_and_leaks_it_is_close_to_the_model(site: Site, make: Make) -> None:
    plc = make("dhs", alone=True, deviation=0.0)
    model = NativePlant(assemble(site.topology.twins["dhs"]))
    inputs = _driven(plc)
    model.step(inputs, 600.0)
    plc.plant.step(inputs, 600.0)
    place = model.outputs["town.T_in"]
    assert plc.truth()["town.T_in"] == pytest.approx(float(model.read()[place]), abs=0.5)
    assert plc.truth()["leaks.E"] > 0.0


def test_parameters_are_off_within_bounds_and_by_seed(site: Site) -> None:
    topology = site.topology.twins["hts"]
    one, same, other = (as_built(topology, seed, 0.1).parameters for seed in (1, 1, 2))
    assert one == same
    assert one != other
    ratios = np.array([actual / declared for declared, actual in one.values()])
    assert (ratios >= 0.9 - 1e-12).all() and (ratios <= 1.1 + 1e-12).all()
    assert ratios.std() > 0.03
    assert "hex_hnht.area_reserve" in one and "hp.cop.fraction" in one


def test_derived_data_follow_the_true_parameters(site: Site) -> None:
    topology = site.topology.twins["hts"]
    topology.components["hex_hnht"].conductance  # type: ignore[attr-defined]  # noqa: B018
    built = as_built(topology, 1, 0.1)
    declared, actual = built.parameters["hex_hnht.area_reserve"]
    found = built.topology.components["hex_hnht"].conductance  # type: ignore[attr-defined]
    wanted = topology.components["hex_hnht"].conductance  # type: ignore[attr-defined]
    assert found == pytest.approx(wanted * actual / declared)


@pytest.mark.parametrize(
    ("twin", "lines"),
    [
        ("iess", {"hnht_flow.T": 115, "hnlt_flow.T": 90, "cn_flow.T": 25}),
        ("dhs", {"dhs_flow.T": 100}),
    ],
)
def test_base_control_keeps_the_networks(make: Make, twin: str, lines: dict[str, float]) -> None:
    plc = make(twin, seed=2, scan_s=5.0)
    plc.advance(4 * 3600)
    for name, wanted in lines.items():
        assert plc.truth()[name] == pytest.approx(wanted, abs=2.0), name


def test_base_control_keeps_a_cold_circuit_warm(make: Make) -> None:
    plc = make("hts", seed=2, scan_s=5.0)
    while plc.truth()["circuit_flow.T"] > 78.0:
        plc.plant.step(plc.inputs.starts(), 3600.0)
    plc.sensors.reset()
    powers = []
    for _ in range(60):
        plc.advance(30)
        powers.append(plc.truth()["hex_hnht.P"])
    assert max(powers) > 20.0
    assert plc.truth()["circuit_flow.T"] > 79.0


def test_backend_in_process_is_restored_to_the_bit(site: Site) -> None:
    backend = EmulatedBackend(site.topology.twins["dhs"], Settings(seed=7))
    assert isinstance(backend, Steppable) and isinstance(backend, Snapshotable)
    inputs = _driven(backend.plc)
    backend.plc.faults.add(_fault("drift:town.T_in,rate=3"), 0.0)
    backend.step(inputs, 300.0)
    state = backend.save()
    first = backend.step(inputs, 300.0).copy()
    backend.step(inputs, 10.0)
    backend.restore(state)
    assert backend.step(inputs, 300.0).tobytes() == first.tobytes()


def test_points_between_twins_are_told_as_they_are(make: Make) -> None:
    plc = make("hts", alone=True, seed=3)
    plc.image[:] = _driven(plc)
    plc.beat(1)
    for place, value in enumerate(_driven(plc)):
        plc.write(place, value)
    plc.advance(25)
    for place, value in enumerate(_driven(plc)):
        plc.write(place, value)
    plc.advance(25)
    truth, told = plc.truth(), dict(zip(plc.outputs.names, plc.values, strict=True))
    assert told["hex_hnht_border.E"] == truth["hex_hnht_border.E"]
    assert told["hex_hnht.E"] != truth["hex_hnht.E"]
    assert told["hex_hnht.T_cold_out"] == pytest.approx(truth["hex_hnht.T_cold_out"], abs=1.5)


def _fault(text: str):  # type: ignore[no-untyped-def]
    from services.emulate.fault import parse_fault

    return parse_fault(text)
