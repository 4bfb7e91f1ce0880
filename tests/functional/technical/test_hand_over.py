"""Somebody else drives, the controller follows, and takes over without a jump."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rami.asset.topology import SiteTopology
from rami.functional.technical import BaseAutomation, StationController, Tuning
from rami.functional.technical.base_automation import RETURN_S as NETWORK_RETURN_S
from rami.functional.technical.station import RETURN_S
from rami.functional.technical.tuning import LoopTuning
from tests.functional.technical.benches import Rows, Station, wired

Open = Callable[[SiteTopology, str], Any]
#: one step of the take-over may move an actuator by this share of its stroke
STEP = 10.0 / RETURN_S + 1e-9


def hand(station: Station, positions: Any, seconds: float, mask: Any = None) -> Rows:
    """Somebody holds actuators (all, or `mask`); the rows of what was written, per period."""
    written = []
    controller = station.controller
    for _ in range(round(seconds / controller.period_s)):
        output = controller.track(positions, station.values[station._measured], mask)
        station.inputs[station._actuated] = output
        station.values = np.array(station.plant.step(station.inputs, controller.period_s))
        written.append(output.copy())
    return np.array(written)


def automatic(station: Station, seconds: float) -> Rows:
    """The controller drives; what was written, per period."""
    written = []
    for _ in range(round(seconds / station.controller.period_s)):
        station.run(station.controller.period_s)
        written.append(station.inputs[station._actuated].copy())
    return np.array(written)


def aim(station: Station, **named: float) -> None:
    station.controller.set_targets(station.targets(**named), None, 7200.0)


def tuned(topology: Any) -> Tuning:
    """Some tuning for every loop."""
    from rami.functional.technical.station_loops import station_loops

    return Tuning(
        topology.name,
        10.0,
        tuple(
            LoopTuning(p.actuator, p.controlled, 1.0, 15.0, 60.0, "some", 0.5, 60.0, 2.0, 0.4)
            for p in station_loops(topology).loops
        ),
    )


@st.composite
def loop_sets(draw: st.DrawFn, declaration: dict[str, Any]) -> SiteTopology:
    twins = deepcopy(declaration["twins"])
    parts = twins["hts"]["components"]
    if draw(st.booleans()):
        parts["hp_2"] = deepcopy(parts["hp"]) | {"power_el_max": "250 kW"}
    for name in draw(st.sets(st.sampled_from(["hp", "hex_dhs_in", "hex_dhs_out", "hex_hnlt"]))):
        del parts[name]
    if draw(st.booleans()):
        del parts["hs"], parts["ih"]
    return wired(twins)


@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_first_output_is_the_position_found(
    data: st.DataObject, reference_site_declaration: dict[str, Any]
) -> None:
    """Any loops, any positions, any measured values, any schedule."""
    site = data.draw(loop_sets(reference_site_declaration))
    topology = site.twins["hts"]
    controller = StationController(topology, tuned(topology))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    n = len(controller.outputs)
    targets = []
    for name in controller.targets:
        hot, content = name.endswith("T_flow"), name.endswith(".Q")
        low, high = (95.0, 105.0) if hot else (500.0, 3000.0) if content else (0.0, 4000.0)
        targets.append(rng.uniform(low, high))
    controller.set_targets(targets, None, 3600.0)
    points = controller.inputs.points

    def measured() -> np.ndarray:
        return np.array(
            [
                rng.uniform(20.0, 115.0) if p.quantity == "temperature" else rng.uniform(0, 3000)
                for p in points
            ]
        )

    mask = rng.random(n) < data.draw(st.sampled_from([0.3, 1.0]))
    for _ in range(data.draw(st.integers(0, 20))):
        controller.step(measured())
    positions = rng.random(n)
    for _ in range(data.draw(st.integers(1, 400))):
        output = controller.track(positions, measured(), mask)
        assert np.array_equal(output[mask], positions[mask])
    owed = np.frombuffer(controller._owed.save())
    assert not owed[mask[controller._place][: len(owed)]].any()
    state = controller.save()
    after = measured()
    first = controller.step(after).copy()
    assert np.array_equal(first[mask], positions[mask])
    assert ((first >= 0.0) & (first <= 1.0)).all()
    # a restored one takes over the same
    other = StationController(topology, tuned(topology))
    other.restore(state)
    assert np.array_equal(other.step(after), first)
    for _ in range(int(RETURN_S / controller.period_s) + 1):
        then = measured()
        one, two = controller.step(then), other.step(then)
        assert np.array_equal(one, two)


def test_without_a_known_position_the_last_output_counts(
    site: SiteTopology, tuning: Tuning
) -> None:
    controller = StationController(site.twins["hts"], tuning)
    controller.set_targets([2000.0, 2000.0, *[0.0] * 4, 95.0, 1000.0][: len(controller.targets)])
    values = controller.inputs.starts()
    last = [controller.step(values).copy() for _ in range(20)][-1]
    lost = np.full(len(values), np.nan)
    unknown = np.full(len(controller.outputs), np.nan)
    assert np.array_equal(controller.track(unknown, lost), last)
    assert np.array_equal(controller.step(values), last)


@pytest.mark.parametrize("kept", [0.0, 0.15, 0.6, 1.0])
def test_a_station_is_taken_over_without_a_jump(station: Station, kept: float) -> None:
    """Held anywhere for an hour, then back at the schedule within the normal settling."""
    aim(station, hex_hnht__P=2500.0, hex_hnlt__P=3000.0, hp__P_el=300.0)
    automatic(station, 1200.0)
    positions = np.where(station.inputs[station._actuated] > 0.0, kept, 0.0)
    hand(station, positions, 3600.0)
    written = np.vstack([positions, automatic(station, 1500.0)])
    assert np.array_equal(written[1], positions)
    assert np.abs(np.diff(written, axis=0)).max() < STEP
    for point, wanted, within in [
        ("hex_hnlt.P", 3000.0, 60.0),
        ("hex_hnht.P", 2500.0, 160.0),
        ("hp.P_el", 300.0, 10.0),
        ("hex_hnlt.T_cold_out", 90.0, 1.0),
    ]:
        assert abs(station[point] - wanted) < within, point


@pytest.mark.parametrize(
    ("integral", "beside"), [(2.5, 2.0), (-3.0, -4.0), (0.0, 0.0), (-8.0, -9.0)]
)
def test_outlets_led_beside_their_line_are_taken_over_where_they_are(
    station: Station, integral: float, beside: float
) -> None:
    """The line's set-point is not where its controller led the outlets."""
    aim(station, hex_hnht__P=2500.0, hex_hnlt__P=3000.0)
    automatic(station, 1200.0)
    controller = station.controller
    line, measured = controller._lines[0], controller._feedforward.measured.copy()
    values = controller._set_points.value.copy()
    outlet = float(measured[line._line]) + beside
    line._integral, values[line.set_point] = integral, outlet
    line.track(values == outlet, values, measured)
    shift = line.shift(measured, values, np.zeros(len(controller.loops)))
    assert values[line.set_point] + shift == pytest.approx(outlet, abs=1e-6)
    assert values[line.set_point] != pytest.approx(outlet, abs=0.1) or integral == 0.0


