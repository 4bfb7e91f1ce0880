"""Reads the layout of a plan off a site's topology by walking its components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.consumer import Consumer
from rami.asset.cooling_tower import CoolingTower
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.heat_storage import HeatStorage
from rami.asset.immersion_heater import ImmersionHeater
from rami.asset.topology import SiteTopology, TwinTopology
from rami.core.errors import ConfigurationError, Problem
from rami.functional.strategy import layout as part
from rami.functional.strategy.layout import Layout
from rami.information.network_dispatch import network_converters

#: K by which an inlet must lie above the circuit's own flow temperature to count as hotter
HOTTER = 0.5
#: top-level names of a plan's model that a twin may not bear
RESERVED = ("owner", "network", "direction", "circuit", "eq21", "hours", "objective")


class SiteLayout:
    """A site seen by the plan: whose the twins are, and how exchangers and networks meet.

    `owners` maps each owner to its twins. Raises ConfigurationError when a twin has no owner
    or more than one, or bears a reserved name.
    """

    def __init__(self, site: SiteTopology, owners: Mapping[str, Sequence[str]]) -> None:
        self.site = site
        self.owner_of = _owner_of(site, owners)
        self.stations = tuple(t for t in site.twins.values() if t.kind == "hts")
        planned = {self.owner_of[t.name] for t in self.stations}
        self.owners = tuple(o for o in owners if o in planned)
        self.exchangers: dict[str, tuple[str, HeatExchanger]] = {
            f"{t.name}.{n}": (t.name, c)
            for t in self.stations
            for n, c in t.of(HeatExchanger).items()
        }

    def owns(self, network: str) -> bool:
        """Whether a network `twin.network` belongs to an owner of a station."""
        return self.owner_of[network.partition(".")[0]] in self.owners

    def primary(self, path: str) -> str:
        """The network on the hot side of an exchanger."""
        twin, hex_ = self.exchangers[path]
        return self.site.resolve(twin, hex_.primary)

    def secondary(self, path: str) -> str:
        """The network on the cold side of an exchanger."""
        twin, hex_ = self.exchangers[path]
        return self.site.resolve(twin, hex_.secondary)

    def in_circuit(self, network: str) -> bool:
        """Whether a network is a circuit of a station."""
        twin = network.partition(".")[0]
        return self.site.twins[twin].kind == "hts"

    def flow_wanted(self, path: str) -> float:
        """Flow temperature in degC that a sink needs in its circuit."""
        base = self.site.network(self.primary(path)).flow
        inlet: float = self.exchangers[path][1].design.hot[0]
        return inlet if inlet > base + HOTTER else base

    def hot_sinks(self, circuit: str) -> list[str]:
        """Exchangers that need a hotter flow line than the circuit's own."""
        base = self.site.network(circuit).flow
        sinks = [p for p in self.exchangers if self.primary(p) == circuit]
        return [p for p in sinks if self.flow_wanted(p) > base]

    def flow_hot(self, circuit: str) -> float:
        """Flow temperature in degC of a circuit's hot state: the highest that a sink needs."""
        return max(self.flow_wanted(p) for p in self.hot_sinks(circuit))

    def direction(self, path: str) -> tuple[str, part.Side] | None:
        """Group and side of an exchanger that has a partner of opposite direction (eq. 14, 15)."""
        station, _ = self.exchangers[path]
        sides = {p: self._side(p) for p, (t, _) in self.exchangers.items() if t == station}
        mine = sides[path]
        if mine is None:
            return None
        network, side = mine
        if not any(s == (network, "out" if side == "in" else "in") for s in sides.values()):
            return None
        return f"{station}_{network.replace('.', '_')}", side

    def _side(self, path: str) -> tuple[str, part.Side] | None:
        primary, secondary = self.primary(path), self.secondary(path)
        if self.in_circuit(primary) == self.in_circuit(secondary):
            return None
        return (secondary, "out") if self.in_circuit(primary) else (primary, "in")

    def heat_pumps(self) -> list[tuple[str, HeatPump, str, str]]:
        """(path, component, circuit, evaporator network) of the stations' heat pumps."""
        found = []
        for t in self.stations:
            for name, hp in t.of(HeatPump).items():
                circuit = self.site.resolve(t.name, hp.condenser.rpartition(".")[0])
                evaporator = self.site.resolve(t.name, hp.evaporator)
                found.append((f"{t.name}.{name}", hp, circuit, evaporator))
        return found

    def layout(
        self, steps: int, balanced: bool, binaries: bool = True, minimum_load: bool = True
    ) -> Layout:
        """The structure of a plan; `balanced` puts the owners' networks into it.

        Without `binaries` it is a linear programme: no directions, no hot state, no minimum
        load; without `minimum_load` only the last is left out.
        """
        circuits = tuple(
            self._circuit(f"{t.name}.{n}", binaries) for t in self.stations for n in t.networks
        )
        exchangers = tuple(self._exchanger(p, binaries) for p in self.exchangers)
        commits = binaries and minimum_load
        pumps = tuple(
            part.HeatPump(path, circuit, evaporator, self.owner_of[path.partition(".")[0]])
            for path, _, circuit, evaporator in self.heat_pumps()
        )
        networks = tuple(self._networks(balanced))
        inside = {n.path for n in networks if n.balanced}
        supply = [t for t in self.site.twins.values() if self.owner_of[t.name] in self.owners]
        return Layout(
            steps,
            balanced,
            self.owners,
            circuits,
            exchangers,
            pumps,
            tuple(s for t in self.stations for s in self._storages(t)),
            tuple(dict.fromkeys(e.direction for e in exchangers if e.direction)),
            networks,
            tuple(self._converters(supply, Chp, inside, commits)),
            tuple(self._converters(supply, Boiler, inside, commits)),
            tuple(self._converters(supply, CoolingTower, inside, False)),
            tuple(self._consumers(supply, inside, balanced)),
        )

    def _circuit(self, path: str, binaries: bool) -> part.Circuit:
        hot = self.hot_sinks(path) if binaries else []
        sources = tuple(p for p in self.exchangers if self.secondary(p) == path)
        groups = {self.direction(p) for p in hot}
        shared = groups.pop() if len(groups) == 1 else None
        return part.Circuit(
            path,
            sources,
            tuple(p for p in self.exchangers if self.primary(p) == path),
            tuple(p for p, _, circuit, _ in self.heat_pumps() if circuit == path),
            tuple(hot),
            shared[0] if shared else None,
            tuple(p for p in sources if shared and self.direction(p) == (shared[0], "in")),
        )

    def _exchanger(self, path: str, binaries: bool) -> part.Exchanger:
        primary, secondary = self.primary(path), self.secondary(path)
        group = self.direction(path) if binaries else None
        name, side = group if group else (None, None)
        pumps = tuple(p for p, _, circuit, _ in self.heat_pumps() if circuit == secondary)
        return part.Exchanger(path, primary, secondary, name, side, pumps)

    def _storages(self, twin: TwinTopology) -> list[part.Storage]:
        heaters = twin.of(ImmersionHeater)
        return [
            part.Storage(
                f"{twin.name}.{name}",
                self.site.resolve(twin.name, storage.across),
                tuple(f"{twin.name}.{n}" for n, h in heaters.items() if h.storage == name),
                self.owner_of[twin.name],
            )
            for name, storage in twin.of(HeatStorage).items()
        ]

    def _networks(self, balanced: bool) -> list[part.Network]:
        found = []
        for path in self.site.network_paths():
            twin = path.partition(".")[0]
            if self.in_circuit(path):
                continue
            draws = tuple(p for p in self.exchangers if self.primary(p) == path)
            feeds = tuple(p for p in self.exchangers if self.secondary(p) == path)
            coolers = tuple(p for p, _, _, evaporator in self.heat_pumps() if evaporator == path)
            # without a converter of its own a network has no cost: its demand is in the plan
            inside = self.owns(path) and (balanced or self._only_fed(path))
            if inside or draws or feeds or coolers:
                kind = self.site.network(path).kind
                owner, own = self.owner_of[twin], self.owns(path)
                found.append(part.Network(path, kind, owner, inside, own, draws, feeds, coolers))
        return found

    def _converters(
        self,
        twins: Sequence[TwinTopology],
        kind: type[Chp] | type[Boiler] | type[CoolingTower],
        inside: set[str],
        commits: bool,
    ) -> list[part.Converter]:
        found = []
        for t in twins:
            for name, c in t.of(kind).items():
                network = self.site.resolve(t.name, c.network)
                if network in inside:
                    owner = self.owner_of[t.name]
                    how = _commitment(c) if commits else "none"
                    found.append(part.Converter(f"{t.name}.{name}", network, owner, how))
        return found

    def _only_fed(self, path: str) -> bool:
        """Whether a heating network lives on what stations feed into it."""
        twin, _, network = path.partition(".")
        topology = self.site.twins[twin]
        return self.site.network(path).kind == "heating" and not network_converters(
            topology, network
        )

    def _consumers(
        self, twins: Sequence[TwinTopology], inside: set[str], electric: bool
    ) -> list[part.Consumer]:
        found = []
        for t in twins:
            for name, c in t.of(Consumer).items():
                network = "electricity" if c.electric else self.site.resolve(t.name, c.network)
                if (c.electric and electric) or network in inside:
                    found.append(part.Consumer(f"{t.name}.{name}", network, self.owner_of[t.name]))
        return found


def _commitment(unit: Chp | Boiler | CoolingTower) -> part.Commitment:
    if isinstance(unit, CoolingTower) or unit.part_load_min <= 0:
        return "none"
    several = isinstance(unit, Chp) and unit.engines > 1
    return "count" if several and unit.part_load_min > 0.5 else "switch"


def _owner_of(site: SiteTopology, owners: Mapping[str, Sequence[str]]) -> dict[str, str]:
    problems, found = [], {}
    for twin in site.twins:
        mine = [o for o, twins in owners.items() if twin in twins]
        if len(mine) != 1:
            what = f"twin {twin} belongs to {', '.join(mine) or 'no owner'}"
            problems.append(Problem("business.owners", what, "list each twin under one owner"))
        else:
            found[twin] = mine[0]
        if twin in RESERVED:
            problems.append(
                Problem(f"twins.{twin}", f"{twin!r} means something else in a plan", "rename it")
            )
    if problems:
        raise ConfigurationError(problems)
    return found
