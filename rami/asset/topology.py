"""The topology as data: components and links of a twin, twins and couplings of a site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeVar

from rami.asset.border import Border
from rami.asset.component import Component
from rami.asset.network import Network
from rami.core.points import Point, PointIndex
from rami.core.wording import did_you_mean

C = TypeVar("C", bound=Component)
TwinKind = Literal["hts", "iess", "dhs"]


@dataclass(frozen=True)
class Link:
    """Water from one port to another (`component.port`).

    `device` names the component that sets the flow (pump, valve, consumer, exchange);
    without one the flow follows from the mass balance.
    """

    source: str
    target: str
    device: str | None = None


@dataclass(frozen=True)
class TwinTopology:
    """A twin with its wiring spelled out; what `models`, strategy and control are built from.

    Each line of a network is a junction component named `<network>_flow` or
    `<network>_return`.
    """

    name: str
    kind: TwinKind
    networks: Mapping[str, Network]
    components: Mapping[str, Component]
    links: tuple[Link, ...] = ()

    def of(self, kind: type[C]) -> dict[str, C]:
        """The components of a kind, in the order declared."""
        return {n: c for n, c in self.components.items() if isinstance(c, kind)}

    def component(self, name: str, kind: type[C]) -> C:
        """One component; KeyError with a hint when it is missing or of another kind."""
        found = self.components.get(name)
        if not isinstance(found, kind):
            raise KeyError(
                f"{self.name} has no {kind.__name__} {name!r}; {did_you_mean(name, self.of(kind))}"
            )
        return found

    def links_of(self, component: str) -> list[Link]:
        """Links that touch a component's ports or whose flow it sets."""
        return [
            link
            for link in self.links
            if component in (link.source.split(".")[0], link.target.split(".")[0], link.device)
        ]

    def device_at(self, port: str) -> str | None:
        """The component that sets the flow through a port, if one does."""
        for link in self.links:
            if port in (link.source, link.target) and link.device:
                return link.device
        return None

    @cached_property
    def points(self) -> PointIndex:
        """All points of all components, in the order declared."""
        listed: list[Point] = []
        for name, component in self.components.items():
            listed += [p.under(name) for p in component.points()]
        return PointIndex(listed)

    def line(self, network: str, which: Literal["flow", "return", "hot", "cold"]) -> str:
        """The junction of a network's line."""
        net = self.networks[network]
        if which in ("hot", "cold"):
            which = "flow" if (which == "hot") == (net.kind == "heating") else "return"
        return f"{network}_{which}"


@dataclass(frozen=True)
class Coupling:
    """The energy contract between two twins: a border in one, an exchange in the other.

    `give` and `take` are the junctions of the network twin whose temperatures the border reads.
    """

    twin: str
    border: str
    network_twin: str
    network: str
    exchange: str
    take: str
    give: str


@dataclass(frozen=True)
class SiteTopology:
    """All twins of a site, in the order they are stepped, and what couples them."""

    name: str
    twins: Mapping[str, TwinTopology]
    couplings: tuple[Coupling, ...] = ()
    declared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def network(self, path: str) -> Network:
        """The network behind `twin.network`; KeyError with a hint."""
        twin, _, name = path.partition(".")
        if twin in self.twins and name in self.twins[twin].networks:
            return self.twins[twin].networks[name]
        raise KeyError(f"no network {path!r}; {did_you_mean(path, self.network_paths())}")

    def network_paths(self) -> list[str]:
        """`twin.network` of every network."""
        return [f"{t}.{n}" for t, twin in self.twins.items() for n in twin.networks]

    def of(self, kind: type[C]) -> Iterator[tuple[str, str, C]]:
        """(twin, name, component) of a kind across the site."""
        for twin, topology in self.twins.items():
            for name, component in topology.of(kind).items():
                yield twin, name, component

    def borders(self, network: str) -> Iterator[tuple[str, str, Border]]:
        """(twin, name, border) of everything that meets a network `twin.network`."""
        for twin, name, border in self.of(Border):
            if border.network == network:
                yield twin, name, border

    def resolve(self, twin: str, reference: str) -> str:
        """A reference seen from a twin (`circuit` or `iess.hnht`) as `twin.network`."""
        return reference if "." in reference else f"{twin}.{reference}"
