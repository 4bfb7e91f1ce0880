"""Negotiations that end: agreement, limits that nobody can keep, parties that fail or lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from rami.asset.district.declaration import Bargain, District
from rami.communication.service.contract import Inbox, ServiceDeclaration
from rami.communication.service.message import Message
from rami.communication.service.payload import FlexibilityAnswer, FlexibilityRequest
from rami.core.errors import RunError
from rami.core.timegrid import TimeGrid, moment
from services.negotiation.asking import Bounds, InProcess, drive
from services.negotiation.coordinator import Coordinator, Outcome, Party
from services.negotiation.mail import Sender, answered, grid_of, request_of
from services.negotiation.week import LivedDistrict

GRID = TimeGrid.of("2019-01-14T00:00Z", 3600, 24)


class Toy:
    """Answers with the minimum of 1/2 curve x^2 + price x near the target, within limits."""

    def __init__(self, name: str, curve: float, low: float, high: float) -> None:
        self.declaration = ServiceDeclaration(name, name)
        self.name, self.curve, self.low, self.high = name, curve, low, high
        self.sender = Sender("toy", name, name)
        self.asked = 0

    def run(self, inbox: Inbox) -> Sequence[Message]:
        found = request_of(inbox)
        assert found is not None
        request, mark = found
        self.asked += 1
        price, penalty = np.array(request.price), request.penalty[self.name]
        target = np.array(request.change[self.name])
        x = np.clip((penalty * target - price) / (penalty + self.curve), self.low, self.high)
        answer = answered(request, {self.name: x.tolist()}, {})
        return [self.sender.message(answer, GRID, correlation=mark)]


@dataclass(frozen=True)
class Seated:
    """A toy with its part in the talks."""

    toy: Toy
    role: str

    @property
    def party(self) -> Party:
        name = self.toy.name
        return Party(name, name, self.role, (name,), np.ones(1))


def talk(seated: list[Seated], load: np.ndarray, settings: Bargain, ticks: float = 0.0) -> Outcome:
    now = iter(np.arange(10_000) * ticks)
    bounds = Bounds(settings, lambda: float(next(now)), lambda: GRID.start_ns)
    first = {s.toy.name: np.zeros(24) for s in seated}
    ask = InProcess(
        Sender("toy", "asker", "negotiation"), {s.toy.name: s.toy for s in seated}, bounds.now_ns
    )
    parties = [s.party for s in seated]
    asking = Coordinator(bounds).rounds(GRID, load, parties, first, np.full(24, 0.05))
    return drive(asking, ask)


def test_two_meet_where_their_marginal_costs_do() -> None:
    load = 100 + 20 * np.sin(np.arange(24) / 4)
    parties = [
        Seated(Toy("a", 1e-3, -500, 0), "production"), Seated(Toy("b", 3e-3, -500, 0), "surplus")
    ]  # fmt: skip
    found = talk(parties, load, Bargain(rounds=200, settled=1e-4))
    assert found.settled
    assert np.allclose(found.answers["a"], -0.75 * load, rtol=5e-3)
    assert np.allclose(found.price, 0.75e-3 * load, rtol=2e-2)


def test_the_impossible_ends_in_its_rounds_with_a_reason() -> None:
    parties = [Seated(Toy("a", 1e-3, -50, 0), "production")]
    found = talk(parties, np.full(24, 100.0), Bargain(rounds=15))
    assert not found.settled and found.rounds == 15
    assert "miss the balance" in found.because and "kW" in found.because


def test_the_impossible_ends_at_its_deadline() -> None:
    toy = Toy("a", 1e-3, -50, 0)
    found = talk([Seated(toy, "production")], np.full(24, 100.0), Bargain(rounds=900), ticks=100.0)
    assert not found.settled and found.rounds < 10
    assert toy.asked == found.rounds


class Refuses(Toy):
    def run(self, inbox: Inbox) -> Sequence[Message]:
        found = request_of(inbox)
        assert found is not None
        answer = answered(found[0], {self.name: [0.0] * 24}, {}, because="the boiler is in repair")
        return [self.sender.message(answer, GRID, correlation=found[1])]


class Fails(Toy):
    def run(self, inbox: Inbox) -> Sequence[Message]:
        raise RunError("no connection to the meter")


@pytest.mark.parametrize(
    ("kind", "words"), [(Refuses, "the boiler is in repair"), (Fails, "no connection")]
)
def test_who_cannot_or_fails_is_named_and_the_others_go_on(kind: type[Toy], words: str) -> None:
    load = np.full(24, 100.0)
    good = Toy("a", 1e-3, -80, 0)
    found = talk(
        [Seated(good, "production"), Seated(kind("b", 1e-3, -500, 0), "surplus")], load,
        Bargain(rounds=12),
    )  # fmt: skip
    assert not found.settled and words in found.because
    assert good.asked == 12


def test_a_request_for_the_impossible_says_which_limit(district: District) -> None:
    lived = LivedDistrict(district)
    for day in lived.days:
        lived.begin(day)
        lived.pass_on(day)
    one = lived.buildings[0]

    grid = day.grid
    request = FlexibilityRequest(
        grid=grid_of(grid), unit="kW",
        change={n: (-2 * p).tolist() for n, p in zip(one.names, one.expected.power, strict=True)},
        price=[5.0] * grid.count, penalty=dict.fromkeys(one.names, 1.0),
        deadline=moment(grid.start_ns),
    )  # fmt: skip
    message = Sender("toy", "asker", "negotiation").message(request, grid, "x", "1")
    (answer,) = one.run(Inbox(grid.start_ns, {str(message.topic): message}))
    payload = answer.payload
    assert isinstance(payload, FlexibilityAnswer)
    asked = sum(np.array(v).sum() for v in request.change.values())
    given = sum(np.array(v).sum() for v in payload.series.values())
    assert asked < given
    assert "comfort band" in one.why_not()


def test_nobody_hears_what_is_another_s(district: District) -> None:
    """Messages carry power, price and cost: no temperature of a room, no band, no cost curve."""
    lived = LivedDistrict(district)
    day = lived.days[0]
    lived.begin(day)
    said = lived.pass_on(day)
    assert {m.payload.kind for m in said} == {"forecast", "schedule"}
    mine = {n for b in lived.buildings[:1] for n in b.names}
    for message in said:
        text = message.encode().decode()
        assert Message.decode(message.encode()) == message
        for private in ("discomfort", "set_point", "indoor", "loss"):
            assert private not in text
        if message.topic.subject == "demand" and message.topic.owner != said[0].topic.owner:
            assert not any(n in text for n in mine)
    # what one owner's service holds are his groups alone
    for one in lived.buildings:
        assert set(one.stock.owners) == {one.declaration.owner}
