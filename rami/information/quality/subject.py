"""Subject: a signal as the rules see it, with what its component says is possible.

Bounds come from the point where it has them, else from the engineering data of its component:
design temperatures, powers and flows with room above them, since a rule must not blame what is
merely unusual.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite

from rami.asset.boiler import Boiler
from rami.asset.border import Border
from rami.asset.chp import Chp
from rami.asset.component import Component
from rami.asset.consumer import Consumer
from rami.asset.cooling_tower import CoolingTower
from rami.asset.exchange import Exchange
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.heat_storage import HeatStorage
from rami.asset.immersion_heater import ImmersionHeater
from rami.asset.pump import Pump
from rami.asset.topology import SiteTopology, TwinTopology
from rami.core.points import Direction, Point
from rami.core.units import unit_of
from rami.information.series import AIR_TEMPERATURE, WET_BULB, Series

#: K beyond the coldest and the hottest water that a site declares
MARGIN_K = 25.0
#: times a nominal power or flow
ROOM = 3.0


@dataclass(frozen=True)
class Subject:
    """`bounds_from` says where `low` and `high` come from; `settable` marks set-points,
    `signed` registers that run both ways, `plant` the points of a site.
    """

    name: str
    quantity: str
    cumulative: bool = False
    low: float = -inf
    high: float = inf
    bounds_from: str = ""
    settable: bool = False
    signed: bool = False
    plant: bool = False
    outdoors: bool = False
    description: str = ""

    @property
    def unit(self) -> str:
        """Canonical unit."""
        return unit_of(self.quantity)


def subjects(site: SiteTopology, series: Iterator[Series] | tuple[Series, ...]) -> list[Subject]:
    """Every point of every component, and the external series, in the order declared."""
    found = [
        _of_point(f"{twin}.{name}.{point.name}", point, topology, name, component, site)
        for twin, topology in site.twins.items()
        for name, component in topology.components.items()
        for point in component.points()
    ]
    return found + [of_series(one) for one in series]


def of_series(series: Series) -> Subject:
    """An external series; a load is bounded by its consumer's power."""
    outdoors = series.name in (AIR_TEMPERATURE, WET_BULB)
    if series.power > 0.0:
        most = ROOM * series.power
        low = -most if series.role == "electric" else 0.0
        origin = f"{ROOM:g} x power of its consumer"
        return Subject(series.name, series.quantity, low=low, high=most, bounds_from=origin)
    return Subject(series.name, series.quantity, outdoors=outdoors)


def _of_point(
    path: str,
    point: Point,
    topology: TwinTopology,
    name: str,
    component: Component,
    site: SiteTopology,
) -> Subject:
    low, high, origin = point.low, point.high, "range of the point"
    if not isfinite(low) and not isfinite(high) and not point.cumulative:
        low, high, origin = _engineering(point, component, site)
    outdoors = point.name in ("T_wet", "T_ambient")
    if outdoors:
        low, high, origin = -inf, inf, ""
    return Subject(
        path,
        point.quantity,
        point.cumulative,
        low,
        high,
        origin if isfinite(low) or isfinite(high) else "",
        point.direction is Direction.ACTUATED,
        point.cumulative and isinstance(component, Border | Exchange),
        True,
        outdoors,
        point.description,
    )


def _engineering(
    point: Point, component: Component, site: SiteTopology
) -> tuple[float, float, str]:
    kind = type(component).__name__
    if point.quantity == "temperature":
        if isinstance(component, HeatExchanger):
            design = (*component.design.hot, *component.design.cold)
            return min(design) - MARGIN_K, max(design) + MARGIN_K, f"design of the {kind}"
        networks = [site.network(path) for path in site.network_paths()]
        low = min((n.cold for n in networks), default=0.0) - MARGIN_K
        high = max((n.hot for n in networks), default=125.0) + MARGIN_K
        return max(low, 0.0), high, "networks of the site"
    if point.quantity == "power":
        power = _power(component)
        return -ROOM * power, ROOM * power, f"{ROOM:g} x power of the {kind}"
    if point.quantity == "mass_flow":
        flow = _flow(component)
        return -ROOM * flow, ROOM * flow, f"{ROOM:g} x flow of the {kind}"
    return -inf, inf, ""


def _power(component: Component) -> float:
    """The largest nominal power there is, kW; infinite where none is declared."""
    match component:
        case Chp():
            return float(component.engines * component.power_el / component.efficiency_el)
        case Boiler():
            return float(component.power / component.efficiency)
        case Consumer() | CoolingTower():
            return float(component.power)
        case HeatPump():
            return component.power_el_max * component.cop_design
        case HeatStorage():
            return float(component.power_max)
        case ImmersionHeater():
            return float(component.power_el_max)
        case Pump():
            return component.power_el_max
    return inf


def _flow(component: Component) -> float:
    """The largest nominal flow there is, kg/s; infinite where none is declared."""
    match component:
        case HeatExchanger():
            return max(component.flow_hot, component.flow_cold)
        case Pump():
            return float(component.flow_max)
    return inf
