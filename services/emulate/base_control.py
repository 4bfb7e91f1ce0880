"""The PLC's own control, for when no controller is there: networks at their temperature, stations
at rest.

PI loops of its own, with engineering defaults: no part of the controllers that are to be tried.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.component import Component
from rami.asset.cooling_tower import CoolingTower
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.pump import Pump
from rami.asset.topology import TwinTopology
from rami.core.points import PointIndex

Vector = NDArray[np.float64]

#: gain: share of the capacity per share of the network's spread; integral time, s
_GAIN, _TI_S = 1.0, 600.0
#: an actuator's full stroke without a PI loop, s
_STROKE_S = 60.0
#: standing by: how much colder than wanted a circuit may get, K; flow then, share of full
_STAND_BY_K, _STAND_BY_FLOW = 15.0, 0.05
#: below this load a generator stands
_LEAST_SHARE = 1e-3


@dataclass
class _Pi:
    """Output in [0, 1] of capacity; the integral stops where the output does."""

    gain: float
    integral: float = 0.0

    def step(self, error: float, seconds: float) -> float:
        wanted = self.gain * error + self.integral
        output = min(max(wanted, 0.0), 1.0)
        if output == wanted or (wanted > 1.0) == (error < 0.0):
            self.integral += self.gain * error * seconds / _TI_S
        return output


@dataclass(frozen=True)
class _Unit:
    """A generator: heat at full load (kW), its inputs with what full load wants of each."""

    power: float
    inputs: tuple[tuple[int, float], ...]


@dataclass
class _Network:
    """A loop: temperature, set-point, +1 where more power makes it warmer, generators in order."""

    measured: int
    set_point: float
    sign: float
    units: tuple[_Unit, ...]
    pi: _Pi


class BaseControl:
    """Values of all actuated inputs from what is measured.

    Heating networks: boilers, then engines, by a PI loop on the flow line. Cooling networks:
    towers, by one on the supply. Everything else closes; a circuit that has grown cold is kept
    warm by a trickle through its first source exchanger.
    """

    def __init__(self, topology: TwinTopology, inputs: PointIndex, outputs: PointIndex) -> None:
        self._networks = [_network(topology, name, inputs, outputs) for name in topology.networks]
        self._networks = [n for n in self._networks if n.units]
        self._trickle = _trickle(topology, inputs, outputs)
        self.output = np.zeros(len(inputs))

    def start(self, present: Vector) -> None:
        """Take over from where the actuators stand."""
        self.output[:] = present
        for network in self._networks:
            total = sum(unit.power for unit in network.units)
            given = sum(unit.power * float(present[unit.inputs[0][0]]) for unit in network.units)
            network.pi.integral = min(max(given / total, 0.0), 1.0)

    def step(self, measured: Vector, seconds: float) -> Vector:
        """All inputs (a buffer), of which the actuated ones count."""
        wanted = np.zeros(len(self.output))
        set_directly = np.zeros(len(self.output), np.bool_)
        for network in self._networks:
            error = network.sign * (network.set_point - float(measured[network.measured]))
            left = network.pi.step(error, seconds) * sum(u.power for u in network.units)
            for unit in network.units:
                share = min(left / unit.power, 1.0)
                share = share if share > _LEAST_SHARE else 0.0
                left -= share * unit.power
                for place, full in unit.inputs:
                    # engines run whole, and their pump with them
                    wanted[place] = share * full if full <= 1.0 else (full if share > 0 else 0.0)
                    set_directly[place] = True
        if self._trickle is not None:
            line, least, places = self._trickle
            if measured[line] < least:
                wanted[places] = _STAND_BY_FLOW
        most = seconds / _STROKE_S
        moved = np.clip(wanted, self.output - most, self.output + most)
        self.output[:] = np.where(set_directly, wanted, moved)
        return self.output

    def save(self) -> Vector:
        """State as numbers."""
        return np.array([*(n.pi.integral for n in self._networks), *self.output])

    def restore(self, state: Vector) -> None:
        """Go back to a saved state."""
        for network, value in zip(self._networks, state.tolist(), strict=False):
            network.pi.integral = value
        self.output[:] = state[len(self._networks) :]


def _network(
    topology: TwinTopology, name: str, inputs: PointIndex, outputs: PointIndex
) -> _Network:
    network = topology.networks[name]
    heating = network.kind == "heating"
    units: list[_Unit] = []
    kinds: tuple[type[Component], ...] = (Boiler, Chp) if heating else (CoolingTower,)
    for kind in kinds:
        for component_name, component in topology.of(kind).items():
            reference = str(getattr(component, "network", ""))
            if reference.removeprefix(f"{topology.name}.") == name:
                units.append(_unit(topology, component_name, component, inputs))
    spread = abs(network.flow - network.return_)
    return _Network(
        outputs[f"{name}_flow.T"],
        network.flow,
        1.0 if heating else -1.0,
        tuple(units),
        _Pi(_GAIN / spread),
    )


def _unit(topology: TwinTopology, name: str, component: Component, inputs: PointIndex) -> _Unit:
    places = [(inputs[f"{name}.u"], 1.0)]
    power = float(getattr(component, "power", 0.0))
    if isinstance(component, Chp):
        power = component.power_th * component.engines
        # above 1 even for a single engine: it is switched, not modulated
        places.append((inputs[f"{name}.engines_on"], max(float(component.engines), 1.0 + 1e-9)))
    for port in (f"{name}.in", f"{name}.out"):
        device = topology.device_at(port)
        if device is not None and isinstance(topology.components[device], Pump):
            places.append((inputs[f"{device}.u"], 1.0))
    return _Unit(power, tuple(places))


def _trickle(
    topology: TwinTopology, inputs: PointIndex, outputs: PointIndex
) -> tuple[int, float, list[int]] | None:
    """The circuit's line, the temperature it must not fall below, and what lets heat in."""
    for name, exchanger in topology.of(HeatExchanger).items():
        circuit = exchanger.secondary.removeprefix(f"{topology.name}.")
        devices = [
            topology.device_at(f"{name}.{side}_in") or topology.device_at(f"{name}.{side}_out")
            for side in ("hot", "cold")
        ]
        if circuit in topology.networks and all(devices):
            least = topology.networks[circuit].flow - _STAND_BY_K
            return outputs[f"{circuit}_flow.T"], least, [inputs[f"{d}.u"] for d in devices]
    return None
