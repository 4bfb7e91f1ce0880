from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.topology import Link, SiteTopology, TwinTopology
from rami.core.errors import ControlError
from rami.functional.technical import StationController
from rami.functional.technical.operating_point import operating_point
from rami.functional.technical.station_loops import station_loops
from rami.functional.technical.step_test import open_loop
from tests.functional.technical.benches import wired


def test_the_table_of_the_reference_station(site: SiteTopology) -> None:
    station = station_loops(site.twins["hts"])
    table = [(p.actuator, p.controlled, p.set_point.name) for p in station.loops]
    assert table == [
        ("hex_hnht_valve.u", "hex_hnht.P", "hex_hnht.P"),
        ("hex_dhs_in_valve.u", "hex_dhs_in.P", "hex_dhs_in.P"),
        ("hex_hnlt_valve.u", "hex_hnlt.P", "hex_hnlt.P"),
        ("hex_dhs_out_valve.u", "hex_dhs_out.P", "hex_dhs_out.P"),
        ("hp.u", "hp.P_el", "hp.P_el"),
        ("ih.u", "ih.P_el", "ih.P_el"),
        ("hex_hnht_pump.u", "hex_hnht.T_cold_out", "circuit.T_flow"),
        ("hex_dhs_in_pump.u", "hex_dhs_in.T_cold_out", "circuit.T_flow"),
        ("hex_hnlt_pump.u", "hex_hnlt.T_cold_out", "hex_hnlt.T_supply"),
        ("hex_dhs_out_pump.u", "hex_dhs_out.T_cold_out", "hex_dhs_out.T_supply"),
        ("hp_condenser_pump.u", "hp.T_condenser_out", "hp.outlet_max"),
        ("hp_evaporator_pump.u", "hp.T_evaporator_out", "hp.source_outlet_min"),
    ]
    assert station.opposed == (("hex_dhs_in.P", "hex_dhs_out.P"),)
    assert station.targets[-1] == "hs.Q"


def _drawn(declaration: dict[str, Any], keep: set[str], pumps: int) -> SiteTopology:
    hts = declaration["twins"]["hts"]
    parts = hts["components"]
    for name in [n for n in parts if n not in keep and n != "hp"]:
        parts.pop(name)
    if "hs" not in parts:
        parts.pop("ih", None)
    hp = parts.pop("hp")
    for i in range(pumps):
        parts[f"hp_{i}"] = {**hp, "power_el_max": f"{200 * (i + 1)} kW"}
    return wired(declaration["twins"])


@given(
    keep=st.sets(
        st.sampled_from(["hex_hnht", "hex_dhs_in", "hex_hnlt", "hex_dhs_out", "hs", "ih"])
    ),
    pumps=st.integers(0, 3),
)
def test_any_drawn_station_gets_its_loops(
    reference_declaration: dict[str, Any], keep: set[str], pumps: int
) -> None:
    from copy import deepcopy

    topology = _drawn(deepcopy(reference_declaration), keep, pumps).twins["hts"]
    station = station_loops(topology)
    exchangers, heat_pumps = topology.of(HeatExchanger), topology.of(HeatPump)
    heater = "ih" in topology.components
    assert len(station.loops) == 2 * len(exchangers) + 3 * len(heat_pumps) + heater
    actuated = [p for p in topology.points.points if p.direction == "actuated"]
    assert sorted(p.actuator for p in station.loops) == sorted(p.name for p in actuated)
    controller = StationController(topology, open_loop(topology, 10.0))
    controller.set_targets([0.0] * len(controller.targets))
    assert not controller.step(controller.inputs.starts()).any()
    point = operating_point(topology, station)
    assert list(point) + [t.content for t in station.trims if t.content] == list(station.targets)


@pytest.fixture(scope="module")
def reference_declaration(reference_site_file: Any) -> dict[str, Any]:
    import yaml

    declaration: dict[str, Any] = yaml.safe_load(reference_site_file.read_text(encoding="utf-8"))
    return declaration


def test_a_flow_without_a_device_is_named(site: SiteTopology) -> None:
    hts = site.twins["hts"]
    bare = tuple(Link(k.source, k.target) if k.device == "hex_hnlt_pump" else k for k in hts.links)
    topology = TwinTopology(hts.name, hts.kind, hts.networks, hts.components, bare)
    with pytest.raises(ControlError, match=r"hex_hnlt: neither a pump nor a valve.*cold side"):
        station_loops(topology)


def test_a_shared_device_is_named(site: SiteTopology) -> None:
    hts = site.twins["hts"]
    shared = tuple(
        Link(k.source, k.target, "hex_hnlt_pump") if k.device == "hex_hnlt_valve" else k
        for k in hts.links
    )
    topology = TwinTopology(hts.name, hts.kind, hts.networks, hts.components, shared)
    with pytest.raises(ControlError, match=r"hex_hnlt_pump\.u would serve two control loops"):
        station_loops(topology)


def test_the_test_point_balances_heat(site: SiteTopology) -> None:
    hts = site.twins["hts"]
    point = operating_point(hts, station_loops(hts))
    hp = hts.component("hp", HeatPump)
    given = point["hex_hnht.P"] + point["hex_dhs_in.P"] + point["hp.P_el"] * hp.cop_design
    given += point["ih.P_el"] * 0.99
    assert given == pytest.approx(point["hex_hnlt.P"] + point["hex_dhs_out.P"])