def test_one_loop_by_hand_the_others_go_on(station: Station) -> None:
    aim(station, hex_hnht__P=2500.0, hex_hnlt__P=3000.0)
    automatic(station, 1200.0)
    controller = station.controller
    mask = np.zeros(len(controller.outputs), bool)
    place = controller.outputs["hex_hnht_valve.u"]
    mask[place] = True
    positions = station.inputs[station._actuated].copy()
    positions[place] *= 0.5
    by_hand = hand(station, positions, 3600.0, mask)
    assert (by_hand[:, place] == positions[place]).all()
    assert station["hex_hnlt.P"] == pytest.approx(3000.0, rel=0.02)
    assert station["hex_hnht.T_cold_out"] == pytest.approx(95.0, abs=1.0)
    written = np.vstack([by_hand[-1], automatic(station, 1200.0)])
    assert np.abs(np.diff(written, axis=0)).max() < STEP
    assert station["hex_hnht.P"] == pytest.approx(2500.0, abs=160.0)


def test_a_limit_that_only_the_guard_knows_winds_nothing_up(station: Station) -> None:
    """A valve that the guard lets open to a fifth only, for an hour; then less is wanted."""
    aim(station, hex_hnht__P=2500.0, hex_hnlt__P=3000.0)
    controller = station.controller
    place = controller.outputs["hex_hnlt_valve.u"]
    loop = [p.actuator for p in controller.loops].index("hex_hnlt_valve.u")

    def guarded(seconds: float) -> None:
        for _ in range(round(seconds / 10.0)):
            output = controller.step(station.values[station._measured]).copy()
            output[place] = min(output[place], 0.2)
            controller.landed(output)
            station.inputs[station._actuated] = output
            station.values = np.array(station.plant.step(station.inputs, 10.0))

    guarded(3600.0)
    assert station["hex_hnlt.P"] < 2500.0
    assert abs(float(controller.bank.integral[loop])) < 2.0 * controller.loops[loop].correction
    # the guard lets go: what is wanted is there within the usual time, and nothing swings far
    aim(station, hex_hnht__P=2500.0, hex_hnlt__P=1000.0)
    station.run(900.0)
    assert station["hex_hnlt.P"] == pytest.approx(1000.0, abs=60.0)


