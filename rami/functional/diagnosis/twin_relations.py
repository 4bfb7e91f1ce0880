"""Relations of a twin, read off its topology."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, log

from rami.asset.boiler import Boiler
from rami.asset.border import Border
from rami.asset.chp import Chp
from rami.asset.component import Component
from rami.asset.consumer import Consumer
from rami.asset.cooling_tower import CoolingTower
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.junction import Junction
from rami.asset.network import Network
from rami.asset.pump import Pump
from rami.asset.topology import TwinTopology
from rami.asset.valve import Valve
from rami.asset.water import mass_flow
from rami.functional.diagnosis.machines import OutputAtPosition, PowerAtFlow, Sum, Yield
from rami.functional.diagnosis.relation import FaultKind, Loss, Member, Quantity, Relation
from rami.functional.diagnosis.transfer import Conductance, Performance, TowerTransfer
from rami.functional.diagnosis.water import HeatCarried, SameFlow, SameWater

#: spread of a heat pump's water at full load, K
_SPREAD_K = 10.0
#: scatter of the balance of a converter whose water follows its modulation, %
_MODULATED = 1.0


def twin_relations(topology: TwinTopology) -> tuple[Relation, ...]:
    """All that can be said of a twin's components, in the order declared."""
    found: list[Relation] = []
    for name, component in topology.components.items():
        found += _of(topology, name, component)
    return tuple(found)


def _temperature(point: str) -> Member:
    return Member(point, Quantity.TEMPERATURE)


def _flow(point: str, nominal: float) -> Member:
    return Member(point, Quantity.FLOW, nominal)


def _power(point: str, nominal: float) -> Member:
    return Member(point, Quantity.POWER, nominal)


def _position(point: str) -> Member:
    return Member(point, Quantity.POSITION)


def _of(topology: TwinTopology, name: str, component: Component) -> Iterator[Relation]:
    match component:
        case HeatExchanger():
            yield from _exchanger(topology, name, component)
        case HeatPump():
            yield from _heat_pump(topology, name, component)
        case Pump() | Valve():
            yield from _mover(name, component)
        case CoolingTower():
            yield from _tower(topology, name, component)
        case Boiler():
            yield from _fired(topology, name, component.network, component.power)
            yield _yield(name, "P_th", component.power, component.efficiency)
            yield _boiler_at_position(topology, name, component)
        case Chp():
            heat = component.power_th * component.engines
            power = component.power_el * component.engines
            yield from _fired(topology, name, component.network, heat)
            hot = Member(f"{name}.T_out", Quantity.GIVEN, component.outlet_max)
            yield _yield(name, "P_th", heat, component.efficiency_th, hot)
            yield _yield(name, "P_el", power, component.efficiency_el)
        case Consumer() if not component.electric:
            yield from _consumer(topology, name, component)


def _exchanger(topology: TwinTopology, name: str, hex_: HeatExchanger) -> Iterator[Relation]:
    power = _power(f"{name}.P", hex_.design.power)
    hot = _flow(f"{name}.m_hot", hex_.flow_hot)
    cold = _flow(f"{name}.m_cold", hex_.flow_cold)
    hot_in, hot_out, cold_in, cold_out = (
        _temperature(f"{name}.{point}")
        for point in ("T_hot_in", "T_hot_out", "T_cold_in", "T_cold_out")
    )
    yield HeatCarried(f"{name}: heat of the hot side", (power, hot, hot_in, hot_out))
    yield HeatCarried(f"{name}: heat of the cold side", (power, cold, cold_out, cold_in))
    yield Conductance(
        f"{name}: conductance",
        (power, hot_in, hot_out, cold_in, cold_out, hot, cold),
        (Loss(FaultKind.FOULING, name),),
        floor=1.0,
        conductance=hex_.conductance,
        exponent=hex_.flow_exponent,
    )
    yield from _arriving(topology, f"{name}.hot_in", hot, hot_in)
    yield from _arriving(topology, f"{name}.cold_in", cold, cold_in)


def _heat_pump(topology: TwinTopology, name: str, hp: HeatPump) -> Iterator[Relation]:
    heat_max = hp.power_el_max * hp.cop_design
    heat, cold = _power(f"{name}.P_th", heat_max), _power(f"{name}.P_cold", heat_max)
    power = _power(f"{name}.P_el", hp.power_el_max)
    warm = _flow(f"{name}.m_condenser", mass_flow(heat_max, _SPREAD_K))
    chill = _flow(f"{name}.m_evaporator", mass_flow(heat_max, _SPREAD_K))
    c_in, c_out = _temperature(f"{name}.T_condenser_in"), _temperature(f"{name}.T_condenser_out")
    e_in, e_out = _temperature(f"{name}.T_evaporator_in"), _temperature(f"{name}.T_evaporator_out")
    yield HeatCarried(f"{name}: heat of the condenser", (heat, warm, c_out, c_in))
    yield HeatCarried(f"{name}: heat of the evaporator", (cold, chill, e_in, e_out))
    yield Sum(f"{name}: energy", (heat, power, cold))
    yield Performance(
        f"{name}: COP",
        (heat, power, c_out, e_out),
        (Loss(FaultKind.FOULING, name),),
        floor=0.5,
        cop=hp.cop,
    )
    yield from _arriving(topology, f"{name}.condenser_in", warm, c_in)
    yield from _arriving(topology, f"{name}.evaporator_in", chill, e_in)


