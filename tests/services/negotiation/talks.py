"""A small district's talks by messages, some parties bent, some from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rami.asset.district.declaration import Bargain
from rami.communication.service.contract import Inbox, Service
from rami.communication.service.message import Message
from services.negotiation.asking import Bounds, InProcess, drive
from services.negotiation.conducting import Conducting, Told
from services.negotiation.dealing import Dealing, Member
from services.negotiation.mail import Sender
from services.negotiation.seats.consumers import ConsumersSeat
from services.negotiation.seats.network import NetworkSeat
from services.negotiation.seats.production import ProductionSeat
from services.negotiation.seats.station import StationSeat
from services.negotiation.week import LivedDistrict
from tests.services.negotiation.over_bus import small

Act = Callable[[Sequence[Message]], Sequence[Message]]


class Bent:
    """A seat whose answers are bent by `act` before anybody hears them."""

    def __init__(self, seat: Any, act: Act) -> None:
        self.seat, self.act = seat, act
        self.declaration = seat.declaration

    def run(self, inbox: Inbox) -> Sequence[Message]:
        return self.act(self.seat.run(inbox))


class Answering:
    """Replaces payloads of a kind."""

    def __init__(self, kind: type, change: Callable[[Any], Any]) -> None:
        self.kind, self.change = kind, change

    def __call__(self, said: Sequence[Message]) -> Sequence[Message]:
        found = [
            replace(m, payload=self.change(m.payload)) if isinstance(m.payload, self.kind) else m
            for m in said
        ]
        return [m for m in found if m.payload is not None]


class Stage:
    """The seats of a small district by message, some of them bent."""

    def __init__(self, acts: Mapping[str, Act], more: Sequence[Any] = ()) -> None:
        declared = small()
        lived = LivedDistrict(declared, lambda: 0.0)
        world = {d.grid.start_ns: d for d in lived.days}
        site = declared.district
        seats: list[Any] = [
            ConsumersSeat(Sender(site, b.declaration.owner, f"buildings_{b.declaration.owner}"), b,
                          world, lived.rows[b.declaration.owner])
            for b in lived.buildings
        ]  # fmt: skip
        seats += [StationSeat(Sender(site, "factory", s.name), s, world) for s in lived.stations]
        seats.append(NetworkSeat(Sender(site, "grid", "network"), lived.network, world))
        contracts = {n: s.contract for n, s in declared.surplus.items()}
        seats.append(
            ProductionSeat(Sender(site, "utility", "production"), lived.production, world,
                           declared.market.heat_tariff, contracts)
        )  # fmt: skip
        self.lived, self.days = lived, list[Told]()
        names = {s.declaration.name: s for s in (*seats, *more)}
        services: dict[str, Service] = {
            n: Bent(s, acts[n]) if n in acts else s for n, s in names.items()
        }
        self.room = Room(services)
        members = [Member(n, s.declaration.owner) for n, s in names.items()]
        bounds = Bounds(Bargain(rounds=30), lambda: 0.0, lambda: self.room.now_ns)
        dealing = Dealing(members, "network", "production", bounds)
        grids = [d.grid for d in lived.days]
        drive(Conducting(dealing, grids, 2, self.days.append).live("run"), self.room)

    @property
    def day(self) -> Told:
        return self.days[-1]


class Room:
    """Everybody hears what anybody said; implements `Ask`."""

    now_ns = 10**18

    def __init__(self, services: Mapping[str, Service]) -> None:
        self.services, self.said = services, dict[str, Message]()
        self.sender = Sender("demo", "utility", "negotiation")

    def __call__(self, asked: Sequence[Any]) -> Mapping[str, Sequence[Message] | str]:
        outer = self

        class Hears:
            def __init__(self, service: Service) -> None:
                self.service, self.declaration = service, service.declaration

            def run(self, inbox: Inbox) -> Sequence[Message]:
                said = self.service.run(Inbox(inbox.now_ns, {**outer.said, **inbox.messages}))
                outer.said |= {str(m.topic): m for m in said}
                return said

        services = {n: Hears(s) for n, s in self.services.items()}
        return InProcess(self.sender, services, lambda: self.now_ns)(asked)
