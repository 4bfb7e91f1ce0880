"""Regressors from the air temperature: smoothed, as degree hours, against the day compared with."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.information.forecast.calendar import DAY_NS, HOUR_NS

#: time constants of the smoothed temperature, h; 0 is the temperature itself
SMOOTHED_H = (0.0, 6.0, 24.0, 72.0)
#: bases of heating and of cooling degrees, degC
HEATING_BASES = (5.0, 10.0, 14.0, 18.0)
COOLING_BASES = (18.0, 24.0)
#: time before the grid that the smoothing looks at
REACH_NS = 5 * DAY_NS
#: base of the degrees whose effect may change through the day, degC
_BASE = 16.0


def degree_hours(
    path: Values, back: NDArray[np.int64], local_hours: Values, step_ns: int
) -> list[Values]:
    """Columns of shape (issues, count).

    `path` (issues, reach + count) is the temperature as expected at each issue, in degC; `back`
    (issues, count) how many days before lies the load that a forecast is compared with. Per
    smoothed temperature the difference between the two in degrees and in degree hours above
    and below several bases, for the slower ones also the degree hours themselves, and for the
    daily mean degree hours times two harmonics of the day.
    """
    count = back.shape[1]
    reach = path.shape[1] - count
    place = np.maximum(np.arange(count) + reach - back * (DAY_NS // step_ns), 0)
    columns: list[Values] = []
    for tau in SMOOTHED_H:
        smooth = path @ _running(tau, step_ns, path.shape[1]).T if tau else path
        now, then = smooth[:, reach:], np.take_along_axis(smooth, place, axis=1)
        columns.append(now - then)
        columns += [np.maximum(b - now, 0) - np.maximum(b - then, 0) for b in HEATING_BASES]
        columns += [np.maximum(now - b, 0) - np.maximum(then - b, 0) for b in COOLING_BASES]
        if tau >= 24:
            columns += [np.maximum(b - now, 0) for b in HEATING_BASES]
        if tau == 24:
            degrees, angle = np.maximum(_BASE - now, 0), 2 * np.pi * local_hours / 24
            columns += [degrees * f(n * angle) for n in (1, 2) for f in (np.sin, np.cos)]
    return columns


@lru_cache(maxsize=64)
def _running(tau_h: float, step_ns: int, length: int) -> Values:
    """Weights of an exponential mean over what lies before, shape (length, length)."""
    age = np.arange(length)[:, None] - np.arange(length)[None, :]
    decay = np.exp(-np.maximum(age, 0) * step_ns / HOUR_NS / tau_h)
    weight = np.where(age >= 0, decay, 0.0)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))
