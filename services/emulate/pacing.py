"""How the plant's time passes: with the clock on the wall, faster, or only when told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from rami.core.errors import ConfigurationError
from rami.core.timegrid import NS, iso
from services.emulate.front import Front
from services.emulate.plc import Plc

#: scans without a look at the clients; wall seconds between two publications
_SCANS_AT_ONCE, _SHOWN_S = 200, 0.1


class Pacing:
    """Runs a PLC and keeps its fronts up to date.

    `speed` is plant seconds per second of the wall clock, None for lockstep. `start_ns` is
    the plant's time at its start.
    """

    def __init__(
        self, plc: Plc, fronts: Sequence[Front], start_ns: int, speed: float | None
    ) -> None:
        self.plc, self.speed = plc, speed
        self._fronts, self._start_ns = fronts, start_ns
        self._down = False
        self._one_at_a_time = asyncio.Lock()
        #: seconds of the plant that a slow machine could not give in time, since the start
        self.late_s = 0.0

    def begin(self, start_ns: int) -> None:
        """The plant's time is this one, now that everybody can see it."""
        self._start_ns = start_ns - round(self.plc.elapsed_s * NS)

    async def set_time(self, ns: int) -> None:
        """Have the plant's clock show this UTC time, its plant being as it is; ConfigurationError
        where its time passes by itself, or began later."""
        if self.speed is not None:
            raise ConfigurationError("time: it passes by itself; start with --lockstep")
        if ns < self._start_ns:
            raise ConfigurationError(f"time: the plant's clock begins at {iso(self._start_ns)}")
        async with self._one_at_a_time:
            self.plc.set_elapsed((ns - self._start_ns) / NS)
            await self.show()

    @property
    def now_ns(self) -> int:
        """The plant's time, UTC."""
        return self._start_ns + round(self.plc.elapsed_s * NS)

    @property
    def addresses(self) -> list[str]:
        """Where it is served."""
        return [front.address for front in self._fronts]

    async def show(self) -> None:
        """Let clients see the present state, or nothing while the link is down."""
        if self.plc.link_down != self._down:
            self._down = self.plc.link_down
            for front in self._fronts:
                await (front.drop() if self._down else front.restore())
        for front in self._fronts:
            await front.publish(self.now_ns)

    async def advance(self, seconds: float, *, beats: bool = False) -> None:
        """Let the plant run for so long, and show it; `beats`: its controller lives meanwhile.

        Raises as `Plc.advance`.
        """
        left = self.plc.scans_in(seconds)
        async with self._one_at_a_time:
            await self._scan(left, beats=beats)
            await self.show()

    async def _scan(self, count: int, *, beats: bool = False) -> None:
        plc = self.plc
        for done in range(1, count + 1):
            if beats:
                plc.beat_on()
            plc.scan()
            if plc.link_down != self._down:
                await self.show()
            elif done % _SCANS_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def run(self) -> None:
        """Follow the wall clock until cancelled; in lockstep there is nothing to do."""
        if self.speed is None:
            await asyncio.Event().wait()
            return
        scan_s = self.plc.settings.scan_s
        begun, first = time.monotonic(), self.plc.elapsed_s
        while True:
            due = first + (time.monotonic() - begun) * self.speed - self.plc.elapsed_s
            count = int(due / scan_s)
            if count > _SCANS_AT_ONCE:
                # what cannot be made up for is let go
                lost = (count - _SCANS_AT_ONCE) * scan_s
                self.late_s += lost
                first -= lost
                count = _SCANS_AT_ONCE
            if count > 0:
                async with self._one_at_a_time:
                    await self._scan(count)
                    await self.show()
            await asyncio.sleep(max(scan_s / self.speed, _SHOWN_S) if count else 0.01)
