"""Messages as the parties of a district write and read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rami.communication.service.contract import Inbox
from rami.communication.service.message import Message, Topic
from rami.communication.service.payload import FlexibilityAnswer, FlexibilityRequest, Grid, Payload
from rami.core.frame import Values
from rami.core.timegrid import NS, TimeGrid, moment

#: name under which suppliers and networks speak of the balance at the plant, and the subject
#: of a network's forecast of it
PLANT = "plant"
#: name under which the producer is told what all consumers change
CONSUMERS = "consumers"
#: subjects of the forecasts of consumers and of those who send surplus heat
DEMAND, SURPLUS = "demand", "surplus"
#: kW that no district has, EUR that none costs
ABSURD = 1e9
_DAY_NS = 86_400 * NS


@dataclass
class Sender:
    """Counts a service's messages; `now_ns` is the time it lives in."""

    site: str
    owner: str
    service: str
    sequence: int = 0

    def message(
        self, payload: Payload, grid: TimeGrid, subject: str = "all", correlation: str = ""
    ) -> Message:
        """A message about a day, sent as it begins, valid until it ends."""
        return self.say(payload, grid.start_ns, subject, correlation)

    def say(
        self, payload: Payload, now_ns: int, subject: str = "all", correlation: str = "",
        reason: str = "",
    ) -> Message:  # fmt: skip
        """A message of now, valid for a day."""
        self.sequence += 1
        topic = Topic(self.site, self.owner, self.service, payload.kind, subject)
        until_ns = now_ns + _DAY_NS
        return Message(topic, payload, self.sequence, now_ns, until_ns, correlation, reason[:500])


def grid_of(grid: TimeGrid) -> Grid:
    """A time grid as messages carry it."""
    return Grid(start=moment(grid.start_ns), step_s=grid.step_s, count=grid.count)


def columns(names: Sequence[str], values: Values) -> dict[str, list[float]]:
    """Rows (names, steps) as a message's series."""
    return dict(zip(names, values.tolist(), strict=True))


def by_section(told: Mapping[str, Sequence[float]], sections: Sequence[str], steps: int) -> Values:
    """Columns of groups, named `section.group`, added up (sections, steps): in the order of their
    names, so that the sum has the same bytes in whatever order they came."""
    total = np.zeros((len(sections), steps))
    for name in sorted(told):
        total[sections.index(name.partition(".")[0])] += told[name]
    return total


def request_of(inbox: Inbox) -> tuple[FlexibilityRequest, str] | None:
    """The newest request in an inbox, with its correlation."""
    for message in inbox.of("flexibility_request"):
        if isinstance(message.payload, FlexibilityRequest):
            return message.payload, message.correlation
    return None


def doubtful(request: FlexibilityRequest, names: Iterable[str]) -> str:
    """Why a request cannot be answered by who offered `names`; empty where it can."""
    lacking = sorted(set(names) - request.change.keys())
    if lacking:
        return f"the request leaves out {', '.join(lacking[:3])}"
    columns = [*request.change.values(), *request.prices.values(), request.price]
    figures = [*(v for c in columns for v in c), *request.penalty.values()]
    if max(map(abs, figures)) > ABSURD:
        return f"the request has figures above {ABSURD:g}"
    if not request.firm and not request.price:
        return "the request has no price"
    if not request.firm and any(request.penalty.get(n, 0.0) <= 0 for n in names):
        return "the request has no penalty above nought for each name"
    return ""


def asked(request: FlexibilityRequest, name: str) -> tuple[Values, float, Values]:
    """Price, penalty and target of a request for one name."""
    return (
        np.array(request.price),
        request.penalty.get(name, 0.0),
        np.array(request.change.get(name, [0.0] * request.grid.count)),
    )


def answered(
    request: FlexibilityRequest,
    series: dict[str, list[float]],
    cost: dict[str, float],
    because: str = "",
) -> FlexibilityAnswer:
    """An answer to a request; `because` says why not."""
    return FlexibilityAnswer(
        grid=request.grid, unit="kW", series=series, cost_eur=cost, possible=not because,
        because=because, round_number=request.round_number,
    )  # fmt: skip
