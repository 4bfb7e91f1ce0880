"""HistoryData encoded at once, outside the event loop (Part 6, 5.2.2.17)."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from asyncua import ua
from numpy.typing import NDArray

#: encoding masks of a DataValue: value, status, source time
_VALUE, _STATUS, _SOURCE = 1, 2, 4
_DOUBLE = 11
_WHOLE = np.dtype(
    [("mask", "u1"), ("kind", "u1"), ("value", "<f8"), ("status", "<u4"), ("at", "<i8")]
)
#: 1601-01-01 before 1970-01-01, in ticks of 100 ns
_EPOCH = 116_444_736_000_000_000


def history_data(
    times: NDArray[np.int64], values: NDArray[np.float64], status: NDArray[np.uint32]
) -> Any:
    """A HistoryData of numbers; where there is none, of status and time alone."""
    rows = np.empty(len(times), _WHOLE)
    rows["mask"], rows["kind"] = _VALUE | _STATUS | _SOURCE, _DOUBLE
    rows["value"], rows["status"] = values, status
    rows["at"] = times // 100 + _EPOCH
    body = rows.tobytes()
    lacking = np.flatnonzero(~np.isfinite(values))
    if len(lacking):
        body = _without(body, lacking)
    count = struct.pack("<i", len(times))
    kind = ua.NodeId(ua.ObjectIds.HistoryData_Encoding_DefaultBinary)
    return ua.ExtensionObject(kind, count + body)


def _without(body: bytes, lacking: NDArray[np.intp]) -> bytes:
    """Rows whose value is left out."""
    size, parts, done = _WHOLE.itemsize, [], 0
    mask = bytes([_STATUS | _SOURCE])
    for place in lacking.tolist():
        at = place * size
        parts += [body[done:at], mask, body[at + 10 : at + size]]
        done = at + size
    return b"".join((*parts, body[done:]))
