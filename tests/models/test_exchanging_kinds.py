"""Heat exchanger, heat pump, junction, border against cases worked out by hand."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import CarnotCop
from rami.asset.water import HEAT_CAPACITY
from tests.models.wired import HEAT_PUMP, HEX, Bench, border, plant, pump

C = HEAT_CAPACITY


def exchanger(hot: float, cold: float) -> Bench:
    """A source exchanger between two borders, the pumps' full flows in kg/s."""
    return plant(
        {
            "hot": border(115, 85),
            "cold": border(60, 105),
            "hex": {**HEX, "primary": "x.a", "secondary": "x.b"},
            "hot_pump": pump(hot),
            "cold_pump": pump(cold),
        },
        [
            "hot.take > hex.hot_in by hot_pump",
            "hex.hot_out > hot.give",
            "cold.take > hex.cold_in by cold_pump",
            "hex.cold_out > cold.give",
        ],
    )


def counterflow(ua: float, hot: float, cold: float) -> float:
    """Effectiveness of a counterflow exchanger, textbook form."""
    c_min, c_max = sorted((C * hot, C * cold))
    ntu, ratio = ua / c_min, c_min / c_max
    if ratio == 1:
        return ntu / (1 + ntu)
    e = exp(-ntu * (1 - ratio))
    return (1 - e) / (1 - ratio * e)


@pytest.mark.parametrize(("hot", "cold"), [(30.0, 20.0), (8.0, 25.0), (20.0, 20.0), (1.0, 30.0)])
def test_exchanger_has_the_textbook_effectiveness(hot: float, cold: float) -> None:
    bench = exchanger(hot, cold).run(7200, hot_pump__u=1, cold_pump__u=1)
    data = HeatExchanger.model_validate({**HEX, "primary": "x.a", "secondary": "x.b"})
    c_nominal = C * min(data.flow_hot, data.flow_cold)
    ua = data.conductance * (C * min(hot, cold) / c_nominal) ** 0.6
    expected = counterflow(ua, hot, cold) * C * min(hot, cold) * (115 - 60)
    assert bench["hex.P"] == pytest.approx(expected, rel=1e-6)
    assert bench["hex.T_hot_out"] == pytest.approx(115 - expected / (C * hot), abs=1e-4)
    assert bench["hex.T_cold_out"] == pytest.approx(60 + expected / (C * cold), abs=1e-4)


def test_exchanger_reaches_its_design_power_with_reserve() -> None:
    bench = exchanger(4000 / C / 30, 4000 / C / 45).run(3600, hot_pump__u=1, cold_pump__u=1)
    assert 4000 < bench["hex.P"] < 1.1 * 4000


def test_exchanger_without_flow_carries_nothing() -> None:
    bench = exchanger(30, 20).run(7200, hot_pump__u=1, cold_pump__u=0)
    assert abs(bench["hex.P"]) < 1e-3
    assert bench["hex.T_hot_out"] == pytest.approx(115, abs=0.01)


def test_exchanger_carries_heat_downhill_only() -> None:
    rng = np.random.default_rng(7)
    bench = exchanger(30, 20)
    for _ in range(60):
        hot, cold = rng.uniform(20, 120, 2)
        bench.run(30, 30, hot__T_take=hot, cold__T_take=cold, hot_pump__u=rng.random())
        bench.inputs[bench.plant.inputs["cold_pump.u"]] = rng.random()
        assert bench["hex.P"] * (hot - cold) >= 0


def test_border_counts_what_the_other_network_gives() -> None:
    bench = exchanger(30, 20).run(3600, hot_pump__u=1, cold_pump__u=1)
    assert bench["hot.m"] == pytest.approx(30, abs=1e-6)
    assert bench["hot.P"] == pytest.approx(C * 30 * (115 - bench["hex.T_hot_out"]))
    assert bench["cold.P"] == pytest.approx(-C * 20 * (bench["hex.T_cold_out"] - 60))
    assert bench["cold.E"] < 0 < bench["hot.E"]


def mixing() -> Bench:
    return plant(
        {
            "a": border(80, 80),
            "b": border(40, 40),
            "mix": {"kind": "junction", "water": "500 kg", "start": "20 degC"},
            "pump_a": pump(10),
            "pump_b": pump(30),
        },
        [
            "a.take > mix.at by pump_a",
            "b.take > mix.at by pump_b",
            "mix.at > a.give by pump_a",
            "mix.at > b.give",
        ],
    )


