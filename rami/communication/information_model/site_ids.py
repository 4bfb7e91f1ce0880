"""Where everything of a site is: NodeIds from site paths, without looking at the model.

A twin, network, component or point has its site path as identifier (`hts`, `hts.circuit`,
`hts.hp`, `hts.hp.u`), the site `/`, a backend `<twin>:<backend>`. A part that is none of these has
its parent's identifier, then `/` and its browse name (`hts/Control/Mode`, `/Strategy/Schedule`).
"""

from __future__ import annotations

from dataclasses import dataclass

from rami.communication.information_model.groups import Group
from rami.communication.information_model.layout import below
from rami.communication.information_model.node_id import NodeId, site_namespace


@dataclass(frozen=True)
class SiteIds:
    """Of a site by its name."""

    site_name: str

    @property
    def namespace(self) -> str:
        """The site's namespace URI."""
        return site_namespace(self.site_name)

    @property
    def site(self) -> NodeId:
        """The site itself."""
        return self.path("/")

    @property
    def strategy(self) -> NodeId:
        """What plans, whose methods are Replan, ApplySchedule and RejectSchedule."""
        return below(self.site, Group.STRATEGY.value)

    def path(self, path: str) -> NodeId:
        """Anything that has a site path."""
        return NodeId(self.namespace, path)

    def point(self, twin: str, name: str) -> NodeId:
        """A point by its name within a twin."""
        return self.path(f"{twin}.{name}")

    def part(self, owner: str, *names: str) -> NodeId:
        """A part by browse names, e.g. `part("hts", "Control", "Mode")`; owner `/`: the site."""
        at = self.path(owner)
        for name in names:
            at = below(at, name)
        return at

    def residual(self, twin: str, name: str) -> NodeId:
        """Plant less model of a point."""
        return self.part(twin, Group.BACKEND.value, "Residuals", name)

    def advice(self, twin: str, name: str) -> NodeId:
        """A set-point computed and not written."""
        return self.part(twin, Group.CONTROL.value, "Advice", name)

    def figure(self, name: str) -> NodeId:
        """A key figure or balance by its name in `SiteView.figures`."""
        return self.part("/", Group.BALANCING.value, name)

    def condition(self, source: str, condition: str) -> NodeId:
        """ConditionId of an alarm: its source's identifier, `!` and its name."""
        return self.path(f"{source or '/'}!{condition}")
