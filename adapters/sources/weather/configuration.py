"""What a site file says of weather and its forecasts; loads no arrays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from rami.asset.component import Declared
from rami.core.choice import OneOf
from rami.core.plugins import found
from rami.core.quantity import Duration, TemperatureDifference
from rami.core.written import Instant
from rami.information.series import AIR_TEMPERATURE, Series
from rami.information.source import DataSource, SourceConfiguration

#: kinds of sources that weather may stand in
WITHIN = ("csv", "parquet", "synthetic")


def _within() -> Mapping[str, type[BaseModel]]:
    loaders = found("rami.sources")
    return {word: loaders[word]() for word in WITHIN if word in loaders}


Within = Annotated[SourceConfiguration, OneOf(_within)]


class ForecastError(Declared):
    """How a forecast of air temperature departs from what then happens. SYNTHETIC.

    The error is zero at issue and grows with the square root of the lead time to the standard
    deviation `sd_24h` at 24 h; errors of lead times `memory` apart correlate by 1/e. Forecasts
    are issued `every` so often, counted from midnight UTC, and reach `horizon` ahead; errors of
    different issues are independent.
    """

    sd_24h: TemperatureDifference = Field(1.5, le=20)
    memory: Duration = Field(24 * 3600.0, le=30 * 86400.0)
    every: Duration = Field(6 * 3600.0, ge=3600.0, le=86400.0)
    horizon: Duration = Field(240 * 3600.0, ge=3600.0, le=60 * 86400.0)
    seed: int = Field(2019, ge=0, lt=2**31)
    series: tuple[str, ...] = (AIR_TEMPERATURE,)


class WeatherConfiguration(SourceConfiguration):
    """The weather that happens, and what was forecast of it.

    `truth` is any source of measured weather. With `reference_year` (the instant at which the
    year in the file begins) it is a test reference year, which holds for every year; 29
    February repeats the 28th. Forecasts come from `forecast`, a source with issue times, or
    are made from the truth by `error`. Example:
    `{kind: weather, truth: {kind: csv, files: [try.csv]}, error: {sd_24h: 1.5 K}}`.
    """

    kind: Literal["weather"] = "weather"
    truth: Within
    reference_year: Instant | None = None
    forecast: Within | None = None
    error: ForecastError | None = None

    @model_validator(mode="after")
    def _one(self) -> WeatherConfiguration:
        if self.forecast is not None and self.error is not None:
            raise ValueError("forecast and error exclude each other; leave one out")
        begin = self.reference_year
        if begin is not None and (begin.month, begin.day) == (2, 29):
            raise ValueError("a reference year cannot begin on 29 February")
        return self

    def open(self, folder: Path, series: Mapping[str, Series]) -> DataSource:
        """Truth and forecasts; relative files are in `folder`. Raises DataError."""
        from adapters.sources.weather.reference_year import ReferenceYear
        from adapters.sources.weather.source import WeatherSource
        from adapters.sources.weather.synthetic import SyntheticForecast
        from rami.core.timegrid import instant

        truth = self.truth.open(folder, series)
        if self.reference_year is not None:
            truth = ReferenceYear(truth, instant(self.reference_year))
        forecast = self.forecast.open(folder, series) if self.forecast else None
        if self.error is not None:
            forecast = SyntheticForecast(truth, self.error)
        return WeatherSource(truth, forecast)
