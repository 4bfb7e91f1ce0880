"""What surrounds the emulated plant: demands and weather of the site's data, neighbours at rest.

Lines of a neighbour's network stand at their design temperatures and wander by a kelvin or two;
no neighbour draws from or feeds this plant. Values that somebody writes take their place.
"""

from __future__ import annotations

from math import pi, sin
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rami.asset.border import Border
from rami.asset.consumer import Consumer
from rami.asset.cooling_tower import CoolingTower
from rami.core.errors import DataError
from rami.core.points import Direction, PointIndex
from rami.core.timegrid import NS, TimeGrid, instant
from rami.information.series import WET_BULB
from services import assemble

if TYPE_CHECKING:
    from twins.site.site import Site

Vector = NDArray[np.float64]

_DAY_S = 86400.0
_HOUR_S = 3600.0
#: widest wandering of a neighbour's line (K); its shortest and longest period (h)
_WANDER_K, _PERIODS_H = 1.5, (5.0, 9.0)


class Boundary:
    """Disturbances of a twin by elapsed time since the site's clock starts.

    Raises what the site's data source raises; past the end of the data the last values hold.
    """

    def __init__(self, site: Site, twin: str, inputs: PointIndex, seed: int) -> None:
        topology = site.topology.twins[twin]
        series = {
            f"{name}.P_demand": consumer.demand
            for name, consumer in topology.of(Consumer).items()
            if not consumer.electric
        }
        series |= {f"{name}.T_wet": WET_BULB for name in topology.of(CoolingTower)}
        self._places = inputs.places(list(series))
        self._columns = list(series.values())
        self._source = assemble.open_data(site) if series else None
        self._first_ns = instant(site.clock.start)
        step_ns = round(site.strategy.step * NS)
        self._per_day = max(1, round(_DAY_S * NS / step_ns))
        self._step_s = step_ns / NS
        self._grid = TimeGrid(self._first_ns, step_ns, self._per_day)
        self._day, self._rows = -1, np.zeros((0, len(self._columns)))
        draw = np.random.default_rng([seed, 5])
        borders = topology.of(Border)
        self._wander = [
            (i, point.start, *draw.uniform(*_PERIODS_H, 1).tolist(), *draw.uniform(0, 2 * pi, 1))
            for i, point in enumerate(inputs.points)
            if point.name.rpartition(".")[0] in borders
        ]
        self.disturbances = np.array(
            [p.direction is Direction.DISTURBANCE for p in inputs.points], np.bool_
        )
        self._load(0)

    def fill(self, values: Vector, elapsed_s: float) -> None:
        """Set every disturbance that has a value here; the others stay."""
        if self._source is not None:
            step = int(elapsed_s // self._step_s)
            if step // self._per_day != self._day:
                self._load(step // self._per_day)
            values[self._places] = self._rows[step % self._per_day]
        for place, rest, period_h, phase in self._wander:
            values[place] = rest + _WANDER_K * sin(
                2 * pi * elapsed_s / (period_h * _HOUR_S) + phase
            )

    def _load(self, day: int) -> None:
        if self._source is None:
            return
        grid = self._grid.part(day * self._per_day, self._per_day)
        try:
            frame = self._source.read(list(dict.fromkeys(self._columns)), grid)
        except DataError:
            if day == 0:
                raise
            self._rows = np.repeat(self._rows[-1:], self._per_day, axis=0)
        else:
            rows = frame.values[:, [frame.place(c) for c in self._columns]]
            if day == 0 or np.isfinite(rows).all():
                self._rows = rows
            else:
                self._rows = np.where(np.isfinite(rows), rows, self._rows[-1])
        self._day = day
