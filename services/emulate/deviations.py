"""The plant as built: parameters off from what was declared, drawn from a seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.component import Component
from rami.asset.consumer import Consumer
from rami.asset.cooling_tower import CoolingTower
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.heat_storage import HeatStorage
from rami.asset.immersion_heater import ImmersionHeater
from rami.asset.junction import Junction
from rami.asset.pump import Pump
from rami.asset.topology import TwinTopology
from rami.asset.valve import Valve

#: what may be off, by kind; `cop.fraction` is a field of a field
_FIELDS: Mapping[type[Component], tuple[str, ...]] = {
    HeatExchanger: ("area_reserve", "flow_exponent", "water"),
    HeatPump: ("cop.fraction", "cop.cop", "water", "ramp"),
    HeatStorage: ("loss", "layer_conductance", "volume"),
    ImmersionHeater: ("efficiency", "ramp"),
    Chp: ("efficiency_el", "efficiency_th", "water", "ramp"),
    Boiler: ("efficiency", "water", "ramp"),
    CoolingTower: ("approach", "electricity_share", "water", "ramp"),
    Consumer: ("water",),
    Pump: ("flow_max", "lag"),
    Valve: ("flow_max", "lag"),
    Junction: ("water",),
}
#: what no deviation may pass
_MOST = {"efficiency": 1.0, "flow_exponent": 1.0}
#: most of the fuel that an engine can use
_FUEL_USED = 0.97


@dataclass(frozen=True)
class AsBuilt:
    """The topology with its true parameters; per `component.field` (declared, true)."""

    topology: TwinTopology
    parameters: Mapping[str, tuple[float, float]]


def as_built(topology: TwinTopology, seed: int, deviation: float) -> AsBuilt:
    """Each parameter times 1 + a uniform draw from [-deviation, deviation].

    One draw per parameter in the order declared, so that a seed always gives the same plant.
    """
    draw = np.random.default_rng([seed, 1])
    found: dict[str, tuple[float, float]] = {}
    components: dict[str, Component] = {}
    for name, component in topology.components.items():
        changes: dict[str, Any] = {}
        for field in _fields(component):
            declared = _value(component, field)
            actual = declared * (1.0 + float(draw.uniform(-deviation, deviation)))
            # what is declared beyond the bound stays as declared
            actual = min(actual, max(_MOST.get(field, actual), declared))
            changes[field] = actual
        if isinstance(component, Chp):
            _bound_fuel(changes)
        found |= {f"{name}.{f}": (_value(component, f), v) for f, v in changes.items()}
        components[name] = _changed(component, changes)
    return AsBuilt(replace(topology, components=components), found)


def _fields(component: Component) -> list[str]:
    named = next((f for kind, f in _FIELDS.items() if isinstance(component, kind)), ())
    return [f for f in named if _value(component, f) > 0.0]


def _value(component: Component, field: str) -> float:
    owner, _, inner = field.rpartition(".")
    holder = getattr(component, owner) if owner else component
    return float(getattr(holder, inner, 0.0))


def _bound_fuel(changes: dict[str, Any]) -> None:
    used = changes["efficiency_el"] + changes["efficiency_th"]
    if used > _FUEL_USED:
        changes["efficiency_el"] *= _FUEL_USED / used
        changes["efficiency_th"] *= _FUEL_USED / used


def _changed(component: Component, changes: Mapping[str, Any]) -> Component:
    fields = {f: getattr(component, f) for f in type(component).model_fields}
    for field, value in changes.items():
        owner, _, inner = field.rpartition(".")
        if owner:
            fields[owner] = fields[owner].model_copy(update={inner: value})
        else:
            fields[field] = value
    # a new object: what a component keeps of its parameters must be worked out anew
    return type(component).model_construct(**fields)
