"""What the components of a twin have declared so far: stores, heat flows, links, signals.

A store has one temperature and one capacity. A heat flow stands in two balances under one
symbol, so nobody writes a balance. A link carries water between two stores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr, Symbol

from rami.asset.topology import TwinTopology
from rami.core.errors import ModelError
from rami.core.points import Point
from rami.core.wording import did_you_mean

#: a linear combination of heat flows with whole coefficients
Combination = Mapping[Symbol, int]


@dataclass(frozen=True)
class Outside:
    """What lies beyond the twin: an end of a heat flow that stores nothing in it."""

    name: str


ELECTRICITY = Outside("electricity")
GAS = Outside("gas")
FLUE = Outside("flue")
AMBIENT = Outside("ambient")
AIR = Outside("air")
LOAD = Outside("load")
NETWORK = Outside("network")


@dataclass(frozen=True)
class Store:
    """Water of one temperature. `capacity` in kJ/K; a reservoir's temperature is an input."""

    name: str
    component: str
    temperature: Symbol
    capacity: float
    start: float
    reservoir: bool = False


#: an end of a heat flow: a store, its name or a port's name, or the outside
End = Store | Outside | str


@dataclass(frozen=True)
class Heat:
    """`flow` kW (a symbol with a definition among the signals) from one end to the other."""

    flow: Symbol
    component: str
    source: End
    target: End


@dataclass(frozen=True)
class Lag:
    """First-order lag: `state` follows `target` with the time constant `seconds`."""

    state: Symbol
    target: Expr
    seconds: float
    start: float


@dataclass(frozen=True)
class Meter:
    """Register in kWh: the integral of a combination of heat flows in kW."""

    state: Symbol
    component: str
    rate: Combination


@dataclass(frozen=True)
class Pipe:
    """Water from one store's port to another; `device` sets its flow, else the balance does."""

    source: End
    target: End
    flow: Symbol
    heat: Symbol
    device: str | None = None


@dataclass(frozen=True)
class Inlet:
    """Asks for the temperature that arrives at a port and the flow into it."""

    port: str
    temperature: Symbol
    flow: Symbol


@dataclass
class Plant:
    """The collection that `Part` writes to and `assembly` closes."""

    topology: TwinTopology
    stores: dict[str, Store] = field(default_factory=dict)
    ports: dict[str, Store] = field(default_factory=dict)
    heats: list[Heat] = field(default_factory=list)
    pipes: list[Pipe] = field(default_factory=list)
    inlets: list[Inlet] = field(default_factory=list)
    through: dict[Symbol, tuple[str, int]] = field(default_factory=dict)
    carried: dict[Symbol, str] = field(default_factory=dict)
    signals: dict[Symbol, Expr] = field(default_factory=dict)
    inputs: dict[Symbol, Point] = field(default_factory=dict)
    lags: list[Lag] = field(default_factory=list)
    meters: list[Meter] = field(default_factory=list)
    registers: list[tuple[Symbol, str, Symbol]] = field(default_factory=list)
    totals: dict[Symbol, Combination] = field(default_factory=dict)
    devices: dict[str, Symbol] = field(default_factory=dict)

    def place(self, end: End) -> Store | Outside:
        """The store or outside that an end means; ModelError with a hint."""
        if not isinstance(end, str):
            return end
        found = self.ports.get(end) or self.stores.get(end)
        if found is None:
            raise ModelError(
                f"{self.topology.name}: no port or store {end!r}; "
                f"{did_you_mean(end, [*self.ports, *self.stores])}"
            )
        return found

    def store(self, end: End) -> Store:
        """As `place`, where only water will do."""
        found = self.place(end)
        if isinstance(found, Outside):
            raise ModelError(f"{self.topology.name}: {found.name} holds no water")
        return found
