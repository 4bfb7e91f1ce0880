"""Limits of heat exchangers and heat pumps per step, from temperatures and the networks behind."""

from __future__ import annotations

import numpy as np

from rami.asset import heat_pump
from rami.asset.heat_exchanger import HeatExchanger
from rami.functional.strategy.layout import Exchanger, HeatPump
from rami.functional.strategy.plan_data import PlanData, Values
from rami.information.limits import (
    cop,
    heat_pump_share,
    preheating_slope,
    sink_limit,
    source_limit,
)
from rami.information.prices import Array


def exchanger_values(data: PlanData, item: Exchanger) -> Values:
    """P_max of eq. 13, a source's own limit and its preheating slope, also in the hot state.

    Networks behind: a source takes no more than their converters have left, a sink gives no
    more than their consumers carry away (both less the margin). A circuit limits nothing.
    """
    hex_ = data.component(item.path, HeatExchanger)
    ceiling = _behind(data, item, hex_)
    if data.layout.circuit(item.secondary) is None:
        limit = sink_limit(
            hex_,
            data.site.flow_wanted(item.path),
            data.cold_line(item.secondary),
            data.site.site.network(item.secondary).flow,
            ceiling,
        )
        return {f"{item.path}.p_max": limit}
    circuit = data.layout.circuit(item.secondary)
    assert circuit is not None
    base = data.site.site.network(item.secondary).flow
    own, slope = _source(data, item, hex_, base, alone=len(circuit.sources) == 1)
    values: dict[str, Array | float] = {f"{item.path}.p_max": np.minimum(own, ceiling)}
    if item.heat_pumps:
        values[f"{item.path}.p_own"] = own
        values[f"{item.path}.slope"] = slope
    if circuit.hot_sinks and item.path not in circuit.idle_sources:
        able = len(circuit.sources) - len(circuit.idle_sources)
        flow = data.site.flow_hot(item.secondary)
        own, slope = _source(data, item, hex_, flow, alone=able == 1)
        values[f"{item.path}.p_own_hot"] = own
        if item.heat_pumps:
            values[f"{item.path}.slope_hot"] = slope
    return values


def _behind(data: PlanData, item: Exchanger, hex_: HeatExchanger) -> Array:
    ceiling = np.full(data.grid.count, hex_.design.power)
    if data.layout.circuit(item.primary) is None:
        ceiling = np.minimum(ceiling, data.headroom(item.primary))
    if data.layout.circuit(item.secondary) is None:
        ceiling = np.minimum(ceiling, data.room(item.secondary))
    return ceiling


def _source(
    data: PlanData, item: Exchanger, hex_: HeatExchanger, flow: float, alone: bool
) -> tuple[Array | float, Array | float]:
    """Own limit and preheating slope of a source that must reach a flow temperature.

    Where other sources let the heat pumps give more than the slope would leave room for, the
    limit at full preheating holds throughout instead: an exchanger that does not run must not
    hold the heat pumps. A source that stands `alone` behind them cannot get there.
    """
    hot, back = data.hot_line(item.primary), data.site.site.network(item.secondary).return_
    limit = source_limit(hex_, hot, back, flow)
    pumps = [data.component(p, heat_pump.HeatPump) for p in item.heat_pumps]
    if not pumps:
        return limit, 0.0
    share = max(float(heat_pump_share(hp, back, flow)) for hp in pumps)
    most = sum(heat_max(data, p) for p in item.heat_pumps)
    slope = preheating_slope(hex_, hot, back, flow, share, most)
    if alone or (slope * most <= limit).all():
        return limit, slope
    return source_limit(hex_, hot, back + share * (flow - back), flow), 0.0


def heat_max(data: PlanData, path: str) -> float:
    """Heat of a heat pump at full power, kW."""
    hp = data.component(path, heat_pump.HeatPump)
    heat: float = float(cop(hp, hp.outlet_max, hp.source_outlet_min)) * hp.power_el_max
    return heat


def heat_pump_values(data: PlanData, item: HeatPump) -> Values:
    """COP (eq. 6), limits (eq. 7, eq. 8) and burden w = 1/s - 1 at each flow temperature.

    The condenser pump holds `outlet_max` and the evaporator `source_outlet_min`, so the COP
    is that of these two temperatures.
    """
    hp = data.component(item.path, heat_pump.HeatPump)
    circuit = data.layout.circuit(item.circuit)
    network = data.site.site.network(item.circuit)
    lifts = hp.outlet_max > network.return_
    values: dict[str, Array | float] = {
        "cop": cop(hp, hp.outlet_max, hp.source_outlet_min),
        "p_c_max": np.maximum(data.demand(item.evaporator), 0.0),
        "p_el_max": hp.power_el_max if lifts else 0.0,
    }
    flows = [("burden", network.flow)]
    if circuit and circuit.hot_sinks:
        flows.append(("burden_hot", data.site.flow_hot(item.circuit)))
    for name, flow in flows:
        share = float(heat_pump_share(hp, network.return_, flow))
        values[name] = 1 / share - 1 if share > 0 else 0.0
    return {f"{item.path}.{name}": v for name, v in values.items()}
