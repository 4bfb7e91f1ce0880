"""Temperatures that contradict each other."""

from __future__ import annotations

from rami.asset.consumer import Consumer
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.heat_storage import HeatStorage
from rami.asset.network import Network
from twins.site.checks.case import Case
from twins.site.node import Path

#: a design temperature this far beyond a network's is worth a warning, K
TOLERANCE = 0.5


def check_temperatures(case: Case) -> None:
    """Consumers' returns, storages, heat pumps; heat exchangers only warn."""
    for path, twin, consumer in case.of(Consumer):
        _consumer(case, path, twin, consumer)
    for path, _, storage in case.of(HeatStorage):
        if storage.usable <= storage.reference:
            what = f"usable ({storage.usable:g} degC) is not above reference"
            case.faults.add((*path, "usable"), what, wanted=f"more than {storage.reference:g} degC")
    for path, twin, hp in case.of(HeatPump):
        _heat_pump(case, path, twin, hp)
    for path, twin, hex_ in case.of(HeatExchanger):
        _exchanger(case, path, twin, hex_)


def _network(case: Case, twin: str, reference: str) -> Network | None:
    declared = case.parts.twins.get(twin)
    local = reference.removeprefix(f"{twin}.")
    if declared and local in declared.networks:
        return declared.networks[local]
    other, _, name = reference.partition(".")
    there = case.parts.twins.get(other)
    return there.networks.get(name) if there else None


def _consumer(case: Case, path: Path, twin: str, consumer: Consumer) -> None:
    back = consumer.return_temperature
    if consumer.electric:
        if back is not None:
            what = "an electric load returns no water"
            case.faults.add((*path, "return_temperature"), what, hint="remove it", at_key=True)
        return
    network = _network(case, twin, consumer.network)
    if back is None and case.parts.lacks((*path, "return_temperature")):
        return
    if back is None:
        case.faults.add(
            path,
            "key 'return_temperature' is missing: it takes water",
            hint="the temperature at which the water leaves it",
        )
    elif network and network.kind == "heating" and back >= network.flow:
        case.faults.add(
            (*path, "return_temperature"),
            f"returns water at {back:g} degC to the heating network {consumer.network!r}",
            wanted=f"less than its flow of {network.flow:g} degC",
            hint="a cooling consumer belongs to a network with `kind: cooling`",
        )
    elif network and network.kind == "cooling" and back <= network.flow:
        case.faults.add(
            (*path, "return_temperature"),
            f"returns water at {back:g} degC to the cooling network {consumer.network!r}",
            wanted=f"more than its flow of {network.flow:g} degC",
            hint="a heat consumer belongs to a network with `kind: heating`",
        )


def _heat_pump(case: Case, path: Path, twin: str, hp: HeatPump) -> None:
    sink = _network(case, twin, hp.condenser.rpartition(".")[0])
    source = _network(case, twin, hp.evaporator)
    if sink and hp.outlet_max <= sink.return_:
        case.faults.add(
            (*path, "outlet_max"),
            f"outlet_max ({hp.outlet_max:g} degC) does not lift the return line",
            wanted=f"more than {sink.return_:g} degC",
        )
    if source and hp.source_outlet_min >= source.hot:
        case.faults.add(
            (*path, "source_outlet_min"),
            f"source_outlet_min ({hp.source_outlet_min:g} degC) leaves {hp.evaporator} no heat",
            wanted=f"less than {source.hot:g} degC",
        )


def _exchanger(case: Case, path: Path, twin: str, hex_: HeatExchanger) -> None:
    own = case.names[twin].networks
    for side, field, (a, b) in (
        ("primary", "hot", hex_.design.hot),
        ("secondary", "cold", hex_.design.cold),
    ):
        reference = hex_.primary if side == "primary" else hex_.secondary
        network = _network(case, twin, reference)
        # the circuit's flow temperature follows its sinks, so only the other network is compared
        if network is None or reference.removeprefix(f"{twin}.") in own:
            continue
        low, high = min(a, b), max(a, b)
        if high > network.hot + TOLERANCE or low < network.cold - TOLERANCE:
            case.faults.warn(
                (*path, "design", field),
                f"design {low:g} to {high:g} degC goes beyond {reference}",
                wanted=f"within {network.cold:g} to {network.hot:g} degC",
                hint="the exchanger will not reach its design power",
            )
