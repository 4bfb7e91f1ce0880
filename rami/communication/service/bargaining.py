"""What services say to each other when they negotiate.

A call opens a phase, an offer says what somebody brings, requests and answers go in rounds, the
last request is firm, and a settlement is proposed, accepted or refused, and made or dropped.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from rami.communication.service.on_grid import Column, Grid, Number, OnGrid, Path, Payload, Words
from rami.core.written import Instant

#: EUR that no settlement moves; whole cents can still be told apart
MOST_EUR = 1e9


class NegotiationCall(Payload):
    """Opens a phase of a day, `grid`; whom it is about stands in the topic's subject.

    `join`: say that you are there; `forecast`: say what you expect; `plan`: plan with what others
    expect; `offer`: say what you bring; `live`: the day is over, say what was measured. To `offer`
    the answer is a flexibility offer; to the others it is what the phase asks for, and after it a
    `negotiation_ready`. `step` is the step of cooperation: at 0 forecasts are not used. An answer
    carries the call's correlation and comes before `deadline`.
    """

    kind: ClassVar[str] = "negotiation_call"

    grid: Grid
    phase: Literal["join", "forecast", "plan", "offer", "live"]
    step: int = Field(1, ge=0, le=3)
    deadline: Instant


class NegotiationReady(Payload):
    """That what a call's phase asked for was said, to whom it concerns; not: `because`."""

    kind: ClassVar[str] = "negotiation_ready"

    phase: Literal["join", "forecast", "plan", "live"]
    done: bool = True
    because: Words = ""


class FlexibilityOffer(OnGrid):
    """What somebody brings to a negotiation: `series` is what each of his names takes out of the
    heat balance without a deal beyond its forecast (kW; 0 for consumers, minus what is sent for
    suppliers), `size` by how much each can move (kW), `cost_eur` what it costs him without a deal.

    `price` (EUR/kWh) is a supplier's first guess. Of a network: `room` is how much more heat (kW)
    can be drawn through each of its scarce sections, `beyond` whose groups count there.
    """

    kind: ClassVar[str] = "flexibility_offer"

    role: Literal["consumers", "network", "surplus", "production"]
    size: dict[Path, Number]
    series: dict[Path, Column]
    cost_eur: dict[Path, Number]
    price: Column = Field(default_factory=list)
    room: dict[Path, Column] = Field(default_factory=dict)
    beyond: dict[Path, list[Path]] = Field(default_factory=dict)

    def paths(self) -> frozenset[str]:
        """As in Payload, with those who are told to be beyond a section."""
        return super().paths() | {n for names in self.beyond.values() for n in names}

    def _columns(self) -> dict[str, list[float]]:
        room = {f"room {n}": v for n, v in self.room.items()}
        return {**self.series, **room, **({"price": self.price} if self.price else {})}

    @model_validator(mode="after")
    def _whole(self) -> FlexibilityOffer:
        if not self.size.keys() == self.series.keys() == self.cost_eur.keys():
            raise ValueError("size, series and cost_eur name the same")
        if any(s < 0 for s in self.size.values()):
            raise ValueError("a size is not negative")
        return self


class FlexibilityRequest(OnGrid):
    """Asks whom it names to change its forecast power by so much (kW, less is negative).

    `price` is what is offered per kWh of changed energy (EUR/kWh, by interval, empty: none);
    `penalty` (EUR/kWh per kW) prices each kW by which an answer departs from the asked change:
    asked is a price's best answer near it. `prices` stand in the place of `price` for those whom
    they name. `round_number` counts the rounds of one negotiation, an answer comes before
    `deadline`. `firm`: the rounds are over; asked is for exactly this change, and what it costs.
    """

    kind: ClassVar[str] = "flexibility_request"
    version: ClassVar[str] = "1.2"

    change: dict[Path, Column]
    price: Column = Field(default_factory=list)
    penalty: dict[Path, Number] = Field(default_factory=dict)
    round_number: int = Field(0, ge=0, le=1000)
    deadline: Instant
    prices: dict[Path, Column] = Field(default_factory=dict)
    firm: bool = False

    def _columns(self) -> dict[str, list[float]]:
        own = {f"price of {n}": v for n, v in self.prices.items()}
        return {**self.change, **own, **({"price": self.price} if self.price else {})}


class FlexibilityAnswer(OnGrid):
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


class Settlement(Payload):
    """A deal for whom the topic's subject names: `paid` to each of his names in EUR, in whole
    cents (negative: he pays). `proposed` asks whether he takes it, `made` and `dropped` (says
    `because`) are the end. What it is about is the firm request of the same day before it.
    """

    kind: ClassVar[str] = "settlement"

    state: Literal["proposed", "made", "dropped"]
    paid: dict[Path, Number] = Field(default_factory=dict)
    because: Words = ""
    deadline: Instant

    @model_validator(mode="after")
    def _whole(self) -> Settlement:
        if any(abs(v) > MOST_EUR for v in self.paid.values()):
            raise ValueError(f"wanted payments of at most {MOST_EUR:g} EUR")
        if any(abs(100 * v - round(100 * v)) > 1e-6 for v in self.paid.values()):
            raise ValueError("payments are whole cents")
        return self


class SettlementAnswer(Payload):
    """Whether a proposed settlement is accepted, by who is paid against his own account."""

    kind: ClassVar[str] = "settlement_answer"

    accepted: bool
    because: Words = ""

    @model_validator(mode="after")
    def _explains(self) -> SettlementAnswer:
        if not self.accepted and not self.because.strip():
            raise ValueError("a settlement that is refused says because of what (`because`)")
        return self
