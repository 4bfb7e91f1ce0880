"""A platform of a service that may fail and one that uses what it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from adapters.buses.local import Exchange
from rami.communication.service.border import Border
from rami.communication.service.contract import Inbox, Service, ServiceDeclaration
from rami.communication.service.function import Said, function_service
from rami.communication.service.payload import Forecast, ScheduleMessage
from rami.communication.service.refusals import Refusals
from services.platform.clock import SetClock
from services.platform.events import ServiceEvent
from services.platform.hosts.outcome import Recipe
from services.platform.hosts.process import ProcessHost
from services.platform.hosts.thread import ThreadHost
from services.platform.member import Member
from services.platform.runner import Platform
from tests.communication.service.said import NOW, SITE, consumer, crossing, provider


def plans(inbox: Inbox) -> Said:
    """The newest forecast as a schedule, its own guess (0) without one; why as it is told."""
    told = [m.payload for m in inbox.of("forecast") if isinstance(m.payload, Forecast)]
    value = next(iter(told[0].series.values()))[0] if told else 0.0
    made = ScheduleMessage.model_validate(
        {
            "grid": {"start": "2026-01-05T06:00Z", "step_s": 3600.0, "count": 1},
            "unit": "kW",
            "quantity": "power",
            "series": {"plan": [value]},
        }
    )
    return Said(made, reason="; ".join(inbox.why.values()))


def process(service: Service, deadline_s: float = 20.0, memory_mb: int = 512) -> Member:
    """In a process of its own."""
    return Member(service.declaration, ProcessHost(Recipe(made=service), deadline_s, memory_mb))


def thread(service: Service, deadline_s: float = 20.0) -> Member:
    """In a thread."""
    return Member(service.declaration, ThreadHost(Recipe(made=service), deadline_s))


def forecaster(
    act: Callable[[Inbox], object], in_process: bool = True, deadline_s: float = 20.0
) -> Member:
    """The `buildings` service `load`."""
    service = function_service(provider(), act, SITE)  # type: ignore[arg-type]
    return (process if in_process else thread)(service, deadline_s)


def planner(**need: object) -> Member:
    """The `network` service `plan`, which is trusted."""
    return thread(function_service(consumer(**need), plans, SITE))


class Stage:
    """A platform with all that it told."""

    def __init__(
        self,
        *members: Member,
        folder: Path | None = None,
        crossings: tuple[object, ...] = (crossing(),),
        more: tuple[ServiceDeclaration, ...] = (),
    ) -> None:
        self.clock, self.events = SetClock(NOW), list[ServiceEvent]()
        declared = [m.declaration for m in members] + list(more)
        self.border = Border(SITE, declared, crossings)  # type: ignore[arg-type]
        self.refusals = {o: Refusals(self.clock) for o in self.border.parties}
        self.exchange = exchange = Exchange(self.border, self.clock, self.refusals.__getitem__)
        buses = {o: (exchange.party(o),) for o in self.border.parties}
        home = None if folder is None else (lambda owner: _made(folder / owner))
        self.platform = Platform(
            members, self.border, buses, self.clock, self.refusals, home, self.events.append
        )

    def plan(self) -> tuple[float, str]:
        """What was planned last, and with what in the place of what."""
        (found,) = [m for m in self.exchange.kept() if m.topic.kind == "schedule"]
        assert isinstance(found.payload, ScheduleMessage)
        return found.payload.series["plan"][0], found.reason


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
