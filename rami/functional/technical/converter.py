"""What base automation needs to know of a heat converter."""

from __future__ import annotations

from dataclasses import dataclass

from rami.asset.component import Component
from rami.asset.pump import Pump
from rami.asset.topology import TwinTopology


@dataclass(frozen=True)
class Converter:
    """`units` equal units of `unit_power` (kW of heat) behind one load point.

    `engines` is the point that starts units (none for a boiler), `pump` the one that sets the
    flow, with its full flow in kg/s; the peak generator has none, its flow balances the
    network. `ramp` (s) and `water` (kg) make the delay, `outlet_max` bounds the outlet (degC).
    """

    name: str
    load: str
    units: int
    unit_power: float
    part_load_min: float
    outlet_max: float
    ramp: float
    water: float
    engines: str | None = None
    pump: str | None = None
    pump_full: float = 0.0

    @property
    def power(self) -> float:
        """Heat of all units, kW."""
        return self.units * self.unit_power


def pump_of(topology: TwinTopology, name: str) -> tuple[str | None, float]:
    """Point and full flow of a converter's pump; (None, 0) where its flow balances."""
    for port in (f"{name}.in", f"{name}.out"):
        device = topology.device_at(port)
        pump: Component | None = topology.components.get(device) if device else None
        if isinstance(pump, Pump):
            return f"{device}.u", pump.flow_max
    return None, 0.0
