"""Control loops of a heat pump: compressor, condenser pump, evaporator pump."""

from __future__ import annotations

from rami.asset.heat_pump import HeatPump
from rami.asset.topology import TwinTopology
from rami.asset.water import mass_flow
from rami.functional.technical.loop import Loop, SetPoint, flow_device

#: smallest flow while on: what carries this share of the full heat at this difference (K)
FLOW_MIN_SHARE, FLOW_MIN_SPREAD = 0.05, 15.0
CORRECTION_POWER, CORRECTION_K = 0.05, 8.0
#: smallest lift and smallest cooling of the source that the feedforward counts with, K
LIFT_MIN, COOLING_MIN = 4.0, 2.0


def loops(topology: TwinTopology, name: str) -> tuple[Loop, ...]:
    """Compressor -> electrical power (directly, with a small correction); condenser pump ->
    outlet at `outlet_max`; evaporator pump -> source outlet at `source_outlet_min`.
    """
    hp = topology.component(name, HeatPump)
    power = SetPoint(f"{name}.P_el", hp.power_el_max, 0.0)
    hot = SetPoint(f"{name}.outlet_max", hp.outlet_max, hp.outlet_max, scheduled=False)
    cold = SetPoint(
        f"{name}.source_outlet_min", hp.source_outlet_min, hp.source_outlet_min, scheduled=False
    )
    condenser, condenser_full = flow_device(topology, name, "condenser")
    evaporator, evaporator_full = flow_device(topology, name, "evaporator")
    heat = hp.power_el_max * hp.cop_design
    flow_min = mass_flow(FLOW_MIN_SHARE * heat, FLOW_MIN_SPREAD)
    return (
        Loop(
            actuator=f"{name}.u",
            controlled=f"{name}.P_el",
            set_point=power,
            switch=power,
            full=hp.power_el_max,
            correction=CORRECTION_POWER * hp.power_el_max,
        ),
        Loop(
            actuator=condenser,
            controlled=f"{name}.T_condenser_out",
            set_point=hot,
            switch=power,
            full=condenser_full,
            correction=CORRECTION_K,
            cold=f"{name}.T_condenser_in",
            carried=f"{name}.P_th",
            floor=LIFT_MIN,
            share_min=flow_min / condenser_full,
        ),
        Loop(
            actuator=evaporator,
            controlled=f"{name}.T_evaporator_out",
            set_point=cold,
            switch=power,
            full=evaporator_full,
            correction=CORRECTION_K,
            hot=f"{name}.T_evaporator_in",
            carried=f"{name}.P_cold",
            floor=COOLING_MIN,
            share_min=flow_min / evaporator_full,
        ),
    )
