"""The desk that a plan asks for its forecasts: all series of a site, issued together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rami.core.frame import NO_ISSUE, Frame, Values
from rami.core.quality import Qualities, good
from rami.core.timegrid import NS, TimeGrid
from rami.core.units import unit_of
from rami.information.forecast.calendar import DAY_NS, HOUR_NS, LocalCalendar
from rami.information.forecast.fallback import WithFallback
from rami.information.forecast.forecast import Forecast
from rami.information.forecast.forecaster import Fitted
from rami.information.forecast.history import History
from rami.information.forecast.memory import Memory
from rami.information.forecast.methods import forecaster
from rami.information.forecast.outlook import Expected, Replaced
from rami.information.forecast.publication import published_until
from rami.information.forecast.settings import ForecastSettings
from rami.information.forecast.task import Task
from rami.information.forecast.unmeasured import unmeasured
from rami.information.series import AIR_TEMPERATURE, Series
from rami.information.source import DataSource, foresight, known_frame


@dataclass(frozen=True)
class _Known:
    """What the source itself says of a column at an issue; NaN where it says nothing."""

    values: Values
    quality: Qualities
    issued_ns: np.ndarray[tuple[int], np.dtype[np.int64]]
    source: str


class ForecastDesk:
    """Forecasts of `series` from a source, as they could be made at any instant.

    - Values that the source issued by then (weather forecasts, prices with a publication, an
      EMS) are taken as they are. Day-ahead prices of a source without issue times count as
      known from `publication.PUBLISHED_H` local time of the day before.
    - The air temperature of a source without issue times is its true series with a seeded error
      of `settings.weather_error`; without such an error its provenance says perfect foresight.
    - Everything else is forecast from the measured past by the method that the settings name.

    Each method learns anew after `settings.retrain`, separately for each hour of the day at which
    it is asked. Nothing measured after an issue enters it. Same source, settings and order of
    issues: same bytes.

    Example:
        desk = ForecastDesk(source, required_series(topology), ForecastSettings())
        frame = desk.at(issued_ns, grid)            # what a plan takes as its forecast
        bands = desk.forecasts(issued_ns, grid)     # quantiles of every series that was forecast
    """

    def __init__(
        self, source: DataSource, series: Mapping[str, Series], settings: ForecastSettings
    ) -> None:
        self._source, self._series, self._settings = source, dict(series), settings
        self._calendar = LocalCalendar.of(settings.zone, settings.holidays)
        self._memory = Memory(source, list(series), round(settings.history * NS))
        self._methods = {
            name: WithFallback(forecaster(settings.method_of(name, _role(one))))
            for name, one in series.items()
            if one.quantity != "temperature"
        }
        self._fitted: dict[tuple[object, ...], tuple[int, Fitted]] = {}

    def at(self, issued_ns: int, grid: TimeGrid) -> Frame:
        """All series on `grid`, which begins at the issue or after it, in canonical units.

        Forecast values are marked ESTIMATED, uncertain where a fallback made them; `sources`
        says which method made a column, `Frame.issued_ns` when each value became known. Raises
        DataError when the source is faulty.
        """
        known = self._known(issued_ns, grid)
        made = self._made(issued_ns, grid, known)
        names = tuple(self._series)
        values = np.empty((grid.count, len(names)))
        quality = good(values.shape)
        issued = np.full(values.shape, NO_ISSUE, np.int64)
        sources = {}
        for j, name in enumerate(names):
            own = known[name]
            values[:, j], quality[:, j], issued[:, j] = own.values, own.quality, own.issued_ns
            sources[name] = own.source
            if name not in made:
                continue
            forecast, first = made[name]
            values[first:, j], quality[first:, j] = forecast.values, forecast.status
            issued[first:, j] = issued_ns
            told = f"{own.source}, then " if first else ""
            sources[name] = f"{told}{forecast.provenance}"
            if forecast.method not in forecast.provenance:
                sources[name] = f"{told}{forecast.method}: {forecast.provenance}"
        units = tuple(unit_of(self._series[n].quantity) for n in names)
        return Frame(grid, names, units, values, quality, sources, issued)

    def forecasts(self, issued_ns: int, grid: TimeGrid) -> dict[str, Forecast]:
        """The forecasts behind `at`; each on the part of the grid that is not known otherwise."""
        made = self._made(issued_ns, grid, self._known(issued_ns, grid))
        return {name: forecast for name, (forecast, _) in made.items()}

    def learned_at(self) -> list[int]:
        """The issues at which the forecasts in use were learned, in order, UTC ns."""
        return sorted({issued for issued, _ in self._fitted.values()})

    def begin(self, issued_ns: int, grid: TimeGrid) -> None:
        """Remember as if the first issue had been this one: `at` asked anew for the issues of
        `learned_at` then learns the same again."""
        self._memory.until(_on_raster(issued_ns, grid), grid.step_ns)

    def _known(self, issued_ns: int, grid: TimeGrid) -> dict[str, _Known]:
        """The source's own word on every column, less what it could not know yet."""
        names = list(self._series)
        frame = known_frame(self._source, names, grid, issued_ns)
        untimed, issues = set(foresight(frame)), frame.issues()
        known = {}
        for name in names:
            j = frame.place(name)
            values, quality = frame.values[:, j].copy(), frame.quality[:, j].copy()
            source = frame.sources.get(name, "")
            if name in untimed:
                values, source = self._believed(name, values, source, issued_ns, grid)
            known[name] = _Known(values, quality, issues[:, j], source)
        return known

    def _believed(
        self, name: str, values: Values, source: str, issued_ns: int, grid: TimeGrid
    ) -> tuple[Values, str]:
        """Of a column without issue times what could be known; NaN where it has to be forecast."""
        quantity = self._series[name].quantity
        bare = source.removesuffix(", perfect foresight")
        if quantity == "temperature":
            if self._settings.weather_error is None:
                return values, source
            outlook = self._expected(name, issued_ns, grid, values)
            lead = grid.start_ns - issued_ns
            now = np.array([issued_ns], np.int64)
            seen = outlook.at(now, lead, grid.step_ns, grid.count)[0]
            sd = self._settings.weather_error
            return seen, f"{bare}, with a seeded forecast error of {sd:g} K"
        if quantity == "energy_price":
            end = published_until(issued_ns, self._calendar)
            late = grid.times() >= end
            return np.where(late, np.nan, values), f"{bare}, as published"
        return np.full_like(values, np.nan), bare

    def _made(
        self, issued_ns: int, grid: TimeGrid, known: Mapping[str, _Known]
    ) -> dict[str, tuple[Forecast, int]]:
        """Forecasts of what is not known, each with the interval from which on it is needed."""
        wanted = {n: _first_unknown(k.values) for n, k in known.items() if n in self._methods}
        wanted = {n: first for n, first in wanted.items() if first < grid.count}
        self._memory.until(_on_raster(issued_ns, grid), grid.step_ns)
        outlook = self._outlook(issued_ns, grid, known)
        air = known[AIR_TEMPERATURE].values if AIR_TEMPERATURE in known else None
        made = {}
        for name, first in wanted.items():
            part = grid.part(first, grid.count - first)
            history = self._history(name)
            issue = issued_ns
            if first:  # what was published counts as measured
                issue = part.start_ns
                history = _continued(history, grid, known[name].values[:first])
            loads = self._series[name].quantity == "power"
            task = Task(
                issue,
                part,
                history,
                outlook if loads else None,
                self._calendar,
                self._settings.levels,
                unmeasured(self._series[name].role, self._series[name].power, air, grid.count)[
                    first:
                ],
            )
            made[name] = (self._fit(name, task, issued_ns).predict(task), first)
        return made

    def _fit(self, name: str, task: Task, issued_ns: int) -> Fitted:
        """What has learned for this series and hour of the day, anew when it is too old."""
        key = (name, task.shape, issued_ns % DAY_NS // HOUR_NS)
        learned = self._fitted.get(key)
        retrain = round(self._settings.retrain * NS)
        if learned is None or not 0 <= issued_ns - learned[0] < retrain:
            learned = (issued_ns, self._methods[name].fit(task))
            self._fitted[key] = learned
        return learned[1]

    def _history(self, name: str) -> History:
        floor = 0.0 if self._series[name].quantity == "power" else None
        return self._memory.history(name, floor)

    def _expected(self, name: str, issued_ns: int, grid: TimeGrid, future: Values) -> Expected:
        """The measured past and the true future, to be seen with the error of a forecast."""
        self._memory.until(_on_raster(issued_ns, grid), grid.step_ns)
        series = _continued(self._memory.history(name, None), grid, future)
        sd = self._settings.weather_error or 0.0
        return Expected(series, sd, self._settings.seed)

    def _outlook(
        self, issued_ns: int, grid: TimeGrid, known: Mapping[str, _Known]
    ) -> Replaced | None:
        """What was expected of the air temperature at this issue and at earlier ones."""
        if AIR_TEMPERATURE not in known:
            return None
        now = known[AIR_TEMPERATURE].values
        past = self._expected(AIR_TEMPERATURE, issued_ns, grid, np.full(grid.count, np.nan))
        return Replaced(past, issued_ns, grid, now)


def _role(series: Series) -> str | None:
    if series.quantity == "energy_price":
        return "price"
    return None if series.role is None else series.role.value


def _on_raster(issued_ns: int, grid: TimeGrid) -> int:
    """The last instant of the grid's raster that is not after the issue."""
    return int(grid.start_ns - -(-(grid.start_ns - issued_ns) // grid.step_ns) * grid.step_ns)


def _first_unknown(values: Values) -> int:
    missing = np.flatnonzero(~np.isfinite(values))
    return int(missing[0]) if len(missing) else len(values)


def _continued(history: History, grid: TimeGrid, values: Values) -> History:
    """A history with values of a later grid behind it, NaN between."""
    own = history.grid
    gap = max((grid.start_ns - own.end_ns) // own.step_ns, 0)
    kept = history.values[: (grid.start_ns - own.start_ns) // own.step_ns]
    table = np.concatenate([kept, np.full(gap, np.nan), values])
    return History(history.name, history.unit, own.part(0, len(table)), table, history.floor)
