"""Hole: lengths that a client writes are believed before its bytes are counted.

A negative length moves the reader backwards, so that one element is read over and over; an array
of 2^31 nothings takes no bytes at all; declared dimensions make a million lists. A message of
60 bytes, sent before any login, holds the server up for minutes and fills its memory. Half a
megabyte of empty DataValues takes three seconds in which nobody else is served.

The three places are replaced by ones that look first. They serve clients in this process too;
how many elements a message may have is counted for connections of the server alone.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import cache, wraps
from typing import Any

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua import ua_binary

from services.opcua.corrections.garbled import refused
from services.opcua.corrections.written_for import Correction

CORRECTION = Correction(
    "lengths are believed before bytes are counted",
    security=True,
    parts={
        "common.utils:Buffer.read": "46b821f1103ad926",
        "ua.ua_binary:_create_list_deserializer": "775a37d4155df56d",
        "ua.ua_binary:_create_uatype_array_deserializer": "58d7de464275e5bc",
        "ua.ua_binary:_reshape": "1815505744fab054",
        "ua.ua_binary:variant_from_binary": "25fcfcf1d1f914b4",
    },
)
_installed = False
#: elements of all arrays of one message, numbers aside: some 0.1 s of decoding
MOST_ELEMENTS = 20_000
#: how many of them the message that is decoded now may still have
_left: ContextVar[list[int] | None] = ContextVar("elements left", default=None)


def begin_message() -> None:
    """What this task decodes from now on is another message of a client's."""
    _left.set([MOST_ELEMENTS])


def install() -> None:
    """Once for the process."""
    global _installed
    if _installed:
        return
    _installed = True
    plain_read = Buffer.read

    # wrapped, so that what was there is still recognised
    @wraps(plain_read)
    def read(self: Any, size: int) -> Any:
        if size < 0:
            raise ua.UaError(f"a length of {size}")
        return plain_read(self, size)

    Buffer.read = read
    ua_binary._create_list_deserializer = _counted(ua_binary._create_list_deserializer)
    ua_binary._create_uatype_array_deserializer = _counted(
        ua_binary._create_uatype_array_deserializer
    )
    ua_binary._reshape = wraps(ua_binary._reshape)(_reshape)
    # what was built from the old ones is built anew
    for name in ("type", "uatype", "dataclass"):
        getattr(ua_binary, f"_create_{name}_deserializer").cache_clear()


def _counted(make: Callable[[Any], Callable[[Any], Any]]) -> Callable[[Any], Callable[[Any], Any]]:
    """Readers of arrays that look whether there can be as many elements as bytes."""

    @wraps(make)
    @cache
    def making(kind: Any) -> Callable[[Any], Any]:
        plain = make(kind)

        def reading(data: Any) -> Any:
            length = int.from_bytes(data.copy(4).read(4), "little", signed=True)
            if length > len(data) - 4 or length < -1:
                raise ua.UaError(f"an array of {length} in {len(data)} bytes")
            left = _left.get()
            if left is not None and not _is_number(kind):
                left[0] -= length
                if left[0] < 0:
                    raise refused(ua.StatusCodes.BadEncodingLimitsExceeded)
            return plain(data)

        return reading

    return making


def _is_number(kind: Any) -> bool:
    """Whether elements of a kind are read all at once."""
    return isinstance(kind, ua.VariantType) and hasattr(ua_binary.Primitives1, kind.name)


def _reshape(flat: list[Any], dimensions: list[int] | None) -> Any:
    """Rows of rows, where the dimensions are those of the array."""
    size = 1
    for length in dimensions or [len(flat)]:
        size *= max(length, 0)
    if size != len(flat):
        raise ua.UaError(f"{len(flat)} values with dimensions {dimensions}")
    if not dimensions or len(dimensions) == 1 or not flat:
        return flat
    inner = size // dimensions[0]
    rows = range(0, len(flat), inner)
    return [_reshape(flat[at : at + inner], dimensions[1:]) for at in rows]
