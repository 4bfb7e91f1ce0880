"""The historian: a store behind a writer thread, so that a loop never waits for a disk."""

from __future__ import annotations

import atexit
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING

from rami.core.errors import DataError, RamiError, RunError
from rami.core.frame import Frame
from rami.core.historian import Aggregation, Store
from rami.core.signal import Rows, Signal
from rami.core.timegrid import TimeGrid
from rami.information.historian.batch import Appended, Joining, cycle, owned
from rami.information.historian.counters import Counters
from rami.information.historian.latest import Latest
from rami.information.historian.pressure import Pressure, State
from rami.information.historian.queue import RowQueue, Waiting, WhenFull

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rami.core.quality import Qualities

#: rows that one write takes at most, as far as appends allow
BATCH = 1 << 18


class StoreWriter:
    """`rami.core.historian.Historian` in front of any store, which it closes with itself.

    `queue` bounds the rows that wait; `when_full` says what happens to more: `drop_newest`,
    `drop_oldest`, or `wait` (then `append` waits, and only then). A store that fails is asked
    again after `retry_s`, twice as long each time up to `retry_most_s`; rows wait meanwhile.
    `clock` gives seconds, for the figures alone.
    """

    def __init__(
        self,
        store: Store,
        *,
        queue: int = 1_000_000,
        when_full: WhenFull = "drop_newest",
        retry_s: float = 0.2,
        retry_most_s: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._clock = clock
        self._retry = (retry_s, retry_most_s)
        self._counters = Counters()
        self._queue = RowQueue(queue, when_full, self._counters)
        self._latest = Latest(store.last([s.name for s in store.signals()]))
        self._state: State = "running"
        self._trouble = ""
        self._in_hand: list[Waiting] = []
        self._joining = Joining()
        self._failed: dict[int, RamiError] = {}
        self._thread = Thread(target=self._run, name="historian", daemon=True)
        self._thread.start()
        atexit.register(self._at_exit)

    def __enter__(self) -> StoreWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def declare(self, signals: Iterable[Signal]) -> None:
        """Make signals known, at once and durably: not for a running loop."""
        known = list(signals)
        self._store.declare(known)
        self._latest.know(s.name for s in known)

    def append(self, rows: Rows) -> int:
        """Take rows, as they are now; a ticket for `settled`.

        DataError for signals nobody declared.
        """
        return self._take(owned(rows))

    def append_at(
        self, names: tuple[str, ...], ns: int, values: NDArray[np.float64], status: Qualities
    ) -> int:
        """One row per signal at one instant, as `append`; the quickest way for a loop.

        Names that are the same tuple each time are looked up once.
        """
        return self._take(cycle(names, ns, values, status))

    def _take(self, rows: Appended) -> int:
        if self._ended:
            raise RunError(f"the historian is {self._state}: rows are not taken any more")
        self._latest.see(rows)
        return self._queue.put(rows, self._clock())

    def settled(self, ticket: int, timeout_s: float | None = None) -> bool:
        """Wait until what `append` took is durable; False when that takes longer.

        Rows that met a full queue were not taken: see `pressure`. Raises what the store raised
        for rows that it will not keep, RunError when the writer has ended before them.
        """
        with self._queue.turn:
            done = self._queue.turn.wait_for(
                lambda: self._first_open() > ticket or self._ended, timeout_s
            )
            if ticket in self._failed:
                raise self._failed[ticket]
            if done and self._first_open() <= ticket:
                raise RunError(f"the historian stopped with rows unwritten: {self._trouble}")
            return done

    @property
    def _ended(self) -> bool:
        return self._state in ("closed", "stopped")

    def _first_open(self) -> int:
        return self._in_hand[0].ticket if self._in_hand else self._queue.first_open()

    def last(self, names: Sequence[str]) -> Rows:
        """Latest rows, from memory: those appended count at once."""
        return self._latest.rows(names)

    def read(self, names: Sequence[str], grid: TimeGrid, how: Aggregation) -> Frame:
        """Signals on a grid, over what is durable."""
        return self._store.read(names, grid, how)

    def aggregate(
        self, names: Sequence[str], grid: TimeGrid, how: Aggregation, across: Aggregation
    ) -> Frame:
        """Many signals as one, over what is durable."""
        return self._store.aggregate(names, grid, how, across)

    def pressure(self) -> Pressure:
        """What waits, what was dropped, how the store does."""
        with self._queue.turn:
            return self._counters.pressure(self._state, self._queue.rows, self._trouble)

    def close(self) -> None:
        """Write what waits, then close the store. RunError when the store does not take it:
        the rows that are lost are counted in the message."""
        if self._state == "closed":
            return
        atexit.unregister(self._at_exit)
        self._queue.close()
        self._thread.join()
        left = self._queue.rows
        self._state = "closed"
        self._store.close()
        if left:
            raise RunError(f"{left} rows were not written: {self._trouble}")

    def _at_exit(self) -> None:
        """For a program that ends without closing: what waits is written all the same."""
        try:
            self.close()
        except RamiError as error:
            logging.getLogger(__name__).error("%s", error)

    def _run(self) -> None:
        try:
            while True:
                taken = self._queue.take(BATCH)
                if not taken:
                    return
                with self._queue.turn:
                    self._in_hand = taken
                if not self._write(taken):
                    return
                self._latest.settle()
                with self._queue.turn:
                    self._in_hand = []
                    self._queue.done()
        finally:
            with self._queue.turn:
                self._state = "stopped"
                self._queue.open = False
                self._queue.turn.notify_all()

    def _write(self, taken: list[Waiting]) -> bool:
        """Write, however often it takes; once more when the historian is being closed, and
        False when that fails too."""
        pause, most = self._retry
        batch = self._joining.together([w.rows for w in taken])
        last = False
        while True:
            begun = self._clock()
            try:
                written = self._store.write(batch)
            except DataError as error:
                return self._apart(taken, error)
            except RamiError as error:
                with self._queue.turn:
                    self._state, self._trouble = "retrying", str(error)
                    self._counters.retries += 1
                    self._queue.turn.notify_all()
                    if last:
                        return False
                    last = self._queue.turn.wait_for(lambda: not self._queue.open, pause)
                pause = min(2 * pause, most)
                continue
            with self._queue.turn:
                ended = self._clock()
                self._counters.kept(written, ended - taken[0].since_s, ended - begun)
                self._state, self._trouble = "running", ""
            return True

    def _apart(self, taken: list[Waiting], error: DataError) -> bool:
        """One append at a time: only those that the store will not keep are given up."""
        if len(taken) > 1:
            return all(self._write([one]) for one in taken)
        with self._queue.turn:
            self._failed[taken[0].ticket] = error
            self._counters.failed += len(taken[0].rows)
            self._state, self._trouble = "running", str(error)
        return True
