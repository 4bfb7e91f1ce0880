"""Small topologies written in a line each, and the station in any outfit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from models import NativePlant, assemble
from rami.asset.kinds import kinds
from rami.asset.network import Network
from rami.asset.topology import Link, SiteTopology, TwinTopology
from twins.wiring.site import DeclaredTwin, wire_site

Declaration = Mapping[str, Any]

HEATING = {"flow": "90 degC", "return": "60 degC", "water": "10 t"}
COOLING = {"kind": "cooling", "flow": "25 degC", "return": "32 degC", "water": "10 t"}


def twin(
    components: Mapping[str, Declaration],
    links: Iterable[str],
    networks: Mapping[str, Declaration] | None = None,
) -> TwinTopology:
    """A twin from declarations; a link reads `a.out > b.in` or `a.out > b.in by device`."""
    return TwinTopology(
        "bench",
        "hts",
        {n: Network.model_validate(d) for n, d in (networks or {}).items()},
        {n: kinds()[d["kind"]].model_validate(d) for n, d in components.items()},
        tuple(_link(text) for text in links),
    )


def _link(text: str) -> Link:
    way, _, device = text.partition(" by ")
    source, _, target = way.partition(" > ")
    return Link(source, target, device or None)


def plant(
    components: Mapping[str, Declaration],
    links: Iterable[str],
    networks: Mapping[str, Declaration] | None = None,
    start: Mapping[str, float] | None = None,
) -> Bench:
    """The native plant of a small twin."""
    return Bench(twin(components, links, networks), start)


class Bench:
    """A native plant whose inputs and outputs go by name."""

    def __init__(self, topology: TwinTopology, start: Mapping[str, float] | None = None) -> None:
        self.model = assemble(topology)
        self.plant = NativePlant(self.model, start)
        self.inputs = self.plant.inputs.starts()
        for name, value in (start or {}).items():
            if name in self.plant.inputs:
                self.inputs[self.plant.inputs[name]] = value

    def run(self, seconds: float, step: float = 60.0, **values: float) -> Bench:
        """Hold inputs (`pump__u` for `pump.u`) for some time."""
        for name, value in values.items():
            self.inputs[self.plant.inputs[name.replace("__", ".")]] = value
        for _ in range(round(seconds / step)):
            self.plant.step(self.inputs, step)
        return self

    def __getitem__(self, name: str) -> float:
        return float(self.plant.read()[self.plant.outputs[name]])


def border(take: float, give: float, taken_from: str = "flow") -> Declaration:
    """A border with its two start temperatures in degC."""
    return {
        "kind": "border",
        "network": "other.net",
        "taken_from": taken_from,
        "start_taken": f"{take} degC",
        "start_given": f"{give} degC",
    }


def pump(flow_max: float, **more: object) -> Declaration:
    """A pump with a short lag."""
    return {"kind": "pump", "flow_max": f"{flow_max} kg/s", "lag": "1 s", **more}


HEX = {
    "kind": "heat_exchanger",
    "design": {
        "power": "4 MW",
        "hot": ["115 degC", "85 degC"],
        "cold": ["60 degC", "105 degC"],
    },
}
SINK = {
    "kind": "heat_exchanger",
    "design": {"power": "3 MW", "hot": ["95 degC", "60 degC"], "cold": ["55 degC", "90 degC"]},
}
HEAT_PUMP = {
    "kind": "heat_pump",
    "condenser": "circuit.return",
    "evaporator": "works.cn",
    "power_el_max": "300 kW",
    "outlet_max": "80 degC",
    "source_outlet_min": "25 degC",
    "cop": {"kind": "carnot", "fraction": 0.55},
}
STORAGE = {
    "kind": "heat_storage",
    "across": "circuit",
    "volume": "100 m3",
    "power_max": "3 MW",
    "reference": "60 degC",
    "usable": "95 degC",
    "layers": 4,
}


def station(
    sources: int = 1,
    sinks: int = 1,
    heat_pumps: int = 1,
    storage: bool = True,
    heater: bool = True,
    layers: int = 4,
) -> SiteTopology:
    """A station with standard wiring between a works and a town, in any outfit."""
    parts: dict[str, Declaration] = {
        **{
            f"source_{i}": {**HEX, "primary": "works.hot", "secondary": "circuit"}
            for i in range(sources)
        },
        **{
            f"sink_{i}": {**SINK, "primary": "circuit", "secondary": "town.net"}
            for i in range(sinks)
        },
        **{f"hp_{i}": HEAT_PUMP for i in range(heat_pumps)},
    }
    if storage:
        parts["hs"] = {**STORAGE, "layers": layers}
        if heater:
            parts["ih"] = {"kind": "immersion_heater", "storage": "hs", "power_el_max": "500 kW"}
    circuit = {"flow": "95 degC", "return": "60 degC", "water": "7 t"}
    works = {"hot": {"flow": "115 degC", "return": "85 degC", "water": "40 t"}, "cn": COOLING}
    town = {"net": {"flow": "90 degC", "return": "55 degC", "water": "100 t"}}
    return wire_site(
        "drawn",
        {
            "station": _declared("hts", {"circuit": circuit}, parts),
            "works": _declared("iess", works, {}),
            "town": _declared("dhs", town, {}),
        },
    )


def _declared(
    kind: Any, networks: Mapping[str, Declaration], parts: Mapping[str, Declaration]
) -> DeclaredTwin:
    return DeclaredTwin(
        kind,
        {n: Network.model_validate(d) for n, d in networks.items()},
        {n: kinds()[d["kind"]].model_validate(d) for n, d in parts.items()},
    )
