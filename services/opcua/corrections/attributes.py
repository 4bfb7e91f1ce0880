"""Hole: reads ignore AccessLevel, and roles are three, the same for every node.

Any user reads whatever there is and writes whatever is writable; nobody is told which role may do
what; a write is not in any audit.

Here the matrix of roles and classes of nodes decides for each node, UserAccessLevel and
RolePermissions tell the truth to each session, a batch with one forbidden node is refused whole,
values are written only where somebody takes them, and an act is in the audit before it counts.
"""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Awaitable, Callable
from typing import Any

from asyncua import ua

from rami.communication.information_model.access import Right
from services.opcua.caller import Caller
from services.opcua.corrections.garbled import refused
from services.opcua.corrections.sessions import BoundSession
from services.opcua.corrections.written_for import Correction
from services.opcua.node_ids import ua_node_id
from services.opcua.security.acts import Wrote

CORRECTION = Correction(
    "reads ignore AccessLevel, roles are the same for every node",
    security=True,
    parts={
        "server.internal_session:InternalSession.read": "437dd54b93c5d257",
        "server.internal_session:InternalSession.write": "e4b1428155322dd8",
        "server.address_space:AddressSpace.read_attribute_value": "7204ef88f8dde48c",
        "server.address_space:AttributeValue": "a2b3af731c7c2157",
    },
)
#: takes a value somebody wants to write; the status tells what became of it
Taker = Callable[[Caller, Any], Awaitable[Any]]

_A = ua.AttributeIds
_READ, _WRITE, _HISTORY = 1, 2, 4
_LEVELS = ((Right.READ, _READ), (Right.WRITE, _WRITE), (Right.HISTORY, _HISTORY))
#: attributes that are told to each session as they are for it
_OWN = {
    _A.UserAccessLevel,
    _A.UserExecutable,
    _A.UserWriteMask,
    _A.WriteMask,
    _A.RolePermissions,
    _A.UserRolePermissions,
    _A.AccessRestrictions,
}
_RANGE = re.compile(r"(\d{1,9})(?::(\d{1,9}))?")
_SC = ua.StatusCodes


