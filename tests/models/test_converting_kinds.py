"""Engines, boiler, cooling tower, consumer, pump, valve, exchange against hand-made cases."""

from __future__ import annotations

from math import exp

import pytest

from rami.asset.chp import Chp
from rami.asset.pump import Pump
from rami.asset.water import HEAT_CAPACITY, mass_flow
from tests.models.wired import COOLING, HEATING, Bench, Declaration, border, plant, pump

C = HEAT_CAPACITY
CHP = {
    "kind": "chp",
    "network": "net",
    "engines": 2,
    "power_el": "1.5 MW",
    "efficiency_el": 0.40,
    "efficiency_th": 0.45,
    "fuel_price": "26 EUR/MWh",
    "ramp": "5 s",
}
BOILER = {
    "kind": "boiler",
    "network": "net",
    "power": "6 MW",
    "efficiency": 0.9,
    "fuel_price": "29 EUR/MWh",
    "ramp": "5 s",
}
TOWER = {"kind": "cooling_tower", "network": "net", "power": "3 MW", "ramp": "5 s"}
LOAD = {"kind": "consumer", "network": "net", "demand": "load", "power": "3 MW"}


def converter(data: Declaration, network: Declaration, back: float, flow: float) -> Bench:
    """A converter between two lines of fixed temperature, with a pump."""
    return plant(
        {"net": border(back, back), "it": data, "pump": pump(flow)},
        ["net.take > it.in by pump", "it.out > net.give"],
        {"net": network},
    )


@pytest.mark.parametrize(
    ("u", "engines", "level"), [(1, 2, 2), (0.8, 1, 0.8), (0.2, 2, 1), (1, 0, 0)]
)
def test_engines_balance_their_fuel(u: float, engines: float, level: float) -> None:
    bench = converter(CHP, HEATING, 60, 40).run(3600, pump__u=1, it__u=u, it__engines_on=engines)
    assert bench["it.P_el"] == pytest.approx(1500 * level, abs=1e-3)
    assert bench["it.P_fuel"] == pytest.approx(1500 / 0.4 * level, abs=1e-2)
    assert bench["it.P_th"] == pytest.approx(0.45 / 0.4 * 1500 * level, abs=1e-2)
    assert bench["it.P_th"] == pytest.approx(C * 40 * (bench["it.T_out"] - 60), abs=0.5)
    flue = bench["it.E_fuel"] - bench["it.E_el"] - bench["it.E_th"]
    assert flue == pytest.approx(0.15 * bench["it.E_fuel"])
    assert bench["it.E_flue"] == pytest.approx(flue)


def test_engine_heat_that_is_not_taken_goes_with_the_flue_gas() -> None:
    bench = converter(CHP, HEATING, 60, 40).run(3600, pump__u=0.02, it__u=1, it__engines_on=1)
    assert bench["it.T_out"] < Chp.model_validate(CHP).outlet_max
    assert bench["it.P_th"] == pytest.approx(C * 0.8 * (bench["it.T_out"] - 60), rel=1e-3)
    assert bench["it.P_fuel"] == pytest.approx(3750, rel=1e-3)


def test_boiler_burns_its_heat_over_its_efficiency() -> None:
    bench = converter(BOILER, HEATING, 60, 60).run(3600, pump__u=1, it__u=0.7)
    assert bench["it.P_th"] == pytest.approx(4200, rel=1e-4)
    assert bench["it.P_fuel"] == pytest.approx(bench["it.P_th"] / 0.9)
    assert bench["it.E_fuel"] == pytest.approx(bench["it.E_th"] / 0.9)
    assert bench["it.m"] == pytest.approx(60)


@pytest.mark.parametrize(
    ("u", "level"), [(0.2, 0.0), (0.24, 0.0), (0.27, 0.15), (0.3, 0.3), (0.6, 0.6)]
)
def test_boiler_below_its_minimum_load(u: float, level: float) -> None:
    data = {**BOILER, "part_load_min": 0.3}
    bench = converter(data, HEATING, 60, 60).run(3600, pump__u=1, it__u=u)
    assert bench["it.P_th"] == pytest.approx(6000 * level, abs=1)


def test_boiler_stops_at_its_outlet_limit() -> None:
    bench = converter(BOILER, HEATING, 60, 60).run(3600, pump__u=0.1, it__u=1)
    assert 130 < bench["it.T_out"] < 135
    assert bench["it.P_th"] == pytest.approx(C * 6 * (bench["it.T_out"] - 60), rel=1e-3)


