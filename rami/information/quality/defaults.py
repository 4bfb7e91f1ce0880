"""Default rules: what follows from a signal's quantity alone.

Sources: day-ahead prices by the harmonised limits of the European coupling (-500 to 4000
EUR/MWh); outdoor air by the extremes of temperate climates with room; changes of air temperature
by WMO-No. 8 (limits of validation), widened to series of an hour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

from rami.information.quality.settings import FillMethod, How
from rami.information.quality.subject import Subject

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
    habit: bool = True
    resting: tuple[float, ...] = ()
    fill: FillMethod = "hold"
    longest: float = HOUR
    how: How = "mean"


OUTDOORS = Default(
    -45.0, 50.0, 20.0 / HOUR, 6.0, 3.0, DAY, fill="linear", longest=6 * HOUR, how="linear"
)
SETTABLE = Default(longest=DAY)
#: of machines that switch on and off and stand at their limits: no spikes, no habits
_SWITCHED = Default(stuck=7 * DAY, habit=False, resting=(0.0,), fill="linear", longest=2 * HOUR)
#: of water that they warm
_WARMED = Default(
    0.0, 200.0, inf, 12.0, 10.0, DAY, False, fill="linear", longest=2 * HOUR, how="linear"
)
REGISTER = Default(0.0, fill="linear", longest=DAY, how="growth")
_WATER = Default(0.0, 200.0, spike=6.0, least=2.0, fill="linear", longest=2 * HOUR, how="linear")
_FLOW = Default(spike=6.0, stuck=DAY, resting=(0.0,), fill="similar_days", longest=DAY)

_BY_QUANTITY = {
    "temperature": replace(_WATER, stuck=DAY),
    "temperature_difference": replace(_WATER, low=-200.0, stuck=DAY),
    "power": _FLOW,
    "mass_flow": _FLOW,
    "volume_flow": _FLOW,
    "pressure": replace(_FLOW, low=0.0, high=100.0),
    "irradiance": Default(-0.02, 1.5, spike=6.0, fill="linear", longest=2 * HOUR),
    "speed": replace(_FLOW, low=0.0, high=75.0, spike=None),
    "energy_price": Default(-0.5, 4.0, fill="similar_days", longest=6 * HOUR),
    "emission_factor": Default(0.0, 1.5, spike=6.0, fill="similar_days", longest=DAY),
    "energy": Default(fill="linear", longest=2 * HOUR),
    "unknown": _FLOW,
}


_OF_PLANT = {
    "temperature": _WARMED,
    "power": _SWITCHED,
    "mass_flow": _SWITCHED,
    "volume_flow": _SWITCHED,
}


def default_of(signal: Subject) -> tuple[str, Default]:
    """The default rule of a signal and what it is that of; one that checks nothing where its
    quantity has none."""
    said = signal.quantity.replace("_", " ")
    if signal.cumulative:
        return "a register", REGISTER
    if signal.settable:
        return "a set-point", SETTABLE
    if signal.outdoors:
        return "outdoor air", OUTDOORS
    if signal.plant and signal.quantity in _OF_PLANT:
        return f"{said} of a plant", _OF_PLANT[signal.quantity]
    return said, _BY_QUANTITY.get(signal.quantity, Default())
