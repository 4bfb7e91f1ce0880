"""Section `external` of a site file: further sources laid over `data`; loads no arrays."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Duration

Fallback = Literal["own", "hold", "fail"]


class ExternalSettings(Declared):
    """Which series come from a further source, how long they hold, and what stands in.

    The age of a value is the time it is used at less the time it was issued (or measured). One
    that is older than `validity`, bad or missing is replaced: `own` takes what `data` has, or
    the own calculation of a key figure; `hold` keeps the source's last value (own before the
    first); `fail` ends the work with an error.
    """

    gives: tuple[str, ...] = Field(min_length=1, description="series taken from this source")
    validity: Duration | None = Field(
        None, le=3.2e8, description="age beyond which a value no longer counts; none: for ever"
    )
    fallback: Fallback = Field(
        "own", description="where it is missing or too old: own data, its last value, or an error"
    )
