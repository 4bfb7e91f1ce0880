"""The party by itself: no platform, no bus."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flexible_load.configuration import FlexibleLoadConfiguration

from rami.communication.service import (
    FlexibilityRequest,
    Inbox,
    Message,
    NegotiationCall,
    Place,
    Settlement,
    Topic,
)

START = datetime(2019, 1, 13, 23, tzinfo=UTC)
GRID = {"start": START, "step_s": 3600.0, "count": 24}
DEADLINE = START + timedelta(minutes=1)
NAME = "east_1.pool"


def party():
    folder = Path(__file__).parents[1]
    made = FlexibleLoadConfiguration(
        kind="flexible_load", owner="baths", name=NAME, file="load.csv",
        threshold="60 EUR/MWh", tariff="70 EUR/MWh",
    )  # fmt: skip
    return made.service("pool", Place("demo", folder / "site.yaml"))


def said(service, payload, sequence):
    now_ns = int(START.timestamp()) * 10**9
    topic = Topic("demo", "utility", "negotiation", payload.kind, "pool")
    message = Message(topic, payload, sequence, now_ns, now_ns + 10**12, "a mark")
    found = service.run(Inbox(now_ns, {str(topic): message}))
    assert all(m.correlation == "a mark" for m in found)
    return [m.payload for m in found]


def request(price, **more):
    change = {NAME: [0.0] * 24}
    return FlexibilityRequest(
        grid=GRID, unit="kW", change=change, price=[price] * 24, penalty={NAME: 1e-6},
        deadline=DEADLINE, **more,
    )  # fmt: skip


def test_it_forecasts_by_local_hour_and_offers_what_it_can_leave_off():
    service = party()
    forecast, ready = said(service, call("forecast"), 1)
    assert forecast.series[NAME][6:8] == [55.0, 60.0] and ready.done
    (offer,) = said(service, call("offer"), 2)
    assert offer.size == {NAME: 20.0} and offer.role == "consumers"


def test_it_leaves_off_only_above_its_threshold():
    service = party()
    said(service, call("offer"), 1)
    (cheap,) = said(service, request(0.05), 2)
    assert cheap.series[NAME] == [0.0] * 24
    (dear,) = said(service, request(0.07), 3)
    assert dear.series[NAME][7] == -20.0


def test_it_takes_no_deal_that_costs_it_more_than_it_is_paid():
    service = party()
    said(service, call("offer"), 1)
    (dear,) = said(service, request(0.07), 2)
    firm = request(0.0, firm=True).model_copy(update={"change": dear.series})
    (answer,) = said(service, firm, 3)
    cost = answer.cost_eur[NAME]
    # 10 EUR/MWh less to pay than a kWh less is worth
    assert abs(cost - 0.01 * sum(dear.series[NAME])) < 1e-9
    paid = {NAME: round(cost, 2) - 0.01}
    proposed = Settlement(state="proposed", paid=paid, deadline=DEADLINE)
    (refused,) = said(service, proposed, 4)
    assert not refused.accepted and "EUR" in refused.because
    made = Settlement(state="dropped", because="no", deadline=DEADLINE)
    assert said(service, made, 5) == []
    drawn, _ = said(service, call("live"), 6)
    assert drawn.series[NAME][7] == 60.0


def call(phase):
    return NegotiationCall(grid=GRID, phase=phase, deadline=DEADLINE)
