"""A further source laid over own data, with age, validity and fallback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from rami.core.errors import DataError, Problem, UnreachableError
from rami.core.frame import NO_ISSUE, Frame
from rami.core.quality import Family, Reason, quality, worst
from rami.core.timegrid import NS, TimeGrid
from rami.information.external.column import Column, filled, judged, missing_of, nothing
from rami.information.external.delivery import NotDelivered
from rami.information.external.provenance import Mask, percent, span_said, spans
from rami.information.external.salvage import salvaged
from rami.information.external.settings import ExternalSettings
from rami.information.series import figure_of
from rami.information.source import DataSource, known_frame


class Laid:
    """`own` with the series that `settings` names taken from `further`, called `name`.

    Every column says in `Frame.sources` which share came from where and why; its quality has
    STALE or MISSING where the further source failed, with ESTIMATED where own data stand in and
    without where its last value is held. A key figure (`rami.information.series.Figure`) that
    own data do not have is NaN and Bad there: its own calculation stands in where it is used.
    """

    def __init__(
        self, own: DataSource, name: str, further: DataSource, settings: ExternalSettings
    ) -> None:
        self._own, self._name, self._further, self._settings = own, name, further, settings

    def describe(self) -> Mapping[str, str]:
        """Own data's series and those laid over; asks nobody."""
        return {**self._own.describe(), **dict.fromkeys(self._settings.gives, self._name)}

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """As in DataSource; every interval is used at its start.

        Raises DataError where own data cannot stand in or `fallback` is `fail`.
        """
        return self._read(names, grid, None)

    def read_issued(self, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
        """As in Issued; all is used at `at_ns`."""
        return self._read(names, grid, at_ns)

    def _read(self, names: Sequence[str], grid: TimeGrid, at_ns: int | None) -> Frame:
        mine = [n for n in names if n in self._settings.gives]
        others = [n for n in names if n not in self._settings.gives]
        frames = [_asked(self._own, others, grid, at_ns)] if others else []
        if mine:
            frames.append(self._laid(mine, grid, at_ns))
        if not frames:
            return Frame(grid, (), (), np.empty((grid.count, 0)))
        return frames[0].joined(frames[1:]).select(names)

    def _laid(self, names: Sequence[str], grid: TimeGrid, at_ns: int | None) -> Frame:
        delivered = {n: judged(n, c) for n, c in self._delivered(names, grid, at_ns).items()}
        stale = {n: self._stale(c, grid, at_ns) for n, c in delivered.items()}
        missing = {n: missing_of(c) for n, c in delivered.items()}
        if self._settings.fallback == "fail":
            problems = [
                Problem(
                    f"external.{self._name}",
                    f"{n}: {self._why(c, stale[n], missing[n], grid)}",
                    "mend the source, or let its fallback be own or hold",
                )
                for n, c in delivered.items()
                if (stale[n] | missing[n]).any()
            ]
            if problems:
                raise DataError(problems)
        held = {n: self._held(c, stale[n], missing[n]) for n, c in delivered.items()}
        lacking = {n: np.isnan(h.values) for n, h in held.items()}
        wanting = [n for n in names if lacking[n].any()]
        known = self._own.describe() if any(figure_of(n) for n in wanting) else {}
        asked = [n for n in wanting if n in known or not figure_of(n)]
        own = _asked(self._own, asked, grid, at_ns) if asked else None
        columns = {}
        for n, column in held.items():
            said = self._said(n, delivered[n], stale[n], missing[n], lacking[n], own, grid)
            columns[n] = filled(n, column, lacking[n], stale[n], own, said)
        return Frame(
            grid,
            tuple(names),
            tuple(c.unit for c in columns.values()),
            np.column_stack([c.values for c in columns.values()]),
            np.column_stack([c.quality for c in columns.values()]),
            {n: c.said for n, c in columns.items()},
            np.column_stack([c.issued for c in columns.values()]),
        )

    def _delivered(
        self, names: Sequence[str], grid: TimeGrid, at_ns: int | None
    ) -> dict[str, Column]:
        """What the further source says; a series that it cannot give does not take others along."""
        try:
            frame = _asked(self._further, names, grid, at_ns)
        except UnreachableError as error:
            if self._settings.fallback == "fail":
                raise
            return {n: nothing(n, grid, str(error)) for n in names}
        except DataError as error:
            if self._settings.fallback == "fail":
                raise
            if len(names) == 1:
                return {names[0]: self._pieces(names[0], grid, at_ns, error)}
            found: dict[str, Column] = {}
            for name in names:
                found |= self._delivered([name], grid, at_ns)
            return found
        return {n: Column.of(frame, n) for n in names}

    def _pieces(self, name: str, grid: TimeGrid, at_ns: int | None, error: DataError) -> Column:
        """What a series has besides the parts for which it is refused."""
        column = nothing(name, grid, _first(error))
        if isinstance(error, NotDelivered):
            return column
        for first, frame in salvaged(lambda g: _asked(self._further, [name], g, at_ns), grid):
            part, rows = Column.of(frame, name), slice(first, first + frame.grid.count)
            column.values[rows] = part.values
            column.quality[rows] = part.quality
            column.issued[rows] = part.issued
            column = replace(column, unit=part.unit, said=part.said, trouble="")
        return column

    def _stale(self, column: Column, grid: TimeGrid, at_ns: int | None) -> Mask:
        used = grid.times() if at_ns is None else np.full(grid.count, at_ns, np.int64)
        validity = self._settings.validity
        if validity is None:
            return np.zeros(grid.count, bool)
        told = column.issued != NO_ISSUE  # of others nobody knows better than their interval
        age = (used - np.where(told, column.issued, used)) / NS
        return np.asarray(age > validity)

    def _held(self, column: Column, stale: Mask, missing: Mask) -> Column:
        """The column with NaN where own data must stand in."""
        if self._settings.fallback != "hold":
            values = np.where(stale | missing, np.nan, column.values)
            return Column(column.unit, values, column.quality, column.issued, column.said)
        last = np.maximum.accumulate(np.where(missing, -1, np.arange(len(missing))))
        some, at = last >= 0, np.maximum(last, 0)
        old = np.uint32(quality(Family.UNCERTAIN, Reason.STALE))
        carried = np.uint32(quality(Family.UNCERTAIN, Reason.MISSING | Reason.FILLED))
        mark = np.where(missing, carried, 0) | np.where(stale[at], old, 0)
        return Column(
            column.unit,
            np.where(some, column.values[at], np.nan),
            worst(column.quality[at], mark.astype(np.uint32)),
            np.where(some, column.issued[at], NO_ISSUE),
            column.said,
        )

    def _said(
        self,
        name: str,
        column: Column,
        stale: Mask,
        missing: Mask,
        lacking: Mask,
        own: Frame | None,
        grid: TimeGrid,
    ) -> str:
        count, replaced = grid.count, stale | missing
        held = replaced & ~lacking
        where = f"{self._name} ({column.said})" if column.said else self._name
        parts = [f"{where}, {percent(int((~replaced).sum()), count)} of intervals"]
        why = self._why(column, stale, missing, grid)
        if held.any():
            parts.append(f"last value held {percent(int(held.sum()), count)}")
        if lacking.any():
            has = own is not None and name in own
            source = own.sources.get(name, "") if own is not None and has else ""
            what = f"own data ({source})" if source else "own data" if has else "own calculation"
            parts.append(f"{what} {percent(int(lacking.sum()), count)}")
        return "; ".join(parts) + (f": {why}" if why else "")

    def _why(self, column: Column, stale: Mask, missing: Mask, grid: TimeGrid) -> str:
        """Why the further source's values do not count, and when."""
        if column.trouble:
            return column.trouble
        validity, told = self._settings.validity, []
        beyond = (column.quality & np.uint32(Reason.RANGE)) != 0
        if (missing & ~beyond).any():
            told.append(f"missing or bad {spans(missing & ~beyond, grid)}")
        if beyond.any():
            told.append(f"out of range {spans(beyond, grid)}")
        old = stale & ~missing
        if validity is not None and old.any():
            told.append(f"older than {span_said(validity)} {spans(old, grid)}")
        return "; ".join(told)


def _asked(source: DataSource, names: Sequence[str], grid: TimeGrid, at_ns: int | None) -> Frame:
    return source.read(names, grid) if at_ns is None else known_frame(source, names, grid, at_ns)


def _first(error: DataError) -> str:
    return str(error.problems[0]) + (
        f" and {len(error.problems) - 1} more" if len(error.problems) > 1 else ""
    )
