"""Monitored items: what of a node's values a subscriber gets (Part 4, 5.12)."""

from __future__ import annotations

from collections import deque
from struct import pack
from typing import TYPE_CHECKING, Any

from services.opcua.live.samples import Sample

if TYPE_CHECKING:
    from services.opcua.live.subscription import Subscription

DISABLED, SAMPLING, REPORTING = 0, 1, 2
STATUS, STATUS_VALUE, STATUS_VALUE_TIME = 0, 1, 2


class Item:
    """One subscriber's interest in one attribute.

    `interval` is the sampling interval in seconds, 0 for every change. `trigger` and `deadband`
    (in the node's unit, 0 for none) decide what counts as a change; what came last is compared
    with what was queued last.
    """

    __slots__ = (
        "_due",
        "_last",
        "cell",
        "deadband",
        "discard_oldest",
        "handle",
        "held",
        "interval",
        "mode",
        "number",
        "queue",
        "size",
        "stamps",
        "subscription",
        "trigger",
    )

    def __init__(self, number: int, subscription: Subscription, cell: Any) -> None:
        self.number, self.subscription, self.cell = number, subscription, cell
        self.handle, self.stamps, self.mode = b"", 2, REPORTING
        self.interval, self.trigger, self.deadband = 0.0, STATUS_VALUE, 0.0
        self.size, self.discard_oldest = 1, True
        self.queue: deque[Sample] = deque()
        #: the latest value within a sampling interval, until it is over
        self.held: Sample | None = None
        self._last: Sample | None = None
        self._due = 0.0

    def offer(self, sample: Sample, now: float) -> None:
        """A new value of the node at `now` (the event loop's seconds)."""
        if self.mode == DISABLED:
            return
        if self.interval:
            if self.held is not None and now >= self._due:
                # it was due before this one came
                self._release(self.held)
                self._pace(now)
            if now < self._due:
                if self.held is None:
                    self.subscription.holding[self] = None
                self.held = sample
                return
            self._pace(now)
        self._take(sample)

    def due(self, now: float) -> bool:
        """Take what is held if its time has come; whether it had."""
        held = self.held
        if held is None:
            return True
        if now < self._due:
            return False
        self._release(held)
        self._pace(now)
        return True

    def _release(self, held: Sample) -> None:
        self.held = None
        self.subscription.holding.pop(self, None)
        self._take(held)

    def _pace(self, now: float) -> None:
        late = now - self._due
        # on a fixed beat, so that values that come a little early or late are not lost
        self._due = self._due + self.interval if late < self.interval else now + self.interval

    def _take(self, sample: Sample) -> None:
        last = self._last
        if last is not None and not self._changed(last, sample):
            return
        self._last = sample
        queue = self.queue
        if len(queue) >= self.size:
            if self.size == 1:
                queue[0] = sample
                return
            if self.discard_oldest:
                queue.popleft()
                queue[0] = queue[0].overflowed()
                queue.append(sample)
            else:
                queue[-1] = sample.overflowed()
            return
        queue.append(sample)
        if self.mode == REPORTING:
            self.subscription.ready[self] = None

    def _changed(self, last: Sample, sample: Sample) -> bool:
        if last.status != sample.status:
            return True
        trigger = self.trigger
        if trigger == STATUS:
            return False
        old, new = last.value, sample.value
        moved = trigger == STATUS_VALUE_TIME and last.source != sample.source
        if self.deadband and isinstance(old, float) and isinstance(new, float):
            return moved or not abs(new - old) <= self.deadband
        return moved or (old != new and not (old != old and new != new))

    def set_mode(self, mode: int, now: float) -> None:
        """Disabled items forget what they knew."""
        before, self.mode = self.mode, mode
        if mode == DISABLED:
            self.queue.clear()
            self._last = self.held = None
            self._due = 0.0
            self.subscription.ready.pop(self, None)
            self.subscription.holding.pop(self, None)
        elif before == DISABLED:
            self.offer(self.cell.current(), now)
        if mode == SAMPLING:
            self.subscription.ready.pop(self, None)
        elif mode == REPORTING and self.queue:
            self.subscription.ready[self] = None

    def leave(self) -> None:
        """Nothing more is offered."""
        self.cell.detach(self)

    def again(self, now: float) -> None:
        """Tell the value it has now, whether it was told or not."""
        self._last = None
        self._due = 0.0
        self.offer(self.cell.current(), now)

    def resize(self, size: int) -> None:
        """Values that do not fit any more are lost, the oldest or the newest."""
        self.size = size
        while len(self.queue) > size:
            if self.discard_oldest:
                self.queue.popleft()
            else:
                self.queue.pop()

    def pop(self, most: int, into: list[bytes]) -> int:
        """Encode at most so many values; how many it were."""
        queue, handle, stamps = self.queue, self.handle, self.stamps
        taken = 0
        while queue and taken < most:
            into.append(handle)
            into.append(queue.popleft().encoded(stamps))
            taken += 1
        return taken


def encoded_handle(handle: int) -> bytes:
    """A client's handle, as it stands before each of its values."""
    return pack("<I", handle)