def test_cooling_tower_reaches_its_power_at_the_approach() -> None:
    flow = mass_flow(3000, 7)
    bench = converter(TOWER, COOLING, 32, flow)
    bench.run(3600, pump__u=1, it__u=1, it__T_wet=25 - 4)
    assert bench["it.P_th"] == pytest.approx(3000, rel=1e-4)
    assert bench["it.T_out"] == pytest.approx(25, abs=1e-3)
    assert bench["it.P_el"] == pytest.approx(0.03 * bench["it.P_th"])
    assert bench["it.E_el"] == pytest.approx(0.03 * bench["it.E_th"])


def test_cooling_tower_never_cools_below_the_wet_bulb() -> None:
    bench = converter(TOWER, COOLING, 32, 100).run(3600, pump__u=0.05, it__u=1, it__T_wet=20)
    assert 20 <= bench["it.T_out"] < 20.5
    bench.run(3600, it__T_wet=36)
    assert bench["it.P_th"] == pytest.approx(0, abs=1e-6)


def consumer(network: Declaration, supply: float, **more: object) -> Bench:
    return plant(
        {"net": border(supply, supply), "it": {**LOAD, **more}},
        ["net.take > it.in by it", "it.out > net.give"],
        {"net": network},
    )


def test_consumer_draws_what_it_needs() -> None:
    bench = consumer(HEATING, 90).run(3600, it__P_demand=2000)
    assert bench["it.P"] == pytest.approx(2000)
    assert bench["it.m"] == pytest.approx(2000 / C / 30)
    assert bench["it.T_out"] == pytest.approx(60, abs=1e-6)
    assert bench["it.E"] == pytest.approx(2000, rel=1e-6)
    assert bench["net.E"] == pytest.approx(2000, rel=1e-3)


def test_consumer_is_short_when_the_supply_is_too_cold() -> None:
    bench = consumer(HEATING, 70).run(3600, it__P_demand=3000)
    most = 1.5 * mass_flow(3000, 30)
    assert bench["it.m"] == pytest.approx(most)
    assert bench["it.P"] == pytest.approx(C * most * 10)
    bench.run(3600, net__T_take=50)
    assert bench["it.P"] == 0


def test_cooling_consumer_is_the_mirror() -> None:
    bench = consumer(COOLING, 25, return_temperature="32 degC").run(3600, it__P_demand=1400)
    assert bench["it.P"] == pytest.approx(1400)
    assert bench["it.m"] == pytest.approx(1400 / C / 7)
    assert bench["it.T_out"] == pytest.approx(32, abs=1e-6)
    assert bench["net.E"] == pytest.approx(-1400, rel=1e-2)


def test_consumer_behind_a_pump_takes_at_most_its_demand() -> None:
    bench = converter(LOAD, HEATING, 90, 40).run(3600, pump__u=1, it__P_demand=2000)
    assert bench["it.P"] == pytest.approx(2000)
    assert bench["it.T_out"] == pytest.approx(90 - 2000 / C / 40, abs=1e-3)
    bench.run(3600, pump__u=0.1)
    assert bench["it.P"] == pytest.approx(C * 4 * 30, rel=1e-6)


def circulation(device: Declaration) -> Bench:
    return plant({"net": border(80, 80), "it": device}, ["net.take > net.give by it"])


def test_pump_power_grows_with_the_cube_of_its_speed() -> None:
    data = Pump.model_validate(pump(40))
    bench = circulation(pump(40)).run(600, it__u=0.5)
    assert bench["it.m"] == pytest.approx(20)
    assert bench["it.P_el"] == pytest.approx(data.power_el_max / 8)
    bench.run(600, it__u=7.0)
    assert bench["it.P_el"] == pytest.approx(data.power_el_max)


def test_valve_lags() -> None:
    bench = circulation({"kind": "valve", "flow_max": "10 kg/s", "lag": "12 s"})
    bench.run(12, 1, it__u=1)
    assert bench["it.m"] == pytest.approx(10 * (1 - exp(-1)), rel=1e-3)


def test_exchange_takes_its_heat_from_the_line_it_gives_to() -> None:
    bench = plant(
        {
            "flow": {"kind": "junction", "water": "5 t", "start": "90 degC"},
            "back": {"kind": "junction", "water": "5 t", "start": "60 degC"},
            "it": {"kind": "exchange", "network": "net", "taken_from": "flow", "partner": "a.b"},
        },
        ["flow.at > back.at by it", "back.at > flow.at"],
        {"net": HEATING},
    )
    bench.run(3600, it__m=5, it__Q=100)
    mean = (bench["flow.T"] + bench["back.T"]) / 2
    assert bench["it.E"] == pytest.approx(100, rel=1e-9)
    assert mean == pytest.approx(75 - 100 * 3600 / C / 10000, abs=1e-6)
    assert bench["back.T"] < bench["flow.T"]
