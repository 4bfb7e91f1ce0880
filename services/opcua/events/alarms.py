"""Alarms of a running site: follows its events, and what its operators acknowledge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from rami.core.event import Event, EventKind
from services.control.alarms import BY, COMMENT
from services.opcua.events.alarm import Alarm

Key = tuple[str, str]
#: EventIds of one alarm by which it can be acknowledged
_IDS = 100


class Alarms:
    """By source and condition: those that hold or wait to be acknowledged.

    Every method gives the alarms whose state has changed, also those that are over with it.
    """

    def __init__(self) -> None:
        self.held: dict[Key, Alarm] = {}

    def take(self, event: Event) -> list[Alarm]:
        """Follow an event."""
        if event.kind is EventKind.AUDIT and "acknowledged" in event.details:
            details = event.details
            key = (event.source, str(details["acknowledged"]))
            return self._seen(
                key, event.time_ns, str(details.get("who", "")), str(details.get("comment", ""))
            )
        if not event.condition:
            return []
        return self._raised(event) if event.active else self._ended(event)

    def _raised(self, event: Event) -> list[Alarm]:
        key = (event.source, event.condition)
        before = self.held.get(key)
        lasts = before is not None and before.active and event.severity <= before.raised.severity
        now = Alarm(event, False, True, event.time_ns, event.text)
        if before is not None:
            now.last_severity = int(before.raised.severity)
            if lasts:
                now.acknowledged, now.ids = before.acknowledged, before.ids
                now.comment, now.who = before.comment, before.who
        self.held[key] = now
        return [now]

    def _ended(self, event: Event) -> list[Alarm]:
        found = self.held.get((event.source, event.condition))
        if found is None:
            return []
        found.active, found.at_ns, found.text = False, event.time_ns, event.text
        return [self._kept(found)]

    def _seen(self, key: Key, at_ns: int, who: str, comment: str) -> list[Alarm]:
        found = self.held.get(key)
        if found is None or found.acknowledged:
            return []
        found.acknowledged, found.at_ns = True, at_ns
        found.who, found.comment = who, comment
        return [self._kept(found)]

    def _kept(self, alarm: Alarm) -> Alarm:
        if not alarm.retain:
            self.held.pop((alarm.raised.source, alarm.raised.condition), None)
        return alarm

    def agree(self, told: Mapping[Key, tuple[Event, bool]], at_ns: int) -> list[Alarm]:
        """Be as the site says, after events were missed."""
        changed = []
        for key, (event, seen) in told.items():
            before = self.held.get(key)
            details = dict(event.details)
            who, comment = (str(details.pop(name, "")) for name in (BY, COMMENT))
            raised = replace(event, active=True, details=details)
            now = Alarm(raised, seen, event.active, at_ns, event.text, comment, who)
            if before is not None and before.raised.number == event.number:
                if (before.active, before.acknowledged) == (event.active, seen):
                    continue
                now.ids = before.ids
                now.who, now.comment = who or before.who, comment or before.comment
            self.held[key] = now
            changed.append(now)
        for key in self.held.keys() - told.keys():
            gone = self.held.pop(key)
            gone.active, gone.acknowledged, gone.at_ns = False, True, at_ns
            changed.append(gone)
        return changed


def remember(alarm: Alarm, event_id: bytes) -> None:
    """It was told under an EventId."""
    alarm.ids.append(event_id)
    del alarm.ids[:-_IDS]


def those_of(alarms: Iterable[Alarm]) -> list[Alarm]:
    """Of interest still, in the order in which they were raised."""
    return sorted((a for a in alarms if a.retain), key=lambda a: a.raised.number)
