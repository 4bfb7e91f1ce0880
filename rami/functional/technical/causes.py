"""Why a loop cannot do what it is asked: bits per loop, counted in seconds."""

from __future__ import annotations

from enum import IntEnum


class Cause(IntEnum):
    """Row of `StationController.limited_s`."""

    FULLY_OPEN = 0
    AT_MINIMUM = 1
    SOURCE_TOO_COLD = 2
    SPREAD_TOO_SMALL = 3


TEXT = {
    Cause.FULLY_OPEN: "fully open",
    Cause.AT_MINIMUM: "at its smallest opening",
    Cause.SOURCE_TOO_COLD: "arriving water too cold for the wanted temperature",
    Cause.SPREAD_TOO_SMALL: "temperature difference too small to carry the heat",
}
