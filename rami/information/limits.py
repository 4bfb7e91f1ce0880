"""What the station can carry, from engineering data and temperatures (Fig. 3's P_max; eq. 13).

All functions are vectorised over steps. The exchanger is the counterflow exchanger of the
plant models: UA = UA0 (Cmin / Cnom)^0.6, so a limit promised here is one the plant can keep.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.water import HEAT_CAPACITY
from rami.information.prices import Array

#: halvings of the power interval: 2^-40 of the nominal power
_HALVINGS = 40
_TINY = 1e-9


def transfer(
    hex_: HeatExchanger, hot_in: ArrayLike, cold_in: ArrayLike, hot: ArrayLike, cold: ArrayLike
) -> Array:
    """Heat in kW from inlet temperatures (degC) and flows (kg/s); zero without a flow."""
    c_hot = HEAT_CAPACITY * np.maximum(hot, _TINY)
    c_cold = HEAT_CAPACITY * np.maximum(cold, _TINY)
    c_min, c_max = np.minimum(c_hot, c_cold), np.maximum(c_hot, c_cold)
    nominal = HEAT_CAPACITY * min(hex_.flow_hot, hex_.flow_cold)
    ua = hex_.conductance * (c_min / nominal) ** hex_.flow_exponent
    x = ua / c_min - ua / c_max
    g = np.where(x > 1e-6, -np.expm1(-x) / np.maximum(x, 1e-6), 1 - x / 2)
    q: Array = ua * g / (1 + ua * g / c_max) * (np.asarray(hot_in) - np.asarray(cold_in))
    return q


def exchanger_limit(
    hex_: HeatExchanger,
    hot_in: ArrayLike,
    cold_in: ArrayLike,
    cold_out: ArrayLike,
    hot_flow_max: ArrayLike | None = None,
    cold_flow_max: ArrayLike | None = None,
    power_max: float | None = None,
) -> Array:
    """Highest power in kW at which the cold side still leaves at `cold_out` (all degC).

    The hot side flows with `hot_flow_max`, the cold side with what carries the power, at
    most `cold_flow_max` (kg/s). Default: the design flow on the hot side, no limit on the
    cold side, `power_max` = design power. Zero where `cold_out` cannot be reached; where the
    cold side arrives already warm enough, the limit is that of the cold flow and the power.
    """
    most = hex_.design.power if power_max is None else power_max
    hot = hex_.flow_hot if hot_flow_max is None else hot_flow_max
    arrays = np.broadcast_arrays(hot_in, cold_in, cold_out, hot, np.asarray(0.0))
    t_hot, t_cold, t_out, m_hot = (np.asarray(a, float) for a in arrays[:4])
    spread = HEAT_CAPACITY * np.maximum(t_out - t_cold, 1e-3)
    high = np.full(t_hot.shape, float(most))
    if cold_flow_max is not None:
        high = np.minimum(high, np.asarray(cold_flow_max) * spread)

    def enough(power: Array) -> NDArray[np.bool_]:
        return np.asarray(transfer(hex_, t_hot, t_cold, m_hot, power / spread) >= power)

    low = np.zeros_like(high)
    full = enough(high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        ok = enough(middle) | full
        low, high = np.where(ok, middle, low), np.where(ok, high, middle)
    limit = np.where(full, high, low)
    return np.where((t_hot > t_out) & (m_hot > 0), limit, 0.0)


def source_limit(
    hex_: HeatExchanger,
    primary: ArrayLike,
    preheated: ArrayLike,
    flow: ArrayLike,
    flow_primary_max: ArrayLike | None = None,
    flow_circuit_max: ArrayLike | None = None,
    power_max: float | None = None,
) -> Array:
    """P_max of a source exchanger in kW: it must lift the `preheated` line to `flow` (degC).

    `primary` is the network's hot line. Flows in kg/s, defaults as in `exchanger_limit`.
    """
    return exchanger_limit(
        hex_, primary, preheated, flow, flow_primary_max, flow_circuit_max, power_max
    )


def sink_limit(
    hex_: HeatExchanger,
    flow: ArrayLike,
    network_return: ArrayLike,
    supply: ArrayLike,
    demand_kw: ArrayLike,
    margin: float = 1.0,
    flow_circuit_max: ArrayLike | None = None,
    power_max: float | None = None,
) -> Array:
    """P_max of a sink exchanger in kW: it must lift `network_return` to `supply` (degC).

    `flow` is the circuit's hot line. Never more than `margin` times what the network's
    consumers carry away, else hot water short-circuits into the return.
    """
    own = exchanger_limit(hex_, flow, network_return, supply, flow_circuit_max, None, power_max)
    return np.asarray(np.minimum(own, np.maximum(demand_kw, 0.0) * margin))


def heat_pump_share(hp: HeatPump, return_: ArrayLike, flow: ArrayLike) -> Array:
    """Factor s of P_th_HP <= s (P_th_HP + sources): the part of the lift below `outlet_max`."""
    back, hot = np.asarray(return_, float), np.asarray(flow, float)
    return np.asarray(np.clip((hp.outlet_max - back) / np.maximum(hot - back, 1e-3), 0.0, 1.0))


def cop(hp: HeatPump, condenser_out: ArrayLike, evaporator_out: ArrayLike) -> Array:
    """eta_HP of eq. 6 per step, from the two outlet temperatures in degC.

    The condenser cannot leave above `outlet_max`, the evaporator not below
    `source_outlet_min`.
    """
    hot, cold = np.broadcast_arrays(
        np.minimum(condenser_out, hp.outlet_max), np.maximum(evaporator_out, hp.source_outlet_min)
    )
    return np.array(np.vectorize(hp.cop.value, otypes=[float])(hot, cold))


def cooling_limit(hp: HeatPump, demand_kw: ArrayLike, margin: float = 1.0) -> Array:
    """P_c_max of eq. 7 in kW: the heat the cooling network's consumers bring back."""
    return np.asarray(np.maximum(demand_kw, 0.0) * margin)


