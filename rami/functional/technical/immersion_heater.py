"""Control loop of an immersion heater."""

from __future__ import annotations

from rami.asset.immersion_heater import ImmersionHeater
from rami.asset.topology import TwinTopology
from rami.functional.technical.loop import Loop, SetPoint

CORRECTION_POWER = 0.05


def loops(topology: TwinTopology, name: str) -> tuple[Loop, ...]:
    """Power controller -> electrical power, directly, with a small correction."""
    heater = topology.component(name, ImmersionHeater)
    power = SetPoint(f"{name}.P_el", heater.power_el_max, 0.0)
    return (
        Loop(
            actuator=f"{name}.u",
            controlled=f"{name}.P_el",
            set_point=power,
            switch=power,
            full=heater.power_el_max,
            correction=CORRECTION_POWER * heater.power_el_max,
        ),
    )
