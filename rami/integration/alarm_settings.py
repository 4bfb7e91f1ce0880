"""Section `alarms` of a twin; loads no arrays."""

from __future__ import annotations

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Duration
from rami.integration.settings import Amount


class PointAlarms(Declared):
    """Limits of one measured point, or of all that a pattern names; what is left out keeps what
    earlier entries and the point say. Example: `hs.T_1: {high: 100 degC, high_high: 110 degC}`."""

    high_high: Amount | None = Field(None, description="above it somebody has to act at once")
    high: Amount | None = Field(None, description="above it somebody has to look")
    low: Amount | None = Field(None, description="likewise below")
    low_low: Amount | None = Field(None, description="likewise below, at once")
    deadband: Amount | None = Field(
        None, description="by so much it is back inside before the alarm ends; none: 1 % of the "
        "limits' distance"
    )  # fmt: skip
    delay: Duration | None = Field(
        None, le=86400, description="so long it is outside before it is told; none: the twin's"
    )


class AlarmSettings(Declared):
    """Limit alarms beyond those of the points themselves. Entries of `points` are read from top to
    bottom; a later one changes what it names."""

    delay: Duration = Field(0.0, le=86400, description="as `delay` of all points that say nothing")
    points: dict[str, PointAlarms] = Field(
        default_factory=dict, description="limits by name or shell pattern of measured points"
    )
