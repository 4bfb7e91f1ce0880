"""A platform beside a loop: its cycles run in a thread, and the loop never waits for them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition, Thread

from services.platform.runner import Platform


class Beside:
    """`now(t)` starts a cycle for that instant; while one runs only the newest instant is kept.

    Messages that services have said are in `platform.newest(owner)` at any time. `cycle` is what
    is run in place of the platform's own.
    """

    def __init__(self, platform: Platform, cycle: Callable[[int], object] | None = None) -> None:
        self.platform, self._cycle = platform, cycle or platform.cycle
        self._wanted: int | None = None
        self._busy = self._closed = False
        self._some = Condition()
        self._thread = Thread(target=self._work, name="services", daemon=True)
        #: what ended the thread, if anything did
        self.error: Exception | None = None

    def open(self) -> None:
        """Connect and begin."""
        self.platform.open()
        self._thread.start()

    def now(self, ns: int) -> None:
        """Never waits."""
        with self._some:
            self._wanted = ns
            self._some.notify_all()

    def settle(self, seconds: float) -> bool:
        """Wait until nothing is left to be run; whether that came about in time."""
        with self._some:
            return self._some.wait_for(
                lambda: self._closed or not (self._busy or self._wanted is not None), seconds
            )

    def close(self) -> None:
        """Let a running cycle end, then everything."""
        with self._some:
            self._closed = True
            self._some.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        self.platform.close()

    def _work(self) -> None:
        try:
            while True:
                with self._some:
                    self._busy = False
                    self._some.notify_all()
                    self._some.wait_for(lambda: self._closed or self._wanted is not None)
                    if self._closed:
                        return
                    assert self._wanted is not None
                    wanted, self._wanted, self._busy = self._wanted, None, True
                self._cycle(wanted)
        except Exception as error:  # noqa: BLE001 - kept for the loop, which goes on without
            with self._some:
                self.error, self._closed = error, True
                self._some.notify_all()
