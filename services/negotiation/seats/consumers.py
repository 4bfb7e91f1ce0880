"""One owner's buildings at the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rami.communication.service.contract import Inbox
from rami.communication.service.payload import FlexibilityOffer, Measurement, NegotiationCall
from rami.core.frame import Values
from rami.core.timegrid import instant
from services.negotiation.actors.buildings import BuildingsService
from services.negotiation.mail import DEMAND, Sender, columns, grid_of
from services.negotiation.seats.seat import Say, Seat
from services.negotiation.world import Day


class ConsumersSeat(Seat):
    """`rows` are the places of this owner's groups in the made-up habits."""

    role = "consumers"
    actor: BuildingsService

    def __init__(
        self,
        sender: Sender,
        actor: BuildingsService,
        days: Mapping[int, Day],
        rows: NDArray[np.intp],
    ) -> None:
        super().__init__(sender, actor, days)
        self._rows = rows

    def called(self, call: NegotiationCall, inbox: Inbox) -> Iterable[Say]:
        """As in Seat: its forecast, or what was drawn."""
        if call.phase == "live":
            drawn = columns(self.actor.names, self.actor.realise())
            return [Say(Measurement(grid=call.grid, unit="kW", quantity="power", series=drawn),
                        DEMAND)]  # fmt: skip
        day = self.days.get(instant(call.grid.start))
        if day is None or call.phase != "forecast":
            return []
        self.actor.begin(day, self._rows)
        (said,) = self.actor.run(Inbox(inbox.now_ns))
        return [Say(said.payload, DEMAND)]

    def offer(self) -> FlexibilityOffer:
        """As in Seat."""
        one = self.actor
        size = np.maximum(one.stock.shift * one.stock.heating_max, 1e-6).tolist()
        zero = [0.0] * one.day.grid.count
        return FlexibilityOffer(
            grid=grid_of(one.day.grid), unit="kW", role="consumers",
            size=dict(zip(one.names, size, strict=True)),
            series=dict.fromkeys(one.names, zero), cost_eur=self.account(),
        )  # fmt: skip

    def hold(self) -> object:
        """As in Seat."""
        return self.actor.change

    def restore(self, state: object) -> None:
        """As in Seat."""
        self.actor.change = cast(Values, state)

    def drop(self) -> None:
        """As in Seat."""
        if self.actor.change.any():
            self.actor.put(np.zeros_like(self.actor.change))

    def account(self) -> dict[str, float]:
        """As in Seat: discomfort, and heat at the tariff."""
        return dict(zip(self.actor.names, self.actor.cost().tolist(), strict=True))
