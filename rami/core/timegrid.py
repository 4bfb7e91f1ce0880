"""Time: aware UTC at every edge, int64 nanoseconds inside; a `TimeGrid` belongs to every series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # instants alone need no arrays
    import numpy as np
    from numpy.typing import NDArray

NS = 1_000_000_000


def instant(text: str | datetime) -> int:
    """Nanoseconds since 1970 UTC of an aware instant; ValueError when it carries no zone."""
    moment = datetime.fromisoformat(text) if isinstance(text, str) else text
    if moment.tzinfo is None:
        raise ValueError(
            f"{text!s} carries no time zone; write e.g. 2019-01-14T00:00+01:00 or ...Z"
        )
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return ((since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds) * 1000


def moment(ns: int) -> datetime:
    """The aware UTC datetime of nanoseconds since 1970 (microsecond resolution)."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ns // 1000)


def iso(ns: int) -> str:
    """ISO 8601 in UTC with a Z, whole seconds."""
    return moment(ns).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class TimeGrid:
    """`count` intervals of `step_ns`, the first starting at `start_ns` (UTC nanoseconds).

    A value on a grid belongs to the interval that starts at its instant.
    """

    start_ns: int
    step_ns: int
    count: int

    def __post_init__(self) -> None:
        if self.step_ns <= 0 or self.count < 0:
            raise ValueError(f"a grid needs a positive step and a count >= 0, got {self}")

    @classmethod
    def of(cls, start: str | datetime | int, step_s: float, count: int) -> TimeGrid:
        """From an aware start (or nanoseconds), a step in seconds and a count."""
        begin = start if isinstance(start, int) else instant(start)
        return cls(begin, round(step_s * NS), count)

    @property
    def step_s(self) -> float:
        """Length of an interval in seconds."""
        return self.step_ns / NS

    @property
    def step_h(self) -> float:
        """Length of an interval in hours (the equations' delta t)."""
        return self.step_ns / (3600 * NS)

    @property
    def end_ns(self) -> int:
        """End of the last interval."""
        return self.start_ns + self.step_ns * self.count

    @property
    def duration_s(self) -> float:
        """Length of the whole grid in seconds."""
        return self.step_ns * self.count / NS

    def times(self) -> NDArray[np.int64]:
        """Interval starts, int64 nanoseconds, shape (count,)."""
        import numpy as np

        return self.start_ns + self.step_ns * np.arange(self.count, dtype=np.int64)

    def index(self, ns: int) -> int:
        """The interval that holds an instant; ValueError outside the grid."""
        i = (ns - self.start_ns) // self.step_ns
        if not 0 <= i < self.count:
            raise ValueError(
                f"{iso(ns)} lies outside the grid {iso(self.start_ns)} to {iso(self.end_ns)}"
            )
        return int(i)

    def part(self, first: int, count: int) -> TimeGrid:
        """The grid of `count` intervals from interval `first` on (may reach past the end)."""
        return TimeGrid(self.start_ns + first * self.step_ns, self.step_ns, count)

    def with_step(self, step_s: float) -> TimeGrid:
        """The same span on another step; ValueError when the step does not divide it."""
        step = round(step_s * NS)
        span = self.step_ns * self.count
        if step <= 0 or span % step:
            raise ValueError(f"a step of {step_s} s does not divide {span / NS} s")
        return TimeGrid(self.start_ns, step, span // step)
