"""What a control loop of the station is: actuator, controlled value, set-point, feedforward."""

from __future__ import annotations

from dataclasses import dataclass

from rami.asset.component import Component
from rami.asset.pump import Pump
from rami.asset.topology import TwinTopology
from rami.asset.valve import Valve
from rami.core.errors import ControlError


@dataclass(frozen=True)
class SetPoint:
    """A wanted value. `name` is the schedule's column without the twin, or any for a fixed one.

    `design` (kW or degC) is what shares of it count from; below `OFF_SHARE` of it a power
    means off.
    """

    name: str
    design: float
    start: float
    scheduled: bool = True


#: share of the design power under which a scheduled power means off
OFF_SHARE = 0.015


@dataclass(frozen=True)
class Loop:
    """One actuator and the value it controls.

    `switch` is the scheduled power that turns the loop on. The feedforward is
    `carried / (c x (hot - cold))` over `full` (kg/s at full opening), or the set-point over
    `full` (kW at full) where neither `hot` nor `cold` is given:

    - power through a flow: `carried` is the loop's own command; `hot`, `cold` are measured;
    - temperature through a flow: the set-point stands in for the missing one of `hot` and
      `cold`; `carried` is a measured power, or, left out, the command of `switch`'s loop.

    `floor` bounds the difference from below (K), `ceiling` names the temperature that a
    set-point must stay `margin` below, `correction` bounds what the PID may add to the
    set-point (kW or K), `share_min` is the smallest opening while on.
    """

    actuator: str
    controlled: str
    set_point: SetPoint
    switch: SetPoint
    full: float
    correction: float
    hot: str | None = None
    cold: str | None = None
    carried: str | None = None
    floor: float = 1.0
    ceiling: str | None = None
    margin: float = 0.0
    share_min: float = 0.0

    @property
    def of_power(self) -> bool:
        """Whether it controls a power (else a temperature)."""
        return self.set_point is self.switch


def flow_device(topology: TwinTopology, component: str, side: str) -> tuple[str, float]:
    """Actuated point and full flow (kg/s) of what sets the flow through one side of a component.

    `side` is `hot`, `condenser`, ...: the device may stand before its inlet or behind its
    outlet. Raises ControlError when neither a pump nor a valve does.
    """
    for port in (f"{component}.{side}_in", f"{component}.{side}_out"):
        name = topology.device_at(port)
        device: Component | None = topology.components.get(name) if name else None
        if isinstance(device, Pump | Valve):
            return f"{name}.u", device.flow_max
    raise ControlError(
        f"{topology.name}.{component}: neither a pump nor a valve sets the flow of its {side} "
        f"side; put one on a link at {component}.{side}_in or {component}.{side}_out"
    )


def local_network(topology: TwinTopology, reference: str) -> str | None:
    """The network of this twin that a reference means, None for another twin's."""
    name = reference.removeprefix(f"{topology.name}.").split(".")[0]
    return name if name in topology.networks else None
