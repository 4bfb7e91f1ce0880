"""Reading beside the one process that writes: questions to a store over a Unix socket.

Requests are lines of JSON, answers a line of JSON and the columns as they lie in memory. Only the
user that the writer runs as may connect.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from threading import BoundedSemaphore, Lock, Thread
from typing import Any, BinaryIO

import numpy as np

from rami.core.errors import DataError, Problem, RamiError, RunError, UnreachableError
from rami.core.frame import Frame
from rami.core.historian import Aggregation, Store, StoreStats
from rami.core.signal import Rows, Signal
from rami.core.timegrid import TimeGrid

_LINE, _READERS, _PATIENCE_S = 1 << 20, 8, 60.0
_COLUMNS = {"places": "<i4", "times": "<i8", "values": "<f8", "status": "<u4"}


def open_shared(opening: Callable[[], Store], address: Path) -> Store:
    """The store as `opening` gives it, with a thread that answers readers at `address`.

    For the process that writes: a file that an earlier one left there gives way.
    """
    store = opening()
    try:
        address.unlink(missing_ok=True)
        listener = _bound(address)
    except OSError:
        # it is written all the same, and read when it is closed
        return store
    Thread(target=_listen, args=(store, listener), name="historian-readers", daemon=True).start()
    return store


def _bound(address: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(_short(address))
    finally:
        os.umask(before)
    listener.listen(_READERS)
    return listener


def _short(address: Path) -> str:
    """Names of sockets have at most 107 bytes, counted from here."""
    full = str(address.absolute())
    return min(full, os.path.relpath(full), key=len)


def _listen(store: Store, listener: socket.socket) -> None:
    free, turn = BoundedSemaphore(_READERS), Lock()
    while True:
        free.acquire()
        link, _ = listener.accept()
        Thread(target=_attend, args=(store, link, turn, free), daemon=True).start()


def _attend(store: Store, link: socket.socket, turn: Lock, free: BoundedSemaphore) -> None:
    try:
        with link, link.makefile("rwb") as file, suppress(OSError, ValueError):
            while line := file.readline(_LINE):
                with turn:
                    told, columns = _answered(store, line)
                file.write(json.dumps(told).encode() + b"\n")
                for column in columns:
                    file.write(column)
                file.flush()
    finally:
        free.release()


def _answered(store: Store, line: bytes) -> tuple[dict[str, Any], list[bytes]]:
    try:
        asked = json.loads(line)
        return _ANSWERS[asked["ask"]](store, asked)
    except DataError as error:
        return {"error": "data", "why": str(error)}, []
    except UnreachableError as error:
        return {"error": "unreachable", "why": str(error)}, []
    except RamiError as error:
        return {"error": "run", "why": str(error)}, []
    except (ValueError, KeyError, TypeError) as error:
        return {"error": "run", "why": f"no question: {error!r}"}, []


def _rows_told(rows: Rows) -> tuple[dict[str, Any], list[bytes]]:
    columns = [getattr(rows, name).astype(kind).tobytes() for name, kind in _COLUMNS.items()]
    return {"names": rows.names, "count": len(rows)}, columns


def _read(store: Store, asked: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    frame = store.read(asked["names"], TimeGrid(*asked["grid"]), Aggregation(asked["how"]))
    told = {"names": frame.names, "units": frame.units}
    return told, [frame.values.astype("<f8").tobytes(), frame.quality.astype("<u4").tobytes()]


_ANSWERS: dict[str, Callable[[Store, dict[str, Any]], tuple[dict[str, Any], list[bytes]]]] = {
    "signals": lambda s, a: ({"signals": [asdict(x) for x in s.signals(a["pattern"])]}, []),
    "last": lambda s, a: _rows_told(s.last(a["names"])),
    "rows": lambda s, a: _rows_told(s.rows(a["names"], a["start"], a["end"])),
    "read": _read,
    "stats": lambda s, a: ({"stats": asdict(s.stats())}, []),
}


class StoreBeside:
    """A store that another process writes, to be read. UnreachableError where nobody answers."""

    def __init__(self, address: Path) -> None:
        self._address, self._turn = address, Lock()
        self._link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._link.settimeout(_PATIENCE_S)
        try:
            self._link.connect(_short(address))
        except OSError as error:
            self._link.close()
            raise UnreachableError(f"{address}: nobody answers there: {error.strerror}") from None
        self._file: BinaryIO = self._link.makefile("rwb")  # type: ignore[assignment]

    def signals(self, pattern: str = "*") -> tuple[Signal, ...]:
        """Signals whose name fits a shell pattern, by name."""
        with self._turn:
            told = self._ask(ask="signals", pattern=pattern)
        return tuple(Signal(**one) for one in told["signals"])

    def last(self, names: Sequence[str]) -> Rows:
        """The latest row of each signal that has any."""
        with self._turn:
            return self._rows(self._ask(ask="last", names=list(names)))

    def rows(self, names: Sequence[str], start_ns: int, end_ns: int) -> Rows:
        """Rows in [start, end) by place in `names`, then time."""
        with self._turn:
            asked = self._ask(ask="rows", names=list(names), start=start_ns, end=end_ns)
            return self._rows(asked)

    def read(self, names: Sequence[str], grid: TimeGrid, how: Aggregation) -> Frame:
        """Signals on a grid."""
        told_grid = [grid.start_ns, grid.step_ns, grid.count]
        with self._turn:
            told = self._ask(ask="read", names=list(names), grid=told_grid, how=how.value)
            shape = (grid.count, len(told["names"]))
            count = shape[0] * shape[1]
            values = self._column("<f8", count).reshape(shape)
            quality = self._column("<u4", count).reshape(shape)
        return Frame(grid, tuple(told["names"]), tuple(told["units"]), values, quality)

    def stats(self) -> StoreStats:
        """What it holds."""
        with self._turn:
            return StoreStats(**self._ask(ask="stats")["stats"])

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._file.close()
        self._link.close()

    def _ask(self, **asked: Any) -> dict[str, Any]:
        try:
            self._file.write(json.dumps(asked).encode() + b"\n")
            self._file.flush()
            told: dict[str, Any] = json.loads(self._file.readline())
        except (OSError, ValueError):
            raise UnreachableError(f"{self._address}: whoever writes there has ended") from None
        if "error" in told:
            if told["error"] == "data":
                raise DataError([Problem("historian", told["why"])])
            raise (UnreachableError if told["error"] == "unreachable" else RunError)(told["why"])
        return told

    def _rows(self, told: dict[str, Any]) -> Rows:
        columns = [self._column(kind, told["count"]) for kind in _COLUMNS.values()]
        return Rows(tuple(told["names"]), *columns)

    def _column(self, kind: str, count: int) -> Any:
        try:
            content = self._file.read(count * np.dtype(kind).itemsize)
            return np.frombuffer(content, kind, count).copy()
        except (OSError, ValueError):
            raise UnreachableError(f"{self._address}: whoever writes there has ended") from None
