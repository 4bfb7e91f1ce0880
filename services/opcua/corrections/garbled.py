"""What asyncua's decoders raise at bytes that are no message."""

from __future__ import annotations

import struct

from asyncua import ua
from asyncua.crypto.uacrypto import InvalidSignature

GARBLED = (
    ua.UaError,
    InvalidSignature,
    struct.error,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AttributeError,
    AssertionError,
    RecursionError,
    MemoryError,
)


def refused(code: int, why: str = "") -> ua.UaStatusCodeError:
    """What ends a request with this status code."""
    error = ua.UaStatusCodeError(code)
    error.why = why
    return error
