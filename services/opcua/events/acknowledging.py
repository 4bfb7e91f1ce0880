"""Methods of the standard on alarms: Acknowledge, Confirm, ConditionRefresh (Part 9, 5.5, 5.7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asyncua import ua

from rami.communication.information_model.access import Access
from rami.communication.live_site import Reply, Request, Verb
from services.opcua.caller import Caller
from services.opcua.corrections.calls import Method
from services.opcua.events.notifier import Notifier
from services.opcua.live.events import EventItem
from services.opcua.server import OpcuaServer

_SC, _V, _IDS = ua.StatusCodes, ua.VariantType, ua.ObjectIds
_COMMENT = 1000

Ask = Callable[[Request], Awaitable[Reply]]


class Acknowledging:
    """Puts the methods into a server. `ask` has the site do what is wanted."""

    def __init__(self, server: OpcuaServer, notifier: Notifier, ask: Ask) -> None:
        self._server, self._notifier, self._ask = server, notifier, ask
        inner, classes = server.inner, server.guards.permissions.classes
        inner.conditions = notifier.knows
        kinds = [_V.ByteString, _V.LocalizedText]
        for number, confirms in (
            (_IDS.AcknowledgeableConditionType_Acknowledge, False),
            (_IDS.AcknowledgeableConditionType_Confirm, True),
        ):
            name = "Confirm" if confirms else "Acknowledge"
            inner.methods[ua.NodeId(number)] = Method(name, kinds, self._acknowledging(confirms))
            classes[ua.NodeId(number)] = Access.ACKNOWLEDGE
        for number, kinds in (
            (_IDS.ConditionType_ConditionRefresh, [_V.UInt32]),
            (_IDS.ConditionType_ConditionRefresh2, [_V.UInt32, _V.UInt32]),
        ):
            method = Method("ConditionRefresh", kinds, self._refresh, of_session=True)
            inner.methods[ua.NodeId(number)] = method

    def _acknowledging(
        self, confirms: bool
    ) -> Callable[[Caller, Any, list[Any]], Awaitable[tuple[Any, list[Any]]]]:
        already = (
            _SC.BadConditionBranchAlreadyConfirmed
            if confirms
            else _SC.BadConditionBranchAlreadyAcked
        )

        async def run(caller: Caller, place: Any, values: list[Any]) -> tuple[Any, list[Any]]:
            event_id, comment = values[0], values[1].Text or ""
            found = self._notifier.find(place)
            if found is None:
                return ua.StatusCode(_SC.BadNodeIdUnknown), []
            (source, condition), alarm = found
            if alarm is None or alarm.acknowledged:
                return ua.StatusCode(already), []
            if event_id not in alarm.ids:
                return ua.StatusCode(_SC.BadEventIdUnknown), []
            if len(comment) > _COMMENT or not (comment.isprintable()):
                return ua.StatusCode(_SC.BadInvalidArgument), []
            arguments = {"source": source, "condition": condition, "comment": comment}
            reply = await self._ask(Request(Verb.ACKNOWLEDGE, caller.name, arguments))
            code = 0 if reply.done else already if _is_late(reply) else _SC.BadRequestNotAllowed
            return ua.StatusCode(code), []

        return run

    async def _refresh(self, session: Any, place: Any, values: list[Any]) -> tuple[Any, list[Any]]:
        if not self._server.inner.quick:
            return ua.StatusCode(_SC.BadNotSupported), []
        every = self._server.inner.subscription_service.subscriptions
        found = every.get(values[0])
        if found is None or found.session_id != session.session_id:
            return ua.StatusCode(_SC.BadSubscriptionIdInvalid), []
        items = [item for item in found.items.values() if isinstance(item, EventItem)]
        if len(values) > 1:
            items = [item for item in items if item.number == values[1]]
            if not items:
                return ua.StatusCode(_SC.BadMonitoredItemIdInvalid), []
        self._notifier.refresh(items)
        return ua.StatusCode(), []


def _is_late(reply: Reply) -> bool:
    """Somebody else was quicker."""
    return any("acknowledged already" in why or "no condition" in why for why in reply.why)
