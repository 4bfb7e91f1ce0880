"""What a site file says of any file of series, whatever its format; loads no arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from rami.asset.component import Declared
from rami.core.quantity import Duration
from rami.core.written import InputFiles, Switch


class Gaps(Declared):
    """What to do with missing values: fill up to `longest`, longer ones are an error.

    Example: `gaps: {longest: 2 h, fill: linear}`. Filled values carry the quality FILLED.
    """

    longest: Duration
    fill: Literal["hold", "linear"] = "linear"


class MappedColumn(Declared):
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


class TableFile(Declared):
    """One file, or several that continue each other (`2019-*`).

    Columns named `<series>_<unit>` need no mapping, such as `price_da_EUR_per_MWh`,
    `P_el_factory_MW`, `load [kW]`. `time` names the column of time stamps (default: the
    first); `zone` is the zone of stamps without an offset, not needed where the stamps carry
    one or the column is called `time_utc`. `stamp` says which end of its interval a stamp
    marks. `step` is the raster, else recognised. `issued` names a column of issue times: then
    the file tells what was known when. A status among `good` counts, among `uncertain` counts
    with that quality, any other is no value.
    """

    file: InputFiles
    time: str | None = None
    zone: str | None = None
    stamp: Literal["start", "end"] = "start"
    step: Duration | None = None
    issued: str | None = None
    long: LongForm | None = None
    columns: Mapping[str, MappedColumn] = Field(default_factory=dict)
    good: tuple[str, ...] = ("", "0", "good", "ok", "valid")
    uncertain: tuple[str, ...] = ("uncertain", "estimated", "substituted")
    gaps: Gaps | None = None

    @model_validator(mode="after")
    def _fits(self) -> TableFile:
        if self.issued and any(c.register_ for c in self.columns.values()):
            raise ValueError("a register has no issue times; leave out issued or register")
        return self


def by_name(value: Any) -> Any:
    """A file that is written as its name alone."""
    return {"file": value} if isinstance(value, str) else value
