"""Synthetic loads by role, as a share of the nominal power, per quarter of an hour.

The shapes imitate the reference site: two-shift production with a base load through nights
and weekends, space heating by heating degrees below a limit with a morning boost, a town with
hot water all year, machine cooling and electricity that follow production. Invented, not
measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np

from adapters.sources.synthetic.calendar import Calendar, calendar
from adapters.sources.synthetic.noise import autocorrelated
from adapters.sources.synthetic.weather import weather
from rami.core.frame import Values
from rami.information.series import Role

SHIFT_FROM, SHIFT_TO = 6, 22
#: degC of the three-day mean above which buildings are not heated
HEATING_LIMIT = 15.0
#: hours of the year before that lagged temperatures look back on
_BEFORE = 240


@dataclass(frozen=True)
class Shifts:
    """Shares of the nominal power: on shift, at night, at the weekend, per K below 15 degC."""

    shift: float
    night: float
    weekend: float
    per_kelvin: float = 0.0
    noise: float = 0.0
    memory_h: float = 2.5


_SHIFTS = {
    Role.PRODUCTION: Shifts(0.690, 0.515, 0.285, 0.0065, 0.038, 3.0),
    Role.COOLING: Shifts(0.846, 0.654, 0.423, 0.0, 0.034),
    Role.ELECTRIC: Shifts(0.850, 0.650, 0.450, 0.0, 0.034),
}


@lru_cache(maxsize=32)
def load_share(role: Role, name: str, seed: int, year: int, zone: str) -> Values:
    """Share of the nominal power, 0 to 1, shape (quarters of the UTC year,)."""
    cal = calendar(year, zone).quarters()
    memory = _SHIFTS[role].memory_h if role in _SHIFTS else 4.0
    noise = autocorrelated(seed, year, f"load {name}", cal.grid.count, 0.25, memory)[:-1]
    if role in _SHIFTS:
        share = _shift_share(_SHIFTS[role], cal, _air(seed, year, zone), noise)
    elif role is Role.SPACE_HEATING:
        share = _space_share(cal, *_lagged(seed, year, zone), noise)
    else:
        share = _district_share(cal, _lagged(seed, year, zone)[0], noise)
    return np.clip(share, 0.0, 1.0)


def _shift_share(s: Shifts, cal: Calendar, air: Values, noise: Values) -> Values:
    working = (cal.hour >= SHIFT_FROM) & (cal.hour < SHIFT_TO)
    base = np.where(cal.weekday >= 5, s.weekend, np.where(working, s.shift, s.night))
    heated = s.per_kelvin * np.maximum(15.0 - air, 0.0)
    return np.asarray(np.maximum(base + heated + s.noise * noise, 0.8 * s.weekend))


def _space_share(cal: Calendar, felt: Values, three_days: Values, noise: Values) -> Values:
    weekend = cal.weekday >= 5
    boost = np.where((cal.hour >= 5) & (cal.hour < 9), 1.2, 1.0)
    night = np.where((cal.hour >= 20) | (cal.hour < 5), 0.92, 1.0)
    use = np.where(weekend, 0.78, boost * night)
    degrees = np.maximum(HEATING_LIMIT - felt, 0.0)
    share = 0.0435 * degrees * use * (1 + 0.06 * noise)
    return np.asarray(np.where(three_days > HEATING_LIMIT, 0.0, share))


def _district_share(cal: Calendar, felt: Values, noise: Values) -> Values:
    angle = 2 * np.pi * (cal.hour - 9.5) / 12
    water = 0.228 + 0.025 * np.cos(angle)
    heating = 0.0355 * np.maximum(HEATING_LIMIT - felt, 0.0)
    boost = 1 + 0.06 * np.cos(2 * np.pi * (cal.hour - 7.5) / 24)
    return np.asarray(np.maximum(water + heating * boost * (1 + 0.04 * noise), 0.2))


def _air(seed: int, year: int, zone: str) -> Values:
    """Air temperature per quarter of an hour, linear between full hours."""
    hourly = weather(seed, year, zone).temperature
    hours = len(hourly) - 1
    return np.interp(np.arange(4 * hours) / 4, np.arange(hours + 1), hourly)


def _lagged(seed: int, year: int, zone: str) -> tuple[Values, Values]:
    """What walls have felt: the air behind lags of 6 h and of 36 h (about a three-day mean)."""
    before = weather(seed, year - 1, zone).temperature[-1 - _BEFORE : -1]
    hourly = np.concatenate([before, weather(seed, year, zone).temperature])
    at = np.arange(4 * (len(hourly) - 1 - _BEFORE)) / 4 + _BEFORE
    places = np.arange(len(hourly))
    felt, slow = (np.interp(at, places, _lag(hourly, h)) for h in (6.0, 36.0))
    return felt, slow


def _lag(values: Values, hours: float) -> Values:
    keep = float(np.exp(-1 / hours))
    path = accumulate(values.tolist(), lambda level, v: keep * level + (1 - keep) * v)
    return np.fromiter(path, float, len(values))
