"""Heat storage and immersion heater against cases worked out by hand."""

from __future__ import annotations

from math import exp, factorial

import pytest

from rami.asset.heat_storage import HeatStorage
from rami.asset.water import DENSITY, HEAT_CAPACITY
from tests.models.wired import STORAGE, Bench, border, plant, pump

C = HEAT_CAPACITY
#: neither loss nor conduction: what remains is the water that moves
IDEAL = {**STORAGE, "loss": "0 kW/K", "layer_conductance": "0 kW/K", "start_content": 0}


def storage(flow: float, upward: bool = False, heater: bool = False, **more: object) -> Bench:
    parts = {
        "net": border(95, 60),
        "hs": {**IDEAL, **more},
        "pump": pump(flow),
    }
    if heater:
        parts["ih"] = {"kind": "immersion_heater", "storage": "hs", "power_el_max": "500 kW"}
    way = ["net.take > hs.bottom by pump", "hs.top > net.give"]
    if not upward:
        way = ["net.take > hs.top by pump", "hs.bottom > net.give"]
    return plant(parts, way)


def test_charging_stores_what_flows_in() -> None:
    bench = storage(10).run(3600, pump__u=1)
    assert bench["hs.m"] == pytest.approx(10, abs=1e-9)
    assert bench["hs.Q"] == pytest.approx(bench["net.E"], rel=1e-9)
    assert bench["hs.P"] == pytest.approx(-C * 10 * (95 - bench["hs.T_4"]))


def test_layers_charge_like_mixed_volumes_in_series() -> None:
    layers, flow = 4, 10.0
    bench = storage(flow)
    bench.run(30, 1, pump__u=1)  # past the pump's lag; count the water from here
    before = [bench[f"hs.T_{i + 1}"] for i in range(layers)]
    bench.run(3600, 10)
    t = flow * 3600 / (100 * DENSITY / layers)  # exchanged layer volumes
    for layer in range(layers):
        # a step of the inlet through layer + 1 mixed volumes, and what was there before
        hot = 1 - exp(-t) * sum(t**k / factorial(k) for k in range(layer + 1))
        held = sum(before[layer - k] * t**k / factorial(k) * exp(-t) for k in range(layer + 1))
        assert bench[f"hs.T_{layer + 1}"] == pytest.approx(95 * hot + held, abs=0.02)


def test_thermocline_is_at_most_some_layers_thick() -> None:
    bench = storage(10, layers=20).run(3600 * 1.35, pump__u=1)
    temperatures = [bench[f"hs.T_{i + 1}"] for i in range(20)]
    assert temperatures == sorted(temperatures, reverse=True)
    assert temperatures[2] > 94
    assert temperatures[-3] < 61


def test_discharging_gives_positive_power() -> None:
    bench = storage(10, upward=True, start_content=1.0)
    bench.run(600, pump__u=1, net__T_take=60)
    assert bench["hs.m"] < 0
    assert bench["hs.P"] == pytest.approx(C * 10 * (bench["hs.T_1"] - 60), rel=1e-6)


def test_start_content() -> None:
    bench = storage(10, start_content=0.5)
    data = HeatStorage.model_validate({**IDEAL, "start_content": 0.5})
    assert bench["hs.Q"] == pytest.approx(0.5 * data.content_max)
    assert [bench[f"hs.T_{i}"] for i in (1, 2, 3, 4)] == [95, 95, 60, 60]


def test_standing_loss_decays_exponentially() -> None:
    bench = storage(10, loss="1 kW/K", ambient="15 degC", start_content=1.0)
    bench.run(86400, 600)
    seconds = 100 * DENSITY * C / 1.0  # capacity in kJ/K over 1 kW/K
    expected = 15 + 80 * exp(-86400 / seconds)
    assert bench["hs.T_2"] == pytest.approx(expected, abs=1e-3)
    assert bench["hs.E_loss"] == pytest.approx((95 - expected) * 100 * DENSITY * C / 3600, rel=1e-4)


def test_layers_conduct_and_hot_water_rises() -> None:
    bench = storage(10, layers=2, layer_conductance="2 kW/K", layer_mixing="0 kW/K")
    bench.plant.reset({"hs.T_1": 90.0, "hs.T_2": 60.0})
    bench.run(3600, 60)
    half = 50 * DENSITY * C
    assert bench["hs.T_1"] - bench["hs.T_2"] == pytest.approx(
        30 * exp(-3600 * 2 * 2 / half), abs=1e-3
    )
    upside_down = storage(10, layers=2)
    upside_down.plant.reset({"hs.T_1": 60.0, "hs.T_2": 90.0})
    upside_down.run(10 * 3600, 60)
    assert upside_down["hs.T_2"] - upside_down["hs.T_1"] < 0.5


def test_immersion_heater_heats_the_upper_layers() -> None:
    bench = storage(10, heater=True, layers=10).run(3600, ih__u=1)
    assert bench["ih.P_el"] == pytest.approx(500, abs=1e-6)
    assert bench["ih.P_th"] == pytest.approx(0.99 * 500)
    assert bench["hs.Q"] == pytest.approx(0.99 * bench["ih.E_el"])
    temperatures = [bench[f"hs.T_{i + 1}"] for i in range(10)]
    assert min(temperatures[:3]) > 70
    assert max(temperatures[3:]) == pytest.approx(60)


def test_immersion_heater_fades_out() -> None:
    bench = storage(10, heater=True).run(4 * 86400, 600, ih__u=1)
    assert bench["ih.P_el"] < 20
    assert 105 < bench["hs.T_1"] <= 110
