"""Conditions: alarms that last, until they have ended and somebody has seen them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from rami.core.event import Event

Key = tuple[str, str]
Held = tuple[Event, bool]


class Alarms:
    """By (source, condition): the event that raised it, and whether it was acknowledged.

    The event's `active` turns false when the condition has ended and waits to be acknowledged.
    Raised anew, or while it holds with a higher severity, it wants to be acknowledged again.
    """

    def __init__(self, held: Iterable[Held] = ()) -> None:
        self._held: dict[Key, Held] = {(e.source, e.condition): (e, seen) for e, seen in held}

    def take(self, event: Event) -> bool:
        """Follow an event; whether anything changed."""
        if not event.condition:
            return False
        key = (event.source, event.condition)
        before = self._held.get(key)
        if event.active:
            lasts = before is not None and before[0].active and event.severity <= before[0].severity
            self._held[key] = (event, lasts and before is not None and before[1])
        elif before is None:
            return False
        elif before[1]:
            del self._held[key]
        else:
            self._held[key] = (replace(before[0], active=False), False)
        return True

    def acknowledge(self, source: str, condition: str) -> str:
        """Mark it as seen; why not, where that is not possible."""
        before = self._held.get((source, condition))
        if before is None:
            return f"no condition {condition!r} of {source or 'the site'!r} holds or waits"
        if before[1]:
            return f"condition {condition!r} of {source or 'the site'!r} is acknowledged already"
        if before[0].active:
            self._held[source, condition] = (before[0], True)
        else:
            del self._held[source, condition]
        return ""

    def held(self) -> Mapping[Key, Held]:
        """As it is now; a copy."""
        return dict(self._held)
