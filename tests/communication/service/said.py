"""Messages, declarations and borders as the tests need them."""

from __future__ import annotations

from collections.abc import Sequence

from rami.communication.service.border import Border
from rami.communication.service.contract import Need, Offer, ServiceDeclaration
from rami.communication.service.message import Message, Topic
from rami.communication.service.payload import Forecast, Payload
from rami.communication.service.settings import Crossing
from rami.core.timegrid import NS, instant

NOW = instant("2026-01-05T06:00+00:00")
HOUR = 3600 * NS
SITE = "town"


def forecast(values: Sequence[float] = (1.0, 2.0), name: str = "dhs.group_1") -> Forecast:
    """Powers of one group."""
    return Forecast.model_validate(
        {
            "grid": {"start": "2026-01-05T06:00Z", "step_s": 3600.0, "count": len(values)},
            "unit": "kW",
            "quantity": "power",
            "series": {name: list(values)},
        }
    )


def message(
    owner: str = "buildings",
    service: str = "load",
    payload: Payload | None = None,
    sequence: int = 1,
    sent_ns: int = NOW,
    valid_s: float = 3600.0,
    subject: str = "all",
) -> Message:
    """One that is right in every way."""
    payload = payload or forecast()
    topic = Topic(SITE, owner, service, payload.kind, subject)
    return Message(topic, payload, sequence, sent_ns, sent_ns + round(valid_s * NS))


def provider(name: str = "load", owner: str = "buildings", **more: float) -> ServiceDeclaration:
    """Gives a forecast."""
    return ServiceDeclaration(name, owner, (), (Offer("forecast"),), **more)


def consumer(name: str = "plan", owner: str = "network", **need: object) -> ServiceDeclaration:
    """Needs a forecast, gives a schedule."""
    wanted = Need("forecast", **need)  # type: ignore[arg-type]
    return ServiceDeclaration(name, owner, (wanted,), (Offer("schedule"),))


def crossing(
    owner: str = "buildings",
    to: Sequence[str] = ("network",),
    kinds: Sequence[str] = ("forecast",),
    signals: Sequence[str] = ("dhs.group_*",),
    **more: object,
) -> Crossing:
    """One entry of section `zones`."""
    plain = {"owner": owner, "to": list(to), "kinds": list(kinds), "signals": list(signals)}
    return Crossing.model_validate(plain | more)


def border(*crossings: Crossing) -> Border:
    """Between buildings, network and production."""
    services = [provider(), consumer(), consumer("make", "production")]
    return Border(SITE, services, crossings)
