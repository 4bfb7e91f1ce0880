"""A value as it was sampled, encoded at most once for all who get it (Part 6, 5.2.2.17)."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from struct import Struct
from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary

#: FILETIME of 1970-01-01 and nanoseconds of one of its ticks
_EPOCH, _TICK = 116_444_736_000_000_000, 100
_VALUE, _STATUS, _SOURCE, _SERVER = 1, 2, 4, 8
_DOUBLE = 11
_BAD = 0x8000_0000
#: info bits of a value before which others were lost (Part 4, 7.39.1: Overflow)
_OVERFLOW = 0x480

_VALUE_SOURCE = Struct("<BBdQ").pack
_VALUE_BOTH = Struct("<BBdQQ").pack
_VALUE_ONLY = Struct("<BBd").pack
_STATUS_SOURCE = Struct("<BBdIQ").pack
_STATUS_BOTH = Struct("<BBdIQQ").pack
_STATUS_ONLY = Struct("<BBdI").pack
_BAD_SOURCE = Struct("<BIQ").pack
_BAD_BOTH = Struct("<BIQQ").pack
_BAD_ONLY = Struct("<BI").pack


def filetime(ns: int) -> int:
    """UTC nanoseconds as OPC UA counts time; 0 where nothing is known."""
    return ns // _TICK + _EPOCH if ns > 0 else 0


def moment(ticks: int) -> datetime | None:
    """The other way; microseconds are the finest that Python's datetime holds."""
    if ticks <= 0:
        return None
    microseconds = (ticks - _EPOCH) // 10
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(
        microsecond=microseconds % 1_000_000
    )


class Number:
    """A double: value, StatusCode, times of source and server in ticks of 100 ns."""

    __slots__ = ("_encoded", "server", "source", "status", "value")

    def __init__(self, value: float, status: int, source: int, server: int) -> None:
        self.value, self.status, self.source, self.server = value, status, source, server
        self._encoded: list[bytes | None] = [None, None, None, None]

    def encoded(self, stamps: int) -> bytes:
        """As a DataValue with the timestamps asked for (0 source, 1 server, 2 both, 3 none)."""
        done = self._encoded[stamps]
        if done is None:
            done = self._encoded[stamps] = self._encode(stamps)
        return done

    def _encode(self, stamps: int) -> bytes:
        status = self.status
        times = (_SOURCE, _SERVER, _SOURCE | _SERVER, 0)[stamps]
        at = self.server if stamps == 1 else self.source
        if status >= _BAD:
            if stamps == 2:
                return _BAD_BOTH(_STATUS | times, status, at, self.server)
            return (
                _BAD_ONLY(_STATUS, status)
                if stamps == 3
                else _BAD_SOURCE(_STATUS | times, status, at)
            )
        if status:
            mask = _VALUE | _STATUS | times
            if stamps == 2:
                return _STATUS_BOTH(mask, _DOUBLE, self.value, status, at, self.server)
            if stamps == 3:
                return _STATUS_ONLY(mask, _DOUBLE, self.value, status)
            return _STATUS_SOURCE(mask, _DOUBLE, self.value, status, at)
        if stamps == 2:
            return _VALUE_BOTH(_VALUE | times, _DOUBLE, self.value, at, self.server)
        if stamps == 3:
            return _VALUE_ONLY(_VALUE, _DOUBLE, self.value)
        return _VALUE_SOURCE(_VALUE | times, _DOUBLE, self.value, at)

    def overflowed(self) -> Number:
        """The same, told to stand for others that were lost."""
        return Number(self.value, self.status | _OVERFLOW, self.source, self.server)

    def data_value(self) -> Any:
        """As asyncua holds it."""
        bad = self.status >= _BAD
        return ua.DataValue(
            None if bad else ua.Variant(self.value, ua.VariantType.Double),
            ua.StatusCode(self.status),
            moment(self.source),
            moment(self.server),
        )


class Told:
    """A value of any other type, as asyncua holds it."""

    __slots__ = ("_data", "_encoded", "source", "status", "value")

    def __init__(self, data: Any) -> None:
        self._data = data
        self.value = data.Value.Value if data.Value is not None else None
        self.status = data.StatusCode.value if data.StatusCode is not None else 0
        self.source = data.SourceTimestamp
        self._encoded: list[bytes | None] = [None, None, None, None]

    def encoded(self, stamps: int) -> bytes:
        """As `Number.encoded`."""
        done = self._encoded[stamps]
        if done is None:
            some = dataclasses.replace(
                self._data,
                SourceTimestamp=self._data.SourceTimestamp if stamps in (0, 2) else None,
                ServerTimestamp=self._data.ServerTimestamp if stamps in (1, 2) else None,
                SourcePicoseconds=None,
                ServerPicoseconds=None,
            )
            done = self._encoded[stamps] = struct_to_binary(some)
        return done

    def overflowed(self) -> Told:
        """As `Number.overflowed`."""
        return Told(
            dataclasses.replace(self._data, StatusCode=ua.StatusCode(self.status | _OVERFLOW))
        )


Sample = Number | Told
