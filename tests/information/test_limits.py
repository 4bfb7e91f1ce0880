import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.water import HEAT_CAPACITY
from rami.information.limits import (
    cooling_limit,
    cop,
    exchanger_limit,
    heat_pump_share,
    preheating_slope,
    sink_limit,
    source_limit,
    transfer,
)


def test_design_point_with_the_bare_conductance(hex_dhs_in: HeatExchanger) -> None:
    bare = hex_dhs_in.model_copy(update={"area_reserve": 1.0})
    power = transfer(bare, 100.0, 60.0, bare.flow_hot, bare.flow_cold)
    assert float(power) == pytest.approx(2000.0, rel=1e-6)


@pytest.mark.parametrize(("preheated", "power"), [(60, 2000), (76, 1306), (80, 1102)])
def test_preheating_costs_power(hex_dhs_in: HeatExchanger, preheated: float, power: float) -> None:
    assert float(source_limit(hex_dhs_in, 100, preheated, 95)) == pytest.approx(power, abs=1)


def test_out_of_reach_is_zero(hex_dhs_in: HeatExchanger) -> None:
    limits = source_limit(hex_dhs_in, [90.0, 95.0, 100.0], 60, 95, [13.0, 13.0, 0.0])
    assert limits.tolist() == [0.0, 0.0, 0.0]


def test_flows_limit_the_power(hex_dhs_in: HeatExchanger) -> None:
    narrow = source_limit(hex_dhs_in, 100, 60, 95, flow_circuit_max=5.0)
    assert float(narrow) == pytest.approx(5.0 * HEAT_CAPACITY * 35)
    wide = source_limit(hex_dhs_in, 100, 60, 95, 2 * hex_dhs_in.flow_hot, power_max=1e6)
    assert float(wide) > 2500


def test_sink_never_feeds_more_than_is_carried_away(hex_dhs_in: HeatExchanger) -> None:
    limits = sink_limit(hex_dhs_in, 100, 60, 95, [0.0, 500.0, 9000.0, -5.0], margin=0.9)
    assert limits == pytest.approx([0.0, 450.0, 2000.0, 0.0])


def test_heat_pump_share_of_the_reference(heat_pump: HeatPump) -> None:
    assert heat_pump_share(heat_pump, 60, [95, 105]) == pytest.approx([0.571, 0.444], abs=1e-3)
    assert heat_pump_share(heat_pump, [85, 60], [95, 75]).tolist() == [0.0, 1.0]


def test_cop_per_step_is_the_declared_one(heat_pump: HeatPump) -> None:
    values = cop(heat_pump, [70.0, 80.0, 95.0], [27.0, 25.0, 10.0])
    wanted = [heat_pump.cop.value(*at) for at in ((70, 27), (80, 25), (80, 25))]
    assert values == pytest.approx(wanted)
    assert values[1] == pytest.approx(3.1, abs=0.02)


def test_cooling_limit() -> None:
    hp = HeatPump.model_construct()
    assert cooling_limit(hp, [100.0, -3.0], margin=0.5).tolist() == [50.0, 0.0]


lines = st.tuples(
    st.floats(70, 130),  # hot inlet
    st.floats(20, 60),  # cold inlet
    st.floats(0.05, 0.95),  # wanted outlet between the two
)


@given(lines, st.floats(0.2, 3.0))
def test_limit_is_just_reached(at: tuple[float, float, float], flow: float) -> None:
    hex_ = HeatExchanger.model_validate(
        {
            "primary": "a.n",
            "secondary": "c",
            "design": {
                "power": "2 MW",
                "hot": ["100 degC", "65 degC"],
                "cold": ["60 degC", "95 degC"],
            },
        }
    )
    hot, cold, share = at
    out = cold + share * (hot - cold)
    m_hot = flow * hex_.flow_hot
    limit = float(exchanger_limit(hex_, hot, cold, out, m_hot, power_max=1e5))

    def outlet(power: float) -> float:
        m_cold = power / (HEAT_CAPACITY * (out - cold))
        return cold + float(transfer(hex_, hot, cold, m_hot, m_cold)) / (HEAT_CAPACITY * m_cold)

    assert limit > 0
    assert outlet(limit) >= out - 1e-4
    if limit < 0.999e5:
        assert outlet(1.01 * limit) < out


@given(st.floats(96, 130), st.floats(50, 65), st.floats(200, 4000))
def test_slope_stays_inside_the_true_limit(hot: float, back: float, most: float) -> None:
    hex_ = HeatExchanger.model_validate(
        {
            "primary": "a.n",
            "secondary": "c",
            "design": {
                "power": "2 MW",
                "hot": ["100 degC", "65 degC"],
                "cold": ["60 degC", "95 degC"],
            },
        }
    )
    share = (80 - back) / (95 - back)
    slope = float(preheating_slope(hex_, hot, back, 95, share, most))
    bare = float(source_limit(hex_, hot, back, 95))
    for part in np.linspace(0.01, share, 37):
        limit = float(source_limit(hex_, hot, back + part * (95 - back), 95))
        heat = part / (1 - part) * limit
        if heat <= most:
            assert bare - slope * heat <= limit + 0.02 * bare


def test_slope_is_not_wastefully_large(hex_dhs_in: HeatExchanger) -> None:
    # at the steepest of its points the line touches the true limit
    slope = float(preheating_slope(hex_dhs_in, 100, 60, 95, 20 / 35, 1865.0))
    limit = float(source_limit(hex_dhs_in, 100, 80, 95))
    heat = 20 / 15 * limit
    assert slope == pytest.approx((2000 - limit) / heat, rel=0.1)
