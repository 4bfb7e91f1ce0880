"""What a twin must look like for its wiring to exist."""

from __future__ import annotations

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_storage import HeatStorage
from rami.asset.network import CARRIERS
from twins.site.checks.case import Case

_LINES = ("flow", "return")


def check_layout(case: Case) -> None:
    """Stations, circuits, storages, the sides of heat exchangers, and ambiguous names."""
    _stations(case)
    _names(case)
    for twin, declared in case.parts.twins.items():
        if declared.kind == "hts" and declared.template == "standard":
            _circuit(case, twin)
    _sides(case)


def _stations(case: Case) -> None:
    stations = [twin for twin, names in case.names.items() if names.kind == "hts"]
    for twin in stations[1:]:
        case.faults.add(
            ("twins", twin, "kind"),
            f"a second heat transfer station beside {stations[0]!r}",
            wanted="one station per site",
            hint="declare its components in one twin, or make two sites",
        )
    if case.names and not stations and not case.parts.taken_out:
        case.faults.warn(("twins",), "no heat transfer station (kind: hts): nothing to plan")


def _names(case: Case) -> None:
    for twin, names in case.names.items():
        for network in names.networks:
            path = ("twins", twin, "networks", network)
            if network in CARRIERS:
                case.faults.add(path, f"{network!r} is a carrier that every twin has", at_key=True)
            elif network in case.names and network != twin:
                case.faults.add(
                    path,
                    f"network {network!r} has the name of a twin, so {network}.x has two meanings",
                    hint="rename the network",
                    at_key=True,
                )
        lines = {f"{network}_{line}" for network in names.networks for line in _LINES}
        for name, kind in names.components.items():
            if kind == "exchange":
                case.faults.add(
                    ("twins", twin, "components", name, "kind"),
                    "an exchange is made by the wiring of the other twin's border",
                    hint="remove it",
                )
            if name in lines and kind not in ("junction", ""):
                case.faults.add(
                    ("twins", twin, "components", name),
                    f"{name!r} is the name of a network's line; a {kind} cannot have it",
                    hint="rename the component",
                    at_key=True,
                )


def _circuit(case: Case, twin: str) -> None:
    networks = case.names[twin].networks
    if len(networks) != 1:
        case.faults.add(
            ("twins", twin, "networks"),
            f"the standard template wires one circuit, got {len(networks)}: {', '.join(networks)}",
            hint="declare one network, or `template: none` and links",
        )
    by_hand = case.wired_by_hand(twin)
    storages = [
        path for path, where, _ in case.of(HeatStorage) if where == twin and path[-1] not in by_hand
    ]
    for path in storages[1:]:
        case.faults.add(
            path,
            f"a second storage across the circuit beside {storages[0][-1]!r}: "
            "the split of their flow is undetermined",
            hint=f"keep one, or wire {path[-1]} with links and a pump",
            at_key=True,
        )


def _sides(case: Case) -> None:
    for path, twin, hex_ in case.of(HeatExchanger):
        own = case.names[twin].networks
        if path[-1] in case.wired_by_hand(twin):
            continue
        sides = (hex_.primary, hex_.secondary)
        here = [side.removeprefix(f"{twin}.") in own for side in sides]
        if here[0] == here[1]:
            which = f"both in {twin}" if here[0] else f"both outside {twin}"
            case.faults.add(
                path,
                f"its two sides ({sides[0]}, {sides[1]}) are {which}",
                wanted=f"one side in {twin} and the other in another twin",
                hint="or wire it with links",
                at_key=True,
            )
