"""A store in a process of its own, so that its work takes nothing from the loop's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from typing import Any, TypeVar, cast

from rami.core.errors import RunError, UnreachableError
from rami.core.frame import Frame
from rami.core.historian import Aggregation, Store, StoreStats, Written
from rami.core.signal import Rows, Signal
from rami.core.timegrid import TimeGrid
from rami.information.historian.keeper import Ended, Keeper

T = TypeVar("T")


class StoreApart:
    """`rami.core.historian.Store` as `opening` gives it, kept by a child process.

    Questions are answered while rows are written. The child ends with this process, however that
    ends. When the child ends before, it is started anew: questions are asked again; a write
    raises UnreachableError and is to be repeated (rows that it kept are duplicates then), as
    `StoreWriter` does; what was acknowledged is kept, if the store keeps it over `kill -9`.

    `opening` goes to the child by pickle: a method of a declared configuration, a partial.
    `nice` is what the child stands back by on the processor. `name` is for messages.
    """

    def __init__(
        self, opening: Callable[[], Store], *, name: str = "historian", nice: int = 10
    ) -> None:
        self._opening = opening
        self._nice = nice
        self._name = name
        self._life = Lock()
        self._open = True
        self._keeper: Keeper | None = None
        self._running()

    @property
    def pid(self) -> int:
        """Of the process that keeps the store now."""
        return self._running().pid

    def declare(self, signals: Iterable[Signal]) -> None:
        """Make signals known."""
        wanted = list(signals)
        self._twice(lambda keeper: keeper.change("declare", (wanted,)))

    def signals(self, pattern: str = "*") -> tuple[Signal, ...]:
        """Signals whose name fits a shell pattern, by name."""
        return cast("tuple[Signal, ...]", self._asked("signals", pattern))

    def write(self, rows: Rows) -> Written:
        """Keep rows of declared signals."""
        return cast(Written, self._once(lambda keeper: keeper.write(rows)))

    def last(self, names: Sequence[str]) -> Rows:
        """The latest row of each signal that has any."""
        return cast(Rows, self._asked("last", names))

    def rows(
        self, names: Sequence[str], start_ns: int, end_ns: int, *, superseded: bool = False
    ) -> Rows:
        """Rows in [start, end) by place in `names`, then time."""
        return cast(Rows, self._asked("rows", names, start_ns, end_ns, superseded=superseded))

    def read(self, names: Sequence[str], grid: TimeGrid, how: Aggregation) -> Frame:
        """Signals on a grid."""
        return cast(Frame, self._asked("read", names, grid, how))

    def aggregate(
        self, names: Sequence[str], grid: TimeGrid, how: Aggregation, across: Aggregation
    ) -> Frame:
        """Many signals as one column, and how many had rows."""
        return cast(Frame, self._asked("aggregate", names, grid, how, across))

    def erase(self, names: Sequence[str], before_ns: int | None = None) -> int:
        """Remove signals, or their rows before an instant."""
        return cast(int, self._once(lambda keeper: keeper.change("erase", (names, before_ns))))

    def compact(self) -> Mapping[str, float]:
        """Close finished months, drop what retention says."""
        return cast("Mapping[str, float]", self._once(lambda keeper: keeper.change("compact", ())))

    def stats(self) -> StoreStats:
        """What it holds."""
        return cast(StoreStats, self._asked("stats"))

    def close(self) -> None:
        """Close the store; its process ends."""
        with self._life:
            self._open = False
            keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.close()

    def _asked(self, method: str, *args: Any, **named: Any) -> Any:
        return self._twice(lambda keeper: keeper.ask(method, args, named))

    def _once(self, call: Callable[[Keeper], T]) -> T:
        keeper = self._running()
        try:
            return call(keeper)
        except Ended as ended:
            raise self._told(keeper, ended) from None

    def _twice(self, call: Callable[[Keeper], T]) -> T:
        keeper = self._running()
        try:
            return call(keeper)
        except Ended as ended:
            self._told(keeper, ended)
            return self._once(call)

    def _running(self) -> Keeper:
        """The process, started anew where it has ended. Raises what opening raises."""
        with self._life:
            if not self._open:
                raise RunError(f"{self._name}: this historian was closed")
            if self._keeper is None:
                try:
                    self._keeper = Keeper(self._opening, self._nice)
                except Ended as ended:
                    what = f"{self._name}: its process {ended.why} before the store was open"
                    raise UnreachableError(what) from None
            return self._keeper

    def _told(self, keeper: Keeper, ended: Ended) -> UnreachableError:
        with self._life:
            if self._keeper is keeper:
                self._keeper = None
        return UnreachableError(
            f"{self._name}: its process {ended.why}; it is started anew by the next call"
        )
