"""The heartbeat that a plant expects: written only while the control loop lives."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Literal

from pydantic import Field, model_validator

from rami.asset.component import Declared
from rami.core.quantity import Duration

_NS = 1_000_000_000


class HeartbeatSettings(Declared):
    """What an adapter writes while the loop lives, and how long it believes that.

    `counter` counts up and begins anew at the end of its type; `toggle` is 0 and 1 in turns;
    `time` is seconds since 1970, UTC.
    """

    kind: Literal["counter", "toggle", "time"] = Field("counter", description="what is written")
    period: Duration = Field(5.0, le=3600, description="between two writes")
    limit: Duration | None = Field(
        None, le=86400, description="silence of the loop that ends it; none: three periods"
    )

    @model_validator(mode="after")
    def _outlasts(self) -> HeartbeatSettings:
        if self.limit is not None and self.limit < self.period:
            raise ValueError("`limit` is below `period`: no beat would be in time")
        return self

    @property
    def silence(self) -> float:
        """Seconds without a beat of the loop from which nothing is written."""
        return 3 * self.period if self.limit is None else self.limit


class Heart:
    """Between the loop, which beats, and the thread that writes to the plant.

    The thread writes each period by the wall clock. Where the plant's time is another one
    (`clock`, UTC ns), `wake` is called by the beat that finds a period of it gone by.
    """

    def __init__(
        self, settings: HeartbeatSettings, clock: Callable[[], int], wake: Callable[[], None]
    ) -> None:
        self._settings, self._clock, self._wake = settings, clock, wake
        self._period_ns = round(settings.period * _NS)
        self._beaten: float | None = None
        self._written_ns: int | None = None
        self._count = 0

    def beat(self) -> None:
        """The loop lives."""
        self._beaten = monotonic()
        last = self._written_ns
        # a clock that is set back does not stop a heart
        if last is None or abs(self._clock() - last) >= self._period_ns:
            self._wake()

    @property
    def alive(self) -> bool:
        """Whether the loop has beaten within the limit."""
        beaten = self._beaten
        return beaten is not None and monotonic() - beaten <= self._settings.silence

    def number(self, highest: float) -> int:
        """What is to be written now into a type that holds whole numbers up to `highest`."""
        self._written_ns = self._clock()
        if self._settings.kind == "time":
            return int(self._written_ns // _NS % (highest + 1))
        self._count += 1
        ends = 1 if self._settings.kind == "toggle" else highest
        return int(self._count % (min(ends, 2.0**31) + 1))
