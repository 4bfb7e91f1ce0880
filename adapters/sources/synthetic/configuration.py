"""What a site file says of synthetic data; loads no arrays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from rami.asset.component import Declared
from rami.core.quantity import Power
from rami.information.series import Role, Series
from rami.information.source import DataSource, SourceConfiguration


class Profile(Declared):
    """A load's role and nominal power; without one both follow from the consumer.

    Example: `profiles: {P_hall: {role: space_heating, power: 800 kW}}`.
    """

    role: Role
    power: Power


class SyntheticConfiguration(SourceConfiguration):
    """Same seed, same bytes, whatever period is asked for.

    `zone` is the local time that loads and prices follow. Example:
    `data: {kind: synthetic, seed: 2019}`.
    """

    kind: Literal["synthetic"] = "synthetic"
    seed: int = Field(2019, ge=0, lt=2**31)
    zone: str = "Europe/Berlin"
    profiles: Mapping[str, Profile] = Field(default_factory=dict)

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"no time zone {zone!r}; e.g. Europe/Berlin, UTC") from None
        return zone

    def open(self, folder: Path, series: Mapping[str, Series]) -> DataSource:
        """The generator; `series` gives role and nominal power of the loads."""
        from adapters.sources.synthetic.source import SyntheticSource

        return SyntheticSource(self, series)