def _mover(name: str, component: Pump | Valve) -> Iterator[Relation]:
    flow, position = _flow(f"{name}.m", component.flow_max), _position(f"{name}.u")
    losses = (
        (Loss(FaultKind.WEAR, name, 1), Loss(FaultKind.STUCK, name, -1))
        if isinstance(component, Pump)
        else (Loss(FaultKind.STUCK, name, 0),)
    )
    # wear shows in percents, a stuck spindle in tens of them
    floor = 1.0 if isinstance(component, Pump) else 3.0
    yield OutputAtPosition(f"{name}: flow at its position", (flow, position), losses, floor=floor)
    if isinstance(component, Pump):
        power = _power(f"{name}.P_el", component.power_el_max)
        yield PowerAtFlow(f"{name}: power at its position", (power, position), floor=3.0)


def _tower(topology: TwinTopology, name: str, tower: CoolingTower) -> Iterator[Relation]:
    network = topology.networks[_local(topology, tower.network)]
    spread = network.hot - network.cold
    heat = _power(f"{name}.P_th", tower.power)
    flow = _flow(f"{name}.m", mass_flow(tower.power, spread))
    arrives, leaves = _temperature(f"{name}.T_in"), _temperature(f"{name}.T_out")
    yield HeatCarried(f"{name}: heat of the water", (heat, flow, arrives, leaves), floor=_MODULATED)
    yield TowerTransfer(
        f"{name}: transfer",
        (heat, arrives, flow, Member(f"{name}.T_wet", Quantity.GIVEN), _position(f"{name}.u")),
        (Loss(FaultKind.FOULING, name),),
        conductance=tower.power / spread * log((spread + tower.approach) / tower.approach),
    )
    if tower.electricity_share:
        electricity = _power(f"{name}.P_el", tower.power * tower.electricity_share)
        yield Yield(f"{name}: electricity", (electricity, heat), share=tower.electricity_share)
    yield from _arriving(topology, f"{name}.in", flow, arrives)


def _fired(topology: TwinTopology, name: str, network: str, power: float) -> Iterator[Relation]:
    net: Network = topology.networks[_local(topology, network)]
    flow = _flow(f"{name}.m", mass_flow(power, net.hot - net.cold))
    arrives, leaves = _temperature(f"{name}.T_in"), _temperature(f"{name}.T_out")
    heat = _power(f"{name}.P_th", power)
    yield HeatCarried(f"{name}: heat of the water", (heat, flow, leaves, arrives), floor=_MODULATED)
    yield from _arriving(topology, f"{name}.in", flow, arrives)


def _yield(
    name: str, out: str, power: float, efficiency: float, outlet: Member | None = None
) -> Relation:
    members = (_power(f"{name}.{out}", power), _power(f"{name}.P_fuel", power / efficiency))
    return Yield(
        f"{name}: {out} of its fuel",
        members if outlet is None else (*members, outlet),
        (Loss(FaultKind.EFFICIENCY, name),),
        share=efficiency,
        outlet_max=inf if outlet is None else outlet.nominal,
    )


def _boiler_at_position(topology: TwinTopology, name: str, boiler: Boiler) -> Relation:
    net = topology.networks[_local(topology, boiler.network)]
    return OutputAtPosition(
        f"{name}: heat at its position",
        (
            _power(f"{name}.P_th", boiler.power),
            _position(f"{name}.u"),
            Member(f"{name}.m", Quantity.GIVEN, mass_flow(boiler.power, net.hot - net.cold)),
            Member(f"{name}.T_out", Quantity.GIVEN, net.hot),
        ),
        (Loss(FaultKind.STUCK, name, 0),),
        floor=2.0,
        least=max(1.1 * boiler.part_load_min, 0.1),
        outlet_max=boiler.outlet_max,
    )


def _consumer(topology: TwinTopology, name: str, consumer: Consumer) -> Iterator[Relation]:
    network = topology.networks[_local(topology, consumer.network)]
    flow = _flow(f"{name}.m", mass_flow(consumer.power, network.hot - network.cold))
    arrives, leaves = _temperature(f"{name}.T_in"), _temperature(f"{name}.T_out")
    warm, cold = (arrives, leaves) if network.kind == "heating" else (leaves, arrives)
    power = _power(f"{name}.P", consumer.power)
    yield HeatCarried(f"{name}: heat of the water", (power, flow, warm, cold))
    yield from _arriving(topology, f"{name}.in", flow, arrives)


def _local(topology: TwinTopology, reference: str) -> str:
    return reference.removeprefix(f"{topology.name}.")


def _arriving(
    topology: TwinTopology, port: str, flow: Member, temperature: Member
) -> Iterator[Relation]:
    """What a port's link tells of the water that arrives: its temperature where it comes from,
    its flow at the pump or valve."""
    for link in topology.links:
        if link.target != port:
            continue
        source = link.source.partition(".")[0]
        component = topology.components.get(source)
        before = None
        if isinstance(component, Junction):
            before = f"{source}.T"
        elif isinstance(component, Border):
            before = f"{source}.T_take"
        if before:
            yield SameWater(
                f"{temperature.point} and {before}",
                (
                    temperature,
                    _temperature(before),
                    Member(flow.point, Quantity.GIVEN, flow.nominal),
                ),
            )
        device = link.device
        if device and isinstance(topology.components[device], Pump | Valve):
            other = _flow(f"{device}.m", flow.nominal)
            yield SameFlow(f"{flow.point} and {device}.m", (flow, other))
