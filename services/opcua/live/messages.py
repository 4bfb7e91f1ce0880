"""Answers to Publish, encoded by hand around values that are encoded already (Part 4, 5.13.5)."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

from asyncua import ua
from asyncua.ua.ua_binary import nodeid_to_binary


def _id(name: str) -> bytes:
    number = getattr(ua.ObjectIds, f"{name}_Encoding_DefaultBinary")
    return bytes(nodeid_to_binary(ua.NodeId(number)))


_PUBLISH, _REPUBLISH = _id("PublishResponse"), _id("RepublishResponse")
_CHANGES = _id("DataChangeNotification") + b"\x01"
_EVENTS = _id("EventNotificationList") + b"\x01"
_STATUS = _id("StatusChangeNotification") + b"\x01"
#: Timestamp, RequestHandle, ServiceResult, no diagnostics, no strings, no further header
_HEADER = Struct("<QII").pack
_REST = b"\x00" + b"\xff\xff\xff\xff" + b"\x00\x00\x00"
_INT, _UINT = Struct("<i").pack, Struct("<I").pack
_START = Struct("<Ii").pack
_MESSAGE = Struct("<IQi").pack
_NOTHING = b"\xff\xff\xff\xff"


def data_changes(parts: Sequence[bytes], count: int) -> bytes:
    """A DataChangeNotification of `count` values, given as handle, value, handle, value, ..."""
    return _extension(_CHANGES, b"".join((_INT(count), *parts, _NOTHING)))


def events(parts: Sequence[bytes]) -> bytes:
    """An EventNotificationList of encoded EventFieldLists."""
    return _extension(_EVENTS, b"".join((_INT(len(parts)), *parts)))


def status_change(code: int) -> bytes:
    """A StatusChangeNotification."""
    return _extension(_STATUS, _UINT(code) + b"\x00")


def message(number: int, at: int, notifications: Sequence[bytes]) -> bytes:
    """A NotificationMessage published at `at` (ticks of 100 ns)."""
    return _MESSAGE(number, at, len(notifications)) + b"".join(notifications)


def publish_response(
    handle: int,
    at: int,
    subscription: int,
    available: Sequence[int],
    more: bool,
    content: bytes,
    results: Sequence[int],
) -> bytes:
    """`content` is a NotificationMessage; `results` of the acknowledgements."""
    numbers = Struct(f"<{len(available)}I").pack(*available)
    codes = Struct(f"<{len(results)}I").pack(*results)
    return b"".join(
        (
            _PUBLISH,
            _HEADER(at, handle, 0),
            _REST,
            _START(subscription, len(available)),
            numbers,
            b"\x01" if more else b"\x00",
            content,
            _INT(len(results)),
            codes,
            _NOTHING,
        )
    )


def republish_response(handle: int, at: int, content: bytes) -> bytes:
    """`content` is a NotificationMessage."""
    return b"".join((_REPUBLISH, _HEADER(at, handle, 0), _REST, content))


def _extension(kind: bytes, body: bytes) -> bytes:
    return kind + _INT(len(body)) + body
