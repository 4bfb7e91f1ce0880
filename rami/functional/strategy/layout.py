"""What a plan consists of: the structure of its model, without a single figure.

A `Layout` is read off the site's topology and is the key under which a plan's model is
compiled once; everything that can change between plans is a parameter of the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Commitment = Literal["none", "switch", "count"]
Side = Literal["in", "out"]


@dataclass(frozen=True)
class Converter:
    """A component that turns one thing into another in one network; paths are `twin.name`.

    `commitment`: without minimum load `none`; `switch` a binary; `count` the number of running
    engines, where the loads of n and n + 1 engines leave a gap (minimum load above one half).
    """

    path: str
    network: str
    owner: str
    commitment: Commitment = "none"


@dataclass(frozen=True)
class Consumer:
    """A load; `network` is `twin.network` or `electricity`."""

    path: str
    network: str
    owner: str


@dataclass(frozen=True)
class Exchanger:
    """A heat exchanger of a station.

    `direction` names the group in which it may not run against others, with its `side` seen
    from the station. `heat_pumps` preheat the line that it takes its water from.
    """

    path: str
    primary: str
    secondary: str
    direction: str | None = None
    side: Side | None = None
    heat_pumps: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeatPump:
    """A heat pump of a station: it preheats `circuit` and cools `evaporator`."""

    path: str
    circuit: str
    evaporator: str
    owner: str


@dataclass(frozen=True)
class Storage:
    """A storage across a circuit with the immersion heaters in it."""

    path: str
    circuit: str
    heaters: tuple[str, ...]
    owner: str


@dataclass(frozen=True)
class Circuit:
    """A network of a station (eq. 4).

    `hot_sinks` need a hotter flow line than the circuit's own. Where there are any, the circuit
    has a state in which it runs at the highest temperature that one of them needs. That state
    is the outward direction `hot_direction` if all of them share one, else it has a binary of
    its own. `idle_sources` cannot run in that state: they run against the sinks.
    """

    path: str
    sources: tuple[str, ...]
    sinks: tuple[str, ...]
    heat_pumps: tuple[str, ...]
    hot_sinks: tuple[str, ...] = ()
    hot_direction: str | None = None
    idle_sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Network:
    """A network outside the station: balanced inside the plan, or a port with a price.

    `draws` and `feeds` are the exchangers out of and into it, `coolers` the heat pumps whose
    evaporator takes heat out of it.
    """

    path: str
    kind: Literal["heating", "cooling"]
    owner: str
    balanced: bool
    own: bool
    draws: tuple[str, ...]
    feeds: tuple[str, ...]
    coolers: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """The structure of a plan over `steps` steps.

    `balanced` says whether the owners' networks are in the plan with their converters (cost
    basis `marginal`) or are ports priced by eq. 3 (`average`, `ems`).
    """

    steps: int
    balanced: bool
    owners: tuple[str, ...]
    circuits: tuple[Circuit, ...]
    exchangers: tuple[Exchanger, ...]
    heat_pumps: tuple[HeatPump, ...]
    storages: tuple[Storage, ...]
    directions: tuple[str, ...]
    networks: tuple[Network, ...]
    chps: tuple[Converter, ...] = ()
    boilers: tuple[Converter, ...] = ()
    cooling_towers: tuple[Converter, ...] = ()
    consumers: tuple[Consumer, ...] = ()

    def circuit(self, path: str) -> Circuit | None:
        """The circuit of that path, None when it is no circuit of a station."""
        return next((c for c in self.circuits if c.path == path), None)

    def exchanger(self, path: str) -> Exchanger:
        """The exchanger of that path."""
        return next(e for e in self.exchangers if e.path == path)

    def heat_pump(self, path: str) -> HeatPump:
        """The heat pump of that path."""
        return next(h for h in self.heat_pumps if h.path == path)
