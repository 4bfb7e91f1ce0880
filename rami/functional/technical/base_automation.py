"""Base automation of a supply system: every network's flow temperature, by merit order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.cooling_tower import CoolingTower
from rami.asset.topology import TwinTopology
from rami.core.errors import ControlError
from rami.functional.technical import boiler, chp, cooling_tower
from rami.functional.technical.converter import Converter
from rami.functional.technical.cooling_network import CoolingNetwork
from rami.functional.technical.heating_network import HeatingNetwork
from rami.functional.technical.point_split import actuated_points, read_points

Vector = NDArray[np.float64]


class BaseAutomation:
    """Controls the converters of a supply system's networks, whoever draws from them.

    `inputs` are the points it reads, `outputs` the actuated points it writes,
    `networks` and `converters` name the entries of the vectors it is given. It knows neither
    plan nor prices: the merit order comes as costs, the running engines as numbers.
    """

    def __init__(self, topology: TwinTopology, period_s: float = 60.0) -> None:
        self.topology, self.period_s = topology, period_s
        self._networks: list[HeatingNetwork | CoolingNetwork] = []
        names: list[str] = []
        for network, net in topology.networks.items():
            if net.kind == "heating":
                heating = HeatingNetwork(
                    topology, network, _converters(topology, network), period_s
                )
                names += [c.name for c in heating.converters]
                self._networks.append(heating)
            else:
                towers = [
                    cooling_tower.tower(topology, n)
                    for n, c in topology.of(CoolingTower).items()
                    if _local(topology, c.network) == network
                ]
                self._networks.append(CoolingNetwork(topology, network, towers, period_s))
        self.networks = tuple(topology.networks)
        self.converters = tuple(names)
        points = [p for n in self._networks for p in n.points]
        self.inputs, self.outputs = read_points(topology, points), actuated_points(topology)
        self._read = self.inputs.places(points)
        self._write = self.outputs.places([p for n in self._networks for p in n.actuators])
        self._spans: list[slice] = []
        start = 0
        for one in self._networks:
            self._spans.append(slice(start, start + len(one.points)))
            start += len(one.points)
        self._output = np.zeros(len(self.outputs))

    def commit(
        self, costs: Sequence[float], engines_on: Sequence[float], wet_bulb: float | None = None
    ) -> None:
        """For the next quarter of an hour, in the order of `converters`.

        `costs` are marginal costs of heat (EUR/kWh; only their order counts), `engines_on`
        running engines (ignored for boilers), `wet_bulb` in degC for cooling towers.
        """
        if len(costs) != len(self.converters) or len(engines_on) != len(self.converters):
            raise ControlError(
                f"{self.topology.name} wants a cost and a number of running engines for each of "
                f"{', '.join(self.converters)}, got {len(costs)} and {len(engines_on)}"
            )
        first = 0
        for network in self._networks:
            if isinstance(network, HeatingNetwork):
                span = slice(first, first + len(network.converters))
                network.commit(costs[span], engines_on[span])
                first = span.stop
            elif wet_bulb is not None:
                network.wet_bulb = float(wet_bulb)

    def step(self, measured: Vector, expected_kw: Sequence[float]) -> Vector:
        """Values of `outputs` (a buffer) from the values of `inputs`, every period.

        `expected_kw` is the net heat that exchanges will take out of each of `networks`.
        """
        values = measured[self._read].tolist()
        written: list[float] = []
        for network, span, expected in zip(self._networks, self._spans, expected_kw, strict=True):
            written += network.step(values[span], expected)
        self._output[self._write] = written
        return self._output

    def save(self) -> bytes:
        """The whole state."""
        return np.array([x for n in self._networks for x in n.save()]).tobytes()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state; ControlError when it belongs to another system."""
        numbers = np.frombuffer(state).tolist()
        sizes = [len(n.save()) for n in self._networks]
        if sum(sizes) != len(numbers):
            raise ControlError(f"this state does not belong to {self.topology.name}'s networks")
        start = 0
        for network, size in zip(self._networks, sizes, strict=True):
            network.restore(numbers[start : start + size])
            start += size


def _converters(topology: TwinTopology, network: str) -> list[Converter]:
    found: list[Converter] = []
    for name, component in topology.components.items():
        if isinstance(component, Chp) and _local(topology, component.network) == network:
            found.append(chp.converter(topology, name))
        elif isinstance(component, Boiler) and _local(topology, component.network) == network:
            found.append(boiler.converter(topology, name))
    return found


def _local(topology: TwinTopology, reference: str) -> str:
    return reference.removeprefix(f"{topology.name}.")
