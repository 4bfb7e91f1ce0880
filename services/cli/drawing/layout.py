"""Where everything stands: networks as bands of lines, components as boxes in columns.

Generation stands left, consumption right, the station's components between. Networks of the
energy supply lie above the station's circuit, those of others below it; a component that joins
the circuit to a network stands in the row on that network's side, in a column of its own, so
that its pipes run straight up and down.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rami.asset.component import Component
from rami.asset.consumer import Consumer
from rami.asset.junction import Junction
from rami.asset.reference import references
from rami.asset.topology import SiteTopology
from services.cli.drawing.flows import Flow, flows

LEFT, TOP, PITCH = 172.0, 92.0, 136.0
BOX_WIDTH, BOX_HEIGHT = 116.0, 50.0
NARROW = 56.0
SPREAD, STATION_SPREAD = 120.0, 176.0
BETWEEN, ROW, HEADER, FOOT, APART = 34.0, 142.0, 48.0, 26.0, 18.0


@dataclass
class Rail:
    """A line of a network (a junction) at a height, from one end to the other."""

    path: str
    y: float
    temperature: float
    network: str
    left: float = 1e9
    right: float = -1e9

    def reach(self, x: float) -> None:
        """Make the line long enough for a pipe at x."""
        self.left, self.right = min(self.left, x), max(self.right, x)


@dataclass(frozen=True)
class Box:
    """A component around a centre."""

    path: str
    component: Component
    x: float
    y: float
    width: float = BOX_WIDTH
    height: float = BOX_HEIGHT


@dataclass(frozen=True)
class Panel:
    """The background of a twin."""

    twin: str
    kind: str
    top: float
    bottom: float


@dataclass
class Layout:
    """All places; `beside` joins boxes without water to the box they belong to."""

    width: float = 0.0
    height: float = 0.0
    rails: dict[str, Rail] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)
    panels: list[Panel] = field(default_factory=list)
    pipes: list[Flow] = field(default_factory=list)
    columns: dict[int, float] = field(default_factory=dict)
    beside: list[tuple[str, str]] = field(default_factory=list)


def lay_out(site: SiteTopology, twins: Iterable[str]) -> Layout:
    """Places for some twins and for the networks they meet."""
    chosen = list(twins)
    plan = Layout(pipes=[pipe for pipe in flows(site) if pipe.twin in chosen])
    _Placing(site, chosen, plan).all()
    return plan


class _Placing:
    """Heights first, then columns."""

    def __init__(self, site: SiteTopology, chosen: list[str], plan: Layout) -> None:
        self.site, self.chosen, self.plan = site, chosen, plan
        self.row: dict[str, float] = {}
        self.met = {
            end.path
            for pipe in plan.pipes
            for end in (pipe.source, pipe.target)
            if end.twin not in chosen
        }

    def all(self) -> None:
        """Fill the layout."""
        self._heights()
        self._columns()

    def _heights(self) -> None:
        y = TOP
        for group in ("iess", "hts", "dhs"):
            for twin, topology in self.site.twins.items():
                if topology.kind != group:
                    continue
                y = self._twin(twin, y)
        self.plan.height = y + 58

    def _twin(self, twin: str, y: float) -> float:
        topology = self.site.twins[twin]
        shown = [n for n in topology.networks if twin in self.chosen or self._is_met(twin, n)]
        if not shown:
            return y
        top, y = y, y + HEADER
        station = topology.kind == "hts"
        upper, lower = self._crossing(twin, "iess"), self._crossing(twin, "dhs")
        if station and upper:
            self.row |= dict.fromkeys(upper, y + ROW / 2 - 8)
            y += ROW
        for place, network in enumerate(shown):
            y += BETWEEN if place else 0.0
            y = self._rails(twin, network, y, STATION_SPREAD if station else SPREAD)
        if station and lower:
            self.row |= dict.fromkeys(lower, y + ROW / 2 + 8)
            y += ROW
        y += FOOT
        self.plan.panels.append(Panel(twin, topology.kind, top, y))
        return y + APART

    def _is_met(self, twin: str, network: str) -> bool:
        return any(path.startswith(f"{twin}.{network}_") for path in self.met)

    def _rails(self, twin: str, network: str, y: float, spread: float) -> float:
        topology = self.site.twins[twin]
        ends = {topology.line(network, "hot"): 0.0, topology.line(network, "cold"): 1.0}
        extra = [
            name
            for name, component in topology.components.items()
            if isinstance(component, Junction)
            and name not in ends
            and self._home(twin, name) == network
        ]
        share = {name: (i + 1) / (len(extra) + 1) for i, name in enumerate(extra)}
        for name, part in (*ends.items(), *share.items()):
            junction = topology.components.get(name)
            if isinstance(junction, Junction):
                path = f"{twin}.{name}"
                self.plan.rails[path] = Rail(path, y + part * spread, junction.start, network)
        return y + spread

    def _home(self, twin: str, junction: str) -> str:
        networks = list(self.site.twins[twin].networks)
        return next((n for n in networks if junction.startswith(f"{n}_")), networks[0])

    def _crossing(self, twin: str, side: str) -> list[str]:
        """Components of a station that meet a network above (`iess`) or below it."""
        found: dict[str, bool] = {}
        for pipe in self.plan.pipes:
            if pipe.twin != twin:
                continue
            for here, there in ((pipe.source, pipe.target), (pipe.target, pipe.source)):
                if there.twin != twin and here.twin == twin:
                    above = self.site.twins[there.twin].kind == "iess"
                    found.setdefault(here.path, above)
        return [path for path, above in found.items() if above == (side == "iess")]

    def _columns(self) -> None:
        generation, station, use = self._sorted()
        x = LEFT
        x = self._within_bands(generation, x)
        x = self._bypasses(x)
        for path in station:
            self._put(path, x + PITCH / 2, self.row.get(path) or self._middle(path))
            x += PITCH
            for beside in self._belonging(path):
                self._put(beside, x + PITCH / 2, self._middle(path))
                self.plan.beside.append((beside, path))
                x += PITCH
        self.plan.width = self._within_bands(use, x) + 40
        for pipe in self.plan.pipes:
            for end in (pipe.source, pipe.target):
                if end.path in self.plan.boxes and end.port:
                    for other in (pipe.source, pipe.target):
                        if other.path in self.plan.rails:
                            box = self.plan.boxes[end.path]
                            self.plan.rails[other.path].reach(box.x)

    def _sorted(self) -> tuple[list[str], list[str], list[str]]:
        generation, station, use = [], [], []
        for twin in self.chosen:
            topology = self.site.twins[twin]
            for name, component in topology.components.items():
                path = f"{twin}.{name}"
                if not self._is_box(twin, component) or self._owner(twin, component):
                    continue
                if isinstance(component, Consumer):
                    use.append(path)
                elif topology.kind == "hts":
                    station.append(path)
                else:
                    generation.append(path)
        return generation, sorted(station, key=self._place_in_station), use

    def _is_box(self, twin: str, component: Component) -> bool:
        kind = component.model_dump()["kind"]
        return kind not in ("junction", "border", "exchange", "pump", "valve")

    def _owner(self, twin: str, component: Component) -> str | None:
        """The component that one without water belongs to."""
        for name, mark in references(type(component)).items():
            if mark.to == "component":
                return f"{twin}.{getattr(component, name)}"
        return None

    def _belonging(self, path: str) -> list[str]:
        twin = path.split(".")[0]
        return [
            f"{twin}.{name}"
            for name, component in self.site.twins[twin].components.items()
            if self._owner(twin, component) == path
        ]

    def _place_in_station(self, path: str) -> int:
        """Preheaters, sources, storages, sinks, in the order of the water."""
        twin = path.split(".")[0]
        topology = self.site.twins[twin]
        hot = {f"{twin}.{topology.line(n, 'hot')}" for n in topology.networks}
        lines = hot | {f"{twin}.{topology.line(n, 'cold')}" for n in topology.networks}
        outlets = {p.target.path for p in self.plan.pipes if p.source.path == path}
        local = {end for end in outlets if end.startswith(f"{twin}.")}
        if local - lines:
            return 0
        if path not in self.row:
            return 2
        return 1 if local & hot else 3

    def _within_bands(self, paths: list[str], x: float) -> float:
        """Boxes between the lines of their own network, each network from the left."""
        used: dict[float, int] = {}
        for path in paths:
            y = self._middle(path)
            used[y] = used.get(y, 0) + 1
            self._put(path, x + (used[y] - 0.5) * PITCH, y)
        return x + max(used.values(), default=0) * PITCH

    def _middle(self, path: str) -> float:
        """Halfway between the lines a component touches; else beside the twin's first network."""
        heights = [
            self.plan.rails[end.path].y
            for pipe in self.plan.pipes
            for end, here in ((pipe.source, pipe.target), (pipe.target, pipe.source))
            if here.path == path and end.path in self.plan.rails
        ]
        if not heights:
            twin = path.split(".")[0]
            heights = [r.y for r in self.plan.rails.values() if r.path.startswith(f"{twin}.")][:2]
        return (min(heights) + max(heights)) / 2 if heights else TOP

    def _bypasses(self, x: float) -> float:
        """A narrow column for every pipe from line to line."""
        for number, pipe in enumerate(self.plan.pipes):
            ends = [self.plan.rails.get(end.path) for end in (pipe.source, pipe.target)]
            if ends[0] and ends[1]:
                self.plan.columns[number] = x + NARROW / 2
                for rail in ends:
                    if rail:
                        rail.reach(x + NARROW / 2)
                x += NARROW
        return x

    def _put(self, path: str, x: float, y: float) -> None:
        twin, _, name = path.partition(".")
        component = self.site.twins[twin].components[name]
        tall = path in {p.source.path for p in self.plan.pipes} and path not in self.row
        height = BOX_HEIGHT
        if tall and self.site.twins[twin].kind == "hts":
            height = 96.0
        self.plan.boxes[path] = Box(path, component, x, y, BOX_WIDTH, height)
