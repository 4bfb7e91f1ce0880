"""Synthetic day-ahead price with the statistics of the German price of 2019.

Hours are ranked by a market picture (hour and day type by season, wind, temperature, noise)
and get the quantiles of 2019 in that order, so that every year has its distribution: mean
37.7, standard deviation 15.6 EUR/MWh, -90 to 121, negative in 2.4 % of the hours, most of them
windy nights and Sundays. The order within a year is invented. Statistics: Bundesnetzagentur,
SMARD.de, CC BY 4.0.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from adapters.sources.synthetic.calendar import calendar
from adapters.sources.synthetic.noise import autocorrelated
from adapters.sources.synthetic.weather import weather
from rami.core.frame import Values

# mean price of each local hour in winter and in summer (2019, EUR/MWh, outliers clipped)
_WINTER = {
    "weekday": "32 31 29 28 30 33 42 51 53 51 48 47 45 45 46 48 49 53 53 50 45 41 39 35",
    "saturday": "32 30 28 27 26 27 29 34 38 40 40 39 37 35 35 36 40 45 48 44 38 33 34 29",
    "sunday": "26 23 22 22 21 23 23 27 30 32 33 35 35 32 31 32 35 41 45 45 40 34 35 30",
}
_SUMMER = {
    "weekday": "34 32 31 31 31 32 41 48 49 44 41 39 36 34 33 33 34 39 46 53 53 47 43 37",
    "saturday": "34 31 30 29 28 28 29 31 33 32 29 27 25 23 22 24 24 28 33 39 40 38 37 34",
    "sunday": "31 29 27 26 26 25 25 26 27 26 22 22 20 15 12 13 17 27 34 39 42 41 40 36",
}
_DAY_TYPE = ("weekday",) * 5 + ("saturday", "sunday")

# EUR/MWh per unit of the market picture's parts
_WIND, _WIND_IN_WINTER, _COLD, _MARKET, _HOURLY = 7.0, 0.35, 0.35, 6.0, 1.8
_MARKET_H, _HOURLY_H = 60.0, 3.0

# quantiles of 2019: share of the hours below, EUR/MWh
_QUANTILES = (
    (0.0, -90.01),
    (0.0003, -83.76),
    (0.0006, -76.95),
    (0.001, -69.78),
    (0.002, -57.33),
    (0.003, -49.43),
    (0.005, -32.28),
    (0.0075, -15.05),
    (0.01, -10.0),
    (0.015, -4.93),
    (0.02, -0.93),
    (0.02408, -0.005),
    (0.03, 0.39),
    (0.04, 5.57),
    (0.05, 10.72),
    (0.075, 19.94),
    (0.1, 24.34),
    (0.15, 27.3),
    (0.2, 29.36),
    (0.3, 33.01),
    (0.4, 35.69),
    (0.5, 38.06),
    (0.6, 40.91),
    (0.7, 44.4),
    (0.8, 48.16),
    (0.85, 50.5),
    (0.9, 53.2),
    (0.95, 58.29),
    (0.97, 62.45),
    (0.98, 66.75),
    (0.99, 72.52),
    (0.995, 80.05),
    (0.998, 90.49),
    (0.999, 97.32),
    (0.9995, 105.63),
    (1.0, 121.46),
)


@lru_cache(maxsize=16)
def price(seed: int, year: int, zone: str) -> Values:
    """EUR/kWh per hour of a UTC year, rounded to 0.01 EUR/MWh."""
    cal, air = calendar(year, zone), weather(seed, year, zone)
    hours = cal.grid.count
    winter = 0.5 + 0.5 * np.cos(2 * np.pi * (cal.season - 15 / 365))
    shape = winter * _table(_WINTER)[cal.weekday, cal.hour]
    shape += (1 - winter) * _table(_SUMMER)[cal.weekday, cal.hour]
    market = autocorrelated(seed, year, "market", hours, 1.0, _MARKET_H)[:-1]
    hourly = autocorrelated(seed, year, "hourly", hours, 1.0, _HOURLY_H)[:-1]
    blow = _WIND * (1 + _WIND_IN_WINTER * (2 * winter - 1)) * np.expm1(0.6 * air.wind) / 0.6
    picture = shape - blow + _MARKET * market + _HOURLY * hourly
    picture -= _COLD * (air.temperature[:-1] - air.temperature.mean())
    below, value = np.array(_QUANTILES).T
    rank = np.empty(hours)
    rank[np.argsort(picture, kind="stable")] = np.arange(hours) / (hours - 1)
    return np.asarray(np.round(np.interp(rank, below, value), 2) / 1000)


def _table(shapes: dict[str, str]) -> Values:
    return np.array([[float(v) for v in shapes[day].split()] for day in _DAY_TYPE])
