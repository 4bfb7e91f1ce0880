"""A partner's files as a service: forecasts and measurements out of them, schedules into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rami.communication.service.contract import Inbox
from rami.communication.service.function import FunctionService, Said
from rami.communication.service.message import Message
from rami.communication.service.payload import (
    Alarm,
    FlexibilityRequest,
    Forecast,
    Grid,
    Measurement,
    NegotiationCall,
    ScheduleMessage,
    Settlement,
)
from rami.core.frame import Values
from rami.core.timegrid import NS, TimeGrid, iso, moment
from rami.core.units import convert
from rami.functional.flexibility.bargain import Bargain, Side
from rami.functional.flexibility.steps import over
from services.partner_files.desk import Desk, issue
from services.partner_files.folder import PartnerFolder
from services.partner_files.table import PartnerTable

if TYPE_CHECKING:
    from rami.communication.service.settings import Place
    from services.platform.kinds.csv_edge import CsvEdgeConfiguration


def partner_files(settings: CsvEdgeConfiguration, name: str, place: Place) -> FunctionService:
    """The service of a configuration. Raises RunError where the folder cannot be used."""
    from services.assemble.partner_table import partner_table

    own = {n: (c.column, c.unit) for n, c in settings.columns.items()}
    limits = {
        f"{n}@{which}": (f"{c.column}_{which}", c.unit)
        for n, c in settings.columns.items()
        for which in ("least", "most")
    }

    def read(file: Path, kind: str) -> PartnerTable:
        return partner_table(file, limits if kind == "flexibility" else own, settings.zone)

    folder = PartnerFolder(place.folder / settings.folder)
    partner = Partner(settings, folder, Desk(folder, read, settings.tariff))
    return FunctionService(settings.declaration(name), partner.said, place.site)


class Partner:
    """Keeps what was heard, so that nothing is answered twice."""

    def __init__(self, settings: CsvEdgeConfiguration, folder: PartnerFolder, desk: Desk) -> None:
        self._settings, self._folder, self._desk = settings, folder, desk
        self._bargain = Bargain(settings.columns)
        self._heard: dict[str, tuple[int, int]] = {}
        self._silent = False

    def said(self, inbox: Inbox) -> list[Said]:
        """News of the folder, and answers."""
        now = inbox.now_ns
        news, refused = self._desk.look(now)
        said = [self._told(kind, now) for kind in sorted(news)]
        if refused:
            said.append(_alarm("file refused", True, "; ".join(refused)))
        fresh = self._desk.fresh("forecast", now, self._settings.older_than) is not None
        if fresh == self._silent:
            self._silent = not fresh
            said.append(_alarm("no forecast", self._silent, "none that is new enough"))
        for topic, message in sorted(inbox.messages.items()):
            mark = (message.sequence, message.sent_ns)
            if self._heard.get(topic) != mark:
                self._heard[topic] = mark
                said += self._answer(message, now)
        return [one for one in said if one is not None]

    def _told(self, kind: str, now_ns: int) -> Said | None:
        table = self._desk.held[kind]
        if kind == "measurement":
            return Said(_measured(table), 86400.0, "demand")
        if kind != "forecast":
            return None
        until_ns = min(table.grid.end_ns, issue(table) + round(self._settings.older_than * NS))
        payload = _expected(table)
        return Said(payload, (until_ns - now_ns) / NS, "demand") if until_ns > now_ns else None

    def _answer(self, message: Message, now_ns: int) -> list[Said]:
        payload, mark = message.payload, message.correlation
        if isinstance(payload, NegotiationCall):
            return self._called(payload, mark, now_ns)
        if isinstance(payload, FlexibilityRequest):
            reply = self._bargain.reply(payload, self._sides(payload.grid, now_ns))
            return [Said(reply, correlation=mark)]
        if isinstance(payload, Settlement) and payload.state == "proposed":
            return [Said(self._bargain.proposed(payload), correlation=mark)]
        if isinstance(payload, Settlement):
            agreed = self._bargain.ended(payload)
            if agreed:
                grid = next(iter(agreed.values())).grid
                self._put(_grid(grid), {n: a.reply.power for n, a in agreed.items()})
        if isinstance(payload, ScheduleMessage) and payload.quantity == "power":
            names = payload.series.keys() & self._settings.columns.keys()
            mine = {n: np.array(payload.series[n]) for n in names}
            if mine:
                self._put(_grid(payload.grid), mine)
        return []

    def _called(self, call: NegotiationCall, mark: str, now_ns: int) -> list[Said]:
        if call.phase == "offer":
            offer = self._bargain.offer(call.grid, self._sides(call.grid, now_ns))
            return [Said(offer, correlation=mark)]
        because = ""
        said: list[Said] = []
        if call.phase in ("forecast", "live"):
            kind = "forecast" if call.phase == "forecast" else "measurement"
            table = self._desk.fresh(kind, now_ns, self._settings.older_than)
            found = None if table is None else _within(table, _grid(call.grid))
            because = "" if found else f"there is no {kind} of that time"
            if found:
                payload = _measured(found) if kind == "measurement" else _expected(found)
                said = [Said(payload, correlation=mark, subject="demand")]
        return [*said, Said(self._bargain.ready(call.phase, because), correlation=mark)]

    def _sides(self, grid: Grid, now_ns: int) -> dict[str, Side | str]:
        whole, age_s = _grid(grid), self._settings.older_than
        return {n: self._desk.side(n, whole, now_ns, age_s) for n in self._settings.columns}

    def _put(self, grid: TimeGrid, series: Mapping[str, Values]) -> None:
        """A schedule in the partner's own columns and units."""
        columns = {n: self._settings.columns[n] for n in sorted(series)}
        scale = {n: convert(1.0, c.unit, "power") for n, c in columns.items()}
        lines = [
            ["time", *(c.column for c in columns.values())],
            ["", *(c.unit for c in columns.values())],
        ]
        for k in range(grid.count):
            at = iso(grid.start_ns + k * grid.step_ns)
            lines.append([at, *(f"{series[n][k] / scale[n]:.6g}" for n in columns)])
        begin = moment(grid.start_ns).strftime("%Y%m%dT%H%MZ")
        self._folder.put(f"schedule_{begin}.csv", "".join(f"{_row(line)}\n" for line in lines))


