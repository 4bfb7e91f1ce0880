"""The bus within one process."""

from __future__ import annotations

import pytest

from adapters.buses.local import Exchange
from rami.communication.service.message import Message, Topic
from rami.core.errors import DataError, RunError
from tests.communication.service.said import NOW, SITE, border, crossing, forecast, message

EVERYTHING = (Topic(SITE, "*", "*", "*", "*"),)


def _joined(exchange: Exchange, party: str) -> list[Message]:
    heard: list[Message] = []
    exchange.party(party).listen(EVERYTHING, heard.append)
    return heard


def _exchange() -> Exchange:
    return Exchange(border(crossing()), lambda: NOW)


def test_who_may_hears_it_and_who_joins_later_too() -> None:
    exchange = _exchange()
    network, production = _joined(exchange, "network"), _joined(exchange, "production")
    exchange.party("buildings").send(message())
    assert network == [message()]
    assert production == []
    assert exchange.party("production").refused() == {"zone": 1}
    again = _exchange()
    again.party("buildings").send(message())
    assert _joined(again, "network") == [message()]


def test_a_signal_that_may_not_cross_is_kept_back_from_that_listener_alone() -> None:
    exchange = _exchange()
    network, own = _joined(exchange, "network"), _joined(exchange, "buildings")
    exchange.party("buildings").send(message(payload=forecast(name="secret")))
    assert network == []
    assert own == []  # buildings need no forecast themselves
    assert exchange.party("network").refused() == {"zone": 1}


@pytest.mark.parametrize("one", [message(owner="network"), message(service="unknown")])
def test_nobody_says_what_is_not_his(one: Message) -> None:
    exchange = _exchange()
    heard = _joined(exchange, "network")
    with pytest.raises(RunError, match="may not send"):
        exchange.party("buildings").send(one)
    assert heard == []


def test_a_message_that_is_too_large_is_not_sent() -> None:
    values = [1 / 3] * 20_000
    series = {f"dhs.group_{i}": values for i in range(15)}
    payload = forecast(values).model_copy(update={"series": series})
    with pytest.raises(DataError, match="at most"):
        _exchange().party("buildings").send(message(payload=payload))


def test_what_a_listener_changes_no_other_sees() -> None:
    exchange = _exchange()
    heard, one = _joined(exchange, "network"), message()
    exchange.party("buildings").send(one)
    heard[0].payload.series["dhs.group_1"][0] = 99.0  # type: ignore[attr-defined]
    assert one.payload.series["dhs.group_1"][0] == 1.0  # type: ignore[attr-defined]
