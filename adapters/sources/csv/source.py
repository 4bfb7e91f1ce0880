"""The data source behind `kind: csv`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.parts import Parts
from rami.information.series import Series
from rami.information.table.series_file import SeriesFile
from rami.information.table.source import TableSource


def csv_source(
    files: Sequence[CsvFile],
    folder: Path = Path(),
    series: Mapping[str, Series] | None = None,
) -> TableSource:
    """Series from one or several CSV files; a file is read when it is first needed."""

    def opened(declared: CsvFile) -> SeriesFile:
        return SeriesFile(declared, Parts(declared, folder))

    return TableSource([partial(opened, d) for d in files], series)
