"""The data source behind `kind: parquet`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from adapters.sources.parquet.rows import ParquetRows
from rami.information.series import Series
from rami.information.table.series_file import SeriesFile
from rami.information.table.settings import TableFile
from rami.information.table.source import TableSource


def parquet_source(
    files: Sequence[TableFile], folder: Path, series: Mapping[str, Series] | None = None
) -> TableSource:
    """Series from one or several Parquet files; a file is read when it is first needed."""

    def opened(declared: TableFile) -> SeriesFile:
        return SeriesFile(declared, ParquetRows(declared, folder))

    return TableSource([partial(opened, d) for d in files], series)
