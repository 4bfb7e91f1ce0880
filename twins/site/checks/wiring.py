"""The wired twins: links end at ports, every port has water, one writer for each flow."""

from __future__ import annotations

from collections import Counter

from rami.asset.component import Component
from rami.asset.consumer import Consumer
from rami.asset.exchange import Exchange
from rami.asset.junction import Junction
from rami.asset.pump import Pump
from rami.asset.topology import SiteTopology, TwinTopology
from rami.asset.valve import Valve
from rami.core.wording import did_you_mean
from twins.site.checks.case import Case
from twins.site.node import Path

_SET_FLOW = (Pump, Valve, Consumer, Exchange)


def check_wiring(case: Case, site: SiteTopology) -> None:
    """Explicit links first; where they hold, what they and the template leave open."""
    for coupling in site.couplings:
        there = case.parts.twins[coupling.network_twin]
        if coupling.exchange in there.components:
            case.faults.add(
                ("twins", coupling.network_twin, "components", coupling.exchange),
                f"the name is taken by the exchange with {coupling.twin}.{coupling.border}",
                hint="rename the component",
                at_key=True,
            )
    for twin, topology in site.twins.items():
        before = len(case.faults)
        _links(case, twin, topology)
        if len(case.faults) == before and case.parts.whole(twin):
            _ports(case, twin, topology)


def _links(case: Case, twin: str, topology: TwinTopology) -> None:
    ports = [f"{name}.{port}" for name, c in topology.components.items() for port in c.ports()]
    for place, link in enumerate(case.parts.twins[twin].links):
        path: Path = ("twins", twin, "links", place)
        for key, end in (("from", link.from_), ("to", link.to)):
            if end not in ports and not _taken_out(case, twin, end):
                hint = did_you_mean(end, ports) if len(ports) < 400 else ""
                case.faults.add((*path, key), f"no port {end!r} in {twin}", hint=_short(hint))
        if link.device is not None:
            _device(case, (*path, "device"), twin, link.device, topology)
    devices = Counter(link.device for link in topology.links if link.device)
    for place, link in enumerate(case.parts.twins[twin].links):
        if link.device and devices[link.device] > 1:
            case.faults.add(
                ("twins", twin, "links", place, "device"),
                f"{link.device!r} sets the flow of {devices[link.device]} links",
                wanted="one writer for each flow, one flow for each device",
                hint="give every link a pump or valve of its own",
            )


def _device(case: Case, path: Path, twin: str, device: str, topology: TwinTopology) -> None:
    component = topology.components.get(device)
    setting = [name for name, c in topology.components.items() if isinstance(c, _SET_FLOW)]
    if component is None:
        if not _taken_out(case, twin, device):
            hint = did_you_mean(device, setting)
            case.faults.add(path, f"no component {device!r} in {twin}", hint=_short(hint))
    elif not _moves_water(component):
        case.faults.add(
            path, f"a {component.model_dump()['kind']} sets no flow", wanted="a pump or a valve"
        )


def _moves_water(component: Component) -> bool:
    return isinstance(component, _SET_FLOW) or type(component).__module__.split(".")[0] != "rami"


def _ports(case: Case, twin: str, topology: TwinTopology) -> None:
    ends = Counter(end for link in topology.links for end in (link.source, link.target))
    devices = {link.device for link in topology.links}
    for name, component in topology.components.items():
        path: Path = ("twins", twin, "components", name)
        declared = name in case.parts.twins[twin].components
        loose = [port for port in component.ports() if not ends[f"{name}.{port}"]]
        if loose and declared:
            case.faults.add(
                path,
                f"nothing is connected to {', '.join(loose)}",
                hint=f"the {topology.kind} template does not wire this kind here; add links",
                at_key=True,
            )
        crowded = [port for port in component.ports() if ends[f"{name}.{port}"] > 1]
        if crowded and not isinstance(component, Junction):
            case.faults.add(
                path if declared else ("twins", twin, "links"),
                f"several links meet at {', '.join(f'{name}.{port}' for port in crowded)}",
                wanted="one link for each port",
                hint="let them meet in a junction",
            )
        if declared and isinstance(component, Pump | Valve) and name not in devices:
            case.faults.warn(path, "stands on no link, so it moves no water")


def _taken_out(case: Case, twin: str, end: str) -> bool:
    """Whether an end belongs to something that was left out for a fault of its own."""
    name = end.split(".")[0]
    below = [gone[2:] for gone in case.parts.taken_out if gone[:2] == ("twins", twin)]
    return any(
        gone in ((), ("networks",), ("components",))
        or (len(gone) > 1 and gone[0] != "links" and name.startswith(str(gone[1])))
        for gone in below
    )


def _short(hint: str) -> str:
    return hint if hint.startswith("did") else ""
