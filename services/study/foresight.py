"""What a plan can know at its instant: forecasts in place of the data of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rami.business.pricing import site_prices
from rami.core.errors import DataError
from rami.core.frame import Frame
from rami.core.quality import worst
from rami.core.snapshot import Snapshot, array_bytes
from rami.core.timegrid import TimeGrid
from rami.information.forecast import ForecastDesk, ForecastSettings
from rami.information.prices import Prices
from rami.information.series import AIR_TEMPERATURE, WET_BULB, required_series
from rami.information.source import DataSource, known_frame
from rami.information.wet_bulb import daily_minimum, relative_humidity, wet_bulb
from services import assemble
from services.study.told import Told, laid_over

if TYPE_CHECKING:
    from twins.site.site import Site


class Foresight:
    """Forecasts for the plans of one run over `grid`, as its source allows them at each issue.

    `executed` is what was forecast for each interval by the plan that was followed in it. What is
    `told` by others goes before own forecasts.
    """

    def __init__(
        self, site: Site, source: DataSource, grid: TimeGrid, told: Told | None = None
    ) -> None:
        self._site, self._source, self._grid, self._told = site, source, grid, told
        series = required_series(site.topology, site.business.series())
        settings = site.declaration.forecasts or ForecastSettings()
        self._desk = ForecastDesk(source, series, settings)
        self._figures = [n for n in assemble.read_names(site) if n not in series]
        self._parts: list[tuple[int, Frame]] = []

    def at(self, interval: int, horizon: int, period: int) -> tuple[Frame, Prices]:
        """Forecast and prices of the `horizon` intervals from `interval` on, at its start.

        Where the source ends before the horizon does, its last values are held.
        """
        frame = self._at(interval, horizon)
        names = frame.names
        if self._told is not None:
            issued = self._grid.start_ns + interval * self._grid.step_ns
            frame = with_wet_bulb(laid_over(frame, self._told(issued, frame.grid)))
        count = min(period, self._grid.count - interval)
        self._parts.append((interval, frame.select(names).part(0, count)))
        return frame, site_prices(self._site.business, self._site.topology, frame)

    def _at(self, interval: int, horizon: int) -> Frame:
        issued = self._grid.start_ns + interval * self._grid.step_ns
        frame = self._issued(issued, self._grid.part(interval, horizon))
        if frame is None:
            left = self._grid.count - interval
            frame = self._issued(issued, self._grid.part(interval, left))
            if frame is None:
                raise DataError(f"no forecast can be made at interval {interval} of the run")
            frame = frame.part(0, horizon)
        return frame

    def _issued(self, issued: int, grid: TimeGrid) -> Frame | None:
        try:
            frame = self._desk.at(issued, grid)
            if self._figures:
                known = known_frame(self._source, self._figures, grid, issued)
                frame = frame.joined([known])
        except DataError:
            if grid.end_ns <= self._grid.end_ns:
                raise
            return None
        return with_wet_bulb(frame)

    def save(self) -> bytes:
        """What was forecast so far, and when what is in use was learned."""
        grid, parts = self._grid, {}
        plain: dict[str, Any] = {"learned": self._desk.learned_at(), "parts": []}
        for interval, frame in self._parts:
            told = [frame.names, frame.units, dict(frame.sources), frame.grid.count]
            plain["parts"].append([interval, *told])
            parts[f"{interval}.values"] = array_bytes(frame.values)
            parts[f"{interval}.quality"] = array_bytes(frame.quality)
        plain["learned"] = [(ns - grid.start_ns) // grid.step_ns for ns in plain["learned"]]
        return Snapshot("foresight", 1, plain, parts).to_bytes()

    def restore(self, state: bytes, horizon: int) -> None:
        """Go back to a saved state: what is in use is learned again at the same issues."""
        found = Snapshot.from_bytes(state, "foresight", 1)
        self._parts = []
        for interval, names, units, sources, count in found.plain["parts"]:
            values, quality = found.array(f"{interval}.values"), found.array(f"{interval}.quality")
            grid = self._grid.part(interval, count)
            frame = Frame(grid, tuple(names), tuple(units), values, quality, sources)
            self._parts.append((interval, frame))
        if self._parts:
            first = self._grid.part(self._parts[0][0], horizon)
            self._desk.begin(first.start_ns, first)
        for interval in found.plain["learned"]:
            self._at(interval, horizon)

    @property
    def executed(self) -> Frame:
        """The forecast of each interval that was acted upon, on the run's grid."""
        first = self._parts[0][1]
        width = len(first.names)
        values = np.full((self._grid.count, width), np.nan)
        quality = np.zeros(values.shape, np.uint32)
        sources: dict[str, dict[str, None]] = {n: {} for n in first.names}
        for interval, part in self._parts:
            rows = slice(interval, interval + part.grid.count)
            values[rows], quality[rows] = part.values, part.quality
            for name in first.names:
                sources[name][part.sources.get(name, "")] = None
        told = {n: "; ".join(list(s)[-1:]) for n, s in sources.items()}
        return Frame(self._grid, first.names, first.units, values, quality, told)


def with_wet_bulb(frame: Frame) -> Frame:
    """The wet bulb that follows from the forecast air temperature."""
    if WET_BULB in frame:
        return frame
    place = frame.place(AIR_TEMPERATURE)
    air = frame.values[:, place]
    wet = wet_bulb(air, relative_humidity(air, daily_minimum(air, frame.grid)))
    derived = Frame(
        frame.grid, (WET_BULB,), ("degC",), wet[:, None], worst(frame.quality[:, [place]])
    )
    return replace(frame, issued_ns=None).joined([derived])


def errors(forecast: Frame, data: Frame) -> Mapping[str, Any]:
    """Per series that was forecast: mean absolute error, bias, and the first over the mean.

    `{series: {unit, mae, bias, nmae}}`; series that were known exactly are left out.
    """
    found = {}
    for name in forecast.names:
        if name not in data or name == WET_BULB:
            continue
        apart = forecast[name] - data[name]
        if not np.any(np.abs(apart) > 1e-9):
            continue
        unit = forecast.units[forecast.place(name)]
        mean = float(np.mean(np.abs(data[name])))
        mae = float(np.mean(np.abs(apart)))
        shares = unit != "degC" and mean > 0
        found[name] = {
            "unit": unit,
            "mae": mae,
            "bias": float(np.mean(apart)),
            "nmae": mae / mean if shares else None,
            "by": forecast.sources.get(name, ""),
        }
    return found
