"""The subscription services, in place of asyncua's (Part 4, 5.12 and 5.13)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import struct_from_binary

from rami.communication.opcua_settings import OpcuaLimits
from services.opcua.corrections.garbled import refused
from services.opcua.live import messages
from services.opcua.live.items import Item
from services.opcua.live.monitoring import LONGEST, Monitoring
from services.opcua.live.requests import PublishQueue, PublishRequest
from services.opcua.live.samples import filetime
from services.opcua.live.subscription import Subscription

_SC, _A = ua.StatusCodes, ua.AttributeIds
#: counts of beats
_MOST_KEEP_ALIVE, _MOST_LIFETIME = 3000, 30_000
_FOREVER = 3600.0


class Subscriptions(Monitoring):
    """Subscriptions by number, whichever session they are of."""

    def __init__(self, aspace: Any, limits: OpcuaLimits, session_of: Callable[[Any], Any]) -> None:
        super().__init__(aspace, limits)
        self._session_of = session_of
        self.standard_events: dict[int, Any] = {}
        self._queues: dict[Any, PublishQueue] = {}
        self._numbers = 0

    # subscriptions

    async def create_subscription(
        self, params: Any, callback: Any, session_id: Any, request_callback: Any = None
    ) -> Any:
        """As in asyncua; the callbacks are not needed."""
        self._numbers += 1
        result = ua.CreateSubscriptionResult()
        result.SubscriptionId = self._numbers
        self._revise(result, params)
        made = Subscription(
            result,
            session_id,
            params.MaxNotificationsPerPublish,
            self._limits.unacknowledged,
            params.PublishingEnabled,
            self._next_request,
            self._ended,
        )
        self.subscriptions[self._numbers] = made
        made.start()
        return result

    def _revise(self, result: Any, params: Any) -> None:
        wanted = params.RequestedPublishingInterval
        shortest = self._limits.publishing * 1000.0
        sane = wanted if math.isfinite(wanted) else shortest
        result.RevisedPublishingInterval = min(max(sane, shortest), LONGEST)
        keep = min(max(params.RequestedMaxKeepAliveCount, 1), _MOST_KEEP_ALIVE)
        result.RevisedMaxKeepAliveCount = keep
        lifetime = max(params.RequestedLifetimeCount, 3 * keep)
        result.RevisedLifetimeCount = min(lifetime, _MOST_LIFETIME)

    def modify_subscription(self, params: Any) -> Any:
        """Intervals, counts and the most of one message, from the next beat on."""
        found = self.subscriptions[params.SubscriptionId]
        self._revise(found.data, params)
        found.limit_to(params.MaxNotificationsPerPublish)
        result = ua.ModifySubscriptionResult()
        result.RevisedPublishingInterval = found.data.RevisedPublishingInterval
        result.RevisedMaxKeepAliveCount = found.data.RevisedMaxKeepAliveCount
        result.RevisedLifetimeCount = found.data.RevisedLifetimeCount
        return result

    async def delete_subscriptions(self, ids: list[int]) -> list[Any]:
        """A status for each."""
        return [self._deleted(number) for number in ids]

    def _deleted(self, number: int) -> Any:
        found = self.subscriptions.pop(number, None)
        if found is None:
            return ua.StatusCode(_SC.BadSubscriptionIdInvalid)
        found.stop()
        self._forsaken(found.session_id)
        return ua.StatusCode()

    def _ended(self, subscription: Subscription) -> None:
        self.subscriptions.pop(subscription.number, None)
        waiting = self._next_request(subscription)
        if waiting is not None:
            told = messages.message(
                1, filetime(time.time_ns()), [messages.status_change(_SC.BadTimeout)]
            )
            waiting.answer(subscription.number, filetime(time.time_ns()), (), False, told)
        self._forsaken(subscription.session_id)

    def _forsaken(self, session_id: Any) -> None:
        if not any(s.session_id == session_id for s in self.subscriptions.values()):
            queue = self._queues.pop(session_id, None)
            if queue is not None and self._session_of(session_id) is not None:
                queue.refuse_all(_SC.BadNoSubscription)

    async def set_publishing_mode(self, params: Any) -> list[Any]:
        """A status for each."""
        for number in params.SubscriptionIds:
            self.subscriptions[number].enabled = bool(params.PublishingEnabled)
        return [ua.StatusCode() for _ in params.SubscriptionIds]

    async def transfer_subscriptions(
        self, params: Any, session_id: Any, callback: Any
    ) -> list[Any]:
        """To another session; whoever asks has been looked at."""
        results = []
        for number in params.SubscriptionIds:
            found = self.subscriptions[number]
            before, found.session_id = found.session_id, session_id
            found.heard()
            self._forsaken(before)
            if params.SendInitialValues:
                now = time.monotonic()
                for item in found.items.values():
                    if isinstance(item, Item) and not item.queue:
                        item.again(now)
            results.append(ua.TransferResult(AvailableSequenceNumbers=found.available))
        return results

    # publishing

    def _next_request(self, subscription: Subscription) -> PublishRequest | None:
        queue = self._queues.get(subscription.session_id)
        session = self._session_of(subscription.session_id)
        return queue.next(session.channel) if queue is not None and session is not None else None

    async def publish(
        self, channel: Any, session: Any, header: Any, seqhdr: Any, body: Any
    ) -> None:
        """A publish request: acknowledges, and is answered now or later."""
        acks = struct_from_binary(ua.PublishParameters, body).SubscriptionAcknowledgements or []
        mine = [s for s in self.subscriptions.values() if s.session_id == session.session_id]
        if not mine:
            raise refused(_SC.BadNoSubscription)
        results = [self._acknowledged(session, ack) for ack in acks]
        for subscription in mine:
            subscription.heard()
        patience = header.TimeoutHint / 1000.0 if header.TimeoutHint else _FOREVER
        queue = self._queues.get(session.session_id)
        if queue is None:
            queue = PublishQueue(self._limits.publish_requests)
            self._queues[session.session_id] = queue
        until = time.monotonic() + patience
        queue.put(PublishRequest(channel, header, seqhdr, results, until))
        for subscription in mine:
            if subscription.late:
                subscription.publish()

    def _acknowledged(self, session: Any, ack: Any) -> int:
        found = self.subscriptions.get(ack.SubscriptionId)
        if found is None or found.session_id != session.session_id:
            return int(_SC.BadSubscriptionIdInvalid)
        return found.acknowledge(ack.SequenceNumber)

    async def republish(
        self, channel: Any, session: Any, header: Any, seqhdr: Any, body: Any
    ) -> None:
        """A message that was sent before, once more."""
        wanted = struct_from_binary(ua.RepublishParameters, body)
        found = self.subscriptions.get(wanted.SubscriptionId)
        if found is None or found.session_id != session.session_id:
            raise refused(_SC.BadSubscriptionIdInvalid)
        found.heard()
        content = found.sent(wanted.RetransmitSequenceNumber)
        if content is None:
            raise refused(_SC.BadMessageNotAvailable)
        at = filetime(time.time_ns())
        answer = messages.republish_response(header.RequestHandle, at, content)
        channel.send(answer, seqhdr.RequestId)
