"""What payloads are made of: numbers, columns over a grid, and the base of all kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from rami.asset.component import Declared
from rami.core.timegrid import NS, instant
from rami.core.written import Instant

_LATEST_NS = instant("2200-01-01T00:00Z")


def _finite(value: float) -> float:
    if not isfinite(value):
        raise ValueError("wanted a finite number")
    return value


Number = Annotated[float, Field(strict=False), AfterValidator(_finite)]
Path = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9_.@/-]+$")]
Unit = Annotated[str, Field(max_length=16)]
Words = Annotated[str, Field(max_length=500)]
Column = Annotated[list[Number], Field(max_length=20_000)]

#: most columns of one message
COLUMNS = 5_000


class Grid(Declared):
    """`count` intervals of `step_s` from `start` on."""

    start: Instant
    step_s: float = Field(ge=0.001, le=86400 * 31)
    count: int = Field(ge=1, le=20_000)

    @model_validator(mode="after")
    def _ends(self) -> Grid:
        if instant(self.start) + self.step_s * self.count * NS >= _LATEST_NS:
            raise ValueError("a grid ends before the year 2200")
        return self


class Payload(Declared):
    """Base of all; `kind` and `version` name its schema. A higher minor version adds optional
    fields only; another major version is another language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ClassVar[str]
    version: ClassVar[str] = "1.0"

    def paths(self) -> frozenset[str]:
        """Every site path that the message names; what may cross a border is decided on these."""
        found: set[str] = set()
        for name, value in self.__dict__.items():
            if name == "quantiles":  # by level, then by path
                found |= {path for band in value.values() for path in band}
            elif isinstance(value, dict):
                found |= set(value)
        source = getattr(self, "source", None)
        return frozenset(found | ({source} if isinstance(source, str) else set()))


class OnGrid(Payload):
    """Columns in one unit over one grid."""

    grid: Grid
    unit: Unit

    def _columns(self) -> Mapping[str, Sequence[float | None]]:
        raise NotImplementedError

    @model_validator(mode="after")
    def _fits(self) -> OnGrid:
        columns = self._columns()
        if len(columns) > COLUMNS:
            raise ValueError(f"wanted at most {COLUMNS} series, got {len(columns)}")
        for name, values in columns.items():
            if len(values) != self.grid.count:
                raise ValueError(f"{name}: wanted {self.grid.count} values, got {len(values)}")
        return self
