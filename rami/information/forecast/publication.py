"""When the prices of the day-ahead auction are known."""

from __future__ import annotations

import numpy as np

from rami.information.forecast.calendar import DAY_NS, HOUR_NS, LocalCalendar

#: local hour from which on the prices of the next local day count as known. The European
#: auction (SDAC) closes at 12:00 and publishes before 13:00 Central European time.
PUBLISHED_H = 13


def published_until(issued_ns: int, calendar: LocalCalendar) -> int:
    """End of the last local day whose prices are known at an instant."""
    now = np.array([issued_ns], np.int64)
    local = issued_ns + int(calendar.offsets(now)[0])
    days = 2 if local % DAY_NS >= PUBLISHED_H * HOUR_NS else 1
    midnight = (local // DAY_NS + days) * DAY_NS
    guess = np.array([midnight - int(calendar.offsets(now)[0])], np.int64)
    return int(midnight - int(calendar.offsets(guess)[0]))
