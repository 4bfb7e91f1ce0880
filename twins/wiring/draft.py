"""A twin's topology while it is being wired."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rami.asset.border import Border
from rami.asset.component import Component
from rami.asset.junction import Junction
from rami.asset.network import Network
from rami.asset.pump import Pump
from rami.asset.topology import Link, TwinKind, TwinTopology
from rami.asset.valve import Valve

NetworkOf = Callable[[str], Network]


@dataclass
class Draft:
    """Components and links so far; what the user declared under a name is never replaced.

    `foreign` resolves `twin.network` to the network of another twin.
    """

    name: str
    kind: TwinKind
    networks: Mapping[str, Network]
    declared: Mapping[str, Component]
    explicit: tuple[Link, ...]
    foreign: NetworkOf
    components: dict[str, Component] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.components = dict(self.declared)
        self.links = list(self.explicit)
        self._wired = {p.split(".")[0] for k in self.explicit for p in (k.source, k.target)}

    def wired(self, component: str) -> bool:
        """Whether the user wired this component himself."""
        return component in self._wired

    def link(self, source: str, target: str, device: str | None = None) -> None:
        """Add a link."""
        self.links.append(Link(source, target, device))

    def pump(self, name: str, flow_max: float) -> str:
        """A pump of this name, unless one is declared."""
        self.components.setdefault(name, Pump.sized(flow_max))
        return name

    def valve(self, name: str, flow_max: float) -> str:
        """A valve of this name, unless one is declared."""
        self.components.setdefault(name, Valve.sized(flow_max))
        return name

    def junction(self, name: str, water: float, start: float) -> str:
        """The port of a junction of this name."""
        self.components.setdefault(name, Junction(water=f"{water} kg", start=f"{start} degC"))
        return f"{name}.at"

    def lines(self, network: str) -> None:
        """The two lines of a network as junctions, half of its water each."""
        net = self.networks[network]
        self.junction(f"{network}_flow", net.water / 2, net.flow)
        self.junction(f"{network}_return", net.water / 2, net.return_)

    def is_local(self, reference: str) -> bool:
        """Whether a network reference means a network of this twin."""
        return reference.removeprefix(f"{self.name}.").split(".")[0] in self.networks

    def local(self, reference: str) -> str:
        """The local network a reference means."""
        return reference.removeprefix(f"{self.name}.").split(".")[0]

    def line(self, network: str, hot: bool) -> str:
        """The port of the hot or cold line of a local network."""
        kind = self.networks[network].kind
        return f"{network}_{'flow' if hot == (kind == 'heating') else 'return'}.at"

    def border(self, name: str, network: str, takes_hot: bool) -> str:
        """A border to another twin's network that takes water from its hot or cold line."""
        net = self.foreign(network)
        taken = "flow" if takes_hot == (net.kind == "heating") else "return"
        hot, cold = net.hot, net.cold
        self.components.setdefault(
            name,
            Border(
                network=network,
                taken_from=taken,
                start_taken=f"{hot if takes_hot else cold} degC",
                start_given=f"{cold if takes_hot else hot} degC",
            ),
        )
        return name

    def done(self) -> TwinTopology:
        """The finished topology."""
        return TwinTopology(self.name, self.kind, self.networks, self.components, tuple(self.links))
