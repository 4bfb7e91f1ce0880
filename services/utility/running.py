"""Runs a utility's services day by day in simulated time, and gathers what they said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rami.communication.service.payload import (
    Alarm,
    Forecast,
    KeyFigures,
    Measurement,
    QualityReport,
    ScheduleMessage,
)
from rami.core.timegrid import NS, TimeGrid, iso
from services.platform.clock import SetClock
from services.utility.overheard import Overheard
from services.utility.work import said

if TYPE_CHECKING:
    from rami.communication.service.message import Message
    from rami.core.frame import Values
    from services.platform.events import ServiceEvent
    from services.utility.loading import Utility


@dataclass
class DayReport:
    """What was said at the end of a local day that begins at `start`.

    `figures` by service and subject, `quality` by group, `provenance` of the demand, forecast
    power of the coming day and its bands, `schedules`, `troubles` of services, alarms; `error` of
    the forecast of the day before.
    """

    day: str
    start: str
    figures: dict[str, dict[str, tuple[float, str]]] = field(default_factory=dict)
    quality: dict[str, dict[str, float]] = field(default_factory=dict)
    provenance: str = ""
    forecast_by: str = ""
    measured: dict[str, list[float | None]] = field(default_factory=dict)
    forecast: dict[str, list[float]] = field(default_factory=dict)
    bands: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    schedules: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)
    troubles: dict[str, str] = field(default_factory=dict)
    error: float | None = None
    #: wall time of each service; no result
    seconds: dict[str, float] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As JSON takes it; the same run gives the same."""
        return {
            "day": self.day,
            "start": self.start,
            "provenance": self.provenance,
            "forecast_by": self.forecast_by,
            "figures": {
                name: {n: {"value": v, "unit": u} for n, (v, u) in sorted(values.items())}
                for name, values in sorted(self.figures.items())
            },
            "quality": dict(sorted(self.quality.items())),
            "forecast_kW": dict(sorted(self.forecast.items())),
            "bands_kW": {q: dict(sorted(b.items())) for q, b in sorted(self.bands.items())},
            "schedules": {n: dict(sorted(s.items())) for n, s in sorted(self.schedules.items())},
            "forecast_error": self.error,
            "alarms": self.alarms,
            "troubles": self.troubles,
        }


def days(
    utility: Utility, first_ns: int, count: int, folder: Path | None = None
) -> Iterator[DayReport]:
    """Each day from `first_ns` on: its services run once, at its end. `folder` keeps owners' own
    files (none: nothing is kept)."""
    from services.assemble import services as assemble

    clock, events = SetClock(first_ns), list[str]()

    def told(event: ServiceEvent) -> None:
        events.append(f"{event.text}{': ' if event.detail else ''}{event.detail}")

    before: dict[str, list[float]] = {}
    with assemble.platform(utility, clock, folder, told) as platform:
        heard = {name: Overheard(m.host) for name, m in platform.members.items() if m.host}
        for name, host in heard.items():
            platform.members[name].host = host
        for number in range(count):
            start = first_ns + number * said.DAY_NS
            platform.cycle(start + said.DAY_NS)
            messages = [m for name in sorted(heard) for m in heard[name].said()]
            day = TimeGrid(start, 3600 * NS, 24)
            local = said.local_day(day, utility.declaration.zone).date()
            report = _report(local.isoformat(), day, messages)
            report.seconds = {name: host.seconds for name, host in heard.items()}
            report.troubles = platform.troubles()
            report.alarms += events
            report.error = _error(before, report)
            before = report.forecast
            events.clear()
            yield report


def _report(local: str, day: TimeGrid, messages: list[Message]) -> DayReport:
    report = DayReport(local, iso(day.start_ns))
    for message in messages:
        payload, subject = message.payload, message.topic.subject
        if isinstance(payload, KeyFigures):
            report.figures[subject] = dict(payload.figures)
        elif isinstance(payload, QualityReport):
            for name, shares in payload.shares.items():
                report.quality[name] = {str(k): v for k, v in shares.items()}
        elif isinstance(payload, Alarm) and payload.active:
            report.alarms.append(payload.text)
        elif isinstance(payload, ScheduleMessage):
            report.schedules[subject] = dict(payload.series)
        elif subject.startswith(said.GROUPS) and isinstance(payload, Measurement):
            report.provenance = message.reason
            for name, values in payload.series.items():
                report.measured[name] = said.told(said.column(values, payload.grid, day))
        elif subject.startswith(said.GROUPS) and isinstance(payload, Forecast):
            report.forecast_by = message.reason
            report.forecast |= payload.series
            for level, band in payload.quantiles.items():
                report.bands.setdefault(level, {}).update(band)
        elif subject == "plant_heat" and isinstance(payload, Forecast):
            report.schedules[subject] = dict(payload.series)
    return report


def _error(before: dict[str, list[float]], report: DayReport) -> float | None:
    """Absolute errors of all groups and hours over what was measured."""
    off, total = 0.0, 0.0
    for name in sorted(before):
        if name not in report.measured or name.startswith("plant."):
            continue
        seen: Values = np.array([np.nan if v is None else v for v in report.measured[name]])
        there = np.isfinite(seen)
        expected = np.array(before[name])[: len(seen)]
        off += float(np.abs(seen - expected)[there].sum())
        total += float(seen[there].sum())
    return round(off / total, 6) if total > 0 else None
