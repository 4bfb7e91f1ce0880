"""Section `forecasts` of a site file; loads no arrays."""

from __future__ import annotations

import datetime  # pydantic reads the annotation `datetime.date`
from collections.abc import Mapping
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from rami.asset.component import Declared
from rami.core.plugins import found
from rami.core.quantity import Duration, TemperatureDifference
from rami.core.wording import did_you_mean

OWN_METHODS = ("ridge", "seasonal_naive", "last_week", "persistence", "typical_profile")


def _method(text: str) -> str:
    inner = text[5:-1] if text.startswith("mean(") and text.endswith(")") else text
    known = [*OWN_METHODS, *found("rami.forecasters")]
    for part in inner.split("+"):
        if part.strip() not in known:
            raise ValueError(f"no method {part.strip()!r}; {did_you_mean(part.strip(), known)}")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"no time zone {text!r}; e.g. Europe/Berlin, UTC") from None
    return text


def _levels(levels: tuple[float, ...]) -> tuple[float, ...]:
    if list(levels) != sorted(set(levels)) or not all(0 < a < 1 for a in levels):
        raise ValueError(f"levels ascend between 0 and 1, got {', '.join(map(str, levels))}")
    return levels


Method = Annotated[str, AfterValidator(_method)]


class ForecastSettings(Declared):
    """How the series that plans need are forecast.

    Example: `forecasts: {series: {P_th_dem_DHS: ridge+boosting}, history: 120 d}`.
    """

    from_: Annotated[str, Field(pattern=r"^(\*|[a-z][a-z0-9_]*)?$")] = Field(
        "", alias="from", description="service whose forecasts runs plan on; `*`: whichever says "
        "one; none: runs know their data",
    )  # fmt: skip
    subject: Annotated[str, Field(pattern=r"^(\*|[A-Za-z0-9_.@-]{1,120})$")] = Field(
        "*", description="of the topic by which these forecasts come"
    )
    method: Method = Field("ridge", description="of every series not named below")
    roles: Mapping[str, Method] = Field(
        default_factory=dict,
        description="method by kind of load: production, space_heating, district, cooling, "
        "electric, price",
    )
    series: Mapping[str, Method] = Field(
        default_factory=dict, description="method by name of the series"
    )
    history: Duration = Field(60 * 86400.0, le=3.2e8, description="learned from at most")
    retrain: Duration = Field(
        86400.0, le=3.2e7, description="time after which a method learns anew"
    )
    levels: Annotated[tuple[float, ...], AfterValidator(_levels)] = Field(
        (0.05, 0.1, 0.5, 0.9, 0.95), min_length=1, description="of the quantiles"
    )
    zone: Annotated[str, AfterValidator(_zone)] = Field(
        "Europe/Berlin", description="whose calendar people follow"
    )
    holidays: tuple[datetime.date, ...] = Field((), description="local dates that are as Sundays")
    weather_error: TemperatureDifference | None = Field(
        None, description="deviation of a forecast temperature; none: known as the source has it"
    )
    seed: int = Field(0, ge=0, description="of the weather error")

    def method_of(self, name: str, role: str | None) -> str:
        """The method of a series: by its name, else by its role, else the default."""
        return self.series.get(name) or self.roles.get(role or "") or self.method
