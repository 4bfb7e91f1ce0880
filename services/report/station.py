"""What stands in a heat transfer station, as the pictures need it: roles instead of names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.heat_storage import HeatStorage
from rami.asset.immersion_heater import ImmersionHeater
from rami.asset.topology import SiteTopology, TwinTopology


@dataclass(frozen=True)
class Exchanger:
    """An exchanger between the station's circuit and `network` (`twin.network`).

    A source brings heat into the circuit. `power` is its design power in kW.
    """

    path: str
    name: str
    network: str
    source: bool
    power: float

    @property
    def label(self) -> str:
        """`hex_a (from b.c)`."""
        return f"{self.name} ({'from' if self.source else 'to'} {self.network})"


@dataclass(frozen=True)
class Station:
    """A twin with exchangers; paths are site paths of components."""

    twin: str
    exchangers: tuple[Exchanger, ...]
    heat_pumps: tuple[str, ...]
    heaters: tuple[str, ...]
    storages: tuple[str, ...]

    @property
    def sources(self) -> tuple[Exchanger, ...]:
        """Exchangers that bring heat into the circuit."""
        return tuple(e for e in self.exchangers if e.source)

    @property
    def sinks(self) -> tuple[Exchanger, ...]:
        """Exchangers that take heat out of the circuit."""
        return tuple(e for e in self.exchangers if not e.source)


def stations(site: SiteTopology) -> Iterator[Station]:
    """Every twin that has exchangers."""
    for twin, topology in site.twins.items():
        exchangers = tuple(
            _exchanger(site, twin, name, hex_) for name, hex_ in topology.of(HeatExchanger).items()
        )
        if exchangers:
            yield Station(
                twin,
                exchangers,
                _paths(topology, HeatPump),
                _paths(topology, ImmersionHeater),
                _paths(topology, HeatStorage),
            )


def _exchanger(site: SiteTopology, twin: str, name: str, hex_: HeatExchanger) -> Exchanger:
    primary, secondary = site.resolve(twin, hex_.primary), site.resolve(twin, hex_.secondary)
    source = secondary.partition(".")[0] == twin
    far = primary if source else secondary
    return Exchanger(f"{twin}.{name}", name, far, source, hex_.design.power)


def _paths(
    topology: TwinTopology, kind: type[HeatPump | ImmersionHeater | HeatStorage]
) -> tuple[str, ...]:
    return tuple(f"{topology.name}.{name}" for name in topology.of(kind))


def district_exchangers(site: SiteTopology, station: Station) -> tuple[Exchanger, ...]:
    """The exchangers with a district heating system; all of them where the site has none."""
    chosen = tuple(
        e for e in station.exchangers if site.twins[e.network.partition(".")[0]].kind == "dhs"
    )
    return chosen or station.exchangers
