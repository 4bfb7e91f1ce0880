"""The network's owner at the table: plans, answers with its water, checks what others agreed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import numpy as np

from rami.communication.service.contract import Inbox
from rami.communication.service.message import Message
from rami.communication.service.payload import (
    FlexibilityOffer,
    FlexibilityRequest,
    Forecast,
    Measurement,
    NegotiationCall,
    ScheduleMessage,
)
from rami.core.frame import Values
from rami.core.timegrid import instant
from services.negotiation.actors.network import NetworkService
from services.negotiation.mail import DEMAND, PLANT, by_section, grid_of
from services.negotiation.seats.seat import Say, Seat

#: share of its limit from which on a section's capacity is negotiated
TIGHT = 0.8


class NetworkSeat(Seat):
    """Sections that forecasts load beyond `TIGHT` of what they carry are told as scarce."""

    role = "network"
    actor: NetworkService

    def called(self, call: NegotiationCall, inbox: Inbox) -> Iterable[Say]:
        """As in Seat: its plan, or the heat at the plant that was measured."""
        one = self.actor
        if call.phase == "live":
            return [self._lived(call, inbox)]
        day = self.days.get(instant(call.grid.start))
        if day is None or call.phase != "plan":
            return []
        one.begin(day)
        if not call.step:
            curve = ScheduleMessage(
                grid=call.grid, unit="degC", quantity="temperature",
                series={PLANT: one.temperature.tolist()},
            )  # fmt: skip
            return [Say(curve, PLANT)]
        forecasts, why = self._forecasts(inbox)
        said = one.run(Inbox(inbox.now_ns, {str(m.topic): m for m in forecasts}))
        return [Say(m.payload, m.topic.subject, why) for m in said]

    def offer(self) -> FlexibilityOffer:
        """As in Seat, with the room of scarce sections."""
        one, name = self.actor, self.actor.declaration.name
        assert one.plan is not None
        used = one.tree.flows(one.expected) / np.maximum(one.plan.capacity, 1e-9)
        tight = np.flatnonzero(used.max(axis=1) > TIGHT)
        room, path = np.maximum(one.room(), 0.0), one.tree.path()
        names = one.tree.names
        return FlexibilityOffer(
            grid=grid_of(one.day.grid), unit="kW", role="network", size={name: 1.0},
            series={name: [0.0] * one.day.grid.count}, cost_eur=self.account(),
            room={names[i]: room[i].tolist() for i in tight},
            beyond={names[i]: [names[j] for j in np.flatnonzero(path[:, i])] for i in tight},
        )  # fmt: skip

    def hold(self) -> object:
        """As in Seat."""
        return None if self.actor.storing is None else self.actor.storing.temperature

    def restore(self, state: object) -> None:
        """As in Seat."""
        if state is not None:
            self.actor.put(cast(Values, state))

    def drop(self) -> None:
        """As in Seat."""
        if self.actor.plan is not None:
            self.actor.drop()

    def account(self) -> dict[str, float]:
        """As in Seat: electricity of pumps."""
        return {self.actor.declaration.name: self.actor.pumping()}

    def checked(self, request: FlexibilityRequest) -> tuple[list[Say], dict[str, list[float]], str]:
        """As in Seat: what consumers agreed, run through the pipes."""
        one = self.actor
        change = by_section(
            {n: request.change[n] for n in request.change if n in one.tree.names},
            one.tree.names, one.day.grid.count,
        )  # fmt: skip
        said, why = one.check(change)
        plant = {PLANT: one.flowed.plant.tolist()}
        return [Say(m.payload, m.topic.subject) for m in said], plant, why

    def _forecasts(self, inbox: Inbox) -> tuple[Sequence[Message], str]:
        """Those that can be used; who told none of this day stands with his last one."""
        one, used, remarks = self.actor, [], []
        today = one.day.grid
        for message in inbox.of("forecast"):
            payload, who = message.payload, f"{message.topic.owner}'s {message.topic.service}"
            if not isinstance(payload, Forecast) or message.topic.subject != DEMAND:
                continue
            unknown = {n.partition(".")[0] for n in payload.series} - set(one.tree.names)
            if unknown or payload.grid.count != today.count or payload.unit != "kW":
                remarks.append(f"{who} forecasts for no section or another grid: not used")
                continue
            if instant(payload.grid.start) != today.start_ns:
                remarks.append(f"{who} forecasts nothing: its last one stands")
            used.append(message)
        return used, "; ".join(remarks)

    def _lived(self, call: NegotiationCall, inbox: Inbox) -> Say:
        drawn: dict[str, Sequence[float]] = {}
        for message in inbox.of("measurement"):
            payload = message.payload
            if not isinstance(payload, Measurement) or message.topic.subject != DEMAND:
                continue
            known = {n.partition(".")[0] for n in payload.series} <= set(self.actor.tree.names)
            if payload.grid == call.grid and known:
                drawn |= {n: [v or 0.0 for v in c] for n, c in payload.series.items()}
        one = self.actor
        flowed = one.realise(by_section(drawn, one.tree.names, call.grid.count))
        series: dict[str, list[float | None]] = {PLANT: list(flowed.plant.tolist())}
        return Say(Measurement(grid=call.grid, unit="kW", quantity="power", series=series), PLANT)
