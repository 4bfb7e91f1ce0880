"""What services say: typed, versioned, in canonical units; one class for each kind of message.

`series` are columns over a grid: `series[name][i]` holds for the interval that starts at
`start + i * step_s`. Names are site paths within the owner's site (`dhs.group_012`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rami.communication.service.bargaining import (
    FlexibilityAnswer,
    FlexibilityOffer,
    FlexibilityRequest,
    NegotiationCall,
    NegotiationReady,
    Settlement,
    SettlementAnswer,
)
from rami.communication.service.on_grid import (
    Column,
    Grid,
    Number,
    OnGrid,
    Path,
    Payload,
    Unit,
    Words,
)
from rami.core.written import Instant

__all__ = [
    "PAYLOADS",
    "Alarm",
    "Column",
    "FlexibilityAnswer",
    "FlexibilityOffer",
    "FlexibilityRequest",
    "Forecast",
    "Grid",
    "KeyFigures",
    "Limits",
    "Measurement",
    "NegotiationCall",
    "NegotiationReady",
    "Path",
    "Payload",
    "PriceSignal",
    "QualityReport",
    "ScheduleMessage",
    "SetPointAnswer",
    "SetPointRequest",
    "Settlement",
    "SettlementAnswer",
    "Words",
]


class Forecast(OnGrid):
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


class Measurement(OnGrid):
    """What was measured: means over each interval, null where there is no usable value."""

    kind: ClassVar[str] = "measurement"

    quantity: Literal["power", "mass_flow", "temperature", "energy_price", "energy", "share"]
    series: dict[Path, Annotated[list[Number | None], Field(max_length=20_000)]]

    def _columns(self) -> Mapping[str, Sequence[float | None]]:
        return self.series


class ScheduleMessage(OnGrid):
    """What somebody intends to do: powers, temperatures, flows over a grid."""

    kind: ClassVar[str] = "schedule"

    quantity: Literal["power", "mass_flow", "temperature"]
    series: dict[Path, Column]
    rung: Words = ""

    def _columns(self) -> dict[str, list[float]]:
        return self.series


class PriceSignal(OnGrid):
    """Price per kWh (EUR/kWh) at which somebody takes or gives heat in each interval."""

    kind: ClassVar[str] = "price"

    series: dict[Path, Column]

    def _columns(self) -> dict[str, list[float]]:
        return self.series


class Limits(OnGrid):
    """The most that an operator's networks give and take, kW, by `max_give.<network>` and
    `max_take.<network>`; the price signal's names are `heat_draw.<network>` and others of a plan.
    """

    kind: ClassVar[str] = "limits"

    series: dict[Path, Column]

    def _columns(self) -> dict[str, list[float]]:
        return self.series


class SetPointRequest(Payload):
    """Asks that inputs of a running plant be set (value, unit), for as long as the message holds.

    Each passes the guard: range, rate, role, lease, audit. No values: what was asked for ends.
    """

    kind: ClassVar[str] = "set_point_request"

    values: Annotated[dict[Path, tuple[Number, Unit]], Field(max_length=500)]


class SetPointAnswer(Payload):
    """What became of a request, by point: empty where it was taken, else why it was not."""

    kind: ClassVar[str] = "set_point_answer"

    refused: Annotated[dict[Path, Words], Field(max_length=500)]


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
        FlexibilityAnswer, KeyFigures, Alarm, QualityReport, Limits, SetPointRequest,
        SetPointAnswer, NegotiationCall, NegotiationReady, FlexibilityOffer, Settlement,
        SettlementAnswer,
    )
}  # fmt: skip
