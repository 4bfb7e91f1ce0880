"""What a site file says of CSV data; reads nothing and loads no arrays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from rami.core.written import Switch
from rami.information.series import Series
from rami.information.source import DataSource, SourceConfiguration
from rami.information.table.settings import TableFile, by_name

EPOCHS = {"epoch_s": 10**9, "epoch_ms": 10**6, "epoch_us": 10**3, "epoch_ns": 1}


class CsvFile(TableFile):
    """A text file, gzip and zip included; several files count as one that goes on.

    `separator` and `decimal` are recognised unless given. `preamble` lines before the header
    are passed over, and so are lines that begin with `comment`. With `units_row` the units
    stand in a row below the names. `date` is a column of dates that goes before `time`.
    `time_format` is a strptime pattern, or `epoch_s`, `epoch_ms`, `epoch_us`, `epoch_ns`, for
    stamps that are neither ISO 8601 nor `31.12.2019 23:45`.
    """

    separator: Literal["auto", ",", ";", "tab"] = "auto"
    decimal: Literal["auto", ".", ","] = "auto"
    encoding: str = "utf-8"
    preamble: int = Field(0, ge=0)
    comment: str = "#"
    units_row: Switch = False
    date: str | None = None
    time_format: str | None = None


class CsvConfiguration(SourceConfiguration):
    """One or several files that together hold the site's series.

    Example: `data: {kind: csv, files: [loads.csv, {file: prices.csv, zone: Europe/Berlin}]}`.
    """

    kind: Literal["csv"] = "csv"
    files: tuple[Annotated[CsvFile, BeforeValidator(by_name)], ...] = Field(min_length=1)

    def open(self, folder: Path, series: Mapping[str, Series]) -> DataSource:
        """The files' series; relative paths start at `folder`. Raises DataError."""
        from adapters.sources.csv.source import csv_source

        return csv_source(self.files, folder, series)
