"""Curves of every component of a site that its history tells something of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.component import Component
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame
from rami.information.analytics.heat_exchanger_curve import heat_exchanger_curves
from rami.information.analytics.heat_pump_curve import heat_pump_curves
from rami.information.analytics.learned import LearnedCurve
from rami.information.analytics.part_load import boiler_curves, chp_curves

#: points that the curves read, by kind
READ: dict[type[Component], tuple[str, ...]] = {
    Boiler: ("P_th", "P_fuel"),
    Chp: ("P_th", "P_el", "P_fuel"),
    HeatPump: ("P_th", "P_el", "T_condenser_out", "T_evaporator_out"),
    HeatExchanger: ("T_hot_in", "T_cold_in", "m_hot", "m_cold", "P"),
}


def points_read(site: SiteTopology) -> list[str]:
    """Points by site path that `learned_curves` looks for."""
    return [
        f"{twin}.{name}.{point}"
        for kind, points in READ.items()
        for twin, name, _ in site.of(kind)
        for point in points
    ]


def learned_curves(site: SiteTopology, frame: Frame) -> list[LearnedCurve]:
    """Curves from a frame of interval means in canonical units; components without enough
    running, steady, good intervals (40) give none."""
    return list(_all(site, frame))


def _all(site: SiteTopology, frame: Frame) -> Iterator[LearnedCurve]:
    for twin, name, boiler in site.of(Boiler):
        yield from boiler_curves(f"{twin}.{name}", boiler, frame)
    for twin, name, chp in site.of(Chp):
        yield from chp_curves(f"{twin}.{name}", chp, frame)
    for twin, name, pump in site.of(HeatPump):
        yield from heat_pump_curves(f"{twin}.{name}", pump, frame)
    for twin, name, exchanger in site.of(HeatExchanger):
        yield from heat_exchanger_curves(f"{twin}.{name}", exchanger, frame)


def without_curve(site: SiteTopology, curves: Iterable[LearnedCurve]) -> list[str]:
    """Components that could have a curve and got none."""
    have = {c.component for c in curves}
    every = [f"{t}.{n}" for kind in READ for t, n, _ in site.of(kind)]
    return [path for path in every if path not in have]
