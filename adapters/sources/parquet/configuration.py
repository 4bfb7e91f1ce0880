"""What a site file says of Parquet data; loads no library."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from rami.information.series import Series
from rami.information.source import DataSource, SourceConfiguration
from rami.information.table.settings import TableFile, by_name


class ParquetConfiguration(SourceConfiguration):
    """One or several Parquet files, wide or long, that together hold the site's series.

    A column of time stamps without a zone needs `zone`. Example:
    `data: {kind: parquet, files: [loads.parquet, {file: "2019-*.parquet", zone: UTC}]}`.
    """

    kind: Literal["parquet"] = "parquet"
    files: tuple[Annotated[TableFile, BeforeValidator(by_name)], ...] = Field(min_length=1)

    def open(self, folder: Path, series: Mapping[str, Series]) -> DataSource:
        """The files' series; relative paths start at `folder`. Raises DataError."""
        from adapters.sources.parquet.source import parquet_source

        return parquet_source(self.files, folder, series)
