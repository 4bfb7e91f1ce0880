"""Aggregates of intervals (Part 13): average, minimum, maximum, interpolative."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from asyncua import ua
from numpy.typing import NDArray

from rami.core.historian import Aggregation
from rami.core.quality import is_bad
from rami.core.timegrid import TimeGrid
from services.opcua.history.between import AT_ONCE, FAMILY, NO_DATA, ONE_BY_ONE, interpolated
from services.opcua.history.encoded import history_data
from services.opcua.history.past import Past
from services.opcua.status import status_codes

_IDS = ua.ObjectIds
#: aggregates that the store works out
STORED = {
    _IDS.AggregateFunction_Average: Aggregation.MEAN,
    _IDS.AggregateFunction_Minimum: Aggregation.MIN,
    _IDS.AggregateFunction_Maximum: Aggregation.MAX,
}
AGGREGATES = (*STORED, _IDS.AggregateFunction_Interpolative)
#: of a value, in the info bits of its StatusCode
_CALCULATED, _PARTIAL = 0x401, 0x404


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
            values, status = interpolated(past, self.name, starts)
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
        return min(self.most, max(AT_ONCE // step, ONE_BY_ONE))


def _marked(values: NDArray[np.float64], quality: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Calculated, of the family of what it came from; no data where there was none."""
    status = (status_codes(quality) & FAMILY) | np.uint32(_CALCULATED)
    lacking = ~np.isfinite(values) | is_bad(quality)
    return np.where(lacking, np.uint32(NO_DATA), status).astype(np.uint32)
