"""Hole: any session may change, read, end or take over the subscriptions of another.

Numbers of subscriptions count up from 78, and asyncua asks for nothing but the number.

Here a subscription answers to the session it belongs to, moves only to a session of the same
person and application, and takes only items its owner may read; there are only so many.
"""

from __future__ import annotations

from typing import Any

from asyncua import ua

from rami.communication.information_model.access import Right
from services.opcua.corrections.garbled import refused
from services.opcua.corrections.sessions import BoundSession
from services.opcua.corrections.written_for import Correction

CORRECTION = Correction(
    "any session may take over the subscriptions of another",
    security=True,
    parts={
        "server.subscription_service:SubscriptionService": "ca2dab832786355d",
        "server.internal_session:InternalSession.delete_subscriptions": "aaa6ff5628b6fb1e",
        "server.internal_session:InternalSession.transfer_subscriptions": "46f0f3e131ee8354",
    },
)
_SC, _A = ua.StatusCodes, ua.AttributeIds


class Ownership(BoundSession):
    """Subscriptions of a session."""

    def _mine(self, number: int) -> Any:
        found = self.subscription_service.subscriptions.get(number)
        if found is None or found.session_id != self.session_id:
            raise refused(_SC.BadSubscriptionIdInvalid)
        return found

    def _is_mine(self, number: int) -> bool:
        found = self.subscription_service.subscriptions.get(number)
        return found is not None and found.session_id == self.session_id

    def _all_mine(self) -> list[Any]:
        every = self.subscription_service.subscriptions.values()
        return [s for s in every if s.session_id == self.session_id]

    async def create_subscription(
        self, params: Any, callback: Any, request_callback: Any = None
    ) -> Any:
        """As in asyncua, up to a number."""
        if len(self._all_mine()) >= self.guards.settings.limits.subscriptions:
            raise refused(_SC.BadTooManySubscriptions)
        result = await super().create_subscription(params, callback, request_callback)
        made = self.subscription_service.subscriptions[result.SubscriptionId]
        made.owner = self.caller
        return result

    def modify_subscription(self, params: Any) -> Any:
        """Of this session's."""
        self._mine(params.SubscriptionId)
        return super().modify_subscription(params)

    async def create_monitored_items(self, params: Any) -> list[Any]:
        """Items that the caller may read, up to a number."""
        self._mine(params.SubscriptionId)
        limits, service = self.guards.settings.limits, self.subscription_service
        mine = sum(len(s.monitored_item_srv._monitored_items) for s in self._all_mine())
        every = sum(
            len(s.monitored_item_srv._monitored_items) for s in service.subscriptions.values()
        )
        room = min(limits.items - mine, limits.items_in_all - every)
        if len(params.ItemsToCreate) > room:
            raise refused(_SC.BadTooManyMonitoredItems)
        codes = [self._unreadable(item.ItemToMonitor) for item in params.ItemsToCreate]
        wanted = params.ItemsToCreate
        params.ItemsToCreate = [i for i, code in zip(wanted, codes, strict=True) if not code]
        made = iter(await super().create_monitored_items(params) if params.ItemsToCreate else ())
        return [_none(code) if code else next(made) for code in codes]

    def _unreadable(self, item: Any) -> int:
        role, permissions, node = self.caller.role, self.guards.permissions, item.NodeId
        if node not in self.aspace or not permissions.may(role, Right.BROWSE, node):
            return int(_SC.BadNodeIdUnknown)
        if item.AttributeId == _A.EventNotifier:
            may = permissions.may(role, Right.EVENTS, node)
        else:
            may = item.AttributeId != _A.Value or permissions.may(role, Right.READ, node)
        return 0 if may else int(_SC.BadUserAccessDenied)

    async def modify_monitored_items(self, params: Any) -> list[Any]:
        """Of this session's subscriptions."""
        self._mine(params.SubscriptionId)
        return list(await super().modify_monitored_items(params))

    async def delete_monitored_items(self, params: Any) -> list[Any]:
        """Of this session's subscriptions."""
        self._mine(params.SubscriptionId)
        return list(await super().delete_monitored_items(params))

    async def set_monitoring_mode(self, params: Any) -> list[Any]:
        """Of this session's subscriptions."""
        self._mine(params.SubscriptionId)
        return list(await super().set_monitoring_mode(params))

    async def set_publishing_mode(self, params: Any) -> list[Any]:
        """Of this session's subscriptions."""
        return await self._for_mine(params, super().set_publishing_mode)

    async def delete_subscriptions(self, ids: list[int]) -> list[Any]:
        """Of this session's."""
        mine = [number for number in ids if self._is_mine(number)]
        ended = dict(zip(mine, await super().delete_subscriptions(mine), strict=True))
        unknown = ua.StatusCode(_SC.BadSubscriptionIdInvalid)
        return [ended.get(number, unknown) for number in ids]

    async def _for_mine(self, params: Any, work: Any) -> list[Any]:
        ids = params.SubscriptionIds
        params.SubscriptionIds = [number for number in ids if self._is_mine(number)]
        done = dict(zip(params.SubscriptionIds, await work(params), strict=True))
        unknown = ua.StatusCode(_SC.BadSubscriptionIdInvalid)
        return [done.get(number, unknown) for number in ids]

    def publish(self, acks: Any = None) -> Any:
        """Acknowledges what this session was sent; asyncua's plain path."""
        if not self._all_mine():
            raise refused(_SC.BadNoSubscription)
        mine = [a for a in acks or [] if self._is_mine(a.SubscriptionId)]
        return super().publish(mine)

    def republish(self, params: Any) -> Any:
        """What this session was sent; asyncua's plain path."""
        self._mine(params.SubscriptionId)
        return super().republish(params)

    async def transfer_subscriptions(self, params: Any, callback: Any) -> list[Any]:
        """To this session, from one of the same person and application."""
        results = []
        every = self.subscription_service.subscriptions
        for number in params.SubscriptionIds:
            found = every.get(number)
            result = ua.TransferResult()
            if found is None:
                result.StatusCode = ua.StatusCode(_SC.BadSubscriptionIdInvalid)
            elif getattr(found, "owner", None) != self.caller:
                who, what = self.caller.who, f"opcua.subscription {number}"
                self.guards.trail.tell(who, what, "of somebody else", "refused")
                result.StatusCode = ua.StatusCode(_SC.BadUserAccessDenied)
            else:
                one = ua.TransferSubscriptionsParameters([number], params.SendInitialValues)
                (result,) = await super().transfer_subscriptions(one, callback)
            results.append(result)
        return results


def _none(code: int) -> Any:
    return ua.MonitoredItemCreateResult(StatusCode=ua.StatusCode(code))
