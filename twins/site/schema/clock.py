"""Section `clock`: the span of a run and its steps."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Duration
from rami.core.written import Instant


class Clock(Declared):
    """The time of a run; seconds inside."""

    mode: Literal["simulated", "scaled", "real"] = Field(
        "simulated",
        description="how time passes for `rami serve`: as fast as it goes, at `speed` times the "
        "wall clock's pace from `start` on, or with the wall clock",
    )
    speed: float = Field(1.0, gt=0, le=10000, description="pace of `scaled`")
    start: Instant = Field(description="first instant of a run")
    duration: Duration = Field(le=3.2e8, description="length of a run")
    step: Duration = Field(
        60.0, ge=1, description="step of the networks and of the exchange of heat"
    )
    control_step: Duration = Field(
        10.0, ge=1, description="step of the station's technical control"
    )
    strategy_period: Duration = Field(86400.0, ge=60, description="time between two plans")
