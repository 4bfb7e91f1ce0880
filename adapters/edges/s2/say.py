"""Forecasts and measurements of resource managers, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from s2python.common import PowerForecast

from adapters.edges.s2.configuration import S2Configuration
from adapters.edges.s2.describe import durations, expected
from adapters.edges.s2.sides import side
from adapters.edges.s2.told import Told
from rami.communication.service.payload import Forecast, Grid, Measurement
from rami.core.timegrid import TimeGrid, instant, moment
from rami.functional.flexibility.steps import over

#: what S2 tells as ranges of 68 and 95 per cent, as quantiles
QUANTILES = {
    "0.025": "value_lower_95PPR",
    "0.16": "value_lower_68PPR",
    "0.84": "value_upper_68PPR",
    "0.975": "value_upper_95PPR",
}


def forecast(
    here: Mapping[str, Told], grid: TimeGrid, settings: S2Configuration
) -> Forecast | None:
    """What all that are here expect to take (kW), with quantiles where they tell them; of those
    that forecast nothing but describe a store, what keeps its level."""
    series: dict[str, list[float]] = {}
    bands: dict[str, dict[str, list[float]]] = {}
    for name, told in sorted(here.items()):
        quantity = settings.resources[name].quantity
        own = expected(told, quantity, grid)
        if own is None:
            found = side(told, quantity, grid, settings)
            if isinstance(found, str):
                continue
            own = found.own
        else:
            _bands(name, told, quantity, grid, bands)
        series[name] = own.tolist()
    if not series:
        return None
    return Forecast(grid=grid_of(grid), unit="kW", quantity="power", series=series, quantiles=bands)


def measurement(
    here: Mapping[str, Told], grid: TimeGrid, settings: S2Configuration
) -> Measurement | None:
    """Means (kW) of what was measured: each value holds until the next one, the last one to the
    end of its interval."""
    series: dict[str, list[float | None]] = {}
    for name, told in sorted(here.items()):
        quantity = settings.resources[name].quantity
        rows = sorted((t, v[quantity]) for t, v in told.measured if quantity in v)
        if not rows or rows[-1][0] < grid.start_ns:
            continue
        times = [t for t, _ in rows] + [max(rows[-1][0] + 1_000_000, grid.end_ns)]
        lengths = [max(b - a, 1) / 1e6 for a, b in pairwise(times)]
        means = over(grid, times[0], lengths, [v / 1000 for _, v in rows])
        ends = grid.start_ns + (np.arange(grid.count) + 1) * grid.step_ns
        known = [bool(times[0] < e and e - grid.step_ns <= rows[-1][0]) for e in ends]
        series[name] = [float(m) if k else None for m, k in zip(means, known, strict=True)]
    if not series:
        return None
    return Measurement(grid=grid_of(grid), unit="kW", quantity="power", series=series)


def grid_of(grid: TimeGrid) -> Grid:
    """As messages carry it."""
    return Grid(start=moment(grid.start_ns), step_s=grid.step_s, count=grid.count)


def time_grid(grid: Grid) -> TimeGrid:
    """As we calculate with it."""
    return TimeGrid.of(grid.start, grid.step_s, grid.count)


def _bands(
    name: str, told: Told, quantity: str, grid: TimeGrid, bands: dict[str, dict[str, list[float]]]
) -> None:
    told_forecast = told.last(PowerForecast)
    assert told_forecast is not None
    start, lengths = instant(told_forecast.start_time), durations(told_forecast)
    parts = [
        next(v for v in e.power_values if v.commodity_quantity.value == quantity)
        for e in told_forecast.elements
    ]
    for level, field in QUANTILES.items():
        values = [getattr(v, field) for v in parts]
        if all(v is not None for v in values):
            column = over(grid, start, lengths, values) / 1000
            bands.setdefault(level, {})[name] = column.tolist()
