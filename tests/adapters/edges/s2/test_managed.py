"""A real resource manager of s2-python's in a process of its own, to the instructions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from adapters.edges.s2.service import S2Service
from rami.communication.service.payload import (
    FlexibilityAnswer,
    FlexibilityOffer,
    FlexibilityRequest,
    Forecast,
    Measurement,
    NegotiationCall,
    ScheduleMessage,
    Settlement,
)
from rami.core.timegrid import NS, instant
from tests.adapters.edges.s2.rig import GRID, HOUSE, NOW, START, Manager, by_kind, edge, inbox

LIMITED, MODED = "s03.limited", "s03.moded"


@pytest.fixture(scope="module")
def three() -> Iterator[tuple[S2Service, dict[str, Manager]]]:
    """A tank, a power within limits, a device with modes, on one service."""
    kinds = {HOUSE: "frbc", LIMITED: "pebc", MODED: "ombc"}
    with edge(*kinds, lease="100 min") as service, ExitStack() as stack:
        managers = {n: stack.enter_context(Manager(service, k, n)) for n, k in kinds.items()}
        for manager in managers.values():
            manager.until("described")
        yield service, managers


def follow(name: str, power: list[float]) -> ScheduleMessage:
    return ScheduleMessage.model_validate(
        {"grid": GRID, "unit": "kW", "quantity": "power", "series": {name: power}}
    )


def call(phase: str) -> NegotiationCall:
    return NegotiationCall.model_validate({"grid": GRID, "phase": phase, "deadline": START})


def request(change: list[float], price: list[float], firm: bool = False, number: int = 0):
    return FlexibilityRequest.model_validate(
        {
            "grid": GRID, "unit": "kW", "change": {HOUSE: change}, "price": price,
            "penalty": {HOUSE: 0.001}, "deadline": START, "firm": firm, "round_number": number,
        }
    )  # fmt: skip


def settlement(state: str, paid: float) -> Settlement:
    return Settlement.model_validate({"state": state, "paid": {HOUSE: paid}, "deadline": START})


CHEAP_FIRST = [0.05] * 8 + [0.2] * 16
EVEN = [0.0] * 24


def test_a_building_negotiates_and_is_instructed() -> None:
    with edge() as service, Manager(service) as manager:
        manager.until("described")
        said = by_kind(service.run(inbox(call("forecast"))))
        assert said["negotiation_ready"].payload.done  # type: ignore[attr-defined]
        told = said["forecast"].payload
        assert isinstance(told, Forecast)
        assert told.series[HOUSE] == pytest.approx([7.0] * 24)
        assert told.quantiles["0.16"][HOUSE] == pytest.approx([6.0] * 24)
        assert "0.025" not in told.quantiles

        offered = by_kind(service.run(inbox(call("offer"), number=2)))["flexibility_offer"].payload
        assert isinstance(offered, FlexibilityOffer)
        assert offered.size == {HOUSE: 10.0}

        answer = by_kind(service.run(inbox(request(EVEN, CHEAP_FIRST), number=3)))
        reply = answer["flexibility_answer"].payload
        assert isinstance(reply, FlexibilityAnswer)
        assert reply.possible, reply.because
        change = reply.series[HOUSE]
        assert sum(change[:8]) > 5, "it heats before it gets dear"
        assert sum(change[8:]) < -5
        levels = [55.0]
        for c in change:
            levels.append(levels[-1] + (7 + c) / 2 - 3.5)
        assert min(levels) >= 40 - 0.1 and max(levels) <= 70 + 0.1
        assert levels[-1] >= 55 - 0.1, "nobody is left with a cold tank"

        firm = by_kind(service.run(inbox(request(change, [], firm=True), number=4)))
        agreed = firm["flexibility_answer"].payload
        assert isinstance(agreed, FlexibilityAnswer)
        assert agreed.possible, agreed.because
        assert agreed.series[HOUSE] == change, "exactly what was answered"
        cost = agreed.cost_eur[HOUSE]

        poor = by_kind(service.run(inbox(settlement("proposed", round(cost, 2) - 0.5), number=5)))
        assert not poor["settlement_answer"].payload.accepted  # type: ignore[attr-defined]
        fair = by_kind(service.run(inbox(settlement("proposed", round(cost, 2) + 0.01), number=6)))
        assert fair["settlement_answer"].payload.accepted  # type: ignore[attr-defined]
        made = by_kind(service.run(inbox(settlement("made", round(cost, 2) + 0.01), number=7)))
        intended = made["schedule"].payload
        assert isinstance(intended, ScheduleMessage)
        assert "alarm" not in made
        manager.tell("level 55")
        orders = [o["content"] for o in manager.until("done") if o["what"] == "instruction"]
        assert all(o["message_type"] == "FRBC.Instruction" for o in orders)
        ends = [instant(o["execution_time"]) for o in orders]
        assert max(ends) == ends[0], "the way back is sent first and runs last"
        assert ends[0] == pytest.approx(NOW + 3600 * NS, abs=60 * NS)
        assert orders[0]["operation_mode_factor"] == pytest.approx(0.35)

        lived = by_kind(service.run(inbox(call("live"), number=8)))["measurement"].payload
        assert isinstance(lived, Measurement)
        assert lived.series[HOUSE][0] == pytest.approx(7.1)


def test_what_cannot_be_is_said_with_its_reason(
    three: tuple[S2Service, dict[str, Manager]],
) -> None:
    service, managers = three
    much = request([30.0] * 24, [], firm=True)
    reply = by_kind(service.run(inbox(much, number=2)))["flexibility_answer"].payload
    assert isinstance(reply, FlexibilityAnswer)
    assert not reply.possible
    assert "kW" in reply.because
    managers[HOUSE].tell("level 80")
    managers[HOUSE].until("done")
    hot = by_kind(service.run(inbox(request(EVEN, CHEAP_FIRST), number=3)))
    assert "outside its range" in hot["flexibility_answer"].payload.because  # type: ignore[attr-defined]
    managers[HOUSE].tell("level 55")
    managers[HOUSE].until("done")


def test_one_that_is_not_there_says_so() -> None:
    with edge() as service:
        absent = by_kind(service.run(inbox(request(EVEN, CHEAP_FIRST))))
        assert "not connected" in absent["flexibility_answer"].payload.because  # type: ignore[attr-defined]
        said = service.run(inbox(follow(HOUSE, EVEN), number=2))
        assert said[0].payload.condition == "instruction refused"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "message"), [(LIMITED, "PEBC"), (MODED, "OMBC")])
def test_other_control_types_follow_a_schedule(
    three: tuple[S2Service, dict[str, Manager]], name: str, message: str
) -> None:
    service, managers = three
    said = by_kind(service.run(inbox(follow(name, [5.0, 9.0] * 12), number=len(name))))
    assert said["schedule"].payload.series[name][:2] == pytest.approx([5.0, 9.0], abs=0.5)  # type: ignore[attr-defined]
    assert "alarm" not in said
    order = next(o["content"] for o in managers[name].until("instruction") if "content" in o)
    assert order["message_type"] == f"{message}.Instruction"
    if message == "PEBC":
        elements = order["power_envelopes"][0]["power_envelope_elements"]
        lengths = [e["duration"] for e in elements]
        assert lengths == pytest.approx([3_600_000, 2_400_000], abs=60_000)
        assert sum(lengths) <= 100 * 60_000, "no longer than the lease"
        assert [e["upper_limit"] for e in elements] == [5000, 20000]
        assert [e["lower_limit"] for e in elements] == [0, 9000]


def test_leases_are_renewed_and_what_was_sent_before_is_revoked(
    three: tuple[S2Service, dict[str, Manager]],
) -> None:
    service, managers = three
    manager = managers[HOUSE]
    service.run(inbox(follow(HOUSE, [0.0, 14.0] * 12), number=5))
    manager.tell("level 55")
    first = [o["content"] for o in manager.until("done") if o["what"] == "instruction"]
    assert len(first) == 3, "now, in an hour, and back"
    service.run(inbox(now_ns=NOW + 3600 * NS))
    service.listener.call(service.dealing.renew())
    manager.tell("level 55")
    later = manager.until("done")
    ends = [instant(o["content"]["execution_time"]) for o in later if "content" in o]
    assert ends[0] == pytest.approx(NOW + 160 * 60 * NS, abs=60 * NS)
    gone = [o["id"] for o in later if o["what"] == "revoked"]
    assert first[0]["id"] in gone, "the old way back"
    kinds = [o["what"] for o in later]
    assert kinds.index("revoked") > kinds.index("instruction"), "new ones first"


def test_instructions_that_are_not_taken_are_an_alarm(
    three: tuple[S2Service, dict[str, Manager]],
) -> None:
    service, managers = three
    manager, wanted = managers[HOUSE], follow(HOUSE, [0.0, 14.0] * 12)
    manager.tell("abort")
    manager.until("done")
    assert "schedule" in by_kind(service.run(inbox(wanted, number=6)))
    manager.tell("level 55")
    manager.until("done")
    assert "is ABORTED" in by_kind(service.run(inbox()))["alarm"].payload.text  # type: ignore[attr-defined]
    manager.tell("reject")
    manager.until("done")
    said = service.run(inbox(wanted, number=7))
    assert "PERMANENT_ERROR" in by_kind(said)["alarm"].payload.text  # type: ignore[attr-defined]
    assert "schedule" not in by_kind(said)


def test_one_that_left_comes_back() -> None:
    with edge() as service:
        with Manager(service) as manager:
            manager.until("described")
            assert list(service.listener.told()) == [HOUSE]
            assert not service.run(inbox())
            manager.tell("stop")
            manager.until("ended")
        (gone,) = service.run(inbox())
        assert gone.payload.active  # type: ignore[attr-defined]
        with Manager(service) as manager:
            manager.until("described")
            (back,) = service.run(inbox())
            assert not back.payload.active  # type: ignore[attr-defined]
