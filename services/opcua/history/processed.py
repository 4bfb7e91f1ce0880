"""Aggregates of intervals (Part 13): average, minimum, maximum, interpolative."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from asyncua import ua
from numpy.typing import NDArray

from rami.core.historian import Aggregation
from rami.core.quality import is_bad
from rami.core.signal import Rows
from rami.core.timegrid import NS, TimeGrid
from services.opcua.history.encoded import history_data
from services.opcua.history.past import Past, at_or_after, at_or_before
from services.opcua.status import status_codes

_IDS, _SC = ua.ObjectIds, ua.StatusCodes
#: aggregates that the store works out
STORED = {
    _IDS.AggregateFunction_Average: Aggregation.MEAN,
    _IDS.AggregateFunction_Minimum: Aggregation.MIN,
    _IDS.AggregateFunction_Maximum: Aggregation.MAX,
}
AGGREGATES = (*STORED, _IDS.AggregateFunction_Interpolative)
#: what a value is, in the info bits of its StatusCode
_RAW, _CALCULATED, _INTERPOLATED, _PARTIAL = 0x400, 0x401, 0x402, 0x404
_NO_DATA, _EXTRAPOLATED = int(_SC.BadNoData), int(_SC.UncertainDataSubNormal) | _INTERPOLATED
_FAMILY = np.uint32(0xC000_0000)
#: rows of so long a time are looked at at once for interpolation; beyond it one by one
_AT_ONCE = 2 * 86_400 * NS
_ONE_BY_ONE = 100


@dataclass(frozen=True)
class ProcessedRead:
    """Intervals of `step_ns` (negative: backwards) from `at_ns` up to `end_ns`; `most` at once.

    An interval begins at the instant that it is told by; one that the end cuts is partial.
    """

    name: str
    aggregate: int
    at_ns: int
    end_ns: int
    step_ns: int
    most: int

    def run(self, past: Past) -> tuple[Any, ProcessedRead | None]:
        """HistoryData, and what is left then."""
        whole, rest = divmod(abs(self.end_ns - self.at_ns), abs(self.step_ns))
        intervals = whole + (1 if rest else 0)
        stored = STORED.get(self.aggregate)
        most = self.most if stored is not None else self._interpolated_at_once()
        count = min(intervals, most)
        starts = self.at_ns + self.step_ns * np.arange(count, dtype=np.int64)
        if stored is not None:
            values, status = self._aggregated(past, stored, min(count, whole))
            if count > whole:
                value, code = self._cut(past, stored, rest)
                values, status = np.append(values, value), np.append(status, code)
        else:
            values, status = self._interpolated(past, starts)
        left = replace(self, at_ns=self.at_ns + self.step_ns * count) if count < intervals else None
        return history_data(starts, values, status.astype(np.uint32)), left

    def _aggregated(
        self, past: Past, how: Aggregation, count: int
    ) -> tuple[NDArray[np.float64], NDArray[np.uint32]]:
        step = abs(self.step_ns)
        back = self.step_ns < 0
        low = self.at_ns - step * count if back else self.at_ns
        frame = past.read([self.name], TimeGrid(low, step, count), how)
        values, status = frame.values[:, 0], _marked(frame.values[:, 0], frame.quality[:, 0])
        return (values[::-1], status[::-1]) if back else (values, status)

    def _cut(self, past: Past, how: Aggregation, rest: int) -> tuple[float, int]:
        low = self.end_ns if self.step_ns < 0 else self.end_ns - rest
        frame = past.read([self.name], TimeGrid(low, rest, 1), how)
        code = int(_marked(frame.values[:, 0], frame.quality[:, 0])[0])
        return float(frame.values[0, 0]), code if code >= 0x8000_0000 else code | _PARTIAL

    def _interpolated_at_once(self) -> int:
        step = abs(self.step_ns)
        return min(self.most, max(_AT_ONCE // step, _ONE_BY_ONE))

    def _between(self, past: Past, low: int, high: int) -> Rows:
        """Good rows from the one before `low` to the one after `high`."""
        return _together(
            [
                at_or_before(past, self.name, low),
                past.rows([self.name], low, high + 1),
                at_or_after(past, self.name, high + 1),
            ]
        )

    def _interpolated(
        self, past: Past, instants: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.uint32]]:
        values = np.full(len(instants), np.nan)
        status = np.full(len(instants), _NO_DATA, np.uint32)
        if not len(instants):
            return values, status
        low, high = int(instants.min()), int(instants.max())
        known = self._between(past, low, high) if high - low <= _AT_ONCE else None
        for place, ns in enumerate(instants.tolist()):
            rows = known if known is not None else self._between(past, ns, ns)
            at = int(np.searchsorted(rows.times, ns, "right"))
            before, after = _row(rows, at - 1), _row(rows, at)
            if before is not None and before[0] == ns:
                values[place], status[place] = before[1], before[2] | _RAW
                continue
            if before is None:
                continue
            if after is None:
                values[place], status[place] = before[1], _EXTRAPOLATED
                continue
            share = (ns - before[0]) / (after[0] - before[0])
            values[place] = before[1] + share * (after[1] - before[1])
            status[place] = max(before[2], after[2]) | _INTERPOLATED
        return values, status


def _together(parts: list[Rows]) -> Rows:
    """Good rows of one signal, in the order of their times."""
    times, values, status = (
        np.concatenate([getattr(part, column) for part in parts])
        for column in ("times", "values", "status")
    )
    kept = np.flatnonzero(~is_bad(status) & np.isfinite(values))
    _, first = np.unique(times[kept], return_index=True)
    return Rows.of_series("", times, values, status).where(kept[first])


def _row(rows: Rows, at: int) -> tuple[int, float, int] | None:
    """Instant, value, family of a StatusCode."""
    if not 0 <= at < len(rows):
        return None
    family = int(status_codes(rows.status[at : at + 1])[0]) & int(_FAMILY)
    return int(rows.times[at]), float(rows.values[at]), family


def _marked(values: NDArray[np.float64], quality: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Calculated, of the family of what it came from; no data where there was none."""
    status = (status_codes(quality) & _FAMILY) | np.uint32(_CALCULATED)
    lacking = ~np.isfinite(values) | is_bad(quality)
    return np.where(lacking, np.uint32(_NO_DATA), status).astype(np.uint32)
