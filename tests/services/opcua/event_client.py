"""A client that watches events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from asyncua import ua
from asyncua.common.subscription import Subscription

from rami.core.event import Severity
from tests.services.opcua.running import SPACE, Server
from tests.services.opcua.served import client

ALARM = Severity.ALARM
_ID, _OPS = ua.ObjectIds, ua.FilterOperator
FIELDS = (
    *("EventId", "EventType", "SourceNode", "SourceName", "Time", "Message", "Severity"),
    *("Number", "Path", "Details", "Mode", "Who"),
    *("ConditionName", "Retain", "ActiveState/Id", "AckedState/Id", "ConfirmedState/Id"),
    *("Comment", "ClientUserId", "HighLimit"),
)


class Told:
    """Events by field."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def event_notification(self, event: Any) -> None:
        fields = dict(zip(("condition", *FIELDS), event.event_fields, strict=True))
        self.events.append({name: v.Value for name, v in fields.items()})

    def of(self, number: int | Any) -> list[dict[str, Any]]:
        kind = ua.NodeId(number) if isinstance(number, int) else number
        return [e for e in self.events if e["EventType"] == kind]


def event_filter(*elements: tuple[Any, list[Any]]) -> Any:
    made = ua.EventFilter()
    condition = ua.NodeId(_ID.ConditionType)
    clause = ua.SimpleAttributeOperand(condition, [], ua.AttributeIds.NodeId)
    made.SelectClauses = [clause, *(operand(f) for f in FIELDS)]
    made.WhereClause.Elements = [ua.ContentFilterElement(sign, ops) for sign, ops in elements]
    return made


def operand(path: str) -> Any:
    names = [ua.QualifiedName(name) for name in path.split("/")]
    kind = ua.NodeId(_ID.BaseEventType)
    return ua.SimpleAttributeOperand(kind, names, ua.AttributeIds.Value)


def literal(value: Any) -> Any:
    return ua.LiteralOperand(value if isinstance(value, ua.Variant) else ua.Variant(value))


class Watching:
    """A client with its subscription to events."""

    def __init__(self, made: Any, index: int, told: Told, subscription: Subscription) -> None:
        self.made, self.index, self.told, self.subscription = made, index, told, subscription

    def at(self, name: str) -> Any:
        return self.made.get_node(ua.NodeId(name, self.index))

    async def subscribe(self, node: Any, filtered: Any = None) -> Any:
        return await self.subscription._subscribe(
            [node], ua.AttributeIds.EventNotifier, filtered or event_filter()
        )

    async def refresh(self) -> None:
        number = ua.Variant(self.subscription.subscription_id, ua.VariantType.UInt32)
        condition = self.made.get_node(ua.NodeId(_ID.ConditionType))
        await condition.call_method(ua.NodeId(_ID.ConditionType_ConditionRefresh), number)

    async def acknowledge(self, event: dict[str, Any], comment: str, confirm: bool = False) -> None:
        method = (
            _ID.AcknowledgeableConditionType_Confirm
            if confirm
            else _ID.AcknowledgeableConditionType_Acknowledge
        )
        await self.made.get_node(event["condition"]).call_method(
            ua.NodeId(method), event["EventId"], ua.LocalizedText(comment)
        )


def watch(server: Server, role: str, work: Callable[[Watching], Awaitable[None]]) -> None:
    async def connected() -> None:
        keys = server.keys["anna"]
        async with client(server.url, keys, role) as made:
            index = (await made.get_namespace_array()).index(SPACE)
            told = Told()
            subscription = await made.create_subscription(50, told)
            await work(Watching(made, index, told, subscription))

    asyncio.run(connected())
