"""In simulated time the loop waits for what remote services are to say; each for its deadline."""

from __future__ import annotations

from time import monotonic, sleep

from services.platform.member import Member
from services.platform.runner import Platform

_LOOK_S = 0.002


class Awaited:
    """Remote services with a period that somebody here needs."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        here = [m for m in platform.members.values() if m.host is not None]
        self._offers: dict[str, set[tuple[str, str]]] = {}
        for member in here:
            for place, providers in member.providers.items():
                need = member.declaration.consumes[place]
                for provider in providers:
                    self._offers.setdefault(provider.name, set()).update(
                        (o.kind, o.subject)
                        for o in provider.provides
                        if o.kind == need.kind and need.subject in ("*", o.subject)
                    )
        every = platform.members.values()
        self._remote = [m for m in every if m.host is None and m.name in self._offers]

    def settle(self, now: int) -> bool:
        """Wait until each that is due at `now` has spoken; whether anything came."""
        due = [m for m in self._remote if m.remote_due(now)]
        begun, came = monotonic(), False
        for member in due:
            member.begun(now)
            end = begun + member.declaration.deadline_s
            while not (told := self._told(member, now)) and monotonic() < end:
                sleep(_LOOK_S)
            came |= told
        return came

    def _told(self, member: Member, now: int) -> bool:
        """Whether all that it promises somebody here has come, as of `now`."""
        offers = {offer for offer in self._offers[member.name] if offer[1] != "*"}
        for mailroom in self._platform.mailrooms.values():
            new = [m.topic for m in mailroom.of(member.sender) if m.sent_ns >= now]
            if new and offers <= {(t.kind, t.subject) for t in new}:
                return True
        return False
