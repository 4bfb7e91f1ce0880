"""Co-simulation of a site's twins in graph order with the energy contract.

Stations step first, on network temperatures held over the exchange step; what they hand back
is their mean flow and the mean heat of the step (difference of the border's register over the
step), so that energy between twins closes exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rami.asset.capability import Readable, Snapshotable, Steppable, Vector, Writable
from rami.asset.topology import SiteTopology
from rami.core.points import Direction

Places = NDArray[np.intp]


class PlantBackend(Readable, Writable, Steppable, Snapshotable, Protocol):
    """What may stand behind a twin's points in a simulation."""


@dataclass(frozen=True)
class _Held:
    """Network temperatures that a station's borders read."""

    network: str
    source: Places
    target: Places


@dataclass(frozen=True)
class _Handed:
    """Flow and heat that a network's exchanges take over from a station's borders."""

    network: str
    flow: Places
    register: Places
    flow_input: Places
    heat_input: Places


class Cosimulation:
    """The coupled backends of a site.

    `inputs[twin]` is the vector the next step holds; controllers and data write into it.
    `outputs[twin]` holds the values after the last step. Both are in the backend's own order.
    """

    def __init__(self, site: SiteTopology, backends: Mapping[str, PlantBackend]) -> None:
        self.site = site
        self.backends = dict(backends)
        self.stations = [t for t in site.twins if any(c.twin == t for c in site.couplings)]
        self.networks = [t for t in site.twins if t not in self.stations]
        self.inputs: dict[str, Vector] = {}
        self.outputs: dict[str, Vector] = {}
        for twin, backend in self.backends.items():
            self.inputs[twin] = backend.inputs.starts()
            self.outputs[twin] = np.array(backend.read())
        self._held = {t: self._held_by(t) for t in self.stations}
        self._handed = {t: self._handed_by(t) for t in self.stations}
        self._flow_sum = {t: np.zeros(len(self.backends[t].outputs)) for t in self.stations}
        self._before = {t: self.outputs[t].copy() for t in self.stations}
        self._taken = dict.fromkeys(self.stations, 0)

    def _held_by(self, station: str) -> list[_Held]:
        mine = self.backends[station].inputs
        held = []
        for network in self.networks:
            couplings = [
                c for c in self.site.couplings if c.twin == station and c.network_twin == network
            ]
            theirs = self.backends[network].outputs
            source = [f"{line}.T" for c in couplings for line in (c.take, c.give)]
            target = [f"{c.border}.{p}" for c in couplings for p in ("T_take", "T_give")]
            if couplings:
                held.append(_Held(network, theirs.places(source), mine.places(target)))
        return held

    def _handed_by(self, station: str) -> list[_Handed]:
        mine = self.backends[station].outputs
        handed = []
        for network in self.networks:
            couplings = [
                c for c in self.site.couplings if c.twin == station and c.network_twin == network
            ]
            theirs = self.backends[network].inputs
            if couplings:
                handed.append(
                    _Handed(
                        network,
                        mine.places([f"{c.border}.m" for c in couplings]),
                        mine.places([f"{c.border}.E" for c in couplings]),
                        theirs.places([f"{c.exchange}.m" for c in couplings]),
                        theirs.places([f"{c.exchange}.Q" for c in couplings]),
                    )
                )
        return handed

    def hold_temperatures(self) -> None:
        """Start an exchange step: stations read the networks' present line temperatures."""
        for station in self.stations:
            into = self.inputs[station]
            for held in self._held[station]:
                into[held.target] = self.outputs[held.network][held.source]
            self._flow_sum[station][:] = 0.0
            self._taken[station] = 0
            self._before[station][:] = self.outputs[station]

    def step_station(self, station: str, seconds: float) -> Vector:
        """One control step of a station; returns its outputs."""
        return self.stepped(station, self.backends[station].step(self.inputs[station], seconds))

    def stepped(self, station: str, outputs: Vector) -> Vector:
        """A control step of a station has ended with these outputs."""
        self.outputs[station][:] = outputs
        self._flow_sum[station] += outputs
        self._taken[station] += 1
        return self.outputs[station]

    def hand_over(self, seconds: float) -> None:
        """End an exchange step: mean flow and mean heat go to the networks' inputs."""
        per_hour = 3600.0 / seconds
        for station in self.stations:
            now, before = self.outputs[station], self._before[station]
            flow = self._flow_sum[station] / max(self._taken[station], 1)
            for handed in self._handed[station]:
                into = self.inputs[handed.network]
                into[handed.flow_input] = flow[handed.flow]
                into[handed.heat_input] = (
                    now[handed.register] - before[handed.register]
                ) * per_hour

    def step_network(self, network: str, seconds: float) -> Vector:
        """One exchange step of a supply system; returns its outputs."""
        self.outputs[network][:] = self.backends[network].step(self.inputs[network], seconds)
        return self.outputs[network]

    def actuated(self, twin: str) -> Places:
        """Places of the actuated points among a twin's inputs."""
        points = self.backends[twin].inputs.points
        return np.array(
            [i for i, p in enumerate(points) if p.direction is Direction.ACTUATED], np.intp
        )

    def save(self) -> dict[str, bytes]:
        """Every backend's state, its held inputs and its outputs, at an exchange step's end."""
        state = {}
        for twin, backend in self.backends.items():
            state[f"{twin}.backend"] = backend.save()
            state[f"{twin}.inputs"] = self.inputs[twin].tobytes()
            state[f"{twin}.outputs"] = self.outputs[twin].tobytes()
        return state

    def restore(self, state: Mapping[str, bytes]) -> None:
        """Go back to a saved state."""
        for twin, backend in self.backends.items():
            backend.restore(state[f"{twin}.backend"])
            self.inputs[twin][:] = np.frombuffer(state[f"{twin}.inputs"])
            self.outputs[twin][:] = np.frombuffer(state[f"{twin}.outputs"])
