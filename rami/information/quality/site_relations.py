"""Which signals of a site must fit together: read off its topology."""

from __future__ import annotations

from collections.abc import Iterator

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.component import Component
from rami.asset.consumer import Consumer
from rami.asset.cooling_tower import CoolingTower
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.heat_storage import HeatStorage
from rami.asset.junction import Junction
from rami.asset.network import Network
from rami.asset.pump import Pump
from rami.asset.topology import Link, SiteTopology, TwinTopology
from rami.asset.valve import Valve
from rami.asset.water import HEAT_CAPACITY, mass_flow
from rami.information.quality.relation import Balance, Carried, Meter, Relation, Same
from rami.information.quality.settings import CrossChecks

#: of a design power: what the water of an exchanger may take or give over a window
_SHARE_IDLE = 0.01
#: the same of a converter that follows its network, with more water and a ramp
_SHARE_MODULATED = 0.04
#: K that two sensors in the same water may differ (class B, IEC 60751, at 130 degC, both)
_SAME_WATER = 2.0
#: K per window by which a network's water may drift unseen
_DRIFT = 0.25
#: port of an exchanger -> (flow, temperature) of its points
_PORTS = {"hot_in": ("m_hot", "T_hot_in"), "cold_in": ("m_cold", "T_cold_in")}


def site_relations(site: SiteTopology, settings: CrossChecks) -> list[Relation]:
    """Exchangers and heat pumps first, then networks, in the order declared."""
    found: list[Relation] = []
    if settings.exchangers:
        for twin, name, hex_ in site.of(HeatExchanger):
            found += _exchanger(site, twin, name, hex_, settings)
        for twin, name, hp in site.of(HeatPump):
            found.append(_heat_pump(f"{twin}.{name}", hp, settings))
        for twin, topology in site.twins.items():
            for name, component in topology.components.items():
                found += _supply(site, twin, name, component, settings)
    if settings.networks:
        for topology in site.twins.values():
            for name, network in topology.networks.items():
                found.append(_network(site, topology, name, network, settings))
    return found


def _exchanger(
    site: SiteTopology, twin: str, name: str, hex_: HeatExchanger, settings: CrossChecks
) -> Iterator[Relation]:
    path = f"{twin}.{name}"
    window = settings.window
    floor = _SHARE_IDLE * hex_.design.power

    def meter(side: str, warm: str, cold: str, nominal: float) -> Meter:
        return Meter(
            f"{path}.m_{side}",
            f"{path}.T_{warm}",
            f"{path}.T_{cold}",
            nominal,
            settings.accuracy_class,
            settings.in_service,
        )

    hot = meter("hot", "hot_in", "hot_out", hex_.flow_hot)
    cold = meter("cold", "cold_out", "cold_in", hex_.flow_cold)
    yield Carried(f"{path}: power and hot side", f"{path}.P", hot, floor, window)
    yield Carried(f"{path}: power and cold side", f"{path}.P", cold, floor, window)
    yield Carried(f"{path}: hot side and cold side", hot, cold, floor, window)
    topology = site.twins[twin]
    for port, (flow, temperature) in _PORTS.items():
        for link in topology.links:
            if link.target != f"{name}.{port}":
                continue
            nominal = hex_.flow_hot if flow == "m_hot" else hex_.flow_cold
            border = link.source.partition(".")[0]
            if link.source == f"{border}.take":
                yield _border(path, f"{twin}.{border}", hex_, port == "hot_in", settings)
            for other in _same_flow(topology, link):
                yield Same(
                    f"{path}: {flow} and {other}",
                    f"{path}.{flow}",
                    f"{twin}.{other}.m",
                    _SHARE_IDLE * nominal,
                    "kg/s",
                    window,
                    nominal,
                    settings.accuracy_class,
                    settings.in_service,
                )
            source = _water_before(site, topology, link)
            if source:
                yield Same(
                    f"{path}: {temperature} and {source}",
                    f"{path}.{temperature}",
                    f"{source}.T",
                    _SAME_WATER,
                    "K",
                    window,
                )


def _border(
    path: str, border: str, hex_: HeatExchanger, hot: bool, settings: CrossChecks
) -> Balance:
    """Heat out of the other network = heat through the exchanger + stored in its water."""
    outlet = f"{path}.T_{'hot' if hot else 'cold'}_out"
    return Balance(
        f"{path}: power and {border}",
        {f"{border}.P": 1.0, f"{path}.P": -1.0 if hot else 1.0},
        {outlet: HEAT_CAPACITY * hex_.water},
        settings.balance,
        _SHARE_IDLE * hex_.design.power,
        settings.window,
    )


def _heat_pump(path: str, hp: HeatPump, settings: CrossChecks) -> Balance:
    """Heat = electricity + cold."""
    powers = {f"{path}.P_th": 1.0, f"{path}.P_el": -1.0, f"{path}.P_cold": -1.0}
    floor = _SHARE_IDLE * hp.power_el_max * hp.cop_design
    return Balance(f"{path}: energy", powers, {}, settings.balance, floor, settings.window)


