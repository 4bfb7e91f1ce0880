"""Parties that are silent, refuse, lie in shape or against their own account: named, in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from rami.asset.district.declaration import Bargain
from rami.communication.service.contract import Inbox, Service
from rami.communication.service.message import Message
from rami.communication.service.payload import FlexibilityAnswer, SettlementAnswer
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
        from dataclasses import replace

        found = [
            replace(m, payload=self.change(m.payload)) if isinstance(m.payload, self.kind) else m
            for m in said
        ]
        return [m for m in found if m.payload is not None]


class Stage:
    """The seats of a small district by message, some of them bent."""

    def __init__(self, acts: Mapping[str, Act]) -> None:
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
        names = {s.sender.service: s for s in seats}
        services: dict[str, Service] = {
            n: Bent(s, acts[n]) if n in acts else s for n, s in names.items()
        }
        self.room = Room(services)
        members = [Member(n, s.sender.owner) for n, s in names.items()]
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


def _refused(payload: SettlementAnswer) -> SettlementAnswer:
    return SettlementAnswer(accepted=False, because="it is worse off by 1 EUR")


def _short(payload: FlexibilityAnswer) -> FlexibilityAnswer:
    first = dict(list(payload.series.items())[1:])
    return payload.model_copy(update={"series": first})


def _absurd(payload: FlexibilityAnswer) -> FlexibilityAnswer:
    return payload.model_copy(update={"series": {n: [1e300] * len(c)
                                                 for n, c in payload.series.items()}})  # fmt: skip


def _moved(payload: FlexibilityAnswer) -> FlexibilityAnswer:
    return payload.model_copy(update={"series": {n: [v + 1 for v in c]
                                                 for n, c in payload.series.items()}})  # fmt: skip


NOBODY: dict[str, Act] = {}
GONE: Act = lambda said: []  # noqa: E731


def test_the_talks_by_messages_end_in_a_deal() -> None:
    told = Stage(NOBODY).day
    assert told.made is not None and told.made.deal.made and not told.faults
    assert sum(round(100 * v) for v in told.made.deal.paid.values()) == 0


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (GONE, "says nothing"),
        (Answering(FlexibilityAnswer, _short), "leaves out"),
        (Answering(FlexibilityAnswer, _absurd), "more than 1e+09 kW"),
        (Answering(SettlementAnswer, _refused), "refuses its settlement"),
        (Answering(SettlementAnswer, lambda _: None), "says nothing"),
    ],
)
def test_who_fails_is_named_and_left_out_and_the_others_make_their_deal(
    act: Act, words: str
) -> None:
    stage = Stage({"buildings_cooperative": act})
    told = stage.day
    assert words in told.faults["buildings_cooperative"], told.faults
    assert told.faults["buildings_cooperative"].startswith("cooperative's")
    assert told.made is not None and told.made.deal.made, told.because
    # whoever is left out lives as without a deal and is neither paid nor pays
    assert not np.any(stage.lived.buildings[0].change)
    own = set(stage.lived.buildings[0].names)
    assert not own & told.made.deal.paid.keys()
    for name, euro in told.made.deal.paid.items():
        assert told.made.with_[name] - euro <= told.made.without[name] + 1e-6


@pytest.mark.parametrize(
    ("name", "act"), [("network", GONE), ("production", Answering(FlexibilityAnswer, _moved))]
)
def test_without_network_or_producer_there_is_no_deal_and_a_reason(name: str, act: Act) -> None:
    stage = Stage({name: act})
    told = stage.day
    assert told.made is None or not told.made.deal.made
    assert f"'s {name} " in told.because
    for one in stage.lived.buildings:
        assert not np.any(one.change)


def test_a_settlement_that_does_not_meet_the_own_account_is_refused() -> None:
    """The one that asks cheats: a party that checks does not sign."""
    from services.negotiation.settling import Settling

    class Cheating(Settling):
        def _shared_out(self, *arguments: Any) -> Any:
            from dataclasses import replace

            deal = super()._shared_out(*arguments)
            paid = {n: v - 5.0 if n == "hts" else v for n, v in deal.paid.items()}
            return replace(deal, paid=paid)

    original = Conducting.__init__

    def init(self: Any, dealing: Any, *rest: Any) -> None:
        original(self, dealing, *rest)
        self.settling = Cheating(dealing)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Conducting, "__init__", init)
        told = Stage(NOBODY).day
    assert "hts would be worse off by" in told.faults["hts"]