def _row(cells: Iterable[str]) -> str:
    return ",".join(f'"{c}"' if "," in c or '"' in c else c for c in cells)


def _within(table: PartnerTable, grid: TimeGrid) -> PartnerTable | None:
    """The part of a table over a grid; None where it does not cover it."""
    if table.grid.start_ns > grid.start_ns or table.grid.end_ns < grid.end_ns:
        return None
    length = [table.grid.step_ns / 1e6] * table.grid.count
    series = {}
    for name, values in table.series.items():
        known = np.isfinite(values)
        part = over(grid, table.grid.start_ns, length, known.astype(float).tolist())
        filled = np.where(known, values, 0.0).tolist()
        with np.errstate(invalid="ignore", divide="ignore"):
            means = over(grid, table.grid.start_ns, length, filled) / part
        series[name] = np.where(part > 0.5, means, np.nan)
    return PartnerTable(grid, series, table.issued_ns)


def _expected(table: PartnerTable) -> Forecast:
    columns = {n: v.tolist() for n, v in table.series.items()}
    return Forecast(grid=_told_grid(table.grid), unit="kW", quantity="power", series=columns)


def _measured(table: PartnerTable) -> Measurement:
    columns = {
        n: [float(v) if np.isfinite(v) else None for v in values]
        for n, values in table.series.items()
    }
    return Measurement(grid=_told_grid(table.grid), unit="kW", quantity="power", series=columns)


def _told_grid(grid: TimeGrid) -> Grid:
    return Grid(start=moment(grid.start_ns), step_s=grid.step_s, count=grid.count)


def _grid(grid: Grid) -> TimeGrid:
    return TimeGrid.of(grid.start, grid.step_s, grid.count)


def _alarm(condition: str, active: bool, text: str) -> Said:
    made = Alarm(source="files", condition=condition, active=active, severity=400, text=text[:500])
    return Said(made, 86400.0)
