"""Section `diagnosis` of a twin: how its plant is watched for slow faults; loads no arrays."""

from __future__ import annotations

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Duration


class DiagnosisSettings(Declared):
    """The plant is compared with itself: with what it was in the reference time."""

    reference: Duration = Field(
        7 * 86400.0,
        ge=86400,
        description="from the start: time in which the healthy plant is learned",
    )
    window: Duration = Field(300.0, le=3600, description="means that are compared")
    block: Duration = Field(
        3 * 3600.0, ge=3600, le=86400, description="time after which there is a new judgement"
    )
    false_alarms: Duration = Field(
        8 * 7 * 86400.0, ge=86400, description="mean time between two false alarms of a twin"
    )
