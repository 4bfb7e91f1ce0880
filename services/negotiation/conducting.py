"""Days of a district by messages alone: forecasts, plans, talks, and what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from rami.communication.service.message import Message
from rami.communication.service.payload import Forecast, NegotiationReady
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid
from services.negotiation.asking import Answers, Asking
from services.negotiation.coordinator import Outcome
from services.negotiation.dealing import Dealing, named
from services.negotiation.mail import ABSURD, PLANT, grid_of
from services.negotiation.settling import Concluded, Settling


@dataclass
class Told:
    """What the conductor knows of a day: the talks' end, and who failed in which phase."""

    grid: TimeGrid
    outcome: Outcome | None = None
    made: Concluded | None = None
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def because(self) -> str:
        """All that went wrong, in words."""
        why = [] if self.made is None else [self.made.because]
        why += [] if self.outcome is None else [self.outcome.because]
        return "; ".join(dict.fromkeys(w for w in [*why, *self.faults.values()] if w))


class Conducting:
    """`told` is given each day when it is over. The first of `grids` warms up at step 0."""

    def __init__(
        self, dealing: Dealing, grids: Sequence[TimeGrid], step: int,
        told: Callable[[Told], None],
    ) -> None:  # fmt: skip
        self.dealing, self.settling = dealing, Settling(dealing)
        self.grids, self.step, self._told = grids, step, told

    def live(self, run: str) -> Asking[None]:
        """All days; `run` is what tells this time from others. Who does not join in time is asked
        all the same, but not waited for until he answers."""
        bounds, everybody = self.dealing.bounds, tuple(self.dealing.members)
        bounds.gathering = True
        yield from self.dealing.call(self.grids[0], "join", everybody, run)
        bounds.gathering = False
        for i, grid in enumerate(self.grids):
            found = yield from self._day(grid, self.step if i else 0, f"{run}/{i}")
            self._told(found)

    def _day(self, grid: TimeGrid, step: int, mark: str) -> Asking[Told]:
        deal, told = self.dealing, Told(grid)
        both = (deal.network, deal.production)
        others = tuple(s for s in deal.members if s not in both)
        deal.bounds.begin()
        found = yield from deal.call(grid, "forecast", others, mark, step)
        self._failed(told, others, found)
        load: Values | None = None
        for service in both:
            found = yield from deal.call(grid, "plan", (service,), mark, step)
            self._failed(told, (service,), found)
            load = _plant(found.get(service, ""), grid) if service == deal.network else load
        if load is None and deal.network not in told.faults:
            why = "tells no load of this day in kW"
            told.faults[deal.network] = named(deal.members[deal.network], why)
        if step >= 2 and load is not None:
            deal.bounds.begin()
            brought = yield from deal.offers(grid, mark)
            if deal.network in brought.offers and deal.production in brought.offers:
                told.outcome = yield from deal.rounds(grid, load, brought, mark)
                told.made = yield from self.settling.settle(grid, brought, told.outcome, mark)
                told.faults |= told.made.left_out
            else:
                told.faults |= brought.left_out
        for services in (others, *((service,) for service in both)):
            found = yield from deal.call(grid, "live", services, mark, step)
            self._failed(told, services, found)
        return told

    def _failed(self, told: Told, services: Sequence[str], found: Answers) -> None:
        for service in services:
            said = found.get(service, "says nothing")
            payload = None if isinstance(said, str) else said[-1].payload
            if isinstance(said, str):
                told.faults[service] = named(self.dealing.members[service], said)
            elif isinstance(payload, NegotiationReady) and not payload.done:
                why = f"cannot {payload.phase}, because {payload.because}"
                told.faults[service] = named(self.dealing.members[service], why)


def figures(told: Told) -> Mapping[str, tuple[float, str]]:
    """A day's talks as key figures: rounds, whether there is a deal, payments."""
    found: dict[str, tuple[float, str]] = {}
    if told.outcome is not None:
        found |= {
            "rounds": (float(told.outcome.rounds), "1"),
            "residual": (told.outcome.error, "1"),
        }
    if told.made is not None:
        deal = told.made.deal
        found |= {"deal": (float(deal.made), "1"), "gain": (deal.total, "EUR")}
        found |= {f"paid.{n}": (euro, "EUR") for n, euro in deal.paid.items() if deal.made}
    return found


def _plant(said: Sequence[Message] | str, grid: TimeGrid) -> Values | None:
    for message in () if isinstance(said, str) else said:
        payload = message.payload
        if not isinstance(payload, Forecast) or PLANT not in payload.series:
            continue
        load = np.array(payload.series[PLANT])
        fits = payload.grid == grid_of(grid) and payload.unit == "kW"
        return load if fits and np.abs(load).max() <= ABSURD else None
    return None
