"""The data source behind the three kinds, and the way back for balances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from adapters.sources.ems.fetched import Fetched
from adapters.sources.ems.form import write
from adapters.sources.ems.outbox import Outbox, key_of
from rami.core import units
from rami.core.errors import DataError, Problem, UnreachableError
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.information.external.delivery import Delivery, NotDelivered, on_grid
from rami.information.series import Series, quantity_of
from rami.information.source import unknown_series


class Transport(Protocol):
    """How values come in and messages go out."""

    @property
    def place(self) -> str:
        """Where from, for people; no secret."""

    def fetch(self, quantities: Mapping[str, str], start_ns: int, end_ns: int) -> Fetched:
        """Deliveries of series (name: quantity) that touch a span. Raises UnreachableError."""

    def send(self, key: str, message: str) -> None:
        """Deliver a message; again with the same key is no harm. Raises UnreachableError."""


class EmsSource:
    """Series as the other side delivers them, each value with its issue."""

    def __init__(self, transport: Transport, series: Mapping[str, Series]) -> None:
        self._transport = transport
        self._series = dict(series)

    def describe(self) -> Mapping[str, str]:
        """The series that are wanted from the other side; asks nobody."""
        return dict.fromkeys(self._series, self._transport.place)

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """As in DataSource, but an interval nothing was delivered for is NaN, Bad and MISSING.

        The latest issue of everything counts. Raises UnreachableError, and DataError with
        every series that was not delivered at all or not in a form that can be read.
        """
        return self._read(names, grid, None)

    def read_issued(self, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
        """As in Issued."""
        return self._read(names, grid, at_ns)

    def _read(self, names: Sequence[str], grid: TimeGrid, at_ns: int | None) -> Frame:
        quantities = {n: q for n in names if (q := self._quantity(n))}
        place = self._transport.place
        problems = unknown_series(place, names, list(quantities))
        if problems:
            raise DataError(problems)
        fetched = self._transport.fetch(quantities, grid.start_ns, grid.end_ns)
        for name in names:
            if name not in fetched.found:
                what = f"{name}: nothing was delivered" + "".join(f"; {n}" for n in fetched.notes)
                problems += fetched.refused.get(name) or [Problem(place, what)]
        if problems:
            raise NotDelivered(problems)
        columns = [on_grid(Delivery.joined(fetched.found[n]), grid, at_ns) for n in names]
        shape = (grid.count, len(names))
        return Frame(
            grid,
            tuple(names),
            tuple(units.unit_of(quantities[n]) for n in names),
            np.column_stack([c[0] for c in columns]) if names else np.empty(shape),
            np.column_stack([c[1] for c in columns]) if names else np.empty(shape, np.uint32),
            {n: _said(place, n, fetched) for n in names},
            np.column_stack([c[2] for c in columns]) if names else None,
        )

    def _quantity(self, name: str) -> str | None:
        return self._series[name].quantity if name in self._series else quantity_of(name)


class ReceivingEms(EmsSource):
    """A source that takes balances back."""

    def __init__(self, transport: Transport, series: Mapping[str, Series], outbox: Outbox) -> None:
        super().__init__(transport, series)
        self._outbox = outbox

    def publish(self, frame: Frame) -> None:
        """Deliver a frame, after all that still waits; as in Receiving.

        It is on disk before anything is sent. Raises UnreachableError where it stays there for
        the next time, RunError when the outbox is full.
        """
        key = key_of(write(frame, ""))
        self._outbox.put(f"{frame.grid.start_ns // 10**9:012d}-{key}", write(frame, key))
        self.deliver()

    def deliver(self) -> None:
        """Try to deliver everything that waits, oldest first. Raises UnreachableError."""
        waiting = self._outbox.waiting()
        for done, name in enumerate(waiting):
            try:
                self._transport.send(name.rpartition("-")[2], self._outbox.message(name))
            except UnreachableError as error:
                raise UnreachableError(
                    f"{error}; {len(waiting) - done} messages wait in {self._outbox.folder} and "
                    "are sent with the next one"
                ) from error
            self._outbox.remove(name)


def _said(place: str, name: str, fetched: Fetched) -> str:
    passed = [p.what for p in fetched.refused.get(name, [])] + fetched.notes
    return f"{place}, passed over: {'; '.join(passed)}" if passed else place
