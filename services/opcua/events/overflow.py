"""EventQueueOverflowEventType: events were lost in a subscriber's queue (Part 4, 5.12.1.5)."""

from __future__ import annotations

import os
import time

from asyncua import ua

from rami.core.event import Severity
from services.opcua.events.fields import base_fields
from services.opcua.events.happening import Happening

_KIND, _SERVER = ua.NodeId(ua.ObjectIds.EventQueueOverflowEventType), ua.NodeId(ua.ObjectIds.Server)


def overflow() -> Happening:
    """One, now."""
    fields = base_fields(
        os.urandom(16), _KIND, _SERVER, "Server", time.time_ns(),
        "events were lost: the queue was full", int(Severity.WARNING),
    )  # fmt: skip
    return Happening(_KIND, frozenset({_KIND}), fields, (_SERVER,))
