"""An alarm as clients see it: the states and fields of its ConditionType (Part 9, 5.5 to 5.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from asyncua import ua

from rami.communication.information_model import standard
from rami.communication.information_model.event_types import condition_type
from rami.core.event import Event, EventKind
from rami.core.timegrid import moment
from services.opcua.events.fields import base_fields, node, own_fields, text, truth, words
from services.opcua.events.happening import Happening, Lineage
from services.opcua.events.places import Places

_V = ua.VariantType
_PROCESS, _SYSTEM = (
    ua.ObjectIds.ProcessConditionClassType,
    ua.ObjectIds.SystemConditionClassType,
)
#: details of a limit's event that are fields of LimitAlarmType
_LIMITS = {
    "low_low": "LowLowLimit",
    "low": "LowLimit",
    "high": "HighLimit",
    "high_high": "HighHighLimit",
}


@dataclass
class Alarm:
    """What is known of one. `raised` is the event that raised it; `ids` the EventIds that it was
    told under since then, by any of which it is acknowledged."""

    raised: Event
    acknowledged: bool
    active: bool
    at_ns: int
    text: str
    comment: str = ""
    who: str = ""
    last_severity: int = 0
    ids: list[bytes] = field(default_factory=list)

    @property
    def retain(self) -> bool:
        """Whether it is of interest still: it holds, or waits to be acknowledged."""
        return self.active or not self.acknowledged


def alarm_happening(
    alarm: Alarm, event_id: bytes, places: Places, lineage: Lineage, condition: Any
) -> Happening:
    """Its state now. One handshake is enough here: who acknowledges has confirmed, too."""
    event = alarm.raised
    kind = places.kind(condition_type(event))
    source = places.source(event.source)
    name = places.name(event.source)
    process = event.kind in (EventKind.LIMIT, EventKind.RESIDUAL, EventKind.DIAGNOSIS)
    at = ua.Variant(moment(alarm.at_ns), _V.DateTime)
    fields = {
        **base_fields(event_id, kind, source, name, alarm.at_ns, alarm.text, event.severity),
        **own_fields(event),
        "ConditionClassId": node(ua.NodeId(_PROCESS if process else _SYSTEM)),
        "ConditionClassName": words("Process" if process else "System"),
        "ConditionName": text(event.condition),
        "BranchId": node(ua.NodeId()),
        "Retain": truth(alarm.retain),
        "Quality": ua.Variant(ua.StatusCode(), _V.StatusCode),
        "Quality/SourceTimestamp": at,
        "LastSeverity": ua.Variant(alarm.last_severity, _V.UInt16),
        "LastSeverity/SourceTimestamp": at,
        "Comment": words(alarm.comment),
        "Comment/SourceTimestamp": at,
        "ClientUserId": text(alarm.who),
        "InputNode": node(source),
        "SuppressedOrShelved": truth(False),
        **_state("EnabledState", "Enabled", True),
        **_state("ActiveState", "Active" if alarm.active else "Inactive", alarm.active),
        **_state(
            "AckedState",
            "Acknowledged" if alarm.acknowledged else "Unacknowledged",
            alarm.acknowledged,
        ),
        **_state(
            "ConfirmedState",
            "Confirmed" if alarm.acknowledged else "Unconfirmed",
            alarm.acknowledged,
        ),
    }
    if condition_type(event) == standard.LIMIT_ALARM_TYPE:
        fields |= _limits(event.details)
    else:
        fields["NormalState"] = node(ua.NodeId())
    return Happening(
        kind, lineage.of(kind), fields, places.notifiers(event.source), condition=condition
    )


def _state(name: str, shown: str, holds: bool) -> dict[str, Any]:
    return {name: words(shown), f"{name}/Id": truth(holds)}


def _limits(details: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: ua.Variant(float(value), _V.Double)
        for key, name in _LIMITS.items()
        if isinstance(value := details.get(key), int | float)
    }
