"""Keyed pseudonyms: HMAC-SHA-256 (FIPS 198-1), truncated to 160 bits, in lower-case base32.

A meter's number becomes an identity once, at ingest; an identity becomes a pseudonym per
recipient and epoch. Without the key neither can be had from the other, nor can the pseudonyms
of two recipients be joined.
"""

from __future__ import annotations

import hmac
import unicodedata
from base64 import b32encode
from collections.abc import Iterable

from rami.core.signal import Signal
from rami.information.meters.files.text import decoded
from rami.information.meters.settings import MeterRegister

#: bytes kept of a digest; RFC 2104 (5) asks for at least half of it, NIST SP 800-107 for 112 bits
KEPT = 20


def canonical(number: bytes) -> bytes:
    """A number as UTF-8 (NFC) without blanks around, from UTF-8 or Latin-1: else a meter whose
    number has an umlaut would be several in files of several programs."""
    return unicodedata.normalize("NFC", decoded(number)).strip().encode()


def identity(key: bytes, dataset: str, number: bytes) -> str:
    """The identity behind a meter's number, 32 characters."""
    return _digest(key, b"identity\0" + dataset.encode() + b"\0" + canonical(number))


def pseudonyms(key: bytes, dataset: str, identities: Iterable[str]) -> list[str]:
    """One recipient's pseudonyms of identities, in their order."""
    head = b"pseudonym\0" + dataset.encode() + b"\0"
    return [_digest(key, head + one.encode()) for one in identities]


def signal_name(dataset: str, pseudonym: str, register: str) -> str:
    """`meters.<dataset>.<pseudonym>.<register>`."""
    return f"meters.{dataset}.{pseudonym}.{register}"


def signals(dataset: str, pseudonym: str, registers: dict[str, MeterRegister]) -> list[Signal]:
    """The signals of one customer."""
    return [
        Signal(signal_name(dataset, pseudonym, name), r.quantity, r.cumulative)
        for name, r in registers.items()
    ]


def _digest(key: bytes, message: bytes) -> str:
    return b32encode(hmac.digest(key, message, "sha256")[:KEPT]).decode().lower()
