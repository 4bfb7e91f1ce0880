"""The made-up days that a district lives through: weather, prices, habits, seeded."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt

import numpy as np

from rami.asset.district.declaration import District
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid
from rami.functional.district.demand import Conditions


@dataclass(frozen=True)
class Day:
    """One local day: what happens, what is expected of it the evening before, and the prices of
    electricity (EUR/kWh), known by then."""

    grid: TimeGrid
    real: Conditions
    expected: Conditions
    electricity: Values
    working: bool


def days(district: District, groups: int) -> list[Day]:
    """A day to warm up, then those of the district."""
    count, per, step_h = district.days + 1, district.per_day, district.step / 3600
    start = TimeGrid.of(district.start, district.step, per).start_ns
    offset = district.start.utcoffset()
    zone_h = 0.0 if offset is None else offset.total_seconds() / 3600
    first = round((start / 3.6e12 + zone_h) % 24 / step_h)
    total = count * per
    place = (first + np.arange(total)) * step_h
    clock = np.asarray(place % 24, float)
    random = np.random.Generator(np.random.PCG64([district.seed, 23]))
    w = district.weather
    daily = w.swing * np.cos(2 * np.pi * (place - 15) / 24)
    air = w.mean + daily + w.drift * wander(random, total, step_h, 48.0)
    bright = np.maximum(np.sin(np.pi * (place % 24 - 8) / 8), 0.0) * (abs(place % 24 - 12) < 4)
    clouds = np.clip(w.sun * np.exp(0.6 * wander(random, total, step_h, 6.0)), 0.0, 1.0)
    off = w.error * wander(random, total, step_h, 12.0)
    water = np.maximum(1 + 0.15 * wander(random, total, step_h, 2.0, groups), 0.2)
    habits = np.maximum(1 + 0.15 * wander(random, total, step_h, 6.0, groups), 0.2)
    level = np.exp(district.market.spread * random.standard_normal(count))
    found = []
    for d in range(count):
        part = slice(d * per, (d + 1) * per)
        local = start // 1_000_000_000 + (d - 1) * 86400 + zone_h * 3600
        weekday = (int(local // 86400) + 3) % 7
        sun = bright[part] * clouds[part]
        prices = np.array(district.market.electricity)[clock[part].astype(int)] * level[d]
        found.append(
            Day(
                TimeGrid(start + (d - 1) * 86_400_000_000_000, round(district.step * 1e9), per),
                Conditions(air[part], sun, clock[part], water[:, part], habits[:, part]),
                Conditions(air[part] + off[part], bright[part] * w.sun, clock[part]),
                prices if weekday < 5 else 0.8 * prices,
                weekday < 5,
            )
        )
    return found


def wander(
    random: np.random.Generator, steps: int, step_h: float, memory_h: float, rows: int = 0
) -> Values:
    """First-order noise of unit variance, (steps,) or (rows, steps)."""
    keep = exp(-step_h / memory_h)
    draws = random.standard_normal((max(rows, 1), steps))
    for t in range(1, steps):
        draws[:, t] = keep * draws[:, t - 1] + sqrt(1 - keep * keep) * draws[:, t]
    return draws if rows else draws[0]
