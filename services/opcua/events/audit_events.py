"""Audit events: logins, writes and calls, to those who may get them (Part 5, 6.4.3)."""

from __future__ import annotations

from typing import Any

from asyncua import ua

from rami.communication.information_model.access import Access
from rami.core.audit import AuditEntry
from rami.core.event import Severity
from rami.core.timegrid import moment
from services.opcua.events.fields import base_fields, node, text, truth
from services.opcua.events.happening import Happening
from services.opcua.events.notifier import Notifier
from services.opcua.events.places import SERVER
from services.opcua.security.acts import Act, Called, Session, Updated, Wrote
from services.opcua.server import OpcuaServer

_V, _IDS = ua.VariantType, ua.ObjectIds
#: outcomes that are no end of an act yet
_BEGUN = {"asked"}
_FAILED = {"refused", "failed"}


class AuditEvents:
    """Tells what the server's trail is told. Nobody is kept waiting by it."""

    def __init__(self, server: OpcuaServer, notifier: Notifier) -> None:
        self._server, self._notifier = server, notifier
        server.guards.trail.listen(self._heard)
        auditing = server.inner.aspace[ua.NodeId(_IDS.Server_Auditing)]
        auditing.attributes[ua.AttributeIds.Value].value = ua.DataValue(ua.Variant(True))

    def _heard(self, entry: AuditEntry, act: Act | None) -> None:
        service = self._server.inner.subscription_service
        if entry.outcome in _BEGUN or not self._server.inner.quick or not service.heard:
            return
        service.happened(self._happening(entry, act))

    def _happening(self, entry: AuditEntry, act: Act | None) -> Happening:
        number, source, name, fields = _of(act, entry.outcome)
        kind, failed = ua.NodeId(number), entry.outcome in _FAILED
        message = f"{entry.who}: {entry.what} {entry.outcome}" + (
            f", {entry.why}" if entry.why else ""
        )
        severity = Severity.WARNING if failed else Severity.NOTE
        told = base_fields(
            self._notifier.ids.next(), kind, source, name, entry.at_ns, message, int(severity)
        )
        told |= {
            "ActionTimeStamp": ua.Variant(moment(entry.at_ns), _V.DateTime),
            "Status": truth(not failed),
            "ServerId": text(self._server.uri),
            "ClientAuditEntryId": text(""),
            "ClientUserId": text(entry.who),
        }
        lineage = self._notifier.lineage.of(kind)
        return Happening(kind, lineage, told | fields, (SERVER,), Access.AUDIT)


def _of(act: Act | None, outcome: str) -> tuple[int, Any, str, dict[str, Any]]:
    """Event type, SourceNode, SourceName and the fields of the type."""
    match act:
        case Wrote(place, value):
            fields = {
                "AttributeId": ua.Variant(int(ua.AttributeIds.Value), _V.UInt32),
                "IndexRange": text(""),
                "NewValue": value,
            }
            return _IDS.AuditWriteUpdateEventType, place, "Attribute/Write", fields
        case Called(place, method, arguments):
            given = [variant.Value for variant in arguments]
            fields = {
                "MethodId": node(method),
                "InputArguments": ua.Variant(
                    [ua.Variant(v.Value, v.VariantType) for v in arguments] if given else [],
                    _V.Variant,
                    is_array=True,
                ),
            }
            return _IDS.AuditUpdateMethodEventType, place, "Attribute/Call", fields
        case Updated(place, kind):
            fields = {"ParameterDataTypeId": node(kind)}
            return _IDS.AuditHistoryUpdateEventType, place, "Attribute/HistoryUpdate", fields
        case Session(number):
            fields = {"SessionId": node(number)}
            if outcome in ("login", "refused"):
                kind, name = _IDS.AuditActivateSessionEventType, "Session/ActivateSession"
            else:
                kind, name = _IDS.AuditSessionEventType, "Session/CloseSession"
            return kind, SERVER, name, fields
    return _IDS.AuditSecurityEventType, SERVER, "SecureChannel", {}
