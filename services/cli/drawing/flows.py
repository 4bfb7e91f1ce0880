"""Pipes of a site from end to end: borders replaced by the lines of the network they meet."""

from __future__ import annotations

from dataclasses import dataclass

from rami.asset.border import Border
from rami.asset.exchange import Exchange
from rami.asset.topology import SiteTopology


@dataclass(frozen=True)
class End:
    """A port of a component."""

    twin: str
    component: str
    port: str

    @property
    def path(self) -> str:
        """`twin.component`."""
        return f"{self.twin}.{self.component}"


@dataclass(frozen=True)
class Flow:
    """Water from one end to another within the declaration of `twin`."""

    twin: str
    source: End
    target: End
    device: str | None = None


def flows(site: SiteTopology) -> list[Flow]:
    """All pipes; what a station does in another twin's network appears once, at the station."""
    lines = {}
    for c in site.couplings:
        lines[c.twin, c.border, "take"] = End(c.network_twin, c.take, "at")
        lines[c.twin, c.border, "give"] = End(c.network_twin, c.give, "at")
    found = []
    for twin, topology in site.twins.items():
        for link in topology.links:
            if link.device and isinstance(topology.components[link.device], Exchange):
                continue
            ends = []
            for text in (link.source, link.target):
                component, _, port = text.partition(".")
                end = End(twin, component, port)
                if isinstance(topology.components[component], Border):
                    end = lines.get((twin, component, port), end)
                ends.append(end)
            found.append(Flow(twin, ends[0], ends[1], link.device))
    return found
