"""Equations of a counterflow heat exchanger: two stores and one heat flow.

Effectiveness-NTU form of the counterflow exchanger (VDI Heat Atlas, C1), written so that it
holds for every pair of flows, equal and zero included: with D = UA/Cmin - UA/Cmax and
g = phi1(D), Q = UA g / (1 + UA g / Cmax) (T_hot_in - T_cold_in); UA = UA0 (Cmin/Cnom)^n.
It takes the arriving temperatures, which are states of other stores: no loop can close.
"""

from __future__ import annotations

from models.kernel.functions import lower, phi1, pos
from models.kernel.part import Part
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.water import HEAT_CAPACITY

#: capacity rate that keeps the divisions finite at zero flow, kW/K
_TINY = 1e-6


def equations(part: Part, data: HeatExchanger) -> None:
    """Each side is one mixed store of `water`; its temperature is the outlet's."""
    hot = part.store("T_hot_out", data.water, data.design.hot[1], ["hot_in", "hot_out"])
    cold = part.store("T_cold_out", data.water, data.design.cold[1], ["cold_in", "cold_out"])
    hot_in, hot_flow = part.inlet("hot_in", "T_hot_in", "m_hot")
    cold_in, cold_flow = part.inlet("cold_in", "T_cold_in", "m_cold")

    c_hot = part.signal("C_hot", HEAT_CAPACITY * pos(hot_flow) + _TINY)
    c_cold = part.signal("C_cold", HEAT_CAPACITY * pos(cold_flow) + _TINY)
    c_min = part.signal("C_min", lower(c_hot, c_cold))
    c_max = part.signal("C_max", c_hot + c_cold - c_min)
    nominal = HEAT_CAPACITY * min(data.flow_hot, data.flow_cold)
    ua = part.signal("UA", data.conductance * (c_min / nominal) ** data.flow_exponent)
    g = part.signal("UAg", ua * phi1(ua / c_min - ua / c_max))
    heat = part.heat("P", hot, cold, g / (1 + g / c_max) * (hot_in - cold_in))
    part.meter("E", heat)
