"""What services of a utility read out of messages and write into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from rami.communication.service.contract import Inbox
from rami.communication.service.payload import Forecast, Grid, Measurement
from rami.core.frame import Values
from rami.core.timegrid import NS, TimeGrid, instant, moment

STEP_NS = 3600 * NS
DAY_NS = 24 * STEP_NS
#: groups told in one message
PER_MESSAGE = 400
#: what the parts of a message about groups are called
GROUPS = "groups"
#: kW are told to this many digits: a W
DIGITS = 3


def day_before(now_ns: int) -> TimeGrid:
    """The 24 hours that are over."""
    end = now_ns // STEP_NS * STEP_NS
    return TimeGrid(end - DAY_NS, STEP_NS, 24)


def day_ahead(now_ns: int, count: int = 24) -> TimeGrid:
    """The hours that come."""
    return TimeGrid(now_ns // STEP_NS * STEP_NS, STEP_NS, count)


def local_day(day: TimeGrid, zone: str) -> datetime:
    """A moment of the local date that a day is called by: its noon, since clocks may have been
    put back before its first hour."""
    return moment(day.start_ns + DAY_NS // 2).astimezone(ZoneInfo(zone))


def grid_of(grid: TimeGrid) -> Grid:
    """As messages carry it."""
    return Grid(start=moment(grid.start_ns), step_s=grid.step_s, count=grid.count)


def told(values: Values, digits: int = DIGITS) -> list[float | None]:
    """A column of a measurement: null where nothing is known."""
    rounded = np.round(values, digits).tolist()
    return [None if v != v else v + 0.0 for v in rounded]


def column(values: Sequence[float | None], grid: Grid, span: TimeGrid) -> Values:
    """What a message says of a span, NaN where it says nothing. Both step by the hour."""
    own = np.array([np.nan if v is None else v for v in values])
    out = np.full(span.count, np.nan)
    shift = (instant(grid.start) - span.start_ns) // STEP_NS
    first, last = max(shift, 0), min(shift + len(own), span.count)
    if last > first:
        out[first:last] = own[first - shift : last - shift]
    return out


def measured(inbox: Inbox, subject: str, span: TimeGrid) -> dict[str, Values]:
    """Series of the measurement about a subject, on a span."""
    for message in inbox.of("measurement"):
        payload = message.payload
        if message.topic.subject == subject and isinstance(payload, Measurement):
            return {n: column(v, payload.grid, span) for n, v in payload.series.items()}
    return {}


def groups(inbox: Inbox, span: TimeGrid) -> dict[str, Values]:
    """Measured power of all groups (kW) on a span."""
    found: dict[str, Values] = {}
    for message in inbox.of("measurement"):
        payload = message.payload
        if message.topic.subject.startswith(GROUPS) and isinstance(payload, Measurement):
            found |= {n: column(v, payload.grid, span) for n, v in payload.series.items()}
    return found


def forecast(inbox: Inbox, subject: str, span: TimeGrid) -> tuple[dict[str, Values], str]:
    """Series of the forecast about a subject, on a span, and its provenance."""
    for message in inbox.of("forecast"):
        payload = message.payload
        if message.topic.subject == subject and isinstance(payload, Forecast):
            series = {n: column(v, payload.grid, span) for n, v in payload.series.items()}
            return series, message.reason
    return {}, ""


def parts(names: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Subject and names of each message about groups."""
    every = sorted(names)
    return [
        (f"{GROUPS}.{i // PER_MESSAGE:03d}", every[i : i + PER_MESSAGE])
        for i in range(0, len(every), PER_MESSAGE)
    ]


def by_section(
    powers: Mapping[str, Values], sections: Sequence[str], count: int
) -> NDArray[np.float64]:
    """Sums (sections, count) of `section.group`; what names no section is shared out in
    proportion."""
    total, rest = np.zeros((len(sections), count)), np.zeros(count)
    place = {name: i for i, name in enumerate(sections)}
    for name in sorted(powers):
        at = place.get(name.partition(".")[0])
        if at is None:
            rest += powers[name]
        else:
            total[at] += powers[name]
    whole = total.sum(axis=0)
    share = np.where(whole > 0, total / np.where(whole > 0, whole, 1.0), 1.0 / len(sections))
    return np.asarray(total + share * rest)
