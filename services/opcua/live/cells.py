"""Where monitored items hang: an attribute of a node, or a place in a block of numbers."""

from __future__ import annotations

import time
from typing import Any, Protocol

from services.opcua.live.items import Item
from services.opcua.live.samples import Sample, Told


class Cell(Protocol):
    """Somewhere that values come from."""

    def current(self) -> Sample:
        """The value it has now."""

    def attach(self, item: Item) -> None:
        """The item is offered every new value from now on."""

    def detach(self, item: Item) -> None:
        """It is not any more."""

    def span(self) -> float | None:
        """Width of its EURange, None where it has none."""


class AttributeCell:
    """Any attribute: asyncua tells when it was written."""

    def __init__(self, aspace: Any, node: Any, attribute: int, cells: dict[Any, Any]) -> None:
        self._aspace, self._key, self._cells = aspace, (node, attribute), cells
        self._items: list[Item] = []
        self._callback = 0
        self._span: float | None = None

    def current(self) -> Sample:
        """As Cell."""
        return Told(self._aspace.read_attribute_value(*self._key))

    def attach(self, item: Item) -> None:
        """As Cell."""
        if not self._items:
            _, self._callback = self._aspace.add_datachange_callback(*self._key, self._written)
        self._items.append(item)

    def detach(self, item: Item) -> None:
        """As Cell."""
        self._items.remove(item)
        if not self._items:
            self._aspace.delete_datachange_callback(self._callback)
            self._cells.pop(self._key, None)

    def span(self) -> float | None:
        """As Cell."""
        return None

    async def _written(self, _: int, value: Any, error: Any = None) -> None:
        if error is None:
            sample, now = Told(value), time.monotonic()
            for item in self._items:
                item.offer(sample, now)
