"""Monitored items of the subscriptions: made, changed, ended (Part 4, 5.12)."""

from __future__ import annotations

import math
import time
from typing import Any

from asyncua import ua
from asyncua.ua import uaprotocol_auto

from rami.communication.opcua_settings import OpcuaLimits
from services.opcua.corrections.garbled import refused
from services.opcua.events.happening import Happening, Lineage
from services.opcua.events.wanted import WrongFilter, event_filter
from services.opcua.live.cells import AttributeCell
from services.opcua.live.events import EventCell, EventItem
from services.opcua.live.items import Item, encoded_handle
from services.opcua.live.subscription import Subscription

_SC, _A = ua.StatusCodes, ua.AttributeIds
#: longest publishing and sampling intervals, ms
LONGEST = 3_600_000.0
#: asyncua has two classes of the name; what is decoded is of the second one
_DATA_CHANGE = (ua.DataChangeFilter, uaprotocol_auto.DataChangeFilter)


class Monitoring:
    """Items of all subscriptions. `blocks` are places of blocks, by node."""

    def __init__(self, aspace: Any, limits: OpcuaLimits) -> None:
        self._aspace, self._limits = aspace, limits
        self.subscriptions: dict[int, Subscription] = {}
        self._item_numbers = 0
        self.blocks: dict[Any, Any] = {}
        self._cells: dict[Any, AttributeCell] = {}
        self._events: dict[Any, EventCell] = {}
        self._lineage = Lineage(aspace)

    async def create_monitored_items(self, params: Any) -> list[Any]:
        """A result for each."""
        found = self.subscriptions[params.SubscriptionId]
        stamps = params.TimestampsToReturn
        if stamps not in (0, 1, 2, 3):
            raise refused(_SC.BadTimestampsToReturnInvalid)
        return [self._created(found, wanted, int(stamps)) for wanted in params.ItemsToCreate]

    def _created(self, found: Subscription, wanted: Any, stamps: int) -> Any:
        result, told = ua.MonitoredItemCreateResult(), wanted.RequestedParameters
        monitored = wanted.ItemToMonitor
        node, attribute = monitored.NodeId, monitored.AttributeId
        if monitored.IndexRange or monitored.DataEncoding.Name not in (None, "", "Default Binary"):
            result.StatusCode = ua.StatusCode(_SC.BadMonitoredItemFilterUnsupported)
            return result
        if wanted.MonitoringMode not in (0, 1, 2):
            result.StatusCode = ua.StatusCode(_SC.BadMonitoringModeInvalid)
            return result
        self._item_numbers += 1
        item: Item | EventItem | None
        if attribute == _A.EventNotifier:
            item, code = self._event_item(found, node, told, result)
        else:
            item, code = self._data_item(found, node, attribute, told, stamps)
        result.StatusCode = ua.StatusCode(code)
        if item is None:
            return result
        result.MonitoredItemId = item.number
        result.RevisedSamplingInterval = getattr(item, "interval", 0.0) * 1000.0
        result.RevisedQueueSize = item.size
        found.items[item.number] = item
        cell: Any = item.cell
        cell.attach(item)
        item.mode = 0
        item.set_mode(int(wanted.MonitoringMode), time.monotonic())
        return result

    def _data_item(
        self, found: Subscription, node: Any, attribute: int, told: Any, stamps: int
    ) -> tuple[Item | None, int]:
        cell = self.blocks.get(node) if attribute == _A.Value else None
        if cell is None:
            data = self._aspace.get(node)
            if data is None or attribute not in data.attributes:
                return None, int(_SC.BadAttributeIdInvalid)
            cell = self._cells.get((node, attribute))
            if cell is None:
                cell = AttributeCell(self._aspace, node, attribute, self._cells)
                self._cells[node, attribute] = cell
        item = Item(self._item_numbers, found, cell)
        item.stamps = stamps
        code = self._configure(item, told)
        return (item if code == 0 else None), code

    def _configure(self, item: Item, told: Any) -> int:
        wanted = told.Filter
        if wanted is not None and not _is_empty(wanted):
            if not isinstance(wanted, _DATA_CHANGE):
                return int(_SC.BadMonitoredItemFilterUnsupported)
            deadband = _deadband(wanted, item.cell.span())
            if deadband is None:
                return int(_SC.BadDeadbandFilterInvalid)
            item.trigger, item.deadband = int(wanted.Trigger), deadband
        else:
            item.trigger, item.deadband = 1, 0.0
        item.handle = encoded_handle(told.ClientHandle)
        item.interval = self._interval(item, told.SamplingInterval)
        item.discard_oldest = bool(told.DiscardOldest)
        item.resize(min(max(told.QueueSize, 1), self._limits.queue))
        return 0

    def _interval(self, item: Item, wanted: float) -> float:
        if not math.isfinite(wanted) or wanted < 0.0:
            return float(item.subscription.data.RevisedPublishingInterval) / 1000.0
        # 0: every change, which come once a step
        shortest = self._limits.sampling if wanted else 0.0
        return min(max(wanted / 1000.0, shortest), LONGEST / 1000.0)

    def _event_item(
        self, found: Subscription, node: Any, told: Any, result: Any
    ) -> tuple[EventItem | None, int]:
        data = self._aspace.get(node)
        notifier = data.attributes.get(_A.EventNotifier) if data is not None else None
        if notifier is None or not notifier.value.Value.Value & 1:
            return None, int(_SC.BadAttributeIdInvalid)
        cell = self._events.get(node) or EventCell(node, self._events)
        item = EventItem(self._item_numbers, found, cell)
        code = self._configure_events(item, told, result)
        if code == 0:
            self._events[node] = cell
        return (item if code == 0 else None), code

    def _configure_events(self, item: EventItem, told: Any, result: Any) -> int:
        try:
            filtered = event_filter(told.Filter, self._lineage)
        except WrongFilter as wrong:
            if wrong.told is not None:
                result.FilterResult = wrong.told
            return wrong.code
        result.FilterResult = filtered.told
        size = min(max(told.QueueSize, 100), self._limits.queue)
        oldest = bool(told.DiscardOldest)
        item.configure(filtered, told.ClientHandle, size, discard_oldest=oldest)
        return 0

    def modify_monitored_items(self, params: Any) -> list[Any]:
        """A result for each."""
        found = self.subscriptions[params.SubscriptionId]
        results = []
        for wanted in params.ItemsToModify:
            result = ua.MonitoredItemModifyResult()
            item = found.items.get(wanted.MonitoredItemId)
            if item is None:
                result.StatusCode = ua.StatusCode(_SC.BadMonitoredItemIdInvalid)
            elif isinstance(item, EventItem):
                code = self._configure_events(item, wanted.RequestedParameters, result)
                result.StatusCode = ua.StatusCode(code)
                result.RevisedQueueSize = item.size
            else:
                item.stamps = int(params.TimestampsToReturn)
                code = self._configure(item, wanted.RequestedParameters)
                result.StatusCode = ua.StatusCode(code)
                result.RevisedSamplingInterval = item.interval * 1000.0
                result.RevisedQueueSize = item.size
            results.append(result)
        return results

    async def set_monitoring_mode(self, params: Any) -> list[Any]:
        """A status for each."""
        if params.MonitoringMode not in (0, 1, 2):
            raise refused(_SC.BadMonitoringModeInvalid)
        found, now = self.subscriptions[params.SubscriptionId], time.monotonic()
        results = []
        for number in params.MonitoredItemIds:
            item = found.items.get(number)
            if item is not None:
                item.set_mode(int(params.MonitoringMode), now)
            code = _SC.Good if item is not None else _SC.BadMonitoredItemIdInvalid
            results.append(ua.StatusCode(code))
        return results

    def delete_monitored_items(self, params: Any) -> list[Any]:
        """A status for each."""
        found = self.subscriptions[params.SubscriptionId]
        results = []
        for number in params.MonitoredItemIds:
            item = found.items.pop(number, None)
            if item is not None:
                item.set_mode(0, 0.0)
                item.leave()
            code = _SC.Good if item is not None else _SC.BadMonitoredItemIdInvalid
            results.append(ua.StatusCode(code))
        return results

    def happened(self, event: Happening) -> None:
        """To all who subscribed to the events of its places; once to each item."""
        for place in event.places:
            cell = self._events.get(place)
            if cell is not None:
                cell.offer(event)

    @property
    def heard(self) -> bool:
        """Whether anybody subscribed to events."""
        return bool(self._events)


def _is_empty(wanted: Any) -> bool:
    return isinstance(wanted, ua.ExtensionObject) and wanted.TypeId.is_null()


def _deadband(wanted: Any, span: float | None) -> float | None:
    """In the node's unit; None where it is none."""
    kind, width = int(wanted.DeadbandType), float(wanted.DeadbandValue)
    if kind == 0:
        return 0.0
    if not math.isfinite(width) or width < 0.0 or int(wanted.Trigger) == 0:
        return None
    if kind == 1:
        return width
    return width / 100.0 * span if kind == 2 and span is not None and width <= 100.0 else None
