"""Curves learned from noisy measurements find the parameters that made them."""

from __future__ import annotations

import numpy as np
import pytest

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.water import HEAT_CAPACITY
from rami.core.frame import Frame
from rami.core.quality import Family, Reason, quality
from rami.core.timegrid import TimeGrid
from rami.information.analytics.heat_exchanger_curve import conductance, heat_exchanger_curves
from rami.information.analytics.heat_pump_curve import heat_pump_curves
from rami.information.analytics.part_load import boiler_curves, chp_curves

COUNT = 900
GRID = TimeGrid.of("2019-01-14T00:00Z", 900, COUNT)
BOILER = Boiler(network="n", power="6 MW", efficiency=0.9, fuel_price="29 EUR/MWh")
DESIGN = {"power": "4 MW", "hot": ["95 degC", "60 degC"], "cold": ["55 degC", "90 degC"]}
EXCHANGER = HeatExchanger(primary="circuit", secondary="iess.hnlt", design=DESIGN)
PUMP = HeatPump(
    condenser="circuit.return",
    evaporator="iess.cn",
    power_el_max="600 kW",
    outlet_max="80 degC",
    source_outlet_min="25 degC",
    cop={"kind": "carnot", "fraction": 0.55},
)


def smooth(random: np.random.Generator, low: float, high: float) -> np.ndarray:
    """A slow course between two values."""
    knots = random.uniform(low, high, COUNT // 12 + 2)
    return np.interp(np.arange(COUNT) / 12, np.arange(len(knots)), knots)


def frame(columns: dict[str, tuple[str, np.ndarray]]) -> Frame:
    return Frame.of(GRID, columns)


def boiler_frame(seed: int, efficiency: float, idle: float = 0.0) -> Frame:
    random = np.random.default_rng(seed)
    heat = smooth(random, 0.0, 6000.0)
    fuel = heat / efficiency + idle
    noisy = fuel * random.normal(1, 0.02, COUNT)
    noisy[::50] *= 3.0
    return frame({"x.P_th": ("kW", heat), "x.P_fuel": ("kW", noisy)})


@pytest.mark.parametrize("seed", range(5))
def test_boiler_efficiency_under_noise_and_outliers(seed: int) -> None:
    (curve,) = boiler_curves("x", BOILER, boiler_frame(seed, 0.86))
    (parameter,) = curve.parameters
    assert parameter.path == "x.efficiency"
    assert abs(parameter.learned - 0.86) < max(4 * parameter.error, 1e-4)
    assert parameter.error < 0.002
    assert parameter.declared == 0.9
    assert parameter.why_not == ""
    assert curve.notes == ()


def test_idle_fuel_shows_as_part_load() -> None:
    (curve,) = boiler_curves("x", BOILER, boiler_frame(1, 0.92, idle=300.0))
    efficiencies = curve.table["efficiency (1)"]
    assert list(efficiencies) == sorted(efficiencies)
    assert efficiencies[0] < 0.80 < 0.86 < efficiencies[-1]
    assert any("depends on the load" in note for note in curve.notes)


def test_bad_values_take_no_part() -> None:
    clean = boiler_frame(2, 0.86)
    values, grade = clean.values.copy(), clean.quality.copy()
    values[100:400, 1] = 1e6
    grade[100:400, 1] = quality(Family.BAD, Reason.STUCK)
    spoiled = Frame(GRID, clean.names, clean.units, values, grade)
    (curve,) = boiler_curves("x", BOILER, spoiled)
    assert curve.parameters[0].learned == pytest.approx(0.86, abs=0.003)
    assert curve.samples < COUNT - 300


def test_an_engine_that_never_runs_tells_nothing() -> None:
    nothing = frame({f"x.{p}": ("kW", np.zeros(COUNT)) for p in ("P_th", "P_el", "P_fuel")})
    chp = Chp(
        network="n",
        power_el="1.5 MW",
        efficiency_el=0.4,
        efficiency_th=0.45,
        fuel_price="26 EUR/MWh",
    )
    assert list(chp_curves("x", chp, nothing)) == []
    assert list(boiler_curves("x", BOILER, nothing)) == []


def test_an_impossible_efficiency_is_not_written() -> None:
    (curve,) = boiler_curves("x", BOILER, boiler_frame(3, 1.4))
    assert "check the meters" in curve.parameters[0].why_not


@pytest.mark.parametrize("seed", range(3))
def test_share_of_carnot(seed: int) -> None:
    random = np.random.default_rng(seed)
    warm, cold = smooth(random, 60, 80), smooth(random, 20, 28)
    power = smooth(random, 0, 600)
    cop = np.array(
        [
            PUMP.cop.model_copy(update={"fraction": 0.48}).value(w, c)
            for w, c in zip(warm, cold, strict=True)
        ]
    )
    heat = power * cop * random.normal(1, 0.02, COUNT)
    (curve,) = heat_pump_curves(
        "hp",
        PUMP,
        frame(
            {
                "hp.P_th": ("kW", heat),
                "hp.P_el": ("kW", power),
                "hp.T_condenser_out": ("degC", warm),
                "hp.T_evaporator_out": ("degC", cold),
            }
        ),
    )
    (parameter,) = curve.parameters
    assert abs(parameter.learned - 0.48) < 4 * parameter.error
    assert parameter.path == "hp.cop.fraction"


def exchanger_frame(seed: int, reserve: float, exponent: float, width: float) -> Frame:
    """Heat by effectiveness and NTU, forward, with noise on heat and temperatures."""
    random = np.random.default_rng(seed)
    m_hot = smooth(random, 27 / width, 27.0)
    m_cold = 1.05 * m_hot
    c_hot, c_cold = HEAT_CAPACITY * m_hot, HEAT_CAPACITY * m_cold
    low, high = np.minimum(c_hot, c_cold), np.maximum(c_hot, c_cold)
    nominal = HEAT_CAPACITY * min(EXCHANGER.flow_hot, EXCHANGER.flow_cold)
    ua0 = reserve / EXCHANGER.area_reserve * EXCHANGER.conductance
    ntu = ua0 * (low / nominal) ** exponent / low
    ratio = low / high
    decay = np.exp(-ntu * (1 - ratio))
    effectiveness = (1 - decay) / (1 - ratio * decay)
    hot, cold = smooth(random, 85, 95), smooth(random, 50, 56)
    heat = effectiveness * low * (hot - cold)
    noise = random.normal(0, 0.1, (2, COUNT))
    return frame(
        {
            "hx.T_hot_in": ("degC", hot + noise[0]),
            "hx.T_cold_in": ("degC", cold + noise[1]),
            "hx.m_hot": ("kg/s", m_hot),
            "hx.m_cold": ("kg/s", m_cold),
            "hx.P": ("kW", heat * random.normal(1, 0.005, COUNT)),
        }
    )


@pytest.mark.parametrize("seed", range(3))
def test_conductance_and_exponent(seed: int) -> None:
    (curve,) = heat_exchanger_curves("hx", EXCHANGER, exchanger_frame(seed, 1.1, 0.5, 3.0))
    reserve, exponent = curve.parameters
    assert reserve.learned == pytest.approx(1.1, rel=0.02)
    assert exponent.learned == pytest.approx(0.5, abs=0.05)
    assert reserve.why_not == exponent.why_not == ""


def test_flows_too_alike_keep_the_declared_exponent() -> None:
    (curve,) = heat_exchanger_curves("hx", EXCHANGER, exchanger_frame(1, 1.1, 0.6, 1.1))
    assert [p.path for p in curve.parameters] == ["hx.area_reserve"]
    assert curve.parameters[0].learned == pytest.approx(1.1, rel=0.03)


def test_a_fouled_exchanger_is_not_written_back() -> None:
    (curve,) = heat_exchanger_curves("hx", EXCHANGER, exchanger_frame(1, 0.8, 0.6, 3.0))
    assert "fouled" in curve.parameters[0].why_not


def test_conductance_of_equal_flows() -> None:
    one = np.array([0.5]), np.array([10.0]), np.array([10.0])
    near = np.array([0.5]), np.array([10.0]), np.array([10.001])
    assert conductance(*one) == pytest.approx([10.0])
    assert conductance(*near) == pytest.approx([10.0], rel=1e-3)
