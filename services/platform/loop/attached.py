"""A platform at a loop: in simulated time the loop waits for its cycles, else it never does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rami.communication.service.function import Said
from services.platform.beside import Beside
from services.platform.loop.awaited import Awaited
from services.platform.loop.heard import Heard
from services.platform.loop.voice import Voice
from services.platform.runner import Platform

#: owners that take part no more, asked anew for every cycle
Revoked = Callable[[], frozenset[str]]


class Attached:
    """`voices` are the run's own services by name. With `waits` each step runs a cycle to its
    end, and waits for remote services up to their deadlines: the same messages twice. Without, a
    cycle runs in a thread, and what it brought is there at a later step."""

    def __init__(
        self,
        platform: Platform,
        voices: Mapping[str, Voice],
        *,
        waits: bool,
        revoked: Revoked = frozenset,
    ) -> None:
        self.platform, self.voices = platform, dict(voices)
        self._revoked = revoked
        self._beside = None if waits else Beside(platform, self._cycle)
        self._awaited = Awaited(platform) if waits else None
        self.heard = Heard()

    @property
    def trouble(self) -> str:
        """What ended the services' thread; empty while it runs."""
        error = self._beside.error if self._beside is not None else None
        return f"{type(error).__name__}: {error}" if error is not None else ""

    def open(self) -> None:
        """Connect."""
        if self._beside is not None:
            self._beside.open()
        else:
            self.platform.open()

    def close(self) -> None:
        """End all services."""
        if self._beside is not None:
            self._beside.close()
        else:
            self.platform.close()

    def step(self, now_ns: int, say: Callable[[str], Sequence[Said]]) -> None:
        """The loop is at `now_ns`; `say` gives what one of its voices has to tell now."""
        for name, voice in self.voices.items():
            if self.platform.members[name].due(now_ns):
                voice.put(say(name))
        if self._beside is not None:
            self._beside.now(now_ns)
        else:
            self._cycle(now_ns)

    def _cycle(self, now_ns: int) -> None:
        revoked = self._revoked()
        if revoked != self.platform.border.revoked:
            self.platform.shut_out(revoked)
        for name, voice in self.voices.items():
            if voice.waiting:
                self.platform.run(name, now_ns)
        self.platform.cycle(now_ns)
        if self._awaited is not None and self._awaited.settle(now_ns):
            self.platform.cycle(now_ns)
        self.heard = Heard(now_ns, {name: self.platform.mail(name) for name in self.voices})
