"""Series whose law is known, and tasks on them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rami.core.frame import Values
from rami.core.timegrid import NS, TimeGrid, instant
from rami.information.forecast.calendar import DAY_NS, LocalCalendar
from rami.information.forecast.history import History
from rami.information.forecast.outlook import Expected
from rami.information.forecast.task import Task

START = instant("2019-01-07T00:00+00:00")


def history(values: Values, step_s: int = 3600, floor: float | None = None) -> History:
    return History("load", "kW", TimeGrid(START, step_s * NS, len(values)), values, floor)


def task(
    series: History,
    day: int,
    *,
    issue_h: int = 12,
    temperature: History | None = None,
    noise: float = 0.0,
    zone: str = "UTC",
    count: int = 0,
) -> Task:
    """Issued on a day of the series for the next one."""
    step = series.grid.step_ns
    issued = START + day * DAY_NS + issue_h * 3600 * NS
    grid = TimeGrid(START + (day + 1) * DAY_NS, step, count or DAY_NS // step)
    outlook = None if temperature is None else Expected(temperature, noise, 1)
    return Task(issued, grid, series, outlook, LocalCalendar(zone))


@pytest.fixture
def loads() -> Callable[..., tuple[History, History]]:
    """A heat load of degree hours and a daily pattern, and its temperature."""

    def made(
        days: int, noise: float = 0.03, seed: int = 0, step_s: int = 3600
    ) -> tuple[History, History]:
        rng = np.random.default_rng(seed)
        per = 86400 // step_s
        t = np.arange(days * per) / per
        daily = np.interp(t, np.arange(days + 1), 4 + 5 * rng.standard_normal(days + 1))
        air = daily + 3 * np.sin(2 * np.pi * (t - 0.4))
        weekend = np.where(t.astype(int) % 7 >= 5, 0.8, 1.0)
        shape = 1 + 0.3 * np.sin(2 * np.pi * (t - 0.2))
        load = 20 + 5 * np.maximum(16 - air, 0) + 30 * weekend * shape
        load *= 1 + noise * rng.standard_normal(len(t))
        return history(load, step_s, 0.0), history(air, step_s)

    return made