class Attributes(BoundSession):
    """Reads and writes of a session."""

    async def read(self, params: Any) -> list[Any]:
        """A value, or the reason why not, for each node asked for."""
        if params.MaxAge < 0:
            raise refused(_SC.BadMaxAgeInvalid)
        stamps = params.TimestampsToReturn
        if stamps not in (0, 1, 2, 3):
            raise refused(_SC.BadTimestampsToReturnInvalid)
        if not params.NodesToRead:
            raise refused(_SC.BadNothingToDo)
        return [_stamped(self._one(item), item.AttributeId, stamps) for item in params.NodesToRead]

    def _one(self, item: Any) -> Any:
        node, attribute = item.NodeId, item.AttributeId
        role, permissions = self.caller.role, self.guards.permissions
        if node not in self.aspace or not permissions.may(role, Right.BROWSE, node):
            # what somebody may not see does not exist for him
            return _bad(_SC.BadNodeIdUnknown)
        if attribute in _OWN:
            return self._told(node, attribute)
        if attribute == _A.Value and not permissions.may(role, Right.READ, node):
            kind = self.aspace[node].attributes.get(_A.Value)
            return _bad(_SC.BadUserAccessDenied if kind else _SC.BadAttributeIdInvalid)
        value = self.aspace.read_attribute_value(node, attribute)
        if attribute == _A.Value:
            level = self.aspace[node].attributes.get(_A.AccessLevel)
            if level is not None and not level.value.Value.Value & _READ:
                return _bad(_SC.BadNotReadable)
        if item.DataEncoding.Name not in (None, "", "Default Binary"):
            return _bad(_SC.BadDataEncodingUnsupported)
        return _part(value, item.IndexRange) if item.IndexRange else value

    def _told(self, node: Any, attribute: int) -> Any:
        """An attribute as it is for this session."""
        attributes = self.aspace[node].attributes
        role, permissions = self.caller.role, self.guards.permissions
        if attribute == _A.UserAccessLevel:
            if _A.AccessLevel not in attributes:
                return _bad(_SC.BadAttributeIdInvalid)
            level = attributes[_A.AccessLevel].value.Value.Value
            mine = sum(bit for right, bit in _LEVELS if permissions.may(role, right, node))
            return _told(level & mine, ua.VariantType.Byte)
        if attribute == _A.UserExecutable:
            if _A.Executable not in attributes:
                return _bad(_SC.BadAttributeIdInvalid)
            may = permissions.may(role, Right.CALL, node)
            return _told(may, ua.VariantType.Boolean)
        if attribute in (_A.WriteMask, _A.UserWriteMask):
            return _told(0, ua.VariantType.UInt32)
        if attribute == _A.AccessRestrictions:
            # SigningRequired and EncryptionRequired (Part 3, 8.56)
            return _told(0 if self.guards.settings.insecure else 3, ua.VariantType.UInt16)
        rows = (
            permissions.table(node)
            if attribute == _A.RolePermissions
            else permissions.own_table(role, node)
        )
        told = [
            ua.RolePermissionType(ua_node_id(who, None), ua.PermissionType(bits))
            for who, bits in rows
        ]
        return ua.DataValue(ua.Variant(told, ua.VariantType.ExtensionObject, is_array=True))

    async def write(self, params: Any) -> list[Any]:
        """A status for each value; if one of them is forbidden, for all."""
        wanted = params.NodesToWrite
        if not wanted:
            raise refused(_SC.BadNothingToDo)
        caller = self.caller
        first = next((w for w in wanted if self._forbidden(w)), None)
        if first is not None:
            what, why = str(first.NodeId.Identifier), f"batch of {len(wanted)}"
            act = Wrote(first.NodeId, first.Value.Value)
            self.guards.trail.tell(caller.who, what, why, "refused", act)
            return [ua.StatusCode(self._forbidden(w) or _SC.BadUserAccessDenied) for w in wanted]
        return list(await asyncio.gather(*(self._taken(w, caller) for w in wanted)))

    def _forbidden(self, item: Any) -> int:
        role, permissions = self.caller.role, self.guards.permissions
        node = item.NodeId
        if node not in self.aspace or not permissions.may(role, Right.BROWSE, node):
            return int(_SC.BadNodeIdUnknown)
        if item.AttributeId != _A.Value or node not in self.iserver.takers:
            return int(_SC.BadNotWritable)
        if not permissions.may(role, Right.WRITE, node):
            return int(_SC.BadUserAccessDenied)
        return 0

    async def _taken(self, item: Any, caller: Caller) -> Any:
        if item.IndexRange:
            return ua.StatusCode(_SC.BadWriteNotSupported)
        value = item.Value
        # whatever time a client gives: the value is as of when the loop takes it
        if value.StatusCode is not None and value.StatusCode.value:
            return ua.StatusCode(_SC.BadWriteNotSupported)
        kind, taker = self.iserver.takers[item.NodeId]
        variant = value.Value
        if variant is None or variant.VariantType != kind or isinstance(variant.Value, list):
            return ua.StatusCode(_SC.BadTypeMismatch)
        what, trail = str(item.NodeId.Identifier), self.guards.trail
        if not await trail.kept(caller.who, what, f"wants {variant.Value!r}", "asked"):
            return ua.StatusCode(_SC.BadUserAccessDenied)
        status = await taker(caller, variant.Value)
        outcome = "written" if status.is_good() else "refused"
        trail.tell(caller.who, what, status.name, outcome, Wrote(item.NodeId, variant))
        return status


def _stamped(value: Any, attribute: int, stamps: int) -> Any:
    """With the timestamps asked for: of the source, the server, both or neither."""
    if attribute != _A.Value:
        return value
    source = value.SourceTimestamp if stamps in (0, 2) else None
    server = value.ServerTimestamp if stamps in (1, 2) else None
    if source is value.SourceTimestamp and server is value.ServerTimestamp:
        return value
    return dataclasses.replace(value, SourceTimestamp=source, ServerTimestamp=server)


def _part(value: Any, text: str) -> Any:
    """Some of an array's values (Part 4, 7.27); of one axis only."""
    parts = _RANGE.fullmatch(text)
    low = int(parts[1]) if parts else 0
    high = int(parts[2]) if parts and parts[2] else low
    if not parts or (parts[2] and high <= low):
        return _bad(_SC.BadIndexRangeInvalid)
    whole = value.Value.Value if value.Value is not None else None
    if not isinstance(whole, list | str) or (whole and isinstance(whole[0], list)):
        return _bad(_SC.BadIndexRangeInvalid)
    some = whole[low : high + 1]
    if not some:
        return _bad(_SC.BadIndexRangeNoData)
    return dataclasses.replace(value, Value=ua.Variant(some, value.Value.VariantType))


def _told(value: Any, kind: Any) -> Any:
    return ua.DataValue(ua.Variant(value, kind))


def _bad(code: int) -> Any:
    return ua.DataValue(StatusCode=ua.StatusCode(code))
