"""What a site file says of CSV data; reads nothing and loads no arrays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from rami.asset.component import Declared
from rami.core.quantity import Duration
from rami.core.written import InputFile
from rami.information.series import Series
from rami.information.source import DataSource, SourceConfiguration


class Gaps(Declared):
    """What to do with missing values: fill up to `longest`, longer ones are an error.

    Example: `gaps: {longest: 2 h, fill: linear}`. Filled values carry the quality FILLED.
    """

    longest: Duration
    fill: Literal["hold", "linear"] = "linear"


class CsvColumn(Declared):
    """Which column holds a series, and in which unit.

    Example: `price_da: {column: "Preis DE/LU", unit: EUR/MWh}`.
    """

    column: str
    unit: str


class CsvFile(Declared):
    """One file; columns named `<series>_<unit>` need no mapping.

    Such as `price_da_EUR_per_MWh`, `P_el_factory_MW`, `load [kW]`.
    `separator` and `decimal` are recognised unless given. `time` names the column of time
    stamps (default: the first); `zone` is the zone of stamps without an offset (`UTC`,
    `Europe/Berlin`), not needed where the stamps carry one or the column is called
    `time_utc`. `time_format` is a strptime pattern for stamps that are neither ISO 8601 nor
    `31.12.2019 23:45`. `stamp` says which end of its interval a stamp marks. `step` is the
    raster, else recognised.
    """

    file: InputFile
    separator: Literal["auto", ",", ";", "tab"] = "auto"
    decimal: Literal["auto", ".", ","] = "auto"
    encoding: str = "utf-8"
    time: str | None = None
    time_format: str | None = None
    zone: str | None = None
    stamp: Literal["start", "end"] = "start"
    step: Duration | None = None
    columns: Mapping[str, CsvColumn] = Field(default_factory=dict)
    gaps: Gaps | None = None


def _file(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


class CsvConfiguration(SourceConfiguration):
    """One or several files that together hold the site's series.

    Example: `data: {kind: csv, files: [loads.csv, {file: prices.csv, zone: Europe/Berlin}]}`.
    """

    kind: Literal["csv"] = "csv"
    files: tuple[Annotated[CsvFile, BeforeValidator(_file)], ...] = Field(min_length=1)

    def open(self, folder: Path, series: Mapping[str, Series]) -> DataSource:
        """The files' series; relative paths start at `folder`. Raises DataError."""
        from adapters.sources.csv.source import CsvSource

        return CsvSource(self.files, folder, series)
