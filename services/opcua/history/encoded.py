"""HistoryData encoded at once, outside the event loop (Part 6, 5.2.2.17)."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from asyncua import ua
from numpy.typing import NDArray

#: encoding masks of a DataValue: value, status, source time
_VALUE, _STATUS, _SOURCE = 1, 2, 4
#: built-in type of a value, and how it lies in memory
_DOUBLE, _INT32 = (11, "<f8"), (6, "<i4")
#: 1601-01-01 before 1970-01-01, in ticks of 100 ns
_EPOCH = 116_444_736_000_000_000


def history_data(
    times: NDArray[np.int64],
    values: NDArray[np.float64],
    status: NDArray[np.uint32],
    *,
    words: bool = False,
) -> Any:
    """A HistoryData of numbers, of `words` as Int32; where there is none, of status and time
    alone."""
    kind, layout = _INT32 if words else _DOUBLE
    form = [("mask", "u1"), ("kind", "u1"), ("value", layout), ("status", "<u4"), ("at", "<i8")]
    rows = np.empty(len(times), form)
    rows["mask"], rows["kind"] = _VALUE | _STATUS | _SOURCE, kind
    known = np.isfinite(values)
    rows["value"], rows["status"] = np.where(known, values, 0.0), status
    rows["at"] = times // 100 + _EPOCH
    body = rows.tobytes()
    lacking = np.flatnonzero(~known)
    if len(lacking):
        body = _without(body, lacking, rows.dtype)
    count = struct.pack("<i", len(times))
    number = ua.NodeId(ua.ObjectIds.HistoryData_Encoding_DefaultBinary)
    return ua.ExtensionObject(number, count + body)


def _without(body: bytes, lacking: NDArray[np.intp], form: np.dtype[Any]) -> bytes:
    """Rows whose value is left out."""
    size, parts, done = form.itemsize, [], 0
    value = 2 + form["value"].itemsize
    mask = bytes([_STATUS | _SOURCE])
    for place in lacking.tolist():
        at = place * size
        parts += [body[done:at], mask, body[at + value : at + size]]
        done = at + size
    return b"".join((*parts, body[done:]))