def test_junction_mixes_by_flow() -> None:
    bench = mixing().run(3600, pump_a__u=1, pump_b__u=1)
    assert bench["mix.T"] == pytest.approx((10 * 80 + 30 * 40) / 40, abs=1e-6)


def test_junction_fills_like_a_mixed_volume() -> None:
    bench = mixing().run(600)  # let the pumps rest, then start one at full speed
    start, seconds = bench["mix.T"], 60.0
    bench.run(seconds, 5, pump_a__u=1)
    # first-order lag of the pump (1 s) and of the volume (500 kg / 10 kg/s)
    moved = 10 * (seconds - (1 - exp(-seconds)))
    expected = 80 + (start - 80) * exp(-moved / 500)
    assert bench["mix.T"] == pytest.approx(expected, abs=0.05)


def heat_pump(**more: object) -> Bench:
    return plant(
        {
            "warm": border(60, 60),
            "cold": border(32, 32, "return"),
            "hp": {**HEAT_PUMP, "ramp": "5 s", **more},
            "warm_pump": pump(30),
            "cold_pump": pump(60),
        },
        [
            "warm.take > hp.condenser_in by warm_pump",
            "hp.condenser_out > warm.give",
            "cold.take > hp.evaporator_in by cold_pump",
            "hp.evaporator_out > cold.give",
        ],
    )


def test_heat_pump_has_its_declared_cop() -> None:
    bench = heat_pump().run(3600, hp__u=1, warm_pump__u=0.8, cold_pump__u=1)
    cop = CarnotCop(fraction=0.55).value(bench["hp.T_condenser_out"], bench["hp.T_evaporator_out"])
    assert bench["hp.COP"] == pytest.approx(cop)
    assert bench["hp.P_el"] == pytest.approx(300, abs=1e-3)
    assert bench["hp.P_th"] == pytest.approx(300 * cop, rel=1e-6)
    assert bench["hp.P_th"] == pytest.approx(bench["hp.P_el"] + bench["hp.P_cold"])
    carried = C * bench["hp.m_condenser"] * (bench["hp.T_condenser_out"] - 60)
    assert carried == pytest.approx(bench["hp.P_th"], rel=1e-5)


def test_heat_pump_stays_below_carnot() -> None:
    bench = heat_pump().run(3600, hp__u=1, warm_pump__u=0.3, cold_pump__u=0.3)
    hot, cold = bench["hp.T_condenser_out"] + 273.15, bench["hp.T_evaporator_out"] + 273.15
    assert 1 < bench["hp.COP"] < hot / (hot - cold)


def test_heat_pump_is_not_throttled_at_its_limits_and_stops_beyond() -> None:
    bench = heat_pump().run(3600, hp__u=1, warm_pump__u=1, cold_pump__u=1, warm__T_take=74)
    assert 80 < bench["hp.T_condenser_out"] < 82
    assert bench["hp.P_el"] == pytest.approx(300, abs=1e-3)
    bench.run(3600, warm__T_take=88)
    assert bench["hp.P_el"] == pytest.approx(0, abs=1e-3)


def test_heat_pump_never_cools_its_source_far_below_the_limit() -> None:
    bench = heat_pump().run(7200, hp__u=1, warm_pump__u=1, cold_pump__u=0.1)
    assert 21 < bench["hp.T_evaporator_out"] < 25
    assert 0 < bench["hp.P_el"] < 300


@pytest.mark.parametrize("idle", ["warm_pump", "cold_pump"])
def test_heat_pump_needs_flow_on_both_sides(idle: str) -> None:
    bench = heat_pump().run(1800, hp__u=1, warm_pump__u=1, cold_pump__u=1)
    bench.run(1800, **{f"{idle}__u": 0})
    assert bench["hp.P_el"] == pytest.approx(0, abs=1e-6)


def test_heat_pump_with_a_constant_cop() -> None:
    bench = heat_pump(cop={"kind": "constant", "cop": 4.0})
    bench.run(3600, hp__u=0.5, warm_pump__u=1, cold_pump__u=1)
    assert bench["hp.P_th"] == pytest.approx(4 * 150, rel=1e-6)
