"""Wet-bulb temperature for cooling towers, from air temperature alone if need be.

Sources rarely give humidity. Without it the dew point is taken as the day's lowest air
temperature (nights cool down to about saturation in a humid climate), a common approximation
that errs on the dry side of reality in deserts and on hot windy days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from rami.core.frame import Frame, Values
from rami.core.quality import Family, Reason, quality, worst
from rami.core.timegrid import TimeGrid
from rami.information.series import AIR_TEMPERATURE, WET_BULB
from rami.information.source import DataSource, known_frame

_DAY_S = 86400.0


def wet_bulb(air: Values, humidity_pct: Values) -> Values:
    """Stull (2011), J. Appl. Meteor. Climatol. 50, 2267: degC from degC and relative humidity.

    Valid for 5 to 99 % and -20 to 50 degC at sea level, error below 1 K; never above `air`.
    """
    h = np.clip(humidity_pct, 5.0, 99.0)
    wet = (
        air * np.arctan(0.151977 * np.sqrt(h + 8.313659))
        + np.arctan(air + h)
        - np.arctan(h - 1.676331)
        + 0.00391838 * h**1.5 * np.arctan(0.023101 * h)
        - 4.686035
    )
    return np.asarray(np.minimum(wet, air))


def relative_humidity(air: Values, dew_point: Values) -> Values:
    """In percent, by the Magnus formula (coefficients of Sonntag 1990), degC."""

    def pressure(t: Values) -> Values:
        return np.asarray(np.exp(17.62 * t / (243.12 + t)))

    return np.asarray(np.clip(100 * pressure(dew_point) / pressure(air), 0.0, 100.0))


def daily_minimum(air: Values, grid: TimeGrid) -> Values:
    """Lowest value of each 24 h block from the grid's start; a last part joins the block before."""
    per_day = max(round(_DAY_S / grid.step_s), 1)
    days = max(grid.count // per_day, 1)
    block = np.minimum(np.arange(grid.count) // per_day, days - 1)
    lowest = np.full(days, np.inf)
    np.fmin.at(lowest, block, air)  # what is not known yet (NaN) does not count
    lowest[np.isinf(lowest)] = np.nan
    return np.asarray(lowest[block])


class WithWetBulb:
    """A source that also offers `temp_wet`, unless it has its own."""

    def __init__(self, source: DataSource) -> None:
        self._source = source

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """As in DataSource; `temp_wet` is uncertain (ESTIMATED)."""
        return self._derived(names, grid, lambda base: self._source.read(base, grid))

    def read_issued(self, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
        """As in Issued; `temp_wet` is known when the air temperature is."""
        return self._derived(names, grid, lambda base: known_frame(self._source, base, grid, at_ns))

    def _derived(
        self, names: Sequence[str], grid: TimeGrid, read: Callable[[Sequence[str]], Frame]
    ) -> Frame:
        if WET_BULB not in names or WET_BULB in self._source.describe():
            return read(names)
        base = [n for n in names if n != WET_BULB]
        base += [AIR_TEMPERATURE] if AIR_TEMPERATURE not in base else []
        frame = read(base)
        air = frame[AIR_TEMPERATURE]
        wet = wet_bulb(air, relative_humidity(air, daily_minimum(air, grid)))
        grade = frame.quality[:, [frame.place(AIR_TEMPERATURE)]]
        mark = np.full_like(grade, quality(Family.UNCERTAIN, Reason.ESTIMATED))
        derived = Frame(
            grid,
            (WET_BULB,),
            ("degC",),
            wet[:, None],
            worst(grade, mark),
            {WET_BULB: _FROM},
            frame.issues()[:, [frame.place(AIR_TEMPERATURE)]],
        )
        return frame.joined([derived]).select(names)

    def describe(self) -> Mapping[str, str]:
        """The source's own, and the derived one."""
        return {WET_BULB: _FROM, **self._source.describe()}


_FROM = "derived: Stull (2011) from temp_air, dew point = daily minimum"


def with_wet_bulb(source: DataSource) -> DataSource:
    """`source`, offering `temp_wet` as well."""
    return WithWetBulb(source)
