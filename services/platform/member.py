"""One service of a platform: what it declared, where it runs, how it fares."""

from __future__ import annotations

from dataclasses import dataclass, field

from rami.communication.service.contract import ServiceDeclaration
from services.platform.hosts.outcome import Host


@dataclass
class Member:
    """`host` is None for a service that runs elsewhere and is only heard."""

    declaration: ServiceDeclaration
    host: Host | None = None
    #: providers of each of its needs, by the need's place
    providers: dict[int, tuple[ServiceDeclaration, ...]] = field(default_factory=dict)
    next_ns: int | None = None
    begun_ns: int | None = None
    #: number of the newest arrival that it has been given
    news: int = 0
    runs: int = 0
    #: what is wrong, in a word, and since when (UTC ns); empty: nothing
    trouble: str = ""
    since_ns: int = 0
    #: when it last said anything here (UTC ns); 0: never
    said_ns: int = 0

    @property
    def name(self) -> str:
        """As in the site file."""
        return self.declaration.name

    @property
    def sender(self) -> tuple[str, str]:
        """Owner and name."""
        return self.declaration.owner, self.declaration.name

    def due(self, now_ns: int) -> bool:
        """Whether its period has come round; the first time at once."""
        periodic = self.host is not None and self.declaration.period_s > 0
        return periodic and (self.next_ns is None or now_ns >= self.next_ns)

    def remote_due(self, now_ns: int) -> bool:
        """Whether one that runs elsewhere is to speak; the first time at once."""
        periodic = self.host is None and self.declaration.period_s > 0
        return periodic and (self.next_ns is None or now_ns >= self.next_ns)

    def beats(self, now_ns: int) -> bool:
        """Whether one that runs on messages is to look at the clock; the first time at once."""
        beat_ns = round(self.declaration.beat_s * 1e9)
        return bool(beat_ns) and (self.begun_ns is None or now_ns >= self.begun_ns + beat_ns)

    def begun(self, now_ns: int) -> None:
        """Set when it is due next; what was missed is not made up for."""
        period_ns = round(self.declaration.period_s * 1e9)
        if period_ns:
            since = self.next_ns if self.next_ns is not None else now_ns
            self.next_ns = since + period_ns * ((now_ns - since) // period_ns + 1)
        self.begun_ns = now_ns
        self.runs += 1
