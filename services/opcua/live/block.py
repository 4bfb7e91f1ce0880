"""Many doubles that change together: a twin's points after a step, set in one batch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from asyncua import ua
from asyncua.server.address_space import NodeData
from numpy.typing import NDArray

from services.opcua.live.items import STATUS_VALUE_TIME, Item
from services.opcua.live.samples import Number

_EPOCH, _TICK = 116_444_736_000_000_000, 100


class Block:
    """Values of nodes by place. Reads take them from here, so that a batch costs nothing for
    values nobody subscribed to, and nothing for those that did not change.

    `spans` are widths of EURange, NaN where there is none.
    """

    def __init__(self, nodes: Sequence[NodeData], spans: Sequence[float] | None = None) -> None:
        count = len(nodes)
        self._values: NDArray[np.float64] = np.full(count, np.nan)
        self._status: NDArray[np.uint32] = np.full(
            count, ua.StatusCodes.BadWaitingForInitialData, np.uint32
        )
        self._source: NDArray[np.int64] = np.zeros(count, np.int64)
        self._server = 0
        self._spans = spans if spans is not None else [np.nan] * count
        self._watched = np.zeros(count, np.bool_)
        self._timed = np.zeros(count, np.bool_)
        self._items: list[list[Item]] = [[] for _ in nodes]
        self.cells = [BlockCell(self, place) for place in range(count)]
        for place, node in enumerate(nodes):
            node.attributes[ua.AttributeIds.Value].value_callback = self._reader(place)

    def update(
        self,
        values: NDArray[np.float64],
        status: NDArray[np.uint32],
        times_ns: NDArray[np.int64],
        now_ns: int,
    ) -> int:
        """All of them after a step; how many were told to somebody. Takes the arrays as they are:
        they must not change afterwards."""
        moved = (values != self._values) & ~(np.isnan(values) & np.isnan(self._values))
        moved |= status != self._status
        source = np.where(times_ns > 0, times_ns // _TICK + _EPOCH, 0)
        moved |= self._timed & (source != self._source)
        self._values, self._status, self._source = values, status, source
        self._server = server = now_ns // _TICK + _EPOCH
        places = np.flatnonzero(moved & self._watched)
        if not len(places):
            return 0
        now = time.monotonic()
        items = self._items
        for place, value, code, at in zip(
            places.tolist(),
            values[places].tolist(),
            status[places].tolist(),
            source[places].tolist(),
            strict=True,
        ):
            sample = Number(value, code, at, server)
            for item in items[place]:
                item.offer(sample, now)
        return len(places)

    def current(self, place: int) -> Number:
        """The value at a place."""
        return Number(
            float(self._values[place]),
            int(self._status[place]),
            int(self._source[place]),
            self._server,
        )

    def span(self, place: int) -> float | None:
        """Width of the range at a place."""
        width = float(self._spans[place])
        return width if np.isfinite(width) and width > 0.0 else None

    def attach(self, place: int, item: Item) -> None:
        """Offer the item what comes."""
        self._items[place].append(item)
        self._mark(place)

    def detach(self, place: int, item: Item) -> None:
        """Not any more."""
        self._items[place].remove(item)
        self._mark(place)

    def _mark(self, place: int) -> None:
        items = self._items[place]
        self._watched[place] = bool(items)
        self._timed[place] = any(i.trigger == STATUS_VALUE_TIME for i in items)

    def _reader(self, place: int) -> Any:
        return lambda node, attribute: self.current(place).data_value()


class BlockCell:
    """One place of a block, as a Cell."""

    def __init__(self, block: Block, place: int) -> None:
        self._block, self._place = block, place

    def current(self) -> Number:
        """As Cell."""
        return self._block.current(self._place)

    def attach(self, item: Item) -> None:
        """As Cell."""
        self._block.attach(self._place, item)

    def detach(self, item: Item) -> None:
        """As Cell."""
        self._block.detach(self._place, item)

    def span(self) -> float | None:
        """As Cell."""
        return self._block.span(self._place)
