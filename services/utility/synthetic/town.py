"""What a made-up town's groups draw by the hour, and what its plant then gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from rami.asset.district.declaration import District
from rami.asset.district.scaling import scaled
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid
from rami.functional.district.building import BuildingModel
from rami.functional.district.demand import gains, hot_water, wanted
from rami.functional.district.plug_flow import Pipes
from rami.functional.district.stock import Stock, stock
from rami.functional.district.supply import heating_curve
from rami.functional.district.tree import tree
from services.negotiation.world import days
from services.utility.work.network_plan import returns


def sized(district: District, since: datetime, count: int, customers: int | None) -> District:
    """The district over `count` days from `since` on by the hour, with about so many customers
    (whole groups), all else in proportion."""
    if customers is not None:
        every = sum(b.groups * b.dwellings for b in district.buildings.values())
        groups = max(round(district.groups * customers / every), len(district.buildings))
        district = scaled(district, groups)
    return district.model_copy(update={"start": since, "days": count, "step": 3600.0})


@dataclass(frozen=True)
class TownDay:
    """One day: air temperature as it is and as it was expected, demand of the groups (groups, 24)
    in kW."""

    grid: TimeGrid
    air: Values
    expected: Values
    demand: Values


def lived(district: District) -> tuple[Stock, Iterator[TownDay]]:
    """The groups and their days; the first day warms up and is not told."""
    groups = stock(district)

    def told() -> Iterator[TownDay]:
        model, state = BuildingModel(groups, 1.0), None
        for number, day in enumerate(days(district, groups.count)):
            real = day.real
            if state is None:
                state = model.steady(float(real.outdoor[0]), wanted(groups, real)[:, 0])
            course = model.course(state, real.outdoor, gains(groups, real), wanted(groups, real))
            state = np.stack([course.indoor[:, -1], course.structure[:, -1]], axis=1)
            demand = course.heating + hot_water(groups, real)
            if number:
                yield TownDay(day.grid, real.outdoor, day.expected.outdoor, demand)

    return groups, told()


class Plant:
    """Serves what customers draw, and what is metered nowhere, by a heating curve."""

    def __init__(self, district: District, groups: Stock, unmetered: float) -> None:
        self.network, self.unmetered = district.network, unmetered
        self.tree = tree(district.network)
        self.back = returns(groups, self.tree.count)
        start = district.network.supply_min + 15.0
        self.pipes = Pipes(self.tree, 1.0, start, float(self.back.mean()))
        self.section = groups.section

    def serve(self, day: TownDay, drawn: Values) -> tuple[Values, Values, Values]:
        """Heat, supply and return temperature at the plant (24,), for drawn powers (groups, 24)."""
        demand = np.zeros((self.tree.count, drawn.shape[1]))
        np.add.at(demand, self.section, drawn * (1 + self.unmetered))
        supply = heating_curve(self.network, day.expected)
        back = np.repeat(self.back[:, None], drawn.shape[1], axis=1)
        flowed = self.pipes.run(demand, back, supply)
        return flowed.plant, supply, flowed.back


def annual(groups: Stock, degree_hours: float) -> Values:
    """Annual heat of the groups by their engineering data, kWh."""
    gains_kwh = 0.5 * groups.gains * degree_hours / 16.0
    heating = np.maximum(groups.loss * degree_hours - gains_kwh, 0.3 * groups.loss * degree_hours)
    return np.asarray(heating + groups.hot_water * 8760.0)


__all__ = ["Plant", "TownDay", "annual", "lived", "sized"]
