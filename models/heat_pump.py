"""Equations of a heat pump between two water streams (eq. 5 to 8).

Limits act as smooth factors on the compressor's power. They stand a little beyond the values
that control aims at, so that a plant held at its limit is not throttled: the condenser
from `outlet_max` + 2 K to + 7 K, the evaporator from `source_outlet_min` - 1 K to - 4 K.
"""

from __future__ import annotations

from sympy import Expr

from models.kernel.functions import clip, fade, higher, pos
from models.kernel.part import Part
from models.kernel.plant import ELECTRICITY
from rami.asset.heat_pump import CarnotCop, ConstantCop, HeatPump
from rami.asset.water import mass_flow

_KELVIN = 273.15
#: flow below which the compressor is throttled: it carries this share of full heat at 20 K
_LOW_FLOW_SHARE = 0.05


def coefficient(cop: CarnotCop | ConstantCop, condenser: Expr, evaporator: Expr) -> Expr | float:
    """The declared COP at two outlet temperatures in degC, as an expression."""
    if isinstance(cop, ConstantCop):
        return cop.cop
    hot = condenser + cop.approach_condenser + _KELVIN
    cold = evaporator - cop.approach_evaporator + _KELVIN
    return cop.fraction * hot / higher(hot - cold, 5.0)


def equations(part: Part, data: HeatPump) -> None:
    """Electricity and the evaporator's heat go into the condenser's water."""
    condenser = part.store(
        "T_condenser_out",
        data.water,
        part.points["T_condenser_out"].start,
        ["condenser_in", "condenser_out"],
    )
    evaporator = part.store(
        "T_evaporator_out",
        data.water,
        part.points["T_evaporator_out"].start,
        ["evaporator_in", "evaporator_out"],
    )
    _, warm_flow = part.inlet("condenser_in", "T_condenser_in", "m_condenser")
    _, cold_flow = part.inlet("evaporator_in", "T_evaporator_in", "m_evaporator")

    full_heat = data.power_el_max * data.cop_design
    low_warm = mass_flow(_LOW_FLOW_SHARE * full_heat, 20.0)
    low_cold = mass_flow(_LOW_FLOW_SHARE * max(full_heat - data.power_el_max, 1.0), 20.0)
    limit = part.signal(
        "limit",
        fade(condenser.temperature, data.outlet_max + 2, data.outlet_max + 7)
        * fade(evaporator.temperature, data.source_outlet_min - 1, data.source_outlet_min - 4)
        * clip(pos(warm_flow) / low_warm)
        * clip(pos(cold_flow) / low_cold),
    )
    cop = part.signal("COP", coefficient(data.cop, condenser.temperature, evaporator.temperature))
    speed = part.lag("speed", clip(part.input("u")), data.ramp)
    power = part.heat("P_el", ELECTRICITY, condenser, data.power_el_max * speed * limit)
    cold = part.heat("P_cold", evaporator, condenser, power * (cop - 1))
    part.meter("E_el", power)
    part.meter("E_th", part.total("P_th", power, cold))
