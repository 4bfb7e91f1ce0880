"""Section `external` of a site file: further sources laid over `data`; loads no arrays."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Duration


class ExternalSettings(Declared):
    """Which series come from a further source, how long they hold, and what stands in."""

    gives: tuple[str, ...] = Field(min_length=1, description="series taken from this source")
    validity: Duration | None = Field(
        None, le=3.2e8, description="age from which a value no longer counts; none: for ever"
    )
    fallback: Literal["own", "hold", "fail"] = Field(
        "own", description="where it is missing or too old: own data, its last value, or an error"
    )
