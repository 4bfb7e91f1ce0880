"""Synthetic weather of a mild continental place: air temperature, and wind for the price.

Imitates the test reference year of the Upper Rhine (DWD 2010, zone 12): annual mean 11.1
degC, annual wave 8.9 K with its low in mid-January, daily wave 1.9 K in winter and 4.6 K in
summer, departures of 3.4 K with a memory of some days. No fronts, no fog, no heat waves as
such; humidity and sun are not generated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from adapters.sources.synthetic.calendar import calendar
from adapters.sources.synthetic.noise import autocorrelated
from rami.core.frame import Values

MEAN, ANNUAL, COLDEST_DAY = 11.1, 8.9, 15.0
DAILY_MEAN, DAILY_SWING, WARMEST_HOUR = 3.3, 1.4, 15.0
SYNOPTIC_SD, SYNOPTIC_H = 3.3, 85.0
LOCAL_SD, LOCAL_H = 0.7, 5.0
WIND_H = 30.0


@dataclass(frozen=True)
class Weather:
    """Per hour of a UTC year: `temperature` (degC, hours + 1 values, the last one next year's
    first) and `wind` (standard normal, hours values)."""

    temperature: Values
    wind: Values


@lru_cache(maxsize=16)
def weather(seed: int, year: int, zone: str) -> Weather:
    """The weather of a UTC year."""
    cal = calendar(year, zone)
    hours = cal.grid.count
    season = np.append(cal.season, 1.0)
    hour = np.append(cal.hour, (cal.hour[-1] + 1) % 24)
    cold = np.cos(2 * np.pi * (season - COLDEST_DAY / 365))
    daily = DAILY_MEAN - DAILY_SWING * cold
    synoptic = autocorrelated(seed, year, "synoptic", hours, 1.0, SYNOPTIC_H)
    local = autocorrelated(seed, year, "local", hours, 1.0, LOCAL_H)
    temperature = (
        MEAN
        - ANNUAL * cold
        + daily * np.cos(2 * np.pi * (hour - WARMEST_HOUR) / 24)
        + SYNOPTIC_SD * synoptic
        + LOCAL_SD * local
    )
    wind = autocorrelated(seed, year, "wind", hours, 1.0, WIND_H)[:-1]
    return Weather(np.round(temperature, 2), wind)
