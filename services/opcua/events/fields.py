"""Fields of events as variants (Part 5, 6.4.2; ours besides)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from struct import pack
from typing import Any

from asyncua import ua

from rami.communication.information_model.enumerations import ENUMERATIONS
from rami.communication.information_model.event_types import EventField
from rami.communication.information_model.standard import DOUBLE
from rami.core.event import Event
from rami.core.timegrid import moment

_V = ua.VariantType


class EventIds:
    """EventIds that no other run of the server gave out: random, then counted."""

    def __init__(self) -> None:
        self._begin, self._count = os.urandom(8), 0

    def next(self) -> bytes:
        """A new one."""
        self._count += 1
        return self._begin + pack(">Q", self._count)


def base_fields(
    event_id: bytes, kind: Any, source: Any, name: str, at_ns: int, text: str, severity: int
) -> dict[str, Any]:
    """Those of BaseEventType."""
    at = ua.Variant(moment(at_ns), _V.DateTime)
    return {
        "EventId": ua.Variant(event_id, _V.ByteString),
        "EventType": node(kind),
        "SourceNode": node(source),
        "SourceName": ua.Variant(name, _V.String),
        "Time": at,
        "ReceiveTime": at,
        "Message": words(text),
        "Severity": ua.Variant(min(max(int(severity), 1), 1000), _V.UInt16),
    }


def own_fields(event: Event, fields: tuple[EventField, ...] = ()) -> dict[str, Any]:
    """Those of TwinEventType, and those that a kind adds."""
    details = json.dumps(dict(event.details), ensure_ascii=False, sort_keys=True)
    found = {
        "Number": ua.Variant(event.number, _V.Int64),
        "Path": text(event.source),
        "Details": text(details),
    }
    for field in fields:
        told = _detail(field, event.details)
        if told is not None:
            found[field.name] = told
    return found


def _detail(field: EventField, details: Mapping[str, Any]) -> Any:
    value = details.get(field.detail)
    if value is None:
        return None
    enumeration = ENUMERATIONS.get(field.data_type)
    if enumeration is not None:
        known = str(value) in enumeration.words
        return ua.Variant(enumeration.number(str(value)), _V.Int32) if known else None
    if field.data_type == DOUBLE:
        number = isinstance(value, int | float)
        return ua.Variant(float(value), _V.Double) if number else None
    return text(str(value))


def node(value: Any) -> Any:
    """A NodeId."""
    return ua.Variant(value, _V.NodeId)


def text(value: str) -> Any:
    """A String."""
    return ua.Variant(value, _V.String)


def words(value: str) -> Any:
    """A LocalizedText in English."""
    return ua.Variant(ua.LocalizedText(value, "en"), _V.LocalizedText)


def truth(value: bool) -> Any:
    """A Boolean."""
    return ua.Variant(value, _V.Boolean)
