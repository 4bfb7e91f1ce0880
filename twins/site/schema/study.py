"""Section `study`: the seasons that are run one beside the other."""

from __future__ import annotations

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Duration
from rami.core.written import Instant, Name


class Study(Declared):
    """Runs of equal length from several starts."""

    duration: Duration = Field(le=3.2e8, description="length of every season's runs")
    seasons: dict[Name, Instant] = Field(min_length=1, description="name and start of each season")
