"""Values that the server sends when they change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np
from asyncua import ua
from asyncua.ua.uaerrors import UaStatusCodeError

from adapters.assets.opcua.batches import Requests
from adapters.assets.opcua.decode import Standing, decoded
from adapters.assets.opcua.held import Held
from adapters.assets.opcua.trouble import TROUBLE, in_words, status_name

#: seconds without word from us after which the server may drop the subscription
_LIFE_S = 60.0


class Subscription:
    """Monitored items of one session; each word of the server confirms all of them."""

    def __init__(self, held: Held, clock: Callable[[], int], lost: Callable[[str], None]) -> None:
        self.standings: dict[int, Standing] = {}
        self.notifications = 0
        #: why the server does not send all of them; empty where it does
        self.refusal = ""
        #: seconds between two words of the server at most
        self.period = 0.0
        self.heard = 0.0
        self._places = np.zeros(0, np.intp)
        self._held, self._clock, self._lost = held, clock, lost

    async def begin(
        self,
        requests: Requests,
        standings: Sequence[Standing],
        sampling: float,
        keep_alive: float,
        dated: bool,
    ) -> list[Standing]:
        """Subscribe; returns what the server refuses, to be polled. With `dated` a value is sent
        too when its time alone is new."""
        if not standings:
            return []
        try:
            number = await self._create(requests, sampling, keep_alive)
        except UaStatusCodeError as error:
            if status_name(error.code).startswith(_FATAL):
                raise
            self.refusal = status_name(error.code)
            return list(standings)
        items = [_item(s, sampling, dated) for s in standings]
        # a notification may arrive before the answer that confirms its item
        self.standings = {s.place: s for s in standings}
        results = await requests.monitor(number, items)
        refused = [s for s, r in zip(standings, results, strict=True) if not r.StatusCode.is_good()]
        for standing in refused:
            del self.standings[standing.place]
        self._places = np.array(sorted(self.standings), np.intp)
        self.heard = asyncio.get_running_loop().time()
        return refused

    async def _create(self, requests: Requests, sampling: float, keep_alive: float) -> int:
        wanted = ua.CreateSubscriptionParameters()
        wanted.RequestedPublishingInterval = 1000.0 * sampling
        wanted.RequestedMaxKeepAliveCount = max(1, ceil(keep_alive / sampling))
        wanted.RequestedLifetimeCount = max(
            3 * wanted.RequestedMaxKeepAliveCount, ceil(_LIFE_S / sampling)
        )
        wanted.MaxNotificationsPerPublish = 0
        wanted.PublishingEnabled = True
        told = await requests.session.create_subscription(wanted, self.take)
        self.period = told.RevisedPublishingInterval * told.RevisedMaxKeepAliveCount / 1000.0
        return int(told.SubscriptionId)

    async def take(self, result: Any) -> None:
        """One PublishResult: changes, a word that nothing changed, or the end."""
        try:
            self._took(result)
        except TROUBLE as error:  # asyncua would swallow it
            self._lost(in_words(error))

    def _took(self, result: Any) -> None:
        now = self._clock()
        self.heard = asyncio.get_running_loop().time()
        for data in result.NotificationMessage.NotificationData or ():
            if isinstance(data, ua.DataChangeNotification):
                self._changed(data.MonitoredItems, now)
            elif isinstance(data, ua.StatusChangeNotification):
                name = status_name(data.Status.value)
                self._lost(f"the server ended the subscription ({name})")
                return
        self._held.confirm(self._places, now)

    def _changed(self, items: Sequence[Any], now: int) -> None:
        newest: Mapping[int, Any] = {item.ClientHandle: item.Value for item in items}
        known = [self.standings[p] for p in newest if p in self.standings]
        values, qualities, times = decoded(known, (newest[s.place] for s in known), now)
        self._held.take([s.place for s in known], values, qualities, times, now)
        self.notifications += len(items)


#: answers after which no other service would be answered either
_FATAL = ("BadSession", "BadSecureChannel", "BadConnection", "BadCommunication", "BadServerHalted")


def _item(standing: Standing, sampling: float, dated: bool) -> Any:
    item = ua.MonitoredItemCreateRequest()
    item.ItemToMonitor.NodeId = standing.id
    item.ItemToMonitor.AttributeId = ua.AttributeIds.Value
    item.MonitoringMode = ua.MonitoringMode.Reporting
    item.RequestedParameters.ClientHandle = standing.place
    item.RequestedParameters.SamplingInterval = 1000.0 * sampling
    item.RequestedParameters.QueueSize = 1
    item.RequestedParameters.DiscardOldest = True
    if dated:
        trigger = ua.DataChangeTrigger.StatusValueTimestamp
        item.RequestedParameters.Filter = ua.DataChangeFilter(Trigger=trigger)
    return item
