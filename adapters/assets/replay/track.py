"""One recorded point: its value, quality and row at any instant of the recording."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.core.quality import Family, Qualities, Reason, is_bad, quality

MISSING = quality(Family.BAD, Reason.MISSING)
STALE = quality(Family.BAD, Reason.STALE)
_REASONS = 0x0000_FFFF
#: of the usual distance between rows, after which a value is stale
_USUAL = 3.0


class Track:
    """Rows of one point by time; of equal times the last row counts.

    A row that is bad or empty tells its quality, beside the last value before it. `gap_ns` is
    the longest time a row holds (None: three times the usual distance of rows). With `line`
    values between two good rows, not further apart than that, are interpolated.
    """

    def __init__(
        self,
        times: NDArray[np.int64],
        values: NDArray[np.float64],
        status: Qualities,
        gap_ns: int | None,
        line: bool,
    ) -> None:
        order = np.argsort(times, kind="stable")
        times, values, status = times[order], values[order], status[order]
        last = np.append(times[1:] != times[:-1], True) if len(times) else np.zeros(0, np.bool_)
        self.times, values, status = times[last], values[last], status[last]
        usable = np.isfinite(values) & ~is_bad(status)
        self._status = np.where(np.isfinite(values), status, status | np.uint32(MISSING))
        place = np.maximum.accumulate(np.where(usable, np.arange(len(values)), -1))
        known = place >= 0
        self._values = np.where(known, values[np.maximum(place, 0)], np.nan)
        self._told = np.where(known, self.times[np.maximum(place, 0)], 0)
        self._usable, self._line = usable, line
        self.step_ns = int(np.median(np.diff(self.times))) if len(self.times) > 1 else 0
        self._gap_ns = gap_ns if gap_ns is not None else round(_USUAL * self.step_ns)

    @property
    def growth(self) -> float:
        """Last less first value, of a register."""
        known = self._values[np.isfinite(self._values)]
        return float(known[-1] - known[0]) if len(known) else 0.0

    def at(self, ns: int) -> tuple[float, int, int]:
        """Value, quality and time of the row that told it; NaN and 0 before the first."""
        i = int(np.searchsorted(self.times, ns, side="right")) - 1
        if i < 0:
            return np.nan, MISSING, 0
        value, told, grade = float(self._values[i]), int(self._told[i]), int(self._status[i])
        if self._line and self._usable[i] and i + 1 < len(self.times) and self._usable[i + 1]:
            length = int(self.times[i + 1] - self.times[i])
            if not self._gap_ns or length <= self._gap_ns:
                part = (ns - int(self.times[i])) / length
                return value + part * (float(self._values[i + 1]) - value), grade, ns
        if not np.isnan(value) and self._gap_ns and ns - told > self._gap_ns:
            grade = (grade & _REASONS) | STALE
        return value, grade, told
