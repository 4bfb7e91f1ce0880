"""Events of a site as happenings of our event types, told live and out of the journal."""

from __future__ import annotations

import hashlib

from rami.communication.information_model.access import Access
from rami.communication.information_model.event_types import EVENT_TYPES, fields_of
from rami.core.event import Event, EventKind
from services.opcua.events.fields import base_fields, own_fields
from services.opcua.events.happening import Happening, Lineage
from services.opcua.events.places import Places


def own_happening(event: Event, places: Places, lineage: Lineage) -> Happening:
    """The same event always gives the same, its EventId too."""
    kind = places.kind(EVENT_TYPES[event.kind])
    fields = base_fields(
        _event_id(event),
        kind,
        places.source(event.source),
        places.name(event.source),
        event.time_ns,
        event.text,
        int(event.severity),
    ) | own_fields(event, fields_of(event.kind))
    audit = event.kind is EventKind.AUDIT
    return Happening(
        kind,
        lineage.of(kind),
        fields,
        places.notifiers(event.source),
        Access.AUDIT if audit else Access.STRUCTURE,
    )


def _event_id(event: Event) -> bytes:
    told = f"{event.number} {event.time_ns} {event.kind} {event.source} {event.text}"
    return hashlib.blake2b(told.encode(), digest_size=16).digest()
