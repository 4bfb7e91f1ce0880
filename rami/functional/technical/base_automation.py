"""Base automation of a supply system: every network's flow temperature, by merit order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

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
from rami.functional.technical.hand_over import HandOver, Mask
from rami.functional.technical.heating_network import HeatingNetwork
from rami.functional.technical.point_split import actuated_points, read_points

Vector = NDArray[np.float64]

#: a take-over from somebody else's positions takes this long, s
RETURN_S = 300.0


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
        self._spans = _spans([len(n.points) for n in self._networks])
        self._written = _spans([len(n.actuators) for n in self._networks])
        self._output = np.zeros(len(self.outputs))
        self._measured = np.zeros(len(self.inputs))
        engines = [c.engines for n in self._networks for c in _of(n) if c.engines]
        self._hand_over = HandOver(self.outputs.points, period_s, RETURN_S, engines)

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
        if self._hand_over.active:
            self._hand_over.free()
        return self._period(measured, expected_kw)

    def track(
        self,
        actuators: Vector,
        measured: Vector,
        expected_kw: Sequence[float],
        mask: Mask | None = None,
    ) -> Vector:
        """In place of `step` in a period in which somebody else drives: all `outputs`, or `mask`.

        `actuators` are the positions read back (in the order of `outputs`; not finite where
        they are not known). Held converters count with the heat they give, integrators follow,
        and the first step afterwards gives the same positions; engines run as they are found
        until the next `commit`. The result holds `actuators` where they are held.
        """
        measured = np.where(np.isfinite(measured), measured, self._measured)
        self._hand_over.hold(actuators, mask, self._output)
        return self._period(measured, expected_kw)

    def landed(self, actuators: Vector) -> None:
        """What was written of the last `step` (in the order of `outputs`): no network's
        integrator winds up against a limit that it does not know."""
        missing = np.nan_to_num(actuators - self._output)
        self._spread(np.where(self._hand_over.held, 0.0, missing))

    def _spread(self, missing: Vector) -> None:
        if missing.any():
            by_network = missing[self._write].tolist()
            for network, span in zip(self._networks, self._written, strict=True):
                network.landed(by_network[span])

    def _period(self, measured: Vector, expected_kw: Sequence[float]) -> Vector:
        hand_over, held = self._hand_over, None
        self._measured[:] = measured
        values = measured[self._read].tolist()
        if hand_over.active:
            positions = np.where(hand_over.held, hand_over.positions, np.nan)[self._write]
            held = [None if x != x else x for x in positions.tolist()]
        written: list[float] = []
        for k, network in enumerate(self._networks):
            mine = held[self._written[k]] if held is not None else None
            written += network.step(values[self._spans[k]], expected_kw[k], mine)
        self._output[:] = 0.0
        self._output[self._write] = written
        if held is not None:
            self._spread(hand_over.lead(self._output))
        return self._output

    def save(self) -> bytes:
        """The whole state."""
        own = np.array([x for n in self._networks for x in n.save()])
        return np.concatenate([own, self._measured]).tobytes() + self._hand_over.save()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state; ControlError when it belongs to another system."""
        sizes = [len(n.save()) for n in self._networks]
        own = sum(sizes) + len(self._measured)
        if len(state) != 8 * own + len(self._hand_over.save()):
            raise ControlError(f"this state does not belong to {self.topology.name}'s networks")
        numbers = np.frombuffer(state[: 8 * own]).tolist()
        self._measured[:] = numbers[sum(sizes) :]
        self._hand_over.restore(state[8 * own :])
        start = 0
        for network, size in zip(self._networks, sizes, strict=True):
            network.restore(numbers[start : start + size])
            start += size


def _spans(sizes: Sequence[int]) -> list[slice]:
    ends = np.cumsum([0, *sizes]).tolist()
    return [slice(a, b) for a, b in pairwise(ends)]


def _of(network: HeatingNetwork | CoolingNetwork) -> tuple[Converter, ...]:
    return network.converters if isinstance(network, HeatingNetwork) else ()


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
