"""The talks by messages alone: phases of a day, what everybody brings, rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rami.communication.service.payload import (
    FlexibilityOffer,
    NegotiationCall,
)
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid, moment
from services.negotiation.asking import Answers, Asking, Bounds
from services.negotiation.coordinator import Coordinator, Limits, Outcome, Party
from services.negotiation.mail import ABSURD, CONSUMERS, PLANT, grid_of

#: kW by which each can move at least: shares of nought are none
_LEAST = 1e-6


@dataclass(frozen=True)
class Member:
    """A service that takes part."""

    service: str
    owner: str


def named(member: Member, fault: str) -> str:
    """Who is to blame for what."""
    return f"{member.owner}'s {member.service} {fault}"


@dataclass
class Brought:
    """Offers by service, in the order of their names, and who is left out, with why."""

    offers: dict[str, FlexibilityOffer]
    left_out: dict[str, str]

    def of_role(self, *roles: str) -> list[str]:
        """Services of these roles that are not left out."""
        return [s for s, o in self.offers.items() if o.role in roles and s not in self.left_out]

    @property
    def without(self) -> dict[str, float]:
        """EUR of everybody without a deal."""
        found: dict[str, float] = {}
        for offer in self.offers.values():
            found |= offer.cost_eur
        return found


class Dealing:
    """`network` and `production` are the services without which there is no deal; `mark` ties
    a day's messages together."""

    def __init__(
        self, members: Sequence[Member], network: str, production: str, bounds: Bounds
    ) -> None:
        self.members = {m.service: m for m in members}
        self.network, self.production, self.bounds = network, production, bounds
        self.coordinator = Coordinator(bounds)

    def call(
        self, grid: TimeGrid, phase: str, to: Sequence[str], mark: str, step: int = 2
    ) -> Asking[Answers]:
        """One phase of these services."""
        payload = NegotiationCall.model_validate({
            "grid": grid_of(grid), "phase": phase, "step": step,
            "deadline": moment(self.bounds.deadline_ns()),
        })  # fmt: skip
        wanted = "flexibility_offer" if phase == "offer" else "negotiation_ready"
        return (yield from self.bounds.ask(dict.fromkeys(to, payload), wanted, f"{mark}/{phase}"))

    def offers(self, grid: TimeGrid, mark: str) -> Asking[Brought]:
        """What everybody brings; who brings nothing that fits is left out."""
        found = yield from self.call(grid, "offer", tuple(self.members), mark)
        offers: dict[str, FlexibilityOffer] = {}
        left_out: dict[str, str] = {}
        taken: set[str] = set()
        for service in self.members:
            said = found.get(service, "says nothing")
            payload = None if isinstance(said, str) else said[-1].payload
            if not isinstance(payload, FlexibilityOffer):
                left_out[service] = named(self.members[service], str(said))
            elif why := self._unfit(service, payload, grid):
                left_out[service] = named(self.members[service], why)
            elif taken & payload.series.keys():
                left_out[service] = named(self.members[service], "offers what another one offered")
            else:
                offers[service], taken = payload, taken | payload.series.keys()
        order = sorted(offers, key=lambda s: (min(offers[s].series, default=""), s))
        return Brought({s: offers[s] for s in order}, left_out)

    def _unfit(self, service: str, offer: FlexibilityOffer, grid: TimeGrid) -> str:
        """Why an offer cannot be dealt with; empty where it can."""
        if offer.grid != grid_of(grid) or offer.unit != "kW":
            return "offers another grid or unit"
        own = {self.network: "network", self.production: "production"}.get(service)
        if offer.role != own if own else offer.role in ("network", "production"):
            return f"offers as {offer.role}, which it is not"
        if not offer.series:
            return "offers nothing"
        if {PLANT, CONSUMERS} & offer.series.keys():
            return f"offers as {PLANT} or {CONSUMERS}, which name all together"
        columns = (*offer.series.values(), *offer.room.values(), offer.price)
        figures = (*offer.size.values(), *offer.cost_eur.values(), *(v for c in columns for v in c))
        if max(map(abs, figures)) > ABSURD:
            return f"offers with figures above {ABSURD:g}"
        return ""

    def rounds(self, grid: TimeGrid, load: Values, brought: Brought, mark: str) -> Asking[Outcome]:
        """Of all that bring something; `load` is what the network expects at the plant."""
        parties = [
            Party(s, self.members[s].owner, o.role, names := tuple(sorted(o.series)),
                  np.maximum([o.size[n] for n in names], _LEAST))
            for s, o in brought.offers.items()
        ]  # fmt: skip
        first = {n: np.array(c) for o in brought.offers.values() for n, c in o.series.items()}
        sent = sum((-first[n] for p in parties if p.role == "surplus" for n in p.names),
                   np.zeros(grid.count))  # fmt: skip
        for p in parties:
            if p.role == "production":
                first |= {n: -(load - sent) / len(p.names) for n in p.names}
        guess = brought.offers[self.production].price if self.production in brought.offers else []
        price = np.array(guess or [0.05] * grid.count)
        limits = self._limits(brought)
        found = yield from self.coordinator.rounds(
            grid, load, parties, first, price, limits, mark
        )  # fmt: skip
        return found

    def _limits(self, brought: Brought) -> Limits | None:
        offer = brought.offers.get(self.network)
        if offer is None or not offer.room:
            return None
        names = tuple(
            n for s in brought.of_role("consumers") for n in sorted(brought.offers[s].series)
        )
        scarce = sorted(offer.room)
        beyond = [[n.partition(".")[0] in offer.beyond.get(s, ()) for n in names] for s in scarce]
        return Limits(names, np.array([offer.room[s] for s in scarce]), np.array(beyond, bool))
