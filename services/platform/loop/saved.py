"""What a platform must remember over a stop of its loop."""

from __future__ import annotations

import json

from rami.communication.service.message import Message
from rami.core.errors import DataError
from services.platform.runner import Platform

_VERSION = 1


def saved(platform: Platform) -> bytes:
    """The newest messages, when each service runs next, how each fares, faults so far."""
    heard = {o: [m.encode().decode() for m in r.all()] for o, r in platform.mailrooms.items()}
    members = {
        name: [m.next_ns, m.runs, m.trouble, m.since_ns, m.said_ns]
        for name, m in platform.members.items()
    }
    counts = [[*key, n] for key, n in sorted(platform.journal.counts.items())]
    plain = {"version": _VERSION, "heard": heard, "members": members, "counts": counts}
    return json.dumps(plain, sort_keys=True).encode()


def restored(platform: Platform, state: bytes) -> None:
    """Go on from it; services that it does not name begin anew. Raises DataError."""
    try:
        plain = json.loads(state)
        if plain["version"] != _VERSION:
            raise ValueError(f"version {plain['version']!r}")
        for owner, texts in plain["heard"].items():
            for text in texts if owner in platform.mailrooms else ():
                platform.mailrooms[owner].put(Message.decode(text.encode()))
        for name, told in plain["members"].items():
            if name in platform.members:
                member = platform.members[name]
                member.next_ns, member.runs, member.trouble = told[:3]
                member.since_ns, member.said_ns = told[3:]
        for owner, service, what, times in plain["counts"]:
            platform.journal.counts[owner, service, what] = times
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"services of a checkpoint cannot be read: {error}") from None
    for member in platform.members.values():
        mailroom = platform.mailrooms.get(member.declaration.owner)
        if mailroom is not None:
            member.news = mailroom.news(member.declaration, 0)
