"""What services say: typed, versioned, in canonical units; one class for each kind of message.

`series` are columns over a grid: `series[name][i]` holds for the interval that starts at
`start + i * step_s`. Names are site paths within the owner's site (`dhs.group_012`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from rami.asset.component import Declared
from rami.core.written import Instant


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
    step_s: float = Field(gt=0, le=86400 * 31)
    count: int = Field(ge=1, le=20_000)


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


class _OnGrid(Payload):
    grid: Grid
    unit: Unit

    def _columns(self) -> Mapping[str, Sequence[float | None]]:
        raise NotImplementedError

    @model_validator(mode="after")
    def _fits(self) -> _OnGrid:
        columns = self._columns()
        if len(columns) > COLUMNS:
            raise ValueError(f"wanted at most {COLUMNS} series, got {len(columns)}")
        for name, values in columns.items():
            if len(values) != self.grid.count:
                raise ValueError(f"{name}: wanted {self.grid.count} values, got {len(values)}")
        return self


class Forecast(_OnGrid):
    """Expected values of what is named, with quantiles where they are known.

    `quantiles["0.1"]["dhs.group_012"]` is the value that is undershot in a tenth of cases.
    """

    kind: ClassVar[str] = "forecast"

    quantity: Literal[
        "power", "mass_flow", "temperature", "energy_price", "emission_factor", "energy", "share"
    ]
    series: dict[Path, Column]
    quantiles: dict[Annotated[str, Field(pattern=r"^0\.\d{1,3}$")], dict[Path, Column]] = Field(
        default_factory=dict
    )

    def _columns(self) -> dict[str, list[float]]:
        bands = {f"{q} {n}": v for q, part in self.quantiles.items() for n, v in part.items()}
        return {**self.series, **bands}


class Measurement(_OnGrid):
    """What was measured: means over each interval, null where there is no usable value."""

    kind: ClassVar[str] = "measurement"

    quantity: Literal["power", "mass_flow", "temperature", "energy_price", "energy", "share"]
    series: dict[Path, Annotated[list[Number | None], Field(max_length=20_000)]]

    def _columns(self) -> Mapping[str, Sequence[float | None]]:
        return self.series


class ScheduleMessage(_OnGrid):
    """What somebody intends to do: powers, temperatures, flows over a grid."""

    kind: ClassVar[str] = "schedule"

    quantity: Literal["power", "mass_flow", "temperature"]
    series: dict[Path, Column]
    rung: Words = ""

    def _columns(self) -> dict[str, list[float]]:
        return self.series


class PriceSignal(_OnGrid):
    """Price per kWh (EUR/kWh) at which somebody takes or gives heat in each interval."""

    kind: ClassVar[str] = "price"

    series: dict[Path, Column]

    def _columns(self) -> dict[str, list[float]]:
        return self.series


class FlexibilityRequest(_OnGrid):
    """Asks whom it names to change its forecast power by so much (kW, less is negative).

    `price` is what is offered per kWh of changed energy (EUR/kWh, by interval, empty: none);
    `penalty` (EUR/kWh per kW) prices each kW by which an answer departs from the asked change:
    asked is a price's best answer near it. `round_number` counts the rounds of one negotiation,
    an answer comes before `deadline`.
    """

    kind: ClassVar[str] = "flexibility_request"
    version: ClassVar[str] = "1.1"

    change: dict[Path, Column]
    price: Column = Field(default_factory=list)
    penalty: dict[Path, Number] = Field(default_factory=dict)
    round_number: int = Field(0, ge=0, le=1000)
    deadline: Instant

    def _columns(self) -> dict[str, list[float]]:
        return {**self.change, **({"price": self.price} if self.price else {})}


class FlexibilityAnswer(_OnGrid):
    """The updated forecast power (kW) of whom was asked, and what the change costs him (EUR).

    `possible` false: cannot, and `because` says why; the series are what stays then.
    """

    kind: ClassVar[str] = "flexibility_answer"

    series: dict[Path, Column]
    cost_eur: dict[Path, Number] = Field(default_factory=dict)
    possible: bool
    because: Words = ""
    round_number: int = Field(0, ge=0, le=1000)

    def _columns(self) -> dict[str, list[float]]:
        return self.series

    @model_validator(mode="after")
    def _explains(self) -> FlexibilityAnswer:
        if not self.possible and not self.because.strip():
            raise ValueError("an answer that says cannot says because of what (`because`)")
        return self


class KeyFigures(Payload):
    """Figures with units over a span."""

    kind: ClassVar[str] = "key_figures"

    start: Instant
    end: Instant
    figures: dict[Path, tuple[Number, Unit]]


class Alarm(Payload):
    """Something that lasts and that somebody has to know."""

    kind: ClassVar[str] = "alarm"

    source: Path
    condition: Words
    active: bool
    severity: int = Field(ge=1, le=1000)
    text: Words


class QualityReport(Payload):
    """Shares of samples by signal: good, filled, missing."""

    kind: ClassVar[str] = "quality_report"

    start: Instant
    end: Instant
    shares: dict[Path, dict[Literal["good", "uncertain", "bad", "filled", "missing"], Number]]


PAYLOADS: dict[str, type[Payload]] = {
    one.kind: one
    for one in (
        Forecast, Measurement, ScheduleMessage, PriceSignal, FlexibilityRequest,
        FlexibilityAnswer, KeyFigures, Alarm, QualityReport,
    )
}  # fmt: skip