def _supply(
    site: SiteTopology, twin: str, name: str, component: Component, settings: CrossChecks
) -> Iterator[Relation]:
    """A converter's or consumer's heat against its flow and temperatures."""
    match component:
        case Boiler() | CoolingTower():
            power, point = component.power, "P_th"
        case Chp():
            power, point = component.power_th * component.engines, "P_th"
        case Consumer() if not component.electric:
            power, point = component.power, "P"
        case _:
            return
    network = site.network(site.resolve(twin, component.network))
    gives = isinstance(component, Boiler | Chp)
    warms = gives or (network.kind == "cooling" and isinstance(component, Consumer))
    path = f"{twin}.{name}"
    warm, cold = ("T_out", "T_in") if warms else ("T_in", "T_out")
    meter = Meter(
        f"{path}.m",
        f"{path}.{warm}",
        f"{path}.{cold}",
        mass_flow(power, network.hot - network.cold),
        settings.accuracy_class,
        settings.in_service,
    )
    floor = _SHARE_MODULATED * power
    yield Carried(f"{path}: power and flow", f"{path}.{point}", meter, floor, settings.window)


def _same_flow(topology: TwinTopology, link: Link) -> Iterator[str]:
    """Components whose `m` is the flow of a link: its pump or valve, the border it comes from."""
    if link.device and isinstance(topology.components[link.device], Pump | Valve):
        yield link.device
    source = link.source.partition(".")[0]
    if link.source == f"{source}.take":
        yield source


def _water_before(site: SiteTopology, topology: TwinTopology, link: Link) -> str | None:
    """The junction whose water a link carries, in this twin or behind a border."""
    source = link.source.partition(".")[0]
    if isinstance(topology.components[source], Junction):
        return f"{topology.name}.{source}"
    for c in site.couplings:
        if (c.twin, c.border) == (topology.name, source):
            return f"{c.network_twin}.{c.take}"
    return None


def _network(
    site: SiteTopology, topology: TwinTopology, name: str, network: Network, settings: CrossChecks
) -> Balance:
    path = f"{topology.name}.{name}"
    powers: dict[str, float] = {}
    stored: dict[str, float] = {}
    nominal = 0.0
    for component_name, component in topology.components.items():
        for point, sign, power in _heat(topology, name, network, component):
            powers[f"{topology.name}.{component_name}.{point}"] = sign
            nominal = max(nominal, power)
        for point, water in _water(topology, name, component_name, component):
            stored[f"{topology.name}.{component_name}.{point}"] = HEAT_CAPACITY * water
    for c in site.couplings:
        if f"{c.network_twin}.{c.network}" == path:
            powers[f"{c.twin}.{c.border}.P"] = -1.0
    drift = HEAT_CAPACITY * network.water * _DRIFT / settings.window
    floor = drift + _SHARE_IDLE * nominal
    return Balance(
        f"{path}: heat balance", powers, stored, settings.balance, floor, settings.window
    )


def _heat(
    topology: TwinTopology, name: str, network: Network, component: Component
) -> Iterator[tuple[str, float, float]]:
    """(point, sign into the network, nominal power) of what gives heat to it or takes it."""

    def here(reference: str) -> bool:
        return reference.removeprefix(f"{topology.name}.") == name

    match component:
        case Chp() if here(component.network):
            yield "P_th", 1.0, component.power_th * component.engines
        case Boiler() if here(component.network):
            yield "P_th", 1.0, component.power
        case CoolingTower() if here(component.network):
            yield "P_th", -1.0, component.power
        case Consumer() if not component.electric and here(component.network):
            yield "P", -1.0 if network.kind == "heating" else 1.0, component.power
        case HeatExchanger():
            if here(component.secondary):
                yield "P", 1.0, component.design.power
            if here(component.primary):
                yield "P", -1.0, component.design.power
        case HeatPump() if here(component.condenser.rpartition(".")[0]):
            yield "P_th", 1.0, component.power_el_max * component.cop_design
        case HeatStorage() if here(component.across):
            yield "P", 1.0, component.power_max


def _water(
    topology: TwinTopology, network: str, name: str, component: Component
) -> Iterator[tuple[str, float]]:
    """(temperature, kg) of the water of a network that stands in a component."""

    def here(reference: str) -> bool:
        return reference.removeprefix(f"{topology.name}.") == network

    match component:
        case Junction() if name.startswith(f"{network}_"):
            yield "T", component.water
        case Chp() | Boiler() | CoolingTower() if here(component.network):
            yield "T_out", component.water
        case Consumer() if not component.electric and here(component.network):
            yield "T_out", component.water
        case HeatExchanger():
            if here(component.secondary):
                yield "T_cold_out", component.water
            if here(component.primary):
                yield "T_hot_out", component.water
        case HeatPump() if here(component.condenser.rpartition(".")[0]):
            yield "T_condenser_out", component.water
