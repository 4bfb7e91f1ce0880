"""Instants of a request, within sane bounds."""

from __future__ import annotations

from datetime import UTC, datetime

from rami.core.timegrid import instant

#: times before it are unspecified (Part 11, 6.5.3: DateTime.MinValue)
_NEVER = datetime(1601, 1, 2, tzinfo=UTC)
#: nothing is looked for beyond these
EARLY, FAR = instant("1900-01-01T00:00:00Z"), instant("2200-01-01T00:00:00Z")


def time_ns(at: datetime | None) -> int | None:
    """An instant, UTC ns, within sane bounds; None where none is given."""
    if at is None:
        return None
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return None if aware < _NEVER else min(max(instant(aware), EARLY), FAR)
