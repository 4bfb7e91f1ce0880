"""An industrial station at the table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from rami.communication.service.contract import Inbox
from rami.communication.service.payload import FlexibilityOffer, Measurement, NegotiationCall
from rami.core.frame import Values
from rami.core.timegrid import instant
from services.negotiation.actors.supply import StationService
from services.negotiation.mail import SURPLUS, grid_of
from services.negotiation.seats.seat import Say, Seat


class StationSeat(Seat):
    """What it sends by contract, and what more pays."""

    role = "surplus"
    actor: StationService

    def called(self, call: NegotiationCall, inbox: Inbox) -> Iterable[Say]:
        """As in Seat: what it sends by contract; what it has sent."""
        if call.phase == "live":
            sent = {self.actor.name: self.actor.sent.tolist()}
            return [Say(Measurement(grid=call.grid, unit="kW", quantity="power", series=sent),
                        SURPLUS)]  # fmt: skip
        day = self.days.get(instant(call.grid.start))
        if day is None or call.phase != "forecast":
            return []
        self.actor.begin(day)
        (said,) = self.actor.run(Inbox(inbox.now_ns))
        return [Say(said.payload, SURPLUS)]

    def offer(self) -> FlexibilityOffer:
        """As in Seat."""
        one = self.actor
        return FlexibilityOffer(
            grid=grid_of(one.day.grid), unit="kW", role="surplus",
            size={one.name: one.declared.power}, series={one.name: (-one.contract).tolist()},
            cost_eur=self.account(),
        )  # fmt: skip

    def hold(self) -> object:
        """As in Seat."""
        return self.actor.sent

    def restore(self, state: object) -> None:
        """As in Seat."""
        self.actor.sent = cast(Values, state)

    def drop(self) -> None:
        """As in Seat."""
        self.actor.drop()

    def account(self) -> dict[str, float]:
        """As in Seat: own cost less what the contract pays."""
        return {self.actor.name: self.actor.cost()}
