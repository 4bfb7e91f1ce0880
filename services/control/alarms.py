"""Conditions: alarms that last, until they have ended and somebody has seen them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from rami.core.event import Event

Key = tuple[str, str]
Held = tuple[Event, bool]
#: details of one that was acknowledged while it held: by whom, and what was said
BY, COMMENT = "acknowledged_by", "acknowledged_with"


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
            if before is not None and before[0].active and event.severity <= before[0].severity:
                self._held[key] = (_as_seen(event, before[0]), before[1])
            else:
                self._held[key] = (event, False)
        elif before is None:
            return False
        elif before[1]:
            del self._held[key]
        else:
            self._held[key] = (replace(before[0], active=False), False)
        return True

    def acknowledge(self, source: str, condition: str, who: str = "", comment: str = "") -> str:
        """Mark it as seen; why not, where that is not possible."""
        before = self._held.get((source, condition))
        if before is None:
            return f"no condition {condition!r} of {source or 'the site'!r} holds or waits"
        if before[1]:
            return f"condition {condition!r} of {source or 'the site'!r} is acknowledged already"
        if before[0].active:
            told = {**before[0].details, BY: who, COMMENT: comment}
            self._held[source, condition] = (replace(before[0], details=told), True)
        else:
            del self._held[source, condition]
        return ""

    def held(self) -> Mapping[Key, Held]:
        """As it is now; a copy."""
        return dict(self._held)


def _as_seen(event: Event, before: Event) -> Event:
    """With who acknowledged the one before, and how, if anybody did."""
    kept = {name: before.details[name] for name in (BY, COMMENT) if name in before.details}
    return replace(event, details={**event.details, **kept}) if kept else event
