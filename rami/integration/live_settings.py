"""Section `live` of a twin: when a running plant counts as lost, and as back; loads no arrays."""

from __future__ import annotations

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Duration


class LiveSettings(Declared):
    """How a twin runs on its plant."""

    alarm_after: Duration = Field(
        30.0, le=3600, description="time without a usable link after which the plant is lost"
    )
    recover_after: Duration = Field(
        60.0, le=86400, description="time of good data after which a lost plant is taken back"
    )
    hold: Duration = Field(
        60.0, le=3600, description="time for which a bad value's last good one stands in for it"
    )
    verdict_age: Duration = Field(
        7 * 86400.0, le=366 * 86400, description="age of the last comparison of model and plant "
        "at which the plant may still be taken without a new one",
    )  # fmt: skip
