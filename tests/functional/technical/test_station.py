from __future__ import annotations

import numpy as np
import pytest

from rami.asset.topology import SiteTopology
from rami.core.errors import ControlError
from rami.core.timegrid import TimeGrid
from rami.functional.schedule import Schedule
from rami.functional.technical import Cause, StationController, Tuning
from tests.functional.technical.benches import Rows, Station


def follow(station: Station, seconds: float, **named: float) -> Rows:
    station.controller.set_targets(station.targets(**named), None, seconds)
    return station.run(seconds)


def test_power_and_temperatures_are_held(station: Station) -> None:
    rows = follow(station, 3600.0, hex_hnht__P=2500.0, hex_hnlt__P=3500.0, hp__P_el=350.0)
    settled = rows[270:]
    for point, wanted, within in [
        ("hex_hnht.P", 2500.0, 80.0),
        ("hex_hnlt.P", 3500.0, 15.0),
        ("hp.P_el", 350.0, 5.0),
        ("hex_hnht.T_cold_out", 95.0, 0.5),
        ("hex_hnlt.T_cold_out", 90.0, 0.5),
        ("hp.T_condenser_out", 80.0, 0.5),
        ("hp.T_evaporator_out", 25.0, 0.3),
        ("circuit_flow.T", 95.0, 1.0),
    ]:
        assert np.abs(station.column(settled, point) - wanted).max() < within, point


@pytest.mark.parametrize("share", [0.03, 0.1, 0.4, 1.0])
def test_a_cold_start_finds_flow_at_any_load(station: Station, share: float) -> None:
    rows = follow(station, 1800.0, hex_hnht__P=4000.0 * share, hex_hnlt__P=4000.0 * share)
    for name in ("hex_hnht", "hex_hnlt"):
        power = station.column(rows[60:], f"{name}.P")
        assert power == pytest.approx(4000.0 * share, rel=0.06, abs=15.0)


def test_energy_that_a_ramp_left_out_is_caught_up(station: Station) -> None:
    rows = follow(station, 3600.0, hex_hnlt__P=2000.0, hex_hnht__P=2000.0)
    given = station.column(rows, "hex_hnlt.P").mean()
    assert given == pytest.approx(2000.0, rel=0.005)


def test_off_is_off(station: Station) -> None:
    follow(station, 1800.0, hex_hnht__P=2000.0, hex_hnlt__P=2000.0, hp__P_el=300.0)
    follow(station, 900.0, hex_hnht__P=0.0, hex_hnlt__P=40.0)
    assert not station.inputs[station._actuated].any()
    assert abs(station["hex_hnlt.P"]) < 1.0


def test_flow_temperature_follows_its_set_point(station: Station) -> None:
    follow(station, 1800.0, hex_hnht__P=3000.0, hex_dhs_out__P=2500.0, circuit__T_flow=105.0)
    assert station["hex_hnht.T_cold_out"] == pytest.approx(105.0, abs=0.5)
    assert station["hex_dhs_out.T_cold_out"] == pytest.approx(100.0, abs=1.0)
    follow(station, 1800.0, hex_hnht__P=3000.0, hex_hnlt__P=2500.0, circuit__T_flow=95.0)
    assert station["hex_hnht.T_cold_out"] == pytest.approx(95.0, abs=0.5)


def test_what_cannot_be_done_is_reported_with_its_cause(station: Station) -> None:
    plant = station.plant
    station.inputs[plant.inputs["hex_dhs_in_border.T_take"]] = 92.0
    follow(station, 1800.0, hex_dhs_in__P=2000.0, hex_hnlt__P=2000.0)
    loops = [p.actuator for p in station.controller.loops]
    seconds = station.controller.limited_s
    assert seconds[Cause.SOURCE_TOO_COLD, loops.index("hex_dhs_in_pump.u")] > 900.0
    assert seconds[Cause.FULLY_OPEN, loops.index("hex_dhs_in_valve.u")] > 900.0
    assert not seconds[:, loops.index("hex_hnht_valve.u")].any()
    assert station["hex_dhs_in.P"] > 500.0  # it gives what it can


def test_content_is_brought_back_to_the_schedule(station: Station) -> None:
    start = station["hs.Q"]
    for _ in range(8):
        station.controller.set_targets(
            station.targets(hex_hnht__P=2000.0, hex_hnlt__P=2000.0, hs__Q=start + 100.0), None
        )
        station.run(900.0)
    power = station["hex_hnht.P"]
    assert 2000.0 < power <= 2000.0 * 1.032
    assert station["hs.Q"] > start


def test_expected_heat_knows_the_ramp(station: Station) -> None:
    now = station.targets(hex_hnht__P=1000.0, hp__P_el=300.0)
    then = station.targets(hex_hnht__P=3000.0, hp__P_el=300.0)
    station.controller.set_targets(now, then, 900.0)
    station.run(830.0)
    expected = station.controller.expected_heat(60.0)
    assert expected["hex_hnht"] == pytest.approx(1800.0, abs=150.0)
    assert expected["hp"] == pytest.approx(station["hp.P_cold"], rel=0.01)
    assert expected["hex_hnlt"] == pytest.approx(0.0, abs=1.0)


def test_saved_and_restored_it_goes_on_the_same(
    station: Station, site: SiteTopology, tuning: Tuning
) -> None:
    follow(station, 300.0, hex_hnht__P=2500.0, hex_hnlt__P=3000.0)
    plant, controller = station.plant.save(), station.controller.save()
    once = station.run(600.0)
    station.plant.restore(plant)
    station.values = np.array(station.plant.read())
    fresh = StationController(site.twins["hts"], tuning)
    fresh.restore(controller)
    station.controller = fresh
    assert np.array_equal(station.run(600.0), once)


def test_a_schedule_is_followed_by_its_columns(site: SiteTopology, tuning: Tuning) -> None:
    controller = StationController(site.twins["hts"], tuning)
    columns = tuple(f"hts.{t}" for t in controller.targets)
    values = np.zeros((4, len(columns)))
    values[:, columns.index("hts.circuit.T_flow")] = 95.0
    values[1:, 0] = 2000.0
    grid = TimeGrid.of("2019-01-14T00:00+01:00", 900.0, 4)
    schedule = Schedule(grid, columns, values, "rules")
    measured = controller.inputs.starts()
    controller.follow(schedule, grid.start_ns)
    assert not controller.step(measured).any()
    controller.follow(schedule, grid.start_ns + grid.step_ns)
    for _ in range(20):
        controller.follow(schedule, grid.start_ns + grid.step_ns)
        opening = controller.step(measured)
    assert opening[controller.outputs["hex_hnht_valve.u"]] > 0.2
    short = Schedule(grid, columns[1:], values[:, 1:], "rules")
    with pytest.raises(ControlError, match=r"lacks hts\.hex_hnht\.P"):
        controller.follow(short, grid.start_ns)


def test_wrong_targets_and_states_are_refused(site: SiteTopology, tuning: Tuning) -> None:
    controller = StationController(site.twins["hts"], tuning)
    with pytest.raises(ControlError, match="wants 8 finite targets"):
        controller.set_targets([1.0])
    with pytest.raises(ControlError, match="finite"):
        controller.set_targets([float("nan")] * 8)
    with pytest.raises(ControlError, match="does not belong"):
        controller.restore(b"")
