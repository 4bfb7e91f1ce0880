"""Control loops of a heat exchanger: thermal power by its hot side's flow, outlet by its cold."""

from __future__ import annotations

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.topology import TwinTopology
from rami.functional.technical.loop import Loop, SetPoint, flow_device, local_network

#: smallest opening while on, as a share of the design flow: without flow there is no
#: temperature to control, and without temperature the loop would never open
OPENING_MIN = 0.015
#: smallest temperature difference the feedforward counts with, as a share of the design's
SPREAD_MIN = 0.3
#: how close the cold outlet may be wanted to the hot inlet, as a share of the design's approach
APPROACH_SHARE = 0.4
#: what the PID may add: share of the design power, kelvin
CORRECTION_POWER, CORRECTION_K = 0.15, 10.0


def loops(topology: TwinTopology, name: str) -> tuple[Loop, ...]:
    """Source (heat into the circuit): primary valve -> thermal power, circuit pump -> cold
    outlet at the circuit's flow temperature. Sink: circuit valve -> thermal power, secondary
    pump -> supply temperature into its network (the design's cold outlet).
    """
    hex_ = topology.component(name, HeatExchanger)
    (hot_in, hot_out), (cold_in, cold_out) = hex_.design.hot, hex_.design.cold
    circuit = local_network(topology, hex_.secondary)
    power = SetPoint(f"{name}.P", hex_.design.power, 0.0)
    if circuit is not None:
        flow = topology.networks[circuit].flow
        outlet = SetPoint(f"{circuit}.T_flow", flow, flow)
    else:
        outlet = SetPoint(f"{name}.T_supply", cold_out, cold_out, scheduled=False)
    valve, valve_full = flow_device(topology, name, "hot")
    pump, pump_full = flow_device(topology, name, "cold")
    return (
        Loop(
            actuator=valve,
            controlled=f"{name}.P",
            set_point=power,
            switch=power,
            full=valve_full,
            correction=CORRECTION_POWER * hex_.design.power,
            hot=f"{name}.T_hot_in",
            cold=f"{name}.T_hot_out",
            floor=SPREAD_MIN * (hot_in - hot_out),
            share_min=OPENING_MIN * hex_.flow_hot / valve_full,
        ),
        Loop(
            actuator=pump,
            controlled=f"{name}.T_cold_out",
            set_point=outlet,
            switch=power,
            full=pump_full,
            correction=CORRECTION_K,
            cold=f"{name}.T_cold_in",
            floor=SPREAD_MIN * (cold_out - cold_in),
            ceiling=f"{name}.T_hot_in",
            margin=APPROACH_SHARE * (hot_in - cold_out),
            share_min=OPENING_MIN * hex_.flow_cold / pump_full,
        ),
    )
