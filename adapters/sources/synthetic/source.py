"""The data source behind `kind: synthetic`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from adapters.sources.synthetic.calendar import calendar
from adapters.sources.synthetic.configuration import SyntheticConfiguration
from adapters.sources.synthetic.loads import load_share
from adapters.sources.synthetic.price import price
from adapters.sources.synthetic.weather import weather
from rami.core import units
from rami.core.errors import DataError, Problem
from rami.core.frame import Frame, Values
from rami.core.quality import Reason, good
from rami.core.timegrid import TimeGrid, moment
from rami.information.resample import resample
from rami.information.series import AIR_TEMPERATURE, DAY_AHEAD, Role, Series
from rami.information.source import check_offered

#: loads of the reference site, for use without a site
REFERENCE_LOADS = {
    "P_th_dem_HNHT": (Role.PRODUCTION, 3500.0),
    "P_th_dem_HNLT": (Role.SPACE_HEATING, 7000.0),
    "P_c_dem_CN": (Role.COOLING, 2600.0),
    "P_el_factory": (Role.ELECTRIC, 10000.0),
    "P_th_dem_DHS": (Role.DISTRICT, 20000.0),
}
_WHOLE_HOUR_S, _QUARTER_S = 3600.0, 900.0
_YEARS = (1900, 2200)


class SyntheticSource:
    """Weather, price and loads, generated per UTC year and cut to the grid asked for."""

    def __init__(
        self, settings: SyntheticConfiguration, series: Mapping[str, Series] | None = None
    ) -> None:
        self._seed, self._zone = settings.seed, settings.zone
        self._loads = dict(REFERENCE_LOADS) if not series else {}
        for name, s in (series or {}).items():
            if s.role is not None:
                self._loads[name] = (s.role, s.power)
        for name, p in settings.profiles.items():
            self._loads[name] = (p.role, p.power)

    def describe(self) -> Mapping[str, str]:
        """Every series with the seed, and what a load is made from."""
        made = f"synthetic, seed {self._seed}, {self._zone}"
        loads = {
            n: f"{made}, {role.value.replace('_', ' ')} profile of {kw:g} kW"
            for n, (role, kw) in self._loads.items()
        }
        return {
            AIR_TEMPERATURE: made,
            DAY_AHEAD: f"{made}, statistics of the German day-ahead price of 2019",
            **loads,
        }

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """As in DataSource; every value is good and marked SYNTHETIC."""
        made = self.describe()
        check_offered("synthetic data", names, list(made))
        first, last = moment(grid.start_ns).year, moment(max(grid.end_ns - 1, grid.start_ns)).year
        if not _YEARS[0] < first <= last < _YEARS[1]:
            what = f"years {first} to {last} are not generated"
            raise DataError([Problem("synthetic data", what, f"wanted {_YEARS[0]} to {_YEARS[1]}")])
        table = np.empty((grid.count, len(names)))
        for j, name in enumerate(names):
            step = _WHOLE_HOUR_S if name in (AIR_TEMPERATURE, DAY_AHEAD) else _QUARTER_S
            parts = [self._year(name, year) for year in range(first, last + 1)]
            start = calendar(first, self._zone).grid.start_ns
            values = np.concatenate(parts)
            if name == AIR_TEMPERATURE:
                values = np.append(values, weather(self._seed, last, self._zone).temperature[-1])
            raster = TimeGrid.of(start, step, len(values))
            smooth = name == AIR_TEMPERATURE
            table[:, j] = resample(values, good(len(values)), raster, grid, smooth=smooth)[0]
        return Frame(
            grid,
            tuple(names),
            tuple(self._unit(n) for n in names),
            table,
            good(table.shape, Reason.SYNTHETIC),
            {n: made[n] for n in names},
        )

    def _year(self, name: str, year: int) -> Values:
        if name == AIR_TEMPERATURE:
            return weather(self._seed, year, self._zone).temperature[:-1]
        if name == DAY_AHEAD:
            return price(self._seed, year, self._zone)
        role, nominal = self._loads[name]
        share = load_share(role, name, self._seed, year, self._zone)
        return np.round(nominal * share, 1)

    def _unit(self, name: str) -> str:
        known = {AIR_TEMPERATURE: "temperature", DAY_AHEAD: "energy_price"}
        return units.unit_of(known.get(name, "power"))
