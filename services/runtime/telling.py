"""What a run says of an owner's twins: measurements, schedule, figures, alarms, quality."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rami.communication.service.function import Said
from rami.communication.service.payload import (
    Alarm,
    Grid,
    KeyFigures,
    Measurement,
    QualityReport,
    ScheduleMessage,
)
from rami.core.event import EventKind
from rami.core.timegrid import TimeGrid, moment
from services.runtime.qualities import Qualities

if TYPE_CHECKING:
    from rami.core.event import Event
    from rami.core.quality import Qualities as Marks
    from services.study.season_run import SeasonRun

Figures = Mapping[str, tuple[float, str]]

#: quantities of points that are told, in canonical units, and of schedules by their columns
_MEASURED = {"power": "kW", "temperature": "degC", "mass_flow": "kg/s"}
_PLANNED = {"P": "power", "T": "temperature"}
#: most alarms in one telling
_ALARMS = 40
_SIGN = re.compile(r"[^A-Za-z0-9_.@-]")


@dataclass(frozen=True)
class Around:
    """What a live run knows of itself: its name, alarms, figures, qualities of `points`."""

    name: str
    points: Mapping[str, Sequence[str]]
    conditions: Callable[[], Mapping[tuple[str, str], tuple[Event, bool]]]
    figures: Callable[[Mapping[str, Marks]], Figures]
    marks: Callable[[], Mapping[str, Marks]]


class Telling:
    """Of the twins of one `owner`, every `period_s`. `around` is a live run's; key figures of the
    site are told where all twins are his (`whole`)."""

    def __init__(
        self,
        run: SeasonRun,
        owner: str,
        twins: Sequence[str],
        period_s: float,
        tells: Sequence[str],
        around: Around | None = None,
        *,
        whole: bool = False,
    ) -> None:
        self._run, self._owner, self._twins = run, owner, tuple(twins)
        self._around, self._whole = around, whole
        self._valid_s = 2 * period_s
        self._intervals = max(round(period_s / run.data.grid.step_s), 1)
        makers: Mapping[str, Callable[[], Iterator[tuple[Any, str]]]] = {
            Measurement.kind: self._measured,
            ScheduleMessage.kind: self._scheduled,
            KeyFigures.kind: self._figures,
            Alarm.kind: self._alarms,
            QualityReport.kind: self._quality,
        }
        self._makers = [make for kind, make in makers.items() if kind in tells]
        mine = {t: around.points[t] for t in self._twins} if around is not None else {}
        self._qualities = Qualities(mine)

    def look(self) -> None:
        """After a step."""
        if self._around is not None:
            self._qualities.look(self._around.marks())

    def said(self) -> list[Said]:
        """As of now, of the intervals that ended since the last telling."""
        return [
            Said(payload, self._valid_s, subject) for make in self._makers
            for payload, subject in make()
        ]  # fmt: skip

    @property
    def _over(self) -> tuple[int, int]:
        last = self._run.interval
        return max(last - self._intervals, 0), last

    @property
    def _grid(self) -> TimeGrid:
        first, last = self._over
        return self._run.data.grid.part(first, last - first)

    def _measured(self) -> Iterator[tuple[Any, str]]:
        first, last = self._over
        if first == last:
            return
        for twin in self._twins:
            recorder = self._run.loop.recorders[twin]
            table = recorder.means[first:last]
            for quantity, unit in _MEASURED.items():
                series = {
                    f"{twin}.{p.name}": _plain(table[:, j])
                    for j, p in enumerate(recorder.outputs.points)
                    if p.quantity == quantity and not p.cumulative
                }
                if series:
                    told = {"grid": _told(self._grid), "unit": unit, "quantity": quantity}
                    yield Measurement(**told, series=series), f"{twin}.{quantity}"

    def _scheduled(self) -> Iterator[tuple[Any, str]]:
        schedule, grid = self._run.schedule, self._run.data.grid
        now = grid.start_ns + self._run.interval * grid.step_ns
        if schedule is None or not schedule.grid.start_ns <= now < schedule.grid.end_ns:
            return
        first = schedule.grid.index(now)
        left = schedule.grid.part(first, schedule.grid.count - first)
        for word, quantity in _PLANNED.items():
            series = {
                column: schedule.values[first:, j].tolist()
                for j, column in enumerate(schedule.columns)
                if column.partition(".")[0] in self._twins
                and column.rpartition(".")[2].partition("_")[0] == word
            }
            if series:
                told = {"grid": _told(left), "unit": _MEASURED[quantity], "quantity": quantity}
                yield ScheduleMessage(**told, series=series, rung=schedule.rung), quantity

    def _figures(self) -> Iterator[tuple[Any, str]]:
        first, last = self._over
        if first == last:
            return
        span = {"start": moment(self._grid.start_ns), "end": moment(self._grid.end_ns)}
        balance = {}
        for twin in self._twins:
            recorder = self._run.loop.recorders[twin]
            grown = recorder.registers[last] - recorder.registers[first]
            for (place, _), value in zip(recorder.begun(), grown.tolist(), strict=True):
                point = recorder.outputs.points[place]
                balance[f"energy.{twin}.{point.name}"] = (value, point.unit)
        yield KeyFigures(**span, figures=balance), "balance"
        if self._around is not None:
            told = self._around.figures(self._around.marks())
            figures = {n: f for n, f in told.items() if np.isfinite(f[0]) and self._mine(n)}
            if figures:
                yield KeyFigures(**span, figures=figures), "figures"

    def _mine(self, name: str) -> bool:
        """Figures of his account, of networks of his twins; the site's where all is his."""
        word, _, rest = name.partition(".")
        if word == "account":
            return rest.partition(".")[0] == self._owner
        if word in ("cost", "emission"):
            return rest.partition(".")[0] in self._twins
        return word == "kpi" and self._whole

    def _alarms(self) -> Iterator[tuple[Any, str]]:
        if self._around is None:
            return
        held = sorted(self._around.conditions().items())
        mine = [
            (source, condition, event) for (source, condition), (event, _) in held
            if event.kind is not EventKind.SERVICE
            and (source.partition(".")[0] in self._twins or (self._whole and not source))
        ]  # fmt: skip
        for source, condition, event in sorted(mine, key=lambda m: -m[2].severity)[:_ALARMS]:
            path = source or self._around.name
            told = Alarm(
                source=path, condition=condition[:500], active=event.active,
                severity=int(event.severity), text=event.text[:500],
            )  # fmt: skip
            yield told, _SIGN.sub("_", f"{path}.{condition}")[:120]

    def _quality(self) -> Iterator[tuple[Any, str]]:
        first, last = self._over
        if first == last:
            return
        shares = self._qualities.shares()
        if shares:
            grid = self._grid
            span = {"start": moment(grid.start_ns), "end": moment(grid.end_ns)}
            yield QualityReport(**span, shares=shares), "points"


def _told(grid: TimeGrid) -> Grid:
    return Grid(start=moment(grid.start_ns), step_s=grid.step_s, count=grid.count)


def _plain(values: Any) -> list[float | None]:
    return [v if np.isfinite(v) else None for v in values.tolist()]
