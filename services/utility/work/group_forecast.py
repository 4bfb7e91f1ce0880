"""Forecasts of all groups: each learns from its own history, all from one weather."""

from __future__ import annotations

from fnmatch import fnmatchcase
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from rami.communication.service.contract import Inbox
from rami.communication.service.function import FunctionService, Said
from rami.communication.service.payload import Forecast, Grid, Measurement
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid, instant, iso
from rami.information.forecast.calendar import LocalCalendar
from rami.information.forecast.fallback import WithFallback
from rami.information.forecast.history import History
from rami.information.forecast.methods import forecaster
from rami.information.forecast.outlook import Expected
from rami.information.forecast.task import Task
from services.utility.loading import load_utility
from services.utility.work import said
from services.utility.work.plant_data import AIR
from services.utility.work.watch import note_seconds

if TYPE_CHECKING:
    from rami.communication.service.settings import Place
    from services.utility.kinds.group_forecast import GroupForecastConfiguration

LEVELS = (0.1, 0.5, 0.9)
#: bands that are told; the middle one is not
_BANDS = (0.1, 0.9)


def group_forecast(
    configuration: GroupForecastConfiguration, name: str, place: Place
) -> FunctionService:
    """The service of a configuration."""
    c, utility = configuration, load_utility(place.file)
    calendar = LocalCalendar.of(utility.declaration.zone)

    def run(inbox: Inbox) -> list[Said]:
        begun = perf_counter()
        past, powers = _histories(inbox, c.series)
        ahead = said.day_ahead(inbox.now_ns, max(round(c.horizon / 3600), 1))
        outlook = _outlook(inbox, past, ahead)
        method = WithFallback(forecaster(c.method))
        made: dict[str, tuple[Values, dict[float, Values]]] = {}
        words: dict[str, int] = {}
        for one in sorted(powers):
            floor = None if one.startswith("plant.") else 0.0
            history = History(one, "kW", past, powers[one], floor)
            task = Task(ahead.start_ns, ahead, history, outlook, calendar, LEVELS, 0.0)
            found = method.fit(task).predict(task)
            made[one] = found.values, {level: found.quantile(level) for level in _BANDS}
            words[found.method] = words.get(found.method, 0) + 1
        note_seconds(
            utility.folder, name, iso(ahead.start_ns)[:10], {"forecast": perf_counter() - begun}
        )
        reason = "; ".join(f"{n} groups by {word}" for word, n in sorted(words.items()))[:400]
        grid, valid_s = said.grid_of(ahead), 2 * c.period
        return [
            Said(_payload(grid, names, made), valid_s, subject, reason=reason)
            for subject, names in said.parts(made)
        ]

    return FunctionService(c.declaration(name), run, place.site)


def _payload(
    grid: Grid, names: list[str], made: dict[str, tuple[Values, dict[float, Values]]]
) -> Forecast:
    def listed(values: Values) -> list[float]:
        return [round(v, said.DIGITS) + 0.0 for v in values.tolist()]

    bands = {
        str(level): {
            n: listed(made[n][1][level]) for n in names if np.isfinite(made[n][1][level]).all()
        }
        for level in _BANDS
    }
    return Forecast(
        grid=grid, unit="kW", quantity="power",
        series={n: listed(made[n][0]) for n in names},
        quantiles={level: band for level, band in bands.items() if band},
    )  # fmt: skip


def _histories(inbox: Inbox, pattern: str) -> tuple[TimeGrid, dict[str, Values]]:
    """The span that is told of groups, and the power of those that the pattern names."""
    grids = [
        m.payload.grid
        for m in inbox.of("measurement")
        if m.topic.subject.startswith(said.GROUPS) and isinstance(m.payload, Measurement)
    ]
    end = inbox.now_ns // said.STEP_NS * said.STEP_NS
    first = min((instant(g.start) for g in grids), default=end)
    past = TimeGrid(first, said.STEP_NS, max((end - first) // said.STEP_NS, 0))
    found = said.groups(inbox, past)
    return past, {n: v for n, v in found.items() if fnmatchcase(n, pattern)}


def _outlook(inbox: Inbox, past: TimeGrid, ahead: TimeGrid) -> Expected | None:
    """The air temperature as measured, then as expected; None where either is not told."""
    span = TimeGrid(past.start_ns, said.STEP_NS, past.count + ahead.count)
    air = said.measured(inbox, "weather", span).get(AIR)
    coming = said.forecast(inbox, "weather", span)[0].get(AIR)
    if air is None or coming is None:
        return None
    values = np.where(np.isfinite(air), air, coming)
    # a forecast longer than that of the weather goes on with its last value
    known = np.flatnonzero(np.isfinite(values))
    if len(known):
        values[known[-1] + 1 :] = values[known[-1]]
    return Expected(History(AIR, "degC", span, values))
