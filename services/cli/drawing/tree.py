"""The twin graph as a tree of text: twins, networks, components and what they are joined to."""

from __future__ import annotations

from collections.abc import Iterable

from rami.asset.component import Component
from rami.asset.junction import Junction
from rami.asset.reference import references
from rami.asset.topology import SiteTopology, TwinTopology
from services.cli.drawing.captions import figures, kind_words, temperatures
from services.cli.drawing.flows import End, Flow, flows

#: a line of text and what hangs below it
Branch = tuple[str, list["Branch"]]


def tree(site: SiteTopology, twins: Iterable[str]) -> list[str]:
    """Lines of the tree of some twins."""
    pipes = flows(site)
    branches = [_twin(site.twins[name], pipes) for name in twins]
    return [site.name, *_lines(branches)]


def _twin(topology: TwinTopology, pipes: list[Flow]) -> Branch:
    mine = [pipe for pipe in pipes if pipe.twin == topology.name]
    networks: list[Branch] = [
        (f"network {name}  {net.kind}, {temperatures(net)}, {net.water / 1000:g} t", [])
        for name, net in topology.networks.items()
    ]
    shown = {
        name: component
        for name, component in topology.components.items()
        if not isinstance(component, Junction) and (component.ports() or not _is_device(name, mine))
    }
    components = [
        _component(topology.name, name, component, mine)
        for name, component in shown.items()
        if kind_words(component) not in ("border", "exchange")
    ]
    between: list[Branch] = [
        (f"{p.source.component} → {p.target.component}{_through(p.device)}", [])
        for p in mine
        if p.source.port == "at" and p.target.port == "at"
    ]
    return (f"{topology.name}  ({topology.kind})", [*networks, *components, *between])


def _is_device(name: str, pipes: list[Flow]) -> bool:
    return any(pipe.device == name for pipe in pipes)


def _component(twin: str, name: str, component: Component, pipes: list[Flow]) -> Branch:
    title = "  ".join(filter(None, (name, kind_words(component), ", ".join(figures(component)))))
    if not component.ports():
        at = [str(getattr(component, field)) for field in references(type(component))]
        title += f"  at {', '.join(at)}" if at else ""
    width = max((len(port) for port in component.ports()), default=0)
    joined: list[Branch] = []
    for port in component.ports():
        for pipe in pipes:
            here = End(twin, name, port)
            if here == pipe.target:
                joined.append((_joined(port, width, "←", pipe.source, pipe, name), []))
            elif here == pipe.source:
                joined.append((_joined(port, width, "→", pipe.target, pipe, name), []))
    return title, joined


def _joined(port: str, width: int, arrow: str, end: End, pipe: Flow, name: str) -> str:
    there = end.component if end.port == "at" else f"{end.component}.{end.port}"
    other = there if end.twin == pipe.twin else f"{end.twin}.{there}"
    return f"{port:{width}} {arrow} {other}{_through(pipe.device if pipe.device != name else None)}"


def _through(device: str | None) -> str:
    return f"  through {device}" if device else ""


def _lines(branches: list[Branch], before: str = "") -> list[str]:
    lines = []
    for place, (text, below) in enumerate(branches):
        last = place == len(branches) - 1
        lines.append(f"{before}{'└─ ' if last else '├─ '}{text}")
        lines += _lines(below, before + ("   " if last else "│  "))
    return lines
