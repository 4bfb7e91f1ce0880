"""Event types: one for each kind of event of a site, alarms as the standard's own types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rami.communication.information_model import standard as ua
from rami.communication.information_model.enumerations import MODE, RUNG
from rami.communication.information_model.node_id import NodeId, of_types, standard
from rami.core.event import Event, EventKind


@dataclass(frozen=True)
class EventField:
    """A field of an event type, and the detail of an event that fills it (empty: its own)."""

    name: str
    data_type: NodeId
    description: str
    detail: str = ""


TWIN_EVENT_TYPE: Final = of_types("TwinEventType")
#: fields that every event of ours has beyond those of BaseEventType
COMMON_FIELDS: Final = (
    EventField("Number", ua.INT64, "counts up from 1 within a run"),
    EventField("Path", ua.STRING, "what it concerns, a site path; empty: the site"),
    EventField("Details", ua.STRING, "all that is known of it, JSON"),
)
_FORMER = EventField("FormerMode", MODE.id, "mode until then", "former")
_MODE = EventField("Mode", MODE.id, "mode from then on", "mode")
_WHO = EventField("Who", ua.STRING, "who had it done", "who")
_RUNG = EventField("Rung", RUNG.id, "where the schedule came from", "rung")

_NAMES: Mapping[EventKind, str] = {
    EventKind.START: "RunStartedEventType",
    EventKind.STOP: "RunStoppedEventType",
    EventKind.SCHEDULE: "NewScheduleEventType",
    EventKind.SOLVER: "SolverFailureEventType",
    EventKind.LINK: "LinkLossEventType",
    EventKind.MODEL: "ModelFailureEventType",
    EventKind.LATE: "LateStepEventType",
}
_FIELDS: Mapping[EventKind, tuple[EventField, ...]] = {
    EventKind.MODE: (_FORMER, _MODE, _WHO),
    EventKind.SWAP: (_FORMER, _MODE, _WHO),
    EventKind.LINK: (_MODE,),
    EventKind.SCHEDULE: (_RUNG, EventField("Gap", ua.DOUBLE, "share off the best", "gap")),
    EventKind.FALLBACK: (_RUNG,),
}
#: AuditEventType of the standard
_AUDIT: Final = standard(2052)


def _name(kind: EventKind) -> str:
    return _NAMES.get(kind, f"{kind.value.capitalize()}EventType")


#: type of the events of a kind; audit events are of the standard's types
EVENT_TYPES: Final[Mapping[EventKind, NodeId]] = MappingProxyType(
    {kind: _AUDIT if kind is EventKind.AUDIT else of_types(_name(kind)) for kind in EventKind}
)


def fields_of(kind: EventKind) -> tuple[EventField, ...]:
    """Fields that the type of a kind adds to the common ones."""
    return _FIELDS.get(kind, ())


def condition_type(event: Event) -> NodeId:
    """Type of the alarm that an event with a condition raises: LimitAlarmType for a limit,
    OffNormalAlarmType for all others."""
    return ua.LIMIT_ALARM_TYPE if event.kind is EventKind.LIMIT else ua.OFF_NORMAL_ALARM_TYPE
