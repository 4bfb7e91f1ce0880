"""Events as lines of JSON, in the journal and on the control socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from rami.core.event import Event, EventKind, Severity


def event_plain(event: Event) -> dict[str, Any]:
    """Plain JSON types; numbers that are not finite stay numbers, as Python's JSON has them."""
    return {
        "number": event.number,
        "time_ns": event.time_ns,
        "kind": event.kind.value,
        "source": event.source,
        "severity": int(event.severity),
        "text": event.text,
        "condition": event.condition,
        "active": event.active,
        "details": dict(event.details),
    }


def event_from(plain: Mapping[str, Any]) -> Event:
    """The event again. Raises ValueError for what is none."""
    try:
        return Event(
            int(plain["number"]),
            int(plain["time_ns"]),
            EventKind(plain["kind"]),
            str(plain["source"]),
            Severity(plain["severity"]),
            str(plain["text"]),
            str(plain["condition"]),
            bool(plain["active"]),
            {str(k): detail(v) for k, v in plain["details"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no event: {error}") from None


def event_line(event: Event) -> bytes:
    """One line; the same event always gives the same bytes."""
    return (
        json.dumps(event_plain(event), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    )


def line_event(line: bytes) -> Event | None:
    """The event of a line; None where the line is damaged."""
    try:
        plain = json.loads(line)
        return event_from(plain) if isinstance(plain, dict) else None
    except ValueError:
        return None


def detail(value: object) -> float | str | bool:
    """A detail as Python has it, from whatever number type; other things by their text."""
    if isinstance(value, str | bool):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    return str(value)