class Supply:
    """A supply system under its automation or by hand."""

    def __init__(self, topology: Any, plant: Any) -> None:
        self.plant, self.automation = plant, BaseAutomation(topology)
        self.inputs = plant.inputs.starts()
        self.at = plant.inputs.places(self.automation.outputs.names)
        self.seen = plant.outputs.places(self.automation.inputs.names)
        self.values = np.array(plant.read())

    def minute(self, positions: Any = None, mask: Any = None) -> Any:
        a, measured = self.automation, self.values[self.seen]
        none = [0.0] * len(a.networks)
        out = (
            a.step(measured, none)
            if positions is None
            else a.track(positions, measured, none, mask)
        )
        self.inputs[self.at] = out
        self.values = np.array(self.plant.step(self.inputs, 60.0))
        return out.copy()


@pytest.mark.parametrize("twin", ["iess", "dhs"])
@pytest.mark.parametrize("kept", [0.3, 0.8])
def test_a_supply_system_is_taken_over_without_a_jump(
    site: SiteTopology, open_twin: Open, twin: str, kept: float
) -> None:
    supply = Supply(site.twins[twin], open_twin(site, twin))
    automation, names = supply.automation, supply.plant.inputs.names
    for name, load in {
        "production": 2200.0, "buildings": 3500.0, "machines": 1800.0, "town": 12000.0
    }.items():  # fmt: skip
        if f"{name}.P_demand" in names:
            supply.inputs[supply.plant.inputs[f"{name}.P_demand"]] = load
    costs = [0.02 if "chp" in n else 0.03 for n in automation.converters]
    automation.commit(costs, [1.0] * len(costs), 5.0)
    for _ in range(120):
        running = supply.minute()
    positions = running.copy()
    loads = np.array([n.endswith(".u") and "pump" not in n for n in automation.outputs.names])
    positions[loads] = kept * positions[loads]
    for _ in range(60):
        assert np.array_equal(supply.minute(positions), positions)
    rows = [positions, *(supply.minute() for _ in range(240))]
    assert np.array_equal(rows[1], positions)
    for _ in range(int(NETWORK_RETURN_S / 60.0)):
        supply.minute()
    changes = np.abs(np.diff(np.array(rows), axis=0))
    whole = np.array([n.endswith("engines_on") for n in automation.outputs.names])
    assert changes[:5, ~whole].max() < 60.0 / NETWORK_RETURN_S + 1e-9
    for network, topology in site.twins[twin].networks.items():
        if topology.kind == "heating":
            now = supply.values[supply.plant.outputs[f"{network}_flow.T"]]
            assert abs(now - topology.flow) < 1.5, network
    state = automation.save()
    automation.restore(state)
    assert automation.save() == state
