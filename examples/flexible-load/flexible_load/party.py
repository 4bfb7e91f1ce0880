"""The party: answers calls, requests and settlements about its load."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from rami.communication.service import (
    FlexibilityAnswer,
    FlexibilityOffer,
    FlexibilityRequest,
    Forecast,
    Inbox,
    Measurement,
    Message,
    NegotiationCall,
    NegotiationReady,
    Payload,
    ServiceDeclaration,
    Settlement,
    SettlementAnswer,
    Topic,
)

_DAY_NS = 86_400 * 10**9
#: EUR that a payment may lack: round-off
_ROUND_OFF = 1e-4


def read(file: Path) -> dict[int, tuple[float, float]]:
    """Hour -> (load, what can be left off), kW."""
    with file.open(newline="", encoding="utf-8") as opened:
        return {
            int(row["hour"]): (float(row["load_kW"]), float(row["flexible_kW"]))
            for row in csv.DictReader(opened)
        }


class FlexibleLoad:
    """One group, `name`. A kWh less than usual costs it `threshold`; it pays `tariff` for each."""

    def __init__(
        self, declaration: ServiceDeclaration, site: str, name: str,
        rows: dict[int, tuple[float, float]], threshold: float, tariff: float, zone_h: float,
    ) -> None:  # fmt: skip
        self.declaration, self.site, self.name = declaration, site, name
        self.rows, self.threshold, self.tariff = rows, threshold, tariff
        self.zone_h = zone_h
        self.agreed: list[float] | None = None
        self.firm: list[float] | None = None
        self.accepted: dict[str, float] | None = None
        self.step_h = 0.0
        self._heard: dict[str, int] = {}
        self._sequence = 0

    def run(self, inbox: Inbox) -> Sequence[Message]:
        """Answers to what is addressed to it and new, in the order in which it was sent."""
        new = [
            m for t, m in inbox.messages.items()
            if m.topic.subject == self.declaration.name and m.sequence > self._heard.get(t, 0)
        ]  # fmt: skip
        said: list[Message] = []
        for message in sorted(new, key=lambda m: m.sequence):
            self._heard[str(message.topic)] = message.sequence
            for payload in self.answers(message.payload):
                said.append(self._message(payload, inbox.now_ns, message.correlation))
        return said

    def answers(self, payload: Payload) -> list[Payload]:
        """What it says to one message."""
        if isinstance(payload, NegotiationCall):
            return self._called(payload)
        if isinstance(payload, FlexibilityRequest):
            return [self._asked(payload)]
        if isinstance(payload, Settlement):
            return self._settled(payload)
        return []

    def _called(self, call: NegotiationCall) -> list[Payload]:
        load, flexible = self._day(call)
        grid, self.step_h = call.grid, call.grid.step_s / 3600
        if call.phase == "forecast":
            self.agreed = self.firm = self.accepted = None
            series = {self.name: load}
            made = Forecast(grid=grid, unit="kW", quantity="power", series=series)
            return [made, NegotiationReady(phase="forecast")]
        if call.phase == "offer":
            return [
                FlexibilityOffer(
                    grid=grid, unit="kW", role="consumers", size={self.name: max(flexible)},
                    series={self.name: [0.0] * grid.count}, cost_eur={self.name: 0.0},
                )
            ]  # fmt: skip
        if call.phase == "live":
            change = self.agreed or [0.0] * grid.count
            drawn: list[float | None] = [a + b for a, b in zip(load, change, strict=True)]
            series = {self.name: drawn}
            made = Measurement(grid=grid, unit="kW", quantity="power", series=series)
            return [made, NegotiationReady(phase="live")]
        if call.phase == "join":
            return [NegotiationReady(phase="join")]
        return [NegotiationReady(phase=call.phase, done=False, because="a consumer plans nothing")]

    def _asked(self, request: FlexibilityRequest) -> FlexibilityAnswer:
        """In a round the minimum of (price - threshold) x + penalty / 2 (x - target)^2 within
        what can be left off; a firm request is for exactly that again."""
        target, self.accepted = request.change[self.name], None
        if request.firm:
            self.firm = change = target
        else:
            price = request.prices.get(self.name, request.price)
            pull = request.penalty[self.name]
            _, flexible = self._day(request)
            change = [
                min(max(t - (p - self.threshold) / pull, -most), 0.0)
                for t, p, most in zip(target, price, flexible, strict=True)
            ]
        return FlexibilityAnswer(
            grid=request.grid, unit="kW", series={self.name: change},
            cost_eur={self.name: self._cost(change)}, possible=True,
            round_number=request.round_number,
        )  # fmt: skip

    def _settled(self, settlement: Settlement) -> list[Payload]:
        if settlement.state == "proposed":
            cost = self._cost(self.firm or [])
            fair = cost - settlement.paid.get(self.name, 0.0) <= _ROUND_OFF
            why = "" if fair else f"it costs {cost:.2f} EUR"
            self.accepted = settlement.paid if fair else None
            return [SettlementAnswer(accepted=fair, because=why)]
        made = settlement.state == "made" and settlement.paid == self.accepted
        self.agreed = self.firm if made else None
        return []

    def _cost(self, change: Sequence[float]) -> float:
        """EUR of a change: what a kWh less is worth, and what is paid less for heat."""
        return (self.tariff - self.threshold) * self.step_h * sum(change)

    def _day(self, told: NegotiationCall | FlexibilityRequest) -> tuple[list[float], list[float]]:
        grid = told.grid
        zone = timedelta(hours=self.zone_h)
        at = [grid.start + zone + timedelta(seconds=i * grid.step_s) for i in range(grid.count)]
        rows = [self.rows[instant.hour] for instant in at]
        return [load for load, _ in rows], [flexible for _, flexible in rows]

    def _message(self, payload: Payload, now_ns: int, correlation: str) -> Message:
        self._sequence += 1
        own = self.declaration
        subject = "demand" if payload.kind in ("forecast", "measurement") else "all"
        topic = Topic(self.site, own.owner, own.name, payload.kind, subject)
        return Message(topic, payload, self._sequence, now_ns, now_ns + _DAY_NS, correlation)