def preheating_slope(
    hex_: HeatExchanger,
    primary: ArrayLike,
    return_: ArrayLike,
    flow: ArrayLike,
    share: ArrayLike,
    heat_max_kw: float,
    flow_primary_max: ArrayLike | None = None,
    flow_circuit_max: ArrayLike | None = None,
    power_max: float | None = None,
    points: int = 24,
) -> Array:
    """Slope k of P <= P_max - k P_th_HP in kW/kW, P_max being `source_limit` without preheating.

    Inner linear approximation: the smallest slope that stays inside the true limit over the
    heat pump's whole range (0 to `heat_max_kw`, its heat at full power, and at most `share`,
    see `heat_pump_share`) when this exchanger is the only source. With another source beside
    it the preheating is weaker, and the slope is on the safe side.
    """
    arrays = np.broadcast_arrays(primary, return_, flow, share)
    hot, back, ahead, most = (np.asarray(a, float) for a in arrays)
    bare = source_limit(hex_, hot, back, ahead, flow_primary_max, flow_circuit_max, power_max)
    # heat pump's part of the circuit's heat; the last axis runs over it
    part = np.linspace(1 / points, 1.0, points) * most[..., None]
    warm = back[..., None] + part * (ahead - back)[..., None]
    limit = source_limit(
        hex_, hot[..., None], warm, ahead[..., None], flow_primary_max, flow_circuit_max, power_max
    )
    heat = part / np.maximum(1 - part, _TINY) * limit
    # up to the first point beyond the heat pump's power, so that the range is covered
    within = np.concatenate([np.ones_like(heat[..., :1], bool), heat[..., :-1] < heat_max_kw], -1)
    lost = np.where(
        within & (heat > _TINY), (bare[..., None] - limit) / np.maximum(heat, _TINY), 0.0
    )
    slope: Array = np.maximum(lost.max(axis=-1), 0.0)
    return slope
