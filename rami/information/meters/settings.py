"""Section `meters` of a site file; loads no arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StringConstraints, field_validator, model_validator

from rami.asset.component import Declared
from rami.core import units
from rami.core.quantity import Duration, Share
from rami.core.written import Name

#: how the signals of single customers begin; only `rami meters` hands them on
SINGLE = "meters."
#: recipients that every dataset has: the historian itself, and aggregates kept by a purge
HISTORIAN, ARCHIVE = "historian", "archive"
#: the grouping of everybody
ALL = "all"

Text = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class MeterRegister(Declared):
    """One register of every meter. Example: `energy: {quantity: energy, unit: MWh}`."""

    quantity: Literal[
        "energy", "volume", "volume_temperature", "power", "volume_flow", "temperature"
    ] = Field(description="what it measures")
    unit: str = Field(description="as in the files")
    column: Text | None = Field(None, description="of long files; none: the register's name")
    cumulative: bool = Field(True, description="counts up; false: a value per interval")

    @model_validator(mode="after")
    def _measures(self) -> Self:
        units.convert(1.0, self.unit, self.quantity)
        if self.cumulative and self.quantity in ("power", "volume_flow", "temperature"):
            raise ValueError(f"a {self.quantity.replace('_', ' ')} does not count up")
        return self


class MeterFiles(Declared):
    """Shape of the files: `long` has a row per reading, `wide` a column per meter."""

    shape: Literal["long", "wide"] = Field("long", description="a row or a column per meter")
    separator: Literal["auto", ",", ";", "tab"] = Field("auto", description="between cells")
    decimal: Literal[".", ","] = Field(".", description="sign of the numbers")
    id: Text = Field("meter_id", description="column of the meter's number")
    time: Text = Field("time", description="column of time stamps")
    time_format: Text | None = Field(None, description="strptime pattern of unusual stamps")
    zone: str | None = Field(None, description="of stamps without an offset")

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str | None) -> str | None:
        try:
            if zone is not None:
                ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"no time zone {zone!r}; e.g. Europe/Copenhagen") from None
        return zone


class MeterRecipient(Declared):
    """Who gets what, and what for. Single customers' rows never leave the house."""

    purpose: str = Field(min_length=3, description="what the recipient uses them for")
    gets: Literal["aggregates", "rows"] = Field(
        "aggregates", description="`rows`: single customers under pseudonyms of its own"
    )
    inside: bool = Field(False, description="part of the same controller; needed for rows")
    by: tuple[str, ...] = Field((), description="groupings it may have; none: all of them")
    registers: tuple[str, ...] = Field((), description="it may have; none: all of them")
    step: Duration = Field(3600.0, ge=900, description="finest interval")

    @model_validator(mode="after")
    def _at_home(self) -> Self:
        if self.gets == "rows" and not self.inside:
            raise ValueError("rows of single customers stay inside; wanted inside: true")
        return self


class MeterArchive(Declared):
    """Aggregates that stay in the historian when single customers' rows are purged."""

    by: str = Field(ALL, description="grouping")
    step: Duration = Field(3600.0, ge=900, description="interval")


class MeterDataset(Declared):
    """Customers' meters that enter together: why, on what ground, and how long they are kept."""

    purpose: str = Field(min_length=3, description="what the data are used for")
    legal_basis: str = Field(min_length=3, description="e.g. contract, GDPR Art. 6(1)(b)")
    retention: Duration = Field(le=3.2e9, description="of single customers' rows")
    registers: dict[Name, MeterRegister] = Field(min_length=1, description="of every meter")
    files: MeterFiles = Field(default_factory=MeterFiles, description="how they are written")
    groups: tuple[Name, ...] = Field((), description="columns of the list of customers")
    recipients: dict[Name, MeterRecipient] = Field(
        default_factory=dict, description="who may have what"
    )
    k: int = Field(5, ge=5, le=1000, description="fewest customers of anything that leaves")
    dominance: Share = Field(0.8, description="most that one customer may make up")
    keep: MeterArchive | None = Field(None, description="aggregates that a purge leaves")
    keys: Path = Field(Path("meter-keys"), description="folder of keys and of the roster")
    records: Path = Field(Path("meter-records"), description="folder of log and releases")

    @field_validator("dominance")
    @classmethod
    def _safe(cls, share: float) -> float:
        if not 0 < share <= 0.8:
            raise ValueError(f"{share:g} is not safe: wanted above 0 and at most 0.8")
        return share

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        groupings = {*self.groups, ALL}
        wrong = [f"grouping {g!r}" for g in self.groups if g == ALL or g == self.files.id]
        wrong += [f"recipient {n!r}" for n in self.recipients if n in (HISTORIAN, ARCHIVE)]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: the name is taken")
        asked = {g for r in self.recipients.values() for g in r.by}
        asked |= {self.keep.by} if self.keep else set()
        if asked - groupings:
            raise ValueError(f"no grouping {sorted(asked - groupings)}; there are {self.groups}")
        unknown = {x for r in self.recipients.values() for x in r.registers} - set(self.registers)
        if unknown:
            raise ValueError(f"no register {sorted(unknown)}; there are {sorted(self.registers)}")
        columns = [r.column or n for n, r in self.registers.items()]
        if self.files.shape == "long":
            columns += [self.files.id, self.files.time]
        twice = sorted({c for c in columns if columns.count(c) > 1})
        if twice:
            # the number as a value, or one value told as two
            raise ValueError(f"columns {twice} are named more than once; each has one meaning")
        if self.keys == self.records:
            raise ValueError("keys and records need folders of their own")
        return self
