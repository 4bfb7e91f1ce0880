"""Default rules: what follows from a signal's quantity alone.

Sources: day-ahead prices by the harmonised limits of the European coupling (-500 to 4000
EUR/MWh); outdoor air by the extremes of temperate climates with room; changes of air temperature
by WMO-No. 8 (limits of validation), widened to series of an hour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

from rami.information.quality.settings import FillMethod, How

HOUR, DAY = 3600.0, 86400.0


@dataclass(frozen=True)
class Default:
    """In canonical units; seconds. Infinite means unchecked."""

    low: float = -inf
    high: float = inf
    rate: float = inf
    spike: float | None = None
    least: float = 0.0
    stuck: float = inf
    resting: tuple[float, ...] = ()
    fill: FillMethod = "hold"
    longest: float = HOUR
    how: How = "mean"


OUTDOORS = Default(
    -45.0, 50.0, 20.0 / HOUR, 6.0, 3.0, DAY, fill="linear", longest=6 * HOUR, how="linear"
)
SETTABLE = Default(longest=DAY)
REGISTER = Default(0.0, fill="linear", longest=DAY, how="growth")
_WATER = Default(0.0, 200.0, spike=6.0, least=2.0, fill="linear", longest=2 * HOUR, how="linear")
_FLOW = Default(spike=6.0, stuck=DAY, resting=(0.0,), fill="linear", longest=2 * HOUR)

_BY_QUANTITY = {
    "temperature": replace(_WATER, stuck=DAY),
    "temperature_difference": replace(_WATER, low=-200.0, stuck=DAY),
    "power": _FLOW,
    "mass_flow": _FLOW,
    "volume_flow": _FLOW,
    "pressure": replace(_FLOW, low=0.0, high=100.0),
    "irradiance": Default(-0.02, 1.5, fill="linear", longest=2 * HOUR),
    "speed": replace(_FLOW, low=0.0, high=75.0, spike=None),
    "energy_price": Default(-0.5, 4.0),
    "emission_factor": Default(0.0, 1.5, fill="linear", longest=6 * HOUR),
    "energy": Default(fill="linear", longest=2 * HOUR),
}


def default_of(quantity: str, *, outdoors: bool, settable: bool, cumulative: bool) -> Default:
    """The default rule of a signal; one that checks nothing where its quantity has none."""
    if cumulative:
        return REGISTER
    if settable:
        return SETTABLE
    if outdoors:
        return OUTDOORS
    return _BY_QUANTITY.get(quantity, Default())
