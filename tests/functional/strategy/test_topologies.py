"""Plans of drawn stations: whatever is declared, energy closes and limits hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rami.asset.kinds import kinds
from rami.asset.network import Network
from rami.asset.topology import SiteTopology
from rami.business.pricing import site_prices
from rami.business.tariffs import Business
from rami.core.frame import Frame
from rami.functional.schedule import Schedule
from rami.functional.strategy import PlantState, StrategyController, StrategySettings
from tests.functional.strategy.physics import violations
from tests.functional.strategy.planning import made_up
from twins.wiring.site import DeclaredTwin, wire_site

STEPS = 8
DATA = made_up(STEPS, seed=11)


def hex_(
    primary: str, secondary: str, kw: float, hot: tuple[int, int], cold: tuple[int, int]
) -> Any:
    design = {
        "power": f"{kw} kW",
        "hot": [f"{t} degC" for t in hot],
        "cold": [f"{t} degC" for t in cold],
    }
    return {"kind": "heat_exchanger", "primary": primary, "secondary": secondary, "design": design}


@st.composite
def stations(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Networks and components of a station, and changed fields of the supply's components."""
    parts: dict[str, Any] = {}
    networks: dict[str, Any] = {"circuit": {"flow": "95 degC", "return": "60 degC", "water": "7 t"}}
    power = st.integers(500, 4000)
    if draw(st.booleans()):
        parts["source"] = hex_("iess.hnht", "circuit", draw(power), (115, 85), (60, 105))
    if draw(st.booleans()):
        parts["second"] = hex_("iess.hnht", "circuit", draw(power), (115, 85), (60, 95))
    if draw(st.booleans()):
        parts["draw"] = hex_("dhs.dhs", "circuit", draw(power), (100, 65), (60, 95))
    if draw(st.booleans()):
        parts["sink"] = hex_("circuit", "iess.hnlt", draw(power), (95, 60), (55, 90))
    if draw(st.booleans()):
        inlet = draw(st.sampled_from([95, 105, 108]))
        parts["feed"] = hex_("circuit", "dhs.dhs", draw(power), (inlet, 60), (55, inlet - 5))
    if draw(st.booleans()):
        networks["low"] = {"flow": "85 degC", "return": "50 degC", "water": "3 t"}
        parts["between"] = hex_("circuit", "low", 1500, (95, 60), (50, 85))
        parts["low_sink"] = hex_("low", "iess.hnlt", 1500, (85, 60), (55, 80))
    for k in range(draw(st.integers(0, 2))):
        parts[f"hp{k}"] = {
            "kind": "heat_pump",
            "condenser": "circuit.return",
            "evaporator": "iess.cn",
            "power_el_max": f"{draw(st.integers(100, 800))} kW",
            "outlet_max": f"{draw(st.sampled_from([75, 80, 90]))} degC",
            "source_outlet_min": "25 degC",
            "cop": {"kind": "carnot", "fraction": 0.5},
        }
    for k in range(draw(st.integers(0, 2))):
        parts[f"hs{k}"] = {
            "kind": "heat_storage",
            "across": draw(st.sampled_from(sorted(networks))),
            "volume": f"{draw(st.integers(20, 300))} m3",
            "power_max": f"{draw(power)} kW",
            "reference": "60 degC",
            "usable": "95 degC",
            "loss": "0.4 kW/K",
        }
        if draw(st.booleans()):
            heater = {"kind": "immersion_heater", "storage": f"hs{k}", "power_el_max": "700 kW"}
            parts[f"ih{k}"] = heater
    supply = {
        "chp": {"part_load_min": draw(st.sampled_from([0.0, 0.5, 0.7]))},
        "boiler_hnlt": {"part_load_min": draw(st.sampled_from([0.0, 0.1]))},
    }
    return networks, parts, supply


def site_of(reference: dict[str, Any], station: Any) -> SiteTopology:
    networks, parts, supply = station
    twins: dict[str, DeclaredTwin] = {}
    for name, twin in reference["twins"].items():
        declared = dict(twin["components"]) if name != "hts" else parts
        if name == "iess":
            declared = {n: {**c, **supply.get(n, {})} for n, c in declared.items()}
        twins[name] = DeclaredTwin(
            twin["kind"],
            {
                n: Network.model_validate(v)
                for n, v in (networks if name == "hts" else twin["networks"]).items()
            },
            {n: kinds()[v["kind"]].model_validate(v) for n, v in declared.items()},
            template="none",
        )
    return wire_site("drawn", twins)


def supply_residuals(site: SiteTopology, plan: Schedule, data: Frame) -> dict[str, np.ndarray]:
    """Heat into the factory's networks less what its consumers draw, from the schedule alone."""
    station = site.twins["hts"]
    left = {"iess.hnht": -data["P_th_dem_HNHT"], "iess.hnlt": -data["P_th_dem_HNLT"]}
    left["iess.cn"] = data["P_c_dem_CN"] - plan.column("iess.cooling_tower.P_th")
    for name, network in (("chp", "hnht"), ("boiler_hnht", "hnht"), ("boiler_hnlt", "hnlt")):
        left[f"iess.{network}"] = left[f"iess.{network}"] + plan.column(f"iess.{name}.P_th")
    for name, c in station.components.items():
        if c.kind == "heat_exchanger":  # type: ignore[attr-defined]
            for network, sign in ((c.primary, -1), (c.secondary, 1)):  # type: ignore[attr-defined]
                if network in left:
                    left[network] = left[network] + sign * plan.column(f"hts.{name}.P")
        if c.kind == "heat_pump":  # type: ignore[attr-defined]
            cold = plan.column(f"hts.{name}.P_th") - plan.column(f"hts.{name}.P_el")
            left["iess.cn"] = left["iess.cn"] - cold
    return left


@pytest.mark.parametrize("basis", ["marginal", "average"])
@given(station=stations())
@settings(max_examples=60)
def test_any_station_gets_a_sound_plan(reference: dict[str, Any], basis: str, station: Any) -> None:
    site = site_of(reference, station)
    business = Business.model_validate(reference["business"])
    prices = site_prices(business, site, DATA) if site.couplings else borderless(business, site)
    controller = StrategyController(site, StrategySettings(cost_basis=basis), business.owners)
    state = PlantState.nominal(site)
    plan = controller.plan(DATA.grid, DATA, prices, state)
    assert plan.rung == "milp"
    start = dict(state.content)
    assert violations(site, plan, start) == []
    assert not [n for n in plan.notes if "demand" in n]
    if basis == "marginal":
        for network, residual in supply_residuals(site, plan, DATA).items():
            assert np.abs(residual).max() < 1e-3, network
        engines, heat = plan.column("iess.chp.engines"), plan.column("iess.chp.P_th")
        low = station[2]["chp"]["part_load_min"] * 1687.5
        assert (heat >= low * engines - 1e-3).all()
        assert (heat <= 1687.5 * engines + 1e-3).all()


def borderless(business: Business, site: SiteTopology) -> Any:
    """Prices with the contract of the reference site, though the station has no wired border."""
    from dataclasses import replace

    from rami.information.network_dispatch import network_dispatch
    from rami.information.prices import HeatPrices

    prices = site_prices(business, site, DATA)
    found = network_dispatch(
        site,
        "dhs.dhs",
        prices.owner("dhs"),
        DATA,
        carbon_cost=prices.carbon_cost,
        gas_factor=prices.gas_factor,
    )
    cost = np.maximum(found.marginal_cost, 0)
    return replace(prices, heat={("iess", "dhs"): HeatPrices(cost + 0.006, 0.8 * cost)})
