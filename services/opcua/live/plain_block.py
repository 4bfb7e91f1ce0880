"""A block by asyncua's plain path, where the fast one does not fit the installed version."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np
from asyncua import ua
from asyncua.server.address_space import NodeData
from numpy.typing import NDArray

from services.opcua.live.samples import Number, filetime


class PlainBlock:
    """As Block: what has changed is written value by value, in a task of the server's loop."""

    def __init__(self, aspace: Any, nodes: Sequence[NodeData]) -> None:
        self._aspace, self._nodes = aspace, [node.nodeid for node in nodes]
        self._last: tuple[Any, Any, Any] | None = None
        self._work: asyncio.Task[None] | None = None

    def update(
        self,
        values: NDArray[np.float64],
        status: NDArray[np.uint32],
        times_ns: NDArray[np.int64],
        now_ns: int,
    ) -> int:
        """As Block.update; a batch that comes while the former one is written takes its place."""
        if self._work is not None and not self._work.done():
            return 0
        moved = np.ones(len(values), np.bool_)
        if self._last is not None:
            before, code, at = self._last
            moved = (values != before) & ~(np.isnan(values) & np.isnan(before))
            moved |= (status != code) | (times_ns != at)
        self._last = (values, status, times_ns)
        rows = [
            (self._nodes[p], Number(float(values[p]), int(status[p]), filetime(int(times_ns[p])),
                                    filetime(now_ns)))
            for p in np.flatnonzero(moved).tolist()
        ]  # fmt: skip
        self._work = asyncio.get_running_loop().create_task(self._write(rows))
        return len(rows)

    async def _write(self, rows: list[tuple[Any, Number]]) -> None:
        for node, number in rows:
            await self._aspace.write_attribute_value(
                node, ua.AttributeIds.Value, number.data_value()
            )
