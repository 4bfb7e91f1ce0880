"""The forecast: the mean of the same time of day over the last days."""

from __future__ import annotations

from datetime import timedelta

from rami.communication.service import Forecast, Inbox, Measurement, Said

_DAY_S = 86400


def forecast(inbox: Inbox, days: int, intervals: int) -> Said | None:
    """Every measured power from the end of its measurement on; None when nothing was measured."""
    messages = inbox.of("measurement")
    told = [m.payload for m in messages if isinstance(m.payload, Measurement)]
    powers = [one for one in told if one.quantity == "power"]
    if not powers:
        return None
    one = powers[0]
    a_day = round(_DAY_S / one.grid.step_s)
    series = {
        name: [usual(values, a_day, i, days) for i in range(intervals)]
        for name, values in one.series.items()
    }
    start = one.grid.start + timedelta(seconds=one.grid.step_s * one.grid.count)
    grid = one.grid.model_copy(update={"start": start, "count": intervals})
    made = Forecast(grid=grid, unit=one.unit, quantity="power", series=series)
    return Said(made, valid_s=intervals * one.grid.step_s, subject="load")


def usual(values: list[float | None], a_day: int, ahead: int, days: int) -> float:
    """Mean of what was measured at the same time of day; 0 where nothing was."""
    place = len(values) + ahead % a_day
    found = [
        value
        for back in range(1, days + 1)
        if 0 <= place - back * a_day < len(values)
        and (value := values[place - back * a_day]) is not None
    ]
    return sum(found) / len(found) if found else 0.0
