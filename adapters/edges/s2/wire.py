"""Texts as S2 messages; nothing that comes is believed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from s2python.common import ReceptionStatus, ReceptionStatusValues
from s2python.message import S2Message
from s2python.s2_parser import TYPE_TO_MESSAGE_CLASS
from s2python.s2_validation_error import S2ValidationError

#: longest message, bytes
LIMIT = 1 << 20
#: what a fault is about that has no id of its own
NOBODY = UUID(int=0)
#: largest number; what is larger is no power, level or cost
_LARGEST = 1e12
_DEPTH = 16


@dataclass(frozen=True)
class Fault:
    """Why a text is no message, and of which message it speaks."""

    status: ReceptionStatusValues
    label: str
    subject: UUID = NOBODY


def read(text: str | bytes) -> S2Message | Fault:
    """The message, or what is wrong with it."""
    invalid = ReceptionStatusValues.INVALID_DATA
    try:
        plain = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return Fault(invalid, f"no JSON: {error}"[:200])
    if not isinstance(plain, dict):
        return Fault(invalid, "no JSON object")
    subject = _id(plain.get("message_id"))
    kind = plain.get("message_type")
    if kind != "ReceptionStatus" and subject is None:
        return Fault(invalid, "no message_id, or none that is a UUID")
    subject = subject or NOBODY
    made = TYPE_TO_MESSAGE_CLASS.get(kind) if isinstance(kind, str) else None
    if made is None:
        return Fault(ReceptionStatusValues.INVALID_MESSAGE, "message_type is none of S2's", subject)
    if not _plain(plain, _DEPTH):
        words = f"a number beyond {_LARGEST:g}, or too deep"
        return Fault(ReceptionStatusValues.INVALID_MESSAGE, words, subject)
    try:
        return made.from_dict(plain)
    except (S2ValidationError, ValueError, TypeError, OverflowError) as error:
        cause = error.__cause__ or error
        words = " ".join(str(cause).split())[:300]
        return Fault(ReceptionStatusValues.INVALID_MESSAGE, words, subject)


def status(subject: UUID, value: ReceptionStatusValues, label: str = "") -> ReceptionStatus:
    """The answer to a message."""
    return ReceptionStatus(subject_message_id=subject, status=value, diagnostic_label=label or None)


def _id(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _plain(value: object, depth: int) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(_plain(v, depth - 1) for v in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_plain(v, depth - 1) for v in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return -_LARGEST <= value <= _LARGEST
    return True


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")
