"""Raw values as they were kept (Part 11, 6.5.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rami.core.signal import Rows
from services.opcua.history.encoded import history_data
from services.opcua.history.past import Past, at_or_after, at_or_before, backward, forward
from services.opcua.status import status_codes

#: instant, value, StatusCode
Bound = tuple[int, float, int]
_NO_BOUND = 0x80D7_0000  # BadBoundNotFound


@dataclass(frozen=True)
class RawRead:
    """What is left to be read of a node: from `at_ns` on, up to `end_ns` without it; backwards
    where `at_ns` is above. `left` values are wanted, all where it is None; `most` at once.
    `opened`: the bound at the beginning was told; `words`: values are those of an enumeration."""

    name: str
    at_ns: int
    end_ns: int
    most: int
    left: int | None = None
    bounds: bool = False
    opened: bool = False
    words: bool = False

    def run(self, past: Past) -> tuple[Any, RawRead | None]:
        """HistoryData, and what is left then."""
        back = self.at_ns > self.end_ns
        wanted = self.most if self.left is None else min(self.most, self.left)
        first = self._bound(past, self.at_ns, not back) if self.bounds and not self.opened else None
        if first is not None:
            wanted = max(wanted - 1, 1)
        rows = self._rows(past, back, wanted + 1)
        more, rows = len(rows) > wanted, rows.where(np.arange(min(wanted, len(rows))))
        last = None
        if self.bounds and not more:
            last = self._bound(past, self.end_ns, back)
        times, values, status = _columns(first, rows, last)
        data = history_data(times, values, status, words=self.words)
        if not more:
            return data, None
        left = None if self.left is None else self.left - len(times)
        if left == 0:
            return data, None
        at = int(rows.times[-1]) + (0 if back else 1)
        return data, replace(self, at_ns=at, left=left, opened=True)

    def _rows(self, past: Past, back: bool, most: int) -> Rows:
        if back:
            # at_ns itself belongs to it the first time, and never again
            high = self.at_ns + (0 if self.opened else 1)
            if self.bounds and not self.opened:
                high = self.at_ns
            return backward(past, self.name, self.end_ns + 1, high, most)
        low = self.at_ns + (1 if self.bounds and not self.opened else 0)
        return forward(past, self.name, low, self.end_ns, most)

    def _bound(self, past: Past, at_ns: int, before: bool) -> Bound:
        """The value at an instant, or the next one before or after it."""
        found = (at_or_before if before else at_or_after)(past, self.name, at_ns)
        if not len(found):
            return at_ns, float("nan"), _NO_BOUND
        status = int(status_codes(found.status)[0])
        return int(found.times[0]), float(found.values[0]), status


def _columns(first: Bound | None, rows: Rows, last: Bound | None) -> tuple[Any, Any, Any]:
    """Times, values and StatusCodes."""
    status = status_codes(rows.status) if len(rows) else np.empty(0, np.uint32)
    before, after = ([] if b is None else [b] for b in (first, last))

    def column(place: int, own: NDArray[Any]) -> NDArray[Any]:
        ends = [np.array([b[place] for b in end], own.dtype) for end in (before, after)]
        return np.concatenate([ends[0], own, ends[1]])

    return column(0, rows.times), column(1, rows.values), column(2, status)
