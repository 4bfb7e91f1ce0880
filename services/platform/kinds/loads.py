"""The forecast of loads from messages: measured series in, values with quantiles out."""

from __future__ import annotations

from datetime import UTC
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np

from rami.communication.service.contract import Inbox
from rami.communication.service.function import FunctionService, Said
from rami.communication.service.payload import Forecast, Grid, Measurement
from rami.core.timegrid import NS, TimeGrid, instant, moment
from rami.information.forecast.calendar import LocalCalendar
from rami.information.forecast.fallback import WithFallback
from rami.information.forecast.history import History
from rami.information.forecast.methods import forecaster
from rami.information.forecast.outlook import Expected
from rami.information.forecast.task import Task

if TYPE_CHECKING:
    from rami.communication.service.settings import Place
    from services.platform.kinds.load_forecast import LoadForecastConfiguration

LEVELS = (0.1, 0.5, 0.9)


def loads(configuration: LoadForecastConfiguration, name: str, place: Place) -> FunctionService:
    """The service of a configuration."""

    def run(inbox: Inbox) -> Said | None:
        return _forecast(configuration, inbox)

    return FunctionService(configuration.declaration(name), run, place.site)


def _forecast(configuration: LoadForecastConfiguration, inbox: Inbox) -> Said | None:
    measured = [m.payload for m in inbox.of("measurement") if isinstance(m.payload, Measurement)]
    powers = {
        column: (one, values)
        for one in measured
        if one.quantity == "power"
        for column, values in one.series.items()
        if fnmatchcase(column, configuration.series)
    }
    if not powers:
        return None
    first = next(iter(powers.values()))[0]
    powers = {n: p for n, p in powers.items() if p[0].grid.step_s == first.grid.step_s}
    step_ns = round(first.grid.step_s * NS)
    # on the raster of what was measured, from the first interval that begins at `now` or later
    start_ns = instant(first.grid.start)
    begin_ns = start_ns + -(-(inbox.now_ns - start_ns) // step_ns) * step_ns
    count = max(round(configuration.horizon * NS) // step_ns, 1)
    grid = TimeGrid(begin_ns, step_ns, count)
    outlook = _outlook(measured, inbox)
    calendar = LocalCalendar.of(configuration.zone)
    method = WithFallback(forecaster(configuration.method))
    series: dict[str, list[float]] = {}
    bands: dict[str, dict[str, list[float]]] = {}
    said = ""
    for column, (one, values) in sorted(powers.items()):
        history = History(column, one.unit, _grid(one.grid), _array(values), 0.0)
        task = Task(inbox.now_ns, grid, history, outlook, calendar, LEVELS, 0.0)
        made = method.fit(task).predict(task)
        series[column] = [float(v) for v in made.values]
        said = made.method
        for level in LEVELS:
            quantile = made.quantile(level)
            if np.isfinite(quantile).all():
                bands.setdefault(str(level), {})[column] = [float(v) for v in quantile]
    payload = Forecast(
        grid=Grid(start=moment(grid.start_ns).astimezone(UTC), step_s=grid.step_s, count=count),
        unit=first.unit,
        quantity="power",
        series=series,
        quantiles=bands,
    )
    return Said(payload, configuration.horizon, "load", reason=said[:200])


def _outlook(measured: list[Measurement], inbox: Inbox) -> Expected | None:
    """The air temperature as measured, continued by its forecast, held where there is neither."""
    past = next((m for m in measured if m.quantity == "temperature"), None)
    ahead = [
        m.payload
        for m in inbox.of("forecast")
        if isinstance(m.payload, Forecast) and m.payload.quantity == "temperature"
    ]
    if past is None or not ahead:
        return None
    name = min(past.series)
    column = ahead[0].series.get(name)
    if column is None or ahead[0].grid.step_s != past.grid.step_s:
        return None
    before, after = _grid(past.grid), _grid(ahead[0].grid)
    shift, left = divmod(after.start_ns - before.start_ns, before.step_ns)
    if left or shift < 0:
        return None
    values = np.full(shift + after.count, np.nan)
    known = _array(past.series[name])[: len(values)]
    values[: len(known)] = known
    values[shift:] = column
    grid = TimeGrid(before.start_ns, before.step_ns, len(values))
    return Expected(History(name, past.unit, grid, values))


def _grid(grid: Grid) -> TimeGrid:
    return TimeGrid.of(grid.start, grid.step_s, grid.count)


def _array(
    values: list[float | None] | list[float],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([np.nan if v is None else v for v in values])
