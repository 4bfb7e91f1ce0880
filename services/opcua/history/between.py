"""Values between rows (Part 13, 5.4.3.5): on the line between two, for words the last one."""

from __future__ import annotations

import numpy as np
from asyncua import ua
from numpy.typing import NDArray

from rami.core.quality import is_bad
from rami.core.signal import Rows
from rami.core.timegrid import NS
from services.opcua.history.past import Past, at_or_after, at_or_before
from services.opcua.status import status_codes

#: what a value is, in the info bits of its StatusCode
RAW, INTERPOLATED = 0x400, 0x402
NO_DATA = int(ua.StatusCodes.BadNoData)
_EXTRAPOLATED = int(ua.StatusCodes.UncertainDataSubNormal) | INTERPOLATED
FAMILY = np.uint32(0xC000_0000)
#: rows of so long a time are looked at at once; beyond it one by one
AT_ONCE = 2 * 86_400 * NS
ONE_BY_ONE = 20


def interpolated(
    past: Past, name: str, instants: NDArray[np.int64], *, stepped: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.uint32]]:
    """Values and StatusCodes at instants, in any order; `stepped`: the last one holds on.

    Those of more than `AT_ONCE` should be few.
    """
    values = np.full(len(instants), np.nan)
    status = np.full(len(instants), NO_DATA, np.uint32)
    if not len(instants):
        return values, status
    low, high = int(instants.min()), int(instants.max())
    known = _around(past, name, low, high) if high - low <= AT_ONCE else None
    for place, ns in enumerate(instants.tolist()):
        rows = known if known is not None else _around(past, name, ns, ns)
        at = int(np.searchsorted(rows.times, ns, "right"))
        before, after = _row(rows, at - 1), _row(rows, at)
        if before is None:
            continue
        if before[0] == ns:
            values[place], status[place] = before[1], before[2] | RAW
        elif stepped:
            values[place], status[place] = before[1], before[2] | INTERPOLATED
        elif after is None:
            values[place], status[place] = before[1], _EXTRAPOLATED
        else:
            share = (ns - before[0]) / (after[0] - before[0])
            values[place] = before[1] + share * (after[1] - before[1])
            status[place] = max(before[2], after[2]) | INTERPOLATED
    return values, status


def _around(past: Past, name: str, low: int, high: int) -> Rows:
    """Good rows from the one before `low` to the one after `high`."""
    parts = [
        at_or_before(past, name, low),
        past.rows([name], low, high + 1),
        at_or_after(past, name, high + 1),
    ]
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
    family = int(status_codes(rows.status[at : at + 1])[0]) & int(FAMILY)
    return int(rows.times[at]), float(rows.values[at]), family
