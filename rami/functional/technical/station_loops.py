"""All loops of a station, found from its topology."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rami.asset.component import Component
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.heat_storage import HeatStorage
from rami.asset.immersion_heater import ImmersionHeater
from rami.asset.topology import TwinTopology
from rami.core.errors import ControlError
from rami.functional.technical import (
    heat_exchanger,
    heat_pump,
    heat_storage,
    immersion_heater,
)
from rami.functional.technical.loop import Loop, SetPoint, local_network
from rami.functional.technical.trim import Trim, circuit_trim

_KINDS: dict[type[Component], Callable[[TwinTopology, str], tuple[Loop, ...]]] = {
    HeatExchanger: heat_exchanger.loops,
    HeatPump: heat_pump.loops,
    ImmersionHeater: immersion_heater.loops,
}


@dataclass(frozen=True)
class StationLoops:
    """Loops of a station, those of power first.

    `set_points` holds every set-point once, those of power in the order of their loops
    first; `sources` are the power set-points of exchangers that heat the circuit;
    `circuits` the networks they heat; `opposed` pairs exchangers that must not run at once
    (in and out of one network).
    """

    loops: tuple[Loop, ...]
    powers: int
    set_points: tuple[SetPoint, ...]
    sources: tuple[str, ...]
    opposed: tuple[tuple[str, str], ...]
    trims: tuple[Trim, ...]
    circuits: tuple[str, ...]

    @property
    def targets(self) -> tuple[str, ...]:
        """What a schedule gives per step, without the twin's name."""
        scheduled = tuple(s.name for s in self.set_points if s.scheduled)
        return (*scheduled, *(t.content for t in self.trims if t.content))


def station_loops(topology: TwinTopology) -> StationLoops:
    """Every loop of every component that has some.

    Raises ControlError where a flow has no device, or one actuator would have two loops.
    """
    found = list(_all(topology))
    found.sort(key=lambda loop: not loop.of_power)
    actuators = [loop.actuator for loop in found]
    twice = sorted({a for a in actuators if actuators.count(a) > 1})
    if twice:
        raise ControlError(
            f"{topology.name}: {', '.join(twice)} would serve two control loops; give each side "
            "of each component a pump or valve of its own"
        )
    set_points = {loop.set_point.name: loop.set_point for loop in found}
    exchangers = topology.of(HeatExchanger)
    sources = [n for n, h in exchangers.items() if local_network(topology, h.secondary)]
    circuits = _circuits(topology, sources)
    return StationLoops(
        tuple(found),
        sum(loop.of_power for loop in found),
        tuple(set_points.values()),
        tuple(f"{n}.P" for n in sources),
        tuple(
            (f"{a}.P", f"{b}.P")
            for a in sources
            for b in exchangers
            if b not in sources and exchangers[b].secondary == exchangers[a].primary
        ),
        _trims(topology, circuits),
        circuits,
    )


def _circuits(topology: TwinTopology, sources: list[str]) -> tuple[str, ...]:
    """The networks that the source exchangers heat."""
    secondary = [topology.component(n, HeatExchanger).secondary for n in sources]
    heated = (local_network(topology, reference) for reference in secondary)
    return tuple(dict.fromkeys(network for network in heated if network is not None))


def _trims(topology: TwinTopology, circuits: tuple[str, ...]) -> tuple[Trim, ...]:
    """One per storage, and one per circuit that has none."""
    trims = [heat_storage.trim(topology, n) for n in topology.of(HeatStorage)]
    stored = {t.network for t in trims}
    return (*trims, *(circuit_trim(n) for n in circuits if n not in stored))


def _all(topology: TwinTopology) -> Iterator[Loop]:
    for name, component in topology.components.items():
        for kind, loops in _KINDS.items():
            if isinstance(component, kind):
                yield from loops(topology, name)
