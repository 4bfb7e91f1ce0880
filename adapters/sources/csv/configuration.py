"""What a site file says of CSV data; reads nothing and loads no arrays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from rami.asset.component import Declared
from rami.core.quantity import Duration
from rami.core.written import InputFiles, Switch
from rami.information.series import Series
from rami.information.source import DataSource, SourceConfiguration
from rami.information.table.settings import Gaps

EPOCHS = {"epoch_s": 10**9, "epoch_ms": 10**6, "epoch_us": 10**3, "epoch_ns": 1}


class CsvColumn(Declared):
    """Which column (of a long file: which signal) holds a series, and in which unit.

    `register`: a cumulative reading (kWh, m3, kg), of which the series is the rate (kW, m3/h,
    kg/s). `status` names a column that says of each value whether it is good.
    Example: `price_da: {column: "Preis DE/LU", unit: EUR/MWh}`.
    """

    column: str
    unit: str
    register_: Switch = Field(False, alias="register")
    status: str | None = None


class LongForm(Declared):
    """A file with one value per row: the columns that hold signal, value, and more if there.

    Without `unit`, the signal's name ends in it (`P_el_kW`) or it is mapped under `columns`.
    """

    signal: str
    value: str
    unit: str | None = None
    status: str | None = None


class CsvFile(Declared):
    """One file, or several that continue each other (`2019-*.csv`), gzip and zip included.

    Columns named `<series>_<unit>` need no mapping, such as `price_da_EUR_per_MWh`,
    `P_el_factory_MW`, `load [kW]`; with `units_row` the units stand in a row below the names.
    `separator` and `decimal` are recognised unless given. `preamble` lines before the header
    are passed over, and so are lines that begin with `comment`. `time` names the column of
    time stamps (default: the first), `date` a column of dates that goes before it; `zone` is
    the zone of stamps without an offset, not needed where the stamps carry one or the column
    is called `time_utc`. `time_format` is a strptime pattern, or `epoch_s`, `epoch_ms`,
    `epoch_us`, `epoch_ns`, for stamps that are neither ISO 8601 nor `31.12.2019 23:45`.
    `stamp` says which end of its interval a stamp marks. `step` is the raster, else recognised.
    `issued` names a column of issue times: then the file tells what was known when. A status
    among `good` counts, among `uncertain` counts with that quality, any other is no value.
    """

    file: InputFiles
    separator: Literal["auto", ",", ";", "tab"] = "auto"
    decimal: Literal["auto", ".", ","] = "auto"
    encoding: str = "utf-8"
    preamble: int = Field(0, ge=0)
    comment: str = "#"
    units_row: Switch = False
    date: str | None = None
    time: str | None = None
    time_format: str | None = None
    zone: str | None = None
    stamp: Literal["start", "end"] = "start"
    step: Duration | None = None
    issued: str | None = None
    long: LongForm | None = None
    columns: Mapping[str, CsvColumn] = Field(default_factory=dict)
    good: tuple[str, ...] = ("", "0", "good", "ok", "valid")
    uncertain: tuple[str, ...] = ("uncertain", "estimated", "substituted")
    gaps: Gaps | None = None

    @model_validator(mode="after")
    def _fits(self) -> CsvFile:
        if self.issued and any(c.register_ for c in self.columns.values()):
            raise ValueError("a register has no issue times; leave out issued or register")
        return self


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
